-- SPDX-License-Identifier: BSD-2-Clause
-- What the certificate of an order relies on, for the signer to hold against its profile: each authorization with the
-- challenge type it was gained by, the seconds since then and who agreed, and the same of CAA (null: not checked).
create function core.evidence(_order orders) returns jsonb language sql stable as $$
	select jsonb_build_object(
		'authorizations', (
			select jsonb_agg(jsonb_build_object('name', core.domain_name(a.identifier, a.wildcard), 'subdomains', a.subdomains,
			                 'type', c.type, 'age', core.age(a.validated_at), 'agreed', core.agreed(a.account_id, a.id, c.type)))
			  from core.authorizations_of((_order).account_id, (_order).id) a
			  join challenges c on c.account_id = a.account_id and c.authorization_id = a.id and c.status = 'valid'),
		'caa', case when (_order).caa_checked_at is not null then jsonb_build_object(
			'names', (_order).caa,
			'age', core.age((_order).caa_checked_at),
			'agreed', core.agreed((_order).account_id, (_order).id, 'caa')) end);
$$;
