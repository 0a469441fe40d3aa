/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD minidumps of every processor.  Sections, each padded to whole pages:
 * header, message buffer, ranges of physical memory (dump_avail; later versions),
 * bitmap of dumped pages, page-table part, the pages in ascending order.
 */
#include "engine/backend/minidump.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD		256		/* more than any header */
#define MAGIC_FIELD	24
#define BITMAP_MAX	(UINT64_C(1) << 30)	/* 32 TiB of 4 KiB pages */
#define AVAIL_MAX	(UINT64_C(1) << 20)
#define BACK		(UINT64_C(2) << 20)	/* how far an extent reaches */
#define AHEAD		(UINT64_C(16) << 20)

static int	minidump_probe(struct ctx *, struct file *);
static int	minidump_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *minidump_format(const struct dump *);
static int	minidump_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	minidump_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	minidump_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	minidump_drop(struct mem_layer *, uint64_t, uint64_t);
static void	minidump_close(struct mem_layer *);

const struct backend backend_minidump = {
	.name = "minidump",
	.format = minidump_format,
	.probe = minidump_probe,
	.open = minidump_open,
};

static const struct mem_layer_ops minidump_ops = {
	.name = "minidump",
	.read = minidump_read,
	.extent = minidump_extent,
	.range = minidump_range,
	.drop = minidump_drop,
	.close = minidump_close,
};

/* --- The header ----------------------------------------------------------- */

static int
read_head(struct ctx *ctx, struct file *f, uint8_t head[HEAD], size_t *n)
{
	*n = file_size(f) < HEAD ? (size_t)file_size(f) : HEAD;
	memset(head, 0, HEAD);
	return (file_read(ctx, f, 0, head, *n));
}

/* The magic is the whole field up to its NUL: others begin alike. */
static const struct minidump_machine *
find_machine(const uint8_t *head)
{
	const struct minidump_machine *const *p;

	for (p = minidump_machines; *p != NULL; p++)
		if (memcmp(head, (*p)->magic, strlen((*p)->magic) + 1) == 0)
			return (*p);
	return (NULL);
}

static int
minidump_probe(struct ctx *ctx, struct file *f)
{
	uint8_t head[HEAD];
	size_t n;
	int rc;

	rc = read_head(ctx, f, head, &n);
	if (rc != 0)
		return (rc);
	if (find_machine(head) != NULL)
		return (0);
	if (memcmp(head, "minidump DFlyBSD/", 17) == 0)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a DragonFly BSD "
		    "minidump (%.*s); FreeBSD's are read", file_name(f),
		    MAGIC_FIELD - 9, (const char *)head + 9));
	if (memcmp(head, "minidump FreeBSD/", 17) == 0)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a FreeBSD minidump "
		    "of a processor that is not supported (%.*s)",
		    file_name(f), MAGIC_FIELD - 9, (const char *)head + 9));
	return (E_NOT_MINE);
}

