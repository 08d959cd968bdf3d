/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "acme/link.h"
#include "acme/render.h"
#include "fake-rows.h"
#include "json/js.h"

#define BASE         "https://ca.example/acme"
#define UUID         "01930500-0000-7000-8000-000000000000"
#define TEXT         "AZMFAAAAcACAAAAAAAAAAA"
#define UUID_2       "01930500-0000-7000-8000-000000000001"
#define TEXT_2       "AZMFAAAAcACAAAAAAAAAAQ"
#define TIME         "2026-11-21 20:49:17.999+00"
#define WIRE_TIME    "2026-11-21T20:49:17Z"
#define ERROR_STORED "{\"type\": \"dns\", \"detail\": \"no address\"}"
#define ERROR_WIRE   "{\"type\":\"urn:ietf:params:acme:error:dns\",\"detail\":\"no address\",\"status\":400}"
#define RECORD       "[{\"hostname\":\"a.example\",\"addressUsed\":\"192.0.2.1\"}]"

#define PERSISTENT                                              \
	"\"issuer-domain-names\":[\"ca.example\",\"ca.test\"]," \
	"\"issuerDomainNames\":[\"ca.example\",\"ca.test\"],\"accounturi\":\"" BASE "/account/" TEXT_2 "\""

static const struct id             account = { { 0x01, 0x93, 0x05, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 } };
static char                       *issuer_names[] = { (char[]){ "ca.example" }, (char[]){ "ca.test" } };
static const struct conf_list      issuers = { issuer_names, ARRAY_LEN(issuer_names) };
static const struct render_parties parties = { &account, &issuers };

/* Takes over the object. */
static void assert_json(struct json_object *object, const char *expected)
{
	size_t len;

	assert_string_equal(js_text(object, &len), expected);
	json_object_put(object);
}

static void assert_render(struct json_object *(*render)(const struct db_rows *), const struct fake_cell *cells,
                          const char *expected)
{
	auto_(db_rows) struct db_rows *rows = fake_rows(cells);

	assert_json(render(rows), expected);
}

static void assert_render_for(struct json_object *(*render)(const struct db_rows *, const struct render_parties *),
                              const struct fake_cell *cells, const char *expected)
{
	auto_(db_rows) struct db_rows *rows = fake_rows(cells);

	assert_json(render(rows, &parties), expected);
}

static void test_account(void **state UNUSED)
{
	const struct fake_cell full[] = {
		{ "account", UUID },     { "status", "valid" }, { "contact", "[\"mailto:a@example.org\"]" },
		{ "terms_agreed", "t" }, { NULL, NULL },
	};
	const struct fake_cell bare[] = {
		{ "account", UUID }, { "status", "deactivated" }, { "contact", "[]" }, { "terms_agreed", "f" },
		{ NULL, NULL },
	};

	assert_render(render_account, full,
	              "{\"status\":\"valid\",\"contact\":[\"mailto:a@example.org\"],"
	              "\"termsOfServiceAgreed\":true,"
	              "\"orders\":\"" BASE "/account/" TEXT "/orders\"}");
	assert_render(render_account, bare,
	              "{\"status\":\"deactivated\",\"orders\":\"" BASE "/account/" TEXT "/orders\"}");
}

static void test_orders(void **state UNUSED)
{
	const struct fake_cell two[] = { { "orders", "[\"" UUID_2 "\", \"" UUID "\"]" },
		                         { "next", UUID },
		                         { NULL, NULL } };
	const struct fake_cell none[] = { { "orders", "[]" }, { "next", NULL }, { NULL, NULL } };

	assert_render(render_orders, two, "{\"orders\":[\"" BASE "/order/" TEXT_2 "\",\"" BASE "/order/" TEXT "\"]}");
	assert_render(render_orders, none, "{\"orders\":[]}");
}

