/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nesting deeper than JSON_DEPTH_MAX - 1 comes out as null: what stands inside
 * is swallowed up to its closing bracket, so that the text stays valid JSON.
 */
#include "base/json.h"

#include "base/utf8.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX	((uint64_t)1 << 53)	/* of a double */

static const char digits[] = "0123456789abcdef";

void
json_init(struct json *j, struct out *out)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
}

static bool
json_swallows(const struct json *j)
{
	return (j->depth >= JSON_DEPTH_MAX);
}

/* The comma before a value or a key; false when the value is swallowed. */
static bool
json_begin(struct json *j)
{
	if (json_swallows(j))
		return (false);
	if (j->after_key)
		j->after_key = false;
	else if (j->depth > 0) {
		if (!j->first[j->depth])
			out_putc(j->out, ',');
		j->first[j->depth] = false;
	}
	return (true);
}

void
json_open(struct json *j, char kind)
{
	if (json_begin(j)) {
		if (j->depth + 1 < JSON_DEPTH_MAX) {
			out_putc(j->out, kind);
			j->first[j->depth + 1] = true;
		} else {
			out_puts(j->out, "null");
		}
	}
	j->depth++;
}

void
json_close(struct json *j, char kind)
{
	if (j->depth == 0)
		return;
	if (!json_swallows(j))
		out_putc(j->out, kind);
	j->depth--;
	j->after_key = false;
}

static void
json_escape(struct out *o, const char *s, size_t n)
{
	size_t i, plain, w;
	uint32_t cp;
	char esc[8];

	out_putc(o, '"');
	for (i = plain = 0; i < n; i += w) {
		w = 1;
		cp = (unsigned char)s[i];
		if (cp >= 0x80)
			w = utf8_decode(s + i, n - i, &cp);
		if (cp != '"' && cp != '\\' && !utf8_tricky(cp))
			continue;
		out_add(o, s + plain, i - plain);
		plain = i + w;
		switch (cp) {
		case '"':
			out_puts(o, "\\\"");
			break;
		case '\\':
			out_puts(o, "\\\\");
			break;
		case '\n':
			out_puts(o, "\\n");
			break;
		case '\t':
			out_puts(o, "\\t");
			break;
		case '\r':
			out_puts(o, "\\r");
			break;
		default:
			memcpy(esc, cp >= UTF8_BAD ? "\\udc" :
			    cp >= 0x2000 ? "\\u20" : "\\u00", 4);
			esc[4] = digits[cp >> 4 & 0xf];
			esc[5] = digits[cp & 0xf];
			out_add(o, esc, 6);
			break;
		}
	}
	out_add(o, s + plain, n - plain);
	out_putc(o, '"');
}

void
json_key(struct json *j, const char *key)
{
	if (!json_begin(j))
		return;
	json_escape(j->out, key, strlen(key));
	out_putc(j->out, ':');
	j->after_key = true;
}

void
json_null(struct json *j)
{
	if (json_begin(j))
		out_puts(j->out, "null");
}

void
json_bool(struct json *j, bool v)
{
	if (json_begin(j))
		out_puts(j->out, v ? "true" : "false");
}

void
json_u64(struct json *j, uint64_t v)
{
	if (json_begin(j))
		out_printf(j->out, v > EXACT_MAX ? "\"%" PRIu64 "\"" :
		    "%" PRIu64, v);
}

void
json_s64(struct json *j, int64_t v)
{
	bool quoted;

	quoted = v > (int64_t)EXACT_MAX || v < -(int64_t)EXACT_MAX;
	if (json_begin(j))
		out_printf(j->out, quoted ? "\"%" PRId64 "\"" : "%" PRId64, v);
}

void
json_double(struct json *j, double v, int decimals)
{
	/* The longest: DBL_MAX with many decimals. */
	char text[DBL_MAX_10_EXP + 64], *in, *out;
	int prec;

	if (!json_begin(j))
		return;
	if (!isfinite(v)) {
		out_puts(j->out, "null");
		return;
	}
	if (decimals >= 0) {
		snprintf(text, sizeof(text), "%.*f",
		    decimals < 40 ? decimals : 40, v);
	} else if (fabs(v) < (double)EXACT_MAX && v == trunc(v)) {
		snprintf(text, sizeof(text), "%.0f", v);
	} else {
		for (prec = 1; prec <= DBL_DECIMAL_DIG; prec++) {
			snprintf(text, sizeof(text), "%.*g", prec, v);
			if (strtod(text, NULL) == v)
				break;
		}
	}
	/* What the locale writes for the decimal point becomes a dot. */
	for (in = out = text; *in != '\0';) {
		if (strchr("0123456789+-e", *in) != NULL) {
			*out++ = *in++;
			continue;
		}
		*out++ = '.';
		while (*in != '\0' && strchr("0123456789", *in) == NULL)
			in++;
	}
	out_add(j->out, text, (size_t)(out - text));
}

void
json_addr(struct json *j, uint64_t v)
{
	if (json_begin(j))
		out_printf(j->out, "\"0x%" PRIx64 "\"", v);
}

void
json_text(struct json *j, const char *s, size_t n)
{
	if (json_begin(j))
		json_escape(j->out, s, n);
}

void
json_bytes(struct json *j, const void *data, size_t n)
{
	const unsigned char *p = data;
	char two[2];
	size_t i;

	if (!json_begin(j))
		return;
	out_putc(j->out, '"');
	for (i = 0; i < n; i++) {
		two[0] = digits[p[i] >> 4];
		two[1] = digits[p[i] & 0xf];
		out_add(j->out, two, 2);
	}
	out_putc(j->out, '"');
}
