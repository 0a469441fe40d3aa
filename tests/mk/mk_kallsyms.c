/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_kallsyms.h"

#include "base/bytes.h"

#include <string.h>

/* Tokens 1 to 4 are words, those of printable characters these; others empty. */
static const char *const words[] = { "", "tfunc_", "name", "long", "__" };

static void
put(struct buf *b, unsigned size, bool be, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, be, v);
	buf_add(b, raw, size);
}

static void
pad(struct buf *b, size_t align)
{
	while (b->len % align != 0)
		buf_add(b, "", 1);
}

static void
put_offsets(struct buf *b, const struct mk_kallsyms *k,
    struct mk_kallsyms_map *m)
{
	uint64_t a;
	uint32_t i;

	m->offsets = b->len;
	for (i = 0; i < k->n; i++) {
		a = k->syms[i].addr;
		switch (k->enc) {
		case MK_BASE:
			put(b, 4, k->be, a - k->base);
			break;
		case MK_PERCPU:
			put(b, 4, k->be, a < k->base ? a : k->base - 1 - a);
			break;
		case MK_SELF:
			put(b, 4, k->be, a - (k->va + b->len));
			break;
		case MK_ADDRESS:
			put(b, k->ptr_size, k->be, a);
			break;
		}
	}
	pad(b, k->ptr_size);
	m->relative_base = b->len;
	if (k->enc == MK_BASE || k->enc == MK_PERCPU)
		put(b, k->ptr_size, k->be, k->base);
}

static void
put_name(struct buf *b, const struct mk_sym *s)
{
	struct buf text, code;
	const char *p;
	uint8_t byte;
	size_t i;

	memset(&text, 0, sizeof(text));
	memset(&code, 0, sizeof(code));
	buf_printf(&text, "%c%s", s->type, s->name);
	for (p = buf_text(&text); *p != '\0';) {
		byte = (uint8_t)*p;
		for (i = 1; i < sizeof(words) / sizeof(words[0]); i++)
			if (strncmp(p, words[i], strlen(words[i])) == 0) {
				byte = (uint8_t)i;
				p += strlen(words[i]) - 1;
				break;
			}
		p++;
		buf_add(&code, &byte, 1);
	}
	if (code.len < 0x80)
		put(b, 1, false, code.len);
	else {
		put(b, 1, false, (code.len & 0x7f) | 0x80);
		put(b, 1, false, code.len >> 7);
	}
	buf_add(b, code.p, code.len);
	buf_fini(&text);
	buf_fini(&code);
}

static void
put_names(struct buf *b, const struct mk_kallsyms *k,
    struct mk_kallsyms_map *m)
{
	struct buf markers;
	uint32_t i;

	memset(&markers, 0, sizeof(markers));
	m->num_syms = b->len;
	put(b, 4, k->be, k->n);
	pad(b, k->ptr_size);
	m->names = b->len;
	for (i = 0; i < k->n; i++) {
		if (i % 256 == 0)
			put(&markers, 4, k->be, b->len - m->names);
		put_name(b, &k->syms[i]);
	}
	pad(b, k->ptr_size);
	m->markers = b->len;
	buf_add(b, markers.p, markers.len);
	pad(b, k->ptr_size);
	buf_fini(&markers);
}

static void
put_tokens(struct buf *b, const struct mk_kallsyms *k,
    struct mk_kallsyms_map *m)
{
	uint16_t index[256];
	unsigned i;

	m->token_table = b->len;
	for (i = 0; i < 256; i++) {
		index[i] = (uint16_t)(b->len - m->token_table);
		if (i < sizeof(words) / sizeof(words[0]))
			buf_add(b, words[i], strlen(words[i]));
		else if (i >= 0x20 && i <= 0x7e)
			put(b, 1, false, i);
		buf_add(b, "", 1);
	}
	pad(b, k->ptr_size);
	m->token_index = b->len;
	for (i = 0; i < 256; i++)
		put(b, 2, k->be, index[i]);
	pad(b, k->ptr_size);
}

void
mk_kallsyms(struct buf *out, const struct mk_kallsyms *k,
    struct mk_kallsyms_map *m)
{
	memset(m, 0, sizeof(*m));
	if (k->order == MK_BEFORE_6_4)
		put_offsets(out, k, m);
	put_names(out, k, m);
	put_tokens(out, k, m);
	if (k->order == MK_SINCE_6_4)
		put_offsets(out, k, m);
}
