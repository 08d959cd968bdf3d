-- SPDX-License-Identifier: BSD-2-Clause
-- The error of an order whose time ran out.
create function core.order_expired() returns jsonb language sql stable as $$
	select core.problem('malformed', 'order expired');
$$;
