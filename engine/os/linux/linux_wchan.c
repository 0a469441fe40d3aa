/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a sleeping task waits: the innermost function on its stack that is
 * not the scheduler's, as get_wchan() of the kernel has it.
 *
 * Unwinding needs rules (ORC), which this does without: the stack is searched
 * for return addresses, and left-over ones are told from real ones by the call
 * before them, which must call the function that the frame below it is in.
 * Only where no direct call matches (an indirect call, a tail call in between)
 * does the nearest address behind any call count.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"

#include <string.h>

#define STACK_PART	4096		/* what is looked at, bytes */
#define FRAME_MAX	1024		/* a match farther away is no match */
#define FRAMES_MAX	16

struct scan {
	struct kernel	*k;
	uint64_t	 text[2], sched[2], lock[2];
};

/* [name_start, name_end); false when the symbols are not there. */
static bool
section(struct ctx *ctx, struct kernel *k, const char *start, const char *end,
    uint64_t ret[2])
{
	ret[0] = ret[1] = 0;
	return (linux_root(ctx, k, start, &ret[0]) == 0 &&
	    linux_root(ctx, k, end, &ret[1]) == 0);
}

static bool
within(const uint64_t range[2], uint64_t addr)
{
	return (addr >= range[0] && addr < range[1]);
}

/*
 * Is there a call before this address?  0 = no, 1 = yes; *target is where it
 * goes, 0 for an indirect one.  Opcodes: E8 rel32; FF /2 with a register or
 * memory operand of 2 to 7 bytes (Intel's manual, CALL).
 */
static int
call_before(struct ctx *ctx, struct kernel *k, uint64_t ra, uint64_t *target)
{
	uint8_t code[7];
	int i;

	if (space_read(ctx, &k->space, ra - sizeof(code), code,
	    sizeof(code)) != 0)
		return (0);
	*target = 0;
	if (code[2] == 0xe8) {
		*target = ra + (uint64_t)(int64_t)(int32_t)load_u32(code + 3,
		    false);
		return (1);
	}
	for (i = 0; i <= 5; i++)
		if (code[i] == 0xff && (code[i + 1] >> 3 & 7) == 2)
			return (1);
	return (0);
}

/*
 * The next return address above words[*at]: the call before it goes to
 * "callee", the function that was found last.
 */
static int
next_frame(struct ctx *ctx, const struct scan *s, const uint64_t *words,
    size_t n, size_t *at, uint64_t callee, uint64_t *ra)
{
	const struct symbol *sym;
	uint64_t target;
	size_t i, end, any;

	end = *at + FRAME_MAX / 8 < n ? *at + FRAME_MAX / 8 : n;
	for (i = *at, any = n; i < end; i++) {
		if (!within(s->text, words[i]) ||
		    call_before(ctx, s->k, words[i], &target) == 0)
			continue;
		if (callee == 0 || target == callee)
			break;
		/* A direct call to elsewhere may end in a jump to callee. */
		sym = target == 0 ? NULL : sym_at(&s->k->symbols, target);
		if (any == n && (target == 0 || (sym != NULL &&
		    sym->addr == target)))
			any = i;
	}
	if (i >= end)
		i = any;
	if (i >= n)
		return (E_DONE);
	*ra = words[i];
	*at = i + 1;
	return (0);
}

/* Of several names at one address the kernel takes its table's first. */
static const char *
kernel_name(struct kernel *k, const struct symbol *sym)
{
	while (sym > k->symbols.v && sym[-1].addr == sym->addr)
		sym--;
	return (sym_name(&k->symbols, sym));
}

int
linux_wchan(struct ctx *ctx, struct kernel *k, uint64_t task, uint64_t stack,
    const char **ret)
{
	struct scan s = { .k = k };
	uint64_t words[STACK_PART / 8], sp, len, ra, callee;
	const struct linux_place *place;
	const struct symbol *sym;
	size_t i, n, at;
	int frames, rc;

	*ret = "";
	if (k->arch != &arch_x86_64)
		return (E_UNSUPPORTED);
	/* Without the image's ends an ORC-less guess is not worth showing. */
	if (!section(ctx, k, "_stext", "_etext", s.text) ||
	    !section(ctx, k, "__sched_text_start", "__sched_text_end",
	    s.sched))
		return (E_NO_SYMBOL);
	section(ctx, k, "__lock_text_start", "__lock_text_end", s.lock);
	place = linux_place(k, LM_INACTIVE_RET);
	rc = linux_member(ctx, k, task, LM_TASK_ALONE_SP, &sp);
	if (rc != 0 || place->status != OK)
		return (rc != 0 ? rc : place->status);
	len = linux_stack_size(ctx, k);
	if (sp % 8 != 0 || sp < stack || sp - stack >= len)
		return (E_CORRUPT);
	len -= sp - stack;
	if (len > sizeof(words))
		len = sizeof(words);
	rc = space_read(ctx, &k->space, sp, words, (size_t)len);
	if (rc != 0)
		return (rc);
	n = (size_t)len / 8;
	for (i = 0; i < n; i++)
		words[i] = load_u64(&words[i], k->space.be);
	/* __switch_to_asm() saved registers and was called from here. */
	at = place->offset / 8;
	if (at >= n || !within(s.sched, words[at]))
		return (0);		/* a new task that has not run yet */
	ra = words[at++];
	for (frames = 0; frames < FRAMES_MAX; frames++) {
		sym = sym_at(&k->symbols, ra - 1);
		if (sym == NULL)
			return (0);
		if (!within(s.sched, ra) && !within(s.lock, ra)) {
			*ret = kernel_name(k, sym);
			return (0);
		}
		callee = sym->addr;
		if (next_frame(ctx, &s, words, n, &at, callee, &ra) != 0)
			return (0);
	}
	return (0);
}
