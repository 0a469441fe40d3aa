/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_OS_LINUX_LINUX_UNWIND_H
#define ENGINE_OS_LINUX_LINUX_UNWIND_H

#include "arch/unwind.h"
#include "base/vec.h"
#include "engine/os/linux/linux_read.h"

enum {
	LINUX_ORC_SP_OFFSET, LINUX_ORC_BP_OFFSET, LINUX_ORC_SP_REG,
	LINUX_ORC_BP_REG, LINUX_ORC_TYPE, LINUX_ORC_END, LINUX_ORC_FIELDS,
};

#define LINUX_ORC_ROOM	16		/* bytes that an entry may take */

struct linux_orc_table {
	uint64_t low, high;		/* code that it covers */
	uint64_t ips, rules, n;		/* addresses of the tables; entries */
};

struct linux_orc {
	struct kernel	*k;
	struct type_field field[LINUX_ORC_FIELDS];
	uint64_t	 size;		/* of an entry, bytes */
	bool		 types_apart;	/* END_OF_STACK is a type, from 6.4 */
	struct linux_orc_table *tables;
	size_t		 n, cap;
};

/* E_NO_SYMBOL, E_NO_TYPE: this kernel has no ORC. */
int	linux_orc_create(struct ctx *, struct kernel *, struct linux_orc **);
void	linux_orc_destroy(struct linux_orc *);
/* The rule for an instruction: E_NOT_FOUND when no table covers it. */
int	linux_orc_find(struct ctx *, const struct linux_orc *, uint64_t pc,
	    struct unwind_rule *);

/* linux_frames.c: where a task stands, without walking: frame 0. */
int	linux_first_frame(struct ctx *, struct kernel *, const struct os_proc *,
	    struct unwind_frame *);
/* linux_guess.c: its caller where no rule is known, searched on the stack. */
int	linux_guess_frame(struct ctx *, struct kernel *, struct unwind_frame *);
/* Replace a frame by its caller; E_DONE after the outermost. */
int	linux_next_frame(struct ctx *, struct kernel *, struct unwind_frame *);

#endif
