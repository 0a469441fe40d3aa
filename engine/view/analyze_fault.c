/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kernel died of: its panic, and the instruction that could not go on. */
#include "engine/view/analyze.h"

#include "arch/cfi.h"
#include "engine/os/os_panic.h"
#include "engine/value/code.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *
analyze_function(const struct kernel *k, const struct os_frame *f)
{
	const struct symbol *sym = view_frame_symbol(k, f);

	return (sym != NULL ? sym_name(&k->symbols, sym) : "");
}

size_t
analyze_first(const struct kernel *k, const struct stack *s)
{
	struct panic_frame names[STACK_MAX];
	size_t i;

	for (i = 0; i < s->n; i++) {
		names[i].name = analyze_function(k, &s->frames[i]);
		names[i].exact = s->frames[i].exact;
	}
	return (panic_first(names, s->n));
}

const struct os_frame *
analyze_code(const struct kernel *k, const struct stack *s)
{
	size_t first = analyze_first(k, s);

	if (first < s->n && s->frames[first].exact && first + 1 < s->n &&
	    view_frame_symbol(k, &s->frames[first]) == NULL)
		first++;
	return (first < s->n ? &s->frames[first] : NULL);
}

/* A register by the name that the disassembler has for it; "": counts as 0. */
static bool
reg_of(const struct kernel *k, const struct os_frame *f, const char *name,
    uint64_t *ret)
{
	const struct cfi_arch *a = cfi_arch_of(k->arch);
	unsigned i;

	*ret = 0;
	if (name[0] == '\0')
		return (true);
	if (a == NULL || a->names == NULL || f->regs == NULL)
		return (false);
	for (i = 0; a->names[i] != NULL; i++)
		if (strcmp(a->names[i], name) == 0 && unwind_has(f->regs, i)) {
			*ret = f->regs->v[i];
			return (true);
		}
	if (strcmp(name, "rsp") == 0 || strcmp(name, "sp") == 0) {
		*ret = f->sp;
		return (true);
	}
	return (false);
}

/* Why there is nothing at an address; NULL: there is. */
static const char *
absent(struct ctx *ctx, const struct kernel *k, uint64_t addr, bool code,
    bool fault, struct arena *arena)
{
	struct pt_result r;
	const char *wild;

	wild = os_wild(k, addr, arena);
	if (wild != NULL || k->space.form == NULL)
		return (wild);
	if (!pt_canonical(k->space.form, addr))
		return ("not canonical");
	if (space_translate(ctx, &k->space, addr, &r) != E_NOT_MAPPED)
		return (NULL);
	/* Code that copies from and to a process may touch its memory. */
	if (addr >> (k->space.ptr_size * 8 - 1) == 0)
		return (code || fault ? "not the kernel's" : NULL);
	return ("not mapped");
}

static void
put_reg(const char *name, uint64_t v, struct buf *b)
{
	if (name[0] != '\0')
		buf_printf(b, ", %s = 0x%" PRIx64, name, v);
}

/* Instructions that mean it: arch/x86, arch/arm64/include/asm/brk-imm.h. */
static const struct {
	const char	*text, *what;
} traps[] = {
	{ "ud2", "a BUG() or a WARN()" },
	{ "brk #0x800", "a BUG() or a WARN()" },
	{ "int3", "a breakpoint" },
};

bool
analyze_instruction(struct ctx *ctx, struct kernel *k,
    const struct os_frame *f, bool fault, struct buf *b)
{
	const struct code_mem *m;
	struct code_line l;
	struct code *code;
	struct arena arena;
	uint64_t base, index, addr;
	const char *why = NULL;
	unsigned i;

	arena_init(&arena);
	ctx->quiet++;
	why = absent(ctx, k, f->pc, true, fault, &arena);
	if (why != NULL)
		buf_printf(b, "a jump to 0x%" PRIx64 " (%s)", f->pc, why);
	else if (code_open(ctx, k->arch, &code) == OK) {
		if (code_next(ctx, code, &k->space, f->pc, &l) != OK)
			l.text[0] = l.nmems = 0;
		for (i = 0; i < COUNT(traps); i++)
			if (strcmp(l.text, traps[i].text) == 0)
				why = traps[i].what;
		if (why != NULL)
			buf_printf(b, "%s (%s)", why, l.text);
		for (i = 0; why == NULL && i < l.nmems; i++) {
			m = &l.mems[i];
			if (!reg_of(k, f, m->base, &base) ||
			    !reg_of(k, f, m->index, &index))
				continue;
			addr = base + index * m->scale + (uint64_t)m->disp;
			if (k->space.ptr_size == 4)
				addr = (uint32_t)addr;
			why = absent(ctx, k, addr, false, fault, &arena);
			if (why == NULL)
				continue;
			buf_printf(b, "%s at 0x%" PRIx64 " (%s) by %s",
			    m->writes ? "a write" : "a read", addr, why,
			    l.text);
			put_reg(m->base, base, b);
			put_reg(m->index, index, b);
		}
		code_close(code);
	}
	ctx->quiet--;
	ctx_clear(ctx);
	arena_fini(&arena);
	return (why != NULL);
}

