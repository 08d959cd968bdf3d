#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# chert-signer and the lists of chertctl against a real PostgreSQL; clients and validator are played by SQL.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
# shellcheck source=tests/sql/cluster.sh
. "$top/tests/sql/cluster.sh"
signer=$build/chert-signer
chertctl=$build/chertctl

cluster_start
createdb chert
psql -q -d chert -f "$top/sql/roles.sql" -f "$top/sql/migrate.sql" -f "$top/tests/sql/setup.sql" >"$dir/setup.log" || exit 99

# write_conf FILE ISSUER-SECTION SIGNER-SETTINGS
write_conf()
{
	cat >"$1" <<-CONF
		base-url = "https://ca.example/acme"
		database = "host=$PGHOST dbname=chert"
		signer {
			$3
		}
		$(cat "$2")
		profile "default" {
			validity = "7d"
			backdate = "30min"
		}
		profile "p-384" {
			key-types = {"p-384"}
		}
		profile "lan" {
			allow-suffixes = {"lan.test"}
			allow-wildcards = no
		}
		profile "far" {
			perspectives = {"default", "far"}
		}
	CONF
}

# --- what SQL plays

sql()
{
	psql -qAt -d chert -c "$1"
}

# processing NAME...: an order that waits for the signer; prints its id
processing()
{
	order=$(sql "select t.ready('$account', $(printf "'%s', " "$@" | sed 's/, $//'))")
	sql "select t.finalize('$account', '$order')" >/dev/null
	sql "update acme.orders set public_key = '\\x$spki', key_thumbprint = '$thumbprint' where id = '$order'"
	echo "$order"
}

# finalized ORDER TYPE: the same for an order that is there, whose challenges of that type are passed
finalized()
{
	sql "select t.respond('$account', authorization_id, '$2') from acme.order_authorizations where order_id = '$1'" >/dev/null
	sql "select t.validate(); select t.finalize('$account', '$1')" >/dev/null
	sql "update acme.orders set public_key = '\\x$spki', key_thumbprint = '$thumbprint' where id = '$1'"
}

field()
{
	sql "select $2 from acme.orders where id = '$1'"
}

# is_order ORDER TEXT: its status, error and detail
is_order()
{
	found=$(field "$1" "concat_ws(': ', status, error ->> 'type', error ->> 'detail')")
	echo "found $found"
	[ "$found" = "$2" ]
}

# certificate ORDER >FILE
certificate()
{
	id=$(field "$1" certificate_id)
	sql "select encode(certificate, 'base64') from acme.certificates where id = '$id'" | base64 -d |
		openssl x509 -inform DER
}

# has_text FILE TEXT...
has_text()
{
	file=$1
	shift
	openssl x509 -in "$file" -noout -text >"$dir/text"
	for text; do
		grep -qF -e "$text" "$dir/text" || { cat "$dir/text"; return 1; }
	done
}

# shellcheck disable=SC2120
once()
{
	timeout 60 "$signer" --config "${1:-$dir/chert.conf}" --once
}

fails()
{
	text=$1
	shift
	"$@" >"$dir/failure" 2>&1
	status=$?
	cat "$dir/failure"
	[ $status = 1 ] && grep -qF -e "$text" "$dir/failure"
}

