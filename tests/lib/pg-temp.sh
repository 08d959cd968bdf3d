#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A disposable PostgreSQL cluster that listens on a socket only.
#   pg-temp.sh start DIR              makes the cluster in DIR if there is none, starts it, prints the socket's directory
#   pg-temp.sh stop DIR [immediate]   stops it, if it runs
#   pg-temp.sh bindir                 prints where PostgreSQL's programs are
# The superuser is postgres, and every local user may log in as anybody.  As root the cluster belongs to the owner of DIR,
# or to whom as-user chooses.  PG_TEMP_FSYNC=on makes commits durable.
set -eu
lib=$(cd "$(dirname "$0")" && pwd)

die()
{
	echo "pg-temp.sh: $*" >&2
	exit 1
}

bindir()
{
	for d in "${PG_BINDIR:-}" "$(pg_config --bindir 2>/dev/null || :)" \
		$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5,5nr); do
		if [ -x "$d/initdb" ]; then
			echo "$d"
			return
		fi
	done
	die "initdb not found: install postgresql"
}

as_owner()
{
	"$lib/as-user" --own "$dir" "$@" </dev/null
}

running()
{
	as_owner "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1
}

# A socket's path has room for 107 bytes: the directory is then one under /tmp, which stop removes.
make_sockdir()
{
	if [ "${#dir}" -le 80 ]; then
		echo "$dir"
	else
		as_owner mktemp -d /tmp/pg-temp.XXXXXX
	fi
}

init()
{
	rm -rf "$dir/data"
	as_owner "$bin/initdb" -D "$dir/data.new" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
		die "initdb failed: see $dir/initdb.log"
	cat >>"$dir/data.new/postgresql.conf" <<-CONF
		listen_addresses = ''
		fsync = ${PG_TEMP_FSYNC:-off}
		shared_buffers = 64MB
		max_connections = 150
	CONF
	mv "$dir/data.new" "$dir/data"
}

start()
{
	as_owner true || die "no user to run PostgreSQL as"
	[ -f "$dir/data/PG_VERSION" ] || init
	if ! running; then
		make_sockdir >"$dir/sockdir"
		as_owner "$bin/pg_ctl" -D "$dir/data" -o "-k '$(cat "$dir/sockdir")'" -l "$dir/postgresql.log" -w -t 60 start \
			>"$dir/start.log" 2>&1 || die "the server did not start: see $dir/postgresql.log"
	fi
	cat "$dir/sockdir"
}

# By the pid file only.
stop()
{
	[ -f "$dir/data/postmaster.pid" ] || return 0
	as_owner "$bin/pg_ctl" -D "$dir/data" -m "$1" -w -t 60 stop >/dev/null 2>&1 || ! running ||
		die "the server in $dir did not stop"
	sockdir=$(cat "$dir/sockdir")
	[ "$sockdir" = "$dir" ] || rmdir "$sockdir"
}

bin=$(bindir)
case ${1:-}-$# in
bindir-1)
	echo "$bin"
	;;
start-2)
	mkdir -p "$2"
	dir=$(cd "$2" && pwd)
	cd "$dir"
	start
	;;
stop-[23])
	dir=$(cd "$2" 2>/dev/null && pwd) || exit 0
	cd "$dir"
	stop "${3:-fast}"
	;;
*)
	die "usage: pg-temp.sh start DIR | stop DIR [immediate] | bindir"
	;;
esac
