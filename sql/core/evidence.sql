-- SPDX-License-Identifier: BSD-2-Clause
-- What the certificate of an order relies on, for the signer to hold against its profile: each authorization with who
-- agreed, and the same of CAA (null: not checked) with the seconds since then.
create function core.evidence(_order orders) returns jsonb language sql stable as $$
	select jsonb_build_object(
		'authorizations', (
			select jsonb_agg(jsonb_build_object('name', core.domain_name(a.identifier, a.wildcard), 'agreed', (
			       select core.agreed(a.account_id, a.id, c.type)
			         from challenges c
			        where c.account_id = a.account_id and c.authorization_id = a.id and c.status = 'valid')))
			  from core.authorizations_of((_order).account_id, (_order).id) a),
		'caa', case when (_order).caa_checked_at is not null then jsonb_build_object(
			'names', (_order).caa,
			'age', greatest(ceil(extract(epoch from now() - (_order).caa_checked_at)), 0)::int8,
			'agreed', core.agreed((_order).account_id, (_order).id, 'caa')) end);
$$;
