-- SPDX-License-Identifier: BSD-2-Clause
-- External account binding (RFC 8555 7.3.4), from the key to the order.
select no_plan();

-- RFC 4231 4: test cases 1, 2 and 6
select is(encode(core.hmac(hash, key, data), 'hex'), mac, format('HMAC, RFC 4231 test case %s with %s', n, hash)) from (values
	(1, 'sha256', decode(repeat('0b', 20), 'hex')::bytea, 'Hi There'::bytea,
	 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'),
	(2, 'sha256', 'Jefe'::bytea, 'what do ya want for nothing?'::bytea,
	 '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'),
	(6, 'sha256', decode(repeat('aa', 131), 'hex')::bytea, 'Test Using Larger Than Block-Size Key - Hash Key First'::bytea,
	 '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'),
	(1, 'sha384', decode(repeat('0b', 20), 'hex')::bytea, 'Hi There'::bytea,
	 'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6'),
	(2, 'sha384', 'Jefe'::bytea, 'what do ya want for nothing?'::bytea,
	 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649'),
	(6, 'sha384', decode(repeat('aa', 131), 'hex')::bytea, 'Test Using Larger Than Block-Size Key - Hash Key First'::bytea,
	 '4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952'),
	(1, 'sha512', decode(repeat('0b', 20), 'hex')::bytea, 'Hi There'::bytea,
	 '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854'),
	(2, 'sha512', 'Jefe'::bytea, 'what do ya want for nothing?'::bytea,
	 '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737'),
	(6, 'sha512', decode(repeat('aa', 131), 'hex')::bytea, 'Test Using Larger Than Block-Size Key - Hash Key First'::bytea,
	 '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598')) v(n, hash, key, data, mac);
select throws_ok($$ select core.hmac('md5', 'key', 'data') $$, '20000', null, 'no other hash');

create function t.mac_key(_kid text) returns bytea language sql as $$ select convert_to(rpad(_kid, 32, '.'), 'UTF8') $$;
create function t.eab(_kid text, _single boolean default false, _expires timestamptz default null, _names jsonb default null,
                      _profiles jsonb default null, _max int default null) returns boolean language sql as
	$$ select admin.eab_create(_kid, t.mac_key(_kid), 'note of ' || _kid, _single, _expires, _names, _profiles, _max) $$;
create function t.bind(_jwk text, _kid text, _hash text default 'sha256', _mac bytea default null, _required boolean default true,
                       out type text, out account uuid, out created boolean) language sql as $$
	select problem ->> 'type' || ': ' || (problem ->> 'detail'), account, created
	  from web.account_new(t.nonce(), t.key(), t.thumbprint(_jwk), _jwk, null, null, false, _required, _kid, _hash, 'protected.payload',
	                       coalesce(_mac, core.hmac(_hash, t.mac_key(coalesce(_kid, '')), 'protected.payload')));
$$;
create function t.refused(_account uuid, variadic _names text[]) returns text language sql as
	$$ select problem ->> 'type' || ': ' || (problem ->> 'detail') from t.order_with(_account, _names) $$;

select is(t.eab('many'), true, 'a key'), is(t.eab('many'), false, 'known already');
select throws_ok($$ select t.eab('not a kid') $$, '23514', null, 'of a bad name');
select throws_ok($$ select admin.eab_create('short', 'short', '', true, null, null, null, null) $$, '23514', null, 'a short one');
select throws_ok($$ select t.eab('x', _names => '{}') $$, '23514', null, 'names that are no array');
select is((t.bind('k1', 'many', hash)).type, null, 'bound with ' || hash) from unnest(array['sha256']) hash;
select is((t.bind('of ' || hash, 'many', hash)).type, null, 'bound with ' || hash) from unnest(array['sha384', 'sha512']) hash;
select is((t.bind('k1', 'many', _mac => 'wrong')).type, null, 'an account that exists: the binding is ignored');
select is((t.bind('k1', 'unknown')).created, false, 'an unknown key too');
select is((select account from t.bind('k1', null)), (select account_id from acme.accounts where jwk = 'k1'), 'none too');
select is((t.bind('k2', null)).type, 'externalAccountRequired: external account binding is required', 'none for a new account');
select is((select type from t.bind('free', null, _required => false)), null, 'none where none is required');
select is((t.bind('k2', 'many', _mac => 'wrong', _required => false)).type, 'unauthorized: external account binding is not valid', 'a wrong one counts though none is required');
select t.eab('once', true) \g /dev/null
select t.eab('late', false, now()) \g /dev/null
select t.eab('gone') \g /dev/null
select is(admin.eab_revoke('gone'), true, 'revoked'), is(admin.eab_revoke('gone'), true, 'again'), is(admin.eab_revoke('none'), false, 'an unknown one');
select is((t.bind('k2', 'once')).type, null, 'a key for one account');
select is((t.bind('k3', kid, 'sha256', mac)).type, 'unauthorized: external account binding is not valid', what) from (values
	('unknown', null::bytea, 'an unknown key'),
	('late', null, 'one that has expired'),
	('gone', null, 'one that was revoked'),
	('once', null, 'one that was used up'),
	('many', '', 'no MAC'),
	('many', core.hmac('sha256', t.mac_key('many'), 'protected.other'), 'the MAC of something else'),
	('many', substr(core.hmac('sha256', t.mac_key('many'), 'protected.payload'), 1, 16), 'half of the MAC'),
	('many', core.hmac('sha384', t.mac_key('many'), 'protected.payload'), 'the MAC with another hash')) v(kid, mac, what);
select is((select t.type(problem) from web.account_new(t.nonce(), t.key(), t.thumbprint('k3'), 'k3', null, null, false, true, 'many', 'sha256', _signed, null)),
          'unauthorized', 'no MAC at all') from unnest(array['protected.payload', null]) _signed;
select is_empty('select from acme.accounts where jwk = ''k3''', 'no account was made');
select is_empty('select from acme.account_keys where thumbprint = t.thumbprint(''k3'')', 'no key was taken');
select is((select count(*) from acme.accounts where eab_kid = 'once'), 1::bigint, 'one account for one use');

-- What the key permits is looked at with every order.
select t.eab('limited', _names => '["a.test", "b.test"]', _profiles => '["default"]', _max => 3) \g /dev/null
select account as a from t.bind('k4', 'limited') \gset
select is(t.refused(:'a', 'a.test', '*.a.test', 'x.b.test'), null, 'names it permits');
select is((t.order_with(:'a', array['a.test', 'evila.test', '*.c.test'])).problem, '{"type": "rejectedIdentifier",
	"detail": "external account binding does not permit all of the names", "subproblems": [
	{"type": "rejectedIdentifier", "detail": "external account binding does not permit this name", "identifier": {"type": "dns", "value": "evila.test"}},
	{"type": "rejectedIdentifier", "detail": "external account binding does not permit this name", "identifier": {"type": "dns", "value": "*.c.test"}}]}', 'names it does not');
select is((t.order_with(:'a', array['a.test'], 'short')).problem ->> 'detail', 'external account binding does not permit profile short', 'a profile it does not permit');
select is(t.type((select problem from web.authorization_new(:'a', 1, t.nonce(), t.key(), null, 'dns', 'c.test', true, '["dns-01"]', 3600, 3600, false, t.quorum()))), 'rejectedIdentifier', 'newAuthz for a name it does not permit');
select is((select problem from web.authorization_new(:'a', 1, t.nonce(), t.key(), null, 'dns', 'a.test', true, '["dns-01"]', 3600, 3600, false, t.quorum())), null, 'newAuthz for one it permits');
select is((select orders from acme.eab_keys where kid = 'limited'), 1, 'what was refused was not counted');
select is(t.refused(:'a', 'b.test'), null, 'a second order'), is(t.refused(:'a', 'b.test'), null, 'a third');
select is(t.refused(:'a', 'b.test'), 'rateLimited: external account binding permits no more orders', 'no fourth');
select is((select orders from acme.eab_keys where kid = 'limited'), 3, 'counted');
update acme.eab_keys set expires_at = now(), max_orders = null where kid = 'limited';
select is(t.refused(:'a', 'b.test'), null, 'a key that has expired goes on for its accounts');
select admin.eab_revoke('limited') \g /dev/null
select is(t.refused(:'a', 'b.test'), 'unauthorized: external account binding is revoked', 'one that was revoked does not');

select is((select array_agg(kid) from admin.eab_list(10, null)), array['limited', 'gone', 'late', 'once', 'many'], 'keys, newest first');
select is((select array_agg(kid) from admin.eab_list(2, 'gone')), array['late', 'once'], 'from there on, at most so many');
select is((select array_agg(kid || ' ' || status order by kid) from admin.eab_list(10, null)),
          array['gone revoked', 'late expired', 'limited revoked', 'many valid', 'once used'], 'what they are good for');
select is((select row(note, single_use, orders, max_orders, accounts)::text from admin.eab_list(1, null)), '("note of limited",f,4,,1)', 'listed');
select is((select row(status, note, single_use, names, profiles, orders, accounts, used_at is not null, revoked_at is not null)::text from admin.eab_show('limited')),
          row('revoked'::text, 'note of limited'::text, false, '["a.test", "b.test"]'::jsonb, '["default"]'::jsonb, 4, jsonb_build_array(:'a'), true, true)::text, 'shown');
select is((select accounts from admin.eab_show('gone')), '[]', 'without accounts');
select is_empty($$ select from admin.eab_show('none') $$, 'no such key');
select is((select eab from admin.account_show(:'a')), 'limited', 'an account shows its key');
select is((select eab from admin.account_list(1, null)), 'limited', 'in the list too');
select is((select row(known, deleted)::text from admin.eab_delete(kid)), want, 'deleted or not: ' || kid)
  from (values ('limited', '(t,f)'), ('gone', '(t,t)'), ('gone', '(f,f)'), ('none', '(f,f)')) v(kid, want);
select * from finish();
