-- SPDX-License-Identifier: BSD-2-Clause
-- Authorizations and challenges (RFC 8555 7.5, 8), as clients see them.
select no_plan();
select t.account('k1') as a, t.account('k2') as b \gset
select t.order(:'a', 'a.test') as o \gset
select t.authz(:'a', :'o') as z \gset
create function t.get(_a uuid, _z uuid) returns core.authorization_reply language sql as
	'select r from web.authorization_get(_a, 1, t.nonce(), t.key(), _z) r';
create function t.types(_challenges jsonb) returns text language sql as
	$$ select string_agg(c ->> 'type' || ' ' || (c ->> 'status'), ', ') from jsonb_array_elements(_challenges) c $$;

select is((select row(status, identifier_type, identifier, wildcard, t.types(challenges))::text from t.get(:'a', :'z')),
          '(pending,dns,a.test,f,"http-01 pending, dns-01 pending")', 'pending: all challenges');
select set_eq(format($$ select jsonb_object_keys(c) from jsonb_array_elements((t.get(%L, %L)).challenges) c $$, :'a', :'z'),
          array['type', 'status', 'token'], 'pending challenges are flat');
select is((t.get(:'b', :'z')).problem, '{"type": "notFound", "detail": "no such authorization"}', 'of another account');
select is((select row(problem, type, status, error, authorization_id)::text from web.challenge_get(:'a', 1, t.nonce(), t.key(), :'z', 'dns-01')),
          row(null::jsonb, 'dns-01'::text, 'pending'::text, null::jsonb, :'z'::uuid)::text, 'challenge');
select is((web.challenge_get(:'b', 1, t.nonce(), t.key(), :'z', 'dns-01')).problem, '{"type": "notFound", "detail": "no such challenge"}', 'of another account');
select is(t.type((web.challenge_get(:'a', 1, t.nonce(), t.key(), :'z', 'tls-alpn-01')).problem), 'notFound', 'of a type not offered');
select is(t.type((t.respond(:'b', :'z')).problem), 'notFound', 'response by another account');
select is(t.type((t.respond(:'a', :'z', 'tls-alpn-01')).problem), 'notFound', 'response of a type not offered');

select is((select row(problem, status)::text from t.respond(:'a', :'z')), '(,processing)', 'response');
select is((select row(problem, status)::text from t.respond(:'a', :'z')), '(,processing)', 'response again');
select is((select count(*) from acme.jobs), 1::bigint, 'one job');
select is((select key_authorization = token || '.' || t.thumbprint('k1') from acme.challenges where authorization_id = :'z' and type = 'dns-01'), true, 'key authorization');
select is(t.types((t.get(:'a', :'z')).challenges), 'http-01 pending, dns-01 processing', 'in hand: all challenges');
select is(t.validate(), 1::bigint, 'validated');
select is((select row(status, t.types(challenges))::text from t.get(:'a', :'z')), '(valid,"dns-01 valid")', 'valid: the one that counts');
select matches((t.get(:'a', :'z')).challenges -> 0 ->> 'validated', '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$', 'with its time');
select ok((t.get(:'a', :'z')).expires_at between now() + interval '23 hours' and now() + interval '24 hours', 'lives on for as long as said');
select is((select row(problem, status)::text from t.respond(:'a', :'z', 'http-01')), '(,pending)', 'a late response changes nothing');
select is(t.status('orders', :'o'), 'ready', 'the order is ready');

-- Deactivation (7.5.2).
create function t.deactivate(_a uuid, _z uuid) returns core.authorization_reply language sql as
	'select r from web.authorization_deactivate(_a, 1, t.nonce(), t.key(), _z) r';
select is(t.type((t.deactivate(:'b', :'z')).problem), 'notFound', 'by another account');
select is((select row(problem, status)::text from t.deactivate(:'a', :'z')), '(,deactivated)', 'deactivated');
select is((select row(status, error)::text from acme.orders where id = :'o'),
          row('invalid'::text, '{"type": "unauthorized", "detail": "authorization for a.test was deactivated"}'::jsonb)::text, 'its order is invalid');
