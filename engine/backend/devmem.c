/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/devmem.h"

#include "base/vec.h"
#include "engine/backend/ranges.h"

#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE		UINT64_C(4096)
#define LOW		UINT64_C(0x100000)	/* where the rules differ */
#define PHYS_END	(UINT64_C(1) << 52)	/* x86-64 and arm64 */
#define MAP_MAX		((size_t)1 << 20)

struct devmem {
	struct dump	 dump;		/* first: is a layer */
	const char	*device;
	int		 fd;
	atomic_int	 to;		/* the same for writing, or -1 */
	bool		 strict;	/* System RAM is closed */
	struct ranges	 ram, other;	/* other: tables and ROMs of firmware */
};

static const char *devmem_format(const struct dump *);
static int	devmem_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	devmem_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	devmem_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static int	devmem_write(struct mem_layer *, struct ctx *, uint64_t,
		    const void *, size_t);
static int	devmem_answer(struct mem_layer *, struct ctx *, uint64_t,
		    void *, size_t);
static void	devmem_close(struct mem_layer *);

static const struct backend backend_devmem = {
	.name = "/dev/mem",
	.format = devmem_format,
};

static const struct mem_layer_ops devmem_ops = {
	.name = "/dev/mem",
	.read = devmem_read,
	.extent = devmem_extent,
	.range = devmem_range,
	.write = devmem_write,
	.answer = devmem_answer,
	.close = devmem_close,
};

static const char *
devmem_format(const struct dump *d)
{
	return (((const struct devmem *)d)->strict ?
	    "/dev/mem (without System RAM)" : "/dev/mem");
}

static int
read_map(struct ctx *ctx, const char *path, struct buf *b)
{
	char part[4096];
	ssize_t n;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (ctx_fail_errno(ctx, E_RESTRICTED, "%s", path));
	for (rc = 0; rc == 0 && (n = read(fd, part, sizeof(part))) > 0;) {
		buf_add(b, part, (size_t)n);
		if (b->len > MAP_MAX || b->bad)
			rc = ctx_fail(ctx, E_LIMIT, "%s does not end", path);
	}
	close(fd);
	return (rc);
}

/* Is the System RAM of the kernel closed?  One page of it tells. */
static void
try_ram(struct devmem *d)
{
	uint64_t pa;
	size_t i;
	char byte;

	for (i = 0; i < d->ram.n; i++) {
		pa = d->ram.v[i].start < LOW ? LOW : d->ram.v[i].start;
		if (pa < d->ram.v[i].end) {
			d->strict = pread(d->fd, &byte, 1, (off_t)pa) != 1;
			return;
		}
	}
}

static int
learn(struct ctx *ctx, struct devmem *d, const char *map)
{
	struct utsname uts;
	struct buf b = { 0 };
	int rc;

	rc = read_map(ctx, map, &b);
	if (rc == 0)
		rc = ranges_of_iomem(ctx, &d->ram, &d->other, buf_text(&b));
	buf_fini(&b);
	/* To others than root every range is 0-0. */
	if (rc == 0 && d->ram.n == 0)
		rc = ctx_fail(ctx, E_RESTRICTED, "%s shows no addresses: run "
		    "kpeek as root", map);
	if (rc != 0)
		return (rc);
	try_ram(d);
	if (uname(&uts) == 0)
		d->dump.arch = arch_by_name(uts.machine);
	d->dump.complete = !d->strict;
	if (d->strict)
		d->dump.incomplete = "the kernel closes System RAM to /dev/mem "
		    "(CONFIG_STRICT_DEVMEM); /proc/kcore, which kpeek opens "
		    "without a file, shows it";
	return (0);
}

int
devmem_open_at(struct ctx *ctx, const char *device, const char *map,
    struct dump **ret)
{
	struct devmem *d;
	int rc;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	d->dump.layer.ops = &devmem_ops;
	d->dump.backend = &backend_devmem;
	d->to = -1;
	arena_init(&d->dump.arena);
	d->device = arena_strdup(&d->dump.arena, device);
	d->fd = open(device, O_RDONLY | O_CLOEXEC);
	rc = d->fd == -1 ? ctx_fail_errno(ctx, errno == ENOENT ? E_NOT_FOUND :
	    E_RESTRICTED, "%s", device) : learn(ctx, d, map);
	if (rc != 0) {
		devmem_close(&d->dump.layer);
		return (rc);
	}
	*ret = &d->dump;
	return (0);
}

int
devmem_open(struct ctx *ctx, const char *address, struct dump **ret)
{
	if (address[0] != '\0')
		return (ctx_fail(ctx, E_NOT_FOUND, "/dev/mem%s: no such "
		    "device", address));
	return (devmem_open_at(ctx, "/dev/mem", "/proc/iomem", ret));
}

