/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types: the BTF that a kernel carries between __start_BTF and __stop_BTF
 * (include/asm-generic/vmlinux.lds.h), and one piece for each module, kept on
 * the list btf_modules (kernel/bpf/btf.c).
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"
#include "engine/value/walk.h"

#include <stdlib.h>
#include <string.h>

#define BTF_MAX		(256u << 20)
#define BTF_HEADER	24
#define MODULES_MAX	65536

/* In place where it lies in one piece, else a copy that the unit owns. */
static int
open_at(struct ctx *ctx, struct kernel *k, const char *name, uint64_t va,
    size_t n, struct type_unit *base, struct type_unit **ret)
{
	const uint8_t *p;
	uint8_t *copy;
	int rc;

	if (n == 0 || n > BTF_MAX)
		return (ctx_fail(ctx, E_CORRUPT, "BTF of %s: a size of %zu is "
		    "not plausible", name, n));
	ctx->quiet++;
	rc = space_pin(ctx, &k->space, va, n, &p);
	ctx->quiet--;
	copy = NULL;
	if (rc != 0) {
		copy = malloc(n);
		if (copy == NULL)
			return (ctx_fail(ctx, E_NOMEM, "BTF of %s: no memory",
			    name));
		rc = space_read(ctx, &k->space, va, copy, n);
		if (rc != 0)
			ctx_chain(ctx, "BTF of %s", name);
		p = copy;
	}
	if (rc == 0)
		rc = btf_open(ctx, name, p, n, copy != NULL, k->arch->be,
		    k->arch->ptr_size, base, ret);
	if (rc != 0)
		free(copy);
	else if ((*ret)->cut != NULL)
		os_warn(k, "some types of %s are missing: %s", name,
		    (*ret)->cut);
	return (rc);
}

struct search {
	struct kernel *k;
	uint64_t       va;
	size_t	       size;
};

/* The largest plausible blob: a module's piece may lie in the image too. */
static int
look(void *arg, struct ctx *ctx, uint64_t va, const uint8_t *p, size_t n)
{
	struct search *s = arg;
	const bool be = s->k->arch->be;
	size_t at, total;

	(void)ctx;
	for (at = 0; at + BTF_HEADER <= n; at += 4)
		if (load_u16(p + at, be) == 0xeb9f && btf_probe(p + at, n - at,
		    be, &total) && total <= n - at && total > s->size) {
			s->va = va + at;
			s->size = total;
		}
	return (0);
}

int
linux_load_types(struct ctx *ctx, struct kernel *k)
{
	const struct symbol *start, *stop;
	struct type_unit *u;
	struct search s;
	struct err why;
	int rc;

	start = sym_find(&k->symbols, "__start_BTF");
	stop = sym_find(&k->symbols, "__stop_BTF");
	rc = E_NOT_FOUND;
	if (start != NULL && stop != NULL && stop->addr > start->addr)
		rc = open_at(ctx, k, "vmlinux", start->addr,
		    (size_t)(stop->addr - start->addr), NULL, &u);
	else
		ctx_fail(ctx, rc, "the kernel carries no BTF");
	if (rc != 0) {
		why = ctx->err;
		memset(&s, 0, sizeof(s));
		s.k = k;
		rc = linux_image_scan(ctx, k, look, &s);
		if (rc == 0 && s.size > 0)
			rc = open_at(ctx, k, "vmlinux", s.va, s.size, NULL, &u);
		else if (rc == 0) {
			/* What the symbols point at says more. */
			ctx->err = why;
			rc = why.code;
		}
	}
	return (rc == 0 ? types_add(ctx, k->types, u) : rc);
}

int
linux_load_module_types(struct ctx *ctx, struct kernel *k)
{
	struct type_field list, btf, data, size, name;
	struct type_unit *u;
	uint64_t head, node, key, p, at, n, sum;
	char text[128];
	struct walk w;
	size_t count, bad;
	int rc;

	if ((rc = linux_root(ctx, k, "btf_modules", &head)) != 0 ||
	    (rc = type_field_of(ctx, k->types, "btf_module", "list", &list)) != 0 ||
	    (rc = type_field_of(ctx, k->types, "btf_module", "btf", &btf)) != 0 ||
	    (rc = type_field_of(ctx, k->types, "btf", "data", &data)) != 0 ||
	    (rc = type_field_of(ctx, k->types, "btf", "data_size", &size)) != 0 ||
	    (rc = type_field_of(ctx, k->types, "btf", "name", &name)) != 0)
		return (rc);
	rc = walk_list(&w, ctx, &k->space, head);
	if (rc != 0)
		return (rc);
	/* All of them together are no larger than one may be. */
	for (count = bad = 0, sum = 0; count < MODULES_MAX; count++) {
		rc = walk_next(&w, ctx, &key, &node);
		if (rc != 0)
			break;
		node -= list.offset;
		if (space_ptr(ctx, &k->space, node + btf.offset, &p) != 0 ||
		    space_ptr(ctx, &k->space, p + data.offset, &at) != 0 ||
		    space_uint(ctx, &k->space, p + size.offset, size.size, &n) != 0 ||
		    space_text(ctx, &k->space, p + name.offset, text,
		    name.size < sizeof(text) ? name.size : sizeof(text)) != 0 ||
		    n > BTF_MAX - sum || ctx_check(ctx) != 0 ||
		    open_at(ctx, k, text, at, (size_t)n,
		    types_unit(k->types, 0), &u) != 0 ||
		    types_add(ctx, k->types, u) != 0)
			bad++;
		else
			sum += n;
	}
	walk_fini(&w);
	if (bad > 0)
		os_warn(k, "types of %zu of %zu modules could not be read: "
		    "%s", bad, count, ctx->err.text);
	return (rc == E_DONE ? 0 : rc);
}
