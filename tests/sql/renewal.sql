-- SPDX-License-Identifier: BSD-2-Clause
-- Renewal information and replaced certificates (RFC 9773), chains, profiles, waiting.
select no_plan();
select t.account('k1') as a, t.account('k2') as b \gset
select t.certificate(:'a', 'a.test', 'b.test') as c \gset
create function t.replace(_a uuid, _c uuid, variadic _names text[]) returns core.order_reply language sql as
	$$ select t.order_with(_a, _names, _replaces => _c) $$;
create function t.renewal(_c uuid, _key bytea default 'key id', out problem jsonb, out status text, out not_before timestamptz, out not_after timestamptz)
	language sql as 'select * from web.certificate_renewal(_c, _key)';

select is((select row(r.problem, r.status, r.not_before, r.not_after)::text from t.renewal(:'c') r),
          (select row(null::jsonb, status, not_before, not_after)::text from acme.certificates where id = :'c'), 'renewal information');
select is((t.renewal(:'c', 'other')).problem, '{"type": "notFound", "detail": "no such certificate"}', 'of another issuer');
select is(t.type((t.renewal(id)).problem), 'notFound', 'of no certificate') from unnest(array[core.uuid7(), core.uuid7('1999-01-01Z')]) id;

select is((t.replace(:'a', core.uuid7(), 'a.test')).problem, '{"type": "notFound", "detail": "replaces names no certificate of this server"}', 'replaces none');
select is((t.order_with(:'a', array['a.test'], _replaces => :'c', _issuer_key => 'other')).problem ->> 'detail', 'replaces names no certificate of this server', 'replaces one of another issuer');
select is((t.replace(:'b', :'c', 'a.test')).problem ->> 'detail', 'replaces names a certificate of another account', 'replaces another account''s');
select is((t.replace(:'a', :'c', 'c.test')).problem ->> 'detail', 'replaces names a certificate with none of the names of this order', 'replaces for other names');
select is((select count(*) from acme.orders), 1::bigint, 'nothing was made');
select * from t.replace(:'a', :'c', 'b.test', 'c.test') \gset o_
select is(:'o_replaces', 'certID of ' || :'c', 'replaces is shown'), is((web.order_get(:'a', 1, t.nonce(), t.key(), :'o_id')).replaces, :'o_replaces', 'later too');
select is(t.type((t.replace(:'a', :'c', 'a.test')).problem), 'alreadyReplaced', 'replaced once');
select is((t.order_with(:'a', array['c.test', 'b.test'], _reuse_order => true, _replaces => :'c')).id, :'o_id'::uuid, 'asked for again where that is set');
update acme.orders set expires_at = now() where id = :'o_id';
select is((t.replace(:'a', :'c', 'a.test')).status, 'pending', 'again when that order has expired');
update acme.orders set status = 'invalid' where replaces_id = :'c' and status = 'pending';
select t.replace(:'a', :'c', 'a.test') as third \gset
select (:'third'::core.order_reply).id as o \gset
select is((:'third'::core.order_reply).status, 'pending', 'or has become invalid');
select t.respond(:'a', t.authz(:'a', :'o')), t.validate() \g /dev/null
select is((t.finalize(:'a', :'o')).status, 'processing', 'finalized'), is(t.sign(), 1::bigint, 'issued');
select is(t.type((t.replace(:'a', :'c', 'a.test')).problem), 'alreadyReplaced', 'replaced for ever');
delete from acme.orders where id = :'o';
select is(t.type((t.replace(:'a', :'c', 'a.test')).problem), 'alreadyReplaced', 'though the order be gone');
select web.certificate_revoke(:'a', 1, t.nonce(), t.key(), :'c', t.der(:'c'), 4) \g /dev/null
select is((t.renewal(:'c')).status, 'revoked', 'revoked');

-- Chains
create function t.chain(_a uuid, _c uuid, _n int) returns text language sql as
	$$ select concat_ws(' ', problem ->> 'type', chain, alternates) from web.certificate_get(_a, 1, t.nonce(), t.key(), _c, _n) $$;
select is(t.chain(:'a', :'c', n), want, 'chain ' || n)
  from (values (0, 'issuer pem 2'), (1, 'other pem 2'), (2, 'third pem 2'), (3, 'notFound'), (-1, 'notFound')) v(n, want);
select is(t.chain(:'b', :'c', 1), 'notFound', 'of another account');

-- Profiles
select is((t.order_with(:'a', array['a.test'], 'short')).profile, 'short', 'the profile is shown');
select t.ready(:'a', 'p.test') as o \gset
select is(t.type((web.order_finalize(:'a', 1, t.nonce(), t.key(), :'o', '["p.test"]', 'spki', 'csr', '["short"]')).problem), 'invalidProfile', 'finalize when the profile is gone');
select is(t.status('orders', :'o'), 'ready', 'it stays ready');
insert into acme.blocked_keys values ('bad', 'keyCompromise');
select is((t.finalize(:'a', :'o', 'bad')).problem, '{"type": "badCSR", "detail": "public key of the CSR is known to be compromised"}', 'finalize with a blocked key');
select is((t.finalize(:'a', :'o')).status, 'processing', 'finalized'), is(t.sign(), 1::bigint, 'issued');

-- Waiting
set search_path = acme, core, public;
select is(core.retry_after('validate', t.quorum(), null), 1, 'no queue');
select t.order(:'a', 'w.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select is((t.respond(:'a', :'z')).retry_after, 1, 'a queue that moves');
update acme.jobs set run_after = now() - interval '9.5 seconds';
select is((web.challenge_get(:'a', 1, t.nonce(), t.key(), :'z', 'dns-01')).retry_after, 10, 'a queue that does not');
select is((web.authorization_get(:'a', 1, t.nonce(), t.key(), :'z')).retry_after, 10, 'authorization'), is((web.order_poll(:'a', :'o')).retry_after, 10, 'order');
select is(core.retry_after('issue', null, null), 1, 'the signer''s is another');
update acme.jobs set run_after = now() - interval '1 hour';
select is((web.order_poll(:'a', :'o')).retry_after, 60, 'a minute at most');
select t.validate() \g /dev/null
select is((web.challenge_get(:'a', 1, t.nonce(), t.key(), :'z', 'dns-01')).retry_after, null, 'a final challenge'),
       is((web.authorization_get(:'a', 1, t.nonce(), t.key(), :'z')).retry_after, null, 'authorization'), is((web.order_poll(:'a', :'o')).retry_after, null, 'ready order');
select is((t.finalize(:'a', :'o')).retry_after, 1, 'an order that is processing'), is(t.sign(), 1::bigint, 'issued');
select is((web.order_poll(:'a', :'o')).retry_after, null, 'a valid one');
select * from finish();
