/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/conf.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <confuse.h>

#include "base/buf.h"
#include "base/conf-scan.h"
#include "base/conf-table.h"
#include "base/log.h"
#include "base/mem.h"

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define OPTS_MAX       40
#define BASE_URL_START "https://"

DEFINE_FREEP(cfg, cfg_t *, cfg_free);

struct load {
	const char        *path;
	struct conf_places places;
	cfg_t             *cfg;
	struct problem    *p;
};

const char *conf_default_path(void)
{
	const char *path = getenv("CHERT_CONF");

	return path && *path ? path : SYSCONFDIR "/chert/chert.conf";
}

static int read_file(const char *path, char **ret, struct problem *p)
{
	auto_file FILE *file = fopen(path, "re");
	auto_free char *text = NULL;
	size_t          len;

	if (!file)
		return problem_set(p, PROB_CONFIG, "%s: %s", path, strerror(errno));
	text = xcalloc(FILE_MAX_BYTES + 1, 1);
	len = fread(text, 1, FILE_MAX_BYTES + 1, file);
	if (ferror(file))
		return problem_set(p, PROB_CONFIG, "%s: cannot be read: %s", path, strerror(errno));
	if (len > FILE_MAX_BYTES)
		return problem_set(p, PROB_CONFIG, "%s: is longer than the permitted %zu bytes", path, FILE_MAX_BYTES);
	if (strlen(text) < len)
		return problem_set(p, PROB_CONFIG, "%s: contains a NUL byte", path);
	*ret = steal(text);
	return 0;
}

/* --- names */

static int refuse_key(struct load *l, const struct conf_place *place, const struct conf_section *section)
{
	auto_clear(buf) struct buf names = BUF_INIT(PROBLEM_DETAIL_MAX);

	for (size_t i = 0; i < section->n_rows; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", section->rows[i].key);
	return problem_set(l->p, PROB_CONFIG, "%s:%d: unknown setting %s, permitted here are %s", l->path, place->line,
	                   place->key, buf_str(&names));
}

static int check_key(struct load *l, const struct conf_place *place, const struct conf_section *section)
{
	const struct conf_row *row = place->key ? conf_row_find(section, place->key) : NULL;

	if (place->key && !row)
		return refuse_key(l, place, section);
	if (place->list && row && row->type != CONF_T_LIST)
		return problem_set(l->p, PROB_CONFIG, "%s:%d: %s is a list, permitted is one value", l->path,
		                   place->line, place->key);
	return 0;
}

static int check_names(struct load *l)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->places.n; i++) {
		const struct conf_place   *place = &l->places.places[i];
		const struct conf_section *section = conf_section_find(place->section);

		if (!section)
			return problem_set(l->p, PROB_CONFIG,
			                   "%s:%d: unknown section %s, permitted are responder, "
			                   "validator, signer, issuer and profile",
			                   l->path, place->line, place->section);
		if (section->titled != !!place->title)
			return problem_set(l->p, PROB_CONFIG, "%s:%d: section %s %s", l->path, place->line,
			                   place->section, section->titled ? "needs a title" : "takes no title");
		r = check_key(l, place, section);
	}
	return r;
}

/* --- libconfuse */

/* libconfuse gives its error function no argument of ours; its lexer is not reentrant either. */
static struct load *current_load;

static void PRINTF_LIKE(2, 0) take_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[PROBLEM_DETAIL_MAX];

	if (current_load->p->code != PROB_NONE)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	problem_set(current_load->p, PROB_CONFIG, "%s:%d: %s", current_load->path, cfg->line, text);
}

/* opts: zeroed; what is left of them ends the array. */
static void fill_opts(const struct conf_section *s, cfg_opt_t *opts)
{
	assert(s->n_rows + CONF_N_SECTIONS <= OPTS_MAX);
	for (size_t i = 0; i < s->n_rows; i++) {
		opts[i] = s->rows[i].type == CONF_T_LIST ? (cfg_opt_t)CFG_STR_LIST(s->rows[i].key, NULL, CFGF_NONE)
		                                         : (cfg_opt_t)CFG_STR(s->rows[i].key, NULL, CFGF_NONE);
	}
}

