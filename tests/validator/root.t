#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The validator on its way from the root of DNS, in a network namespace in which the addresses of the root are ours.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export CHERT_TEST_WRAP="$here/../perspectives/in-namespaces"
if ! "$here/../lib/as-user" "$CHERT_TEST_WRAP" true 2>/dev/null; then
	echo "1..0 # SKIP there are no user namespaces here"
	exit 0
fi
exec "$here/../lib/pytest.sh" "$here/test_root.py"
