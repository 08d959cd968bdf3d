-- SPDX-License-Identifier: BSD-2-Clause
-- The trigger lets exactly the edges of status_edges pass.
select no_plan();
select t.account('k') as a \gset
select t.order(:'a', 'a.test') as o \gset
select t.certificate(:'a', 'b.test') as c \gset
select admin.eab_create('e', decode(repeat('00', 32), 'hex'), '', false, null, null, null, null) \g /dev/null

-- Sets a row to `source` behind the trigger's back, then tries to go to `target`.
create function t.edge(_object text, _where text, _source text, _target text) returns text language plpgsql as $$
begin
	set local session_replication_role = replica;
	execute format('update acme.%I set status = %L where %s', _object, _source, _where);
	set local session_replication_role = origin;
	execute format('update acme.%I set status = %L where %s', _object, _target, _where);
	return null;
exception when others then
	set local session_replication_role = origin;
	return sqlstate || ' ' || sqlerrm;
end $$;

create table t.states as
	select c.conrelid::regclass::text as object, m[1] as status
	  from pg_constraint c, lateral regexp_matches(pg_get_constraintdef(c.oid), '''(\w+)''::text', 'g') m
	 where c.contype = 'c' and c.conname like '%status_check' and c.conrelid in (select relid from
	       (values ('acme.accounts'::regclass), ('acme.orders'), ('acme.authorizations'), ('acme.challenges'), ('acme.certificates'), ('acme.eab_keys')) r(relid));
update t.states set object = replace(object, 'acme.', '');
select is((select count(*) from t.states), 3::bigint + 5 + 6 + 4 + 2 + 2, 'every status is known');
select is_empty('select object, source from acme.status_edges except select * from t.states', 'edges begin at a status');
select is_empty('select object, target from acme.status_edges except select * from t.states', 'edges end at a status');

select is(t.edge(s.object, w, s.status, g.status),
          case when e.object is null then format('23514 %s may not go from %s to %s', s.object, s.status, g.status) end,
          format('%s: %s to %s is %s', s.object, s.status, g.status, case when e.object is null then 'refused' else 'possible' end))
  from t.states s
  join t.states g on g.object = s.object and g.status <> s.status
  join (values ('accounts', format('account_id = %L', :'a')), ('orders', format('id = %L', :'o')),
               ('authorizations', format('id = %L', t.authz(:'a', :'o'))),
               ('challenges', format('authorization_id = %L and type = ''dns-01''', t.authz(:'a', :'o'))),
               ('certificates', format('id = %L', :'c')), ('eab_keys', 'kid = ''e''')) v(object, w) on v.object = s.object
  left join acme.status_edges e on e.object = s.object and e.source = s.status and e.target = g.status;
select * from finish();