static cfg_t *make_cfg(void)
{
	cfg_opt_t  opts[CONF_N_SECTIONS][OPTS_MAX] = { 0 };
	cfg_opt_t *next = &opts[CONF_S_GLOBAL][conf_sections[CONF_S_GLOBAL].n_rows];

	for (size_t i = 0; i < CONF_N_SECTIONS; i++)
		fill_opts(&conf_sections[i], opts[i]);
	for (size_t i = CONF_S_GLOBAL + 1; i < CONF_N_SECTIONS; i++) {
		const cfg_flag_t flags = conf_sections[i].titled ? CFGF_MULTI | CFGF_TITLE : CFGF_NONE;

		*next++ = (cfg_opt_t)CFG_SEC(conf_sections[i].name, opts[i], flags);
	}
	/* cfg_init() copies all of it. */
	return oom_check(cfg_init(opts[CONF_S_GLOBAL], CFGF_NONE));
}

static int parse(struct load *l, const char *text)
{
	int r;

	cfg_set_error_function(l->cfg, take_error);
	current_load = l;
	r = cfg_parse_buf(l->cfg, text);
	current_load = NULL;
	if (l->p->code != PROB_NONE)
		return -(int)l->p->code;
	return r == CFG_SUCCESS ? 0 : problem_set(l->p, PROB_CONFIG, "%s:%d: syntax error", l->path, l->cfg->line);
}

/* --- values */

static int set_row(struct load *l, const struct conf_section *section, cfg_t *cfg, const char *title,
                   const struct conf_row *row, void *base)
{
	const struct conf_place *place = conf_place_find(&l->places, section->name, title, row->key);
	auto_free const char   **texts = NULL;
	auto_free char          *error = NULL;
	unsigned                 n;

	if (!place) {
		conf_row_set_default(row, base);
		return 0;
	}
	n = cfg_size(cfg, row->key);
	texts = xcalloc(n, sizeof(*texts));
	for (unsigned i = 0; i < n; i++)
		texts[i] = cfg_getnstr(cfg, row->key, i);
	error = conf_row_set(row, texts, n, base);
	if (error)
		return problem_set(l->p, PROB_CONFIG, "%s:%d: %s %s", l->path, place->line, row->key, error);
	return 0;
}

static int check_required(struct load *l, const struct conf_section *section, const char *title)
{
	const struct conf_place *place = conf_place_find(&l->places, section->name, title, NULL);

	for (size_t i = 0; i < section->n_rows; i++) {
		const struct conf_row *row = &section->rows[i];

		if (conf_row_is_required(row) && !conf_place_find(&l->places, section->name, title, row->key))
			return problem_set(l->p, PROB_CONFIG, "%s:%d: %s%s%s is missing", l->path,
			                   place ? place->line : 1, title ? title : "", title ? ": " : "", row->key);
	}
	return 0;
}

/* cfg: NULL for a section that is not in the file. */
static int set_section(struct load *l, const struct conf_section *section, cfg_t *cfg, const char *title, void *base)
{
	int r = check_required(l, section, title);

	for (size_t i = 0; r == 0 && i < section->n_rows; i++)
		r = set_row(l, section, cfg, title, &section->rows[i], base);
	return r;
}

static int set_single_sections(struct load *l, struct conf *c)
{
	const struct {
		enum conf_section_id id;
		void                *base;
	} singles[] = {
		{ CONF_S_RESPONDER, &c->responder },
		{ CONF_S_VALIDATOR, &c->validator },
		{ CONF_S_SIGNER, &c->signer },
	};
	int r = set_section(l, &conf_sections[CONF_S_GLOBAL], l->cfg, NULL, c);

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(singles); i++) {
		const struct conf_section *section = &conf_sections[singles[i].id];

		r = set_section(l, section, cfg_getsec(l->cfg, section->name), NULL, singles[i].base);
	}
	return r;
}

static int set_issuers(struct load *l, struct conf *c)
{
	const size_t n = cfg_size(l->cfg, "issuer");
	int          r = 0;

	c->issuers = xcalloc(n, sizeof(*c->issuers));
	while (r == 0 && c->n_issuers < n) {
		cfg_t              *cfg = cfg_getnsec(l->cfg, "issuer", (unsigned)c->n_issuers);
		struct conf_issuer *issuer = &c->issuers[c->n_issuers++];

		issuer->title = xstrdup(cfg_title(cfg));
		r = set_section(l, &conf_sections[CONF_S_ISSUER], cfg, issuer->title, issuer);
	}
	return r;
}

