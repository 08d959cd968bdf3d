-- SPDX-License-Identifier: BSD-2-Clause
-- newAccount, account, account update and deactivation (RFC 8555 7.3).
select no_plan();

select * from web.account_new(t.nonce(), t.key(), t.thumbprint('{"jwk":1}'), '{"jwk":1}', '["mailto:a@example.org"]', true, false) \gset a_
select is(row(:'a_status', :'a_created', :'a_terms_agreed')::text, '(valid,t,t)', 'a new account');
select is((select row(problem, account, contact, created)::text from web.account_new(t.nonce(), t.key(), t.thumbprint('{"jwk":1}'), '{"jwk":1}', '[]', false, false)),
          row(null::jsonb, :'a_account'::uuid, '["mailto:a@example.org"]'::jsonb, false)::text, 'the same key again: as it was');
select is((select account from web.account_new(t.nonce(), t.key(), t.thumbprint('{"jwk":1}'), '{"jwk":1}', null, false, true)), :'a_account'::uuid, 'found by its key');
select is((select t.type(problem) from web.account_new(t.nonce(), t.key(), t.thumbprint('{"jwk":2}'), '{"jwk":2}', null, false, true)), 'accountDoesNotExist', 'onlyReturnExisting');
select is((select count(*) from acme.accounts), 1::bigint, 'makes nothing');
select is((select contact from web.account_new(t.nonce(), t.key(), t.thumbprint('{"jwk":3}'), '{"jwk":3}', null, true, false)), '[]', 'no contact');
select core.uuid7() as n \gset
select web.nonce_spend(:'n', t.key()) \g /dev/null
select is((select t.type(problem) from web.account_new(:'n', t.key(), t.thumbprint('{"jwk":4}'), '{"jwk":4}', null, true, false)), 'badNonce', 'newAccount spends a nonce');
select is((select count(*) from acme.account_keys where thumbprint = t.thumbprint('{"jwk":4}')), 0::bigint, 'and makes nothing without one');

select is((select row(problem, jwk, key_version)::text from web.account_key(:'a_account')), row(null::jsonb, '{"jwk":1}'::text, 1)::text, 'the key');
select is((select t.type(problem) from web.account_key(core.uuid7())), 'accountDoesNotExist', 'no key of no account');
select is((web.account_get(:'a_account', 1, t.nonce(), t.key())).contact, '["mailto:a@example.org"]', 'account');
select is(t.type((web.account_get(core.uuid7(), 1, t.nonce(), t.key())).problem), 'accountDoesNotExist', 'unknown account');
select is((web.account_update(:'a_account', 1, t.nonce(), t.key(), '[]', false)).contact, '[]', 'contacts removed');
select is((web.account_update(:'a_account', 1, t.nonce(), t.key(), null, false)).contact, '[]', 'contacts left alone');
select is(t.type((web.account_update(:'a_account', 2, t.nonce(), t.key(), '["x"]', false)).problem), 'staleKey', 'stale key');

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
               ('newAccount', (select problem from web.account_new(t.nonce(), t.key(), t.thumbprint('{"jwk":1}'), '{"jwk":1}', null, true, false))),
               ('onlyReturnExisting', (select problem from web.account_new(t.nonce(), t.key(), t.thumbprint('{"jwk":1}'), '{"jwk":1}', null, true, true))),
               ('key', (select problem from web.account_key(:'a_account')))) v(what, p);
select * from finish();
