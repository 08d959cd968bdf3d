/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct net {
	struct addr base;
	unsigned    bits;
};

struct net_list {
	struct net *items;
	size_t      n;
};

struct addr_policy {
	struct net_list allow, deny;
};

struct range {
	struct net  net;
	const char *name; /* NULL: globally reachable */
};

#define V4(a, b, c, d, bits)                    \
	{                                       \
		{ false, { a, b, c, d } }, bits \
	}
#define V6(bits, ...)                           \
	{                                       \
		{ true, { __VA_ARGS__ } }, bits \
	}

/*
 * The IANA special-purpose address registries (RFC 6890), multicast, and IPv6 space that is not handed out.
 * The first match counts.
 */
/* clang-format off */
static const struct range ranges[] = {
	{ V4(255, 255, 255, 255, 32), "broadcast" },
	{ V4(0, 0, 0, 0, 8),          "this network" },
	{ V4(10, 0, 0, 0, 8),         "private use" },
	{ V4(100, 64, 0, 0, 10),      "carrier-grade NAT" },
	{ V4(127, 0, 0, 0, 8),        "loopback" },
	{ V4(169, 254, 0, 0, 16),     "link-local" },
	{ V4(172, 16, 0, 0, 12),      "private use" },
	{ V4(192, 0, 0, 0, 24),       "IETF protocol assignments" },
	{ V4(192, 0, 2, 0, 24),       "documentation" },
	{ V4(192, 88, 99, 0, 24),     "6to4 relay" },
	{ V4(192, 168, 0, 0, 16),     "private use" },
	{ V4(198, 18, 0, 0, 15),      "benchmarking" },
	{ V4(198, 51, 100, 0, 24),    "documentation" },
	{ V4(203, 0, 113, 0, 24),     "documentation" },
	{ V4(224, 0, 0, 0, 4),        "multicast" },
	{ V4(240, 0, 0, 0, 4),        "reserved" },
	{ V6(128, 0),                 "unspecified" },
	{ V6(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), "loopback" },
	{ V6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff),        "IPv4-mapped" },
	{ V6(96, 0),                  "IPv4-compatible" },
	{ V6(96, 0, 0x64, 0xff, 0x9b),             NULL }, /* NAT64: what is embedded is judged */
	{ V6(48, 0, 0x64, 0xff, 0x9b, 0, 1),       "local NAT64" },
	{ V6(64, 0x01, 0),            "discard-only" },
	{ V6(23, 0x20, 0x01, 0),      "IETF protocol assignments" }, /* Teredo, ORCHID, benchmarking too */
	{ V6(32, 0x20, 0x01, 0x0d, 0xb8), "documentation" },
	{ V6(16, 0x20, 0x02),         "6to4" },
	{ V6(20, 0x3f, 0xff, 0),      "documentation" },
	{ V6(3, 0x20),                NULL },
	{ V6(7, 0xfc),                "unique local" },
	{ V6(10, 0xfe, 0x80),         "link-local" },
	{ V6(10, 0xfe, 0xc0),         "site-local" },
	{ V6(8, 0xff),                "multicast" },
	{ V6(0, 0),                   "not global unicast" },
};

/* IPv6 that is only another way to write an IPv4 address, and where it stands. */
static const struct {
	struct net net;
	size_t     at;
} embeddings[] = {
	{ V6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff), 12 },
	{ V6(96, 0, 0x64, 0xff, 0x9b),                      12 },
	{ V6(16, 0x20, 0x02),                               2 },
};
/* clang-format on */

bool addr_from_text(const char *text, struct addr *ret)
{
	struct addr a = { 0 };

	a.v6 = strchr(text, ':') != NULL;
	if (inet_pton(a.v6 ? AF_INET6 : AF_INET, text, a.b) != 1)
		return false;
	*ret = a;
	return true;
}

bool addr_from_bytes(const void *p, size_t len, struct addr *ret)
{
	struct addr a = { .v6 = len == 16 };

	if (len != 4 && len != 16)
		return false;
	memcpy(a.b, p, len);
	*ret = a;
	return true;
}

bool addr_from_sockaddr(const struct sockaddr *sa, struct addr *ret)
{
	struct sockaddr_in  in;
	struct sockaddr_in6 in6;

	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		return addr_from_bytes(&in.sin_addr, 4, ret);
	}
	if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		return addr_from_bytes(&in6.sin6_addr, 16, ret);
	}
	return false;
}

/* RFC 5952 5: dots are for prefixes that tell an IPv4 address.  inet_ntop(3) has them in the obsolete ::/96 too. */
static bool is_compatible(const struct addr *a)
{
	static const uint8_t zeros[12];

	return a->v6 && memcmp(a->b, zeros, sizeof(zeros)) == 0 && (a->b[12] || a->b[13]);
}

void addr_to_text(const struct addr *a, char *out)
{
	if (is_compatible(a))
		snprintf(out, ADDR_TEXT_MAX, "::%x:%x", a->b[12] << 8 | a->b[13], a->b[14] << 8 | a->b[15]);
	else if (!inet_ntop(a->v6 ? AF_INET6 : AF_INET, a->b, out, ADDR_TEXT_MAX))
		out[0] = '\0';
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->v6 == b->v6 && memcmp(a->b, b->b, a->v6 ? 16 : 4) == 0;
}

