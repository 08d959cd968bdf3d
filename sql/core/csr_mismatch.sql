-- SPDX-License-Identifier: BSD-2-Clause
-- Null when the names of a CSR are those of an order and its key is no account's (RFC 8555 7.4, 11.1) and not blocked,
-- else badCSR.
create function core.csr_mismatch(_identifiers jsonb, _names jsonb, _thumbprint text) returns jsonb
language plpgsql stable as $$
declare
	_ordered constant jsonb := jsonb_path_query_array(_identifiers, '$[*].value');
	_lacking constant text := (select min(name) from jsonb_array_elements_text(_ordered) name where not _names ? name);
	_surplus constant text := (select min(name) from jsonb_array_elements_text(_names) name where not _ordered ? name);
begin
	if _lacking is not null or _surplus is not null then
		return core.problem('badCSR', concat('names of the CSR differ from those of the order: ',
			concat_ws(', and ', _lacking || ' is missing', _surplus || ' was not ordered')));
	elsif exists (select from account_keys where thumbprint = _thumbprint) then
		return core.problem('badCSR', 'public key of the CSR is an account key');
	end if;
	return core.blocked_csr(_thumbprint);
end $$;
