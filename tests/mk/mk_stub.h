/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A target for tests: answers gdb's remote protocol over a Unix socket as
 * QEMU's stub does, from a thread, and misbehaves as told.
 */
#ifndef TESTS_MK_STUB_H
#define TESTS_MK_STUB_H

#include "base/vec.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define MK_STUB_BASE	UINT64_C(0x100000)	/* memory begins here */

struct mk_stub {
	/* As wanted, before mk_stub_start. */
	uint8_t		*memory;
	size_t		 size;
	uint64_t	 cr3;		/* of each CPU; 0: some */
	bool		 no_physical;	/* as a stub that is not QEMU's */
	bool		 kgdb;		/* as the kernel's own */
	bool		 prelaunch;	/* was_stopped since it never ran */
	const char	*version;	/* QEMU's; NULL: one that tells who ran */
	bool		 was_stopped;	/* nothing runs when somebody comes */
	bool		 short_answers;	/* at most 16 bytes at a time */
	/* Changed while it runs. */
	atomic_int	 damage;	/* so many answers get a wrong checksum */
	atomic_int	 die;		/* after so many answers; -1: never */
	atomic_bool	 hold;		/* answers come when it is false */
	atomic_size_t	 shrunk;	/* bytes at the end that are gone */
	atomic_bool	 mute;		/* no more answers */
	atomic_bool	 nonsense;	/* answers are not what was asked for */
	/* Seen. */
	atomic_bool	 running;
	atomic_uint	 stops, reads, writes, outside, detached;
	/* Its own. */
	char		 path[64];
	int		 listener;
	atomic_int	 connection;	/* or -1 */
	pthread_t	 thread;
	bool		 physical;
	bool		 unanswered;	/* an answer was sent, its "+" is to come */
	char		*last;		/* that answer */
};

void	mk_stub_start(struct mk_stub *);
void	mk_stub_end(struct mk_stub *);
/* Somebody else stops the machine or sets it going, by other means. */
void	mk_stub_pause(struct mk_stub *);
void	mk_stub_cont(struct mk_stub *);
/* Close the connection that there is. */
void	mk_stub_drop(struct mk_stub *);

#endif
