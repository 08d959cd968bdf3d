-- SPDX-License-Identifier: BSD-2-Clause
-- Validation from several perspectives: when it is decided, how, and what is seen of it.
set search_path = acme, core, public;
select no_plan();
select t.account('k1') as a \gset

-- Two of three remote ones, from two regions.
create function t.wide(_name text) returns uuid language sql as $$
	select (t.order_with((select account_id from accounts where jwk = 'k1'), array[_name],
	                     _quorum => t.quorum('{home,eu,us,asia}', 2, 2))).id;
$$;
-- The authorization of a new order whose dns-01 challenge is in the hands of all four.
create function t.in_hands(_name text) returns uuid language plpgsql as $$
declare
	_account constant uuid := (select account_id from accounts where jwk = 'k1');
	_id      constant uuid := t.authz(_account, t.wide(_name));
begin
	perform t.respond(_account, _id);
	perform va.claim('w/' || p, p, 100, 60) from unnest(array['home', 'eu', 'us', 'asia']) p;
	return _id;
end $$;
-- One perspective's word, and what has become of it; they are spoken one after the other.
create function t.says(_authorization uuid, _perspective text, _region text, _problem text default null) returns text language plpgsql as $$
begin
	return t.finish(t.job(_authorization, _perspective), 1, case when _problem is not null then core.problem('connection', _problem) end, _region)
	       || ' ' || t.status('authorizations', _authorization);
end $$;
-- status and error of its challenge, for the applicant
create function t.seen(_authorization uuid) returns text language sql as $$
	select concat_ws(' ', status, error, record) from web.challenge_get((select account_id from accounts where jwk = 'k1'), 1, t.nonce(), t.key(), _authorization, 'dns-01');
$$;
create function t.error(_authorization uuid) returns text language sql as
	$$ select error ->> 'type' || ': ' || (error ->> 'detail') from challenges where authorization_id = _authorization and type = 'dns-01' $$;

