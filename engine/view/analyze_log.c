/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's log and its taint flags tell of its past. */
#include "engine/view/analyze.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SHOWN	160		/* bytes of a line */

/*
 * How such lines begin, or what they contain (after a "*"), and where they are
 * written: kernel/panic.c, kernel/hung_task.c, kernel/watchdog.c,
 * kernel/rcu/tree_stall.h, mm/oom_kill.c, mm/page_alloc.c, block/blk-core.c,
 * fs/, arch/.
 */
static const struct {
	enum grade	 grade;
	const char	*topic, *words;
} events[] = {
	{ GRADE_BAD, "oops", "BUG: " },
	{ GRADE_BAD, "oops", "kernel BUG at " },
	{ GRADE_BAD, "oops", "Unable to handle kernel " },
	{ GRADE_BAD, "oops", "general protection fault" },
	{ GRADE_BAD, "oops", "Internal error: " },
	{ GRADE_ODD, "warning", "WARNING: " },
	{ GRADE_BAD, "lockup", "watchdog: BUG: soft lockup" },
	{ GRADE_BAD, "lockup", "*Watchdog detected hard LOCKUP" },
	{ GRADE_BAD, "stall", "rcu: INFO: rcu_" },
	{ GRADE_BAD, "stall", "*self-detected stall on CPU" },
	{ GRADE_BAD, "hung", "*blocked for more than" },
	{ GRADE_BAD, "stall", "*workqueue lockup" },
	{ GRADE_BAD, "oom", "Out of memory: " },
	{ GRADE_BAD, "oom", "Memory cgroup out of memory: " },
	{ GRADE_ODD, "memory", "*page allocation failure" },
	{ GRADE_BAD, "memory", "*list_add corruption" },
	{ GRADE_BAD, "memory", "*list_del corruption" },
	{ GRADE_BAD, "memory", "*Bad page state" },
	{ GRADE_BAD, "memory", "*refcount_t: " },
	{ GRADE_BAD, "memory", "*stack guard page was hit" },
	{ GRADE_BAD, "memory", "*corrupted stack end" },
	{ GRADE_BAD, "hardware", "*[Hardware Error]" },
	{ GRADE_BAD, "hardware", "mce: " },
	{ GRADE_ODD, "disk", "*I/O error, dev " },
	{ GRADE_ODD, "disk", "Buffer I/O error" },
	{ GRADE_BAD, "files", "EXT4-fs error" },
	{ GRADE_BAD, "files", "BTRFS error" },
	{ GRADE_BAD, "files", "*Corruption of in-memory data" },
	{ GRADE_ODD, "network", "*NETDEV WATCHDOG" },
	{ GRADE_ODD, "files", "*nfs: server " },
	{ GRADE_ODD, "process", "*segfault at " },
	{ GRADE_ODD, "irq", "*nobody cared" },
	{ GRADE_ODD, "module", "*loading out-of-tree module taints kernel" },
};

/* kernel/panic.c: taint_flags[]; those that the log tells better are left out. */
static const struct {
	char		 letter;
	const char	*see, *what;
} taints[] = {
	{ 'P', "mod", "a proprietary module was loaded" },
	{ 'F', "mod", "a module was loaded by force" },
	{ 'S', "info", "the processors are out of specification" },
	{ 'R', "mod", "a module was unloaded by force" },
	{ 'M', "log", "a processor reported a machine check" },
	{ 'B', "log", "a bad page was found" },
	{ 'U', "log", "user space asked for the taint" },
	{ 'D', "log", "the kernel had died (oops or BUG) before" },
	{ 'A', "iomem", "an ACPI table was overridden" },
	{ 'W', "log", "a warning was printed" },
	{ 'C', "mod", "a staging driver was loaded" },
	{ 'I', "log", "a bug of the firmware was worked around" },
	{ 'O', "mod", "a module from outside the kernel was loaded" },
	{ 'E', "mod", "an unsigned module was loaded" },
	{ 'L', "log", "a soft lockup had happened before" },
	{ 'K', "mod", "the kernel was live patched" },
	{ 'T', "info", "structures were laid out at random" },
	{ 'N', "log", "a test was run in the kernel" },
};

struct events {
	struct {
		uint64_t	 n;
		uint64_t	 ns;		/* of the first */
		char		 text[TEXT_SHOWN + 1];
	} seen[COUNT(events)];
};

static bool
matches(const struct os_log *l, const char *words)
{
	if (*words == '*')
		return (memmem(l->text, l->len, words + 1,
		    strlen(words + 1)) != NULL);
	return (l->len >= strlen(words) &&
	    memcmp(l->text, words, strlen(words)) == 0);
}

static int
on_log(void *arg, struct ctx *ctx, const struct os_log *l)
{
	struct events *e = arg;
	size_t i, n;

	for (i = 0; i < COUNT(events) && !matches(l, events[i].words); i++)
		;
	if (i < COUNT(events) && e->seen[i].n++ == 0) {
		n = l->len < TEXT_SHOWN ? l->len : TEXT_SHOWN;
		memcpy(e->seen[i].text, l->text, n);
		e->seen[i].text[n] = '\0';
		e->seen[i].ns = l->ns;
	}
	return (ctx_check(ctx));
}

static int
taint(struct ctx *ctx, struct analysis *a)
{
	size_t i;
	int error = OK;

	if (a->info.taint.status != OK || a->info.taint.s == NULL)
		return (OK);
	for (i = 0; error == OK && i < COUNT(taints); i++)
		if (strchr(a->info.taint.s, taints[i].letter) != NULL)
			error = analyze_say(ctx, a, GRADE_ODD, "taint",
			    taints[i].see, "%c: %s", taints[i].letter,
			    taints[i].what);
	return (error);
}

int
analyze_log(struct ctx *ctx, struct analysis *a)
{
	struct events *e;
	char when[48], times[48];
	size_t i;
	int error = OK;

	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for the log"));
	(void)os_log(ctx, a->k, on_log, e);
	for (i = 0; error == OK && i < COUNT(events); i++) {
		/* The panic has been told. */
		if (e->seen[i].n == 0 || (e->seen[i].n == 1 &&
		    a->info.panic.status == OK && a->info.panic.s != NULL &&
		    strncmp(a->info.panic.s, e->seen[i].text,
		    strlen(e->seen[i].text)) == 0))
			continue;
		when[0] = times[0] = '\0';
		if (e->seen[i].ns != OS_NO_TIME)
			snprintf(when, sizeof(when), "at %.3f s: ",
			    (double)e->seen[i].ns / 1e9);
		if (e->seen[i].n > 1)
			snprintf(times, sizeof(times), "%llu times, first ",
			    (unsigned long long)e->seen[i].n);
		error = analyze_say(ctx, a, events[i].grade, events[i].topic,
		    "log", "%s%s%s", times, when, e->seen[i].text);
	}
	free(e);
	return (error == OK ? taint(ctx, a) : error);
}
