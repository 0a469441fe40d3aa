/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kvm(3): opening, closing, errors.  Return values and messages follow the
 * BSDs' library, its manual pages kvm_open(3) and kvm_geterr(3), and what its
 * callers have come to rely on: see kvm(3) of this one for where it does more.
 */
#include "engine/kvm_int.h"

#include "base/bytes.h"
#include "engine/os/os.h"

#include <sys/param.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_NULL	"/dev/null"
#define PATH_MEM	"/dev/mem"
#define PATH_KCORE	"/proc/kcore"

/* --- messages ------------------------------------------------------------- */

static void
keep(kvm_t *kd, const char *fmt, va_list ap)
{
	vsnprintf(kd->errbuf, sizeof(kd->errbuf), fmt, ap);
}

void
kvm_err_keep(kvm_t *kd, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	keep(kd, fmt, ap);
	va_end(ap);
	errno = saved;
}

void
kvm_err_hard(kvm_t *kd, const char *fmt, ...)
{
	char text[_POSIX2_LINE_MAX];
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	if (kd->program != NULL) {
		vsnprintf(text, sizeof(text), fmt, ap);
		dprintf(STDERR_FILENO, "%s: %s\n", kd->program, text);
	} else {
		keep(kd, fmt, ap);
	}
	va_end(ap);
	errno = saved;
}

void
kvm_err_engine(kvm_t *kd)
{
	const struct err *e = &kd->ctx.err;

	if (e->sys_errno != 0)
		errno = e->sys_errno;
	kvm_err_hard(kd, "%s", e->text[0] != '\0' ? e->text :
	    status_text(e->code));
}

char *
kvm_geterr(kvm_t *kd)
{
	static const char none[1];

	return (kd != NULL ? kd->errbuf : (char *)(uintptr_t)none);
}

/* --- opening -------------------------------------------------------------- */

/* This machine as ELF knows it. */
static const struct arch *
host_arch(void)
{
	static const uint16_t machine =
#if defined(__x86_64__)
	    62;
#elif defined(__aarch64__)
	    183;
#elif defined(__riscv)
	    243;
#elif defined(__i386__)
	    3;
#elif defined(__arm__)
	    40;
#elif defined(__powerpc64__)
	    21;
#elif defined(__powerpc__)
	    20;
#elif defined(__mips__)
	    8;
#elif defined(__s390__)
	    22;
#elif defined(__loongarch__)
	    258;
#else
	    0;
#endif
	return (arch_by_elf(machine, sizeof(void *),
	    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__));
}

/* Is this a kernel's image that can be read here? */
static bool
check_image(kvm_t *kd, const char *path)
{
	uint8_t head[20];
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1) {
		kvm_err_hard(kd, "%s: %s", path, strerror(errno));
		return (false);
	}
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (n != (ssize_t)sizeof(head) || memcmp(head, "\177ELF", 4) != 0)
		kvm_err_hard(kd, "kernel is not an ELF file");
	else if (head[5] != 1 && head[5] != 2)
		kvm_err_hard(kd, "unsupported ELF data encoding for kernel");
	else if ((head[4] != 1 && head[4] != 2) || arch_by_elf(
	    load_u16(head + 18, head[5] == 2), head[4] * 4u,
	    head[5] == 2) == NULL)
		kvm_err_hard(kd, "unsupported architecture");
	else
		return (true);
	errno = ENOEXEC;
	return (false);
}

static bool
open_live(kvm_t *kd, bool memory)
{
	struct kernel_options opt = { .write = kd->writable };

	kd->live = kd->native = true;
	kd->memory = memory;
	if (kernel_open_live(&kd->ctx, &opt, memory, &kd->kernel) != 0) {
		kvm_err_engine(kd);
		return (false);
	}
	/* Its memory was asked for: what /proc tells is not enough. */
	if (memory && kd->kernel->dump != NULL && !kd->kernel->dump->complete) {
		errno = EACCES;
		kvm_err_hard(kd, "%s: %s", PATH_KCORE,
		    kd->kernel->nwarnings > 0 ? kd->kernel->warnings[0] :
		    strerror(errno));
		return (false);
	}
	return (true);
}

static bool
open_dump(kvm_t *kd, const char *image, const char *core)
{
	struct kernel_options opt = { .write = kd->writable };
	const char *paths[] = { core, image };
	const struct kernel *k;
	int rc;

	if (image != NULL && !check_image(kd, image))
		return (false);
	rc = kernel_open(&kd->ctx, paths, image != NULL ? 2 : 1, &opt,
	    &kd->kernel);
	if (rc == E_USAGE)
		ctx_chain(&kd->ctx, "invalid core");
	if (rc != 0) {
		kvm_err_engine(kd);
		return (false);
	}
	k = kd->kernel;
	/* Without tables no address of the kernel leads anywhere. */
	if (k->space.form == NULL && k->os == NULL) {
		kvm_err_hard(kd, "%s: %s", core, k->nwarnings > 0 ?
		    k->warnings[k->nwarnings - 1] : "no kernel is in it");
		errno = ENOEXEC;
		return (false);
	}
	if (!kvm_window_open(kd)) {
		kvm_err_hard(kd, "%s: %s", core, strerror(errno));
		return (false);
	}
	kd->memory = true;
	kd->native = k->os != NULL && strcmp(k->os->name, "Linux") == 0 &&
	    k->arch != NULL && k->arch == host_arch();
	return (true);
}