select t.wide('a.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select is((select array_agg(perspective order by perspective) from jobs where object_id = :'z'), array['asia', 'eu', 'home', 'us'], 'one job each');
select is((select count(*) from va.claim('w', p, 10, 60)), 1::bigint, p || ' gets its own') from unnest(array['home', 'eu', 'us', 'asia']) p;
select is(t.says(:'z', 'eu', 'RIPE'), 'true pending', 'a remote one');
select is(t.says(:'z', 'home', 'RIPE'), 'true pending', 'the primary one: not yet');
select is((select row(status, error, record)::text from web.challenge_get(:'a', 1, t.nonce(), t.key(), :'z', 'dns-01')), '(processing,,)', 'nothing of that is seen');
select is((select (challenges -> 1) - 'token' from web.authorization_get(:'a', 1, t.nonce(), t.key(), :'z')), '{"type": "dns-01", "status": "processing"}', 'nor here');
select is(t.says(:'z', 'us', 'RIPE'), 'true pending', 'two of one region: not yet');
select is(t.says(:'z', 'asia', 'APNIC'), 'true valid', 'another region: valid');
select is(t.status('orders', :'o'), 'ready', 'the order is ready');
select is(core.agreed(:'a', :'z', 'dns-01'), '[{"region": "APNIC", "perspective": "asia"}, {"region": "RIPE", "perspective": "eu"},
	{"region": "RIPE", "perspective": "home"}, {"region": "RIPE", "perspective": "us"}]', 'who has agreed is kept');

-- What is left over when it is decided ends.
select t.in_hands('b.test') as z \gset
select t.job(:'z', 'asia') as late \gset
select is(t.says(:'z', 'home', 'RIPE') || t.says(:'z', 'eu', 'RIPE') || t.says(:'z', 'us', 'ARIN'), 'true pendingtrue pendingtrue valid', 'three are enough');
select is((select count(*) from jobs), 0::bigint, 'the fourth has nothing to do any more');
select is(t.finish(:'late', 1, '{"type": "dns", "detail": "x"}'), false, 'nor to say');

-- The primary one disagrees: no other can help.
select t.in_hands('c.test') as z \gset
select is(t.says(:'z', 'eu', 'RIPE') || t.says(:'z', 'home', 'RIPE', 'refused'), 'true pendingtrue invalid', 'the primary one has failed');
select is(t.error(:'z'), 'connection: refused', 'with its own problem');
select is((select count(*) from jobs), 0::bigint, 'no job is left');

-- Remote ones disagree.
select t.in_hands('d.test') as z \gset
select is(t.says(:'z', 'home', 'RIPE') || t.says(:'z', 'eu', 'RIPE', 'refused') || t.says(:'z', 'us', 'ARIN'), 'true pendingtrue pendingtrue pending', 'one may');
select is(t.says(:'z', 'asia', 'APNIC', 'a hijack'), 'true invalid', 'two may not');
select is(t.error(:'z'), 'connection: validation was corroborated by 1 of 3 remote perspectives, must be by 2 in 2 regions: eu: refused; asia: a hijack', 'who, and why');
select is((select error #>> '{subproblems,0,detail}' from orders where identifiers #>> '{0,value}' = 'd.test'), substr(t.error(:'z'), 13), 'the order says so too');
select t.in_hands('e.test') as z \gset
select is(t.says(:'z', 'us', 'ARIN', 'x') || t.says(:'z', 'eu', 'RIPE', 'y'), 'true pendingtrue invalid', 'nor before the primary one is heard');
select t.in_hands('f.test') as z \gset
select is(t.says(:'z', 'home', 'RIPE') || t.says(:'z', 'eu', 'RIPE') || t.says(:'z', 'us', 'RIPE') || t.says(:'z', 'asia', ''), 'true pendingtrue pendingtrue pendingtrue invalid', 'no other region, or none that has a name');
select is(t.error(:'z'), 'unauthorized: validation was corroborated by 3 of 3 remote perspectives, must be by 2 in 2 regions', 'which is said');
select is((select error #>> '{detail}' from orders where identifiers #>> '{0,value}' = 'f.test'), 'authorization for f.test failed', 'and fails the order');

-- Agreement is at one time: who has agreed long before is asked again.
select t.in_hands('f2.test') as z \gset
select is(t.says(:'z', 'home', 'RIPE') || t.says(:'z', 'eu', 'RIPE'), 'true pendingtrue pending', 'two agree');
update validations set updated_at = now() - interval '6 minutes' where object_id = :'z';
update jobs set give_up_at = now() + interval '3 minutes' where object_id = :'z';
select is((select row(accepted, bell)::text from va.finish(t.job(:'z', 'us'), 1, 'ARIN', null, null, null)), '(t,chert_validate)', 'much later the third one');
select is((select string_agg(perspective || ' ' || attempts, ', ' order by perspective) from jobs where object_id = :'z' and give_up_at <= now() + interval '3 minutes'),
          'asia 1, eu 0, home 0', 'the two are asked again, as long as there is time');
select is(t.seen(:'z'), 'processing', 'nothing of that is seen');
select is(t.validate(null, 'home', 'RIPE'), 1::bigint, 'one agrees once more'), is(t.status('authorizations', :'z'), 'pending', 'which is not enough');
select is(t.says(:'z', 'asia', 'APNIC'), 'true valid', 'another one does: valid');
select is((select count(*) from jobs), 0::bigint, 'no job is left');

select t.in_hands('f3.test') as z \gset
select is(t.says(:'z', 'asia', 'APNIC'), 'true pending', 'one agrees');
update validations set updated_at = now() - interval '6 minutes' where object_id = :'z';
select is(t.says(:'z', 'eu', 'RIPE') || t.says(:'z', 'us', 'ARIN') || t.says(:'z', 'home', 'RIPE'), 'true pendingtrue pendingtrue valid', 'who is not needed is not waited for');
select is((select count(*) from jobs), 0::bigint, 'no job is left');

-- Whoever is not of the quorum does not count.
select t.in_hands('g.test') as z \gset
update jobs set perspective = 'elsewhere' where object_id = :'z' and perspective = 'us';
select is(t.says(:'z', 'home', 'RIPE') || t.says(:'z', 'eu', 'RIPE') || t.says(:'z', 'elsewhere', 'ARIN'), 'true pendingtrue pendingtrue pending', 'another perspective');

-- One that is away: it is waited for, then everybody gives up; whoever is there does it.
select is_empty($$ select * from va.claim('w', 'eu', 10, 60) $$, 'waiting');
select t.give_up() \g /dev/null
update jobs set give_up_at = now() where object_id = :'z';
select is_empty($$ select * from va.claim('w', 'eu', 10, 60) $$, 'what is in hand is waited for');
select t.give_up() \g /dev/null
select is(t.status('authorizations', :'z'), 'pending', 'by all');
delete from jobs;
select t.wide('h.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z', _patience => 60) \g /dev/null
select ok(give_up_at between now() + interval '59 seconds' and now() + interval '60 seconds', 'a minute') from jobs where object_id = :'z' and perspective = 'us';
select va.claim('w/' || p, p, 100, 60) from unnest(array['home', 'asia']) p \g /dev/null
select is(t.says(:'z', 'home', 'RIPE') || t.says(:'z', 'asia', 'APNIC'), 'true pendingtrue pending', 'two are there');
update jobs set give_up_at = now(), run_after = now() - interval '60 seconds' where object_id = :'z';
select is((t.respond(:'a', :'z')).retry_after, 60, 'the client waits');
select is_empty($$ select * from va.claim('w', 'home', 10, 60) $$, 'the time is over');
select t.give_up() \g /dev/null
select is(t.error(:'z'), 'serverInternal: validation was corroborated by 1 of 3 remote perspectives, must be by 2 in 2 regions: '
	'eu: perspective eu did not answer in time; us: perspective us did not answer in time', 'and those who are away are named');
select is(row(t.status('authorizations', :'z'), t.status('orders', :'o'))::text, '(invalid,invalid)', 'invalid');
select is((select count(*) from jobs), 0::bigint, 'no job is left');
select t.wide('i.test') as o \gset
select t.authz(:'a', :'o') as z \gset
select t.respond(:'a', :'z') \g /dev/null
select va.claim('w/' || p, p, 100, 60) from unnest(array['eu', 'us', 'asia']) p \g /dev/null
select is(t.says(:'z', 'eu', 'RIPE') || t.says(:'z', 'us', 'ARIN') || t.says(:'z', 'asia', 'APNIC'), 'true pendingtrue pendingtrue pending', 'all but the primary one');
update jobs set give_up_at = now() where object_id = :'z';
select is_empty($$ select * from va.claim('w', 'us', 10, 60) $$, 'the time is over');
select t.give_up() \g /dev/null
select is(t.error(:'z'), 'serverInternal: perspective home did not answer in time', 'without it nothing passes');
-- Validators that are all away: the signer tells the applicant.
select t.authz(:'a', t.order(:'a', 'i2.test')) as z \gset
select t.respond(:'a', :'z') \g /dev/null
update jobs set give_up_at = now() where object_id = :'z';
select isnt_empty($$ select * from sign.give_up() where object is not null and failure is null $$, 'it ends it'), is(sign.give_up()::text, '(,)', 'once');
select is(t.error(:'z'), 'serverInternal: perspective default did not answer in time', 'but to give up');
select ok(give_up_at = (select expires_at from authorizations where id = object_id), 'no longer than the authorization itself')
  from jobs, (select t.respond(:'a', t.authz(:'a', t.order(:'a', 'j.test')), _patience => 7 * 86400)) r;
select throws_ok(format($$ select t.respond(%L, t.authz(%L, t.order(%L, 'k.test')), _patience => %L) $$, :'a', :'a', :'a', p), '23514', null, 'refused: patience ' || coalesce(p, 'null'))
  from unnest(array['0', '604801', null]) p;

-- Authorizations and orders are used again for the same quorum only.
select t.wide('m.test') as o \gset
create function t.again(_quorum jsonb, _order boolean) returns uuid language sql as $$
	select case when _order then id else (authorizations ->> 0)::uuid end
	  from t.order_with((select account_id from accounts where jwk = 'k1'), array['m.test'], _quorum => _quorum, _reuse => not _order, _reuse_order => _order);
$$;
select is(t.again(t.quorum('{home,eu,us,asia}', 2, 2), false), t.authz(:'a', :'o'), 'a pending one'),
       isnt(t.again(t.quorum('{home,eu,us,asia}', 2, 1), false), t.authz(:'a', :'o'), 'not for another quorum');
select t.respond(:'a', t.authz(:'a', :'o')) \g /dev/null
select t.validate(null, p, r) from (values ('home', 'RIPE'), ('eu', 'RIPE'), ('us', 'ARIN')) v(p, r) \g /dev/null
select is(t.status('orders', :'o'), 'ready', 'valid');
select is(t.again(t.quorum('{home,eu,us,asia}', 2, 2), false), t.authz(:'a', :'o'), 'a valid one'),
       isnt(t.again(t.quorum('{home,eu,us,asia}', 3, 2), false), t.authz(:'a', :'o'), 'not for another quorum'),
       isnt(t.again(t.quorum(), false), t.authz(:'a', :'o'), 'nor for less');
select is(t.again(t.quorum('{home,eu,us,asia}', 2, 2), true), :'o', 'the open order'),
       isnt(t.again(t.quorum('{home,eu}', 1), true), :'o', 'not for another quorum');
select * from finish();
