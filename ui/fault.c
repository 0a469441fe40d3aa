/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mapped file that shrinks, or whose medium fails, raises SIGBUS at the
 * access.  The handler puts a page of zeros there and the reader finds by the
 * counter that it has to look again.  A signal handler has no argument of its
 * own, hence the one variable.
 */
#include "ui/options.h"

#include <signal.h>
#include <stddef.h>

static struct file_faults fault_files;

static void
on_bus(int sig, siginfo_t *info, void *unused)
{
	(void)unused;
	if (file_fault(&fault_files, info->si_addr))
		return;
	/* Not ours: the access faults again, and for good. */
	signal(sig, SIG_DFL);
}

struct file_faults *
fault_install(void)
{
	struct sigaction act = { .sa_sigaction = on_bus,
	    .sa_flags = SA_SIGINFO };

	sigemptyset(&act.sa_mask);
	return (sigaction(SIGBUS, &act, NULL) == 0 ? &fault_files : NULL);
}
