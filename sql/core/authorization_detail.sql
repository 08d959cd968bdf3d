-- SPDX-License-Identifier: BSD-2-Clause
-- An authorization for the operator: {"id","name","status","expires","quorum","challenges":[{"type","status","validated",
-- "error","validations"}]}, validations as in core.validations_of.
create function core.authorization_detail(_authorization authorizations) returns jsonb language sql stable as $$
	select jsonb_build_object(
		'id', (_authorization).id,
		'name', core.domain_name((_authorization).identifier, (_authorization).wildcard),
		'status', (_authorization).status,
		'expires', core.wire_time((_authorization).expires_at),
		'quorum', (_authorization).quorum,
		'challenges', (
			select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('type', type, 'status', status,
			                 'validated', core.wire_time(validated_at), 'error', error,
			                 'validations', core.validations_of(account_id, authorization_id, type))) order by position)
			  from challenges
			 where account_id = (_authorization).account_id and authorization_id = (_authorization).id));
$$;
