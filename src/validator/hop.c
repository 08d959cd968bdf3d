/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/hop.h"

#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "validator/excerpt.h"

DEFINE_FREEP(curlu, CURLU *, curl_url_cleanup);

#define HTTP_DEFAULT_PORT 80

struct hop *hop_first(const char *host, uint16_t port, const char *path)
{
	struct hop *hop = xcalloc(1, sizeof(*hop));
	char        number[sizeof(":65535")] = "";
	bool        bracketed;

	snprintf(hop->host, sizeof(hop->host), "%s", host);
	hop->port = port;
	hop->literal = addr_from_text(host, &hop->addr);
	bracketed = hop->literal && hop->addr.v6;
	if (port != HTTP_DEFAULT_PORT)
		snprintf(number, sizeof(number), ":%u", port);
	hop->url = xasprintf("http://%s%s%s%s%s", bracketed ? "[" : "", host, bracketed ? "]" : "", number, path);
	return hop;
}

/* curl allocates with its own allocator; everything past this line is ours.  NULL when there is no such part. */
static char *part(CURLU *u, CURLUPart what, unsigned flags)
{
	char *text = NULL, *copy;

	if (curl_url_get(u, what, &text, flags) != CURLUE_OK)
		return NULL;
	copy = xstrdup(text);
	curl_free(text);
	return copy;
}

static bool is_printable(const char *s)
{
	for (; *s; s++)
		if (*s <= ' ' || *s >= 0x7f)
			return false;
	return true;
}

static bool is_dns_name(const char *host)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t            len = strlen(host);

	return len > 0 && host[strspn(host, chars)] == '\0' && host[0] != '.' && host[len - 1] != '.' &&
	       !strstr(host, "..");
}

static int take_scheme_and_port(CURLU *u, const struct hop_ports *ports, struct hop *hop, struct problem *p)
{
	auto_free char *scheme = part(u, CURLUPART_SCHEME, 0);
	auto_free char *port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT);

	hop->tls = scheme && strcmp(scheme, "https") == 0;
	if (!scheme || (!hop->tls && strcmp(scheme, "http") != 0))
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to the scheme %.20s, expected http or https",
		                   scheme ? scheme : "(none)");
	hop->port = hop->tls ? ports->https : ports->http;
	if (!port || strtoul(port, NULL, 10) != hop->port)
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to port %.5s, expected %u for %s",
		                   port ? port : "(none)", hop->port, scheme);
	return 0;
}

static int check_user(CURLU *u, struct problem *p)
{
	auto_free char *user = part(u, CURLUPART_USER, 0);
	auto_free char *password = part(u, CURLUPART_PASSWORD, 0);

	if (user || password)
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to a URL with user information");
	return 0;
}

static int take_host(CURLU *u, struct hop *hop, struct problem *p)
{
	auto_free char *host = part(u, CURLUPART_HOST, 0);
	auto_free char *zone = part(u, CURLUPART_ZONEID, 0);
	size_t          len = host ? strlen(host) : 0;

	if (len == 0 || zone || len > IDENT_MAX)
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to a URL without a usable host");
	for (size_t i = 0; i < len; i++)
		hop->host[i] = (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] + ('a' - 'A') : host[i]);
	if (curl_url_set(u, CURLUPART_HOST, hop->host, 0) != CURLUE_OK)
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to a host that is no DNS name");
	if (hop->host[0] == '[' && hop->host[len - 1] == ']') {
		memmove(hop->host, hop->host + 1, len - 2);
		hop->host[len - 2] = '\0';
	}
	hop->literal = addr_from_text(hop->host, &hop->addr);
	if (!hop->literal && !is_dns_name(hop->host))
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to a host that is no DNS name");
	return 0;
}

int hop_redirect(const struct hop *from, const char *location, const struct hop_ports *ports, struct hop **ret,
                 struct problem *p)
{
	auto_(curlu) CURLU    *u = oom_check(curl_url());
	auto_(hop) struct hop *hop = xcalloc(1, sizeof(*hop));
	size_t                 len = strlen(location);
	int                    r;

	if (len == 0 || len > HOP_URL_MAX || !is_printable(location))
		return problem_set(
			p, PROB_UNAUTHORIZED,
			"redirect with a Location that is empty, longer than %d bytes or not printable ASCII",
			HOP_URL_MAX);
	if (curl_url_set(u, CURLUPART_URL, from->url, 0) != CURLUE_OK ||
	    curl_url_set(u, CURLUPART_URL, location, 0) != CURLUE_OK ||
	    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK)
		return problem_set(p, PROB_UNAUTHORIZED, "redirect with a Location that is no http or https URL");
	r = take_scheme_and_port(u, ports, hop, p);
	if (r < 0)
		return r;
	r = check_user(u, p);
	if (r == 0)
		r = take_host(u, hop, p);
	if (r < 0)
		return r;
	hop->url = part(u, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
	if (!hop->url || strlen(hop->url) > 2 * HOP_URL_MAX)
		return problem_set(p, PROB_UNAUTHORIZED, "redirect to a URL that is too long");
	*ret = steal(hop);
	return 0;
}

void hop_show(const struct hop *hop, const char *token, char *out, size_t size)
{
	static const char cut[] = "?...";
	size_t            len = strcspn(hop->url, "?");
	bool              has_query = hop->url[len] != '\0';

	excerpt(out, has_query ? size - (sizeof(cut) - 1) : size, hop->url, len, token);
	if (has_query)
		memcpy(out + strlen(out), cut, sizeof(cut));
}

void hop_free(struct hop *hop)
{
	if (!hop)
		return;
	free(hop->url);
	free(hop);
}