static void test_order(void **state UNUSED)
{
	const struct fake_cell pending[] = {
		{ "id", UUID },
		{ "status", "pending" },
		{ "expires_at", TIME },
		{ "identifiers", "[{\"type\": \"dns\", \"value\": \"a.example\"}]" },
		{ "authorizations", "[\"" UUID_2 "\", \"" UUID "\"]" },
		{ "not_before", NULL },
		{ "not_after", NULL },
		{ "error", NULL },
		{ "certificate", NULL },
		{ "profile", "default" },
		{ "replaces", NULL },
		{ NULL, NULL },
	};
	const struct fake_cell full[] = {
		{ "id", UUID },          { "status", "invalid" },    { "expires_at", TIME },
		{ "identifiers", "[]" }, { "authorizations", "[]" }, { "not_before", TIME },
		{ "not_after", TIME },   { "error", ERROR_STORED },  { "certificate", UUID_2 },
		{ "profile", "short" },  { "replaces", "AA.AQ" },    { NULL, NULL },
	};

	assert_render(render_order, pending,
	              "{\"status\":\"pending\",\"expires\":\"" WIRE_TIME "\","
	              "\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.example\"}],\"profile\":\"default\","
	              "\"authorizations\":[\"" BASE "/authz/" TEXT_2 "\",\"" BASE "/authz/" TEXT "\"],"
	              "\"finalize\":\"" BASE "/order/" TEXT "/finalize\"}");
	assert_render(render_order, full,
	              "{\"status\":\"invalid\",\"expires\":\"" WIRE_TIME
	              "\",\"identifiers\":[],\"notBefore\":\"" WIRE_TIME "\",\"notAfter\":\"" WIRE_TIME
	              "\",\"profile\":\"short\",\"replaces\":\"AA.AQ\",\"error\":" ERROR_WIRE ",\"authorizations\":[],"
	              "\"finalize\":\"" BASE "/order/" TEXT "/finalize\",\"certificate\":\"" BASE "/cert/" TEXT_2
	              "\"}");
}

static void test_authorization(void **state UNUSED)
{
	const struct fake_cell pending[] = {
		{ "id", UUID },
		{ "status", "pending" },
		{ "expires_at", TIME },
		{ "identifier_type", "dns" },
		{ "identifier", "a.example" },
		{ "wildcard", "t" },
		{ "subdomains", "f" },
		{ "challenges", "[{\"type\": \"dns-01\", \"token\": \"tok\", \"status\": \"pending\"}]" },
		{ NULL, NULL },
	};
	const struct fake_cell done[] = {
		{ "id", UUID },
		{ "status", "invalid" },
		{ "expires_at", TIME },
		{ "identifier_type", "dns" },
		{ "identifier", "a.example" },
		{ "wildcard", "f" },
		{ "subdomains", "t" },
		{ "challenges",
		  "[{\"type\": \"http-01\", \"token\": \"tok\", \"status\": \"valid\", \"validated\": \"" WIRE_TIME
		  "\"}, {\"type\": \"dns-01\", \"token\": \"tak\", \"status\": \"invalid\", \"error\": " ERROR_STORED
		  "}]" },
		{ NULL, NULL },
	};

	assert_render_for(
		render_authorization, pending,
		"{\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"},\"status\":\"pending\",\"expires\":"
		"\"" WIRE_TIME "\",\"challenges\":[{\"type\":\"dns-01\",\"url\":\"" BASE "/challenge/" TEXT
		"/dns-01\",\"status\":\"pending\",\"token\":\"tok\"}],\"wildcard\":true}");
	assert_render_for(
		render_authorization, done,
		"{\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"},\"status\":\"invalid\",\"expires\":"
		"\"" WIRE_TIME "\",\"challenges\":[{\"type\":\"http-01\",\"url\":\"" BASE "/challenge/" TEXT
		"/http-01\",\"status\":\"valid\",\"token\":\"tok\",\"validated\":\"" WIRE_TIME "\"},"
		"{\"type\":\"dns-01\",\"url\":\"" BASE "/challenge/" TEXT
		"/dns-01\",\"status\":\"invalid\",\"token\":\"tak\",\"error\":" ERROR_WIRE
		"}],\"subdomainAuthAllowed\":true}");
}

