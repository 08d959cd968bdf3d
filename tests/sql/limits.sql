-- SPDX-License-Identifier: BSD-2-Clause
-- What a stolen connection of the responder might ask for, and the responder itself never does.
select no_plan();
select t.account('k1') as a \gset

-- Orders.  Each change is applied to one that is good.
create function t.ask(_a uuid, _order jsonb) returns text language plpgsql as $$
begin
	return (select status
	          from web.order_new(_a, 1, t.nonce(), t.key(), null, _order -> 'identifiers', _order -> 'authorizations',
	               _order ->> 'profile', (_order ->> 'from')::timestamptz, (_order ->> 'to')::timestamptz,
	               (_order ->> 'lifetime')::int8, (_order ->> 'valid_for')::int8, false,
	               false, _order ->> 'replaces', null, null,
	               coalesce(_order -> 'quorum', t.quorum()), _order -> 'caa'));
exception when others then
	return sqlstate;
end $$;
create function t.names(_n int) returns jsonb language sql as $$
	select jsonb_build_object(
		'identifiers', jsonb_agg(jsonb_build_object('type', 'dns', 'value', format('n%s.test', i))),
		'authorizations', jsonb_agg(jsonb_build_object('type', 'dns', 'value', format('n%s.test', i), 'wildcard', false,
		                                               'challenges', array['http-01'])))
	  from generate_series(1, _n) i;
$$;
create function t.one(_name text, _wildcard boolean, _type text) returns jsonb language sql as $$
	select jsonb_build_object(
		'identifiers', jsonb_build_array(jsonb_build_object('type', 'dns', 'value', case when _wildcard then '*.' else '' end || _name)),
		'authorizations', jsonb_build_array(jsonb_build_object('type', 'dns', 'value', _name, 'wildcard', _wildcard,
		                                                       'challenges', array[_type])));
$$;
create function t.good() returns jsonb language sql as
	$$ select t.names(2) || '{"profile": "default", "lifetime": 7776000, "valid_for": 34387200}' $$;

create function t.below(_name text, _ancestor text, _type text default 'dns-01') returns jsonb language sql as $$
	select jsonb_build_object(
		'identifiers', jsonb_build_array(jsonb_build_object('type', 'dns', 'value', _name)),
		'authorizations', jsonb_build_array(jsonb_build_object('type', 'dns', 'value', _ancestor, 'wildcard', false, 'subdomains', true,
		                                                       'challenges', array[_type])));
$$;
select is(t.ask(:'a', t.good() || change), 'pending', 'taken: ' || what)
  from (values ('an order', jsonb '{}'), ('100 names', t.names(100)), ('shortest lifetimes', '{"lifetime": 60, "valid_for": 60}'),
               ('a wildcard by DNS', t.one('a.test', true, 'dns-01')), ('a name by DNS', t.one('a.test', false, 'dns-01')),
               ('labels of digits', t.one('1.2.3a', false, 'http-01')), ('an A-label', t.one('xn--bcher-kva.test', false, 'http-01')),
               ('the longest label', t.one(repeat('a', 63) || '.test', false, 'http-01')),
               ('a name above', t.below('a.b.test', 'b.test')), ('a name far above', t.below('a.b.c.test', 'c.test')),
               ('the name itself for all below', t.below('b.test', 'b.test')), ('a name above a wildcard', t.below('*.b.test', 'b.test'))) v(what, change);
