/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/containers.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const struct container {
	const char *type, *walk;
	const char *node;		/* what hangs in it; NULL: pointers do */
	const char *first;		/* the member that leads to the first */
} containers[] = {
	{ "struct list_head", "list", "struct list_head", "next" },
	{ "struct hlist_head", "hlist", "struct hlist_node", "first" },
	{ "struct llist_head", "llist", "struct llist_node", "first" },
	{ "struct rb_root", "rbtree", "struct rb_node", "rb_node" },
	{ "struct rb_root_cached", "rbtree", "struct rb_node",
	    "rb_root.rb_node" },
	{ "struct xarray", "xarray", NULL, NULL },
	{ "struct idr", "xarray", NULL, NULL },
	{ "struct radix_tree_root", "xarray", NULL, NULL },
	{ "struct maple_tree", "maple", NULL, NULL },
};

/* Slab caches that are not called as what lies in them. */
static const struct {
	const char *cache, *type;
} caches[] = {
	{ "inode_cache", "inode" }, { "filp", "file" },
	{ "cred_jar", "cred" }, { "signal_cache", "signal_struct" },
	{ "sighand_cache", "sighand_struct" },
	{ "files_cache", "files_struct" }, { "fs_cache", "fs_struct" },
	{ "mnt_cache", "mount" }, { "kernfs_node_cache", "kernfs_node" },
	{ "bdev_cache", "bdev_inode" }, { "sock_inode_cache", "socket_alloc" },
	{ "proc_inode_cache", "proc_inode" }, { "proc_dir_entry",
	    "proc_dir_entry" }, { "shmem_inode_cache", "shmem_inode_info" },
	{ "ext4_inode_cache", "ext4_inode_info" }, { "TCP", "tcp_sock" },
	{ "TCPv6", "tcp6_sock" }, { "UDP", "udp_sock" },
	{ "UNIX", "unix_sock" }, { "UNIX-STREAM", "unix_sock" },
	{ "net_namespace", "net" }, { "task_group", "task_group" },
};

struct slab {
	char		 cache[64];
	uint64_t	 base;
};

static int
on_what(void *arg, struct ctx *ctx, const char *kind, const char *what,
    uint64_t base)
{
	struct slab *s = arg;

	(void)ctx;
	if (strcmp(kind, "slab") != 0 || what == NULL)
		return (0);
	/* A task is "task_struct of NAME (PID)". */
	snprintf(s->cache, sizeof(s->cache), "%.*s", (int)strcspn(what, " "),
	    what);
	s->base = base;
	return (0);
}

struct member {
	struct ui	*ui;
	const char	*type;
	uint64_t	 offset;
	char		 path[128];
};

static int
on_member(void *arg, struct ctx *ctx, const struct value_node *vn)
{
	struct member *m = arg;
	char type[64];

	if (vn->offset > m->offset)
		return (VALUE_SKIP);
	if (vn->offset != m->offset || vn->path[0] == '\0' ||
	    type_name(ctx, m->ui->kernel->types, vn->v.type, "", type,
	    sizeof(type)) != 0 || strcmp(type, m->type) != 0)
		return (vn->offset + vn->size <= m->offset ? VALUE_SKIP : 0);
	snprintf(m->path, sizeof(m->path), "%s", vn->path);
	return (E_DONE);
}

bool
container_object(struct ui *ui, uint64_t addr, char *type, size_t size,
    uint64_t *base)
{
	struct slab slab = { .base = 0 };
	struct typeref ref;
	struct arena arena;
	const char *name = slab.cache;
	bool known;
	size_t i;

	if (ui->kernel->types == NULL)
		return (false);
	ui->ctx->quiet++;
	arena_init(&arena);
	(void)os_what(ui->ctx, ui->kernel, addr, &arena, on_what, &slab);
	arena_fini(&arena);
	for (i = 0; i < COUNT(caches); i++)
		if (strcmp(caches[i].cache, slab.cache) == 0)
			name = caches[i].type;
	snprintf(type, size, "struct %s", name);
	known = name[0] != '\0' && addr >= slab.base &&
	    type_find(ui->ctx, ui->kernel->types, type, &ref) == 0;
	ui->ctx->quiet--;
	ctx_clear(ui->ctx);
	*base = slab.base;
	return (known);
}

/* "struct x, y": of what the first element is and by what it hangs there. */
static bool
guess(struct ui *ui, const struct container *c, const struct value *head,
    struct buf *b)
{
	struct kernel *k = ui->kernel;
	struct member m = { .ui = ui, .type = c->node };
	struct value first, v = { .place = VALUE_MEM, .space = &k->space };
	char type[80];
	uint64_t node;

	if (head->space != &k->space ||
	    value_member(ui->ctx, &k->env, head, c->first, &first) != 0 ||
	    value_load(ui->ctx, &k->env, &first, &node) != 0 || node == 0 ||
	    node == head->addr || !container_object(ui, node, type,
	    sizeof(type), &v.addr) ||
	    type_find(ui->ctx, k->types, type, &v.type) != 0)
		return (false);
	m.offset = node - v.addr;
	(void)value_walk(ui->ctx, &k->env, &v, 2, on_member, &m);
	if (m.path[0] == '\0')
		return (false);
	buf_printf(b, "%s, %s", type, m.path);
	return (true);
}

bool
container_walk(struct ui *ui, const struct value *v, const char *type,
    struct buf *b, bool *whole)
{
	const struct container *c;
	size_t i;

	if (v->place != VALUE_MEM)
		return (false);
	for (i = 0; i < COUNT(containers); i++)
		if (strcmp(type, containers[i].type) == 0)
			break;
	if (i == COUNT(containers))
		return (false);
	c = &containers[i];
	*whole = c->node == NULL;
	buf_printf(b, "print %s((%s *)0x%llx", c->walk, c->type,
	    (unsigned long long)v->addr);
	if (*whole) {
		buf_puts(b, ")");
		return (true);
	}
	buf_puts(b, ", ");
	ui->ctx->quiet++;
	if (guess(ui, c, v, b))
		buf_puts(b, ")");
	else
		buf_puts(b, "struct ");
	ui->ctx->quiet--;
	ctx_clear(ui->ctx);
	return (true);
}
