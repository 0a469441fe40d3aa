/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/raw.h"

#include "base/bytes.h"
#include "engine/backend/plain.h"
#include "engine/backend/vmcoreinfo.h"

#include <stdlib.h>
#include <string.h>

#define PAGE		4096u
#define SIZE_MIN	(UINT64_C(1) << 16)	/* less is no computer's memory */
#define GIB		(UINT64_C(1) << 30)
#define HOLE_END	(4 * GIB)		/* where memory goes on, on PCs */
#define SPLIT_MIN	(2 * GIB)		/* nothing smaller has a hole */
#define RELEASE_MAX	65
/* struct new_utsname (include/uapi/linux/utsname.h): six texts of 65 bytes. */
#define UTS_RELEASE	(2 * 65)
#define UTS_SIZE	(6 * 65)
/* Before there was a key for it the name came behind a reference count. */
#define UTS_NAME	4
/* Documentation/arch/x86/zero-page.rst, boot.rst. */
#define ZERO_PAGE_COUNT	0x1e8
#define ZERO_PAGE_MAP	0x2d0
#define ZERO_PAGE_HDRS	0x202
#define MAP_ENTRY	20
#define MAP_MAX		128

struct raw {
	struct plain	 plain;		/* first: is a dump, is a layer */
	uint64_t	 size;
	uint64_t	 base;		/* of the first byte */
	uint64_t	 low;		/* bytes below the hole; size: there is none */
	const char	*format;
};

/* What a kernel says about where it lies. */
struct witness {
	char		 release[RELEASE_MAX + 1];
	size_t		 release_len;
	uint64_t	 uts;		/* physical address of its utsname */
};

static int	raw_probe(struct ctx *, struct file *);
static int	raw_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *raw_format(const struct dump *);

const struct backend backend_raw = {
	.name = "raw",
	.format = raw_format,
	.parts = true,		/* none has; it says so itself */
	.probe = raw_probe,
	.open = raw_open,
};

static int
raw_probe(struct ctx *ctx, struct file *f)
{
	(void)ctx;
	(void)f;
	return (0);
}

/* --- Where it begins ------------------------------------------------------ */

static bool
witness_of(const char *text, size_t len, struct witness *w)
{
	uint64_t sym, off;
	const char *v;
	size_t n;

	v = vmcoreinfo_get(text, len, "OSRELEASE", &n);
	if (v == NULL || n < 3 || n >= RELEASE_MAX ||
	    !vmcoreinfo_u64(text, len, "SYMBOL(init_uts_ns)", &sym))
		return (false);
	if (!vmcoreinfo_u64(text, len, "OFFSET(uts_namespace.name)", &off))
		off = UTS_NAME;
	if (!vmcoreinfo_phys(text, len, sym + off, &w->uts))
		return (false);
	memcpy(w->release, v, n);
	w->release[n] = '\0';
	w->release_len = n + 1;		/* with its end */
	return (true);
}

/* Does the name of this kernel lie here? */
static bool
is_uts(const uint8_t *p, const struct witness *w)
{
	return (memcmp(p, "Linux", 6) == 0 &&
	    memcmp(p + UTS_RELEASE, w->release, w->release_len) == 0);
}

static bool
uts_at(struct ctx *ctx, struct file *f, uint64_t off, const struct witness *w)
{
	uint8_t raw[UTS_SIZE];

	return (off < file_size(f) && file_read(ctx, f, off, raw,
	    sizeof(raw)) == 0 && is_uts(raw, w));
}

struct uts_search {
	const struct witness *w;
	uint64_t base;
};

/* A copy of the name that lies in its page where the kernel's own does. */
static int
look_uts(void *arg, struct ctx *ctx, uint64_t at, const uint8_t *p, size_t n)
{
	struct uts_search *s = arg;
	const struct witness *w = s->w;
	const uint8_t *q, *end;
	uint64_t off;

	(void)ctx;
	if (n < UTS_SIZE)
		return (0);
	end = p + n - (UTS_SIZE - UTS_RELEASE);
	for (q = p + UTS_RELEASE; q < end; q++) {
		q = memmem(q, (size_t)(end - q) + w->release_len, w->release,
		    w->release_len);
		if (q == NULL || q >= end)
			break;
		off = at + (uint64_t)(q - p) - UTS_RELEASE;
		if (off <= w->uts && (w->uts - off) % PAGE == 0 &&
		    is_uts(q - UTS_RELEASE, w)) {
			s->base = w->uts - off;
			return (E_DONE);
		}
	}
	return (0);
}