# until_true SECONDS COMMAND...
until_true()
{
	tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

logged()
{
	grep -qF -e "$1" "$dir/signer.log"
}

# --- a CA and keys

"$chertctl" ca init --quick --dir "$dir/ca" --name Lab >/dev/null || exit 99
write_conf "$dir/chert.conf" "$dir/ca/issuer.conf" 'batch = 7'
openssl ecparam -name prime256v1 -genkey -noout -out "$dir/ee.key"
hex_spki()
{
	openssl pkey -in "$1" -pubout -outform DER | od -An -v -tx1 | tr -d ' \n'
}
b64u()
{
	base64 -w0 | tr '+/' '-_' | tr -d =
}
# thumbprint KEY: of a P-256 one (RFC 7638), whose point ends the SPKI
thumbprint()
{
	openssl pkey -in "$1" -pubout -outform DER | tail -c 64 >"$dir/point"
	printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$(head -c 32 "$dir/point" | b64u)" \
		"$(tail -c 32 "$dir/point" | b64u)" | openssl dgst -sha256 -binary | b64u
}
spki=$(hex_spki "$dir/ee.key")
thumbprint=$(thumbprint "$dir/ee.key")
account=$(sql "select t.account('thumbprint')")

# --- one certificate

ok "nothing to do" once
order=$(processing b.test '*.a.test' a.test)
ok "sign one" once
ok "order is valid" is_order "$order" valid
certificate "$order" >"$dir/ee.pem"
ok "it verifies" openssl verify -x509_strict -purpose sslserver -CAfile "$dir/ca/root.pem" -untrusted "$dir/ca/issuer.pem" \
	"$dir/ee.pem"
ok "names, and nothing else" has_text "$dir/ee.pem" "X509v3 Subject Alternative Name: critical" \
	"DNS:*.a.test, DNS:a.test, DNS:b.test" "Subject: "
ok "the key of the request" test "$(openssl x509 -in "$dir/ee.pem" -noout -pubkey)" = "$(openssl pkey -in "$dir/ee.key" -pubout)"
ok "the serial is the id" test "$(openssl x509 -in "$dir/ee.pem" -noout -serial | tr 'A-F' 'a-f')" = \
	"serial=$(field "$order" "replace(certificate_id::text, '-', '')")"
not_before=$(date -ud "$(openssl x509 -in "$dir/ee.pem" -noout -startdate | cut -d= -f2)" +%s)
not_after=$(date -ud "$(openssl x509 -in "$dir/ee.pem" -noout -enddate | cut -d= -f2)" +%s)
ok "both ends within the profile's validity" test $((not_after - not_before + 1)) = $((7 * 86400))
ok "backdated as the profile says" test $(($(date +%s) - not_before)) -ge 1800
ok "the database knows the same dates" test "$(sql "select extract(epoch from not_before)::int8 || ' ' ||
	extract(epoch from not_after)::int8 from acme.certificates")" = "$not_before $not_after"
ok "the chain is the issuer" test "$(sql "select chain from acme.issuers")" = "$(cat "$dir/ca/issuer.pem")"
ok "the key identifier is the issuer's" test "$(sql "select upper(encode(key_id, 'hex')) from acme.issuers")" = \
	"$(openssl x509 -in "$dir/ca/issuer.pem" -noout -ext subjectKeyIdentifier | sed -n '2s/[: ]//gp')"
ok "no job is left" test "$(sql "select count(*) from acme.jobs")" = 0

# --- many

for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	processing "m$i.test" >/dev/null
done
ok "more than two batches" once
ok "all are valid" test "$(sql "select count(*) from acme.certificates")" = 17

# --- what becomes no certificate, and says why

order=$(processing old.test)
sql "update acme.orders set profile = 'gone' where id = '$order'"
ok "a profile that is gone" once
ok "is explained" is_order "$order" "invalid: serverInternal: the signer has no profile gone"
order=$(processing p384.test)
sql "update acme.orders set profile = 'p-384' where id = '$order'"
ok "a key that the profile does not permit" once
ok "is explained" is_order "$order" "invalid: badCSR: keys of type p-256 are not permitted here"
order=$(processing a.lan.test evil.test)
sql "update acme.orders set profile = 'lan' where id = '$order'"
ok "a name that the profile does not permit" once
ok "is explained" is_order "$order" "invalid: rejectedIdentifier: evil.test is not under a suffix that may be certified"
order=$(processing '*.lan.test')
sql "update acme.orders set profile = 'lan' where id = '$order'"
ok "a wildcard where none is permitted" once
ok "is explained" is_order "$order" "invalid: rejectedIdentifier: wildcard names are not certified"
order=$(processing broken.test)
sql "update acme.orders set public_key = '\\x30' where id = '$order'"
ok "no key at all" once
ok "is a bad request" is_order "$order" "invalid: badCSR: public key is not of a supported type, or not well-formed"
order=$(processing disguised.test)
sql "update acme.orders set key_thumbprint = 'another' where id = '$order'"
ok "a key that passes for another" once
ok "is refused" is_order "$order" "invalid: serverInternal: job has the thumbprint of another key"
order=$(processing late.test)
sql "update acme.orders set not_after = now() + interval '7 years' where id = '$order'"
ok "longer than the issuer" once
ok "is refused" is_order "$order" "invalid: malformed: the validity asked for exceeds that of the issuing certificate"
order=$(processing long.test)
sql "update acme.orders set not_after = now() + interval '8 days' where id = '$order'"
ok "longer than the profile" once
ok "is refused" sh -c "[ '$(field "$order" "error ->> 'type'")' = malformed ]"

order=$(processing exact.test)
sql "update acme.orders set not_before = now() - interval '10 min', not_after = now() + interval '3 days' where id = '$order'"
asked=$(field "$order" "to_char(not_before at time zone 'UTC', 'YYYYMMDDHH24MISS') || 'Z ' ||
	to_char(not_after at time zone 'UTC', 'YYYYMMDDHH24MISS') || 'Z'")
ok "dates that were asked for" once
certificate "$order" >"$dir/exact.pem"
ok "are taken as they are" test "$(for d in startdate enddate; do
	date -ud "$(openssl x509 -in "$dir/exact.pem" -noout -$d | cut -d= -f2)" +%Y%m%d%H%M%SZ
done | tr '\n' ' ')" = "$asked "

# --- addresses

order=$(sql "select t.order('$account', '192.0.2.1', '2001:db8::1', 'ip.test')")
finalized "$order" http-01
ok "addresses" once
certificate "$order" >"$dir/ip.pem"
ok "are names of their own type" has_text "$dir/ip.pem" \
	"IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, DNS:ip.test"
ok "it verifies for an address" openssl verify -x509_strict -CAfile "$dir/ca/root.pem" -untrusted "$dir/ca/issuer.pem" \
	-verify_ip 2001:db8::1 "$dir/ip.pem"
order=$(sql "select t.order('$account', '192.0.2.1')")
finalized "$order" http-01
sql "update acme.orders set profile = 'lan' where id = '$order'"
ok "an address that the profile does not permit" once
ok "is explained" is_order "$order" \
	"invalid: rejectedIdentifier: 192.0.2.1 is not in a network that may be certified"

# --- what the responder must not leave out

order=$(processing near.test)
sql "update acme.orders set profile = 'far' where id = '$order'"
ok "a perspective that did not validate" once
ok "is missed" is_order "$order" "invalid: unauthorized: authorization of near.test is not what its profile demands: \
0 of 1 remote perspectives agree, expected 1"
order=$(processing a.example)
ok "a name without a check of its CAA records" once
ok "is refused" is_order "$order" "invalid: caa: CAA records for a.example were not checked"
caa_order()
{
	order=$(sql "select (t.order_with('$account', array['a.example', 'b.example'], _caa => '$1')).id")
	finalized "$order" dns-01
	[ "$(sql "select t.validate()")" = 1 ]
}
ok "one name of two" caa_order '["b.example"]'
ok "is not enough" once
ok "and the other is named" is_order "$order" "invalid: caa: CAA records for a.example were not checked"
ok "both names" caa_order '["a.example", "b.example"]'
ok "are signed" once
ok "since all was checked" is_order "$order" valid
caa_order_id=$(sql "select translate(encode(uuid_send('$order'), 'base64'), '+/=', '-_')")

# --- an earlier signer died after it reserved

first=$(processing twice.test)
once 2>/dev/null
second=$(processing twice.test)
sql "select sign.reserve(array[c.job], array[c.attempt], array[core.uuid7()], array[s.issuer_id], array[s.not_before],
            array[s.not_after], array[s.tbs])
       from sign.claim('dead', 1, 60) c, acme.serials s where s.order_id = '$first'" >/dev/null
