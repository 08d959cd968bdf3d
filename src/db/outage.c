/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/outage.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

void worker_name(char out[WORKER_NAME_MAX])
{
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(out, WORKER_NAME_MAX, "%s/%d", host, (int)getpid());
}

void outage_note(struct outage *o, const struct problem *p)
{
	const bool away = p->code == PROB_UNAVAILABLE;

	if (p->code != PROB_NONE && !(away && o->away))
		log_problem(LOGL_ERROR, "database-trouble", p, NULL);
	if (p->code == PROB_NONE && o->away)
		log_event(LOGL_NOTICE, "database-back", NULL);
	o->away = away;
}
