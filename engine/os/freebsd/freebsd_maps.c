/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process has mapped: the entries of its struct vm_map (sys/vm/vm_map.h)
 * in the order of their addresses.  They are a tree without ends: where an
 * entry has no child on a side, the pointer leads to its neighbour there, and
 * the map's header is the neighbour of the outermost.  Until FreeBSD 12 they
 * were a list besides.
 */
#include "engine/os/freebsd/freebsd.h"

#include "base/hash.h"

#include <string.h>

#define ENTRIES_MAX	(UINT32_C(1) << 20)
#define STEPS_MAX	256		/* from an entry to the next one */
#define OBJECTS_MAX	256		/* one behind the other */

/* sys/vm/vm_map.h, sys/vm/vm.h, sys/vm/vm_object.h */
#define MAP_ENTRY_IS_SUB_MAP	0x2
#define MAP_ENTRY_COW		0x4
#define MAP_ENTRY_NEEDS_COPY	0x8
#define MAP_ENTRY_GUARD		0x10000
#define VM_INHERIT_SHARE	0
#define OBJT_VNODE		2

struct entry {
	uint64_t addr, start, end;
};

static int
get_entry(struct ctx *ctx, struct kernel *k, uint64_t addr, struct entry *e)
{
	int rc;

	e->addr = addr;
	rc = freebsd_get(ctx, k, addr, FM_ENTRY_START, 0, &e->start);
	return (rc != 0 ? rc : freebsd_get(ctx, k, addr, FM_ENTRY_END, 0,
	    &e->end));
}

/* The address of the entry behind this one; the header's at the end. */
static int
next_entry(struct ctx *ctx, struct kernel *k, uint64_t header,
    const struct entry *e, uint64_t *ret)
{
	uint64_t after, left, start;
	unsigned i;
	int rc;

	if (freebsd_has(ctx, k, FM_ENTRY_NEXT))
		return (freebsd_get(ctx, k, e->addr, FM_ENTRY_NEXT, 0, ret));
	rc = freebsd_get(ctx, k, e->addr, FM_ENTRY_RIGHT, 0, &after);
	/* Of a child it is the leftmost, whose left neighbour this is. */
	for (i = 0; rc == 0 && after != header; i++) {
		if (i == STEPS_MAX)
			return (ctx_fail_at(ctx, E_CORRUPT, e->addr, "the "
			    "tree of mappings does not end"));
		rc = freebsd_get(ctx, k, after, FM_ENTRY_LEFT, 0, &left);
		if (rc != 0 || left == e->addr)
			break;
		/* A neighbour's own left side lies before this entry. */
		if (i == 0) {
			rc = freebsd_get(ctx, k, left, FM_ENTRY_START, 0,
			    &start);
			if (rc != 0 || start <= e->start)
				break;
		}
		after = left;
	}
	if (rc == 0)
		*ret = after;
	return (rc);
}

/* The file behind the entry's object, or behind what that is a copy of. */
static struct os_text
file_of(struct ctx *ctx, struct kernel *k, uint64_t object, char *buf,
    size_t size, bool *is_file)
{
	struct os_text t = { "", 0 };
	uint64_t backing, type, vnode;
	unsigned i;

	*is_file = false;
	for (i = 0; object != 0 && i < OBJECTS_MAX; i++, object = backing) {
		t.status = freebsd_number(ctx, k, object, FM_OBJECT_TYPE,
		    &type);
		if (t.status == 0 && type == OBJT_VNODE) {
			*is_file = true;
			t.status = freebsd_get(ctx, k, object,
			    FM_OBJECT_HANDLE, 0, &vnode);
			if (t.status == 0)
				t.status = freebsd_vnode_path(ctx, k, vnode,
				    buf, size);
			t.s = buf;
			return (t);
		}
		if (t.status == 0)
			t.status = freebsd_get(ctx, k, object,
			    FM_OBJECT_BACKING, 0, &backing);
		if (t.status != 0)
			return (t);
	}
	return (t);
}

