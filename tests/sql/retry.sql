-- SPDX-License-Identifier: BSD-2-Clause
-- Validations that are tried again (RFC 8555 8.2), and what is seen meanwhile.
set search_path = acme, core, public;
select no_plan();
select t.account('k1') as a \gset
create function t.retry(_job uuid, _attempt int, _detail text, _delay int8 default 5000) returns boolean language sql as $$
	select va.retry(_job, _attempt, 'RIPE', core.problem('dns', _detail), jsonb_build_object('validationRecord', array[_detail], 'secret', 'address'), _delay);
$$;
-- status, error and Retry-After of the challenge
create function t.seen(_authorization uuid) returns text language sql as $$
	select concat_ws(' ', problem ->> 'type', status, error ->> 'detail', record, retry_after)
	  from web.challenge_get((select account_id from authorizations where id = _authorization), 1, t.nonce(), t.key(), _authorization, 'dns-01');
$$;

select t.order(:'a', 'a.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select t.job(:'z') as j \gset
select is((select row(attempt, failures)::text from va.claim('w', 'default', 10, 60)), '(1,0)', 'first try');
select is(t.seen(:'z'), 'processing 1', 'in hand');
select is(t.retry(:'j', 2, 'x'), false, 'of another attempt: not accepted');
select is(t.retry(:'j', 1, 'servfail'), true, 'failed, for now');
select is(t.retry(:'j', 1, 'again'), false, 'once');
select is(t.finish(:'j', 1), false, 'nor is there an outcome of that try any more');
select is(t.seen(:'z'), 'processing servfail 5', 'it goes on, with the error and the time of the next try');
select is((select row(status, (challenges -> 1) - 'token', retry_after)::text from web.authorization_get(:'a', 1, t.nonce(), t.key(), :'z')),
          row('pending'::text, '{"type": "dns-01", "error": {"type": "dns", "detail": "servfail"}, "status": "processing"}'::jsonb, 5)::text, 'in the authorization too');
select is((select row(status, error, retry_after)::text from web.order_poll(:'a', :'o')), '(pending,,5)', 'the order waits for as long');
select is((select row(status, tries, region, problem ->> 'detail', record ->> 'secret')::text from validations), '(trying,1,RIPE,servfail,address)', 'kept');
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'not before its time');

-- A client that asks again has it tried at once, but not all the time.
select t.respond(:'a', :'z') \g /dev/null
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'not within a second');
update jobs set failed_at = now() - interval '1 second';
select is((select row(problem, status, retry_after)::text from t.respond(:'a', :'z')), '(,processing,1)', 'asked again');
select is((select row(job, attempt, failures)::text from va.claim('w', 'default', 10, 60)), row(:'j'::uuid, 2, 1)::text, 'second try');
select t.respond(:'a', :'z') \g /dev/null
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'what is in hand is not handed out again by that');
select is(t.seen(:'z'), 'processing servfail 1', 'the error stays until the next is known');
select is(t.retry(:'j', 2, 'timeout', -1), true, 'failed again'), is(t.seen(:'z'), 'processing timeout 1', 'with the newer error');
select is((select row(attempt, failures)::text from va.claim('w', 'default', 10, 60)), '(3,2)', 'third try');
select is(t.finish(:'j', 3), true, 'valid');
select is(t.seen(:'z'), 'valid', 'nothing is left of the errors');
select is((select row(status, tries, problem)::text from validations), '(valid,3,)', 'but how often it was tried');
select is(t.retry(:'j', 3, 'x'), false, 'after the outcome: not accepted');

-- When retries are used up the last word is final.
select t.authz(:'a', t.order(:'a', 'b.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
select t.job(:'z') as j \gset
select va.claim('w', 'default', 10, 60), t.retry(:'j', 1, 'one', 0) \g /dev/null
select va.claim('w', 'default', 10, 60) \g /dev/null
select accepted from va.finish(:'j', 2, 'RIPE', '{"type": "dns", "detail": "two"}', '{"validationRecord": [{"hostname": "b.test"}], "secret": 1}', null) \g /dev/null
select is(t.seen(:'z'), 'invalid two [{"hostname": "b.test"}]', 'final, with what the primary perspective has seen');
select is((select challenges #> '{0,validationRecord}' from web.authorization_get(:'a', 1, t.nonce(), t.key(), :'z')), '[{"hostname": "b.test"}]', 'in the authorization too');

-- Failures do not count as attempts without an outcome; those do.
select t.authz(:'a', t.order(:'a', 'c.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
select t.job(:'z') as j \gset
update jobs set attempts = 10, failures = 6;
select is((select attempt from va.claim('w', 'default', 10, 60)), 11, 'six failures and four lost attempts: one more');
select is(t.retry(:'j', 11, 'seven', 0), true, 'which may fail');
select is((select attempt from va.claim('w', 'default', 10, 60)), 12, 'one more');
update jobs set run_after = now();
select is_empty($$ select * from va.claim('w', 'default', 10, 60) $$, 'which was the fifth that was lost');
select t.give_up() \g /dev/null
select is(t.seen(:'z'), 'invalid validation was tried 5 times without an outcome ["seven"]', 'given up');

-- Patience ends while it waits for the next try.
select t.authz(:'a', t.order(:'a', 'd.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
select t.job(:'z') as j \gset
select va.claim('w', 'default', 10, 60) \g /dev/null
select is(t.retry(:'j', 1, 'refused', 9223372036854775807), true, 'a long pause'), ok((select run_after <= now() + interval '1 hour' from jobs), 'is an hour at most');
select is(t.seen(:'z'), 'processing refused 60', 'nobody need wait that long to ask again');
update jobs set give_up_at = now();
select is_empty($$ select * from va.claim('w', 'elsewhere', 10, 60) $$, 'any validator');
select t.give_up() \g /dev/null
select is(t.seen(:'z'), 'invalid refused ["refused"]', 'gives up, with the last error');

-- What a remote perspective goes through is not shown.
select id as o from t.order_with(:'a', array['e.test'], _quorum => t.quorum('{default,eu}', 1)) \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select va.claim('w', 'eu', 10, 60) \g /dev/null
select is(t.retry(t.job(:'z', 'eu'), 1, 'hidden', 7000), true, 'the remote one fails, for now');
select is(t.seen(:'z'), 'processing 7', 'its error is not seen');
select va.claim('w', 'default', 10, 60), t.finish(t.job(:'z', 'default'), 1) \g /dev/null
select is(t.seen(:'z'), 'processing 7', 'nor that the primary one has succeeded');

-- The end of the authorization or of the account is the end of what waits.
select web.authorization_deactivate(:'a', 1, t.nonce(), t.key(), :'z') \g /dev/null
select is((select count(*) from jobs), 0::bigint, 'deactivated: no job is left');
select t.authz(:'a', t.order(:'a', 'f.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
select t.job(:'z') as j \gset
select va.claim('w', 'default', 10, 60) \g /dev/null
select web.account_update(:'a', 1, t.nonce(), t.key(), null, true) \g /dev/null
select is((select count(*) from jobs), 0::bigint, 'account deactivated: no job is left');
select is(t.retry(:'j', 1, 'x'), false, 'nothing to be tried again'), is(t.finish(:'j', 1), false, 'or decided');
select is((select status from challenges where authorization_id = :'z' and type = 'dns-01'), 'invalid', 'the challenge has ended');
select is(va.ring(c), c like 'chert%', 'bell ' || c) from unnest(array['chert_validate', 'chert_issue', 'x']) c;
select * from finish();
