-- SPDX-License-Identifier: BSD-2-Clause
-- An authorization of the account that can be used again for what is _wanted (an element of web.order_new's list), the
-- best first: a valid one that covers it, else a pending one for the very same.  It has more than an hour or a tenth of
-- its lifetime left, is no older and was gained no otherwise than _wanted would permit, with the same quorum, and is not in
-- too many orders already (core.may_share).
-- With "ancestors": false, one for a domain above covers nothing.
-- Those made by newAuthz are there to be used; others only count with _any.
create function core.find_authorization(_account uuid, _wanted jsonb, _valid_for interval, _quorum jsonb,
                                        _any boolean)
returns uuid language plpgsql stable as $$
declare
	_value      constant text := _wanted ->> 'value';
	_name       constant text := core.domain_name(_value, (_wanted ->> 'wildcard')::boolean);
	_subdomains constant boolean := coalesce((_wanted ->> 'subdomains')::boolean, false);
begin
	return (
		select id
		  from core.authorizations_for(_account, _value) a
		 where identifier_type = _wanted ->> 'type'
		   and (core.domain_name(identifier, wildcard) = _name or (_wanted ->> 'ancestors')::boolean is not false)
		   and (preauthorized or _any)
		   and quorum = _quorum
		   and expires_at > now() + least(interval '1 hour', (expires_at - coalesce(validated_at, created_at)) * 0.1)
		   and case status
		       when 'valid' then core.covers(a, _name) and subdomains >= _subdomains and validated_at > now() - _valid_for
		       else core.domain_name(identifier, wildcard) = _name and subdomains = _subdomains end
		   and core.offers(a, _wanted -> 'challenges')
		   and core.may_share(_account, id)
		 order by status desc, id desc
		 limit 1);
end $$;