static void
incomplete(struct minidump *m, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
incomplete(struct minidump *m, const char *fmt, ...)
{
	va_list ap;

	m->dump.complete = false;
	if (m->dump.incomplete != NULL)
		return;
	va_start(ap, fmt);
	m->dump.incomplete = arena_vprintf(&m->dump.arena, fmt, ap);
	va_end(ap);
}

static int
read_header(struct ctx *ctx, struct minidump *m)
{
	uint8_t head[HEAD];
	struct bytes b;
	uint64_t page;
	uint32_t le, be;
	size_t n, need;
	int rc;

	rc = read_head(ctx, m->file, head, &n);
	if (rc != 0)
		return (rc);
	m->machine = find_machine(head);
	need = m->machine->version_at + 4;
	if (n < need)
		return (ctx_fail(ctx, E_TRUNCATED, "%s: cannot read dump "
		    "header: the file ends inside it", file_name(m->file)));
	/* The version is a small number in the one order and huge in the other. */
	le = load_u32(head + m->machine->version_at, false);
	be = load_u32(head + m->machine->version_at, true);
	m->be = m->machine->both_orders && be < le;
	m->version = m->be ? be : le;
	if (m->version < 1 || m->version > m->machine->newest)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s: wrong minidump "
		    "version. Expected 1 to %u got %u (%s)",
		    file_name(m->file), m->machine->newest, m->version,
		    m->machine->name));
	b = bytes_of(head, n, m->be);
	bytes_seek(&b, need);
	m->page_shift = 12;
	m->word = 8;
	rc = m->machine->header(ctx, m, &b);
	if (rc != 0)
		return (rc);
	if (b.bad)
		return (ctx_fail(ctx, E_TRUNCATED, "%s: cannot read dump "
		    "header: the file ends inside it", file_name(m->file)));
	page = UINT64_C(1) << m->page_shift;
	if (m->dmap_end % page != 0)	/* round up, but not past the end */
		m->dmap_end = (m->dmap_end | (page - 1)) == UINT64_MAX ?
		    ~(page - 1) : (m->dmap_end | (page - 1)) + 1;
	if (m->dmap_end < m->dmap_base ||
	    (m->dmap_base | m->dmap_phys) % page != 0)
		return (ctx_fail(ctx, E_CORRUPT, "%s: the header's direct map "
		    "(0x%llx to 0x%llx, of 0x%llx) is none",
		    file_name(m->file), (unsigned long long)m->dmap_base,
		    (unsigned long long)m->dmap_end,
		    (unsigned long long)m->dmap_phys));
	return (0);
}

/* --- The sections --------------------------------------------------------- */

/* Pairs of physical addresses, ended by a pair whose end is 0. */
static int
read_avail(struct ctx *ctx, struct minidump *m, uint64_t offset)
{
	const uint64_t page = UINT64_C(1) << m->page_shift;
	uint64_t start, end, top;
	struct bytes b;
	uint8_t *raw;
	int rc;

	if (m->avail_size > AVAIL_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: ranges of memory in %llu "
		    "bytes are too many", file_name(m->file),
		    (unsigned long long)m->avail_size));
	raw = malloc((size_t)m->avail_size + 1);
	if (raw == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = file_read(ctx, m->file, offset, raw, (size_t)m->avail_size);
	if (rc != 0) {
		free(raw);
		return (ctx_chain(ctx, "ranges of memory"));
	}
	top = m->table.how->window >> m->page_shift;
	for (b = bytes_of(raw, (size_t)m->avail_size, m->be);
	    bytes_left(&b) >= 16;) {
		start = bytes_u64(&b);
		end = bytes_u64(&b);
		if (end == 0)
			break;
		start >>= m->page_shift;
		end = (end >> m->page_shift) + (end % page != 0);
		if (start >= top || end > top) {
			incomplete(m, "memory from 0x%llx on cannot be shown",
			    (unsigned long long)m->table.how->window);
			end = end > top ? top : end;
			if (start >= end)
				break;
		}
		if (!minidump_pages_range(&m->pages, start, end)) {
			incomplete(m, "the ranges of memory are damaged behind "
			    "0x%llx", (unsigned long long)
			    (m->pages.navail == 0 ? 0 :
			    m->pages.avail[m->pages.navail - 1].end <<
			    m->page_shift));
			break;
		}
	}
	free(raw);
	return (0);
}

static int
read_bitmap(struct ctx *ctx, struct minidump *m, uint64_t offset)
{
	uint8_t *raw;
	int rc;

	if (m->bitmap_size > file_size(m->file) ||
	    offset > file_size(m->file) - m->bitmap_size)
		return (ctx_fail(ctx, E_TRUNCATED, "%s: cannot read %llu bytes "
		    "for bitmap: the file ends at 0x%llx", file_name(m->file),
		    (unsigned long long)m->bitmap_size,
		    (unsigned long long)file_size(m->file)));
	if (m->bitmap_size > BITMAP_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: a bitmap of %llu bytes is "
		    "too large", file_name(m->file),
		    (unsigned long long)m->bitmap_size));
	raw = malloc((size_t)m->bitmap_size + 1);
	if (raw == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for the page bitmap"));
	rc = file_read(ctx, m->file, offset, raw, (size_t)m->bitmap_size);
	if (rc == 0)
		rc = minidump_pages_bitmap(ctx, &m->pages, raw,
		    (size_t)m->bitmap_size, m->word, m->be);
	free(raw);
	return (rc);
}

