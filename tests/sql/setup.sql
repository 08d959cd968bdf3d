-- SPDX-License-Identifier: BSD-2-Clause
-- What the tests share: schema t, which plays client, validator and signer.
create extension pgtap with schema public;
create schema t;

create function t.nonce() returns uuid language sql as 'select core.uuid7()';
create function t.key() returns int language sql as 'select max(id) from acme.nonce_keys where retired_at is null';
create function t.type(jsonb) returns text language sql as $$ select $1 ->> 'type' $$;

create function t.thumbprint(_jwk text) returns text language sql as
	$$ select translate(encode(sha256(convert_to(_jwk, 'UTF8')), 'base64'), '+/=', '-_') $$;
-- newAccount without a binding.
create function t.register(_jwk text, _contact jsonb default null, _terms text default null, _existing boolean default false,
                           _nonce uuid default t.nonce(),
                           out problem jsonb, out account uuid, out status text, out contact jsonb,
                           out terms_agreed boolean, out created_at timestamptz, out created boolean)
language sql as $$
	select *
	  from web.account_new(_nonce, t.key(), t.thumbprint(_jwk), _jwk, _contact, _terms, _existing, false, null, null, null,
	                       null);
$$;
create function t.account(_jwk text) returns uuid language sql as
	$$ select account from t.register(_jwk, '["mailto:a@example.org"]') $$;

-- An address is one that looks like it.
create function t.type_of(_name text) returns text language sql as $$ select case when _name ~ ':|^[0-9.]+$' then 'ip' else 'dns' end $$;
create function t.identifiers(_names text[]) returns jsonb language sql as
	$$ select jsonb_agg(jsonb_build_object('type', t.type_of(n), 'value', n)) from unnest(_names) n $$;
-- A quorum of so many remote perspectives, from so many regions; the first one is the primary.
create function t.quorum(_perspectives text[] default '{default}', _remote int default 0, _regions int default 0) returns jsonb
language sql as $$ select jsonb_build_object('perspectives', _perspectives, 'remote', _remote, 'regions', _regions) $$;
-- What the responder makes of names; with _ancestor that covers them all.
create function t.wanted(_names text[], _ancestor text default null) returns jsonb language sql as $$
	select jsonb_agg(jsonb_build_object('type', t.type_of(n), 'value', coalesce(_ancestor, ltrim(n, '*.')),
	                 'wildcard', _ancestor is null and n like '*.%', 'subdomains', _ancestor is not null,
	                 'challenges', case when _ancestor is not null or n like '*.%' then '["dns-01"]'::jsonb
	                                    when t.type_of(n) = 'ip' then '["http-01", "tls-alpn-01"]'
	                                    else '["http-01", "dns-01"]' end))
	  from unnest(_names) n;
$$;
-- newOrder with all that can be said.
create function t.order_with(_account uuid, _names text[], _profile text default 'default', _terms text default null,
                             _ancestor text default null, _reuse_order boolean default false,
                             _reuse boolean default false, _replaces uuid default null, _valid_for int8 default 86400,
                             _issuer_key bytea default 'key id', _not_after timestamptz default null,
                             _quorum jsonb default t.quorum(), _caa jsonb default null)
returns core.order_reply language sql as $$
	select o
	  from web.order_new(_account, (select key_version from acme.accounts where account_id = _account), t.nonce(), t.key(),
	       _terms, t.identifiers(_names), t.wanted(_names, _ancestor), _profile, null, _not_after, 86400, _valid_for,
	       _reuse_order, _reuse, 'certID of ' || _replaces, _replaces, _issuer_key, _quorum, _caa) o;
$$;
create function t.order(_account uuid, variadic _names text[]) returns uuid language sql as
	$$ select (t.order_with(_account, _names)).id $$;

create function t.authz(_account uuid, _order uuid, _position int default 0) returns uuid language sql as $$
	select authorization_id from acme.order_authorizations
	 where account_id = _account and order_id = _order and position = _position;
$$;

create function t.respond(_account uuid, _authorization uuid, _type text default 'dns-01', _patience int8 default 3600)
returns core.challenge_reply language sql as $$
	select r from web.challenge_respond(_account, 1, t.nonce(), t.key(), _authorization, _type, _patience, 1000) r;
$$;

-- A claimed job by its authorization or order.
create function t.job(_object uuid, _perspective text default null) returns uuid language sql as
	'select id from acme.jobs where object_id = _object and perspective = coalesce(_perspective, perspective)';
-- An outcome, where no more than that matters.
create function t.finish(_job uuid, _attempt int, _problem jsonb default null, _region text default '') returns boolean language sql as
	$$ select accepted from va.finish(_job, _attempt, _region, _problem, '{"seen": true}', null) $$;

-- Ends every validation whose time is over, in one transaction: only for a test that is alone; returns how many.
create function t.give_up() returns int8 language plpgsql as $$
declare
	_n int8 := 0;
begin
	while (select object is not null from va.give_up()) loop
		_n := _n + 1;
	end loop;
	return _n;
end $$;

-- Ends whatever validation of a perspective is queued; returns how many.
create function t.validate(_problem jsonb default null, _perspective text default 'default', _region text default '') returns int8
language sql as $$
	select count(*) filter (where t.finish(c.job, c.attempt, _problem, _region))
	  from (select * from va.claim('host/' || _perspective, _perspective, 100, 60) offset 0) c;
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
	select row(problem, id, status, expires_at, identifiers, authorizations, not_before, not_after, error, certificate, profile, replaces,
	           retry_after)::core.order_reply
	  from web.order_finalize(_account, 1, t.nonce(), t.key(), _order,
	       (select jsonb_path_query_array(identifiers, '$[*].value') from acme.orders where id = _order),
	       'spki', _thumbprint, '["default", "short"]') r;
$$;

create function t.issuer() returns int language sql as $$ select sign.issuer_put('issuer', 'issuer der', 'issuer pem', '{other pem,third pem}', 'key id') $$;

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
