/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DWARF of a program that stands somewhere: from the registers and the memory
 * of a frame to its variables and to its caller.
 */
#ifndef ENGINE_SYMBOL_DWARF_MACHINE_H
#define ENGINE_SYMBOL_DWARF_MACHINE_H

#include "arch/cfi.h"
#include "engine/type/dwarf_int.h"

/* What a frame has in hand; registers by DWARF's numbers for the processor. */
struct dwarf_machine {
	struct unwind_regs	 regs;
	struct virt_reader reader;	/* memory, at run-time addresses */
	uint64_t	 pc;		/* as linked */
	uint64_t	 shift;		/* run-time minus linked address */
};

enum dwarf_where {
	DWARF_GONE,			/* optimized out */
	DWARF_AT,			/* an object in memory at addr */
	DWARF_VALUE,			/* its value itself: bits */
};

struct dwarf_var {
	const char	*name;
	uint32_t	 type;		/* id in the type unit; 0 void or unknown */
	bool		 is_argument;
	enum dwarf_where where;
	uint64_t	 addr;		/* AT: run-time address; VALUE: bits */
};

/*
 * Arguments and locals of a function (dwarf_frame.entry) that are alive at
 * machine->pc, arguments first.
 */
int	dwarf_vars(struct ctx *, struct dwarf *, uint32_t entry,
	    const struct dwarf_machine *,
	    int (*fn)(void *arg, struct ctx *, const struct dwarf_var *),
	    void *arg);

/*
 * The rules of the frame at an address (.debug_frame, else .eh_frame):
 * E_NOT_FOUND (silent) when none covers it.
 */
int	dwarf_cfi(struct ctx *, struct dwarf *, uint64_t pc, struct cfi_rules *);
/* What an expression of such a rule gives; machine has the frame's registers. */
int	dwarf_rule(struct ctx *, struct dwarf *, const struct cfi_rule *,
	    const struct dwarf_machine *, uint64_t cfa, uint64_t *);

/*
 * Where an attribute (an expression, or a list of them by addresses) says that
 * an object is.  DWARF_GONE when it is nowhere at this address, or when it
 * cannot be told from what is in hand.
 */
enum dwarf_where dwarf_locate(struct ctx *, struct dwarf *,
	    const struct dwarf_cu *, const struct dwarf_value *,
	    const struct dwarf_machine *, const struct dwarf_value *frame_base,
	    uint64_t *);

#endif
