-- SPDX-License-Identifier: BSD-2-Clause
-- newAuthz, authorizations for subdomains (RFC 9444), and what further orders use again.
set search_path = acme, core, public;
select no_plan();
select t.account('k1') as a, t.account('k2') as b \gset
create function t.pre(_account uuid, _name text, _subdomains boolean default false, _reuse boolean default false,
                      _types jsonb default '["dns-01"]', _terms text default null,
                      out problem jsonb, out id uuid, out status text, out expires_at timestamptz, out identifier_type text,
                      out identifier text, out wildcard boolean, out subdomains boolean, out challenges jsonb,
                      out retry_after int, out created boolean) language sql as $$
	select * from web.authorization_new(_account, 1, t.nonce(), t.key(), _terms, 'dns', _name, _subdomains, _types, 3600, 86400, _reuse, t.quorum());
$$;
create function t.pass(_account uuid, _authorization uuid, _type text default 'dns-01') returns int8 language plpgsql as $$
begin
	perform t.respond(_account, _authorization, _type);
	return t.validate();
end $$;
-- status and authorizations of an order, with the names they are for
create function t.shape(_order core.order_reply) returns text language sql as $$
	select concat_ws(' ', _order.problem ->> 'type', _order.status, string_agg(a.status || ':' || core.domain_name(a.identifier, a.wildcard), ' ' order by position))
	  from jsonb_array_elements_text(_order.authorizations) with ordinality x(id, position)
	  join acme.authorizations a on a.id = x.id::uuid;
$$;

select * from t.pre(:'a', 'pre.test') \gset p_
select is(row(:'p_status', :'p_identifier', :'p_wildcard', :'p_subdomains', :'p_created', :'p_retry_after')::text, '(pending,pre.test,f,f,t,1)', 'newAuthz');
select ok(:'p_expires_at'::timestamptz between now() + interval '59 minutes' and now() + interval '1 hour', 'pending for as long as said');
select is((select row(id, created)::text from t.pre(:'a', 'pre.test', _reuse => true)), row(:'p_id'::uuid, false)::text, 'again: the same');
select isnt((t.pre(:'a', 'pre.test')).id, :'p_id'::uuid, 'not again: another');
select isnt((t.pre(:'a', 'pre.test', _reuse => true, _types => '["http-01"]')).id, :'p_id'::uuid, 'with other challenges: another');
select isnt((t.pre(:'b', 'pre.test', _reuse => true)).id, :'p_id'::uuid, 'of another account: another');
select is(t.pass(:'a', :'p_id'), 1::bigint, 'validated');
select is(t.shape(t.order_with(:'a', array['pre.test'])), 'ready valid:pre.test', 'an order is ready at once, whatever is said of reuse');
select is(t.shape(t.order_with(:'a', array['pre.test', 'x.test'])), 'pending valid:pre.test pending:x.test', 'or lacks the rest');
select is(t.shape(t.order_with(:'a', array['x.pre.test'])), 'pending pending:x.pre.test', 'it says nothing of names below');
select is(t.shape(t.order_with(:'a', array['*.pre.test'])), 'pending pending:*.pre.test', 'nor of the wildcard');
select is(t.shape(t.order_with(:'b', array['pre.test'])), 'pending pending:pre.test', 'nor to another account');
select id as o from t.order_with(:'a', array['pre.test']) \gset
select is((t.finalize(:'a', :'o')).status, 'processing', 'finalized'), is(t.sign(), 1::bigint, 'issued');
select ok((t.order_with(:'a', array['pre.test'])).expires_at <= (select expires_at from acme.authorizations where id = :'p_id'), 'an order ends with what it relies on');
select t.order(:'a', 'made.test') as o \gset
select is((t.pre(:'a', 'made.test', _reuse => true, _types => '["http-01", "dns-01"]')).id, t.authz(:'a', :'o'), 'newAuthz finds that of an order');
select is(t.authz(:'a', (t.order_with(:'a', array['made.test'])).id), t.authz(:'a', :'o'), 'which any order uses from then on');

-- Subdomains: by DNS, for all names below and itself.
select * from t.pre(:'a', 'up.test', true) \gset s_
select is(:'s_subdomains'::boolean, true, 'newAuthz for subdomains');
select is(t.shape(t.order_with(:'a', array['x.up.test'])), 'pending pending:x.up.test', 'good for nothing while pending');
select is(t.pass(:'a', :'s_id'), 1::bigint, 'validated');
select is(t.shape(t.order_with(:'a', array['x.up.test', 'a.b.up.test', '*.up.test', '*.c.up.test', 'up.test'])), 'ready valid:up.test', 'one authorization for all');
select is(array(select core.find_authorization(:'a', w || '{"ancestors": false}', '1 day', t.quorum(), true)
                  from jsonb_array_elements(t.wanted(array['z.up.test', '*.up.test', 'up.test'])) w),
          array[null, null, :'s_id'::uuid], 'its own name only where no ancestor may count');
