-- SPDX-License-Identifier: BSD-2-Clause
-- The perspectives that have found something valid, as array of {"perspective","region"}.
create function core.agreed(_account uuid, _object uuid, _type text) returns jsonb language sql stable as $$
	select coalesce(jsonb_agg(jsonb_build_object('perspective', perspective, 'region', region) order by perspective), '[]')
	  from validations
	 where account_id = _account and object_id = _object and type = _type and status = 'valid';
$$;
