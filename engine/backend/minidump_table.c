/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables that nobody wrote.
 *
 * All tables of one level, laid side by side in the order of the addresses that
 * they map, are one long array: the entry of va stands at base[level] + (va >>
 * shift) * entry size.  So nothing has to be stored.  A read computes the
 * entries that it covers: from the dump's table part at the level that this
 * part is of, a large page where the direct map fills one, else a table, which
 * is the right piece of the next array, or nothing.
 */
#include "engine/backend/minidump.h"

#include "arch/pt_arm.h"
#include "arch/pt_arm64.h"
#include "arch/pt_i386.h"
#include "arch/pt_riscv.h"
#include "arch/pt_x86_64.h"

#include <stdio.h>

/* --- How entries are written ---------------------------------------------- */

static uint64_t
x86_table(uint64_t next)
{
	return (next | 0x3);		/* P, RW */
}

static uint64_t
x86_leaf(int level, uint64_t pa)
{
	/* NX, P, RW, A, D, and PS of a large page. */
	return (pa | UINT64_C(1) << 63 | 0x63 | (level > 0 ? 0x80 : 0));
}

static uint64_t
arm64_table(uint64_t next)
{
	return (next | 0x3);
}

static uint64_t
arm64_leaf(int level, uint64_t pa)
{
	/* PXN, UXN, AF; a page or a block. */
	return (pa | UINT64_C(3) << 53 | 0x400 | (level > 0 ? 0x1 : 0x3));
}

static uint64_t
riscv_table(uint64_t next)
{
	return (next >> 12 << 10 | 0x1);
}

static uint64_t
riscv_leaf(int level, uint64_t pa)
{
	(void)level;
	return (pa >> 12 << 10 | 0xe7);	/* D, A, G, W, R, V */
}

/*
 * Windows stand at the top of what an entry can address; real memory that
 * reached so far would be hidden, see minidump.c.
 */
const struct minidump_form
minidump_x86_64_4 = { &pt_x86_64_4, UINT64_C(0x7f0000000000), 2, x86_table,
    x86_leaf },
minidump_x86_64_5 = { &pt_x86_64_5, UINT64_C(0x400000000000), 2, x86_table,
    x86_leaf },
minidump_arm64_4k = { &pt_arm64_4k_48, UINT64_C(0xff0000000000), 2,
    arm64_table, arm64_leaf },
minidump_arm64_16k = { &pt_arm64_16k_48, UINT64_C(0xff0000000000), 1,
    arm64_table, arm64_leaf },
minidump_riscv_sv39 = { &pt_riscv_sv39, UINT64_C(0xff000000000000), 2,
    riscv_table, riscv_leaf },
minidump_riscv_sv48 = { &pt_riscv_sv48, UINT64_C(0xff000000000000), 2,
    riscv_table, riscv_leaf };

/* --- Tables of no processor ----------------------------------------------- */

/*
 * Upper entries hold an offset in the window, which is small.  The entries of
 * level 0 are the processor's; where it has none, they are made as well.
 */
#define MADE_WINDOW	(UINT64_C(1) << 56)
#define MADE_VALID	(UINT64_C(1) << 0)
#define MADE_LEAF	(UINT64_C(1) << 1)
#define MADE_FLAGS	2			/* bits 2 to 4: read, write, execute */
#define MADE_SHIFT	5			/* bits 5 to 10: log2 of the size */
#define MADE_ADDR	(~UINT64_C(0) << 12)

struct made_form {
	struct pt_form		 form;
	const struct pt_form	*cpu;		/* of level 0, or NULL */
};

static bool
is_cpu(const struct pt_form *f, int level)
{
	return (level == 0 && ((const struct made_form *)f)->cpu != NULL);
}

