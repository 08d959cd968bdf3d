/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys for external account binding (RFC 8555 7.3.4): whoever has one may make an account. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/b64u.h"
#include "base/clk.h"
#include "base/hex.h"
#include "ctl/show.h"
#include "json/js.h"
#include "pki/gnutls.h"
#include "pki/ident.h"

#define KID_MAX        64
#define KID_BYTES      12 /* of those made here, in hex */
#define KEY_BYTES      32 /* as many as the shortest of the MACs needs (RFC 7518 3.2) */
#define NOTE_MAX       200
#define MAX_ORDERS_MAX 1000000000
#define ANY_NUMBER     (-1)

static struct {
	const char     *note, *uses, *expires, *kid;
	struct opt_list names, profiles;
	int64_t         max_orders;
} options = { .note = "", .uses = "single", .max_orders = ANY_NUMBER };

static const struct opt create_opts[] = {
	{ "note", 0, OPT_TEXT, "TEXT", "whom it is for", &options.note, 0, 0 },
	{ "uses", 0, OPT_TEXT, "NUMBER", "single or many accounts may be made with it (single)", &options.uses, 0, 0 },
	{ "expires", 0, OPT_TEXT, "TIME",
	  "no accounts after that: RFC 3339, or a number and ms, s, min, h or d from now", &options.expires, 0, 0 },
	{ "name", 0, OPT_LIST, "SUFFIX",
	  "its accounts may order only names under this, or this IP address; may be repeated", &options.names, 0, 0 },
	{ "profile", 0, OPT_LIST, "TITLE", "its accounts may order only by this profile; may be repeated",
	  &options.profiles, 0, 0 },
	{ "max-orders", 0, OPT_INT, "N", "orders of all its accounts together (any number)", &options.max_orders, 0,
	  MAX_ORDERS_MAX },
	{ "kid", 0, OPT_TEXT, "KID", "its identifier (a random one)", &options.kid, 0, 0 },
	{ 0 },
};

struct key {
	char    kid[KID_MAX + 1];
	uint8_t mac[KEY_BYTES];
	char    text[B64U_LEN(KEY_BYTES) + 1];
};

static void key_clear(struct key *k)
{
	gnutls_memset(k, 0, sizeof(*k));
}

/* --- options */

static bool is_kid(const char *text)
{
	size_t n = 0;

	for (; isalnum((unsigned char)text[n]) || text[n] == '_' || (n > 0 && text[n] == '-'); n++)
		;
	return n > 0 && n <= KID_MAX && !text[n];
}

static int read_expires(int64_t *ret, struct problem *p)
{
	const int64_t now = clk_now();
	int64_t       t = 0;

	if (options.expires && clk_from_duration(options.expires, &t))
		t += now;
	else if (options.expires && !clk_from_rfc3339(options.expires, strlen(options.expires), &t))
		return problem_set(p, PROB_CONFIG,
		                   "option --expires is %.100s; expected a whole number and ms, s, min, h or d, "
		                   "or a time like 2030-01-31T12:00:00Z",
		                   options.expires);
	if (options.expires && t <= now)
		return problem_set(p, PROB_CONFIG, "option --expires is %.100s, which has passed", options.expires);
	*ret = t;
	return 0;
}

/* A suffix may be a single label, which no certificate may have for a name. */
static int read_name(const char *text, struct ident *ret, struct problem *p)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	int                                r = ident_from_name(text, ret, &why);

	if (r == -PROB_REJECTED_IDENTIFIER) {
		*ret = (struct ident){ .wildcard = *text == '*' };
		for (size_t i = 0; text[i]; i++)
			ret->value[i] = (char)tolower((unsigned char)text[i]);
	} else if (r < 0) {
		return problem_set(p, PROB_CONFIG, "option --name is %.100s: %s", text, why.detail);
	}
	if (ret->wildcard)
		return problem_set(p, PROB_CONFIG, "option --name is %.100s: a suffix has no star", text);
	return 0;
}

static int read_names(struct json_object *ret, struct problem *p)
{
	for (size_t i = 0; i < options.names.n; i++) {
		struct ident name;
		int          r = read_name(options.names.items[i], &name, p);

		if (r < 0)
			return r;
		js_append_text(ret, name.value);
	}
	return 0;
}

static int read_profiles(const struct conf *conf, struct json_object *ret, struct problem *p)
{
	for (size_t i = 0; i < options.profiles.n; i++) {
		const char *title = options.profiles.items[i];

		if (!conf_profile(conf, title))
			return problem_set(p, PROB_CONFIG, "there is no profile %.100s in the configuration", title);
		js_append_text(ret, title);
	}
	return 0;
}

static int check_options(struct problem *p)
{
	if (options.kid && !is_kid(options.kid))
		return problem_set(
			p, PROB_CONFIG,
			"option --kid is %.100s; permitted are up to %d letters, digits, _ and, not at the start, -",
			options.kid, KID_MAX);
	if (strcmp(options.uses, "single") != 0 && strcmp(options.uses, "many") != 0)
		return problem_set(p, PROB_CONFIG, "option --uses is %.100s, permitted are single and many",
		                   options.uses);
	if (strlen(options.note) > NOTE_MAX)
		return problem_set(p, PROB_CONFIG, "option --note has %zu characters, permitted are up to %d",
		                   strlen(options.note), NOTE_MAX);
	return 0;
}

/* --- create */

