/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/linked.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/memory/elf_file.h"

#include <stdlib.h>
#include <string.h>

struct part {
	uint64_t start, end, offset;
	int	 status;		/* E_NOT_IN_DUMP: has no bytes in the file */
};

struct linked {
	struct dump	 dump;		/* first: is a layer */
	struct file	*file;		/* the image's */
	struct part	*parts;		/* by address, without overlaps */
	size_t		 n, cap;
};

static const char *
linked_format(const struct dump *d)
{
	(void)d;
	return ("kernel image");
}

static const struct backend backend_linked = {
	.name = "image",
	.format = linked_format,
};

/* The first part that ends behind an address, or n. */
static size_t
part_at(const struct linked *l, uint64_t addr)
{
	size_t lo = 0, hi = l->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (l->parts[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

static int
linked_range(struct mem_layer *layer, struct ctx *ctx, uint64_t addr,
    struct mem_range *r)
{
	const struct linked *l = (const struct linked *)layer;
	const struct part *p;
	size_t i;

	(void)ctx;
	i = part_at(l, addr);
	if (i == l->n)
		return (E_DONE);
	p = &l->parts[i];
	if (addr < p->start)
		*r = (struct mem_range){ i > 0 ? p[-1].end : 0, p->start,
		    E_NOT_IN_DUMP, UINT64_MAX };
	else
		*r = (struct mem_range){ p->start, p->end, p->status,
		    p->status == 0 ? p->offset : UINT64_MAX };
	return (0);
}

static int
linked_read(struct mem_layer *layer, struct ctx *ctx, uint64_t addr, void *buf,
    size_t n)
{
	const struct linked *l = (const struct linked *)layer;
	const struct part *p;
	uint8_t *to = buf;
	size_t i, len;
	int rc;

	for (; n > 0; addr += len, to += len, n -= len) {
		i = part_at(l, addr);
		p = i < l->n ? &l->parts[i] : NULL;
		if (p == NULL || addr < p->start || p->status != 0)
			return (ctx_fail_at(ctx, E_NOT_IN_DUMP, addr,
			    "the image holds nothing at 0x%llx",
			    (unsigned long long)addr));
		len = n < p->end - addr ? n : (size_t)(p->end - addr);
		rc = file_read(ctx, l->file, p->offset + (addr - p->start), to,
		    len);
		if (rc != 0)
			return (rc);
	}
	return (0);
}

static int
linked_extent(struct mem_layer *layer, struct ctx *ctx, uint64_t addr,
    struct extent *e)
{
	(void)layer;
	(void)ctx;
	(void)addr;
	(void)e;
	return (E_UNSUPPORTED);
}

static void
linked_close(struct mem_layer *layer)
{
	struct linked *l = (struct linked *)layer;

	arena_fini(&l->dump.arena);
	free(l->parts);
	free(l);
}

static const struct mem_layer_ops linked_ops = {
	.name = "image",
	.read = linked_read,
	.extent = linked_extent,
	.range = linked_range,
	.close = linked_close,
};

static int
by_start(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return ((x->start > y->start) - (x->start < y->start));
}

/* Of two parts at one place the first has it. */
static void
settle(struct linked *l)
{
	size_t i, n;

	qsort(l->parts, l->n, sizeof(l->parts[0]), by_start);
	for (i = n = 0; i < l->n; i++) {
		if (n > 0 && l->parts[i].start < l->parts[n - 1].end) {
			if (l->parts[i].end <= l->parts[n - 1].end)
				continue;
			l->parts[i].offset += l->parts[n - 1].end -
			    l->parts[i].start;
			l->parts[i].start = l->parts[n - 1].end;
		}
		l->parts[n++] = l->parts[i];
	}
	l->n = n;
}

static int
gather(struct ctx *ctx, struct linked *l, const struct image *im, bool *high)
{
	struct elf_section s;
	struct elf_header h;
	uint64_t i, end, last;
	int rc;

	rc = elf_header_read(ctx, im->file, &h);
	for (i = 0; rc == 0 && i < h.shnum && i < ELF_SECTIONS_MAX; i++) {
		rc = elf_section_read(ctx, im->file, &h, i, &s);
		if (rc != 0 || (s.flags & ELF_SHF_ALLOC) == 0 ||
		    (s.flags & ELF_SHF_COMPRESSED) != 0 || s.addr == 0 ||
		    s.size == 0 || !add_ok(s.addr, s.size, &end) ||
		    !add_ok(s.offset, s.size, &last))
			continue;
		if (!vec_room(l->parts, l->cap, l->n + 1))
			return (ctx_fail(ctx, E_NOMEM, "out of memory"));
		l->parts[l->n++] = (struct part){ s.addr, end, s.offset,
		    s.type == ELF_SHT_NOBITS ? E_NOT_IN_DUMP : 0 };
		*high |= s.addr >> (im->bits - 1) != 0;
	}
	return (rc);
}

int
linked_open(struct ctx *ctx, const struct image *im, struct dump **ret)
{
	struct linked *l;
	bool high;
	int rc;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	l->dump.layer.ops = &linked_ops;
	l->dump.backend = &backend_linked;
	l->dump.arch = im->arch;
	l->dump.complete = true;
	l->file = im->file;
	arena_init(&l->dump.arena);
	high = false;
	rc = gather(ctx, l, im, &high);
	if (rc == 0 && !high && image_is_module(ctx, im->file))
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is a module of a kernel: "
		    "name the dump, or the kernel's image, that it goes with",
		    file_name(im->file));
	else if (rc == 0 && !high)
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is an ELF file, but no "
		    "memory dump (ET_CORE), and no kernel either: nothing in it "
		    "lies where kernels do", file_name(im->file));
	if (rc != 0) {
		linked_close(&l->dump.layer);
		return (rc);
	}
	settle(l);
	*ret = &l->dump;
	return (0);
}
