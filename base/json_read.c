/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json_read.h"

#include "base/utf8.h"

#include <string.h>

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return (p);
}

/* Behind the string that begins at p, NULL when it does not end. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && ++p == end)
			return (NULL);
	return (p < end ? p + 1 : NULL);
}

/*
 * Behind the value that begins at p.  Of what is nested only strings and
 * brackets matter: they must match, the rest is not looked at.
 */
static const char *
skip_value(const char *p, const char *end)
{
	char open[JSON_READ_DEPTH];
	size_t depth;

	if (p == end)
		return (NULL);
	if (*p != '{' && *p != '[' && *p != '"') {
		while (p < end && strchr(",]} \t\r\n", *p) == NULL)
			p++;
		return (p);
	}
	for (depth = 0; p < end;) {
		if (*p == '"') {
			p = skip_string(p, end);
			if (p == NULL)
				return (NULL);
		} else if (*p == '{' || *p == '[') {
			if (depth == JSON_READ_DEPTH)
				return (NULL);
			open[depth++] = *p++;
		} else if (*p == '}' || *p == ']') {
			if (depth == 0 ||
			    open[--depth] != (*p == '}' ? '{' : '['))
				return (NULL);
			p++;
		} else
			p++;
		if (depth == 0)
			return (p);
	}
	return (NULL);
}

bool
json_value(struct json_span text, struct json_span *ret)
{
	const char *end = text.p + text.n, *start, *p;

	start = skip_blanks(text.p, end);
	p = skip_value(start, end);
	if (p == NULL || p == start)
		return (false);
	*ret = (struct json_span){ start, (size_t)(p - start) };
	return (true);
}

bool
json_member(struct json_span object, const char *key, struct json_span *ret)
{
	const char *p = object.p, *end = object.p + object.n, *name, *value;
	const size_t len = strlen(key);
	size_t n;

	if (object.n == 0 || *p != '{')
		return (false);
	for (p = skip_blanks(p + 1, end); p < end && *p == '"';
	    p = skip_blanks(p + 1, end)) {
		name = p + 1;
		p = skip_string(p, end);
		if (p == NULL)
			return (false);
		n = (size_t)(p - 1 - name);
		p = skip_blanks(p, end);
		if (p == end || *p != ':')
			return (false);
		value = skip_blanks(p + 1, end);
		p = skip_value(value, end);
		if (p == NULL || p == value)
			return (false);
		if (n == len && memcmp(name, key, n) == 0) {
			*ret = (struct json_span){ value, (size_t)(p - value) };
			return (true);
		}
		p = skip_blanks(p, end);
		if (p == end || *p != ',')
			return (false);
	}
	return (false);
}

static bool
hex4(const char *p, uint32_t *ret)
{
	uint32_t v;
	int i;

	for (i = 0, v = 0; i < 4; i++) {
		v <<= 4;
		if (p[i] >= '0' && p[i] <= '9')
			v |= (uint32_t)(p[i] - '0');
		else if ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f')
			v |= (uint32_t)((p[i] | 0x20) - 'a' + 10);
		else
			return (false);
	}
	*ret = v;
	return (true);
}

/* A character behind "\u", of two halves where it takes them; *p moves on. */
static bool
add_escape(const char **p, const char *end, struct buf *b)
{
	uint32_t cp, low;
	char utf8[4];

	if (end - *p < 4 || !hex4(*p, &cp))
		return (false);
	*p += 4;
	if (cp >= 0xd800 && cp < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' &&
	    (*p)[1] == 'u' && hex4(*p + 2, &low) && low >= 0xdc00 &&
	    low < 0xe000) {
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
		*p += 6;
	}
	if (cp >= 0xd800 && cp < 0xe000)
		cp = 0xfffd;
	buf_add(b, utf8, utf8_encode(cp, utf8));
	return (true);
}

bool
json_string(struct json_span s, struct buf *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p = s.p + 1, *end, *at, *plain;

	if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
		return (false);
	for (end = s.p + s.n - 1; p < end;) {
		for (plain = p; p < end && *p != '\\';)
			p++;
		buf_add(b, plain, (size_t)(p - plain));
		if (p == end)
			break;
		if (++p == end)
			return (false);
		if (*p == 'u') {
			p++;
			if (!add_escape(&p, end, b))
				return (false);
			continue;
		}
		at = *p != '\0' ? strchr(from, *p) : NULL;
		if (at == NULL)
			return (false);
		buf_add(b, &to[at - from], 1);
		p++;
	}
	return (!b->bad);
}

bool
json_number(struct json_span s, uint64_t *ret)
{
	uint64_t v;
	size_t i;

	for (i = 0, v = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return (false);
	if (s.n > 0)
		*ret = v;
	return (s.n > 0);
}