static void
devmem_close(struct mem_layer *l)
{
	struct devmem *d = (struct devmem *)l;

	if (d->fd != -1)
		close(d->fd);
	if (d->to != -1)
		close(d->to);
	ranges_fini(&d->ram);
	ranges_fini(&d->other);
	arena_fini(&d->dump.arena);
	free(d);
}

/* May these bytes be asked for, and how many of them alike? */
static int
allowed(const struct devmem *d, uint64_t pa, uint64_t *len)
{
	*len = ranges_here(&d->ram, pa);
	if (*len > 0)
		return (d->strict ? E_RESTRICTED : 0);
	*len = ranges_here(&d->other, pa);
	if (*len > 0)
		return (0);
	/* One of the kernel's addresses: its page tables are closed. */
	return (d->strict && pa >= PHYS_END ? E_RESTRICTED : E_NOT_IN_DUMP);
}

static int
refuse(struct ctx *ctx, int status, uint64_t pa)
{
	if (pa >= PHYS_END)
		return (ctx_fail_at(ctx, status, pa, "0x%llx is an address of "
		    "the kernel, whose page tables lie in System RAM, which is "
		    "closed to /dev/mem", (unsigned long long)pa));
	return (ctx_fail_at(ctx, status, pa, status == E_RESTRICTED ?
	    "physical 0x%llx is System RAM, which the kernel closes to "
	    "/dev/mem" : "physical 0x%llx is no memory, or a device",
	    (unsigned long long)pa));
}

static int
devmem_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct devmem *d = (struct devmem *)l;
	uint64_t len;
	size_t part;
	ssize_t got;
	int rc;

	for (; n > 0; n -= part) {
		rc = allowed(d, pa, &len);
		if (rc != 0)
			return (refuse(ctx, rc, pa));
		/* Each page has its own answer. */
		part = (size_t)(PAGE - (pa & (PAGE - 1)));
		if (part > len)
			part = (size_t)len;
		if (part > n)
			part = n;
		got = pread(d->fd, buf, part, (off_t)pa);
		if (got != (ssize_t)part) {
			if (got == -1 && errno != EPERM && errno != EFAULT) {
				ctx_fail_errno(ctx, E_IO, "/dev/mem at 0x%llx",
				    (unsigned long long)pa);
				ctx->err.addr = pa;
				return (E_IO);
			}
			return (refuse(ctx, E_RESTRICTED, pa));
		}
		pa += part;
		buf = (char *)buf + part;
	}
	return (0);
}

/* Below 1 MiB RAM is closed by answers that are none, see devmem.h. */
static uint64_t
is_feigned(const struct devmem *d, uint64_t pa)
{
	const uint64_t len = d->strict && pa < LOW ?
	    ranges_here(&d->ram, pa) : 0;

	return (len < LOW - pa ? len : LOW - pa);
}

static int
devmem_answer(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf,
    size_t n)
{
	struct devmem *d = (struct devmem *)l;

	return (is_feigned(d, pa) >= n && pread(d->fd, buf, n, (off_t)pa) ==
	    (ssize_t)n ? 0 : refuse(ctx, E_RESTRICTED, pa));
}

static int
devmem_write(struct mem_layer *l, struct ctx *ctx, uint64_t pa, const void *p,
    size_t n)
{
	struct devmem *d = (struct devmem *)l;
	uint64_t len;
	size_t part;
	int rc;

	if (n > 0 && d->to == -1 && d->device != NULL)
		d->to = open(d->device, O_WRONLY | O_CLOEXEC);
	if (n > 0 && d->to == -1)
		return (ctx_fail_errno(ctx, E_RESTRICTED, "/dev/mem, for "
		    "writing"));
	for (; n > 0; n -= part) {
		len = is_feigned(d, pa);
		rc = len > 0 ? 0 : allowed(d, pa, &len);
		if (rc != 0)
			return (refuse(ctx, rc, pa));
		part = (size_t)(PAGE - (pa & (PAGE - 1)));
		if (part > len)
			part = (size_t)len;
		if (part > n)
			part = n;
		if (pwrite(d->to, p, part, (off_t)pa) != (ssize_t)part)
			return (refuse(ctx, E_RESTRICTED, pa));
		pa += part;
		p = (const char *)p + part;
	}
	return (0);
}

static int
devmem_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	(void)l;
	(void)e;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "/dev/mem is copied"));
}

static int
devmem_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	struct devmem *d = (struct devmem *)l;
	struct mem_range other;
	int rc;

	(void)ctx;
	rc = ranges_find(&d->ram, pa, r);
	if (rc == 0 && r->status == 0) {
		r->status = d->strict ? E_RESTRICTED : 0;
		return (0);
	}
	/* A hole of the one up to what the other has. */
	if (ranges_find(&d->other, pa, &other) != 0)
		return (rc);
	if (rc == 0 && other.end > r->end)
		other.end = r->end;
	*r = other;
	return (0);
}
