-- SPDX-License-Identifier: BSD-2-Clause
-- The types of challenges there are and what each can prove: the table of src/acme/challenge.c, and how long at most
-- success may be relied upon (Baseline Requirements 3.2.2.4.22), null: for as long as the profile says.
create function core.challenge_types()
returns table (type text, dns boolean, ip boolean, many_names boolean, token boolean, longest_reuse interval)
language sql immutable parallel safe rows 5 as $$
	values ('http-01',        true, true,  false, true,  null::interval),
	       ('dns-01',         true, false, true,  true,  null),
	       ('tls-alpn-01',    true, true,  false, true,  null),
	       ('dns-account-01', true, false, true,  true,  null),
	       ('dns-persist-01', true, false, true,  false, '10 days');
$$;
