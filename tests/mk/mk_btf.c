/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_btf.h"

#include "base/bytes.h"

#include <string.h>

static void
put(struct mk_btf *b, struct buf *to, unsigned size, uint64_t x)
{
	uint8_t bytes[8];

	store_uint(bytes, size, b->be, x);
	buf_add(to, bytes, size);
}

void
mk_btf_u32(struct mk_btf *b, uint32_t x)
{
	put(b, &b->types, 4, x);
}

void
mk_btf_init(struct mk_btf *b, bool be, const struct mk_btf *base)
{
	memset(b, 0, sizeof(*b));
	b->be = be;
	b->next_id = 1;
	if (base == NULL)
		buf_add(&b->strings, "", 1);
	else {
		b->next_id = base->next_id;
		b->first_string = base->first_string +
		    (uint32_t)base->strings.len;
	}
}

void
mk_btf_fini(struct mk_btf *b)
{
	buf_fini(&b->types);
	buf_fini(&b->strings);
	buf_fini(&b->blob);
}

const void *
mk_btf_blob(struct mk_btf *b, size_t *n)
{
	buf_reset(&b->blob);
	/* A split blob's own strings are not empty either. */
	if (b->strings.len == 0)
		buf_add(&b->strings, "", 1);
	put(b, &b->blob, 2, 0xeb9f);
	put(b, &b->blob, 1, 1);
	put(b, &b->blob, 1, 0);
	put(b, &b->blob, 4, 24);
	put(b, &b->blob, 4, 0);
	put(b, &b->blob, 4, b->types.len);
	put(b, &b->blob, 4, b->types.len);
	put(b, &b->blob, 4, b->strings.len);
	buf_add(&b->blob, b->types.p, b->types.len);
	buf_add(&b->blob, b->strings.p, b->strings.len);
	*n = b->blob.len;
	return (b->blob.p);
}

uint32_t
mk_btf_name(struct mk_btf *b, const char *name)
{
	uint32_t off;

	if (name[0] == '\0')
		return (0);
	off = b->first_string + (uint32_t)b->strings.len;
	buf_add(&b->strings, name, strlen(name) + 1);
	return (off);
}

uint32_t
mk_btf_type(struct mk_btf *b, unsigned kind, const char *name,
    uint32_t size_or_type, unsigned vlen, bool flag)
{
	uint32_t off = mk_btf_name(b, name);

	b->open = b->types.len;
	mk_btf_u32(b, off);
	mk_btf_u32(b, vlen | kind << 24 | (uint32_t)flag << 31);
	mk_btf_u32(b, size_or_type);
	return (b->next_id++);
}

uint32_t
mk_btf_int(struct mk_btf *b, const char *name, unsigned size,
    unsigned encoding)
{
	uint32_t id = mk_btf_type(b, MK_INT, name, size, 0, false);

	mk_btf_u32(b, encoding << 24 | size * 8);
	return (id);
}

uint32_t
mk_btf_bits(struct mk_btf *b, unsigned size, unsigned encoding,
    unsigned offset, unsigned bits)
{
	uint32_t id = mk_btf_type(b, MK_INT, "", size, 0, false);

	mk_btf_u32(b, encoding << 24 | offset << 16 | bits);
	return (id);
}

uint32_t
mk_btf_array(struct mk_btf *b, uint32_t type, uint32_t n)
{
	uint32_t id = mk_btf_type(b, MK_ARRAY, "", 0, 0, false);

	mk_btf_u32(b, type);
	mk_btf_u32(b, 0);
	mk_btf_u32(b, n);
	return (id);
}

uint32_t
mk_btf_struct(struct mk_btf *b, unsigned kind, const char *name,
    unsigned size, bool flag)
{
	return (mk_btf_type(b, kind, name, size, 0, flag));
}

/* One more in the record that is open. */
static void
count(struct mk_btf *b)
{
	char *info = b->types.p + b->open + 4;

	store_uint(info, 4, b->be, load_u32(info, b->be) + 1);
}

void
mk_btf_member(struct mk_btf *b, const char *name, uint32_t type,
    unsigned bit_offset, unsigned bits)
{
	count(b);
	mk_btf_u32(b, mk_btf_name(b, name));
	mk_btf_u32(b, type);
	mk_btf_u32(b, bit_offset | bits << 24);
}

void
mk_btf_value(struct mk_btf *b, const char *name, int64_t x)
{
	unsigned kind;

	count(b);
	kind = load_u32(b->types.p + b->open + 4, b->be) >> 24 & 31;
	mk_btf_u32(b, mk_btf_name(b, name));
	mk_btf_u32(b, (uint32_t)x);
	if (kind == MK_ENUM64)
		mk_btf_u32(b, (uint32_t)((uint64_t)x >> 32));
}

void
mk_btf_argument(struct mk_btf *b, const char *name, uint32_t type)
{
	count(b);
	mk_btf_u32(b, mk_btf_name(b, name));
	mk_btf_u32(b, type);
}
