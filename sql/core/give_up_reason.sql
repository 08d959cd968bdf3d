-- SPDX-License-Identifier: BSD-2-Clause
-- Why a validation will not be tried again: what its last try has ended with, if any has.
create function core.give_up_reason(_job jobs) returns jsonb language sql stable as $$
	select coalesce(
		(select problem
		   from validations
		  where account_id = (_job).account_id and object_id = (_job).object_id and type = (_job).type
		    and perspective = (_job).perspective and (_job).attempts = (_job).failures),
		case when (_job).attempts > (_job).failures
		     then core.problem('serverInternal', format('validation was tried %s times without an outcome',
		                                                (_job).attempts - (_job).failures))
		     when exists (select from authorizations
		                   where account_id = (_job).account_id and id = (_job).object_id and expires_at <= now())
		     then core.problem('malformed', 'authorization expired')
		     else core.problem('serverInternal', format('perspective %s did not answer in time', (_job).perspective)) end);
$$;