static int
read_sections(struct ctx *ctx, struct minidump *m)
{
	const uint64_t page = UINT64_C(1) << m->page_shift;
	const uint64_t size = file_size(m->file);
	uint64_t avail, bitmap;
	int rc;

#define ROUND(n)	(((n) + page - 1) & ~(page - 1))
	/* Sizes are of 32 bits each: no sum overflows. */
	m->dump.msgbuf_offset = page;
	m->dump.msgbuf_size = m->msgbuf_size;
	avail = page + ROUND(m->msgbuf_size);
	bitmap = avail + ROUND(m->avail_size);
	m->pt_offset = bitmap + ROUND(m->bitmap_size);
	m->data_offset = m->pt_offset + ROUND(m->pt_size);
#undef ROUND
	rc = m->machine->space(ctx, m);
	if (rc != 0)
		return (rc);
	/* Without ranges, bit n is page n. */
	if (m->avail_size > 0)
		rc = read_avail(ctx, m, avail);
	else if (m->bitmap_size > 0)
		(void)minidump_pages_range(&m->pages, 0, m->bitmap_size * 8);
	if (rc == 0)
		rc = read_bitmap(ctx, m, bitmap);
	if (rc != 0)
		return (rc);
	m->pages.nstored = size > m->data_offset ?
	    (size - m->data_offset) / page : 0;
	m->tail = size > m->data_offset ? (size - m->data_offset) % page : 0;
	if (m->pages.nstored < m->pages.nset || size < m->data_offset)
		incomplete(m, "the file ends at 0x%llx with %llu of %llu pages",
		    (unsigned long long)size,
		    (unsigned long long)m->pages.nstored,
		    (unsigned long long)m->pages.nset);
	if (m->pages.navail > 0 && m->pages.nbits <
	    m->pages.avail[m->pages.navail - 1].bit +
	    m->pages.avail[m->pages.navail - 1].end -
	    m->pages.avail[m->pages.navail - 1].start)
		incomplete(m, "the page bitmap is shorter than memory");
	return (0);
}

static int
minidump_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct minidump *m;
	int rc;

	(void)n, (void)opt;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	m->dump.layer.ops = &minidump_ops;
	m->dump.backend = &backend_minidump;
	m->dump.complete = true;
	m->dump.system = "FreeBSD";
	arena_init(&m->dump.arena);
	m->file = files[0];
	rc = read_header(ctx, m);
	if (rc == 0)
		rc = read_sections(ctx, m);
	if (rc != 0) {
		minidump_close(&m->dump.layer);
		return (rc);
	}
	m->dump.version = m->version;
	m->dump.dmap_base = m->dmap_base;
	m->dump.dmap_end = m->dmap_end;
	m->dump.dmap_phys = m->dmap_phys;
	m->dump.files[0] = files[0];
	m->dump.nfiles = 1;
	*ret = &m->dump;
	return (0);
}

static const char *
minidump_format(const struct dump *d)
{
	(void)d;
	return ("FreeBSD minidump");
}

static void
minidump_close(struct mem_layer *l)
{
	struct minidump *m = (struct minidump *)l;
	size_t i;

	for (i = 0; i < m->dump.nfiles; i++)
		file_close(m->dump.files[i]);
	minidump_pages_fini(&m->pages);
	arena_fini(&m->dump.arena);
	free(m);
}

int
minidump_pt_uint(struct minidump *m, struct ctx *ctx, uint64_t offset,
    unsigned size, bool be, uint64_t *ret)
{
	uint8_t raw[8];
	int rc;

	if (offset >= m->pt_size || size > m->pt_size - offset)
		return (ctx_fail_at(ctx, E_NOT_MAPPED, offset, "the page-table "
		    "part of %s ends before 0x%llx", file_base(m->file),
		    (unsigned long long)offset));
	rc = file_read(ctx, m->file, m->pt_offset + offset, raw, size);
	if (rc == 0)
		*ret = load_uint(raw, size, be);
	return (rc);
}

/* --- Memory --------------------------------------------------------------- */

