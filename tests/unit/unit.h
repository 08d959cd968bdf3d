/* SPDX-License-Identifier: BSD-2-Clause */
/* What cmocka.h wants included before it.  cmocka 1.1.5 reports skip() as a failure in TAP: do not use it. */
#ifndef CHERT_TESTS_UNIT_H
#define CHERT_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