select is(t.ask(:'a', t.good() || change), '23514', 'refused: ' || what)
  from (values ('no name', jsonb '{"identifiers": [], "authorizations": []}'), ('101 names', t.names(101)),
               ('100000 names', t.names(100000)),
               ('fewer authorizations', jsonb_build_object('identifiers', t.names(3) -> 'identifiers')),
               ('more authorizations', jsonb_build_object('identifiers', t.names(1) -> 'identifiers')),
               ('other authorizations', jsonb_build_object('authorizations', jsonb_build_array(
                    t.names(2) -> 'authorizations' -> 1, t.names(2) -> 'authorizations' -> 0))),
               ('identifiers with more to them', '{"identifiers": [{"type": "dns", "value": "n1.test"}, {"type": "dns", "value": "n2.test", "x": 1}]}'),
               ('a lifetime of 60 years', '{"lifetime": 1892160000}'), ('a negative lifetime', '{"lifetime": -1}'), ('no lifetime', '{"lifetime": null}'),
               ('authorizations for 60 years', '{"valid_for": 1892160000}'), ('authorizations for no time', '{"valid_for": null}'),
               ('a wildcard by http-01', t.one('a.test', true, 'http-01')), ('an unknown challenge', t.one('a.test', true, 'dns-00')),
               ('a challenge without type', t.one('a.test', false, null)),
               ('a name above by http-01', t.below('a.b.test', 'b.test', 'http-01')), ('a name that is not above', t.below('a.b.test', 'c.test')),
               ('a part of a label above', t.below('ab.test', 'b.test')),
               ('no DNS name below', t.below('a b.b.test', 'b.test')), ('an empty label below', t.below('.b.test', 'b.test')),
               ('two stars below', t.below('*.*.b.test', 'b.test')), ('a star of a label below', t.below('a*.b.test', 'b.test')),
               ('a wildcard above', jsonb_set(t.below('a.b.test', 'b.test'), '{authorizations,0,wildcard}', 'true')),
               ('a name above without all below', jsonb_set(t.below('a.b.test', 'b.test'), '{authorizations,0,subdomains}', 'false')),
               ('to replace what has a long name', jsonb_build_object('replaces', repeat('x', 201))),
               ('from always', '{"from": "-infinity"}'), ('for ever', '{"to": "infinity"}'),
               ('a profile with a long name', jsonb_build_object('profile', repeat('x', 101))),
               ('CAA records of another name', '{"caa": ["n1.test", "x.test"]}'), ('CAA records of what is no list', '{"caa": {"n1.test": 1}}')) v(what, change);
-- Quorums that could not be reached, or would take up all room.
select is(t.ask(:'a', t.good() || jsonb_build_object('quorum', t.quorum(perspectives, remote, regions))), expected,
          format('%s: %s of %s from %s', coalesce(expected, 'refused'), remote, left(perspectives::text, 20), regions))
  from (values (array['p'], 0, 0, 'pending'), (array(select 'p' || n from generate_series(1, 30) n), 29, 29, 'pending'), (array[repeat('x', 40), 'y'], 1, 0, 'pending'),
               ('{}', 0, 0, '23514'), (array(select 'p' || n from generate_series(1, 31) n), 0, 0, '23514'), ('{p,p}', 0, 0, '23514'), ('{p,""}', 0, 0, '23514'),
               (array[repeat('x', 41)], 0, 0, '23514'), ('{p}', 1, 0, '23514'), ('{p,q}', 2, 0, '23514'), ('{p,q}', -1, 0, '23514'), ('{p,q}', 1, 2, '23514'),
               ('{p,q}', 0, 1, '23514'), ('{p,q}', 1, -1, '23514'), ('{p,q}', null, 0, '23514'), ('{p,q}', 0, null, '23514'), ('{p,NULL}', 0, 0, '23514')) v(perspectives, remote, regions, expected);
select is(t.ask(:'a', t.good() || jsonb_build_object('quorum', quorum)), '23514', 'refused: ' || quorum::text)
  from unnest(array['{"perspectives": ["p"], "remote": 0, "regions": 0, "x": 1}', '{"remote": 0, "regions": 0}', '{}']::jsonb[]) quorum;
select is(t.ask(:'a', t.good() || '{"quorum": {"perspectives": ["p"], "remote": "x", "regions": 0}}'), '22P02', 'refused: no number');
select is(t.ask(:'a', t.good() || t.one(name, false, 'http-01')), '23514', 'refused: the name ' || left(name, 20))
  from unnest(array['*.victim.test', 'victim.test.', '.victim.test', 'victim..test', 'victim', 'Victim.test', 'victim.test/', 'victim.test:80',
                    'a@victim.test', 'victim.test?', E'victim.test\n', 'víctim.test', '-a.test', 'a-.test', '10.0.0.1', '', repeat('a', 64) || '.test',
                    repeat('a.', 125) || 'test']) name;
select is(t.ask(:'a', t.good() || jsonb_set(t.one('a.test', false, 'http-01'), '{authorizations,0,type}', '"ip"')), '23514', 'refused: another type');
select is(t.ask(:'a', t.good() || jsonb_set(t.one('a.test', false, 'http-01'), '{authorizations,0,wildcard}', 'null')), '23514', 'refused: neither wildcard nor not');
select is((select count(*) from acme.orders), 15::bigint, 'nothing is left of what was refused');

