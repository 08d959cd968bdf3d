-- SPDX-License-Identifier: BSD-2-Clause
-- Ids, tokens, times.
select no_plan();
select matches(core.uuid7()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$', 'uuid7 has version and variant');
select ok(core.uuid7(t) >= core.uuid_at(t) and core.uuid7(t) < core.uuid_at(t + '1 ms'), 'uuid7 carries ' || t)
  from unnest(array[timestamptz '2026-11-21 00:00Z', timestamptz '1970-01-01 00:00Z', timestamptz '9999-12-31 23:59:59.999Z']) t;
select is(('x' || replace(left(core.uuid_at('2026-11-21 12:34:56.789Z')::text, 13), '-', ''))::bit(48)::bigint,
          1795264496789::bigint, 'uuid_at counts milliseconds');
select is(count(distinct core.uuid7('2026-11-21Z')), 1000::bigint, 'ids of one moment differ') from generate_series(1, 1000);
select is(core.base64url(decode('', 'hex')), '', 'base64url of nothing');
select is(core.base64url('\xfb'), '-w', 'base64url has - and no padding');
select is(core.base64url('\xffff'), '__8', 'base64url has _');
select unalike(core.base64url(decode(repeat('00', 200), 'hex')), E'%\n%', 'base64url has no line breaks');
select matches(core.token(), '^[A-Za-z0-9_-]{43}$', 'a token has 43 characters');
select isnt(core.token(), core.token(), 'tokens differ');
set timezone = 'Asia/Kathmandu';
select is(core.wire_time('2026-11-21 12:34:56.789Z'), '2026-11-21T12:34:56Z', 'times are UTC with whole seconds');
select is(core.problem('dns', 'no answer', '{"retryAfter": 5}'), '{"type": "dns", "detail": "no answer", "retryAfter": 5}', 'problem');
select * from finish();