/*
 * They go into headers, JSON and certificates as they are: no blanks, no controls,
 * nothing that RFC 3986 2 leaves out.
 */
static int check_url(struct load *l, const char *section, const char *title, const char *key, const char *url)
{
	static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~:/?#[]@!$&'()*+,;=%";
	const char       *rest = url ? strstr(url, "://") : NULL;

	if (!url || (rest && rest[3] && (strncmp(url, "http:", 5) == 0 || strncmp(url, "https:", 6) == 0) &&
	             url[strspn(url, chars)] == '\0'))
		return 0;
	return problem_set(l->p, PROB_CONFIG, "%s:%d: %s is %s, expected an http or https URL", l->path,
	                   conf_place_find(&l->places, section, title, key)->line, key, url);
}

static int add_profile(struct load *l, struct conf *c, cfg_t *cfg, const char *title)
{
	struct conf_profile *profile = &c->profiles[c->n_profiles++];
	int                  r;

	profile->title = xstrdup(title);
	r = set_section(l, &conf_sections[CONF_S_PROFILE], cfg, title, profile);
	if (r == 0)
		r = check_url(l, "profile", title, "ca-issuers-url", profile->ca_issuers_url);
	if (r == 0)
		r = check_url(l, "profile", title, "crl-url", profile->crl_url);
	if (r < 0)
		return r;
	if (!profile->issuer && c->n_issuers > 0)
		profile->issuer = xstrdup(c->issuers[0].title);
	if (profile->issuer && !conf_issuer(c, profile->issuer)) {
		const struct conf_place *place = conf_place_find(&l->places, "profile", title, "issuer");

		return problem_set(l->p, PROB_CONFIG, "%s:%d: issuer is %s, expected the title of an issuer section",
		                   l->path, place->line, profile->issuer);
	}
	return 0;
}

static int set_profiles(struct load *l, struct conf *c)
{
	const size_t n = cfg_size(l->cfg, "profile");
	int          r = 0;

	c->profiles = xcalloc(n + 1, sizeof(*c->profiles));
	if (!cfg_gettsec(l->cfg, "profile", "default"))
		r = add_profile(l, c, NULL, "default");
	for (unsigned i = 0; r == 0 && i < n; i++) {
		cfg_t *cfg = cfg_getnsec(l->cfg, "profile", i);

		r = add_profile(l, c, cfg, cfg_title(cfg));
	}
	return r;
}

/* --- what one row alone cannot say */

