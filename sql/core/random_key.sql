-- SPDX-License-Identifier: BSD-2-Clause
-- 32 bytes, 244 bits of them random: gen_random_uuid is what PostgreSQL has without an extension.
create function core.random_key() returns bytea language sql as $$
	select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
$$;