static enum pt_kind
made_decode(const struct pt_form *f, int level, uint64_t raw, uint64_t *next,
    unsigned *flags)
{
	const struct pt_form *cpu = ((const struct made_form *)f)->cpu;

	if (is_cpu(f, level))
		return (cpu->ops->decode(cpu, level, raw, next, flags));
	if ((raw & MADE_VALID) == 0)
		return (PT_ABSENT);
	if (raw & MADE_LEAF) {
		*next = raw & MADE_ADDR;
		*flags = (raw >> MADE_FLAGS) & (PT_READ | PT_WRITE | PT_EXEC);
		return (PT_LEAF);
	}
	if (level == 0)
		return (PT_ABSENT);
	*next = MADE_WINDOW + (raw & MADE_ADDR);
	*flags = PT_READ | PT_WRITE | PT_EXEC | PT_USER;
	return (PT_TABLE);
}

static unsigned
made_leaf_shift(const struct pt_form *f, int level, uint64_t raw)
{
	const struct pt_form *cpu = ((const struct made_form *)f)->cpu;

	if (is_cpu(f, level))
		return (cpu->ops->leaf_shift != NULL ?
		    cpu->ops->leaf_shift(cpu, level, raw) : cpu->page_shift);
	return ((raw >> MADE_SHIFT) & 0x3f);
}

static const char *
made_level_name(const struct pt_form *f, int level)
{
	const struct pt_form *cpu = ((const struct made_form *)f)->cpu;

	return (is_cpu(f, level) ? cpu->ops->level_name(cpu, level) :
	    level == 0 ? "page" : "table");
}

static void
made_flag_text(const struct pt_form *f, int level, uint64_t raw, char *buf,
    size_t n)
{
	const struct pt_form *cpu = ((const struct made_form *)f)->cpu;

	if (is_cpu(f, level))
		cpu->ops->flag_text(cpu, level, raw, buf, n);
	else if ((raw & MADE_VALID) == 0)
		snprintf(buf, n, "none");
	else
		snprintf(buf, n, "made from the dump's header");
}

static const struct pt_form_ops made_ops = {
	.decode = made_decode,
	.level_name = made_level_name,
	.flag_text = made_flag_text,
	.leaf_shift = made_leaf_shift,
};

static uint64_t
made_table(uint64_t next)
{
	return ((next - MADE_WINDOW) | MADE_VALID);
}

uint64_t
minidump_made_leaf(uint64_t pa, unsigned size_shift, unsigned flags)
{
	return ((pa & MADE_ADDR) | (uint64_t)size_shift << MADE_SHIFT |
	    (uint64_t)flags << MADE_FLAGS | MADE_LEAF | MADE_VALID);
}

static uint64_t
made_leaf(int level, uint64_t pa)
{
	return (minidump_made_leaf(pa, 12 + 9 * (unsigned)level,
	    PT_READ | PT_WRITE | PT_EXEC));
}

#define MADE_PAGES(id, text, cpuform, size, bigendian, shift, nlevels, top, \
    ...) \
static const struct made_form form_##id = {				\
	.form = { .name = text, .ops = &made_ops, .levels = nlevels,	\
	    .page_shift = shift, .bits = { __VA_ARGS__ },			\
	    .entry_size = size, .be = bigendian, .addr_mask = MADE_ADDR }, \
	.cpu = cpuform,							\
};									\
const struct minidump_form minidump_##id = { &form_##id.form,		\
    MADE_WINDOW, top, made_table, made_leaf }

#define MADE_FORM(id, text, cpuform, size, bigendian, nlevels, top, ...) \
	MADE_PAGES(id, text, cpuform, size, bigendian, 12, nlevels, top,  \
	    __VA_ARGS__)

