-- SPDX-License-Identifier: BSD-2-Clause
-- No call reads a large table from end to end, whatever else is in it.
set search_path = acme, core, public;
set plan_cache_mode = force_generic_plan; -- as the programs' roles have it
select no_plan();

-- Many accounts, and one of them with much of everything, over three months.
select core.make_partitions(now() - interval '31 days') \g /dev/null
select t.account('large') as a \gset
create table t.accounts as
	select n, case when n <= 2000 then :'a' else core.uuid7() end as account_id, now() - n % 60 * interval '1 day' as at
	  from generate_series(1, 4000) n;
insert into eab_keys (kid, mac_key, single_use, max_orders) select n, decode(repeat('00', 32), 'hex'), false, 1000 from generate_series(1, 2000) n;
insert into blocked_keys select 'blocked ' || n, 'keyCompromise' from generate_series(1, 2000) n;
insert into accounts (account_id, jwk, key_thumbprint, eab_kid) select account_id, '{}', n, n - 2000 from t.accounts where n > 2000;
update accounts set eab_kid = '1' where account_id = :'a';
insert into account_keys select key_thumbprint, account_id from accounts where account_id <> :'a';
insert into orders (account_id, id, status, profile, identifiers, expires_at, created_at, quorum)
select account_id, core.uuid7(at), 'invalid', 'default', '[]', now(), at, t.quorum() from t.accounts;
insert into order_authorizations (account_id, order_id, authorization_id, position)
select account_id, id, core.uuid7(created_at), 0 from orders;
insert into authorizations (account_id, id, status, identifier_type, identifier, wildcard, expires_at, valid_for, quorum)
select account_id, authorization_id, 'invalid', 'dns', 'old.test', false, now(), '1 day', t.quorum() from order_authorizations;
insert into challenges (account_id, authorization_id, type, position, token)
select account_id, id, 'http-01', 0, 'token' from authorizations;
-- Half of it is still good.
insert into authorizations (account_id, id, status, identifier_type, identifier, wildcard, expires_at, valid_for, quorum, validated_at, preauthorized)
select account_id, core.uuid7(at), 'valid', 'dns', 'old' || n || '.test', false, now() + interval '1 day', '1 day', t.quorum(), now(), true from t.accounts;
insert into orders (account_id, id, status, profile, identifiers, expires_at, created_at, quorum)
select account_id, core.uuid7(at), 'valid', 'default', '[]', now() + interval '1 day', at, t.quorum() from t.accounts;
insert into serials (id, account_id, order_id, issuer_id, not_before, not_after, tbs)
select core.uuid7(at), account_id, core.uuid7(at), t.issuer(), at, at, 'tbs' from t.accounts;
insert into certificates (account_id, id, order_id, issuer_id, profile, names, not_before, not_after, certificate)
select account_id, id, order_id, issuer_id, 'default', '["old.test"]', not_before, not_after, 'der' from serials;
insert into nonces select core.uuid7(now() - n * interval '1 second') from generate_series(1, 3000) n;
insert into jobs (id, kind, perspective, account_id, object_id, type, run_after, give_up_at)
select core.uuid7(), kind, case kind when 'validate' then 'default' else '' end, core.uuid7(), core.uuid7(), 'http-01', now() + interval '1 hour', now() + interval '2 hours'
  from t.accounts, unnest(array['validate', 'issue']) kind;
insert into validations (account_id, object_id, type, perspective, status, tries)
select account_id, id, 'http-01', 'default', 'invalid', 1 from authorizations;
insert into account_keys_retired select account_id, n from t.accounts;
-- 50000 jobs in the queue, of two perspectives and another account.
select t.account('crowd') as crowd \gset
create table t.queued as
	select core.uuid7() as id, :'crowd'::uuid as account_id, now() - n * interval '1 ms' as run_after from generate_series(1, 25000) n;
