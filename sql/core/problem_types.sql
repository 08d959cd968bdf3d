-- SPDX-License-Identifier: BSD-2-Clause
-- The names of problems that may be kept and shown: those of src/base/problem.def, without the ones that never come to a
-- client.
create function core.problem_types() returns text[] language sql immutable parallel safe as $$
	select array['accountDoesNotExist', 'accountDeactivated', 'alreadyReplaced', 'alreadyRevoked', 'badCSR', 'badNonce',
	             'badPublicKey', 'badRevocationReason', 'badSignatureAlgorithm', 'caa', 'connection', 'dns', 'dnssec',
	             'externalAccountRequired', 'forbiddenAddress', 'incorrectResponse', 'invalidContact', 'invalidProfile',
	             'keyInUse', 'malformed', 'noRecord', 'notFound', 'methodNotAllowed', 'tooLarge', 'unsupportedMediaType',
	             'orderNotReady', 'rateLimited', 'rejectedIdentifier', 'tls', 'unauthorized', 'unsupportedContact',
	             'unsupportedIdentifier', 'userActionRequired', 'unavailable', 'serverInternal'];
$$;