MADE_FORM(i386, "FreeBSD/i386", &pt_i386, 4, false, 2, 0, 10, 10);
MADE_FORM(i386_pae, "FreeBSD/i386 PAE", &pt_i386_pae, 8, false, 2, 0, 9, 11);
MADE_FORM(arm, "FreeBSD/arm", &pt_arm, 4, false, 2, 0, 10, 10);
MADE_FORM(arm_be, "FreeBSD/arm", &pt_arm_be, 4, true, 2, 0, 10, 10);
MADE_FORM(arm_v4, "FreeBSD/arm v4", &pt_arm_v4, 4, false, 2, 0, 10, 10);
MADE_FORM(arm_v4_be, "FreeBSD/arm v4", &pt_arm_v4_be, 4, true, 2, 0, 10, 10);
MADE_FORM(arm_lpae, "FreeBSD/arm LPAE", &pt_arm_lpae, 8, false, 2, 0, 9, 11);
MADE_FORM(made_32, "FreeBSD, 32 bits", NULL, 8, false, 2, 1, 9, 11);
MADE_FORM(made_64, "FreeBSD, 64 bits", NULL, 8, false, 5, 3, 9, 9, 9, 9, 16);
MADE_PAGES(made_64_16k, "FreeBSD, 64 bits", NULL, 8, false, 14, 5, 2, 11, 11, 11,
    11, 6);

/* --- The window ----------------------------------------------------------- */

static unsigned
index_bits(const struct pt_form *f, int level)
{
	unsigned bits;

	for (bits = 0; level < f->levels; level++)
		bits += f->bits[level];
	return (bits);
}

/* Bytes of the array of a level. */
static uint64_t
array_size(const struct pt_form *f, int level)
{
	return ((UINT64_C(1) << index_bits(f, level)) * f->entry_size);
}

void
minidump_table_init(struct minidump_table *t, struct dump *d,
    const struct minidump_form *how, void *arg)
{
	const struct pt_form *f = how->form;
	uint64_t at, page;
	int level;

	t->how = how;
	t->arg = arg;
	t->entry_shift = f->entry_size == 8 ? 3 : 2;
	page = UINT64_C(1) << f->page_shift;
	at = how->window;
	for (level = 0; level < f->levels; level++) {
		t->shift[level] =
		    (uint8_t)__builtin_ctzll(pt_level_size(f, level));
		/* With five levels there is no room for the array of pages. */
		if (level == 0 && how == &minidump_x86_64_5) {
			t->base[level] = 0;
			continue;
		}
		t->base[level] = at;
		at += (array_size(f, level) + page - 1) & ~(page - 1);
	}
	t->end = at;
	d->form = f;
	d->root = t->base[f->levels - 1];
	d->has_root = true;
}

static struct minidump_region *
add_region(struct minidump_table *t, uint64_t start, uint64_t last)
{
	const struct pt_form *f = t->how->form;
	const uint64_t page = UINT64_C(1) << f->page_shift;
	struct minidump_region *r;

	if (t->nregions == MINIDUMP_REGIONS)
		return (NULL);
	start &= ~(page - 1);
	last |= page - 1;
	if (last < start || !pt_canonical(f, start) || !pt_canonical(f, last))
		return (NULL);
	r = &t->region[t->nregions++];
	memset(r, 0, sizeof(*r));
	r->start = start;
	r->last = last;
	return (r);
}

void
minidump_table_direct(struct minidump_table *t, uint64_t start, uint64_t last,
    uint64_t phys, uint64_t mask)
{
	struct minidump_region *r;

	if (last < start || (r = add_region(t, start, last)) == NULL)
		return;
	r->phys = phys;
	r->mask = mask;
}

void
minidump_table_call(struct minidump_table *t, uint64_t start, uint64_t last,
    int (*entry)(void *, struct ctx *, const struct minidump_region *, int,
    uint64_t, uint64_t *))
{
	struct minidump_region *r;

	if (last < start || (r = add_region(t, start, last)) == NULL)
		return;
	r->level = -1;
	r->entry = entry;
}

/* An entry of the dump's own array. */
static int
array_entry(void *arg, struct ctx *ctx, const struct minidump_region *r,
    int level, uint64_t va, uint64_t *raw)
{
	struct minidump *m = arg;
	const struct pt_form *f = m->table.how->form;
	uint64_t i;

	i = (va - r->start) >> m->table.shift[level];
	return (minidump_pt_uint(m, ctx, i << m->table.entry_shift,
	    f->entry_size, f->be, raw));
}

