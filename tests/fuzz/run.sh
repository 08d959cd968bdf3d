#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Fuzzes the targets named (json, b64u, ...; all when none is), each for FUZZ_SECONDS (default 20), with clang's libFuzzer
# under AddressSanitizer and UndefinedBehaviorSanitizer.  What it finds is kept under DIR (default: a new folder
# in TMPDIR); the corpus in the source tree is only read.
# usage: [FUZZ_SECONDS=n] [DIR=folder] tests/fuzz/run.sh [name...]
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${FUZZ_SECONDS:-20}
dir=${DIR:-$(mktemp -d)}
mkdir -p "$dir"
modules='gnutls json-c libpq libconfuse libidn2 libpsl libcurl'

# The sources that a target needs besides its own.
sources()
{
	case $1 in
	b64u|conf) set -- base ;;
	json) set -- base json ;;
	*) set -- base json pki ;;
	esac
	for folder; do
		ls "$top/src/$folder/"*.c
	done
	if [ -f "$top/tests/fuzz/fuzz-$name.sources" ]; then
		sed "s,^,$top/," "$top/tests/fuzz/fuzz-$name.sources"
	fi
}

build()
{
	# shellcheck disable=SC2046,SC2086 # lists of words
	clang -std=gnu17 -D_GNU_SOURCE -DSYSCONFDIR='"/etc"' -DPACKAGE_STRING='"chert"' -DWITH_SANITIZERS=1 \
		-g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
		-I"$top/src" $(pkg-config --cflags $modules) \
		-o "$dir/fuzz-$name" "$top/tests/fuzz/fuzz-$name.c" $(sources "$name") $(pkg-config --libs $modules) -lfcgi
}

if [ $# -eq 0 ]; then
	# shellcheck disable=SC2046,SC2012 # one word each
	set -- $(ls "$top"/tests/fuzz/fuzz-*.c | sed 's,.*/fuzz-,,; s,\.c$,,')
fi
for name; do
	build
	mkdir -p "$dir/$name"
	"$dir/fuzz-$name" -max_total_time="$seconds" -max_len=4096 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$dir/" "$dir/$name" "$top/tests/fuzz/corpus/$name" 2> "$dir/$name.log" || {
		tail -n 40 "$dir/$name.log" >&2
		echo "fuzz-$name: failed, see $dir" >&2
		exit 1
	}
	echo "fuzz-$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$name.log") runs in $seconds s, nothing found"
done
