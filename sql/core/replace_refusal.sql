-- SPDX-License-Identifier: BSD-2-Clause
-- Null when an account may order a replacement for a certificate (RFC 9773 5), which is locked then; also when none is
-- asked for (_certificate is null).
--   notFound         there is none by that issuer
--   unauthorized     it was issued to another account
--   malformed        it has none of the identifiers
--   alreadyReplaced  by another order, unless that has become invalid
create function core.replace_refusal(_account uuid, _certificate uuid, _issuer_key bytea, _identifiers jsonb) returns jsonb
language plpgsql as $$
declare
	_owner constant uuid := (select account_id from serials where id = _certificate);
	_found certificates;
begin
	if _certificate is null then
		return null;
	end if;
	select c.* into _found
	  from certificates c
	  join issuers i on i.id = c.issuer_id and i.key_id = _issuer_key
	 where c.account_id = _owner and c.id = _certificate
	   for update of c;
	if not found then
		return core.problem('notFound', 'replaces names no certificate of this server');
	elsif _owner <> _account then
		return core.problem('unauthorized', 'replaces names a certificate of another account');
	elsif not jsonb_path_query_array(_identifiers, '$[*].value') ?| array(select jsonb_array_elements_text(_found.names)) then
		return core.problem('malformed', 'replaces names a certificate with none of the names of this order');
	elsif _found.replaced_by is not null and (core.order_reply(_account, _found.replaced_by)).status
	      is distinct from 'invalid' then
		return core.problem('alreadyReplaced', 'certificate is already replaced by another order');
	end if;
	return null;
end $$;
