/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection to a target that answers over a socket.  Nothing waits longer
 * than the connection's patience or the ctx's deadline, whichever comes first;
 * a cancelled ctx ends a wait within a twentieth of a second.
 */
#ifndef ENGINE_BACKEND_WIRE_H
#define ENGINE_BACKEND_WIRE_H

#include "base/ctx.h"

#include <stdatomic.h>

#define WIRE_PATIENCE	UINT64_C(5000000000)	/* ns without an answer */

struct wire {
	int		 fd;
	uint64_t	 patience;	/* ns */
	char		*in;		/* received and not yet used */
	size_t		 len, cap;
	atomic_uint_fast64_t asked;	/* when an answer was begun to be waited
					   for that has not come; 0: none */
	char		 name[120];	/* for messages */
};

/*
 * address: "HOST:PORT" ("[::1]:1234" too) or the path of a Unix socket.  E_USAGE,
 * E_NOT_FOUND (no such host or socket), E_IO.
 */
int	wire_open(struct ctx *, const char *address, struct wire **ret);
void	wire_close(struct wire *);		/* may be NULL */
/* No more of it, though it stays there to be closed. */
void	wire_hang_up(struct wire *);
int	wire_send(struct ctx *, struct wire *, const void *, size_t n);
/*
 * Wait for more bytes and append them to w->in.  E_IO: the other end is gone, or
 * was silent for too long; E_CANCELLED: the ctx would not wait on; E_LIMIT: more
 * than max bytes are held and still not used.
 */
int	wire_more(struct ctx *, struct wire *, size_t max);
/* The same without waiting: what has come by now, if anything. */
int	wire_take(struct ctx *, struct wire *, size_t max);
/* The first n bytes received are used up. */
void	wire_used(struct wire *, size_t n);
/*
 * ns that the other end has owed an answer for, 0 once some of it is there; any
 * thread may ask.
 */
uint64_t wire_silent(struct wire *);
/* E_IO when it has owed one for longer than the connection's patience. */
int	wire_overdue(struct ctx *, struct wire *);
uint64_t wire_now(void);			/* monotonic ns */

#endif