/* Registers of that frame that hold what nobody may use any more. */
static int
registers(struct ctx *ctx, struct analysis *a, const struct os_frame *f)
{
	const struct cfi_arch *arch = cfi_arch_of(a->k->arch);
	const char *what, *see;
	uint64_t v;
	unsigned i;
	int error = OK;

	if (arch == NULL || arch->names == NULL || f->regs == NULL)
		return (OK);
	see = arena_printf(&a->arena, "frame %u", f->index);
	for (i = 0; error == OK && arch->names[i] != NULL; i++) {
		v = unwind_has(f->regs, i) ? f->regs->v[i] : 0;
		/* Small numbers of either sign are numbers. */
		if (v < 4096 || v > UINT64_MAX - 4096)
			continue;
		what = os_wild(a->k, v, &a->arena);
		if (what != NULL)
			error = analyze_say(ctx, a, GRADE_BAD, "register", see,
			    "%s = 0x%" PRIx64 ": %s", arch->names[i], v, what);
	}
	return (error);
}

bool
analyze_is_fault(const struct os_info *in)
{
	static const char *const words[] = { "fault", "dereference",
	    "paging request", "user memory" };
	size_t i;

	for (i = 0; i < COUNT(words); i++)
		if (in->panic.status == OK && in->panic.s != NULL &&
		    strstr(in->panic.s, words[i]) != NULL)
			return (true);
	return (false);
}

int
analyze_panic(struct ctx *ctx, struct analysis *a)
{
	const struct os_info *in = &a->info;
	const char *by = "", *text = in->panic.s;

	if (in->panic.status == E_NOT_FOUND && in->panic_pid.status != OK)
		return (OK);
	if (in->panic_pid.status == OK)
		by = arena_printf(&a->arena, ", in %s (%" PRIu64 ")",
		    in->panic_comm.status == OK && in->panic_comm.s != NULL ?
		    in->panic_comm.s : "task", in->panic_pid.v);
	if (in->panic_cpu.status == OK && by != NULL)
		by = arena_printf(&a->arena, "%s on CPU %" PRIu64, by,
		    in->panic_cpu.v);
	if (in->panic.status != OK || text == NULL || text[0] == '\0')
		text = "its words are not in the dump";
	return (analyze_say(ctx, a, GRADE_FATAL, "panic", "log", "%s%s", text,
	    by != NULL ? by : ""));
}

int
analyze_fault(struct ctx *ctx, struct analysis *a)
{
	const struct os_frame *f, *at;
	const struct symbol *sym;
	struct stack *s;
	struct buf why = { 0 };
	size_t first;
	int error = OK;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for a stack"));
	analyze_panicked(ctx, a->k, &a->info, s);
	first = analyze_first(a->k, s);
	f = first < s->n ? &s->frames[first] : NULL;
	at = analyze_code(a->k, s);
	sym = at != NULL ? view_frame_symbol(a->k, at) : NULL;
	if (sym != NULL)
		error = analyze_say(ctx, a, GRADE_FATAL, "where", "bt",
		    "%s%s+0x%" PRIx64, at->exact ? "" : "called from ",
		    sym_name(&a->k->symbols, sym), at->pc - sym->addr);
	if (error == OK && f != NULL && f->exact &&
	    analyze_instruction(ctx, a->k, f, analyze_is_fault(&a->info),
	    &why))
		error = analyze_say(ctx, a, GRADE_FATAL, "fault",
		    arena_printf(&a->arena, "frame %u", f->index), "%s",
		    buf_text(&why));
	if (error == OK && f != NULL && f->exact)
		error = registers(ctx, a, f);
	buf_fini(&why);
	free(s);
	return (error);
}
