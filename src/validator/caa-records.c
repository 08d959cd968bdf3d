/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/caa-records.h"

#include <string.h>
#include <strings.h>

#include "acme/challenge.h"
#include "base/buf.h"
#include "validator/excerpt.h"
#include "validator/issue-value.h"

#define CRITICAL   0x80 /* RFC 8659 4.1; all other bits are ignored */
#define TAG_SHOWN  40
#define LIST_SHOWN 255

enum tag { TAG_UNKNOWN, TAG_UNREADABLE, TAG_ISSUE, TAG_ISSUEWILD, TAG_OTHERS };

struct property {
	bool           critical;
	enum tag       tag;
	const uint8_t *name, *value;
	size_t         name_len, value_len;
};

/* How near a property comes to permitting what is requested. */
enum verdict { FOR_OTHERS, NO_ISSUE_VALUE, BAD_PARAMETERS, OTHER_ACCOUNT, OTHER_METHOD, PERMITTED };

struct judgement {
	const char               *owner;
	const struct caa_request *request;
	enum tag                  tag;     /* the properties that count */
	size_t                    n;       /* of them */
	enum verdict              best;    /* among them */
	struct buf                issuers; /* whom they permit */
};

/* --- records */

static enum tag tag_from_name(const uint8_t *name, size_t len)
{
	/* RFC 8659 4.2 to 4.4, RFC 9495, and those of the CA/Browser Forum: what is known may be critical. */
	static const struct {
		const char *name;
		enum tag    tag;
	} known[] = {
		{ "issue", TAG_ISSUE },         { "issuewild", TAG_ISSUEWILD }, { "iodef", TAG_OTHERS },
		{ "issuemail", TAG_OTHERS },    { "issuevmc", TAG_OTHERS },     { "contactemail", TAG_OTHERS },
		{ "contactphone", TAG_OTHERS },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].name) == len && strncasecmp(known[i].name, (const char *)name, len) == 0)
			return known[i].tag;
	return TAG_UNKNOWN;
}

static bool is_tag(const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(name[i] >= '0' && name[i] <= '9') && !(name[i] >= 'A' && name[i] <= 'Z') &&
		    !(name[i] >= 'a' && name[i] <= 'z'))
			return false;
	return len > 0;
}

/* RFC 8659 4.1.1 */
static struct property property_from_record(const struct dns_record *record)
{
	const uint8_t  *data = record->data;
	struct property ret = { .tag = TAG_UNREADABLE };

	ret.critical = record->len > 0 && (data[0] & CRITICAL) != 0;
	if (record->len < 2 || data[1] > record->len - 2 || !is_tag(data + 2, data[1]))
		return ret;
	ret.name = data + 2;
	ret.name_len = data[1];
	ret.value = ret.name + ret.name_len;
	ret.value_len = record->len - 2 - ret.name_len;
	ret.tag = tag_from_name(ret.name, ret.name_len);
	return ret;
}

void caa_record_text(const struct dns_record *record, char *out, size_t size)
{
	struct property property = property_from_record(record);
	struct buf      text = BUF_INIT(DNS_MESSAGE_MAX);

	if (property.tag == TAG_UNREADABLE) {
		buf_addf(&text, "%zu bytes that are no CAA record", record->len);
	} else {
		buf_addf(&text, "%u %.*s ", record->data[0], (int)property.name_len, (const char *)property.name);
		buf_add(&text, property.value, property.value_len);
	}
	excerpt(out, size, buf_str(&text), text.len, NULL);
	buf_clear(&text);
}

/* --- parameters (RFC 8657) */

static bool is_label(const char *text, size_t len)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

	return len > 0 && strspn(text, chars) >= len;
}

static bool is_label_of_method(const char *label, size_t len, const char *method)
{
	const struct challenge_type *type = challenge_type_find(method);
	const char *const            names[] = { method, type ? type->section : method };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i]) == len && memcmp(names[i], label, len) == 0)
			return true;
	return false;
}

/* One of the methods is enough. */
static bool is_label_of(const char *label, size_t len, struct json_object *methods)
{
	for (size_t i = 0; i < json_object_array_length(methods); i++)
		if (is_label_of_method(label, len, json_object_get_string(json_object_array_get_idx(methods, i))))
			return true;
	return false;
}

/* RFC 8657 4: labels separated by commas.  An empty list has no label, so it permits none. */
static enum verdict judge_methods(const char *list, struct json_object *methods)
{
	bool found = false;

	do {
		size_t len = strcspn(list, ",");

		if (!is_label(list, len))
			return BAD_PARAMETERS;
		found = found || is_label_of(list, len, methods);
		list += len;
	} while (*list++ == ',');
	return found ? PERMITTED : OTHER_METHOD;
}

static enum verdict judge_params(const struct issue_value *v, const struct caa_request *request)
{
	const char *account = NULL, *methods = NULL;
	size_t      n_accounts = issue_value_param(v, "accounturi", &account);
	size_t      n_methods = issue_value_param(v, "validationmethods", &methods);

	if (n_accounts > 1 || n_methods > 1)
		return BAD_PARAMETERS;
	if (n_accounts == 1 && strcmp(account, request->account_uri) != 0)
		return OTHER_ACCOUNT;
	return n_methods == 1 ? judge_methods(methods, request->methods) : PERMITTED;
}

/* --- properties */

static bool is_own_name(const char *domain, const struct conf_list *identities)
{
	for (size_t i = 0; i < identities->n; i++)
		if (strcasecmp(identities->items[i], domain) == 0)
			return true;
	return false;
}

