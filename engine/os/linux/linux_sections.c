/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a module's sections were loaded, as /sys/module/NAME/sections/ has it
 * (kernel/module/sysfs.c; kernel/module.c before 5.18): an array behind struct
 * module_sect_attrs, with an attribute for each section.  Up to 5.7 each has its
 * name beside it; from 6.14 on the attribute itself keeps the address, and an
 * array of pointers that ends with NULL counts them.
 */
#include "engine/os/linux/linux_read.h"

#include <stdlib.h>
#include <string.h>

#define SECTIONS_MAX	4096
#define NAME_MAX_LEN	256
#define NOTE_MAX	256		/* of the build-id */

struct wanted {
	struct kernel	   *k;
	const char	   *name;
	struct debug_facts *f;
};

/* One of several paths of a structure's members. */
static bool
field(struct ctx *ctx, struct kernel *k, const char *type,
    const char *const *paths, struct type_field *ret)
{
	for (; *paths != NULL; paths++)
		if (type_field_of(ctx, k->types, type, *paths, ret) == OK)
			return (true);
	return (false);
}

static bool
add(struct ctx *ctx, struct wanted *w, uint64_t name, uint64_t addr)
{
	struct debug_section *v;
	char text[NAME_MAX_LEN];

	if (space_text(ctx, &w->k->space, name, text, sizeof(text)) != 0)
		return (true);		/* the others may be well */
	v = realloc(w->f->sections, (w->f->nsections + 1) * sizeof(*v));
	if (v == NULL)
		return (false);
	w->f->sections = v;
	v[w->f->nsections].addr = addr;
	v[w->f->nsections].name = strdup(text);
	if (v[w->f->nsections].name == NULL)
		return (false);
	w->f->nsections++;
	return (true);
}

/* How many there are: it says so, or its list of pointers ends. */
static uint64_t
count_of(struct ctx *ctx, struct kernel *k, uint64_t attrs)
{
	static const char *const counts[] = { "nsections", NULL };
	static const char *const lists[] = { "grp.bin_attrs", NULL };
	struct type_field f;
	uint64_t list, n, p;

	if (field(ctx, k, "struct module_sect_attrs", counts, &f))
		return (space_uint(ctx, &k->space, attrs + f.offset, f.size,
		    &n) == 0 ? n : 0);
	if (!field(ctx, k, "struct module_sect_attrs", lists, &f) ||
	    space_ptr(ctx, &k->space, attrs + f.offset, &list) != 0)
		return (0);
	for (n = 0; n < SECTIONS_MAX; n++)
		if (space_ptr(ctx, &k->space, list + n * k->space.ptr_size,
		    &p) != 0 || p == 0)
			break;
	return (n);
}

static void
sections(struct ctx *ctx, struct wanted *w, uint64_t module)
{
	static const char *const at[] = { "sect_attrs", NULL };
	static const char *const arrays[] = { "attrs", NULL };
	static const char *const names[] = { "battr.attr.name", "name",
	    "attr.name", NULL };
	static const char *const places[] = { "address", "private", NULL };
	struct type_field f, array, name, place;
	struct kernel *k = w->k;
	uint64_t attrs, n, i, one, text, addr, size;
	const char *element = "struct module_sect_attr";

	if (!field(ctx, k, "struct module", at, &f) ||
	    space_ptr(ctx, &k->space, module + f.offset, &attrs) != 0 ||
	    attrs == 0 ||
	    !field(ctx, k, "struct module_sect_attrs", arrays, &array))
		return;
	if (!field(ctx, k, element, names, &name)) {
		element = "struct bin_attribute";
		if (!field(ctx, k, element, names, &name))
			return;
	}
	if (!field(ctx, k, element, places, &place) ||
	    type_find(ctx, k->types, element, &f.type) != 0 ||
	    type_size(ctx, k->types, f.type, &size) != 0)
		return;
	n = count_of(ctx, k, attrs);
	for (i = 0; i < n && i < SECTIONS_MAX; i++) {
		one = attrs + array.offset + i * size;
		if (space_ptr(ctx, &k->space, one + name.offset, &text) != 0 ||
		    space_ptr(ctx, &k->space, one + place.offset, &addr) != 0)
			continue;
		if (!add(ctx, w, text, addr))
			break;
	}
}

/* The linker's note, in the memory of the section that holds it. */
static void
build_id(struct ctx *ctx, struct wanted *w)
{
	uint8_t note[NOTE_MAX];
	size_t i, n;

	for (i = 0; i < w->f->nsections; i++)
		if (strcmp(w->f->sections[i].name, ".note.gnu.build-id") == 0)
			break;
	if (i == w->f->nsections)
		return;
	/* Longer than any: what comes behind it may not be there. */
	for (n = NOTE_MAX; n >= 32; n /= 2)
		if (space_read(ctx, &w->k->space, w->f->sections[i].addr, note,
		    n) == 0)
			break;
	if (n < 32)
		return;
	build_id_of_notes(note, n, w->k->arch->be, w->f->build_id);
}

static int
look(void *arg, struct ctx *ctx, const struct os_module *m)
{
	struct wanted *w = arg;

	if (m->name.status != OK || strcmp(m->name.s, w->name) != 0)
		return (0);
	sections(ctx, w, m->address);
	build_id(ctx, w);
	return (E_DONE);
}

void
linux_module_facts(struct ctx *ctx, struct kernel *k, const char *name,
    struct debug_facts *f)
{
	struct wanted w = { k, name, f };

	ctx->quiet++;
	(void)linux_modules(ctx, k, look, &w);
	ctx->quiet--;
	ctx_clear(ctx);
}
