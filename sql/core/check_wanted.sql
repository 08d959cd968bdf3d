-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless authorizations to be made are what the responder asks for: for DNS names and addresses, with
-- challenges that fit them, and for no longer than chert.conf(5) permits.  Whoever can make calls could otherwise gain what
-- lasts for ever.
create function core.check_wanted(_authorizations jsonb, _lifetime int8, _valid_for int8, _quorum jsonb) returns void
language plpgsql stable as $$
begin
	perform core.check_quorum(_quorum);
	if (_lifetime between 60 and 90 * 86400 and _valid_for between 60 and 398 * 86400) is not true then
		raise exception 'order for % seconds, authorizations for % seconds', _lifetime, _valid_for
			using errcode = 'check_violation';
	elsif exists (
		select from jsonb_array_elements(_authorizations) wanted
		 where core.is_identifier(wanted ->> 'type', wanted ->> 'value') is not true
		    or (wanted ->> 'type' = 'ip' and core.many_names(wanted)) is not false
		    or exists (select from jsonb_array_elements_text(wanted -> 'challenges') type
		                where core.challenge_fits(type, wanted ->> 'type', core.many_names(wanted)) is not true)) then
		raise exception 'authorization that no validation could gain' using errcode = 'check_violation';
	end if;
end $$;
