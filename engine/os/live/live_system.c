/* SPDX-License-Identifier: BSD-2-Clause */
/* The system as a whole: names, memory, swap, load, CPUs, modules. */
#include "engine/os/live/live.h"

#include "engine/os/linux/linux_read.h"

#include <sys/utsname.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX	((size_t)16 << 20)
#define USERS_MAX	4096
#define CPU_LIST	"devices/system/cpu/"

static struct os_text
copied(struct arena *arena, const char *s)
{
	struct os_text t = { .s = arena_strdup(arena, s) };

	return (t.s != NULL ? t : (struct os_text){ .s = "",
	    .status = E_NOMEM });
}

/* A file's only line. */
static struct os_text
line_of(struct ctx *ctx, int folder, struct buf *b, struct arena *arena,
    const char *name)
{
	struct os_text t = { .s = "" };

	t.status = live_read(ctx, folder, b, TEXT_MAX, "%s", name);
	if (t.status != 0)
		return (t);
	while (b->len > 0 && b->p[b->len - 1] == '\n')
		b->p[--b->len] = '\0';
	return (copied(arena, buf_text(b)));
}

static struct os_u64
kilobytes(const char *text, const char *key)
{
	struct os_u64 v = { .status = E_NOT_FOUND };

	if (live_number(live_key(text, key), 10, &v.v) &&
	    !__builtin_mul_overflow(v.v, UINT64_C(1024), &v.v))
		v.status = OK;
	return (v);
}

/* The CPUs in a list as "0-3,5": how many, and one above the highest. */
static int
cpu_list(struct ctx *ctx, struct kernel *k, const char *name, uint64_t *count,
    uint64_t *above)
{
	struct buf b = { 0 };
	uint64_t first, last;
	const char *p;
	int rc;

	rc = live_read(ctx, live_of(k)->sys, &b, TEXT_MAX, CPU_LIST "%s", name);
	*count = *above = 0;
	for (p = buf_text(&b); rc == 0 && live_number(p, 10, &first); p++) {
		p += strspn(p, "0123456789");
		last = first;
		if (*p == '-' && live_number(++p, 10, &last))
			p += strspn(p, "0123456789");
		if (last < first || last >= LINUX_CPUS_MAX) {
			rc = ctx_fail(ctx, E_CORRUPT, "%s: not a list of CPUs",
			    name);
			break;
		}
		*count += last - first + 1;
		*above = last + 1;
		if (*p != ',')
			break;
	}
	buf_fini(&b);
	return (rc);
}

int
live_cpus(struct ctx *ctx, struct kernel *k, unsigned *ids, unsigned *online)
{
	uint64_t count, n, above;
	int rc;

	rc = cpu_list(ctx, k, "online", &n, &above);
	if (rc == 0)
		rc = cpu_list(ctx, k, "possible", &count, &above);
	if (rc == 0) {
		*ids = (unsigned)above;
		*online = (unsigned)n;
	}
	return (rc);
}

static double
now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ((double)ts.tv_sec + (double)ts.tv_nsec / 1e9);
}

/* How far the kernel's text was moved, where symbols tell. */
static struct os_u64
kaslr(const struct kernel *k)
{
	struct os_u64 v = { .status = E_RESTRICTED };
	const struct symbol *text = sym_find(&k->symbols, "_text");
	size_t i;

	for (i = 0; text != NULL && linux_arches[i] != NULL; i++)
		if (linux_arches[i]->arch == k->arch &&
		    linux_arches[i]->image_linked != 0) {
			v.v = text->addr - linux_arches[i]->image_linked;
			v.status = OK;
		}
	return (v);
}

static void
memory(struct ctx *ctx, struct kernel *k, struct buf *b, struct os_info *info)
{
	const char *text;
	int rc;

	rc = live_read(ctx, live_of(k)->proc, b, TEXT_MAX, "meminfo");
	if (rc != 0) {
		info->mem_total.status = info->mem_free.status =
		    info->mem_available.status = info->swap_total.status =
		    info->swap_free.status = rc;
		return;
	}
	text = buf_text(b);
	info->mem_total = kilobytes(text, "MemTotal");
	info->mem_free = kilobytes(text, "MemFree");
	info->mem_available = kilobytes(text, "MemAvailable");
	info->swap_total = kilobytes(text, "SwapTotal");
	info->swap_free = kilobytes(text, "SwapFree");
}

