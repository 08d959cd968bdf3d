-- SPDX-License-Identifier: BSD-2-Clause
-- Revokes the certificate with that id and exactly that encoding (RFC 8555 7.6): null, or
--   notFound             nothing such was issued
--   unauthorized         _account (null: who has the certificate's key) did not order it and does not hold its names,
--                        or the certificate has expired
--   alreadyRevoked, badRevocationReason
-- An account that only holds the names can know that it, not the other, has them now, and nothing of the key.
-- The key's owner needs no account; the reason is then keyCompromise, since the key is in use beside its purpose, also
-- when the certificate was revoked for another reason, and the key is blocked whatever comes of the revocation.
create function core.revoke(_id uuid, _der bytea, _account uuid, _reason int8, _thumbprint text) returns jsonb
language plpgsql as $$
declare
	_found   certificates;
	_reasons int[] := array[0, 1, 3, 4, 5];
begin
	select * into _found
	  from certificates
	 where account_id = (select account_id from serials where id = _id) and id = _id
	   for update;
	if not found or _found.certificate is distinct from _der then
		return core.problem('notFound', 'no such certificate');
	elsif _account <> _found.account_id and not core.holds_names(_account, _found.names) then
		return core.problem('unauthorized', 'certificate was issued to another account, and this one does not hold '
			'authorizations for all of its names');
	elsif _account <> _found.account_id then
		_reasons := array[0, 5];
	end if;
	if _reason <> all(_reasons) then
		return core.problem('badRevocationReason', format('reason is %s, it must be one of %s', _reason,
			regexp_replace(array_to_string(_reasons, ', '), E', (\\d)$', E' and \\1')));
	elsif _account is null then
		insert into blocked_keys (thumbprint, reason) values (_thumbprint, 'keyCompromise') on conflict do nothing;
	end if;
	if _found.status = 'revoked' and (_account is not null or _found.reason = 1) then
		return core.problem('alreadyRevoked', 'certificate is already revoked');
	elsif _found.not_after <= now() then
		return core.problem('unauthorized', 'certificate has expired');
	end if;
	update certificates
	   set status = 'revoked', revoked_at = coalesce(revoked_at, now()),
	       reason = case when _account is null then 1 else nullif(_reason, 0)::int end
	 where account_id = _found.account_id and id = _id;
	return null;
end $$;
