-- SPDX-License-Identifier: BSD-2-Clause
-- How many validations of an account are under way in a perspective, counted up to _most: so that nobody fills the queue
-- that all share (RFC 8555 10.3).
create function core.under_way(_account uuid, _perspective text, _most int) returns int language sql stable as $$
	select count(*)::int
	  from (select from jobs
	         where account_id = _account and kind = 'validate' and perspective = _perspective
	         limit _most) found;
$$;
