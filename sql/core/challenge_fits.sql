-- SPDX-License-Identifier: BSD-2-Clause
-- Whether success in a challenge of that type says enough about an identifier of that type, or with _many_names about a
-- wildcard or all names below it.
create function core.challenge_fits(_type text, _identifier_type text, _many_names boolean) returns boolean
language sql immutable parallel safe as $$
	select exists (select from core.challenge_types()
	                where type = _type and case _identifier_type when 'dns' then dns when 'ip' then ip end
	                  and (many_names or not _many_names));
$$;
