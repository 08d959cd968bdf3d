#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# src/db/calls.def against the catalog, and the files of sql/ against migrate.sql.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/sql/cluster.sh
. "$top/tests/sql/cluster.sh"

cluster_start
createdb chert
psql -q -d chert -f "$top/sql/roles.sql" -f "$top/sql/migrate.sql" >"$dir/setup.log"

# One line per call: schema.name|type type…|column:type column:type…
# shellcheck disable=SC2016
${CC:-cc} -E -P -x c '-DCALL(s,n,p,r,f)=@s.n|p|r|' "$top/src/db/calls.def" | tr '\n' ' ' | tr '@' '\n' |
	sed -n 's/" *"//g; s/ *| */|/g; s/"//g; s/^\([^|]*\)|\([^|]*\)|\([^|]*\)|.*/\1|\2|\3/p' |
	awk -F'|' -v OFS='|' '{ $1 = tolower($1); print }' | sed 's/ *\. */./' >"$dir/calls"

# As PostgreSQL names types.
long()
{
	sed -E 's/\bint4\b/integer/; s/\bint8\b/bigint/; s/\bbool\b/boolean/; s/\btimestamptz\b/timestamp with time zone/'
}

# same_columns CALL TYPES COLUMNS: what a client is told of the result of that very call.
same_columns()
{
	args=$(for t in $2; do printf ', null::%s' "$t"; done)
	echo "select * from $1(${args#, }) \\gdesc" | psql -qAt -F: -d chert >"$dir/have" || return 1
	for c in $3; do echo "$c" | long; done | diff - "$dir/have"
}

same_names()
{
	cut -d'|' -f1 "$dir/calls" | sort | diff - "$dir/functions"
}

same_types()
{
	psql -qAt -d chert -c "select count(*) from pg_proc p join pg_namespace n on n.oid = pronamespace
		where nspname || '.' || proname = '$1' and oidvectortypes(proargtypes) = '$2'" | grep -qx 1
}

psql -qAt -d chert -c "select nspname || '.' || proname from pg_proc p join pg_namespace n on n.oid = pronamespace
	where nspname in ('web', 'va', 'sign', 'admin')" | sort >"$dir/functions"
ok "the functions are those of calls.def" same_names
while IFS='|' read -r call types columns; do
	ok "$call has the result columns of calls.def" same_columns "$call" "$types" "$columns"
	types=$(for t in $types; do echo "$t" | long; done | paste -sd, | sed 's/,/, /g')
	ok "$call has the parameter types of calls.def" same_types "$call" "$types"
done <"$dir/calls"

# A file is one function of its own name, with its contract before it, and migrate.sql reads it.
files()
{
	(cd "$top/sql" && ls core/*.sql web/*.sql va/*.sql sign/*.sql admin/*.sql migrations/*.sql | sort) >"$dir/files"
	sed -n 's/^[[:space:]]*\\ir //p' "$top/sql/migrate.sql" | sort | diff "$dir/files" -
}

contracts()
{
	bad=0
	for f in "$top"/sql/core/*.sql "$top"/sql/web/*.sql "$top"/sql/va/*.sql "$top"/sql/sign/*.sql "$top"/sql/admin/*.sql; do
		name=$(basename "$(dirname "$f")").$(basename "$f" .sql)
		if [ "$(sed -n '1p' "$f")" != "-- SPDX-License-Identifier: BSD-2-Clause" ] ||
			! sed -n '2p' "$f" | grep -q '^-- .' ||
			[ "$(sed -n 's/^create function \([a-z0-9_.]*\)(.*/\1/p' "$f")" != "$name" ]; then
			echo "$f"
			bad=1
		fi
	done
	return $bad
}

newest()
{
	want=$(basename "$(printf "%s\n" "$top"/sql/migrations/*.sql | sort | tail -n 1)" | sed 's/^0*\([0-9]*\)-.*/\1/')
	grep -q "^\\\\set new $want\$" "$top/sql/migrate.sql" && grep -q "^#define DB_SCHEMA_VERSION $want " "$top/src/db/db.h"
}

ok "migrate.sql reads every file once" files
ok "a file is one function, with its contract" contracts
ok "migrate.sql and db.h know the newest migration" newest
done_testing
