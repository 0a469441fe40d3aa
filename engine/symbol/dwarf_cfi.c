/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call frame information: DWARF 5, 6.4; .eh_frame as the Linux Standard Base
 * has it (Core, "Exception Frames").  The descriptions are found once, sorted
 * by address; the row for an address is worked out when it is asked for.
 */
#include "engine/symbol/dwarf_machine.h"

#include <stdlib.h>
#include <string.h>

#define FDES_MAX	(1u << 22)
#define STEPS_MAX	100000		/* instructions of one description */
#define REMEMBER_MAX	16

struct fde {
	uint64_t low, high;
	uint32_t at;			/* of its instructions */
	uint32_t end;
	uint32_t cie;			/* offset */
	bool	 eh;
};

struct collected {
	struct fde *v;
	size_t	    n, cap;
};

struct dwarf_cfi_index {		/* dwarf.cfi */
	size_t	   n;
	struct fde v[];
};

/* A common information entry. */
struct cie {
	uint32_t at, end;		/* of its initial instructions */
	uint64_t code_align;
	int64_t	 data_align;
	uint64_t ra;
	uint8_t	 version, pointer, addr_size;
	bool	 signal, augmented, eh;
};

static struct bytes
section(const struct dwarf *d, bool eh)
{
	const struct dwarf_bytes *s = &d->in.section[eh ? DWARF_EH_FRAME :
	    DWARF_FRAME];

	return (bytes_of(s->p, s->n, d->in.be));
}

/* An entry's length and id; false at the end. */
static bool
entry_head(struct bytes *b, bool eh, uint64_t *end, uint64_t *id,
    size_t *id_at, unsigned *size)
{
	uint64_t length;

	*size = 4;
	length = bytes_u32(b);
	if (length == 0xffffffff) {
		*size = 8;
		length = bytes_u64(b);
	}
	if (b->bad || length > bytes_left(b))
		return (false);
	*end = b->pos + length;
	*id_at = b->pos;
	*id = 0;
	if (length == 0)
		return (true);
	/* In .eh_frame ids are of 4 bytes in any case but GNU's own. */
	*id = bytes_uint(b, eh ? 4 : *size);
	return (!b->bad && b->pos <= *end);
}

#define PE_OMIT		0xff
#define PE_PCREL	0x10

/* A pointer as .eh_frame encodes them. */
static bool
pointer(const struct dwarf *d, struct bytes *b, unsigned how, unsigned size,
    bool relative, uint64_t *ret)
{
	const uint64_t here = d->in.section[DWARF_EH_FRAME].addr + b->pos;
	uint64_t v;

	switch (how & 0x0f) {
	case 0x00:
		v = bytes_uint(b, size);
		break;
	case 0x01:
		v = dwarf_uleb(b);
		break;
	case 0x02:
		v = bytes_u16(b);
		break;
	case 0x03:
		v = bytes_u32(b);
		break;
	case 0x04:
	case 0x0c:
		v = bytes_u64(b);
		break;
	case 0x09:
		v = (uint64_t)dwarf_sleb(b);
		break;
	case 0x0a:
		v = (uint64_t)(int64_t)(int16_t)bytes_u16(b);
		break;
	case 0x0b:
		v = (uint64_t)(int64_t)(int32_t)bytes_u32(b);
		break;
	default:
		return (false);
	}
	if (relative && (how & 0x70) == PE_PCREL)
		v += here;
	else if (relative && (how & 0x70) != 0)
		return (false);
	*ret = size == 4 ? (uint32_t)v : v;
	return (!b->bad);
}

static bool
augmentation(const struct dwarf *d, struct bytes *b, const char *text,
    struct cie *c)
{
	uint64_t length, end, skip;

	if (text[0] == '\0')
		return (true);
	if (text[0] != 'z')
		return (false);
	c->augmented = true;
	length = dwarf_uleb(b);
	if (length > bytes_left(b))
		return (false);
	end = b->pos + length;
	for (text++; *text != '\0' && !b->bad; text++) {
		switch (*text) {
		case 'R':
			c->pointer = bytes_u8(b);
			break;
		case 'S':
			c->signal = true;
			break;
		case 'L':
			bytes_u8(b);
			break;
		case 'P':
			if (!pointer(d, b, bytes_u8(b), c->addr_size, false,
			    &skip))
				return (false);
			break;
		}
	}
	b->pos = (size_t)end;
	return (!b->bad);
}

