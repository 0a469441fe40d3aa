/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an object is called by itself: of most structures that have a name, one
 * of a few members holds it, whatever the system and its version.
 */
#include "engine/value/value_int.h"

#include "base/utf8.h"

#include <string.h>

#define PATH_MAX_LEN	64

/*
 * Tried in this order; "->" is a pointer followed.  A type that has the member
 * in another form (no text) has no name by it.
 */
static const char *const naming[] = {
	"comm",				/* task_struct */
	"f_path.dentry->d_name.name",	/* file */
	"d_name.name",			/* dentry */
	"name",				/* module, net_device, kmem_cache ... */
	"s_id",				/* super_block */
	"disk_name",			/* gendisk */
	"bd_disk->disk_name",		/* block_device */
	"mnt_devname",			/* mount */
	"procname",			/* ctl_table */
	"kobj.name",			/* device */
	"dev.kobj.name",		/* pci_dev */
	"p_comm",			/* FreeBSD: proc */
	"td_name",			/* thread */
	"if_xname",			/* ifnet */
	"f_mntonname",			/* statfs */
	"mnt_stat.f_mntonname",		/* mount */
	"lo_name",			/* lock_object */
	"lock_object.lo_name",		/* mtx, sx, lock */
};

static int
follow(struct ctx *ctx, const struct value_env *env, const struct value *v,
    const char *path, struct value *ret)
{
	char part[PATH_MAX_LEN];
	const char *end;
	size_t n;
	int r;

	*ret = *v;
	do {
		end = strstr(path, "->");
		n = end != NULL ? (size_t)(end - path) : strlen(path);
		if (n >= sizeof(part))
			return (E_LIMIT);
		memcpy(part, path, n);
		part[n] = '\0';
		r = value_member(ctx, env, ret, part, ret);
		path += n + 2;
	} while (r == OK && end != NULL);
	return (r);
}

/* The text of a char array or behind a char pointer; 0: none, or no text. */
static size_t
text_of(struct ctx *ctx, const struct value_env *env, const struct value *v,
    char text[VALUE_NAME_MAX])
{
	struct value at = *v;
	struct typeref ref;
	struct type t;
	size_t done = 0, i, len, n;
	uint32_t cp;

	if (type_strip(ctx, env->types, v->type, &ref, &t) != OK ||
	    (t.kind != TYPE_ARRAY && t.kind != TYPE_PTR))
		return (0);
	n = t.kind == TYPE_ARRAY && t.size < VALUE_NAME_MAX ? (size_t)t.size :
	    VALUE_NAME_MAX;
	if (value_deref(ctx, env, v, &at) != OK || at.space == NULL ||
	    type_strip(ctx, env->types, at.type, &ref, &t) != OK ||
	    t.kind != TYPE_INT || t.size != 1 || at.addr == 0)
		return (0);
	(void)space_read_some(ctx, at.space, at.addr, text, n, &done);
	n = strnlen(text, done);
	for (i = 0; i < n; i += len) {
		len = utf8_decode(text + i, n - i, &cp);
		if ((cp & UTF8_BAD) != 0 || cp < ' ' ||
		    (cp >= 0x7f && cp < 0xa0))
			/* The last letter may be cut. */
			return (n - i < 4 && n == VALUE_NAME_MAX ? i : 0);
	}
	return (n);
}

size_t
value_name(struct ctx *ctx, const struct value_env *env,
    const struct value *v, char text[VALUE_NAME_MAX])
{
	struct value object, member;
	struct typeref ref;
	struct type t;
	size_t i, n = 0;

	ctx->quiet++;
	if (type_strip(ctx, env->types, v->type, &ref, &t) == OK &&
	    t.kind != TYPE_PTR)
		object = *v;
	else if (value_deref(ctx, env, v, &object) != OK)
		object.space = NULL;
	if (object.space != NULL &&
	    type_strip(ctx, env->types, object.type, &ref, &t) == OK &&
	    (t.kind == TYPE_STRUCT || t.kind == TYPE_UNION))
		for (i = 0; n == 0 && i < sizeof(naming) / sizeof(naming[0]);
		    i++)
			if (follow(ctx, env, &object, naming[i], &member) == OK)
				n = text_of(ctx, env, &member, text);
	ctx->quiet--;
	return (n);
}
