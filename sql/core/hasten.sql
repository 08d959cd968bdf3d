-- SPDX-License-Identifier: BSD-2-Clause
-- Makes those jobs of a challenge due that wait to be tried again after a failure that is a second old or more.  The caller
-- has locked the authorization.
create function core.hasten(_authorization uuid, _type text) returns void language sql as $$
	update jobs set run_after = now()
	 where object_id = _authorization and type = _type and worker is null and run_after > now()
	   and failed_at <= now() - interval '1 second';
$$;
