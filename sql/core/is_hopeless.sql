-- SPDX-License-Identifier: BSD-2-Clause
-- Whether the time of a validation's job is over.  What is in hand is waited for.
create function core.is_hopeless(_job jobs) returns boolean language sql stable as $$
	select (_job).give_up_at <= now() and ((_job).worker is null or (_job).run_after <= now());
$$;
