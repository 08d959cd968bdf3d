-- SPDX-License-Identifier: BSD-2-Clause
-- Brings a chert database, empty or older, to the version of these files:
--   psql -d chert -v ON_ERROR_STOP=1 -f sql/migrate.sql
-- as a superuser or a member of chert_owner, after sql/roles.sql.  One transaction: when anything fails, everything is
-- as it was.  Running it again makes the functions anew and changes nothing else; two at once run one after the other.
-- Programs may stay connected: a call that is under way just when this commits may fail, the next one will not.
\set ON_ERROR_STOP on

begin isolation level read committed;
set local role chert_owner;
set local client_min_messages = warning;
set local search_path = acme, core, pg_catalog, pg_temp;
-- core.maintenance_lock(), which need not exist yet
select pg_advisory_xact_lock(hashtextextended('chert maintenance', 0)) \g /dev/null

select to_regclass('acme.schema_version') is not null as installed \gset
\set old 0
\if :installed
	select version as old from acme.schema_version \gset
\endif

-- Migrations: tables and data, in sequence, each once.
\set new 3
select :old > :new as newer \gset
\if :newer
	\warn schema version is :old, these files know versions up to :new only: use those of a newer chert
	do $$ begin raise exception 'the database is newer than these files'; end $$;
\endif
select :old < 1 as wanted \gset
\if :wanted
	\ir migrations/0001-initial.sql
\endif
select :old < 2 as wanted \gset
\if :wanted
	\ir migrations/0002-protocol.sql
\endif
select :old < 3 as wanted \gset
\if :wanted
	\ir migrations/0003-validation.sql
\endif
update acme.schema_version set version = :new where version <> :new;

-- Functions: all of them, every time.
drop schema if exists web, va, sign, admin, core cascade;
create schema core;
create schema web;
create schema va;
create schema sign;
create schema admin;

\ir core/base64url.sql
\ir core/uuid_at.sql
\ir core/uuid7.sql
\ir core/random_key.sql
\ir core/token.sql
\ir core/problem.sql
\ir core/problem_types.sql
\ir core/is_problem.sql
\ir core/check_outcome.sql
\ir core/wire_time.sql
\ir core/age.sql
\ir core/domain_name.sql
\ir core/suffixes.sql
\ir core/covers.sql
\ir core/digest.sql
\ir core/hmac.sql
\ir core/retry_after.sql
\ir core/is_dns_name.sql
\ir core/is_address.sql
\ir core/is_identifier.sql
\ir core/challenge_types.sql
\ir core/challenge_fits.sql
\ir core/many_names.sql
\ir core/check_quorum.sql
\ir core/check_wanted.sql
\ir core/check_order.sql
\ir core/max_attempts.sql
\ir core/check_claim.sql
\ir core/check_speaker.sql
\ir core/region_of.sql
\ir core/region_key.sql
\ir core/maintenance_lock.sql
\ir core/order_expired.sql
\ir core/authorization_gone.sql
\ir core/authorization_usable.sql
\ir core/authorizations_of.sql
\ir core/caa_methods.sql
\ir core/thumbprints.sql
\ir core/validation.sql
\ir core/renew_nonce_epoch.sql
\ir core/spend_nonce.sql
\ir core/authenticate.sql
\ir core/terms_refusal.sql
\ir core/blocked_key.sql
\ir core/blocked_csr.sql
\ir core/eab_status.sql
\ir core/eab_verify.sql
\ir core/eab_refusal.sql
\ir core/eab_count_order.sql
\ir core/check_key.sql
\ir core/account_reply.sql
\ir core/order_reply.sql
\ir core/primary_seen.sql
\ir core/authorization_reply.sql
\ir core/challenge_reply.sql
\ir core/orders_of.sql
\ir core/authorizations_for.sql
\ir core/lock_authorization.sql
\ir core/lock_validation.sql
\ir core/fail_orders_of.sql
\ir core/end_challenges.sql
\ir core/fail_authorization.sql
\ir core/pass_authorization.sql
\ir core/queue_validation.sql
\ir core/under_way.sql
\ir core/queue_issuance.sql
\ir core/hasten.sql
\ir core/votes.sql
\ir core/disagreement.sql
\ir core/verdict.sql
\ir core/note_outcome.sql
\ir core/fail_caa.sql
\ir core/ask_again.sql
\ir core/fresh_verdict.sql
\ir core/conclude_caa.sql
\ir core/conclude_challenge.sql
\ir core/conclude.sql
\ir core/decision.sql
\ir core/deactivate_account.sql
\ir core/add_authorization.sql
\ir core/offers.sql
\ir core/may_share.sql
\ir core/find_authorization.sql
\ir core/preauthorized.sql
\ir core/authorize_order.sql
\ir core/open_order.sql
\ir core/replace_refusal.sql
\ir core/order_not_ready.sql
\ir core/csr_mismatch.sql
\ir core/order_unauthorized.sql
\ir core/holds_names.sql
\ir core/revoke.sql
\ir core/is_hopeless.sql
\ir core/give_up_reason.sql
\ir core/give_up_on.sql
\ir core/give_up.sql
\ir core/authorized.sql
\ir core/issuance.sql
\ir core/fail_issuance.sql
\ir core/caa_due.sql
\ir core/check_caa_again.sql
\ir core/agreed.sql
\ir core/evidence.sql
\ir core/store_certificate.sql
\ir core/hello.sql
\ir core/validations_of.sql
\ir core/authorization_detail.sql
\ir core/ring.sql
\ir core/partition_format.sql
\ir core/partitions.sql
\ir core/period_in_use.sql
\ir core/make_partitions.sql
\ir core/drop_partitions.sql
\ir core/rotate_nonce_keys.sql
\ir core/queue_lost.sql
\ir core/maintain.sql

