-- SPDX-License-Identifier: BSD-2-Clause
-- What a validator may do that is not ours any more: nothing that is in the way of others, and no more than its own
-- perspective can.
set search_path = acme, core, public;
select no_plan();
select t.account('k1') as a \gset

-- Outcomes are problems and records that others can read.
create function t.tell(_problem jsonb, _record jsonb default null) returns text language plpgsql as $$
begin
	perform core.check_outcome(_problem, _record);
	return 'taken';
exception when check_violation then
	return 'refused';
end $$;
create function t.sub(_detail text) returns jsonb language sql as
	$$ select core.problem('caa', _detail, '{"identifier": {"type": "dns", "value": "a.test"}}') $$;
select is(t.tell(problem, record), 'taken', 'taken: ' || what)
  from (values ('nothing', null::jsonb, null::jsonb), ('a problem', core.problem('dns', 'x'), '{"validationRecord": [], "x": 1}'),
               ('the longest problem', core.problem('caa', repeat('x', 512), jsonb_build_object('subproblems', array_fill(t.sub(repeat('x', 512)), array[100]))), '{}')) v(what, problem, record);
select is(t.tell(problem, record), 'refused', 'refused: ' || what)
  from (values ('a text', jsonb '"x"', null::jsonb), ('null', 'null', null), ('an array', '[]', null), ('no type', '{"detail": "x"}', null), ('no detail', '{"type": "dns"}', null),
               ('a detail that is no text', '{"type": "dns", "detail": {}}', null), ('an unknown type', core.problem('x', 'x'), null), ('what is for programs', core.problem('staleKey', 'x'), null),
               ('a long detail', core.problem('dns', repeat('x', 513)), null), ('padding', core.problem('dns', 'x', '{"pad": 1}'), null),
               ('subproblems that are none', core.problem('caa', 'x', '{"subproblems": ["x"]}'), null), ('no list', core.problem('caa', 'x', '{"subproblems": {}}'), null),
               ('too many', core.problem('caa', 'x', jsonb_build_object('subproblems', array_fill(t.sub('x'), array[101]))), null),
               ('a subproblem of nothing', core.problem('caa', 'x', jsonb_build_object('subproblems', array[core.problem('caa', 'x')])), null),
               ('a large record', null, jsonb_build_object('x', repeat('x', 300000))), ('a record that is none', null, '[]'), ('shown that is no list', null, '{"validationRecord": {}}')) v(what, problem, record);
select throws_ok($$ select va.finish(core.uuid7(), 1, '', '"x"', null, null) $$, '23514', null, 'by va.finish'),
       throws_ok($$ select va.retry(core.uuid7(), 1, '', null, null, 0) $$, '23514', null, 'by va.retry, which has no success');
select throws_ok(format('select va.claim(%L, %L, %s, %s)', 'w', 'default', n, lease), '23514', null, format('refused: %s jobs for %s', n, lease)),
       throws_ok(format('select sign.claim(%L, %s, %s)', 's', n, lease), '23514', null, 'issuances too')
  from (values ('null', '60'), ('0', '60'), ('-1', '60'), ('1001', '60'), ('10', 'null'), ('10', '0'), ('10', '-1')) v(n, lease);

-- One that cannot be ended is not in the way of the others.
select t.authz(:'a', t.order(:'a', 'stuck.test')) as stuck, t.authz(:'a', t.order(:'a', 'other.test')) as other \gset
select t.respond(:'a', :'stuck'), t.respond(:'a', :'other') \g /dev/null
update jobs set give_up_at = now() - interval '1 minute';
create function t.failures() returns setof text language plpgsql as $$
begin
	for i in 1..3 loop
		return query select failure from va.give_up();
	end loop;
end $$;
create function t.refuse() returns trigger language plpgsql as $$ begin raise exception 'not this one'; end $$;
select format('create trigger refuse before update on acme.challenges for each row when (old.authorization_id = %L) execute function t.refuse()', :'stuck') \gexec
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'their time is over');
select set_eq('select t.failures()', array['not this one', null], 'one fails');
select is(t.status('authorizations', :'stuck') || ' ' || t.status('authorizations', :'other'), 'pending invalid', 'the other one is ended');
select ok(give_up_at > now() + interval '30 seconds' and run_after = 'infinity', 'it is put off') from jobs where object_id = :'stuck';
drop trigger refuse on acme.challenges;
update jobs set give_up_at = now();
select is(t.give_up(), 1::bigint, 'later it can be ended'), is(t.status('authorizations', :'stuck'), 'invalid', 'invalid');

