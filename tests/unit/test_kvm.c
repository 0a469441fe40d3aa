/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvm(3) as its callers know it: what comes back, which text, which errno, on
 * a made FreeBSD minidump.
 */
#include "tests/unit/unit.h"

#include "base/bytes.h"
#include "tests/mk/mk_elf.h"
#include "tests/mk/mk_minidump.h"

#include <errno.h>
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <nlist.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KB	UINT64_C(1024)
#define MB	(KB * 1024)
#define GB	(MB * 1024)
#define KERN	UINT64_C(0xfffffe0000000000)
#define DMAP	UINT64_C(0xfffff80000000000)

static char errbuf[_POSIX2_LINE_MAX];
static char path[64], other[64];
static struct mk_minidump_map map;

/* A file with these bytes. */
static void
file(char *name, const void *bytes, size_t n)
{
	int fd;

	snprintf(name, sizeof(path), "/tmp/test_kvm.XXXXXX");
	fd = mkstemp(name);
	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

/*
 * amd64: KERN maps 0x5000, then nothing, then 0x8000 (not dumped); 2 MiB on, a
 * large page of which three 4 KiB pages are dumped.
 */
static void
minidump(size_t cut)
{
	static uint8_t pt[4096], table[4096];
	static const struct mk_avail avail[] = {
		{ 0x1000, 0x9000 }, { 2 * MB, 4 * MB }, { 0, 0 }
	};
	static const struct mk_page pages[] = {
		{ 0x1000, NULL }, { 0x5000, NULL }, { 0x6000, table },
		{ 0x7000, NULL }, { 2 * MB, NULL }, { 2 * MB + 0x1000, NULL },
		{ 3 * MB, NULL }, MK_STOP
	};
	const struct mk_minidump d = {
		.machine = MK_AMD64, .version = 3, .avail = avail,
		.pages = pages, .pt = pt, .pt_size = 4096, .kernbase = KERN,
		.dmapbase = DMAP, .dmapend = DMAP + 1 * GB,
	};
	struct buf b = { 0 };

	store_uint(pt, 8, false, 0x6003);
	store_uint(pt + 8, 8, false, 2 * MB | 0x83);
	store_uint(table, 8, false, 0x5003);
	store_uint(table + 16, 8, false, 0x8003);
	mk_minidump(&b, &d, &map);
	file(path, b.p, b.len - cut);
	buf_fini(&b);
}

static kvm_t *asked;			/* the resolver uses it */

static int
resolver(const char *name, kvaddr_t *addr)
{
	uint64_t word;

	if (asked != NULL && (kvm_read2(asked, KERN + 8, &word, 8) != 8 ||
	    word != mk_word(0x5008)))
		return (1);
	if (strcmp(name, "word") == 0)
		*addr = KERN + 8;
	else if (strcmp(name, "large") == 0)
		*addr = KERN + 2 * MB;
	else
		return (1);
	return (0);
}

static kvm_t *
open_dump(void)
{
	kvm_t *kd;

	errbuf[0] = '\0';
	kd = kvm_open2(NULL, path, O_RDONLY, errbuf, resolver);
	if (kd == NULL)
		print_message("%s\n", errbuf);
	assert_non_null(kd);
	return (kd);
}

/* Run with stderr to a file; what was written there. */
static const char *
said(void (*fn)(void *), void *arg)
{
	static char text[4096];
	char name[64];
	ssize_t n;
	int fd, old;

	snprintf(name, sizeof(name), "/tmp/test_kvm.XXXXXX");
	fd = mkstemp(name);
	old = dup(2);
	dup2(fd, 2);
	fn(arg);
	dup2(old, 2);
	close(old);
	n = pread(fd, text, sizeof(text) - 1, 0);
	close(fd);
	unlink(name);
	text[n < 0 ? 0 : n] = '\0';
	return (text);
}

static void
refuse(const char *uf, const char *mf, int flags, int error, const char *text)
{
	errbuf[0] = '\0';
	errno = 0;
	assert_null(kvm_openfiles(uf, mf, NULL, flags, errbuf));
	assert_string_equal(errbuf, text);
	if (error != 0)
		assert_int_equal(errno, error);
	/* The buffer may be left out. */
	assert_null(kvm_openfiles(uf, mf, NULL, flags, NULL));
	assert_null(kvm_open2(uf, mf, flags, errbuf, NULL));
	assert_string_equal(errbuf, text);
}

static void
refused(void **state)
{
	char *longname, bytes[64] = "\177ELF";

	(void)state;
	minidump(0);
	refuse(NULL, path, O_WRONLY, EINVAL, "bad flags arg");
	refuse(NULL, path, O_RDONLY | O_APPEND, EINVAL, "bad flags arg");
	refuse(NULL, "/nowhere/core", O_RDONLY, ENOENT,
	    "/nowhere/core: No such file or directory");
	longname = malloc(PATH_MAX + 1);
	memset(longname, 'x', PATH_MAX);
	longname[PATH_MAX] = '\0';
	refuse(longname, path, O_RDONLY, ENAMETOOLONG,
	    "exec file name too long");
	/* The flags come after the name, the files after both. */
	refuse(longname, "/nowhere/core", O_WRONLY, 0,
	    "exec file name too long");
	free(longname);
	refuse("/nowhere/kernel", path, O_RDONLY, ENOENT,
	    "/nowhere/kernel: No such file or directory");

	file(other, bytes, 0);
	refuse(NULL, other, O_RDONLY, EINVAL, "empty file: Invalid argument");
	refuse(other, path, O_RDONLY, ENOEXEC, "kernel is not an ELF file");
	unlink(other);
	file(other, "no ELF file, for a kernel", 25);
	refuse(other, path, O_RDONLY, ENOEXEC, "kernel is not an ELF file");
	unlink(other);
	bytes[4] = 2;
	bytes[5] = 3;
	file(other, bytes, sizeof(bytes));
	refuse(other, path, O_RDONLY, ENOEXEC,
	    "unsupported ELF data encoding for kernel");
	unlink(other);
	bytes[5] = 1;
	bytes[18] = 99;
	file(other, bytes, sizeof(bytes));
	refuse(other, path, O_RDONLY, ENOEXEC, "unsupported architecture");
	unlink(other);

	/* No dump at all, and a dump that is no dump of a kernel. */
	file(other, "neither of them", 15);
	assert_null(kvm_open2(NULL, other, O_RDONLY, errbuf, NULL));
	assert_non_null(strstr(errbuf, other));
	unlink(other);
	unlink(path);
}

static void
open_aloud(void *arg)
{
	assert_null(kvm_open(NULL, path, NULL, O_WRONLY, arg));
}

static void
write_aloud(void *arg)
{
	assert_int_equal(kvm_write(arg, (unsigned long)KERN, "x", 1), -1);
}

static void
read_aloud(void *arg)
{
	char c;

	assert_int_equal(kvm_read2(arg, 16, &c, 1), -1);
}

/* kvm_open's way: hard errors go to stderr, others are kept. */
static void
aloud(void **state)
{
	kvm_t *kd;

	(void)state;
	minidump(0);
	assert_string_equal(said(open_aloud, "client"),
	    "client: bad flags arg\n");
	assert_string_equal(said(open_aloud, NULL), "");
	kd = kvm_open(NULL, path, NULL, O_RDONLY, "client");
	assert_non_null(kd);
	assert_string_equal(said(write_aloud, kd),
	    "client: kvm_write not implemented for dead kernels\n");
	assert_string_equal(kvm_geterr(kd), "");
	assert_string_equal(said(read_aloud, kd), "");
	assert_string_equal(kvm_geterr(kd), "invalid address (0x10)");
	assert_int_equal(kvm_close(kd), 0);
	/* Without errstr nothing is ever printed. */
	kd = kvm_open(NULL, path, NULL, O_RDONLY, NULL);
	assert_non_null(kd);
	assert_string_equal(said(write_aloud, kd), "");
	assert_string_equal(kvm_geterr(kd),
	    "kvm_write not implemented for dead kernels");
	assert_int_equal(kvm_close(kd), 0);
	unlink(path);
}

static void
nothing(void **state)
{
	(void)state;
	errno = 0;
	assert_int_equal(kvm_close(NULL), -1);
	assert_int_equal(errno, EINVAL);
	assert_string_equal(kvm_geterr(NULL), "");
	assert_int_equal(kvm_getswapinfo(NULL, NULL, 0, 0), 0);
	assert_int_equal(kvm_getcptime(NULL, NULL), 0);
	assert_null(kvm_getpcpu(NULL, 0));
}

/* A handle without memory: what needs some says so, and harms nobody. */
static void
live(void **state)
{
	struct kvm_nlist list[] = { { "hz", 7, 7 }, { NULL, 0, 0 } };
	char c = 'x';
	kvm_t *kd;

	(void)state;
	kd = kvm_openfiles(NULL, "/dev/null", NULL, O_RDONLY, errbuf);
	assert_non_null(kd);
	assert_int_equal(kvm_native(kd), 1);
	/* The original has no processor here and follows a null pointer. */
	assert_int_equal(kvm_walk_pages(kd, NULL, NULL), 0);
	assert_non_null(strstr(kvm_geterr(kd), "kvm_walk_pages"));
	assert_int_equal(kvm_read(kd, 4096, &c, 1), 0);
	assert_string_equal(kvm_geterr(kd), "short read");
	assert_int_equal(kvm_write(kd, 4096, &c, 1), -1);
	assert_string_not_equal(kvm_geterr(kd), "short read");
	assert_int_equal(kvm_nlist2(kd, list), 1);
	assert_int_equal(list[0].n_type, 0);
	assert_int_equal(kvm_counter_u64_fetch(kd, 0), 0);
	assert_int_equal(kvm_close(kd), 0);
}

static void
reads(void **state)
{
	uint8_t buf[3 * 4096];
	uint64_t word;
	kvm_t *kd;

	(void)state;
	minidump(0);
	kd = open_dump();
	assert_string_equal(kvm_geterr(kd), "");
	assert_int_equal(kvm_read2(kd, KERN + 8, &word, 8), 8);
	assert_true(word == mk_word(0x5008));
	assert_int_equal(kvm_read(kd, (unsigned long)(KERN + 8), &word, 8), 8);
	assert_true(word == mk_word(0x5008));
	/* Over a boundary between two pages of a large one. */
	assert_int_equal(kvm_read2(kd, KERN + 2 * MB + 0x0ffc, buf, 8), 8);
	assert_memory_equal(buf, &(uint32_t){ mk_word(2 * MB + 0xff8) >> 32 },
	    4);
	assert_int_equal(kvm_read2(kd, DMAP + 0x1000, &word, 8), 8);
	assert_true(word == mk_word(0x1000));
	assert_int_equal(kvm_read2(kd, 0, NULL, 0), 0);
	assert_string_equal(kvm_geterr(kd), "");

	/* An address that leads nowhere fails all of it. */
	errno = 0;
	assert_int_equal(kvm_read2(kd, KERN + 0xff8, buf, 16), -1);
	assert_string_equal(kvm_geterr(kd),
	    "invalid address (0xfffffe0000001000)");
	assert_int_equal(errno, EFAULT);
	assert_int_equal(kvm_read2(kd, KERN + 0x2000, buf, 8), -1);
	assert_string_equal(kvm_geterr(kd),
	    "invalid address (0xfffffe0000002000)");
	assert_int_equal(kvm_read2(kd, KERN + 2 * MB, buf, sizeof(buf)), -1);
	assert_string_equal(kvm_geterr(kd),
	    "invalid address (0xfffffe0000202000)");
	assert_int_equal(kvm_read2(kd, UINT64_MAX - 3, buf, 8), -1);
	/* Success leaves the text alone. */
	assert_int_equal(kvm_read2(kd, KERN + 2 * MB + 0x2000, buf, 8), -1);
	assert_int_equal(kvm_read2(kd, KERN + 8, &word, 8), 8);
	assert_string_equal(kvm_geterr(kd),
	    "invalid address (0xfffffe0000202000)");
	assert_int_equal(kvm_write(kd, (unsigned long)KERN, &word, 8), -1);
	assert_string_equal(kvm_geterr(kd),
	    "kvm_write not implemented for dead kernels");
	assert_int_equal(kvm_close(kd), 0);
	unlink(path);
}

/* The file ends inside the last page: what is there counts. */
static void
truncated(void **state)
{
	uint8_t buf[4096];
	kvm_t *kd;

	(void)state;
	minidump(4096 - 24);
	kd = open_dump();
	assert_int_equal(kvm_read2(kd, KERN + 3 * MB, buf, 24), 24);
	assert_int_equal(kvm_read2(kd, KERN + 3 * MB, buf, 64), 24);
	assert_string_equal(kvm_geterr(kd), "short read");
	assert_int_equal(kvm_read2(kd, KERN + 3 * MB + 24, buf, 8), 0);
	assert_int_equal(kvm_read2(kd, KERN + 3 * MB + 16, buf, 16), 8);
	assert_int_equal(kvm_close(kd), 0);
	unlink(path);
}

/* MIPS: 40 bits count, with any way of caching. */
static void
xkphys(void **state)
{
	static const struct mk_avail avail[] = { { 0, 0x9000 }, { 0, 0 } };
	static const struct mk_page pages[] = { { 0x3000, NULL }, MK_STOP };
	const struct mk_minidump d = {
		.machine = MK_MIPS, .version = 2, .be = true, .avail = avail,
		.pages = pages, .kernbase = UINT64_C(0xc000000000000000),
	};
	const uint64_t base = UINT64_C(0x8000000000003008);
	struct buf b = { 0 };
	uint64_t word;
	unsigned i;
	kvm_t *kd;

	(void)state;
	mk_minidump(&b, &d, &map);
	file(path, b.p, b.len);
	buf_fini(&b);
	kd = open_dump();
	for (i = 0; i < 22; i++) {	/* each of the bits 40 to 61 */
		assert_int_equal(kvm_read2(kd, base + (UINT64_C(1) << (40 + i)),
		    &word, 8), 8);
		assert_true(load_u64(&word, true) == mk_word(0x3008));
	}
	assert_int_equal(kvm_read2(kd, base + 0x1000, &word, 8), -1);
	assert_string_equal(kvm_geterr(kd),
	    "invalid address (0x8000000000004008)");
	assert_int_equal(kvm_read2(kd, base >> 1, &word, 8), -1);
	assert_int_equal(kvm_close(kd), 0);
	unlink(path);
}

static void
names(void **state)
{
	struct kvm_nlist list[] = {
		{ "word", 7, 7 }, { "nowhere", 7, 7 }, { "large", 0, 0 },
		{ "", 7, 7 }, { "word", 7, 7 }, { NULL, 0, 0 },
	};
	struct nlist old[] = { { "word", 1, 1, 1, 1 }, { NULL, 0, 0, 0, 0 } };
	kvm_t *kd;

	(void)state;
	minidump(0);
	asked = kd = open_dump();
	assert_int_equal(kvm_nlist2(kd, list), 1);
	asked = NULL;
	assert_true(list[0].n_value == KERN + 8);
	assert_int_equal(list[0].n_type, N_DATA | N_EXT);
	assert_true(list[1].n_value == 0);
	assert_int_equal(list[1].n_type, 0);
	assert_true(list[2].n_value == KERN + 2 * MB);
	/* An empty name ends the list: nothing behind it is touched. */
	assert_int_equal(list[4].n_type, 7);
	assert_int_equal(kvm_nlist(kd, old), -1);
	assert_string_equal(kvm_geterr(kd), "kvm_nlist of non-native vmcore");
	assert_int_equal(old[0].n_value, 1);
	assert_int_equal(kvm_native(kd), 0);
	assert_int_equal(kvm_kerndisp(kd), 0);
	assert_int_equal(kvm_close(kd), 0);
	unlink(path);
}

/* What a foreign kernel without symbols cannot tell. */
static void
foreign(void **state)
{
	struct kvm_swap swap[2];
	double load[3];
	long cp[5];
	kvm_t *kd;
	int n;

	(void)state;
	minidump(0);
	kd = open_dump();
	n = 7;
	assert_null(kvm_getprocs(kd, 0, 0, &n));
	assert_int_equal(n, 0);
	assert_true(kvm_geterr(kd)[0] != '\0');
	assert_int_equal(kvm_getloadavg(kd, load, 3), -1);
	assert_int_equal(kvm_getswapinfo(kd, swap, 2, 0), -1);
	assert_int_equal(kvm_getcptime(kd, cp), -1);
	assert_int_equal(kvm_getmaxcpu(kd), -1);
	assert_int_equal(kvm_getncpus(kd), -1);
	assert_ptr_equal(kvm_getpcpu(kd, 0), (void *)-1);
	assert_int_equal(kvm_dpcpu_setcpu(kd, 0), -1);
	assert_int_equal(kvm_counter_u64_fetch(kd, 0), 0);
	assert_int_equal(kvm_close(kd), 0);
	unlink(path);
}

struct walked {
	kvm_t	*kd;
	uint64_t pa[1024];
	int	 n, stop, kmap, absent;
};

static int
page(struct kvm_page *p, void *arg)
{
	struct kvm_nlist list[] = { { "word", 0, 0 }, { NULL, 0, 0 } };
	struct walked *w = arg;
	uint64_t word;
	int i;

	assert_int_equal(p->kp_version, LIBKVM_WALK_PAGES_VERSION);
	assert_int_equal(p->kp_len, 4096);
	for (i = 0; i < w->n; i++)
		assert_true(w->pa[i] != p->kp_paddr);
	if (w->n < 1024)
		w->pa[w->n] = p->kp_paddr;
	w->n++;
	/* The handle may be used in here. */
	assert_int_equal(kvm_nlist2(w->kd, list), 0);
	if (p->kp_offset == -1)
		w->absent++;
	else {
		assert_true(p->kp_dmap_vaddr == DMAP + p->kp_paddr);
		assert_int_equal(kvm_read2(w->kd, p->kp_dmap_vaddr, &word, 8),
		    8);
		if (p->kp_paddr != 0x6000)
			assert_true(word == mk_word(p->kp_paddr));
	}
	if (p->kp_kmap_vaddr != 0)
		w->kmap++;
	if (p->kp_paddr == 0x5000)
		assert_true(p->kp_kmap_vaddr == KERN);
	if (p->kp_paddr == 2 * MB + 0x1000)
		assert_true(p->kp_kmap_vaddr == KERN + 2 * MB + 0x1000 &&
		    p->kp_offset == (off_t)(map.data + 5 * 4096));
	return (w->n != w->stop);
}

static void
walk(void **state)
{
	struct walked w = { 0 };

	(void)state;
	minidump(0);
	w.kd = open_dump();
	assert_int_equal(kvm_walk_pages(w.kd, page, &w), 1);
	/* The dump's seven; the large page's 509 others and 0x8000 are not. */
	assert_int_equal(w.n, 7 + 509 + 1);
	assert_int_equal(w.absent, 509 + 1);
	assert_int_equal(w.kmap, 1 + 512 + 1);
	w.n = 0;
	w.stop = 3;
	assert_int_equal(kvm_walk_pages(w.kd, page, &w), 0);
	assert_int_equal(w.n, 3);
	assert_int_equal(kvm_close(w.kd), 0);
	unlink(path);
}

UNIT_MAIN(UNIT(refused), UNIT(aloud), UNIT(nothing), UNIT(live), UNIT(reads),
    UNIT(xkphys), UNIT(truncated), UNIT(names), UNIT(foreign), UNIT(walk))
