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

/* Settle where the members are.  Failures are kept for who asks for them. */
void
freebsd_learn_members(struct ctx *ctx, struct kernel *k)
{
	struct freebsd_os *f = freebsd_of(k);
	struct type_field field;
	uint64_t v;
	size_t i;
	int rc;

	ctx->quiet++;
	for (i = 0; i < FM_COUNT; i++) {
		rc = E_NO_SYMBOL;
		if (places[i].symbol != NULL)
			rc = freebsd_var(ctx, k, places[i].symbol, 4, &v);
		if (rc == 0 && v >= OFFSET_MAX)
			rc = E_CORRUPT;
		if (rc != 0 && k->types != NULL && type_field_of(ctx, k->types,
		    places[i].type, places[i].member, &field) == 0 &&
		    field.offset < OFFSET_MAX) {
			v = field.offset;
			rc = 0;
		}
		if (rc == E_NO_SYMBOL)
			rc = E_NO_TYPE;
		f->member[i].status = rc;
		f->member[i].v = rc == 0 ? (uint32_t)v : 0;
	}
	ctx->quiet--;
	ctx_clear(ctx);
}

int
freebsd_at(struct ctx *ctx, struct kernel *k, uint64_t base,
    enum freebsd_member m, uint64_t *addr)
{
	const struct freebsd_offset *o = &freebsd_of(k)->member[m];

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
