-- SPDX-License-Identifier: BSD-2-Clause
-- What the rest of RFC 8555, RFC 9444 and RFC 9773 need: terms by version, external account binding, blocked keys,
-- authorizations for subdomains and their reuse, replaced certificates, alternate chains.

-- Accounts: the version of the terms that was agreed to, and the key that vouched for the account.
alter table acme.accounts add terms text check (length(terms) <= 500);
update acme.accounts set terms = '' where terms_agreed; -- to a version that nobody named
alter table acme.accounts drop terms_agreed;
alter table acme.accounts add eab_kid text;

-- External account binding (RFC 8555 7.3.4): MAC keys handed out to people, and what they are good for.
create table acme.eab_keys (
	kid        text primary key check (kid ~ '^[A-Za-z0-9_-]{1,64}$'),
	mac_key    bytea not null check (octet_length(mac_key) between 32 and 128),
	note       text not null default '',
	single_use boolean not null,
	expires_at timestamptz,
	names      jsonb                           -- suffixes its accounts may order, null: whatever the profile permits
	           check (jsonb_typeof(names) = 'array'),
	profiles   jsonb                           -- profiles they may order, null: all
	           check (jsonb_typeof(profiles) = 'array'),
	max_orders int check (max_orders >= 0),    -- of all its accounts together, null: any number
	orders     int not null default 0,
	status     text not null default 'valid' check (status in ('valid', 'revoked')),
	created_at timestamptz not null default now(),
	revoked_at timestamptz,
	used_at    timestamptz                     -- last binding
);
create index on acme.accounts (eab_kid) where eab_kid is not null;
insert into acme.status_edges values ('eab_keys', 'valid', 'revoked');
create trigger status_edge before update of status on acme.eab_keys for each row
	when (old.status is distinct from new.status) execute function acme.check_status_edge('eab_keys');

-- Global look-up: public keys that nobody may use any more, for accounts or certificates.
create table acme.blocked_keys (
	thumbprint text primary key,               -- RFC 7638, base64url
	reason     text not null,
	blocked_at timestamptz not null default now()
);

-- The thumbprint of public_key, so that what waits for the signer is held against blocked_keys too.
alter table acme.orders add key_thumbprint text check (length(key_thumbprint) <= 100);

-- Authorizations that also cover the names below theirs (RFC 9444), and finding one to use again.
alter table acme.authorizations add subdomains boolean not null default false;
alter table acme.authorizations add preauthorized boolean not null default false; -- by newAuthz: for any later order
create index on acme.authorizations (account_id, identifier, wildcard) where status in ('pending', 'valid');

-- RFC 9773 5: what an order replaces, and by which order a certificate was replaced.
alter table acme.orders add replaces text      -- the certID, as asked for
	check (length(replaces) <= 200);
alter table acme.orders add replaces_id uuid;  -- its certificate
alter table acme.certificates add replaced_by uuid;

-- Alternate chains (RFC 8555 7.4.2), and the key identifier that certIDs name the issuer by.
alter table acme.issuers add alternates text[] not null default '{}';
alter table acme.issuers add key_id bytea;
