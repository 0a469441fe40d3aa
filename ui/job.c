/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/job.h"

#include "ui/model.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_NS		10000000

void
job_init(struct job *j)
{
	memset(j, 0, sizeof(*j));
	j->wake_fd = -1;
	ctx_init(&j->ctx);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->ended, NULL);
}

static void
reap(struct job *j)
{
	if (j->threaded)
		pthread_join(j->thread, NULL);
	j->threaded = false;
	j->started = false;
	if (!j->keeps)
		ctx_fini(&j->ctx);
}

void
job_fini(struct job *j)
{
	job_cancel(j);
	if (j->started)
		reap(j);
	ctx_fini(&j->ctx);
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->ended);
}

static void
on_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct job *j = arg;

	atomic_store(&j->what, what);
	atomic_store(&j->progress, done);
	atomic_store(&j->total, total);
}

static void *
run(void *arg)
{
	struct job *j = arg;
	ssize_t n;

	j->status = j->fn(j->arg, &j->ctx);
	pthread_mutex_lock(&j->lock);
	atomic_store(&j->done, true);
	pthread_cond_signal(&j->ended);
	pthread_mutex_unlock(&j->lock);
	if (j->wake_fd >= 0) {
		/* A full pipe wakes as well as one byte more. */
		n = write(j->wake_fd, "j", 1);
		(void)n;
	}
	return (NULL);
}

int
job_start(struct job *j, struct ui *ui, int (*fn)(void *, struct ctx *),
    void *arg)
{
	struct timespec until;
	sigset_t all, old;
	struct ctx fresh;
	int rc;

	if (j->started) {
		job_cancel(j);
		reap(j);
	}
	ctx_init(&fresh);
	fresh.tlb = j->ctx.tlb;
	fresh.tlb_free = j->ctx.tlb_free;
	j->ctx = fresh;
	j->ctx.cancel = &j->cancel;
	j->ctx.progress = on_progress;
	j->ctx.progress_arg = j;
	j->fn = fn;
	j->arg = arg;
	j->wake_fd = -1;
	j->started = true;
	atomic_store(&j->cancel, false);
	atomic_store(&j->done, false);
	atomic_store(&j->what, NULL);
	if (ui->sync) {
		run(j);
		return (0);
	}
	j->wake_fd = ui->wake[1];
	/* Signals are the main thread's; a fault belongs to who makes it. */
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&j->thread, NULL, run, j);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0) {
		j->wake_fd = -1;
		run(j);
		return (0);
	}
	j->threaded = true;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&j->lock);
	while (!atomic_load(&j->done) && rc == 0)
		rc = pthread_cond_timedwait(&j->ended, &j->lock, &until);
	pthread_mutex_unlock(&j->lock);
	return (0);
}

bool
job_running(const struct job *j)
{
	return (j->started && !atomic_load(&j->done));
}

bool
job_ended(struct job *j)
{
	if (!j->started || !atomic_load(&j->done))
		return (false);
	reap(j);
	return (true);
}

void
job_cancel(struct job *j)
{
	atomic_store(&j->cancel, true);
}

void
job_lock(struct job *j)
{
	pthread_mutex_lock(&j->lock);
}

void
job_unlock(struct job *j)
{
	pthread_mutex_unlock(&j->lock);
}
