/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/cfi.h"

#include "base/bytes.h"

/*
 * Numbers and what calls preserve: System V ABI, AMD64 supplement, 3.6.2 and
 * 3.2.1; DWARF for the Arm 64-bit Architecture, 4.1, and its procedure call
 * standard, 6.1; RISC-V ELF psABI; System V ABI, Intel386 supplement.
 */
static const char *const x86_64_names[] = {
	"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9",
	"r10", "r11", "r12", "r13", "r14", "r15", "rip", NULL,
};

static const char *const arm64_names[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
	"x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20",
	"x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
	"sp", "pc", NULL,
};

static const struct cfi_arch rows[] = {
	{ &arch_x86_64, 7, 6, 16, 0xf048, x86_64_names },
	{ &arch_arm64, 31, 29, 32, UINT64_C(0x3ff80000), arm64_names },
	{ &arch_riscv64, 2, 8, 32, UINT64_C(0x0ffc0300), NULL },
	{ &arch_i386, 4, 5, 8, 0xe8, NULL },
};

const struct cfi_arch *
cfi_arch_of(const struct arch *a)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].arch == a)
			return (&rows[i]);
	return (NULL);
}

int
cfi_cfa(const struct cfi_rules *r, const struct unwind_regs *regs,
    uint64_t *ret)
{
	if (r->cfa.kind != CFI_OFFSET || !unwind_has(regs, r->cfa_reg))
		return (E_NOT_FOUND);
	*ret = regs->v[r->cfa_reg] + (uint64_t)r->cfa.v;
	return (0);
}

struct step {
	struct ctx	*ctx;
	const struct cfi_arch *a;
	const struct virt_reader *reader;
	const struct cfi_rules *rules;
	cfi_eval	*eval;
	void		*arg;
	const struct unwind_regs *old;
	uint64_t	 cfa;
};

static int
read_word(const struct step *s, uint64_t at, uint64_t *ret)
{
	const unsigned size = s->a->arch->ptr_size;
	uint8_t raw[8];
	int rc;

	rc = s->reader->read(s->reader->arg, s->ctx, at, raw, size);
	if (rc == 0)
		*ret = load_uint(raw, size, s->rules->be);
	return (rc);
}

/* A register of the caller: E_NOT_FOUND when it is not known. */
static int
one(const struct step *s, unsigned i, uint64_t *ret)
{
	const struct cfi_rule *rule = &s->rules->reg[i];
	uint64_t at;
	int rc;

	switch (rule->kind) {
	case CFI_UNSAID:
	case CFI_SAME:
		/* The return address stays where the call put it. */
		if (rule->kind == CFI_UNSAID && i != s->rules->ra &&
		    (s->a->kept >> i & 1) == 0)
			return (E_NOT_FOUND);
		if (!unwind_has(s->old, i))
			return (E_NOT_FOUND);
		*ret = s->old->v[i];
		return (0);
	case CFI_OFFSET:
		return (read_word(s, s->cfa + (uint64_t)rule->v, ret));
	case CFI_VAL_OFFSET:
		*ret = s->cfa + (uint64_t)rule->v;
		return (0);
	case CFI_REGISTER:
		if (rule->v < 0 || !unwind_has(s->old, (uint64_t)rule->v))
			return (E_NOT_FOUND);
		*ret = s->old->v[rule->v];
		return (0);
	case CFI_EXPR:
	case CFI_VAL_EXPR:
		rc = s->eval(s->arg, s->ctx, rule, s->old, s->cfa, &at);
		if (rc != 0)
			return (E_NOT_FOUND);
		if (rule->kind == CFI_EXPR)
			return (read_word(s, at, ret));
		*ret = at;
		return (0);
	default:
		return (E_NOT_FOUND);
	}
}

int
cfi_step(struct ctx *ctx, const struct cfi_arch *a,
    const struct virt_reader *reader, const struct cfi_rules *rules,
    cfi_eval *eval, void *arg, struct unwind_regs *regs)
{
	struct step s = { ctx, a, reader, rules, eval, arg, regs, 0 };
	struct unwind_regs next = { .known = 0 };
	uint64_t v;
	unsigned i;
	int rc;

	if (rules->cfa.kind == CFI_EXPR) {
		if (eval(arg, ctx, &rules->cfa, regs, 0, &s.cfa) != 0)
			return (E_NOT_FOUND);
	} else if (cfi_cfa(rules, regs, &s.cfa) != 0)
		return (E_NOT_FOUND);
	if (rules->ra >= UNWIND_REGS_MAX ||
	    rules->reg[rules->ra].kind == CFI_UNDEFINED)
		return (E_DONE);
	unwind_set(&next, a->sp, s.cfa);
	for (i = 0; i < UNWIND_REGS_MAX; i++) {
		if ((i == a->sp && rules->reg[i].kind == CFI_UNSAID) ||
		    (i == a->pc && i != rules->ra))
			continue;
		rc = one(&s, i, &v);
		if (rc == 0)
			unwind_set(&next, i, v);
		else if (rc != E_NOT_FOUND || i == rules->ra)
			return (rc);
	}
	unwind_set(&next, a->pc, next.v[rules->ra]);
	*regs = next;
	return (0);
}
