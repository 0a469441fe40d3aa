/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_vmware.h"

#include "base/bytes.h"

#include <string.h>

#define GROUPS	3u

static void
put(struct buf *b, unsigned size, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, false, v);
	buf_add(b, raw, size);
}

static void
put_name(struct buf *b, const char *name, unsigned kind, unsigned n,
    uint32_t i, uint32_t j)
{
	put(b, 1, n << 6 | kind);
	put(b, 1, strlen(name));
	buf_add(b, name, strlen(name));
	if (n > 0)
		put(b, 4, i);
	if (n > 1)
		put(b, 4, j);
}

static void
put_memory(struct buf *b, const struct mk_vmware *v)
{
	const unsigned word = (v->magic & 15) == 0 ? 4 : 8;
	const struct mk_region *r;
	uint32_t i;

	for (i = 0, r = v->regions; r != NULL && r->n > 0; i++, r++) {
		put_name(b, "regionPageNum", 4, 1, i, 0);
		put(b, 4, r->from);
		put_name(b, "regionPPN", 4, 1, i, 0);
		put(b, 4, r->phys);
		put_name(b, "regionSize", 4, 1, i, 0);
		put(b, 4, r->n);
	}
	put_name(b, "regionsCount", 4, 0, 0, 0);
	put(b, 4, i);
	if (v->memory != NULL) {
		put_name(b, "Memory", v->packed ? 63 : 62, 2, 0, 0);
		put(b, word, v->size);
		put(b, word, v->packed ? v->size + 4096 : v->size);
		put(b, 2, 5);
		buf_add(b, "12345", 5);
		buf_add(b, v->memory, (size_t)v->size);
	}
	put(b, 2, 0);
}

static void
put_cpus(struct buf *b, const struct mk_vmware *v)
{
	const unsigned word = (v->magic & 15) == 0 ? 4 : 8;
	uint32_t i;

	put_name(b, "state", 62, 1, 0, 0);	/* of no interest */
	put(b, word, 3);
	put(b, word, 3);
	put(b, 2, 0);
	buf_add(b, "abc", 3);
	for (i = 0; v->cr3 != NULL && v->cr3[i] != 0; i++) {
		put_name(b, "CR64", 8, 2, i, 3);
		put(b, 8, v->cr3[i]);
		put_name(b, "CR64", 8, 2, i, 4);
		put(b, 8, 0x6f0);
	}
	put(b, 2, 0);
}

void
mk_vmware(struct buf *b, const struct mk_vmware *v)
{
	static const char *const names[GROUPS] = { "Checkpoint", "cpu", "memory" };
	struct buf part[GROUPS] = { { 0 } };
	char name[64];
	uint64_t at;
	unsigned i;

	put_name(&part[0], "anything", 20, 0, 0, 0);
	buf_add(&part[0], "01234567890123456789", 20);
	put(&part[0], 2, 0);
	put_cpus(&part[1], v);
	put_memory(&part[2], v);
	put(b, 4, v->magic);
	put(b, 4, 8);
	put(b, 4, GROUPS);
	for (i = 0, at = 12 + GROUPS * 80; i < GROUPS; at += part[i++].len) {
		memset(name, 0, sizeof(name));
		strcpy(name, names[i]);
		buf_add(b, name, sizeof(name));
		put(b, 8, at);
		put(b, 8, 0);
	}
	for (i = 0; i < GROUPS; i++) {
		buf_add(b, part[i].p, part[i].len);
		buf_fini(&part[i]);
	}
}
