/* SPDX-License-Identifier: BSD-2-Clause */
/* conf.def as data; only the conf-*.c files need it. */
#ifndef CHERT_BASE_CONF_TABLE_H
#define CHERT_BASE_CONF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

enum conf_type { CONF_T_TEXT, CONF_T_LIST, CONF_T_INT, CONF_T_TIME, CONF_T_BOOL };

struct conf_row {
	enum conf_type type;
	size_t         offset; /* in the section's struct */
	const char    *key;
	size_t         len_min, len_max; /* TEXT: characters, LIST: items */
	const char    *min, *max;        /* INT, TIME */
	const char    *def, *unit, *doc;
};

struct conf_section {
	const char            *name; /* NULL: the settings outside of sections */
	bool                   titled;
	const struct conf_row *rows;
	size_t                 n_rows;
};

enum conf_section_id {
	CONF_S_GLOBAL,
	CONF_S_RESPONDER,
	CONF_S_VALIDATOR,
	CONF_S_SIGNER,
	CONF_S_ISSUER,
	CONF_S_PROFILE,
	CONF_N_SECTIONS
};

extern const struct conf_section conf_sections[CONF_N_SECTIONS];

/* name may be NULL.  NULL when there is none. */
const struct conf_section *conf_section_find(const char *name);
const struct conf_row     *conf_row_find(const struct conf_section *s, const char *key) NONNULL(1, 2);

/*
 * Sets the row's member of the struct at base from the n texts found for it; only a LIST may have other than one.
 * Returns NULL, or what was found and what is permitted (free()).
 */
char *conf_row_set(const struct conf_row *row, const char *const *texts, size_t n, void *base) NONNULL(1, 4)
	CHECK_RESULT;
/* Sets the default; the member of a setting without one stays as it is. */
void conf_row_set_default(const struct conf_row *row, void *base) NONNULL(1, 2);
/* Whether the setting must be in the file. */
bool conf_row_is_required(const struct conf_row *row) NONNULL(1);
void conf_rows_free(const struct conf_section *s, void *base) NONNULL(1, 2);

#endif
