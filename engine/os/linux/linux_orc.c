/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ORC: the unwind rules that x86-64 kernels carry in memory for their own
 * stack dumps (arch/x86/include/asm/orc_types.h, written by objtool).  A
 * sorted table of 32-bit offsets, each from its own place to an instruction,
 * and beside it the rule that holds from there on.  The kernel has one pair of
 * tables, each module another.
 *
 * The rule's encoding has changed twice, which its members tell: "type" has two
 * bits and "end" says the last frame up to 6.3; from 6.4 it has three bits and
 * END_OF_STACK is a type.
 */
#include "base/bytes.h"
#include "engine/os/linux/linux_unwind.h"

#include <stdlib.h>

#define ENTRIES_MAX	(16u << 20)

/* A pair of tables, and what code they tell of. */
static int
table_at(struct ctx *ctx, struct kernel *k, uint64_t ips, uint64_t rules,
    uint64_t n, struct linux_orc_table *t)
{
	const uint64_t last = ips + (n - 1) * 4;
	uint32_t off;
	int rc;

	if (n > ENTRIES_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, ips,
		    "%llu unwind rules are not plausible",
		    (unsigned long long)n));
	*t = (struct linux_orc_table){ .ips = ips, .rules = rules, .n = n };
	rc = space_u32(ctx, &k->space, ips, &off);
	if (rc != 0)
		return (rc);
	t->low = ips + (uint64_t)(int64_t)(int32_t)off;
	rc = space_u32(ctx, &k->space, last, &off);
	if (rc != 0)
		return (rc);
	t->high = last + (uint64_t)(int64_t)(int32_t)off;
	return (0);
}

