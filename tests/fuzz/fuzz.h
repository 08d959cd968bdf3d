/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CHERT_TESTS_FUZZ_H
#define CHERT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* libFuzzer's door.  A property that does not hold ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(property)                                                                               \
	do {                                                                                          \
		if (!(property)) {                                                                    \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property); \
			abort();                                                                      \
		}                                                                                     \
	} while (0)

#endif
