-- SPDX-License-Identifier: BSD-2-Clause
-- Null when an account has agreed to the terms in force (null: there are none), else userActionRequired (RFC 8555 7.3.3).
create function core.terms_refusal(_account uuid, _terms text) returns jsonb language plpgsql stable as $$
begin
	if (select terms is distinct from _terms from accounts where account_id = _account) and _terms is not null then
		return core.problem('userActionRequired', 'terms of service must be agreed to');
	end if;
	return null;
end $$;
