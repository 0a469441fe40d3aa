/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A64 instructions that form addresses relative to the pc, and those that use
 * them (Arm Architecture Reference Manual for A-profile, chapter C4).  Each
 * register is either known to hold such an address or not.
 */
#include "arch/code.h"

#include "base/bytes.h"

#define ZERO_OR_SP	31u		/* neither is followed */
#define CALL_CLOBBERS	18u		/* x0 to x18 do not outlive a call */

struct state {
	uint64_t	 value[32];
	bool		 known[32];
	struct code_ref	*refs;
	size_t		 n, max;
};

static int64_t
signed_bits(uint32_t w, unsigned low, unsigned bits)
{
	return ((int64_t)((uint64_t)(w >> low) << (64 - bits)) >> (64 - bits));
}

static void
forget(struct state *s, unsigned reg)
{
	s->known[reg] = false;
}

static void
learn(struct state *s, unsigned reg, uint64_t value)
{
	s->known[reg] = reg != ZERO_OR_SP;
	s->value[reg] = value;
}

static void
refer(struct state *s, uint64_t addr, enum code_use use, unsigned size)
{
	if (s->n < s->max)
		s->refs[s->n++] = (struct code_ref){ addr, use, (uint8_t)size };
}

/* Additions of constants keep an address known, all else does not. */
static void
data(struct state *s, uint32_t w, uint64_t pc)
{
	const unsigned d = w & 31, n = w >> 5 & 31, m = w >> 16 & 31;
	int64_t imm;

	if ((w & 0x1f000000) == 0x10000000) {		/* ADR, ADRP */
		imm = signed_bits(w, 5, 19) * 4 + (w >> 29 & 3);
		learn(s, d, w >> 31 ? (pc & ~UINT64_C(4095)) +
		    (uint64_t)imm * 4096 : pc + (uint64_t)imm);
		if (w >> 31 == 0)
			refer(s, s->value[d], CODE_ADDRESS, 0);
	} else if ((w & 0xff800000) == 0x91000000 && s->known[n]) {
		learn(s, d, s->value[n] + ((uint64_t)(w >> 10 & 0xfff) <<
		    (w >> 22 & 1 ? 12 : 0)));		/* ADD, immediate */
		refer(s, s->value[d], CODE_ADDRESS, 0);
	} else if ((w & 0xffe0ffe0) == 0xaa0003e0 && s->known[m])
		learn(s, d, s->value[m]);		/* MOV, register */
	else
		forget(s, d);
}

/* LDP and STP. */
static void
pair(struct state *s, uint32_t w)
{
	const unsigned n = w >> 5 & 31, size = w >> 31 ? 8 : 4;
	const bool load = (w >> 22 & 1) != 0, after = (w >> 23 & 3) == 1;
	uint64_t at;

	if (w >> 26 & 1)		/* of vector registers */
		return;
	at = s->value[n] + (after ? 0 : (uint64_t)signed_bits(w, 15, 7) * size);
	if (load && s->known[n]) {
		refer(s, at, CODE_LOAD, size);
		refer(s, at + size, CODE_LOAD, size);
	}
	if (w >> 23 & 1)		/* the base is written back */
		forget(s, n);
	if (load) {
		forget(s, w & 31);
		forget(s, w >> 10 & 31);
	}
}

static void
load_store(struct state *s, uint32_t w)
{
	const unsigned n = w >> 5 & 31, size = 1u << (w >> 30);
	const bool load = (w >> 22 & 3) != 0, prefetch = (w >> 22 & ~4u) == 0x3e2;
	const bool known = s->known[n];
	uint64_t at;

	if ((w & 0x3a000000) == 0x28000000) {
		pair(s, w);
		return;
	}
	if (w >> 26 & 1)		/* vector registers */
		return;
	if ((w & 0x3f000000) == 0x08000000 ||	/* exclusive, ordered, CAS */
	    (w & 0x3f200c00) == 0x38200000) {	/* LDADD, SWP and their kin */
		if (known)
			refer(s, s->value[n], CODE_ATOMIC, size);
		forget(s, w & 31);
		forget(s, w >> 16 & 31);
		return;
	}
	if (prefetch)
		return;
	if ((w & 0x3b000000) == 0x18000000) {	/* a literal beside the code */
		forget(s, w & 31);
		return;
	}
	if ((w & 0x3b000000) == 0x39000000) {
		at = s->value[n] + (uint64_t)(w >> 10 & 0xfff) * size;
		if (known && load)
			refer(s, at, CODE_LOAD, size);
	} else if ((w & 0x3b200c00) == 0x38200800) {
		if (known && load)
			refer(s, s->value[n], CODE_INDEX, size);
	} else if ((w & 0x3b200000) == 0x38000000) {
		at = s->value[n] + (uint64_t)signed_bits(w, 12, 9);
		if (known && load)
			refer(s, (w >> 10 & 3) == 1 ? s->value[n] : at,
			    CODE_LOAD, size);
		if ((w >> 10 & 1) != 0 && known)
			learn(s, n, at);
	}
	if (load)
		forget(s, w & 31);
}

size_t
code_refs_arm64(const uint8_t *code, size_t n, uint64_t va,
    struct code_ref *refs, size_t max)
{
	struct state s = { .refs = refs, .max = max };
	uint32_t w;
	unsigned r;
	size_t at;

	for (at = 0; at + 4 <= n && s.n < max; at += 4) {
		w = load_u32(code + at, false);
		switch (w >> 25 & 0xf) {
		case 4: case 6: case 12: case 14:
			load_store(&s, w);
			break;
		case 8: case 9:		/* immediate */
		case 5: case 13:	/* registers */
			data(&s, w, va + at);
			break;
		case 10: case 11:
			if (w >> 26 == 0x25 || (w & 0xfffffc1f) == 0xd63f0000)
				for (r = 0; r <= CALL_CLOBBERS; r++)
					forget(&s, r);
			else if ((w & 0xfff00000) == 0xd5300000)
				forget(&s, w & 31);	/* MRS */
			break;
		default:
			break;
		}
	}
	return (s.n);
}
