-- SPDX-License-Identifier: BSD-2-Clause
-- CAA records: checked after finalize, by the quorum of the order, and again when the signer comes late.
set search_path = acme, core, public;
select no_plan();
select t.account('k1') as a \gset

-- A ready order with names to check, the wildcard by dns-01, the others by http-01.
create function t.ready_caa(_names text[], _caa jsonb default null, _quorum jsonb default t.quorum(), _ancestor text default null)
returns uuid language plpgsql as $$
declare
	_account constant uuid := (select account_id from accounts where jwk = 'k1');
	_id      constant uuid := (t.order_with(_account, _names, _ancestor => _ancestor, _quorum => _quorum, _caa => coalesce(_caa, to_jsonb(_names)))).id;
begin
	perform t.respond(_account, a.id, case when a.wildcard or a.subdomains then 'dns-01' else 'http-01' end)
	   from core.authorizations_of(_account, _id) a;
	perform t.validate(null, p, p) from jsonb_array_elements_text(_quorum -> 'perspectives') p;
	return _id;
end $$;
-- status and error of an order
create function t.shows(_order uuid) returns text language sql as
	$$ select concat_ws(' ', status, error ->> 'type', error ->> 'detail') from orders where id = _order $$;
create function t.end(_order uuid, _problem jsonb default null, _perspective text default 'default') returns text language sql as $$
	select concat_ws(' ', accepted::text, bell)
	  from jobs j, va.finish(j.id, j.attempts, _perspective, _problem, '{"validationRecord": []}', null)
	 where j.object_id = _order and j.perspective = _perspective and kind = 'validate';
$$;
create function t.bell(_order uuid) returns text language sql as $$
	select bell from web.order_finalize((select account_id from orders where id = _order), 1, t.nonce(), t.key(), _order,
	       (select jsonb_path_query_array(identifiers, '$[*].value') from orders where id = _order), 'spki', 'csr key', '["default"]');
$$;

select t.ready_caa('{none.test}', '[]') as o \gset
select is(t.bell(:'o'), 'chert_issue', 'nothing to check: to the signer'), is(t.bell(:'o'), null, 'once');
select is((select evidence -> 'caa' from sign.claim('s', 1, 60)), 'null', 'who is told so');
delete from jobs;

select t.ready_caa('{a.test,*.a.test,b.test}', '["b.test", "*.a.test"]') as o \gset
select is(t.bell(:'o'), 'chert_validate', 'to the validators');
select is((select row(kind, type, perspective, object_id, give_up_at <= now() + interval '1 hour')::text from jobs), row('validate'::text, 'caa'::text, 'default'::text, :'o'::uuid, true)::text, 'one job');
select is_empty($$ select * from sign.claim('s', 1, 60) $$, 'the signer waits');
select is((select row(status, error, retry_after)::text from web.order_poll(:'a', :'o')), '(processing,,1)', 'the client too');
select is((select row(attempt, account, object, type, identifier_type, identifier, token, key_authorization, thumbprints, names)::text from va.claim('w', 'default', 10, 60)),
          row(1, :'a'::uuid, :'o'::uuid, 'caa'::text, null, null, null, null, null, '[{"name": "*.a.test", "methods": ["dns-01"]}, {"name": "b.test", "methods": ["http-01"]}]'::jsonb)::text, 'names with the method of each');
