-- SPDX-License-Identifier: BSD-2-Clause
-- Claim, lease, fencing and outcome of validations.
select no_plan();
select t.account('k1') as a \gset

select is(va.hello('h/1', 'default', 'RIPE', '1.0', true, true)::text, '(f,RIPE,)', 'hello'),
       is(va.hello('h/1', 'default', 'RIPE', '1.0', true, false)::text, '(t,RIPE,)', 'hello again');
select is((select row(kind, perspective, region, version, assume_valid)::text from acme.daemons), '(validator,default,RIPE,1.0,t)', 'noted');
update acme.daemons set started_at = started_at - interval '1 day', seen_at = seen_at - interval '1 day';
select va.hello('h/1', 'default', 'RIPE', '1.0', true, false) \g /dev/null
select is((select row(started_at < now() - interval '1 hour', seen_at > now() - interval '1 hour')::text from acme.daemons), '(t,t)', 'seen, not started');
select va.hello('h/1', 'default', 'RIPE', '1.1', false, true) \g /dev/null
select is((select started_at > now() - interval '1 hour' from acme.daemons), true, 'started');
select is(sign.hello('h/1', '1.0', true), false, 'a signer of that name'),
       is((select row(kind, version)::text from acme.daemons), '(validator,1.1)', 'does not take its place');

select t.order(:'a', 'a.test', '*.b.test') as o \gset
select t.authz(:'a', :'o') as z0, t.authz(:'a', :'o', 1) as z1 \gset
select t.respond(:'a', :'z0', 'http-01'), t.respond(:'a', :'z1') \g /dev/null
select is_empty($$ select * from va.claim('w', 'elsewhere', 10, 60) $$, 'another perspective has nothing to do');
select * from va.claim('w1', 'default', 1, 60) \gset c_
select is(row(:'c_attempt', :'c_account', :'c_object', :'c_type', :'c_identifier_type', :'c_identifier', :'c_wildcard')::text,
          row(1, :'a', :'z0', 'http-01'::text, 'dns'::text, 'a.test'::text, 'f')::text, 'the oldest, one at most');
select is(:'c_key_authorization', :'c_token' || '.' || t.thumbprint('k1'), 'with its key authorization');
select is((select array_agg(object) from va.claim('w2', 'default', 10, 2147483647)), array[:'z1']::uuid[], 'the other');
select cmp_ok((select max(run_after) from acme.jobs), '<=', now() + interval '1 hour', 'not for good');
select is_empty($$ select * from va.claim('w3', 'default', 10, 60) $$, 'no more');

-- A lease runs out: the late worker's word counts nothing.
update acme.jobs set run_after = now() where id = :'c_job';
select is((select row(job, attempt)::text from va.claim('w3', 'default', 10, 60)), row(:'c_job'::uuid, 2)::text, 'handed out again');
select is(t.finish(:'c_job', 1), false, 'the first worker is late');
select is(t.finish(:'c_job', 3), false, 'an attempt that never was');
select is(t.status('authorizations', :'z0'), 'pending', 'nothing happened');
select is(t.finish(:'c_job', 2), true, 'the second one is accepted');
select is(t.finish(:'c_job', 2), false, 'once');
select is((select row(type, perspective, status, tries, record)::text from acme.validations where object_id = :'z0'),
          row('http-01'::text, 'default'::text, 'valid'::text, 2, '{"seen": true}'::jsonb)::text, 'record kept');
select is(row(t.status('authorizations', :'z0'), t.status('orders', :'o'))::text, '(valid,pending)', 'one of two');
select is(t.finish(t.job(:'z1'), 1), true, 'the other');
select is(row(t.status('authorizations', :'z1'), t.status('orders', :'o'))::text, '(valid,ready)', 'both: ready');
select is(t.finish(core.uuid7(), 1), false, 'no such job');
select is((select count(*) from acme.jobs), 0::bigint, 'no job is left');

-- The other challenge of an authorization that is decided already.
select t.order(:'a', 'a.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z', 'http-01'), t.respond(:'a', :'z', 'dns-01') \g /dev/null
create table t.claimed as select * from va.claim('w', 'default', 10, 60);
select is((select t.finish(job, 1, '{"type": "dns", "detail": "x"}') from t.claimed where type = 'dns-01'), true, 'one fails');
select is((select t.finish(job, 1) from t.claimed where type = 'http-01'), false, 'the other comes too late');
select is(row(t.status('authorizations', :'z'), t.status('orders', :'o'))::text, '(invalid,invalid)', 'it stays invalid');
select is((select count(*) from acme.jobs), 0::bigint, 'no job is left');

-- A job that nobody waits for.
select t.authz(:'a', t.order(:'a', 'a.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
select web.authorization_deactivate(:'a', 1, t.nonce(), t.key(), :'z') \g /dev/null
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'deactivated: not handed out');
select t.give_up() \g /dev/null
select is((select count(*) from acme.jobs), 0::bigint, 'but deleted');

-- Time runs out while it is in the queue, or in hand.
select t.order(:'a', 'a.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
update acme.authorizations set expires_at = now() where id = :'z';
update acme.jobs set give_up_at = now();
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'expired: not handed out');
select t.give_up() \g /dev/null
select is((select row(a.status, c.status, c.error, o.status)::text from acme.authorizations a, acme.challenges c, acme.orders o
            where a.id = :'z' and c.authorization_id = :'z' and c.type = 'dns-01' and o.id = :'o'),
          row('invalid'::text, 'invalid'::text, '{"type": "malformed", "detail": "authorization expired"}'::jsonb, 'invalid'::text)::text, 'but invalid');
select t.order(:'a', 'a.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select job from va.claim('w', 'default', 10, 60) \gset
update acme.authorizations set expires_at = now() where id = :'z';
select is(t.finish(:'job', 1), true, 'valid, but too late');
select is(row(t.status('authorizations', :'z'), t.status('orders', :'o'))::text, '(invalid,invalid)', 'is invalid');

-- A job that no validator survives.
select t.order(:'a', 'a.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select job as j from va.claim('w', 'default', 10, 60) \gset
update acme.jobs set attempts = 4, run_after = now();
select is((select attempt from va.claim('w', 'default', 10, 60)), 5, 'a fifth time');
update acme.jobs set run_after = now();
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'no sixth');
select t.give_up() \g /dev/null
select is((select error from acme.challenges where authorization_id = :'z' and type = 'dns-01'),
          '{"type": "serverInternal", "detail": "validation was tried 5 times without an outcome"}', 'it is given up');
select is(row(t.status('authorizations', :'z'), t.status('orders', :'o'))::text, '(invalid,invalid)', 'with its order');
select is(t.finish(:'j', 5), false, 'and stays so');
select is((select count(*) from acme.jobs), 0::bigint, 'no job is left');
select is(web.ring(c), c like 'chert%', 'bell ' || c) from unnest(array['chert_validate', 'chert_issue', 'x']) c;
select * from finish();
