/* SPDX-License-Identifier: BSD-2-Clause */
#include "signer/job.h"

#include <json-c/json.h>
#include <string.h>

#include "acme/policy.h"
#include "base/clk.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "db/problem-text.h"
#include "json/js.h"
#include "pki/crt.h"
#include "signer/evidence.h"
#include "signer/tbs.h"

#define LEASE_SECONDS 60
#define ARRAY_MAX     (512 * 2 * (CRT_MAX + 8)) /* the largest batch in hex */

enum state {
	JOB_GONE,     /* failed, or somebody else's by now */
	JOB_BUILT,    /* has a TBSCertificate */
	JOB_RESERVED, /* which the database knows */
	JOB_SIGNED,
	JOB_STORED,
};

struct job {
	enum state           state;
	struct id            id, order;
	int64_t              attempt;
	const struct issuer *issuer;
	struct tbs           tbs;
	uint8_t             *certificate;
	size_t               certificate_len;
};

struct batch {
	struct job *jobs;
	size_t      n;
};

static void batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->jobs[i].tbs.der);
		free(b->jobs[i].certificate);
	}
	free(b->jobs);
}

/* --- from rows to TBSCertificates */

struct names {
	struct ident *items;
	size_t        n;
};

static void names_clear(struct names *names)
{
	free(names->items);
}

/*
 * They come from the authorizations.  That they are well-formed and that the profile permits them is checked once more
 * before they are certified: the responder did that, and whoever holds its connection could leave it out.
 */
