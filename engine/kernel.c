/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/kernel.h"

#include "base/bytes.h"
#include "engine/backend/expand.h"
#include "engine/backend/raw.h"
#include "engine/backend/vmcoreinfo.h"
#include "engine/edit.h"
#include "engine/kernel_debug.h"
#include "engine/linked.h"
#include "engine/memory/elf_file.h"
#include "engine/memory/freeze.h"
#include "engine/memory/noise.h"
#include "engine/memory/pages.h"
#include "engine/memory/recorder.h"
#include "engine/os/os.h"
#include "engine/symbol/sysmap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX	64		/* of one dump, and beside it */

static int
open_files(struct ctx *ctx, const char *const *paths, size_t n,
    const struct kernel_options *opt, struct file **files)
{
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		rc = file_open(ctx, paths[i], opt->faults, &files[i]);
		if (rc != 0) {
			while (i > 0)
				file_close(files[--i]);
			return (rc);
		}
	}
	return (0);
}

/*
 * Expand kernels, modules and debug files that are packed, as some systems keep
 * them; a dump that is packed is dump_open()'s.
 */
static int
unpack_images(struct ctx *ctx, const struct kernel_options *opt,
    struct file **files, size_t n)
{
	struct file *plain;
	uint8_t head[18];
	const char *how;
	size_t i;
	bool cut;
	int rc;

	for (i = 0; i < n; i++) {
		ctx->quiet++;
		rc = expand_head(ctx, files[i], head, sizeof(head));
		ctx->quiet--;
		ctx_clear(ctx);
		if (rc != 0 || memcmp(head, "\177ELF", 4) != 0 ||
		    load_u16(head + 16, head[5] == 2) == ELF_ET_CORE)
			continue;
		rc = expand_file(ctx, files[i], opt->dump.expand, &plain, &cut,
		    &how);
		if (rc == 0 && cut) {
			file_close(plain);
			rc = ctx_fail(ctx, E_TRUNCATED, "%s: the %s stream "
			    "ends early or is damaged", file_name(files[i]),
			    how);
		}
		if (rc != 0)
			return (rc);
		file_close(files[i]);
		files[i] = plain;
	}
	return (0);
}

/*
 * Take the kernel's image out of the files, if one is among them: *n becomes
 * the number of those that are left.
 */
static int
take_image(struct ctx *ctx, struct kernel *k, struct file **files, size_t *n)
{
	size_t i;
	int rc;

	for (i = 0; i < *n; i++) {
		rc = image_probe(ctx, files[i]);
		if (rc == E_NOT_MINE) {
			ctx_clear(ctx);
			continue;
		}
		if (rc != 0)
			return (rc);
		/* A module is for a kernel that comes with it. */
		if (image_is_module(ctx, files[i]) &&
		    *n + (k->image != NULL) > 1) {
			if (k->nmodule_files == KERNEL_MODULE_FILES)
				return (ctx_fail(ctx, E_USAGE, "%s: no more "
				    "than %d files of modules",
				    file_name(files[i]), KERNEL_MODULE_FILES));
			k->module_files[k->nmodule_files++] = files[i];
		} else if (k->debug_file != NULL)
			return (0);
		/* A kernel, and the file of its debug information. */
		else if (k->image != NULL)
			k->debug_file = files[i];
		else
			rc = image_open(ctx, files[i], &k->image);
		if (rc != 0)
			return (rc);
		(*n)--;
		memmove(&files[i], &files[i + 1], (*n - i) * sizeof(*files));
		i--;
	}
	return (0);
}

