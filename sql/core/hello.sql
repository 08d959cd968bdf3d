-- SPDX-License-Identifier: BSD-2-Clause
-- Notes that a daemon is there; true when it was known before.
create function core.hello(_worker text, _kind text, _perspective text, _region text, _version text,
                           _assume_valid boolean, _first boolean)
returns boolean language plpgsql as $$
begin
	update daemons
	   set perspective = _perspective, region = _region, version = _version, assume_valid = _assume_valid,
	       seen_at = now(), started_at = case when _first then now() else started_at end
	 where worker = _worker and kind = _kind;
	if found then
		return true;
	end if;
	insert into daemons (worker, kind, perspective, region, version, assume_valid)
	values (_worker, _kind, _perspective, _region, _version, _assume_valid)
	    on conflict do nothing;
	return false;
end $$;
