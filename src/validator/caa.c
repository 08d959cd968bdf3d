/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CAA of all names of an order (RFC 8659 3): from each name upwards, to the first domain that has CAA records.  A domain
 * is asked about only once all below it have none, so an error never hides records that would have come first.  Aliases
 * are left to the resolver; the way up is that of the name itself.
 */
#include "validator/method.h"

#include <assert.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "json/js.h"
#include "validator/caa-records.h"

#define QUERIES_MAX   20  /* in flight for one order */
#define LABELS_MAX    127 /* of a name of 253 characters */
#define RECORDS_SHOWN 8   /* for each name; all names together stay below what the database takes */
#define RECORD_SIZE   160

/* Names of one order have domains in common: each is asked about once. */
struct domain {
	SLIST_ENTRY(domain) sibling;
	STAILQ_ENTRY(domain) next;
	struct caa         *caa;
	const char         *name;    /* the end of one of attempt.names */
	struct rs_query    *query;   /* NULL: not asked yet, or answered */
	struct dns_records *records; /* NULL: there are none */
	struct problem     *problem; /* NULL: none */
};

SLIST_HEAD(domains, domain);
STAILQ_HEAD(queue, domain);

struct caa {
	struct attempt *attempt;
	struct domains  domains[LABELS_MAX]; /* by number of dots, which keeps them few */
	struct queue    waiting;
	size_t          n_queries;
};

/* What became of the names so far; the details are in the subproblems. */
struct tally {
	size_t         n_failed;
	struct problem worst; /* never with subproblems */
};

static void domain_free(struct domain *d)
{
	rs_cancel(d->query);
	if (d->records)
		dns_records_clear(d->records);
	if (d->problem)
		problem_clear(d->problem);
	free(d->records);
	free(d->problem);
	free(d);
}

static void caa_free(struct caa *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->domains); i++) {
		struct domain *d;

		while ((d = SLIST_FIRST(&s->domains[i]))) {
			SLIST_REMOVE_HEAD(&s->domains[i], sibling);
			domain_free(d);
		}
	}
	free(s);
}

/* --- domains */

static struct domains *domains_like(struct caa *s, const char *name)
{
	size_t n_dots = 0;

	for (; *name; name++)
		n_dots += *name == '.';
	assert(n_dots < ARRAY_LEN(s->domains));
	return &s->domains[n_dots];
}

static struct domain *find(struct caa *s, const char *name)
{
	struct domain *d = SLIST_FIRST(domains_like(s, name));

	while (d && strcmp(d->name, name) != 0)
		d = SLIST_NEXT(d, sibling);
	return d;
}

static void want(struct caa *s, const char *name)
{
	struct domain *d;

	if (find(s, name))
		return;
	d = xcalloc(1, sizeof(*d));
	d->caa = s;
	d->name = name;
	SLIST_INSERT_HEAD(domains_like(s, name), d, sibling);
	STAILQ_INSERT_TAIL(&s->waiting, d, next);
}

/* NULL above a top-level domain: the root is not asked about. */
static const char *parent_of(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot ? dot + 1 : NULL;
}

static const char *without_wildcard(const char *name)
{
	return strncmp(name, "*.", 2) == 0 ? name + 2 : name;
}

/* Where the way up from this name ended: records, or an error; NULL when there is neither. */
static struct domain *find_end(struct caa *s, const char *name)
{
	for (name = without_wildcard(name); name; name = parent_of(name)) {
		struct domain *d = find(s, name);

		assert(d);
		if (d->records || d->problem)
			return d;
	}
	return NULL;
}

/* --- judgement */

static void show(const struct attempt *a, const char *name, struct json_object *methods,
                 const struct dns_records *records)
{
	struct json_object *shown = js_new_object(), *texts = js_new_array();
	char                text[RECORD_SIZE];

	js_add_text(shown, "name", name);
	js_add(shown, "methods", json_object_get(methods));
	js_add_text(shown, "foundAt", records ? records->owner : NULL);
	for (size_t i = 0; records && i < records->n && i < RECORDS_SHOWN; i++) {
		caa_record_text(&records->items[i], text, sizeof(text));
		js_append_text(texts, text);
	}
	js_add(shown, "records", texts);
	js_append(js_member_array(a->record, "caa"), shown);
}

