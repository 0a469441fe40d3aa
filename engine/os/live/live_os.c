/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/os/live/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void	live_close(struct kernel *);

const struct os_ops live_ops = {
	.name = "Linux",
	.task_type = "struct task_struct",
	.close = live_close,
	.info = live_info,
	.procs = live_procs,
	.proc = live_proc,
	.args = live_args,
	.maps = live_maps,
	.files = live_files,
	.swaps = live_swaps,
	.load = live_load,
	.log = live_log,
	.modules = live_modules,
	.cpus = live_cpus,
	.cptime = live_cptime,
};

int
live_attach(struct ctx *ctx, struct kernel *k, const char *proc,
    const char *sys, const char *kmsg)
{
	struct live_os *l;
	int fd;

	fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return (ctx_fail_errno(ctx, live_status(errno), "%s", proc));
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		close(fd);
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	}
	l->proc = fd;
	l->sys = open(sys, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	l->kmsg = open(kmsg, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	l->kmsg_errno = errno;
	pthread_mutex_init(&l->kmsg_lock, NULL);
	k->os = &live_ops;
	k->os_data = l;
	return (0);
}

static void
live_close(struct kernel *k)
{
	struct live_os *l = live_of(k);

	if (l->sys != -1)
		close(l->sys);
	if (l->kmsg != -1)
		close(l->kmsg);
	close(l->proc);
	pthread_mutex_destroy(&l->kmsg_lock);
	free(l);
}
