/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of challenge methods. */
#include "validator/method.h"

#include <string.h>

static const struct method *const methods[] = {
	&method_http_01,        &method_dns_01,         &method_tls_alpn_01,
	&method_dns_account_01, &method_dns_persist_01, &method_caa,
};

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i]->name, name) == 0)
			return methods[i];
	return NULL;
}
