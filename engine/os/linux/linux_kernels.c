/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory with two kernels in it: one that crashed, and the one that kexec
 * started to capture it, when the dump was taken from outside meanwhile.  The
 * second lies in memory that the first kept free for it, and knows by
 * elfcorehdr_addr (kernel/crash_dump.c), later by its command line or its device
 * tree, where kexec left an ELF header that tells of the first: its VMCOREINFO,
 * its registers.  The first knows by kexec_crash_image (kernel/kexec_core.c) that
 * there is a second.
 */
#include "engine/os/linux/linux.h"
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"
#include "engine/backend/notes.h"

#include <stdlib.h>
#include <string.h>

#define PT_NOTE		4
#define EHDR		64u		/* of 64 bits, as the "gabi" has it */
#define PHDR		56u
#define PHDRS_MAX	8192u
#define NOTES_MAX	(1u << 20)	/* of all CPUs */
#define STEPS		(UINT64_C(1) << 20)	/* to see one image */
#define NEVER		UINT64_MAX	/* ELFCORE_ADDR_MAX: nothing to capture */
#define READ		(UINT64_MAX - 1) /* ELFCORE_ADDR_ERR: done with it */

/* The notes that an ELF header in memory points to, one behind the other. */
static int
gather_notes(struct ctx *ctx, struct kernel *k, uint64_t at, struct buf *out)
{
	uint8_t raw[EHDR], ph[PHDR];
	uint64_t phoff, off, pa, n;
	unsigned i, count;
	char *piece;
	int rc;

	rc = mem_read(ctx, &k->mem, at, raw, sizeof(raw));
	if (rc != 0)
		return (rc);
	if (memcmp(raw, "\177ELF\2", 5) != 0 ||
	    load_u16(raw + 54, k->arch->be) != PHDR)
		return (ctx_fail(ctx, E_CORRUPT, "no ELF header is left at "
		    "0x%llx", (unsigned long long)at));
	phoff = load_u64(raw + 32, k->arch->be);
	count = load_u16(raw + 56, k->arch->be);
	for (i = 0; i < count && i < PHDRS_MAX; i++) {
		if (!add_ok(at, phoff, &off) ||
		    !add_ok(off, (uint64_t)i * PHDR, &off))
			break;
		rc = mem_read(ctx, &k->mem, off, ph, sizeof(ph));
		if (rc != 0)
			return (rc);
		if (load_u32(ph, k->arch->be) != PT_NOTE)
			continue;
		pa = load_u64(ph + 24, k->arch->be);
		n = load_u64(ph + 32, k->arch->be);
		/* What is wrong about one CPU, or not there, harms no other. */
		if (n > NOTES_MAX - out->len)
			continue;
		piece = malloc((size_t)n + 1);
		if (piece == NULL)
			return (ctx_fail(ctx, E_NOMEM, "no memory for notes"));
		if (mem_read(ctx, &k->mem, pa, piece, (size_t)n) == 0)
			buf_add(out, piece, (size_t)n);
		free(piece);
	}
	return (out->bad ? ctx_fail(ctx, E_NOMEM, "no memory for notes") : 0);
}

/*
 * What the header at "at" tells of the kernel that crashed: told->vmcoreinfo and
 * told->cpus, the latter for free().
 */
static int
read_crashed(struct ctx *ctx, struct kernel *k, uint64_t at, struct dump *told)
{
	struct buf raw = { 0 };
	struct notes notes;
	struct file *f;
	int rc;

	memset(told, 0, sizeof(*told));
	told->arch = k->arch;
	arena_init(&told->arena);
	memset(&notes, 0, sizeof(notes));
	notes.dump = told;
	notes.be = k->arch->be;
	rc = gather_notes(ctx, k, at, &raw);
	if (rc == 0)
		rc = file_of_bytes(ctx, "elfcorehdr", raw.p, raw.len, &f);
	if (rc == 0) {
		rc = notes_take(ctx, &notes, f, 0, raw.len);
		file_close(f);
	}
	if (rc == 0 && told->vmcoreinfo == NULL)
		rc = ctx_fail(ctx, E_NOT_FOUND, "no VMCOREINFO of a crashed "
		    "kernel is left");
	buf_fini(&raw);
	return (rc);
}

