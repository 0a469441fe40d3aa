/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kernel says about itself as a whole. */
#include "engine/os/linux/linux_read.h"

#include "engine/symbol/debugfile.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_MAX	65536
#define CMDLINE_MAX	65536

/*
 * taint_flags[] of kernel/panic.c: a letter for each bit of tainted_mask;
 * Documentation/admin-guide/tainted-kernels.rst.  A kernel that is tainted, but
 * not by a proprietary module, says G first.
 */
static const char taint_letters[] = "PFSRMBUDAWCIOELKXTNJ";

static struct os_text
given(const char *s)
{
	return ((struct os_text){ .s = s != NULL ? s : "",
	    .status = s != NULL ? OK : E_NOMEM });
}

/* A line of VMCOREINFO, or NULL. */
static const char *
told(struct kernel *k, struct arena *arena, const char *key)
{
	const struct linux_os *l = linux_of(k);
	const char *v;
	size_t n;

	v = vmcoreinfo_get(l->vmcoreinfo, l->vmcoreinfo_len, key, &n);
	return (v == NULL ? NULL : arena_strndup(arena, v, n));
}

static void
names(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	struct linux_obj uts;
	const char *release;
	uint64_t addr;
	int rc;

	rc = linux_root(ctx, k, "init_uts_ns", &addr);
	if (rc == 0)
		rc = linux_obj_init(ctx, &uts, k, LT_UTS);
	info->release = info->version = info->machine = info->hostname =
	    (struct os_text){ .s = "", .status = rc };
	if (rc == 0) {
		linux_obj_at(ctx, &uts, addr);
		info->release.status = linux_obj_text(ctx, &uts,
		    LM_UTS_RELEASE, arena, &info->release.s);
		info->version.status = linux_obj_text(ctx, &uts,
		    LM_UTS_VERSION, arena, &info->version.s);
		info->machine.status = linux_obj_text(ctx, &uts,
		    LM_UTS_MACHINE, arena, &info->machine.s);
		info->hostname.status = linux_obj_text(ctx, &uts,
		    LM_UTS_NODENAME, arena, &info->hostname.s);
		linux_obj_fini(&uts);
	}
	release = told(k, arena, "OSRELEASE");
	if (info->release.status != 0 && release != NULL)
		info->release = given(release);
	if (info->machine.status != 0)
		info->machine = given(k->arch->machine);
}

const char *
linux_build_id(struct arena *arena, const void *notes, size_t n, bool be)
{
	char id[BUILD_ID_TEXT] = "";

	build_id_of_notes(notes, n, be, id);
	return (id[0] != '\0' ? arena_strdup(arena, id) : NULL);
}

static const char *
build_id_note(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	uint64_t start, end;
	const char *ret;
	uint8_t *notes;

	if (linux_root(ctx, k, "__start_notes", &start) != 0 ||
	    linux_root(ctx, k, "__stop_notes", &end) != 0 || end <= start ||
	    end - start > NOTES_MAX)
		return (NULL);
	notes = malloc((size_t)(end - start));
	ret = NULL;
	if (notes != NULL && space_read(ctx, &k->space, start, notes,
	    (size_t)(end - start)) == 0)
		ret = linux_build_id(arena, notes, (size_t)(end - start),
		    k->space.be);
	free(notes);
	return (ret);
}

static struct os_text
build_id(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	const char *id;

	id = told(k, arena, "BUILD-ID");
	if (id == NULL || *id == '\0')
		id = build_id_note(ctx, k, arena);
	return (id != NULL ? given(id) :
	    (struct os_text){ .s = "", .status = E_NOT_FOUND });
}

static struct os_text
cmdline(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	struct os_text t = { .s = "" };
	uint64_t p;

	t.status = linux_var(ctx, k, "saved_command_line", k->space.ptr_size,
	    &p);
	if (t.status == 0)
		t.status = linux_text(ctx, k, p, CMDLINE_MAX, arena, &t.s);
	return (t);
}

/* Letters, blanks between them, none at the end. */
const char *
linux_taint(struct arena *arena, uint64_t mask)
{
	size_t i, n, end;
	char *s;

	n = sizeof(taint_letters) - 1;
	s = arena_alloc(arena, n + 1);
	if (s == NULL)
		return (NULL);
	for (i = end = 0; i < n; i++) {
		s[i] = mask >> i & 1 ? taint_letters[i] : ' ';
		if (s[i] != ' ')
			end = i + 1;
	}
	if (s[0] == ' ' && mask != 0) {
		s[0] = 'G';
		end = end == 0 ? 1 : end;
	}
	s[end] = '\0';
	return (s);
}

static struct os_text
taint(struct ctx *ctx, struct kernel *k, struct arena *arena)
{
	struct os_text t = { .s = "" };
	uint64_t mask;

	t.status = linux_var(ctx, k, "tainted_mask", k->space.ptr_size, &mask);
	return (t.status == 0 ? given(linux_taint(arena, mask)) : t);
}

