/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of a CA: they appear whole or not at all, and do not overwrite each other. */
#ifndef CHERT_CTL_FILE_H
#define CHERT_CTL_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/problem.h"

enum file_overwrite { FILE_KEEP, FILE_REPLACE };

/* PROB_CONFIG: the file is there and is to be kept.  PROB_SYSTEM: it cannot be written. */
int file_write(const char *path, const void *data, size_t len, mode_t mode, enum file_overwrite overwrite,
               struct problem *p) NONNULL(1, 6) CHECK_RESULT;
/* PROB_CONFIG when path is there and is to be kept: asked before work that would be for nothing. */
int file_check_absent(const char *path, enum file_overwrite overwrite, struct problem *p) NONNULL(1, 3) CHECK_RESULT;
/* Makes a directory, readable by all, unless it is there. */
int file_make_directory(const char *path, struct problem *p) NONNULL(1, 2) CHECK_RESULT;
/* Newly allocated (free()), NUL-terminated.  PROB_CONFIG: cannot be read or is longer than max. */
int file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct problem *p) NONNULL(1, 3, 4, 5)
	CHECK_RESULT;

#endif
