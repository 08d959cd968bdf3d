#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# chertctl eab, account agree and perspective against a real PostgreSQL; the client is played by SQL.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
# shellcheck source=tests/sql/cluster.sh
. "$top/tests/sql/cluster.sh"

cluster_start
createdb chert
psql -q -d chert -f "$top/sql/roles.sql" -f "$top/sql/migrate.sql" -f "$top/tests/sql/setup.sql" >"$dir/setup.log" || exit 99
cat >"$dir/chert.conf" <<CONF
base-url = "https://ca.example/acme"
database = "host=$PGHOST dbname=chert"
profile "short" {
	validity = "1d"
}
CONF
(cat "$dir/chert.conf" && echo 'terms-of-service = "https://ca.example/terms"') >"$dir/terms.conf"
(cat "$dir/terms.conf" && echo 'terms-version = "2"') >"$dir/version.conf"

ctl()
{
	"$build/chertctl" --config "$dir/chert.conf" "$@"
}

sql()
{
	psql -qAt -d chert -c "$1"
}

# refuses STATUS TEXT COMMAND...: exits with it and says that on stderr
refuses()
{
	status=$1 text=$2
	shift 2
	"$@" 2>"$dir/err"
	found=$?
	cat "$dir/err"
	[ $found = "$status" ] && grep -qF -e "$text" "$dir/err"
}

# json COMMAND...: its output satisfies $check
json()
{
	ctl "$@" --json >"$dir/json" && python3 -c "
import json
r = json.load(open('$dir/json'))
$check" || { cat "$dir/json"; return 1; }
}

# key KID COLUMNS: what the database has
key()
{
	sql "select $2 from acme.eab_keys where kid = '$1'"
}

# --- create

check='import base64, re
assert set(r) == {"kid", "hmac_key"} and re.fullmatch("[0-9a-f]{24}", r["kid"])
assert re.fullmatch("[A-Za-z0-9_][A-Za-z0-9_-]{42}", r["hmac_key"]) and len(base64.urlsafe_b64decode(r["hmac_key"] + "=")) == 32'
ok "create: JSON" json eab create
kid=$(sed 's/.*"kid": "\([^"]*\)".*/\1/' "$dir/json")
mac=$(sed 's/.*"hmac_key": "\([^"]*\)".*/\1/' "$dir/json")
ok "the database has that key" test "$(key "$kid" "rtrim(translate(encode(mac_key, 'base64'), '+/', '-_'), '=')")" = "$mac"
ok "single use, without limits" test "$(key "$kid" "concat_ws(',', single_use, status, note = '', num_nulls(expires_at,
	names, profiles, max_orders))")" = "t,valid,t,4"
ctl eab create --kid team_1 --note 'the web team' --uses many --expires 2099-01-02T03:04:05Z --name Web.Example --name corp \
	--profile short --profile default --max-orders 7 >"$dir/created"
ok "create with everything" test "$(key team_1 "concat_ws('|', note, single_use, extract(epoch from expires_at)::int8, names,
	profiles, max_orders)")" = 'the web team|f|4071006245|["web.example", "corp"]|["short", "default"]|7'
mac=$(sed -n 's/^hmac_key: *//p' "$dir/created")
ok "create: identifier" grep -qx 'kid: *team_1' "$dir/created"
ok "create: certbot" grep -qxF -e "certbot    --eab-kid team_1 --eab-hmac-key $mac" "$dir/created"
ok "create: lego" grep -qxF -e "lego       --eab --kid team_1 --hmac $mac" "$dir/created"
ok "create: acme.sh" grep -qxF -e "acme.sh    --eab-kid team_1 --eab-hmac-key $mac" "$dir/created"
ctl eab create --kid soon --expires 2h --max-orders 0 >/dev/null
ok "create with a duration" test "$(key soon "expires_at between now() + interval '119 min' and now() + interval '2 h'")" = t
ok "no orders at all" test "$(key soon max_orders)" = 0
ctl eab create --kid addresses --name 192.0.2.1 --name 2001:db8::1 >/dev/null
ok "addresses among the names" test "$(key addresses names)" = '["192.0.2.1", "2001:db8::1"]'
ctl eab delete addresses
ok "no key twice" refuses 1 "there is a key team_1 already" ctl eab create --kid team_1
ok "which stays as it was" test "$(key team_1 note)" = "the web team"
while read -r option value text; do
	ok "create --$option $value" refuses 1 "$text" ctl eab create --kid bad "--$option" "$value"
done <<TABLE
uses twice option --uses is twice, permitted are single and many
expires soon option --expires is soon; expected a whole number and ms, s, min, h or d, or a time like
expires 2020-01-01T00:00:00Z option --expires is 2020-01-01T00:00:00Z, which has passed
expires 0s which has passed
name a_b.example option --name is a_b.example: 
name 2001:DB8::1 the canonical form of its IP address, which is 2001:db8::1
name *.example.org option --name is *.example.org: a suffix has no star
name *.example option --name is *.example: a suffix has no star
profile gone there is no profile gone in the configuration
TABLE
ok "create --kid with a blank" refuses 1 "option --kid is a b; permitted are up to 64" ctl eab create --kid 'a b'
ok "create --kid with a dash first" refuses 1 "option --kid is -a" ctl eab create --kid=-a
ok "create --kid too long" refuses 1 "option --kid is" ctl eab create --kid "$(printf '%065d' 1)"
ok "create --note too long" refuses 1 "has 201 characters" ctl eab create --note "$(printf '%0201d' 1)"
ok "create --max-orders -1" refuses 2 "permitted are 0 to" ctl eab create --max-orders -1
ok "nothing was created" test "$(key bad 'count(*)')" = 0

