/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work that may take long, in a thread with its own ctx.  Without a terminal
 * it runs at once in the caller, so that a replay is exact.
 */
#ifndef UI_JOB_H
#define UI_JOB_H

#include "base/ctx.h"

#include <pthread.h>

struct ui;

struct job {
	struct ctx	 ctx;		/* its err is the caller's once it is done */
	int		(*fn)(void *arg, struct ctx *);
	void		*arg;
	int		 status;	/* what fn returned */
	int		 wake_fd;
	bool		 started;	/* a result or an end is still to come */
	bool		 threaded;
	bool		 keeps;		/* its cache of translations: it runs again */
	atomic_bool	 cancel, done;
	_Atomic uint64_t progress, total;
	_Atomic(const char *) what;	/* of the progress */
	pthread_t	 thread;
	pthread_mutex_t	 lock;		/* for what fn and the panes share */
	pthread_cond_t	 ended;
};

void	job_init(struct job *);
/* Cancels and waits. */
void	job_fini(struct job *);
/*
 * Start fn; waits for it up to 10 ms, so that quick work needs no second
 * screen.  What ran before is cancelled.
 */
int	job_start(struct job *, struct ui *, int (*fn)(void *, struct ctx *),
	    void *arg);
/*
 * Has it ended since it was asked last?  True once per job; then the job's
 * ctx.err and status tell how.
 */
bool	job_ended(struct job *);
bool	job_running(const struct job *);
void	job_cancel(struct job *);	/* ends soon, with E_CANCELLED */
void	job_lock(struct job *);
void	job_unlock(struct job *);

#endif
