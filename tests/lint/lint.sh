#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What can be said of the tree without running chert, as TAP.  Needs: gcc, mandoc, shellcheck, clang-format.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$top" || exit 99
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
n=0

# result NAME FILE: ok when the file of complaints is empty
result() {
	n=$((n + 1))
	if [ -s "$2" ]; then
		sed 's/^/# /' "$2"
		echo "not ok $n - $1"
	else
		echo "ok $n - $1"
	fi
}

# A folder may include itself and the folders named after it.
layers() {
	while read -r folder allowed; do
		grep -n '^#include "' "src/$folder"/*.[ch] /dev/null |
			grep -vE "\"($(echo "$folder $allowed" | tr ' ' '|'))/" || :
	done <<-'TABLE'
		base
		json base
		pki json base
		db json base
		acme db pki json base
		responder acme db pki json base
		validator acme db pki json base
		signer acme db pki json base
		ctl signer acme db pki json base
	TABLE
}

headers() {
	flags=$(pkg-config --cflags gnutls json-c libpq libconfuse libevent_core libcurl libunbound)
	for h in src/*/*.h; do
		# shellcheck disable=SC2086
		${CC:-cc} -std=gnu17 -D_GNU_SOURCE $flags -Isrc -Wall -Werror -fsyntax-only -x c "$h" 2>&1 || :
	done
}

own_header_first() {
	for c in src/*/*.c; do
		h=${c%.c}.h
		[ -e "$h" ] || continue
		first=$(grep -m1 '^#include' "$c")
		[ "$first" = "#include \"${h#src/}\"" ] || echo "$c: first include is $first"
	done
}

no_goto() {
	grep -nE '\bgoto\b' src/*/*.[ch] | grep -vE ':[[:space:]]*(/?\*)' || :
}

marks() {
	grep -rnIE '\b(TODO|FIXME|XXX)\b' src sql fcgi-conf man demo check README.md || :
}

spdx() {
	for f in src/*/*.[ch] src/*/*.def sql/*.sql sql/*/*.sql tests/*/*.[ch]; do
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' || echo "$f"
	done
}

# One function per file, named like it, and every file is loaded by migrate.sql.
sql_files() {
	for f in sql/core/*.sql sql/web/*.sql sql/va/*.sql sql/sign/*.sql sql/admin/*.sql; do
		name=$(basename "$f" .sql)
		schema=$(basename "$(dirname "$f")")
		grep -qiE "^create function $schema\.$name *\(" "$f" || echo "$f does not create $schema.$name"
		[ "$(grep -ciE '^create function' "$f")" = 1 ] || echo "$f creates several functions"
		grep -qE "\\\\ir +$schema/$name\.sql" sql/migrate.sql || echo "migrate.sql does not load $f"
	done
	for f in sql/migrations/*.sql; do
		grep -qF "migrations/$(basename "$f")" sql/migrate.sql || echo "migrate.sql does not know $f"
	done
}

calls() {
	sed -n 's/^CALL(\([A-Z]*\), \([A-Z_]*\),.*/\1 \2/p' src/db/calls.def | tr 'A-Z' 'a-z' >"$tmp/calls"
	while read -r schema name; do
		[ -e "sql/$schema/$name.sql" ] || echo "calls.def: no sql/$schema/$name.sql"
	done <"$tmp/calls"
	for f in sql/web/*.sql sql/va/*.sql sql/sign/*.sql sql/admin/*.sql; do
		grep -qx "$(basename "$(dirname "$f")") $(basename "$f" .sql)" "$tmp/calls" || echo "$f: no row in calls.def"
	done
}

problems() {
	sed -n 's/^PROBLEM(\([A-Z_]*\), *"\([A-Za-z]*\)".*/\1 \2/p' src/base/problem.def |
		while read -r code name; do
			grep -rqE "PROB_$code\b|'$name'" src/*/*.c sql || echo "nothing raises $name"
		done
}

manual() {
	for m in man/*.[1-8]; do
		mandoc -Tlint -W warning "$m" 2>&1 || :
	done
}

shell() {
	git ls-files 2>/dev/null | while read -r f; do
		case "$(head -c 32 "$f" 2>/dev/null | head -n 1 | tr -d '\0')" in
		'#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'*) echo "$f" ;;
		esac
	done >"$tmp/scripts"
	[ -s "$tmp/scripts" ] || return 0
	xargs shellcheck -x -S warning <"$tmp/scripts" 2>&1 || :
}

format() {
	clang-format --dry-run src/*/*.[ch] tests/*/*.[ch] 2>&1 | grep 'warning:' | head -n 20 || :
}

places() {
	git grep -nIE '/(work|root|home/[a-z]+)/' -- . ':!tests/lint' 2>/dev/null || :
}

echo 1..13
for check in layers headers own_header_first no_goto marks spdx sql_files calls problems manual shell format places; do
	$check >"$tmp/out" 2>&1
	result "$check" "$tmp/out"
done
