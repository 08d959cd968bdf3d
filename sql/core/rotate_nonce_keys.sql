-- SPDX-License-Identifier: BSD-2-Clause
-- A new key every day, known for ten minutes before it is used, so that every worker has it by then; keys go when no
-- nonce of theirs can be alive (nonces live a day at most).
create function core.rotate_nonce_keys(_at timestamptz) returns void language plpgsql as $$
begin
	if not exists (select from nonce_keys where retired_at is null and active_from > _at - interval '1 day') then
		insert into nonce_keys (key, active_from) values (core.random_key(), _at + interval '10 minutes');
	end if;
	delete from nonce_keys k
	 where active_from < _at - interval '3 days'
	   and exists (select from nonce_keys n where n.active_from > k.active_from and n.active_from <= _at);
end $$;
