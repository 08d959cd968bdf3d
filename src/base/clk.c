/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clk.h"

#include <assert.h>
#include <string.h>
#include <time.h>

/* 9999-12-31T23:59:59Z, the last second that RFC 3339 can write */
#define LAST_SECOND INT64_C(253402300799)

static int64_t clock_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * CLK_SECOND + ts.tv_nsec / 1000;
}

int64_t clk_now(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t clk_mono(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

void clk_to_rfc3339(int64_t t, char *out)
{
	const time_t seconds = (time_t)(t / CLK_SECOND);
	struct tm    tm;

	assert(t >= 0 && seconds <= LAST_SECOND);
	gmtime_r(&seconds, &tm);
	strftime(out, CLK_RFC3339_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

struct cursor {
	const char *at, *end;
};

static bool take(struct cursor *c, char expected)
{
	if (c->at == c->end || *c->at != expected)
		return false;
	c->at++;
	return true;
}

static bool take_number(struct cursor *c, int digits, int min, int max, int *ret)
{
	int n = 0;

	for (; digits > 0; digits--, c->at++) {
		if (c->at == c->end || *c->at < '0' || *c->at > '9')
			return false;
		n = n * 10 + (*c->at - '0');
	}
	*ret = n;
	return n >= min && n <= max;
}

static bool take_date_time(struct cursor *c, int64_t *ret_seconds)
{
	struct tm tm = { 0 };
	int       year, month, day;

	if (!take_number(c, 4, 1970, 9999, &year) || !take(c, '-') || !take_number(c, 2, 1, 12, &month) ||
	    !take(c, '-') || !take_number(c, 2, 1, 31, &day) || !take(c, 'T') ||
	    !take_number(c, 2, 0, 23, &tm.tm_hour) || !take(c, ':') || !take_number(c, 2, 0, 59, &tm.tm_min) ||
	    !take(c, ':') || !take_number(c, 2, 0, 59, &tm.tm_sec))
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	*ret_seconds = timegm(&tm);
	/* timegm() turns 30 February into 2 March. */
	return tm.tm_mday == day;
}

static bool take_fraction(struct cursor *c, int64_t *ret_us)
{
	int64_t us = 0, unit = CLK_SECOND / 10;
	bool    any = false;

	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++, unit /= 10) {
		us += (*c->at - '0') * unit;
		any = true;
	}
	*ret_us = us;
	return any;
}

static bool take_offset(struct cursor *c, int64_t *ret_seconds)
{
	int sign, hours, minutes;

	*ret_seconds = 0;
	if (take(c, 'Z'))
		return true;
	sign = take(c, '+') ? 1 : take(c, '-') ? -1 : 0;
	if (!sign || !take_number(c, 2, 0, 23, &hours) || !take(c, ':') || !take_number(c, 2, 0, 59, &minutes))
		return false;
	*ret_seconds = sign * (hours * 60 + minutes) * 60;
	return true;
}

bool clk_from_rfc3339(const char *text, size_t len, int64_t *ret)
{
	struct cursor c = { text, text + len };
	int64_t       seconds, us = 0, offset;

	if (!take_date_time(&c, &seconds))
		return false;
	if (take(&c, '.') && !take_fraction(&c, &us))
		return false;
	if (!take_offset(&c, &offset) || c.at != c.end)
		return false;
	seconds -= offset;
	if (seconds < 0 || seconds > LAST_SECOND)
		return false;
	*ret = seconds * CLK_SECOND + us;
	return true;
}

bool clk_from_duration(const char *text, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t     us;
	} units[] = {
		{ "ms", CLK_MILLISECOND }, { "s", CLK_SECOND }, { "min", CLK_MINUTE },
		{ "h", CLK_HOUR },         { "d", CLK_DAY },
	};
	const size_t digits = strspn(text, "0123456789");
	int64_t      n = 0;

	/* Six digits of days fit into 64 bits of microseconds. */
	if (digits == 0 || digits > 6)
		return false;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (text[i] - '0');
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(text + digits, units[i].name) == 0) {
			*ret = n * units[i].us;
			return true;
		}
	}
	return false;
}
