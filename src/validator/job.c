/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "acme/challenge.h"
#include "acme/link.h"
#include "base/clk.h"
#include "base/mem.h"
#include "json/js.h"

#define TOKEN_MAX       200
#define NAMES_MAX       100   /* in one order, see max-identifiers */
#define CAA             "caa" /* the one type that is no challenge's: of an order's names */
#define RETRY_DELAY_MAX (5 * CLK_MINUTE)

static char *copy_text(const struct db_rows *rows, size_t i, const char *column)
{
	const char *text = row_text(rows, i, column);

	return text ? xstrdup(text) : NULL;
}

/* A jsonb column; NULL when it is null or no array. */
static struct json_object *parse_array(const struct db_rows *rows, size_t i, const char *column)
{
	const char                     *text = row_text(rows, i, column);
	auto_(json) struct json_object *value = text ? json_tokener_parse(text) : NULL;

	return json_object_is_type(value, json_type_array) ? steal(value) : NULL;
}

struct job *job_new(const struct method_env *env, const struct db_rows *rows, size_t i)
{
	struct job *job = xcalloc(1, sizeof(*job));
	struct id   account = { 0 };

	row_id(rows, i, "job", &job->id);
	row_id(rows, i, "object", &job->object);
	row_id(rows, i, "account", &account);
	job->number = row_int(rows, i, "attempt");
	job->failures = row_int(rows, i, "failures");
	job->type = copy_text(rows, i, "type");
	job->token = copy_text(rows, i, "token");
	job->key_authorization = copy_text(rows, i, "key_authorization");
	job->account_uri = link_id(LINK_ACCOUNT, &account);
	job->method = method_find(job->type);
	job->attempt = (struct attempt){
		.env = env,
		.token = job->token,
		.key_authorization = job->key_authorization,
		.account_uri = job->account_uri,
		.thumbprints = parse_array(rows, i, "thumbprints"),
		.names = parse_array(rows, i, "names"),
		.shown = js_new_array(),
		.record = js_new_object(),
	};
	return job;
}

void job_free(struct job *job)
{
	if (!job)
		return;
	json_object_put(job->attempt.thumbprints);
	json_object_put(job->attempt.names);
	json_object_put(job->attempt.shown);
	json_object_put(job->attempt.record);
	if (job->timer)
		event_free(job->timer);
	problem_clear(&job->outcome);
	free(job->type);
	free(job->token);
	free(job->key_authorization);
	free(job->account_uri);
	free(job);
}

static bool is_token(const char *text)
{
	static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t            len = text ? strspn(text, base64url) : 0;

	return len > 0 && len <= TOKEN_MAX && text[len] == '\0';
}

static bool is_caa(const struct job *job)
{
	return strcmp(job->type, CAA) == 0;
}

static int check_identifier(struct job *job, const struct db_rows *rows, size_t i, struct problem *p)
{
	const char     *type = row_text(rows, i, "identifier_type"), *value = row_text(rows, i, "identifier");
	auto_free char *name = xasprintf("%s%s", row_bool(rows, i, "wildcard") ? "*." : "", value ? value : "");
	int             r = ident_from_text(type ? type : "", name, &job->ident, p);

	if (r < 0)
		return r;
	job->attempt.ident = &job->ident;
	job->attempt.identifier = ident_base(&job->ident);
	return 0;
}

static int check_methods(struct json_object *methods, struct problem *p)
{
	const size_t n = json_object_is_type(methods, json_type_array) ? json_object_array_length(methods) : 0;

	for (size_t i = 0; i < n; i++) {
		const char *method = json_object_get_string(json_object_array_get_idx(methods, i));

		if (!method || !challenge_type_find(method))
			return problem_set(p, PROB_INTERNAL,
			                   "a name of the order was validated with %s, which is no method",
			                   method ? method : "null");
	}
	return n > 0 ? 0 : problem_set(p, PROB_INTERNAL, "a name of the order was validated with nothing");
}

static int check_name(struct json_object *name, struct problem *p)
{
	const char  *value = json_object_get_string(json_object_object_get(name, "name"));
	struct ident ident;
	int          r = check_methods(json_object_object_get(name, "methods"), p);

	return r < 0 ? r : ident_from_text("dns", value ? value : "", &ident, p);
}

static int check_names(const struct job *job, struct problem *p)
{
	const size_t n = job->attempt.names ? json_object_array_length(job->attempt.names) : 0;
	int          r = 0;

	if (n == 0 || n > NAMES_MAX)
		return problem_set(p, PROB_INTERNAL, "order has %zu names for CAA, expected 1 to %d", n, NAMES_MAX);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_name(json_object_array_get_idx(job->attempt.names, i), p);
	return r;
}

static int check_challenge(struct job *job, const struct db_rows *rows, size_t i, struct problem *p)
{
	const struct challenge_type *type = challenge_type_find(job->type);
	int                          r = check_identifier(job, rows, i, p);

	if (r < 0)
		return r;
	if (!type || !challenge_fits(type, job->ident.type, job->ident.wildcard))
		return problem_set(p, PROB_INTERNAL, "%s does not validate %s", job->type, job->ident.value);
	if (type->token && (!is_token(job->token) || !job->key_authorization))
		return problem_set(p, PROB_INTERNAL, "challenge has no token in base64url with a key authorization");
	return 0;
}

int job_check(struct job *job, const struct db_rows *rows, size_t i, struct problem *p)
{
	if (!job->method)
		return problem_set(p, PROB_INTERNAL, "this validator has no method %s", job->type);
	return is_caa(job) ? check_names(job, p) : check_challenge(job, rows, i, p);
}

int64_t job_retry_delay(const struct job *job)
{
	const struct conf_validator *conf = &job->attempt.env->conf->validator;
	int64_t                      delay = conf->retry_delay;

	if (job->outcome.code != PROB_DNS && job->outcome.code != PROB_CONNECTION)
		return -1;
	if (job->failures >= conf->retries)
		return -1;
	for (int64_t i = 0; i < job->failures && delay < RETRY_DELAY_MAX; i++)
		delay *= 2;
	return (delay < RETRY_DELAY_MAX ? delay : RETRY_DELAY_MAX) / (CLK_SECOND / 1000);
}

const char *job_record(struct job *job)
{
	size_t len;

	js_add(job->attempt.record, "validationRecord", json_object_get(job->attempt.shown));
	return js_text(job->attempt.record, &len);
}

const char *job_object(const struct job *job)
{
	return is_caa(job) ? "order" : "authorization";
}

void job_log(const struct job *job, enum log_level level, const char *event, const char *perspective)
{
	const char *identifier = job->attempt.ident ? job->ident.value : NULL;
	char        id[ID_TEXT_LEN + 1], tries[24];

	id_to_text(&job->object, id);
	snprintf(tries, sizeof(tries), "%" PRId64, job->failures + 1);
	if (job->outcome.code == PROB_NONE)
		log_event(level, event, "perspective", perspective, "type", job->type, "identifier", identifier,
		          job_object(job), id, "tries", tries, NULL);
	else
		log_problem(level, event, &job->outcome, "perspective", perspective, "type", job->type, "identifier",
		            identifier, job_object(job), id, "tries", tries, NULL);
}
