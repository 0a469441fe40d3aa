/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names are Linux's (kernel/panic.c, kernel/watchdog*.c, kernel/rcu/
 * tree_stall.h; arch/x86/kernel/dumpstack.c, traps.c; arch/arm64/kernel/
 * entry-common.c, traps.c) and FreeBSD's (kern/kern_shutdown.c, trap.c).
 */
#include "engine/os/os_panic.h"

#include <string.h>

/* Who asks for the end; those that it calls are further in. */
static const char *const enders[] = {
	"panic", "vpanic", "__panic", "nmi_panic", "mce_panic", "die",
	"oops_end", "__crash_kexec", "crash_kexec", "kern_reboot",
	"trap_fatal", NULL
};
/* Of these, an exception's handlers: what it interrupted is what matters. */
static const char *const faults[] = {
	"nmi_panic", "mce_panic", "die", "oops_end", "trap_fatal", NULL
};
/* Timers that find a CPU stuck: the code that they interrupted is. */
static const char *const watchers[] = {
	"watchdog_", "is_hardlockup", "rcu_sched_clock_irq",
	"print_cpu_stall", "print_other_cpu_stall", "rcu_check_gp_kthread",
	NULL
};

static bool
begins(const char *name, const char *const *with)
{
	for (; *with != NULL; with++)
		if (strncmp(name, *with, strlen(*with)) == 0)
			return (true);
	return (false);
}

/* The whole name, but for what a compiler hangs on it (".cold"). */
static bool
is_one(const char *name, const char *const *of)
{
	size_t n = strcspn(name, ".");

	for (; *of != NULL; of++)
		if (strlen(*of) == n && memcmp(name, *of, n) == 0)
			return (true);
	return (false);
}

size_t
panic_first(const struct panic_frame *f, size_t n)
{
	size_t ender, i, next;
	bool fault = false;

	for (i = 0, ender = n; i < n && (i == 0 || !f[i].exact); i++) {
		if (is_one(f[i].name, enders))
			ender = i;
		fault |= is_one(f[i].name, faults) ||
		    begins(f[i].name, watchers);
	}
	/* Where the innermost of what was interrupted stood. */
	next = i;
	/* It stopped there by itself, or was stopped: no panic was called. */
	if (ender == n)
		return (0);
	return (fault && next < n ? next : ender + 1);
}
