-- SPDX-License-Identifier: BSD-2-Clause
-- HMAC (RFC 2104), here because PostgreSQL has the hashes but no HMAC without an extension.
create function core.hmac(_hash text, _key bytea, _message bytea) returns bytea language plpgsql immutable as $$
declare
	_block constant int := case _hash when 'sha256' then 64 else 128 end;
	_short constant bytea := case when octet_length(_key) > _block then core.digest(_hash, _key) else _key end;
	_inner bytea := decode(repeat('36', _block), 'hex');
	_outer bytea := decode(repeat('5c', _block), 'hex');
begin
	for i in 0 .. octet_length(_short) - 1 loop
		_inner := set_byte(_inner, i, get_byte(_short, i) # 54);
		_outer := set_byte(_outer, i, get_byte(_short, i) # 92);
	end loop;
	return core.digest(_hash, _outer || core.digest(_hash, _inner || _message));
end $$;
