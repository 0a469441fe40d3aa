/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding the kernel's page tables and, through them, its image.
 *
 * Candidates for the top table come from the user, from VMCOREINFO, from the
 * CPUs' registers and, when all these fail, from a search for pages that look
 * like one.  None is believed: a root is good when the range in which kernels
 * are linked is mapped through it and the banner "Linux version " is there.
 * Once symbols are known, the kernel's own name for its table decides.
 */
#include "engine/os/linux/linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BANNER		"Linux version "
#define CONSTANT_MIN	(UINT64_C(1) << 20)
#define IMAGE_MIN	(UINT64_C(2) << 20)
#define IMAGE_MAX	(UINT64_C(512) << 20)
#define HEAD_MAX	(UINT64_C(64) << 10)	/* before the text */
#define ROOT_TRIES_MAX	4096
#define STEPS_MAX	(UINT64_C(1) << 24)	/* of all roots that are tried */
#define TEXT_STEPS	(UINT64_C(1) << 18)	/* what a wrong text counts as */

/* Does the banner's text lie in these bytes, with a release behind it? */
static int
see_banner(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *p, size_t n)
{
	const uint8_t *at, *end, *start;
	uint64_t *found = arg;

	(void)ctx;
	start = p;
	for (end = p + n; (size_t)(end - p) > sizeof(BANNER); p = at + 1) {
		at = memmem(p, (size_t)(end - p), BANNER, sizeof(BANNER) - 1);
		if (at == NULL)
			break;
		at += sizeof(BANNER) - 1;
		if (at < end && *at >= '0' && *at <= '9') {
			*found = pa + (uint64_t)(at - start);
			return (E_DONE);
		}
	}
	return (0);
}

static bool
has_banner(struct ctx *ctx, const struct space *sp, const struct linux_image *im)
{
	const struct linux_run *run;
	uint64_t at;
	uint8_t digit;
	size_t i;

	for (i = 0; i < 2 * im->nruns; i++) {
		run = &im->runs[i % im->nruns];
		/* Once found it is read too, so that a capture has it. */
		if (run->constant == (i < im->nruns) && mem_scan(ctx, sp->mem,
		    run->phys, run->phys + (run->end - run->va),
		    sizeof(BANNER) + 1, see_banner, &at) == E_DONE)
			return (mem_read(ctx, sp->mem, at, &digit, 1) == 0);
	}
	return (false);
}

/*
 * The pieces mapped in [low, high); those of one distance between addresses and
 * physical memory, when that is given.
 */
static int
image_of(struct ctx *ctx, const struct space *sp, uint64_t low, uint64_t high,
    const uint64_t *distance, struct linux_image *im)
{
	struct linux_run *last;
	struct pt_range r;
	uint64_t va, size;
	bool adjacent, constant;
	int rc;

	memset(im, 0, sizeof(*im));
	size = 0;
	for (va = low; va < high; va = r.end) {
		rc = space_range(ctx, sp, va, high, &r);
		if (rc != 0 || r.end <= va)
			break;
		if (r.status != 0 ||
		    (distance != NULL && r.start - r.phys != *distance))
			continue;
		last = im->nruns > 0 ? &im->runs[im->nruns - 1] : NULL;
		adjacent = last != NULL && last->end == r.start &&
		    last->phys + (last->end - last->va) == r.phys;
		/* Freed pages amid the data may be anything: too small. */
		constant = (r.flags & (PT_WRITE | PT_EXEC)) == 0 &&
		    (r.end - r.start >= CONSTANT_MIN ||
		    (adjacent && last->constant));
		if (adjacent && last->constant == constant)
			last->end = r.end;
		else if (im->nruns == LINUX_RUNS_MAX)
			break;
		else
			im->runs[im->nruns++] = (struct linux_run){ r.start,
			    r.end, r.phys, constant };
		size += r.end - r.start;
		if (size > IMAGE_MAX)
			break;
	}
	if (size < IMAGE_MIN || size > IMAGE_MAX || !has_banner(ctx, sp, im))
		return (E_NOT_FOUND);
	im->low = im->runs[0].va;
	im->high = im->runs[im->nruns - 1].end;
	return (0);
}

/*
 * The next piece that runs and cannot be written, at or above *va, of the size
 * that just the kernel's text has.  Tables may be anything: *steps bounds them.
 */
