-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless web.order_new was asked for what the responder asks for: the authorizations are those of the
-- identifiers, or for a name above with all below, as core.check_wanted says, there are not too many, and _caa (null: none)
-- are DNS names among them.  Whoever can make calls could otherwise order what takes up all room.
create function core.check_order(_identifiers jsonb, _authorizations jsonb, _lifetime int8, _valid_for int8,
                                 _quorum jsonb, _caa jsonb)
returns void language plpgsql stable as $$
begin
	if (jsonb_array_length(_identifiers) between 1 and 100
	    and jsonb_array_length(_authorizations) = jsonb_array_length(_identifiers)) is not true then
		raise exception 'order of % identifiers', jsonb_array_length(_identifiers) using errcode = 'check_violation';
	end if;
	perform core.check_wanted(_authorizations, _lifetime, _valid_for, _quorum);
	if exists (
		select from jsonb_array_elements(_authorizations) with ordinality w(wanted, position)
		  join jsonb_array_elements(_identifiers) with ordinality i(identifier, position) using (position)
		 where (identifier = jsonb_build_object('type', wanted ->> 'type', 'value',
		                     core.domain_name(wanted ->> 'value', (wanted ->> 'wildcard')::boolean))
		        or (wanted ->> 'subdomains')::boolean and not (wanted ->> 'wildcard')::boolean
		           and identifier = jsonb_build_object('type', wanted ->> 'type', 'value', identifier ->> 'value')
		           and core.is_dns_name(regexp_replace(identifier ->> 'value', '^[*][.]', ''))
		           and wanted ->> 'value' = any((core.suffixes(identifier ->> 'value'))[2:])) is not true) then
		raise exception 'authorizations other than for the identifiers' using errcode = 'check_violation';
	elsif not _caa <@ jsonb_path_query_array(_identifiers, '$[*] ? (@.type == "dns").value') then
		raise exception 'CAA records of other names' using errcode = 'check_violation';
	end if;
end $$;
