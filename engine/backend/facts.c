/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN	1024

/* One line of text: what follows the first newline is not told. */
static void
put_text(struct buf *b, const char *key, const char *s)
{
	if (s != NULL)
		buf_printf(b, "%s=%.*s\n", key, (int)strcspn(s, "\n"), s);
}

void
facts_put(struct buf *b, const struct dump *d, const struct facts *f)
{
	put_text(b, "system", d->system);
	if (f->page_shift != 0)
		buf_printf(b, "segments=%u %u\n", f->page_shift, f->levels);
	if (d->has_kerndisp)
		buf_printf(b, "kerndisp=0x%" PRIx64 "\n",
		    (uint64_t)d->kerndisp);
	if (d->dmap_base < d->dmap_end)
		buf_printf(b, "dmap=0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64
		    "\n", d->dmap_base, d->dmap_end, d->dmap_phys);
	if (d->version != 0)
		buf_printf(b, "version=%u\n", d->version);
	if (d->dump_time != 0)
		buf_printf(b, "time=0x%" PRIx64 "\n", d->dump_time);
	put_text(b, "hostname", d->hostname);
	put_text(b, "kernel", d->kernel_version);
	put_text(b, "panic", d->panic);
	if (!d->complete)
		put_text(b, "incomplete", d->incomplete != NULL ?
		    d->incomplete : "its header says so");
}

/* Up to three numbers; how many. */
static unsigned
numbers(const char *s, uint64_t v[3])
{
	unsigned n;
	char *end;

	for (n = 0; n < 3; n++, s = end) {
		v[n] = strtoull(s, &end, 0);
		if (end == s)
			break;
	}
	return (n);
}

static void
take_numbers(struct dump *d, struct facts *f, const char *key, const char *s)
{
	uint64_t v[3];
	const unsigned n = numbers(s, v);

	if (strcmp(key, "segments") == 0 && n == 2 &&
	    (v[0] == 12 || v[0] == 14) && v[1] <= PT_LEVELS_MAX) {
		f->page_shift = (unsigned)v[0];
		f->levels = (unsigned)v[1];
	} else if (strcmp(key, "kerndisp") == 0 && n == 1) {
		d->kerndisp = (int64_t)v[0];
		d->has_kerndisp = true;
	} else if (strcmp(key, "dmap") == 0 && n == 3 && v[0] < v[1] &&
	    ((v[0] | v[1] | v[2]) & 0xfff) == 0) {
		d->dmap_base = v[0];
		d->dmap_end = v[1];
		d->dmap_phys = v[2];
	} else if (strcmp(key, "version") == 0 && n == 1)
		d->version = (unsigned)v[0];
	else if (strcmp(key, "time") == 0 && n == 1)
		d->dump_time = v[0];
}

static int
take_text(struct ctx *ctx, struct dump *d, const char *key, const char *s)
{
	const char **to;

	to = strcmp(key, "hostname") == 0 ? &d->hostname :
	    strcmp(key, "kernel") == 0 ? &d->kernel_version :
	    strcmp(key, "panic") == 0 ? &d->panic :
	    strcmp(key, "incomplete") == 0 ? &d->incomplete : NULL;
	if (strcmp(key, "system") == 0 && strcmp(s, "FreeBSD") == 0)
		d->system = "FreeBSD";
	if (to == NULL || *to != NULL)
		return (0);
	*to = arena_strdup(&d->arena, s);
	if (*to == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (to == &d->incomplete)
		d->complete = false;
	return (0);
}

int
facts_take(struct ctx *ctx, struct dump *d, struct facts *f, const void *text,
    size_t n)
{
	const char *p = text, *end = p + n, *eol;
	char line[LINE_MAX_LEN], *value;
	int rc;

	for (rc = 0; rc == 0 && p < end; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (eol == NULL)
			break;
		if ((size_t)(eol - p) >= sizeof(line))
			continue;
		memcpy(line, p, (size_t)(eol - p));
		line[eol - p] = '\0';
		value = strchr(line, '=');
		if (value == NULL)
			continue;
		*value++ = '\0';
		take_numbers(d, f, line, value);
		rc = take_text(ctx, d, line, value);
	}
	return (rc);
}