static bool
open_core(kvm_t *kd, const char *uf, const char *mf, int flag)
{
	struct stat st;
	int fd;

	if (uf != NULL && strlen(uf) >= MAXPATHLEN) {
		kvm_err_hard(kd, "exec file name too long");
		errno = ENAMETOOLONG;
		return (false);
	}
	if ((flag & ~O_RDWR) != 0) {
		kvm_err_hard(kd, "bad flags arg");
		errno = EINVAL;
		return (false);
	}
	kd->writable = flag == O_RDWR;
	if (mf == NULL)
		return (open_live(kd, true));
	/* Not to wait for a pipe's other end: it is refused later on. */
	fd = open(mf, flag | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1) {
		kvm_err_hard(kd, "%s: %s", mf, strerror(errno));
		if (fd != -1)
			close(fd);
		return (false);
	}
	close(fd);
	if (S_ISREG(st.st_mode) && st.st_size <= 0 &&
	    strcmp(mf, PATH_KCORE) != 0) {
		errno = EINVAL;
		kvm_err_hard(kd, "empty file: %s", strerror(errno));
		return (false);
	}
	if (S_ISCHR(st.st_mode) && strcmp(mf, PATH_NULL) == 0)
		return (open_live(kd, false));
	if (strcmp(mf, PATH_MEM) == 0 || strcmp(mf, PATH_KCORE) == 0)
		return (open_live(kd, true));
	return (open_dump(kd, uf, mf));
}

static kvm_t *
open_any(const char *uf, const char *mf, int flag, char *errbuf,
    const char *program, int (*resolver)(const char *, kvaddr_t *))
{
	kvm_t *kd;
	int saved;

	kd = calloc(1, sizeof(*kd));
	if (kd == NULL || (program != NULL &&
	    (kd->program = strdup(program)) == NULL)) {
		saved = errno;
		free(kd);
		if (errbuf != NULL)
			snprintf(errbuf, _POSIX2_LINE_MAX, "%s",
			    strerror(saved));
		if (program != NULL)
			dprintf(STDERR_FILENO, "%s: %s\n", program,
			    strerror(saved));
		errno = saved;
		return (NULL);
	}
	ctx_init(&kd->ctx);
	kd->resolver = resolver;
	if (open_core(kd, uf, mf, flag)) {
		ctx_clear(&kd->ctx);
		return (kd);
	}
	saved = errno;
	if (errbuf != NULL)
		memcpy(errbuf, kd->errbuf, strlen(kd->errbuf) + 1);
	kvm_close(kd);
	errno = saved;
	return (NULL);
}

kvm_t *
kvm_open(const char *uf, const char *mf, const char *sf, int flag,
    const char *errstr)
{
	(void)sf;
	return (open_any(uf, mf, flag, NULL, errstr, NULL));
}

kvm_t *
kvm_openfiles(const char *uf, const char *mf, const char *sf, int flag,
    char *errbuf)
{
	(void)sf;
	return (open_any(uf, mf, flag, errbuf, NULL, NULL));
}

kvm_t *
kvm_open2(const char *uf, const char *mf, int flag, char *errbuf,
    int (*resolver)(const char *, kvaddr_t *))
{
	return (open_any(uf, mf, flag, errbuf, NULL, resolver));
}

int
kvm_close(kvm_t *kd)
{
	if (kd == NULL) {
		errno = EINVAL;
		return (-1);
	}
	kernel_close(kd->kernel);
	kvm_window_close(kd);
	ctx_fini(&kd->ctx);
	buf_fini(&kd->strings);
	free(kd->vector);
	free(kd->procs);
	free(kd->program);
	free(kd);
	return (0);
}

/* --- what kind of kernel it is -------------------------------------------- */

int
kvm_native(kvm_t *kd)
{
	return (kd->native);
}

/*
 * Linux: by how much KASLR moved it.  Else what the dump's header says, which
 * 64-bit Power's alone does.
 */
kssize_t
kvm_kerndisp(kvm_t *kd)
{
	struct kernel *k = kd->kernel;
	struct os_info info;
	struct arena arena;
	kssize_t disp;
	int rc;

	if (k->dump != NULL && k->dump->has_kerndisp)
		return (k->dump->kerndisp);
	if (k->os == NULL || strcmp(k->os->name, "Linux") != 0)
		return (0);
	disp = 0;
	arena_init(&arena);
	rc = os_info(&kd->ctx, k, &arena, &info);
	if (rc == 0 && info.kaslr.status == OK)
		disp = (kssize_t)info.kaslr.v;
	else if (kd->live)
		kvm_err_hard(kd, "the kernel's displacement is not known%s%s",
		    rc != 0 ? ": " : "", rc != 0 ? kd->ctx.err.text : "");
	arena_fini(&arena);
	return (disp);
}

size_t
kvm_page_size(const kvm_t *kd)
{
	const struct kernel *k = kd->kernel;

	if (k->space.form != NULL)
		return ((size_t)1 << k->space.form->page_shift);
	if (k->arch != NULL && !kd->live)
		return ((size_t)1 << k->arch->page_shift);
	return ((size_t)sysconf(_SC_PAGESIZE));
}