static int
find_text(struct ctx *ctx, const struct linux_arch *la, const struct space *sp,
    uint64_t *steps, uint64_t va, struct linux_run *text)
{
	struct linux_run run = { 0 };
	struct pt_result r;
	uint64_t size, next;
	bool runs;
	int rc;

	for (; va < la->image_high && *steps > 0; va = next) {
		if (--*steps % 4096 == 0 && (rc = ctx_check(ctx)) != 0)
			return (rc);
		rc = pt_translate(ctx, sp->form, &sp->mem->reader, sp->root, va,
		    &r);
		if (r.level < 0)	/* below what this form can hold */
			next = va < sp->form->high ? sp->form->high :
			    la->image_high;
		else {
			size = rc == 0 ? r.size :
			    pt_level_size(sp->form, r.level);
			next = (va | (size - 1)) + 1;
		}
		runs = rc == 0 &&
		    (r.flags & (PT_EXEC | PT_WRITE | PT_USER)) == PT_EXEC;
		if (runs && run.end == va &&
		    r.phys - va == run.phys - run.va) {
			run.end = next;
			continue;
		}
		if (run.end - run.va >= IMAGE_MIN)
			break;
		memset(&run, 0, sizeof(run));
		if (runs)
			run = (struct linux_run){ va, next, r.phys, false };
		if (next <= va)
			break;
	}
	if (run.end - run.va < IMAGE_MIN)
		return (E_NOT_FOUND);
	*text = run;
	return (0);
}

int
linux_image_find(struct ctx *ctx, const struct linux_arch *la,
    const struct space *sp, uint64_t *steps, struct linux_image *im)
{
	uint64_t low, high, distance;
	struct linux_run text;

	if (!la->image_anywhere)
		return (image_of(ctx, sp, la->image_low, la->image_high, NULL,
		    im));
	text.end = la->image_low;
	while (find_text(ctx, la, sp, steps, text.end, &text) == 0) {
		distance = text.va - text.phys;
		low = text.va - la->image_low < HEAD_MAX ? la->image_low :
		    text.va - HEAD_MAX;
		high = la->image_high - text.va < IMAGE_MAX ? la->image_high :
		    text.va + IMAGE_MAX;
		if (image_of(ctx, sp, low, high, &distance, im) == 0)
			return (0);
		/* That was much work, and is not to be had often. */
		*steps -= *steps < TEXT_STEPS ? *steps : TEXT_STEPS;
	}
	return (E_NOT_FOUND);
}

/* Is it a root of this kernel?  Then k->space and the image are set. */
static bool
try_root(struct ctx *ctx, struct kernel *k, const struct pt_form *form,
    uint64_t root)
{
	struct linux_os *l = linux_of(k);
	struct linux_image im;
	struct space sp;
	int rc;

	space_init(&sp, &k->mem, form, root, k->arch->be, k->arch->ptr_size);
	ctx->quiet++;
	rc = linux_image_find(ctx, l->arch, &sp, &l->image_steps, &im);
	ctx->quiet--;
	if (rc != 0)
		return (false);
	sp.absent = l->arch->absent;
	sp.absent_arg = l;
	k->space = sp;
	l->image = im;
	return (true);
}

static bool
try_forms(struct ctx *ctx, struct kernel *k, uint64_t root)
{
	size_t i;

	for (i = 0; k->arch->forms[i] != NULL; i++)
		if (try_root(ctx, k, k->arch->forms[i], root))
			return (true);
	return (false);
}

struct root_search {
	struct kernel *k;
	size_t	       tries;
	bool	       found;
};

static int
look_root(void *arg, struct ctx *ctx, uint64_t pa, const uint8_t *p, size_t n)
{
	struct root_search *s = arg;
	const struct linux_arch *la = linux_of(s->k)->arch;
	const size_t page = (size_t)1 << s->k->arch->page_shift;
	size_t at;

	for (at = (size_t)(-pa & (page - 1)); at + page <= n; at += page) {
		if (!la->root_shape(p + at, page))
			continue;
		if (try_forms(ctx, s->k, pa + at)) {
			s->found = true;
			return (E_DONE);
		}
		if (++s->tries == ROOT_TRIES_MAX)
			return (E_LIMIT);
	}
	return (0);
}

/* Does a VMCOREINFO lead to the root? */
static bool
try_text(struct ctx *ctx, struct kernel *k, const char *text, size_t len)
{
	const struct pt_form *forms[4];
	uint64_t roots[4];
	size_t i, n;

	n = text == NULL ? 0 : linux_of(k)->arch->vmcoreinfo_roots(text, len,
	    forms, roots);
	for (i = 0; i < n; i++)
		if (try_root(ctx, k, forms[i], roots[i]))
			return (true);
	return (false);
}

