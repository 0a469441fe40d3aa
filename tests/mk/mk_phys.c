/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_phys.h"

#include "base/bytes.h"
#include "tests/mk/mk_elf.h"

#include <stdlib.h>
#include <string.h>

static int
phys_read(void *arg, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	struct mk_phys *m = arg;

	m->reads++;
	if (pa > m->size || n > m->size - pa)
		return (ctx_fail_at(ctx, E_NOT_IN_DUMP, pa, "no such memory"));
	memcpy(buf, m->p + pa, n);
	return (0);
}

static uint64_t
new_table(struct mk_phys *m)
{
	const uint64_t at = m->next;

	if (at + 4096 > m->size)
		abort();
	memset(m->p + at, 0, 4096);
	m->next += 4096;
	return (at);
}

void
mk_phys_init(struct mk_phys *m, const struct pt_form *form, uint64_t size,
    uint64_t tables)
{
	uint64_t pa;

	memset(m, 0, sizeof(*m));
	m->p = malloc(size);
	if (m->p == NULL)
		abort();
	m->size = size;
	m->form = form;
	m->next = tables;
	m->reader.read = phys_read;
	m->reader.arg = m;
	for (pa = 0; pa < size; pa += 8)
		store_uint(m->p + pa, 8, false, mk_word(pa));
	m->root = new_table(m);
}

void
mk_phys_fini(struct mk_phys *m)
{
	free(m->p);
}

uint64_t
mk_phys_entry(struct mk_phys *m, uint64_t va, int level)
{
	uint64_t table, at, raw;
	int i;

	for (table = m->root, i = m->form->levels - 1;; i--) {
		at = table + (va / pt_level_size(m->form, i) & 511) * 8;
		if (i == level)
			return (at);
		raw = load_u64(m->p + at, false);
		if ((raw & MK_P) == 0) {
			raw = new_table(m) | MK_P | MK_W | MK_U;
			store_uint(m->p + at, 8, false, raw);
		}
		table = raw & m->form->addr_mask;
	}
}

void
mk_phys_set(struct mk_phys *m, uint64_t va, int level, uint64_t raw)
{
	const uint64_t at = mk_phys_entry(m, va, level);

	store_uint(m->p + at, 8, false, raw);
}

void
mk_phys_map(struct mk_phys *m, uint64_t va, int level, uint64_t pa,
    uint64_t bits)
{
	mk_phys_set(m, va, level, pa | MK_P | bits | (level > 0 ? MK_PS : 0));
}
