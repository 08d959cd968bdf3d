/* SPDX-License-Identifier: BSD-2-Clause */
/* Any file gives a configuration that keeps the table's promises, or an error of one line. */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>

#include "base/conf.h"
#include "base/mem.h"

static void check_conf(const struct conf *c)
{
	HOLDS(strncmp(c->base_url, "https://", 8) == 0 && c->base_url[strlen(c->base_url) - 1] != '/');
	HOLDS(c->responder.max_request >= 4096 && c->responder.max_request <= 1048576);
	HOLDS(conf_profile(c, "default"));
	for (size_t i = 0; i < c->n_profiles; i++) {
		HOLDS(c->profiles[i].challenges.n > 0);
		HOLDS(!c->profiles[i].issuer || conf_issuer(c, c->profiles[i].issuer));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_(conf) struct conf           *c = NULL;
	auto_clear(problem) struct problem p = PROBLEM_INIT;
	auto_fd int                        fd = memfd_create("chert.conf", MFD_CLOEXEC);
	auto_free char                    *path = xasprintf("/proc/self/fd/%d", fd);
	int                                r;

	HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	r = conf_load(path, &c, &p);
	HOLDS(r == 0 || (r == -PROB_CONFIG && p.detail[0] && !c));
	if (r == 0)
		check_conf(c);
	return 0;
}
