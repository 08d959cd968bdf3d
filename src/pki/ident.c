/* SPDX-License-Identifier: BSD-2-Clause */
#include "pki/ident.h"

#include <string.h>
#include <strings.h>

#include <idn2.h>
#include <libpsl.h>

#include "base/address.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyz0123456789"

/* The newer of Debian's publicsuffix package and the list inside libpsl; read once, kept for good. */
static const psl_ctx_t *suffix_list(void)
{
	static const psl_ctx_t *list;

	if (!list)
		list = psl_latest(NULL);
	if (!list)
		list = psl_builtin();
	return list;
}

/* A name whose top level the list does not know (test, internal) is no public suffix. */
static bool is_suffix(const char *name, int section)
{
	return psl_is_public_suffix2(suffix_list(), name, section | PSL_TYPE_NO_STAR_RULE);
}

const char *ident_base(const struct ident *id)
{
	return id->wildcard ? id->value + 2 : id->value;
}

/* Does not echo the value, which may hold anything. */
static int check_characters(const char *name, struct problem *p)
{
	size_t at = strspn(name, ALNUM "-.");

	if (name[at] == ':')
		return problem_set(
			p, PROB_MALFORMED,
			"identifier has a colon: neither ports nor IP addresses, which are of type ip, are DNS names");
	if (name[at] == '*')
		return problem_set(p, PROB_MALFORMED, "identifier has a star that is not its whole first label");
	if (name[at])
		return problem_set(
			p, PROB_MALFORMED,
			"identifier has byte 0x%02x where only letters, digits, hyphens and dots are permitted",
			(unsigned)(unsigned char)name[at]);
	return 0;
}

/*
 * RFC 5891 4.2, 5.3: an A-label must come out of its own U-label again.  Unlike idn2_lookup_u8 of the A-label, which
 * maps, the round trip shows labels that decode to something IDNA would write otherwise (upper case, not NFC).
 */