/* What the validator shows goes out as it is. */
static void test_validation_record(void **state UNUSED)
{
	const struct fake_cell valid[] = {
		{ "id", UUID },
		{ "status", "valid" },
		{ "expires_at", TIME },
		{ "identifier_type", "ip" },
		{ "identifier", "192.0.2.1" },
		{ "wildcard", "f" },
		{ "subdomains", "f" },
		{ "challenges", "[{\"type\": \"tls-alpn-01\", \"token\": \"tok\", \"status\": \"valid\", "
		                "\"validationRecord\": " RECORD "}]" },
		{ NULL, NULL },
	};

	assert_render_for(render_authorization, valid,
	                  "{\"identifier\":{\"type\":\"ip\",\"value\":\"192.0.2.1\"},\"status\":\"valid\","
	                  "\"expires\":\"" WIRE_TIME "\",\"challenges\":[{\"type\":\"tls-alpn-01\",\"url\":\"" BASE
	                  "/challenge/" TEXT "/tls-alpn-01\",\"status\":\"valid\",\"token\":\"tok\","
	                  "\"validationRecord\":" RECORD "}]}");
}

static void test_persistent(void **state UNUSED)
{
	const struct fake_cell authorization[] = {
		{ "id", UUID },
		{ "status", "pending" },
		{ "expires_at", TIME },
		{ "identifier_type", "dns" },
		{ "identifier", "a.example" },
		{ "wildcard", "f" },
		{ "subdomains", "f" },
		{ "challenges", "[{\"type\": \"dns-persist-01\", \"status\": \"pending\"}]" },
		{ NULL, NULL },
	};
	const struct fake_cell challenge[] = {
		{ "type", "dns-persist-01" }, { "status", "pending" }, { "token", NULL },
		{ "validated_at", NULL },     { "error", NULL },       { "authorization_id", UUID },
		{ "record", NULL },           { NULL, NULL },
	};

	assert_render_for(render_authorization, authorization,
	                  "{\"identifier\":{\"type\":\"dns\",\"value\":\"a.example\"},\"status\":\"pending\","
	                  "\"expires\":\"" WIRE_TIME "\",\"challenges\":[{\"type\":\"dns-persist-01\",\"url\":\"" BASE
	                  "/challenge/" TEXT "/dns-persist-01\",\"status\":\"pending\"," PERSISTENT "}]}");
	assert_render_for(render_challenge, challenge,
	                  "{\"type\":\"dns-persist-01\",\"url\":\"" BASE "/challenge/" TEXT
	                  "/dns-persist-01\",\"status\":\"pending\"," PERSISTENT "}");
}

static void test_challenge(void **state UNUSED)
{
	const struct fake_cell pending[] = {
		{ "type", "http-01" }, { "status", "processing" },   { "token", "tok" }, { "validated_at", NULL },
		{ "error", NULL },     { "authorization_id", UUID }, { "record", NULL }, { NULL, NULL },
	};
	const struct fake_cell retried[] = {
		{ "type", "http-01" },     { "status", "processing" },   { "token", "tok" }, { "validated_at", NULL },
		{ "error", ERROR_STORED }, { "authorization_id", UUID }, { "record", NULL }, { NULL, NULL },
	};
	const struct fake_cell done[] = {
		{ "type", "http-01" },     { "status", "invalid" },      { "token", "tok" },   { "validated_at", TIME },
		{ "error", ERROR_STORED }, { "authorization_id", UUID }, { "record", RECORD }, { NULL, NULL },
	};

	assert_render_for(render_challenge, pending,
	                  "{\"type\":\"http-01\",\"url\":\"" BASE "/challenge/" TEXT
	                  "/http-01\",\"status\":\"processing\",\"token\":\"tok\"}");
	assert_render_for(render_challenge, retried,
	                  "{\"type\":\"http-01\",\"url\":\"" BASE "/challenge/" TEXT
	                  "/http-01\",\"status\":\"processing\",\"token\":\"tok\",\"error\":" ERROR_WIRE "}");
	assert_render_for(render_challenge, done,
	                  "{\"type\":\"http-01\",\"url\":\"" BASE "/challenge/" TEXT
	                  "/http-01\",\"status\":\"invalid\",\"token\":\"tok\",\"validated\":\"" WIRE_TIME
	                  "\",\"error\":" ERROR_WIRE ",\"validationRecord\":" RECORD "}");
}

static int set_up(void **state UNUSED)
{
	link_setup(BASE);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_authorization),
		cmocka_unit_test(test_validation_record),
		cmocka_unit_test(test_persistent),
		cmocka_unit_test(test_challenge),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
