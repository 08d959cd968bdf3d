/* SPDX-License-Identifier: BSD-2-Clause */
/* Problems as the database has them (calls.def): {"type": name in problem.def, "detail", …}. */
#ifndef CHERT_DB_PROBLEM_TEXT_H
#define CHERT_DB_PROBLEM_TEXT_H

#include "base/problem.h"

/* Newly allocated (free()). */
char *problem_to_text(const struct problem *p) FREE_WITH(free) RETURNS_NONNULL NONNULL(1);
/* Fills an empty p and returns its negative code; PROB_INTERNAL when the text is not of that form. */
int problem_from_text(const char *text, struct problem *p) NONNULL(1, 2) CHECK_RESULT;

#endif
