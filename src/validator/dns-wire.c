/* SPDX-License-Identifier: BSD-2-Clause */
#include "validator/dns-wire.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pki/ident.h"

#define HEADER_LEN          12
#define NAME_MAX_           255
#define CLASS_IN            1
#define ANSWER_FLAG         0x8000
#define OPT                 41
#define OPT_LEN             11 /* without options */
#define EDNS_SIZE           1232
#define EDNS_EXTENDED_ERROR 15

struct reader {
	const uint8_t *p;
	size_t         len, at;
};

/* A name without compression, in lower case, root label included. */
struct name {
	uint8_t b[NAME_MAX_];
	size_t  len;
};

struct record {
	struct name owner;
	unsigned    type, class;
	size_t      data_at, data_len;
};

static bool read_u16(struct reader *r, unsigned *ret)
{
	if (r->len - r->at < 2)
		return false;
	*ret = (unsigned)r->p[r->at] << 8 | r->p[r->at + 1];
	r->at += 2;
	return true;
}

static bool skip(struct reader *r, size_t n)
{
	if (r->len - r->at < n)
		return false;
	r->at += n;
	return true;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool name_add_label(struct name *name, const uint8_t *label, size_t len)
{
	if (name->len + 1 + len > NAME_MAX_)
		return false;
	name->b[name->len++] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		name->b[name->len++] = lower(label[i]);
	return true;
}

/*
 * RFC 1035 4.1.4.  A pointer must lead to before the place where the current run of labels began, so that
 * every message ends the walk.
 */
static bool read_name(struct reader *r, struct name *ret)
{
	size_t at = r->at, run = at, end = 0;

	ret->len = 0;
	while (at < r->len) {
		uint8_t c = r->p[at];

		if (c >= 0xc0) {
			size_t to;

			if (r->len - at < 2)
				return false;
			to = (size_t)(c & 0x3f) << 8 | r->p[at + 1];
			if (to >= run)
				return false;
			if (end == 0)
				end = at + 2;
			at = run = to;
			continue;
		}
		if (c > LABEL_MAX || r->len - at <= c || !name_add_label(ret, r->p + at + 1, c))
			return false;
		at += 1u + c;
		if (c == 0) {
			r->at = end ? end : at;
			return true;
		}
	}
	return false;
}

static bool name_equal(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}

static bool read_record(struct reader *r, struct record *ret)
{
	unsigned data_len;

	if (!read_name(r, &ret->owner) || !read_u16(r, &ret->type) || !read_u16(r, &ret->class) || !skip(r, 4) ||
	    !read_u16(r, &data_len))
		return false;
	ret->data_at = r->at;
	ret->data_len = data_len;
	return skip(r, data_len);
}

static bool add_txt(const uint8_t *p, size_t len, struct dns_records *ret)
{
	auto_free uint8_t *joined = xcalloc(len + 1, 1);
	size_t             n = 0, at = 0;

	while (at < len) {
		size_t chunk = p[at++];

		if (chunk > len - at)
			return false;
		memcpy(joined + n, p + at, chunk);
		n += chunk;
		at += chunk;
	}
	dns_records_add(ret, joined, n);
	return true;
}

static bool is_plain(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr(".\\\"'();@$", c);
}

/* RFC 1035 5.1 */
static void name_to_text(const struct name *name, char out[DNS_TEXT_SIZE])
{
	size_t n = 0;

	for (size_t at = 0; name->b[at] > 0; at += 1u + name->b[at]) {
		if (at > 0)
			out[n++] = '.';
		for (size_t i = 1; i <= name->b[at]; i++) {
			uint8_t c = name->b[at + i];

			if (is_plain(c))
				out[n++] = (char)c;
			else
				n += (size_t)snprintf(out + n, DNS_TEXT_SIZE - n, "\\%03u", c);
		}
	}
	if (n == 0)
		out[n++] = '.';
	out[n] = '\0';
}

/* The name that is the whole of a record's data. */
static bool read_target(const struct reader *r, const struct record *rec, struct name *ret)
{
	struct reader data = { .p = r->p, .len = rec->data_at + rec->data_len, .at = rec->data_at };

	return read_name(&data, ret) && data.at == data.len;
}

static bool add_server(const struct reader *r, const struct record *rec, struct dns_records *ret)
{
	struct name server;
	char        text[DNS_TEXT_SIZE];

	if (!read_target(r, rec, &server))
		return false;
	name_to_text(&server, text);
	dns_records_add(ret, text, strlen(text));
	return true;
}

static bool add_data(const struct reader *r, const struct record *rec, struct dns_records *ret)
{
	const uint8_t *p = r->p + rec->data_at;

	if (rec->type == DNS_TXT)
		return add_txt(p, rec->data_len, ret);
	if (rec->type == DNS_NS)
		return add_server(r, rec, ret);
	if ((rec->type == DNS_A && rec->data_len != 4) || (rec->type == DNS_AAAA && rec->data_len != 16))
		return false;
	dns_records_add(ret, p, rec->data_len);
	return true;
}

static void note_zone(const struct record *rec, struct dns_records *ret)
{
	if (rec->class == CLASS_IN && rec->type == DNS_SOA && !ret->zone[0])
		name_to_text(&rec->owner, ret->zone);
}

static bool read_answers(struct reader *r, unsigned n, enum dns_type type, struct name *current,
                         struct dns_records *ret)
{
	struct record rec;
	unsigned      chain = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!read_record(r, &rec))
			return false;
		if (rec.class != CLASS_IN || !name_equal(&rec.owner, current))
			continue;
		note_zone(&rec, ret);
		if (rec.type == (unsigned)type) {
			if (!add_data(r, &rec, ret))
				return false;
		} else if (rec.type == DNS_CNAME && (++chain > DNS_CHAIN_MAX || !read_target(r, &rec, current))) {
			return false;
		}
	}
	return true;
}

