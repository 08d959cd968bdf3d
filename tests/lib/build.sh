#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# build.sh NAME DIR [CONFIGURE-OPTION]...: builds in DIR, out of tree, and says so as NAME.  Output goes to DIR/build.log.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
name=$1
dir=$2
shift 2

mkdir -p "$dir"
cd "$dir"
log=$dir/build.log
: >"$log"

step() {
	echo "$name: $1"
	shift
	"$@" >>"$log" 2>&1 && return
	reason=$(grep -m1 -E 'No space left on device|(error|Error)[: ]|\*\*\*' "$log" || tail -n 1 "$log")
	echo "$name: the build failed: $reason" >&2
	echo "$name: its output is in $log" >&2
	exit 1
}

generate() {
	(cd "$top" && exec 9<configure.ac && flock 9 && { [ -x configure ] || autoreconf -i; })
}

if [ ! -x "$top/configure" ]; then
	step "generating configure" generate
fi
if [ ! -f Makefile ]; then
	step "configuring in $dir" "$top/configure" "$@"
fi
step "building in $dir" make -j"$(nproc)"
