/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvm(3) on two real FreeBSD minidumps, put in place by "make fetch-data":
 * symbols from the kernel's file, from a resolver, and what a foreign kernel
 * gives besides.
 */
#include "tests/unit/unit.h"

#include <sys/sysctl.h>
#include <sys/user.h>

#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct real {
	const char	*arch;
	uint64_t	 hz;		/* address */
	int		 value;
	int		 threads, pid;	/* pid: it crashed */
	const char	*comm;
};

static const struct real amd64 = {
	"amd64", 0xffffffff81cd4c0c, 100, 16, 800, "sysctl"
}, arm64 = {
	"arm64", 0xffff000000e2651c, 1000, 10, 939, "sysctl"
};

static char errbuf[_POSIX2_LINE_MAX];
static const struct real *now;

static int
resolver(const char *name, kvaddr_t *addr)
{
	if (strcmp(name, "hz") != 0)
		return (-1);
	*addr = now->hz;
	return (0);
}

static void
hz(kvm_t *kd)
{
	struct kvm_nlist list[] = {
		{ "hz", 0, 0 }, { "no_such_symbol", 0, 0 }, { NULL, 0, 0 }
	};
	int value;

	assert_int_equal(kvm_nlist2(kd, list), 1);
	assert_true(list[0].n_value == now->hz);
	assert_int_equal(kvm_read2(kd, list[0].n_value, &value, sizeof(value)),
	    sizeof(value));
	assert_int_equal(value, now->value);
	assert_int_equal(kvm_native(kd), 0);
}

static void
threads(kvm_t *kd)
{
	struct kinfo_proc *v;
	int i, n, found;

	v = kvm_getprocs(kd, KERN_PROC_ALL, 0, &n);
	assert_non_null(v);
	assert_int_equal(n, now->threads);
	for (i = found = 0; i < n; i++)
		if (v[i].ki_pid == now->pid) {
			found++;
			assert_string_equal(v[i].ki_comm, now->comm);
			assert_string_equal(v[i].ki_tdname, now->comm);
			assert_true(v[i].ki_tid >= 100000);
		}
	assert_int_equal(found, 1);
	v = kvm_getprocs(kd, KERN_PROC_PID, now->pid, &n);
	assert_non_null(v);
	assert_int_equal(n, 1);
	v = kvm_getprocs(kd, KERN_PROC_PROC, 0, &n);
	assert_non_null(v);
	assert_true(n < now->threads);
}

struct count {
	FILE		*f;
	kvm_t		*kd;
	uint64_t	 last;
	int		 n, bad;
};

/* Ascending, and where kp_offset says. */
static int
page(struct kvm_page *p, void *arg)
{
	unsigned char there[64], here[64];
	struct count *c = arg;
	uint64_t va;

	if (p->kp_offset == -1)
		return (1);
	c->bad += c->n > 0 && p->kp_paddr <= c->last;
	c->last = p->kp_paddr;
	va = p->kp_kmap_vaddr != 0 ? p->kp_kmap_vaddr : p->kp_dmap_vaddr;
	if (c->n++ % 64 == 0 && va != 0 &&
	    fseeko(c->f, p->kp_offset, SEEK_SET) == 0 &&
	    fread(there, 1, sizeof(there), c->f) == sizeof(there))
		c->bad += kvm_read2(c->kd, va, here, sizeof(here)) !=
		    (ssize_t)sizeof(here) || memcmp(here, there,
		    sizeof(here)) != 0;
	return (1);
}

static void
look(const struct real *r)
{
	const char *src = getenv("SRCDIR");
	char core[PATH_MAX], kernel[PATH_MAX];
	struct count c = { 0 };

	now = r;
	if (src == NULL)
		src = ".";
	snprintf(core, sizeof(core), "%s/tests/data/freebsd/vmcore-%s-minidump",
	    src, r->arch);
	snprintf(kernel, sizeof(kernel), "%s/tests/data/freebsd/kernel-%s", src,
	    r->arch);
	if (access(core, R_OK) != 0 || access(kernel, R_OK) != 0)
		unit_skip("no real FreeBSD dumps: make fetch-data DIR=...");
	c.kd = kvm_open2(kernel, core, O_RDONLY, errbuf, NULL);
	if (c.kd == NULL)
		print_message("%s\n", errbuf);
	assert_non_null(c.kd);
	hz(c.kd);
	threads(c.kd);
	c.f = fopen(core, "r");
	assert_non_null(c.f);
	assert_int_equal(kvm_walk_pages(c.kd, page, &c), 1);
	assert_true(c.n > 10000);
	assert_int_equal(c.bad, 0);
	fclose(c.f);
	assert_int_equal(kvm_close(c.kd), 0);

	/* A resolver needs no kernel's file. */
	c.kd = kvm_open2(NULL, core, O_RDONLY, errbuf, resolver);
	assert_non_null(c.kd);
	hz(c.kd);
	assert_int_equal(kvm_close(c.kd), 0);
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

/* A kernel of one processor and the dump of another. */
static void
mixed(void **state)
{
	const char *src = getenv("SRCDIR");
	char core[PATH_MAX], kernel[PATH_MAX];

	(void)state;
	if (src == NULL)
		src = ".";
	snprintf(core, sizeof(core), "%s/tests/data/freebsd/"
	    "vmcore-amd64-minidump", src);
	snprintf(kernel, sizeof(kernel), "%s/tests/data/freebsd/kernel-arm64",
	    src);
	if (access(core, R_OK) != 0 || access(kernel, R_OK) != 0)
		unit_skip("no real FreeBSD dumps: make fetch-data DIR=...");
	assert_null(kvm_open2(kernel, core, O_RDONLY, errbuf, NULL));
	assert_true(strncmp(errbuf, "invalid core: ", 14) == 0);
}

UNIT_MAIN(UNIT(on_amd64), UNIT(on_arm64), UNIT(mixed))
