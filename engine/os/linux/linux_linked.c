/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Symbols from files, as the kernel was linked, for memory that has none of its
 * own: a System.map, the kernel's image.  KASLR moves all of the image by one
 * distance; it is right when linux_banner is then where the banner is.
 */
#include "engine/os/linux/linux.h"

#include "engine/symbol/sysmap.h"

#include <stdlib.h>
#include <string.h>

#define BANNER		"Linux version "

static bool
fits(struct ctx *ctx, struct kernel *k, const struct symbols *s,
    uint64_t distance)
{
	const struct symbol *banner = sym_find(s, "linux_banner");
	char text[sizeof(BANNER)];

	return (banner != NULL && space_read(ctx, &k->space, banner->addr +
	    distance, text, sizeof(text) - 1) == 0 &&
	    memcmp(text, BANNER, sizeof(BANNER) - 1) == 0);
}

/* What VMCOREINFO says, where the image begins, what the user told, 0. */
static bool
find_distance(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt, const struct symbols *s, uint64_t *ret)
{
	const struct linux_image *im = &linux_of(k)->image;
	const struct dump *d = k->dump;
	const struct symbol *sym;
	uint64_t tries[4] = { 0 }, v;
	size_t i, n = 1;

	if (opt->has_kaslr)
		tries[n++] = opt->kaslr;
	if ((sym = sym_find(s, "_stext")) != NULL &&
	    vmcoreinfo_u64(d->vmcoreinfo, d->vmcoreinfo_len, "SYMBOL(_stext)",
	    &v))
		tries[n++] = v - sym->addr;
	if ((sym = sym_find(s, "_text")) != NULL)
		tries[n++] = im->low - sym->addr;
	for (i = n; i > 0; i--)
		if (fits(ctx, k, s, tries[i - 1])) {
			*ret = tries[i - 1];
			return (true);
		}
	return (false);
}

/* Those of the image moved; what is below it, offsets and such, is not. */
static int
add_moved(struct ctx *ctx, struct kernel *k, const struct symbols *s,
    uint64_t distance)
{
	const struct linux_arch *la = linux_of(k)->arch;
	const struct symbol *v;
	const char *name;
	int rc;

	sym_reserve(&k->symbols, s->n, s->names_len);
	for (v = s->v, rc = 0; rc == 0 && v < s->v + s->n; v++) {
		name = sym_name(s, v);
		rc = sym_add(ctx, &k->symbols, v->addr >= la->image_low ?
		    v->addr + distance : v->addr, v->size, v->type, 0, name,
		    strlen(name));
	}
	return (rc);
}

struct linked {
	const struct symbols *from;
	const char	*name;		/* of the file */
	const char	*source;
	struct symbols	 own;
};

/* E_NOT_FOUND, silent, when no such file is given. */
static int
linked_init(struct ctx *ctx, struct kernel *k, struct linked *f)
{
	int rc = 0;

	f->from = NULL;
	sym_init(&f->own);
	if (k->sysmap != NULL) {
		rc = sysmap_read(ctx, k->sysmap, &f->own);
		f->from = &f->own;
		f->name = file_base(k->sysmap);
		f->source = "System.map";
	} else if (k->image != NULL && k->image->symbols.n > 0) {
		f->from = &k->image->symbols;
		f->name = file_base(k->image->file);
		f->source = "kernel image";
	}
	return (rc == 0 && f->from == NULL ? E_NOT_FOUND : rc);
}

int
linux_linked_symbols(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	struct linked f;
	uint64_t distance;
	int rc;

	rc = linked_init(ctx, k, &f);
	if (rc == 0) {
		ctx->quiet++;
		rc = find_distance(ctx, k, opt, f.from, &distance) ? 0 :
		    E_NOT_FOUND;
		ctx->quiet--;
		rc = rc == 0 ? add_moved(ctx, k, f.from, distance) :
		    ctx_fail(ctx, E_NOT_FOUND, "%s is of another kernel than "
		    "this memory", f.name);
		if (rc == 0)
			k->symbols.source = f.source;
	}
	sym_fini(&f.own);
	return (rc);
}

/* Where nearly all that both name lies in both, marks what only they name. */
static bool
find_new(struct kernel *k, const struct symbols *from,
    uint64_t *distance, uint8_t *is_new, size_t *n)
{
	const struct symbol *ours, *v;
	size_t both, same;

	ours = sym_find(&k->symbols, "_stext");
	v = sym_find(from, "_stext");
	if (ours == NULL || v == NULL)
		return (false);
	*distance = ours->addr - v->addr;
	*n = both = same = 0;
	for (v = from->v; v < from->v + from->n; v++) {
		if (v->addr < linux_of(k)->arch->image_low)
			continue;
		ours = sym_find(&k->symbols, sym_name(from, v));
		is_new[v - from->v] = ours == NULL;
		*n += ours == NULL;
		both += ours != NULL;
		same += ours != NULL && ours->addr == v->addr + *distance;
	}
	return (same > both / 2);
}

int
linux_more_symbols(struct ctx *ctx, struct kernel *k)
{
	const struct symbol *v;
	uint64_t distance;
	struct linked f;
	const char *name;
	uint8_t *is_new;
	size_t n;
	int rc;

	/* Most kernels have their data's names, too. */
	if (k->sysmap == NULL && sym_find(&k->symbols, "init_task") != NULL)
		return (0);
	rc = linked_init(ctx, k, &f);
	is_new = rc == 0 ? calloc(f.from->n + 1, 1) : NULL;
	if (rc == 0 && is_new == NULL)
		rc = ctx_fail(ctx, E_NOMEM, "no memory for symbols");
	if (rc == 0 && !find_new(k, f.from, &distance, is_new, &n)) {
		rc = ctx_fail(ctx, E_NOT_FOUND, "%s is of another kernel than "
		    "this memory and is not used", f.name);
	} else if (rc == 0 && n > 0) {
		for (v = f.from->v; rc == 0 && v < f.from->v + f.from->n; v++) {
			if (!is_new[v - f.from->v])
				continue;
			name = sym_name(f.from, v);
			rc = sym_add(ctx, &k->symbols, v->addr + distance,
			    v->size, v->type, 0, name, strlen(name));
		}
		if (rc == 0)
			rc = sym_seal(ctx, &k->symbols);
		k->symbols.source = arena_printf(&k->arena, "%s and %s",
		    k->symbols.source, f.source);
	} else if (rc == E_NOT_FOUND)
		rc = 0;
	free(is_new);
	sym_fini(&f.own);
	return (rc);
}
