-- SPDX-License-Identifier: BSD-2-Clause
-- What may be certified for an order: its names, or the problem why nothing may be.  Everything is looked up anew,
-- whatever finalize has seen: the account is valid, every authorization is valid, has not expired and was gained by a
-- challenge fit for it, each name is covered by one of them, each of them covers a name, and the
-- key was not blocked since.
create type core.issuance as (
	problem jsonb,
	names   jsonb
);

create function core.issuance(_account uuid, _order uuid) returns core.issuance language plpgsql stable as $$
declare
	_result  core.issuance;
	_found   orders;
	_held    constant authorizations[] := array(select a from core.authorizations_of(_account, _order) a);
	_lacking constant text := (
		select min(core.domain_name(identifier, wildcard)) from unnest(_held) a where not core.authorization_usable(a));
begin
	select * into _found from orders where account_id = _account and id = _order;
	if not exists (select from accounts where account_id = _account and status = 'valid') then
		_result.problem := core.problem('unauthorized', 'account is not valid');
	elsif _lacking is not null then
		_result.problem := core.problem('unauthorized', format('no valid authorization for %s', _lacking));
	elsif not core.authorized(_found.identifiers, _held) then
		_result.problem := core.problem('unauthorized', 'the authorizations are not those of the order');
	elsif core.blocked_key(_found.key_thumbprint) is not null then
		_result.problem := core.blocked_csr(_found.key_thumbprint);
	else
		_result.names := (select jsonb_agg(i ->> 'value' order by i ->> 'value' collate "C")
		                    from jsonb_array_elements(_found.identifiers) i);
	end if;
	return _result;
end $$;