static bool
read_cie(const struct dwarf *d, bool eh, uint64_t off, struct cie *c)
{
	struct bytes b = section(d, eh);
	uint64_t end, id;
	const char *text;
	size_t id_at;
	unsigned size;

	if (off >= b.len)
		return (false);
	bytes_seek(&b, (size_t)off);
	if (!entry_head(&b, eh, &end, &id, &id_at, &size) ||
	    id != (eh ? 0 : size == 8 ? UINT64_MAX : UINT32_MAX) ||
	    b.pos == id_at)
		return (false);
	b.len = (size_t)end;
	*c = (struct cie){ .end = (uint32_t)end, .eh = eh,
	    .addr_size = (uint8_t)d->in.addr_size };
	c->version = bytes_u8(&b);
	if (c->version != 1 && c->version != 3 && c->version != 4)
		return (false);
	text = dwarf_cstr(&b);
	if (text == NULL)
		return (false);
	if (c->version == 4) {
		c->addr_size = bytes_u8(&b);
		if (bytes_u8(&b) != 0 || (c->addr_size != 4 &&
		    c->addr_size != 8))
			return (false);
	}
	c->code_align = dwarf_uleb(&b);
	c->data_align = dwarf_sleb(&b);
	c->ra = c->version == 1 ? bytes_u8(&b) : dwarf_uleb(&b);
	if (!augmentation(d, &b, text, c) || b.bad)
		return (false);
	c->at = (uint32_t)b.pos;
	return (true);
}

static bool
add_fde(struct dwarf *d, struct collected *x, struct bytes b,
    uint64_t end, uint64_t cie_at, const struct cie *c)
{
	struct fde f = { .end = (uint32_t)end, .cie = (uint32_t)cie_at,
	    .eh = c->eh };
	uint64_t length;

	b.len = (size_t)end;
	if (!pointer(d, &b, c->pointer, c->addr_size, c->eh, &f.low) ||
	    !pointer(d, &b, c->pointer & 0x0f, c->addr_size, false, &length))
		return (true);		/* damaged: the others may be well */
	if (c->augmented)
		bytes_skip(&b, (size_t)dwarf_uleb(&b));
	if (b.bad || length == 0 || !add_ok(f.low, length, &f.high))
		return (true);
	f.at = (uint32_t)b.pos;
	if (x->n >= FDES_MAX || !vec_room(x->v, x->cap, x->n + 1))
		return (false);
	x->v[x->n++] = f;
	return (true);
}

static void
collect(struct dwarf *d, struct collected *x, bool eh)
{
	struct bytes b = section(d, eh);
	uint64_t end, id, at, last = UINT64_MAX;
	struct cie c;
	bool ok = false;
	size_t id_at;
	unsigned size;

	if (b.len >= UINT32_MAX)
		return;
	for (; bytes_left(&b) > 0; bytes_seek(&b, (size_t)end)) {
		if (!entry_head(&b, eh, &end, &id, &id_at, &size))
			break;
		if (end == id_at || id == (eh ? 0 : size == 8 ? UINT64_MAX :
		    UINT32_MAX))
			continue;	/* a terminator, or a common entry */
		if (eh && id > id_at)
			continue;
		at = eh ? id_at - id : id;
		if (at != last) {
			ok = read_cie(d, eh, at, &c);
			last = at;
		}
		if (ok && !add_fde(d, x, b, end, at, &c))
			break;
	}
}

static int
compare(const void *a, const void *b)
{
	const struct fde *x = a, *y = b;

	if (x->low != y->low)
		return (x->low < y->low ? -1 : 1);
	/* What a debugger is told comes before what a program is. */
	return ((int)y->eh - (int)x->eh);
}

static const struct dwarf_cfi_index *
index_of(struct dwarf *d)
{
	struct collected c = { 0 };
	struct dwarf_cfi_index *x;
	void *none = NULL;

	x = atomic_load(&d->cfi);
	if (x != NULL)
		return (x);
	collect(d, &c, false);
	collect(d, &c, true);
	x = malloc(sizeof(*x) + c.n * sizeof(c.v[0]));
	if (x != NULL) {
		x->n = c.n;
		if (c.n > 0) {
			memcpy(x->v, c.v, c.n * sizeof(c.v[0]));
			qsort(x->v, x->n, sizeof(x->v[0]), compare);
		}
		if (!atomic_compare_exchange_strong(&d->cfi, &none, x)) {
			free(x);	/* another thread was faster */
			x = none;
		}
	}
	free(c.v);
	return (x);
}

