-- SPDX-License-Identifier: BSD-2-Clause
-- Null, or badCSR for a key that nobody may use any more.
create function core.blocked_csr(_thumbprint text) returns jsonb language plpgsql stable as $$
begin
	if core.blocked_key(_thumbprint) is not null then
		return core.problem('badCSR', 'public key of the CSR is known to be compromised');
	end if;
	return null;
end $$;
