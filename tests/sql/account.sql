-- SPDX-License-Identifier: BSD-2-Clause
-- newAccount, account, account update and deactivation (RFC 8555 7.3).
select no_plan();

select * from t.register('k1', '["mailto:a@example.org"]', 'terms 1') \gset a_
select is(row(:'a_status', :'a_created', :'a_terms_agreed')::text, '(valid,t,t)', 'a new account');
select is((select row(problem, account, contact, created)::text from t.register('k1', '[]')),
          row(null::jsonb, :'a_account'::uuid, '["mailto:a@example.org"]'::jsonb, false)::text, 'the same key again: as it was');
select is((select account from t.register('k1', _existing => true)), :'a_account'::uuid, 'found by its key');
select is((select t.type(problem) from t.register('k2', _existing => true)), 'accountDoesNotExist', 'onlyReturnExisting');
select is((select count(*) from acme.accounts), 1::bigint, 'makes nothing');
select is((select contact from t.register('k3')), '[]', 'no contact');
select core.uuid7() as n \gset
select web.nonce_spend(:'n', t.key()) \g /dev/null
select is((select t.type(problem) from t.register('k4', _nonce => :'n')), 'badNonce', 'newAccount spends a nonce');
select is((select count(*) from acme.account_keys where thumbprint = t.thumbprint('k4')), 0::bigint, 'and makes nothing without one');

select is((select row(problem, jwk, key_version)::text from web.account_key(:'a_account')), row(null::jsonb, 'k1'::text, 1)::text, 'the key');
select is((select t.type(problem) from web.account_key(core.uuid7())), 'accountDoesNotExist', 'no key of no account');
select is((web.account_get(:'a_account', 1, t.nonce(), t.key())).contact, '["mailto:a@example.org"]', 'account');
select is(t.type((web.account_get(core.uuid7(), 1, t.nonce(), t.key())).problem), 'accountDoesNotExist', 'unknown account');
select is((web.account_update(:'a_account', 1, t.nonce(), t.key(), '[]', false)).contact, '[]', 'contacts removed');
select is((web.account_update(:'a_account', 1, t.nonce(), t.key(), null, false)).contact, '[]', 'contacts left alone');
select is(t.type((web.account_update(:'a_account', 2, t.nonce(), t.key(), '["x"]', false)).problem), 'staleKey', 'stale key');

-- Orders of the account, newest first (7.1.2.1).
select t.account('k5') as l \gset
create function t.orders(_a uuid, _before uuid default null, _limit int default 100, out problem jsonb, out orders jsonb, out next uuid)
	language sql as 'select * from web.account_orders(_a, 1, t.nonce(), t.key(), _before, _limit)';
select is((select row(orders, next)::text from t.orders(:'l')), '([],)', 'no orders');
select t.order(:'l', 'o' || n || '.test') from generate_series(1, 5) n \g /dev/null
select t.ready(:'l', 'ready.test') \g /dev/null
select t.certificate(:'l', 'valid.test') \g /dev/null
select is((select row(orders, next)::text from t.orders(:'l')), (select row(jsonb_agg(id order by id desc), null::uuid)::text from acme.orders where account_id = :'l'), 'all of them');
update acme.orders set status = 'invalid' where account_id = :'l' and identifiers #>> '{0,value}' = 'o2.test';
update acme.orders set expires_at = now() where account_id = :'l' and identifiers #>> '{0,value}' in ('o4.test', 'valid.test');
create table t.want as select id from acme.orders where account_id = :'l' and identifiers #>> '{0,value}' not in ('o2.test', 'o4.test');
select is((select orders from t.orders(:'l')), (select jsonb_agg(id order by id desc) from t.want), 'not those that are invalid or expired');
with recursive pages as (
	select 1 as n, p.* from t.orders(:'l', null, 2) p
	union all
	select n + 1, p.* from pages cross join lateral t.orders(:'l', pages.next, 2) p where pages.next is not null)
select is(jsonb_agg(id order by n, i), (select jsonb_agg(id order by id desc) from t.want), 'in pages too'), is(max(n), 3, 'as many as needed')
  from pages cross join lateral jsonb_array_elements(orders) with ordinality o(id, i);
select is((select next from t.orders(:'l', null, 5)), null, 'no next page when this one just takes them');
select is(t.type((select problem from web.account_orders(:'l', 2, t.nonce(), t.key(), null, 1))), 'staleKey', 'stale key');

-- keyChange (7.3.5).
create function t.change(_a uuid, _version int, _jwk text, _thumbprint text default null,
                         out problem jsonb, out account uuid, out status text, out contact jsonb, out terms_agreed boolean,
                         out created_at timestamptz, out conflict uuid)
	language sql as 'select * from web.account_key_change(_a, _version, t.nonce(), t.key(), coalesce(_thumbprint, t.thumbprint(_jwk)), _jwk)';
