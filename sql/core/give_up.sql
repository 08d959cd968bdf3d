-- SPDX-License-Identifier: BSD-2-Clause
-- Ends one validation whose time is over, of whatever perspective, since that of the job may be away; object is null when
-- there is none.  One a transaction, so that locks are taken in the order of core.lock_authorization.  It is one of the
-- oldest, by chance: so callers are seldom in each other's way.  failure says why it could not be ended; it is put off for a
-- minute then, so that it is not in the way of the others.
create function core.give_up(out object uuid, out failure text)
language plpgsql set lock_timeout = '1s' as $$
declare
	_next jobs;
begin
	select * into _next
	  from (select * from jobs j where j.give_up_at <= now() and core.is_hopeless(j) order by j.give_up_at limit 20) oldest
	 order by random()
	 limit 1;
	object := _next.object_id;
	if object is not null then
		perform core.give_up_on(_next.account_id, _next.object_id, _next.type);
	end if;
exception when others or query_canceled then
	failure := sqlerrm;
	update jobs set give_up_at = now() + interval '1 minute', run_after = 'infinity'
	 where id in (select id from jobs j where j.object_id = _next.object_id and core.is_hopeless(j) for update skip locked);
end $$;
