-- SPDX-License-Identifier: BSD-2-Clause
-- The roles of a chert database.  Run once per cluster, by a superuser, connected to chert's database:
--   createdb chert && psql -d chert -v ON_ERROR_STOP=1 -f sql/roles.sql
-- Running it again changes nothing.
--
--   chert_owner  owns every object; nobody logs in as it
--   chert_web    chert-responder: may execute the functions of schema web, nothing else
--   chert_va     chert-validator: schema va
--   chert_sign   chert-signer: schema sign
--   chert_admin  chertctl: schema admin

select format('create role %I %s', role, case role when 'chert_owner' then 'nologin' else 'login' end)
  from unnest(array['chert_owner', 'chert_web', 'chert_va', 'chert_sign', 'chert_admin']) role
 where not exists (select from pg_roles where rolname = role)
\gexec

-- What a runaway call may cost; decisions are made on what others have decided before a lock was had; and every statement
-- of the functions finds its rows by key, so that planning it again for other values is wasted.  Roles that were granted one
-- of these, such as those of validators elsewhere (chertctl perspective), do not inherit settings and get the same.
select format('alter role %I set %s = %L', login, name, value)
  from (values ('chert_web',   'statement_timeout', '15s'), ('chert_va',    'statement_timeout', '15s'),
               ('chert_sign',  'statement_timeout', '60s'), ('chert_admin', 'statement_timeout', '60s'),
               ('chert_web',   'lock_timeout', '10s'),      ('chert_va',    'lock_timeout', '10s'),
               ('chert_sign',  'lock_timeout', '10s'),
               ('chert_web',   'idle_in_transaction_session_timeout', '15s'),
               ('chert_va',    'idle_in_transaction_session_timeout', '15s'),
               ('chert_sign',  'idle_in_transaction_session_timeout', '15s'),
               ('chert_web',   'default_transaction_isolation', 'read committed'),
               ('chert_va',    'default_transaction_isolation', 'read committed'),
               ('chert_sign',  'default_transaction_isolation', 'read committed'),
               ('chert_admin', 'default_transaction_isolation', 'read committed'),
               ('chert_web',   'plan_cache_mode', 'force_generic_plan'),
               ('chert_va',    'plan_cache_mode', 'force_generic_plan'),
               ('chert_sign',  'plan_cache_mode', 'force_generic_plan')) setting(role, name, value)
 cross join lateral (select role as login
                     union
                     select member::regrole::text from pg_auth_members
                      where roleid = role::regrole and member <> 'chert_owner'::regrole) roles
\gexec

select format('alter database %I owner to chert_owner', current_database())
\gexec
select format('revoke all on database %I from public', current_database())
\gexec
select format('grant connect on database %I to chert_web, chert_va, chert_sign, chert_admin', current_database())
\gexec
revoke all on schema public from public;

-- What PostgreSQL lets everybody do in this database though no program needs it: to hold the locks that maintenance and
-- migrations take by number, and to store large objects, which nothing here would ever remove.
select format('revoke execute on function %s from public', oid::regprocedure)
  from pg_proc
 where pronamespace = 'pg_catalog'::regnamespace
   and proname ~ '^(pg_(try_)?advisory_(xact_)?lock|lo_(creat|from_bytea))'
\gexec
grant execute on function pg_advisory_xact_lock(bigint), pg_try_advisory_xact_lock(bigint) to chert_owner;
