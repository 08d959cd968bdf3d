#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Many sessions at once: every call waits at a gate, the gate opens, and then the outcome is looked at.
# An error in any session (a deadlock, say) fails the race.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/sql/cluster.sh
. "$top/tests/sql/cluster.sh"

cluster_start
createdb chert
PGDATABASE=chert
export PGDATABASE
psql -q -f "$top/sql/roles.sql" -f "$top/sql/migrate.sql" -f "$top/tests/sql/setup.sql" >"$dir/setup.log"
mkfifo "$dir/gate"
psql -q <"$dir/gate" >"$dir/gate.log" 2>&1 &
exec 9>"$dir/gate"
calls=0

query()
{
	psql -qAt -c "$1"
}

# eventually N QUERY: the query counts N within a while.
eventually()
{
	tries=0
	while [ "$(query "$2")" != "$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.1
	done
}

close_gate()
{
	echo 'select pg_advisory_lock(1);' >&9
	eventually 1 "select count(*) from pg_locks where locktype = 'advisory' and objid = 1 and granted"
	rm -f "$dir"/call.*
	calls=0
	pids=
}

# call SQL: one more session that will make this call.
call()
{
	calls=$((calls + 1))
	# The gate's own end of the pipe is not for the sessions.
	psql -qAt -c 'select pg_advisory_lock_shared(1)' -c "select 'outcome: ' || coalesce(($1)::text, 'null')" \
		>"$dir/call.$calls" 2>"$dir/call.$calls.err" 9>&- &
	pids="$pids $!"
}

# Lets them all go and waits for their end; false when any of them failed.
open_gate()
{
	eventually "$calls" "select count(*) from pg_locks where locktype = 'advisory' and objid = 1 and not granted" || return 1
	echo 'select pg_advisory_unlock(1);' >&9
	failed=0
	for pid in $pids; do
		wait "$pid" || failed=1
	done
	cat "$dir"/call.*.err
	return $failed
}

# outcomes PATTERN: how many calls ended so.
outcomes()
{
	cat "$dir"/call.* | grep -c "^outcome: $1\$" || :
}

are()
{
	[ "$1" = "$2" ] || { echo "found $1, expected $2"; return 1; }
}

account=$(query "select t.account('k')")
signed="'$account', 1, t.nonce(), t.key()"

# --- one new key, many newAccounts
close_gate
for _ in $(seq 30); do
	call "select created || ' ' || account from t.register('new')"
done
ok "30 newAccounts with one key: all are answered" open_gate
ok "one made the account" are "$(outcomes 'true .*')" 1
ok "all got the same" are "$(cat "$dir"/call.* | sed -n 's/^outcome: [a-z]* //p' | sort -u | wc -l)" 1
ok "there is one account" are "$(query "select count(*) from acme.accounts where jwk = 'new'")" 1

# --- one nonce, many requests
close_gate
nonce=$(query "select t.nonce()")
for _ in $(seq 30); do
	call "select t.type(problem) from web.account_get('$account', 1, '$nonce', t.key())"
done
ok "one nonce 30 times: all are answered" open_gate
ok "one succeeded" are "$(outcomes null)" 1
ok "the others are told badNonce" are "$(outcomes badNonce)" 29

# --- the unlogged tables were lost
close_gate
query "truncate acme.nonces, acme.nonce_epoch"
keys=$(query "select count(*) from acme.nonce_keys")
key=$(query "select t.key()")
for _ in $(seq 20); do
	call "select t.type(web.nonce_spend(t.nonce(), $key))"
done
ok "20 requests after a crash: all are answered" open_gate
ok "all are told badNonce" are "$(outcomes badNonce)" 20
ok "one new key was made" are "$(query "select count(*) from acme.nonce_keys")" $((keys + 1))

# --- one order, many finalizes
close_gate
order=$(query "select t.ready('$account', 'a.test', 'b.test')")
for _ in $(seq 50); do
	call "select coalesce(t.type(problem), status) from t.finalize('$account', '$order')"
done
ok "50 finalizes of one order: all are answered" open_gate
ok "one succeeded" are "$(outcomes processing)" 1
ok "the others are told orderNotReady" are "$(outcomes orderNotReady)" 49
ok "there is one job" are "$(query "select count(*) from acme.jobs where object_id = '$order'")" 1

# --- one job, many signers
close_gate
for _ in $(seq 10); do
	call "select count(*) from sign.claim('w', 10, 60)"
done
ok "10 signers claim: all are answered" open_gate
ok "one got the job" are "$(outcomes 1)" 1
close_gate
job=$(query "select t.job('$order')")
query "select t.reserve('$job', 1)" >"$dir/reserved"
for _ in $(seq 10); do
	call "select count(*) from sign.finish(array['$job'::uuid], array[1], array['der'::bytea])"
done
ok "10 signers finish: all are answered" open_gate
ok "one was heard" are "$(outcomes 1)" 1
ok "there is one certificate" are "$(query "select count(*) from acme.certificates where order_id = '$order'")" 1

# --- one certificate, many revocations
close_gate
certificate=$(query "select certificate_id from acme.orders where id = '$order'")
for _ in $(seq 10); do
	call "select t.type(web.certificate_revoke($signed, '$certificate', 'der', null))"
	call "select t.type(web.certificate_revoke_by_key(t.nonce(), t.key(), '$certificate', 'der', null, 'its key'))"
done
ok "20 revocations: all are answered" open_gate
ok "one or two succeeded, the second when it was one by the key" sh -c '[ "$1" = 1 ] || [ "$1" = 2 ]' sh "$(outcomes null)"
ok "the others are told alreadyRevoked" are "$(($(outcomes alreadyRevoked) + $(outcomes null)))" 20
ok "it is a key compromise" are "$(query "select status || reason from acme.certificates where id = '$certificate'")" revoked1

# --- one account, many key changes
close_gate
changed=$(query "select t.account('changed')")
for i in $(seq 20); do
	call "select coalesce(t.type(problem), 'changed') from web.account_key_change('$changed', 1, t.nonce(), t.key(), t.thumbprint('n$i'), 'n$i')"
done
ok "20 key changes: all are answered" open_gate
ok "one succeeded" are "$(outcomes changed)" 1
ok "the others are told staleKey" are "$(outcomes staleKey)" 19
ok "the account has one key" are "$(query "select count(*) from acme.account_keys where account_id = '$changed'")" 1

# --- one new key, many accounts that change to it, and newAccounts
close_gate
for i in $(seq 10); do
	other=$(query "select t.account('other$i')")
	call "select coalesce(conflict::text, 'changed') from web.account_key_change('$other', 1, t.nonce(), t.key(), t.thumbprint('wanted'), 'wanted')"
	call "select created || ' ' || account from t.register('wanted')"
done
ok "10 key changes to one key and 10 newAccounts with it: all are answered" open_gate
ok "one account has it" are "$(($(outcomes changed) + $(outcomes 'true .*')))" 1
ok "all are told which" are "$(cat "$dir"/call.* | grep -v 'changed$' | sed -n 's/^outcome: \(.* \)*\([0-9a-f-]\{36\}\)$/\2/p' | sort -u | wc -l)" 1

# --- a binding for one use, many accounts
close_gate
query "select admin.eab_create('once', decode(repeat('00', 32), 'hex'), '', true, null, null, null, null)" >"$dir/eab"
query "select admin.eab_create('three', decode(repeat('00', 32), 'hex'), '', false, null, null, null, 3)" >"$dir/eab"
bind()
{
	echo "web.account_new(t.nonce(), t.key(), t.thumbprint('$2'), '$2', null, null, false, true, '$1', 'sha256', 'signed', \
		(select core.hmac('sha256', mac_key, 'signed') from acme.eab_keys where kid = '$1'))"
}
for i in $(seq 20); do
	call "select coalesce(t.type(problem), 'bound') from $(bind once "once$i")"
done
ok "20 newAccounts with one binding: all are answered" open_gate
ok "one is bound" are "$(outcomes bound)" 1
ok "the others are told unauthorized" are "$(outcomes unauthorized)" 19

# --- a binding for three orders, and its end, at once
close_gate
bound=$(query "select account from $(bind three three)")
for i in $(seq 20); do
	call "select coalesce(t.type(problem), 'ordered') from t.order_with('$bound', array['b$i.test'])"
done
ok "20 newOrders where three are permitted: all are answered" open_gate
ok "three are made" are "$(outcomes ordered)" 3
ok "the others are told rateLimited" are "$(outcomes rateLimited)" 17
close_gate
for i in $(seq 5); do
	query "select admin.eab_create('e$i', decode(repeat('00', 32), 'hex'), '', false, null, null, null, null)" >"$dir/eab"
	call "select coalesce(t.type(problem), 'bound') from $(bind "e$i" "e$i")"
	call "select coalesce(deleted, false) from admin.eab_delete('e$i')"
done
ok "5 newAccounts while their bindings are deleted: all are answered" open_gate
ok "no account is bound to what is not there" are "$(query "select count(*) from acme.accounts where eab_kid not in (select kid from acme.eab_keys)")" 0

# --- one certificate, many orders that replace it
close_gate
replaced=$(query "select t.certificate('$account', 'replaced.test')")
for _ in $(seq 20); do
	call "select coalesce(t.type(problem), status) from t.order_with('$account', array['replaced.test'], _replaces => '$replaced')"
done
ok "20 newOrders that replace one certificate: all are answered" open_gate
ok "one is made" are "$(outcomes pending)" 1
ok "the others are told alreadyReplaced" are "$(outcomes alreadyReplaced)" 19

# --- the same order many times, where it may be used again
close_gate
for _ in $(seq 20); do
	call "select id from t.order_with('$account', array['same.test', 'same2.test'], _reuse_order => true)"
done
ok "20 newOrders for the same: all are answered" open_gate
ok "all got one" are "$(cat "$dir"/call.* | sed -n 's/^outcome: //p' | sort -u | wc -l)" 1

# --- a pending authorization used again while it is decided
close_gate
for i in $(seq 10); do
	order=$(query "select t.order('$account', 'shared$i.test')")
	one=$(query "select t.authz('$account', '$order')")
	query "select t.respond('$account', '$one')" >"$dir/responses"
	query "select count(*) from va.claim('w', 'default', 100, 60)" >"$dir/claimed"
	call "t.finish(t.job('$one'), 1)"
	call "select status from t.order_with('$account', array['shared$i.test'], _reuse => true)"
	call "select status from t.order_with('$account', array['shared$i.test', 'x.shared$i.test'], _reuse => true)"
	call "select status from web.authorization_new($signed, null, 'dns', 'shared$i.test', false, '[\"http-01\", \"dns-01\"]', 3600, 3600, true, t.quorum())"
done
ok "newOrder, newAuthz and validation of what they use again: all are answered" open_gate
ok "every order all of whose authorizations are valid is ready" are "$(query "select count(*) from acme.orders o
	where identifiers->0->>'value' like 'shared%.test' and status = 'pending' and not exists (
	      select from acme.order_authorizations x join acme.authorizations a on a.id = x.authorization_id
	       where x.order_id = o.id and a.status <> 'valid')")" 0
ok "each name has one authorization" are "$(query "select count(*) - count(distinct identifier) from acme.authorizations where identifier like 'shared%.test'")" 0
query "delete from acme.jobs"

# --- the last two authorizations of an order at once: 10 orders, 20 validators
orders_with_two()
{
	query "select t.order('$account', 'a' || n || '.test', 'b' || n || '.test') from generate_series(1, 10) n" >"$dir/orders"
	query "select t.respond('$account', authorization_id) from acme.order_authorizations
		where order_id = any(string_to_array('$(paste -sd, "$dir/orders")', ',')::uuid[])" >"$dir/responses"
}
close_gate
orders_with_two
of_these="id = any(string_to_array('$(paste -sd, "$dir/orders")', ',')::uuid[])"
for _ in $(seq 8); do
	call "select count(*) from va.claim('w', 'default', 5, 60)"
done
ok "8 validators claim 20 jobs: all are answered" open_gate
ok "every job was handed out once" are "$(cat "$dir"/call.* | sed -n 's/^outcome: //p' | awk '{ n += $1 } END { print n }')" \
	"$(query "select count(*) from acme.jobs where attempts = 1")"
query "select count(*) from va.claim('w', 'default', 100, 60)" >"$dir/rest"
close_gate
for job in $(query "select id from acme.jobs where kind = 'validate'"); do
	call "t.finish('$job', 1)"
done
ok "20 validations end: all are answered" open_gate
ok "all are accepted" are "$(outcomes true)" 20
ok "all 10 orders are ready" are "$(query "select count(*) from acme.orders where status = 'ready' and $of_these")" 10

# --- the same in slow motion: the second waits for the first, and sees what it did
order=$(query "select t.order('$account', 'a.test', 'b.test')")
query "select t.respond('$account', t.authz('$account', '$order', n)) from generate_series(0, 1) n" >"$dir/responses"
query "select count(*) from va.claim('w', 'default', 100, 60)" >"$dir/claimed"
first=$(query "select t.job(t.authz('$account', '$order', 0))")
second=$(query "select t.job(t.authz('$account', '$order', 1))")
close_gate
psql -qAt -c "begin; select t.finish('$first', 1); select pg_advisory_lock_shared(1); commit" \
	>"$dir/first" 2>&1 9>&- &
calls=1
pids=$!
eventually 1 "select count(*) from pg_locks where locktype = 'advisory' and objid = 1 and not granted"
psql -qAt -c "select t.finish('$second', 1)" >"$dir/second" 2>&1 9>&- &
pids="$pids $!"
ok "the second waits" eventually 1 "select count(*) from pg_stat_activity where query like 'select t.finish%' and wait_event_type = 'Lock'"
ok "both end" open_gate
ok "the order is ready" are "$(query "select t.status('orders', '$order')")" ready

# --- several perspectives of one validation at once
# in_hands PREFIX N QUORUM: orders for PREFIX1.test and so on, whose validations all perspectives have in hand.
in_hands()
{
	query "select (t.order_with('$account', array['$1' || n || '.test'], _quorum => $3, _caa => jsonb_build_array('$1' || n || '.test'))).id
		from generate_series(1, $2) n" >"$dir/orders"
	query "select t.respond('$account', authorization_id) from acme.order_authorizations where order_id = any($(ids))" >"$dir/responses"
	query "select va.claim('w', p, 100, 60) from jsonb_array_elements_text($3 -> 'perspectives') p" >"$dir/claimed"
}
ids()
{
	echo "string_to_array('$(paste -sd, "$dir/orders")', ',')::uuid[]"
}
close_gate
in_hands one 10 "t.quorum('{default,eu,us}', 2, 2)"
for job in $(query "select id from acme.jobs where kind = 'validate'"); do
	call "select t.finish(id, 1, null, perspective) from acme.jobs where id = '$job'"
done
ok "30 outcomes of three perspectives: all are answered" open_gate
ok "all are accepted" are "$(outcomes true)" 30
ok "all 10 orders are ready" are "$(query "select count(*) from acme.orders where status = 'ready' and id = any($(ids))")" 10
ok "no job is left" are "$(query "select count(*) from acme.jobs")" 0

# --- the same of their CAA records: each order comes to the signer once
query "select t.finalize('$account', id) from unnest($(ids)) id" >"$dir/finalized"
query "select va.claim('w', p, 100, 60) from unnest(array['default', 'eu', 'us']) p" >"$dir/claimed"
close_gate
for job in $(query "select id from acme.jobs where kind = 'validate'"); do
	call "select f.bell from acme.jobs j, va.finish(id, 1, perspective, null, null, null) f where j.id = '$job'"
done
ok "30 checks of CAA records: all are answered" open_gate
ok "each order rings once" are "$(outcomes chert_issue)" 10
ok "each has one job" are "$(query "select count(*) || ' ' || count(distinct object_id) from acme.jobs where kind = 'issue'")" "10 10"

# --- they are too old for the signers, and at once the account's other calls
close_gate
query "update acme.orders set caa_checked_at = now() - interval '8 hours' where id = any($(ids))" >"$dir/old"
for _ in $(seq 5); do
	call "select count(*) from sign.claim('w', 10, 60)"
	call "select count(*) from va.claim('w', 'default', 10, 60)"
	call "select status from web.order_poll('$account', '$(head -n 1 "$dir/orders")')"
done
ok "5 signers find CAA checks too old: all are answered" open_gate
ok "none is signed" are "$(query "select count(*) from acme.jobs where kind = 'issue' and worker is not null")" 0
ok "each is checked again, once by each perspective" are "$(query "select count(*) || ' ' || count(distinct (object_id, perspective)) from acme.jobs where kind = 'validate'")" "30 30"
ok "each keeps its job" are "$(query "select count(*) from acme.jobs where kind = 'issue' and run_after = 'infinity'")" 10
query "delete from acme.jobs"

# --- perspectives that disagree, at once: it is decided once
close_gate
in_hands two 10 "t.quorum('{default,eu,us}', 1)"
for job in $(query "select id from acme.jobs where kind = 'validate'"); do
	call "select t.finish(id, 1, case when perspective <> 'default' then core.problem('dns', 'x') end) from acme.jobs where id = '$job'"
done
ok "10 agree and 20 do not: all are answered" open_gate
ok "all 10 orders are invalid" are "$(query "select count(*) from acme.orders where status = 'invalid' and id = any($(ids))")" 10
ok "no job is left" are "$(query "select count(*) from acme.jobs")" 0

# --- outcome, failure that may be repeated, response once more, give-up and deactivation at once
close_gate
in_hands three 8 "t.quorum('{default,eu}', 1)"
query "update acme.jobs set failures = 1, failed_at = now() - interval '2 seconds'"
for order in $(cat "$dir/orders"); do
	z=$(query "select t.authz('$account', '$order')")
	one=$(query "select t.job('$z', 'default')")
	two=$(query "select t.job('$z', 'eu')")
	call "va.retry('$one', 1, '', '{\"type\": \"dns\", \"detail\": \"x\"}', null, 0)"
	call "t.finish('$one', 1)"
	call "t.finish('$two', 1)"
	call "va.retry('$two', 1, '', '{\"type\": \"dns\", \"detail\": \"x\"}', null, 5000)"
	call "select status from t.respond('$account', '$z')"
done
for order in $(head -n 4 "$dir/orders"); do
	call "select status from web.authorization_deactivate($signed, t.authz('$account', '$order'))"
done
query "update acme.jobs set give_up_at = now(), run_after = now() where object_id in (select t.authz('$account', id) from unnest(($(ids))[3:6]) id)" >"$dir/over"
for _ in $(seq 4); do
	call "select count(*) from va.claim('w', 'default', 10, 60)"
	call "select count(*) from va.claim('w', 'eu', 10, 60)"
	call "select failure from va.give_up()"
	call "select failure from sign.give_up()"
done
ok "outcomes, retries, responses, give-up and deactivation at once: all are answered" open_gate
ok "of each job one word is heard at most" are "$(query "select count(*) from acme.validations v join acme.order_authorizations x on x.authorization_id = v.object_id
	where x.order_id = any($(ids)) and tries > 2")" 0
ok "four are deactivated, unless given up before" are "$(query "select count(*) from acme.order_authorizations x join acme.authorizations a on a.id = x.authorization_id
	where x.order_id = any(($(ids))[1:4]) and a.status in ('deactivated', 'invalid')")" 4
ok "a job is there exactly where something is to be decided" are "$(query "select count(*) from acme.order_authorizations x join acme.authorizations a on a.id = x.authorization_id
	where x.order_id = any($(ids)) and (a.status = 'pending') <> exists (select from acme.jobs where object_id = a.id)")" 0
ok "valid is only what both agree on" are "$(query "select count(*) from acme.order_authorizations x join acme.authorizations a on a.id = x.authorization_id
	where x.order_id = any($(ids)) and a.status = 'valid' and (select count(*) from acme.validations where object_id = a.id and status = 'valid') <> 2")" 0
query "delete from acme.jobs"

# --- validation against deactivation of the same authorization, and of its order's other one
close_gate
orders_with_two
of_these="id = any(string_to_array('$(paste -sd, "$dir/orders")', ',')::uuid[])"
query "select count(*) from va.claim('w', 'default', 100, 60)" >"$dir/claimed"
for order in $(cat "$dir/orders"); do
	one=$(query "select t.authz('$account', '$order', 0)")
	two=$(query "select t.authz('$account', '$order', 1)")
	call "t.finish(t.job('$one'), 1)"
	call "t.finish(t.job('$two'), 1)"
	call "select t.type(problem) from web.authorization_deactivate($signed, '$one')"
	call "select t.type(problem) from web.challenge_respond($signed, '$two', 'http-01', 3600, 1000)"
done
ok "validation, response and deactivation at once: all are answered" open_gate
ok "deactivation always wins" are "$(query "select count(*) from acme.orders where status = 'invalid' and $of_these")" 10
query "delete from acme.jobs"

# --- finalize against deactivation
close_gate
for i in $(seq 10); do
	order=$(query "select t.ready('$account', 'f$i.test')")
	call "select coalesce(t.type(problem), status) from t.finalize('$account', '$order')"
	call "select coalesce(t.type(problem), status) from web.authorization_deactivate($signed, t.authz('$account', '$order'))"
done
ok "finalize and deactivation at once: all are answered" open_gate
ok "all deactivations succeed" are "$(outcomes deactivated)" 10
ok "an order is processing with a job, or invalid without" are "$(query "select count(*) from acme.orders o
	where identifiers->0->>'value' like 'f%.test' and id in (select order_id from acme.order_authorizations)
	  and (status = 'processing' and exists (select from acme.jobs where object_id = o.id)
	       or status = 'invalid' and not exists (select from acme.jobs where object_id = o.id))")" 10
query "delete from acme.jobs"

# --- everything against deactivation of the account and against housekeeping
close_gate
orders_with_two
query "select count(*) from va.claim('w', 'default', 15, 60)" >"$dir/claimed"
query "update acme.jobs set attempts = 5, run_after = now() where attempts = 0"
query "set search_path = acme, core; set role chert_owner; select core.make_partitions('2020-01-15Z')" >"$dir/made"
for job in $(query "select id from acme.jobs where attempts = 1"); do
	call "t.finish('$job', 1)"
done
for i in $(seq 5); do
	call "select count(*) from va.claim('w', 'default', 10, 60)"
	call "select failure from va.give_up()"
	call "select ran from sign.maintain(7776000, 7776000)"
	call "select t.type(problem) from web.order_get($signed, '$order')"
	call "t.order('$account', 'late$i.test')"
	call "select status from t.order_with('$account', array['a$i.test', 'b$i.test'], _reuse => true, _reuse_order => true)"
done
call "select status from web.account_update($signed, null, true)"
ok "validation, give-up, newOrder, deactivation of the account and housekeeping at once: all are answered" open_gate
ok "the account is deactivated" are "$(outcomes deactivated)" 1
ok "no order is left pending or ready" are "$(query "select count(*) from acme.orders where account_id = '$account' and status in ('pending', 'ready')")" 0
query "select sign.maintain(7776000, 7776000)" >"$dir/maintained"
ok "the old partitions are gone" are "$(query "select count(*) from pg_class where relname like 'orders_2019%' or relname like 'orders_2020%'")" 0
exec 9>&-
done_testing
