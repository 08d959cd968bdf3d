/* SPDX-License-Identifier: BSD-2-Clause */
#include "signer/evidence.h"

#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "acme/challenge.h"
#include "acme/policy.h"
#include "acme/quorum.h"
#include "base/clk.h"
#include "base/mem.h"
#include "json/js.h"

#define CAA_MAX_AGE (8 * 3600) /* seconds; Baseline Requirements 4.2.2.1 */
#define TYPE_MAX    40         /* bytes of the name of a challenge type */
#define LIST_MAX    1000       /* elements; an order has no more names than the setting max-identifiers permits */

struct evidence {
	struct json_object *authorizations; /* array */
	struct json_object *caa;            /* object; NULL: not checked */
};

static const struct js_field evidence_fields[] = {
	JS_ARRAY(struct evidence, authorizations, "authorizations", JS_REQUIRED, LIST_MAX),
	JS_OBJECT(struct evidence, caa, "caa", JS_OPTIONAL),
	JS_END,
};

struct authorization {
	const char         *name, *type;
	bool                subdomains;
	int64_t             age;
	struct json_object *agreed;
};

static const struct js_field authorization_fields[] = {
	JS_STRING(struct authorization, name, "name", JS_REQUIRED, IDENT_MAX + 2),
	JS_STRING(struct authorization, type, "type", JS_REQUIRED, TYPE_MAX),
	JS_BOOL(struct authorization, subdomains, "subdomains", JS_REQUIRED),
	JS_INT(struct authorization, age, "age", JS_REQUIRED, INT64_MAX / CLK_SECOND),
	JS_ARRAY(struct authorization, agreed, "agreed", JS_OPTIONAL, LIST_MAX),
	JS_END,
};

struct caa_check {
	struct json_object *names, *agreed;
	int64_t             age;
};

static const struct js_field caa_fields[] = {
	JS_ARRAY(struct caa_check, names, "names", JS_REQUIRED, LIST_MAX),
	JS_ARRAY(struct caa_check, agreed, "agreed", JS_OPTIONAL, LIST_MAX),
	JS_INT(struct caa_check, age, "age", JS_REQUIRED, INT64_MAX),
	JS_END,
};

/* What is wrong here is what the functions of the database made. */
static int bind(struct json_object *object, const struct js_field *fields, void *dst, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;

	if (!json_object_is_type(object, json_type_object))
		return problem_set(p, PROB_INTERNAL, "evidence of the job is not made of objects");
	if (js_bind(object, fields, dst, &why) < 0)
		return problem_set(p, PROB_INTERNAL, "evidence of the job cannot be read: %s", why.detail);
	return 0;
}

/* --- authorizations */

static int read_authorizations(struct json_object *array, struct authorization **ret, struct problem *p)
{
	const size_t                    n = json_object_array_length(array);
	auto_free struct authorization *items = xcalloc(n, sizeof(*items));
	int                             r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = bind(json_object_array_get_idx(array, i), authorization_fields, &items[i], p);
	if (r == 0)
		*ret = steal(items);
	return r;
}

/* Of the name itself, or of a domain above it (RFC 9444). */
static bool covers(const struct authorization *a, const struct ident *id)
{
	if (strcmp(a->name, id->value) == 0)
		return true;
	return a->subdomains && strcmp(id->type, "dns") == 0 && ident_under(ident_base(id), a->name);
}

static bool is_covered(const struct ident *id, const struct authorization *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (covers(&items[i], id))
			return true;
	return false;
}