static int
add_kernel(struct ctx *ctx, struct linux_orc *orc, uint64_t ips,
    uint64_t ips_end, uint64_t rules)
{
	struct linux_orc_table t;
	int rc;

	if (ips_end < ips + 4)
		return (0);
	rc = table_at(ctx, orc->k, ips, rules, (ips_end - ips) / 4, &t);
	if (rc != 0)
		return (rc);
	if (!vec_room(orc->tables, orc->cap, orc->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	orc->tables[orc->n++] = t;
	return (0);
}

struct places {
	struct linux_orc *orc;
	struct linux_orc_table table;
};

/*
 * A module's table tells of its init code too, which lay far from the rest and
 * where by now another module may lie: each place by itself, and only while
 * the module has it.
 */
static int
add_place(void *arg, struct ctx *ctx, uint64_t base, uint64_t size)
{
	const struct places *p = arg;
	struct linux_orc *orc = p->orc;
	struct linux_orc_table t = p->table;
	uint64_t end;

	if (!add_ok(base, size, &end))
		return (0);
	if (t.low < base)
		t.low = base;
	if (t.high > end)
		t.high = end;
	if (t.low >= t.high)
		return (0);
	if (!vec_room(orc->tables, orc->cap, orc->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	orc->tables[orc->n++] = t;
	return (0);
}

static int
add_module(void *arg, struct ctx *ctx, const struct os_module *m)
{
	struct places p = { .orc = arg };
	struct kernel *k = p.orc->k;
	uint64_t n, ips, rules;

	if (linux_member(ctx, k, m->address, LM_MODULE_ORC_NUM, &n) != 0 ||
	    linux_member(ctx, k, m->address, LM_MODULE_ORC_IP, &ips) != 0 ||
	    linux_member(ctx, k, m->address, LM_MODULE_ORC_RULE, &rules) != 0 ||
	    n == 0 || table_at(ctx, k, ips, rules, n, &p.table) != 0)
		return (0);		/* its frames will be guesses */
	return (linux_module_places(ctx, k, m->address, add_place, &p));
}

int
linux_orc_create(struct ctx *ctx, struct kernel *k, struct linux_orc **ret)
{
	static const char *const members[LINUX_ORC_FIELDS] = {
		"sp_offset", "bp_offset", "sp_reg", "bp_reg", "type", "end",
	};
	struct linux_orc *orc;
	struct typeref t;
	uint64_t ips, ips_end, rules;
	size_t i;
	int rc;

	rc = type_find(ctx, k->types, "struct orc_entry", &t);
	if (rc != 0)
		return (rc);
	orc = calloc(1, sizeof(*orc));
	if (orc == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	orc->k = k;
	rc = type_size(ctx, k->types, t, &orc->size);
	if (rc == 0 && (orc->size == 0 || orc->size > LINUX_ORC_ROOM))
		rc = ctx_fail(ctx, E_UNSUPPORTED, "unwind rules of %llu bytes",
		    (unsigned long long)orc->size);
	for (i = 0; rc == 0 && i < LINUX_ORC_FIELDS; i++) {
		rc = type_field(ctx, k->types, t, members[i], &orc->field[i]);
		if (i == LINUX_ORC_END && rc == E_NO_MEMBER)
			rc = 0;
	}
	if (rc == 0)
		rc = linux_root(ctx, k, "__start_orc_unwind_ip", &ips);
	if (rc == 0)
		rc = linux_root(ctx, k, "__stop_orc_unwind_ip", &ips_end);
	if (rc == 0)
		rc = linux_root(ctx, k, "__start_orc_unwind", &rules);
	if (rc == 0)
		rc = add_kernel(ctx, orc, ips, ips_end, rules);
	if (rc == 0) {
		orc->types_apart = orc->field[LINUX_ORC_TYPE].bit_size >= 3;
		rc = linux_modules(ctx, k, add_module, orc);
		if (rc != E_NOMEM)	/* what could be had is enough */
			rc = 0;
	}
	if (rc != 0) {
		linux_orc_destroy(orc);
		return (ctx_chain(ctx, "unwind rules (ORC)"));
	}
	*ret = orc;
	return (0);
}

void
linux_orc_destroy(struct linux_orc *orc)
{
	if (orc == NULL)
		return;
	free(orc->tables);
	free(orc);
}

/* The last entry at or below pc. */
static int
search(struct ctx *ctx, const struct linux_orc *orc,
    const struct linux_orc_table *t, uint64_t pc, uint64_t *index)
{
	uint64_t lo, hi, mid, at;
	uint32_t off;
	int rc;

	for (lo = 0, hi = t->n; hi - lo > 1;) {
		mid = lo + (hi - lo) / 2;
		at = t->ips + mid * 4;
		rc = space_u32(ctx, &orc->k->space, at, &off);
		if (rc != 0)
			return (rc);
		if (at + (uint64_t)(int64_t)(int32_t)off <= pc)
			lo = mid;
		else
			hi = mid;
	}
	*index = lo;
	return (0);
}

static uint64_t
field(const struct linux_orc *orc, const uint8_t *raw, int i)
{
	const struct type_field *f = &orc->field[i];
	uint64_t v;

	/* The structure is packed: a bit-field's unit may reach beyond it. */
	if (f->size == 0 || f->offset + f->size > LINUX_ORC_ROOM)
		return (0);
	v = load_uint(raw + f->offset, f->size, false) >> f->bit_offset;
	return (f->bit_size > 0 && f->bit_size < 64 ?
	    v & ((UINT64_C(1) << f->bit_size) - 1) : v);
}

int
linux_orc_find(struct ctx *ctx, const struct linux_orc *orc, uint64_t pc,
    struct unwind_rule *rule)
{
	static const enum unwind_base bases[] = {
		UNWIND_NONE, UNWIND_PREV_SP, UNWIND_DX, UNWIND_DI, UNWIND_BP,
		UNWIND_SP, UNWIND_R10, UNWIND_R13, UNWIND_BP_INDIRECT,
		UNWIND_SP_INDIRECT,
	};
	static const enum unwind_kind kinds[] = {
		UNWIND_UNDEFINED, UNWIND_END, UNWIND_CALL, UNWIND_REGS,
		UNWIND_REGS_PARTIAL,
	}, old_kinds[] = {
		UNWIND_CALL, UNWIND_REGS, UNWIND_REGS_PARTIAL, UNWIND_UNDEFINED,
	};
	const struct linux_orc_table *t;
	uint8_t raw[LINUX_ORC_ROOM] = { 0 };
	uint64_t index, sp, bp, type;
	size_t i;
	int rc;

	/* Modules lie apart from the kernel and from each other. */
	for (i = 0, t = NULL; i < orc->n && t == NULL; i++)
		if (pc >= orc->tables[i].low && pc < orc->tables[i].high)
			t = &orc->tables[i];
	if (t == NULL)
		return (E_NOT_FOUND);
	rc = search(ctx, orc, t, pc, &index);
	if (rc == 0)
		rc = space_read(ctx, &orc->k->space, t->rules +
		    index * orc->size, raw, (size_t)orc->size);
	if (rc != 0)
		return (rc);
	sp = field(orc, raw, LINUX_ORC_SP_REG);
	bp = field(orc, raw, LINUX_ORC_BP_REG);
	type = field(orc, raw, LINUX_ORC_TYPE);
	rule->sp = sp < sizeof(bases) / sizeof(bases[0]) ? bases[sp] :
	    UNWIND_NONE;
	rule->bp = bp < sizeof(bases) / sizeof(bases[0]) ? bases[bp] :
	    UNWIND_NONE;
	rule->sp_offset = (int16_t)field(orc, raw, LINUX_ORC_SP_OFFSET);
	rule->bp_offset = (int16_t)field(orc, raw, LINUX_ORC_BP_OFFSET);
	if (orc->types_apart)
		rule->kind = type < sizeof(kinds) / sizeof(kinds[0]) ?
		    kinds[type] : UNWIND_UNDEFINED;
	else if (rule->sp == UNWIND_NONE)
		rule->kind = field(orc, raw, LINUX_ORC_END) != 0 ? UNWIND_END :
		    UNWIND_UNDEFINED;
	else
		rule->kind = field(orc, raw, LINUX_ORC_END) != 0 ? UNWIND_END :
		    old_kinds[type & 3];
	return (0);
}
