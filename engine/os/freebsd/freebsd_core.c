/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads as notes of an ELF core: NT_PRSTATUS as Linux has it, which the
 * debuggers of every host read; FreeBSD's own form is read by those alone that
 * were built for FreeBSD.  The thread's number stands where a process has its
 * own.
 */
#include "engine/os/freebsd/freebsd.h"

#include "base/bytes.h"
#include "engine/backend/elf_write.h"

#include <string.h>

#define NT_PRSTATUS	1
#define PRSTATUS_MAX	1024		/* bytes of the largest */
#define NOTES_MAX	(32u << 20)	/* bytes; fewer than a reader looks at */

struct threads {
	struct kernel	*k;
	struct buf	*out;
	int		 guilty;	/* its tid, or -1: all but this one */
	bool		 alone;
};

/* The registers that struct pcb has; the others stay zero. */
static int
take_regs(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    uint8_t *to)
{
	const unsigned word = k->space.ptr_size;
	const struct freebsd_pcb *form;
	const struct freebsd_regs *r;
	const struct arch_reg *reg;
	const char *name;
	uint64_t addr, v;
	size_t n;
	int rc;

	rc = freebsd_pcb(ctx, k, p, &form, &addr);
	r = form != NULL ? form->regs : NULL;
	for (; rc == 0 && r != NULL && r->names != NULL; r++) {
		v = addr + r->pcb;
		for (name = r->names; rc == 0 && *name != '\0'; name += n +
		    strspn(name + n, " "), v += word) {
			n = strcspn(name, " ");
			for (reg = k->arch->regs; reg->name != NULL; reg++)
				if (strlen(reg->name) == n &&
				    memcmp(reg->name, name, n) == 0)
					break;
			if (reg->name != NULL)
				rc = space_read(ctx, &k->space, v,
				    to + reg->offset, word);
		}
	}
	return (rc);
}

static int
put_thread(struct ctx *ctx, struct threads *t, const struct os_proc *p)
{
	const struct arch *a = t->k->arch;
	uint8_t status[PRSTATUS_MAX];
	int rc;

	if (a->regs == NULL || a->prstatus_size > sizeof(status))
		return (E_UNSUPPORTED);
	memset(status, 0, sizeof(status));
	store_uint(status + a->prstatus_pid, 4, a->be, (uint32_t)p->tid);
	rc = take_regs(ctx, t->k, p, status + a->prstatus_regs);
	if (rc == 0)
		elf_put_note(t->out, a->be, "CORE", sizeof("CORE"),
		    NT_PRSTATUS, status, a->prstatus_size);
	return (rc);
}

static int
if_wanted(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct threads *t = arg;
	int rc;

	if ((p->tid == t->guilty) != t->alone || t->out->len > NOTES_MAX)
		return (0);
	rc = put_thread(ctx, t, p);
	if (rc == E_NOMEM || rc == E_CANCELLED)
		return (rc);
	ctx_clear(ctx);			/* one whose registers are lost */
	return (t->alone);
}

int
freebsd_core_notes(struct ctx *ctx, struct kernel *k, struct buf *out)
{
	const struct freebsd_os *f = freebsd_of(k);
	struct threads t = { .k = k, .out = out, .guilty = -1 };
	int rc;

	/* lldb takes the form of the others from there being one of these. */
	elf_put_note(out, k->arch->be, "LINUX", sizeof("LINUX"), 0, "", 0);
	rc = 0;
	ctx->quiet++;
	if (f->dumptid.status == 0) {
		t.guilty = (int)(int32_t)f->dumptid.v;
		t.alone = true;
		rc = freebsd_procs(ctx, k, OS_THREADS, if_wanted, &t);
		t.alone = false;
	}
	if (rc != E_NOMEM && rc != E_CANCELLED)
		rc = freebsd_procs(ctx, k, OS_THREADS, if_wanted, &t);
	ctx->quiet--;
	if (rc == E_NOMEM || rc == E_CANCELLED)
		return (rc);
	ctx_clear(ctx);			/* no threads are no failure here */
	return (0);
}
