/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel. */
#include "engine/kernel_debug.h"

#include "engine/backend/devmem.h"
#include "engine/backend/elf.h"
#include "engine/backend/none.h"
#include "engine/memory/freeze.h"
#include "engine/memory/pages.h"
#include "engine/memory/recorder.h"
#include "engine/os/linux/linux.h"
#include "engine/os/live/live.h"

#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KCORE		"/proc/kcore"
#define KALLSYMS	"/proc/kallsyms"
#define BTF		"/sys/kernel/btf"

/* The level of lockdown in force, "[integrity]" among all; "" for none. */
static void
lockdown(struct ctx *ctx, char level[32])
{
	struct buf b = { 0 };
	const char *p;

	level[0] = '\0';
	ctx->quiet++;
	if (live_read(ctx, AT_FDCWD, &b, 256,
	    "/sys/kernel/security/lockdown") == 0 &&
	    (p = strchr(buf_text(&b), '[')) != NULL &&
	    strncmp(p, "[none]", 6) != 0) {
		snprintf(level, 32, "%s", p + 1);
		level[strcspn(level, "]")] = '\0';
	}
	ctx->quiet--;
	buf_fini(&b);
}

/* What the user can do where kcore is closed, into the error. */
static int
closed(struct ctx *ctx, int error)
{
	const int rc = live_status(error);
	char level[32];

	lockdown(ctx, level);
	errno = error;
	if (error == ENOENT)
		return (ctx_fail(ctx, rc, KCORE " is not there: a container "
		    "that hides it, or a kernel without CONFIG_PROC_KCORE; run "
		    "kpeek outside of the container"));
	if (error == EACCES || (error == EPERM && geteuid() != 0))
		return (ctx_fail_errno(ctx, rc, "run kpeek as root, e.g. with "
		    "sudo: " KCORE));
	if (error == EPERM && level[0] != '\0')
		return (ctx_fail(ctx, rc, KCORE " is closed by the kernel's "
		    "lockdown (%s), which comes with Secure Boot: boot without",
		    level));
	if (error == EPERM)
		return (ctx_fail(ctx, rc, KCORE " is closed to a root that "
		    "lacks CAP_SYS_RAWIO, as in a container: run kpeek outside "
		    "of it"));
	return (ctx_fail_errno(ctx, rc, KCORE));
}

static int
open_kcore(struct ctx *ctx, const struct kernel_options *opt,
    struct dump **ret)
{
	struct file *f;
	char head;
	int fd, rc;