int
minidump_table_array(struct ctx *ctx, struct minidump *m, int level)
{
	const struct pt_form *f = m->table.how->form;
	const uint64_t size = pt_level_size(f, level), base = m->kernbase;
	struct minidump_region *r;
	uint64_t n, most;
	unsigned bits;

	n = m->pt_size / f->entry_size;
	if (n == 0)
		return (0);
	bits = index_bits(f, 0) + f->page_shift;
	most = f->high == 0 && !f->sign_extended && bits < 64 ?
	    (UINT64_C(1) << bits) - 1 : UINT64_MAX;
	if (base % size == 0 && base <= most) {
		if (n - 1 <= (most - base) / size)
			most = base + (n - 1) * size + (size - 1);
		r = add_region(&m->table, base, most);
	} else
		r = NULL;
	if (r == NULL)
		return (ctx_fail_at(ctx, E_CORRUPT, base, "%s: the kernel's "
		    "addresses cannot begin at 0x%llx in %s paging",
		    file_name(m->file), (unsigned long long)base, f->name));
	r->level = level;
	r->entry = array_entry;
	return (0);
}

/* The whole address of an index: the bits above the tree's are implied. */
static uint64_t
address(const struct minidump_table *t, int level, uint64_t index)
{
	const struct pt_form *f = t->how->form;
	uint64_t va;
	unsigned bits;

	va = index << t->shift[level];
	bits = t->shift[f->levels - 1] + f->bits[f->levels - 1];
	if (bits >= 64)
		return (va);
	if (!f->sign_extended)
		return (va | f->high);
	return (va >> (bits - 1) != 0 ? va | ~UINT64_C(0) << bits : va);
}

static int
make_entry(const struct minidump_table *t, struct ctx *ctx, int level,
    uint64_t index, uint64_t *raw)
{
	const struct minidump_form *how = t->how;
	const struct pt_form *f = how->form;
	const struct minidump_region *r;
	uint64_t va, size, pa;
	size_t i;
	bool whole;
	int rc;

	*raw = 0;
	va = address(t, level, index);
	size = UINT64_C(1) << t->shift[level];
	for (i = 0; i < t->nregions; i++) {
		r = &t->region[i];
		if (r->last < va || r->start > va + (size - 1))
			continue;
		whole = r->start <= va && r->last >= va + (size - 1);
		if (r->entry != NULL && (level == r->level ||
		    (r->level < 0 && whole))) {
			rc = r->entry(t->arg, ctx, r, level, va, raw);
			if (rc != E_DONE)
				return (rc);
		}
		if (r->entry == NULL && level <= how->largest &&
		    (whole || t->base[level - (level > 0)] == 0)) {
			pa = r->phys + ((va - r->start) & r->mask);
			if ((pa & (size - 1)) == 0 && (level == 0 ||
			    r->mask >= size - 1)) {
				/* Beyond what the processor can address. */
				if ((pa & ~f->addr_mask) == 0)
					*raw = how->leaf(level, pa);
				return (0);
			}
		}
		if (level > 0 && t->base[level - 1] != 0)
			*raw = how->table(t->base[level - 1] + (index <<
			    (f->bits[level - 1] + t->entry_shift)));
		return (0);
	}
	return (0);
}

int
minidump_table_read(const struct minidump_table *t, struct ctx *ctx,
    uint64_t pa, void *buf, size_t n)
{
	const struct pt_form *f = t->how->form;
	uint8_t entry[8];
	uint64_t off, raw;
	size_t skip, want;
	int level, rc;

	for (; n > 0; n -= want, pa += want, buf = (char *)buf + want) {
		for (level = f->levels - 1; level > 0; level--)
			if (t->base[level] != 0 && pa >= t->base[level])
				break;
		off = pa - t->base[level];
		skip = (size_t)(off & (f->entry_size - 1));
		want = f->entry_size - skip < n ? f->entry_size - skip : n;
		raw = 0;
		rc = off < array_size(f, level) ?
		    make_entry(t, ctx, level, off >> t->entry_shift, &raw) : 0;
		if (rc != 0) {
			ctx->err.addr = pa;
			return (rc);
		}
		store_uint(entry, f->entry_size, f->be, raw);
		memcpy(buf, entry + skip, want);
	}
	return (0);
}
