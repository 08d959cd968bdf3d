-- SPDX-License-Identifier: BSD-2-Clause
-- The hash of that name, an error for any other name.
create function core.digest(_hash text, _message bytea) returns bytea language plpgsql immutable as $$
begin
	case _hash
		when 'sha256' then return sha256(_message);
		when 'sha384' then return sha384(_message);
		when 'sha512' then return sha512(_message);
	end case;
end $$;
