#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# pytest.sh FILE... [PYTEST-OPTION]...: runs these with TAP as output, unprivileged, in a directory of its own that is
# removed afterwards (CHERT_TEST_KEEP=1 keeps it).  The programs come from $top_builddir, by default build.  CHERT_TEST_WRAP
# is a command that runs it all.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${top_builddir:-$top/build}" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/chert.XXXXXX")
[ -n "${CHERT_TEST_KEEP:-}" ] || trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM HUP

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$top/tests/lib" CHERT_BUILD="$build" CHERT_TEST_DIR="$dir"
plugin='-p tap'
[ ! -t 1 ] || plugin=-v
cd "$top"
# shellcheck disable=SC2086
tests/lib/as-user --own "$dir" ${CHERT_TEST_WRAP:-} /usr/bin/python3 -m pytest $plugin -p no:cacheprovider --rootdir "$top" --basetemp "$dir/pytest" \
	-o python_files='test_*.py' "$@"
