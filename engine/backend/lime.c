/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/lime.h"

#include "base/bytes.h"
#include "engine/backend/plain.h"
#include "engine/backend/vmcoreinfo.h"

#include <stdlib.h>

#define MAGIC		0x4c694d45u	/* "EMiL" where bytes are swapped */
#define HEADER		32u
#define RANGES_MAX	(1u << 20)

static int	lime_probe(struct ctx *, struct file *);
static int	lime_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *lime_format(const struct dump *);

const struct backend backend_lime = {
	.name = "LiME",
	.format = lime_format,
	.probe = lime_probe,
	.open = lime_open,
};

struct header {
	bool	 be;
	uint32_t version;
	uint64_t start, last;		/* physical, both in it */
};

/* E_NOT_MINE: there is none, E_TRUNCATED: not all of one. */
static int
read_header(struct ctx *ctx, struct file *f, uint64_t off, struct header *h)
{
	uint8_t raw[HEADER];
	int rc;

	if (off > file_size(f) || file_size(f) - off < HEADER)
		return (E_TRUNCATED);
	rc = file_read(ctx, f, off, raw, sizeof(raw));
	if (rc != 0)
		return (rc);
	h->be = load_u32(raw, false) != MAGIC;
	if (load_u32(raw, h->be) != MAGIC)
		return (E_NOT_MINE);
	h->version = load_u32(raw + 4, h->be);
	h->start = load_u64(raw + 8, h->be);
	h->last = load_u64(raw + 16, h->be);
	return (0);
}

static int
lime_probe(struct ctx *ctx, struct file *f)
{
	struct header h;
	uint8_t magic[4];
	int rc;

	rc = read_header(ctx, f, 0, &h);
	if (rc == E_TRUNCATED) {
		if (file_size(f) < 4 || file_read(ctx, f, 0, magic, 4) != 0 ||
		    load_u32(magic, false) != MAGIC)
			return (E_NOT_MINE);
		return (ctx_fail(ctx, E_TRUNCATED, "%s: a LiME image that ends "
		    "inside its first header", file_name(f)));
	}
	if (rc == 0 && h.version != 1)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a LiME image of "
		    "version %u; version 1 alone is known", file_name(f),
		    h.version));
	return (rc);
}

static void
incomplete(struct plain *p, uint64_t off, const char *what)
{
	p->dump.complete = false;
	if (p->dump.incomplete == NULL)
		p->dump.incomplete = arena_printf(&p->dump.arena, "%s 0x%llx "
		    "of the file", what, (unsigned long long)off);
}

/* The ranges up to the end, or to what is no header. */
static int
read_ranges(struct ctx *ctx, struct plain *p, struct file **files, bool be)
{
	struct file *f = files[0];
	struct header h;
	uint64_t off, size;
	unsigned n;
	int rc;

	for (off = 0, n = 0; off < file_size(f); n++) {
		rc = read_header(ctx, f, off, &h);
		if (rc == E_IO || rc == E_RESTRICTED)
			return (rc);
		if (rc == 0 && n < RANGES_MAX && h.be == be && h.version == 1 &&
		    h.last >= h.start && h.last != UINT64_MAX) {
			size = h.last - h.start + 1;
			rc = plain_add(ctx, p, files, 0, h.start, off + HEADER,
			    size, size);
			if (rc != 0)
				return (rc);
			if (!add_ok(off + HEADER, size, &off))
				break;
			continue;
		}
		incomplete(p, off, rc == E_TRUNCATED ? "it ends inside the "
		    "header of a range, at" : "what should be the header of a "
		    "range is none, at");
		break;
	}
	return (plain_settle(ctx, p));
}

static int
lime_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct header h;
	struct plain *p;
	int rc;

	(void)n;
	rc = read_header(ctx, files[0], 0, &h);
	if (rc != 0)
		return (rc);
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	p->dump.layer.ops = &plain_ops;
	p->dump.backend = &backend_lime;
	p->dump.complete = true;
	arena_init(&p->dump.arena);
	rc = read_ranges(ctx, p, files, h.be);
	if (rc == 0 && p->nruns == 0)
		rc = ctx_fail(ctx, E_CORRUPT, "%s: a LiME image without any "
		    "memory", file_name(files[0]));
	p->dump.files[0] = files[0];
	if (rc == 0)
		rc = vmcoreinfo_find_arch(ctx, &p->dump, opt);
	if (rc != 0) {
		plain_fini(p);
		free(p);
		return (rc);
	}
	p->dump.nfiles = 1;
	*ret = &p->dump;
	return (0);
}

static const char *
lime_format(const struct dump *d)
{
	(void)d;
	return ("LiME");
}
