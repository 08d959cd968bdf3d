/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any CAA records: a row of the input is one.  Refusals are PROB_CAA and one line; what is permitted stays so beside
 * another record that permits; an unknown critical one always refuses (RFC 8659 4.5).
 */
#include "fuzz.h"

#include <string.h>

#include "base/mem.h"
#include "validator/caa-records.h"
#include "validator/issue-value.h"

#define TEXT_SIZE 64

static char                   name[] = "ca.example";
static char                  *names[] = { name };
static const struct conf_list identities = { names, 1 };

/* Made once, and kept. */
static struct json_object *http_only(void)
{
	static struct json_object *methods;

	if (!methods)
		methods = json_tokener_parse("[\"http-01\"]");
	return methods;
}

static bool permits(const struct dns_records *records, bool wildcard)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const struct caa_request           request = {
			  .wildcard = wildcard,
			  .methods = http_only(),
			  .account_uri = "https://ca.example/account/1",
			  .identities = &identities,
	};

	if (caa_judge(records, &request, &p) == 0) {
		HOLDS(p.code == PROB_NONE);
		return true;
	}
	HOLDS(p.code == PROB_CAA && p.detail[0] != '\0' && !strpbrk(p.detail, "\"\n"));
	return false;
}

static void check_record(const uint8_t *data, size_t len)
{
	auto_clear(problem) struct problem         p = PROBLEM_INIT;
	auto_clear(issue_value) struct issue_value v = { .domain = NULL };
	auto_free uint8_t                         *exact = xmemdup(data, len);
	const struct dns_record                    record = { exact, len };
	char                                       text[TEXT_SIZE];

	caa_record_text(&record, text, sizeof(text));
	for (const char *c = text; *c; c++)
		HOLDS(*c >= ' ' && *c < 0x7f && *c != '"');
	if (issue_value_parse(exact, len, &v, &p) == 0)
		HOLDS(strlen(v.domain) <= len && v.n_params <= ISSUE_PARAMS_MAX);
	else
		HOLDS(p.code == PROB_MALFORMED && !v.domain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char                          own_issue[] = "\0\5issueca.example";
	static const char                          own_issuewild[] = "\0\11issuewildca.example";
	static const char                          critical[] = "\200\7unknown";
	auto_clear(dns_records) struct dns_records records = { .owner = "a.example" };

	while (size > 0 && records.n < DNS_RECORDS_MAX - 3) {
		const uint8_t *end = memchr(data, '\n', size);
		const size_t   len = end ? (size_t)(end - data) : size;

		check_record(data, len);
		dns_records_add(&records, data, len);
		data += len + (end ? 1 : 0);
		size -= len + (end ? 1 : 0);
	}
	const bool plain = permits(&records, false), wildcard = permits(&records, true);

	dns_records_add(&records, own_issue, sizeof(own_issue) - 1);
	HOLDS(!plain || permits(&records, false));
	dns_records_add(&records, own_issuewild, sizeof(own_issuewild) - 1);
	HOLDS(!wildcard || permits(&records, true));
	dns_records_add(&records, critical, sizeof(critical) - 1);
	HOLDS(!permits(&records, false) && !permits(&records, true));
	return 0;
}