static bool read_authority(struct reader *r, unsigned n, struct dns_records *ret)
{
	struct record rec;

	for (unsigned i = 0; i < n; i++) {
		if (!read_record(r, &rec))
			return false;
		note_zone(&rec, ret);
	}
	return true;
}

int dns_wire_parse(const void *message, size_t len, enum dns_type type, struct dns_records *ret, struct problem *p)
{
	struct reader r = { .p = message, .len = len };
	struct name   current = { .len = 0 };
	unsigned      id, flags, questions, answers, authorities;

	if (len < HEADER_LEN || len > DNS_MESSAGE_MAX)
		return problem_set(p, PROB_DNS, "DNS answer of %zu bytes, expected %d to %d", len, HEADER_LEN,
		                   DNS_MESSAGE_MAX);
	if (!read_u16(&r, &id) || !read_u16(&r, &flags) || !read_u16(&r, &questions) || !read_u16(&r, &answers) ||
	    !read_u16(&r, &authorities) || !skip(&r, 2) || questions != 1 || !read_name(&r, &current) || !skip(&r, 4))
		return problem_set(p, PROB_DNS, "DNS answer does not repeat its one question");
	ret->rcode = flags & 0x0f;
	if (!read_answers(&r, answers, type, &current, ret) || !read_authority(&r, authorities, ret))
		return problem_set(p, PROB_DNS, "DNS answer is malformed or its CNAME chain longer than %d",
		                   DNS_CHAIN_MAX);
	name_to_text(&current, ret->owner);
	return 0;
}

/* --- extended errors */

static bool write_name(struct buf *b, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");

		if (len == 0 || len > LABEL_MAX || memchr(name, '\\', len))
			return false;
		buf_addc(b, (char)len);
		buf_add(b, name, len);
		name += len + (name[len] == '.');
	}
	buf_addc(b, '\0');
	return b->len <= HEADER_LEN + NAME_MAX_;
}

