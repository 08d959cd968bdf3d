/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/dns-reason.h"

#include <string.h>
#include <strings.h>

#include <unbound.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/mem.h"
#include "validator/excerpt.h"

#define LINE_MAX_  1000
#define QUERY_END  ">: " /* "validation failure <a.example. TXT IN>: signature expired" */
#define NO_ADDRESS "a server"

/* One for the process, as that log is; lines name their query, and the answer follows before another can be written. */
static char heard[LINE_MAX_];

/* One line: "[time] libunbound[pid:thread] error: SERVFAIL <a.example. TXT IN>: why" */
static ssize_t on_write(void *cookie UNUSED, const char *line, size_t len)
{
	size_t n = len < sizeof(heard) - 1 ? len : sizeof(heard) - 1;

	memcpy(heard, line, n);
	heard[n] = '\0';
	heard[strcspn(heard, "\n")] = '\0';
	return (ssize_t)len;
}

void dns_reason_listen(struct ub_ctx *ctx)
{
	static FILE *stream;

	if (!stream) {
		stream = oom_check(fopencookie(NULL, "w", (cookie_io_functions_t){ .write = on_write }));
		setvbuf(stream, NULL, _IOLBF, BUFSIZ);
	}
	ub_ctx_debugout(ctx, stream);
}

const char *dns_reason_heard(const char *name, enum dns_type type)
{
	auto_free char *query = xasprintf("SERVFAIL <%s. %s IN" QUERY_END, name, dns_type_name(type));
	const char     *at = strstr(heard, "SERVFAIL <");

	return at && strncasecmp(at, query, strlen(query)) == 0 ? at : "";
}

void dns_reason_forget(void)
{
	heard[0] = '\0';
}

/* Whether the len characters, punctuation at their end aside, are an IP address. */
static bool is_address(const char *word, size_t len)
{
	char        text[ADDR_TEXT_MAX];
	struct addr a;

	while (len > 0 && strchr(",.;:", word[len - 1]))
		len--;
	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	return addr_from_text(text, &a);
}

void dns_reason_public(char *out, size_t size, const char *text)
{
	auto_clear(buf) struct buf b = BUF_INIT(2 * LINE_MAX_);
	const char                *word = strstr(text, QUERY_END);

	word = word ? word + strlen(QUERY_END) : text;
	while (*word && !b.failed) {
		size_t len = strcspn(word, " ");

		if (is_address(word, len))
			buf_adds(&b, NO_ADDRESS);
		else
			buf_add(&b, word, len);
		word += len;
		len = strspn(word, " ");
		buf_add(&b, word, len);
		word += len;
	}
	excerpt(out, size, buf_str(&b), b.len, NULL);
}