static bool net_has(const struct net *net, const struct addr *a)
{
	unsigned bytes = net->bits / 8, rest = net->bits % 8;

	if (net->base.v6 != a->v6 || memcmp(net->base.b, a->b, bytes) != 0)
		return false;
	return rest == 0 || ((net->base.b[bytes] ^ a->b[bytes]) & (0xff00u >> rest) & 0xff) == 0;
}

static bool list_has(const struct net_list *list, const struct addr *a)
{
	for (size_t i = 0; i < list->n; i++)
		if (net_has(&list->items[i], a))
			return true;
	return false;
}

static bool embedded_v4(const struct addr *a, struct addr *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(embeddings); i++)
		if (net_has(&embeddings[i].net, a))
			return addr_from_bytes(a->b + embeddings[i].at, 4, ret);
	return false;
}

static const char *range_name(const struct addr *a)
{
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (net_has(&ranges[i].net, a))
			return ranges[i].name;
	return NULL;
}

const char *addr_special_purpose(const struct addr *a)
{
	struct addr v4 = { 0 };
	const char *name = range_name(a);

	return !name && embedded_v4(a, &v4) ? range_name(&v4) : name;
}

const char *addr_refusal(const struct addr_policy *policy, const struct addr *a)
{
	struct addr v4 = { 0 };
	bool        embeds = embedded_v4(a, &v4);

	if (list_has(&policy->deny, a) || (embeds && list_has(&policy->deny, &v4)))
		return "denied by the configuration";
	if (list_has(&policy->allow, a))
		return NULL;
	if (embeds && !range_name(a) && list_has(&policy->allow, &v4))
		return NULL;
	return addr_special_purpose(a);
}

static bool nets_overlap(const struct net *a, const struct net *b)
{
	return a->bits < b->bits ? net_has(a, &b->base) : net_has(b, &a->base);
}

static bool list_overlaps(const struct net_list *list, const struct net *net)
{
	for (size_t i = 0; i < list->n; i++)
		if (nets_overlap(&list->items[i], net))
			return true;
	return false;
}

static void visit_net(const struct net *net, void (*visit)(void *arg, const char *network), void *arg)
{
	char address[ADDR_TEXT_MAX], network[ADDR_TEXT_MAX + 4];

	addr_to_text(&net->base, address);
	snprintf(network, sizeof(network), "%s/%u", address, net->bits);
	visit(arg, network);
}

void addr_policy_refused(const struct addr_policy *policy, void (*visit)(void *arg, const char *network), void *arg)
{
	for (size_t i = 0; i < policy->deny.n; i++)
		visit_net(&policy->deny.items[i], visit, arg);
	/* The last range is what the others leave. */
	for (size_t i = 0; i < ARRAY_LEN(ranges) - 1; i++)
		if (ranges[i].name && !list_overlaps(&policy->allow, &ranges[i].net))
			visit_net(&ranges[i].net, visit, arg);
}

static bool net_from_text(const char *text, struct net *ret)
{
	char        address[ADDR_TEXT_MAX];
	const char *slash = strchr(text, '/');
	size_t      len = slash ? (size_t)(slash - text) : strlen(text);
	struct net  net = { 0 };
	unsigned    max;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (!addr_from_text(address, &net.base))
		return false;
	max = net.base.v6 ? 128 : 32;
	net.bits = max;
	if (slash) {
		size_t digits = strspn(slash + 1, "0123456789");

		if (digits == 0 || digits > 3 || slash[1 + digits] != '\0')
			return false;
		net.bits = (unsigned)strtoul(slash + 1, NULL, 10);
	}
	if (net.bits > max)
		return false;
	*ret = net;
	return true;
}

int addr_check_networks(const char *key, const struct conf_list *networks, struct problem *p)
{
	struct net net;

	for (size_t i = 0; i < networks->n; i++)
		if (!net_from_text(networks->items[i], &net))
			return problem_set(p, PROB_CONFIG,
			                   "%s: '%s' is not a network, expected address/length such as 10.0.0.0/8", key,
			                   networks->items[i]);
	return 0;
}

bool addr_is_listed(const struct addr *a, const struct conf_list *networks)
{
	struct net net;

	for (size_t i = 0; i < networks->n; i++)
		if (net_from_text(networks->items[i], &net) && net_has(&net, a))
			return true;
	return false;
}

static int net_list_fill(struct net_list *list, const char *key, const struct conf_list *from, struct problem *p)
{
	int r = addr_check_networks(key, from, p);

	if (r < 0)
		return r;
	list->items = xcalloc(from->n + 1, sizeof(*list->items));
	for (size_t i = 0; i < from->n; i++)
		list->n += net_from_text(from->items[i], &list->items[i]);
	return 0;
}

int addr_policy_new(const struct conf_list *allow, const struct conf_list *deny, struct addr_policy **ret,
                    struct problem *p)
{
	auto_(addr_policy) struct addr_policy *policy = xcalloc(1, sizeof(*policy));
	int                                    r;

	r = net_list_fill(&policy->allow, "allow-networks", allow, p);
	if (r < 0)
		return r;
	r = net_list_fill(&policy->deny, "deny-networks", deny, p);
	if (r < 0)
		return r;
	*ret = steal(policy);
	return 0;
}

void addr_policy_free(struct addr_policy *policy)
{
	if (!policy)
		return;
	free(policy->allow.items);
	free(policy->deny.items);
	free(policy);
}
