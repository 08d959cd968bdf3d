/* SPDX-License-Identifier: BSD-2-Clause */
/* chertctl(8): one subcommand per file. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/privs.h"
#include "ctl/cmd.h"
#include "ctl/help.h"

#define PROGRAM "chertctl"

#define OPERANDS_MAX 100

static const struct cmd *const cmds[] = {
	&cmd_account_agree,      &cmd_account_list,    &cmd_account_show, &cmd_ca_import,       &cmd_ca_init,
	&cmd_ca_init_root,       &cmd_ca_init_request, &cmd_ca_init_sign, &cmd_cert_list,       &cmd_cert_show,
	&cmd_check_conf,         &cmd_eab_create,      &cmd_eab_list,     &cmd_eab_show,        &cmd_eab_revoke,
	&cmd_eab_delete,         &cmd_order_list,      &cmd_order_show,   &cmd_perspective_add, &cmd_perspective_list,
	&cmd_perspective_delete, &cmd_server_cert,     &cmd_status,
};

const struct opt cmd_no_opts[] = { { 0 } };

/* --- finding the subcommand */

static size_t n_words(const char *words)
{
	size_t n = 1;

	for (; *words; words++)
		n += *words == ' ';
	return n;
}

/* How many of the words stand at the start of argv. */
static size_t match(const char *words, int argc, char **argv)
{
	size_t n = 0;

	for (; argc > 0 && *words; argc--, argv++, n++) {
		size_t len = strcspn(words, " ");

		if (strlen(*argv) != len || strncmp(*argv, words, len) != 0)
			break;
		words += len + (words[len] == ' ');
	}
	return n;
}

/* The longest of those that fit whole: `ca init root` is not `ca init` with an operand. */
static const struct cmd *find(int argc, char **argv)
{
	const struct cmd *best = NULL;

	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		const size_t n = n_words(cmds[i]->words);

		if (match(cmds[i]->words, argc, argv) == n && (!best || n > n_words(best->words)))
			best = cmds[i];
	}
	return best;
}

/* --- help */

/* Those that begin like argv; all without one. */
static size_t list(int argc, char **argv, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		if (argc > 0 && match(cmds[i]->words, argc, argv) < (size_t)argc)
			continue;
		fprintf(out, "  %-30s %s\n", cmds[i]->words, cmds[i]->help);
		n++;
	}
	return n;
}

static void print_help(FILE *out)
{
	fputs("usage: " PROGRAM " [--config FILE] SUBCOMMAND [options]\n\n", out);
	list(0, NULL, out);
	fputs("\n" PROGRAM " SUBCOMMAND --help tells more about one of them.\n", out);
}

static int unknown(int argc, char **argv)
{
	const int known = argc > 1 ? 1 : argc; /* the words after the first may be operands already */

	fprintf(stderr, PROGRAM ": no subcommand %s%s%s; there are:\n", argv[0], argc > 1 ? " " : "",
	        argc > 1 ? argv[1] : "");
	if (list(known, argv, stderr) == 0)
		list(0, NULL, stderr);
	return OPT_EXIT_USAGE;
}

/* --- running one */

struct parsed {
	struct cmd_run run;
	char          *operands[OPERANDS_MAX];
};

/* The subcommand's own rows and those that its flags bring with them.  free() */
static struct opt *make_opts(const struct cmd *cmd, struct cmd_run *run)
{
	const struct opt config = { "config",     'c', OPT_TEXT, "FILE", "read this file instead of the default one",
		                    &run->config, 0,   0 };
	const struct opt json = { "json", 'j', OPT_FLAG, NULL, "print JSON instead of text", &run->json, 0, 0 };
	struct opt      *opts;
	size_t           n = 0;

	while (cmd->opts[n].name)
		n++;
	opts = xcalloc(n + 3, sizeof(*opts));
	memcpy(opts, cmd->opts, n * sizeof(*opts));
	if (cmd->flags & (CMD_CONFIG_OPTION | CMD_CONF | CMD_DB))
		opts[n++] = config;
	if (cmd->flags & CMD_JSON)
		opts[n++] = json;
	return opts;
}

