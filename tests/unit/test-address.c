/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>

#include "base/address.h"

/* RFC 8555 10.4; the registries of RFC 6890 */
static const struct {
	const char *address, *refusal;
} by_default[] = {
	{ "0.0.0.0", "this network" },
	{ "0.255.255.255", "this network" },
	{ "1.0.0.0", NULL },
	{ "9.255.255.255", NULL },
	{ "10.0.0.0", "private use" },
	{ "10.255.255.255", "private use" },
	{ "11.0.0.0", NULL },
	{ "100.63.255.255", NULL },
	{ "100.64.0.0", "carrier-grade NAT" },
	{ "100.127.255.255", "carrier-grade NAT" },
	{ "100.128.0.0", NULL },
	{ "126.255.255.255", NULL },
	{ "127.0.0.1", "loopback" },
	{ "127.255.255.255", "loopback" },
	{ "128.0.0.0", NULL },
	{ "169.253.255.255", NULL },
	{ "169.254.169.254", "link-local" },
	{ "169.255.0.0", NULL },
	{ "172.15.255.255", NULL },
	{ "172.16.0.0", "private use" },
	{ "172.31.255.255", "private use" },
	{ "172.32.0.0", NULL },
	{ "192.0.0.170", "IETF protocol assignments" },
	{ "192.0.1.0", NULL },
	{ "192.0.2.1", "documentation" },
	{ "192.88.99.1", "6to4 relay" },
	{ "192.167.255.255", NULL },
	{ "192.168.0.0", "private use" },
	{ "192.169.0.0", NULL },
	{ "198.17.255.255", NULL },
	{ "198.18.0.0", "benchmarking" },
	{ "198.19.255.255", "benchmarking" },
	{ "198.20.0.0", NULL },
	{ "198.51.100.1", "documentation" },
	{ "203.0.113.1", "documentation" },
	{ "223.255.255.255", NULL },
	{ "224.0.0.1", "multicast" },
	{ "239.255.255.255", "multicast" },
	{ "240.0.0.1", "reserved" },
	{ "255.255.255.255", "broadcast" },
	{ "::", "unspecified" },
	{ "::1", "loopback" },
	{ "::2", "IPv4-compatible" },
	{ "::10.0.0.1", "IPv4-compatible" },
	{ "::ffff:10.0.0.1", "IPv4-mapped" },
	{ "::ffff:8.8.8.8", "IPv4-mapped" },
	{ "64:ff9b::a00:1", "private use" },
	{ "64:ff9b::127.0.0.1", "loopback" },
	{ "64:ff9b::8.8.8.8", NULL },
	{ "64:ff9b:1::1", "local NAT64" },
	{ "64:ff9c::1", "not global unicast" },
	{ "100::1", "discard-only" },
	{ "100:0:0:1::", "not global unicast" },
	{ "2001::1", "IETF protocol assignments" },
	{ "2001:1ff:ffff::", "IETF protocol assignments" },
	{ "2001:200::1", NULL },
	{ "2001:db8::1", "documentation" },
	{ "2001:db9::1", NULL },
	{ "2002:a00:1::1", "6to4" },
	{ "2002:808:808::1", "6to4" },
	{ "2a00:1450::1", NULL },
	{ "3fff::1", "documentation" },
	{ "3fff:1000::1", NULL },
	{ "4000::1", "not global unicast" },
	{ "5f00::1", "not global unicast" },
	{ "fc00::1", "unique local" },
	{ "fdff::1", "unique local" },
	{ "fe80::1", "link-local" },
	{ "fec0::1", "site-local" },
	{ "ff02::1", "multicast" },
};

static struct addr parse(const char *text)
{
	struct addr a;

	if (!addr_from_text(text, &a))
		fail_msg("%s is no address", text);
	return a;
}

static void expect(const struct addr_policy *policy, const char *address, const char *refusal)
{
	struct addr a = parse(address);
	const char *found = addr_refusal(policy, &a);

	if (!found != !refusal || (found && refusal && strcmp(found, refusal) != 0))
		fail_msg("%s: found %s, expected %s", address, found ? found : "permitted",
		         refusal ? refusal : "permitted");
}

static struct addr_policy *policy_of(char *allow, char *deny)
{
	struct problem      p = PROBLEM_INIT;
	struct addr_policy *policy = NULL;
	struct conf_list    allowed = { &allow, allow ? 1 : 0 }, denied = { &deny, deny ? 1 : 0 };

	assert_int_equal(addr_policy_new(&allowed, &denied, &policy, &p), 0);
	return policy;
}

static void test_default(void **state UNUSED)
{
	auto_(addr_policy) struct addr_policy *policy = policy_of(NULL, NULL);

	for (size_t i = 0; i < ARRAY_LEN(by_default); i++)
		expect(policy, by_default[i].address, by_default[i].refusal);
}

static void test_allow(void **state UNUSED)
{
	auto_(addr_policy) struct addr_policy *policy = policy_of((char[]){ "127.0.0.0/8" }, NULL);

	expect(policy, "127.1.2.3", NULL);
	expect(policy, "10.0.0.1", "private use");
	expect(policy, "::1", "loopback");
	/* Another way to write it is another thing to allow. */
	expect(policy, "::ffff:127.0.0.1", "IPv4-mapped");
}

