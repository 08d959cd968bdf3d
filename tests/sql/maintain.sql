-- SPDX-License-Identifier: BSD-2-Clause
-- Partitions come and go with the clock.
set search_path = acme, core, public; -- as in the doors
select no_plan();
create function t.names(_parent text) returns text[] language sql as $$
	select array_agg(substr(name, length(_parent) + 2) order by name) from core.partitions() where parent = _parent;
$$;
create function t.at(_at timestamptz) returns text language sql as $$
	select made || ' ' || dropped from core.maintain(_at, interval '90 days', interval '1 year');
$$;
select is((select count(distinct parent) from core.partitions()), (select count(*) from partitioned), 'every table has partitions');
select is(core.make_partitions(now()), 0, 'nothing is lacking');
select is((select row(ran, made, dropped)::text from sign.maintain(7776000, 31536000)), '(t,0,0)', 'sign.maintain');

-- No retention, however it is said, takes a certificate that has not expired.
select core.make_partitions(now() - interval '6 months') \g /dev/null
insert into acme.certificates (account_id, id, order_id, issuer_id, profile, names, not_before, not_after, certificate)
values (core.uuid7(), core.uuid7(now() - interval '6 months'), core.uuid7(), 1, 'default', '[]', now(), now() + interval '1 day', 'der');
select sign.maintain(keep, keep) from unnest(array[null, 0, -100000000000]) keep \g /dev/null
select is((select count(*) from acme.certificates), 1::bigint, 'one that is valid stays');

-- From scratch, in a time zone with another day, at the end of a month.
select format('drop table acme.%I', name) from core.partitions() \gexec
set timezone = 'Pacific/Kiritimati';
select t.at('2030-01-31 23:59:59Z') \g /dev/null
select is(t.names('orders'), array['202912', '203001', '203002', '203003', '203004'], 'months ahead');
select is(array_length(t.names('nonces'), 1), 1 + 72 + 1, 'hours ahead');
select is((t.names('nonces'))[1], '2030013122', 'from the hour before');
select is((select row(starts, ends)::text from core.partitions() where name = 'orders_203002'),
          row('2030-02-01Z'::timestamptz, '2030-03-01Z'::timestamptz)::text, 'bounds are UTC');
select is((select pg_get_expr(relpartbound, oid) from pg_class where relname = 'orders_203002'),
          format('FOR VALUES FROM (%L) TO (%L)', core.uuid_at('2030-02-01Z'), core.uuid_at('2030-03-01Z')), 'in the table too');
select set_eq($$ select relpersistence from pg_class c join core.partitions() p on p.name = c.relname and p.parent = 'nonces' $$, array['u']::"char"[], 'nonces are unlogged');
select set_eq($$ select reloptions::text from pg_class c join core.partitions() p on p.name = c.relname and p.parent in ('orders', 'authorizations', 'challenges', 'validations') $$,
          array['{fillfactor=70}'], 'what is updated has room for it');
select ok(bool_and((select count(*) from pg_index where indrelid = name::regclass) = (select count(*) from pg_index where indrelid = parent::regclass)),
          'partitions have the indexes of their table') from core.partitions();
select ok(bool_and(exists (select from pg_trigger where tgrelid = name::regclass and tgname = 'status_edge')), 'and the trigger')
  from core.partitions() where parent in ('orders', 'authorizations', 'challenges', 'certificates');
select is(t.at('2030-01-31 23:59:59Z'), '0 0', 'again: nothing');
reset timezone;

-- A year, month by month; one order, one authorization and one certificate that must outlive their time.
create function t.put_order(_at timestamptz, _status text, _expires timestamptz) returns uuid language sql as $$
	insert into acme.orders (account_id, id, status, profile, identifiers, expires_at, quorum)
	values (core.uuid7(), core.uuid7(_at), _status, 'default', '[]', _expires, t.quorum()) returning id;