/* A kernel that is not the one that is open: its space, its image. */
struct other {
	struct kernel	  *k;
	struct space	   space;
	struct linux_image image;
};

static bool
is_another(struct ctx *ctx, struct other *o, const struct pt_form *form,
    uint64_t root)
{
	struct linux_os *l = linux_of(o->k);
	uint64_t steps = STEPS;

	space_init(&o->space, &o->k->mem, form, root, o->k->arch->be,
	    o->k->arch->ptr_size);
	return (linux_image_find(ctx, l->arch, &o->space, &steps, &o->image) ==
	    0 && o->image.runs[0].phys != l->image.runs[0].phys);
}

/* Does a CPU run one? */
static bool
runs_another(struct ctx *ctx, struct other *o)
{
	struct kernel *k = o->k;
	const struct pt_form *form;
	uint64_t roots[4];
	size_t i, j, n;

	for (i = 0; i < k->dump->ncpus && k->arch->roots != NULL; i++) {
		n = k->arch->roots(&k->dump->cpus[i], &form, roots);
		for (j = 0; j < n; j++)
			if (is_another(ctx, o, form, roots[j]))
				return (true);
	}
	return (false);
}

static int
look_another(void *arg, struct ctx *ctx, uint64_t pa, const char *text,
    size_t len)
{
	struct other *o = arg;
	const struct pt_form *forms[4];
	uint64_t roots[4];
	size_t i, n;

	(void)pa;
	n = linux_of(o->k)->arch->vmcoreinfo_roots(text, len, forms, roots);
	for (i = 0; i < n; i++)
		if (is_another(ctx, o, forms[i], roots[i]))
			return (E_DONE);
	return (ctx_check(ctx));
}

/*
 * Where no register tells: the VMCOREINFO of one, in the memory that the first
 * keeps free for it (crashk_res, whose start and end come first: struct resource
 * in linux/ioport.h).  All memory is looked at only for somebody who knows that
 * there is one.
 */
static bool
keeps_another(struct ctx *ctx, struct other *o, unsigned number)
{
	struct vmcoreinfo_search look = { look_another, o };
	struct kernel *k = o->k;
	const struct symbol *s;
	uint64_t start = 0, end = UINT64_MAX;

	if (k->arch->roots != NULL)
		return (false);
	s = sym_find(&k->symbols, "crashk_res");
	if (s == NULL ? number != 2 : space_ptr(ctx, &k->space, s->addr,
	    &start) != 0 || space_ptr(ctx, &k->space, s->addr +
	    k->arch->ptr_size, &end) != 0 || start >= end ||
	    end == UINT64_MAX)
		return (false);
	return (mem_scan(ctx, &k->mem, start, end == UINT64_MAX ? end :
	    end + 1, VMCOREINFO_MAX, vmcoreinfo_look, &look) == E_DONE);
}

static bool
read_word(struct ctx *ctx, struct kernel *k, const char *name, uint64_t *ret)
{
	const struct symbol *s = sym_find(&k->symbols, name);

	return (s != NULL && space_ptr(ctx, &k->space, s->addr, ret) == 0);
}

/* elfcorehdr=[SIZE@]OFFSET, with K, M or G behind each. */
static bool
on_line(struct ctx *ctx, struct kernel *k, const struct space *sp,
    uint64_t shift, uint64_t *at)
{
	const struct symbol *line = sym_find(&k->symbols, "saved_command_line");
	char text[4096];
	const char *p;
	uint64_t where;
	char *end;

	if (line == NULL || space_ptr(ctx, sp, line->addr + shift, &where) !=
	    0 || space_text(ctx, sp, where, text, sizeof(text)) != 0 ||
	    (p = strstr(text, "elfcorehdr=")) == NULL)
		return (false);
	p += strlen("elfcorehdr=");
	if (p[strcspn(p, " @")] == '@')
		p += strcspn(p, "@") + 1;
	*at = strtoull(p, &end, 0);
	*at <<= *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
	return (true);
}

