/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/unwind.h"

#include "base/bytes.h"

static int
read_word(struct ctx *ctx, const struct virt_reader *r,
    const struct unwind_chain *c, uint64_t va, uint64_t *ret)
{
	uint8_t raw[8];
	int rc;

	rc = r->read(r->arg, ctx, va, raw, c->word);
	if (rc == 0)
		*ret = load_uint(raw, c->word, c->be);
	return (rc);
}

int
unwind_chain(struct ctx *ctx, const struct virt_reader *r,
    const struct unwind_chain *c, struct unwind_frame *f)
{
	uint64_t next, pc;
	int rc;

	if (f->bp == 0)
		return (E_DONE);
	if (f->bp % c->word != 0)
		return (ctx_fail_at(ctx, E_CORRUPT, f->bp, "0x%llx is no frame "
		    "pointer", (unsigned long long)f->bp));
	rc = read_word(ctx, r, c, f->bp + (uint64_t)(int64_t)c->next_at, &next);
	if (rc != 0)
		return (rc);
	if (c->pc_in_next && next == 0)
		return (E_DONE);
	rc = read_word(ctx, r, c, (c->pc_in_next ? next : f->bp) +
	    (uint64_t)(int64_t)c->pc_at, &pc);
	if (rc != 0)
		return (rc);
	if (pc == 0)
		return (E_DONE);
	/* The stack grows down: a caller's frame lies above, or elsewhere. */
	if (next != 0 && next <= f->bp && f->bp - next < UNWIND_STACK_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, f->bp, "the frame at "
		    "0x%llx does not lead upwards", (unsigned long long)f->bp));
	f->pc = pc;
	f->sp = c->pc_in_next ? next : f->bp + (uint64_t)(int64_t)c->sp_at;
	f->bp = next;
	f->exact = false;
	f->reliable = false;
	f->regs.known = 0;
	return (0);
}
