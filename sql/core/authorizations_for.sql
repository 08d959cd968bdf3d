-- SPDX-License-Identifier: BSD-2-Clause
-- The pending and valid authorizations of an account for a name or one above it.  One look-up by key each: a search for
-- all at once might read all that the account has.
create function core.authorizations_for(_account uuid, _name text) returns setof authorizations
language plpgsql stable rows 5 as $$
declare
	_suffix text;
begin
	foreach _suffix in array core.suffixes(_name) loop
		return query
			select * from authorizations
			 where account_id = _account and identifier = _suffix and status in ('pending', 'valid');
	end loop;
end $$;
