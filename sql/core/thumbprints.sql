-- SPDX-License-Identifier: BSD-2-Clause
-- Thumbprints of the keys that an account has had, as array: the present one, then the others, newest first, of which
-- validators take a hundred in all.
create function core.thumbprints(_account uuid) returns jsonb language sql stable as $$
	select jsonb_build_array(a.key_thumbprint) || coalesce((
		       select jsonb_agg(r.thumbprint order by r.retired_at desc)
		         from (select * from account_keys_retired
		                where account_id = _account and thumbprint <> a.key_thumbprint
		                order by retired_at desc
		                limit 99) r), '[]')
	  from accounts a
	 where a.account_id = _account;
$$;
