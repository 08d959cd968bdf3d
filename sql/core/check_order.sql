-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless web.order_new was asked for what the responder asks for: the authorizations are those of the
-- identifiers, for DNS names, with challenges that fit them, and neither number nor lifetimes exceed what chert.conf(5)
-- permits.  Whoever can make calls could otherwise order what takes up all room or lasts for ever.
create function core.check_order(_identifiers jsonb, _authorizations jsonb, _lifetime int8, _valid_for int8)
returns void language plpgsql stable as $$
begin
	if (jsonb_array_length(_identifiers) between 1 and 100
	    and jsonb_array_length(_authorizations) = jsonb_array_length(_identifiers)
	    and _lifetime between 60 and 90 * 86400
	    and _valid_for between 60 and 398 * 86400) is not true then
		raise exception 'order of % identifiers for % seconds, authorizations for % seconds',
			jsonb_array_length(_identifiers), _lifetime, _valid_for using errcode = 'check_violation';
	elsif exists (
		select from jsonb_array_elements(_authorizations) wanted
		 where (wanted ->> 'type' = 'dns' and core.is_dns_name(wanted ->> 'value')) is not true
		    or exists (select from jsonb_array_elements_text(wanted -> 'challenges') type
		                where core.challenge_fits(type, (wanted ->> 'wildcard')::boolean) is not true)) then
		raise exception 'authorization that no validation could gain' using errcode = 'check_violation';
	elsif _identifiers is distinct from (
		select jsonb_agg(jsonb_build_object('type', wanted ->> 'type', 'value',
		                 core.domain_name(wanted ->> 'value', (wanted ->> 'wildcard')::boolean)) order by position)
		  from jsonb_array_elements(_authorizations) with ordinality element(wanted, position)) then
		raise exception 'authorizations other than for the identifiers' using errcode = 'check_violation';
	end if;
end $$;
