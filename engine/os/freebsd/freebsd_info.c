/* SPDX-License-Identifier: BSD-2-Clause */
/* What a FreeBSD kernel says of itself: names, panic, load, swap, modules. */
#include "engine/os/freebsd/freebsd.h"

#include "base/bytes.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>

#define DEVICES_MAX	4096
#define FILES_MAX	65536
#define BUILD_ID_NOTE	128
#define NAME_LEN_MAX	256

static struct os_text
given(const char *s)
{
	return ((struct os_text){ s, s != NULL ? 0 : E_NOT_FOUND });
}

static struct os_u64
number(struct ctx *ctx, struct kernel *k, const char *name, unsigned size)
{
	struct os_u64 v = { 0, 0 };

	v.status = freebsd_var(ctx, k, name, size, &v.v);
	if (v.status == E_NO_SYMBOL)
		v.status = E_NOT_FOUND;
	return (v);
}

/* A symbol that a kernel's file lacks is no reason for missing bytes. */
static struct os_text
text(struct ctx *ctx, struct kernel *k, const char *name, struct arena *arena)
{
	struct os_text t;

	t = freebsd_text(ctx, k, name, arena);
	if (t.status == E_NO_SYMBOL)
		t.status = E_NOT_FOUND;
	return (t);
}

static const char *
one_line(struct arena *arena, const char *s, size_t n)
{
	const char *eol;

	eol = memchr(s, '\n', n);
	return (arena_strndup(arena, s, eol != NULL ? (size_t)(eol - s) : n));
}

/* --- The panic ------------------------------------------------------------ */

struct panic_line {
	struct arena	*arena;
	const char	*text;
};

/* vpanic() of sys/kern/kern_shutdown.c says "panic: " and the message. */
static int
if_panic(void *arg, struct ctx *ctx, const struct os_log *l)
{
	struct panic_line *p = arg;

	(void)ctx;
	if (l->len > 7 && memcmp(l->text, "panic: ", 7) == 0)
		p->text = arena_strndup(p->arena, l->text + 7, l->len - 7);
	return (0);
}

static struct os_text
panic_text(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	struct panic_line line = { arena, NULL };
	char buf[NAME_LEN_MAX];
	uint64_t addr;

	if (freebsd_var(ctx, k, "panicstr", 0, &addr) == 0 && addr != 0 &&
	    space_text(ctx, &k->space, addr, buf, sizeof(buf)) == 0)
		return (given(one_line(arena, buf, strlen(buf))));
	if (k->dump->panic != NULL && k->dump->panic[0] != '\0')
		return (given(k->dump->panic));
	(void)freebsd_log(ctx, k, if_panic, &line);
	return (given(line.text));
}

struct culprit {
	int		 tid;
	struct arena	*arena;
	struct os_info	*info;
};

static int
if_culprit(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct culprit *c = arg;

	(void)ctx;
	if (p->tid != c->tid)
		return (0);
	c->info->panic_pid = (struct os_u64){ (uint64_t)p->pid, 0 };
	c->info->panic_cpu = p->cpu;
	c->info->panic_comm = p->comm;
	if (p->comm.status == 0)
		c->info->panic_comm = given(arena_strdup(c->arena, p->comm.s));
	return (1);
}

static void
panic(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	const struct os_u64 none = { 0, E_NOT_FOUND };
	const struct freebsd_os *f = freebsd_of(k);
	struct culprit c = { (int)(int32_t)f->dumptid.v, arena, info };

	info->panic = panic_text(ctx, k, arena);
	info->panic_cpu = info->panic_pid = info->panic_ip = none;
	info->panic_comm = given(NULL);
	/* Of the processes, as each would be shown by its guilty thread. */
	if (f->dumptid.status == 0)
		(void)freebsd_procs(ctx, k, 0, if_culprit, &c);
}

/* --- Names, times, memory ------------------------------------------------- */