select is(t.shape(t.order_with(:'a', array['xup.test'])), 'pending pending:xup.test', 'whole labels only');
select is(t.pass(:'a', id), 1::bigint, 'validated') from t.pre(:'a', 'low.high.test', true);
select is(t.shape(t.order_with(:'a', array['high.test'])), 'pending pending:high.test', 'nothing above');
select id as o from t.order_with(:'a', array['x.up.test', '*.up.test', 'up.test']) \gset
select is((t.finalize(:'a', :'o')).status, 'processing', 'finalized');
select is((select names from sign.claim('s', 1, 60)), '["*.up.test", "up.test", "x.up.test"]', 'the names ordered are issued');
update acme.jobs set run_after = now();
select is(t.sign(), 1::bigint, 'issued');
update acme.challenges set type = 'http-01' where authorization_id = :'s_id';
select id as o from t.order_with(:'a', array['y.up.test'], _reuse => true) \gset
select is(t.status('orders', :'o'), 'pending', 'what was not proved by DNS is not used');
update acme.challenges set type = 'dns-01' where authorization_id = :'s_id';
select id as o from t.order_with(:'a', array['y.up.test']) \gset
select t.finalize(:'a', :'o') \g /dev/null
update acme.challenges set type = 'http-01' where authorization_id = :'s_id';
select is(t.sign(), 0::bigint, 'nor issued upon');
select is((select error ->> 'detail' from acme.orders where id = :'o'), 'no valid authorization for up.test', 'and the order says why');

-- newOrder with ancestorDomain: one authorization for the ancestor.
select * from t.order_with(:'a', array['a.down.test', 'b.down.test'], _ancestor => 'down.test') \gset o_
select is(jsonb_array_length(:'o_authorizations'), 1, 'one authorization for two names');
select is((select row(identifier, subdomains, wildcard, jsonb_array_length(challenges))::text from web.authorization_get(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'o_id'))),
          '(down.test,t,f,1)', 'for the ancestor');
select is(t.pass(:'a', t.authz(:'a', :'o_id')), 1::bigint, 'validated');
select is((t.finalize(:'a', :'o_id')).status, 'processing', 'finalized'), is(t.sign(), 1::bigint, 'issued');
select is(t.shape(t.order_with(:'a', array['c.down.test'])), 'pending pending:c.down.test', 'it was not made by newAuthz');
select is(t.shape(t.order_with(:'a', array['c.down.test'], _reuse => true)), 'ready valid:down.test', 'used again where that is set');
select is(t.shape(t.order_with(:'a', array['d.c.down.test'], _ancestor => 'c.down.test', _reuse => true)), 'ready valid:down.test', 'for a deeper ancestor too');
select is(t.type(web.certificate_revoke(:'b', 1, t.nonce(), t.key(), c, t.der(c), 0)), 'unauthorized', 'another account cannot revoke'),
       is(t.type(web.certificate_revoke(:'a', 1, t.nonce(), t.key(), c, t.der(c), 0)), null, 'this one can')
  from (select certificate_id from acme.orders where id = :'o_id') x(c);

-- Reuse of authorizations by the profile's setting.
select t.order_with(:'a', array['r.test', '*.r.test'], _reuse => true) as first \gset
select (:'first'::core.order_reply).id as o \gset
select is(((t.order_with(:'a', array['r.test'], _reuse => true)).authorizations ->> 0)::uuid, t.authz(:'a', :'o'), 'a pending one');
select is((t.order_with(:'a', array['r.test'], _reuse => true)).authorizations @> to_jsonb(t.authz(:'a', :'o', 1)), false, 'but not the wildcard''s');
select isnt(((t.order_with(:'b', array['r.test'], _reuse => true)).authorizations ->> 0)::uuid, t.authz(:'a', :'o'), 'nor another account''s');
select id as later from t.order_with(:'a', array['r.test'], _reuse => true) \gset
select is(t.pass(:'a', t.authz(:'a', :'o'), 'http-01'), 1::bigint, 'validated');
select is(t.status('orders', :'later'), 'ready', 'every order that shares it is ready');
select is(t.status('orders', :'o'), 'pending', 'unless something else is lacking');
select is(t.shape(t.order_with(:'a', array['r.test'])), 'pending pending:r.test', 'not used again unless set');
select is(t.shape(t.order_with(:'a', array['r.test'], _reuse => true)), 'ready valid:r.test', 'valid ones are used again');
update acme.authorizations set validated_at = now() - interval '2 hours' where id = t.authz(:'a', :'o');
select is(t.shape(t.order_with(:'a', array['r.test'], _reuse => true, _valid_for => 7200)) like 'ready%', false, 'not when it is older than the profile permits');
update acme.authorizations set expires_at = now() + interval '59 minutes', validated_at = now() - interval '20 hours' where id = t.authz(:'a', :'o');
select is(t.shape(t.order_with(:'a', array['r.test'], _reuse => true)) like 'ready%', false, 'not when it is about to expire');
update acme.authorizations set expires_at = now() + interval '1 day' where id = t.authz(:'a', :'o');
select id as o2 from t.order_with(:'a', array['r.test'], _reuse => true) \gset
select web.authorization_deactivate(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'o')) \g /dev/null
select is(t.status('orders', id), 'invalid', 'deactivation ends every order that shares it') from unnest(array[:'o', :'later', :'o2']::uuid[]) id;
select is(t.shape(t.order_with(:'a', array['r.test'], _reuse => true)) like 'pending%', true, 'a deactivated one is not used again');