insert into authorizations (account_id, id, identifier_type, identifier, wildcard, expires_at, valid_for, quorum)
select account_id, id, 'dns', id || '.test', false, now() + interval '1 day', '1 day', t.quorum('{busy,busier}', 1) from t.queued;
insert into challenges (account_id, authorization_id, type, position, status, token)
select account_id, id, 'http-01', 0, 'processing', 'token' from t.queued;
insert into jobs (id, kind, perspective, account_id, object_id, type, run_after, give_up_at)
select core.uuid7(), 'validate', perspective, account_id, id, 'http-01', run_after, now() + interval '1 hour'
  from t.queued, unnest(array['busy', 'busier']) perspective;
analyze;
select pg_stat_force_next_flush();
select pg_stat_reset() \g /dev/null

-- A certificate from order to revocation, what is looked at on the way, and what fails.
select t.order(:'a', 'a.test', '*.b.test') as failing \gset
select t.respond(:'a', t.authz(:'a', :'failing', 1)) \g /dev/null
select t.validate('{"type": "dns", "detail": "x"}') \g /dev/null
select web.authorization_deactivate(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'failing')) \g /dev/null
select t.certificate(:'a', 'a.test', '*.b.test') as c \gset
select order_id as o from certificates where account_id = :'a' and id = :'c' \gset
select web.order_get(:'a', 1, t.nonce(), t.key(), :'o'), web.order_poll(:'a', :'o') \g /dev/null
select web.authorization_get(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'o')) \g /dev/null
select web.challenge_get(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'o'), 'dns-01') \g /dev/null
select web.certificate_get(:'a', 1, t.nonce(), t.key(), :'c', 0) \g /dev/null
select web.certificate_revoke_by_key(t.nonce(), t.key(), :'c', 'x', 1, 'key') \g /dev/null
select web.certificate_revoke(:'a', 1, t.nonce(), t.key(), :'c', certificate, 1)
  from certificates where account_id = :'a' and id = :'c' \g /dev/null
-- The same with all that can be used again, replaced, bound and changed.
select (t.order_with(:'a', array['x.test', 'a.test'], _reuse => true, _reuse_order => true, _replaces => :'c')).id as r \gset
select (t.order_with(:'a', array['x.test', 'a.test'], _reuse => true, _reuse_order => true, _replaces => :'c')).id as again \gset
select problem from web.authorization_new(:'a', 1, t.nonce(), t.key(), null, 'dns', 'up.test', true, '["dns-01"]', 3600, 3600, true, t.quorum()) \g /dev/null
-- From several perspectives, with a name whose CAA records are checked; one is tried again.
select id as q from t.order_with(:'a', array['q.test'], _quorum => t.quorum('{default,eu}', 1), _caa => '["q.test"]') \gset
select t.respond(:'a', t.authz(:'a', :'q')), t.validate(null, 'eu') \g /dev/null
select va.retry(job, attempt, '', '{"type": "dns", "detail": "x"}', null, 0) from va.claim('w', 'default', 10, 60) \g /dev/null
select web.challenge_get(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'q'), 'dns-01'), web.order_poll(:'a', :'q'), t.respond(:'a', t.authz(:'a', :'q')) \g /dev/null
select t.validate(), t.finalize(:'a', :'q'), t.validate(null, 'eu'), t.validate() \g /dev/null
select admin.order_show(:'q'), t.sign() \g /dev/null
select t.status('orders', :'q') as q_status \gset
-- The long queue moves, and a perspective that goes away takes some of it along.
select t.validate(null, 'busy') as busy, t.validate(null, 'busier') as busier \gset
select va.claim('w', 'busy', 100, 60) \g /dev/null
update jobs set give_up_at = now(), run_after = now()
 where id = any(array(select id from jobs where kind = 'validate' and perspective = 'busy' and run_after > now() + interval '50 seconds' order by run_after limit 50));
select count(*) as handed_out from va.claim('w', 'elsewhere', 50, 60) \gset
select t.give_up() as given_up \gset
select problem from web.account_orders(:'a', 1, t.nonce(), t.key(), null, 100) \g /dev/null
select problem from web.account_orders(:'a', 1, t.nonce(), t.key(), :'o', 100) \g /dev/null
select problem from web.certificate_renewal(:'c', 'key id') \g /dev/null
select t.account('other') as b \gset
select t.ready(:'b', 'a.test', '*.b.test') \g /dev/null
select web.certificate_revoke(:'b', 1, t.nonce(), t.key(), :'c', certificate, 0)
  from certificates where account_id = :'a' and id = :'c' \g /dev/null
