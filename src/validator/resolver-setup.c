/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/resolver-setup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <unbound.h>

#include "base/mem.h"
#include "pki/ident.h"
#include "validator/dns-reason.h"

#define DNS_DEFAULT_PORT "53"
#define SERVER_FORM      "host or host:port"
#define RESOLV_CONF      "/etc/resolv.conf"
#define LINE_SIZE        256

struct server {
	struct ede_server found;
	char              text[NI_MAXHOST + 8]; /* as libunbound writes it: address@port */
};

/* libunbound tells late, and not which one, when it cannot use a name. */
static bool is_zone(const char *name, size_t len)
{
	size_t label = 0;

	for (size_t i = 0; i < len; i++) {
		if (name[i] == '.' && label == 0)
			return false;
		label = name[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX || !isgraph((unsigned char)name[i]) || strchr("\"\\", name[i]))
			return false;
	}
	return label > 0 && len <= IDENT_MAX;
}

static int set_option(const struct resolver_setup *s, const char *name, const char *value, struct problem *p)
{
	int err = ub_ctx_set_option(s->ctx, name, value);

	if (err != 0)
		return problem_set(p, PROB_SYSTEM, "libunbound refuses %s %s: %s", name, value, ub_strerror(err));
	return 0;
}

/* "host", "host:port", "[v6]:port" or a bare IPv6 address. */
static void split_host_port(char *text, const char **ret_host, const char **ret_port)
{
	char *colon = strrchr(text, ':');
	char *end = text[0] == '[' ? strchr(text, ']') : NULL;

	*ret_host = text;
	*ret_port = DNS_DEFAULT_PORT;
	if (end) {
		*end = '\0';
		*ret_host = text + 1;
		if (end[1] == ':')
			*ret_port = end + 2;
	} else if (colon && strchr(text, ':') == colon) {
		*colon = '\0';
		*ret_port = colon + 1;
	}
}

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	long   port = strtol(text, NULL, 10);

	return digits > 0 && digits <= 5 && text[digits] == '\0' && port > 0 && port <= UINT16_MAX;
}

static int server_unusable(const char *setting, const char *item, const char *why, struct problem *p)
{
	return problem_set(p, PROB_CONFIG, "%s: '%s' cannot be used: %s, expected " SERVER_FORM, setting, item, why);
}

static int find_server(const char *setting, const char *item, struct server *ret, struct problem *p)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV }, *list = NULL;
	auto_free char *copy = xstrdup(item);
	char            address[NI_MAXHOST];
	const char     *host, *port;
	int             err;

	split_host_port(copy, &host, &port);
	if (!is_port(port))
		return problem_set(p, PROB_CONFIG, "%s: '%s' has no port from 1 to 65535, expected " SERVER_FORM,
		                   setting, item);
	err = getaddrinfo(host, port, &hints, &list);
	if (err == 0) {
		memcpy(&ret->found.address, list->ai_addr, list->ai_addrlen);
		ret->found.len = list->ai_addrlen;
		err = getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
		freeaddrinfo(list);
	}
	if (err != 0)
		return server_unusable(setting, item, gai_strerror(err), p);
	snprintf(ret->text, sizeof(ret->text), "%s@%s", address, port);
	return 0;
}

/* --- steps */

/*
 * A TXT record put there a moment ago, or a second value beside the first, must be seen (S71), so nothing is kept from
 * one validation to the next, delegations included.
 */
static int set_options(const struct resolver_setup *s, struct problem *p)
{
	static const struct {
		const char *name, *value;
		const char *of_zone; /* NULL: the same */
	} options[] = {
		{ "cache-min-ttl:", "0", NULL },
		{ "cache-max-ttl:", "0", NULL },
		{ "cache-max-negative-ttl:", "0", NULL },
		{ "aggressive-nsec:", "no", NULL },
		/* A server that was away a moment ago is asked again. */
		{ "infra-host-ttl:", "10", NULL },
		{ "infra-keep-probing:", "yes", NULL },
		{ "edns-buffer-size:", "1232", NULL },
		{ "outgoing-range:", "900", "200" },
		{ "outgoing-num-tcp:", "20", "4" },
		{ "num-queries-per-thread:", "10000", "1000" },
		/* See dns-reason.h. */
		{ "log-servfail:", "yes", NULL },
		{ "val-log-squelch:", "no", NULL },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(options); i++) {
		const char *value = s->zone && options[i].of_zone ? options[i].of_zone : options[i].value;

		r = set_option(s, options[i].name, value, p);
	}
	return r;
}

