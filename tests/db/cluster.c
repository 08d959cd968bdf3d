/* SPDX-License-Identifier: BSD-2-Clause */
/* Started by cluster.t, which makes the database. */
#include "../unit/unit.h"

#include <string.h>
#include <time.h>

#include <libpq-fe.h>

#include "acme/challenge.h"
#include "acme/link.h"
#include "acme/nonce.h"
#include "acme/render.h"
#include "base/address.h"
#include "base/buf.h"
#include "base/clk.h"
#include "base/mem.h"
#include "db/db.h"
#include "db/wire.h"
#include "json/js.h"
#include "pki/ident.h"

#define TIMEOUT   (20 * CLK_SECOND)
#define DOOR_BELL "chert_validate"

static void open_db(enum db_schema schema, bool prepared, int64_t timeout, struct db **ret)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_free char                    *conninfo = xstrdup(getenv("CHERT_TEST_DATABASE"));
	const struct conf                  conf = {
				 .database = conninfo,
				 .prepared_statements = prepared,
				 .database_timeout = timeout,
	};
	const int r = db_open(&conf, schema, "test-cluster", ret, &p);

	if (r < 0)
		print_message("# %s; %s\n", p.detail, p.cause);
	assert_int_equal(r, 0);
}

static int call(struct db *db, enum db_call_id id, const struct db_arg *args, struct db_rows **ret)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const int                          r = db_call(db, id, args, ret, &p);

	if (r < 0)
		print_message("# %s; %s\n", p.detail, p.cause);
	return r;
}

/* Runs a statement as the superuser and returns its first value. */
static char *admin(const char *sql)
{
	auto_free char           *conninfo = xasprintf("%s user=postgres", getenv("CHERT_TEST_DATABASE"));
	auto_(pgconn) PGconn     *conn = PQconnectdb(conninfo);
	auto_(pgresult) PGresult *res = PQexec(conn, sql);

	assert_int_equal(PQresultStatus(res), PGRES_TUPLES_OK);
	return xstrdup(PQgetvalue(res, 0, 0));
}

static void sleep_ms(long ms)
{
	const struct timespec ts = { .tv_nsec = ms * 1000000 };

	nanosleep(&ts, NULL);
}

static void test_all_schemas(void **state UNUSED)
{
	for (int schema = DB_WEB; schema <= DB_ADMIN; schema++) {
		for (int prepared = 0; prepared < 2; prepared++) {
			auto_(db) struct db *db = NULL;

			open_db((enum db_schema)schema, prepared, TIMEOUT, &db);
		}
	}
}

/* Role chert_web has no business in the other schemas. */
static void test_wrong_role(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_free char                    *conninfo = xasprintf("%s user=chert_web", getenv("CHERT_TEST_DATABASE"));
	const struct conf conf = { .database = conninfo, .prepared_statements = true, .database_timeout = TIMEOUT };
	struct db        *db = NULL;

	assert_int_equal(db_open(&conf, DB_SIGN, "test-cluster", &db, &p), -PROB_CONFIG);
	assert_non_null(strstr(p.detail, "permission denied"));
}

static void load_nonce_keys(struct db *db, struct nonce_keys *keys)
{
	auto_(db_rows) struct db_rows *rows = NULL;

	*keys = (struct nonce_keys){ 0 };
	assert_int_equal(call(db, DB_WEB_NONCE_KEYS, NULL, &rows), 0);
	assert_true(db_n_rows(rows) > 0);
	for (size_t i = 0; i < db_n_rows(rows); i++) {
		size_t             len = 0;
		auto_free uint8_t *key = row_bytes(rows, i, "key", &len);

		assert_int_equal(len, NONCE_KEY_LEN);
		assert_true(llabs(row_time(rows, i, "active_from") - clk_now()) < CLK_HOUR);
		nonce_keys_add(keys, row_int(rows, i, "id"), row_time(rows, i, "active_from"), key);
	}
}

static struct nonce fresh_nonce(struct db *db)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct nonce_keys                  keys;
	struct nonce                       nonce = { 0 };
	char                               text[NONCE_LEN + 1];
	bool                               unknown;

	load_nonce_keys(db, &keys);
	assert_true(nonce_make(&keys, clk_now(), text));
	assert_int_equal(nonce_check(&keys, text, clk_now(), CLK_HOUR, &nonce, &unknown, &p), 0);
	return nonce;
}