/* As uname -m says: what the kernel calls its processor. */
static struct os_text
machine(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	static const struct {
		const struct arch *arch;
		const char *name;
	} names[] = {
		{ &arch_x86_64, "amd64" }, { &arch_arm64, "arm64" },
		{ &arch_riscv64, "riscv" }, { &arch_i386, "i386" },
		{ &arch_arm, "arm" }, { &arch_arm_be, "arm" },
		{ &arch_powerpc64, "powerpc" }, { &arch_powerpc, "powerpc" },
		{ &arch_powerpc64le, "powerpc" }, { &arch_mips64, "mips" },
		{ &arch_mips64el, "mips" }, { &arch_mips, "mips" },
		{ &arch_mipsel, "mips" },
	};
	struct os_text t;
	size_t i;

	t = text(ctx, k, "machine", arena);
	if (t.status == 0)
		return (t);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].arch == k->arch)
			return (given(names[i].name));
	return (given(k->arch->machine));
}

/* "FreeBSD 14.1-RELEASE #0 ..." gives its second word. */
static struct os_text
release_of(struct arena *arena, struct os_text version)
{
	const char *p;

	if (version.status != 0 || strncmp(version.s, "FreeBSD ", 8) != 0)
		return (given(NULL));
	p = version.s + 8;
	return (given(arena_strndup(arena, p, strcspn(p, " \n"))));
}

/* Between two symbols of the linker's script (sys/conf/ldscript.amd64, ...). */
static struct os_text
build_id(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	char id[BUILD_ID_TEXT] = "";
	uint8_t note[BUILD_ID_NOTE];
	uint64_t start, end;

	if (freebsd_symbol(ctx, k, "__build_id_start", &start) == 0 &&
	    freebsd_symbol(ctx, k, "__build_id_end", &end) == 0 &&
	    end > start && end - start <= sizeof(note) && space_read(ctx,
	    &k->space, start, note, (size_t)(end - start)) == 0)
		build_id_of_notes(note, (size_t)(end - start), k->space.be, id);
	return (given(id[0] != '\0' ? arena_strdup(arena, id) : NULL));
}

static void
names(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	char host[NAME_LEN_MAX];
	uint64_t addr;

	info->version = text(ctx, k, "version", arena);
	if (info->version.status != 0 && k->dump->kernel_version != NULL)
		info->version = given(k->dump->kernel_version);
	if (info->version.status == 0)
		info->version = given(one_line(arena, info->version.s,
		    strlen(info->version.s)));
	info->release = text(ctx, k, "osrelease", arena);
	if (info->release.status != 0 && info->version.status == 0)
		info->release = release_of(arena, info->version);
	info->machine = machine(ctx, k, arena);
	info->hostname = given(k->dump->hostname);
	if (info->hostname.status != 0 &&
	    freebsd_symbol(ctx, k, "prison0", &addr) == 0 &&
	    freebsd_at(ctx, k, addr, FM_PRISON_HOST, &addr) == 0 &&
	    space_text(ctx, &k->space, addr, host, sizeof(host)) == 0)
		info->hostname = given(arena_strdup(arena, host));
	info->cmdline = info->taint = given(NULL);
	info->build_id = build_id(ctx, k, arena);
}

void
freebsd_debug_facts(struct ctx *ctx, struct kernel *k, const char *module,
    struct debug_facts *f)
{
	struct arena arena;
	struct os_info info = { 0 };

	if (module[0] != '\0')
		return;
	arena_init(&arena);
	names(ctx, k, &arena, &info);
	if (info.build_id.status == 0)
		snprintf(f->build_id, sizeof(f->build_id), "%s",
		    info.build_id.s);
	if (info.release.status == 0)
		snprintf(f->release, sizeof(f->release), "%s", info.release.s);
	arena_fini(&arena);
}

static struct os_double
seconds(struct os_u64 v)
{
	/* Times of 64 bits; what is beyond an age is none. */
	if (v.status == 0 && (v.v == 0 || v.v > UINT64_C(1) << 40))
		v.status = v.v == 0 ? E_NOT_FOUND : E_CORRUPT;
	return ((struct os_double){ (double)v.v, v.status });
}

static void
times(struct ctx *ctx, struct kernel *k, struct os_info *info)
{
	/* time_t is 64 bits wide but on i386, sys/x86/include/_types.h. */
	const unsigned size = k->arch == &arch_i386 ? 4 : 8;
	const struct os_u64 dumped = { k->dump->dump_time,
	    k->dump->dump_time != 0 ? 0 : E_NOT_FOUND };

	info->uptime = seconds(number(ctx, k, "time_uptime", size));
	info->crash_time = seconds(number(ctx, k, "time_second", size));
	if (info->crash_time.status != 0)
		info->crash_time = seconds(dumped);
	info->boot_time.status = info->uptime.status != 0 ?
	    info->uptime.status : info->crash_time.status;
	if (info->boot_time.status == 0)
		info->boot_time.v = info->crash_time.v - info->uptime.v;
}