static int judge(struct caa *s, const char *name, struct json_object *methods, struct problem *p)
{
	const struct attempt    *a = s->attempt;
	const struct domain     *end = find_end(s, name);
	const struct caa_request request = {
		.wildcard = name != without_wildcard(name),
		.methods = methods,
		.account_uri = a->account_uri,
		.identities = &a->env->conf->caa_identities,
	};

	show(a, name, methods, end ? end->records : NULL);
	if (!end)
		return 0;
	if (end->records)
		return caa_judge(end->records, &request, p);
	/* Several names may have ended here. */
	problem_set(p, end->problem->code, "%s", end->problem->detail);
	return problem_cause(p, "%s", end->problem->cause);
}

/* What is final outweighs what may pass, and among it the plain refusal. */
static unsigned weight(enum prob_code code)
{
	return code == PROB_NONE ? 0 : code == PROB_DNS ? 1 : code == PROB_CAA ? 3 : 2;
}

static void add_failure(struct tally *tally, const struct problem *p)
{
	tally->n_failed++;
	if (weight(p->code) <= weight(tally->worst.code))
		return;
	tally->worst = PROBLEM_INIT;
	problem_set(&tally->worst, p->code, "%s", p->detail);
	problem_cause(&tally->worst, "%s", p->cause);
}

static void judge_all(struct caa *s, struct problem *p)
{
	struct json_object *names = s->attempt->names;
	const size_t        n = json_object_array_length(names);
	struct tally        tally = { .n_failed = 0 };

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(names, i);
		const char         *name = json_object_get_string(json_object_object_get(item, "name"));

		if (judge(s, name, json_object_object_get(item, "methods"), p) == 0)
			continue;
		add_failure(&tally, p);
		problem_sub(p, "dns", name);
	}
	if (tally.n_failed == 0)
		return;
	if (tally.n_failed == 1)
		problem_set(p, tally.worst.code, "%s", tally.worst.detail);
	else
		problem_set(p, tally.worst.code, "CAA check of %zu of %zu names failed: %s", tally.n_failed, n,
		            tally.worst.detail);
	problem_cause(p, "%s", tally.worst.cause);
}

/* --- queries */

static void on_caa(void *arg, const struct dns_records *records, struct problem *failure);

static void go_on(struct caa *s)
{
	struct attempt *a = s->attempt;
	struct problem  p = PROBLEM_INIT;
	struct domain  *d;

	while (s->n_queries < QUERIES_MAX && (d = STAILQ_FIRST(&s->waiting))) {
		STAILQ_REMOVE_HEAD(&s->waiting, next);
		s->n_queries++;
		d->query = rs_ask(a->env->rs, d->name, DNS_CAA, on_caa, d);
	}
	if (s->n_queries > 0)
		return;
	judge_all(s, &p);
	caa_free(steal(a->state));
	a->done(a, &p);
}

static struct dns_records *copy_records(const struct dns_records *records)
{
	struct dns_records *copy = xcalloc(1, sizeof(*copy));

	for (size_t i = 0; i < records->n; i++)
		dns_records_add(copy, records->items[i].data, records->items[i].len);
	memcpy(copy->owner, records->owner, sizeof(copy->owner));
	return copy;
}

static struct problem *take_problem(struct problem *failure)
{
	struct problem *taken = xcalloc(1, sizeof(*taken));

	problem_move(taken, failure);
	return taken;
}

static void on_caa(void *arg, const struct dns_records *records, struct problem *failure)
{
	struct domain *d = arg;
	struct caa    *s = d->caa;
	const char    *parent = parent_of(d->name);

	d->query = NULL;
	s->n_queries--;
	if (!records)
		d->problem = take_problem(failure);
	else if (records->n > 0)
		d->records = copy_records(records);
	else if (parent)
		want(s, parent);
	go_on(s);
}

static void caa_start(struct attempt *a)
{
	struct caa *s = xcalloc(1, sizeof(*s));

	s->attempt = a;
	a->state = s;
	STAILQ_INIT(&s->waiting);
	for (size_t i = 0; i < json_object_array_length(a->names); i++) {
		struct json_object *name = json_object_object_get(json_object_array_get_idx(a->names, i), "name");

		want(s, without_wildcard(json_object_get_string(name)));
	}
	go_on(s);
}

static void caa_cancel(struct attempt *a)
{
	if (a->state)
		caa_free(steal(a->state));
}

const struct method method_caa = {
	.name = "caa",
	.late = PROB_DNS,
	.start = caa_start,
	.cancel = caa_cancel,
};
