/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What FreeBSD keeps for each CPU and each network stack, by kvm(3): a hand-made
 * dump, symbols by a resolver.
 */
#include "base/bytes.h"
#include "tests/mk/mk_minidump.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DMAP	UINT64_C(0xfffff80000000000)
#define PHYS	UINT64_C(0x10000)
#define BASE	(DMAP + PHYS)
#define SLOT	4096			/* bytes of a CPU's slot, without types */

/* In the memory of eight pages; struct pcpu of CPU n is page 1 + n. */
enum { MAXID = 0, NCPUS = 4, TABLE = 8, DPCPU_OFF = 48, CP_TIME = 80,
    VNET0 = 128, VNET = 256, SET_PCPU = 512, SET_VNET = 768, COPIES = 5 * 4096,
    STACK = 6 * 4096, ITEM = 64 };

static uint8_t mem[8 * 4096];
static bool has_cp_time;

static int
resolver(const char *name, kvaddr_t *addr)
{
	static const struct {
		const char *name;
		uint64_t    at;
	} names[] = {
		{ "mp_maxid", MAXID }, { "mp_ncpus", NCPUS },
		{ "cpuid_to_pcpu", TABLE }, { "__pcpu", 4096 },
		{ "dpcpu_off", DPCPU_OFF }, { "vnet0", VNET0 },
		{ "pcpu_entry_nws", SET_PCPU + 16 },
		{ "pcpu_entry_outside", SET_PCPU + 256 },
		{ "__start_set_pcpu", SET_PCPU },
		{ "__stop_set_pcpu", SET_PCPU + 128 },
		{ "vnet_entry_ifnet", SET_VNET + 24 },
		{ "vnet_entry_outside", SET_VNET - 8 },
		{ "__start_set_vnet", SET_VNET },
		{ "__stop_set_vnet", SET_VNET + 128 },
	};
	size_t i;

	if (has_cp_time && strcmp(name, "cp_time") == 0) {
		*addr = BASE + CP_TIME;
		return (0);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0) {
			*addr = BASE + names[i].at;
			return (0);
		}
	return (1);
}

static void
put(size_t at, unsigned size, uint64_t v)
{
	store_uint(mem + at, size, false, v);
}

/* Three CPUs, of which 1 is absent. */
static void
fill(void)
{
	unsigned i;

	memset(mem, 0, sizeof(mem));
	put(MAXID, 4, 2);
	put(NCPUS, 4, 3);
	put(TABLE, 8, BASE + 4096);
	put(TABLE + 16, 8, BASE + 3 * 4096);
	for (i = 0; i < 3; i++) {
		put(4096 * (1 + i), 8, 0x1111 * (i + 1));
		put(4096 * (1 + i) + ITEM, 8, 100 << i);
	}
	/* Each CPU's copy of the set, and CPU 2's of this variable. */
	put(DPCPU_OFF, 8, COPIES - SET_PCPU);
	put(DPCPU_OFF + 16, 8, COPIES + 512 - SET_PCPU);
	put(COPIES + 16, 8, 77);
	put(COPIES + 512 + 16, 8, 99);
	for (i = 0; i < 5; i++)
		put(CP_TIME + 8 * i, 8, 1000 + i);
	put(VNET0, 8, BASE + VNET);
	put(VNET + 16, 4, 0x5e4a6f28);
	put(VNET + 32, 8, BASE + STACK);
	put(VNET + 40, 8, (uint64_t)STACK - SET_VNET);
	put(STACK + 24, 8, 4321);
}