static int
missing(struct ctx *ctx, struct minidump *m, uint64_t pa, int status)
{
	if (status == E_DONE)		/* above all memory */
		status = E_NOT_IN_DUMP;
	return (ctx_fail_at(ctx, status, pa, status == E_TRUNCATED ?
	    "physical address 0x%llx lies behind the end of %s, which was cut "
	    "short" : "physical address 0x%llx not in minidump %s",
	    (unsigned long long)pa, file_base(m->file)));
}

static bool
in_window(const struct minidump *m, uint64_t pa)
{
	return (pa >= m->table.how->window && pa < m->table.end);
}

/* A run of bytes with one answer. */
struct run {
	uint64_t start, end;		/* physical */
	uint64_t offset;		/* in the file, of start */
};

/*
 * The run at pa, reaching at most "back" and "ahead" bytes from it, and its
 * status; what the pages do not know is not in the dump.  Of a page that the
 * end of the file cuts the first bytes are there.
 */
static int
run_at(const struct minidump *m, uint64_t pa, uint64_t back, uint64_t ahead,
    struct run *run)
{
	struct minidump_run r;

	if (minidump_pages_run(&m->pages, pa >> m->page_shift, back >>
	    m->page_shift, (ahead >> m->page_shift) + 2, &r) != 0)
		return (E_DONE);
	run->start = r.start << m->page_shift;
	run->end = r.end << m->page_shift;
	run->offset = m->data_offset + (r.index << m->page_shift);
	if (r.status == E_TRUNCATED && r.index == m->pages.nstored) {
		if (pa - run->start < m->tail) {
			run->end = run->start + m->tail;
			return (0);
		}
		run->start += m->tail;
	}
	return (r.status);
}

static int
minidump_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct minidump *m = (struct minidump *)l;
	struct run r;
	uint64_t off, want;
	int rc;

	for (; n > 0; n -= (size_t)want) {
		if (in_window(m, pa)) {
			want = m->table.end - pa < n ? m->table.end - pa : n;
			rc = minidump_table_read(&m->table, ctx, pa, buf, (size_t)want);
			if (rc != 0)
				return (rc);
		} else {
			rc = run_at(m, pa, 0, n, &r);
			if (rc != 0)
				return (missing(ctx, m, pa, rc));
			want = r.end - pa < n ? r.end - pa : n;
			off = r.offset + (pa - r.start);
			rc = file_read(ctx, m->file, off, buf, (size_t)want);
			if (rc != 0) {
				ctx->err.addr = pa + (ctx->err.addr - off);
				return (rc);
			}
		}
		buf = (char *)buf + want;
		pa += want;
	}
	return (0);
}

static int
minidump_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *ret)
{
	struct minidump *m = (struct minidump *)l;
	const uint8_t *p;
	struct run r;
	int rc;

	/* Computed (see minidump_table.c), or not mapped: spare the search. */
	if (in_window(m, pa) || file_map(m->file, 0, 1) == NULL)
		return (E_UNSUPPORTED);
	rc = run_at(m, pa, BACK, AHEAD, &r);
	if (rc != 0)
		return (missing(ctx, m, pa, rc));
	p = file_map(m->file, r.offset, r.end - r.start);
	if (p == NULL)
		return (E_UNSUPPORTED);
	*ret = (struct extent){ p, r.start, r.end - r.start };
	return (0);
}

static int
minidump_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *ret)
{
	struct minidump *m = (struct minidump *)l;
	struct run r;
	int rc;

	(void)ctx;
	rc = run_at(m, pa, 0, UINT64_MAX, &r);
	if (rc == E_DONE)
		return (rc);
	*ret = (struct mem_range){ pa, r.end, rc,
	    rc == 0 ? r.offset + (pa - r.start) : UINT64_MAX };
	return (0);
}

static void
minidump_drop(struct mem_layer *l, uint64_t pa, uint64_t n)
{
	struct minidump *m = (struct minidump *)l;
	struct run r;
	uint64_t len;

	for (; n > 0; n -= len, pa += len) {
		if (run_at(m, pa, 0, n, &r) != 0)
			return;
		len = r.end - pa < n ? r.end - pa : n;
		file_drop(m->file, r.offset + (pa - r.start), len);
	}
}
