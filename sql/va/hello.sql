-- SPDX-License-Identifier: BSD-2-Clause
-- A validator says that it is there: at its start with _first, then now and again.  seen: it was known before.  region is
-- the one of acme.perspectives where its perspective is listed.  refusal is why it has no work here (null: it has): its role
-- does not speak for the perspective, or the region it says is not the listed one.
create function va.hello(_worker text, _perspective text, _region text, _version text, _assume_valid boolean,
                         _first boolean, out seen boolean, out region text, out refusal text)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	region := core.region_of(_perspective, _region);
	if _region <> '' and core.region_key(_region) <> core.region_key(region) then
		refusal := format('perspective %s is listed with region %s, its validator says %s', _perspective, region, _region);
		return;
	end if;
	perform core.check_speaker(_perspective);
	seen := core.hello(_worker, 'validator', _perspective, region, _version, _assume_valid, _first);
exception when insufficient_privilege then
	refusal := sqlerrm;
end $$;
