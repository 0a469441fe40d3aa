/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A target behind gdb's remote serial protocol: QEMU's stub, kgdb and others.
 *
 * Reading takes a target that stands still.  One that was running when kpeek
 * came is stopped by the first read of a batch and goes on at its end
 * (mem_rest); one that stood still, as kgdb's must, is left as it was found.
 *
 * QEMU can be asked for physical addresses (docs/system/gdb.rst, "Examining
 * physical memory") and, by its monitor, for where there is RAM.  Elsewhere
 * memory is read by the kernel's virtual addresses: dump.native.
 */
#ifndef ENGINE_BACKEND_GDB_H
#define ENGINE_BACKEND_GDB_H

#include "engine/backend/backend.h"
#include "engine/backend/gdb_packet.h"
#include "engine/backend/wire.h"

#include <pthread.h>

#define GDB_WINDOW_MAX	16		/* questions under way at once */

enum gdb_run {
	GDB_STOPPED,
	GDB_STOPPING,			/* asked to, and not yet told that it did */
	GDB_RUNNING,
};

struct gdb {
	struct dump	 dump;		/* first: is a layer */
	pthread_mutex_t	 lock;		/* guards what follows */
	struct wire	*wire;
	struct buf	 out, in;	/* a question, its answer */
	struct buf	 page;		/* of a document that is read */
	bool		 no_acks;
	bool		 binary;	/* "x" reads, and answers "b" and bytes */
	bool		 resume;	/* was running: is to go on */
	bool		 tells;		/* that it has stopped, unasked */
	bool		 theirs;	/* somebody else has stopped it meanwhile */
	bool		 kgdb;		/* answers only where it stands still */
	enum gdb_run	 run;
	unsigned	 owed;		/* answers that nobody waits for any more */
	unsigned	 halts;		/* stop replies since the last question "?" */
	size_t		 piece;		/* bytes of memory in an answer */
	unsigned	 window;	/* questions under way, 1 to GDB_WINDOW_MAX */
	unsigned	 depth;		/* of included documents */
	struct ranges	 ranges;	/* of physical memory */
	struct gdb_target target;
	bool		 lost;
	char		 why[200];	/* it is lost */
	uint64_t	 since;		/* stopped since, monotonic ns */
	uint64_t	 held;		/* ns stopped, without what goes on now */
	uint64_t	 last;		/* ns of the last stop */
	uint64_t	 stops;
};

/* address: see wire_open. */
int	gdb_open(struct ctx *, const char *address, struct dump **ret);

/* gdb_talk.c; the caller holds the lock, or is alone. */
/* A question, and its answer in g->in.  A lost target stays so. */
int	gdb_ask(struct ctx *, struct gdb *, const char *question);
/* A question whose answer is taken later, with the next one's. */
int	gdb_say(struct ctx *, struct gdb *, const char *question);
/* A whole document by qXfer, in g->page. */
int	gdb_document(struct ctx *, struct gdb *, const char *name);
/* What QEMU's monitor says to a command, appended. */
int	gdb_monitor(struct ctx *, struct gdb *, const char *command,
	    struct buf *);
int	gdb_stop(struct ctx *, struct gdb *);
/*
 * Sets going what was running and was not stopped by somebody else, if all that
 * was asked is answered by now.
 */
void	gdb_go(struct gdb *);
/* Is the other end still there, and does it answer?  Else it is lost. */
void	gdb_check(struct gdb *);
/* As mem_readv, of addresses that the target knows. */
int	gdb_memory(struct ctx *, struct gdb *, struct mem_request *, size_t n);
/* n bytes to an address: E_RESTRICTED when the target refuses. */
int	gdb_put(struct ctx *, struct gdb *, uint64_t addr, const void *,
	    size_t n);
/* gdb_cpus.c */
int	gdb_describe(struct ctx *, struct gdb *);
void	gdb_registers(struct ctx *, struct gdb *);

#endif
