-- SPDX-License-Identifier: BSD-2-Clause
-- What the tests share: schema t, which plays client, validator and signer.
create extension pgtap with schema public;
create schema t;

create function t.nonce() returns uuid language sql as 'select core.uuid7()';
create function t.key() returns int language sql as 'select max(id) from acme.nonce_keys where retired_at is null';
create function t.type(jsonb) returns text language sql as $$ select $1 ->> 'type' $$;

create function t.thumbprint(_jwk text) returns text language sql as
	$$ select translate(encode(sha256(convert_to(_jwk, 'UTF8')), 'base64'), '+/=', '-_') $$;
create function t.account(_jwk text) returns uuid language sql as $$
	select account
	  from web.account_new(t.nonce(), t.key(), t.thumbprint(_jwk), _jwk, '["mailto:a@example.org"]', true, false);
$$;

create function t.order(_account uuid, variadic _names text[]) returns uuid language sql as $$
	select id
	  from web.order_new(_account, 1, t.nonce(), t.key(),
	       (select jsonb_agg(jsonb_build_object('type', 'dns', 'value', n)) from unnest(_names) n),
	       (select jsonb_agg(jsonb_build_object('type', 'dns', 'value', ltrim(n, '*.'), 'wildcard', n like '*.%',
	                         'challenges', case when n like '*.%' then '["dns-01"]'::jsonb else '["http-01", "dns-01"]' end))
	          from unnest(_names) n),
	       'default', null, null, 86400, 86400);
$$;

create function t.authz(_account uuid, _order uuid, _position int default 0) returns uuid language sql as $$
	select authorization_id from acme.order_authorizations
	 where account_id = _account and order_id = _order and position = _position;
$$;

create function t.respond(_account uuid, _authorization uuid, _type text default 'dns-01') returns core.challenge_reply
language sql as $$
	select r from web.challenge_respond(_account, 1, t.nonce(), t.key(), _authorization, _type) r;
$$;

-- A claimed job by its authorization or order.
create function t.job(_object uuid) returns uuid language sql as 'select id from acme.jobs where object_id = _object';

-- Ends whatever validation is queued; returns how many.
create function t.validate(_problem jsonb default null) returns int8 language sql as $$
	select count(*) filter (where f.accepted)
	  from (select * from va.claim('host/va', 'default', 100, 60) offset 0) c
	 cross join lateral va.finish(c.job, c.attempt, _problem, '{"seen": true}') f;
$$;

create function t.ready(_account uuid, variadic _names text[]) returns uuid language plpgsql as $$
declare
	_order constant uuid := t.order(_account, variadic _names);
begin
	perform t.respond(_account, authorization_id)
	   from acme.order_authorizations where account_id = _account and order_id = _order;
	perform t.validate();
	return _order;
end $$;

create function t.finalize(_account uuid, _order uuid, _thumbprint text default 'csr key') returns core.order_reply
language sql as $$
	select r
	  from web.order_finalize(_account, 1, t.nonce(), t.key(), _order,
	       (select jsonb_path_query_array(identifiers, '$[*].value') from acme.orders where id = _order),
	       'spki', _thumbprint) r;
$$;

create function t.issuer() returns int language sql as $$ select sign.issuer_put('issuer', 'issuer der', 'issuer pem') $$;

create function t.reserve(_job uuid, _attempt int, _serial uuid default core.uuid7()) returns uuid language sql as $$
	select job
	  from sign.reserve(array[_job], array[_attempt], array[_serial], array[t.issuer()], array[now()],
	                    array[now() + interval '90 days'], array['tbs'::bytea]);
$$;

-- Issues whatever is queued; returns how many.
create function t.sign() returns int8 language plpgsql as $$
declare
	_claim record;
	_n     int8 := 0;
begin
	for _claim in select * from sign.claim('host/sign', 100, 60) loop
		perform t.reserve(_claim.job, _claim.attempt);
		perform sign.finish(array[_claim.job], array[_claim.attempt], array[convert_to('der of ' || _claim.job, 'UTF8')]);
		_n := _n + 1;
	end loop;
	return _n;
end $$;

-- A valid order's certificate.
create function t.certificate(_account uuid, variadic _names text[]) returns uuid language plpgsql as $$
declare
	_order constant uuid := t.ready(_account, variadic _names);
begin
	perform t.finalize(_account, _order);
	perform t.sign();
	return (select certificate_id from acme.orders where id = _order);
end $$;
create function t.der(_certificate uuid) returns bytea language sql as
	'select certificate from acme.certificates where id = _certificate';
create function t.status(_object text, _id uuid) returns text language plpgsql as $$
declare
	_status text;
begin
	execute format('select status from acme.%I where id = $1', _object) into _status using _id;
	return _status;
end $$;
