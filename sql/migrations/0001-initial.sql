-- SPDX-License-Identifier: BSD-2-Clause
-- The tables of chert, all in schema acme, which no program's role can see.
--
-- Ids are UUIDv7: a time and 74 random bits.  Large tables are partitioned by id, that is by time, so that retention
-- drops partitions.  Per-account tables have the key (account_id, id) and are only ever reached through it (the two
-- exceptions carry an index and say why), so that they can be spread over hosts by account; look-ups that cross accounts
-- have tables of their own: account_keys, serials, nonces, jobs.
-- There are no foreign keys between partitioned tables: the functions are the only writers, and keep order.

create schema acme;

-- One row: the number of the newest migration that was applied.
create table acme.schema_version (
	version int not null
);
insert into acme.schema_version values (0);

-- ---------------------------------------------------------------------------------------------------------------------
-- Status edges: the state machines of RFC 8555 7.1.6.  Any other change of a status fails, whoever tries it.

create table acme.status_edges (
	object text not null,
	source text not null,
	target text not null,
	primary key (object, source, target)
);
insert into acme.status_edges values
	('accounts',       'valid',      'deactivated'),
	('accounts',       'valid',      'revoked'),
	('orders',         'pending',    'ready'),
	('orders',         'pending',    'invalid'),
	('orders',         'ready',      'processing'),
	('orders',         'ready',      'invalid'),
	('orders',         'processing', 'valid'),
	('orders',         'processing', 'invalid'),
	('authorizations', 'pending',    'valid'),
	('authorizations', 'pending',    'invalid'),
	('authorizations', 'pending',    'deactivated'),
	('authorizations', 'pending',    'expired'),
	('authorizations', 'valid',      'deactivated'),
	('authorizations', 'valid',      'expired'),
	('authorizations', 'valid',      'revoked'),
	('challenges',     'pending',    'processing'),
	('challenges',     'processing', 'valid'),
	('challenges',     'processing', 'invalid'),
	('certificates',   'valid',      'revoked');

-- Argument: the object's name in status_edges (a partition's own name says nothing).
create function acme.check_status_edge() returns trigger
language plpgsql as $$
begin
	if not exists (select from acme.status_edges
	                where object = tg_argv[0] and source = old.status and target = new.status) then
		raise exception '% may not go from % to %', tg_argv[0], old.status, new.status
			using errcode = 'check_violation';
	end if;
	return new;
end $$;

-- ---------------------------------------------------------------------------------------------------------------------
-- Accounts

create table acme.accounts (
	account_id     uuid primary key,
	status         text not null default 'valid' check (status in ('valid', 'deactivated', 'revoked')),
	jwk            text not null               -- RFC 7638 canonical form
	               check (octet_length(jwk) < 10000),
	key_thumbprint text not null,              -- base64url
	key_version    int not null default 1,
	contact        jsonb not null default '[]'
	               check (jsonb_typeof(contact) = 'array' and pg_column_size(contact) < 10000),
	terms_agreed   boolean not null default false,
	created_at     timestamptz not null default now()
);
create trigger status_edge before update of status on acme.accounts for each row
	when (old.status is distinct from new.status) execute function acme.check_status_edge('accounts');

