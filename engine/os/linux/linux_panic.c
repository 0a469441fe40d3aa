/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why the kernel stopped, if it did: panic_cpu says on which CPU
 * (kernel/panic.c), the log in which words.
 */
#include "engine/os/linux/linux_read.h"

#include <stdlib.h>
#include <string.h>

#define CPU_INVALID	UINT32_MAX	/* PANIC_CPU_INVALID */

static const char panic_words[] = "Kernel panic - not syncing";
/* What panic() says when an oops had told the reason before. */
static const char after_oops[] = "Kernel panic - not syncing: Fatal exception";

/* How the first line of an oops or of a wanted crash begins. */
static const char *const oops_words[] = {
	"BUG: ", "Oops: ", "Oops[", "kernel BUG at ", "Unable to handle kernel ",
	"Internal error: ", "general protection fault", "divide error",
	"invalid opcode", "double fault", "PANIC: ", "Machine check",
	"sysrq: Trigger a crash", "sysrq: SysRq : Trigger a crash",
	"watchdog: BUG: ", "NMI watchdog: Watchdog detected hard LOCKUP",
	"traps: PANIC",
};

/* An oops ends with it; what is told after that is another story. */
static const char oops_end[] = "---[ end trace ";

struct story {
	struct arena	*arena;
	const char	*panic, *oops, *ip;
	bool		 over;		/* that oops has been told to its end */
};

/* Text in a record that need not end in NUL. */
static bool
begins(const struct os_log *log, const char *words)
{
	size_t n = strlen(words);

	return (log->len >= n && memcmp(log->text, words, n) == 0);
}

static int
story_line(void *arg, struct ctx *ctx, const struct os_log *log)
{
	struct story *s = arg;
	const char *p;
	size_t i;

	(void)ctx;
	if (begins(log, panic_words)) {
		s->panic = arena_strndup(s->arena, log->text, log->len);
		return (0);
	}
	s->over |= begins(log, oops_end);
	for (i = 0; i < sizeof(oops_words) / sizeof(oops_words[0]); i++) {
		if (!begins(log, oops_words[i]) || (s->oops != NULL &&
		    !s->over && strncmp(s->oops, "sysrq: ", 7) != 0))
			continue;
		s->oops = arena_strndup(s->arena, log->text, log->len);
		s->ip = NULL;
		s->over = false;
	}
	/* Where the kernel was: code segment 0x10; a user's is 0x33. */
	if (s->oops != NULL && s->ip == NULL && begins(log, "RIP: 0010:")) {
		p = memchr(log->text, ' ', log->len);
		s->ip = p == NULL ? NULL : arena_strndup(s->arena,
		    p + 6, log->len - (size_t)(p + 6 - log->text));
	}
	return (0);
}

/* "name+0x12/0x40", "name+0x12/0x40 [module]" or "0x12" -> an address. */
static bool
ip_of_text(struct kernel *k, struct arena *arena, const char *text,
    uint64_t *ret)
{
	const struct symbol *sym;
	const char *plus;
	char *name, *end;
	uint64_t off;

	if (strncmp(text, "0x", 2) == 0) {
		*ret = strtoull(text, &end, 16);
		return (*end == '\0' || *end == ' ');
	}
	plus = strchr(text, '+');
	if (plus == NULL)
		return (false);
	off = strtoull(plus + 1, &end, 16);
	name = arena_strndup(arena, text, (size_t)(plus - text));
	if (*end != '/' || name == NULL)
		return (false);
	sym = sym_find(&k->symbols, name);
	if (sym == NULL || (sym->size != 0 && off > sym->size))
		return (false);
	*ret = sym->addr + off;
	return (true);
}

static bool
ip_of_regs(struct kernel *k, uint64_t cpu, uint64_t *ret)
{
	size_t i;

	if (k->dump == NULL || k->arch->pc == NULL)
		return (false);
	for (i = 0; i < k->dump->ncpus; i++)
		if ((uint64_t)k->dump->cpus[i].cpu == cpu &&
		    k->dump->cpus[i].has_regs)
			return (arch_reg_get(k->arch, &k->dump->cpus[i],
			    k->arch->pc, ret));
	return (false);
}

/* Whose fault it was: the task on that CPU. */
static void
culprit(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	struct linux_obj task;
	uint64_t addr;
	int rc;

	info->panic_pid.status = linux_current(ctx, k,
	    (int)info->panic_cpu.v, &addr);
	info->panic_comm.status = info->panic_pid.status;
	if (info->panic_pid.status != 0)
		return;
	rc = linux_obj_init(ctx, &task, k, LT_TASK);
	if (rc == 0)
		linux_obj_at(ctx, &task, addr);
	info->panic_pid.status = rc != 0 ? rc :
	    linux_u64(ctx, &task, LM_TASK_PID, &info->panic_pid.v);
	info->panic_comm.status = rc != 0 ? rc : linux_obj_text(ctx, &task,
	    LM_TASK_COMM, arena, &info->panic_comm.s);
	linux_obj_fini(&task);
}

void
linux_panic_info(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	struct story s = { .arena = arena };
	uint64_t cpu;
	int rc, logged;

	info->panic.s = info->panic_comm.s = "";
	rc = linux_var(ctx, k, "panic_cpu", 4, &cpu);
	logged = linux_log(ctx, k, story_line, &s);
	if (s.panic == NULL && (rc != 0 || cpu == CPU_INVALID)) {
		/* A log that cannot be read proves nothing. */
		if (rc == 0 || logged == 0)
			rc = E_NOT_FOUND;
		info->panic.status = info->panic_cpu.status = rc;
		info->panic_pid.status = info->panic_ip.status = rc;
		info->panic_comm.status = rc;
		return;
	}
	info->panic.s = s.panic;
	if (s.oops != NULL && (s.panic == NULL ||
	    strncmp(s.panic, after_oops, sizeof(after_oops) - 1) == 0))
		info->panic.s = s.oops;
	if (info->panic.s == NULL) {
		info->panic.s = "";
		info->panic.status = logged != 0 ? logged : E_NOT_FOUND;
	}
	info->panic_cpu.v = cpu;
	info->panic_cpu.status = rc != 0 ? rc : cpu == CPU_INVALID ?
	    E_NOT_FOUND : OK;
	if (info->panic_cpu.status != 0) {
		info->panic_pid.status = info->panic_cpu.status;
		info->panic_comm.status = info->panic_cpu.status;
	} else
		culprit(ctx, k, arena, info);
	if ((s.ip == NULL || !ip_of_text(k, arena, s.ip, &info->panic_ip.v)) &&
	    (info->panic_cpu.status != 0 ||
	    !ip_of_regs(k, cpu, &info->panic_ip.v)))
		info->panic_ip.status = E_NOT_FOUND;
}
