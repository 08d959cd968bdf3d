-- SPDX-License-Identifier: BSD-2-Clause
-- What a key for external account binding is good for: valid is one that an account may be bound with now.
create function core.eab_status(_key eab_keys) returns text language sql stable as $$
	select case when (_key).status <> 'valid' then (_key).status
	            when (_key).expires_at <= now() then 'expired'
	            when (_key).single_use and (_key).used_at is not null then 'used'
	            else 'valid' end;
$$;
