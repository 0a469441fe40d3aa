/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's debug information: who asks for it, and what must match. */
#include "engine/kernel_debug.h"

#include "engine/os/os.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
facts(void *arg, struct ctx *ctx, const char *module, struct debug_facts *f)
{
	struct kernel *k = arg;

	if (k->os != NULL && k->os->debug_facts != NULL)
		k->os->debug_facts(ctx, k, module, f);
}

static const char *
module_at(void *arg, uint64_t addr)
{
	const struct kernel *k = arg;
	const struct symbol *s = sym_at(&k->symbols, addr);

	return (s != NULL ? sym_module_name(&k->symbols, s) : "");
}

static uint64_t
symbol(void *arg, const char *module, const char *name)
{
	const struct kernel *k = arg;
	const struct symbol *s;
	char full[512];

	if (snprintf(full, sizeof(full), "%s!%s", module, name) >=
	    (int)sizeof(full))
		return (0);
	s = sym_find(&k->symbols, full);
	return (s != NULL ? s->addr : 0);
}

static const struct file *
find_file(const struct kernel *k, const char *path)
{
	size_t i;

	if (k->debug_file != NULL &&
	    strcmp(file_name(k->debug_file), path) == 0)
		return (k->debug_file);
	if (k->image != NULL && strcmp(file_name(k->image->file), path) == 0)
		return (k->image->file);
	for (i = 0; i < k->nmodule_files; i++)
		if (strcmp(file_name(k->module_files[i]), path) == 0)
			return (k->module_files[i]);
	return (NULL);
}

/* One that was packed is expanded already, to a file without a name. */
static int
named(void *arg, struct ctx *ctx, const char *path, struct file **ret)
{
	const struct file *f = find_file(arg, path);
	const int fd = f != NULL ? file_dup(f) : -1;
	struct file *own;
	char again[32];
	int rc;

	if (fd == -1)
		return (file_open(ctx, path, NULL, ret));
	snprintf(again, sizeof(again), "/dev/fd/%d", fd);
	rc = file_open(ctx, again, file_faults(f), &own);
	close(fd);
	if (rc == 0 && (rc = file_rename(ctx, own, path)) != 0)
		file_close(own);
	if (rc == 0)
		*ret = own;
	return (rc);
}

int
kernel_debug_create(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	const struct debug_hooks hooks = { facts, module_at, symbol, named, k };
	const char *files[2 + KERNEL_MODULE_FILES];
	struct debug_options o = opt->debug;
	size_t n = 0, i;

	o.faults = opt->faults;
	if (opt->source != NULL &&
	    (k->source = arena_strdup(&k->arena, opt->source)) == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	if (k->debug_file != NULL)
		files[n++] = file_name(k->debug_file);
	if (k->image != NULL)
		files[n++] = file_name(k->image->file);
	for (i = 0; i < k->nmodule_files; i++)
		files[n++] = file_name(k->module_files[i]);
	return (debug_create(ctx, &o, files, n, &hooks, &k->debug));
}

int
kernel_debug_types(struct ctx *ctx, struct kernel *k)
{
	struct debug *module;
	size_t i;
	int rc;

	rc = debug_add_types(ctx, k->debug, k->types);
	if (k->debug == NULL || types_nunits(k->types) == 0)
		return (rc);
	ctx_clear(ctx);
	for (i = 1, rc = 0; rc == 0 && i < k->symbols.nmodules; i++) {
		module = debug_module(k->debug, k->symbols.modules[i]);
		if (module != NULL)
			rc = debug_add_types(ctx, module, k->types);
	}
	return (rc);
}

/* The module whose file that is, by its name; "" when none is loaded. */
static const char *
module_of(const struct kernel *k, const char *path)
{
	size_t i;

	for (i = 1; i < k->symbols.nmodules; i++)
		if (debug_is_of(path, k->symbols.modules[i]))
			return (k->symbols.modules[i]);
	return ("");
}

/* Files of modules: of those that are loaded, and of the same build. */
static int
match_modules(struct ctx *ctx, struct kernel *k)
{
	struct debug_facts f;
	const char *path, *name;
	size_t i;
	int rc;

	for (i = 0, rc = 0; rc == 0 && i < k->nmodule_files; i++) {
		path = file_name(k->module_files[i]);
		name = module_of(k, path);
		if (name[0] == '\0')
			return (ctx_fail(ctx, E_USAGE, "%s: no module of that "
			    "name is loaded in this memory; mod lists them, "
			    "--force goes on without the file", path));
		memset(&f, 0, sizeof(f));
		ctx->quiet++;
		facts(k, ctx, name, &f);
		ctx->quiet--;
		ctx_clear(ctx);
		rc = debug_match(ctx, k->module_files[i], f.build_id);
		debug_facts_fini(&f);
	}
	return (rc);
}

int
kernel_debug_match(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	struct debug_facts f = { 0 };
	int rc;

	if (opt->debug.force || (k->image == NULL && k->debug_file == NULL &&
	    k->nmodule_files == 0))
		return (0);
	ctx->quiet++;
	facts(k, ctx, "", &f);
	ctx->quiet--;
	ctx_clear(ctx);
	rc = k->image != NULL ? debug_match(ctx, k->image->file, f.build_id) :
	    0;
	if (rc == 0 && k->debug_file != NULL)
		rc = debug_match(ctx, k->debug_file, f.build_id);
	debug_facts_fini(&f);
	return (rc == 0 && k->os != NULL ? match_modules(ctx, k) : rc);
}
