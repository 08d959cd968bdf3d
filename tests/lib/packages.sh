#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# packages.sh NAME NEED...: installs what packages.list names for these needs and is missing, and says so as NAME.
# Root installs by itself, others through sudo; with nothing missing, neither is asked for.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1
shift

wanted=$(awk -v needs=" $* " '!/^#/ && index(needs, " " $2 " ") { print $1 }' "$here/packages.list")
# A package that another one provides (nginx-core for nginx-light, say) counts as missing: apt knows better what to do.
# shellcheck disable=SC2086
have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p') || :
missing=
for package in $wanted; do
	printf '%s\n' "$have" | grep -qx "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root=sudo
else
	echo "$name: missing packages, and no sudo to install them with; as root: apt-get install$missing" >&2
	exit 1
fi
echo "$name: installing$missing${as_root:+ (through sudo)}"

# PostgreSQL and the web servers would be started as system services, on ports of their own.  Not here.
install='
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap "rm -f $policy" EXIT
	trap "exit 1" HUP INT TERM
	printf "#!/bin/sh\nexit 101\n" >$policy
	chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -qq -y --no-install-recommends "$@" 2>&1 ||
	{ apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@"; } 2>&1
'
log=$(mktemp)
# shellcheck disable=SC2086
if ! $as_root sh -c "$install" sh $missing >"$log"; then
	echo "$name: apt-get install failed: $(grep -m1 '^E:' "$log" || tail -n 1 "$log")" >&2
	echo "$name: its output is in $log" >&2
	exit 1
fi
rm -f "$log"
