/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/vmware.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/backend/plain.h"
#include "engine/backend/vmcoreinfo.h"

#include <stdlib.h>
#include <string.h>

#define HEADER		12u
#define GROUP		80u
#define GROUP_NAME	64u
#define GROUPS_MAX	4096u
#define TAGS_MAX	(1u << 20)	/* of all groups */
#define REGIONS_MAX	1024u
#define CPUS_MAX	4096u
#define PAGE		4096u
#define LONG_VALUE	62		/* and above: its size follows */

struct tag {
	char	 name[128];
	uint32_t index[3];
	unsigned nindices;
	uint64_t size;			/* of the value, as it is stored */
	uint64_t whole;			/* as it was: more if it is compressed */
	uint64_t at;			/* where the value lies */
	uint64_t value;			/* of a short one */
};

/* A piece of memory, in pages. */
struct region {
	uint64_t from, phys, n;		/* in the .vmem, in the machine */
};

struct vmware {
	struct plain	 plain;		/* first: is a dump, is a layer */
	struct file	*file;
	unsigned	 version;	/* of the header: 0 has shorter sizes */
	size_t		 tags;		/* read so far */
	struct region	 regions[REGIONS_MAX];
	uint64_t	 nregions;
	uint64_t	 memory_at, memory_size; /* inside this file, or 0 */
	bool		 packed;	/* that is compressed */
	bool		 wide;		/* there are 64-bit control registers */
	size_t		 cpus_cap;
};

static int	vmware_probe(struct ctx *, struct file *);
static int	vmware_open(struct ctx *, struct file **, size_t,
		    const struct dump_options *, struct dump **);
static const char *vmware_format(const struct dump *);

const struct backend backend_vmware = {
	.name = "VMware",
	.format = vmware_format,
	.parts = true,
	.probe = vmware_probe,
	.open = vmware_open,
};

static int
vmware_probe(struct ctx *ctx, struct file *f)
{
	uint8_t raw[HEADER];
	int rc;

	if (file_size(f) < HEADER)
		return (E_NOT_MINE);
	rc = file_read(ctx, f, 0, raw, sizeof(raw));
	if (rc != 0)
		return (rc);
	switch (load_u32(raw, false)) {
	case 0xbed2bed0:
	case 0xbad1bad1:
	case 0xbed2bed2:
	case 0xbed3bed3:
		return (0);
	}
	return (E_NOT_MINE);
}

/* --- Tags ----------------------------------------------------------------- */

/* n bytes at *off, which moves behind them; E_TRUNCATED past the end. */
static int
take(struct vmware *v, struct ctx *ctx, uint64_t *off, void *buf, size_t n)
{
	int rc;

	rc = file_read(ctx, v->file, *off, buf, n);
	*off += rc == 0 ? n : 0;
	return (rc);
}

static int
take_uint(struct vmware *v, struct ctx *ctx, uint64_t *off, unsigned n,
    uint64_t *ret)
{
	uint8_t raw[8];
	int rc;

	rc = take(v, ctx, off, raw, n);
	if (rc == 0)
		*ret = load_uint(raw, n, false);
	return (rc);
}

/* A long value: its sizes, some padding, then its bytes. */
static int
long_value(struct vmware *v, struct ctx *ctx, uint64_t *off, struct tag *t)
{
	const unsigned word = v->version == 0 ? 4 : 8;
	uint64_t padding;
	int rc;

	rc = take_uint(v, ctx, off, word, &t->size);
	if (rc == 0)
		rc = take_uint(v, ctx, off, word, &t->whole);
	if (rc == 0)
		rc = take_uint(v, ctx, off, 2, &padding);
	if (rc != 0)
		return (rc);
	t->at = *off + padding;
	return (add_ok(t->at, t->size, off) ? 0 : E_CORRUPT);
}

