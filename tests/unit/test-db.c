/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <string.h>
#include <time.h>

#include "base/clk.h"
#include "base/mem.h"
#include "db/db.h"
#include "fake-pg.h"

#define TIMEOUT      (CLK_SECOND / 5)
#define LONG_TIMEOUT (20 * CLK_SECOND)

/* Steps of a script. */
#define ROW(...)                                            \
	{                                                   \
		.kind = FAKE_ROW, .values = { __VA_ARGS__ } \
	}
#define ROW_FATAL(...)                                            \
	{                                                         \
		.kind = FAKE_ROW_FATAL, .values = { __VA_ARGS__ } \
	}
#define ROW_NOTIFY(...)                                            \
	{                                                          \
		.kind = FAKE_ROW_NOTIFY, .values = { __VA_ARGS__ } \
	}
#define ERROR(state)                                  \
	{                                             \
		.kind = FAKE_ERROR, .sqlstate = state \
	}
#define FATAL(state)                                  \
	{                                             \
		.kind = FAKE_FATAL, .sqlstate = state \
	}
#define NO_ROWS                      \
	{                            \
		.kind = FAKE_NO_ROWS \
	}
#define CLOSE                      \
	{                          \
		.kind = FAKE_CLOSE \
	}
#define HANG                      \
	{                         \
		.kind = FAKE_HANG \
	}
#define DEAF                      \
	{                         \
		.kind = FAKE_DEAF \
	}
#define RUNG ROW("t")

struct rig {
	struct fake_pg *fake;
	struct db      *db;
	struct problem  p;
};

static int try_open(struct rig *rig, const struct fake_script *script, int64_t timeout, bool prepared)
{
	struct conf conf = { .prepared_statements = prepared, .database_timeout = timeout };

	*rig = (struct rig){ .fake = fake_pg_start(script) };
	conf.database = xstrdup(fake_pg_conninfo(rig->fake));
	const int r = db_open(&conf, DB_WEB, "test-db", &rig->db, &rig->p);
	free(conf.database);
	return r;
}

static void open_rig(struct rig *rig, const struct fake_script *script, int64_t timeout)
{
	assert_int_equal(try_open(rig, script, timeout, true), 0);
}

static void close_rig(struct rig *rig)
{
	db_free(rig->db);
	fake_pg_stop(rig->fake);
	problem_clear(&rig->p);
}

/* Not marked RETRY. */
static int ring(struct rig *rig)
{
	const struct db_arg            args[] = { db_text("bell") };
	auto_(db_rows) struct db_rows *rows = NULL;

	problem_clear(&rig->p);
	return db_call(rig->db, DB_WEB_RING, args, &rows, &rig->p);
}

/* Marked RETRY. */
static int nonce_keys(struct rig *rig)
{
	auto_(db_rows) struct db_rows *rows = NULL;

	problem_clear(&rig->p);
	return db_call(rig->db, DB_WEB_NONCE_KEYS, NULL, &rows, &rig->p);
}

static void sleep_ms(long ms)
{
	const struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static void test_open(void **state UNUSED)
{
	struct rig         rig;
	const char *const *wanted, *const startup[] = {
		"user=chert_web ", "application_name=test-db ", "TimeZone=UTC ",
		"datestyle=ISO ",  "client_encoding=UTF8 ",     NULL,
	};

	open_rig(&rig, &(struct fake_script){ 0 }, LONG_TIMEOUT);
	for (wanted = startup; *wanted; wanted++)
		assert_non_null(strcasestr(fake_pg_seen(rig.fake)->startup, *wanted));
	assert_int_equal(db_n_connects(rig.db), 1);
	assert_true(db_fd(rig.db) >= 0);
	close_rig(&rig);
}

static void test_mismatch(void **state UNUSED)
{
	static const struct {
		struct fake_script script;
		const char        *detail;
	} cases[] = {
		{ { .version = "1000" }, "the database has schema version 1000, expected " },
		{ { .odd_function = "web.ring", .oddity = FAKE_WRONG_TYPE },
		  "WEB.RING: column 1 is rung:unknown, expected rung:bool" },
		{ { .odd_function = "web.certificate_get", .oddity = FAKE_NARROW },
		  "WEB.CERTIFICATE_GET returns 3 columns, expected 4" },
		{ { .odd_function = "web.schema_version", .oddity = FAKE_REFUSED, .odd_sqlstate = "3F000" },
		  "the database does not offer WEB.SCHEMA_VERSION" },
		{ { .odd_function = "web.order_new", .oddity = FAKE_REFUSED, .odd_sqlstate = "42883" },
		  "the database does not offer WEB.ORDER_NEW" },
	};

	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		struct rig rig;

		assert_int_equal(try_open(&rig, &cases[i / 2].script, LONG_TIMEOUT, i % 2), -PROB_CONFIG);
		assert_ptr_equal(strstr(rig.p.detail, cases[i / 2].detail), rig.p.detail);
		close_rig(&rig);
	}
}