/*
 * Where usual memory begins (QEMU's virt machines, PCs), and what a PC's hole
 * makes of it for a kernel that lies above; else where the name is found.
 */
static int
find_base(struct ctx *ctx, struct memory *m, struct file *f,
    const struct witness *w, uint64_t *base)
{
	static const uint64_t usual[] = { 0, 1 * GIB, 2 * GIB };
	struct uts_search s = { w, 0 };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (w->uts >= usual[i] &&
		    uts_at(ctx, f, w->uts - usual[i], w)) {
			*base = usual[i];
			return (0);
		}
	rc = mem_scan_data(ctx, m, 0, UINT64_MAX, UTS_SIZE, look_uts, &s);
	if (rc == E_DONE)
		*base = s.base;
	return (rc == E_DONE ? 0 : rc == 0 ? E_NOT_FOUND : rc);
}

struct info_search {
	struct raw	*r;
	struct memory	*m;
	struct file	*f;
	bool		 placed;	/* the base is known already */
};

static int
look_info(void *arg, struct ctx *ctx, uint64_t at, const char *text, size_t len)
{
	struct info_search *s = arg;
	struct dump *d = &s->r->plain.dump;
	const struct arch *arch;
	struct witness w;
	int rc;

	(void)at;
	arch = vmcoreinfo_arch(text, len);
	if (arch == NULL || (d->arch != NULL && d->arch != arch))
		return (0);
	if (!s->placed) {
		rc = witness_of(text, len, &w) ? find_base(ctx, s->m, s->f, &w,
		    &s->r->base) : E_NOT_FOUND;
		if (rc != 0)
			return (rc == E_CANCELLED ? rc : 0);
	}
	d->arch = arch;
	d->vmcoreinfo = arena_strndup(&d->arena, text, len);
	d->vmcoreinfo_len = d->vmcoreinfo != NULL ? len : 0;
	return (E_DONE);
}

/* --- A PC's hole ---------------------------------------------------------- */

/*
 * The firmware's map in a zero page: the end of memory, and where the memory
 * below 4 GiB ends at the latest; 0 when this is no such map.
 */
static uint64_t
map_end(const uint8_t *page, uint64_t *low)
{
	const uint8_t *p = page + ZERO_PAGE_MAP;
	uint64_t start, end, last, top;
	unsigned i, n;

	n = page[ZERO_PAGE_COUNT];
	if (n < 2 || n > MAP_MAX || load_u64(p, false) != 0 ||
	    load_u32(p + 16, false) != 1)
		return (0);
	*low = 0;
	for (i = 0, last = top = 0; i < n; i++, p += MAP_ENTRY) {
		start = load_u64(p, false);
		if (start < last || !add_ok(start, load_u64(p + 8, false), &end))
			return (0);
		last = start;
		if (load_u32(p + 16, false) != 1)
			continue;
		top = end;
		if (end <= HOLE_END)
			*low = end;
	}
	return (top);
}

struct map_search {
	uint64_t top, low;
};

static int
look_map(void *arg, struct ctx *ctx, uint64_t at, const uint8_t *p, size_t n)
{
	const size_t least = ZERO_PAGE_MAP + MAP_MAX * MAP_ENTRY;
	struct map_search *s = arg;
	const uint8_t *q;

	(void)ctx;
	(void)at;
	for (q = p + ZERO_PAGE_HDRS; n >= least && (size_t)(q - p) <
	    n - least + ZERO_PAGE_HDRS; q++) {
		q = memmem(q, n - least + ZERO_PAGE_HDRS - (size_t)(q - p),
		    "HdrS", 4);
		if (q == NULL)
			break;
		s->top = load_u16(q - 4, false) != 0xaa55 ? 0 :
		    map_end(q - ZERO_PAGE_HDRS, &s->low);
		if (s->top != 0)
			return (E_DONE);
	}
	return (0);
}

/*
 * Does memory go on at 4 GiB?  A kernel that lies there has shown how much of
 * the file is below; else its map tells: as much as its end is too high.
 */