static void test_deny_wins_in_every_form(void **state UNUSED)
{
	auto_(addr_policy) struct addr_policy *policy = policy_of((char[]){ "::/0" }, (char[]){ "8.8.8.0/24" });

	expect(policy, "8.8.8.8", "denied by the configuration");
	expect(policy, "8.8.9.8", NULL);
	expect(policy, "::ffff:8.8.8.8", "denied by the configuration");
	expect(policy, "64:ff9b::8.8.8.8", "denied by the configuration");
	expect(policy, "2002:808:808::1", "denied by the configuration");
	expect(policy, "2002:808:908::1", NULL);
}

static void test_partial_bytes(void **state UNUSED)
{
	auto_(addr_policy) struct addr_policy *policy = policy_of(NULL, (char[]){ "1.2.3.160/27" });

	expect(policy, "1.2.3.159", NULL);
	expect(policy, "1.2.3.160", "denied by the configuration");
	expect(policy, "1.2.3.191", "denied by the configuration");
	expect(policy, "1.2.3.192", NULL);
}

static void test_bad_networks(void **state UNUSED)
{
	static const char *const texts[] = { "",          "10.0.0.0/33", "::/129",      "10.0.0.0/",    "10.0.0.0/8x",
		                             "10.0.0/8",  "localhost",   "10.0.0.0/-1", "10.0.0.0/ 8",  "[::1]/128",
		                             "fe80::1%1", "/8",          "1.2.3.4/8/9", "10.0.0.0/0008" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		auto_free char                    *text = strdup(texts[i]);
		struct addr_policy                *policy = NULL;
		struct conf_list                   list = { &text, 1 }, none = { NULL, 0 };

		assert_int_equal(addr_policy_new(&none, &list, &policy, &p), -PROB_CONFIG);
		assert_non_null(strstr(p.detail, "deny-networks"));
		assert_null(policy);
	}
}

struct visited {
	char text[2000];
};

static void visit(void *arg, const char *network)
{
	struct visited *v = arg;
	size_t          len = strlen(v->text);

	snprintf(v->text + len, sizeof(v->text) - len, " %s", network);
}

static void test_refused_networks(void **state UNUSED)
{
	auto_(addr_policy) struct addr_policy *policy =
		policy_of((char[]){ "10.1.0.0/16" }, (char[]){ "192.0.3.0/24" });
	struct visited v = { "" };

	addr_policy_refused(policy, visit, &v);
	strcat(v.text, " ");
	assert_non_null(strstr(v.text, " 192.0.3.0/24 "));
	assert_non_null(strstr(v.text, " 127.0.0.0/8 "));
	assert_non_null(strstr(v.text, " fc00::/7 "));
	/* Something of it is allowed; some of it is reachable. */
	assert_null(strstr(v.text, " 10.0.0.0/8 "));
	assert_null(strstr(v.text, " ::/0 "));
	assert_null(strstr(v.text, " 2000::/3 "));
}

static void test_special_purpose(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(by_default); i++) {
		struct addr a = parse(by_default[i].address);
		const char *found = addr_special_purpose(&a);

		if (!found != !by_default[i].refusal || (found && strcmp(found, by_default[i].refusal) != 0))
			fail_msg("%s: found %s", by_default[i].address, found ? found : "nothing");
	}
}

static void test_listed(void **state UNUSED)
{
	char             *networks[] = { (char[]){ "10.0.0.0/8" }, (char[]){ "nonsense" }, (char[]){ "2001:db8::/32" },
		                         (char[]){ "192.0.2.1" } };
	struct conf_list  list = { networks, ARRAY_LEN(networks) };
	const struct addr in[] = { parse("10.255.0.1"), parse("2001:db8:ffff::"), parse("192.0.2.1") };
	const struct addr out[] = { parse("11.0.0.0"), parse("2001:db9::"), parse("192.0.2.2"), parse("::10.0.0.1") };

	for (size_t i = 0; i < ARRAY_LEN(in); i++)
		assert_true(addr_is_listed(&in[i], &list));
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		assert_false(addr_is_listed(&out[i], &list));
	list.n = 0;
	assert_false(addr_is_listed(&in[0], &list));
}

static void test_text(void **state UNUSED)
{
	static const char *const texts[] = { "192.0.2.1",
		                             "2001:db8::1",
		                             "::",
		                             "::ffff:10.0.0.1",
		                             "::1",
		                             "::2",
		                             "::1:0",
		                             "::a00:1",
		                             "1:0:0:2::",
		                             "64:ff9b::a00:1",
		                             "1:2:3:4:5:6:7:8" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct addr a = parse(texts[i]);
		char        out[ADDR_TEXT_MAX];

		addr_to_text(&a, out);
		assert_string_equal(out, texts[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_deny_wins_in_every_form),
		cmocka_unit_test(test_partial_bytes),
		cmocka_unit_test(test_bad_networks),
		cmocka_unit_test(test_refused_networks),
		cmocka_unit_test(test_special_purpose),
		cmocka_unit_test(test_listed),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
