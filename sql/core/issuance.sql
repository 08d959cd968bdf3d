-- SPDX-License-Identifier: BSD-2-Clause
-- What may be certified for an order: the names of its authorizations, or the problem why nothing may be.  Everything is
-- looked up anew, whatever finalize has seen: the account is valid, every authorization is valid, has not expired and
-- was gained by a challenge fit for it (a wildcard by DNS only), and together they are exactly what was ordered.
create type core.issuance as (
	problem jsonb,
	names   jsonb
);

create function core.issuance(_account uuid, _order uuid) returns core.issuance language plpgsql stable as $$
declare
	_result      core.issuance;
	_identifiers jsonb;
	_authorized  jsonb;
	_lacking     text;
begin
	if not exists (select from accounts where account_id = _account and status = 'valid') then
		_result.problem := core.problem('unauthorized', 'account is not valid');
		return _result;
	end if;
	select jsonb_agg(core.domain_name(a.identifier, a.wildcard)
	                 order by core.domain_name(a.identifier, a.wildcard) collate "C"),
	       jsonb_agg(jsonb_build_object('type', a.identifier_type, 'value', core.domain_name(a.identifier, a.wildcard))),
	       min(core.domain_name(a.identifier, a.wildcard)) filter (where not core.authorization_usable(a))
	  into _result.names, _authorized, _lacking
	  from core.authorizations_of(_account, _order) a;
	select identifiers into _identifiers from orders where account_id = _account and id = _order;
	if _lacking is not null then
		_result.problem := core.problem('unauthorized', format('no valid authorization for %s', _lacking));
	elsif not coalesce(_authorized @> _identifiers and _identifiers @> _authorized, false) then
		_result.problem := core.problem('unauthorized', 'the authorizations are not those of the order');
	end if;
	return _result;
end $$;
