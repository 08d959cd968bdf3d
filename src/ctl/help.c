/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/help.h"

#include <ctype.h>

/* Capital first letter, final period. */
static void print_sentence(const char *text, FILE *out)
{
	fprintf(out, "%c%s.\n", toupper((unsigned char)*text), text + 1);
}

static void print_option(const struct opt *o, FILE *out)
{
	fprintf(out, ".It Fl Fl %s", o->name);
	if (o->arg)
		fprintf(out, " Ar %s", o->arg);
	fputc('\n', out);
	print_sentence(o->help, out);
}

static void print_command(const struct cmd *cmd, FILE *out)
{
	fprintf(out, ".It Cm %s", cmd->words);
	if (cmd->flags & CMD_JSON)
		fputs(" Oo Fl Fl json Oc", out);
	if (cmd->opts->name)
		fputs(" Oo Ar options Oc", out);
	if (*cmd->operands)
		fprintf(out, " Ar %s", cmd->operands);
	fputc('\n', out);
	print_sentence(cmd->help, out);
	if (cmd->more)
		fprintf(out, "%s\n", cmd->more);
	if (!cmd->opts->name)
		return;
	fputs(".Bl -tag -width Ds -compact\n", out);
	for (const struct opt *o = cmd->opts; o->name; o++)
		print_option(o, out);
	fputs(".El\n", out);
}

void help_print_mdoc(const struct cmd *const *cmds, size_t n, FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < n; i++)
		print_command(cmds[i], out);
	fputs(".El\n", out);
}