/* The tag at *off, which moves behind it; E_DONE for the end of a group. */
static int
next_tag(struct vmware *v, struct ctx *ctx, uint64_t *off, struct tag *t)
{
	uint8_t head[2];
	uint64_t index;
	unsigned i;
	int rc;

	memset(t, 0, sizeof(*t));
	rc = take(v, ctx, off, head, 2);
	if (rc != 0)
		return (rc);
	if (head[0] == 0 || head[1] == 0)
		return (E_DONE);
	if (head[1] >= sizeof(t->name) || v->tags++ == TAGS_MAX)
		return (E_CORRUPT);
	rc = take(v, ctx, off, t->name, head[1]);
	t->nindices = head[0] >> 6;
	for (i = 0; rc == 0 && i < t->nindices; i++) {
		rc = take_uint(v, ctx, off, 4, &index);
		t->index[i] = rc == 0 ? (uint32_t)index : 0;
	}
	if (rc != 0)
		return (rc);
	t->size = t->whole = head[0] & 0x3f;
	if (t->size >= LONG_VALUE)
		return (long_value(v, ctx, off, t));
	t->at = *off;
	if (t->size > 0 && t->size <= 8)
		return (take_uint(v, ctx, off, (unsigned)t->size, &t->value));
	*off += t->size;
	return (0);
}

static void
memory_tag(struct vmware *v, const struct tag *t)
{
	const uint32_t i = t->index[0];

	if (strcmp(t->name, "regionsCount") == 0)
		v->nregions = t->value;
	else if (strcmp(t->name, "Memory") == 0 && t->size > PAGE) {
		v->memory_at = t->at;
		v->memory_size = t->size;
		v->packed = t->size != t->whole;
	} else if (t->nindices == 0 || i >= REGIONS_MAX)
		return;
	else if (strcmp(t->name, "regionPageNum") == 0)
		v->regions[i].from = t->value;
	else if (strcmp(t->name, "regionPPN") == 0)
		v->regions[i].phys = t->value;
	else if (strcmp(t->name, "regionSize") == 0)
		v->regions[i].n = t->value;
}

