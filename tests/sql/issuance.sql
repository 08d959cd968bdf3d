-- SPDX-License-Identifier: BSD-2-Clause
-- Claim, reservation, fencing and outcome of issuances.
select no_plan();
select t.account('k1') as a \gset
select t.issuer() as issuer \gset
select is(sign.issuer_put('renamed', 'issuer der', 'chain', '{a,b}', 'id'), :issuer, 'an issuer is known by its certificate');
select is((select row(name, chain, alternates, key_id)::text from acme.issuers), row('renamed'::text, 'chain'::text, '{a,b}'::text[], 'id'::bytea)::text, 'and renamed');
select isnt(sign.issuer_put('other', 'other der', 'chain', '{}', 'id'), :issuer, 'another');
select is(sign.hello('h/2', '1.0', true), false, 'hello'), is(sign.hello('h/2', '1.0', false), true, 'hello again');

select t.ready(:'a', 'b.test', '*.a.test', 'a.test') as o \gset
select t.finalize(:'a', :'o') \g /dev/null
select * from sign.claim('s1', 10, 60) \gset c_
select is(row(:'c_attempt', :'c_account', :'c_order_id', :'c_profile', :'c_names', :'c_spki')::text,
          row(1, :'a', :'o', 'default', '["*.a.test", "a.test", "b.test"]', '\x73706b69')::text, 'names of the authorizations, sorted');
select is((select serial_id from acme.jobs), null, 'nothing is reserved');
select is_empty($$ select * from sign.claim('s2', 10, 60) $$, 'handed out once');
select is_empty(format($$ select * from sign.finish(array[%L::uuid], array[1], array['der'::bytea]) $$, :'c_job'), 'nothing is stored that was not reserved');

-- The first signer dies after its reservation.
select core.uuid7() as serial \gset
select is(t.reserve(:'c_job', 1, :'serial'), :'c_job', 'reserved');
select is(t.reserve(:'c_job', 1), null, 'once');
update acme.jobs set run_after = now();
select is((select row(job, attempt, serial, issuer, tbs)::text from sign.claim('s2', 10, 60)),
          row(:'c_job'::uuid, 2, :'serial'::uuid, :issuer, 'tbs'::bytea)::text, 'the second gets what was reserved');
select is_empty(format($$ select * from sign.finish(array[%L::uuid], array[1], array['der 1'::bytea]) $$, :'c_job'), 'the first is late');
select is(sign.fail(:'c_job', 1, '{"type": "serverInternal", "detail": "late"}'), false, 'with its failure too');
select is(t.status('orders', :'o'), 'processing', 'nothing happened');
select is((select array_agg(job) from sign.finish(array[:'c_job', core.uuid7()]::uuid[], array[2, 1], array['der 2', 'x']::bytea[])), array[:'c_job']::uuid[], 'the second is accepted');
select is((select row(status, certificate_id)::text from acme.orders where id = :'o'), row('valid'::text, :'serial'::uuid)::text, 'the order is valid');
select is((select row(account_id, order_id, issuer_id, profile, names, certificate)::text from acme.certificates where id = :'serial'),
          row(:'a'::uuid, :'o'::uuid, :issuer, 'default'::text, '["b.test", "*.a.test", "a.test"]'::jsonb, 'der 2'::bytea)::text, 'the certificate is stored');
select is((select count(*) from acme.jobs), 0::bigint, 'no job is left');
select is((select count(*) from acme.certificates), 1::bigint, 'one certificate');

-- What is found wrong at claim, whatever finalize thought.
create function t.claim_after(_a uuid, _change text, variadic _names text[]) returns text language plpgsql as $$
declare
	_o constant uuid := t.ready(_a, variadic _names);
begin
	perform t.finalize(_a, _o);
	execute replace(_change, '$1', quote_literal(t.authz(_a, _o)));
	if exists (select from sign.claim('s', 10, 60)) then
		return 'claimed';
	end if;
	return (select status || ': ' || (error ->> 'type') || ': ' || (error ->> 'detail') from acme.orders where id = _o);