/* Not with a dash at the start: clients take the key from their command lines. */
static int make_key(struct key *ret, struct problem *p)
{
	uint8_t random[KID_BYTES];
	int     r = gnutls_rnd(GNUTLS_RND_RANDOM, random, sizeof(random));

	do {
		if (r == 0)
			r = gnutls_rnd(GNUTLS_RND_KEY, ret->mac, sizeof(ret->mac));
		if (r < 0)
			return problem_gnutls(p, PROB_SYSTEM, r, "there are no random numbers");
		b64u_encode(ret->mac, sizeof(ret->mac), ret->text);
	} while (*ret->text == '-');
	if (options.kid)
		snprintf(ret->kid, sizeof(ret->kid), "%s", options.kid);
	else
		hex_encode(random, sizeof(random), ret->kid);
	return 0;
}

static int store_key(const struct cmd_run *run, const struct key *k, struct problem *p)
{
	auto_(db_rows) struct db_rows  *rows = NULL;
	auto_(json) struct json_object *names = js_new_array();
	auto_(json) struct json_object *profiles = js_new_array();
	int64_t                         expires = 0;
	int                             r = read_expires(&expires, p);

	if (r == 0)
		r = read_names(names, p);
	if (r == 0)
		r = read_profiles(run->conf, profiles, p);
	if (r < 0)
		return r;

	const struct db_arg args[] = {
		db_text(k->kid),
		db_bytes(k->mac, sizeof(k->mac)),
		db_text(options.note),
		db_bool(strcmp(options.uses, "single") == 0),
		db_time(expires),
		db_text(options.names.n ? json_object_to_json_string(names) : NULL),
		db_text(options.profiles.n ? json_object_to_json_string(profiles) : NULL),
		options.max_orders == ANY_NUMBER ? db_null() : db_int(options.max_orders),
	};
	r = db_call(run->db, DB_ADMIN_EAB_CREATE, args, &rows, p);
	if (r == 0 && !row_bool(rows, 0, "created"))
		r = problem_set(p, PROB_CONFIG, "there is a key %s already", k->kid);
	return r;
}

static void print_key(const struct key *k, bool json)
{
	static const char *const clients[][3] = {
		{ "certbot", "--eab-kid", "--eab-hmac-key" },
		{ "lego", "--eab --kid", "--hmac" },
		{ "acme.sh", "--eab-kid", "--eab-hmac-key" },
	};

	if (json) {
		printf("{\"kid\": \"%s\", \"hmac_key\": \"%s\"}\n", k->kid, k->text);
		return;
	}
	printf("kid:       %s\nhmac_key:  %s\n\n", k->kid, k->text);
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		printf("%-10s %s %s %s %s\n", clients[i][0], clients[i][1], k->kid, clients[i][2], k->text);
}

static int create(const struct cmd_run *run, struct problem *p)
{
	auto_clear(key) struct key k = { 0 };
	int                        r = check_options(p);

	if (r == 0)
		r = make_key(&k, p);
	if (r == 0)
		r = store_key(run, &k, p);
	if (r == 0)
		print_key(&k, run->json);
	return r;
}

/* --- the others */

static int list(const struct cmd_run *run, struct problem *p)
{
	return show_list_by_text(run, DB_ADMIN_EAB_LIST, p);
}

static int show(const struct cmd_run *run, struct problem *p)
{
	return show_one_by_text(run, DB_ADMIN_EAB_SHOW, "key", p);
}

static int revoke_key(const struct cmd_run *run, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            kid = db_text(run->operands[0]);
	int                            r = db_call(run->db, DB_ADMIN_EAB_REVOKE, &kid, &rows, p);

	if (r == 0 && !row_bool(rows, 0, "known"))
		r = problem_set(p, PROB_NOT_FOUND, "no such key");
	return r;
}

static int delete_key(const struct cmd_run *run, struct problem *p)
{
	auto_(db_rows) struct db_rows *rows = NULL;
	const struct db_arg            kid = db_text(run->operands[0]);
	int                            r = db_call(run->db, DB_ADMIN_EAB_DELETE, &kid, &rows, p);

	if (r == 0 && !row_bool(rows, 0, "known"))
		r = problem_set(p, PROB_NOT_FOUND, "no such key");
	else if (r == 0 && !row_bool(rows, 0, "deleted"))
		r = problem_set(p, PROB_CONFIG, "accounts are bound to key %.100s; it can be revoked",
		                run->operands[0]);
	return r;
}

const struct cmd cmd_eab_create = {
	.words = "eab create",
	.operands = "",
	.help = "make a key for external account binding",
	.more = "Prints its identifier and the key, which is shown this once only, and how clients take them.\n"
		"What is permitted to its accounts is enforced at every order.",
	.flags = CMD_DB | CMD_JSON,
	.opts = create_opts,
	.run = create,
};

const struct cmd cmd_eab_delete = {
	.words = "eab delete",
	.operands = "KID",
	.help = "delete a key that no account is bound to",
	.flags = CMD_DB,
	.min_operands = 1,
	.max_operands = 1,
	.opts = cmd_no_opts,
	.run = delete_key,
};

const struct cmd cmd_eab_list = {
	.words = "eab list",
	.operands = "",
	.help = "list keys for external account binding, newest first",
	.flags = CMD_DB | CMD_JSON,
	.opts = show_list_opts,
	.run = list,
};

const struct cmd cmd_eab_revoke = {
	.words = "eab revoke",
	.operands = "KID",
	.help = "make a key useless: no new accounts by it, no new orders by its accounts",
	.flags = CMD_DB,
	.min_operands = 1,
	.max_operands = 1,
	.opts = cmd_no_opts,
	.run = revoke_key,
};

const struct cmd cmd_eab_show = {
	.words = "eab show",
	.operands = "KID",
	.help = "show what a key permits and its accounts",
	.flags = CMD_DB | CMD_JSON,
	.min_operands = 1,
	.max_operands = 1,
	.opts = cmd_no_opts,
	.run = show,
};
