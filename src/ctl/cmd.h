/* SPDX-License-Identifier: BSD-2-Clause */
/* Subcommands of chertctl(8): one file each, one row in main.c. */
#ifndef CHERT_CTL_CMD_H
#define CHERT_CTL_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/opt.h"
#include "base/problem.h"
#include "db/db.h"

/* What a subcommand works with. */
struct cmd_run {
	const char        *config;   /* path of the configuration */
	const struct conf *conf;     /* CMD_CONF, CMD_DB */
	struct db         *db;       /* CMD_DB */
	bool               json;     /* CMD_JSON */
	char *const       *operands; /* as many as the row permits */
	size_t             n_operands;
};

enum {
	CMD_CONFIG_OPTION = 1u << 0, /* takes --config */
	CMD_CONF = 1u << 1,          /* and gets it loaded */
	CMD_DB = 1u << 2,            /* and a connection */
	CMD_JSON = 1u << 3,          /* takes --json */
};

struct cmd {
	const char       *words;    /* "ca init root" */
	const char       *operands; /* as usage shows them */
	const char       *help;     /* one line */
	const char       *more;     /* what --help says beyond that; NULL: nothing */
	unsigned          flags;
	size_t            min_operands, max_operands;
	const struct opt *opts; /* ends with a row without name */
	int (*run)(const struct cmd_run *run, struct problem *p);
};

extern const struct opt cmd_no_opts[];

extern const struct cmd cmd_account_agree, cmd_account_list, cmd_account_show;
extern const struct cmd cmd_ca_import;
extern const struct cmd cmd_ca_init, cmd_ca_init_request, cmd_ca_init_root, cmd_ca_init_sign;
extern const struct cmd cmd_cert_list, cmd_cert_show;
extern const struct cmd cmd_check_conf;
extern const struct cmd cmd_eab_create, cmd_eab_delete, cmd_eab_list, cmd_eab_revoke, cmd_eab_show;
extern const struct cmd cmd_order_list, cmd_order_show;
extern const struct cmd cmd_perspective_add, cmd_perspective_delete, cmd_perspective_list;
extern const struct cmd cmd_server_cert;
extern const struct cmd cmd_status;

#endif
