-- SPDX-License-Identifier: BSD-2-Clause
-- In how many seconds to ask again for something that waits for jobs of that kind, of the perspectives of a quorum (null:
-- of the signers): for as long as the oldest job there that is due has waited, since that is how far the daemons are
-- behind; no sooner than the next try of what is tried again of these objects; but 1 to 60.
create function core.retry_after(_kind text, _quorum jsonb, _objects uuid[]) returns int language plpgsql stable as $$
begin
	return (
		select greatest(least(coalesce(max(wait), 1), 60), 1)
		  from (select (select ceil(extract(epoch from now() - run_after))
		                  from jobs
		                 where kind = _kind and perspective = p and run_after <= now()
		                 order by run_after
		                 limit 1)
		          from jsonb_array_elements_text(coalesce(_quorum -> 'perspectives', '[""]')) p
		        union all
		        select (select max(ceil(extract(epoch from run_after - now())))
		                  from jobs
		                 where object_id = o and worker is null and run_after > now() and run_after < 'infinity')
		          from unnest(_objects) o) w(wait));
end $$;
