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

-- What a runaway call may cost.
alter role chert_web   set statement_timeout = '15s';
alter role chert_va    set statement_timeout = '15s';
alter role chert_sign  set statement_timeout = '60s';
alter role chert_admin set statement_timeout = '60s';
alter role chert_web   set lock_timeout = '10s';
alter role chert_va    set lock_timeout = '10s';
alter role chert_web   set idle_in_transaction_session_timeout = '15s';
alter role chert_va    set idle_in_transaction_session_timeout = '15s';
alter role chert_sign  set idle_in_transaction_session_timeout = '15s';

-- Every statement of the functions finds its rows by key: planning it again for other values is wasted.
alter role chert_web  set plan_cache_mode = force_generic_plan;
alter role chert_va   set plan_cache_mode = force_generic_plan;
alter role chert_sign set plan_cache_mode = force_generic_plan;

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