static void
fill(struct ctx *ctx, struct kernel *k, const struct entry *e, uint64_t top,
    char *path, size_t size, struct os_map *m)
{
	uint64_t flags, object, protection, share;
	bool is_file;

	*m = (struct os_map){ .start = e->start, .end = e->end, .perms = "---p",
	    .file = { "", 0 }, .vma = e->addr };
	ctx->quiet++;
	if (freebsd_number(ctx, k, e->addr, FM_ENTRY_PROTECTION,
	    &protection) == 0) {
		m->perms[0] = protection & 1 ? 'r' : '-';
		m->perms[1] = protection & 2 ? 'w' : '-';
		m->perms[2] = protection & 4 ? 'x' : '-';
	}
	if (freebsd_number(ctx, k, e->addr, FM_ENTRY_FLAGS, &flags) != 0)
		flags = 0;
	m->file.status = freebsd_get(ctx, k, e->addr, FM_ENTRY_OBJECT, 0,
	    &object);
	is_file = false;
	if (m->file.status == 0 && (flags & MAP_ENTRY_IS_SUB_MAP) == 0)
		m->file = file_of(ctx, k, object, path, size, &is_file);
	if (is_file)
		(void)freebsd_number(ctx, k, e->addr, FM_ENTRY_OFFSET,
		    &m->offset);
	else if (flags & MAP_ENTRY_GUARD)
		m->file.s = "[guard]";
	else if (top != 0 && e->end == top)
		m->file.s = "[stack]";
	if ((flags & (MAP_ENTRY_COW | MAP_ENTRY_NEEDS_COPY)) == 0 &&
	    (is_file || (freebsd_number(ctx, k, e->addr, FM_ENTRY_INHERITANCE,
	    &share) == 0 && share == VM_INHERIT_SHARE)))
		m->perms[3] = 's';
	ctx->quiet--;
	ctx_clear(ctx);
}

int
freebsd_maps(struct ctx *ctx, struct kernel *k, const struct os_proc *p,
    int (*fn)(void *, struct ctx *, const struct os_map *), void *arg)
{
	struct seen seen = { 0 };
	struct entry e = { 0 };
	struct os_map m;
	uint64_t addr, header, top, vmspace;
	char path[1024];
	int rc;

	vmspace = p->mm;
	rc = p->mm == OS_UNKNOWN ? freebsd_get(ctx, k, p->group,
	    FM_PROC_VMSPACE, 0, &vmspace) : 0;
	if (rc == 0 && vmspace == 0)	/* as /proc/PID/maps of such a one */
		return (0);
	if (rc == 0)
		rc = freebsd_at(ctx, k, vmspace, FM_VM_HEADER, &header);
	top = 0;
	if (rc == 0 && freebsd_has(ctx, k, FM_VM_STACKTOP))
		rc = freebsd_get(ctx, k, vmspace, FM_VM_STACKTOP, 0, &top);
	/* On the header's right is the first. */
	if (rc == 0)
		rc = freebsd_get(ctx, k, header, freebsd_has(ctx, k,
		    FM_ENTRY_NEXT) ? FM_ENTRY_NEXT : FM_ENTRY_RIGHT, 0, &addr);
	while (rc == 0 && addr != header) {
		rc = ctx_check(ctx);
		if (rc == 0 && (seen.count >= ENTRIES_MAX ||
		    seen_add(&seen, addr) != 1))
			rc = ctx_fail_at(ctx, E_CORRUPT, addr, "the mappings "
			    "do not end");
		if (rc == 0)
			rc = get_entry(ctx, k, addr, &e);
		if (rc != 0)
			break;
		fill(ctx, k, &e, top, path, sizeof(path), &m);
		rc = fn(arg, ctx, &m);
		if (rc == 0)
			rc = next_entry(ctx, k, header, &e, &addr);
	}
	seen_fini(&seen);
	return (rc < 0 ? ctx_chain(ctx, "mappings of process %d", p->pid) :
	    rc);
}