static void write_u16(struct buf *b, unsigned n)
{
	buf_addc(b, (char)(n >> 8));
	buf_addc(b, (char)(n & 0xff));
}

size_t dns_wire_query(uint16_t id, const char *name, enum dns_type type, uint8_t out[DNS_QUERY_MAX])
{
	static const uint8_t       header[] = { 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1 }; /* RD; one question, one OPT */
	static const uint8_t       opt[] = { 0, 0, OPT, EDNS_SIZE >> 8, EDNS_SIZE & 0xff, 0, 0, 0, 0, 0, 0 };
	auto_clear(buf) struct buf b = BUF_INIT(DNS_QUERY_MAX);

	write_u16(&b, id);
	buf_add(&b, header, sizeof(header));
	if (!write_name(&b, name))
		return 0;
	write_u16(&b, (unsigned)type);
	write_u16(&b, CLASS_IN);
	buf_add(&b, opt, sizeof(opt));
	if (b.failed)
		return 0;
	memcpy(out, b.data, b.len);
	return b.len;
}

/* RFC 6891 6.1.2, RFC 8914 2 */
static int find_extended(const struct reader *r, const struct record *rec)
{
	struct reader data = { .p = r->p, .len = rec->data_at + rec->data_len, .at = rec->data_at };
	unsigned      code, len, error;

	while (read_u16(&data, &code) && read_u16(&data, &len)) {
		if (code == EDNS_EXTENDED_ERROR && len >= 2 && read_u16(&data, &error))
			return (int)error;
		if (!skip(&data, len))
			break;
	}
	return DNS_NO_EXTENDED;
}

/* Whether it is an answer to that question; r then stands at its records. */
static bool read_echo(struct reader *r, const uint8_t *query, size_t query_len, unsigned *ret_records)
{
	const size_t question_len = query_len - HEADER_LEN - OPT_LEN;
	unsigned     id, flags, questions, answers, authorities, additionals;

	if (!read_u16(r, &id) || !read_u16(r, &flags) || !read_u16(r, &questions) || !read_u16(r, &answers) ||
	    !read_u16(r, &authorities) || !read_u16(r, &additionals) || !skip(r, question_len))
		return false;
	*ret_records = answers + authorities + additionals;
	return (flags & ANSWER_FLAG) && questions == 1 && memcmp(r->p, query, 2) == 0 &&
	       memcmp(r->p + HEADER_LEN, query + HEADER_LEN, question_len) == 0;
}

int dns_wire_extended_error(const void *message, size_t len, const uint8_t *query, size_t query_len)
{
	struct reader r = { .p = message, .len = len };
	struct record rec;
	unsigned      records = 0;

	if (!read_echo(&r, query, query_len, &records))
		return DNS_NO_EXTENDED;
	for (; records > 0 && read_record(&r, &rec); records--)
		if (rec.type == OPT)
			return find_extended(&r, &rec);
	return DNS_NO_EXTENDED;
}

/* --- texts */

const char *dns_type_name(enum dns_type type)
{
	static const struct {
		enum dns_type type;
		const char   *name;
	} names[] = {
		{ DNS_A, "A" },     { DNS_NS, "NS" },     { DNS_CNAME, "CNAME" }, { DNS_SOA, "SOA" },
		{ DNS_TXT, "TXT" }, { DNS_AAAA, "AAAA" }, { DNS_CAA, "CAA" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return "?";
}

const char *dns_rcode_name(unsigned rcode)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED" };

	return rcode < ARRAY_LEN(names) ? names[rcode] : "an unknown error";
}

void dns_records_add(struct dns_records *records, const void *data, size_t len)
{
	if (records->n == DNS_RECORDS_MAX)
		return;
	records->items[records->n].data = xmemdup(data, len);
	records->items[records->n].len = len;
	records->n++;
}

void dns_records_clear(struct dns_records *records)
{
	for (size_t i = 0; i < records->n; i++)
		free(records->items[i].data);
	*records = (struct dns_records){ 0 };
}