/* Not what the administrator has to look at: it may pass. */
static void test_trouble_while_opening(void **state UNUSED)
{
	static const struct fake_script scripts[] = {
		{ .odd_function = "web.schema_version", .oddity = FAKE_VANISHES },
		{ .odd_function = "web.schema_version", .oddity = FAKE_REFUSED, .odd_sqlstate = "53200" },
		{ .odd_function = "web.order_new", .oddity = FAKE_VANISHES },
		{ .odd_function = "web.order_new", .oddity = FAKE_REFUSED, .odd_sqlstate = "53200" },
	};

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		struct rig rig;

		assert_int_equal(try_open(&rig, &scripts[i], LONG_TIMEOUT, true), -PROB_UNAVAILABLE);
		assert_string_not_equal(rig.p.cause, "");
		close_rig(&rig);
	}
}

static void test_no_server(void **state UNUSED)
{
	struct conf conf = { .database = xstrdup("host=/nonexistent"), .database_timeout = TIMEOUT };
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct db                         *db = NULL;

	assert_int_equal(db_open(&conf, DB_WEB, "test-db", &db, &p), -PROB_UNAVAILABLE);
	/* One line, by our doing: what problem_cause() replaces becomes a question mark. */
	assert_non_null(strstr(p.cause, "No such file or directory  Is the server"));
	assert_null(db);
	free(conf.database);
}

static void test_silent_server(void **state UNUSED)
{
	struct rig rig;

	/* The one connection that is answered is taken by the first rig; the second waits for its deadline. */
	open_rig(&rig, &(struct fake_script){ .accept = 1, .steps = { CLOSE } }, TIMEOUT);
	assert_int_equal(nonce_keys(&rig), -PROB_UNAVAILABLE);
	assert_string_equal(rig.p.cause, "no answer in time");
	assert_int_equal(db_fd(rig.db), -1);
	close_rig(&rig);
}