	fd = opt->has_core_fd ? opt->core_fd :
	    open(KCORE, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (closed(ctx, errno));
	if (opt->has_core_fd && fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return (ctx_fail_errno(ctx, E_USAGE, "descriptor %d", fd));
	rc = file_of_fd(ctx, opt->has_core_fd ? "the descriptor of " KCORE :
	    KCORE, fd, &f);
	if (rc != 0) {
		close(fd);
		return (rc);
	}
	if (!opt->has_core_fd && pread(fd, &head, 1, 0) != 1)
		rc = ctx_fail(ctx, E_RESTRICTED, KCORE " is empty: masked, as "
		    "in containers; run kpeek outside of the container");
	else
		rc = elf_open_kcore(ctx, f, ret);
	if (rc != 0)
		file_close(f);
	return (rc);
}

/*
 * kcore, else what /dev/mem has: all of it where the kernel was built so, else
 * a few pages, with the reasons of both.
 */
static int
open_memory(struct ctx *ctx, const struct kernel_options *opt,
    struct dump **ret)
{
	struct err why;
	struct dump *d = NULL;
	int rc;

	rc = open_kcore(ctx, opt, &d);
	if (rc != 0 && rc != E_NOMEM && !opt->has_core_fd) {
		why = ctx->err;
		if (devmem_open(ctx, "", &d) != 0) {
			ctx->err = why;
			return (rc);
		}
		rc = 0;
		if (!d->complete)
			d->incomplete = arena_printf(&d->arena, "%s; /dev/mem "
			    "shows no System RAM either "
			    "(CONFIG_STRICT_DEVMEM), but pages of firmware",
			    why.text);
	}
	if (rc == 0)
		*ret = d;
	return (rc);
}

/* Symbols and types by file; what is missing goes to a sentence. */
static int
learn(struct ctx *ctx, struct kernel *k, struct buf *missing)
{
	int rc;

	rc = live_load_symbols(ctx, k, KALLSYMS);
	if (rc == E_NOMEM || rc == E_CANCELLED)
		return (rc);
	if (rc != 0)
		buf_printf(missing, "; no symbols: %s", ctx->err.text);
	rc = live_load_types(ctx, k, BTF);
	if (rc == E_NOMEM || rc == E_CANCELLED)
		return (rc);
	if (rc != 0)
		buf_printf(missing, "; no types: %s", ctx->err.text);
	ctx_clear(ctx);
	return (0);
}

/*
 * Are the symbols those of the kernel whose memory this is?  A descriptor may
 * be of another one.
 */
static bool
is_same(const struct kernel *k)
{
	const struct symbol *s = sym_find(&k->symbols, "_stext");
	uint64_t addr;

	return (s == NULL || !vmcoreinfo_u64(k->dump->vmcoreinfo,
	    k->dump->vmcoreinfo_len, "SYMBOL(_stext)", &addr) ||
	    addr == s->addr);
}

static int
forget(struct ctx *ctx, struct kernel *k)
{
	sym_fini(&k->symbols);
	sym_init(&k->symbols);
	types_destroy(k->types);
	k->types = types_create(sizeof(void *),
	    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	k->env.types = k->types;
	return (k->types != NULL ? 0 : ctx_fail(ctx, E_NOMEM,
	    "out of memory"));
}

/* The system from memory, else from /proc. */
static int
find_os(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt,
    struct buf *missing)
{
	static const char instead[] = "processes, swap, load, modules and the "
	    "log come from /proc";
	struct dump *d = k->dump;
	int rc;

	rc = learn(ctx, k, missing);
	if (rc == 0 && !is_same(k))
		rc = forget(ctx, k);
	if (rc != 0)
		return (rc);
	if (!d->complete) {
		os_warn(k, "the running kernel's memory cannot be read: %s; "
		    "%s%s", d->incomplete, instead, buf_text(missing));
	} else if ((rc = linux_ops.open(ctx, k, opt)) == 0) {
		k->os = &linux_ops;
		return (0);
	} else if (rc == E_NOMEM || rc == E_CANCELLED) {
		return (rc);
	} else {
		d->complete = false;
		d->incomplete = arena_strdup(&d->arena, ctx->err.text);
		os_warn(k, "the running kernel's structures cannot be read: "
		    "%s; %s%s", ctx->err.text, instead, buf_text(missing));
	}
	k->env.roots = linux_roots;
	return (live_attach(ctx, k, "/proc", "/sys", "/dev/kmsg"));
}

static int
open_parts(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt,
    bool memory)
{
	struct buf missing = { 0 };
	char why[ERR_TEXT_MAX];
	struct utsname uts;
	int rc;

	rc = memory ? open_memory(ctx, opt, &k->dump) :
	    ctx_fail(ctx, E_RESTRICTED, "the running kernel's memory was not "
	    "opened");
	if (rc != 0 && (rc == E_NOMEM || opt->has_core_fd))
		return (rc);
	if (rc != 0) {
		snprintf(why, sizeof(why), "%s", ctx->err.text);
		rc = none_open(ctx, why, &k->dump);
		if (rc != 0)
			return (rc);
	}
	mem_init(&k->mem, &k->dump->layer, NULL);
	rc = k->dump->complete ? pages_push(ctx, &k->mem, PAGES_RUN) :
	    0;
	if (rc == 0 && k->dump->complete)
		rc = freeze_push(ctx, &k->mem);
	if (rc == 0 && opt->record)
		rc = recorder_push(ctx, &k->mem);
	if (rc != 0)
		return (rc);
	k->arch = k->dump->arch;
	if (k->arch == NULL && uname(&uts) == 0)
		k->arch = arch_by_name(uts.machine);
	k->types = types_create(sizeof(void *),
	    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	if (k->types == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	space_init(&k->space, &k->mem, NULL, 0,
	    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, sizeof(void *));
	k->env.space = &k->space;
	k->env.symbols = &k->symbols;
	k->env.types = k->types;
	k->env.call = os_call;
	k->env.call_arg = k;
	k->env.vars = value_vars_create();
	if (k->env.vars == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (!memory)
		return (live_attach(ctx, k, "/proc", "/sys", "/dev/kmsg"));
	rc = kernel_debug_create(ctx, k, opt);
	if (rc == 0)
		rc = find_os(ctx, k, opt, &missing);
	if (rc == 0 && kernel_debug_types(ctx, k) != 0)
		ctx_clear(ctx);
	buf_fini(&missing);
	return (rc);
}

int
kernel_open_live(struct ctx *ctx, const struct kernel_options *opt, bool memory,
    struct kernel **ret)
{
	struct kernel *k;
	int rc;

	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	k->live = true;
	arena_init(&k->arena);
	sym_init(&k->symbols);
	rc = open_parts(ctx, k, opt, memory);
	if (rc != 0) {
		kernel_close(k);
		return (rc);
	}
	ctx_clear(ctx);
	kernel_note(ctx, k);
	*ret = k;
	return (0);
}

void
kernel_refresh(struct kernel *k)
{
	if (k->live)
		atomic_fetch_add(&k->mem.generation, 1);
}
