#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The pool of chert-responder --socket, without a database or web server: who runs, and that it ends when told, as TAP.
set -u
build=$(cd "${top_builddir:-.}" && pwd)
tmp=$(mktemp -d) || exit 99
master=
stopped=
cleanup()
{
	# shellcheck disable=SC2086
	kill -KILL $stopped $master 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
n=0

# ok NAME COMMAND...
ok()
{
	name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $name"
	else
		sed 's/^/# /' "$tmp/log"
		echo "not ok $n - $name"
	fi
}

start()
{
	"$build/chert-responder" --config "$tmp/conf" --socket "$tmp/socket" --workers 2 2>"$tmp/log" &
	master=$!
}

workers()
{
	cat "/proc/$master/task/$master/children"
}

has_workers()
{
	# shellcheck disable=SC2046
	set -- "$1" $(workers)
	[ $(($# - 1)) = "$1" ]
}

gone()
{
	! kill -0 "$master" 2>/dev/null
}

# within SECONDS COMMAND...
within()
{
	tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# The longest request takes two seconds then, and the grace is five.
cat >"$tmp/conf" <<-CONF
	base-url = "https://ca.example/acme"
	database = "host=$tmp dbname=none"
	database-timeout = 100ms
	responder { request-timeout = 1s }
CONF

start
ok "starts its workers though there is no database" within 10 has_workers 2
kill -TERM "$master"
ok "ends at once when told" within 3 gone
wait "$master"
ok "with success" [ $? = 0 ]
ok "and takes its socket away" [ ! -e "$tmp/socket" ]

start
within 10 has_workers 2
stopped=$(workers)
stopped=${stopped%% *}
kill -KILL "$stopped"
ok "replaces a worker that dies" within 10 grep -q 'worker-ended how="signal 9"' "$tmp/log"
ok "so that there are two again" within 10 has_workers 2
stopped=$(workers)
stopped=${stopped%% *}
kill -STOP "$stopped"
kill -HUP "$master"
ok "starts new workers at a reload, while one hangs" within 10 has_workers 3
kill -TERM "$master"
ok "does not wait for that one without end" within 20 gone
echo "1..$n"
