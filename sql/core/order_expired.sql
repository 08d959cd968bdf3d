-- SPDX-License-Identifier: BSD-2-Clause
-- The error of an order whose time ran out.
create function core.order_expired() returns jsonb language sql immutable parallel safe as $$
	select core.problem('malformed', 'order expired');
$$;
