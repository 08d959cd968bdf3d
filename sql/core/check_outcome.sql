-- SPDX-License-Identifier: BSD-2-Clause
-- Raises an error unless problem (null: none) and record (null: none) of a validation are what a validator sends: they are
-- shown to applicants, who must be able to read them, and kept for all other validators to decide with.
create function core.check_outcome(_problem jsonb, _record jsonb) returns void language plpgsql immutable as $$
declare
	_subs constant jsonb := coalesce(_problem -> 'subproblems', '[]');
begin
	if _problem is not null and not core.is_problem(_problem, true) then
		raise exception 'outcome with a problem that is none' using errcode = 'check_violation';
	elsif jsonb_typeof(_subs) <> 'array' then
		raise exception 'outcome with subproblems that are no list' using errcode = 'check_violation';
	elsif jsonb_array_length(_subs) > 100
	      or exists (select from jsonb_array_elements(_subs) sub where not core.is_problem(sub, false)) then
		raise exception 'outcome with a subproblem that is none, or too many' using errcode = 'check_violation';
	elsif (jsonb_typeof(_record) = 'object' and octet_length(_record::text) <= 300000
	       and jsonb_typeof(coalesce(_record -> 'validationRecord', '[]')) = 'array') is false then
		raise exception 'outcome with a record that is too large or none' using errcode = 'check_violation';
	end if;
end $$;
