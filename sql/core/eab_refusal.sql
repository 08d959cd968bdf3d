-- SPDX-License-Identifier: BSD-2-Clause
-- Null when the key that an account is bound to permits these identifiers and this profile (null: any), or it is bound to
-- none.  That a key has expired is no obstacle: accounts can no longer be bound to it, and those that are stay so.
--   unauthorized        the key was revoked, or does not permit the profile
--   rejectedIdentifier  with a subproblem for each name that lies under no suffix of the key; an address must be there itself
create function core.eab_refusal(_account uuid, _identifiers jsonb, _profile text) returns jsonb language plpgsql stable as $$
declare
	_key     eab_keys;
	_refused jsonb;
begin
	select * into _key from eab_keys where kid = (select eab_kid from accounts where account_id = _account);
	if not found then
		return null;
	elsif _key.status <> 'valid' then
		return core.problem('unauthorized', format('external account binding is %s', _key.status));
	elsif not _key.profiles ? _profile then
		return core.problem('unauthorized', format('external account binding does not permit profile %s', _profile));
	end if;
	_refused := (
		select jsonb_agg(core.problem('rejectedIdentifier', 'external account binding does not permit this name',
		                              jsonb_build_object('identifier', identifier)) order by position)
		  from jsonb_array_elements(_identifiers) with ordinality i(identifier, position)
		 where not _key.names ?| case identifier ->> 'type'
		                         when 'ip' then array[identifier ->> 'value']
		                         else core.suffixes(regexp_replace(identifier ->> 'value', '^[*][.]', '')) end);
	if _refused is not null then
		return core.problem('rejectedIdentifier', 'external account binding does not permit all of the names',
			jsonb_build_object('subproblems', _refused));
	end if;
	return null;
end $$;