static int read_names(const char *text, const struct conf_profile *profile, struct names *ret, struct problem *p)
{
	auto_(json) struct json_object *array = json_tokener_parse(text);
	size_t n = array && json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
	int    r;

	if (n == 0)
		return problem_set(p, PROB_INTERNAL, "job has no names");
	ret->items = xcalloc(n, sizeof(*ret->items));
	for (ret->n = 0; ret->n < n; ret->n++) {
		const char *name = json_object_get_string(json_object_array_get_idx(array, ret->n));

		r = ident_from_name(name ? name : "", &ret->items[ret->n], p);
		if (r == 0)
			r = policy_check(profile, &ret->items[ret->n], p);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Keys are blocked by thumbprint, and the database cannot compute that of a key: it has the responder's word for it,
 * until here.
 */
static int read_key(const struct db_rows *rows, size_t i, const struct conf_profile *profile, struct spki **ret,
                    struct problem *p)
{
	const char              *thumbprint = row_text(rows, i, "thumbprint");
	auto_(spki) struct spki *spki = NULL;
	auto_free void          *der = NULL;
	size_t                   len = 0;
	int                      r;

	der = row_bytes(rows, i, "spki", &len);
	r = spki_from_der(der ? der : "", len, &profile->key_types, &spki, p);
	if (r < 0)
		return r;
	if (!thumbprint || strcmp(thumbprint, spki->thumbprint) != 0)
		return problem_set(p, PROB_INTERNAL, "job has the thumbprint of another key");
	*ret = steal(spki);
	return 0;
}

static int check_evidence(const struct db_rows *rows, size_t i, const struct conf_profile *profile,
                          const struct names *names, struct problem *p)
{
	const char *evidence = row_text(rows, i, "evidence");

	if (!evidence)
		return problem_set(p, PROB_INTERNAL, "job has no evidence");
	return evidence_check(evidence, profile, names->items, names->n, clk_now(), p);
}

/* What a certificate may be made of, by the profile as it is now. */
struct request {
	const struct conf_profile *profile;
	struct names               names;
};

static void request_clear(struct request *request)
{
	names_clear(&request->names);
}

static int admit(const struct signer *s, const struct db_rows *rows, size_t i, struct request *ret, struct problem *p)
{
	const char *title = row_text(rows, i, "profile");
	int         r;

	ret->profile = conf_profile(s->conf, title);
	if (!ret->profile)
		return problem_set(p, PROB_INTERNAL, "the signer has no profile %s", title);
	r = read_names(row_text(rows, i, "names"), ret->profile, &ret->names, p);
	return r < 0 ? r : check_evidence(rows, i, ret->profile, &ret->names, p);
}

static int build(const struct signer *s, const struct db_rows *rows, size_t i, const struct request *request,
                 struct job *job, struct problem *p)
{
	const struct conf_profile *profile = request->profile;
	auto_(spki) struct spki   *spki = NULL;
	int                        r;

	job->issuer = issuers_by_name(&s->issuers, profile->issuer);
	if (!job->issuer)
		return problem_set(p, PROB_INTERNAL, "the signer has no issuer %s", profile->issuer);
	r = read_key(rows, i, profile, &spki, p);
	if (r < 0)
		return r;
	return tbs_build(
		&(struct tbs_request){
			.issuer = job->issuer,
			.profile = profile,
			.names = request->names.items,
			.n_names = request->names.n,
			.spki = spki,
			.not_before = row_time(rows, i, "not_before"),
			.not_after = row_time(rows, i, "not_after"),
			.now = clk_now(),
		},
		&job->tbs, p);
}

/* The job is over; its order says why. */
static int fail(const struct signer *s, struct job *job, const struct problem *why, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_free char                *text = problem_to_text(why);
	char                           order[ID_TEXT_LEN + 1];

	id_to_text(&job->order, order);
	log_problem(LOGL_WARNING, "not-issued", why, "order", order, NULL);
	job->state = JOB_GONE;
	return db_call(s->db, DB_SIGN_FAIL, (struct db_arg[]){ db_id(&job->id), db_int(job->attempt), db_text(text) },
	               &rows, p);
}

/*
 * What an earlier signer was about to sign is signed as it is: there is never a second certificate for one order.  Where the
 * profile has become stricter meanwhile there is none at all.
 */
static void take_reservation(const struct signer *s, const struct db_rows *rows, size_t i, struct job *job)
{
	char order[ID_TEXT_LEN + 1];

	job->issuer = issuers_by_id(&s->issuers, row_int(rows, i, "issuer"));
	job->tbs.der = row_bytes(rows, i, "tbs", &job->tbs.der_len);
	if (job->issuer && job->tbs.der) {
		job->state = JOB_RESERVED;
		return;
	}
	id_to_text(&job->order, order);
	log_event(LOGL_ERROR, "cannot-sign", "order", order, "reason",
	          "the issuer of its reservation is not configured here", NULL);
}

static int prepare(const struct signer *s, const struct db_rows *rows, size_t i, struct job *job, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	auto_clear(request) struct request request = { NULL, { NULL, 0 } };
	bool                               reserved;
	int                                r;

	row_id(rows, i, "job", &job->id);
	row_id(rows, i, "order_id", &job->order);
	job->attempt = row_int(rows, i, "attempt");
	reserved = row_id(rows, i, "serial", &job->tbs.serial);
	r = admit(s, rows, i, &request, &why);
	if (r == 0 && !reserved)
		r = build(s, rows, i, &request, job, &why);
	if (r < 0)
		return fail(s, job, &why, p);
	if (reserved)
		take_reservation(s, rows, i, job);
	else
		job->state = JOB_BUILT;
	return 0;
}

static int claim(const struct signer *s, struct batch *batch, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	struct db_arg args[] = { db_text(s->worker), db_int(s->conf->signer.batch), db_int(LEASE_SECONDS) };
	int           r = db_call(s->db, DB_SIGN_CLAIM, args, &rows, p);

	if (r < 0)
		return r;
	batch->n = db_n_rows(rows);
	batch->jobs = xcalloc(batch->n, sizeof(*batch->jobs));
	for (size_t i = 0; r == 0 && i < batch->n; i++)
		r = prepare(s, rows, i, &batch->jobs[i], p);
	return r;
}

/* --- to the database and back: arrays with an element for each job of one state */

#define N_COLUMNS 7 /* parameters of sign.reserve */

struct columns {
	struct buf array[N_COLUMNS];
};

static void columns_clear(struct columns *c)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		buf_clear(&c->array[i]);
}

static struct columns columns_new(void)
{
	struct columns c;

	for (size_t i = 0; i < N_COLUMNS; i++)
		c.array[i] = BUF_INIT(ARRAY_MAX);
	return c;
}

static void add_id(struct buf *array, const struct id *id)
{
	char uuid[ID_UUID_LEN + 1];

	id_to_uuid(id, uuid);
	db_array_text(array, uuid);
}

static void add_number(struct buf *array, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	db_array_text(array, text);
}

static void add_time(struct buf *array, int64_t t)
{
	char text[CLK_RFC3339_LEN + 1];

	clk_to_rfc3339(t, text);
	db_array_text(array, text);
}

static int send_columns(const struct signer *s, enum db_call_id id, struct columns *c, size_t n, struct db_rows **ret,
                        struct problem *p)
{
	struct db_arg args[N_COLUMNS];

	for (size_t i = 0; i < n; i++) {
		db_array_end(&c->array[i]);
		if (c->array[i].failed)
			return problem_set(p, PROB_INTERNAL, "batch exceeds %d bytes: the setting batch is too large",
			                   ARRAY_MAX);
		args[i] = db_text(buf_str(&c->array[i]));
	}
	return db_call(s->db, id, args, ret, p);
}

static size_t count(const struct batch *batch, enum state state)
{
	size_t n = 0;

	for (size_t i = 0; i < batch->n; i++)
		n += batch->jobs[i].state == state;
	return n;
}

static bool is_among(const struct db_rows *rows, const struct id *job)
{
	struct id id;

	for (size_t i = 0; i < db_n_rows(rows); i++) {
		if (row_id(rows, i, "job", &id) && memcmp(id.b, job->b, sizeof(id.b)) == 0)
			return true;
	}
	return false;
}

static void log_job(enum log_level level, const char *event, const struct job *job)
{
	char order[ID_TEXT_LEN + 1], serial[2 * sizeof(job->tbs.serial.b) + 1];

	id_to_text(&job->order, order);
	hex_encode(job->tbs.serial.b, sizeof(job->tbs.serial.b), serial);
	log_event(level, event, "order", order, "serial", serial, "issuer", job->issuer->name, NULL);
}

/* Jobs that the database did not accept are another signer's by now: this one was too slow. */
static void advance(struct batch *batch, enum state from, enum state to, const struct db_rows *accepted)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct job *job = &batch->jobs[i];

		if (job->state != from)
			continue;
		job->state = is_among(accepted, &job->id) ? to : JOB_GONE;
		if (job->state == JOB_GONE)
			log_job(LOGL_WARNING, "lease-lost", job);
		if (job->state == JOB_STORED)
			log_job(LOGL_INFO, "issued", job);
	}
}

