-- SPDX-License-Identifier: BSD-2-Clause
-- revokeCert signed by the certificate's own key (RFC 8555 7.6), whatever became of the account that ordered it; the key
-- is blocked for everybody from then on.  Problems as in core.revoke.
create function web.certificate_revoke_by_key(_nonce uuid, _nonce_key int, _certificate uuid, _der bytea, _reason int8,
                                              _thumbprint text, out problem jsonb)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	problem := coalesce(core.spend_nonce(_nonce, _nonce_key),
	                    core.revoke(_certificate, _der, null, _reason, _thumbprint));
end $$;
