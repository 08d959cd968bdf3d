#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# chertctl's ceremonies: every certificate is verified by openssl, every refusal by its text, as TAP.
set -u
build=$(cd "${top_builddir:-.}" && pwd)
chertctl=$build/chertctl
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 99
n=0

report() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' out err
	fi
	cp out last
	cp err err.last
}

# works NAME COMMAND...
works() {
	name=$1
	shift
	"$@" >out 2>err
	report $? "$name"
}

# refuses NAME STATUS TEXT COMMAND...: exits with it and says that on stderr
refuses() {
	name=$1 status=$2 text=$3
	shift 3
	"$@" >out 2>err
	[ $? = "$status" ] && grep -qF -e "$text" err
	report $? "$name"
}

mode() {
	[ "$(stat -c %a "$1")" = "$2" ]
}

says() {
	file=$1
	shift
	openssl x509 -in "$file" -noout -text >out
	for text; do
		grep -qF -e "$text" out || return 1
	done
}

lacks() {
	file=$1
	shift
	openssl x509 -in "$file" -noout -text >out
	for text; do
		grep -qF -e "$text" out && return 1
	done
	return 0
}

same_key() {
	[ "$(openssl pkey -in "$1" -pubout)" = "$(openssl x509 -in "$2" -noout -pubkey)" ]
}

write_conf() {
	printf 'base-url = "https://ca.example/acme"\n'
	cat "$1"
	printf 'profile "default" {\n\t%s\n}\n' "${2-}"
}

# --- command line

works "help lists the subcommands" sh -c "'$chertctl' help | grep -q 'ca init intermediate-sign'"
works "help of a subcommand" sh -c "'$chertctl' help ca init root | grep -q 'usage: chertctl ca init root'"
works "the manual's list" sh -c "'$chertctl' help --mdoc | grep -q '^.It Cm ca init root'"
works "--help of a subcommand" sh -c "'$chertctl' server-cert --help | grep -q 'usage: chertctl server-cert .* NAME'"
works "--version" sh -c "'$chertctl' --version | grep -q '^chert [0-9]'"
refuses "no subcommand" 2 "usage: chertctl" "$chertctl"
refuses "unknown subcommand" 2 "no subcommand frobnicate" "$chertctl" frobnicate
refuses "incomplete subcommand" 2 "ca init root" "$chertctl" ca
refuses "unknown option" 2 "--nonesuch" "$chertctl" ca init root --nonesuch
refuses "surplus operand" 2 "unexpected operand x" "$chertctl" ca init root x
refuses "missing operand" 2 "server-cert needs NAME" "$chertctl" server-cert
refuses "option out of range" 2 "permitted are 1 to 36500" "$chertctl" ca init root --dir d --days 0

# --- ca init --quick

works "quick" "$chertctl" ca init --quick --dir lab --name Lab
works "quick tells the section" grep -qF "certificate = \"$tmp/lab/issuer.pem\"" last
works "quick: chain" openssl verify -x509_strict -CAfile lab/root.pem lab/issuer.pem
works "quick: root" openssl verify -x509_strict -check_ss_sig -CAfile lab/root.pem lab/root.pem
works "quick: intermediate's extensions" says lab/issuer.pem "CA:TRUE, pathlen:0" "Certificate Sign, CRL Sign" \
	"TLS Web Server Authentication" "Subject: CN = Lab Intermediate" "Issuer: CN = Lab Root"
works "quick: root has no path length" lacks lab/root.pem "pathlen"
works "quick: keys belong" same_key lab/issuer.key lab/issuer.pem
works "quick: root key mode" mode lab/root.key 600
works "quick: issuer key mode" mode lab/issuer.key 600
works "quick: certificate mode" mode lab/issuer.pem 644
cp lab/root.key before
refuses "quick does not overwrite" 1 "is already there; --force replaces it" "$chertctl" ca init --quick --dir lab
works "nothing was overwritten" cmp before lab/root.key
works "quick --force overwrites" "$chertctl" ca init --quick --dir lab --name Lab --force
works "the key is another one" sh -c '! cmp -s before lab/root.key'
refuses "init without --quick" 1 "needs --quick" "$chertctl" ca init --dir x
refuses "init without directory" 1 "option --dir is missing" "$chertctl" ca init --quick
refuses "init in a file" 1 "directory before" "$chertctl" ca init --quick --dir before
refuses "unknown key type" 1 "dsa is no key type, expected p-256" "$chertctl" ca init --quick --dir y --key-type dsa
refuses "bad title" 1 "is no title" "$chertctl" ca init --quick --dir z --issuer 'my "own"'
works "no temporary files stay" sh -c '! ls lab | grep new'