$$;
select t.put_order('2030-01-10Z', 'valid', '2030-01-11Z') as gone, t.put_order('2030-02-10Z', 'processing', '2030-09-15Z') as stays \gset
insert into acme.authorizations (account_id, id, status, identifier_type, identifier, wildcard, expires_at, valid_for, quorum)
values (core.uuid7(), core.uuid7('2030-03-10Z'), 'valid', 'dns', 'a.test', false, '2030-10-15Z', '1 day', t.quorum());
insert into acme.certificates (account_id, id, order_id, issuer_id, profile, names, not_before, not_after, certificate)
select core.uuid7(), core.uuid7(at), core.uuid7(), 1, 'default', '[]', at, till, 'der'
  from (values (timestamptz '2030-01-10Z', timestamptz '2030-04-10Z'), ('2030-02-10Z', '2031-04-10Z')) v(at, till);
select is(made > 0, true, format('%s: partitions are made', at)),
       ok((t.names('orders'))[array_length(t.names('orders'), 1)] = to_char(at + interval '3 months', 'YYYYMM'), 'three months ahead')
  from generate_series(timestamp '2030-02-15', '2031-01-15', '1 month') at, lateral core.maintain(at at time zone 'UTC', '90 days', '1 year');
select is(t.names('orders'), array['203010', '203011', '203012', '203101', '203102', '203103', '203104'], 'orders of the last months');
select is(t.names(p), t.names('orders'), 'and so ' || p) from unnest(array['authorizations', 'order_authorizations', 'challenges', 'validations']) p;
select is((t.names('certificates'))[1:3], array['203001', '203002', '203003'], 'certificates stay until they have been expired for a year');
select cmp_ok(array_length(t.names('nonces'), 1), '<=', 26 + 73, 'nonces of a day and those ahead');

-- What is still good for something was not dropped before its time.
select format('drop table acme.%I', name) from core.partitions() \gexec
select t.at('2030-02-01Z') \g /dev/null
select t.put_order('2030-02-10Z', 'processing', '2030-09-15Z') \g /dev/null
insert into acme.authorizations (account_id, id, status, identifier_type, identifier, wildcard, expires_at, valid_for, quorum)
values (core.uuid7(), core.uuid7('2030-03-10Z'), 'valid', 'dns', 'a.test', false, '2030-10-15Z', '1 day', t.quorum());
select t.at('2030-08-15Z') \g /dev/null
select is((t.names('orders'))[1:2], array['203002', '203003'], 'an order that has not expired keeps its month');
select is((t.names('challenges'))[1:2], array['203002', '203003'], 'in all tables');
select t.at('2030-10-01Z') \g /dev/null
select is((t.names('orders'))[1], '203003', 'an authorization too');
select t.at('2030-11-01Z') \g /dev/null
select is((t.names('orders'))[1], '203008', 'until it has expired');
insert into acme.certificates (account_id, id, order_id, issuer_id, profile, names, not_before, not_after, certificate)
values (core.uuid7(), core.uuid7('2030-11-10Z'), core.uuid7(), 1, 'default', '[]', '2030-11-10Z', '2031-02-10Z', 'der');
select t.at('2032-02-09Z') \g /dev/null
select is((t.names('certificates'))[1], '203011', 'a certificate that expired less than a year ago');
select t.at('2032-02-11Z') \g /dev/null
select is((t.names('certificates'))[1], '203102', 'is gone after a year');
select t.at('2032-02-11Z') \g /dev/null

-- Retention of nothing keeps the period that is made anew all the time.
select is((select dropped > 0 from core.maintain('2032-02-11Z', '0', '0')), true, 'no retention');
select is((select made + dropped from core.maintain('2032-02-11Z', '0', '0')), 0, 'and nothing comes back');

insert into daemons (worker, kind, version, seen_at) values ('old', 'signer', '1', '2032-02-01Z'), ('new', 'signer', '1', '2032-02-10Z');
select t.at('2032-02-11Z') \g /dev/null
select is((select array_agg(worker) from daemons), array['new'], 'daemons are forgotten after a week');
select * from finish();