/*
 * The timekeeper as it was at its last update, a tick or an idle moment ago:
 * CLOCK_BOOTTIME is tkr_mono plus offs_boot, CLOCK_REALTIME xtime_sec plus what
 * tkr_mono has of the second (kernel/time/timekeeping.c).  tk_core is an
 * anonymous structure of a sequence count and the timekeeper up to 6.12, then
 * an array of struct tk_data.
 */
static int
timekeeper(struct ctx *ctx, struct kernel *k, double *boot, double *real)
{
	const struct linux_place *in = linux_place(k, LM_TK_DATA_TIMEKEEPER);
	struct linux_obj tk;
	uint64_t addr, clock, shift, nsec, sec;
	int64_t base, offs;
	int rc;

	rc = linux_root(ctx, k, "tk_core", &addr);
	if (rc == 0)
		addr += in->status == OK ? in->offset : 8;
	else
		rc = linux_root(ctx, k, "timekeeper_data", &addr);
	if (rc == 0)
		rc = linux_obj_init(ctx, &tk, k, LT_TIME);
	if (rc != 0)
		return (rc);
	linux_obj_at(ctx, &tk, addr);
	rc = linux_u64(ctx, &tk, LM_TIME_CLOCK, &clock);
	if (rc == 0)
		rc = linux_u64(ctx, &tk, LM_TIME_SHIFT, &shift);
	if (rc == 0)
		rc = linux_u64(ctx, &tk, LM_TIME_NSEC, &nsec);
	if (rc == 0)
		rc = linux_s64(ctx, &tk, LM_TIME_BASE, &base);
	if (rc == 0)
		rc = linux_u64(ctx, &tk, LM_TIME_XTIME_SEC, &sec);
	if (rc == 0)
		rc = linux_s64(ctx, &tk, LM_TIME_BOOT, &offs);
	linux_obj_fini(&tk);
	/* A clock source is a kernel object, its shift below 32. */
	if (rc == 0 && (clock == 0 || shift > 63 || base < 0))
		rc = ctx_fail_at(ctx, E_CORRUPT, addr, "no timekeeper is here");
	if (rc != 0)
		return (rc);
	*boot = ((double)base + (double)(nsec >> shift) + (double)offs) / 1e9;
	*real = (double)sec + (double)(nsec >> shift) / 1e9;
	return (0);
}

static void
times(struct ctx *ctx, struct kernel *k, struct os_info *info)
{
	const struct linux_os *l = linux_of(k);
	uint64_t crash;
	int rc;

	rc = timekeeper(ctx, k, &info->uptime.v, &info->crash_time.v);
	info->uptime.status = info->crash_time.status =
	    info->boot_time.status = rc;
	info->boot_time.v = info->crash_time.v - info->uptime.v;
	/* The second in which kexec was entered. */
	if (vmcoreinfo_u64(l->vmcoreinfo, l->vmcoreinfo_len, "CRASHTIME",
	    &crash)) {
		info->crash_time.v = (double)crash;
		info->crash_time.status = OK;
	}
}

int
linux_info(struct ctx *ctx, struct kernel *k, struct arena *arena,
    struct os_info *info)
{
	const struct linux_os *l = linux_of(k);
	struct linux_cpus cpus;

	memset(info, 0, sizeof(*info));
	ctx->quiet++;
	info->os = given("Linux");
	names(ctx, k, arena, info);
	info->build_id = build_id(ctx, k, arena);
	info->cmdline = cmdline(ctx, k, arena);
	info->taint = taint(ctx, k, arena);
	if (k->space.form != NULL)
		info->levels.v = k->space.form->levels;
	else
		info->levels.status = E_UNSUPPORTED;
	info->kaslr.v = l->kaslr;
	info->kaslr.status = l->has_kaslr ? OK : E_NOT_FOUND;
	info->cpus.status = linux_cpus_online(ctx, k, &cpus);
	info->cpus.v = linux_cpu_count(&cpus);
	info->cpus_present.status = linux_cpus(ctx, k, "__cpu_present_mask",
	    &cpus);
	info->cpus_present.v = linux_cpu_count(&cpus);
	times(ctx, k, info);
	linux_mem_info(ctx, k, info);
	linux_panic_info(ctx, k, arena, info);
	ctx->quiet--;
	ctx_clear(ctx);
	return (0);
}

void
linux_debug_facts(struct ctx *ctx, struct kernel *k, const char *module,
    struct debug_facts *f)
{
	const struct linux_os *l = linux_of(k);
	struct os_info info;
	struct arena arena;

	arena_init(&arena);
	memset(&info, 0, sizeof(info));
	names(ctx, k, &arena, &info);
	info.build_id = build_id(ctx, k, &arena);
	if (module[0] == '\0' && info.build_id.status == 0 &&
	    strlen(info.build_id.s) < sizeof(f->build_id))
		strcpy(f->build_id, info.build_id.s);
	if (info.release.status == 0 &&
	    strlen(info.release.s) < sizeof(f->release))
		strcpy(f->release, info.release.s);
	f->shift = l->has_kaslr && module[0] == '\0' ? l->kaslr : 0;
	arena_fini(&arena);
	if (module[0] != '\0')
		linux_module_facts(ctx, k, module, f);
}