# --- list, show, revoke, delete

account=$(sql "select t.account('thumbprint')")
sql "update acme.accounts set eab_kid = 'team_1' where account_id = '$account'"
check='assert [k["kid"] for k in r][:2] == ["soon", "team_1"] and len(r) == 3
assert r[1]["accounts"] == 1 and r[1]["single_use"] is False and r[1]["max_orders"] == 7 and r[1]["status"] == "valid"'
ok "list: JSON" json eab list
ok "list: a table without keys" sh -c "'$build/chertctl' -c '$dir/chert.conf' eab list | tee '$dir/list' | grep -q '^team_1  ' &&
	! grep -qF -e '$mac' '$dir/list'"
check='assert [k["kid"] for k in r] == ["team_1"]'
ok "list: from where on" json eab list --before soon --limit 1
check='k, = r
assert k["names"] == ["web.example", "corp"] and k["profiles"] == ["short", "default"] and k["expires_at"] == "2099-01-02T03:04:05Z"
assert len(k["accounts"]) == 1 and k["revoked_at"] is None and "mac_key" not in k'
ok "show: JSON" json eab show team_1
ctl eab show team_1 >"$dir/show"
ok "show: names" grep -qx 'names: *web.example, corp' "$dir/show"
ok "show: no key" sh -c "! grep -qF -e '$mac' '$dir/show'"
check='a, = r
assert a["eab"] == "team_1"'
ok "account list shows it" json account list
id=$(sed -n 's/.*"account": *"\([^"]*\)".*/\1/p' "$dir/json")
ok "account show shows it" json account show "$id"
ok "what has accounts cannot be deleted" refuses 1 "accounts are bound to key team_1; it can be revoked" ctl eab delete team_1
ok "revoke" ctl eab revoke team_1
ok "it is revoked" test "$(key team_1 "status || (revoked_at is not null)")" = revokedtrue
ok "revoke again" ctl eab revoke team_1
ok "delete" ctl eab delete soon
ok "it is gone" refuses 1 "no such key" ctl eab show soon
ok "revoke what is not there" refuses 1 "no such key" ctl eab revoke soon
ok "delete what is not there" refuses 1 "no such key" ctl eab delete soon
ok "missing operand" refuses 2 "needs KID" ctl eab revoke

# --- account agree

# agree CONF OPERAND...: prints how many changed
agree()
{
	conf=$1
	shift
	"$build/chertctl" --config "$dir/$conf.conf" account agree "$@"
}
terms()
{
	sql "select string_agg(coalesce(terms, '-'), ' ' order by account_id) from acme.accounts"
}
sql "update acme.accounts set terms = null"
other=$(sql "select t.account('other')")
sql "update acme.accounts set terms = null, status = 'deactivated' where account_id = '$other'"
ok "agree without terms" refuses 1 "there are no terms to agree to" agree chert --all
ok "agree by nobody" refuses 1 "expected either accounts or --all" agree terms
ok "agree by some and all" refuses 1 "expected either accounts or --all" agree terms --all "$id"
ok "agree" test "$(agree terms "$id")" = 1
ok "to the URL" test "$(terms)" = "https://ca.example/terms -"
ok "agree again" test "$(agree terms "$id")" = 1
ok "agree by an account that is none" refuses 1 "is no account that is valid" agree terms "$other"
ok "all agree to a version" test "$(agree version --all)" = 1
ok "but the deactivated" test "$(terms)" = "2 -"
check='a, = r
assert a["terms"] == "2"'
ok "account show tells which" json account show "$id"
ok "agree by what is no account" refuses 1 "is no id" agree terms x

# --- perspective

sql "create role chert_va_fra; grant chert_va to chert_va_fra"
psql -q -d chert -f "$top/sql/roles.sql"
ok "its role has the settings of chert_va" test "$(sql "select count(*) from pg_db_role_setting s join pg_roles r on r.oid = setrole
	where rolname in ('chert_va', 'chert_va_fra') group by setconfig having count(*) = 2")" = 2
ok "perspective add" ctl perspective add --region RIPE fra chert_va_fra
ok "perspective add again" refuses 1 "perspective fra is listed already" ctl perspective add fra chert_va_fra
ok "perspective add with the role of another program" refuses 1 "chert_web is no role that was granted chert_va" ctl perspective add x chert_web
ok "perspective add with a long region" refuses 1 "a region up to 40" ctl perspective add --region "$(printf '%041d' 0)" x chert_va
check='r = r[0]
assert (r["name"], r["role"], r["region"]) == ("fra", "chert_va_fra", "RIPE")'
ok "perspective list" json perspective list
ok "perspective delete" ctl perspective delete fra
ok "perspective delete again" refuses 1 "no such perspective" ctl perspective delete fra

done_testing