select is((t.deactivate(:'a', :'z')).problem, '{"type": "malformed", "detail": "authorization is deactivated, it must be pending or valid"}', 'again');
select is((t.respond(:'a', :'z', 'http-01')).problem, '{"type": "malformed", "detail": "authorization is deactivated"}', 'response after it');
select t.certificate(:'a', 'done.test') as c \gset
select order_id as done from acme.certificates where id = :'c' \gset
select is((t.deactivate(:'a', t.authz(:'a', :'done'))).status, 'deactivated', 'after issuance');
select is(t.status('orders', :'done'), 'valid', 'the order stays valid');

-- Failure.
select t.order(:'a', '*.b.test', 'c.test') as o \gset
select t.authz(:'a', :'o', 1) as z \gset
select t.respond(:'a', :'z', 'http-01') \g /dev/null
select t.validate('{"type": "connection", "detail": "refused"}') \g /dev/null
select is((select row(status, t.types(challenges))::text from t.get(:'a', :'z')), '(invalid,"http-01 invalid")', 'invalid: the one that was tried');
select is((t.get(:'a', :'z')).challenges -> 0 -> 'error', '{"type": "connection", "detail": "refused"}', 'and why');
select is((select row(status, error)::text from acme.orders where id = :'o'), row('invalid'::text, '{"type": "connection",
	"detail": "authorization for c.test failed", "subproblems": [{"type": "connection", "detail": "refused",
	"identifier": {"type": "dns", "value": "c.test"}}]}'::jsonb)::text, 'the order says which name');
select is((t.respond(:'a', :'z', 'dns-01')).problem, '{"type": "malformed", "detail": "authorization is invalid"}', 'no second try');
select is((t.deactivate(:'a', :'z')).problem ->> 'detail', 'authorization is invalid, it must be pending or valid', 'nor deactivation');

-- What has expired is gone.
select t.authz(:'a', t.order(:'a', 'd.test')) as pending, t.authz(:'a', t.ready(:'a', 'd.test')) as valid \gset
update acme.authorizations set expires_at = now() where id in (:'pending', :'valid', :'z');
select is((t.get(:'a', x)).problem, '{"type": "notFound", "detail": "no such authorization"}', 'authorization'),
       is((web.challenge_get(:'a', 1, t.nonce(), t.key(), x, 'dns-01')).problem, '{"type": "notFound", "detail": "no such challenge"}', 'challenge'),
       is(t.type((t.respond(:'a', x)).problem), 'notFound', 'response'),
       is(t.type((t.deactivate(:'a', x)).problem), 'notFound', 'deactivation')
  from unnest(array[:'pending', :'valid']::uuid[]) x;
select is((t.get(:'a', :'z')).status, 'invalid', 'an invalid one is shown with its reason');

-- Two challenges in hand: once the authorization is decided, neither stays in processing (7.1.6).
create function t.in_hand(_a uuid, _z uuid) returns bigint language sql as $$
	select count(*) from (values ('http-01'), ('dns-01')) v(type) where (t.respond(_a, _z, type)).status = 'processing';
$$;
create function t.challenges(_z uuid) returns text language sql as $$
	select string_agg(concat_ws(' ', type, status, error ->> 'type'), ', ' order by position) from acme.challenges where authorization_id = _z;
$$;
select t.authz(:'a', t.order(:'a', 'd.test')) as z, t.authz(:'a', t.order(:'a', 'e.test')) as y \gset
select is(t.in_hand(:'a', :'z'), 2::bigint, 'both in hand');
select is(t.validate('{"type": "connection", "detail": "refused"}'), 1::bigint, 'only the first outcome counts');
select is(t.challenges(:'z'), 'http-01 invalid connection, dns-01 invalid unauthorized', 'the other one ends with the authorization');
select is(t.in_hand(:'a', :'y'), 2::bigint, 'both in hand');
select is(t.validate(), 1::bigint, 'only the first outcome counts');
select is(t.challenges(:'y'), 'http-01 valid, dns-01 invalid unauthorized', 'valid through the other one');
select is(t.types((t.get(:'a', :'y')).challenges), 'http-01 valid', 'which alone is shown');
select t.authz(:'a', t.order(:'a', 'f.test')) as z \gset
select t.in_hand(:'a', :'z') \g /dev/null
select t.deactivate(:'a', :'z') \g /dev/null
select is(t.challenges(:'z'), 'http-01 invalid unauthorized, dns-01 invalid unauthorized', 'deactivation ends both');
select * from finish();
