#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A disposable PostgreSQL cluster that listens on a socket only.
#   pg-temp.sh start DIR   makes the cluster in DIR when there is none, starts it, prints the socket's directory
#   pg-temp.sh stop DIR [immediate]
#   pg-temp.sh run DIR COMMAND...   runs a command as the cluster's superuser, with PGHOST and PGUSER set
# PostgreSQL refuses to run as root: then the cluster belongs to the user in PG_TEMP_USER, else postgres, else nobody.
# PG_TEMP_FSYNC=on keeps what was committed through a crash of the machine.
# The superuser is called postgres; every local user may log in as anybody.
set -eu

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

user()
{
	for u in "${PG_TEMP_USER:-}" postgres nobody; do
		if [ -n "$u" ] && id "$u" >/dev/null 2>&1; then
			echo "$u"
			return
		fi
	done
	die "no unprivileged user found"
}

# Runs a command as the owner of the cluster.
as_owner()
{
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
		return
	fi
	u=$(user)
	setpriv --reuid "$u" --regid "$(id -g "$u")" --clear-groups -- env HOME="$dir" "$@"
}

# A path that is too long for a socket address is replaced by a directory of its own under /tmp.
sockdir()
{
	if [ -f "$dir/sockdir" ]; then
		cat "$dir/sockdir"
	elif [ "${#dir}" -lt 80 ]; then
		echo "$dir"
	else
		mktemp -d /tmp/pg-temp.XXXXXX
	fi
}

init()
{
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	[ -f "$dir/data/PG_VERSION" ] && [ -f "$dir/ready" ] && return
	rm -rf "$dir/data"
	sockdir >"$dir/sockdir.new" && mv "$dir/sockdir.new" "$dir/sockdir"
	if [ "$(id -u)" -eq 0 ]; then
		chown "$(user)" "$dir" "$(sockdir)"
	fi
	cd "$dir" && as_owner true || die "$(user) cannot enter $dir"
	as_owner "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
		die "initdb failed: see $dir/initdb.log"
	cat >>"$dir/data/postgresql.conf" <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$(sockdir)'
	fsync = ${PG_TEMP_FSYNC:-off}
	shared_buffers = 64MB
	max_connections = 150
	CONF
	: >"$dir/ready"
}

start()
{
	init
	if as_owner "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1; then
		sockdir
		return
	fi
	# Neither the log's reader nor the caller's pipes are held open by the server.
	as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/postgresql.log" -w -t 60 start </dev/null >"$dir/start.log" 2>&1 ||
		die "the server did not start: see $dir/postgresql.log"
	sockdir
}

# By the pid file only; a server that is not there is stopped already.
stop()
{
	[ -f "$dir/data/postmaster.pid" ] || return 0
	as_owner "$bin/pg_ctl" -D "$dir/data" -m "$1" -w -t 60 stop >/dev/null 2>&1 ||
		! as_owner "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1 ||
		die "the server in $dir did not stop"
	if [ "$(sockdir)" != "$dir" ]; then
		rmdir "$(sockdir)" 2>/dev/null && rm -f "$dir/sockdir" "$dir/ready" || :
	fi
}

[ $# -ge 2 ] || die "usage: pg-temp.sh start|stop|run DIR"
command=$1
dir=$2
shift 2
bin=$(bindir)
case $command in
start)
	start
	;;
stop)
	dir=$(cd "$dir" 2>/dev/null && pwd) || exit 0
	cd "$dir"
	stop "${1:-fast}"
	;;
run)
	dir=$(cd "$dir" && pwd)
	PGHOST=$(sockdir)
	PGUSER=postgres
	export PGHOST PGUSER
	PATH=$bin:$PATH exec "$@"
	;;
*)
	die "$command: unknown command"
	;;
esac
