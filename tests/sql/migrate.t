#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sql/migrate.sql: from nothing, from each earlier version, again, two at once, with a step that fails, on a database that is newer.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/sql/cluster.sh
. "$top/tests/sql/cluster.sh"

cluster_start
sql=$dir/sql
cp -R "$top/sql" "$sql"
chmod -R u+w "$sql"
cd /

new_database()
{
	dropdb --if-exists chert
	createdb chert
	psql -q -d chert -f "$top/sql/roles.sql" >/dev/null
}

query()
{
	psql -qAt -d "${2:-chert}" -c "$1"
}

# says TEXT COMMAND...: succeeds and prints just that
says()
{
	text=$1
	shift
	"$@" >"$dir/said" 2>&1 && echo "$text" | diff - "$dir/said"
}

# fails TEXT COMMAND...: fails and mentions that
fails()
{
	text=$1
	shift
	! "$@" >"$dir/failure" 2>&1 && { grep -qF "$text" "$dir/failure" || ! cat "$dir/failure"; }
}

migrate()
{
	psql -q -d chert -f "$sql/migrate.sql"
}

# Everything but the objects' numbers, which a new copy of the functions changes; the random ids and keys stay in.
dump()
{
	pg_dump chert | grep -v '^\\\(un\)\?restrict'
}

unchanged()
{
	dump | diff "$dir/dump" -
}

new_database
ok "an empty database becomes current" says "schema version: 0 -> 3" migrate
ok "the version is recorded" says 3 query "select version from acme.schema_version"
ok "there is a nonce key" says 1 query "select count(*) from web.nonce_keys()"
ok "there are partitions for now" says 0 query "set search_path = acme, core; select core.make_partitions(now())"
query "insert into acme.account_keys values ('k', gen_random_uuid())"
dump >"$dir/dump"
ok "again: it is current" says "schema version: 3 -> 3" migrate
ok "again: nothing has changed" unchanged

query "create function web.left_over() returns int language sql as 'select 1'"
ok "a function that is no longer there" migrate
ok "is dropped" unchanged

# Another user's settings do not matter, being a member of chert_owner is enough.
query "create role deployer login in role chert_owner"
deploy()
{
	PGOPTIONS='-c search_path=nowhere -c default_transaction_isolation=serializable -c client_min_messages=warning' \
		psql -q -U deployer -d chert -f "$sql/migrate.sql"
}
ok "a member of chert_owner may do it" says "schema version: 3 -> 3" deploy
ok "with the same outcome" unchanged
query "create role stranger login; grant connect on database chert to stranger"
ok "others may not" fails "permission denied" psql -q -U stranger -d chert -f "$sql/migrate.sql"

# Two at once, from nothing.
two_at_once()
{
	migrate >"$dir/one" 2>&1 &
	one=$!
	migrate >"$dir/two" 2>&1 || return 1
	wait "$one" || return 1
	sort "$dir/one" "$dir/two" >"$dir/both"
	printf 'schema version: %s -> 3\n' 0 3 | diff - "$dir/both"
}
new_database
ok "two at once: both succeed, one does it" two_at_once
ok "two at once: one nonce key" says 1 query "select count(*) from acme.nonce_keys"

# A program that is connected, with its calls prepared and used.
stay_connected()
{
	psql -qAt -d chert >"$dir/connected" <<-SQL || return 1
		prepare new as select status from web.order_new(\$1, 1, core.uuid7(), 1, null,
			'[{"type": "dns", "value": "a.test"}]',
			'[{"type": "dns", "value": "a.test", "wildcard": false, "challenges": ["dns-01"]}]', 'x', null, null, 60, 60,
			false, false, null, null, null,
			'{"perspectives": ["default"], "remote": 0, "regions": 0}', null);
		prepare claim as select count(*) from va.claim('w', 'default', 1, 1);
		select account from web.account_new(core.uuid7(), 1, 'RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o', '{}',
			'[]', null, false, false, null, null, null, null) \gset
		execute new(:'account');
		execute claim;
		\! psql -Xq -d chert -f '$sql/migrate.sql' >'$dir/meanwhile'
		execute new(:'account');
		execute claim;
	SQL
	printf 'pending\n0\npending\n0\n' | diff - "$dir/connected" && grep -q 'version: 3' "$dir/meanwhile"
}
new_database
migrate >/dev/null
ok "a program that stays connected goes on" stay_connected