static int reserve(const struct signer *s, struct batch *batch, struct problem *p)
{
	auto_clear(columns) struct columns c = columns_new();
	auto_(db_rows) struct db_rows     *rows = NULL;
	int                                r;

	if (count(batch, JOB_BUILT) == 0)
		return 0;
	for (size_t i = 0; i < batch->n; i++) {
		const struct job *job = &batch->jobs[i];

		if (job->state != JOB_BUILT)
			continue;
		add_id(&c.array[0], &job->id);
		add_number(&c.array[1], job->attempt);
		add_id(&c.array[2], &job->tbs.serial);
		add_number(&c.array[3], job->issuer->id);
		add_time(&c.array[4], job->tbs.not_before);
		add_time(&c.array[5], job->tbs.not_after);
		db_array_bytes(&c.array[6], job->tbs.der, job->tbs.der_len);
	}
	r = send_columns(s, DB_SIGN_RESERVE, &c, 7, &rows, p);
	if (r == 0)
		advance(batch, JOB_BUILT, JOB_RESERVED, rows);
	return r;
}

/* A key that does not sign (a token that is away) is no reason to give up an order: its lease brings it back. */
static void sign(struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct job                        *job = &batch->jobs[i];
		auto_clear(problem) struct problem why = PROBLEM_INIT;
		char                               order[ID_TEXT_LEN + 1];

		if (job->state != JOB_RESERVED)
			continue;
		if (sign_tbs(job->issuer, job->tbs.der, job->tbs.der_len, &job->certificate, &job->certificate_len,
		             &why) == 0) {
			job->state = JOB_SIGNED;
			continue;
		}
		id_to_text(&job->order, order);
		log_problem(LOGL_ERROR, "cannot-sign", &why, "order", order, NULL);
		job->state = JOB_GONE;
	}
}

static int finish(const struct signer *s, struct batch *batch, struct problem *p)
{
	auto_clear(columns) struct columns c = columns_new();
	auto_(db_rows) struct db_rows     *rows = NULL;
	int                                r;

	if (count(batch, JOB_SIGNED) == 0)
		return 0;
	for (size_t i = 0; i < batch->n; i++) {
		const struct job *job = &batch->jobs[i];

		if (job->state != JOB_SIGNED)
			continue;
		add_id(&c.array[0], &job->id);
		add_number(&c.array[1], job->attempt);
		db_array_bytes(&c.array[2], job->certificate, job->certificate_len);
	}
	r = send_columns(s, DB_SIGN_FINISH, &c, 3, &rows, p);
	if (r == 0)
		advance(batch, JOB_SIGNED, JOB_STORED, rows);
	return r;
}

int job_run_batch(struct signer *s, size_t *ret_n, struct problem *p)
{
	auto_clear(batch) struct batch batch = { NULL, 0 };
	int                            r;

	r = claim(s, &batch, p);
	if (r == 0)
		r = reserve(s, &batch, p);
	if (r < 0)
		return r;
	sign(&batch);
	r = finish(s, &batch, p);
	if (r < 0)
		return r;
	*ret_n = batch.n;
	return 0;
}