static int add_insecure(const struct resolver_setup *s, const char *item, struct problem *p)
{
	if (!is_zone(item, strlen(item)))
		return problem_set(p, PROB_CONFIG, "insecure-zones: '%s', expected a domain name without a last dot",
		                   item);
	return set_option(s, "domain-insecure:", item, p);
}

static int set_trust(const struct resolver_setup *s, struct problem *p)
{
	const struct conf_list *insecure = &s->conf->insecure_zones;
	const char             *file = s->conf->trust_anchor_file;
	int                     err, r;

	if (!file || !*file)
		return set_option(s, "module-config:", "iterator", p);
	if (access(file, R_OK) < 0)
		return problem_set(p, PROB_CONFIG, "trust-anchor-file: %s cannot be read", file);
	err = ub_ctx_add_ta_file(s->ctx, file);
	if (err != 0)
		return problem_set(p, PROB_CONFIG, "trust-anchor-file: %s: %s", file, ub_strerror(err));
	r = set_option(s, "module-config:", "validator iterator", p);
	for (size_t i = 0; r == 0 && i < insecure->n; i++)
		r = add_insecure(s, insecure->items[i], p);
	return r;
}

static int add_system_forwarders(const struct resolver_setup *s, struct problem *p)
{
	int err = ub_ctx_resolvconf(s->ctx, NULL);

	if (err != 0)
		return problem_set(p, PROB_CONFIG, "resolvers: the system's cannot be used: %s", ub_strerror(err));
	return 0;
}

static int add_forwarder(const struct resolver_setup *s, const char *item, struct problem *p)
{
	struct server server;
	int           r = find_server("resolvers", item, &server, p), err;

	if (r < 0)
		return r;
	err = ub_ctx_set_fwd(s->ctx, server.text);
	return err == 0 ? 0 : server_unusable("resolvers", item, ub_strerror(err), p);
}

struct refusal {
	const struct resolver_setup *setup;
	struct problem              *p;
	int                          r;
};

static void refuse_network(void *arg, const char *network)
{
	struct refusal *refusal = arg;

	if (refusal->r == 0)
		refusal->r = set_option(refusal->setup, "do-not-query-address:", network, refusal->p);
}

/* Zones say where their servers are: not among those whom nobody but the operator may have us talk to. */
static int resolve_from_root(const struct resolver_setup *s, struct problem *p)
{
	struct refusal refusal = { .setup = s, .p = p, .r = set_option(s, "use-caps-for-id:", "yes", p) };

	addr_policy_refused(s->policy, refuse_network, &refusal);
	return refusal.r;
}

static int set_forwarders(const struct resolver_setup *s, struct problem *p)
{
	const struct conf_list *list = &s->conf->resolvers;
	int                     r;

	if (resolvers_are(s->conf, RS_ROOT))
		return resolve_from_root(s, p);
	r = set_option(s, "do-not-query-localhost:", "no", p);
	if (r == 0 && resolvers_are(s->conf, RS_SYSTEM))
		return add_system_forwarders(s, p);
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = add_forwarder(s, list->items[i], p);
	return r;
}

static int add_stub(const struct resolver_setup *s, const char *item, struct problem *p)
{
	size_t          len = stub_zone_len(item);
	auto_free char *zone = xasprintf("%.*s", (int)len, item);
	struct server   server;
	int             r, err;

	if (item[len] != '=' || !is_zone(item, len))
		return problem_set(
			p, PROB_CONFIG,
			"stub-zones: '%s', expected zone=host or zone=host:port, the zone without a last dot", item);
	r = find_server("stub-zones", item + len + 1, &server, p);
	if (r < 0)
		return r;
	err = ub_ctx_set_stub(s->ctx, zone, server.text, 0);
	return err == 0 ? 0 : server_unusable("stub-zones", item, ub_strerror(err), p);
}