static void test_nonce_once(void **state UNUSED)
{
	auto_(db) struct db *db = NULL;
	struct db_rows      *rows = NULL;

	open_db(DB_WEB, true, TIMEOUT, &db);
	const struct nonce  nonce = fresh_nonce(db);
	const struct db_arg args[] = { db_id(&nonce.id), db_int(nonce.key_id) };

	assert_int_equal(call(db, DB_WEB_NONCE_SPEND, args, &rows), 0);
	db_rows_free(rows);
	assert_int_equal(call(db, DB_WEB_NONCE_SPEND, args, &rows), -PROB_BAD_NONCE);
}

static void make_account(struct db *db, struct id *ret)
{
	auto_(db_rows) struct db_rows  *rows = NULL;
	auto_(json) struct json_object *account = NULL;
	const struct nonce              nonce = fresh_nonce(db);
	size_t                          len;

	const struct db_arg args[] = {
		db_id(&nonce.id),
		db_int(nonce.key_id),
		/* base64url of the SHA-256 of what follows it */
		db_text("bDNadPRDbJx3lGcmslg2uEkoVsa5WcwvVeT5KpSq0yg"),
		db_text("{\"kty\":\"x\"}"),
		db_text("[\"mailto:\u00e4@example.org\"]"),
		db_text("terms"),
		db_bool(false),
		db_bool(false),
		db_null(),
		db_null(),
		db_null(),
		db_null(),
	};
	assert_int_equal(call(db, DB_WEB_ACCOUNT_NEW, args, &rows), 0);
	assert_true(row_bool(rows, 0, "created"));
	assert_true(row_id(rows, 0, "account", ret));
	account = render_account(rows);
	assert_non_null(strstr(js_text(account, &len),
	                       "{\"status\":\"valid\",\"contact\":[\"mailto:\u00e4@example.org\"],"
	                       "\"termsOfServiceAgreed\":true,\"orders\":\"https://"));
}

/* An order through the real functions, and as JSON. */
static void test_order(void **state UNUSED)
{
	auto_(db) struct db            *db = NULL;
	auto_(db_rows) struct db_rows  *order = NULL, *authz = NULL;
	auto_(json) struct json_object *object = NULL;
	struct id                       account, id;

	open_db(DB_WEB, false, TIMEOUT, &db);
	make_account(db, &account);
	struct nonce  nonce = fresh_nonce(db);
	const int64_t not_after = INT64_C(4102444800123456);
	const struct db_arg new[] = {
		db_id(&account),
		db_int(1),
		db_id(&nonce.id),
		db_int(nonce.key_id),
		db_null(),
		db_text("[{\"type\":\"dns\",\"value\":\"*.a.example\"}]"),
		db_text("[{\"type\":\"dns\",\"value\":\"a.example\",\"wildcard\":true,\"challenges\":[\"dns-01\"]}]"),
		db_text("default"),
		db_null(),
		db_time(not_after),
		db_int(3600),
		db_int(86400),
		db_bool(false),
		db_bool(false),
		db_null(),
		db_null(),
		db_null(),
		db_text("{\"perspectives\":[\"default\"],\"remote\":0,\"regions\":0}"),
		db_text("[\"*.a.example\"]"),
	};

	assert_int_equal(call(db, DB_WEB_ORDER_NEW, new, &order), 0);
	assert_true(row_time(order, 0, "not_after") == not_after);
	assert_int_equal(row_time(order, 0, "not_before"), 0);
	assert_true(llabs(row_time(order, 0, "expires_at") - clk_now() - CLK_HOUR) < CLK_MINUTE);
	object = render_order(order);
	const char *url =
		json_object_get_string(json_object_array_get_idx(json_object_object_get(object, "authorizations"), 0));
	assert_non_null(url);
	assert_true(id_from_text(strrchr(url, '/') + 1, ID_TEXT_LEN, &id));

	nonce = fresh_nonce(db);
	const struct db_arg get[] = { db_id(&account), db_int(1), db_id(&nonce.id), db_int(nonce.key_id), db_id(&id) };
	assert_int_equal(call(db, DB_WEB_AUTHORIZATION_GET, get, &authz), 0);
	json_object_put(object);
	object = render_authorization(authz, &(struct render_parties){ &account, &(struct conf_list){ NULL, 0 } });
	assert_true(json_object_get_boolean(json_object_object_get(object, "wildcard")));
	assert_int_equal(json_object_array_length(json_object_object_get(object, "challenges")), 1);
}

