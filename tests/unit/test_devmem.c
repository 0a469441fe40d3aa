/* SPDX-License-Identifier: BSD-2-Clause */
/* /dev/mem, by a file in its place: one that is short refuses what it lacks. */
#include "tests/unit/unit.h"

#include "engine/backend/devmem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char map[] =
    "00000000-00000fff : Reserved\n"
    "00001000-0009fbff : System RAM\n"
    "000a0000-000bffff : PCI Bus 0000:00\n"
    "000f0000-000fffff : System ROM\n"
    "00100000-001fffff : System RAM\n"
    "  00110000-0011ffff : Kernel code\n"
    "fed1c000-fed1ffff : Reserved\n";

struct machine {
	struct ctx	 ctx;
	struct memory	 mem;
	struct dump	*dump;
	char		 device[40], map[40];
};

static void
make(char path[40], const void *p, size_t n)
{
	int fd;

	strcpy(path, "/tmp/kpeek-devmem.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd != -1);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	close(fd);
}

static int
open_machine(struct machine *m, size_t size, const char *text)
{
	uint8_t *bytes = malloc(size);
	int rc;

	memset(m, 0, sizeof(*m));
	ctx_init(&m->ctx);
	memset(bytes, 0x5a, size);
	make(m->device, bytes, size);
	make(m->map, text, strlen(text));
	free(bytes);
	rc = devmem_open_at(&m->ctx, m->device, m->map, &m->dump);
	if (rc == 0)
		mem_init(&m->mem, &m->dump->layer, NULL);
	return (rc);
}

static void
close_machine(struct machine *m)
{
	if (m->mem.top != NULL)
		mem_fini(&m->mem);
	unlink(m->device);
	unlink(m->map);
	ctx_fini(&m->ctx);
}

static void
closed(void **state)
{
	struct machine m;
	struct mem_range r;
	uint8_t buf[16];

	(void)state;
	/* Nothing above the first MiB can be had. */
	assert_int_equal(open_machine(&m, 0x100000, map), 0);
	assert_false(m.dump->complete);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0x100000, buf, 8),
	    E_RESTRICTED);
	/* There such a kernel gives zeros: they are not asked for. */
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0x2000, buf, 8),
	    E_RESTRICTED);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0xffc, buf, 8),
	    E_RESTRICTED);
	assert_int_equal(m.ctx.err.addr, 0x1000);
	/* A write is sent, and held against what such a kernel answers. */
	assert_int_equal(mem_answer(&m.ctx, &m.mem, 0x2000, buf, 1), 0);
	assert_int_equal(buf[0], 0x5a);
	assert_int_equal(mem_write(&m.ctx, &m.mem, 0x2000, "x", 1), 0);
	assert_int_equal(mem_answer(&m.ctx, &m.mem, 0x2000, buf, 1), 0);
	assert_int_equal(buf[0], 'x');
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0x2000, buf, 1),
	    E_RESTRICTED);
	/* Nothing is sent to what is closed by an error, nor asked of it. */
	assert_int_equal(mem_write(&m.ctx, &m.mem, 0x100000, "x", 1),
	    E_RESTRICTED);
	assert_int_equal(mem_answer(&m.ctx, &m.mem, 0x100000, buf, 1),
	    E_RESTRICTED);
	assert_int_equal(mem_answer(&m.ctx, &m.mem, 0x10, buf, 1),
	    E_RESTRICTED);
	assert_int_equal(mem_answer(&m.ctx, &m.mem, 0x9fbff, buf, 2),
	    E_RESTRICTED);
	/* What only page tables could lead to is closed with them. */
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0xffffffff81000000, buf, 8),
	    E_RESTRICTED);
	assert_int_equal(m.ctx.err.addr, 0xffffffff81000000);
	/* Firmware is open, devices are left alone. */
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0x10, buf, 8), 0);
	assert_int_equal(buf[0], 0x5a);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0xf1000, buf, 8), 0);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0xa0000, buf, 8),
	    E_NOT_IN_DUMP);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0xfed1c000, buf, 8),
	    E_NOT_IN_DUMP);
	assert_int_equal(mem_write(&m.ctx, &m.mem, 0x20, "abc", 3), 0);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0x20, buf, 3), 0);
	assert_memory_equal(buf, "abc", 3);
	assert_int_equal(mem_range(&m.ctx, &m.mem, 0, &r), 0);
	assert_true(r.end == 0x1000 && r.status == 0);
	assert_int_equal(mem_range(&m.ctx, &m.mem, 0x1000, &r), 0);
	assert_true(r.end == 0x9fc00 && r.status == E_RESTRICTED);
	assert_int_equal(mem_range(&m.ctx, &m.mem, 0xa0000, &r), 0);
	assert_true(r.end == 0xf0000 && r.status == E_NOT_IN_DUMP);
	close_machine(&m);
}

static void
open_kernel(void **state)
{
	struct machine m;
	uint8_t buf[16];

	(void)state;
	assert_int_equal(open_machine(&m, 0x200000, map), 0);
	assert_true(m.dump->complete);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0x100000, buf, 8), 0);
	assert_int_equal(mem_read(&m.ctx, &m.mem, 0x2000, buf, 8), 0);
	close_machine(&m);
}

static void
refusals(void **state)
{
	struct machine m;

	(void)state;
	assert_int_equal(open_machine(&m, 4096,
	    "00000000-00000000 : System RAM\n"), E_RESTRICTED);
	close_machine(&m);
	ctx_init(&m.ctx);
	assert_int_equal(devmem_open(&m.ctx, "ory", &m.dump), E_NOT_FOUND);
	ctx_fini(&m.ctx);
}

UNIT_MAIN(UNIT(closed), UNIT(open_kernel), UNIT(refusals))