static kvm_t *
open_dump(char *path)
{
	static const struct mk_avail avail[] = { { PHYS, PHYS + sizeof(mem) },
	    { 0, 0 } };
	struct mk_page pages[9];
	const struct mk_minidump d = {
		.machine = MK_AMD64, .version = 3, .avail = avail,
		.pages = pages, .kernbase = UINT64_C(0xffffffff80000000),
		.dmapbase = DMAP, .dmapend = DMAP + (UINT64_C(1) << 30),
	};
	char err[_POSIX2_LINE_MAX];
	struct mk_minidump_map map;
	struct buf b = { 0 };
	kvm_t *kd;
	size_t i;
	int fd;

	for (i = 0; i < 8; i++)
		pages[i] = (struct mk_page){ PHYS + i * 4096, mem + i * 4096 };
	pages[8] = (struct mk_page)MK_STOP;
	mk_minidump(&b, &d, &map);
	strcpy(path, "/tmp/kpeek-pcpu.XXXXXX");
	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, b.p, b.len), b.len);
	close(fd);
	buf_fini(&b);
	kd = kvm_open2(NULL, path, O_RDONLY, err, resolver);
	if (kd == NULL)
		print_message("%s\n", err);
	assert_non_null(kd);
	return (kd);
}

static void
done(kvm_t *kd, const char *path)
{
	assert_int_equal(kvm_close(kd), 0);
	unlink(path);
}

static void
cpus(void **state)
{
	char path[64];
	uint64_t v, *copy;
	kvm_t *kd;

	(void)state;
	fill();
	kd = open_dump(path);
	assert_int_equal(kvm_getmaxcpu(kd), 3);
	assert_int_equal(kvm_getncpus(kd), 3);
	copy = kvm_getpcpu(kd, 2);
	assert_true(copy != NULL && copy != (void *)-1);
	if (copy == NULL || copy == (void *)-1)
		return;
	assert_int_equal(copy[0], 0x3333);
	free(copy);
	assert_null(kvm_getpcpu(kd, 1));
	assert_null(kvm_getpcpu(kd, 3));
	assert_null(kvm_getpcpu(kd, -1));
	assert_int_equal(kvm_read_zpcpu(kd, ITEM, &v, 8, 1), 8);
	assert_int_equal(v, 200);
	assert_int_equal(kvm_read_zpcpu(kd, ITEM, &v, 8, -1), -1);
	assert_int_equal(kvm_counter_u64_fetch(kd, ITEM), 700);
	assert_int_equal(kvm_counter_u64_fetch(kd, UINT64_C(1) << 20), 0);
	done(kd, path);
}

static uint64_t
value(kvm_t *kd, const char *name)
{
	struct kvm_nlist list[2] = { { name, 0, 0 }, { NULL, 0, 0 } };
	uint64_t v;

	if (kvm_nlist2(kd, list) != 0)
		return (0);
	assert_int_equal(kvm_read2(kd, list[0].n_value, &v, 8), 8);
	return (v);
}

static void
sets(void **state)
{
	char path[64];
	kvm_t *kd;

	(void)state;
	fill();
	kd = open_dump(path);
	assert_int_equal(value(kd, "nws"), 77);
	assert_int_equal(kvm_dpcpu_setcpu(kd, 2), 0);
	assert_int_equal(value(kd, "nws"), 99);
	assert_int_equal(kvm_dpcpu_setcpu(kd, 1), -1);
	assert_int_equal(kvm_dpcpu_setcpu(kd, 9), -1);
	assert_int_equal(value(kd, "nws"), 99);
	assert_int_equal(value(kd, "outside"), 0);
	assert_int_equal(value(kd, "ifnet"), 4321);
	done(kd, path);
	/* Something else lies where the stack should. */
	put(VNET + 16, 4, 0x12345678);
	kd = open_dump(path);
	assert_int_equal(value(kd, "ifnet"), 0);
	done(kd, path);
}

static void
times(void **state)
{
	char path[64];
	long t[5];
	kvm_t *kd;

	(void)state;
	fill();
	has_cp_time = true;
	kd = open_dump(path);
	assert_int_equal(kvm_getcptime(kd, t), 0);
	assert_int_equal(t[0], 1000);
	assert_int_equal(t[4], 1004);
	assert_int_equal(kvm_getcptime(NULL, t), 0);
	has_cp_time = false;
	assert_int_equal(kvm_getcptime(kd, t), -1);
	assert_non_null(strstr(kvm_geterr(kd), "cp_time"));
	done(kd, path);
}

UNIT_MAIN(UNIT(cpus), UNIT(sets), UNIT(times))
