/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two real minidumps, of FreeBSD 14 on amd64 and arm64, cut down to what a
 * debugger once read of them (of LLDB's tests).  "make fetch-data DIR=..." puts
 * them in place.  Addresses are those of the kernel files beside them.
 */
#include "engine/backend/backend.h"
#include "engine/memory/space.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PID, COMM, LIST, THREADS, TID, NAME, PLIST, OFFSETS };

struct real {
	const char *name;
	uint64_t    hz, hz_value, allproc;
	uint64_t    at[OFFSETS];	/* where the kernel exports them */
	unsigned    version, threads;
	const char *first, *second;	/* of the list of threads */
	uint64_t    sp;			/* on a stack, or 0 */
};

static const struct real amd64 = {
	.name = "vmcore-amd64-minidump", .hz = 0xffffffff81cd4c0c,
	.hz_value = 100, .allproc = 0xffffffff81c9a2f0,
	.at = { 0xffffffff815ca620, 0xffffffff815ca624, 0xffffffff815ca628,
	    0xffffffff815ca630, 0xffffffff815ca634, 0xffffffff815ca638,
	    0xffffffff815ca644 },
	.version = 3, .threads = 16, .first = "800 sysctl sysctl",
	.second = "28 pagedaemon dom0", .sp = 0xfffffe00798c4748,
};

static const struct real arm64 = {
	.name = "vmcore-arm64-minidump", .hz = 0xffff000000e2651c,
	.hz_value = 1000, .allproc = 0xffff000000de7230,
	.at = { 0xffff00000096bc2c, 0xffff00000096bc30, 0xffff00000096bc34,
	    0xffff00000096bc3c, 0xffff00000096bc40, 0xffff00000096bc44,
	    0xffff00000096bc50 },
	.version = 2, .threads = 10, .first = "939 sysctl sysctl",
	.second = "21 syncer syncer",
};

static unsigned
list_threads(struct ctx *ctx, struct space *sp, const struct real *r)
{
	char comm[20], name[20], text[64];
	uint32_t off[OFFSETS], pid;
	uint64_t proc, thread;
	unsigned n;
	int i;

	for (i = 0; i < OFFSETS; i++)
		assert_int_equal(space_u32(ctx, sp, r->at[i], &off[i]), 0);
	assert_int_equal(space_ptr(ctx, sp, r->allproc, &proc), 0);
	for (n = 0; proc != 0 && n < 100;) {
		assert_int_equal(space_u32(ctx, sp, proc + off[PID], &pid), 0);
		assert_int_equal(space_text(ctx, sp, proc + off[COMM], comm,
		    sizeof(comm)), 0);
		assert_int_equal(space_ptr(ctx, sp, proc + off[THREADS],
		    &thread), 0);
		for (; thread != 0 && n < 100; n++) {
			assert_int_equal(space_text(ctx, sp, thread +
			    off[NAME], name, sizeof(name)), 0);
			snprintf(text, sizeof(text), "%u %s %s", pid, comm,
			    name);
			if (n == 0)
				assert_string_equal(text, r->first);
			else if (n == 1)
				assert_string_equal(text, r->second);
			assert_int_equal(space_ptr(ctx, sp, thread +
			    off[PLIST], &thread), 0);
		}
		assert_int_equal(space_ptr(ctx, sp, proc + off[LIST], &proc), 0);
	}
	return (n);
}

static void
look(const struct real *r)
{
	const char *src = getenv("SRCDIR");
	struct memory mem;
	struct space sp;
	struct file *f;
	struct dump *d;
	struct ctx ctx;
	char path[1024];
	uint64_t v;

	snprintf(path, sizeof(path), "%s/tests/data/freebsd/%s",
	    src != NULL ? src : ".", r->name);
	if (access(path, R_OK) != 0) {
		unit_skip("no real FreeBSD dump: make fetch-data DIR=...");
		return;
	}
	ctx_init(&ctx);
	assert_int_equal(file_open(&ctx, path, NULL, &f), 0);
	assert_int_equal(dump_open(&ctx, &f, 1, NULL, &d), 0);
	assert_int_equal(d->version, r->version);
	assert_false(d->complete);	/* the end was cut off */
	mem_init(&mem, &d->layer, NULL);
	space_init(&sp, &mem, d->form, d->root, d->arch->be, d->arch->ptr_size);
	assert_int_equal(space_uint(&ctx, &sp, r->hz, 4, &v), 0);
	assert_int_equal(v, r->hz_value);
	assert_int_equal(list_threads(&ctx, &sp, r), r->threads);
	if (r->sp != 0)
		assert_int_equal(space_uint(&ctx, &sp, r->sp, 8, &v), 0);
	mem_fini(&mem);
	ctx_fini(&ctx);
}

static void
on_amd64(void **state)
{
	(void)state;
	look(&amd64);
}

static void
on_arm64(void **state)
{
	(void)state;
	look(&arm64);
}

UNIT_MAIN(UNIT(on_amd64), UNIT(on_arm64))
