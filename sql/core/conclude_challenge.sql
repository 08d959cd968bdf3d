-- SPDX-License-Identifier: BSD-2-Clause
-- core.conclude for a challenge.  Challenge, authorization and orders change together (RFC 8555 7.1.6): with the last valid
-- authorization an order is ready, with the first invalid one it is invalid.
create function core.conclude_challenge(_job jobs) returns text language plpgsql as $$
declare
	_type    constant text := (_job).type;
	_found   authorizations;
	_verdict record;
begin
	select * into _found from authorizations where account_id = (_job).account_id and id = (_job).object_id;
	_verdict := core.fresh_verdict(_job, _found.quorum);
	if _verdict.status = 'valid' and _found.expires_at <= now() then
		perform core.fail_authorization(_found, _type, core.problem('malformed', 'authorization expired'));
	elsif _verdict.status = 'valid' then
		perform core.pass_authorization(_found, _type, _verdict.ends_at);
	elsif _verdict.status = 'invalid' then
		perform core.fail_authorization(_found, _type, _verdict.problem);
	end if;
	return _verdict.bell;
end $$;
