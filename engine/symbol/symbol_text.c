/* SPDX-License-Identifier: BSD-2-Clause */
/* Symbols as text, as kernel/kallsyms.c (s_show) and nm(1) print them. */
#include "engine/symbol/symbol.h"

#include <string.h>

#define MODULE_NAME_MAX	64

/* Digits up to a blank; NULL when there is anything else, or too much. */
static const char *
hex(const char *p, const char *end, uint64_t *ret)
{
	const char *start = p;
	uint64_t v;
	unsigned d;

	for (v = 0; p < end && *p != ' '; p++) {
		if (*p >= '0' && *p <= '9')
			d = (unsigned)(*p - '0');
		else if (*p >= 'a' && *p <= 'f')
			d = (unsigned)(*p - 'a') + 10;
		else
			return (NULL);
		v = v << 4 | d;
	}
	if (p == start || p - start > 16 || p == end)
		return (NULL);
	*ret = v;
	return (p + 1);
}

/* "[name]" behind a tab; 0 is the kernel, -1 no memory. */
static int
module_of(struct symbols *s, const char *p, const char *end)
{
	char name[MODULE_NAME_MAX];
	size_t n;

	if (end - p < 3 || p[0] != '\t' || p[1] != '[' || end[-1] != ']')
		return (0);
	n = (size_t)(end - p) - 3;
	if (n == 0 || n >= sizeof(name))
		return (0);
	memcpy(name, p + 2, n);
	name[n] = '\0';
	return (sym_module(s, name));
}

static int
add_line(struct ctx *ctx, struct symbols *s, const char *p, const char *end,
    size_t *known)
{
	const char *tab;
	uint64_t addr;
	char type;
	int module;

	p = hex(p, end, &addr);
	if (p == NULL || end - p < 3 || p[1] != ' ')
		return (ctx_fail(ctx, E_CORRUPT,
		    "not lines of symbols with their addresses"));
	type = p[0];
	p += 2;
	tab = memchr(p, '\t', (size_t)(end - p));
	module = tab != NULL ? module_of(s, tab, end) : 0;
	if (module < 0)
		return (ctx_fail(ctx, E_NOMEM, "no memory for symbols"));
	*known += addr != 0;
	return (sym_add(ctx, s, addr, 0, type, (unsigned)module, p,
	    (size_t)((tab != NULL ? tab : end) - p)));
}

int
sym_add_lines(struct ctx *ctx, struct symbols *s, const char *p, size_t n,
    size_t *used, size_t *known)
{
	const char *at, *end, *eol;
	int rc;

	for (at = p, end = p + n; at < end; at = eol + 1) {
		eol = memchr(at, '\n', (size_t)(end - at));
		if (eol == NULL)
			break;
		rc = add_line(ctx, s, at, eol, known);
		if (rc != 0)
			return (rc);
	}
	*used = (size_t)(at - p);
	return (0);
}
