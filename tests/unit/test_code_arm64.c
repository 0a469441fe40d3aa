/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/code.h"
#include "base/bytes.h"
#include "tests/unit/unit.h"

#include <string.h>

#define VA	UINT64_C(0x80000000)
#define A	UINT64_C(0x82345678)
#define B	(A + 80)

static const uint32_t code[] = {
	0xd503233f,			/* paciasp */
	0xa9be7bfd,			/* stp x29, x30, [sp, #-32]! */
	0xb0011a21,			/* adrp x1, 0x82345000 */
	0x9119e021,			/* add x1, x1, #0x678 */
	0xf860d820,			/* ldr x0, [x1, w0, sxtw #3] */
	0xb9400422,			/* ldr w2, [x1, #4] */
	0xf8450c23,			/* ldr x3, [x1, #80]! */
	0xf9400024,			/* ldr x4, [x1] */
	0xaa0103f3,			/* mov x19, x1 */
	0xa9411a65,			/* ldp x5, x6, [x19, #16] */
	0x88dffe67,			/* ldar w7, [x19] */
	0x88e47e62,			/* casa w4, w2, [x19] */
	0x885f7c27,			/* ldxr w7, [x1] */
	0xf9000425,			/* str x5, [x1, #8] */
	0xf9800020,			/* prfm pldl1keep, [x1] */
	0xf94007e8,			/* ldr x8, [sp, #8] */
	0x94000000,			/* bl: x1 is lost, x19 is not */
	0xf9400020,			/* ldr x0, [x1] */
	0x39400660,			/* ldrb w0, [x19, #1] */
	0xf9400273,			/* ldr x19, [x19] */
	0xf9400260,			/* ldr x0, [x19] */
	0x10000014,			/* adr x20, . */
	0x91400694,			/* add x20, x20, #1, lsl #12 */
	0xd5384114,			/* mrs x20, sp_el0 */
	0xf9400694,			/* ldr x20, [x20, #8] */
	0x3dc00260,			/* ldr q0, [x19] */
	0xf85f8289,			/* ldur x9, [x20, #-8] */
	0xf0fffff5,			/* adrp x21, 0x7ffff000 */
	0xf84106b6,			/* ldr x22, [x21], #16 */
	0xb98006b7,			/* ldrsw x23, [x21, #4] */
	0xd65f03c0,			/* ret */
};

static const struct code_ref want[] = {
	{ A, CODE_ADDRESS, 0 }, { A, CODE_INDEX, 8 }, { A + 4, CODE_LOAD, 4 },
	{ B, CODE_LOAD, 8 }, { B, CODE_LOAD, 8 }, { B + 16, CODE_LOAD, 8 },
	{ B + 24, CODE_LOAD, 8 }, { B, CODE_ATOMIC, 4 }, { B, CODE_ATOMIC, 4 },
	{ B, CODE_ATOMIC, 4 }, { B + 1, CODE_LOAD, 1 }, { B, CODE_LOAD, 8 },
	{ VA + 0x54, CODE_ADDRESS, 0 }, { VA + 0x1054, CODE_ADDRESS, 0 },
	{ VA - 0x1000, CODE_LOAD, 8 }, { VA - 0x1000 + 20, CODE_LOAD, 4 },
};

#define WANTED	(sizeof(want) / sizeof(want[0]))

static void
references(void **state)
{
	struct code_ref refs[64];
	uint8_t bytes[sizeof(code) + 3];
	size_t i, n;

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	for (i = 0; i < sizeof(code) / 4; i++)
		store_uint(bytes + i * 4, 4, false, code[i]);
	n = code_refs_arm64(bytes, sizeof(bytes), VA, refs, 64);
	assert_int_equal(n, WANTED);
	for (i = 0; i < n; i++) {
		assert_true(refs[i].addr == want[i].addr);
		assert_int_equal(refs[i].use, want[i].use);
		assert_int_equal(refs[i].size, want[i].size);
	}
	/* No more than there is room for; none in what is no code. */
	assert_int_equal(code_refs_arm64(bytes, sizeof(bytes), VA, refs, 5), 5);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(code_refs_arm64(bytes, sizeof(bytes), VA, refs, 64), 0);
	assert_int_equal(code_refs_arm64(bytes, 3, VA, refs, 64), 0);
}

UNIT_MAIN(UNIT(references))
