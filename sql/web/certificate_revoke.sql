-- SPDX-License-Identifier: BSD-2-Clause
-- revokeCert signed by an account (RFC 8555 7.6): the one that ordered the certificate, or one that holds
-- authorizations for all of its names.  Problems as in core.revoke.
create function web.certificate_revoke(_account uuid, _key_version int, _nonce uuid, _nonce_key int,
                                       _certificate uuid, _der bytea, _reason int8, out problem jsonb)
language plpgsql
security definer set search_path = acme, core, pg_catalog, pg_temp as $$
begin
	problem := coalesce(core.authenticate(_account, _key_version, _nonce, _nonce_key, true),
	                    core.revoke(_certificate, _der, _account, _reason, null));
end $$;
