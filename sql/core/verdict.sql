-- SPDX-License-Identifier: BSD-2-Clause
-- What the perspectives of a quorum have decided by now (Baseline Requirements 3.2.2.9): invalid when the primary one has
-- found so or when too few of the others, or of their regions, can still agree; valid when it and enough others agree;
-- else null.  A region without a name counts for none
-- (core.region_key).
--   problem     of what is invalid
--   ends_at     until when all who agree say that it is proved, null: it does not end by itself
--   checked_at  when the first of those had finished
create function core.verdict(_quorum jsonb, _account uuid, _object uuid, _type text,
                             out status text, out problem jsonb, out ends_at timestamptz, out checked_at timestamptz)
language plpgsql stable as $$
declare
	_remote  constant int := (_quorum ->> 'remote')::int;
	_regions constant int := (_quorum ->> 'regions')::int;
	_count   record;
begin
	select max(v.status) filter (where v.place = 1) as primary,
	       count(*) filter (where v.place > 1 and v.status = 'valid') as agreed,
	       count(*) filter (where v.place > 1 and v.status = 'trying') as open,
	       count(distinct nullif(core.region_key(v.region), '')) filter (where v.place > 1 and v.status = 'valid') as regions,
	       min(v.ends_at) filter (where v.status = 'valid') as ends_at,
	       min(v.updated_at) filter (where v.status = 'valid') as checked_at
	  into _count
	  from core.votes(_quorum, _account, _object, _type) v;
	if _count.primary = 'invalid' then
		status := 'invalid';
		problem := (select v.problem from core.votes(_quorum, _account, _object, _type) v where v.place = 1);
	elsif _count.agreed + _count.open < _remote or _count.regions + _count.open < _regions then
		status := 'invalid';
		problem := core.disagreement(_quorum, _account, _object, _type);
	elsif _count.primary = 'valid' and _count.agreed >= _remote and _count.regions >= _regions then
		status := 'valid';
		ends_at := _count.ends_at;
		checked_at := _count.checked_at;
	end if;
end $$;