static int
look_vmcoreinfo(void *arg, struct ctx *ctx, const char *text, size_t len)
{
	struct root_search *s = arg;

	s->found = try_text(ctx, s->k, text, len);
	if (s->found)
		(void)linux_take_vmcoreinfo(s->k, text, len, "memory");
	return (s->found ? E_DONE : ctx_check(ctx));
}

int
linux_find_root(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	const struct linux_arch *la = linux_of(k)->arch;
	const struct pt_form *form;
	struct dump *d = k->dump;
	struct buf text = { 0 };
	struct root_search s;
	uint64_t roots[4];
	size_t i, j, n;

	linux_of(k)->image_steps = STEPS_MAX;
	if (d->native) {
		if (!la->image_anywhere && try_root(ctx, k, NULL, 0))
			return (0);
		return (ctx_fail(ctx, E_NOT_FOUND, "no Linux kernel found by "
		    "the virtual addresses that this target serves"));
	}
	if (opt->has_cr3) {
		if (try_forms(ctx, k, opt->cr3))
			return (0);
		os_warn(k, "--cr3 0x%llx: no kernel is mapped through a page "
		    "table there; it is ignored", (unsigned long long)opt->cr3);
	}
	if ((opt->has_phys_base && linux_told_text(ctx, k, opt, &text) &&
	    try_text(ctx, k, text.p, text.len)) ||
	    try_text(ctx, k, d->vmcoreinfo, d->vmcoreinfo_len) ||
	    try_text(ctx, k, d->note, d->note_len)) {
		buf_fini(&text);
		return (0);
	}
	buf_fini(&text);
	for (i = 0; i < d->ncpus && k->arch->roots != NULL; i++) {
		n = k->arch->roots(&d->cpus[i], &form, roots);
		for (j = 0; j < n; j++)
			if (try_root(ctx, k, form, roots[j]))
				return (0);
	}
	memset(&s, 0, sizeof(s));
	s.k = k;
	/* Where no register tells, the text in memory may. */
	if (k->arch->roots == NULL && linux_scan_vmcoreinfo(ctx, k,
	    look_vmcoreinfo, &s) == E_CANCELLED)
		return (E_CANCELLED);
	if (!s.found && la->root_shape != NULL) {
		/* Pages that lie across two windows are seen whole in one. */
		if (linux_search(ctx, k, "page tables", ((size_t)1 <<
		    k->arch->page_shift) - 1, look_root, &s) == E_CANCELLED)
			return (E_CANCELLED);
	}
	if (s.found)
		return (0);
	return (ctx_fail(ctx, E_NOT_FOUND, "no page table of a Linux kernel "
	    "found: give its physical address with --cr3, or check that the "
	    "dump is whole"));
}

void
linux_settle_root(struct ctx *ctx, struct kernel *k)
{
	struct linux_os *l = linux_of(k);
	const struct symbol *s;
	struct pt_result r;
	struct space old;

	s = sym_find(&k->symbols, l->arch->root_symbol);
	if (s == NULL || k->space.form == NULL)
		return;
	ctx->quiet++;
	if (space_translate(ctx, &k->space, s->addr, &r) == 0 &&
	    r.phys != k->space.root) {
		old = k->space;
		if (!try_root(ctx, k, old.form, r.phys) &&
		    !try_forms(ctx, k, r.phys))
			k->space = old;
	}
	ctx->quiet--;
}

int
linux_image_scan(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, uint64_t, const uint8_t *, size_t), void *arg)
{
	const struct linux_image *im = &linux_of(k)->image;
	const struct linux_run *run;
	const uint8_t *p;
	uint8_t *copy;
	size_t i, n, done, part;
	int pass, rc;

	for (pass = 0, i = 0, rc = 0; rc == 0; i++) {
		if (i == im->nruns) {	/* the constants are through */
			if (pass++ == 1)
				break;
			i = 0;
		}
		run = &im->runs[i];
		if (run->constant != (pass == 0))
			continue;
		n = (size_t)(run->end - run->va);
		copy = NULL;
		ctx->quiet++;
		ctx->unrecorded++;
		if (space_pin(ctx, &k->space, run->va, n, &p) != 0) {
			p = copy = calloc(1, n);
			/* Missing pages stay zero: what is there may do. */
			for (done = 0; copy != NULL && done < n;
			    done += part + 4096 - (part & 4095))
				(void)space_read_some(ctx, &k->space, run->va +
				    done, copy + done, n - done, &part);
		}
		ctx->unrecorded--;
		ctx->quiet--;
		rc = p == NULL ? ctx_fail(ctx, E_NOMEM, "no memory to scan the "
		    "kernel's image") : fn(arg, ctx, run->va, p, n);
		free(copy);
	}
	return (rc);
}
