-- SPDX-License-Identifier: BSD-2-Clause
-- What the perspectives have decided about a validation: valid or invalid, null while it is open.
create function core.decision(_account uuid, _object uuid, _type text) returns text language plpgsql stable as $$
begin
	if _type = 'caa' then
		return (select case when caa_checked_at is not null then 'valid' when status = 'invalid' then 'invalid' end
		          from orders where account_id = _account and id = _object);
	end if;
	return (select nullif(status, 'processing')
	          from challenges where account_id = _account and authorization_id = _object and type = _type);
end $$;
