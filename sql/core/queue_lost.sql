-- SPDX-License-Identifier: BSD-2-Clause
-- Queues what orders in processing need next that have no job, though every one of them should (a table was restored, say).
-- Up to a thousand; what is locked is being worked on.
create function core.queue_lost() returns int language plpgsql as $$
declare
	_order  orders;
	_queued int := 0;
begin
	for _order in
		select * from orders o
		 where o.status = 'processing' and not exists (select from jobs where object_id = o.id)
		 order by o.account_id, o.id
		 limit 1000
		   for update skip locked
	loop
		if not exists (select from jobs where object_id = _order.id) then
			perform core.queue_issuance(_order);
			_queued := _queued + 1;
		end if;
	end loop;
	return _queued;
end $$;
