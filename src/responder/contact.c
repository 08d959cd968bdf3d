/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/contact.h"

#include <string.h>
#include <strings.h>

#include "json/js.h"
#include "pki/ident.h"

#define CONTACTS_MAX 10
#define ADDRESS_MAX  254 /* RFC 5321 4.5.3.1.3, without the angle brackets */
#define LOCAL_MAX    64

/* atext of RFC 5322 3.2.3 and dots, but for % and ?, which RFC 6068 gives a meaning, and quotes. */
static const char local_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&'*+-/=^_`{|}~.";

/* Contacts are named by number: their text comes from outside and is not repeated to whoever reads the detail. */
static int check_address(const char *address, size_t number, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	size_t                             local = strspn(address, local_chars);
	struct ident                       domain;

	if (strlen(address) > ADDRESS_MAX)
		return problem_set(p, PROB_INVALID_CONTACT, "contact %zu is longer than %d characters", number,
		                   ADDRESS_MAX);
	if (strchr(address, '?') || strchr(address, ','))
		return problem_set(p, PROB_INVALID_CONTACT, "contact %zu must be one address without header fields",
		                   number);
	if (local == 0 || local > LOCAL_MAX || address[local] != '@' || address[0] == '.' || address[local - 1] == '.')
		return problem_set(p, PROB_INVALID_CONTACT, "contact %zu is not an e-mail address", number);
	if (ident_from_text("dns", address + local + 1, &domain, &why) < 0 || domain.wildcard)
		return problem_set(p, PROB_INVALID_CONTACT, "contact %zu has no valid domain", number);
	return 0;
}

static int check_contact(struct json_object *contact, size_t number, struct problem *p)
{
	const char *url;

	if (!json_object_is_type(contact, json_type_string))
		return problem_set(p, PROB_MALFORMED, "contact %zu is not a string", number);
	url = json_object_get_string(contact);
	if (strncasecmp(url, "mailto:", 7) != 0)
		return problem_set(p, PROB_UNSUPPORTED_CONTACT,
		                   "contact %zu is not a mailto URL, the only type supported", number);
	return check_address(url + 7, number, p);
}

int contact_check(struct json_object *contacts, struct problem *p)
{
	size_t n = contacts ? json_object_array_length(contacts) : 0;

	if (n > CONTACTS_MAX)
		return problem_set(p, PROB_INVALID_CONTACT, "%zu contacts are given, at most %d are kept", n,
		                   CONTACTS_MAX);
	for (size_t i = 0; i < n; i++) {
		int r = check_contact(json_object_array_get_idx(contacts, i), i + 1, p);

		if (r < 0)
			return r;
	}
	return 0;
}

const char *contact_text(struct json_object *contacts, const char *absent)
{
	size_t len;

	return contacts ? js_text(contacts, &len) : absent;
}