# --- two machines

for type in p-256 p-384 rsa-3072; do
	works "root $type" "$chertctl" ca init root --dir "off-$type" --name "Old & Co. Root" --organization "Old & Co." \
		--country DE --key-type $type --days 7300
	works "request $type" "$chertctl" ca init intermediate-request --dir "on-$type" --name "Old & Co. TLS 1" \
		--organization "Old & Co." --country DE --key-type $type
	works "request $type verifies" openssl req -in "on-$type/issuer.csr" -verify -noout
	works "sign $type" "$chertctl" ca init intermediate-sign --dir "off-$type" --request "on-$type/issuer.csr" \
		--out "on-$type/issuer.pem" --days 36500
	works "chain $type" openssl verify -x509_strict -CAfile "off-$type/root.pem" "on-$type/issuer.pem"
	works "subject $type" says "on-$type/issuer.pem" "Subject: C = DE, O = Old & Co., CN = Old & Co. TLS 1"
	works "pair $type" same_key "on-$type/issuer.key" "on-$type/issuer.pem"
	write_conf "on-$type/issuer.conf" >"on-$type/chert.conf"
	works "check-conf $type" "$chertctl" check-conf --config "on-$type/chert.conf"
done
works "an intermediate ends with its root at the latest" sh -c \
	'[ "$(openssl x509 -in off-p-256/root.pem -noout -enddate)" = "$(openssl x509 -in on-p-256/issuer.pem -noout -enddate)" ]'
refuses "sign does not overwrite" 1 "is already there" "$chertctl" ca init intermediate-sign --dir off-p-256 \
	--request on-p-256/issuer.csr --out on-p-256/issuer.pem
refuses "sign what is no request" 1 "holds no certificate request" "$chertctl" ca init intermediate-sign --dir off-p-256 \
	--request on-p-256/issuer.pem --out x.pem
refuses "sign without a root" 1 "nowhere/root.pem" "$chertctl" ca init intermediate-sign --dir nowhere \
	--request on-p-256/issuer.csr --out x.pem
openssl req -new -newkey ed25519 -nodes -keyout ed.key -subj /CN=ed -out ed.csr 2>/dev/null
refuses "sign an unfit key" 1 "expected RSA of 2048" "$chertctl" ca init intermediate-sign --dir off-p-256 \
	--request ed.csr --out x.pem

# --- a hierarchy made by openssl ca