select is(va.retry(t.job(:'o'), 1, '', '{"type": "dns", "detail": "servfail"}', null, 5000), true, 'tried again');
select is((select row(status, error, retry_after)::text from web.order_poll(:'a', :'o')), '(processing,,5)', 'the client waits for as long');
update jobs set run_after = now();
select is((select row(attempt, failures)::text from va.claim('w', 'default', 10, 60)), '(2,1)', 'second try');
select is(t.end(:'o'), 'true chert_issue', 'permitted: to the signer');
select is((select row(kind, type, perspective)::text from jobs), '(issue,,"")', 'one job');
select is((select row(names, evidence -> 'caa' -> 'names', evidence -> 'caa' -> 'agreed', (evidence #> '{caa,age}')::int < 60)::text from sign.claim('s', 1, 60)),
          row('["*.a.test", "a.test", "b.test"]'::jsonb, '["*.a.test", "b.test"]'::jsonb, '[{"region": "default", "perspective": "default"}]'::jsonb, true)::text, 'with the evidence');
select is((select evidence -> 'authorizations' from jobs j, lateral (select core.evidence(o) as evidence from orders o where id = j.object_id) e) @> v, true, 'and that of ' || (v #>> '{0,name}'))
  from jsonb_array_elements('[[{"name": "*.a.test", "agreed": [{"region": "default", "perspective": "default"}]}], [{"name": "a.test"}], [{"name": "b.test"}]]') v;
update jobs set run_after = now();
select is(t.sign(), 1::bigint, 'issued');

-- Refused.
select t.ready_caa('{c.test}') as o \gset
select t.bell(:'o'), va.claim('w', 'default', 10, 60) \g /dev/null
select is(t.end(:'o', '{"type": "caa", "detail": "no", "subproblems": [{"type": "caa", "detail": "no", "identifier": {"type": "dns", "value": "c.test"}}]}'), 'true', 'forbidden');
select is(t.shows(:'o'), 'invalid caa no', 'invalid'), is((select error #>> '{subproblems,0,identifier,value}' from web.order_poll(:'a', :'o')), 'c.test', 'with the name');
select is((select count(*) from jobs), 0::bigint, 'no job is left');
select is((select row(caa -> 'names', caa -> 'checked', caa #> '{quorum,perspectives}', (caa #> '{validations,0}') - 'updated')::text from admin.order_show(:'o')),
          row('["c.test"]'::jsonb, null::jsonb, '["default"]'::jsonb, '{"perspective": "default", "region": "default", "status": "invalid", "tries": 1,
               "problem": {"type": "caa", "detail": "no", "subproblems": [{"type": "caa", "detail": "no", "identifier": {"type": "dns", "value": "c.test"}}]},
               "record": {"validationRecord": []}}'::jsonb)::text, 'shown to the operator');

-- Several perspectives.
select t.ready_caa('{d.test}', _quorum => t.quorum('{default,eu,us}', 1)) as o \gset
select is(t.bell(:'o'), 'chert_validate', 'to the validators');
select va.claim('w', p, 10, 60) from unnest(array['default', 'eu', 'us']) p \g /dev/null
select is(t.end(:'o'), 'true', 'permitted here'), is(t.end(:'o', '{"type": "caa", "detail": "no"}', 'eu'), 'true', 'forbidden there'), is(t.shows(:'o'), 'processing', 'not yet');
select is(t.end(:'o', null, 'us'), 'true chert_issue', 'permitted by enough');
select is((select jsonb_array_length(evidence #> '{caa,agreed}') from sign.claim('s', 1, 60)), 2, 'which the signer is told');
delete from jobs;
select t.ready_caa('{e.test}', _quorum => t.quorum('{default,eu,us}', 2)) as o \gset
select t.bell(:'o'), va.claim('w', 'default', 10, 60), va.claim('w', 'eu', 10, 60) \g /dev/null
select t.end(:'o'), t.end(:'o', null, 'eu') \g /dev/null
update jobs set give_up_at = now();
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'one is away');
select t.give_up() \g /dev/null
select is(t.shows(:'o'), 'invalid serverInternal validation was corroborated by 1 of 2 remote perspectives, must be by 2: us: perspective us did not answer in time', 'and named');

-- Too old for the signer: the records are checked again, and what was reserved stays reserved.
select t.ready_caa('{f.test}') as o \gset
select t.bell(:'o'), va.claim('w', 'default', 10, 60) \g /dev/null
select t.end(:'o') \g /dev/null
select job as j from sign.claim('s', 1, 60) \gset
select core.uuid7() as serial \gset
select t.reserve(:'j', 1, :'serial') \g /dev/null
update jobs set run_after = now();
update orders set caa_checked_at = now() - interval '6 hours 59 minutes' where id = :'o';
select is((select row(serial, (evidence #> '{caa,age}')::int between 25140 and 25200)::text from sign.claim('s', 1, 60)), row(:'serial'::uuid, true)::text, 'not yet');
update acme.jobs set run_after = now();
update orders set caa_checked_at = now() - interval '7 hours 1 minute' where id = :'o';
select is_empty($$ select * from sign.claim('s', 1, 60) $$, 'too old');
select is((select row(caa_checked_at, status)::text from orders where id = :'o'), '(,processing)', 'not checked'), is((select count(*) from validations where object_id = :'o' and type = 'caa'), 0::bigint, 'by nobody');
select is((select since from admin.status() where name = 'issue'), null, 'no signer is waited for');
select va.claim('w', 'default', 10, 60) \g /dev/null
select is(t.end(:'o'), 'true chert_issue', 'permitted once more');
select is((select row(job, attempt, serial)::text from sign.claim('s', 1, 60)), row(:'j'::uuid, 4, :'serial'::uuid)::text, 'the same job, with what was reserved');
update acme.jobs set run_after = now();
update orders set caa_checked_at = now() - interval '8 hours' where id = :'o';
select is_empty($$ select * from sign.claim('s', 1, 60) $$, 'too old');
select va.claim('w', 'default', 10, 60) \g /dev/null
select is(t.end(:'o', '{"type": "caa", "detail": "no"}'), 'true', 'forbidden meanwhile');
select is(t.shows(:'o'), 'invalid caa no', 'invalid'), is((select count(*) from jobs), 0::bigint, 'no job is left');

-- A signer that has had the job since before that can do nothing with it.
select t.ready_caa('{f2.test}') as o \gset
select t.bell(:'o'), va.claim('w', 'default', 10, 60) \g /dev/null
select t.end(:'o') \g /dev/null
select job as j, attempt from sign.claim('slow', 1, 60) \gset
update orders set caa_checked_at = now() - interval '7 hours 30 minutes' where id = :'o';
select is(t.reserve(:'j', :attempt), null, 'nothing is reserved that is to be checked again');
update orders set caa_checked_at = now() where id = :'o';
select is(t.reserve(:'j', :attempt), :'j'::uuid, 'but what is not');
update orders set caa_checked_at = now() - interval '7 hours 30 minutes' where id = :'o';
select is_empty(format($$ select * from sign.finish(array[%L::uuid], array[%s], array['der'::bytea]) $$, :'j', :attempt), 'nor stored');
update jobs set run_after = now();
select is_empty($$ select * from sign.claim('quick', 1, 60) $$, 'it is checked again');
select is((select row(worker, attempts - failures)::text from jobs where id = :'j'), '(,1)', 'which is no lost attempt, and nobody has it');
update orders set caa_checked_at = now() where id = :'o';
select is_empty(format($$ select * from sign.finish(array[%L::uuid], array[%s], array['der'::bytea]) $$, :'j', :attempt), 'the slow one is late for good');
delete from jobs;

-- A name that two authorizations cover was validated by the methods of both.
create function t.both(_first text, _second text) returns jsonb language plpgsql as $$
declare
	_account constant uuid := (select account_id from accounts where jwk = 'k1');
	_id      uuid;
begin
	select id into _id
	  from web.order_new(_account, 1, t.nonce(), t.key(), null, t.identifiers(array[_first, _second]), jsonb_build_array(
	       (t.wanted(array[_first], case _first when 'b.s.test' then 's.test' end)) -> 0,
	       (t.wanted(array[_second], case _second when 'b.s.test' then 's.test' end)) -> 0),
	       'default', null, null, 86400, 86400, false, false, null, null, null, t.quorum(), '["a.s.test", "b.s.test"]');
	perform t.respond(_account, a.id, case when a.subdomains then 'dns-01' else 'http-01' end) from core.authorizations_of(_account, _id) a;
	perform t.validate();
	return core.caa_methods(_account, _id, '["b.s.test", "a.s.test"]');
end $$;
select is(t.both(f, s), '[{"name": "a.s.test", "methods": ["dns-01", "http-01"]}, {"name": "b.s.test", "methods": ["dns-01"]}]', f || ' first')
  from (values ('a.s.test', 'b.s.test'), ('b.s.test', 'a.s.test')) v(f, s);

-- The check counts from its first success.
select t.ready_caa('{g.test}', _quorum => t.quorum('{default,eu}', 1)) as o \gset
select t.bell(:'o'), va.claim('w', p, 10, 60) from unnest(array['default', 'eu']) p \g /dev/null
select t.end(:'o') \g /dev/null
update validations set updated_at = now() - interval '4 minutes' where object_id = :'o';
select is(t.end(:'o', null, 'eu'), 'true chert_issue', 'the second one is late');
select is((select (evidence #> '{caa,age}')::int between 240 and 300 from sign.claim('s', 1, 60)), true, 'the first one counts');
delete from jobs;

select t.ready_caa('{g2.test}', _quorum => t.quorum('{default,eu}', 1)) as o \gset
select t.bell(:'o'), va.claim('w', p, 10, 60) from unnest(array['default', 'eu']) p \g /dev/null
select t.end(:'o') \g /dev/null
update validations set updated_at = now() - interval '6 minutes' where object_id = :'o';
select is(t.end(:'o', null, 'eu'), 'true chert_validate', 'much later: the first one is asked again');
select va.claim('w', 'default', 10, 60) \g /dev/null
select is(t.end(:'o'), 'true chert_issue', 'and agrees once more'), is((select (evidence #> '{caa,age}')::int < 60 from sign.claim('s', 1, 60)), true, 'which counts');
delete from jobs;

-- An authorization, or the account, is lost while the records are looked up.
select t.ready_caa('{h.test,i.test}') as o \gset
select t.bell(:'o') \g /dev/null
select web.authorization_deactivate(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'o', 1)) \g /dev/null
select is(t.shows(:'o'), 'processing', 'an order in processing goes on');
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'nothing is worth looking up');
select t.give_up() \g /dev/null
select is(t.shows(:'o'), 'invalid unauthorized no valid authorization for i.test', 'invalid'), is((select count(*) from jobs), 0::bigint, 'no job is left');
select t.ready_caa('{j.test}') as o \gset
select t.bell(:'o'), va.claim('w', 'default', 10, 60) \g /dev/null
select web.authorization_deactivate(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'o')) \g /dev/null
select is(t.end(:'o'), 'true chert_issue', 'in hand: it is heard'), is(t.sign(), 0::bigint, 'but not signed');
select is(t.shows(:'o'), 'invalid unauthorized no valid authorization for j.test', 'invalid');

-- All below a name: each name is looked up, with the method of the authorization that covers it.
select t.ready_caa('{x.k.test,*.k.test}', _ancestor => 'k.test') as o \gset
select t.bell(:'o') \g /dev/null
select is((select names from va.claim('w', 'default', 10, 60)), '[{"name": "*.k.test", "methods": ["dns-01"]}, {"name": "x.k.test", "methods": ["dns-01"]}]', 'names below');
select t.end(:'o') \g /dev/null
select is((select (evidence #> '{authorizations,0}') - 'age' - 'agreed' || jsonb_build_object('young', (evidence #> '{authorizations,0,age}')::int < 60) from sign.claim('s', 1, 60)),
          '{"name": "k.test", "type": "dns-01", "young": true, "subdomains": true}', 'the evidence is that of the name above');
delete from jobs;
select is((select id from t.order_with(:'a', array['m.test', 'l.test'], _caa => '["m.test", "l.test"]', _reuse_order => true)),
          (select id from t.order_with(:'a', array['l.test', 'm.test'], _caa => '["l.test", "m.test"]', _reuse_order => true)), 'an open order is found again');
select isnt((select id from t.order_with(:'a', array['m.test', 'l.test'], _reuse_order => true)),
            (select id from t.order_with(:'a', array['l.test', 'm.test'], _caa => '["l.test", "m.test"]', _reuse_order => true)), 'not one that would not be checked');
select t.ready_caa('{n.test}') as o \gset
select t.bell(:'o'), va.claim('w', 'default', 10, 60) \g /dev/null
select t.job(:'o') as j \gset
select web.account_update(:'a', 1, t.nonce(), t.key(), null, true) \g /dev/null
select is(t.shows(:'o'), 'invalid unauthorized account is deactivated', 'deactivated'), is(t.finish(:'j', 1), false, 'what is in hand is not heard');
select is((select count(*) from jobs), 0::bigint, 'no job is left');
select * from finish();
