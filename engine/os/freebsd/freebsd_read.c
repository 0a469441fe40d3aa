/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/os/freebsd/freebsd.h"

#include "base/bytes.h"

#define OFFSET_MAX	(UINT32_C(1) << 20)
#define TEXT_MAX	1024

/*
 * The kernel's variable that holds the offset (NULL: none), and the member that
 * it is of.  The variables are of type int, sys/kern/kern_proc.c.
 */
static const struct {
	const char *symbol, *type, *member;
} places[FM_COUNT] = {
	[FM_PROC_PID] = { "proc_off_p_pid", "proc", "p_pid" },
	[FM_PROC_COMM] = { "proc_off_p_comm", "proc", "p_comm" },
	[FM_PROC_LIST] = { "proc_off_p_list", "proc", "p_list" },
	[FM_PROC_THREADS] = { "proc_off_p_threads", "proc", "p_threads" },
	[FM_TD_TID] = { "thread_off_td_tid", "thread", "td_tid" },
	[FM_TD_NAME] = { "thread_off_td_name", "thread", "td_name" },
	[FM_TD_ONCPU] = { "thread_off_td_oncpu", "thread", "td_oncpu" },
	[FM_TD_PCB] = { "thread_off_td_pcb", "thread", "td_pcb" },
	[FM_TD_PLIST] = { "thread_off_td_plist", "thread", "td_plist" },
	[FM_PROC_PPTR] = { NULL, "proc", "p_pptr" },
	[FM_PROC_STATE] = { NULL, "proc", "p_state" },
	[FM_PROC_FLAG] = { NULL, "proc", "p_flag" },
	[FM_PROC_UCRED] = { NULL, "proc", "p_ucred" },
	[FM_PROC_VMSPACE] = { NULL, "proc", "p_vmspace" },
	[FM_PROC_ARGS] = { NULL, "proc", "p_args" },
	[FM_PROC_PGRP] = { NULL, "proc", "p_pgrp" },
	[FM_PROC_STATS] = { NULL, "proc", "p_stats" },
	[FM_PROC_NTHREADS] = { NULL, "proc", "p_numthreads" },
	[FM_PROC_EXIT] = { NULL, "proc", "p_xexit" },
	[FM_PROC_NICE] = { NULL, "proc", "p_nice" },
	[FM_PGRP_ID] = { NULL, "pgrp", "pg_id" },
	[FM_PGRP_SESSION] = { NULL, "pgrp", "pg_session" },
	[FM_SESSION_ID] = { NULL, "session", "s_sid" },
	[FM_STATS_START] = { NULL, "pstats", "p_start" },
	[FM_TD_STATE] = { NULL, "thread", "td_state" },
	[FM_TD_INHIBITORS] = { NULL, "thread", "td_inhibitors" },
	[FM_TD_FLAGS] = { NULL, "thread", "td_flags" },
	[FM_TD_WMESG] = { NULL, "thread", "td_wmesg" },
	[FM_TD_PRIORITY] = { NULL, "thread", "td_priority" },
	[FM_CRED_UID] = { NULL, "ucred", "cr_uid" },
	[FM_CRED_RUID] = { NULL, "ucred", "cr_ruid" },
	[FM_CRED_SVUID] = { NULL, "ucred", "cr_svuid" },
	[FM_CRED_RGID] = { NULL, "ucred", "cr_rgid" },
	[FM_CRED_SVGID] = { NULL, "ucred", "cr_svgid" },
	[FM_VM_SIZE] = { NULL, "vmspace", "vm_map.size" },
	[FM_VM_RESIDENT] = { NULL, "vmspace",
	    "vm_pmap.pm_stats.resident_count" },
	[FM_VM_TEXT] = { NULL, "vmspace", "vm_tsize" },
	[FM_VM_DATA] = { NULL, "vmspace", "vm_dsize" },
	[FM_VM_STACK] = { NULL, "vmspace", "vm_ssize" },
	[FM_VM_STACKTOP] = { NULL, "vmspace", "vm_stacktop" },
	[FM_VM_HEADER] = { NULL, "vmspace", "vm_map.header" },
	[FM_PMAP_CR3] = { NULL, "vmspace", "vm_pmap.pm_cr3" },
	[FM_PMAP_PDPT] = { NULL, "vmspace", "vm_pmap.pm_pdpt" },
	[FM_PMAP_PDIR] = { NULL, "vmspace", "vm_pmap.pm_pdir" },
	[FM_PMAP_L0_PADDR] = { NULL, "vmspace", "vm_pmap.pm_l0_paddr" },
	[FM_PMAP_L0] = { NULL, "vmspace", "vm_pmap.pm_l0" },
	[FM_PMAP_SATP] = { NULL, "vmspace", "vm_pmap.pm_satp" },
	[FM_PMAP_TOP] = { NULL, "vmspace", "vm_pmap.pm_top" },
	[FM_PMAP_L1] = { NULL, "vmspace", "vm_pmap.pm_l1" },
	[FM_PMAP_PT1] = { NULL, "vmspace", "vm_pmap.pm_pt1" },
	[FM_PROC_SYSENT] = { NULL, "proc", "p_sysent" },
	[FM_SYSENT_FLAGS] = { NULL, "sysentvec", "sv_flags" },
	[FM_SYSENT_STRINGS] = { NULL, "sysentvec", "sv_psstrings" },
	[FM_SYSENT_STRINGS_SIZE] = { NULL, "sysentvec", "sv_psstringssz" },
	[FM_ENTRY_NEXT] = { NULL, "vm_map_entry", "next" },
	[FM_ENTRY_LEFT] = { NULL, "vm_map_entry", "left" },
	[FM_ENTRY_RIGHT] = { NULL, "vm_map_entry", "right" },
	[FM_ENTRY_START] = { NULL, "vm_map_entry", "start" },
	[FM_ENTRY_END] = { NULL, "vm_map_entry", "end" },
	[FM_ENTRY_OFFSET] = { NULL, "vm_map_entry", "offset" },
	[FM_ENTRY_FLAGS] = { NULL, "vm_map_entry", "eflags" },
	[FM_ENTRY_PROTECTION] = { NULL, "vm_map_entry", "protection" },
	[FM_ENTRY_INHERITANCE] = { NULL, "vm_map_entry", "inheritance" },
	[FM_ENTRY_OBJECT] = { NULL, "vm_map_entry", "object" },
	[FM_OBJECT_TYPE] = { NULL, "vm_object", "type" },
	[FM_OBJECT_HANDLE] = { NULL, "vm_object", "handle" },
	[FM_OBJECT_BACKING] = { NULL, "vm_object", "backing_object" },
	[FM_PROC_FD] = { NULL, "proc", "p_fd" },
	[FM_FILEDESC_FILES] = { NULL, "filedesc", "fd_files" },
	[FM_FILES_COUNT] = { NULL, "fdescenttbl", "fdt_nfiles" },
	[FM_FILES_FIRST] = { NULL, "fdescenttbl", "fdt_ofiles" },
	[FM_FILES_FILE] = { NULL, "filedescent", "fde_file" },
	[FM_FILE_TYPE] = { NULL, "file", "f_type" },
	[FM_FILE_FLAG] = { NULL, "file", "f_flag" },
	[FM_FILE_VNODE] = { NULL, "file", "f_vnode" },
	[FM_VNODE_TYPE] = { NULL, "vnode", "v_type" },
	[FM_VNODE_FLAGS] = { NULL, "vnode", "v_vflag" },
	[FM_VNODE_MOUNT] = { NULL, "vnode", "v_mount" },
	[FM_VNODE_NAMES] = { NULL, "vnode", "v_cache_dst" },
	[FM_MOUNT_COVERED] = { NULL, "mount", "mnt_vnodecovered" },
	[FM_NAME_NEXT] = { NULL, "namecache", "nc_dst" },
	[FM_NAME_PARENT] = { NULL, "namecache", "nc_dvp" },
	[FM_NAME_LENGTH] = { NULL, "namecache", "nc_nlen" },
	[FM_NAME_TEXT] = { NULL, "namecache", "nc_name" },
	[FM_PCB_CONTEXT] = { NULL, "pcb", "pcb_context" },
	[FM_PCPU_TIME] = { NULL, "pcpu", "pc_cp_time" },
	[FM_ARGS_LENGTH] = { NULL, "pargs", "ar_length" },
	[FM_ARGS_ARGS] = { NULL, "pargs", "ar_args" },
	[FM_SW_NBLKS] = { NULL, "swdevt", "sw_nblks" },
	[FM_SW_USED] = { NULL, "swdevt", "sw_used" },
	[FM_SW_LIST] = { NULL, "swdevt", "sw_list" },
	[FM_SW_VP] = { NULL, "swdevt", "sw_vp" },
	[FM_VNODE_DEVICE] = { NULL, "vnode", "v_rdev" },
	[FM_CDEV_NAME] = { NULL, "cdev", "si_name" },
	[FM_PRISON_HOST] = { NULL, "prison", "pr_hostname" },
};

