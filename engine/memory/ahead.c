/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of slots, page i in slot i % SLOTS, over a window that moves with the
 * reader:
 *
 *	     next                 head              next + SLOTS
 *	------|----- ready, busy ---|---- to be read ----|------
 *
 * Whoever takes the page at head, the thread or the reader that would otherwise
 * wait, marks its slot busy, moves head on, and expands it without the lock.
 * There is one window.  It is given to who has read RUN pages in a row, nearly, and taken
 * back when others have come STRAYS times since its reader was seen.
 */
#include "engine/memory/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS	64u
#define RUN	8u
#define GAP	8u		/* pages that a reader may leave out */
#define STRAYS	64u

struct slot {
	uint64_t index;
	enum { EMPTY, BUSY, READY, FAILED } state;
};

struct ahead {
	pthread_mutex_t	 lock;
	pthread_cond_t	 work;		/* for the thread */
	pthread_cond_t	 done;		/* for readers: a slot is not busy any more */
	pthread_t	 thread;
	bool		 started, stop;
	bool		 active;	/* there is a window */
	uint64_t	 next, head, npages;
	uint64_t	 last;		/* read without a window */
	unsigned	 run, strays, waiting;
	struct slot	 slot[SLOTS];
	uint8_t		*bytes;		/* SLOTS pages */
	size_t		 page_size;
	ahead_fetch	*fetch;
	void		*arg;
};

int
ahead_create(struct ctx *ctx, size_t page_size, uint64_t npages,
    ahead_fetch *fetch, void *arg, struct ahead **ret)
{
	struct ahead *a;

	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory to read ahead"));
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->work, NULL);
	pthread_cond_init(&a->done, NULL);
	a->page_size = page_size;
	a->npages = npages;
	a->last = UINT64_MAX - 1;
	a->fetch = fetch;
	a->arg = arg;
	*ret = a;
	return (0);
}

void
ahead_destroy(struct ahead *a)
{
	if (a == NULL)
		return;
	if (a->started) {
		pthread_mutex_lock(&a->lock);
		a->stop = true;
		pthread_cond_signal(&a->work);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	pthread_cond_destroy(&a->done);
	pthread_cond_destroy(&a->work);
	pthread_mutex_destroy(&a->lock);
	free(a->bytes);
	free(a);
}

/* Is there a page to be read ahead, with room for it? */
static bool
has_work(const struct ahead *a)
{
	return (a->active && a->head < a->npages &&
	    a->head - a->next < SLOTS &&
	    a->slot[a->head % SLOTS].state != BUSY);
}

/* Expand the page at head.  The lock is held, but not while that goes on. */
static void
do_one(struct ahead *a, struct ctx *ctx)
{
	const uint64_t index = a->head++;
	struct slot *s = &a->slot[index % SLOTS];
	int rc;

	*s = (struct slot){ index, BUSY };
	pthread_mutex_unlock(&a->lock);
	rc = a->fetch(a->arg, ctx, index, a->bytes + index % SLOTS *
	    a->page_size);
	pthread_mutex_lock(&a->lock);
	s->state = rc == 0 ? READY : FAILED;
	if (a->waiting > 0)
		pthread_cond_broadcast(&a->done);
}

static void *
work(void *arg)
{
	struct ahead *a = arg;
	struct ctx ctx;

	ctx_init(&ctx);
	ctx.quiet++;
	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		if (has_work(a))
			do_one(a, &ctx);
		else
			pthread_cond_wait(&a->work, &a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	ctx_fini(&ctx);
	return (NULL);
}

static bool
start(struct ahead *a)
{
	sigset_t all, old;

	if (a->started)
		return (true);
	a->bytes = malloc(SLOTS * a->page_size);
	if (a->bytes == NULL)
		return (false);
	/* Signals are for other threads; a fault belongs to who makes it. */
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	a->started = pthread_create(&a->thread, NULL, work, a) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!a->started) {
		free(a->bytes);
		a->bytes = NULL;
	}
	return (a->started);
}

/* A reader without a window: does it deserve one? */
static void
consider(struct ahead *a, uint64_t index)
{
	a->run = index - a->last - 1 < GAP ? a->run + 1 : 0;
	a->last = index;
	if (a->run < RUN || !start(a))
		return;
	a->active = true;
	a->run = a->strays = 0;
	a->next = a->head = index + 1;
	pthread_cond_signal(&a->work);
}

/* Has the slot of a page in the window the page, once it is not busy? */
static bool
settle(struct ahead *a, uint64_t index)
{
	const struct slot *s = &a->slot[index % SLOTS];
	struct ctx ctx;

	ctx_init(&ctx);
	ctx.quiet++;
	while (s->index == index && s->state == BUSY) {
		if (has_work(a)) {
			do_one(a, &ctx);
			continue;
		}
		a->waiting++;
		pthread_cond_wait(&a->done, &a->lock);
		a->waiting--;
	}
	ctx_fini(&ctx);
	return (s->index == index && s->state == READY);
}

bool
ahead_take(struct ahead *a, uint64_t index, void *out)
{
	bool got;

	got = false;
	pthread_mutex_lock(&a->lock);
	if (a->active && index - a->next >= SLOTS && ++a->strays > STRAYS)
		a->active = false;
	if (!a->active || index - a->next >= SLOTS) {
		consider(a, index);
	} else {
		a->strays = 0;
		a->next = index;
		if (index >= a->head)
			a->head = index + 1;
		else if (settle(a, index)) {
			memcpy(out, a->bytes + index % SLOTS * a->page_size,
			    a->page_size);
			got = true;
		}
		if (a->next == index)
			a->next++;
		/* To wake the thread for each page would cost as much. */
		if (a->head - a->next <= SLOTS / 2)
			pthread_cond_signal(&a->work);
	}
	pthread_mutex_unlock(&a->lock);
	return (got);
}