select t.order(:'l', 'change.test') as before \gset
select is((select row(problem, account, status, conflict)::text from t.change(:'l', 1, 'k6')), row(null::jsonb, :'l'::uuid, 'valid'::text, null::uuid)::text, 'another key');
select is((select row(jwk, key_version)::text from web.account_key(:'l')), '(k6,2)', 'is the key');
select is((select key_thumbprint from acme.accounts where account_id = :'l'), t.thumbprint('k6'), 'with its thumbprint');
select is(t.type((select problem from t.change(:'l', 1, 'k7'))), 'staleKey', 'the old one is stale');
select is((select account from t.register('k6', _existing => true)), :'l'::uuid, 'found by the new key');
select is(t.type((select problem from t.register('k5', _existing => true))), 'accountDoesNotExist', 'not by the old one');
select is(t.status('orders', :'before'), 'pending', 'orders go on');
select is((select t.type(problem) from web.challenge_respond(:'l', 2, t.nonce(), t.key(), t.authz(:'l', :'before'), 'dns-01', 3600, 1000)), null, 'a response');
select is((select key_authorization from acme.challenges where authorization_id = t.authz(:'l', :'before') and type = 'dns-01'),
          (select token || '.' || t.thumbprint('k6') from acme.challenges where authorization_id = t.authz(:'l', :'before') and type = 'dns-01'), 'is with the new key');
select t.validate() \g /dev/null
select is((select row(problem, conflict)::text from t.change(:'l', 2, 'k3')), (select row(null::jsonb, account_id)::text from acme.accounts where jwk = 'k3'), 'the key of another account: that one');
select is((select problem from t.change(:'l', 2, 'k6')), '{"type": "malformed", "detail": "new key is the key of the account"}', 'the key it has');
insert into acme.blocked_keys values (t.thumbprint('bad'), 'keyCompromise');
select is((select problem from t.change(:'l', 2, 'bad')), '{"type": "badPublicKey", "detail": "public key is known to be compromised"}', 'a blocked key');
select is(t.type((select problem from t.register('bad'))), 'badPublicKey', 'newAccount with a blocked key');
select is((select row(jwk, key_version)::text from web.account_key(:'l')), '(k6,2)', 'nothing was changed');
select is((select problem from t.change(:'l', 2, 'k5')), null, 'back to the old key'), is((select created from t.register('k6')), true, 'the other is free for anybody');

-- Deactivation takes along what is under way, and nothing that is finished.
select t.order(:'a_account', 'pending.test') as pending, t.ready(:'a_account', 'ready.test') as ready,
       t.ready(:'a_account', 'processing.test') as processing \gset
select t.certificate(:'a_account', 'done.test') as certificate \gset
select is((t.finalize(:'a_account', :'processing')).status, 'processing', 'an order is being issued');
select is((web.account_update(:'a_account', 1, t.nonce(), t.key(), null, true)).status, 'deactivated', 'deactivated');
select is(t.status('orders', o), 'invalid', 'its order is invalid') from unnest(array[:'pending', :'ready']::uuid[]) o;
select is((select error from acme.orders where id = :'pending'), '{"type": "unauthorized", "detail": "account is deactivated"}', 'and says why');
select is(t.status('authorizations', t.authz(:'a_account', :'pending')), 'deactivated', 'its pending authorization is deactivated');
select is(t.status('orders', :'processing'), 'processing', 'what is being issued is left to the signer');
select is(t.sign(), 0::bigint, 'who does not issue it');
select is((select error ->> 'detail' from acme.orders where id = :'processing'), 'account is not valid', 'and says why');
select is(t.status('certificates', :'certificate'), 'valid', 'its certificate is not revoked by that');

select is(t.type(p), 'accountDeactivated', 'refused: ' || what)
  from (values ('account', (web.account_get(:'a_account', 1, t.nonce(), t.key())).problem),
               ('update', (web.account_update(:'a_account', 1, t.nonce(), t.key(), '[]', false)).problem),
               ('deactivation', (web.account_update(:'a_account', 1, t.nonce(), t.key(), null, true)).problem),
               ('order', (web.order_get(:'a_account', 1, t.nonce(), t.key(), :'pending')).problem),
               ('newAccount', (select problem from t.register('k1'))),
               ('onlyReturnExisting', (select problem from t.register('k1', _existing => true))),
               ('key', (select problem from web.account_key(:'a_account')))) v(what, p);
select * from finish();
