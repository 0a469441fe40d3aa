/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disassembly by capstone.  Which processors it knows depends on its version:
 * Debian 12 has a version without RISC-V and LoongArch.
 */
#include "config.h"

#include "engine/value/code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if HAVE_CAPSTONE

#include <capstone/capstone.h>

struct code {
	csh	  handle;
	cs_insn	 *insn;
	unsigned  unit;			/* bytes to skip where there is none */
	bool	  x86_64, arm64;
};

static const struct {
	const char *arch;
	cs_arch	    cs;
	int	    mode;
	unsigned    unit;
} known[] = {
	{ "x86-64", CS_ARCH_X86, CS_MODE_64, 1 },
	{ "i386", CS_ARCH_X86, CS_MODE_32, 1 },
	{ "arm64", CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, 4 },
	{ "arm", CS_ARCH_ARM, CS_MODE_ARM, 4 },
	{ "powerpc64le", CS_ARCH_PPC, CS_MODE_64, 4 },
	{ "powerpc64", CS_ARCH_PPC, (int)((unsigned)CS_MODE_64 |
	    (unsigned)CS_MODE_BIG_ENDIAN), 4 },
	{ "s390x", CS_ARCH_SYSZ, (int)CS_MODE_BIG_ENDIAN, 2 },
#if CS_API_MAJOR >= 5
	{ "riscv64", CS_ARCH_RISCV, (int)((unsigned)CS_MODE_RISCV64 |
	    (unsigned)CS_MODE_RISCVC), 2 },
#endif
};

int
code_open(struct ctx *ctx, const struct arch *arch, struct code **ret)
{
	struct code *c;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (arch != NULL && strcmp(known[i].arch, arch->name) == 0)
			break;
	if (i == sizeof(known) / sizeof(known[0]) ||
	    !cs_support((int)known[i].cs))
		return (ctx_fail(ctx, E_UNSUPPORTED, "the capstone library of "
		    "this build cannot disassemble %s",
		    arch != NULL ? arch->name : "code of an unknown processor"));
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	c->unit = known[i].unit;
	c->x86_64 = known[i].mode == CS_MODE_64 && known[i].cs == CS_ARCH_X86;
	c->arm64 = known[i].cs == CS_ARCH_ARM64;
	if (cs_open(known[i].cs, (cs_mode)known[i].mode, &c->handle) !=
	    CS_ERR_OK) {
		free(c);
		return (ctx_fail(ctx, E_UNSUPPORTED, "capstone cannot be "
		    "opened for %s", arch->name));
	}
	cs_option(c->handle, CS_OPT_DETAIL, CS_OPT_ON);
	if (known[i].cs == CS_ARCH_X86)
		cs_option(c->handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_INTEL);
	c->insn = cs_malloc(c->handle);
	if (c->insn == NULL) {
		code_close(c);
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	}
	*ret = c;
	return (0);
}

void
code_close(struct code *c)
{
	if (c == NULL)
		return;
	if (c->insn != NULL)
		cs_free(c->insn, 1);
	cs_close(&c->handle);
	free(c);
}

/* The last 0x... of the operands: a jump's target, if it is one. */
static void
find_target(struct code *c, struct code_line *l)
{
	const char *hex, *next;
	char *end;

	if (!cs_insn_group(c->handle, c->insn, CS_GRP_JUMP) &&
	    !cs_insn_group(c->handle, c->insn, CS_GRP_CALL))
		return;
	if (strchr(c->insn->op_str, '[') != NULL)
		return;			/* through memory: known at run time only */
	for (hex = NULL, next = c->insn->op_str;
	    (next = strstr(next, "0x")) != NULL; next += 2)
		hex = next;
	if (hex == NULL)
		return;
	l->target = strtoull(hex, &end, 16);
	l->has_target = *end == '\0';
}

/* An operand that is an address: a large constant, or memory beside pc. */
static void
find_data(const struct code *c, struct code_line *l)
{
	const cs_x86 *x = &c->insn->detail->x86;
	const cs_x86_op *op;
	uint8_t i;

	for (i = 0; c->x86_64 && !l->has_target && !l->has_data &&
	    i < x->op_count; i++) {
		op = &x->operands[i];
		if (op->type == X86_OP_IMM)
			l->data = (uint64_t)op->imm;
		else if (op->type == X86_OP_MEM && op->mem.base == X86_REG_RIP)
			l->data = l->addr + l->size + (uint64_t)op->mem.disp;
		else if (op->type == X86_OP_MEM)
			/* An array's, or a variable's of the CPU (gs). */
			l->data = (uint64_t)op->mem.disp;
		else
			continue;
		l->has_data = (l->data >> 63 != 0 &&
		    l->data < UINT64_C(0xfffffffffff00000)) ||
		    (op->type == X86_OP_MEM && op->mem.segment ==
		    X86_REG_GS && l->data > 0xff && l->data >> 32 == 0);
	}
}