\ir web/schema_version.sql
\ir web/nonce_keys.sql
\ir web/nonce_spend.sql
\ir web/ring.sql
\ir web/account_key.sql
\ir web/account_new.sql
\ir web/account_get.sql
\ir web/account_update.sql
\ir web/account_key_change.sql
\ir web/account_orders.sql
\ir web/account_agree.sql
\ir web/order_new.sql
\ir web/order_get.sql
\ir web/order_poll.sql
\ir web/order_finalize.sql
\ir web/authorization_new.sql
\ir web/authorization_get.sql
\ir web/authorization_deactivate.sql
\ir web/challenge_get.sql
\ir web/challenge_respond.sql
\ir web/certificate_get.sql
\ir web/certificate_renewal.sql
\ir web/certificate_revoke.sql
\ir web/certificate_revoke_by_key.sql

\ir va/schema_version.sql
\ir va/hello.sql
\ir va/give_up.sql
\ir va/claim.sql
\ir va/finish.sql
\ir va/retry.sql
\ir va/ring.sql

\ir sign/schema_version.sql
\ir sign/hello.sql
\ir sign/give_up.sql
\ir sign/issuer_put.sql
\ir sign/claim.sql
\ir sign/reserve.sql
\ir sign/finish.sql
\ir sign/fail.sql
\ir sign/maintain.sql

\ir admin/schema_version.sql
\ir admin/account_list.sql
\ir admin/account_show.sql
\ir admin/account_agree.sql
\ir admin/order_list.sql
\ir admin/order_show.sql
\ir admin/cert_list.sql
\ir admin/cert_show.sql
\ir admin/eab_create.sql
\ir admin/eab_list.sql
\ir admin/eab_show.sql
\ir admin/eab_revoke.sql
\ir admin/eab_delete.sql
\ir admin/perspective_add.sql
\ir admin/perspective_list.sql
\ir admin/perspective_delete.sql
\ir admin/status.sql

-- Each program may execute the functions of its schema, and nothing else.
revoke all on all functions in schema acme, core, web, va, sign, admin from public;
grant usage on schema web to chert_web;
grant execute on all functions in schema web to chert_web;
grant usage on schema va to chert_va;
grant execute on all functions in schema va to chert_va;
grant usage on schema sign to chert_sign;
grant execute on all functions in schema sign to chert_sign;
grant usage on schema admin to chert_admin;
grant execute on all functions in schema admin to chert_admin;

-- The first partitions and the first nonce key; nothing is old enough to be dropped here.
select core.make_partitions(now()), core.renew_nonce_epoch() \g /dev/null
commit;
\echo schema version: :old -> :new
