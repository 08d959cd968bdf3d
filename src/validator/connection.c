/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/connection.h"

#include <errno.h>
#include <stddef.h>

#define NO_SOCKET "the validator has no socket for a connection"

static const struct {
	int            err;
	enum prob_code means;
	const char    *says;
} failures[] = {
	{ ECONNREFUSED, PROB_CONNECTION, "connection was refused" },
	{ EHOSTUNREACH, PROB_CONNECTION, "no route to the address" },
	{ ENETUNREACH, PROB_CONNECTION, "no route to the address" },
	{ EMFILE, PROB_SYSTEM, NO_SOCKET },
	{ ENFILE, PROB_SYSTEM, NO_SOCKET },
	{ ENOBUFS, PROB_SYSTEM, NO_SOCKET },
	{ ENOMEM, PROB_SYSTEM, NO_SOCKET },
};

int connection_failed(int err, struct problem *p)
{
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (failures[i].err == err)
			return problem_set(p, failures[i].means, "%s", failures[i].says);
	return problem_set(p, PROB_CONNECTION, "no TCP connection");
}

int connection_forbidden(struct problem *p)
{
	return problem_set(p, PROB_FORBIDDEN_ADDRESS, "address is not one that this CA may connect to");
}
