-- SPDX-License-Identifier: BSD-2-Clause
-- Addresses as identifiers (RFC 8738), the types of challenges, and what dns-persist-01 needs beyond the others.
set search_path = acme, core, public;
select no_plan();
select t.account('k1') as a \gset

select is(core.is_identifier('ip', v), true, 'an address: ' || v)
  from unnest(array['192.0.2.1', '0.0.0.0', '255.255.255.255', '::', '::1', '1::', '2001:db8::1', '2001:db8:0:1:1:1:1:1', '1:2:3:4:5:6::', 'fe80::abcd:0:0:1']) v;
select is(core.is_identifier('ip', v), false, 'no address, or not its canonical form: ' || v)
  from unnest(array['', '192.0.2', '192.0.2.256', '192.0.2.01', '192.0.2.1.', '.192.0.2.1', '192.0.2.1.1', '192.0.2.1/32', '192.0.2.1:80', ' 192.0.2.1', E'192.0.2.1\n',
                    '2001:DB8::1', '2001:db8::01', '2001:db8::1%eth0', '2001:db8::/32', '[::1]', ':::', '::1::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:8:9',
                    '1:2:3:4:5:6:7:8:', ':1:2:3:4:5:6:7', '12345::', '::ffff:192.0.2.1', 'a.test', '0x7f.1', '*.192.0.2.1']) v;
select is(core.is_identifier('dns', '192.0.2.1'), false, 'an address is no DNS name'), is(core.is_identifier('email', 'a.test'), false, 'an unknown type');

-- Which challenge is good for what.
select is((select string_agg(type, ' ') from core.challenge_types() where core.challenge_fits(type, identifier, many)), types, identifier || case when many then ', many names' else '' end)
  from (values ('dns', false, 'http-01 dns-01 tls-alpn-01 dns-account-01 dns-persist-01'), ('dns', true, 'dns-01 dns-account-01 dns-persist-01'),
               ('ip', false, 'http-01 tls-alpn-01'), ('ip', true, null), ('email', false, null)) v(identifier, many, types);
select is(core.challenge_fits('dns-00', 'dns', false), false, 'an unknown one');

-- To a certificate with both, and to one with addresses alone.
select id as o from t.order_with(:'a', array['192.0.2.1', 'a.test', '2001:db8::1'], _caa => '["a.test"]') \gset
select is((select row(identifier_type, identifier, wildcard, subdomains, jsonb_path_query_array(challenges, '$[*].type'))::text
             from web.authorization_get(:'a', 1, t.nonce(), t.key(), t.authz(:'a', :'o'))), '(ip,192.0.2.1,f,f,"[""http-01"", ""tls-alpn-01""]")', 'an authorization for an address');
select t.respond(:'a', t.authz(:'a', :'o', n), 'http-01') from generate_series(0, 2) n \g /dev/null
select is((select string_agg(identifier_type || ' ' || identifier, ', ' order by identifier) from va.claim('w', 'default', 10, 60)), 'ip 192.0.2.1, ip 2001:db8::1, dns a.test', 'handed out');
update acme.jobs set run_after = now();
select is(t.validate(), 3::bigint, 'validated'), is((t.finalize(:'a', :'o')).status, 'processing', 'finalized');
select is((select names from va.claim('w', 'default', 10, 60)), '[{"name": "a.test", "methods": ["http-01"]}]', 'CAA records are those of the DNS name');
update acme.jobs set run_after = now();
select is(t.validate(), 1::bigint, 'and permit it');
select is((select names from sign.claim('s', 1, 60)), '["192.0.2.1", "2001:db8::1", "a.test"]', 'all are issued');
update acme.jobs set run_after = now();
select is(t.sign(), 1::bigint, 'issued');
select id as o from t.order_with(:'a', array['192.0.2.1'], _reuse => true) \gset
select is(t.status('orders', :'o'), 'ready', 'an authorization for an address is used again'), is((t.finalize(:'a', :'o')).status, 'processing', 'finalized'), is(t.sign(), 1::bigint, 'issued');
select is(core.csr_mismatch('[{"type": "ip", "value": "192.0.2.1"}]', '["192.0.2.2"]', 'x') ->> 'detail',
          'names of the CSR differ from those of the order: 192.0.2.1 is missing, and 192.0.2.2 was not ordered', 'of another address');
create function t.ask(_change jsonb) returns text language plpgsql as $$
begin
	return (select status
	          from web.order_new((select account_id from accounts where jwk = 'k1'), 1, t.nonce(), t.key(), null, '[{"type": "ip", "value": "192.0.2.1"}]',
	               jsonb_build_array('{"type": "ip", "value": "192.0.2.1", "wildcard": false, "challenges": ["http-01"]}' || _change),
	               'default', null, null, 3600, 3600, false, false, null, null, null, t.quorum(), _change -> 'caa'));
exception when others then
	return sqlstate;
end $$;
select is(t.ask('{}'), 'pending', 'taken');
select is(t.ask(change), '23514', 'refused: ' || change::text)
  from unnest(array['{"wildcard": true}', '{"wildcard": null}', '{"subdomains": true}', '{"wildcard": true, "challenges": []}', '{"challenges": ["dns-01"]}', '{"challenges": ["dns-persist-01"]}',
                    '{"type": "dns"}', '{"value": "192.0.2.2"}', '{"value": "192.0.2.1/32"}', '{"caa": ["192.0.2.1"]}']::jsonb[]) change;
