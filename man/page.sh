#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# page.sh TEMPLATE SYSCONFDIR COMMAND...: the manual page with the line @TABLE@ replaced by what the command prints.
set -eu
template=$1 sysconfdir=$2
shift 2
table=$("$@")
while IFS= read -r line; do
	case $line in
	@TABLE@) printf '%s\n' "$table" ;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$template" | sed "s|@sysconfdir[@]|$sysconfdir|"
