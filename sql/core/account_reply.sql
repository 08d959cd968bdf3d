-- SPDX-License-Identifier: BSD-2-Clause
-- An account as the web calls return it (RFC 8555 7.1.2).
create type core.account_reply as (
	problem      jsonb,
	account      uuid,
	status       text,
	contact      jsonb,
	terms_agreed boolean,
	created_at   timestamptz
);

create function core.account_reply(_account uuid) returns core.account_reply language sql stable as $$
	select null::jsonb, account_id, status, contact, terms is not null, created_at
	  from accounts
	 where account_id = _account;
$$;