-- newAuthz.
create function t.allow(_a uuid, _name text, _subdomains boolean, _type text, _lifetime int8 default 60) returns text language plpgsql as $$
begin
	return (select status
	          from web.authorization_new(_a, 1, t.nonce(), t.key(), null, 'dns', _name, _subdomains, jsonb_build_array(_type), _lifetime, 60, true,
	               t.quorum()));
exception when others then
	return sqlstate;
end $$;
select is(t.allow(:'a', 'a.test', false, 'http-01'), 'pending', 'an authorization'), is(t.allow(:'a', 'a.test', true, 'dns-01'), 'pending', 'for all below');
select is(t.allow(:'a', 'a.test', true, 'http-01'), '23514', 'refused: for all below by http-01'), is(t.allow(:'a', 'victim', false, 'dns-01'), '23514', 'refused: no DNS name'),
       is(t.allow(:'a', 'a.test', false, 'dns-01', 1892160000), '23514', 'refused: for 60 years');

-- Accounts.
create function t.add(_thumbprint text, _jwk text, _contact jsonb) returns text language plpgsql as $$
begin
	return (select status from web.account_new(t.nonce(), t.key(), _thumbprint, _jwk, _contact, null, false, false, null, null, null, null));
exception when others then
	return sqlstate;
end $$;
select is(t.add(t.thumbprint('k2'), 'k2', '["mailto:a@example.org"]'), 'valid', 'an account');
select is(t.add(thumbprint, jwk, contact), '23514', 'refused: ' || what)
  from (values ('the thumbprint of another key', t.thumbprint('k3'), 'k4', jsonb '[]'),
               ('what a server says to everybody', ' was not found here', 'k4', '[]'),
               ('a large key', t.thumbprint(repeat('x', 10000)), repeat('x', 10000), '[]'),
               ('contacts without end', t.thumbprint('k5'), 'k5', (select jsonb_agg(format('mailto:%s@example.org', i)) from generate_series(1, 1000) i)),
               ('contacts that are none', t.thumbprint('k6'), 'k6', '{"x": 1}')) v(what, thumbprint, jwk, contact);
select throws_ok(format($$ select web.account_update(%L, 1, t.nonce(), t.key(), '5', false) $$, :'a'), '23514', null, 'refused: contacts changed into what is none');

select throws_ok(format($$ select web.account_agree(%L, repeat('x', 501)) $$, :'a'), '23514', null, 'refused: agreed to what is long');
select throws_ok(format($$ select web.account_key_change(%L, 1, t.nonce(), t.key(), t.thumbprint('k7'), 'k8') $$, :'a'), '23514', null,
                 'refused: a key change with the thumbprint of another key');

-- A request for a certificate.
select t.ready(:'a', 'a.test') as o \gset
select throws_ok(format($$ select web.order_finalize(%L, 1, t.nonce(), t.key(), %L, '["a.test"]', decode(repeat('00', 10000), 'hex'), 'csr', '["default"]') $$, :'a', :'o'),
                 '23514', null, 'refused: a large public key');
select is(t.status('orders', :'o'), 'ready', 'the order is as it was');
-- One account cannot fill the queue that all share.
select t.account('k-many') as m \gset
select t.order(:'m', 'one.many.test', 'two.many.test') as o \gset
select authorization_id as z1 from acme.order_authorizations where order_id = :'o' and position = 0 \gset
select authorization_id as z2 from acme.order_authorizations where order_id = :'o' and position = 1 \gset
select web.challenge_respond(:'m', 1, t.nonce(), t.key(), :'z1', 'dns-01', 60, 1) \g /dev/null
select is((select row(problem ->> 'type', problem ->> 'detail', (problem ->> 'retryAfter')::int)::text
             from web.challenge_respond(:'m', 1, t.nonce(), t.key(), :'z2', 'dns-01', 60, 1)),
          '(rateLimited,"account has 1 validations under way, which is the limit",10)', 'no more than so many at once');
select is((select status from acme.challenges where authorization_id = :'z2' and type = 'dns-01'), 'pending', 'and nothing was changed');
select is((select row(problem, status)::text from web.challenge_respond(:'m', 1, t.nonce(), t.key(), :'z1', 'dns-01', 60, 1)),
          '(,processing)', 'what is under way may be asked for again');
select is((select row(problem, status)::text from web.challenge_respond(:'m', 1, t.nonce(), t.key(), :'z2', 'dns-01', 60, 2)),
          '(,processing)', 'up to the limit');
select * from finish();