ok "a lease that has not ended" once
ok "is respected" is_order "$second" processing
sql "update acme.jobs set run_after = now()"
ok "a lease that has ended" once
ok "is taken up" is_order "$second" valid
certificate "$first" >"$dir/first.pem"
certificate "$second" >"$dir/second.pem"
ok "the same bytes give the same certificate" cmp "$dir/first.pem" "$dir/second.pem"

# --- starting

cp "$dir/ca/issuer.key" "$dir/other.key"
"$chertctl" ca init --quick --dir "$dir/other" >/dev/null
sed "s,ca/issuer.key,other/issuer.key," "$dir/chert.conf" >"$dir/foreign.conf"
ok "a foreign key" fails "does not belong to certificate" once "$dir/foreign.conf"
sed "s,ca/issuer.key,other.key," "$dir/chert.conf" >"$dir/open.conf"
chmod 604 "$dir/other.key"
sed "/^issuer /a alternates = {\"$dir/ca/issuer.pem\", \"$dir/both.pem\"}" "$dir/chert.conf" >"$dir/alternates.conf"
cat "$dir/ca/issuer.pem" "$dir/ca/root.pem" >"$dir/both.pem"
ok "alternate chains" once "$dir/alternates.conf"
ok "go into the database, without roots" test "$(sql "select alternates[1] || alternates[2] from acme.issuers")" = \
	"$(cat "$dir/ca/issuer.pem" "$dir/ca/issuer.pem")"
