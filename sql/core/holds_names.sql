-- SPDX-License-Identifier: BSD-2-Clause
-- Whether an account holds valid, unexpired authorizations for all names of a certificate (RFC 8555 7.6).
create function core.holds_names(_account uuid, _names jsonb) returns boolean language sql stable as $$
	select count(*) > 0 and bool_and(exists (
	       select from core.authorizations_for(_account, regexp_replace(name, '^[*][.]', '')) a
	        where a.status = 'valid' and a.expires_at > now() and core.covers(a, name)))
	  from jsonb_array_elements_text(_names) name;
$$;
