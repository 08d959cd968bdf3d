-- SPDX-License-Identifier: BSD-2-Clause
-- Whether a validation will not be tried again: its time is over, or it was handed out too often without an outcome (a
-- validator dies of it, say).  What is in hand is waited for.
create function core.is_hopeless(_job jobs) returns boolean language sql stable as $$
	select ((_job).worker is null or (_job).run_after <= now())
	       and ((_job).give_up_at <= now()
	            or (_job).run_after <= now() and (_job).attempts - (_job).failures >= core.max_attempts());
$$;