-- Global look-up: which account has this key.  Deactivated accounts keep their row, so a key never comes back.
create table acme.account_keys (
	thumbprint text primary key,
	account_id uuid not null
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Orders, authorizations, challenges

create table acme.orders (
	account_id     uuid not null,
	id             uuid not null,
	status         text not null default 'pending'
	               check (status in ('pending', 'ready', 'processing', 'valid', 'invalid')),
	profile        text not null check (length(profile) <= 100),
	identifiers    jsonb not null,             -- [{"type","value"}], as asked for
	not_before     timestamptz                 -- as asked for, null: the profile decides
	               check (isfinite(not_before)),
	not_after      timestamptz check (isfinite(not_after)),
	expires_at     timestamptz not null,
	public_key     bytea                       -- SubjectPublicKeyInfo from the CSR, since finalize
	               check (octet_length(public_key) < 10000),
	certificate_id uuid,
	error          jsonb,                      -- {"type", "detail", …}, names as in problem.def
	created_at     timestamptz not null default now(),
	primary key (account_id, id)
) partition by range (id);
-- For the operator's lists, and for an order of which only the id is known.
create index on acme.orders (id);
create trigger status_edge before update of status on acme.orders for each row
	when (old.status is distinct from new.status) execute function acme.check_status_edge('orders');

create table acme.authorizations (
	account_id       uuid not null,
	id               uuid not null,
	status           text not null default 'pending'
	                 check (status in ('pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked')),
	identifier_type  text not null,
	identifier       text not null,            -- without "*."
	wildcard         boolean not null,
	expires_at       timestamptz not null,
	valid_for        interval not null,        -- lifetime once valid, from the profile of the order
	validated_at     timestamptz,
	created_at       timestamptz not null default now(),
	primary key (account_id, id)
) partition by range (id);
create trigger status_edge before update of status on acme.authorizations for each row
	when (old.status is distinct from new.status) execute function acme.check_status_edge('authorizations');

create table acme.order_authorizations (
	account_id       uuid not null,
	order_id         uuid not null,
	authorization_id uuid not null,
	position         int not null,
	primary key (account_id, order_id, authorization_id)
) partition by range (order_id);
-- From an authorization to its orders, when its status changes.
create index on acme.order_authorizations (account_id, authorization_id);

create table acme.challenges (
	account_id        uuid not null,
	authorization_id  uuid not null,
	type              text not null,
	position          int not null,
	status            text not null default 'pending'
	                  check (status in ('pending', 'processing', 'valid', 'invalid')),
	token             text not null,
	key_authorization text,                    -- since the response; the thumbprint of that moment (RFC 8555 8.3)
	validated_at      timestamptz,
	error             jsonb check (pg_column_size(error) < 300000),
	record            jsonb                    -- what the validator saw
	                  check (pg_column_size(record) < 300000),
	primary key (account_id, authorization_id, type)
) partition by range (authorization_id);
create trigger status_edge before update of status on acme.challenges for each row
	when (old.status is distinct from new.status) execute function acme.check_status_edge('challenges');

-- ---------------------------------------------------------------------------------------------------------------------
-- Issuers, serials, certificates

create table acme.issuers (
	id          int generated always as identity primary key,
	name        text not null,
	certificate bytea not null unique,
	chain       text not null,                 -- PEM: the issuer, then what is above it but for the root
	created_at  timestamptz not null default now()
);

-- Global look-up by serial number (which is the id), and the journal of what is about to be signed.
create table acme.serials (
	id         uuid primary key,
	account_id uuid not null,
	order_id   uuid not null,
	issuer_id  int not null,
	not_before timestamptz not null,
	not_after  timestamptz not null,
	tbs        bytea not null                  -- TBSCertificate: a signer that dies is followed by one that signs this again
) partition by range (id);

create table acme.certificates (
	account_id  uuid not null,
	id          uuid not null,
	order_id    uuid not null,
	issuer_id   int not null,
	profile     text not null,
	status      text not null default 'valid' check (status in ('valid', 'revoked')),
	names       jsonb not null,                -- ["a.example", …]
	not_before  timestamptz not null,
	not_after   timestamptz not null,
	certificate bytea not null,
	revoked_at  timestamptz,
	reason      int,
	created_at  timestamptz not null default now(),
	primary key (account_id, id)
) partition by range (id);
create trigger status_edge before update of status on acme.certificates for each row
	when (old.status is distinct from new.status) execute function acme.check_status_edge('certificates');

-- ---------------------------------------------------------------------------------------------------------------------
-- Jobs: claimed by pushing run_after past the lease; attempts is the fencing token of who holds it.

create table acme.jobs (
	id          uuid primary key,
	kind        text not null check (kind in ('validate', 'issue')),
	perspective text not null default '',
	account_id  uuid not null,
	object_id   uuid not null,                 -- authorization or order
	type        text,                          -- challenge type
	serial_id   uuid,                          -- reserved by an earlier attempt
	attempts    int not null default 0,
	worker      text,
	run_after   timestamptz not null default now()
) with (fillfactor = 70);
create index on acme.jobs (kind, perspective, run_after);

-- What runs: one row per daemon, refreshed with its hello.
create table acme.daemons (
	worker       text primary key,             -- host/pid
	kind         text not null check (kind in ('validator', 'signer')),
	perspective  text not null default '',
	version      text not null,
	assume_valid boolean not null default false,
	started_at   timestamptz not null default now(),
	seen_at      timestamptz not null default now()
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Nonces (architecture 3).  Spent ids live in an unlogged table.  nonce_epoch is unlogged too: after a crash or on a
-- promoted standby it is empty, whoever finds it so retires every key there is, and with the keys every nonce that could
-- be replayed.

create table acme.nonce_keys (
	id          int generated always as identity primary key,
	key         bytea not null check (octet_length(key) = 32),
	active_from timestamptz not null default now(),
	retired_at  timestamptz
);

create unlogged table acme.nonce_epoch (
	only_row boolean primary key default true check (only_row),
	since    timestamptz not null default now()
);

create table acme.nonces (
	id uuid primary key
) partition by range (id);

-- ---------------------------------------------------------------------------------------------------------------------
-- Partitions: what to make ahead and what to drop.  keep is null where a retention is given by the caller of maintain.

create table acme.partitioned (
	parent     text primary key,
	period     text not null check (period in ('month', 'hour')),
	ahead      interval not null,
	keep       text not null check (keep in ('orders', 'certificates', 'nonces')),
	fillfactor int not null                    -- room for the changes of status, in the same page
);
insert into acme.partitioned values
	('orders',               'month', '3 months', 'orders',        70),
	('authorizations',       'month', '3 months', 'orders',        70),
	('order_authorizations', 'month', '3 months', 'orders',       100),
	('challenges',           'month', '3 months', 'orders',        70),
	('serials',              'month', '3 months', 'certificates', 100),
	('certificates',         'month', '3 months', 'certificates', 100),
	('nonces',               'hour',  '3 days',   'nonces',       100);