/* The row of a description that holds for an address. */
struct rows {
	struct cfi_rules now, first;	/* first: the common entry's */
	struct cfi_rules kept[REMEMBER_MAX];
	unsigned	 nkept, steps;
	const struct cie *cie;
	uint64_t	 pc, loc;
	struct cfi_rule	 spare;		/* of a register that nobody asks for */
};

static struct cfi_rule *
rule_of(struct rows *r, uint64_t reg)
{
	return (reg < UNWIND_REGS_MAX ? &r->now.reg[reg] : &r->spare);
}

static void
set(struct rows *r, uint64_t reg, enum cfi_kind kind, int64_t v)
{
	*rule_of(r, reg) = (struct cfi_rule){ .kind = (uint8_t)kind, .v = v };
}

static void
set_block(struct bytes *b, struct cfi_rule *to, enum cfi_kind kind)
{
	const uint64_t n = dwarf_uleb(b);

	if (n > bytes_left(b)) {
		b->bad = true;
		return;
	}
	*to = (struct cfi_rule){ .kind = (uint8_t)kind, .n = (uint32_t)n };
	to->p = bytes_take(b, (size_t)n);
}

static void
set_cfa(struct rows *r, uint64_t reg, int64_t offset)
{
	r->now.cfa = (struct cfi_rule){ .kind = CFI_OFFSET, .v = offset };
	r->now.cfa_reg = reg < UNWIND_REGS_MAX ? (uint8_t)reg : UNWIND_REGS_MAX;
}

static void
restore(struct rows *r, uint64_t reg)
{
	if (reg < UNWIND_REGS_MAX)
		r->now.reg[reg] = r->first.reg[reg];
}

static int64_t
scaled(const struct rows *r, uint64_t v)
{
	return ((int64_t)(v * (uint64_t)r->cie->data_align));
}

/* The instructions that concern registers (6.4.2.2, 6.4.2.3). */
static bool
instruct(struct rows *r, unsigned op, struct bytes *b)
{
	uint64_t reg, v;

	switch (op) {
	case 0x00:				/* nop */
		break;
	case 0x05:				/* offset_extended */
		reg = dwarf_uleb(b);
		set(r, reg, CFI_OFFSET, scaled(r, dwarf_uleb(b)));
		break;
	case 0x06:				/* restore_extended */
		restore(r, dwarf_uleb(b));
		break;
	case 0x07:				/* undefined */
		set(r, dwarf_uleb(b), CFI_UNDEFINED, 0);
		break;
	case 0x08:				/* same_value */
		set(r, dwarf_uleb(b), CFI_SAME, 0);
		break;
	case 0x09:				/* register */
		reg = dwarf_uleb(b);
		set(r, reg, CFI_REGISTER, (int64_t)dwarf_uleb(b));
		break;
	case 0x0a:				/* remember_state */
		if (r->nkept == REMEMBER_MAX)
			return (false);
		r->kept[r->nkept++] = r->now;
		break;
	case 0x0b:				/* restore_state */
		if (r->nkept == 0)
			return (false);
		r->now = r->kept[--r->nkept];
		break;
	case 0x0c:				/* def_cfa */
		reg = dwarf_uleb(b);
		set_cfa(r, reg, (int64_t)dwarf_uleb(b));
		break;
	case 0x0d:				/* def_cfa_register */
		set_cfa(r, dwarf_uleb(b), r->now.cfa.v);
		break;
	case 0x0e:				/* def_cfa_offset */
		r->now.cfa.v = (int64_t)dwarf_uleb(b);
		break;
	case 0x0f:				/* def_cfa_expression */
		set_block(b, &r->now.cfa, CFI_EXPR);
		break;
	case 0x10:				/* expression */
		reg = dwarf_uleb(b);
		set_block(b, rule_of(r, reg), CFI_EXPR);
		break;
	case 0x11:				/* offset_extended_sf */
		reg = dwarf_uleb(b);
		set(r, reg, CFI_OFFSET, scaled(r, (uint64_t)dwarf_sleb(b)));
		break;
	case 0x12:				/* def_cfa_sf */
		reg = dwarf_uleb(b);
		set_cfa(r, reg, scaled(r, (uint64_t)dwarf_sleb(b)));
		break;
	case 0x13:				/* def_cfa_offset_sf */
		r->now.cfa.v = scaled(r, (uint64_t)dwarf_sleb(b));
		break;
	case 0x14:				/* val_offset */
		reg = dwarf_uleb(b);
		set(r, reg, CFI_VAL_OFFSET, scaled(r, dwarf_uleb(b)));
		break;
	case 0x15:				/* val_offset_sf */
		reg = dwarf_uleb(b);
		set(r, reg, CFI_VAL_OFFSET, scaled(r, (uint64_t)dwarf_sleb(b)));
		break;
	case 0x16:				/* val_expression */
		reg = dwarf_uleb(b);
		set_block(b, rule_of(r, reg), CFI_VAL_EXPR);
		break;
	case 0x2d:				/* AARCH64_negate_ra_state */
		break;				/* whoever uses it strips the bits */
	case 0x2e:				/* GNU_args_size */
		dwarf_uleb(b);
		break;
	case 0x2f:				/* GNU_negative_offset_extended */
		reg = dwarf_uleb(b);
		v = dwarf_uleb(b);
		set(r, reg, CFI_OFFSET, -scaled(r, v));
		break;
	default:
		return (false);
	}
	return (!b->bad);
}