static void test_parameters_and_rows(void **state UNUSED)
{
	static const uint8_t     id_bytes[16] = { 1, 0x93, 5, [15] = 0xff };
	const struct fake_script script = {
		.steps = { ROW(NULL, "\\x00ff10", "chain"),
		           ROW(NULL, "01930500-0000-0000-0000-0000000000ff", "pending", "2026-11-21 20:49:17.25+00"),
		           NO_ROWS },
	};
	struct rig      rig;
	struct id       id, back;
	struct db_rows *rows = NULL;
	size_t          len = 0;

	memcpy(id.b, id_bytes, sizeof(id.b));
	open_rig(&rig, &script, LONG_TIMEOUT);

	const struct db_arg get[] = { db_id(&id), db_int(-7), db_id(NULL), db_null(), db_id(&id), db_int(0) };
	assert_int_equal(db_call(rig.db, DB_WEB_CERTIFICATE_GET, get, &rows, &rig.p), 0);
	assert_string_equal(
		fake_pg_seen(rig.fake)->params,
		"01930500-0000-0000-0000-0000000000ff -7 (null) (null) 01930500-0000-0000-0000-0000000000ff 0");
	auto_free uint8_t *bytes = row_bytes(rows, 0, "certificate", &len);
	assert_int_equal(len, 3);
	assert_memory_equal(bytes, "\x00\xff\x10", 3);
	assert_null(row_bytes(rows, 0, "problem", &len));
	assert_null(row_bytes(rows, 0, "chain", &len));
	assert_string_equal(row_text(rows, 0, "chain"), "chain");
	assert_true(row_is_null(rows, 0, "problem"));
	assert_int_equal(db_n_columns(rows), 4);
	assert_string_equal(db_column_name(rows, 1), "certificate");
	assert_string_equal(db_column_type(rows, 1), "bytea");
	db_rows_free(rows);

	const struct db_arg new[] = {
		db_id(&id),       db_int(1),         db_id(&id),
		db_int(2),        db_text(NULL),     db_text("[]"),
		db_text("\"x\""), db_text(""),       db_time(INT64_C(1700000000) * CLK_SECOND + 42),
		db_time(0),       db_int(INT64_MAX), db_int(1),
		db_bool(true),    db_bool(false),    db_text(NULL),
		db_id(NULL),      db_bytes(NULL, 0), db_text("{}"),
		db_text(NULL),
	};
	assert_int_equal(db_call(rig.db, DB_WEB_ORDER_NEW, new, &rows, &rig.p), 0);
	assert_non_null(strstr(fake_pg_seen(rig.fake)->params,
	                       " (null) [] \"x\"  2023-11-14T22:13:20.000042Z (null) 9223372036854775807 1 t f "
	                       "(null) (null) (null) {} (null)"));
	assert_true(row_id(rows, 0, "id", &back));
	assert_memory_equal(&back, &id, sizeof(id));
	assert_false(row_id(rows, 0, "certificate", &back));
	assert_int_equal(row_time(rows, 0, "expires_at"), INT64_C(1795294157250000));
	assert_int_equal(row_time(rows, 0, "not_after"), 0);
	assert_int_equal(row_time(rows, 0, "status"), 0);
	assert_int_equal(row_int(rows, 0, "error"), 0);
	assert_false(row_bool(rows, 0, "error"));
	db_rows_free(rows);

	const struct db_arg revoke[] = { db_id(&id), db_int(1),   db_id(&id), db_bytes("\x01\x00\xab", 3),
		                         db_null(),  db_text("x") };
	assert_int_equal(db_call(rig.db, DB_WEB_CERTIFICATE_REVOKE_BY_KEY, revoke, &rows, &rig.p), -PROB_INTERNAL);
	assert_non_null(strstr(fake_pg_seen(rig.fake)->params, " \\x0100ab (null) x"));
	close_rig(&rig);
}

static void test_arrays(void **state UNUSED)
{
	auto_clear(buf) struct buf b = BUF_INIT(100);

	db_array_end(&b);
	assert_string_equal(buf_str(&b), "{}");
	buf_clear(&b);
	db_array_text(&b, "a\"b\\c,{}");
	db_array_text(&b, "");
	db_array_bytes(&b, "\x00\xfe", 2);
	db_array_bytes(&b, "", 0);
	db_array_end(&b);
	assert_string_equal(buf_str(&b), "{\"a\\\"b\\\\c,{}\",\"\",\"\\\\x00fe\",\"\\\\x\"}");
}

static void test_problem_column(void **state UNUSED)
{
	const struct fake_script script = {
		.steps = { ROW("{\"type\":\"badNonce\",\"detail\":\"spent\"}"),
		           ROW("{\"type\":\"new\",\"detail\":\"x\"}"), ROW(NULL) },
	};
	const struct db_arg args[] = { db_null(), db_int(1) };
	struct db_rows     *rows = NULL;
	struct rig          rig;

	open_rig(&rig, &script, LONG_TIMEOUT);
	assert_int_equal(db_call(rig.db, DB_WEB_NONCE_SPEND, args, &rows, &rig.p), -PROB_BAD_NONCE);
	assert_string_equal(rig.p.detail, "spent");
	problem_clear(&rig.p);
	assert_int_equal(db_call(rig.db, DB_WEB_NONCE_SPEND, args, &rows, &rig.p), -PROB_INTERNAL);
	problem_clear(&rig.p);
	assert_int_equal(db_call(rig.db, DB_WEB_NONCE_SPEND, args, &rows, &rig.p), 0);
	db_rows_free(rows);
	close_rig(&rig);
}