/*
 * Where kexec's header lies for a kernel that captures; its symbols are ours,
 * moved by "shift".  false: it does not capture.
 */
static bool
find_header(struct ctx *ctx, struct kernel *k, const struct space *sp,
    uint64_t shift, uint64_t *at)
{
	const struct symbol *addr = sym_find(&k->symbols, "elfcorehdr_addr");
	const struct symbol *tree = sym_find(&k->symbols,
	    "initial_boot_params");
	uint64_t where;

	if (addr == NULL || space_ptr(ctx, sp, addr->addr + shift, at) != 0 ||
	    *at == NEVER || *at == 0)
		return (false);
	if (*at != READ)
		return (true);
	if (!on_line(ctx, k, sp, shift, at) && (tree == NULL || space_ptr(ctx,
	    sp, tree->addr + shift, &where) != 0 || !linux_fdt_u64(ctx, sp,
	    where, "linux,elfcorehdr", at)))
		*at = READ;
	return (true);
}

/* The registers of the CPUs when the first kernel crashed. */
static void
take_cpus(struct dump *d, struct dump *told)
{
	if (told->ncpus == 0)
		return;
	free(d->cpus);
	d->cpus = told->cpus;
	d->ncpus = told->ncpus;
	told->cpus = NULL;
}

/*
 * The first one is open, and the second is there too.  That is mostly another copy
 * of the same image: then its elfcorehdr_addr lies where the first one's does.
 */
static int
from_first(struct ctx *ctx, struct kernel *k, unsigned number, uint64_t *root)
{
	struct other other = { .k = k };
	struct dump told;
	uint64_t at;

	if (!runs_another(ctx, &other) && !keeps_another(ctx, &other, number))
		return (E_NOT_FOUND);
	*root = number == 2 ? other.space.root : 0;
	if (number != 2 && find_header(ctx, k, &other.space, other.image.low -
	    linux_of(k)->image.low, &at)) {
		if (read_crashed(ctx, k, at, &told) == 0)
			take_cpus(k->dump, &told);
		free(told.cpus);
		arena_fini(&told.arena);
	}
	return (0);
}

/* The second one is open: what leads to the first becomes the dump's. */
static int
from_second(struct ctx *ctx, struct kernel *k, uint64_t at, unsigned number,
    bool *again)
{
	struct dump *d = k->dump, told;
	const char *copy;
	int rc;

	rc = read_crashed(ctx, k, at, &told);
	copy = rc != 0 ? NULL : arena_strndup(&d->arena, told.vmcoreinfo,
	    told.vmcoreinfo_len);
	rc = copy != NULL ? 0 : E_NOT_FOUND;
	if (rc == 0 && number != 2) {
		*again = true;
		d->told = false;
		d->note = NULL;
		d->vmcoreinfo = copy;
		d->vmcoreinfo_len = told.vmcoreinfo_len;
		take_cpus(d, &told);
	}
	free(told.cpus);
	arena_fini(&told.arena);
	return (rc);
}

int
linux_choose_kernel(struct ctx *ctx, struct kernel *k, unsigned number,
    bool *again, uint64_t *root)
{
	uint64_t at, image;
	bool second;
	int rc;

	*again = false;
	*root = 0;
	ctx->quiet++;
	second = find_header(ctx, k, &k->space, 0, &at);
	if (second)
		rc = from_second(ctx, k, at, number, again);
	else if (read_word(ctx, k, "kexec_crash_image", &image) ? image != 0 :
	    number == 2)
		rc = from_first(ctx, k, number, root);
	else
		rc = E_NOT_FOUND;
	ctx->quiet--;
	if (second && rc != 0) {
		os_warn(k, "this kernel was started to capture one that "
		    "crashed, of which nothing was found");
		return (0);
	}
	if (rc != 0)
		return (number < 2 ? 0 : ctx_fail(ctx, E_USAGE, "--kernel %u: "
		    "there is one kernel in this memory", number));
	*again = *again || *root != 0;
	os_warn(k, "two kernels are in this memory, one that crashed and the "
	    "one started to capture it: shown is the %s", number == 2 ?
	    "second, as --kernel 2 says" : "first; --kernel 2 takes the other");
	return (0);
}