select created from web.account_new(t.nonce(), t.key(), t.thumbprint('bound'), 'bound', null, null, false, true, '7', 'sha256', 'x',
                                    core.hmac('sha256', decode(repeat('00', 32), 'hex'), 'x')) \gset bound_
select admin.eab_show('7'), admin.eab_delete('9'), admin.eab_revoke('8'), web.account_agree(:'a', 'v'), admin.account_agree(:'a', 'v') \g /dev/null
select conflict from web.account_key_change(:'a', 1, t.nonce(), t.key(), t.thumbprint('new'), 'new') \g /dev/null
select is(:'r'::uuid, :'again'::uuid, 'the order was found'), is(:'bound_created'::boolean, true, 'the account was bound');
select admin.order_list(10, null), admin.order_show(:'o'), admin.cert_list(10, null), admin.cert_show(:'c') \g /dev/null
select t.status('orders', :'o') as status \gset
select is(:'status'::text, 'valid', 'the flow came to its end'), is(:'q_status'::text, 'valid', 'from several perspectives too');

-- An order of a hundred names is claimed by each perspective in little time, which does not go by their product.
create function t.many_names(_account uuid, _n int) returns interval language plpgsql as $$
declare
	_names   constant text[] := array(select format('n%s.o%s.test', n, _n) from generate_series(1, _n) n);
	_order   constant uuid := (t.order_with(_account, _names, _caa => to_jsonb(_names))).id;
	_since   timestamptz;
begin
	update challenges c set status = 'processing' from core.authorizations_of(_account, _order) a where c.account_id = _account and c.authorization_id = a.id and c.type = 'http-01';
	update challenges c set status = 'valid' from core.authorizations_of(_account, _order) a where c.account_id = _account and c.authorization_id = a.id and c.type = 'http-01';
	update authorizations set status = 'valid', validated_at = now() where account_id = _account and id in (select id from core.authorizations_of(_account, _order));
	update orders set status = 'ready' where account_id = _account and id = _order;
	update orders set status = 'processing' where account_id = _account and id = _order;
	perform core.caa_methods(_account, _order, to_jsonb(_names));
	_since := clock_timestamp();
	for i in 1..5 loop
		perform core.validation(_account, _order, 'caa');
	end loop;
	return clock_timestamp() - _since;
end $$;
select t.many_names(:'b', 10) as ten, t.many_names(:'b', 100) as hundred \gset

select pg_stat_force_next_flush();
select cmp_ok(:'hundred'::interval, '<', 40 * :'ten'::interval, 'ten times the names take little more than ten times as long');
select is(seq_scan, 0::bigint, relname || ' was read by key')
  from pg_stat_user_tables
 where schemaname = 'acme' and pg_table_size(relid) > 60000
 order by relname;
select cmp_ok(sum(idx_tup_fetch), '<', 3000::numeric, 'few of the authorizations of the account were read')
  from pg_stat_user_tables where schemaname = 'acme' and relname like 'authorizations\_%';
select cmp_ok(idx_tup_fetch, '<', 10000::bigint, 'few of the jobs were read') from pg_stat_user_tables where schemaname = 'acme' and relname = 'jobs';
select cmp_ok(count(*), '>', 15::bigint, 'many tables are large') from pg_stat_user_tables where schemaname = 'acme' and pg_table_size(relid) > 60000;
select is(row(:'busy', :'busier', :'handed_out')::text, '(100,100,0)', 'the long queue moved'),
       is((select row(count(*) filter (where status = 'valid'), count(*) filter (where status = 'invalid'))::text
             from authorizations where quorum = t.quorum('{busy,busier}', 1)), '(100,50)', 'as far as it should');
select * from finish();