static int set_stubs(const struct resolver_setup *s, struct problem *p)
{
	const struct conf_list *list = &s->conf->stub_zones;
	int                     r = 0;

	if (list->n > 0)
		r = set_option(s, "do-not-query-localhost:", "no", p);
	for (size_t i = 0; r == 0 && i < list->n; i++)
		r = add_stub(s, list->items[i], p);
	return r;
}

/* The zone's name has its quotes escaped. */
static void write_zone(int fd, const struct rs_zone *zone, uint16_t port)
{
	dprintf(fd, "forward-zone:\n name: \"%s\"\n", zone->name);
	for (size_t i = 0; i < zone->n; i++) {
		char text[ADDR_TEXT_MAX];

		addr_to_text(&zone->servers[i], text);
		dprintf(fd, " forward-addr: %s@%u\n", text, port);
	}
}

/*
 * Forwarders of a zone rather than stubs: what forwarders refer to is not followed, and so nobody is asked whose
 * address was not judged.  libunbound takes them out of a file only.
 */
static int set_zone(const struct resolver_setup *s, struct problem *p)
{
	char        path[] = P_tmpdir "/chert-zone-XXXXXX";
	auto_fd int fd = -1;
	int         err;

	if (!s->zone)
		return 0;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return problem_set(p, PROB_SYSTEM, "cannot make a file in " P_tmpdir ": %s", strerror(errno));
	write_zone(fd, s->zone, (uint16_t)s->conf->dns_port);
	err = ub_ctx_config(s->ctx, path);
	unlink(path);
	if (err != 0)
		return problem_set(p, PROB_SYSTEM, "libunbound refuses the servers of zone %s: %s", s->zone->name,
		                   ub_strerror(err));
	return 0;
}

/* libunbound answers these itself unless told not to; a private CA has names there. */
static int remove_local_zones(const struct resolver_setup *s, struct problem *p)
{
	static const char *const zones[] = { "localhost.", "test.", "invalid.", "onion.", "home.arpa." };
	int                      err;

	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		err = ub_ctx_zone_remove(s->ctx, zones[i]);
		if (err != 0)
			return problem_set(p, PROB_CONFIG, "resolver cannot be set up: %s", ub_strerror(err));
	}
	return 0;
}

int resolver_set_up(const struct resolver_setup *s, struct problem *p)
{
	/* The last one freezes the options. */
	static int (*const steps[])(const struct resolver_setup *, struct problem *) = {
		set_options, set_trust, set_forwarders, set_stubs, set_zone, remove_local_zones,
	};
	int r = 0;

	dns_reason_listen(s->ctx);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(steps); i++)
		r = steps[i](s, p);
	return r;
}

/* resolv.conf(5); its first name server alone. */
static bool system_resolver(char *out, size_t size)
{
	auto_file FILE *f = fopen(RESOLV_CONF, "re");
	char            line[LINE_SIZE], *rest;

	while (f && fgets(line, sizeof(line), f)) {
		const char *word = strtok_r(line, " \t\n", &rest);
		const char *address = word ? strtok_r(NULL, " \t\n", &rest) : NULL;

		if (address && strcmp(word, "nameserver") == 0)
			return snprintf(out, size, "%s", address) < (int)size;
	}
	return false;
}

void resolver_first(const struct conf_validator *conf, struct ede_server *ret)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct server                      server = { .found = { .len = 0 } };
	const char                        *item = conf->resolvers.items[0];
	char                               address[LINE_SIZE];

	*ret = (struct ede_server){ .len = 0 };
	if (resolvers_are(conf, RS_ROOT))
		return;
	if (resolvers_are(conf, RS_SYSTEM))
		item = system_resolver(address, sizeof(address)) ? address : NULL;
	if (item && find_server("resolvers", item, &server, &p) == 0)
		*ret = server.found;
}

bool resolvers_are(const struct conf_validator *conf, const char *item)
{
	return conf->resolvers.n == 1 && strcmp(conf->resolvers.items[0], item) == 0;
}

size_t stub_zone_len(const char *item)
{
	return strcspn(item, "=");
}