int
freebsd_info(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	const struct os_u64 none = { 0, E_NOT_FOUND };
	const struct pt_form *form = k->space.form;

	memset(info, 0, sizeof(*info));
	ctx->quiet++;
	info->os = given("FreeBSD");
	names(ctx, k, arena, info);
	info->levels = info->kaslr = none;
	if (form != NULL)
		info->levels = (struct os_u64){ k->dump->levels != 0 ?
		    k->dump->levels : form->levels, 0 };
	if (k->dump->has_kerndisp)
		info->kaslr = (struct os_u64){ (uint64_t)k->dump->kerndisp, 0 };
	info->cpus = number(ctx, k, "mp_ncpus", 4);
	info->cpus_present = info->cpus;
	times(ctx, k, info);
	info->mem_total = number(ctx, k, "physmem", 0);	/* pages */
	if (info->mem_total.status == 0 &&
	    (form == NULL || __builtin_mul_overflow(info->mem_total.v,
	    UINT64_C(1) << form->page_shift, &info->mem_total.v)))
		info->mem_total.status = E_CORRUPT;
	info->mem_free = info->mem_available = none;
	info->swap_total = info->swap_free = none;
	panic(ctx, k, arena, info);
	ctx->quiet--;
	ctx_clear(ctx);
	return (0);
}

/* --- Load ----------------------------------------------------------------- */

struct count {
	uint64_t running, threads;
	bool	 unknown;		/* states are not */
};

static int
count_thread(void *arg, struct ctx *ctx, const struct os_proc *p)
{
	struct count *c = arg;

	(void)ctx;
	c->threads++;
	c->running += p->state == 'R';
	c->unknown |= p->state == '?';
	return (0);
}

/* struct loadavg: fixpt_t ldavg[3], then long fscale (sys/sys/resource.h). */
int
freebsd_load(struct ctx *ctx, struct kernel *k, struct os_load *load)
{
	const unsigned word = k->space.ptr_size;
	struct os_load l = { 0 };
	struct count c = { 0 };
	uint8_t raw[24];
	uint64_t addr, scale;
	size_t i;
	int rc;

	rc = freebsd_symbol(ctx, k, "averunnable", &addr);
	if (rc == 0)
		rc = space_read(ctx, &k->space, addr, raw, word == 8 ? 24 : 16);
	if (rc != 0)
		return (ctx_chain(ctx, "load"));
	scale = load_uint(raw + (word == 8 ? 16 : 12), word, k->space.be);
	if (scale == 0 || scale > UINT32_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, addr, "load: a scale of "
		    "%llu", (unsigned long long)scale));
	for (i = 0; i < 3; i++)
		l.load[i] = (double)load_u32(raw + 4 * i, k->space.be) /
		    (double)scale;
	ctx->quiet++;
	rc = freebsd_procs(ctx, k, OS_THREADS, count_thread, &c);
	ctx->quiet--;
	if (rc == E_CANCELLED)
		return (rc);
	ctx_clear(ctx);
	l.threads = (struct os_u64){ c.threads, rc };
	l.running = (struct os_u64){ c.running, rc != 0 ? rc : c.unknown ?
	    E_NO_TYPE : 0 };
	*load = l;
	return (0);
}

/* --- Swap ----------------------------------------------------------------- */

/* What swapped-on device this is: its vnode's; none is of a network's. */
static struct os_text
device_of(struct ctx *ctx, struct kernel *k, uint64_t device, char *buf,
    size_t size)
{
	static const char dev[] = "/dev/";
	struct os_text t = { buf, 0 };
	uint64_t addr;

	t.status = freebsd_get(ctx, k, device, FM_SW_VP, 0, &addr);
	if (t.status == 0 && addr == 0) {
		t.s = "[NFS swap]";
		return (t);
	}
	if (t.status == 0)
		t.status = freebsd_get(ctx, k, addr, FM_VNODE_DEVICE, 0, &addr);
	if (t.status == 0)
		t.status = freebsd_at(ctx, k, addr, FM_CDEV_NAME, &addr);
	memcpy(buf, dev, sizeof(dev));
	if (t.status == 0)
		t.status = space_text(ctx, &k->space, addr,
		    buf + sizeof(dev) - 1, size - sizeof(dev) + 1);
	ctx_clear(ctx);
	return (t);
}