# Databases at earlier versions, with data.  Functions do not matter: every run makes them anew.
version_1()
{
	psql -q -d chert <<-SQL
		set role chert_owner;
		\\i $sql/migrations/0001-initial.sql
		update acme.schema_version set version = 1;
		set search_path = acme, core, pg_catalog;
		create schema core;
		\\i $sql/core/uuid_at.sql
		\\i $sql/core/uuid7.sql
		\\i $sql/core/partition_format.sql
		\\i $sql/core/make_partitions.sql
		select make_partitions(now()) \\g /dev/null
		insert into accounts (account_id, jwk, key_thumbprint, terms_agreed)
		select account_id, '{}', agreed, agreed
		  from (values (uuid7(), true), (uuid7(), false)) v(account_id, agreed);
		insert into account_keys select key_thumbprint, account_id from accounts;
		insert into orders (account_id, id, profile, identifiers, expires_at)
		select account_id, uuid7(), 'default', '[{"type": "dns", "value": "a.test"}]', now() + interval '1 day' from accounts;
		insert into authorizations (account_id, id, identifier_type, identifier, wildcard, expires_at, valid_for)
		select account_id, uuid7(), 'dns', 'a.test', false, now() + interval '1 day', '1 day' from accounts;
		insert into order_authorizations select account_id, o.id, a.id, 0 from orders o join authorizations a using (account_id);
		insert into challenges (account_id, authorization_id, type, position, token) select account_id, id, 'dns-01', 0, 't' from authorizations;
		-- Three more of each account: one passed, one failed, one in the queue.
		insert into authorizations (account_id, id, status, identifier_type, identifier, wildcard, expires_at, valid_for)
		select account_id, uuid7(), s, 'dns', s || '.test', false, now() + interval '1 day', '1 day'
		  from accounts, unnest(array['valid', 'invalid', 'pending']) s;
		insert into challenges (account_id, authorization_id, type, position, status, token, key_authorization, error, record)
		select account_id, id, 'http-01', 0, replace(status, 'pending', 'processing'), 't', 't.k',
		       case status when 'invalid' then '{"type": "dns", "detail": "x"}'::jsonb end,
		       case when status <> 'pending' then '{"perspective": "default"}'::jsonb end
		  from authorizations where identifier <> 'a.test';
		insert into jobs (id, kind, perspective, account_id, object_id, type)
		select uuid7(), 'validate', 'default', account_id, id, 'http-01' from authorizations where identifier = 'pending.test';
		insert into issuers (name, certificate, chain) values ('i', 'der', 'pem');
		insert into serials select uuid7(), account_id, id, 1, now(), now() + interval '1 day', 'tbs' from orders;
		insert into certificates (account_id, id, order_id, issuer_id, profile, names, not_before, not_after, certificate)
		select account_id, id, order_id, 1, 'default', '["a.test"]', not_before, not_after, 'der' from serials;
	SQL
}

version_2()
{
	version_1 && psql -q -d chert <<-SQL
		set role chert_owner;
		\\i $sql/migrations/0002-protocol.sql
		update acme.schema_version set version = 2;
	SQL
}

