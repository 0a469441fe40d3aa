/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process's own memory: struct vmspace has the physical map of the processor
 * (sys/PROCESSOR/include/pmap.h), which has the top table.  Arguments that the
 * kernel does not keep itself, and the environment, lie in there: struct
 * ps_strings says where (sys/sys/exec.h).
 */
#include "engine/os/freebsd/freebsd.h"

#include "arch/pt_arm.h"
#include "arch/pt_arm64.h"
#include "arch/pt_i386.h"
#include "arch/pt_riscv.h"
#include "arch/pt_x86_64.h"
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define ARGS_MAX	(UINT32_C(4) << 20)	/* bytes of a list */
#define STRINGS_MAX	(UINT32_C(1) << 18)	/* of a list */
#define STRING_MAX	(UINT32_C(1) << 18)	/* bytes of one */
#define SV_ILP32	0x000100		/* sys/sys/sysent.h */

/* --- Address spaces -------------------------------------------------------- */

enum root_kind {
	ROOT_PHYS,			/* a physical address, with bits of control */
	ROOT_VIRT,			/* the kernel's address of the table */
	ROOT_SATP,			/* RISC-V's register: mode, number, frame */
};

struct root {
	const struct arch    *arch;
	enum freebsd_member   member;
	enum root_kind	      kind;
	const struct pt_form *form;
};

/* The first whose member there is. */
static const struct root roots[] = {
	{ &arch_x86_64, FM_PMAP_CR3, ROOT_PHYS, &pt_x86_64_4 },
	{ &arch_i386, FM_PMAP_PDPT, ROOT_VIRT, &pt_i386_pae },
	{ &arch_i386, FM_PMAP_PDIR, ROOT_VIRT, &pt_i386 },
	{ &arch_arm64, FM_PMAP_L0_PADDR, ROOT_PHYS, &pt_arm64_4k_48_user },
	{ &arch_arm64, FM_PMAP_L0, ROOT_VIRT, &pt_arm64_4k_48_user },
	{ &arch_riscv64, FM_PMAP_SATP, ROOT_SATP, &pt_riscv_sv39 },
	{ &arch_riscv64, FM_PMAP_TOP, ROOT_VIRT, &pt_riscv_sv39 },
	{ &arch_riscv64, FM_PMAP_L1, ROOT_VIRT, &pt_riscv_sv39 },
	{ &arch_arm, FM_PMAP_PT1, ROOT_VIRT, &pt_arm },
	{ &arch_arm_be, FM_PMAP_PT1, ROOT_VIRT, &pt_arm_be },
};

/* Where one processor has several forms, the kernel's tells. */
static const struct pt_form *
form_of(struct ctx *ctx, struct kernel *k, const struct root *r)
{
	const struct pt_form *f = k->space.form;
	uint64_t la57;

	if (r->form == &pt_x86_64_4 && (f == &pt_x86_64_5 ||
	    (freebsd_var(ctx, k, "la57", 4, &la57) == 0 && la57 == 1)))
		return (&pt_x86_64_5);
	if (r->form == &pt_arm64_4k_48_user && f != NULL && f->page_shift == 14)
		return (&pt_arm64_16k_47_user);
	return (r->form);
}

/* Does a kernel with this form of tables keep its processes' there? */
static bool
is_used(struct ctx *ctx, struct kernel *k, const struct root *r)
{
	const bool pae = k->space.form != NULL && k->space.form->entry_size == 8;

	if (r->arch != k->arch || !freebsd_has(ctx, k, r->member))
		return (false);
	return (k->arch != &arch_i386 || (r->form == &pt_i386_pae) == pae);
}