-- An external binding that permits suffixes permits no address by them.
select admin.eab_create('net', decode(repeat('00', 32), 'hex'), '', false, null, '["2.1", "192.0.2.7", "test"]', null, null) \g /dev/null
update accounts set eab_kid = 'net' where account_id = :'a';
select is(t.type((t.order_with(:'a', array['192.0.2.1'])).problem), 'rejectedIdentifier', 'not by its end'), is(t.type((t.order_with(:'a', array['192.0.2.7'])).problem), null, 'but as it is');
update accounts set eab_kid = null where account_id = :'a';

-- dns-persist-01: no token, all keys the account has had, and an end.
create function t.persist(_name text) returns uuid language sql as $$
	select id
	  from web.authorization_new((select account_id from accounts),
	       (select key_version from accounts), t.nonce(), t.key(), null, 'dns', _name, true, '["dns-01", "dns-persist-01"]', 3600, 34387200, false, t.quorum());
$$;
select t.persist('p.test') as z \gset
select is((select jsonb_agg(c - 'token' || jsonb_build_object('has', c ? 'token')) from web.authorization_get(:'a', 1, t.nonce(), t.key(), :'z') g, jsonb_array_elements(g.challenges) c),
          '[{"has": true, "type": "dns-01", "status": "pending"}, {"has": false, "type": "dns-persist-01", "status": "pending"}]', 'no token');
select web.account_key_change(:'a', 1, t.nonce(), t.key(), t.thumbprint('n1'), 'n1') \g /dev/null
select web.account_key_change(:'a', 2, t.nonce(), t.key(), t.thumbprint('n2'), 'n2') \g /dev/null
select web.account_key_change(:'a', 3, t.nonce(), t.key(), t.thumbprint('k1'), 'k1') \g /dev/null
select web.account_key_change(:'a', 4, t.nonce(), t.key(), t.thumbprint('n3'), 'n3') \g /dev/null
create function t.tried(_z uuid, _type text, _ends_at timestamptz) returns text language plpgsql as $$
declare
	_found record;
begin
	perform web.challenge_respond(account_id, 5, t.nonce(), t.key(), _z, _type, 60, 1000) from authorizations where id = _z;
	select * into _found from va.claim('w', 'default', 1, 60);
	perform va.finish(_found.job, 1, '', null, null, _ends_at);
	return concat_ws(' ', (select concat_ws(' ', a.status, error ->> 'detail', extract(day from a.expires_at - now() + interval '1 second')) from challenges c where authorization_id = _z and type = _type),
	                 (_found.token is null)::text, (_found.key_authorization is null)::text, _found.thumbprints::text)
	  from authorizations a where id = _z;
end $$;
select is(t.tried(:'z', 'dns-persist-01', null), 'valid 10 true true ' || jsonb_build_array(t.thumbprint('n3'), t.thumbprint('k1'), t.thumbprint('n2'), t.thumbprint('n1'))::text, 'all keys, and ten days at most');
select alike(t.tried(t.persist('q.test'), 'dns-persist-01', now() + interval '20 days'), 'valid 10 %', 'the record says longer');
select alike(t.tried(t.persist('r.test'), 'dns-persist-01', now() + interval '2 days'), 'valid 2 %', 'the record says shorter');
select alike(t.tried(t.persist('s.test'), 'dns-persist-01', now()), 'invalid record is no longer good for anything%', 'the record has just ended');
select is(t.tried(t.persist('t.test'), 'dns-01', null), 'valid 398 false false', 'others: as long as the profile says, and no keys');
insert into account_keys_retired select :'a', 'old' || n, now() - make_interval(days => n) from generate_series(1, 200) n;
select ok(jsonb_array_length(t) = 100 and t ->> 0 = t.thumbprint('n3') and t ? 'old1' and not t ? 'old100', 'of many keys the newest hundred') from core.thumbprints(:'a') t;
select is((select account from t.register('n1', _existing => true)), null, 'the earlier keys are no account''s'), is((select created from t.register('n2')), true, 'and free for anybody');
-- Of several perspectives the shortest counts.
select id as o from t.order_with(:'a', array['u.test'], _quorum => t.quorum('{default,eu}', 1), _valid_for => 864000) \gset
select t.authz(:'a', :'o') as z \gset
select web.challenge_respond(:'a', 5, t.nonce(), t.key(), :'z', 'dns-01', 60, 1000) \g /dev/null
select accepted from va.claim('w', 'default', 1, 60), va.finish(job, 1, '', null, null, now() + interval '3 days') \g /dev/null
select accepted from va.claim('w', 'eu', 1, 60), va.finish(job, 1, '', null, null, now() + interval '5 days') \g /dev/null
select ok(status = 'valid' and expires_at between now() + interval '2 days' and now() + interval '3 days', 'the shortest end counts') from authorizations where id = :'z';
select ok(expires_at <= now() + interval '1 day', 'for the order too') from orders where id = :'o';
select * from finish();
