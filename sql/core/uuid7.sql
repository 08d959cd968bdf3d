-- SPDX-License-Identifier: BSD-2-Clause
-- A new id: UUIDv7, the time in milliseconds and 74 random bits.
create function core.uuid7(_at timestamptz default clock_timestamp()) returns uuid language plpgsql as $$
declare
	_id constant bytea := overlay(uuid_send(gen_random_uuid())
		placing substring(int8send(floor(extract(epoch from _at) * 1000)::bigint) from 3) from 1);
begin
	return encode(set_byte(_id, 6, get_byte(_id, 6) & 15 | 112), 'hex')::uuid;
end $$;