/* What each SQLSTATE and each kind of loss leads to. */
static void test_policy(void **state UNUSED)
{
	static const struct {
		const char      *name;
		struct fake_step steps[4];
		bool             retry; /* which of the two calls */
		int              r;
		unsigned         calls, connects;
	} cases[] = {
		{ "refused", { ERROR("23505"), RUNG }, false, -PROB_INTERNAL, 1, 1 },
		{ "refused, RETRY", { ERROR("23505"), RUNG }, true, -PROB_INTERNAL, 1, 1 },
		{ "deadlock", { ERROR("40P01"), ERROR("40001"), RUNG }, false, 0, 3, 1 },
		{ "deadlocks",
		  { ERROR("40P01"), ERROR("40P01"), ERROR("40P01"), ERROR("40P01") },
		  false,
		  -PROB_UNAVAILABLE,
		  4,
		  1 },
		{ "lock timeout", { ERROR("55P03"), RUNG }, true, -PROB_UNAVAILABLE, 1, 1 },
		{ "statement timeout", { ERROR("57014"), RUNG }, true, -PROB_UNAVAILABLE, 1, 1 },
		{ "out of memory", { ERROR("53200"), RUNG }, true, -PROB_UNAVAILABLE, 1, 1 },
		{ "terminated", { FATAL("57P01"), RUNG }, false, -PROB_UNAVAILABLE, 1, 1 },
		{ "terminated, RETRY", { FATAL("57P01"), RUNG }, true, 0, 2, 2 },
		{ "terminated twice", { FATAL("57P01"), FATAL("57P01"), RUNG }, true, -PROB_UNAVAILABLE, 2, 2 },
		{ "closed", { CLOSE, RUNG }, false, -PROB_UNAVAILABLE, 1, 1 },
		{ "closed, RETRY", { CLOSE, RUNG }, true, 0, 2, 2 },
		{ "standby", { ERROR("25006"), RUNG }, false, 0, 2, 2 },
		{ "no such statement", { ERROR("26000"), RUNG }, false, 0, 2, 2 },
		{ "migrated", { ERROR("0A000"), ERROR("0A000") }, false, -PROB_UNAVAILABLE, 2, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fake_script script = { 0 };
		struct rig         rig;

		memcpy(script.steps, cases[i].steps, sizeof(cases[i].steps));
		open_rig(&rig, &script, LONG_TIMEOUT);
		print_message("# %s\n", cases[i].name);
		assert_int_equal(cases[i].retry ? nonce_keys(&rig) : ring(&rig), cases[i].r);
		assert_int_equal(fake_pg_seen(rig.fake)->calls, cases[i].calls);
		assert_int_equal(fake_pg_seen(rig.fake)->connects, cases[i].connects);
		close_rig(&rig);
	}
}

/* A server that restarted while nobody asked: the statement cannot have run, so any call is made anew. */
static void test_stale_connection(void **state UNUSED)
{
	struct rig rig;

	open_rig(&rig, &(struct fake_script){ .steps = { ROW_FATAL("t"), RUNG } }, LONG_TIMEOUT);
	assert_int_equal(ring(&rig), 0);
	sleep_ms(50);
	assert_int_equal(ring(&rig), 0);
	assert_int_equal(fake_pg_seen(rig.fake)->calls, 2);
	assert_int_equal(db_n_connects(rig.db), 2);
	close_rig(&rig);
}

static void test_server_away(void **state UNUSED)
{
	struct rig rig;

	open_rig(&rig, &(struct fake_script){ .steps = { RUNG } }, LONG_TIMEOUT);
	fake_pg_pause(rig.fake);
	sleep_ms(50);
	assert_int_equal(ring(&rig), -PROB_UNAVAILABLE);
	assert_int_equal(db_fd(rig.db), -1);
	fake_pg_resume(rig.fake);
	/* Not asked again within a second. */
	assert_int_equal(ring(&rig), -PROB_UNAVAILABLE);
	problem_clear(&rig.p);
	assert_int_equal(db_tick(rig.db, &rig.p), -PROB_UNAVAILABLE);
	sleep_ms(1100);
	problem_clear(&rig.p);
	assert_int_equal(db_tick(rig.db, &rig.p), 0);
	assert_int_equal(ring(&rig), 0);
	assert_int_equal(fake_pg_seen(rig.fake)->calls, 1);
	close_rig(&rig);
}

static void test_deadline(void **state UNUSED)
{
	struct rig rig;

	open_rig(&rig, &(struct fake_script){ .steps = { HANG, RUNG } }, TIMEOUT);
	assert_int_equal(nonce_keys(&rig), -PROB_UNAVAILABLE);
	assert_string_equal(rig.p.detail, "the database did not answer in time");
	assert_int_equal(fake_pg_seen(rig.fake)->cancels, 1);
	/* The connection has survived it. */
	assert_int_equal(ring(&rig), 0);
	assert_int_equal(fake_pg_seen(rig.fake)->connects, 1);
	close_rig(&rig);
}

static void test_deaf_server(void **state UNUSED)
{
	struct rig    rig;
	const int64_t start = clk_mono();

	open_rig(&rig, &(struct fake_script){ .steps = { DEAF, RUNG } }, TIMEOUT);
	assert_int_equal(ring(&rig), -PROB_UNAVAILABLE);
	assert_true(clk_mono() - start < 10 * CLK_SECOND);
	assert_int_equal(db_fd(rig.db), -1);
	assert_int_equal(ring(&rig), 0);
	assert_int_equal(fake_pg_seen(rig.fake)->connects, 2);
	close_rig(&rig);
}

static void test_not_prepared(void **state UNUSED)
{
	const struct fake_script script = { .steps = { RUNG, ROW(NULL, "jwk", "3") } };
	const struct db_arg      args[] = { db_null() };
	struct db_rows          *rows = NULL;
	struct rig               rig;
	unsigned                 parses;

	assert_int_equal(try_open(&rig, &script, LONG_TIMEOUT, false), 0);
	parses = fake_pg_seen(rig.fake)->parses;
	assert_int_equal(ring(&rig), 0);
	assert_int_equal(fake_pg_seen(rig.fake)->parses, parses + 1);
	assert_int_equal(db_call(rig.db, DB_WEB_ACCOUNT_KEY, args, &rows, &rig.p), 0);
	assert_int_equal(row_int(rows, 0, "key_version"), 3);
	db_rows_free(rows);
	close_rig(&rig);
}

static void test_bells(void **state UNUSED)
{
	const struct fake_script script = {
		.steps = { ROW_NOTIFY("t"), ROW_FATAL("t") },
	};
	struct rig rig;

	open_rig(&rig, &script, LONG_TIMEOUT);
	assert_int_equal(db_listen(rig.db, "bell", &rig.p), 0);
	assert_true(db_rang(rig.db)); /* what was there before */
	assert_false(db_rang(rig.db));
	assert_int_equal(ring(&rig), 0);
	sleep_ms(20);
	assert_true(db_rang(rig.db));
	assert_false(db_rang(rig.db));
	assert_int_equal(ring(&rig), 0);
	sleep_ms(50);
	assert_false(db_rang(rig.db));
	assert_int_equal(db_fd(rig.db), -1);
	assert_int_equal(db_tick(rig.db, &rig.p), 0);
	assert_int_equal(db_tick(rig.db, &rig.p), 0);
	assert_true(db_rang(rig.db)); /* what may have been missed */
	assert_int_equal(fake_pg_seen(rig.fake)->listens, 2);
	assert_int_equal(fake_pg_seen(rig.fake)->connects, 2);
	close_rig(&rig);
}

static void test_no_bells(void **state UNUSED)
{
	struct rig rig;

	open_rig(&rig, &(struct fake_script){ .listen_sqlstate = "42501" }, LONG_TIMEOUT);
	assert_int_equal(db_listen(rig.db, "bell", &rig.p), -PROB_UNAVAILABLE);
	assert_int_equal(db_fd(rig.db), -1);
	close_rig(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_mismatch),
		cmocka_unit_test(test_trouble_while_opening),
		cmocka_unit_test(test_no_server),
		cmocka_unit_test(test_silent_server),
		cmocka_unit_test(test_parameters_and_rows),
		cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_problem_column),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_stale_connection),
		cmocka_unit_test(test_server_away),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_deaf_server),
		cmocka_unit_test(test_not_prepared),
		cmocka_unit_test(test_bells),
		cmocka_unit_test(test_no_bells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
