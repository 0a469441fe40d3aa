/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing to the memory of a dump in its file, and nowhere else. */
#include "tests/unit/unit.h"

#include "engine/backend/backend.h"
#include "tests/mk/mk_elf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct dumped {
	char		 path[64];
	struct buf	 b;
	struct mk_elf_map map;
	struct dump	*dump;
	struct memory	 mem;
	struct ctx	 ctx;
};

static void
make(struct dumped *d, const struct mk_load *loads)
{
	const struct mk_note note[] = {
		{ "VMCOREINFO", 0, "OSRELEASE=1\n", 12 }, { 0 },
	};
	const struct mk_elf e = { .loads = loads, .notes = note };
	int fd;

	memset(d, 0, sizeof(*d));
	ctx_init(&d->ctx);
	mk_elf(&d->b, &e, &d->map);
	snprintf(d->path, sizeof(d->path), "/tmp/kpeek-write-XXXXXX");
	fd = mkstemp(d->path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, d->b.p, d->b.len), d->b.len);
	close(fd);
}

static void
reopen(struct dumped *d, bool writable)
{
	struct file *f;

	assert_int_equal(file_open(&d->ctx, d->path, NULL, &f), 0);
	assert_int_equal(dump_open(&d->ctx, &f, 1, NULL, &d->dump), 0);
	if (writable)
		file_allow_write(f);
	mem_init(&d->mem, &d->dump->layer, NULL);
}

static void
finish(struct dumped *d)
{
	mem_fini(&d->mem);
	unlink(d->path);
	buf_fini(&d->b);
	ctx_fini(&d->ctx);
}

/* How many bytes of the file differ from how it was made. */
static size_t
changed(struct dumped *d)
{
	uint8_t *now;
	size_t i, n;
	FILE *f;

	f = fopen(d->path, "r");
	now = malloc(d->b.len + 1);
	assert_non_null(f);
	assert_non_null(now);
	assert_int_equal(fread(now, 1, d->b.len + 1, f), d->b.len);
	for (i = n = 0; i < d->b.len; i++)
		n += now[i] != (uint8_t)d->b.p[i];
	free(now);
	fclose(f);
	return (n);
}

static void
reads(struct dumped *d, uint64_t pa, const char *want)
{
	char got[64];

	assert_int_equal(mem_read(&d->ctx, &d->mem, pa, got, strlen(want)), 0);
	assert_memory_equal(got, want, strlen(want));
}

static void
in_place(void **state)
{
	const struct mk_load loads[] = {
		{ .pa = 0x1000, .file = 0x1000, .mem = 0x2000 },
		{ .pa = 0x8000, .file = 0x1000 }, { .pa = 0x9000, .file = 0x800 },
		{ 0 },
	};
	struct dumped d, other;

	(void)state;
	make(&d, loads);
	reopen(&d, false);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0, NULL, 0), E_RESTRICTED);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x1000, "x", 1),
	    E_RESTRICTED);
	assert_int_equal(d.ctx.err.addr, 0x1000);
	mem_fini(&d.mem);
	reopen(&d, true);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0, NULL, 0), 0);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x1004, "abc", 3), 0);
	reads(&d, 0x1004, "abc");
	/* Over two segments that lie side by side. */
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x8ffe, "wxyz", 4), 0);
	reads(&d, 0x8ffe, "wxyz");
	assert_int_equal(changed(&d), 7);
	/* A part of it is missing: nothing is written. */
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x1ffe, "wxyz", 4),
	    E_NOT_IN_DUMP);
	assert_int_equal(d.ctx.err.addr, 0x2000);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x97fd, "wxyz", 4),
	    E_NOT_IN_DUMP);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x4000, "w", 1),
	    E_NOT_IN_DUMP);
	assert_int_equal(changed(&d), 7);
	/* Another one that writes is kept out, one that reads is not. */
	other = d;
	reopen(&other, true);
	assert_int_equal(mem_write(&d.ctx, &other.mem, 0x1004, "x", 1),
	    E_RESTRICTED);
	assert_non_null(strstr(d.ctx.err.text, "locked"));
	reads(&other, 0x1004, "abc");
	mem_fini(&other.mem);
	finish(&d);
}

/* /proc/vmcore has the kernel's text twice: all copies are written. */
static void
both_copies(void **state)
{
	const struct mk_load loads[] = {
		{ .pa = 0x1000, .file = 0x3000 },
		{ .pa = 0x2000, .file = 0x1000 },
		{ .pa = 0x2800, .file = 0x2000 },
		{ 0 },
	};
	struct dumped d;

	(void)state;
	make(&d, loads);
	reopen(&d, true);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x2ffe, "wxyz", 4), 0);
	reads(&d, 0x2ffe, "wxyz");
	/* 4 in the first, 2 in the second, 4 in the third. */
	assert_int_equal(changed(&d), 10);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x1000, "w", 1), 0);
	assert_int_equal(changed(&d), 11);
	finish(&d);
}

/* A segment that claims the file's own headers, or its notes. */
static void
never_headers(void **state)
{
	const struct mk_load loads[] = {
		{ .pa = 0x10000, .file = 0x3000 }, { .pa = 0x20000, .file = 0x1000 },
		{ 0 },
	};
	struct dumped d;
	uint64_t off, end, pa;
	uint8_t was;
	int fd;

	(void)state;
	make(&d, loads);
	/* p_offset of the first PT_LOAD, behind PT_NOTE: ELF-64, little. */
	memset(d.b.p + d.map.phoff + d.map.phentsize + 8, 0, 8);
	fd = open(d.path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, d.b.p, d.b.len), d.b.len);
	close(fd);
	reopen(&d, true);
	end = d.map.phoff + d.map.phnum * d.map.phentsize;
	for (off = 0; off < end; off += 7)
		assert_int_equal(mem_write(&d.ctx, &d.mem, 0x10000 + off, "w",
		    1), E_RESTRICTED);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x10000 + d.map.notes, "w",
	    1), E_RESTRICTED);
	assert_int_equal(mem_write(&d.ctx, &d.mem, 0x10000 + d.map.notes +
	    d.map.notes_len - 1, "w", 1), E_RESTRICTED);
	assert_int_equal(changed(&d), 0);
	/* The first byte behind the notes is memory. */
	pa = 0x10000 + d.map.notes + d.map.notes_len;
	assert_int_equal(mem_read(&d.ctx, &d.mem, pa, &was, 1), 0);
	was ^= 1;
	assert_int_equal(mem_write(&d.ctx, &d.mem, pa, &was, 1), 0);
	assert_int_equal(changed(&d), 1);
	finish(&d);
}

UNIT_MAIN(UNIT(in_place), UNIT(both_copies), UNIT(never_headers))
