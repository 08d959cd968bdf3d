-- SPDX-License-Identifier: BSD-2-Clause
-- Whether an authorization is no longer shown.
create function core.authorization_gone(_status text, _expires_at timestamptz) returns boolean language sql stable as $$
	select _status = 'expired' or _status in ('pending', 'valid') and _expires_at <= now();
$$;