end $$;
select is(t.claim_after(:'a', 'update acme.authorizations set expires_at = now() where id = $1', 'a.test', 'b.test'),
          'invalid: unauthorized: no valid authorization for a.test', 'an authorization has expired');
select is(t.claim_after(:'a', 'update acme.authorizations set status = ''deactivated'' where id = $1', 'a.test'),
          'invalid: unauthorized: no valid authorization for a.test', 'an authorization was deactivated');
select is(t.claim_after(:'a', 'delete from acme.challenges where authorization_id = $1 and status = ''valid''', 'a.test'),
          'invalid: unauthorized: no valid authorization for a.test', 'no challenge was passed');
select is(t.claim_after(:'a', 'update acme.challenges set type = ''http-01'' where authorization_id = $1', '*.a.test'),
          'invalid: unauthorized: no valid authorization for *.a.test', 'a wildcard without DNS');
select is(t.claim_after(:'a', 'update acme.challenges set type = ''dns-00'' where authorization_id = $1 and status = ''valid''', 'a.test'),
          'invalid: unauthorized: no valid authorization for a.test', 'by a challenge that nobody knows');
select is(t.claim_after(:'a', 'update acme.authorizations set identifier = ''*.a.test'', wildcard = false where id = $1', '*.a.test'),
          'invalid: unauthorized: no valid authorization for *.a.test', 'a star passed off as a name');
select is(t.claim_after(:'a', 'update acme.authorizations set identifier_type = ''ip'' where id = $1', 'a.test'),
          'invalid: unauthorized: no valid authorization for a.test', 'another type of identifier');
select is(t.claim_after(:'a', 'delete from acme.order_authorizations where authorization_id = $1', 'a.test', 'b.test'),
          'invalid: unauthorized: the authorizations are not those of the order', 'an authorization less');
select is(t.claim_after(:'a', 'delete from acme.order_authorizations where authorization_id = $1', 'a.test'),
          'invalid: unauthorized: the authorizations are not those of the order', 'none');
select is(t.claim_after(:'a', 'update acme.authorizations set identifier = ''evil.test'' where id = $1', 'a.test'),
          'invalid: unauthorized: the authorizations are not those of the order', 'of another name');
select is(t.claim_after(:'a', 'update acme.authorizations set wildcard = true where id = $1', 'a.test'),
          'invalid: unauthorized: the authorizations are not those of the order', 'wildcard instead of the name');
select is(t.claim_after(:'a', 'insert into acme.blocked_keys values (''csr key'', ''keyCompromise'')', 'a.test'),
          'invalid: badCSR: public key of the CSR is known to be compromised', 'its key was blocked');
delete from acme.blocked_keys;
select is((select count(*) from acme.jobs), 0::bigint, 'no job is left');

-- Failure and give-up.
select t.ready(:'a', 'a.test') as o \gset
select t.finalize(:'a', :'o') \g /dev/null
select job as j from sign.claim('s', 10, 60) \gset
select is(sign.fail(:'j', 1, '{"type": "serverInternal", "detail": "no key"}'), true, 'failed');
select is((select row(status, error)::text from acme.orders where id = :'o'), row('invalid'::text, '{"type": "serverInternal", "detail": "no key"}'::jsonb)::text, 'the order says why');
select is(sign.fail(:'j', 1, '{}'), false, 'once');
select t.ready(:'a', 'a.test') as o \gset
select t.finalize(:'a', :'o') \g /dev/null
update acme.jobs set attempts = 4;
select is((select attempt from sign.claim('s', 10, 60)), 5, 'a fifth time');
update acme.jobs set run_after = now();
select is_empty($$ select * from sign.claim('s', 10, 60) $$, 'no sixth');
select is((select row(status, error ->> 'detail')::text from acme.orders where id = :'o'), '(invalid,"issuance was tried 5 times without an outcome")', 'it is given up');
select is((select count(*) from acme.jobs), 0::bigint, 'no job is left');
select * from finish();