/* Take a System.map out of the files, if one is among them. */
static int
take_sysmap(struct ctx *ctx, struct kernel *k, struct file **files, size_t *n,
    bool target)
{
	size_t i;
	int rc;

	for (i = 0; i < *n; i++) {
		rc = sysmap_probe(ctx, files[i]);
		if (rc == E_NOT_MINE) {
			ctx_clear(ctx);
			continue;
		}
		if (rc == 0 && *n == 1 && !target)
			rc = ctx_fail(ctx, E_UNSUPPORTED, "%s is a System.map, "
			    "a list of symbols: name the dump too",
			    file_name(files[i]));
		if (rc == 0 && k->sysmap != NULL)
			rc = ctx_fail(ctx, E_USAGE, "%s and %s: one System.map "
			    "is enough", file_name(k->sysmap),
			    file_name(files[i]));
		if (rc != 0)
			return (rc);
		k->sysmap = files[i];
		(*n)--;
		memmove(&files[i], &files[i + 1], (*n - i) * sizeof(*files));
		i--;
	}
	return (0);
}

/* Which system is it?  None is no failure: memory can still be browsed. */
static int
open_os(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt)
{
	char why[ERR_TEXT_MAX];
	size_t i;
	int rc;

	snprintf(why, sizeof(why), "%s", "what wrote it is not known");
	if (k->dump->system != NULL)
		snprintf(why, sizeof(why), "it is of %s", k->dump->system);
	for (i = 0; k->arch != NULL && oses[i] != NULL; i++) {
		/* A dump that names its system is spared the search. */
		if (k->dump->system != NULL &&
		    strcmp(k->dump->system, oses[i]->name) != 0)
			continue;
		rc = oses[i]->open(ctx, k, opt);
		if (rc == 0) {
			k->os = oses[i];
			return (0);
		}
		if (rc == E_CANCELLED || rc == E_NOMEM || rc == E_USAGE)
			return (rc);
		if (rc != E_NOT_MINE)
			snprintf(why, sizeof(why), "%s", ctx->err.text);
	}
	/* A recording is of what others read. */
	if (!k->dump->native && k->dump->files[0] != NULL && !opt->record &&
	    noise_fills(ctx, &k->mem))
		snprintf(why, sizeof(why), "%s", "it looks like noise, as "
		    "encrypted memory does (AMD SEV, Intel TDX), which "
		    "nobody can read from outside: take the dump inside the "
		    "guest (kdump)");
	os_warn(k, "no kernel found in this memory: %s", why);
	ctx_clear(ctx);
	return (0);
}

/* Take a target's word out of the list of files: *source is NULL for none. */
static int
take_source(struct ctx *ctx, const char *const *paths, size_t *n,
    const struct kernel_options *opt, const char **files,
    const struct source **source, const char **address)
{
	const struct source *s;
	const char *rest;
	size_t i, kept;

	*source = NULL;
	for (i = kept = 0; i < *n; i++) {
		s = source_of(paths[i], &rest);
		if (s == NULL) {
			files[kept++] = paths[i];
			continue;
		}
		if (*source != NULL)
			return (ctx_fail(ctx, E_USAGE, "%s: one target at a "
			    "time", paths[i]));
		if (s->stops && opt->no_stop)
			return (ctx_fail(ctx, E_USAGE, "%s: with --no-stop it "
			    "is not opened, since it stands still for every "
			    "read; a guest of QEMU is read without by "
			    "qmp:/SOCKET", paths[i]));
		*source = s;
		*address = rest;
	}
	*n = kept;
	return (0);
}

/* Bad places of a medium that looking for the system has met. */
static void
tell_failures(struct kernel *k)
{
	struct dump *d = k->dump;
	uint64_t off;
	size_t i;

	for (i = 0; i < d->nfiles; i++) {
		if (!file_failed(d->files[i], &off))
			continue;
		if (d->complete)
			d->incomplete = "reading it fails";
		d->complete = false;
		os_warn(k, "%s cannot be read at 0x%llx (input/output error): "
		    "what lies there, and maybe more, is missing",
		    file_name(d->files[i]), (unsigned long long)off);
	}
}