/* Control registers alone: they lead to the page tables. */
static int
cpu_tag(struct vmware *v, struct ctx *ctx, const struct tag *t)
{
	struct dump *d = &v->plain.dump;
	struct cpu_state *cpu;

	if (strcmp(t->name, "CR64") != 0 || t->nindices != 2 ||
	    t->index[0] >= CPUS_MAX)
		return (0);
	v->wide = true;
	if (!vec_room(d->cpus, v->cpus_cap, (size_t)t->index[0] + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for CPUs"));
	for (; d->ncpus <= t->index[0]; d->ncpus++)
		d->cpus[d->ncpus] = (struct cpu_state){ .cpu = (int)d->ncpus };
	cpu = &d->cpus[t->index[0]];
	cpu->has_paging = true;
	if (t->index[1] == 3)
		cpu->root = t->value;
	else if (t->index[1] == 4)
		cpu->paging = t->value;
	return (0);
}

static int
read_group(struct vmware *v, struct ctx *ctx, const char *name, uint64_t off)
{
	struct tag t;
	int rc;

	if (strcmp(name, "memory") != 0 && strcmp(name, "cpu") != 0)
		return (0);
	while ((rc = next_tag(v, ctx, &off, &t)) == 0) {
		if (name[0] == 'm')
			memory_tag(v, &t);
		else
			rc = cpu_tag(v, ctx, &t);
		if (rc == 0 && v->tags % 1024 == 0)
			rc = ctx_check(ctx);
		if (rc != 0)
			return (rc);
	}
	if (rc != E_TRUNCATED && rc != E_CORRUPT)
		return (rc == E_DONE ? 0 : rc);
	v->plain.dump.complete = false;
	v->plain.dump.incomplete = "what the machine was saved with is damaged "
	    "or cut short";
	return (0);
}

static int
read_groups(struct vmware *v, struct ctx *ctx)
{
	uint8_t raw[GROUP];
	uint64_t i, n;
	int rc;

	rc = file_read(ctx, v->file, 0, raw, HEADER);
	if (rc != 0)
		return (rc);
	v->version = load_u32(raw, false) & 15;
	n = load_u32(raw + 8, false);
	for (i = 0; i < n && i < GROUPS_MAX; i++) {
		ctx->quiet++;
		rc = file_read(ctx, v->file, HEADER + i * GROUP, raw, GROUP);
		raw[GROUP_NAME - 1] = '\0';
		if (rc == 0)
			rc = read_group(v, ctx, (const char *)raw,
			    load_u64(raw + GROUP_NAME, false));
		ctx->quiet--;
		if (rc == E_TRUNCATED)
			break;
		if (rc != 0)
			return (rc);
	}
	return (0);
}

/* --- Memory --------------------------------------------------------------- */

/* The memory in files[i] from "at" on, as the regions tell, else in one piece. */
static int
place_memory(struct vmware *v, struct ctx *ctx, struct file **files, uint32_t i,
    uint64_t at, uint64_t size)
{
	const struct region *r;
	uint64_t n;
	int rc;

	if (v->nregions == 0 || v->nregions > REGIONS_MAX)
		return (plain_add(ctx, &v->plain, files, i, 0, at, size, size));
	for (r = v->regions, rc = 0; rc == 0 && r < v->regions + v->nregions;
	    r++) {
		if (r->n == 0 || r->phys > UINT64_MAX / PAGE - r->n ||
		    r->from > UINT64_MAX / PAGE - r->n)
			continue;
		n = r->n * PAGE;
		rc = plain_add(ctx, &v->plain, files, i, r->phys * PAGE,
		    at + r->from * PAGE, n, n);
	}
	return (rc);
}

static int
set_up(struct vmware *v, struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt)
{
	int rc;

	rc = read_groups(v, ctx);
	if (rc != 0)
		return (rc);
	if (n == 1 && v->packed)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s: the memory in it is "
		    "compressed by VMware: save the machine with memory in a "
		    ".vmem", file_name(files[0])));
	if (n == 1 && v->memory_size == 0)
		return (ctx_fail(ctx, E_USAGE, "%s holds no memory: name the "
		    ".vmem beside it too", file_name(files[0])));
	rc = n == 1 ? place_memory(v, ctx, files, 0, v->memory_at,
	    v->memory_size) : place_memory(v, ctx, files, 1, 0,
	    file_size(files[1]));
	if (rc == 0)
		rc = plain_settle(ctx, &v->plain);
	if (rc == 0 && v->plain.nruns == 0)
		rc = ctx_fail(ctx, E_CORRUPT, "%s: no memory is placed by it",
		    file_name(files[0]));
	if (rc != 0)
		return (rc);
	memcpy(v->plain.dump.files, files, n * sizeof(*files));
	v->plain.dump.arch = opt->arch != NULL ? opt->arch :
	    v->wide ? &arch_x86_64 : NULL;
	return (v->plain.dump.arch != NULL ? 0 :
	    vmcoreinfo_find_arch(ctx, &v->plain.dump, opt));
}

static int
vmware_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct vmware *v;
	int rc;

	if (n > 2 || (n == 2 && vmware_probe(ctx, files[1]) == 0))
		return (ctx_fail(ctx, E_USAGE, "%s goes with one .vmem alone",
		    file_name(files[0])));
	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	v->plain.dump.layer.ops = &plain_ops;
	v->plain.dump.backend = &backend_vmware;
	v->plain.dump.complete = true;
	v->file = files[0];
	arena_init(&v->plain.dump.arena);
	rc = set_up(v, ctx, files, n, opt);
	if (rc != 0) {
		plain_fini(&v->plain);
		free(v);
		return (rc);
	}
	v->plain.dump.nfiles = n;
	*ret = &v->plain.dump;
	return (0);
}

static const char *
vmware_format(const struct dump *d)
{
	return (d->nfiles > 1 ? "VMware (vmem)" : "VMware");
}
