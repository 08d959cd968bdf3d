-- SPDX-License-Identifier: BSD-2-Clause
-- Queues one job for each perspective of a quorum: for a challenge of an authorization, or as _type caa for an order.
create function core.queue_validation(_account uuid, _object uuid, _type text, _quorum jsonb, _give_up_at timestamptz)
returns void language sql as $$
	insert into jobs (id, kind, perspective, account_id, object_id, type, give_up_at)
	select core.uuid7(), 'validate', perspective, _account, _object, _type, _give_up_at
	  from jsonb_array_elements_text(_quorum -> 'perspectives') perspective;
$$;