/* What was told against what the dump says. */
static int
check_told(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt)
{
	const struct dump *d = k->dump;
	const char *name = d->nfiles > 0 ? file_base(d->files[0]) :
	    "this target";

	if (opt->dump.arch != NULL && d->arch != NULL && d->arch !=
	    opt->dump.arch)
		return (ctx_fail(ctx, E_USAGE, "--arch: %s is of %s, not of %s",
		    name, d->arch->name, opt->dump.arch->name));
	if (opt->dump.has_base && d->backend != &backend_raw)
		os_warn(k, "--base is for raw memory: %s says itself where its "
		    "memory lies", name);
	return (0);
}

/*
 * The dump, or the target, and the kernel's image and System.map beside it; an
 * image alone is at rest: read as it lies in its file.
 */
static int
open_dump(struct ctx *ctx, struct kernel *k, const char *const *paths, size_t n,
    const struct kernel_options *opt, const struct dump_options *told,
    const struct source *source, const char *address)
{
	struct file *files[FILES_MAX];
	size_t i;
	int rc;

	rc = open_files(ctx, paths, n, opt, files);
	if (rc != 0)
		return (rc);
	rc = unpack_images(ctx, opt, files, n);
	if (rc == 0)
		rc = take_sysmap(ctx, k, files, &n, source != NULL);
	if (rc == 0)
		rc = take_image(ctx, k, files, &n);
	k->at_rest = source == NULL && n == 0;
	if (rc == 0 && source != NULL && n > 0)
		rc = ctx_fail(ctx, E_USAGE, "%s: a target goes with a kernel "
		    "image, with no other file", paths[0]);
	else if (rc == 0)
		rc = source != NULL ? source->open(ctx, address, &k->dump) :
		    k->at_rest && k->image != NULL ?
		    linked_open(ctx, k->image, &k->dump) :
		    dump_open(ctx, files, n, told, &k->dump);
	if (rc != 0) {
		for (i = 0; i < n; i++)
			file_close(files[i]);
		return (rc);
	}
	rc = check_told(ctx, k, opt);
	if (rc == 0)
		rc = dump_tell(ctx, k->dump, told);
	if (rc != 0)
		dump_close(k->dump);
	return (rc);
}

/* The layers of memory above the dump. */
static int
push_layers(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt,
    const struct source *source)
{
	size_t i;
	int rc;

	if (opt->write && k->dump->layer.ops->write != NULL)
		for (i = 0; i < k->dump->nfiles; i++)
			file_allow_write(k->dump->files[i]);
	mem_init(&k->mem, &k->dump->layer, opt->faults);
	/* What was read of a target is kept until a refresh. */
	k->live = source != NULL;
	rc = k->live ? pages_push(ctx, &k->mem, source->run) : 0;
	if (rc == 0 && k->live)
		rc = freeze_push(ctx, &k->mem);
	if (rc == 0 && opt->record)
		rc = recorder_push(ctx, &k->mem);
	return (rc);
}

