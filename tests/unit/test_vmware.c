/* SPDX-License-Identifier: BSD-2-Clause */
/* VMware's saved machines, with and without a .vmem. */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "engine/backend/backend.h"
#include "tests/mk/mk_vmware.h"

#include <stdlib.h>
#include <string.h>

#define PAGES	8u
#define PAGE	4096u

static uint8_t memory[PAGES * PAGE];	/* each page is its number */

static const struct mk_region regions[] = {
	{ 0, 0, 3 }, { 3, 0x100000, 5 }, { 0 },
};
static const uint64_t cr3[] = { 0x1000, 0x2abc000, 0 };

struct image {
	struct ctx	 ctx;
	struct buf	 b;
	struct file	*files[2];
	size_t		 n;
	struct dump	*dump;
	struct memory	 mem;
};

/* The first n bytes of the saved state (0: all), with a .vmem of so many. */
static int
open_image(struct image *im, const struct mk_vmware *v, size_t n, size_t vmem,
    bool vmem_first)
{
	const size_t state = vmem > 0 && vmem_first;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(memory); i++)
		memory[i] = (uint8_t)(i / PAGE + 1);
	memset(im, 0, sizeof(*im));
	ctx_init(&im->ctx);
	mk_vmware(&im->b, v);
	assert_int_equal(file_of_bytes(&im->ctx, "x.vmss", im->b.p, n > 0 ? n :
	    im->b.len, &im->files[state]), 0);
	im->n = vmem > 0 ? 2 : 1;
	if (vmem > 0)
		assert_int_equal(file_of_bytes(&im->ctx, "x.vmem", memory,
		    vmem, &im->files[!state]), 0);
	rc = dump_open(&im->ctx, im->files, im->n, NULL, &im->dump);
	if (rc == 0)
		mem_init(&im->mem, &im->dump->layer, NULL);
	return (rc);
}

static void
finish(struct image *im)
{
	size_t i;

	if (im->dump != NULL)
		mem_fini(&im->mem);
	for (i = 0; im->dump == NULL && i < im->n; i++)
		file_close(im->files[i]);
	buf_fini(&im->b);
	ctx_fini(&im->ctx);
}

/* What the byte at pa is, or why there is none. */
static int
byte_at(struct image *im, uint64_t pa)
{
	uint8_t byte;
	int rc;

	rc = mem_read(&im->ctx, &im->mem, pa, &byte, 1);
	return (rc == 0 ? byte : rc);
}

static void
check_regions(struct image *im)
{
	assert_int_equal(byte_at(im, 0), 1);
	assert_int_equal(byte_at(im, 2 * PAGE + 5), 3);
	assert_int_equal(byte_at(im, 3 * PAGE), E_NOT_IN_DUMP);
	assert_int_equal(byte_at(im, UINT64_C(0x100000000)), 4);
	assert_int_equal(byte_at(im, UINT64_C(0x100004fff)), 8);
	assert_int_equal(byte_at(im, UINT64_C(0x100005000)), E_NOT_IN_DUMP);
}

static void
every_version(void **state)
{
	static const uint32_t magics[] = {
		0xbed2bed0, 0xbad1bad1, 0xbed2bed2, 0xbed3bed3,
	};
	struct mk_vmware v = { .regions = regions, .cr3 = cr3 };
	struct image im;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		v.magic = magics[i];
		v.memory = NULL;
		assert_int_equal(open_image(&im, &v, 0, sizeof(memory), i % 2),
		    0);
		assert_true(im.dump->complete);
		assert_string_equal(im.dump->backend->format(im.dump),
		    "VMware (vmem)");
		assert_ptr_equal(im.dump->arch, &arch_x86_64);
		assert_int_equal(im.dump->ncpus, 2);
		assert_int_equal(im.dump->cpus[1].root, 0x2abc000);
		assert_int_equal(im.dump->cpus[1].paging, 0x6f0);
		check_regions(&im);
		finish(&im);
		v.memory = memory;
		v.size = sizeof(memory);
		assert_int_equal(open_image(&im, &v, 0, 0, false), 0);
		assert_string_equal(im.dump->backend->format(im.dump),
		    "VMware");
		check_regions(&im);
		finish(&im);
	}
}

static void
without_regions(void **state)
{
	const struct mk_vmware v = { .magic = 0xbed2bed2, .cr3 = cr3 };
	struct image im;

	(void)state;
	assert_int_equal(open_image(&im, &v, 0, sizeof(memory), true), 0);
	assert_int_equal(byte_at(&im, 7 * PAGE), 8);
	assert_int_equal(byte_at(&im, 8 * PAGE), E_NOT_IN_DUMP);
	finish(&im);
}

static void
damaged(void **state)
{
	static const struct mk_region far[] = {
		{ 0, 0, 1 }, { 0xffffffff, 0xffffffff, 0xffffffff }, { 0 },
	};
	struct mk_vmware v = { .magic = 0xbed2bed2, .regions = regions,
	    .cr3 = cr3 };
	struct image im;
	size_t n, len;

	(void)state;
	/* Without memory, with memory that is packed, with two states. */
	assert_int_equal(open_image(&im, &v, 0, 0, false), E_USAGE);
	assert_non_null(strstr(im.ctx.err.text, ".vmem"));
	len = im.b.len;
	finish(&im);
	v.memory = memory;
	v.size = sizeof(memory);
	v.packed = true;
	assert_int_equal(open_image(&im, &v, 0, 0, false), E_UNSUPPORTED);
	finish(&im);
	v.memory = NULL;
	v.packed = false;
	/* A .vmem that was cut short. */
	assert_int_equal(open_image(&im, &v, 0, 5 * PAGE, false), 0);
	assert_false(im.dump->complete);
	assert_int_equal(byte_at(&im, UINT64_C(0x100001000)), 5);
	assert_int_equal(byte_at(&im, UINT64_C(0x100002000)), E_TRUNCATED);
	finish(&im);
	/* The state cut at every byte: it ends, and what is said is true. */
	for (n = 13; n < len; n++) {
		if (open_image(&im, &v, n, sizeof(memory), false) == 0)
			assert_int_equal(byte_at(&im, 0), 1);
		finish(&im);
	}
	/* Regions far away. */
	v.regions = far;
	assert_int_equal(open_image(&im, &v, 0, sizeof(memory), false), 0);
	assert_false(im.dump->complete);
	assert_int_equal(byte_at(&im, 0), 1);
	finish(&im);
}

UNIT_MAIN(UNIT(every_version), UNIT(without_regions), UNIT(damaged))