-- Reuse of orders.
select (t.order_with(:'a', array['o.test', 'p.test'], _reuse_order => true)).id as o \gset
select is((t.order_with(:'a', array['p.test', 'o.test'], _reuse_order => true)).id, :'o'::uuid, 'the same names: the same order');
select isnt((r).id, :'o'::uuid, what) from (values
	(t.order_with(:'a', array['o.test', 'p.test']), 'not unless set'),
	(t.order_with(:'a', array['o.test'], _reuse_order => true), 'a name less'),
	(t.order_with(:'a', array['o.test', 'p.test', 'q.test'], _reuse_order => true), 'a name more'),
	(t.order_with(:'a', array['o.test', 'p.test'], 'short', _reuse_order => true), 'another profile'),
	(t.order_with(:'a', array['o.test', 'p.test'], _reuse_order => true, _not_after => now()), 'other times'),
	(t.order_with(:'b', array['o.test', 'p.test'], _reuse_order => true), 'another account')) v(r, what);
select t.ready(:'a', 'o3.test') as o3 \gset
select is((t.order_with(:'a', array['o3.test'], _reuse_order => true)).id, :'o3'::uuid, 'a ready one');
select t.finalize(:'a', :'o3') \g /dev/null
select isnt((t.order_with(:'a', array['o3.test'], _reuse_order => true)).id, :'o3'::uuid, 'not one that is processing'), is(t.sign(), 1::bigint, 'issued');
update acme.orders set expires_at = now() + interval '4 minutes' where id = :'o';
select isnt((t.order_with(:'a', array['o.test', 'p.test'], _reuse_order => true)).id, :'o'::uuid, 'not one with little time');

-- Terms.
select is(t.type((t.order_with(:'a', array['a.test'], _terms => 'v2')).problem), 'userActionRequired', 'newOrder with terms not agreed to');
select is(t.type((t.pre(:'a', 'a.test', _terms => 'v2')).problem), 'userActionRequired', 'newAuthz too');
select is(web.account_agree(:'a', 'v2'), null, 'agreed');
select is(t.type((t.order_with(:'a', array['a.test'], _terms => 'v2')).problem), null, 'newOrder goes on'), is(t.type((t.pre(:'a', 'a.test', _terms => 'v2')).problem), null, 'newAuthz too');
select is(t.type((t.order_with(:'a', array['a.test'], _terms => 'v3')).problem), 'userActionRequired', 'until they change');
select is(t.type((t.order_with(:'a', array['a.test'])).problem), null, 'or until there are none');
select is(t.type(web.account_agree(core.uuid7(), 'v2')), 'accountDoesNotExist', 'of no account');
select is(admin.account_agree(:'b', 'v2'), 1::bigint, 'the operator agrees for one'), is(admin.account_agree(core.uuid7(), 'v2'), 0::bigint, 'for none');
select is(admin.account_agree(null, 'v2'), 0::bigint, 'for all that have not: none'), is(admin.account_agree(null, 'v3'), 2::bigint, 'for all that have not: both');
select is((select terms from admin.account_show(:'b')), 'v3', 'shown');
select web.account_update(:'b', 1, t.nonce(), t.key(), null, true) \g /dev/null
select is(t.type(web.account_agree(:'b', 'v4')), 'accountDeactivated', 'not for a deactivated account'), is(admin.account_agree(null, 'v4'), 1::bigint, 'nor among all');

-- An order is good for no longer than the first of its authorizations.
select (t.order_with(:'a', array['e.test', 'f.test'], _valid_for => 3600)).id as o \gset
select t.pass(:'a', t.authz(:'a', :'o', n)) from generate_series(0, 1) n \g /dev/null
select is((select row(status, expires_at <= now() + interval '1 hour')::text from acme.orders where id = :'o'), '(ready,t)', 'a ready order ends with them');
select * from finish();
