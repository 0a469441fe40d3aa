/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A real dump, damaged: cut short, and with bytes changed where the headers,
 * the page tables, the symbols and the types lie.  Opening it and listing its
 * processes ends, one way or the other.  DUMP names the dump, else it is the
 * demo of the build folder.
 */
#include "tests/unit/unit.h"

#include "engine/os/os.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SIZE_MAX_HERE	(64 << 20)	/* of a dump that was not asked for */
#define SECONDS		60		/* for one damaged dump */

static char copy[64];
static uint64_t copy_size;

static bool
make_copy(void)
{
	static uint8_t buf[1 << 16];
	char path[512];
	const char *dump, *build;
	struct stat st;
	ssize_t n;
	int in, out;

	dump = getenv("DUMP");
	build = getenv("BUILDDIR");
	snprintf(path, sizeof(path), "%s/demo.elf", build != NULL ? build :
	    "build");
	if (dump == NULL || *dump == '\0')
		dump = path;
	in = open(dump, O_RDONLY);
	if (in == -1 || fstat(in, &st) == -1 ||
	    (dump == path && st.st_size > SIZE_MAX_HERE)) {
		if (in != -1)
			close(in);
		return (false);
	}
	strcpy(copy, "/tmp/kpeek-corrupt.XXXXXX");
	out = mkstemp(copy);
	assert_int_not_equal(out, -1);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		assert_int_equal(write(out, buf, (size_t)n), n);
	close(in);
	close(out);
	copy_size = (uint64_t)st.st_size;
	return (true);
}

static uint64_t
rnd(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (*x);
}

static int
count(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	(void)ctx;
	(void)p;
	++*(size_t *)arg;
	return (0);
}

/* Open, list, close; whether a system was found, and whose processes. */
static size_t
open_and_list(uint64_t places[2])
{
	struct kernel_options opt;
	const struct symbol *s;
	const char *path = copy;
	struct timespec ts;
	struct pt_result pt;
	struct mem_range r;
	struct kernel *k;
	struct ctx ctx;
	size_t n;
	int rc;

	memset(&opt, 0, sizeof(opt));
	ctx_init(&ctx);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ctx.deadline = ((uint64_t)ts.tv_sec + SECONDS) * 1000000000u;
	n = 0;
	rc = kernel_open(&ctx, &path, 1, &opt, &k);
	assert_int_not_equal(rc, E_CANCELLED);
	if (rc == 0) {
		rc = os_procs(&ctx, k, OS_THREADS, count, &n);
		assert_int_not_equal(rc, E_CANCELLED);
		/* Where BTF and the page tables lie in the file. */
		s = sym_find(&k->symbols, "__start_BTF");
		if (places != NULL && s != NULL && space_translate(&ctx,
		    &k->space, s->addr, &pt) == 0 && mem_range(&ctx, &k->mem,
		    pt.phys, &r) == 0)
			places[0] = r.file_offset;
		if (places != NULL && k->os != NULL && mem_range(&ctx, &k->mem,
		    k->space.root, &r) == 0)
			places[1] = r.file_offset;
		kernel_close(k);
	} else
		assert_true(ctx.err.text[0] != '\0');
	ctx_fini(&ctx);
	return (n);
}

static void
flips_and_cuts(void **state)
{
	uint64_t seed, at, base, old, new, places[2];
	size_t i, found;
	int fd;

	(void)state;
	if (!make_copy())
		unit_skip("no demo.elf in the build folder, no DUMP");
	alarm(800);
	memset(places, 0, sizeof(places));
	found = open_and_list(places);
	assert_true(found > 0);
	fd = open(copy, O_RDWR);
	assert_int_not_equal(fd, -1);
	for (i = 0, seed = 0x9e3779b97f4a7c15; i < 200; i++) {
		base = i % 4 == 0 ? 0 : i % 4 == 1 ? places[0] :
		    i % 4 == 2 ? places[1] : rnd(&seed) % copy_size;
		at = base + rnd(&seed) % (i % 8 < 4 ? 4096 : 1 << 20);
		if (at + 8 > copy_size)
			continue;
		assert_int_equal(pread(fd, &old, 8, (off_t)at), 8);
		new = i % 3 == 0 ? rnd(&seed) : i % 3 == 1 ? UINT64_MAX :
		    old ^ UINT64_C(1) << rnd(&seed) % 64;
		assert_int_equal(pwrite(fd, &new, 8, (off_t)at), 8);
		(void)open_and_list(NULL);
		assert_int_equal(pwrite(fd, &old, 8, (off_t)at), 8);
	}
	assert_int_equal(open_and_list(NULL), found);
	for (i = 20; i > 0; i--) {
		assert_int_equal(ftruncate(fd, (off_t)(i > 4 ? copy_size / 21 *
		    i : i * 50)), 0);
		(void)open_and_list(NULL);
	}
	close(fd);
	unlink(copy);
	alarm(0);
}

UNIT_MAIN(UNIT(flips_and_cuts))
