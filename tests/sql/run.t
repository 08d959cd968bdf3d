#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs tests/sql/*.sql (pgTAP), each on a fresh copy of a migrated database, and prints one TAP stream.
# A copy has no grants on the database itself, so it gets the roles again.
#   tests/sql/run.t [FILE.sql]...
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/sql/cluster.sh
. "$top/tests/sql/cluster.sh"

cluster_start
createdb chert
psql -q -d chert -f "$top/sql/roles.sql" -f "$top/sql/migrate.sql" -f "$top/tests/sql/setup.sql" >"$dir/setup.log"

[ $# -gt 0 ] || set -- "$top"/tests/sql/*.sql
for f; do
	name=$(basename "$f" .sql)
	[ "$name" != setup ] || continue
	dropdb --if-exists test
	createdb -T chert test
	psql -q -d test -f "$top/sql/roles.sql"
	# A column a line: of two tests in one statement each counts.
	psql -qAt -F '
' -d test -f "$f" 2>&1 && echo "ok - $name: ran to its end" || echo "not ok - $name: ran to its end"
done | awk '
	/^(not )?ok( |$)/ { n++; sub(/ok *[0-9]* *-? */, "ok " n " - "); if (/^not/) bad++ }
	/^[0-9]+\.\.[0-9]+$/ || /^ *$/ { next }
	!/^(not )?ok / && !/^#/ { $0 = "# " $0 }
	{ print }
	END { print "1.." n; exit bad > 0 }'
