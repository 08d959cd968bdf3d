-- SPDX-License-Identifier: BSD-2-Clause
-- Spends a nonce whose MAC the caller has verified (RFC 8555 6.5): null, or badNonce when its key is unknown or
-- retired, it was spent before, or its time is outside of what partitions are kept for.
create function core.spend_nonce(_nonce uuid, _nonce_key int) returns jsonb language plpgsql as $$
declare
	_bad constant jsonb := core.problem('badNonce', 'JWS has an invalid anti-replay nonce');
begin
	if not exists (select from nonce_epoch) then
		perform core.renew_nonce_epoch();
		return _bad;
	end if;
	if not exists (select from nonce_keys where id = _nonce_key and retired_at is null)
	   or _nonce < core.uuid_at(now() - interval '24 hours 30 minutes')
	   or _nonce > core.uuid_at(now() + interval '1 hour') then
		return _bad;
	end if;
	insert into nonces values (_nonce) on conflict do nothing;
	return case when found then null else _bad end;
end $$;