/* After the host name or the bracketed address. */
static bool is_port_and_path(const char *text)
{
	static const char path[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

	if (*text == ':') {
		const size_t digits = strspn(text + 1, "0123456789");
		const long   port = digits <= 5 ? strtol(text + 1, NULL, 10) : 0;

		if (port < 1 || port > 65535)
			return false;
		text += 1 + digits;
	}
	if (*text == '\0')
		return true;
	return *text == '/' && text[strspn(text, path)] == '\0' && !strstr(text, "//") && text[strlen(text) - 1] != '/';
}

static bool is_base_url(const char *url)
{
	const size_t start = strlen(BASE_URL_START);
	size_t       host;

	if (strncmp(url, BASE_URL_START, start) != 0)
		return false;
	url += start;
	if (*url == '[') {
		host = strspn(url + 1, "0123456789abcdef:.");
		return host > 0 && url[1 + host] == ']' && is_port_and_path(url + host + 2);
	}
	/* Lower case only: clients and we compare URLs as texts. */
	host = strspn(url, "abcdefghijklmnopqrstuvwxyz0123456789-.");
	return host > 0 && is_port_and_path(url + host);
}

static int check_values(struct load *l, const struct conf *c)
{
	const struct conf_place *base_url = conf_place_find(&l->places, NULL, NULL, "base-url");
	const struct conf_place *log_level = conf_place_find(&l->places, NULL, NULL, "log-level");
	const char              *zone_servers = c->validator.zone_servers;
	enum log_level           level;
	int                      r;

	if (!is_base_url(c->base_url))
		return problem_set(l->p, PROB_CONFIG,
		                   "%s:%d: base-url is %s, expected https://host[:port][/path] in lower "
		                   "case, without a slash at the end, query or fragment",
		                   l->path, base_url->line, c->base_url);
	if (log_level && !log_level_from_name(c->log_level, &level))
		return problem_set(l->p, PROB_CONFIG,
		                   "%s:%d: log-level is %s, permitted are error, warning, notice, info "
		                   "and debug",
		                   l->path, log_level->line, c->log_level);
	if (strcmp(zone_servers, "validated") != 0 && strcmp(zone_servers, "always") != 0 &&
	    strcmp(zone_servers, "never") != 0)
		return problem_set(l->p, PROB_CONFIG,
		                   "%s:%d: zone-servers is %s, permitted are validated, always and never", l->path,
		                   conf_place_find(&l->places, "validator", NULL, "zone-servers")->line, zone_servers);
	r = check_url(l, NULL, NULL, "terms-of-service", c->terms_of_service);
	return r < 0 ? r : check_url(l, NULL, NULL, "website", c->website);
}

static int build(struct load *l, struct conf *c)
{
	int r = set_single_sections(l, c);

	if (r == 0)
		r = check_values(l, c);
	if (r == 0)
		r = set_issuers(l, c);
	return r < 0 ? r : set_profiles(l, c);
}

int conf_load(const char *path, struct conf **ret, struct problem *p)
{
	auto_clear(conf_places) struct conf_places places = { 0 };
	auto_free char                            *text = NULL;
	auto_(cfg) cfg_t                          *cfg = NULL;
	auto_(conf) struct conf                   *c = xcalloc(1, sizeof(*c));
	struct load                                l = { .path = path, .p = p };
	int                                        r;

	r = read_file(path, &text, p);
	if (r < 0)
		return r;
	r = conf_scan(path, text, &places, p);
	if (r < 0)
		return r;
	l.places = places;
	r = check_names(&l);
	if (r < 0)
		return r;
	l.cfg = cfg = make_cfg();
	r = parse(&l, text);
	if (r == 0)
		r = build(&l, c);
	if (r < 0)
		return r;
	*ret = steal(c);
	return 0;
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_issuers; i++) {
		free(c->issuers[i].title);
		conf_rows_free(&conf_sections[CONF_S_ISSUER], &c->issuers[i]);
	}
	for (size_t i = 0; i < c->n_profiles; i++) {
		free(c->profiles[i].title);
		conf_rows_free(&conf_sections[CONF_S_PROFILE], &c->profiles[i]);
	}
	conf_rows_free(&conf_sections[CONF_S_RESPONDER], &c->responder);
	conf_rows_free(&conf_sections[CONF_S_VALIDATOR], &c->validator);
	conf_rows_free(&conf_sections[CONF_S_SIGNER], &c->signer);
	conf_rows_free(&conf_sections[CONF_S_GLOBAL], c);
	free(c->issuers);
	free(c->profiles);
	free(c);
}

const struct conf_profile *conf_profile(const struct conf *c, const char *title)
{
	for (size_t i = 0; i < c->n_profiles; i++) {
		if (strcmp(c->profiles[i].title, title) == 0)
			return &c->profiles[i];
	}
	return NULL;
}

const struct conf_issuer *conf_issuer(const struct conf *c, const char *title)
{
	for (size_t i = 0; i < c->n_issuers; i++) {
		if (strcmp(c->issuers[i].title, title) == 0)
			return &c->issuers[i];
	}
	return NULL;
}

static bool is_before(const struct conf_list *list, size_t end, const char *item)
{
	for (size_t i = 0; i < end; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}

bool conf_list_has(const struct conf_list *list, const char *item)
{
	return is_before(list, list->n, item);
}

const char *conf_list_repeated(const struct conf_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_before(list, i, list->items[i]))
			return list->items[i];
	return NULL;
}

enum log_level conf_log_level(const struct conf *c)
{
	enum log_level level = LOGL_INFO;
	const bool     known = log_level_from_name(c->log_level, &level);

	assert(known);
	return level;
}

const char *conf_terms_version(const struct conf *c)
{
	return c->terms_of_service && c->terms_version ? c->terms_version : c->terms_of_service;
}