static int
root_at(struct ctx *ctx, struct kernel *k, uint64_t vmspace,
    const struct root *r, struct space *sp)
{
	const struct pt_form *form;
	struct pt_result pt;
	uint64_t v;
	int rc;

	rc = freebsd_number(ctx, k, vmspace, r->member, &v);
	if (rc != 0)
		return (rc);
	ctx->quiet++;
	form = form_of(ctx, k, r);
	ctx->quiet--;
	ctx_clear(ctx);
	switch (r->kind) {
	case ROOT_PHYS:
		v &= UINT64_C(0x000ffffffffff000);
		break;
	case ROOT_VIRT:
		rc = space_translate(ctx, &k->space, v, &pt);
		if (rc != 0)
			return (rc);
		v = pt.phys;
		break;
	case ROOT_SATP:		/* 8: three levels, 9: four, 10: five */
		form = v >> 60 == 9 ? &pt_riscv_sv48 : v >> 60 == 10 ?
		    &pt_riscv_sv57 : form;
		v = (v & ((UINT64_C(1) << 44) - 1)) << 12;
		break;
	}
	space_init(sp, &k->mem, form, v, k->space.be, k->space.ptr_size);
	return (0);
}

int
freebsd_proc_space(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    struct space *sp)
{
	const size_t n = sizeof(roots) / sizeof(roots[0]);
	uint64_t vmspace;
	size_t i;
	int rc;

	rc = p->mm == OS_UNKNOWN ? freebsd_get(ctx, k, p->group,
	    FM_PROC_VMSPACE, 0, &vmspace) : 0;
	if (rc == 0 && (p->mm == 0 || p->mm == OS_UNKNOWN))
		rc = ctx_fail(ctx, E_NOT_FOUND, "process %d has no memory of "
		    "its own (the kernel's, or it has ended)", p->pid);
	if (rc != 0)
		return (rc);
	for (i = 0; i < n; i++)
		if (is_used(ctx, k, &roots[i])) {
			rc = root_at(ctx, k, p->mm, &roots[i], sp);
			return (rc == 0 ? 0 : ctx_chain(ctx, "page tables of "
			    "process %d", p->pid));
		}
	for (i = 0; i < n; i++)
		if (roots[i].arch == k->arch)
			return (ctx_fail(ctx, E_NO_TYPE, "where struct pmap "
			    "has its tables is not known; name kernel.debug "
			    "beside the dump"));
	return (ctx_fail(ctx, E_UNSUPPORTED, "the page tables of processes on "
	    "%s are not read", k->arch->name));
}

/* --- Arguments and environment --------------------------------------------- */

struct strings {
	int	(*fn)(void *, struct ctx *, const char *, size_t);
	void	*arg;
	char	*buf;
	struct err missing;		/* the first that was */
};

/* Where struct ps_strings is, and the size of a pointer in there. */
static int
find_strings(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    uint64_t *addr, unsigned *word)
{
	uint64_t flags, size, sysent, top;
	int rc;

	*word = k->space.ptr_size;
	rc = freebsd_get(ctx, k, p->group, FM_PROC_SYSENT, 0, &sysent);
	if (rc == 0 && *word == 8 && freebsd_has(ctx, k, FM_SYSENT_FLAGS)) {
		rc = freebsd_number(ctx, k, sysent, FM_SYSENT_FLAGS, &flags);
		if (rc == 0 && (flags & SV_ILP32) != 0)
			*word = 4;
	}
	if (rc != 0)
		return (rc);
	/* Fixed once, since FreeBSD 14 below a top that varies. */
	if (!freebsd_has(ctx, k, FM_VM_STACKTOP) ||
	    !freebsd_has(ctx, k, FM_SYSENT_STRINGS_SIZE))
		return (freebsd_get(ctx, k, sysent, FM_SYSENT_STRINGS, 0,
		    addr));
	rc = freebsd_get(ctx, k, p->mm, FM_VM_STACKTOP, 0, &top);
	if (rc == 0)
		rc = freebsd_get(ctx, k, sysent, FM_SYSENT_STRINGS_SIZE, 0,
		    &size);
	if (rc == 0 && size > top)
		rc = ctx_fail_at(ctx, E_CORRUPT, p->mm, "a stack up to 0x%llx "
		    "has no room for %llu bytes", (unsigned long long)top,
		    (unsigned long long)size);
	if (rc == 0)
		*addr = top - size;
	return (rc);
}

