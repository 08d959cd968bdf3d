-- SPDX-License-Identifier: BSD-2-Clause
-- Ends the challenges of an authorization that are still in hand when it is decided without them, and all of its jobs: no
-- status but the final ones may last (RFC 8555 7.1.6), and some clients poll nothing but the challenge (conformance S66).
-- The caller holds core.lock_authorization.
create function core.end_challenges(_account uuid, _authorization uuid, _became text) returns void language plpgsql as $$
begin
	update challenges
	   set status = 'invalid',
	       error = core.problem('unauthorized', format('authorization became %s before this challenge was validated', _became))
	 where account_id = _account and authorization_id = _authorization and status = 'processing';
	delete from jobs where object_id = _authorization;
end $$;
