/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses that lead nowhere, but tell where they come from: what the kernel
 * writes over memory and pointers that nobody may use any more
 * (include/linux/poison.h), an error returned as a pointer
 * (include/linux/err.h), a null pointer's member.
 */
#include "engine/os/linux/linux_read.h"

#define PAGE		4096u
#define ERRNO_MAX	4095u
#define NEAR		0x10000u	/* a member's offset, either way */
/* CONFIG_ILLEGAL_POINTER_VALUE of every 64-bit processor that has one. */
#define POINTER_DELTA	UINT64_C(0xdead000000000000)

/* Pointers, by what is added to the delta. */
static const struct {
	uint64_t	 from, to;	/* with the members behind it */
	const char	*name, *what;
} pointers[] = {
	{ 0x100, 0x122, "LIST_POISON1", "next of a removed list entry" },
	{ 0x122, 0x200, "LIST_POISON2", "prev of a removed list entry" },
	/* LIST_POISON2 before 4.15. */
	{ 0x200, 0x300, "LIST_POISON2", "prev of a removed list entry" },
	{ 0x300, 0x400, "TIMER_ENTRY_STATIC", "a timer that is not armed" },
};

/* Bytes that fill memory. */
static const struct {
	uint8_t		 byte;
	const char	*name, *what;
} fills[] = {
	{ 0x6b, "POISON_FREE", "freed slab memory" },
	{ 0xa5, "POISON_END", "the end of freed slab memory" },
	{ 0x5a, "POISON_INUSE", "slab memory that was never written" },
	{ 0xbb, "SLUB_RED_INACTIVE", "behind a freed slab object" },
	{ 0xaa, "PAGE_POISON", "a freed page" },
	{ 0xcc, "POISON_FREE_INITMEM", "freed init memory" },
};

static const char *
fill_of(uint64_t addr, struct arena *arena)
{
	uint64_t all;
	size_t i;

	for (i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		all = fills[i].byte * UINT64_C(0x0101010101010101);
		if (addr - all < NEAR || all - addr < NEAR)
			return (arena_printf(arena, "%s, %s", fills[i].name,
			    fills[i].what));
	}
	return (NULL);
}

const char *
linux_wild(const struct kernel *k, uint64_t addr, struct arena *arena)
{
	const bool wide = k->space.ptr_size == 8;
	const uint64_t minus = wide ? 0 - addr : (uint32_t)(0 - addr);
	const char *name;
	uint64_t off;
	size_t i;

	if (addr < PAGE)
		return (addr == 0 ? "null" : arena_printf(arena,
		    "null + 0x%llx", (unsigned long long)addr));
	if (minus <= ERRNO_MAX) {
		name = linux_errno(minus);
		return (arena_printf(arena, "error %d%s%s as a pointer",
		    -(int)minus, name != NULL ? ", -" : "",
		    name != NULL ? name : ""));
	}
	if (!wide)
		return (NULL);
	off = addr - POINTER_DELTA;
	for (i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		if (off == pointers[i].from)
			return (arena_printf(arena, "%s, %s",
			    pointers[i].name, pointers[i].what));
		else if (off > pointers[i].from && off < pointers[i].to)
			return (arena_printf(arena, "%s + 0x%llx, %s",
			    pointers[i].name,
			    (unsigned long long)(off - pointers[i].from),
			    pointers[i].what));
	return (fill_of(addr, arena));
}
