#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# src/db against a real PostgreSQL with the real functions: tests/db/cluster.c.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/sql/cluster.sh
. "$top/tests/sql/cluster.sh"

cluster_start
createdb chert
psql -q -d chert -f "$top/sql/roles.sql" -f "$top/sql/migrate.sql" >"$dir/setup.log"
unset PGUSER
CHERT_TEST_DATABASE="host=$PGHOST dbname=chert" "${top_builddir:-.}/tests/db/cluster"