static int check_type(const struct authorization *a, const struct conf_profile *profile, struct problem *p)
{
	const struct challenge_type *type = challenge_type_find(a->type);
	struct ident                 id;
	int                          r = ident_from_name(a->name, &id, p);

	if (r < 0)
		return r;
	if (!type || !conf_list_has(&profile->challenges, a->type))
		return problem_set(p, PROB_UNAUTHORIZED, "it was gained by %s, expected a challenge of the profile",
		                   a->type);
	if (!challenge_fits(type, id.type, id.wildcard || a->subdomains))
		return problem_set(p, PROB_UNAUTHORIZED, "it was gained by %s, which cannot prove it", a->type);
	if (a->subdomains && !policy_offers_subdomains(profile))
		return problem_set(p, PROB_UNAUTHORIZED, "it is for subdomains too, which the profile does not permit");
	return 0;
}

static int check_age(const struct authorization *a, const struct conf_profile *profile, struct problem *p)
{
	const int64_t longest = challenge_type_find(a->type)->longest_reuse, lifetime = profile->authorization_lifetime;
	const int64_t most = (longest > 0 && longest < lifetime ? longest : lifetime) / CLK_SECOND;

	if (a->age <= most)
		return 0;
	return problem_set(p, PROB_UNAUTHORIZED, "it was gained %lld seconds ago, at most %lld are permitted",
	                   (long long)a->age, (long long)most);
}

static int check_authorization(const struct authorization *a, const struct conf_profile *profile,
                               const struct quorum *q, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	int                                r = quorum_check(q, a->agreed, &why);

	if (r == 0)
		r = check_type(a, profile, &why);
	if (r == 0)
		r = check_age(a, profile, &why);
	if (r < 0)
		return problem_set(p, PROB_UNAUTHORIZED, "authorization of %s is not what its profile demands: %s",
		                   a->name, why.detail);
	return 0;
}

static int check_authorizations(struct json_object *array, const struct conf_profile *profile, const struct quorum *q,
                                const struct ident *names, size_t n_names, struct problem *p)
{
	auto_free struct authorization *items = NULL;
	const size_t                    n = json_object_array_length(array);
	int                             r = read_authorizations(array, &items, p);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_authorization(&items[i], profile, q, p);
	for (size_t i = 0; r == 0 && i < n_names; i++)
		if (!is_covered(&names[i], items, n))
			return problem_set(p, PROB_UNAUTHORIZED, "%s has no authorization", names[i].value);
	return r;
}

/* --- CAA */

static bool is_checked(const struct ident *id, struct json_object *names)
{
	const size_t n = json_object_array_length(names);

	for (size_t i = 0; i < n; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(names, i));

		if (name && strcmp(name, id->value) == 0)
			return true;
	}
	return false;
}

static int check_caa(struct json_object *object, const struct quorum *q, const struct ident *id, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	struct caa_check                   check = { 0 };
	int                                r = object ? bind(object, caa_fields, &check, p) : 0;

	if (r < 0)
		return r;
	if (!object || !is_checked(id, check.names))
		return problem_set(p, PROB_CAA, "CAA records for %s were not checked", id->value);
	if (check.age > CAA_MAX_AGE)
		return problem_set(p, PROB_CAA,
		                   "CAA records for %s were checked %lld seconds ago, at most %d are permitted",
		                   id->value, (long long)check.age, CAA_MAX_AGE);
	if (quorum_check(q, check.agreed, &why) < 0)
		return problem_set(p, PROB_CAA, "CAA records for %s were not checked as the profile demands: %s",
		                   id->value, why.detail);
	return 0;
}

int evidence_check(const char *text, const struct conf_profile *profile, const struct ident *names, size_t n_names,
                   int64_t now, struct problem *p)
{
	auto_(json) struct json_object *object = json_tokener_parse(text);
	struct evidence                 evidence = { 0 };
	struct quorum                   q;
	int                             r = bind(object, evidence_fields, &evidence, p);

	if (r == 0)
		r = quorum_from_profile(profile, now, &q, p);
	if (r == 0)
		r = check_authorizations(evidence.authorizations, profile, &q, names, n_names, p);
	for (size_t i = 0; r == 0 && i < n_names; i++)
		if (policy_needs_caa(profile, &names[i]))
			r = check_caa(evidence.caa, &q, &names[i], p);
	return r;
}