int
freebsd_symbol(struct ctx *ctx, const struct kernel *k, const char *name,
    uint64_t *addr)
{
	const struct symbol *s;

	s = sym_find(&k->symbols, name);
	if (s == NULL)
		return (ctx_fail(ctx, E_NO_SYMBOL, k->symbols.n == 0 ?
		    "%s: no symbols; name the kernel's file beside the dump" :
		    "%s: the kernel's file has no such symbol", name));
	*addr = s->addr;
	return (0);
}

int
freebsd_var(struct ctx *ctx, const struct kernel *k, const char *name,
    unsigned size, uint64_t *ret)
{
	uint64_t addr;
	int rc;

	rc = freebsd_symbol(ctx, k, name, &addr);
	if (rc == 0)
		rc = space_uint(ctx, &k->space, addr, size != 0 ? size :
		    k->space.ptr_size, ret);
	return (rc);
}

struct os_text
freebsd_text(struct ctx *ctx, const struct kernel *k, const char *name,
    struct arena *arena)
{
	struct os_text t = { NULL, 0 };
	char text[TEXT_MAX];
	uint64_t addr;

	t.status = freebsd_symbol(ctx, k, name, &addr);
	if (t.status == 0)
		t.status = space_text(ctx, &k->space, addr, text, sizeof(text));
	if (t.status == 0 && text[0] == '\0')
		t.status = E_NOT_FOUND;
	if (t.status == 0 && (t.s = arena_strdup(arena, text)) == NULL)
		t.status = E_NOMEM;
	return (t);
}

