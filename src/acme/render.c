/* SPDX-License-Identifier: BSD-2-Clause */
#include "acme/render.h"

#include <string.h>

#include "acme/link.h"
#include "acme/problem-json.h"
#include "base/mem.h"
#include "json/js.h"

/* A jsonb column; NULL when it is null. */
static struct json_object *parse_column(const struct db_rows *rows, const char *column)
{
	const char *text = row_text(rows, 0, column);

	return text ? oom_check(json_tokener_parse(text)) : NULL;
}

static void add_link(struct json_object *object, const char *key, const char *path, const struct id *id)
{
	auto_free char *url = link_id(path, id);

	js_add_text(object, key, url);
}

static void add_error(struct json_object *object, const char *stored)
{
	if (stored)
		js_add(object, "error", problem_stored_to_wire(stored));
}

static const char *member_text(struct json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

/* RFC 8555 7.1.2; no externalAccountBinding, since some clients cannot send back an account that has it. */
struct json_object *render_account(const struct db_rows *rows)
{
	struct json_object             *object = js_new_object();
	struct id                       id = { 0 };
	auto_(json) struct json_object *contact = parse_column(rows, "contact");

	js_add_text(object, "status", row_text(rows, 0, "status"));
	if (contact && json_object_array_length(contact) > 0)
		js_add(object, "contact", steal(contact));
	if (row_bool(rows, 0, "terms_agreed"))
		js_add_bool(object, "termsOfServiceAgreed", true);
	row_id(rows, 0, "account", &id);
	add_link(object, "orders", LINK_ORDERS, &id);
	return object;
}

/* A column with an array of ids, as URLs. */
static struct json_object *new_links(const struct db_rows *rows, const char *column, const char *path)
{
	auto_(json) struct json_object *ids = parse_column(rows, column);
	struct json_object             *urls = js_new_array();
	const size_t                    n = ids ? json_object_array_length(ids) : 0;

	for (size_t i = 0; i < n; i++) {
		struct id id;

		if (id_from_uuid(json_object_get_string(json_object_array_get_idx(ids, i)), &id)) {
			auto_free char *url = link_id(path, &id);

			js_append_text(urls, url);
		}
	}
	return urls;
}

/* RFC 8555 7.1.2.1 */
struct json_object *render_orders(const struct db_rows *rows)
{
	struct json_object *object = js_new_object();

	js_add(object, "orders", new_links(rows, "orders", LINK_ORDER));
	return object;
}

/* RFC 8555 7.1.3; draft-ietf-acme-profiles 4; RFC 9773 5 */
struct json_object *render_order(const struct db_rows *rows)
{
	struct json_object *object = js_new_object();
	struct id           id = { 0 }, certificate;

	row_id(rows, 0, "id", &id);
	js_add_text(object, "status", row_text(rows, 0, "status"));
	js_add_time(object, "expires", row_time(rows, 0, "expires_at"));
	js_add(object, "identifiers", parse_column(rows, "identifiers"));
	js_add_time(object, "notBefore", row_time(rows, 0, "not_before"));
	js_add_time(object, "notAfter", row_time(rows, 0, "not_after"));
	js_add_text(object, "profile", row_text(rows, 0, "profile"));
	js_add_text(object, "replaces", row_text(rows, 0, "replaces"));
	add_error(object, row_text(rows, 0, "error"));
	js_add(object, "authorizations", new_links(rows, "authorizations", LINK_AUTHORIZATION));
	add_link(object, "finalize", LINK_FINALIZE, &id);
	if (row_id(rows, 0, "certificate", &certificate))
		add_link(object, "certificate", LINK_CERTIFICATE, &certificate);
	return object;
}

struct json_object *render_texts(const struct conf_list *list)
{
	struct json_object *texts = js_new_array();

	for (size_t i = 0; i < list->n; i++)
		js_append_text(texts, list->items[i]);
	return texts;
}

/* draft-ietf-acme-dns-persist: the list has one name up to -01 and another one since; accounturi was dropped then. */
static void add_persistent(struct json_object *object, const struct render_parties *parties)
{
	js_add(object, "issuer-domain-names", render_texts(parties->issuers));
	js_add(object, "issuerDomainNames", render_texts(parties->issuers));
	add_link(object, "accounturi", LINK_ACCOUNT, parties->account);
}

struct challenge {
	const char *type, *status;
	const char *token; /* NULL: the type has none */
};

static void add_challenge(struct json_object *object, const struct challenge *challenge, const struct id *authorization,
                          const struct render_parties *parties)
{
	auto_free char *url = link_word(LINK_CHALLENGE, authorization, challenge->type);

	js_add_text(object, "type", challenge->type);
	js_add_text(object, "url", url);
	js_add_text(object, "status", challenge->status);
	js_add_text(object, "token", challenge->token);
	if (strcmp(challenge->type, "dns-persist-01") == 0)
		add_persistent(object, parties);
}

/* One element of the column `challenges`. */
static struct json_object *challenge_of(struct json_object *stored, const struct id *authorization,
                                        const struct render_parties *parties)
{
	const struct challenge challenge = {
		.type = member_text(stored, "type"),
		.status = member_text(stored, "status"),
		.token = member_text(stored, "token"),
	};
	struct json_object *object = js_new_object();
	struct json_object *record = json_object_object_get(stored, "validationRecord");

	add_challenge(object, &challenge, authorization, parties);
	js_add_text(object, "validated", member_text(stored, "validated"));
	add_error(object, member_text(stored, "error"));
	if (record)
		js_add(object, "validationRecord", json_object_get(record));
	return object;
}

/*
 * RFC 8555 7.1.4, RFC 9444 4.1.  `wildcard` stays with orders for wildcards although subdomainAuthAllowed covers those
 * too: for others it must be absent, and clients tell the name from its wildcard by it.
 */
struct json_object *render_authorization(const struct db_rows *rows, const struct render_parties *parties)
{
	struct json_object             *object = js_new_object(), *identifier = js_new_object();
	struct json_object             *challenges = js_new_array();
	auto_(json) struct json_object *stored = parse_column(rows, "challenges");
	const size_t                    n = stored ? json_object_array_length(stored) : 0;
	struct id                       id = { 0 };

	row_id(rows, 0, "id", &id);
	js_add_text(identifier, "type", row_text(rows, 0, "identifier_type"));
	js_add_text(identifier, "value", row_text(rows, 0, "identifier"));
	js_add(object, "identifier", identifier);
	js_add_text(object, "status", row_text(rows, 0, "status"));
	js_add_time(object, "expires", row_time(rows, 0, "expires_at"));
	for (size_t i = 0; i < n; i++)
		js_append(challenges, challenge_of(json_object_array_get_idx(stored, i), &id, parties));
	js_add(object, "challenges", challenges);
	if (row_bool(rows, 0, "wildcard"))
		js_add_bool(object, "wildcard", true);
	if (row_bool(rows, 0, "subdomains"))
		js_add_bool(object, "subdomainAuthAllowed", true);
	return object;
}

/*
 * RFC 8555 8.  Flat until a validation has come to something, since acme.sh cuts it out by its braces: the columns
 * error and record are null till then.
 */
struct json_object *render_challenge(const struct db_rows *rows, const struct render_parties *parties)
{
	const struct challenge challenge = {
		.type = row_text(rows, 0, "type"),
		.status = row_text(rows, 0, "status"),
		.token = row_text(rows, 0, "token"),
	};
	struct json_object             *object = js_new_object();
	auto_(json) struct json_object *record = parse_column(rows, "record");
	struct id                       authorization = { 0 };

	row_id(rows, 0, "authorization_id", &authorization);
	add_challenge(object, &challenge, &authorization, parties);
	js_add_time(object, "validated", row_time(rows, 0, "validated_at"));
	add_error(object, row_text(rows, 0, "error"));
	if (record)
		js_add(object, "validationRecord", steal(record));
	return object;
}