cp "$dir/other/issuer.pem" "$dir/both.pem"
ok "an alternate chain of another issuer" fails "does not start with a certificate of the issuer" once "$dir/alternates.conf"
ok "no alternate chain any more" once
ok "takes them out" test "$(sql "select cardinality(alternates) from acme.issuers")" = 0
ok "a key that others may read" fails "has mode 0604" once "$dir/open.conf"
sed "s,dbname=chert,dbname=nonesuch," "$dir/chert.conf" >"$dir/nodb.conf"
ok "no database" fails "the database cannot be reached" once "$dir/nodb.conf"
sed 's,"default"\, "far",default\, default,' "$dir/chert.conf" >"$dir/twice.conf"
ok "a policy without sense" fails "profile far: perspectives has default twice" once "$dir/twice.conf"
ok "unknown option" sh -c "'$signer' --nonesuch 2>/dev/null; [ \$? = 2 ]"
ok "operand" sh -c "'$signer' x 2>/dev/null; [ \$? = 2 ]"
ok "help" sh -c "'$signer' --help | grep -q -e --once"

# --- the daemon

cp "$dir/chert.conf" "$dir/run.conf"
# A long interval, so that it is the door bell that wakes it.
sed -i 's,batch = 7,poll-interval = "1min",' "$dir/run.conf"
"$signer" --config "$dir/run.conf" 2>"$dir/signer.log" &
pid=$!
ok "it starts" until_true 30 logged " started "
order=$(processing bell.test)
sql "select web.ring('chert_issue')" >/dev/null
ok "the door bell wakes it" until_true 20 is_order "$order" valid
ok "status shows it" sh -c "'$chertctl' --config '$dir/run.conf' status | grep -q '^daemon  *signer .*/$pid  *version='"
sed -i 's,7d,7 parsecs,' "$dir/run.conf"
kill -HUP $pid
ok "a bad configuration is refused" until_true 20 logged " not-reloaded "
order=$(processing kept.test)
sql "select web.ring('chert_issue')" >/dev/null
ok "and the old one kept" until_true 20 is_order "$order" valid
sed "s,$dir/ca/,$dir/other/,; s,7 parsecs,5d," "$dir/run.conf" >"$dir/new.conf"
cp "$dir/new.conf" "$dir/run.conf"
kill -HUP $pid
ok "a good one is taken" until_true 20 logged " reloaded"
order=$(processing other.test)
sql "select web.ring('chert_issue')" >/dev/null
ok "it signs" until_true 20 is_order "$order" valid
certificate "$order" >"$dir/new.pem"
ok "with the new issuer" openssl verify -x509_strict -CAfile "$dir/other/root.pem" -untrusted "$dir/other/issuer.pem" "$dir/new.pem"
sql "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'chert_sign'" >/dev/null
order=$(processing again.test)
ok "it comes back to the database" until_true 30 is_order "$order" valid
kill -TERM $pid
wait $pid
ok "SIGTERM ends it well" test $? = 0
ok "and it says so" logged " stopped"
ok "it logged what it issued" logged " issued order="

