-- SPDX-License-Identifier: BSD-2-Clause
-- What each perspective has found, for the operator: array of {"perspective","region","status","tries","updated",
-- "problem","record"}, the last two when there are such.  Null when none was heard of.
create function core.validations_of(_account uuid, _object uuid, _type text) returns jsonb language sql stable as $$
	select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('perspective', perspective, 'region', region, 'status', status,
	                 'tries', tries, 'updated', core.wire_time(updated_at), 'problem', problem, 'record', record))
	                 order by perspective)
	  from validations
	 where account_id = _account and object_id = _object and type = _type;
$$;
