#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every requirement has its test, see tests/conformance/show.
exec /usr/bin/python3 "$(dirname "$0")/show" --check
