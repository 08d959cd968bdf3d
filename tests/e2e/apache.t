#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
CHERT_WEB=apache exec "$(dirname "$0")/../lib/pytest.sh" "$(dirname "$0")"