int
live_info(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	const struct os_text no_text = { .s = "", .status = E_NOT_FOUND };
	const struct os_u64 none = { .status = E_NOT_FOUND };
	struct live_os *l = live_of(k);
	struct buf b = { 0 };
	struct utsname uts;
	uint64_t mask, above;

	memset(info, 0, sizeof(*info));
	memset(&uts, 0, sizeof(uts));
	uname(&uts);
	ctx->quiet++;
	info->os = copied(arena, "Linux");
	info->release = copied(arena, uts.release);
	info->version = copied(arena, uts.version);
	info->machine = copied(arena, uts.machine);
	info->hostname = copied(arena, uts.nodename);
	info->build_id = no_text;
	info->build_id.status = live_read(ctx, l->sys, &b, TEXT_MAX,
	    "kernel/notes");
	if (info->build_id.status == 0) {
		info->build_id.s = linux_build_id(arena, b.p, b.len,
		    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
		if (info->build_id.s == NULL)
			info->build_id = no_text;
	}
	info->cmdline = line_of(ctx, l->proc, &b, arena, "cmdline");
	info->taint = line_of(ctx, l->proc, &b, arena, "sys/kernel/tainted");
	if (info->taint.status == 0 && live_number(info->taint.s, 10, &mask))
		info->taint.s = linux_taint(arena, mask);
	info->levels.status = E_RESTRICTED;
	info->kaslr = kaslr(k);
	info->cpus.status = cpu_list(ctx, k, "online", &info->cpus.v, &above);
	info->cpus_present.status = cpu_list(ctx, k, "present",
	    &info->cpus_present.v, &above);
	info->uptime.v = now(CLOCK_BOOTTIME);
	info->crash_time.v = now(CLOCK_REALTIME);
	info->boot_time.v = info->crash_time.v - info->uptime.v;
	memory(ctx, k, &b, info);
	info->panic = info->panic_comm = no_text;
	info->panic_cpu = info->panic_pid = info->panic_ip = none;
	ctx->quiet--;
	buf_fini(&b);
	ctx_clear(ctx);
	return (info->taint.s != NULL ? 0 :
	    ctx_fail(ctx, E_NOMEM, "out of memory"));
}

/* "FILE TYPE SIZE USED PRIORITY" below a heading, sizes in KiB. */
int
live_swaps(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_swap *), void *arg)
{
	struct os_swap swap;
	struct buf b = { 0 };
	unsigned long long total, used;
	long long priority;
	char *line, *blank;
	int rc;

	rc = live_read(ctx, live_of(k)->proc, &b, TEXT_MAX, "swaps");
	line = rc == 0 ? strchr(buf_text(&b), '\n') : NULL;
	for (; rc == 0 && line != NULL && *++line != '\0';
	    line = strchr(line, '\n')) {
		blank = line + strcspn(line, " \t\n");
		if (sscanf(blank, " %*s %llu %llu %lld", &total, &used,
		    &priority) != 3)
			continue;
		*blank = '\0';
		live_unescape(line);
		swap = (struct os_swap){ .device = { .s = line },
		    .total = { .v = total * 1024 }, .used = { .v = used * 1024 },
		    .priority = priority, .address = OS_UNKNOWN };
		rc = fn(arg, ctx, &swap);
		line = blank + 1;
	}
	buf_fini(&b);
	/* A kernel that is built without swap has none. */
	return (rc == E_NOT_FOUND ? 0 : rc);
}

int
live_load(struct ctx *ctx, struct kernel *k, struct os_load *load)
{
	unsigned long long running, threads;
	struct buf b = { 0 };
	int rc;

	rc = live_read(ctx, live_of(k)->proc, &b, TEXT_MAX, "loadavg");
	memset(load, 0, sizeof(*load));
	if (rc == 0 && sscanf(buf_text(&b), "%lf %lf %lf %llu/%llu",
	    &load->load[0], &load->load[1], &load->load[2], &running,
	    &threads) != 5)
		rc = ctx_fail(ctx, E_CORRUPT, "loadavg: not five numbers");
	if (rc == 0) {
		load->running.v = running;
		load->threads.v = threads;
	}
	buf_fini(&b);
	return (rc < 0 ? ctx_chain(ctx, "load") : rc);
}

