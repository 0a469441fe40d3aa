/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mappings of a process as /proc/PID/maps shows them (fs/proc/task_mmu.c).
 */
#include "engine/os/linux/linux_read.h"

#include "engine/value/walk.h"

#include <string.h>

/* vm_flags, linux/mm.h. */
#define VM_READ		0x01
#define VM_WRITE	0x02
#define VM_EXEC		0x04
#define VM_MAYSHARE	0x80

#define VMAS_MAX	(UINT32_C(1) << 24)
#define SPECIAL_NAME_MAX 64
#define ANON_NAME_MAX	80		/* ANON_VMA_NAME_MAX_LEN */

struct maps {
	struct kernel	*k;
	struct linux_obj vma, mm;
	struct arena	 arena;
	uint64_t	 page;
	bool		 anon_name_apart; /* shared memory has names as well */
	uint64_t	 file;		/* whose path is below, 0 = none */
	struct arena	 path_arena;
	struct os_text	 path;
	int		(*fn)(void *, struct ctx *, const struct os_map *);
	void		*arg;
};

/* A file that is mapped in pieces is named once. */
static struct os_text
file_path(struct ctx *ctx, struct maps *m, uint64_t file)
{
	if (m->file != file) {
		arena_reset(&m->path_arena);
		m->path.s = "";
		m->path.status = linux_path(ctx, m->k, file, &m->path_arena,
		    &m->path.s);
		m->file = file;
	}
	return (m->path);
}

/* "[anon:NAME]" as prctl(PR_SET_VMA_ANON_NAME) set it, or NULL. */
static const char *
anon_name(struct ctx *ctx, struct maps *m, const char *kind)
{
	const char *name;
	uint64_t p;

	if (linux_u64(ctx, &m->vma, LM_VMA_ANON_NAME, &p) != 0 || p == 0 ||
	    !linux_has(m->k, LM_ANON_NAME_NAME) ||
	    linux_text(ctx, m->k, p + linux_place(m->k,
	    LM_ANON_NAME_NAME)->offset, ANON_NAME_MAX, &m->arena, &name) != 0)
		return (NULL);
	return (arena_printf(&m->arena, "[%s:%s]", kind, name));
}

/* The name that the mapping's operations give it: [vdso], [vvar], ... */
static const char *
ops_name(struct ctx *ctx, struct maps *m)
{
	const struct symbol *sym;
	uint64_t ops, function, data, p;
	const char *name;

	if (linux_u64(ctx, &m->vma, LM_VMA_OPS, &ops) != 0 || ops == 0 ||
	    linux_member(ctx, m->k, ops, LM_VM_OPS_NAME, &function) != 0 ||
	    function == 0 ||
	    (sym = sym_at(&m->k->symbols, function)) == NULL)
		return (NULL);
	name = sym_name(&m->k->symbols, sym);
	if (strcmp(name, "gate_vma_name") == 0)
		return ("[vsyscall]");
	if (strcmp(name, "special_mapping_name") != 0 ||
	    linux_u64(ctx, &m->vma, LM_VMA_PRIVATE, &data) != 0 ||
	    linux_member(ctx, m->k, data, LM_SPECIAL_NAME, &p) != 0 ||
	    p == 0 || linux_text(ctx, m->k, p, SPECIAL_NAME_MAX, &m->arena,
	    &name) != 0)
		return (NULL);
	return (name);
}

/*
 * [heap] and [stack] by where they lie.  The heap's bounds are exclusive as
 * from 6.6 on (vma_is_initial_heap): before, a mapping that only touched the
 * heap was called so too.
 */
static const char *
by_place(struct ctx *ctx, struct maps *m, const struct os_map *map)
{
	uint64_t a, b;

	if (linux_u64(ctx, &m->mm, LM_MM_START_BRK, &a) == 0 &&
	    linux_u64(ctx, &m->mm, LM_MM_BRK, &b) == 0 &&
	    map->start < b && map->end > a)
		return ("[heap]");
	if (linux_u64(ctx, &m->mm, LM_MM_START_STACK, &a) == 0 &&
	    map->start <= a && map->end >= a)
		return ("[stack]");
	return (NULL);
}