/* What is known before a system is: the processor, its types, a space. */
static int
take_arch(struct ctx *ctx, struct kernel *k)
{
	const struct dump *d = k->dump;

	k->arch = d->arch;
	if (!d->complete)
		os_warn(k, "the dump is incomplete: %s", d->incomplete != NULL ?
		    d->incomplete : "its header says so");
	if (d->erased != NULL)
		os_warn(k, "parts of this memory were erased when the dump "
		    "was made: %.200s", d->erased);
	if (k->image != NULL && k->image->arch != k->arch &&
	    k->image->arch != NULL && k->arch != NULL)
		return (ctx_fail(ctx, E_USAGE, "%s is a kernel for %s, the "
		    "dump is of %s", file_name(k->image->file),
		    k->image->arch->name, k->arch->name));
	if (k->arch == NULL && k->image != NULL)
		k->arch = k->image->arch;
	/* Expressions need the built-in types in any case. */
	k->types = types_create(k->arch != NULL ? k->arch->ptr_size : 8,
	    k->arch != NULL && k->arch->be);
	if (k->types == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	/* Until a system is found: what the dump says, else physical. */
	space_init(&k->space, &k->mem, d->has_root ? d->form : NULL, d->root,
	    k->arch != NULL && k->arch->be,
	    k->arch != NULL ? k->arch->ptr_size : 8);
	return (0);
}

static int
take_system(struct ctx *ctx, struct kernel *k, const struct kernel_options *opt)
{
	struct symbols none;
	int rc;

	rc = kernel_debug_create(ctx, k, opt);
	/* An image at rest has no processes, no tables, no log. */
	if (rc == 0 && !k->at_rest)
		rc = open_os(ctx, k, opt);
	if (rc == 0)
		rc = kernel_debug_match(ctx, k, opt);
	if (rc != 0)
		return (rc);
	if (kernel_debug_types(ctx, k) != 0)
		ctx_clear(ctx);
	/* Names for the addresses of a system that is not known. */
	if (k->os == NULL && k->image != NULL && k->symbols.n == 0) {
		none = k->symbols;
		k->symbols = k->image->symbols;
		k->image->symbols = none;
	}
	return (0);
}

/* For expressions. */
static int
fill_env(struct ctx *ctx, struct kernel *k)
{
	k->env.space = &k->space;
	k->env.symbols = &k->symbols;
	k->env.types = k->types;
	k->env.call = os_call;
	k->env.call_arg = k;
	k->env.vars = value_vars_create();
	return (k->env.vars != NULL ? 0 : ctx_fail(ctx, E_NOMEM,
	    "out of memory"));
}

int
kernel_open(struct ctx *ctx, const char *const *words, size_t npaths,
    const struct kernel_options *opt, struct kernel **ret)
{
	const char *paths[FILES_MAX], *address = NULL;
	struct dump_options told = opt->dump;
	char info[VMCOREINFO_MAX + 1];
	const struct source *source;
	struct kernel *k;
	size_t i;
	int rc;

	if (npaths == 0 || npaths > FILES_MAX)
		return (ctx_fail(ctx, E_USAGE, "%zu files cannot be one dump",
		    npaths));
	rc = take_source(ctx, words, &npaths, opt, paths, &source, &address);
	if (rc != 0)
		return (rc);
	if (opt->vmcoreinfo != NULL) {
		rc = vmcoreinfo_file(ctx, opt->vmcoreinfo, info,
		    &told.vmcoreinfo_len);
		if (rc != 0)
			return (ctx_chain(ctx, "--vmcoreinfo"));
		told.vmcoreinfo = info;
	}
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	arena_init(&k->arena);
	sym_init(&k->symbols);
	rc = open_dump(ctx, k, paths, npaths, opt, &told, source, address);
	if (rc == 0)
		rc = push_layers(ctx, k, opt, source);
	if (rc == 0)
		rc = take_arch(ctx, k);
	if (rc == 0)
		rc = take_system(ctx, k, opt);
	if (rc == 0)
		rc = fill_env(ctx, k);
	if (rc != 0) {
		kernel_close(k);
		return (rc);
	}
	tell_failures(k);
	/* Opening has looked at much that is not looked at again. */
	for (i = 0; i < k->dump->nfiles; i++)
		file_drop(k->dump->files[i], 0, UINT64_MAX);
	kernel_note(ctx, k);
	kernel_rest(k);
	*ret = k;
	return (0);
}

void
kernel_rest(struct kernel *k)
{
	mem_rest(&k->mem);
}

void
kernel_close(struct kernel *k)
{
	if (k == NULL)
		return;
	edits_destroy(k->edits);
	if (k->os != NULL)
		k->os->close(k);
	value_vars_destroy(k->env.vars);
	types_destroy(k->types);
	debug_destroy(k->debug);
	file_close(k->debug_file);
	while (k->nmodule_files > 0)
		file_close(k->module_files[--k->nmodule_files]);
	file_close(k->sysmap);
	sym_fini(&k->symbols);
	image_close(k->image);
	mem_fini(&k->mem);
	arena_fini(&k->arena);
	free(k);
}
