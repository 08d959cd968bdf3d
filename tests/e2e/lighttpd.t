#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
CHERT_WEB=lighttpd exec "$(dirname "$0")/../lib/pytest.sh" "$(dirname "$0")"