static int
one(struct ctx *ctx, struct maps *m, uint64_t vma)
{
	struct os_map map = { .vma = vma, .file = { .s = "" } };
	uint64_t flags, file, pgoff;
	const char *name;
	int rc;

	arena_reset(&m->arena);
	linux_obj_at(ctx, &m->vma, vma);
	rc = linux_u64(ctx, &m->vma, LM_VMA_START, &map.start);
	if (rc == 0)
		rc = linux_u64(ctx, &m->vma, LM_VMA_END, &map.end);
	if (rc == 0)
		rc = linux_u64(ctx, &m->vma, LM_VMA_FLAGS, &flags);
	if (rc == 0)
		rc = linux_u64(ctx, &m->vma, LM_VMA_FILE, &file);
	if (rc == 0 && map.start >= map.end)
		rc = ctx_fail_at(ctx, E_CORRUPT, vma,
		    "a mapping from 0x%llx to 0x%llx",
		    (unsigned long long)map.start, (unsigned long long)map.end);
	if (rc != 0)
		return (ctx_chain(ctx, "vm_area_struct 0x%llx",
		    (unsigned long long)vma));
	map.perms[0] = flags & VM_READ ? 'r' : '-';
	map.perms[1] = flags & VM_WRITE ? 'w' : '-';
	map.perms[2] = flags & VM_EXEC ? 'x' : '-';
	map.perms[3] = flags & VM_MAYSHARE ? 's' : 'p';
	name = NULL;
	ctx->quiet++;
	if (file != 0) {
		if (linux_u64(ctx, &m->vma, LM_VMA_PGOFF, &pgoff) == 0)
			map.offset = pgoff * m->page;
		if (m->anon_name_apart)
			name = anon_name(ctx, m, "anon_shmem");
		if (name == NULL)
			map.file = file_path(ctx, m, file);
	} else {
		name = ops_name(ctx, m);
		if (name == NULL)
			name = by_place(ctx, m, &map);
		if (name == NULL)
			name = anon_name(ctx, m, "anon");
	}
	ctx->quiet--;
	if (name != NULL)
		map.file.s = name;
	return (m->fn(m->arg, ctx, &map));
}

/* From 6.1 on (763ecb035029) a maple tree holds them, before it a list. */
static int
each_in_tree(struct ctx *ctx, struct maps *m, uint64_t tree)
{
	struct walk w;
	uint64_t key, vma;
	int rc;

	rc = walk_maple(&w, ctx, &m->k->space, m->k->types, tree);
	if (rc != 0)
		return (rc);
	while ((rc = walk_next(&w, ctx, &key, &vma)) == 0 &&
	    (rc = one(ctx, m, vma)) == 0)
		continue;
	walk_fini(&w);
	return (rc == E_DONE ? 0 : rc);
}

static int
each_in_list(struct ctx *ctx, struct maps *m, uint64_t mm)
{
	struct seen seen = { 0 };
	uint64_t vma;
	int rc, new;

	rc = linux_member(ctx, m->k, mm, LM_VMAS_LIST, &vma);
	while (rc == 0 && vma != 0) {
		new = seen_add(&seen, vma);
		if (new < 0)
			rc = ctx_fail(ctx, E_NOMEM, "out of memory");
		else if (new == 0 || seen.count > VMAS_MAX)
			rc = ctx_fail_at(ctx, E_CORRUPT, vma,
			    "the list of mappings comes back to 0x%llx",
			    (unsigned long long)vma);
		else if (seen.count % 1024 != 0 || (rc = ctx_check(ctx)) == 0)
			rc = one(ctx, m, vma);
		if (rc == 0)
			rc = linux_u64(ctx, &m->vma, LM_VMA_NEXT, &vma);
	}
	seen_fini(&seen);
	return (rc);
}

/*
 * The page of old system calls belongs to no process, but every 64-bit one
 * shows it unless it is switched off (arch/x86/entry/vsyscall/vsyscall_64.c:
 * vsyscall_mode EMULATE 0, XONLY 1, NONE 2).
 */
static int
gate(struct ctx *ctx, struct maps *m)
{
	uint64_t mode, vma;

	if (linux_var(ctx, m->k, "vsyscall_mode", 4, &mode) != 0 || mode > 1 ||
	    linux_root(ctx, m->k, "gate_vma", &vma) != 0) {
		ctx_clear(ctx);
		return (0);
	}
	return (one(ctx, m, vma));
}

int
linux_maps(struct ctx *ctx, struct kernel *k, const struct os_proc *proc,
    int (*fn)(void *, struct ctx *, const struct os_map *), void *arg)
{
	struct maps m = { .k = k, .fn = fn, .arg = arg };
	const struct linux_place *name, *shared;
	int rc;

	if (proc->mm == 0)
		return (0);
	arena_init(&m.arena);
	arena_init(&m.path_arena);
	m.page = linux_page_size(k);
	/* 5.17 to 6.1 keep the name where files have their tree's node. */
	name = linux_place(k, LM_VMA_ANON_NAME);
	shared = linux_place(k, LM_VMA_SHARED);
	m.anon_name_apart = name->status == OK && shared->status == OK &&
	    (name->offset < shared->offset ||
	    name->offset >= shared->offset + shared->size);
	rc = linux_obj_init(ctx, &m.vma, k, LT_VMA);
	if (rc == 0)
		rc = linux_obj_init(ctx, &m.mm, k, LT_MM);
	if (rc == 0) {
		linux_obj_at(ctx, &m.mm, proc->mm);
		if (linux_has(k, LM_VMAS_TREE))
			rc = each_in_tree(ctx, &m, proc->mm +
			    linux_place(k, LM_VMAS_TREE)->offset);
		else
			rc = each_in_list(ctx, &m, proc->mm);
	}
	if (rc == 0)
		rc = gate(ctx, &m);
	linux_obj_fini(&m.vma);
	linux_obj_fini(&m.mm);
	arena_fini(&m.arena);
	arena_fini(&m.path_arena);
	if (rc < 0)
		ctx_chain(ctx, "mappings of process %d", proc->pid);
	return (rc);
}
