-- SPDX-License-Identifier: BSD-2-Clause
-- What the applicant is shown of a validation (RFC 8555 8): of what the primary perspective has seen the validationRecord
-- when the challenge is final, and of one that goes on the error of the last try (8.2).
create function core.primary_seen(_quorum jsonb, _challenge challenges, out error jsonb, out validation_record jsonb)
language plpgsql stable as $$
begin
	error := (_challenge).error;
	select case when v.status = 'trying' and (_challenge).status = 'processing' then v.problem else error end,
	       case when (_challenge).status in ('valid', 'invalid') then nullif(v.record -> 'validationRecord', '[]') end
	  into error, validation_record
	  from validations v
	 where v.account_id = (_challenge).account_id and v.object_id = (_challenge).authorization_id
	   and v.type = (_challenge).type and v.perspective = _quorum #>> '{perspectives,0}';
	error := coalesce(error, (_challenge).error);
end $$;
