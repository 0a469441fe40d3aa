/* SPDX-License-Identifier: BSD-2-Clause */
/* The literals of C expressions. */
#include "engine/value/expr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/*
 * An address as kernels print it in a log: as many hexadecimal digits as a
 * pointer has, with no 0x.  Digits alone are a number of C's.
 */
bool
expr_bare_address(const struct expr *e, const char *word, struct value *ret)
{
	unsigned n, size = types_ptr_size(e->env->types);

	for (n = 0; isxdigit((unsigned char)word[n]); n++)
		;
	if (n != 2 * size || expr_is_word(word[n]) ||
	    strspn(word, "0123456789") == n)
		return (false);
	*ret = op_int(e->env, size == 8 ? 'L' : 'I', strtoull(word, NULL, 16));
	return (true);
}

int
expr_number(struct expr *e, struct value *ret)
{
	const char *start = e->p;
	unsigned size = types_ptr_size(e->env->types), u = 0, l = 0;
	unsigned long long x;
	char *end;
	bool decimal;

	if (expr_bare_address(e, start, ret)) {
		e->p += 2 * size;
		return (OK);
	}
	decimal = start[0] != '0';
	x = strspn(start, "0123456789");
	if (start[x] == '.' || ((start[x] == 'e' || start[x] == 'E') &&
	    strchr("xXbB", start[1]) == NULL)) {
		*ret = op_int(e->env, 'd', 0);
		ret->real = strtod(start, &end);
		e->p = end;
		if (expr_is_word(*end) || *end == '.')
			return (expr_fail(e, start, E_SYNTAX, "not a number"));
		return (OK);
	}
	x = 0;
	if (start[0] == '0' && (start[1] == 'b' || start[1] == 'B')) {
		for (e->p += 2; *e->p == '0' || *e->p == '1'; e->p++) {
			if (x >> 63 != 0)
				break;
			x = x << 1 | (unsigned)(*e->p - '0');
		}
		end = (char *)(uintptr_t)e->p;
	} else if (start[0] == '0' && (start[1] == 'x' || start[1] == 'X')) {
		for (e->p += 2; isxdigit((unsigned char)*e->p); e->p++) {
			if (x >> 60 != 0)
				return (expr_fail(e, start, E_SYNTAX,
				    "the number needs more than 64 bits"));
			x = x << 4 | (unsigned)(isdigit((unsigned char)*e->p) ?
			    *e->p - '0' : (*e->p | 0x20) - 'a' + 10);
		}
		end = (char *)(uintptr_t)e->p;
	} else {
		for (; isdigit((unsigned char)*e->p); e->p++) {
			if (!decimal && *e->p > '7')
				return (expr_fail(e, e->p, E_SYNTAX,
				    "not an octal digit"));
			if (__builtin_mul_overflow(x, decimal ? 10u : 8u, &x) ||
			    __builtin_add_overflow(x, (unsigned)(*e->p - '0'),
			    &x))
				return (expr_fail(e, start, E_SYNTAX,
				    "the number needs more than 64 bits"));
		}
		end = (char *)(uintptr_t)e->p;
	}
	if (end == start + 2 && !isdigit((unsigned char)start[1]))
		return (expr_fail(e, start, E_SYNTAX, "not a number"));
	for (; *e->p == 'u' || *e->p == 'U' || *e->p == 'l' || *e->p == 'L';
	    e->p++) {
		if (*e->p == 'u' || *e->p == 'U')
			u++;
		else
			l++;
	}
	if (expr_is_word(*e->p) || u > 1 || l > 2)
		return (expr_fail(e, start, E_SYNTAX, "not a number"));
	/* The first type that holds it; decimals become unsigned by suffix. */
	if (l == 0 && u == 0 && x <= INT32_MAX)
		*ret = op_int(e->env, 'i', x);
	else if (l == 0 && (u > 0 || !decimal) && x <= UINT32_MAX)
		*ret = op_int(e->env, 'I', x);
	else if (u == 0 && x <= INT64_MAX)
		*ret = op_int(e->env, size == 8 || (l == 1 && x <= INT32_MAX) ?
		    'l' : 'q', x);
	else
		*ret = op_int(e->env, size == 8 || (l == 1 && x <= UINT32_MAX) ?
		    'L' : 'Q', x);
	return (OK);
}

/* One character of a literal, escapes resolved; behind the opening quote. */
static int
character(struct expr *e, unsigned char *c)
{
	static const char from[] = "abefnrtv\\'\"?";
	static const char to[] = "\a\b\033\f\n\r\t\v\\'\"?";
	const char *found, *start = e->p;
	unsigned x = 0, n = 0;

	if (*e->p == '\0')
		return (expr_fail(e, start, E_SYNTAX,
		    "the quote is not closed"));
	*c = (unsigned char)*e->p++;
	if (*c != '\\')
		return (OK);
	if (*e->p == 'x') {
		for (e->p++; isxdigit((unsigned char)*e->p) && n < 2; n++)
			x = x * 16 + (unsigned)(isdigit((unsigned char)*e->p) ?
			    *e->p++ - '0' : (*e->p++ | 0x20) - 'a' + 10);
	} else {
		for (; *e->p >= '0' && *e->p <= '7' && n < 3; n++)
			x = x * 8 + (unsigned)(*e->p++ - '0');
	}
	if (n > 0 && x <= 255) {
		*c = (unsigned char)x;
		return (OK);
	}
	found = n == 0 && *e->p != '\0' ? strchr(from, *e->p) : NULL;
	if (found == NULL)
		return (expr_fail(e, start, E_SYNTAX, "no such escape"));
	*c = (unsigned char)to[found - from];
	e->p++;
	return (OK);
}

int
expr_char(struct expr *e, struct value *ret)
{
	const char *start = e->p++;
	unsigned char c;
	int r;

	if (*e->p == '\'')
		return (expr_fail(e, start, E_SYNTAX, "an empty character"));
	r = character(e, &c);
	if (r != OK)
		return (r);
	if (*e->p != '\'')
		return (expr_fail(e, start, E_SYNTAX,
		    "the quote is not closed"));
	e->p++;
	*ret = op_int(e->env, 'i', (uint64_t)(int64_t)(signed char)c);
	return (OK);
}

int
expr_text(struct expr *e, struct value *ret)
{
	const char *start = e->p++;
	size_t first = e->texts_len;
	unsigned char c = 0;
	int r;

	while (*e->p != '"') {
		r = character(e, &c);
		if (r != OK)
			return (r);
		if (e->texts_len + 2 > EXPR_TEXTS_MAX)
			return (expr_fail(e, start, E_LIMIT, "too much text"));
		e->texts[e->texts_len++] = (char)c;
	}
	e->p++;
	if (e->texts_len + 1 > EXPR_TEXTS_MAX)
		return (expr_fail(e, start, E_LIMIT, "too much text"));
	e->texts[e->texts_len++] = '\0';
	*ret = op_int(e->env, 'c', 0);
	ret->place = VALUE_TEXT;
	ret->text = e->texts + first;
	return (OK);
}