/* A list that has become too long ends before the item that is too much for it. */
static void add_to_list(struct buf *list, const char *item)
{
	if (list->len + strlen(item) + 2 > list->max)
		list->failed = true;
	if (!list->failed)
		buf_addf(list, "%s%s", list->len > 0 ? ", " : "", item);
}

static const char *end_of_list(const struct buf *list)
{
	if (!list->failed)
		return "";
	return list->len > 0 ? " and others" : "others";
}

static enum verdict judge_value(struct judgement *j, const struct property *property)
{
	auto_clear(problem) struct problem         p = PROBLEM_INIT;
	auto_clear(issue_value) struct issue_value v = { .domain = NULL };

	if (property->tag == TAG_UNREADABLE || issue_value_parse(property->value, property->value_len, &v, &p) < 0)
		return NO_ISSUE_VALUE;
	if (!is_own_name(v.domain, j->request->identities)) {
		if (v.domain[0] != '\0')
			add_to_list(&j->issuers, v.domain);
		return FOR_OTHERS;
	}
	return judge_params(&v, j->request);
}

/*
 * Records add up: one that permits is enough (RFC 8659 4.2).  One that cannot be read may be any: it restricts, but
 * does not keep others from permitting.
 */
static void judge_property(struct judgement *j, const struct property *property)
{
	enum verdict verdict;

	if (property->tag != j->tag && property->tag != TAG_UNREADABLE)
		return;
	verdict = judge_value(j, property);
	if (verdict > j->best)
		j->best = verdict;
	j->n++;
}

static int check_critical(const struct property *property, const char *owner, struct problem *p)
{
	if (!property->critical || (property->tag != TAG_UNKNOWN && property->tag != TAG_UNREADABLE))
		return 0;
	if (property->tag == TAG_UNREADABLE)
		return problem_set(p, PROB_CAA, "a CAA record at %s is critical and malformed", owner);
	return problem_set(p, PROB_CAA, "the CAA property %.*s at %s is critical and not known to this CA",
	                   (int)(property->name_len < TAG_SHOWN ? property->name_len : TAG_SHOWN),
	                   (const char *)property->name, owner);
}

/* RFC 8659 4.3: issuewild, where there is one, replaces issue for wildcard names. */
static int select_tag(const struct dns_records *records, struct judgement *j, struct problem *p)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < records->n; i++) {
		struct property property = property_from_record(&records->items[i]);

		if (j->request->wildcard && property.tag == TAG_ISSUEWILD)
			j->tag = TAG_ISSUEWILD;
		r = check_critical(&property, j->owner, p);
	}
	return r;
}

/* --- refusals */

static int refuse_for_others(const struct judgement *j, const char *own, struct problem *p)
{
	const char *tag = j->tag == TAG_ISSUEWILD ? "issuewild" : "issue";

	if (j->issuers.len > 0 || j->issuers.failed)
		return problem_set(p, PROB_CAA, "CAA %s records at %s permit %s%s, expected %s", tag, j->owner,
		                   buf_str(&j->issuers), end_of_list(&j->issuers), own);
	return problem_set(p, PROB_CAA, "CAA %s records at %s permit nobody%s, expected %s", tag, j->owner,
	                   j->best == NO_ISSUE_VALUE ? ", since one is malformed" : "", own);
}

static int refuse_methods(const struct judgement *j, const char *own, struct problem *p)
{
	struct json_object        *methods = j->request->methods;
	auto_clear(buf) struct buf list = BUF_INIT(LIST_SHOWN);

	for (size_t i = 0; i < json_object_array_length(methods); i++)
		add_to_list(&list, json_object_get_string(json_object_array_get_idx(methods, i)));
	return problem_set(p, PROB_CAA, "CAA records at %s permit %s for other validation methods, expected %s",
	                   j->owner, own, buf_str(&list));
}

static int refuse(const struct judgement *j, struct problem *p)
{
	auto_clear(buf) struct buf own = BUF_INIT(LIST_SHOWN);

	for (size_t i = 0; i < j->request->identities->n; i++)
		add_to_list(&own, j->request->identities->items[i]);
	if (own.len == 0)
		buf_adds(&own, "a name of this CA, which has none");
	if (j->best == BAD_PARAMETERS)
		return problem_set(p, PROB_CAA,
		                   "a CAA record at %s permits %s with an accounturi or validationmethods that is "
		                   "malformed or there twice",
		                   j->owner, buf_str(&own));
	if (j->best == OTHER_ACCOUNT)
		return problem_set(p, PROB_CAA, "CAA records at %s permit %s for another account, expected %s",
		                   j->owner, buf_str(&own), j->request->account_uri);
	if (j->best == OTHER_METHOD)
		return refuse_methods(j, buf_str(&own), p);
	return refuse_for_others(j, buf_str(&own), p);
}

int caa_judge(const struct dns_records *records, const struct caa_request *request, struct problem *p)
{
	struct judgement j = {
		.owner = records->owner,
		.request = request,
		.tag = TAG_ISSUE,
		.issuers = BUF_INIT(LIST_SHOWN),
	};
	int r;

	if (records->n >= DNS_RECORDS_MAX)
		return problem_set(p, PROB_CAA, "%zu or more CAA records at %s, expected fewer", records->n,
		                   records->owner);
	r = select_tag(records, &j, p);
	if (r < 0)
		return r;
	for (size_t i = 0; i < records->n; i++) {
		struct property property = property_from_record(&records->items[i]);

		judge_property(&j, &property);
	}
	/* Others, or none at all, do not restrict this request (RFC 8659 3). */
	if (j.n > 0 && j.best != PERMITTED)
		r = refuse(&j, p);
	buf_clear(&j.issuers);
	return r;
}
