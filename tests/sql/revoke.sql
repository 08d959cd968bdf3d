-- SPDX-License-Identifier: BSD-2-Clause
-- revokeCert (RFC 8555 7.6).
select no_plan();
select t.account('k1') as a, t.account('k2') as b \gset
create function t.revoke(_a uuid, _c uuid, _reason int default null, _der bytea default null) returns text language sql as $$
	select problem ->> 'type' || ': ' || (problem ->> 'detail')
	  from web.certificate_revoke(_a, 1, t.nonce(), t.key(), _c, coalesce(_der, t.der(_c), ''), _reason);
$$;
create function t.revoke_by_key(_c uuid, _reason int default null) returns text language sql as $$
	select problem ->> 'type' || ': ' || (problem ->> 'detail')
	  from web.certificate_revoke_by_key(t.nonce(), t.key(), _c, t.der(_c), _reason);
$$;
create function t.revoked(_c uuid) returns text language sql as
	$$ select status || ' ' || coalesce(reason::text, '-') from acme.certificates where id = _c and (revoked_at is not null) = (status = 'revoked') $$;

select t.certificate(:'a', 'a.test', '*.a.test') as c \gset
select is(t.revoke(:'a', core.uuid7()), 'notFound: no such certificate', 'unknown');
select is(t.revoke(:'a', :'c', null, 'another'), 'notFound: no such certificate', 'another encoding');
select is((select t.type(problem) from web.certificate_revoke(:'a', 1, t.nonce(), t.key(), :'c', null, null)), 'notFound', 'no encoding');
select is(t.revoke(:'a', :'c', r), format('badRevocationReason: reason is %s, it must be one of 0, 1, 3, 4 and 5', r), 'reason ' || r)
  from unnest(array[-1, 2, 6, 7, 8, 9, 10, 11]) r;
select alike(t.revoke(:'b', :'c'), 'unauthorized: certificate was issued to another account%', 'another account');
select t.ready(:'b', 'a.test') \g /dev/null
select alike(t.revoke(:'b', :'c'), 'unauthorized: %', 'that holds one of the names');
select t.ready(:'b', 'x.test', '*.a.test') as o \gset
update acme.authorizations set expires_at = now() where account_id = :'b' and wildcard;
select alike(t.revoke(:'b', :'c'), 'unauthorized: %', 'that held the other until now');
select is(t.revoked(:'c'), 'valid -', 'all refused');
update acme.authorizations set expires_at = now() + interval '1 hour' where account_id = :'b' and wildcard;
select is(t.revoke(:'b', :'c'), null, 'that holds all names');
select is(t.revoked(:'c'), 'revoked -', 'revoked without a reason');
select is(t.revoke(:'a', :'c'), 'alreadyRevoked: certificate is already revoked', 'twice');
select is(t.revoke_by_key(:'c'), 'alreadyRevoked: certificate is already revoked', 'twice by its key');

select is(t.revoke(:'a', t.certificate(:'a', 'a.test'), r), null, 'reason ' || r) from unnest(array[0, 1, 3, 4, 5]) r;
select set_eq('select reason from acme.certificates', array[null, 1, 3, 4, 5], 'recorded, but for 0');

select t.certificate(:'a', 'a.test') as c, t.certificate(:'a', 'a.test') as expired \gset
update acme.certificates set not_after = now() where id = :'expired';
select is(t.revoke(:'a', :'expired'), 'unauthorized: certificate has expired', 'expired');
select web.account_update(:'a', 1, t.nonce(), t.key(), null, true) \g /dev/null
select alike(t.revoke(:'a', :'c'), 'accountDeactivated: %', 'by a deactivated account');
select alike(t.revoke_by_key(:'c', 2), 'badRevocationReason: %', 'by its key for a bad reason');
select is(t.revoke_by_key(:'c', 4), null, 'by its key');
select is(t.revoked(:'c'), 'revoked 1', 'is a key compromise');
select * from finish();
