-- SPDX-License-Identifier: BSD-2-Clause
-- Least privilege: a program may execute the functions of its schema, and nothing else.
select no_plan();

create view t.roles as
	select role from unnest(array['chert_web', 'chert_va', 'chert_sign', 'chert_admin']) role;
create view t.functions as
	select p.oid, n.nspname as schema, p.proname as name, p.prosecdef, p.proconfig, p.proacl, p.proowner::regrole::text as owner
	  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
	 where n.nspname in ('acme', 'core', 'web', 'va', 'sign', 'admin');

select is(rolcanlogin, rolname <> 'chert_owner', format('%s: login', rolname)),
       ok(not (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication), format('%s has no attribute of power', rolname))
  from pg_roles where rolname like 'chert\_%';
select is_empty($$ select m.roleid::regrole, m.member::regrole from pg_auth_members m
	where m.roleid::regrole::text like 'chert\_%' or m.member::regrole::text like 'chert\_%' $$, 'the roles are members of nothing');

select is_empty($$
	select role, c.oid::regclass, privilege
	  from t.roles, pg_class c join pg_namespace n on n.oid = c.relnamespace,
	       unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) privilege
	 where nspname = 'acme' and relkind in ('r', 'p', 'v', 'm') and has_table_privilege(role, c.oid, privilege) $$,
	'no role has a privilege on a table');
select is_empty($$
	select role, c.oid::regclass
	  from t.roles, pg_class c join pg_namespace n on n.oid = c.relnamespace
	 where nspname = 'acme' and relkind in ('r', 'p') and has_any_column_privilege(role, c.oid, 'select, insert, update, references') $$,
	'no role has a privilege on a column');
select is_empty($$
	select role, c.oid::regclass from t.roles, pg_class c join pg_namespace n on n.oid = c.relnamespace
	 where nspname = 'acme' and relkind = 'S' and has_sequence_privilege(role, c.oid, 'usage, select, update') $$,
	'no role has a privilege on a sequence');

select set_eq(format($$ select nspname::text from pg_namespace where has_schema_privilege(%L, oid, 'usage')
		and nspname not in ('pg_catalog', 'information_schema') and nspname !~ '^pg_t' $$, role),
	array[replace(role, 'chert_', '')], role || ' sees its schema only')
  from t.roles;
select is_empty(format($$ select nspname from pg_namespace where has_schema_privilege(%L, oid, 'create')
		and nspname !~ '^pg_temp' $$, role),
	role || ' may create nothing')
  from t.roles;
select set_eq(format('select oid from t.functions where has_function_privilege(%L, oid, ''execute'')', role),
	format('select oid from t.functions where schema = %L', replace(role, 'chert_', '')),
	role || ' may execute the functions of its schema only')
  from t.roles;
select ok(count(*) > 3, schema || ' has functions') from t.functions where schema <> 'acme' group by schema;
select is_empty($$ select oid::regprocedure from t.functions
	where proacl is null or exists (select from aclexplode(proacl) where grantee = 0) $$, 'nothing is executable by everybody');
select is_empty($$ select oid::regprocedure from t.functions
	where schema in ('web', 'va', 'sign', 'admin')
	  and (not prosecdef or not 'search_path=acme, core, pg_catalog, pg_temp' = any(coalesce(proconfig, '{}'))) $$,
	'every door is SECURITY DEFINER and pins search_path');
select is_empty($$ select oid::regprocedure from t.functions where prosecdef and schema in ('acme', 'core') $$, 'nothing else is');
select is_empty($$ select oid::regprocedure from t.functions where owner <> 'chert_owner' $$, 'chert_owner owns the functions');
select is_empty($$ select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where nspname in ('acme', 'core') and relowner <> 'chert_owner'::regrole $$, 'chert_owner owns the tables');
select is_empty($$ select role, datname from t.roles, pg_database where datname = current_database()
	and (has_database_privilege(role, oid, 'create') or has_database_privilege(role, oid, 'temp')) $$, 'no role may make schemas or temporary tables');

select is_empty($$ select role, p.oid::regprocedure from t.roles, pg_proc p
	where proname ~ '^pg_(try_)?advisory_(xact_)?lock' and has_function_privilege(role, p.oid, 'execute') $$, 'no role may take a lock that others wait for');

-- A caller has no way into search_path, but any role may change standard_conforming_strings.
select is_empty($$ select oid::regprocedure from t.functions join pg_proc using (oid)
	where regexp_replace(prosrc, 'E''[^'']*''', '', 'g') like E'%\\\\%' $$, 'no function has a text that means something else in another session');

-- The same by trying.
create function t.try_as(_role text, _sql text) returns text language plpgsql as $$
begin
	execute format('set local role %I', _role);
	execute _sql;
	reset role;
	return null;
exception when others then
	return sqlstate;
end $$;
select is(t.try_as('chert_web', 'select * from web.nonce_keys()'), null, 'chert_web calls its own');
select is(t.try_as(role, sql), '42501', format('%s may not: %s', role, sql))
  from (values ('chert_web', 'select * from acme.accounts'), ('chert_web', 'select * from sign.claim(''w'', 1, 1)'),
               ('chert_web', 'select core.uuid7()'), ('chert_va', 'select * from web.nonce_keys()'),
               ('chert_va', 'select * from acme.jobs'), ('chert_sign', 'select * from va.claim(''w'', ''default'', 1, 1)'),
               ('chert_web', 'select pg_advisory_lock(1)'),
               ('chert_web', 'select pg_try_advisory_lock_shared(1)'), ('chert_va', 'select pg_advisory_xact_lock(1, 2)'),
               ('chert_va', 'select lo_from_bytea(0, ''x'')'), ('chert_web', 'select lo_create(0)'),
               ('chert_sign', 'delete from acme.certificates'), ('chert_admin', 'select * from sign.maintain(0, 0)')) v(role, sql);
select * from finish();