# One authorization from before goes all the way to a certificate; what was queued is done.
old_data_works()
{
	psql -qAt -d chert >"$dir/old" <<-SQL || return 1
		select account_id as a, id as z from acme.authorizations join acme.accounts using (account_id)
		 where terms is not null and identifier = 'a.test' \\gset
		select order_id as o from acme.order_authorizations where authorization_id = :'z' \\gset
		select id as c from acme.certificates where account_id = :'a' \\gset
		select id as key from web.nonce_keys() \\gset
		select terms_agreed from web.account_get(:'a', 1, core.uuid7(), :key);
		select status from web.challenge_respond(:'a', 1, core.uuid7(), :key, :'z', 'dns-01', 60, 1000);
		select accepted from va.claim('w', 'default', 9, 60) c cross join lateral va.finish(c.job, c.attempt, '', null, null, null);
		select status from web.order_finalize(:'a', 1, core.uuid7(), :key, :'o', '["a.test"]', 'spki', 'csr', '["default"]');
		select c.type, c.names, f.bell from va.claim('w', 'default', 9, 60) c cross join lateral va.finish(c.job, c.attempt, '', null, null, null) f;
		select names, evidence #> '{caa,names}', evidence #> '{authorizations,0,agreed}' from sign.claim('w', 1, 60);
		select alternates from web.certificate_get(:'a', 1, core.uuid7(), :key, :'c', 0);
		select problem ->> 'type' from web.certificate_renewal(:'c', 'key id');
		select sign.issuer_put('i', 'der', 'pem', '{other}', 'key id');
		select status from web.certificate_renewal(:'c', 'key id');
	SQL
	printf '%s\n' t processing t t t processing 'caa|[{"name": "a.test", "methods": ["dns-01"]}]|chert_issue' \
		'["a.test"]|["a.test"]|[{"region": "", "perspective": "default"}]' 0 notFound 1 valid | diff - "$dir/old"
}

schema()
{
	pg_dump -s chert | grep -v '^\\\(un\)\?restrict'
}

new_database
migrate >/dev/null
schema >"$dir/schema"
for version in 1 2; do
	new_database
	ok "version $version with data" "version_$version"
	ok "becomes current" says "schema version: $version -> 3" migrate
	ok "who had agreed has agreed to a version without a name" says "|f
|t" query "select terms, terms is not null from acme.accounts order by 2"
	ok "what validators saw is where it belongs now" says 'invalid|1|{"type": "dns", "detail": "x"}|{"perspective": "default"}|2
valid|1||{"perspective": "default"}|2' query "select status, tries, problem, record, count(*) from acme.validations group by 1, 2, 3, 4 order by 1"
	ok "orders that are open have their CAA records checked" says '["a.test"]|2' query "select caa, count(*) from acme.orders group by 1"
	ok "what was there goes on" old_data_works
	schema >"$dir/schema2"
	ok "its tables are those of a new database" sh -c 'sort "$1" >"$1.sorted"; sort "$2" | diff "$1.sorted" -' sh "$dir/schema" "$dir/schema2"
done

# A later version whose step fails half way, and then one that does not.
new_database
migrate >/dev/null
dump >"$dir/dump"
sed -i 's/^\\set new 3$/\\set new 4/; s/^update acme.schema_version/select :old < 4 as wanted \\gset\n\\if :wanted\n\\ir migrations\/0004-more.sql\n\\endif\n&/' "$sql/migrate.sql"
echo 'create table acme.more (id int); insert into acme.more select 1 / 0;' >"$sql/migrations/0004-more.sql"
ok "a step that fails: the run fails" fails "division by zero" migrate
ok "a step that fails: nothing has changed" unchanged
echo 'select 1 / 0;' >>"$sql/admin/status.sql"
echo 'create table acme.more (id int);' >"$sql/migrations/0004-more.sql"
ok "a function that fails: the run fails" fails "division by zero" migrate
ok "a function that fails: nothing has changed" unchanged
cp "$top/sql/admin/status.sql" "$sql/admin/status.sql"
ok "the next version" says "schema version: 3 -> 4" migrate
ok "has what it brings" says 0 query "select count(*) from acme.more"

dump >"$dir/dump"
ok "older files: refused" fails "schema version is 4, these files know versions up to 3 only" \
	psql -q -d chert -f "$top/sql/migrate.sql"
ok "older files: nothing has changed" unchanged
done_testing
