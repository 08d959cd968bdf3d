# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by the tests of sql/, which set `top`: a disposable cluster in $dir, gone when the test ends.

: "${top:?}"
dir=$(mktemp -d)
# psql, createdb and their kind then reach the cluster as its superuser, and stop at the first error.
cluster_start()
{
	trap '"$top/tests/lib/pg-temp.sh" stop "$dir" immediate; rm -rf "$dir"' EXIT
	trap 'exit 1' HUP INT TERM
	PGHOST=$("$top/tests/lib/pg-temp.sh" start "$dir")
	PATH=$("$top/tests/lib/pg-temp.sh" bindir):$PATH
	PGUSER=postgres
	PGOPTIONS='-c client_min_messages=warning'
	export PGHOST PGUSER PGOPTIONS
	unset PGDATABASE PGPORT PGSERVICE
}

psql()
{
	command psql -X -v ON_ERROR_STOP=1 "$@"
}

# ok NAME COMMAND...: one TAP line, by the status of the command, whose output is shown when it fails.
n=0
ok()
{
	name=$1
	shift
	n=$((n + 1))
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $n - $name"
	else
		sed 's/^/# /' "$dir/out"
		echo "not ok $n - $name"
	fi
}

done_testing()
{
	echo "1..$n"
}