/* The tail queue swtailq of struct swdevt, sys/vm/swap_pager.h; in pages. */
int
freebsd_swaps(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_swap *), void *arg)
{
	struct seen seen = { 0 };
	struct os_swap s;
	char name[NAME_LEN_MAX];
	uint64_t addr, v;
	unsigned shift;
	int rc;

	shift = k->space.form != NULL ? k->space.form->page_shift : 12;
	rc = freebsd_var(ctx, k, "swtailq", 0, &addr);
	while (rc == 0 && addr != 0) {
		if (seen.count >= DEVICES_MAX || seen_add(&seen, addr) != 1) {
			rc = ctx_fail_at(ctx, E_CORRUPT, addr, "the list of "
			    "swap devices does not end");
			break;
		}
		s = (struct os_swap){ .address = addr };
		s.device = device_of(ctx, k, addr, name, sizeof(name));
		rc = freebsd_get(ctx, k, addr, FM_SW_NBLKS, 4, &v);
		if (rc != 0)
			break;
		s.total = (struct os_u64){ v << shift, 0 };
		rc = freebsd_get(ctx, k, addr, FM_SW_USED, 4, &v);
		if (rc != 0)
			break;
		s.used = (struct os_u64){ v << shift, 0 };
		rc = fn(arg, ctx, &s);
		if (rc == 0)
			rc = freebsd_get(ctx, k, addr, FM_SW_LIST, 0, &addr);
	}
	seen_fini(&seen);
	return (rc < 0 ? ctx_chain(ctx, "swap") : rc);
}

/* --- Modules -------------------------------------------------------------- */

/*
 * struct linker_file of sys/sys/linker.h, as it has been since FreeBSD 7: a
 * pointer of kobj(9), int refs, userrefs, flags, the links of a tail queue,
 * char *filename, *pathname, int id, caddr_t address, size_t size.
 */
struct linker_file {
	uint64_t refs, next, filename, address, size;
};

static uint64_t
word_at(struct bytes *b, unsigned word)
{
	bytes_align(b, word);
	return (bytes_uint(b, word));
}

static int
read_file(struct ctx *ctx, struct kernel *k, uint64_t addr,
    struct linker_file *f)
{
	const unsigned word = k->space.ptr_size;
	uint8_t raw[80];
	struct bytes b;
	size_t n;
	int rc;

	n = word == 8 ? 80 : 44;
	rc = space_read(ctx, &k->space, addr, raw, n);
	if (rc != 0)
		return (rc);
	b = bytes_of(raw, n, k->space.be);
	bytes_skip(&b, word);
	f->refs = bytes_u32(&b);
	bytes_skip(&b, 8);		/* userrefs, flags */
	f->next = word_at(&b, word);
	bytes_skip(&b, word);
	f->filename = word_at(&b, word);
	bytes_skip(&b, word + 4);	/* pathname, id */
	f->address = word_at(&b, word);
	f->size = word_at(&b, word);
	return (b.bad ? ctx_fail(ctx, E_CORRUPT, "struct linker_file") : 0);
}

int
freebsd_modules(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_module *), void *arg)
{
	struct seen seen = { 0 };
	struct linker_file f;
	struct os_module m;
	char name[NAME_LEN_MAX];
	uint64_t addr;
	int rc;

	rc = freebsd_var(ctx, k, "linker_files", 0, &addr);
	while (rc == 0 && addr != 0) {
		if (seen.count >= FILES_MAX || seen_add(&seen, addr) != 1) {
			rc = ctx_fail_at(ctx, E_CORRUPT, addr, "the list of "
			    "linker files does not end");
			break;
		}
		rc = read_file(ctx, k, addr, &f);
		if (rc != 0)
			break;
		m = (struct os_module){ .address = addr, .base = f.address,
		    .size = f.size, .state = { "Live", 0 },
		    .refs = { f.refs, 0 } };
		m.name.status = space_text(ctx, &k->space, f.filename, name,
		    sizeof(name));
		m.name.s = name;
		ctx_clear(ctx);
		rc = fn(arg, ctx, &m);
		addr = f.next;
	}
	seen_fini(&seen);
	return (rc < 0 ? ctx_chain(ctx, "modules") : rc);
}