/* Until the location passes pc; false when damaged. */
static bool
run(const struct dwarf *d, struct rows *r, struct bytes b)
{
	uint64_t delta;
	unsigned op;

	while (bytes_left(&b) > 0) {
		if (r->steps++ == STEPS_MAX)
			return (false);
		op = bytes_u8(&b);
		delta = 0;
		if (op >> 6 == 1)
			delta = op & 0x3f;
		else if (op >> 6 == 2) {
			set(r, op & 0x3f, CFI_OFFSET, scaled(r,
			    dwarf_uleb(&b)));
			continue;
		} else if (op >> 6 == 3) {
			restore(r, op & 0x3f);
			continue;
		} else if (op >= 0x02 && op <= 0x04)
			delta = bytes_uint(&b, 1u << (op - 2));
		else if (op == 0x01) {		/* set_loc */
			if (!pointer(d, &b, r->cie->pointer,
			    r->cie->addr_size, r->cie->eh, &delta))
				return (false);
			if (delta > r->pc)
				return (true);
			r->loc = delta;
			continue;
		} else {
			if (!instruct(r, op, &b))
				return (false);
			continue;
		}
		r->loc += delta * r->cie->code_align;
		if (r->loc > r->pc)
			return (true);
	}
	return (!b.bad);
}

static const struct fde *
fde_at(const struct dwarf_cfi_index *x, uint64_t pc)
{
	size_t lo, hi, mid;

	for (lo = 0, hi = x->n; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (x->v[mid].low <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo > 0 && pc < x->v[lo - 1].high ? &x->v[lo - 1] : NULL);
}

int
dwarf_cfi(struct ctx *ctx, struct dwarf *d, uint64_t pc,
    struct cfi_rules *ret)
{
	const struct dwarf_cfi_index *x = index_of(d);
	const struct fde *f;
	struct bytes b;
	struct rows r;
	struct cie c;

	f = x == NULL ? NULL : fde_at(x, pc);
	if (f == NULL)
		return (E_NOT_FOUND);
	memset(&r, 0, sizeof(r));
	r.cie = &c;
	r.pc = pc;
	r.loc = f->low;
	if (!read_cie(d, f->eh, f->cie, &c))
		return (E_NOT_FOUND);
	r.now.be = d->in.be;
	r.now.signal = c.signal;
	r.now.ra = c.ra < UNWIND_REGS_MAX ? (uint8_t)c.ra : UNWIND_REGS_MAX;
	b = section(d, f->eh);
	bytes_seek(&b, c.at);
	b.len = c.end;
	if (!run(d, &r, b))
		return (ctx_fail_at(ctx, E_CORRUPT, pc, "%s: the rules of the "
		    "frame at 0x%llx are damaged", d->in.name,
		    (unsigned long long)pc));
	r.first = r.now;
	b = section(d, f->eh);
	bytes_seek(&b, f->at);
	b.len = f->end;
	if (!run(d, &r, b))
		return (ctx_fail_at(ctx, E_CORRUPT, pc, "%s: the rules of the "
		    "frame at 0x%llx are damaged", d->in.name,
		    (unsigned long long)pc));
	*ret = r.now;
	return (0);
}