mkdir -p pki/certs
: >pki/index.txt
echo 1000 >pki/serial
cat >pki/ca.cnf <<'CNF'
[ca]
default_ca = root
[root]
dir = pki
database = pki/index.txt
serial = pki/serial
new_certs_dir = pki/certs
default_md = sha256
policy = any
email_in_dn = no
copy_extensions = none
[any]
countryName = optional
organizationName = optional
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[tls_ext]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[flat_ext]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[mail_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[leaf_ext]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[nosign_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[noski_ext]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = none
authorityKeyIdentifier = keyid:always
CNF
# by_openssl NAME EXTENSIONS PARENT DATES...
by_openssl() {
	name=$1 ext=$2 parent=$3
	shift 3
	openssl req -new -config pki/ca.cnf -key "pki/$name.key" -subj "/C=DE/O=Old & Co./CN=$name" -out "pki/$name.csr" &&
		openssl ca -batch -config pki/ca.cnf -extensions "$ext" -cert "pki/$parent.pem" -keyfile "pki/$parent.key" \
			-in "pki/$name.csr" -out "pki/$name.pem" "$@"
} >openssl.log 2>&1

openssl genrsa -out pki/root.key 3072 2>/dev/null
openssl req -new -x509 -config pki/ca.cnf -extensions root_ext -key pki/root.key -subj "/C=DE/O=Old & Co./CN=root" \
	-days 3650 -out pki/root.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out pki/tls.key 2>/dev/null
openssl ecparam -name prime256v1 -genkey -out pki/policy.key
openssl ecparam -name secp384r1 -genkey -noout -out pki/sub.key
for k in mail leaf nosign noski expired; do cp pki/policy.key pki/$k.key; done
by_openssl tls tls_ext root -days 1825
by_openssl policy flat_ext root -days 1825
by_openssl sub tls_ext policy -days 1825
by_openssl mail mail_ext root -days 1825
by_openssl leaf leaf_ext root -days 1825
by_openssl nosign nosign_ext root -days 1825
by_openssl noski noski_ext root -days 1825
by_openssl expired tls_ext root -startdate 20200101000000Z -enddate 20210101000000Z
openssl rsa -in pki/tls.key -traditional -out pki/tls-legacy.key 2>/dev/null
openssl rsa -in pki/tls.key -traditional -aes128 -passout pass:secret -out pki/tls-legacy-enc.key 2>/dev/null
openssl pkcs8 -topk8 -in pki/tls.key -passout pass:secret -out pki/tls-enc.key
openssl pkey -in pki/tls.key -outform DER -out pki/tls-der.key
chmod 600 pki/*.key

# import NAME of the directory, then options
import() {
	dir=$1
	shift
	"$chertctl" ca import --dir "$dir" "$@"
}
# imported DIR KEY CRT: keys and certificate came through, and the section works
imported() {
	same_key "$1/issuer.key" "$3" && openssl verify -x509_strict -CAfile pki/root.pem -untrusted pki/policy.pem \
		"$1/issuer.pem" && mode "$1/issuer.key" 600 && grep -q 'BEGIN PRIVATE KEY' "$1/issuer.key" &&
		write_conf "$1/issuer.conf" >"$1/chert.conf" && "$chertctl" check-conf --config "$1/chert.conf"
}

works "import with the root for a chain" import imp1 --certificate pki/tls.pem --key pki/tls.key --chain pki/root.pem
works "import prints the section" grep -q 'key = "/.*/imp1/issuer.key"' last
works "import tells the root" sh -c \
	"'$chertctl' ca import --dir imp0 --certificate pki/tls.pem --key pki/tls.key | grep -q '^# Clients must trust CN=root,'"
works "imported" imported imp1 pki/tls.key pki/tls.pem
works "the root is not kept as chain" test ! -e imp1/issuer-chain.pem
works "import without chain" import imp2 --certificate pki/tls.pem --key pki/tls.key --issuer "old.ca_1"
works "imported without chain" imported imp2 pki/tls.key pki/tls.pem
cat pki/policy.pem pki/root.pem >pki/chain.pem
works "import with a long chain" import imp3 --certificate pki/sub.pem --key pki/sub.key --chain pki/chain.pem
works "imported with a long chain" imported imp3 pki/sub.key pki/sub.pem
works "the chain ends below the root" sh -c '[ "$(grep -c BEGIN imp3/issuer-chain.pem)" = 1 ]'
works "import a traditional RSA key" import imp4 --certificate pki/tls.pem --key pki/tls-legacy.key
works "imported a traditional RSA key" imported imp4 pki/tls.key pki/tls.pem
works "import an EC key behind its parameters" import imp5 --certificate pki/policy.pem --key pki/policy.key
works "imported an EC key behind its parameters" imported imp5 pki/policy.key pki/policy.pem
works "import a root" import imp6 --certificate pki/root.pem --key pki/root.key
works "imported a root" imported imp6 pki/root.key pki/root.pem
refuses "import does not overwrite" 1 "is already there" import imp1 --certificate pki/tls.pem --key pki/tls.key
works "import --force" import imp1 --force --certificate pki/tls.pem --key pki/tls.key
refuses "foreign key" 1 "key pki/policy.key does not belong to certificate pki/tls.pem" \
	import no --certificate pki/tls.pem --key pki/policy.key
refuses "encrypted key" 1 "is encrypted: decrypt it first" import no --certificate pki/tls.pem --key pki/tls-enc.key
refuses "encrypted traditional key" 1 "is encrypted: decrypt it first" \
	import no --certificate pki/tls.pem --key pki/tls-legacy-enc.key
refuses "key in DER" 1 "holds no private key in PEM form" import no --certificate pki/tls.pem --key pki/tls-der.key
refuses "certificate for key" 1 "holds no private key in PEM form" \
	sh -c 'chmod 600 pki/tls.pem; "$@"' sh "$chertctl" ca import --dir no --certificate pki/tls.pem --key pki/tls.pem
refuses "no key file" 1 "key pki/none: No such file" import no --certificate pki/tls.pem --key pki/none
refuses "no certificate file" 1 "pki/none" import no --certificate pki/none --key pki/tls.key
chmod 644 pki/tls.key
refuses "key that others may read" 1 "has mode 0644" import no --certificate pki/tls.pem --key pki/tls.key
chmod 600 pki/tls.key
refuses "wrong order" 1 "is not in order: " import no --certificate pki/sub.pem --key pki/sub.key --chain pki/root.pem
refuses "leaf" 1 "is no CA" import no --certificate pki/leaf.pem --key pki/leaf.key
refuses "not for signing" 1 "expected keyUsage with keyCertSign" import no --certificate pki/nosign.pem --key pki/nosign.key
refuses "not for servers" 1 "expected extKeyUsage with serverAuth" import no --certificate pki/mail.pem --key pki/mail.key
refuses "expired" 1 "has expired" import no --certificate pki/expired.pem --key pki/expired.key
refuses "without key identifier" 1 "no usable subject key identifier" \
	import no --certificate pki/noski.pem --key pki/noski.key
refuses "missing option" 1 "option --key is missing" import no --certificate pki/tls.pem
works "nothing was written" test ! -e no

# --- server-cert and check-conf

for ca in lab on-p-384 on-rsa-3072 imp3; do
	root=pki/root.pem
	case $ca in
	lab) root=lab/root.pem ;;
	on-*) root=off-${ca#on-}/root.pem ;;
	esac
	write_conf $ca/issuer.conf 'policy-oid = "2.23.140.1.2.1" ca-issuers-url = "http://ca.example/i.cer"
		crl-url = "http://ca.example/i.crl"' >$ca/chert.conf
	works "server-cert $ca" "$chertctl" --config $ca/chert.conf server-cert --cert $ca/s.pem --key $ca/s.key \
		ca.example localhost 127.0.0.1 ::1 '*.CA.example' --days 30
	works "server-cert $ca verifies" openssl verify -x509_strict -purpose sslserver -verify_hostname ca.example \
		-CAfile $root -untrusted $ca/s.pem $ca/s.pem
	works "server-cert $ca for an address" openssl verify -x509_strict -verify_ip 127.0.0.1 \
		-CAfile $root -untrusted $ca/s.pem $ca/s.pem
	works "server-cert $ca verifies with GnuTLS" sh -c \
		"cat $ca/s.pem $root >all.pem; certtool --verify-chain --infile all.pem --verify-profile medium"
	works "server-cert $ca: names" says $ca/s.pem "X509v3 Subject Alternative Name: critical" \
		"DNS:ca.example, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:*.ca.example"
	works "server-cert $ca: extensions" says $ca/s.pem "CA:FALSE" "Policy: 2.23.140.1.2.1" "URI:http://ca.example/i.crl" \
		"CA Issuers - URI:http://ca.example/i.cer" "TLS Web Server Authentication"
	works "server-cert $ca: pair" same_key $ca/s.key $ca/s.pem
	works "server-cert $ca: key mode" mode $ca/s.key 600
done
refuses "server-cert does not overwrite" 1 "is already there" \
	"$chertctl" server-cert --config lab/chert.conf --cert lab/s.pem --key lab/s.key ca.example
refuses "server-cert with a bad name" 1 "a_b.example: identifier has byte 0x5f" \
	"$chertctl" server-cert --config lab/chert.conf --cert t.pem --key t.key a_b.example
refuses "server-cert with an unknown issuer" 1 "there is no issuer nobody" \
	"$chertctl" server-cert --config lab/chert.conf --issuer nobody --cert t.pem --key t.key a.example
works "no key without certificate" test ! -e t.key
works "check-conf" "$chertctl" --config lab/chert.conf check-conf
works "check-conf says OK" grep -qx "lab/chert.conf: OK" last
sed 's,issuer.key,root.key,' lab/chert.conf >wrong.conf
refuses "check-conf with the wrong key" 1 "does not belong to certificate" "$chertctl" check-conf --config wrong.conf
works "check-conf without keys" "$chertctl" check-conf --config wrong.conf --without-keys
cat >remote.conf <<-'CONF'
	base-url = "https://ca.example/acme"
	database = "host=db.ca.example dbname=chert sslmode=verify-full"
	validator { perspective = "remote" region = "ARIN" }
CONF
works "check-conf of a remote perspective" "$chertctl" check-conf --config remote.conf
works "check-conf says what that is not for" \
	grep -qx "remote.conf: OK for validators and responders; a signer needs an issuer section" last
refuses "which refuses it" 1 "remote.conf has no issuer section" "$build/chert-signer" --config remote.conf --once
sed 's/region =.*/deny-networks = {"ten"} }/' remote.conf >ten.conf
refuses "check-conf of an erroneous remote perspective" 1 "deny-networks: 'ten' is not a network" \
	"$chertctl" check-conf --config ten.conf
policy() {
	{ cat lab/chert.conf && echo "$1"; } >policy.conf
	"$chertctl" check-conf --config policy.conf
}
refuses "check-conf: challenge type" 1 \
	"profile odd: challenges has http-02, expected http-01, dns-01, tls-alpn-01, dns-account-01 or dns-persist-01" \
	policy 'profile "odd" { challenges = {"http-02"} }'
refuses "check-conf: identifier type" 1 "profile odd: identifier-types has email, expected dns or ip" \
	policy 'profile "odd" { identifier-types = {"email"} }'
refuses "check-conf: network" 1 "profile odd: allow-addresses: '10.0.0.0/33' is not a network" \
	policy 'profile "odd" { allow-addresses = {"10.0.0.0/33"} }'
refuses "check-conf: network to connect to" 1 "deny-networks: 'ten' is not a network" \
	policy 'validator { deny-networks = {"ten"} }'
refuses "check-conf: quorum" 1 "profile odd: quorum is 2, expected at most the number of remote perspectives, 1" \
	policy 'profile "odd" { perspectives = {"a", "b"} quorum = "2" }'
refuses "check-conf: public quorum" 1 "quorum = public demands at least" \
	policy 'profile "odd" { perspectives = {"a", "b", "c"} quorum = "public" }'
remotes='"b", "c", "d", "e"' # enough until 2026-12-15
if [ "$(date +%s)" -lt 1797292800 ]; then
	works "check-conf: public quorum of these days" policy "profile \"odd\" { perspectives = {\"a\", $remotes} quorum = \"public\" }"
	works "check-conf: but not of later ones" grep -qF "policy.conf: warning: profile odd: perspectives has 4 remote ones" err.last
fi
seven='"b", "c", "d", "e", "f", "g"'
public() {
	policy "profile \"odd\" { perspectives = {\"a\", $seven} quorum = \"public\" $1 }
		validator { perspective = \"a\" $2 }"
}
works "check-conf: public, without CAA" public 'caa = no' 'trust-anchor-file = "/dev/null"'
works "check-conf: which it warns of" grep -qF "profile odd: quorum = public demands CAA records, but caa is no" err.last
works "check-conf: public, without DNSSEC" public '' ''
works "check-conf: which it warns of as well" grep -qF "demands DNSSEC of perspective a, but there is no trust-anchor-file" err.last
works "check-conf: public, with an insecure zone" public '' 'trust-anchor-file = "/dev/null" insecure-zones = {"corp.example"}'
works "check-conf: which it warns of too" grep -qF "demands DNSSEC of perspective a, but there are insecure-zones" err.last
works "check-conf: public, as it should be" public '' 'trust-anchor-file = "/dev/null"'
works "check-conf: without a warning" test ! -s err.last
refuses "check-conf: dns-persist-01 without issuer" 1 "dns-persist-01, which needs 1 to 10 caa-identities" \
	policy 'profile "odd" { challenges = {"dns-persist-01"} }'
refuses "check-conf: caa-identities" 1 "caa-identities has CA.example, expected a domain name in lower case" \
	policy 'caa-identities = {"CA.example"}'
works "check-conf: all of it" policy 'caa-identities = {"ca.example"}
	profile "odd" { challenges = {"dns-persist-01"} perspectives = {"a", "b"} quorum = "1" regions = 1 }'
refuses "check-conf without file" 1 "/nonexistent/conf" "$chertctl" check-conf --config /nonexistent/conf
works "settings for the manual" sh -c "'$chertctl' check-conf --dump-mdoc | grep -q '^\.It'"
refuses "no database" 1 "database" "$chertctl" --config lab/chert.conf status

echo "1..$n"
