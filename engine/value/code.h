/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine code as text. */
#ifndef ENGINE_VALUE_CODE_H
#define ENGINE_VALUE_CODE_H

#include "arch/arch.h"
#include "engine/memory/space.h"

#define CODE_TEXT_MAX	256
#define CODE_BYTES_MAX	24
#define CODE_MEMS_MAX	2

/* Memory that an instruction reads or writes: base + index * scale + disp. */
struct code_mem {
	char	 base[8], index[8];	/* registers' names, "" for none */
	unsigned scale;
	int64_t	 disp;
	unsigned size;			/* bytes; 0: not known */
	bool	 writes;
};

struct code_line {
	uint64_t addr;
	uint8_t	 bytes[CODE_BYTES_MAX];
	unsigned size;			/* bytes of the instruction */
	char	 text[CODE_TEXT_MAX];	/* "call 0xffffffff81000000" */
	bool	 has_target;		/* a jump or call to a constant, */
	uint64_t target;		/* or an address relative to pc */
	bool	 has_data;		/* it names an address that is not code's: */
	uint64_t data;			/* a constant, or relative to pc */
	unsigned nmems;			/* those that registers address */
	struct code_mem mems[CODE_MEMS_MAX];
	bool	 bad;			/* no instruction: one unit of bytes */
};

struct code;

/*
 * A disassembler for one processor: E_UNSUPPORTED when this build has none for
 * it (the message says which library).
 */
int	code_open(struct ctx *, const struct arch *, struct code **);
void	code_close(struct code *);
/*
 * Decode the instruction at addr; the next one is at addr + size.  The reason
 * when its bytes cannot be read.
 */
int	code_next(struct ctx *, struct code *, const struct space *,
	    uint64_t addr, struct code_line *);

#endif
