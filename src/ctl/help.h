/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands as a list for chertctl(8). */
#ifndef CHERT_CTL_HELP_H
#define CHERT_CTL_HELP_H

#include <stdio.h>

#include "ctl/cmd.h"

void help_print_mdoc(const struct cmd *const *cmds, size_t n, FILE *out) NONNULL(1, 3);

#endif