static void
add_mem(const struct code *c, struct code_line *l, unsigned base,
    unsigned index, unsigned scale, int64_t disp)
{
	const char *b = base != 0 ? cs_reg_name(c->handle, base) : NULL;
	const char *i = index != 0 ? cs_reg_name(c->handle, index) : NULL;
	struct code_mem *m = &l->mems[l->nmems++];

	snprintf(m->base, sizeof(m->base), "%s", b != NULL ? b : "");
	snprintf(m->index, sizeof(m->index), "%s", i != NULL ? i : "");
	m->scale = scale;
	m->disp = disp;
}

/* A segment's base (a CPU's variables) is no register that a frame has. */
static void
find_mems_x86(const struct code *c, struct code_line *l)
{
	const cs_x86 *x = &c->insn->detail->x86;
	const cs_x86_op *op;
	uint8_t i;

	for (i = 0; i < x->op_count && l->nmems < CODE_MEMS_MAX; i++) {
		op = &x->operands[i];
		if (op->type != X86_OP_MEM || c->insn->id == X86_INS_LEA ||
		    c->insn->id == X86_INS_NOP ||
		    op->mem.segment == X86_REG_GS ||
		    op->mem.segment == X86_REG_FS ||
		    op->mem.base == X86_REG_RIP)
			continue;
		add_mem(c, l, op->mem.base, op->mem.index,
		    (unsigned)op->mem.scale, op->mem.disp);
		l->mems[l->nmems - 1].size = op->size;
		l->mems[l->nmems - 1].writes = (op->access & CS_AC_WRITE) != 0;
	}
}

/* arm64's stores all begin with "st"; its sizes stand in no operand. */
static void
find_mems_arm64(const struct code *c, struct code_line *l)
{
	const cs_arm64 *x = &c->insn->detail->arm64;
	const cs_arm64_op *op;
	uint8_t i;

	for (i = 0; i < x->op_count && l->nmems < CODE_MEMS_MAX; i++) {
		op = &x->operands[i];
		if (op->type != ARM64_OP_MEM)
			continue;
		add_mem(c, l, op->mem.base, op->mem.index, 1U <<
		    (op->shift.type == ARM64_SFT_LSL ? op->shift.value & 7 : 0),
		    op->mem.disp);
		l->mems[l->nmems - 1].writes =
		    strncmp(c->insn->mnemonic, "st", 2) == 0;
	}
}

int
code_next(struct ctx *ctx, struct code *c, const struct space *sp,
    uint64_t addr, struct code_line *l)
{
	const uint8_t *p;
	uint64_t at;
	size_t n;
	int rc;

	memset(l, 0, sizeof(*l));
	l->addr = addr;
	ctx->quiet++;
	rc = space_read_some(ctx, sp, addr, l->bytes, 16, &n);
	ctx->quiet--;
	if (n == 0)
		return (rc != 0 ? ctx_fail_at(ctx, rc, addr, "no code can be "
		    "read at 0x%llx: %s", (unsigned long long)addr,
		    status_text(rc)) : E_DONE);
	p = l->bytes;
	at = addr;
	if (!cs_disasm_iter(c->handle, &p, &n, &at, c->insn)) {
		l->bad = true;
		l->size = c->unit;
		snprintf(l->text, sizeof(l->text), "(bad)");
		return (0);
	}
	l->size = c->insn->size;
	snprintf(l->text, sizeof(l->text), "%s%s%s", c->insn->mnemonic,
	    c->insn->op_str[0] != '\0' ? " " : "", c->insn->op_str);
	find_target(c, l);
	find_data(c, l);
	if (c->x86_64)
		find_mems_x86(c, l);
	else if (c->arm64)
		find_mems_arm64(c, l);
	return (0);
}

#else

int
code_open(struct ctx *ctx, const struct arch *arch, struct code **ret)
{
	(void)arch;
	(void)ret;
	return (ctx_fail(ctx, E_UNSUPPORTED, "this build cannot disassemble: "
	    "build with the capstone library (Debian: libcapstone-dev)"));
}

void
code_close(struct code *c)
{
	(void)c;
}

int
code_next(struct ctx *ctx, struct code *c, const struct space *sp,
    uint64_t addr, struct code_line *l)
{
	(void)c;
	(void)sp;
	(void)l;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, addr, "no disassembler"));
}

#endif
