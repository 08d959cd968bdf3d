#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sql/migrate.sql: from nothing, again, two at once, with a step that fails, on a database that is newer.
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
ok "an empty database becomes current" says "schema version: 0 -> 1" migrate
ok "the version is recorded" says 1 query "select version from acme.schema_version"
ok "there is a nonce key" says 1 query "select count(*) from web.nonce_keys()"
ok "there are partitions for now" says 0 query "set search_path = acme, core; select core.make_partitions(now())"
query "insert into acme.account_keys values ('k', gen_random_uuid())"
dump >"$dir/dump"
ok "again: it is current" says "schema version: 1 -> 1" migrate
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
ok "a member of chert_owner may do it" says "schema version: 1 -> 1" deploy
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
	printf 'schema version: %s -> 1\n' 0 1 | diff - "$dir/both"
}
new_database
ok "two at once: both succeed, one does it" two_at_once
ok "two at once: one nonce key" says 1 query "select count(*) from acme.nonce_keys"

# A program that is connected, with its calls prepared and used.
stay_connected()
{
	psql -qAt -d chert >"$dir/connected" <<-SQL || return 1
		prepare new as select status from web.order_new(\$1, 1, core.uuid7(), 1,
			'[{"type": "dns", "value": "a.test"}]',
			'[{"type": "dns", "value": "a.test", "wildcard": false, "challenges": ["dns-01"]}]', 'x', null, null, 60, 60);
		prepare claim as select count(*) from va.claim('w', 'default', 1, 1);
		select account from web.account_new(core.uuid7(), 1, 'RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o', '{}',
			'[]', true, false) \gset
		execute new(:'account');
		execute claim;
		\! psql -Xq -d chert -f '$sql/migrate.sql' >'$dir/meanwhile'
		execute new(:'account');
		execute claim;
	SQL
	printf 'pending\n0\npending\n0\n' | diff - "$dir/connected" && grep -q 'version: 1' "$dir/meanwhile"
}
new_database
migrate >/dev/null
ok "a program that stays connected goes on" stay_connected

# A later version whose step fails half way, and then one that does not.
new_database
migrate >/dev/null
dump >"$dir/dump"
sed -i 's/^\\set new 1$/\\set new 2/; s/^update acme.schema_version/select :old < 2 as wanted \\gset\n\\if :wanted\n\\ir migrations\/0002-more.sql\n\\endif\n&/' "$sql/migrate.sql"
echo 'create table acme.more (id int); insert into acme.more select 1 / 0;' >"$sql/migrations/0002-more.sql"
ok "a step that fails: the run fails" fails "division by zero" migrate
ok "a step that fails: nothing has changed" unchanged
echo 'select 1 / 0;' >>"$sql/admin/status.sql"
echo 'create table acme.more (id int);' >"$sql/migrations/0002-more.sql"
ok "a function that fails: the run fails" fails "division by zero" migrate
ok "a function that fails: nothing has changed" unchanged
cp "$top/sql/admin/status.sql" "$sql/admin/status.sql"
ok "the next version" says "schema version: 1 -> 2" migrate
ok "has what it brings" says 0 query "select count(*) from acme.more"

dump >"$dir/dump"
ok "older files: refused" fails "schema version is 2, these files know versions up to 1 only" \
	psql -q -d chert -f "$top/sql/migrate.sql"
ok "older files: nothing has changed" unchanged
done_testing
