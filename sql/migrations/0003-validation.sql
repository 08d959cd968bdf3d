-- SPDX-License-Identifier: BSD-2-Clause
-- Validation from several perspectives, with retries; CAA; addresses as identifiers; challenges without a token.

-- Who must agree: {"perspectives":[primary, remote…],"remote":how many of those,"regions":from how many}, of the profile
-- when the object was made.  What is there already was made for the one perspective there was, which is called default: a
-- profile that demands more, or another one, is not satisfied with it, and its signer refuses what was validated before.
alter table acme.authorizations add quorum jsonb not null default '{"perspectives": ["default"], "remote": 0, "regions": 0}';
alter table acme.authorizations alter quorum drop default;
alter table acme.orders add quorum jsonb not null default '{"perspectives": ["default"], "remote": 0, "regions": 0}';
alter table acme.orders alter quorum drop default;

-- The names whose CAA records must permit the certificate, null: none; and when the check was passed.  An order from
-- before is checked for all names: what its profile says of that now, only the signer knows, who refuses what was not.
alter table acme.orders add caa jsonb check (jsonb_typeof(caa) = 'array' and jsonb_array_length(caa) between 1 and 100);
alter table acme.orders add caa_checked_at timestamptz;
update acme.orders set caa = jsonb_path_query_array(identifiers, '$[*] ? (@.type == "dns").value')
 where status in ('pending', 'ready', 'processing');

-- One job for each perspective.  failures counts the tries that ended but may be repeated, the last one at failed_at.
-- worker is null unless it is in hand.
alter table acme.jobs add failures int not null default 0;
alter table acme.jobs add failed_at timestamptz;
alter table acme.jobs add give_up_at timestamptz; -- of kind validate: from then on nobody tries again
update acme.jobs set give_up_at = now() + interval '1 hour' where kind = 'validate';
alter table acme.jobs add check (kind <> 'validate' or give_up_at is not null);
create index on acme.jobs (object_id);
create index on acme.jobs (account_id);
create index on acme.jobs (give_up_at) where give_up_at is not null;

alter table acme.daemons add region text not null default '';

-- What each perspective has found: for a challenge of an authorization, or of type caa for an order.
create table acme.validations (
	account_id  uuid not null,
	object_id   uuid not null,
	type        text not null,
	perspective text not null,
	region      text not null default '' check (length(region) <= 40),
	status      text not null check (status in ('trying', 'valid', 'invalid')),
	tries       int not null,
	problem     jsonb check (pg_column_size(problem) < 300000), -- of the last try
	record      jsonb                          -- what it saw; validationRecord in it is for the applicant, the rest is not
	            check (pg_column_size(record) < 300000),
	ends_at     timestamptz,                   -- of what it proves, null: it does not end by itself
	updated_at  timestamptz not null default now(),
	primary key (account_id, object_id, type, perspective)
) partition by range (object_id);
insert into acme.partitioned values ('validations', 'month', '3 months', 'orders', 70);

do $$
declare
	_old record;
begin
	for _old in
		select replace(c.relname, 'challenges', 'validations') as name, pg_get_expr(c.relpartbound, c.oid) as bounds
		  from pg_inherits i
		  join pg_class c on c.oid = i.inhrelid
		 where i.inhparent = 'acme.challenges'::regclass
	loop
		execute format('create table acme.%I (like acme.validations including defaults including constraints) '
			'with (fillfactor = 70)', _old.name);
		execute format('alter table acme.validations attach partition acme.%I %s', _old.name, _old.bounds);
	end loop;
end $$;
insert into acme.validations (account_id, object_id, type, perspective, status, tries, problem, record, updated_at)
select c.account_id, c.authorization_id, c.type, 'default', c.status, 1, c.error, c.record,
       coalesce(c.validated_at, a.created_at)
  from acme.challenges c
  join acme.authorizations a on a.account_id = c.account_id and a.id = c.authorization_id
 where c.status = 'valid' or c.status = 'invalid' and c.record is not null;
alter table acme.challenges drop record;
alter table acme.challenges alter token drop not null;

-- The role whose validators alone speak for a perspective, and the region they are in.  A perspective that is not here may
-- be spoken for by every role with chert_va that is not here either.
create table acme.perspectives (
	name     text primary key check (length(name) between 1 and 40),
	role     text not null,
	region   text not null check (length(region) <= 40),
	added_at timestamptz not null default now()
);

-- Orders whose jobs were lost.
create index on acme.orders (account_id, id) where status = 'processing';

-- Thumbprints of the keys that accounts have had (draft-ietf-acme-dns-persist): what a domain's owner has published for
-- one of them stays good for the account, though the key itself is free for others.
create table acme.account_keys_retired (
	account_id uuid not null,
	thumbprint text not null,
	retired_at timestamptz not null default now(),
	primary key (account_id, thumbprint)
);
