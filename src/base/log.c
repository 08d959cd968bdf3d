/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <stdarg.h>
#include <string.h>
#include <sys/uio.h>

#include "base/buf.h"

/* Long enough for any real event, below PIPE_BUF so that lines of several processes do not mix. */
#define LINE_MAX_BYTES  4000
#define VALUE_MAX_BYTES 600

static struct {
	const char    *program;
	enum log_level max;
	bool           terminal;
} setup = { "chert", LOGL_INFO, false };

void log_setup(const char *program, enum log_level max)
{
	setup.program = program;
	setup.max = max;
	setup.terminal = isatty(STDERR_FILENO);
}

bool log_level_from_name(const char *name, enum log_level *ret)
{
	static const struct {
		const char    *name;
		enum log_level level;
	} levels[] = {
		{ "error", LOGL_ERROR }, { "warning", LOGL_WARNING }, { "notice", LOGL_NOTICE },
		{ "info", LOGL_INFO },   { "debug", LOGL_DEBUG },
	};

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*ret = levels[i].level;
			return true;
		}
	}
	return false;
}

static bool is_plain(const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~:/?#@!*+,;%";

	return *value && value[strspn(value, plain)] == '\0';
}

static void add_escaped(struct buf *line, unsigned char c)
{
	if (c == '"' || c == '\\')
		buf_addf(line, "\\%c", c);
	else if (c >= ' ' && c < 0x7f)
		buf_addc(line, (char)c);
	else
		buf_addf(line, "\\x%02x", c);
}

static void add_pair(struct buf *line, const char *key, const char *value)
{
	size_t len = strnlen(value, VALUE_MAX_BYTES + 1);

	buf_addf(line, " %s=", key);
	if (len <= VALUE_MAX_BYTES && is_plain(value)) {
		buf_adds(line, value);
		return;
	}
	buf_addc(line, '"');
	for (size_t i = 0; i < len && i < VALUE_MAX_BYTES; i++)
		add_escaped(line, (unsigned char)value[i]);
	buf_adds(line, len > VALUE_MAX_BYTES ? "...\"" : "\"");
}

static void add_pairs(struct buf *line, va_list ap)
{
	const char *key, *value;

	while ((key = va_arg(ap, const char *))) {
		value = va_arg(ap, const char *);
		if (value)
			add_pair(line, key, value);
	}
}

static void start_line(struct buf *line, enum log_level level, const char *event)
{
	if (!setup.terminal)
		buf_addf(line, "<%d>", (int)level);
	buf_addf(line, "%s %s", setup.program, event);
}

/* One system call per line; a log that cannot be written must not stop the program. */
static void write_line(struct buf *line)
{
	char         newline[] = "\n";
	struct iovec parts[] = { { line->data, line->len }, { newline, 1 } };
	ssize_t      n;

	n = writev(STDERR_FILENO, parts, ARRAY_LEN(parts));
	(void)n;
}

void log_event(enum log_level level, const char *event, ...)
{
	auto_clear(buf) struct buf line = BUF_INIT(LINE_MAX_BYTES);
	va_list                    ap;

	if (level > setup.max)
		return;
	start_line(&line, level, event);
	va_start(ap, event);
	add_pairs(&line, ap);
	va_end(ap);
	write_line(&line);
}

void log_problem(enum log_level level, const char *event, const struct problem *p, ...)
{
	auto_clear(buf) struct buf line = BUF_INIT(LINE_MAX_BYTES);
	va_list                    ap;

	if (level > setup.max)
		return;
	start_line(&line, level, event);
	va_start(ap, p);
	add_pairs(&line, ap);
	va_end(ap);
	if (p->code != PROB_NONE)
		add_pair(&line, "problem", problem_name(p->code));
	if (p->detail[0])
		add_pair(&line, "detail", p->detail);
	if (p->cause[0])
		add_pair(&line, "cause", p->cause);
	if (p->file)
		buf_addf(&line, " at=%s:%d", p->file, p->line);
	write_line(&line);
}
