#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What can be said of the tree without running chert, as TAP.  What needs a tool that is not installed is skipped.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
built=$(cd "${top_builddir:-.}" && pwd)
cd "$top" || exit 99
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
n=0

# result NAME [TOOL]: runs it; ok when it has no complaints
result() {
	n=$((n + 1))
	if ! command -v "${2:-sh}" >"$tmp/tool"; then
		echo "ok $n - $1 # SKIP no $2"
		return
	fi
	"$1" >"$tmp/out" 2>&1
	if [ -s "$tmp/out" ]; then
		sed 's/^/# /' "$tmp/out"
		echo "not ok $n - $1"
	else
		echo "ok $n - $1"
	fi
}

# What people wrote: neither what a build leaves here nor the corpus of the fuzzers, which is arbitrary bytes.
written() {
	find .clang-format ./*.md NEWS Makefile.am configure.ac check demo fcgi-conf man sql src tests -type f |
		grep -vE '(/\.deps|/__pycache__|/\.pytest_cache|^tests/fuzz/corpus)/|\.(o|a|log|trs|gcda|gcno)$|/\.dirstamp$' |
		while read -r f; do
			[ -e "$f.in" ] || [ ! -s "$f" ] || ! grep -qI . "$f" || echo "$f"
		done
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
	sed -n 's/^CALL(\([A-Z]*\), \([A-Z_]*\),.*/\1 \2/p' src/db/calls.def | tr '[:upper:]' '[:lower:]' >"$tmp/calls"
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
	for m in man/*.[1-8] "$built"/man/*.[1-8]; do
		[ ! -e "$m" ] || mandoc -Tlint -W warning "$m" || :
	done
}

shell() {
	xargs awk 'FNR == 1 && /^#!.*[\/ ](ba|da)?sh([ ]|$)/ { print FILENAME }' <"$tmp/written" |
		xargs shellcheck -x -S warning || :
}

format() {
	clang-format --dry-run src/*/*.[ch] tests/*/*.[ch] 2>&1 | grep 'warning:' | head -n 20 || :
}

places() {
	grep -v '^tests/lint/' "$tmp/written" | xargs grep -nE '/(work|root|home/[a-z]+)/' || :
}

# Leaks are the business of gcc's analyzer, which knows about cleanup; NULL is a pointer, as POSIX has it.
defects() {
	cppcheck --quiet --std=c11 --enable=warning,performance,portability -j "$(nproc)" -Isrc \
		--suppress=memleak --suppress=resourceLeak --suppress=varFuncNullUB \
		--template='{file}:{line}: {id}: {message}' src || :
}

written >"$tmp/written"
echo 1..14
for check in layers headers own_header_first no_goto marks spdx sql_files calls problems places; do
	result "$check"
done
result manual mandoc
result shell shellcheck
result defects cppcheck
result format clang-format
