/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/gdb_packet.h"

#include <stdlib.h>
#include <string.h>

#define RUN_BASE	29		/* '*' and a character: so many less */

/* A digit's value and one more; 0 is none. */
static const uint8_t digits[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6,
	['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool
gdb_hex(const char *text, size_t n, void *ret)
{
	uint8_t *p = ret, high, low;
	size_t i;

	for (i = 0; i < n; i++) {
		high = digits[(uint8_t)text[2 * i]];
		low = digits[(uint8_t)text[2 * i + 1]];
		if (high == 0 || low == 0)
			return (false);
		p[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return (true);
}

/* Undo escapes and runs. */
static bool
expand(const char *p, size_t n, struct buf *out)
{
	char c, run[256];
	size_t i, plain, times;

	for (i = 0; i < n; i++) {
		for (plain = i; i < n && p[i] != '}' && p[i] != '*';)
			i++;
		buf_add(out, p + plain, i - plain);
		if (out->len > GDB_PACKET_MAX || out->bad)
			return (false);
		if (i == n)
			break;
		if (p[i] == '}') {
			if (++i == n)
				return (false);
			c = p[i] ^ 0x20;
			buf_add(out, &c, 1);
		} else {
			if (++i == n || out->len == 0 ||
			    (unsigned char)p[i] <= RUN_BASE)
				return (false);
			times = (unsigned char)p[i] - RUN_BASE;
			memset(run, out->p[out->len - 1], sizeof(run));
			buf_add(out, run, times);
		}
	}
	return (!out->bad);
}

enum gdb_taken
gdb_packet_take(const char *in, size_t n, size_t *used, struct buf *out)
{
	const char *start, *end;
	uint8_t sum, told;
	size_t i;

	/* Acknowledgements, and what is left of something broken. */
	start = memchr(in, '$', n);
	*used = start != NULL ? (size_t)(start - in) : n;
	if (start == NULL)
		return (GDB_MORE);
	end = memchr(start, '#', n - *used);
	if (end == NULL || (size_t)(in + n - end) < 3)
		return (GDB_MORE);
	*used = (size_t)(end + 3 - in);
	for (i = 1, sum = 0; start + i < end; i++)
		sum = (uint8_t)(sum + (uint8_t)start[i]);
	buf_reset(out);
	if (!gdb_hex(end + 1, 1, &told) || told != sum ||
	    !expand(start + 1, (size_t)(end - start - 1), out))
		return (GDB_DAMAGED);
	return (GDB_PACKET);
}

void
gdb_packet_put(struct buf *b, const char *payload)
{
	uint8_t sum;
	const char *p;

	for (p = payload, sum = 0; *p != '\0'; p++)
		sum = (uint8_t)(sum + (uint8_t)*p);
	buf_printf(b, "$%s#%02x", payload, sum);
}

/* --- target descriptions --- */

/* An attribute's value within a tag of n bytes. */
static bool
attribute(const char *tag, size_t n, const char *name, char *ret, size_t size)
{
	const size_t len = strlen(name);
	const char *end, *stop = tag + n;
	size_t i;
	char quote;

	for (i = 1; i + len + 3 <= n; i++) {
		if (memcmp(tag + i, name, len) != 0 || tag[i + len] != '=' ||
		    (tag[i - 1] != ' ' && tag[i - 1] != '\t' &&
		    tag[i - 1] != '\n'))
			continue;
		quote = tag[i + len + 1];
		if (quote != '"' && quote != '\'')
			return (false);
		tag += i + len + 2;
		end = memchr(tag, quote, (size_t)(stop - tag));
		if (end == NULL || (size_t)(end - tag) >= size)
			return (false);
		memcpy(ret, tag, (size_t)(end - tag));
		ret[end - tag] = '\0';
		return (true);
	}
	return (false);
}

static bool
number(const char *text, unsigned max, unsigned *ret)
{
	unsigned long v;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return (false);
	v = strtoul(text, &end, 10);
	if (*end != '\0' || v > max)
		return (false);
	*ret = (unsigned)v;
	return (true);
}

static int
add_reg(struct ctx *ctx, struct gdb_target *t, const char *tag, size_t n)
{
	struct gdb_reg *r;
	char text[16];
	unsigned bits, next;

	if (t->nregs == GDB_REGS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "more than %d registers",
		    GDB_REGS_MAX));
	if (!vec_room(t->regs, t->cap, t->nregs + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	r = &t->regs[t->nregs];
	if (!attribute(tag, n, "name", r->name, sizeof(r->name)) ||
	    !attribute(tag, n, "bitsize", text, sizeof(text)) ||
	    !number(text, 65536, &bits))
		return (0);
	next = t->nregs > 0 ? t->regs[t->nregs - 1].num + 1 : 0;
	r->num = next;
	if (attribute(tag, n, "regnum", text, sizeof(text)) &&
	    !number(text, 1000000, &r->num))
		return (0);
	r->size = (bits + 7) / 8;
	/* "g" holds them in the order of their numbers, without gaps. */
	r->offset = r->num == t->nregs && t->end != UINT32_MAX ? t->end :
	    UINT32_MAX;
	t->end = r->offset == UINT32_MAX ? UINT32_MAX : t->end + r->size;
	t->nregs++;
	return (0);
}

static bool
is_tag(const char *p, size_t n, const char *name)
{
	const size_t len = strlen(name);

	return (n > len + 1 && memcmp(p + 1, name, len) == 0 &&
	    strchr(" \t\r\n>/", p[len + 1]) != NULL);
}

int
gdb_target_parse(struct ctx *ctx, struct gdb_target *t, const char *text,
    size_t n, int (*fetch)(void *, struct ctx *, const char *name), void *arg)
{
	const char *p, *end, *stop = n > 0 ? text + n : text;
	char name[64];
	size_t len;
	int rc;

	for (rc = 0, p = text; rc == 0 && p < stop; p = end + 1) {
		p = memchr(p, '<', (size_t)(stop - p));
		if (p == NULL)
			break;
		if (stop - p >= 4 && memcmp(p, "<!--", 4) == 0) {
			end = memmem(p, (size_t)(stop - p), "-->", 3);
			if (end == NULL)
				break;
			continue;
		}
		end = memchr(p, '>', (size_t)(stop - p));
		if (end == NULL)
			break;
		len = (size_t)(end + 1 - p);
		if (is_tag(p, len, "reg"))
			rc = add_reg(ctx, t, p, len);
		else if (is_tag(p, len, "xi:include") &&
		    attribute(p, len, "href", name, sizeof(name)))
			rc = fetch(arg, ctx, name);
		else if (is_tag(p, len, "architecture") && t->arch[0] == '\0') {
			len = (size_t)(stop - end - 1);
			if (len >= sizeof(t->arch))
				len = sizeof(t->arch) - 1;
			memcpy(t->arch, end + 1, len);
			t->arch[len] = '\0';
			t->arch[strcspn(t->arch, "< \t\r\n")] = '\0';
		}
	}
	return (rc);
}

void
gdb_target_fini(struct gdb_target *t)
{
	free(t->regs);
	memset(t, 0, sizeof(*t));
}

const struct gdb_reg *
gdb_target_reg(const struct gdb_target *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->nregs; i++)
		if (strcmp(t->regs[i].name, name) == 0)
			return (&t->regs[i]);
	return (NULL);
}