/* Arrays arrive as they were meant. */
static void test_arrays(void **state UNUSED)
{
	auto_(db) struct db           *db = NULL;
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_clear(buf) struct buf     ids = BUF_INIT(1000), numbers = BUF_INIT(1000), times = BUF_INIT(1000),
				   bytes = BUF_INIT(1000);

	open_db(DB_SIGN, true, TIMEOUT, &db);
	for (int i = 0; i < 2; i++) {
		db_array_text(&ids,
		              i ? "01930500-0000-7000-8000-000000000000" : "01930500-0000-7000-8000-000000000001");
		db_array_text(&numbers, "7");
		db_array_text(&times, "2026-11-21T20:49:17Z");
		db_array_bytes(&bytes, "\x00\\\"", 3);
	}
	db_array_end(&ids);
	db_array_end(&numbers);
	db_array_end(&times);
	db_array_end(&bytes);
	const char *const id = buf_str(&ids), *const n = buf_str(&numbers), *const t = buf_str(&times);
	const struct db_arg args[] = {
		db_text(id), db_text(n), db_text(id), db_text(n), db_text(t), db_text(t), db_text(buf_str(&bytes)),
	};
	auto_free char *sql = xasprintf("select encode((('%s'::bytea[])[2]), 'hex')", buf_str(&bytes));
	auto_free char *hex = admin(sql);

	assert_string_equal(hex, "005c22");
	assert_int_equal(call(db, DB_SIGN_RESERVE, args, &rows), 0);
	assert_int_equal(db_n_rows(rows), 0);
}

/* More than any socket takes at once. */
static void test_large_parameter(void **state UNUSED)
{
	auto_(db) struct db           *db = NULL;
	auto_(db_rows) struct db_rows *rows = NULL;
	auto_clear(buf) struct buf     bytes = BUF_INIT(32 << 20);
	auto_free uint8_t             *tbs = xcalloc(4 << 20, 1);

	open_db(DB_SIGN, true, TIMEOUT, &db);
	db_array_bytes(&bytes, tbs, 4 << 20);
	db_array_end(&bytes);
	assert_false(bytes.failed);
	const struct db_arg args[] = {
		db_text("{01930500-0000-7000-8000-000000000000}"),
		db_text("{1}"),
		db_text(buf_str(&bytes)),
	};
	assert_int_equal(call(db, DB_SIGN_FINISH, args, &rows), 0);
	assert_int_equal(db_n_rows(rows), 0);
}

static void terminate_clients(void)
{
	free(admin("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = "
	           "'test-cluster'"));
	sleep_ms(100);
}

static void test_terminated(void **state UNUSED)
{
	for (int prepared = 0; prepared < 2; prepared++) {
		auto_(db) struct db           *db = NULL;
		auto_(db_rows) struct db_rows *rows = NULL;
		const struct db_arg            args[] = { db_text(DOOR_BELL) };

		open_db(DB_WEB, prepared, TIMEOUT, &db);
		terminate_clients();
		/* Not marked RETRY: made anew since it cannot have run. */
		assert_int_equal(call(db, DB_WEB_RING, args, &rows), 0);
		assert_int_equal(db_n_connects(db), 2);
	}
}

static bool wait_for_bell(struct db *db)
{
	for (int i = 0; i < 100; i++) {
		if (db_rang(db))
			return true;
		sleep_ms(20);
	}
	return false;
}

static void test_bell(void **state UNUSED)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_(db) struct db               *va = NULL, *web = NULL;
	const struct db_arg                args[] = { db_text(DOOR_BELL) };

	open_db(DB_VA, true, TIMEOUT, &va);
	assert_int_equal(db_listen(va, DOOR_BELL, &p), 0);
	db_rang(va);
	assert_false(db_rang(va));
	for (int round = 0; round < 2; round++) {
		auto_(db_rows) struct db_rows *rows = NULL;

		db_free(steal(web));
		open_db(DB_WEB, true, TIMEOUT, &web);
		assert_int_equal(call(web, DB_WEB_RING, args, &rows), 0);
		assert_true(wait_for_bell(va));
		assert_false(db_rang(va));
		terminate_clients();
		assert_false(db_rang(va));
		assert_int_equal(db_fd(va), -1);
		assert_int_equal(db_tick(va, &p), 0);
		assert_true(db_rang(va));
	}
}

/* A lock that somebody holds: the call is cancelled in the server, and the connection stays. */
static void test_deadline(void **state UNUSED)
{
	auto_free char                *conninfo = xasprintf("%s user=postgres", getenv("CHERT_TEST_DATABASE"));
	auto_(pgconn) PGconn          *holder = PQconnectdb(conninfo);
	auto_(db) struct db           *db = NULL;
	auto_(db_rows) struct db_rows *rows = NULL;

	open_db(DB_WEB, true, CLK_SECOND / 2, &db);
	PQclear(PQexec(holder, "begin; lock table acme.nonce_keys in access exclusive mode"));
	assert_int_equal(call(db, DB_WEB_NONCE_KEYS, NULL, &rows), -PROB_UNAVAILABLE);
	PQclear(PQexec(holder, "rollback"));
	assert_int_equal(call(db, DB_WEB_NONCE_KEYS, NULL, &rows), 0);
	assert_int_equal(db_n_connects(db), 1);
}