static int
find_hole(struct ctx *ctx, struct raw *r, struct memory *m)
{
	struct map_search s = { 0, 0 };
	int rc;

	if (r->size <= SPLIT_MIN || r->plain.dump.arch != &arch_x86_64)
		return (0);
	rc = mem_scan_data(ctx, m, 0, UINT64_MAX, PAGE, look_map, &s);
	if (rc == E_DONE && s.top > HOLE_END && s.top > r->size &&
	    s.top - r->size < HOLE_END &&
	    HOLE_END - (s.top - r->size) >= s.low &&
	    (r->base == 0 || r->base == s.top - r->size)) {
		r->low = HOLE_END - (s.top - r->size);
		r->base = 0;
	}
	return (rc == E_DONE ? 0 : rc);
}

/* --- Opening -------------------------------------------------------------- */

static int
lay_out(struct ctx *ctx, struct raw *r, struct file **files)
{
	struct arena *a = &r->plain.dump.arena;
	uint64_t end;
	int rc;

	if (!add_ok(r->base, r->size, &end))
		return (ctx_fail(ctx, E_USAGE, "--base: 0x%llx: %s would reach "
		    "past the end of all addresses",
		    (unsigned long long)r->base, file_name(files[0])));
	free(r->plain.runs);
	r->plain.runs = NULL;
	r->plain.nruns = r->plain.cap = 0;
	rc = plain_add(ctx, &r->plain, files, 0, r->base, 0, r->low, r->low);
	if (rc == 0)
		rc = plain_add(ctx, &r->plain, files, 0, HOLE_END, r->low,
		    r->size - r->low, r->size - r->low);
	if (rc == 0)
		rc = plain_settle(ctx, &r->plain);
	if (r->low < r->size)
		r->format = arena_printf(a, "raw (hole from 0x%llx)",
		    (unsigned long long)r->low);
	else
		r->format = r->base == 0 ? "raw" : arena_printf(a,
		    "raw (from 0x%llx)", (unsigned long long)r->base);
	return (rc == 0 && r->format == NULL ? ctx_fail(ctx, E_NOMEM,
	    "out of memory") : rc);
}

/* Look through the bytes of the file as they come, before they have a place. */
static int
look_around(struct ctx *ctx, struct raw *r, struct file **files, bool placed)
{
	struct info_search s = { r, NULL, files[0], placed };
	struct vmcoreinfo_search look = { look_info, &s };
	struct dump *d = &r->plain.dump;
	const uint64_t base = r->base;
	struct memory m;
	int rc;

	r->base = 0;
	rc = lay_out(ctx, r, files);
	if (rc != 0)
		return (rc);
	d->files[0] = files[0];
	mem_init(&m, &d->layer, file_faults(files[0]));
	s.m = &m;
	r->base = base;
	ctx->quiet++;
	rc = mem_scan_data(ctx, &m, 0, UINT64_MAX, VMCOREINFO_MAX,
	    vmcoreinfo_look, &look);
	if (rc == E_DONE)
		rc = 0;
	else if (rc == 0 && !placed)
		rc = E_NOT_FOUND;
	if (rc == 0 && !placed)
		rc = find_hole(ctx, r, &m);
	ctx->quiet--;
	return (rc);
}

static int
raw_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct raw *r;
	int rc;

	if (n != 1)
		return (ctx_fail(ctx, E_USAGE, "%s and %s are no parts of one "
		    "dump; name one", file_name(files[0]),
		    file_name(files[1])));
	if (!opt->has_base && file_size(files[0]) < SIZE_MIN)
		return (E_NOT_MINE);
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	r->plain.dump.layer.ops = &plain_ops;
	r->plain.dump.backend = &backend_raw;
	r->plain.dump.complete = true;
	r->plain.dump.arch = opt->arch;
	arena_init(&r->plain.dump.arena);
	r->size = r->low = file_size(files[0]);
	r->base = opt->base;
	rc = 0;
	if (!opt->has_base || opt->arch == NULL)
		rc = look_around(ctx, r, files, opt->has_base);
	if (rc == 0)
		rc = lay_out(ctx, r, files);
	if (rc != 0) {
		plain_fini(&r->plain);
		free(r);
		return (rc == E_NOT_FOUND ? E_NOT_MINE : rc);
	}
	r->plain.dump.files[0] = files[0];
	r->plain.dump.nfiles = 1;
	*ret = &r->plain.dump;
	return (0);
}

static const char *
raw_format(const struct dump *d)
{
	return (((const struct raw *)d)->format);
}
