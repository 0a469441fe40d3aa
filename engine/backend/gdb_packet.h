/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets of gdb's remote serial protocol, and what a target says about itself
 * in them: "GDB Remote Serial Protocol" and "Target Descriptions" in gdb's
 * manual.  Pure functions over bytes that were received.
 */
#ifndef ENGINE_BACKEND_GDB_PACKET_H
#define ENGINE_BACKEND_GDB_PACKET_H

#include "base/ctx.h"
#include "base/vec.h"
#include "engine/backend/ranges.h"

#define GDB_PACKET_MAX	((size_t)1 << 20)	/* bytes once expanded */
#define GDB_REGS_MAX	4096

enum gdb_taken {
	GDB_MORE,			/* no whole packet yet */
	GDB_PACKET,			/* *out holds one */
	GDB_DAMAGED,			/* its checksum or its form is wrong */
};

/*
 * The first packet among n received bytes, without frame, escapes and runs;
 * *used of them are done with in any case.
 */
enum gdb_taken gdb_packet_take(const char *in, size_t n, size_t *used,
	    struct buf *out);
/* Append a packet with its frame. */
void	gdb_packet_put(struct buf *, const char *payload);
/* n bytes from 2n hexadecimal digits: false when these are something else. */
bool	gdb_hex(const char *, size_t n, void *);

struct gdb_reg {
	char	 name[24];
	unsigned num, size;		/* for "p"; bytes */
	uint32_t offset;		/* in the answer to "g", or UINT32_MAX */
};

struct gdb_target {
	char		 arch[32];	/* as in <architecture>, "" when not told */
	struct gdb_reg	*regs;
	size_t		 nregs, cap;
	uint32_t	 end;		/* of the registers counted so far */
};

/*
 * Read a target description; fetch is called for each document that it
 * includes and is to call this again.  What is not understood is passed over.
 */
int	gdb_target_parse(struct ctx *, struct gdb_target *, const char *text,
	    size_t n, int (*fetch)(void *, struct ctx *, const char *name),
	    void *arg);
void	gdb_target_fini(struct gdb_target *);
const struct gdb_reg *gdb_target_reg(const struct gdb_target *, const char *);

#endif
