-- SPDX-License-Identifier: BSD-2-Clause
-- RFC 8555 6.5: a nonce is good once, and never again after the table of spent ones was lost.
set search_path = acme, core, public; -- as in the doors
select no_plan();
select t.key() as k \gset
select core.uuid7() as n \gset
select is(web.nonce_spend(:'n', :k), null, 'a fresh nonce');
select is(web.nonce_spend(:'n', :k), '{"type": "badNonce", "detail": "JWS has an invalid anti-replay nonce"}', 'the same again');
select is(t.type(web.nonce_spend(t.nonce(), :k + 1)), 'badNonce', 'unknown key');
select is(t.type(web.nonce_spend(core.uuid7(now() - interval '3 days'), :k)), 'badNonce', 'older than any partition');
select is(t.type(web.nonce_spend(core.uuid7(now() + interval '10 days'), :k)), 'badNonce', 'from a time without a partition');
select is(web.nonce_spend(core.uuid7(now() - interval '45 minutes'), :k), null, 'from the hour before at most');
select is((select relpersistence from pg_class where oid = (select tableoid from acme.nonces limit 1)), 'u', 'spent ids are unlogged');

-- A failing call spends its nonce too, a stale key does not.
select t.account('k1') as a \gset
select core.uuid7() as n \gset
select is(t.type((web.order_get(:'a', 1, :'n', :k, core.uuid7())).problem), 'notFound', 'no such order');
select is(t.type((web.account_get(:'a', 1, :'n', :k)).problem), 'badNonce', 'its nonce was spent');
select core.uuid7() as n \gset
select is(t.type((web.account_get(:'a', 2, :'n', :k)).problem), 'staleKey', 'another key version');
select is(t.type((web.account_get(:'a', null, :'n', :k)).problem), 'staleKey', 'no key version');
select is((web.account_get(:'a', 1, :'n', :k)).problem, null, 'its nonce was not spent');

-- The next key: unused for ten minutes, the old one stays.
select core.rotate_nonce_keys(now() + interval '23 hours');
select is((select count(*) from web.nonce_keys()), 1::bigint, 'no new key before a day has passed');
select core.rotate_nonce_keys(now() + interval '25 hours');
select is((select array_agg(active_from > now() + interval '25 hours' order by id) from web.nonce_keys()), array[false, true],
          'a new key is announced before it is used');
select core.rotate_nonce_keys(now() + interval '26 hours');
select is((select count(*) from web.nonce_keys()), 2::bigint, 'one a day');
select core.rotate_nonce_keys(now() + interval '3 days 1 hour');
select is((select count(*) from web.nonce_keys() where id = :k), 0::bigint, 'keys go after three days');
select is((select bool_and(octet_length(key) = 32) from web.nonce_keys()), true, 'keys have 32 bytes');

-- After a crash the unlogged tables are empty.
select t.key() as k \gset
select core.uuid7() as n \gset
select is(web.nonce_spend(:'n', :k), null, 'spent before the crash');
truncate acme.nonces, acme.nonce_epoch;
select is(t.type(web.nonce_spend(:'n', :k)), 'badNonce', 'spent before the crash and again after it');
select is(t.type(web.nonce_spend(t.nonce(), :k)), 'badNonce', 'the old key is retired');
select is((select count(*) from acme.nonce_epoch), 1::bigint, 'an epoch has begun');
select is((select count(*) from web.nonce_keys()), 1::bigint, 'one key is given out');
select cmp_ok((select active_from from web.nonce_keys()), '<=', now(), 'it can be used at once');
select is(web.nonce_spend(t.nonce(), t.key()), null, 'and it works');
select * from finish();
