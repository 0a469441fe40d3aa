/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Symbols from files, as the kernel was linked, for memory that has none of its
 * own: a System.map, the kernel's image.  KASLR moves all of the image by one
 * distance; it is right when linux_banner is then where the banner is.
 */
#include "engine/os/linux/linux.h"

#include "engine/symbol/sysmap.h"

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

int
linux_linked_symbols(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	const struct symbols *from = NULL;
	const char *name, *source;
	struct symbols own;
	uint64_t distance;
	int rc;

	sym_init(&own);
	rc = 0;
	if (k->sysmap != NULL) {
		rc = sysmap_read(ctx, k->sysmap, &own);
		from = &own;
		name = file_name(k->sysmap);
		source = "System.map";
	} else if (k->image != NULL && k->image->symbols.n > 0) {
		from = &k->image->symbols;
		name = file_name(k->image->file);
		source = "kernel image";
	}
	if (rc == 0 && from == NULL)
		rc = E_NOT_FOUND;
	else if (rc == 0) {
		ctx->quiet++;
		rc = find_distance(ctx, k, opt, from, &distance) ? 0 :
		    E_NOT_FOUND;
		ctx->quiet--;
		rc = rc == 0 ? add_moved(ctx, k, from, distance) :
		    ctx_fail(ctx, E_NOT_FOUND, "%s is of another kernel than "
		    "this memory", name);
		if (rc == 0)
			k->symbols.source = source;
	}
	sym_fini(&own);
	return (rc);
}
