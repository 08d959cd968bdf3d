#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Validators in network namespaces, some of which are lied to.  The namespaces belong to a user namespace, so that this
# needs no privilege and leaves nothing behind; where there is none to have (in a chroot) it is skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export CHERT_TEST_WRAP="$here/in-namespaces"
if ! "$here/../lib/as-user" "$CHERT_TEST_WRAP" true 2>/dev/null; then
	echo "1..0 # SKIP there are no user namespaces here"
	exit 0
fi
exec "$here/../lib/pytest.sh" "$here"