-- The queue of a perspective that was away: what is over is read once.
select t.respond(:'a', t.authz(:'a', t.order(:'a', 'away' || n || '.test'))) from generate_series(1, 60) n \g /dev/null
update jobs set give_up_at = now(), run_after = now() - interval '1 minute';
select t.respond(:'a', t.authz(:'a', t.order(:'a', 'now.test'))) \g /dev/null
select is((select string_agg(identifier, ' ') from va.claim('w', 'default', 10, 60)), 'now.test', 'the first that is good for anything');
select is((select count(*) from jobs where run_after = 'infinity'), 60::bigint, 'the others have left the queue');
select is(t.give_up(), 60::bigint, 'and are ended');
delete from jobs;

-- A validator that fails for ever.
select t.authz(:'a', t.order(:'a', 'ever.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
update jobs set attempts = 24, failures = 24;
select va.retry(job, attempt, '', '{"type": "dns", "detail": "once more"}', null, 0) from va.claim('w', 'default', 10, 60) \g /dev/null
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, '25 failures are enough'), is(t.give_up(), 1::bigint, 'it is given up');
select is((select error ->> 'detail' from challenges where authorization_id = :'z' and type = 'dns-01'), 'once more', 'with the last one');

-- A disagreement is told by type and detail, however many disagree.
select id as o from t.order_with(:'a', array['wide.test'], _quorum => t.quorum(array(select 'p' || n from generate_series(1, 30) n), 29)) \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
insert into validations (account_id, object_id, type, perspective, status, tries, problem)
select :'a', :'z', 'dns-01', 'p' || n, 'invalid', 1, core.problem('caa', repeat('ö', 256), jsonb_build_object('subproblems', array_fill(t.sub('x'), array[100]))) from generate_series(2, 30) n;
select is((select row(p ->> 'type', length(p ->> 'detail'), p - 'type' - 'detail')::text from core.disagreement(t.quorum(array(select 'p' || n from generate_series(1, 30) n), 29), :'a', :'z', 'dns-01') p),
          '(caa,1000,{})', 'no longer than problems may be');
delete from jobs;

-- Bound perspectives.
create role t_eu;
create role t_us;
grant chert_va to t_eu, t_us;
select is(admin.perspective_add('eu', 't_eu', 'RIPE')::text, '(t,t)', 'bound'), is(admin.perspective_add('eu', 't_us', 'ARIN')::text, '(t,f)', 'once'),
       is(admin.perspective_add('us', 'chert_web', 'ARIN')::text, '(f,f)', 'to no role of another program'), is(admin.perspective_add('us', 'nobody', '')::text, '(f,f)', 'nor to one that is not there');
select is((select row(name, role, region)::text from admin.perspective_list()), '(eu,t_eu,RIPE)', 'listed');
create function t.bound(_name text) returns uuid language sql as $$
	select t.authz(account_id, (t.order_with(account_id, array[_name], _quorum => t.quorum('{default,eu}', 1, 1))).id) from accounts where jwk = 'k1';
$$;
select t.bound('bound.test') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select t.job(:'z', 'eu') as eu, t.job(:'z', 'default') as home \gset
-- What a call says to somebody who is logged in so: the first column asked for, or the error.
create function t.logged_in(_role text, _sql text) returns text language plpgsql as $$
declare
	_said text;
begin
	execute format('set local session authorization %I', _role);
	execute _sql into _said;
	reset session authorization;
	return _said;
exception when others then
	return sqlstate;
end $$;
select is(t.logged_in('chert_va', $$ select job from va.claim('evil', 'eu', 10, 60) $$), '42501', 'another role does not claim'),
       alike(t.logged_in('chert_va', $$ select refusal from va.hello('evil', 'eu', 'RIPE', '1', false, true) $$), 'role chert_va does not speak%', 'and is told so'),
       is(t.logged_in('chert_va', $$ select attempt from va.claim('w', 'default', 10, 60) $$), '1', 'it claims what is not bound');
select is(t.logged_in('t_eu', $$ select job from va.claim('evil', 'default', 10, 60) $$), '42501', 'nor does this one claim for others'),
       is(t.logged_in('t_eu', format('select accepted from va.finish(%L, 1, %L, null, null, null)', :'home', '')), '42501', 'nor finish what they have'),
       is(t.logged_in('t_eu', format($$ select accepted from va.retry(%L, 1, '', '{"type": "dns", "detail": "x"}', null, 0) $$, :'home')), '42501', 'nor put it back');
select is(t.logged_in('t_eu', $$ select va.hello('w', 'eu', '', '1', false, true) $$), '(f,RIPE,)', 'hello'),
       is(t.logged_in('t_eu', $$ select va.hello('w', 'eu', ' ripe', '1', false, false) $$), '(t,RIPE,)', 'in the same region'),
       is(t.logged_in('t_eu', $$ select refusal from va.hello('w', 'eu', 'ARIN', '1', false, false) $$), 'perspective eu is listed with region RIPE, its validator says ARIN', 'in no other one');
select is(t.logged_in('t_eu', $$ select attempt from va.claim('w', 'eu', 10, 60) $$), '1', 'it claims its own');
select is(t.logged_in('t_eu', format('select accepted from va.finish(%L, 1, %L, null, null, null)', :'eu', 'ARIN')), 'true', 'and finishes it');
select is(t.logged_in('chert_va', format('select decided from va.finish(%L, 1, %L, null, null, null)', :'home', '')), 'valid', 'as the other one does');
select is((select region from validations where object_id = :'z' and perspective = 'eu'), 'RIPE', 'the region is the listed one');
select is(admin.perspective_delete('eu'), true, 'deleted'), is(admin.perspective_delete('eu'), false, 'once');
revoke chert_va from t_eu, t_us;
drop role t_eu, t_us;

-- Regions are the same however they are written.
select t.authz(:'a', id) as z from t.order_with(:'a', array['r.test'], _quorum => t.quorum('{default,p2,p3}', 2, 2)) \gset
select t.respond(:'a', :'z') \g /dev/null
select t.validate(null, 'p2', 'RIPE'), t.validate(null, 'p3', ' ripe '), t.validate() \g /dev/null
select is(t.status('authorizations', :'z'), 'invalid', 'one region, written in two ways');

-- A proof that ends before the last vote is none.
select id as o from t.order_with(:'a', array['e.test'], _quorum => t.quorum('{default,p2}', 1)) \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select va.finish(job, attempt, '', null, null, now() + interval '1 day') from va.claim('w', 'default', 10, 60) \g /dev/null
update validations set ends_at = now() where object_id = :'z';
select t.validate(null, 'p2') \g /dev/null
select is((select row(a.status, c.error ->> 'type')::text from authorizations a join challenges c on c.authorization_id = a.id and c.type = 'dns-01' where a.id = :'z'), '(invalid,unauthorized)', 'it ended meanwhile'),
       alike((select error ->> 'detail' from challenges where authorization_id = :'z' and type = 'dns-01'), 'record is no longer good for anything, its end was %', 'which is said');

-- Decisions are for one isolation only.
select t.authz(:'a', t.order(:'a', 'i.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
select job as j from va.claim('w', 'default', 10, 60) \gset
begin isolation level repeatable read;
select throws_ok(format('select va.finish(%L, 1, %L, null, null, null)', :'j', ''), '25000', null, 'no decision by what was true before');
rollback;
select is_empty($$ select rolname from pg_roles where rolname like 'chert\_%' and rolcanlogin and not 'default_transaction_isolation=read committed' = any(coalesce(rolconfig, (select setconfig from pg_db_role_setting where setrole = pg_roles.oid limit 1))) $$, 'every role has it');

-- Orders that share an authorization: a hundred open ones.
select id as z from web.authorization_new(:'a', 1, t.nonce(), t.key(), null, 'dns', 'many.test', false, '["http-01", "dns-01"]', 604800, 86400, false, t.quorum()) \gset
select t.order(:'a', 'many.test') from generate_series(1, 102) n \g /dev/null
select is((select count(*) from order_authorizations where authorization_id = :'z'), 100::bigint, 'no more');
select t.respond(:'a', :'z'), t.validate() \g /dev/null
select is((select count(*) from orders where status = 'ready' and id = any(core.orders_of(:'a', :'z'))), 100::bigint, 'all of them become ready');
select t.finalize(:'a', (core.orders_of(:'a', :'z'))[1]) \g /dev/null
select is((t.order_with(:'a', array['many.test'])).authorizations, jsonb_build_array(:'z'), 'when one is open no longer there is room for another');
delete from jobs;

-- Orders in processing whose job was lost.
select t.ready(:'a', 'lost.test') as o \gset
select t.finalize(:'a', :'o') \g /dev/null
delete from jobs;
select ran from sign.maintain(7776000, 7776000) \g /dev/null
select is((select count(*) from jobs where object_id = :'o' and kind = 'issue'), 1::bigint, 'are queued again'), is(core.queue_lost(), 0, 'once');
select * from finish();
