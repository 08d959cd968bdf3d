-- SPDX-License-Identifier: BSD-2-Clause
-- Whether an account holds valid, unexpired authorizations for all names of a certificate (RFC 8555 7.6).
create function core.holds_names(_account uuid, _names jsonb) returns boolean language sql stable as $$
	select coalesce(_names <@ jsonb_agg(core.domain_name(identifier, wildcard)), false)
	  from authorizations
	 where account_id = _account and status = 'valid' and expires_at > now();
$$;
