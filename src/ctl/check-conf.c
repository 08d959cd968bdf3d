/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a configuration can be used, without the database. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "acme/policy-conf.h"
#include "acme/quorum.h"
#include "base/address.h"
#include "base/clk.h"
#include "ctl/cmd.h"
#include "signer/issuer.h"

#define FORESIGHT (90 * CLK_DAY)

static struct {
	bool without_keys, dump_mdoc;
} options;

static const struct opt opts[] = {
	{ "without-keys", 0, OPT_FLAG, NULL, "do not read the issuers' keys (where only the signer may)",
	  &options.without_keys, 0, 0 },
	{ "dump-mdoc", 0, OPT_FLAG, NULL, "print the settings for the manual page instead", &options.dump_mdoc, 0, 0 },
	{ 0 },
};

static int check_readable(const char *setting, const char *path, struct problem *p)
{
	if (!path || !*path || access(path, R_OK) == 0)
		return 0;
	return problem_set(p, PROB_CONFIG, "%s: %s: %s", setting, path, strerror(errno));
}

/* What the Baseline Requirements are going to demand is no surprise then. */
static void warn_ahead(const struct conf_profile *profile, const char *path)
{
	auto_clear(problem) struct problem why = PROBLEM_INIT;
	struct quorum                      q;

	if (quorum_from_profile(profile, clk_now() + FORESIGHT, &q, &why) < 0)
		fprintf(stderr, "%s: warning: %s\n", path, why.detail);
}

/* What they demand beside the quorum: CAA records, and DNSSEC for all that the primary perspective asks (4.2.2). */
static void warn_of_lookups(const struct conf *conf, const struct conf_profile *profile, const char *path)
{
	const struct conf_validator *validator = &conf->validator;
	const char                  *anchors = validator->trust_anchor_file, *lacking = NULL;

	if (strcmp(profile->quorum, "public") != 0)
		return;
	if (!profile->caa)
		fprintf(stderr, "%s: warning: profile %s: quorum = public demands CAA records, but caa is no\n", path,
		        profile->title);
	if (strcmp(profile->perspectives.items[0], validator->perspective) != 0)
		return;
	if (!anchors || !*anchors)
		lacking = "there is no trust-anchor-file";
	else if (validator->insecure_zones.n > 0)
		lacking = "there are insecure-zones";
	if (lacking)
		fprintf(stderr, "%s: warning: profile %s: quorum = public demands DNSSEC of perspective %s, but %s\n",
		        path, profile->title, validator->perspective, lacking);
}

static int check_validator(const struct conf_validator *conf, struct problem *p)
{
	int r = addr_check_networks("allow-networks", &conf->allow_networks, p);

	if (r == 0)
		r = addr_check_networks("deny-networks", &conf->deny_networks, p);
	if (r == 0)
		r = check_readable("hosts-file", conf->hosts_file, p);
	if (r == 0)
		r = check_readable("trust-anchor-file", conf->trust_anchor_file, p);
	return r;
}

static int check(const struct cmd_run *run, struct problem *p)
{
	auto_(conf) struct conf           *conf = NULL;
	auto_clear(issuers) struct issuers issuers = { NULL, 0 };
	int                                r;

	if (options.dump_mdoc) {
		conf_print_mdoc(stdout);
		return 0;
	}
	r = conf_load(run->config, &conf, p);
	if (r == 0)
		r = policy_check_conf(conf, p);
	if (r == 0)
		r = issuers_load(conf, options.without_keys ? ISSUERS_WITHOUT_KEYS : ISSUERS_WITH_KEYS, &issuers, p);
	if (r == 0)
		r = check_validator(&conf->validator, p);
	if (r < 0)
		return r;
	for (size_t i = 0; i < conf->n_profiles; i++) {
		warn_ahead(&conf->profiles[i], run->config);
		warn_of_lookups(conf, &conf->profiles[i], run->config);
	}
	/* If there is any issuer, conf_load() saw to it that every profile has one. */
	printf("%s: OK%s\n", run->config,
	       issuers.n > 0 ? "" : " for validators and responders; a signer needs an issuer section");
	return 0;
}

const struct cmd cmd_check_conf = {
	.words = "check-conf",
	.operands = "",
	.help = "check the configuration and the issuers' files",
	.flags = CMD_CONFIG_OPTION,
	.opts = opts,
	.run = check,
};