/* "cpu0 USER NICE SYSTEM IDLE IOWAIT IRQ SOFTIRQ STEAL ..." in ticks. */
int
live_cptime(struct ctx *ctx, struct kernel *k, int cpu, struct os_cptime *ret)
{
	const double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
	unsigned long long v[8];
	struct buf b = { 0 };
	const char *p;
	char name[16];
	int rc;

	snprintf(name, sizeof(name), cpu >= 0 ? "cpu%d " : "cpu ", cpu);
	rc = live_read(ctx, live_of(k)->proc, &b, TEXT_MAX, "stat");
	for (p = buf_text(&b); rc == 0 && p != NULL &&
	    strncmp(p, name, strlen(name)) != 0;) {
		p = strchr(p, '\n');
		if (p != NULL)
			p++;
	}
	if (rc == 0 && p == NULL)
		rc = ctx_fail(ctx, E_NOT_FOUND, "no CPU %d", cpu);
	else if (rc == 0 && sscanf(p + strlen(name),
	    "%llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2],
	    &v[3], &v[4], &v[5], &v[6], &v[7]) != 8)
		rc = ctx_fail(ctx, E_CORRUPT, "stat: not the times of a CPU");
	if (rc == 0)
		*ret = (struct os_cptime){
			.user = (double)v[0] * tick,
			.nice = (double)v[1] * tick,
			.system = (double)v[2] * tick,
			.idle = (double)v[3] * tick,
			.iowait = (double)v[4] * tick,
			.interrupt = (double)(v[5] + v[6]) * tick,
			.steal = (double)v[7] * tick,
		};
	buf_fini(&b);
	return (rc);
}

/* "a,b," or "-" cut into names, ended by NULL. */
static void
split_users(char *list, const char **users)
{
	size_t n = 0;
	char *p, *rest;

	for (p = strtok_r(list, ",", &rest); p != NULL && n < USERS_MAX;
	    p = strtok_r(NULL, ",", &rest))
		if (strcmp(p, "-") != 0)
			users[n++] = p;
	users[n] = NULL;
}

/* "NAME SIZE REFS USERS STATE ADDRESS [TAINT]"; REFS may be "-". */
static bool
parse_module(char *line, const char **users, struct os_module *m)
{
	char *field[6], *rest;
	int i;

	for (i = 0; i < 6; i++)
		if ((field[i] = strtok_r(i == 0 ? line : NULL, " ",
		    &rest)) == NULL)
			return (false);
	*m = (struct os_module){ .address = OS_UNKNOWN,
	    .name = { .s = field[0] }, .state = { .s = field[4] },
	    .used_by = users };
	if (!live_number(field[1], 10, &m->size) ||
	    !live_number(field[5], 16, &m->base))
		return (false);
	if (!live_number(field[2], 10, &m->refs.v))
		m->refs.status = E_NOT_FOUND;
	if (m->base == 0)		/* hidden, see kptr_restrict */
		m->base = OS_UNKNOWN;
	split_users(field[3], users);
	return (true);
}

int
live_modules(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_module *), void *arg)
{
	struct os_module m;
	const char **users;
	struct buf b = { 0 };
	char *line, *rest;
	int rc;

	users = calloc(USERS_MAX + 1, sizeof(*users));
	if (users == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = live_read(ctx, live_of(k)->proc, &b, TEXT_MAX, "modules");
	line = rc == 0 && b.len > 0 ? strtok_r(b.p, "\n", &rest) : NULL;
	for (; rc == 0 && line != NULL; line = strtok_r(NULL, "\n", &rest))
		if (parse_module(line, users, &m))
			rc = fn(arg, ctx, &m);
	buf_fini(&b);
	free(users);
	/* A kernel that is built without modules has none. */
	return (rc == E_NOT_FOUND ? 0 : rc);
}