/* n strings, of a list of pointers to them. */
static int
vector(struct ctx *ctx, const struct space *sp, uint64_t list, uint64_t n,
    unsigned word, struct strings *s)
{
	uint64_t addr, i, total;
	size_t len;
	int rc;

	for (i = total = 0; i < n && total < ARGS_MAX; i++) {
		if ((rc = ctx_check(ctx)) != 0)
			return (rc);
		rc = space_uint(ctx, sp, list + i * word, word, &addr);
		if (rc != 0)
			return (rc);
		if (addr == 0)		/* the process took it away */
			continue;
		rc = space_text(ctx, sp, addr, s->buf, STRING_MAX);
		if (rc != 0) {
			if (s->missing.code == 0)
				s->missing = ctx->err;
			ctx_clear(ctx);
			continue;
		}
		len = strlen(s->buf);
		total += len + 1;
		rc = s->fn(s->arg, ctx, s->buf, len);
		if (rc != 0)
			return (rc);
	}
	return (0);
}

/* In the process's memory; argv and its count lie before those of envp. */
static int
from_process(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    bool env, struct strings *s)
{
	uint64_t addr, list, n;
	struct space sp;
	unsigned word;
	int rc;

	rc = freebsd_proc_space(ctx, k, p, &sp);
	if (rc == 0)
		rc = find_strings(ctx, k, p, &addr, &word);
	if (rc == 0)
		addr += env ? 2 * word : 0;
	if (rc == 0)
		rc = space_uint(ctx, &sp, addr, word, &list);
	if (rc == 0)
		rc = space_uint(ctx, &sp, addr + word, 4, &n);
	if (rc == 0 && n > STRINGS_MAX)
		rc = ctx_fail_at(ctx, E_CORRUPT, addr, "%llu strings",
		    (unsigned long long)n);
	if (rc == 0)
		rc = vector(ctx, &sp, list, n, word, s);
	return (rc);
}

/* Short lists of arguments the kernel keeps, struct pargs of sys/sys/proc.h. */
static int
from_kernel(struct ctx *ctx, struct kernel *k, uint64_t args,
    struct strings *s)
{
	uint64_t length, text;
	size_t at, n;
	char *buf;
	int rc;

	rc = freebsd_get(ctx, k, args, FM_ARGS_LENGTH, 4, &length);
	if (rc == 0)
		rc = freebsd_at(ctx, k, args, FM_ARGS_ARGS, &text);
	if (rc != 0)
		return (rc);
	if (length > ARGS_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, args, "arguments of %llu "
		    "bytes", (unsigned long long)length));
	buf = malloc((size_t)length + 1);
	if (buf == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = space_read(ctx, &k->space, text, buf, (size_t)length);
	buf[length] = '\0';
	for (at = 0; rc == 0 && at < length; at += n + 1) {
		n = strlen(buf + at);
		rc = s->fn(s->arg, ctx, buf + at, n);
	}
	free(buf);
	return (rc);
}

int
freebsd_args(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    bool env, int (*fn)(void *, struct ctx *, const char *, size_t), void *arg)
{
	struct strings s = { .fn = fn, .arg = arg };
	uint64_t args;
	int rc;

	if (!env) {
		rc = freebsd_get(ctx, k, p->group, FM_PROC_ARGS, 0, &args);
		if (rc != 0)
			return (rc);
		if (args != 0)
			return (from_kernel(ctx, k, args, &s));
	}
	if (p->mm == 0)			/* the kernel's own have neither */
		return (0);
	s.buf = malloc(STRING_MAX);
	if (s.buf == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = from_process(ctx, k, p, env, &s);
	free(s.buf);
	if (rc == 0 && s.missing.code != 0) {
		ctx->err = s.missing;
		rc = s.missing.code;
	}
	return (rc < 0 ? ctx_chain(ctx, "%s of process %d", env ?
	    "environment" : "arguments", p->pid) : rc);
}
