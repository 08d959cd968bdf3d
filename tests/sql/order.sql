-- SPDX-License-Identifier: BSD-2-Clause
-- newOrder, order, finalize, certificate (RFC 8555 7.4).
select no_plan();
select t.account('k1') as a, t.account('k2') as b \gset

select * from web.order_new(:'a', 1, t.nonce(), t.key(), null,
	'[{"type": "dns", "value": "*.a.test"}, {"type": "dns", "value": "b.test"}]',
	'[{"type": "dns", "value": "a.test", "wildcard": true, "challenges": ["dns-01"]},
	  {"type": "dns", "value": "b.test", "wildcard": false, "challenges": ["http-01", "dns-01"]}]',
	'short', '2026-12-01Z', '2026-12-02Z', 3600, 7200, false, false, null, null, null, t.quorum(), null) \gset o_
select is((select row(problem, status, error, certificate)::text from web.order_poll(:'a', :'o_id')), '(,pending,,)', 'a new order');
select is(:'o_identifiers'::jsonb -> 0 ->> 'value', '*.a.test', 'identifiers as asked for');
select is(row(:'o_not_before'::timestamptz, :'o_not_after'::timestamptz)::text, row('2026-12-01Z'::timestamptz, '2026-12-02Z'::timestamptz)::text, 'times as asked for');
select ok(:'o_expires_at'::timestamptz between now() + interval '59 minutes' and now() + interval '1 hour', 'lifetime');
select is((select jsonb_agg(row(identifier, wildcard, status, expires_at = :'o_expires_at')::text order by position)
             from jsonb_array_elements_text(:'o_authorizations') with ordinality x(id, position) join acme.authorizations a on a.id = x.id::uuid),
          '["(a.test,t,pending,t)", "(b.test,f,pending,t)"]', 'authorizations in the order asked for');
select is((select array_agg(type order by position) from acme.challenges where authorization_id = t.authz(:'a', :'o_id', 1)), array['http-01', 'dns-01'], 'challenges as offered');
select is((select count(distinct token) from acme.challenges), 3::bigint, 'each with a token of its own');
select is((web.order_get(:'a', 1, t.nonce(), t.key(), :'o_id')).authorizations, :'o_authorizations'::jsonb, 'order');
select is((web.order_poll(:'a', :'o_id')).status, 'pending', 'polled');
select is((web.order_get(:'b', 1, t.nonce(), t.key(), :'o_id')).problem, '{"type": "notFound", "detail": "no such order"}', 'of another account');
select is((web.order_get(:'a', 1, t.nonce(), t.key(), id)).problem, '{"type": "notFound", "detail": "no such order"}', 'of no partition')
  from unnest(array[core.uuid7('1999-01-01Z'), core.uuid7('2999-01-01Z'), core.uuid7()]) id;
select is(t.type((t.finalize(:'b', :'o_id')).problem), 'notFound', 'finalize of another account''s');
select is((t.finalize(:'a', :'o_id')).problem, '{"type": "orderNotReady", "detail": "order is pending, it must be ready"}', 'finalize while pending');
select core.uuid7() as n \gset
select web.nonce_spend(:'n', t.key()) \g /dev/null
select is(t.type((web.order_new(:'a', 1, :'n', t.key(), null, '[]', '[]', 'x', null, null, 1, 1, false, false, null, null, null, t.quorum(), null)).problem), 'badNonce', 'newOrder spends a nonce');

-- finalize refuses what does not fit, and the order stays ready.
select t.ready(:'a', 'a.test', 'b.test') as o \gset
create function t.csr(_a uuid, _o uuid, _names jsonb, _thumbprint text default 'csr') returns text language sql as $$
	select problem ->> 'type' || ': ' || (problem ->> 'detail')
	  from web.order_finalize(_a, 1, t.nonce(), t.key(), _o, _names, 'spki', _thumbprint, '["default"]');
$$;
select is(t.csr(:'a', :'o', '["a.test"]'), 'badCSR: names of the CSR differ from those of the order: b.test is missing', 'a name less');
select is(t.csr(:'a', :'o', '["a.test", "b.test", "c.test"]'), 'badCSR: names of the CSR differ from those of the order: c.test was not ordered', 'a name more');
select is(t.csr(:'a', :'o', '["b.test", "c.test"]'), 'badCSR: names of the CSR differ from those of the order: a.test is missing, and c.test was not ordered', 'both');
select is(t.csr(:'a', :'o', '[]'), 'badCSR: names of the CSR differ from those of the order: a.test is missing', 'none');
select is(t.csr(:'a', :'o', '["a.test", "b.test"]', t.thumbprint('k2')), 'badCSR: public key of the CSR is an account key', 'an account key');
select is(t.status('orders', :'o'), 'ready', 'it stayed ready');
select is((select count(*) from acme.jobs), 0::bigint, 'without a job');
select is(t.csr(:'a', :'o', '["b.test", "a.test"]'), null, 'the names in another sequence');
select is((web.order_poll(:'a', :'o')).status, 'processing', 'processing');
select is((select row(kind, object_id, account_id, attempts)::text from acme.jobs), row('issue'::text, :'o'::uuid, :'a'::uuid, 0)::text, 'with a job');
select is(t.type((t.finalize(:'a', :'o')).problem), 'orderNotReady', 'finalize again');
select is(t.sign(), 1::bigint, 'issued');
select * from web.order_poll(:'a', :'o') \gset v_
select is(:'v_status'::text, 'valid', 'valid');
select is((t.finalize(:'a', :'o')).problem ->> 'detail', 'order is valid, it must be ready', 'finalize of a valid order');
select is((select row(problem, certificate, chain, alternates)::text from web.certificate_get(:'a', 1, t.nonce(), t.key(), :'v_certificate', 0)),
          row(null::jsonb, t.der(:'v_certificate'), 'issuer pem'::text, 2)::text, 'certificate with its chain');
select is((select problem from web.certificate_get(:'b', 1, t.nonce(), t.key(), :'v_certificate', 0)), '{"type": "notFound", "detail": "no such certificate"}', 'for its account only');
select is((select t.type(problem) from web.certificate_get(:'a', 1, t.nonce(), t.key(), core.uuid7(), 0)), 'notFound', 'no such certificate');

-- An authorization is lost between ready and finalize.
select t.ready(:'a', 'a.test') as o \gset
update acme.authorizations set expires_at = now() where id = t.authz(:'a', :'o');
select is(t.csr(:'a', :'o', '["a.test"]'), 'unauthorized: authorization for a.test is no longer valid', 'authorization expired');
select is((select row(status, error ->> 'detail')::text from acme.orders where id = :'o'), '(invalid,"authorization for a.test is no longer valid")', 'the order is invalid');

-- Time runs out.
select t.order(:'a', 'a.test') as pending, t.ready(:'a', 'a.test') as ready \gset
update acme.orders set expires_at = now() where id in (:'pending', :'ready');
select is((select row(status, error)::text from web.order_get(:'a', 1, t.nonce(), t.key(), o)),
          row('invalid'::text, '{"type": "malformed", "detail": "order expired"}'::jsonb)::text, 'an expired order is shown as invalid')
  from unnest(array[:'pending', :'ready']::uuid[]) o;
select is(t.csr(:'a', :'ready', '["a.test"]'), 'orderNotReady: order is invalid because it expired, it must be ready', 'finalize of an expired order');
select is(t.status('orders', :'ready'), 'invalid', 'makes it invalid');
select is(t.csr(:'a', :'ready', '["a.test"]'), 'orderNotReady: order is invalid, it must be ready', 'which it stays');
select * from finish();