/* Options may stand before and after operands: opt_parse() stops at each, and is sent on behind it. */
static int parse(const struct cmd *cmd, int argc, char **argv, struct parsed *ret, struct problem *p)
{
	auto_free char *program = xasprintf(PROGRAM " %s", cmd->words);
	auto_free char *summary = xasprintf("%s%s%s", cmd->help, cmd->more ? "\n\n" : "", cmd->more ? cmd->more : "");
	auto_free struct opt  *opts = make_opts(cmd, &ret->run);
	const struct opt_usage usage = { program, cmd->operands, summary, opts };
	size_t                 n = 0;
	int                    first = 0, r;

	for (;; n++) {
		r = opt_parse(&usage, argc, argv, &first, p);
		if (r < 0 || first >= argc)
			break;
		if (n == cmd->max_operands)
			return problem_set(p, PROB_CONFIG, "unexpected operand %s; see %s --help", argv[first],
			                   program);
		ret->operands[n] = argv[first];
		argc -= first;
		argv += first;
	}
	if (r == 0 && n < cmd->min_operands)
		r = problem_set(p, PROB_CONFIG, "%s needs %s; see %s --help", program, cmd->operands, program);
	ret->run.operands = ret->operands;
	ret->run.n_operands = n;
	return r;
}

static int run(const struct cmd *cmd, struct cmd_run *run, struct problem *p)
{
	auto_(conf) struct conf *conf = NULL;
	auto_(db) struct db     *db = NULL;
	int                      r = 0;

	if (cmd->flags & (CMD_CONF | CMD_DB))
		r = conf_load(run->config, &conf, p);
	if (r == 0 && cmd->flags & CMD_DB)
		r = db_open(conf, DB_ADMIN, PROGRAM, &db, p);
	if (r < 0)
		return r;
	run->conf = conf;
	run->db = db;
	r = cmd->run(run, p);
	if (r == 0 && fflush(stdout) != 0)
		r = problem_set(p, PROB_SYSTEM, "standard output cannot be written: %m");
	return r;
}

static void complain(const struct problem *p)
{
	fprintf(stderr, PROGRAM ": %s\n", p->detail);
	if (*p->cause)
		fprintf(stderr, PROGRAM ": (%s)\n", p->cause);
}

static int start(const struct cmd *cmd, int argc, char **argv, const char *config)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	struct parsed                      parsed = { .run.config = config };

	if (parse(cmd, argc, argv, &parsed, &p) < 0) {
		complain(&p);
		return OPT_EXIT_USAGE;
	}
	if (run(cmd, &parsed.run, &p) < 0) {
		complain(&p);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

/* chertctl help ca init = chertctl ca init --help */
static int help(int argc, char **argv)
{
	const struct cmd *cmd = find(argc, argv);
	char             *asked[] = { (char[]){ PROGRAM }, (char[]){ "--help" }, NULL };

	if (cmd)
		return start(cmd, 2, asked, conf_default_path());
	if (argc == 1 && strcmp(*argv, "--mdoc") == 0) {
		help_print_mdoc(cmds, ARRAY_LEN(cmds), stdout);
		return EXIT_SUCCESS;
	}
	if (argc > 0)
		return unknown(argc, argv);
	print_help(stdout);
	return EXIT_SUCCESS;
}

/* What may stand before the subcommand. */
static int parse_globals(int argc, char **argv, const char **ret_config, bool *ret_help, int *ret_first,
                         struct problem *p)
{
	const struct opt rows[] = {
		{ "config", 'c', OPT_TEXT, "FILE", "read this file instead of the default one", ret_config, 0, 0 },
		{ 0 },
	};
	const struct opt_usage usage = { PROGRAM, "SUBCOMMAND", "Administers a chert CA.", rows };

	*ret_help = argc > 1 && strcmp(argv[1], "--help") == 0;
	if (*ret_help)
		return 0;
	return opt_parse(&usage, argc, argv, ret_first, p);
}

int main(int argc, char **argv)
{
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	const char                        *config = conf_default_path();
	const struct cmd                  *cmd;
	bool                               asks_help;
	int                                first = argc, n;

	log_setup(PROGRAM, LOGL_WARNING);
	privs_harden();
	if (parse_globals(argc, argv, &config, &asks_help, &first, &p) < 0) {
		complain(&p);
		return OPT_EXIT_USAGE;
	}
	if (first >= argc) {
		print_help(asks_help ? stdout : stderr);
		return asks_help ? EXIT_SUCCESS : OPT_EXIT_USAGE;
	}
	argc -= first;
	argv += first;
	if (strcmp(*argv, "help") == 0)
		return help(argc - 1, argv + 1);
	cmd = find(argc, argv);
	if (!cmd)
		return unknown(argc, argv);
	n = (int)n_words(cmd->words);
	return start(cmd, argc - n + 1, argv + n - 1, config);
}