static bool is_a_label(const char *label)
{
	uint8_t *again = NULL;
	char    *text = NULL;
	bool     good = false;

	if (idn2_to_unicode_8z8z(label, &text, 0) == IDN2_OK && strcmp(text, label) != 0 &&
	    idn2_lookup_u8((const uint8_t *)text, &again, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
		good = strcmp((const char *)again, label) == 0;
	idn2_free(again);
	idn2_free(text);
	return good;
}

static int check_label(const char *start, size_t len, struct problem *p)
{
	char label[LABEL_MAX + 1];

	if (len == 0)
		return problem_set(p, PROB_MALFORMED, "identifier has an empty label or a trailing dot");
	if (len > LABEL_MAX)
		return problem_set(p, PROB_MALFORMED,
		                   "identifier has a label of %zu characters; at most %d are permitted", len,
		                   LABEL_MAX);
	memcpy(label, start, len);
	label[len] = '\0';
	if (label[0] == '-' || label[len - 1] == '-')
		return problem_set(p, PROB_MALFORMED, "identifier has label %s, which starts or ends with a hyphen",
		                   label);
	if (len < 4 || label[2] != '-' || label[3] != '-')
		return 0;
	/* RFC 5890 2.3.1: of the labels with "--" there, only A-labels are in use. */
	if (strncmp(label, "xn", 2) != 0)
		return problem_set(p, PROB_MALFORMED,
		                   "identifier has label %s, with hyphens in third and fourth place but no A-label",
		                   label);
	if (!is_a_label(label))
		return problem_set(p, PROB_MALFORMED, "identifier has label %s, which is no valid A-label", label);
	return 0;
}

/* Also the hexadecimal form that inet_aton(3), and so many a resolver, takes for part of an IPv4 address. */
static bool is_numeric(const char *label)
{
	if (strncmp(label, "0x", 2) == 0)
		return label[2 + strspn(label + 2, "0123456789abcdef")] == '\0';
	return label[strspn(label, "0123456789")] == '\0';
}

static int check_name(const char *name, struct problem *p)
{
	const char *label = name, *dot;
	int         r = check_characters(name, p);

	while (r == 0) {
		dot = strchr(label, '.');
		r = check_label(label, dot ? (size_t)(dot - label) : strlen(label), p);
		if (r < 0 || !dot)
			break;
		label = dot + 1;
	}
	if (r < 0)
		return r;
	if (is_numeric(label))
		return problem_set(p, PROB_MALFORMED,
		                   "identifier %s has a numeric last label; IP addresses are of type ip, not DNS names",
		                   name);
	return 0;
}

static int check_policy(const struct ident *id, struct problem *p)
{
	if (!strchr(ident_base(id), '.'))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is a single label, not a fully qualified name",
		                   ident_base(id));
	if (id->wildcard && is_suffix(ident_base(id), PSL_TYPE_ICANN))
		return problem_set(p, PROB_REJECTED_IDENTIFIER, "%s is a wildcard directly under a public suffix",
		                   id->value);
	return 0;
}

static int check_size(const char *value, struct problem *p)
{
	size_t prefix = strncmp(value, "*.", 2) == 0 ? 2 : 0;
	size_t len = strnlen(value, IDENT_MAX + 3);

	if (len == 0)
		return problem_set(p, PROB_MALFORMED, "identifier is empty");
	if (len - prefix > IDENT_MAX)
		return problem_set(p, PROB_MALFORMED, "identifier is longer than %d characters", IDENT_MAX);
	return 0;
}

static int from_dns(const char *value, struct ident *ret, struct problem *p)
{
	struct ident id = { .type = "dns" };
	int          r = check_size(value, p);

	if (r < 0)
		return r;
	for (size_t i = 0; value[i]; i++)
		id.value[i] = value[i] >= 'A' && value[i] <= 'Z' ? (char)(value[i] - 'A' + 'a') : value[i];
	id.wildcard = strncmp(id.value, "*.", 2) == 0;
	r = check_name(ident_base(&id), p);
	if (r == 0)
		r = check_policy(&id, p);
	if (r == 0)
		*ret = id;
	return r;
}

/* RFC 5952 5: ::ffff:192.0.2.1 is another form of 192.0.2.1, and there is to be one form only. */
static void to_canonical(const struct addr *address, char *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct addr          v4;

	if (address->v6 && memcmp(address->b, mapped, sizeof(mapped)) == 0 &&
	    addr_from_bytes(address->b + sizeof(mapped), 4, &v4))
		addr_to_text(&v4, out);
	else
		addr_to_text(address, out);
}

/* Does not echo the value, which may hold anything, but in its canonical form. */
static int from_ip(const char *value, struct ident *ret, struct problem *p)
{
	struct ident id = { .type = "ip" };
	struct addr  address;

	if (!addr_from_text(value, &address))
		return problem_set(p, PROB_MALFORMED,
		                   "identifier is not an IP address in the form of RFC 8738 3, such as 192.0.2.1 or "
		                   "2001:db8::1, without leading zeros, prefix length, port, zone or brackets");
	to_canonical(&address, id.value);
	if (strcmp(id.value, value) != 0)
		return problem_set(p, PROB_MALFORMED,
		                   "identifier is not in the canonical form of its IP address, which is %s", id.value);
	*ret = id;
	return 0;
}

int ident_from_text(const char *type, const char *value, struct ident *ret, struct problem *p)
{
	if (strcmp(type, "dns") == 0)
		return from_dns(value, ret, p);
	if (strcmp(type, "ip") == 0)
		return from_ip(value, ret, p);
	return problem_set(p, PROB_UNSUPPORTED_IDENTIFIER, "identifier is of neither type supported, dns or ip");
}

int ident_from_name(const char *name, struct ident *ret, struct problem *p)
{
	struct addr address;

	return ident_from_text(addr_from_text(name, &address) ? "ip" : "dns", name, ret, p);
}

int ident_compare(const void *a, const void *b)
{
	const struct ident *x = a, *y = b;

	return strcmp(x->value, y->value);
}

bool ident_under(const char *name, const char *suffix)
{
	size_t n = strlen(name), s = strlen(suffix);

	if (s > n || strcasecmp(name + n - s, suffix) != 0)
		return false;
	return s == n || name[n - s - 1] == '.';
}

bool ident_is_suffix(const char *name)
{
	return is_suffix(name, PSL_TYPE_ANY);
}

bool ident_is_public(const char *name)
{
	if (ident_is_suffix(name))
		return false;
	for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
		if (ident_is_suffix(dot + 1))
			return true;
	}
	return false;
}
