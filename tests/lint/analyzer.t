#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# gcc's analyzer over every source file, as TAP.  At -O0 it reads functions as they are written; the optimiser makes
# some into what it cannot follow, and it reports what is not there.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$top" || exit 99
gcc=${ANALYZER:-gcc}
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT

if ! echo 'int x;' | $gcc -fanalyzer -x c -c -o "$tmp/o" - 2>/dev/null; then
	echo "1..0 # SKIP no gcc with -fanalyzer"
	exit 0
fi
printf '#define %s "chert"\n' PACKAGE_NAME PACKAGE_VERSION PACKAGE_STRING SYSCONFDIR >"$tmp/config.h"
flags="-std=gnu17 -D_GNU_SOURCE -O0 -fanalyzer -Isrc -include $tmp/config.h
	$(pkg-config --cflags gnutls json-c libpq libconfuse libidn2 libpsl libevent_core libcurl libunbound)"
export gcc flags tmp
# shellcheck disable=SC2016
printf '%s\n' src/*/*.c | xargs -P "$(nproc)" -n 1 sh -c '
	name=$tmp/$(echo "$1" | tr / _)
	$gcc $flags -c -o "$name.o" "$1" >"$name.out" 2>&1 || echo "$gcc failed" >>"$name.out"' sh

n=0
for c in src/*/*.c; do
	n=$((n + 1))
	out=$tmp/$(echo "$c" | tr / _).out
	if [ -e "$out" ] && [ ! -s "$out" ]; then
		echo "ok $n - $c"
	else
		sed 's/^/# /' "$out"
		echo "not ok $n - $c"
	fi
done
echo "1..$n"
