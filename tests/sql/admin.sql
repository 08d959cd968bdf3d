-- SPDX-License-Identifier: BSD-2-Clause
-- What chertctl shows.
select no_plan();
select t.account('k1') as a, t.account('k2') as b \gset
select t.certificate(:'a', 'a.test', '*.a.test') as c1, t.certificate(:'b', 'b.test') as c2, t.order(:'b', 'c.test') as pending \gset
select order_id as o1 from acme.certificates where id = :'c1' \gset

select is((select array_agg(account) from admin.account_list(10, null)), array[:'b', :'a']::uuid[], 'accounts, newest first');
select is((select array_agg(account) from admin.account_list(1, null)), array[:'b']::uuid[], 'at most so many');
select is((select array_agg(account) from admin.account_list(10, :'b')), array[:'a']::uuid[], 'from there on');
select is((select orders from admin.account_list(1, null)), 2::bigint, 'with their orders');
select is((select row(status, key_thumbprint, jwk, key_version, orders, certificates)::text from admin.account_show(:'a')),
          row('valid'::text, t.thumbprint('k1'), 'k1'::text, 1, 1::bigint, 1::bigint)::text, 'account');
select is_empty('select * from admin.account_show(core.uuid7())', 'no such account');

select is((select array_agg(id) from admin.order_list(10, null)), (select array_agg(id order by id desc) from acme.orders), 'orders, newest first');
select is((select count(*) from admin.order_list(10, null)), 3::bigint, 'of all accounts');
select is((select array_agg(id) from admin.order_list(10, :'pending')), (select array_agg(id order by id desc) from acme.orders where id < :'pending'), 'from there on');
select is((select row(account, status, profile, names, certificate)::text from admin.order_list(10, null) where id = :'o1'),
          row(:'a'::uuid, 'valid'::text, 'default'::text, '["a.test", "*.a.test"]'::jsonb, :'c1'::uuid)::text, 'with their names');
select is((select row(account, status, names, certificate, error)::text from admin.order_show(:'o1')),
          row(:'a'::uuid, 'valid'::text, '["a.test", "*.a.test"]'::jsonb, :'c1'::uuid, null::jsonb)::text, 'order');
select is((select jsonb_path_query_array(authorizations, '$[*].name') from admin.order_show(:'o1')), '["a.test", "*.a.test"]', 'with its authorizations');
select is((select authorizations #> '{0,challenges,1,validations,0,record}' from admin.order_show(:'o1')), '{"seen": true}', 'and what the validator saw');
select is((select (authorizations #> '{0,challenges,1,validations,0}') - 'updated' from admin.order_show(:'o1')),
          '{"perspective": "default", "region": "", "status": "valid", "tries": 1, "record": {"seen": true}}', 'by which perspective');
select is((select row(authorizations #> '{0,quorum}', authorizations #> '{0,challenges,0,validations}', caa)::text from admin.order_show(:'o1')), row(t.quorum(), null::jsonb, null::jsonb)::text, 'of which quorum');
select is_empty('select * from admin.order_show(core.uuid7())', 'no such order');

select is((select array_agg(serial) from admin.cert_list(10, null)), (select array_agg(replace(id::text, '-', '') order by id desc) from acme.certificates), 'certificates, newest first');
select is((select count(*) from admin.cert_list(1, null)), 1::bigint, 'at most so many');
select is((select array_agg(serial) from admin.cert_list(10, greatest(:'c1', :'c2')::uuid)), array[replace(least(:'c1', :'c2'), '-', '')], 'from there on');
select web.certificate_revoke(:'a', 1, t.nonce(), t.key(), :'c1', t.der(:'c1'), 4) \g /dev/null
select is((select row(serial, account, order_id, status, issuer, reason, revoked_at is not null, certificate)::text from admin.cert_show(:'c1')),
          row(replace(:'c1', '-', ''), :'a'::uuid, :'o1'::uuid, 'revoked'::text, 'issuer'::text, 4, true, t.der(:'c1'))::text, 'certificate');
select is_empty('select * from admin.cert_show(core.uuid7())', 'no such certificate');

select t.respond(:'b', t.authz(:'b', :'pending')), va.hello('h/1', 'default', 'RIPE', '1.0', true, true), sign.hello('h/2', '1.0', true) \g /dev/null
update acme.daemons set seen_at = now() - interval '5 minutes' where worker = 'h/2';
select results_eq('select what, name, value from admin.status()', $$ values
	('schema', 'version', '3'), ('orders', 'pending', '1'), ('orders', 'valid', '2'), ('jobs', 'validate', '1'), ('jobs', 'issue', '0'),
	('daemon', 'validator h/1', 'perspective=default region=RIPE version=1.0 assume-valid'),
	('daemon', 'signer h/2', 'version=1.0 not seen for a minute or more') $$, 'status');
select is((select since from admin.status() where name = 'validate'), (select run_after from acme.jobs), 'since when the oldest waits');
select is(v, 3, 'schema version') from (select admin.schema_version() union all select web.schema_version() union all select va.schema_version() union all select sign.schema_version()) x(v);
select * from finish();