# --- chertctl's lists and shows

ctl()
{
	"$chertctl" --config "$dir/chert.conf" "$@"
}
json()
{
	ctl "$@" --json >"$dir/json" && python3 -c "
import json, sys
rows = json.load(open('$dir/json'))
assert isinstance(rows, list)
$check" || { cat "$dir/json"; return 1; }
}

serial=$(openssl x509 -in "$dir/ee.pem" -noout -serial | cut -d= -f2)
colons=$(echo "$serial" | sed 's/../&:/g; s/:$//')
ctl cert show "$serial" >"$dir/show"
ok "cert show: PEM" sh -c "sed -n '/BEGIN/,\$p' '$dir/show' | diff - '$dir/ee.pem'"
ok "cert show: names" grep -qE '^names: +\*\.a\.test, a\.test, b\.test$|^names: +b\.test, \*\.a\.test, a\.test$' "$dir/show"
ok "cert show: colons" sh -c "'$chertctl' -c '$dir/chert.conf' cert show '$colons' | diff - '$dir/show'"
order_id=$(sed -n 's/^order_id: *//p' "$dir/show")
account_id=$(sed -n 's/^account: *//p' "$dir/show")
ok "order show" sh -c "'$chertctl' -c '$dir/chert.conf' order show '$order_id' | grep -qE '^status: +valid$'"
ok "order show: URL" sh -c "'$chertctl' -c '$dir/chert.conf' order show 'https://ca.example/acme/order/$order_id' |
	grep -qE '^id: +$order_id$'"
ctl order show "$caa_order_id" >"$dir/show"
ok "order show: who validated" grep -q '^ *- tries: 1$' "$dir/show"
ok "order show: the quorum" grep -q '^ *perspectives: default$' "$dir/show"
ok "order show: CAA" grep -q '^caa:$' "$dir/show"
ok "account show" sh -c "'$chertctl' -c '$dir/chert.conf' account show '$account_id' | grep -q 'mailto:a@example.org'"
ok "account list" sh -c "'$chertctl' -c '$dir/chert.conf' account list | grep -q '^$account_id  '"
ok "order list" sh -c "[ \$('$chertctl' -c '$dir/chert.conf' order list --limit 5 | wc -l) = 6 ]"
check='assert len(rows) == 3 and all(isinstance(r["names"], list) and len(r["account"]) == 22 for r in rows)'
ok "cert list: JSON" json cert list --limit 3
check='r, = rows; assert r["certificate"].startswith("-----BEGIN") and r["revoked_at"] is None and r["reason"] is None'
ok "cert show: JSON" json cert show "$serial"
check='r, = rows; assert r["terms"] is None and r["eab"] is None and r["key_version"] == 1 and r["created_at"].endswith("Z")'
ok "account show: JSON" json account show "$account_id"
check='assert {"what", "name", "value", "since"} == set(rows[0])'
ok "status: JSON" json status
newest=$(ctl order list --limit 1 | sed -n '2s/ .*//p')
ok "order list: before" sh -c "! '$chertctl' -c '$dir/chert.conf' order list --before '$newest' | grep -q '^$newest'"
ok "no such order" fails "no such order" ctl order show "$account_id"
ok "no such certificate" fails "no such certificate" ctl cert show "$order_id"
ok "no id" fails "is no id" ctl order show 42
sql "update acme.accounts set contact = jsonb_build_array('mailto:' || chr(27) || '[31m' || chr(155) || 'a@example.org')"
ok "nothing for the terminal to obey" sh -c "! '$chertctl' -c '$dir/chert.conf' account list | LC_ALL=C grep -q '[[:cntrl:]]\\[31m'"
ok "but as it is in JSON" sh -c "'$chertctl' -c '$dir/chert.conf' account list --json | grep -q 'u001b'"

done_testing