static struct freebsd_offset
offset_of(struct ctx *ctx, struct kernel *k, enum freebsd_member m)
{
	struct freebsd_offset o = { .status = E_NO_SYMBOL };
	struct type_field field;
	uint64_t v;

	if (places[m].symbol != NULL)
		o.status = freebsd_var(ctx, k, places[m].symbol, 4, &v);
	if (o.status == 0 && v >= OFFSET_MAX)
		o.status = E_CORRUPT;
	if (o.status == 0)
		o.v = (uint32_t)v;
	else if (k->types != NULL && type_field_of(ctx, k->types,
	    places[m].type, places[m].member, &field) == 0 &&
	    field.offset < OFFSET_MAX)
		o = (struct freebsd_offset){ (uint32_t)field.offset,
		    field.size, field.bit_offset, field.bit_size, 0 };
	if (o.status == E_NO_SYMBOL)
		o.status = E_NO_TYPE;
	return (o);
}

/*
 * Where the members are, settled when one is first asked for: types may take
 * time to read.  Failures are kept for who asks.
 */
static const struct freebsd_offset *
member(struct ctx *ctx, struct kernel *k, enum freebsd_member m)
{
	struct freebsd_os *f = freebsd_of(k);
	size_t i;

	pthread_mutex_lock(&f->lock);
	if (!f->learned) {
		ctx->quiet++;
		for (i = 0; i < FM_COUNT; i++)
			f->member[i] = offset_of(ctx, k, i);
		ctx->quiet--;
		ctx_clear(ctx);
		f->learned = true;
	}
	pthread_mutex_unlock(&f->lock);
	return (&f->member[m]);
}

bool
freebsd_has(struct ctx *ctx, struct kernel *k, enum freebsd_member m)
{
	return (member(ctx, k, m)->status == 0);
}

int
freebsd_at(struct ctx *ctx, struct kernel *k, uint64_t base,
    enum freebsd_member m, uint64_t *addr)
{
	const struct freebsd_offset *o = member(ctx, k, m);

	if (o->status != 0)
		return (ctx_fail(ctx, o->status, "the place of %s in struct %s "
		    "is not known (%s)%s", places[m].member, places[m].type,
		    status_text(o->status), k->image != NULL ? "" :
		    "; name the kernel's file beside the dump"));
	if (!add_ok(base, o->v, addr))
		return (ctx_fail_at(ctx, E_CORRUPT, base, "no struct %s can "
		    "lie at 0x%llx", places[m].type, (unsigned long long)base));
	return (0);
}

int
freebsd_get(struct ctx *ctx, struct kernel *k, uint64_t base,
    enum freebsd_member m, unsigned size, uint64_t *ret)
{
	uint64_t addr;
	int rc;

	rc = freebsd_at(ctx, k, base, m, &addr);
	if (rc == 0)
		rc = space_uint(ctx, &k->space, addr, size != 0 ? size :
		    k->space.ptr_size, ret);
	return (rc);
}

int
freebsd_number(struct ctx *ctx, struct kernel *k, uint64_t base,
    enum freebsd_member m, uint64_t *ret)
{
	const struct freebsd_offset *o = member(ctx, k, m);
	const unsigned bits = o->bit_size;
	uint64_t v;
	int rc;

	rc = freebsd_get(ctx, k, base, m, o->size, &v);
	if (rc != 0)
		return (rc);
	if (bits != 0 && bits < 64)
		v = v >> o->bit_offset & ((UINT64_C(1) << bits) - 1);
	*ret = v;
	return (0);
}

int
freebsd_size(struct ctx *ctx, struct kernel *k, const char *type,
    uint64_t *size)
{
	struct typeref ref;
	int rc;

	if (k->types == NULL)
		return (ctx_fail(ctx, E_NO_TYPE, "%s: no types", type));
	rc = type_find(ctx, k->types, type, &ref);
	return (rc != 0 ? rc : type_size(ctx, k->types, ref, size));
}
