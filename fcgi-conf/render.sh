#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints a template of this folder with its @names@ filled in: render.sh FILE.in [NAME=VALUE]...
# The defaults are those of an installation on Debian.  The tests and the demo render the same files for a private port
# and directory, so what is tested is what is installed.
set -eu

defaults='host=ca.example
lighttpd_listen=[::]:443
apache_listen=*:443
nginx_listen=[::]:443 ipv6only=off
processes=32
sbindir=/usr/sbin
pkgdatadir=/usr/share/chert
confdir=/etc/chert
rundir=/run/chert
lighttpd_rundir=/run/lighttpd'

[ $# -ge 1 ] || { echo 'usage: render.sh FILE.in [NAME=VALUE]...' >&2; exit 2; }
file=$1
shift

# The first rule that fits a name uses it up, so what the caller says comes before the defaults.
rule() {
	printf 's|@%s@|%s|g\n' "${1%%=*}" "$(printf '%s' "${1#*=}" | sed 's/[\\|&]/\\&/g')"
}
for setting; do
	printf '%s\n' "$defaults" | grep -q "^${setting%%=*}=" || { echo "render.sh: unknown: ${setting%%=*}" >&2; exit 2; }
done
{
	for setting; do rule "$setting"; done
	printf '%s\n' "$defaults" | while IFS= read -r setting; do rule "$setting"; done
} | sed -f /dev/stdin "$file"
