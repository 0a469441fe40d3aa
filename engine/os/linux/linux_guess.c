/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The caller where no rule tells it: code that objtool leaves out (such as
 * __crash_kexec, where a crash by kexec stands) or that was made at run time.
 * The stack is searched for a return address behind a call that goes straight
 * to the function: left-over addresses of earlier calls hardly ever do.
 */
#include "engine/os/linux/linux_unwind.h"

#include "base/bytes.h"

#define WORDS		512		/* of the stack that are looked at */
#define CALL_SIZE	5		/* E8 and a 32-bit distance (Intel SDM, CALL) */

int
linux_guess_frame(struct ctx *ctx, struct kernel *k, struct unwind_frame *f)
{
	uint8_t stack[WORDS * 8], code[CALL_SIZE];
	const struct symbol *callee;
	uint64_t base, ra, target;
	size_t i, n;

	callee = sym_at(&k->symbols, f->exact ? f->pc : f->pc - 1);
	base = (f->sp + 7) & ~UINT64_C(7);
	n = 0;
	ctx->quiet++;
	if (callee != NULL)
		(void)space_read_some(ctx, &k->space, base, stack,
		    sizeof(stack), &n);
	for (i = 0; i + 8 <= n; i += 8) {
		ra = load_u64(stack + i, k->space.be);
		if (ra >> 63 == 0 || space_read(ctx, &k->space,
		    ra - CALL_SIZE, code, CALL_SIZE) != 0 || code[0] != 0xe8)
			continue;
		target = ra + (uint64_t)(int64_t)(int32_t)load_u32(code + 1,
		    false);
		if (target == callee->addr)
			break;
	}
	ctx->quiet--;
	if (i + 8 > n)
		return (ctx_fail_at(ctx, E_CORRUPT, f->pc, "nothing tells who "
		    "called 0x%llx", (unsigned long long)f->pc));
	f->pc = ra;
	f->sp = base + i + 8;
	f->exact = f->reliable = false;
	f->regs.known = 0;
	return (0);
}
