-- SPDX-License-Identifier: BSD-2-Clause
-- Starts a nonce epoch if there is none: a crash or a failover has emptied the unlogged tables (or nothing was ever
-- there), so every nonce that may have been spent is made worthless with the key that signed it.
create function core.renew_nonce_epoch() returns void language plpgsql as $$
begin
	perform pg_advisory_xact_lock(hashtext('chert nonce epoch'));
	if exists (select from nonce_epoch) then
		return;
	end if;
	update nonce_keys set retired_at = now() where retired_at is null;
	insert into nonce_keys (key) values (core.random_key());
	insert into nonce_epoch default values;
end $$;