static const char *sql_bool(bool value)
{
	return value ? "true" : "false";
}

/* The database knows the types of challenges that are known here, no others, and says the same of each. */
static void test_challenge_types(void **state UNUSED)
{
	size_t n = 0;

	for (const struct challenge_type *type = challenge_types; type->name; type++) {
		auto_free char *query =
			xasprintf("select count(*) from core.challenge_types() "
		                  "where (type, dns, ip, many_names, token) = ('%s', %s, %s, %s, %s) "
		                  "and extract(epoch from coalesce(longest_reuse, '0')) * 1000000 = %lld",
		                  type->name, sql_bool(type->dns), sql_bool(type->ip), sql_bool(type->many_names),
		                  sql_bool(type->token), (long long)type->longest_reuse);
		auto_free char *found = admin(query);

		if (strcmp(found, "1") != 0)
			fail_msg("%s differs", type->name);
		n++;
	}
	auto_free char *count = admin("select count(*) from core.challenge_types()");
	assert_int_equal(strtoul(count, NULL, 10), n);
}

/* The same of problems: what never comes to a client is not known there. */
static void test_problem_types(void **state UNUSED)
{
	static const char *const names[] = {
#define PROBLEM(code, name, urn, status) [PROB_##code] = name,
#include "base/problem.def"
#undef PROBLEM
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!names[i] || i == PROB_STALE_KEY || i == PROB_CONFIG || i == PROB_SYSTEM)
			continue;
		auto_free char *query = xasprintf("select '%s' = any(core.problem_types())", names[i]);
		auto_free char *known = admin(query);

		assert_string_equal(known, "t");
		n++;
	}
	auto_free char *count = admin("select cardinality(core.problem_types())");
	assert_int_equal(strtoul(count, NULL, 10), n);
}

/* Whatever address is well-formed here is so there. */
static void test_addresses(void **state UNUSED)
{
	static const uint8_t       bytes[] = { 0, 0, 0, 1, 0xa0, 0xff };
	auto_clear(buf) struct buf array = BUF_INIT(1 << 20);
	uint32_t                   dice = 1;

	for (size_t i = 0; i < 5000; i++) {
		auto_clear(problem) struct problem p = PROBLEM_INIT;
		struct addr                        address = { .v6 = i % 4 > 0 };
		char                               text[ADDR_TEXT_MAX];
		struct ident                       id;

		for (size_t j = 0; j < sizeof(address.b); j++) {
			dice = dice * 1664525 + 1013904223;
			address.b[j] = bytes[(dice >> 16) % ARRAY_LEN(bytes)];
		}
		addr_to_text(&address, text);
		assert_int_equal(ident_from_text("ip", text, &id, &p), 0);
		db_array_text(&array, id.value);
	}
	db_array_end(&array);
	auto_free char *query = xasprintf(
		"select count(*) || ' ' || coalesce(min(a) filter (where not core.is_identifier('ip', a)), '') "
		"from unnest('%s'::text[]) a",
		buf_str(&array));
	auto_free char *found = admin(query);
	assert_string_equal(found, "5000 ");
}

/* A migration that changes a function under a running program. */
static void test_migrated(void **state UNUSED)
{
	auto_(db) struct db           *db = NULL;
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            args[] = { db_text(DOOR_BELL) };

	open_db(DB_WEB, true, TIMEOUT, &db);
	assert_int_equal(call(db, DB_WEB_RING, args, &rows), 0);
	db_rows_free(steal(rows));
	free(admin("drop function web.ring; "
	           "create function web.ring(_channel text, out rung text) language sql as $$ select 'x'::text $$; "
	           "grant execute on function web.ring to chert_web; select 1"));
	assert_int_equal(call(db, DB_WEB_RING, args, &rows), -PROB_CONFIG);
}

static int set_up(void **state UNUSED)
{
	link_setup("https://ca.example/acme");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_schemas),   cmocka_unit_test(test_wrong_role),
		cmocka_unit_test(test_nonce_once),    cmocka_unit_test(test_order),
		cmocka_unit_test(test_arrays),        cmocka_unit_test(test_large_parameter),
		cmocka_unit_test(test_terminated),    cmocka_unit_test(test_bell),
		cmocka_unit_test(test_deadline),      cmocka_unit_test(test_challenge_types),
		cmocka_unit_test(test_problem_types), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_migrated),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
