/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where debug information is looked for: the files that the user named; by
 * build-id, as gdb's manual has it ("Debugging Information in Separate Files");
 * where Debian, Fedora, SUSE and a kernel's own tree keep it for a release;
 * what a named file links to; at last the servers of debuginfod(8).
 */
#include "engine/symbol/debug.h"

#include "engine/memory/elf_file.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX	64
#define FOLDERS_MAX	32

struct debug {
	struct debug_options opt;
	char		*root, *cache, *fetch;
	char		*files[FILES_MAX];
	size_t		 nfiles;
	struct debug_hooks hooks;
	struct debug	*kernel;	/* of a module: the kernel's, else NULL */
	char		*name;		/* of a module, else "" */
	_Atomic(struct debug *) modules;	/* of a kernel, by next */
	struct debug	*next;
	struct debug_tree *tree;	/* of a kernel: guarded by tree_lock */
	pthread_mutex_t	 tree_lock;
	pthread_mutex_t	 lock;
	atomic_bool	 settled;	/* found or not: it stays so */
	bool		 looked;
	struct type_unit *unit;		/* once it is among the types */
	struct debug_facts facts;
	struct debugfile *file;
	struct debug_parts parts;	/* other files that it needs */
	struct file	*kept;		/* the index's file, or */
	void		*index;		/* the index, owned */
	struct dwarf	*dwarf;
	char		 why[ERR_TEXT_MAX];
};

/* Below the root of installed files: %s is the release. */
static const char *const places[] = {
	"/usr/lib/debug/boot/vmlinux-%s",		/* Debian */
	"/usr/lib/debug/lib/modules/%s/vmlinux",	/* Fedora */
	"/usr/lib/debug/usr/lib/modules/%s/vmlinux",
	"/usr/lib/debug/boot/vmlinux-%s.debug",		/* SUSE */
	"/usr/lib/debug/usr/lib/modules/%s/vmlinux.debug",
	"/usr/lib/modules/%s/vmlinux",
	"/lib/modules/%s/vmlinux",
	"/lib/modules/%s/build/vmlinux",
	"/boot/vmlinux-%s",
};

static char *
copy(const char *s)
{
	return (s == NULL ? NULL : strdup(s));
}

int
debug_create(struct ctx *ctx, const struct debug_options *opt,
    const char *const *files, size_t n, const struct debug_hooks *hooks,
    struct debug **ret)
{
	struct debug *d;

	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	pthread_mutex_init(&d->lock, NULL);
	pthread_mutex_init(&d->tree_lock, NULL);
	d->opt = *opt;
	d->opt.root = d->root = copy(opt->root != NULL ? opt->root : "");
	d->opt.cache = d->cache = copy(opt->cache);
	d->opt.fetch = d->fetch = copy(opt->fetch);
	d->hooks = *hooks;
	d->name = copy("");
	for (; d->nfiles < n && d->nfiles < FILES_MAX; d->nfiles++)
		if ((d->files[d->nfiles] = copy(files[d->nfiles])) == NULL)
			break;
	if (d->root == NULL || d->name == NULL || (opt->cache != NULL && d->cache == NULL) ||
	    (opt->fetch != NULL && d->fetch == NULL) ||
	    (d->nfiles < n && d->nfiles < FILES_MAX)) {
		debug_destroy(d);
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	}
	*ret = d;
	return (0);
}

void
debug_facts_fini(struct debug_facts *f)
{
	while (f->nsections > 0)
		free(f->sections[--f->nsections].name);
	free(f->sections);
	memset(f, 0, sizeof(*f));
}

void
debug_destroy(struct debug *d)
{
	struct debug *m;

	if (d == NULL)
		return;
	while ((m = atomic_load(&d->modules)) != NULL) {
		atomic_store(&d->modules, m->next);
		debug_destroy(m);
	}
	debug_tree_free(d->tree);
	debug_facts_fini(&d->facts);
	free(d->name);
	pthread_mutex_destroy(&d->tree_lock);
	dwarf_close(d->dwarf);
	file_close(d->kept);
	free(d->index);
	debug_parts_free(&d->parts);
	debugfile_close(d->file);
	while (d->nfiles > 0)
		free(d->files[--d->nfiles]);
	pthread_mutex_destroy(&d->lock);
	free(d->root);
	free(d->cache);
	free(d->fetch);
	free(d);
}

struct debug *
debug_module(struct debug *d, const char *name)
{
	struct debug *m, *first;

	if (name[0] == '\0')
		return (d);
	for (m = atomic_load(&d->modules); m != NULL; m = m->next)
		if (strcmp(m->name, name) == 0)
			return (m);
	pthread_mutex_lock(&d->lock);
	first = atomic_load(&d->modules);
	for (m = first; m != NULL; m = m->next)
		if (strcmp(m->name, name) == 0)
			break;
	if (m == NULL && (m = calloc(1, sizeof(*m))) != NULL) {
		m->name = strdup(name);
		m->kernel = d;
		m->opt = d->opt;	/* whose texts stay the kernel's */
		m->hooks = d->hooks;
		m->next = first;
		pthread_mutex_init(&m->lock, NULL);
		pthread_mutex_init(&m->tree_lock, NULL);
		if (m->name == NULL) {
			debug_destroy(m);
			m = NULL;
		} else
			atomic_store(&d->modules, m);
	}
	pthread_mutex_unlock(&d->lock);
	return (m);
}

struct debug *
debug_at(struct debug *d, uint64_t addr)
{
	struct debug *m;

	if (d == NULL)
		return (NULL);
	m = debug_module(d, d->hooks.module_at(d->hooks.arg, addr));
	return (m != NULL ? m : d);
}

static int
mismatch(struct ctx *ctx, const struct debugfile *df, const char *want)
{
	if (want[0] == '\0' || strcmp(df->build_id, want) == 0)
		return (0);
	return (ctx_fail(ctx, E_USAGE, "%s is of another build: its build-id "
	    "is %s, the dump's is %s; --force takes it all the same",
	    file_name(df->file), df->build_id[0] != '\0' ? df->build_id :
	    "not there", want));
}

int
debug_match(struct ctx *ctx, struct file *f, const char *build_id)
{
	struct debugfile *df;
	int rc;

	rc = debugfile_open(ctx, f, &df);
	if (rc != 0)
		return (rc);
	rc = mismatch(ctx, df, build_id);
	df->file = NULL;		/* it stays the caller's */
	debugfile_close(df);
	return (rc);
}

/* Open a file if it is there and of this kernel. */
static int
try_path(struct ctx *ctx, struct debug *d, const char *path, bool named,
    struct debugfile **ret)
{
	struct debugfile *df;
	struct file *f;
	int rc;

	rc = named && d->hooks.named != NULL ? d->hooks.named(d->hooks.arg,
	    ctx, path, &f) : file_open(ctx, path, d->opt.faults, &f);
	if (rc != 0)
		return (rc);
	rc = debugfile_open(ctx, f, &df);
	if (rc != 0) {
		file_close(f);
		return (rc == E_NOT_MINE ? ctx_fail(ctx, E_NOT_FOUND,
		    "%s is no ELF file", path) : rc);
	}
	/* What the user named was compared when the dump was opened. */
	if (!named && !d->opt.force)
		rc = mismatch(ctx, df, d->facts.build_id);
	if (rc != 0) {
		debugfile_close(df);
		return (rc);
	}
	*ret = df;
	return (0);
}

static uint64_t
symbol_of(void *arg, const char *name)
{
	const struct debug *d = arg;

	return (d->hooks.symbol(d->hooks.arg, d->name, name));
}

/*
 * Take it when it has DWARF.  E_NOT_FOUND to look on; d->why keeps the first
 * reason that is more than that a file is not there.
 */
static int
take(struct ctx *ctx, struct debug *d, const char *path, bool named)
{
	struct debugfile *df = NULL;
	int rc;

	const struct debug_placing at = { d->facts.sections,
	    d->facts.nsections, d->hooks.symbol != NULL ? symbol_of : NULL, d };

	rc = try_path(ctx, d, path, named, &df);
	/* A module's file tells nothing of the kernel. */
	if (rc == 0 && d->kernel == NULL && df->type == ELF_ET_REL)
		rc = E_NOT_FOUND;
	if (rc == 0)
		rc = debugfile_load(ctx, df, &at);
	if (rc == 0)
		rc = debug_parts_shared(ctx, df, d->opt.root, d->opt.faults,
		    &d->parts);
	if (rc == 0)
		rc = debug_parts_types(ctx, df, &d->parts);
	if (rc == 0)
		rc = dwarf_join(ctx, &df->in, d->parts.v, d->parts.n);
	if (rc == 0) {
		d->file = df;
		return (0);
	}
	debug_parts_free(&d->parts);
	debugfile_close(df);
	if (rc != E_NOT_FOUND && d->why[0] == '\0')
		snprintf(d->why, sizeof(d->why), "%s", ctx->err.text);
	if (rc == 0 || rc == E_CANCELLED || rc == E_NOMEM)
		return (rc);
	ctx_clear(ctx);
	return (E_NOT_FOUND);
}

static int
take_build_id(struct ctx *ctx, struct debug *d, const char *root,
    const char *id)
{
	char path[2048];

	if (strlen(id) < 4)
		return (E_NOT_FOUND);
	snprintf(path, sizeof(path), "%s/usr/lib/debug/.build-id/%.2s/%s.debug",
	    root, id, id + 2);
	return (take(ctx, d, path, false));
}

/* What a named file says of where its debug information is. */
static int
take_linked(struct ctx *ctx, struct debug *d, const char *name)
{
	static const char *const forms[] = { "%.*s/%s", "%.*s/.debug/%s" };
	struct debugfile *df;
	char path[2048], link[sizeof(df->link)], dir[1024], *slash;
	size_t i;
	int rc;

	rc = try_path(ctx, d, name, true, &df);
	if (rc != 0)
		return (E_NOT_FOUND);
	snprintf(link, sizeof(link), "%s", df->link);
	rc = d->facts.build_id[0] == '\0' ?
	    take_build_id(ctx, d, d->opt.root, df->build_id) : E_NOT_FOUND;
	debugfile_close(df);
	/* A name, no path: it must not lead out of these folders. */
	if (rc != E_NOT_FOUND || link[0] == '\0' || strchr(link, '/') != NULL)
		return (rc);
	snprintf(dir, sizeof(dir), "%s", name);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		*slash = '\0';
	else
		snprintf(dir, sizeof(dir), ".");
	for (i = 0; rc == E_NOT_FOUND && i < 2; i++) {
		snprintf(path, sizeof(path), forms[i], (int)strlen(dir), dir,
		    link);
		rc = take(ctx, d, path, false);
	}
	if (rc == E_NOT_FOUND && dir[0] == '/') {
		snprintf(path, sizeof(path), "%s/usr/lib/debug%s/%s",
		    d->opt.root, dir, link);
		rc = take(ctx, d, path, false);
	}
	return (rc);
}

static bool
is_plain(const char *release)
{
	return (release[0] != '\0' && release[0] != '.' &&
	    strchr(release, '/') == NULL);
}

static int
take_fetched(struct ctx *ctx, struct debug *d)
{
	char *fetched;
	int rc;

	if (d->opt.fetch == NULL || d->facts.build_id[0] == '\0')
		return (E_NOT_FOUND);
	rc = debug_fetch(ctx, &d->opt, d->facts.build_id, &fetched);
	if (rc == 0) {
		rc = take(ctx, d, fetched, false);
		free(fetched);
	} else if (rc != E_CANCELLED && rc != E_NOMEM) {
		if (d->why[0] == '\0')
			snprintf(d->why, sizeof(d->why), "%s", ctx->err.text);
		ctx_clear(ctx);
		rc = E_NOT_FOUND;
	}
	return (rc);
}

static int
find_kernel(struct ctx *ctx, struct debug *d, bool fetch)
{
	char path[1024], under[512];
	size_t i;
	int rc;

	rc = E_NOT_FOUND;
	for (i = 0; rc == E_NOT_FOUND && i < d->nfiles; i++)
		rc = take(ctx, d, d->files[i], true);
	if (rc == E_NOT_FOUND)
		rc = take_build_id(ctx, d, d->opt.root, d->facts.build_id);
	for (i = 0; rc == E_NOT_FOUND && d->facts.build_id[0] != '\0' &&
	    is_plain(d->facts.release) &&
	    i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(under, sizeof(under), places[i], d->facts.release);
		snprintf(path, sizeof(path), "%s%s", d->opt.root, under);
		rc = take(ctx, d, path, false);
	}
	for (i = 0; rc == E_NOT_FOUND && i < d->nfiles; i++)
		rc = take_linked(ctx, d, d->files[i]);
	return (rc == E_NOT_FOUND && fetch ? take_fetched(ctx, d) : rc);
}

/*
 * Where a kernel's file lies where packages install it, the files of its
 * modules lie in the same installation: "" or what stands before the place.
 */
static bool
installation(const char *file, const char *release, char *out, size_t n)
{
	const size_t len = strlen(file);
	char under[512];
	size_t i, m;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		m = (size_t)snprintf(under, sizeof(under), places[i], release);
		if (m < len && m < sizeof(under) && len - m < n &&
		    strcmp(file + len - m, under) == 0) {
			memcpy(out, file, len - m);
			out[len - m] = '\0';
			return (true);
		}
	}
	return (false);
}

struct folders {
	char	*v[FOLDERS_MAX];
	size_t	 n;
};

static void
folder(struct folders *f, const char *form, const char *a, const char *b)
{
	char path[2048];
	size_t i;

	if (f->n == FOLDERS_MAX ||
	    (size_t)snprintf(path, sizeof(path), form, a, b) >= sizeof(path))
		return;
	for (i = 0; i < f->n; i++)
		if (strcmp(f->v[i], path) == 0)
			return;
	if ((f->v[f->n] = strdup(path)) != NULL)
		f->n++;
}

/* Everything that an installation has of this release. */
static void
installed(struct folders *f, const char *root, const char *release)
{
	folder(f, "%s/usr/lib/debug/lib/modules/%s", root, release);
	folder(f, "%s/usr/lib/debug/usr/lib/modules/%s", root, release);
	folder(f, "%s/lib/modules/%s", root, release);
}

/* Below a kernel's file that lies in the tree that it was built in, too. */
static void
built(struct folders *f, const char *file)
{
	char path[2048], dir[1024];
	const char *slash = strrchr(file, '/');

	snprintf(dir, sizeof(dir), "%.*s", slash != NULL ?
	    (int)(slash - file) : 1, slash != NULL ? file : ".");
	snprintf(path, sizeof(path), "%s/modules.order", dir);
	if (access(path, F_OK) == 0)
		folder(f, "%s%s", dir, "");
}

/* All files of modules that belong to this kernel, listed once. */
static int
tree_of(struct ctx *ctx, struct debug *k, const char *release,
    const struct debug_tree **ret)
{
	struct folders f = { .n = 0 };
	char root[1024];
	size_t i;
	int rc = 0;

	pthread_mutex_lock(&k->tree_lock);
	if (k->tree == NULL) {
		for (i = 0; i < k->nfiles; i++) {
			if (is_plain(release) && installation(k->files[i],
			    release, root, sizeof(root)))
				installed(&f, root, release);
			built(&f, k->files[i]);
		}
		if (is_plain(release))
			installed(&f, k->opt.root, release);
		rc = debug_tree_read(ctx, (const char *const *)f.v, f.n,
		    &k->tree);
		while (f.n > 0)
			free(f.v[--f.n]);
	}
	*ret = k->tree;
	pthread_mutex_unlock(&k->tree_lock);
	return (rc);
}

static int
find_module(struct ctx *ctx, struct debug *d, bool fetch)
{
	struct debug *k = d->kernel;
	const struct debug_tree *tree;
	const char *file;
	char root[1024];
	size_t i;
	int rc;

	rc = E_NOT_FOUND;
	for (i = 0; rc == E_NOT_FOUND && i < k->nfiles; i++)
		if (debug_is_of(k->files[i], d->name))
			rc = take(ctx, d, k->files[i], true);
	if (rc == E_NOT_FOUND)
		rc = take_build_id(ctx, d, d->opt.root, d->facts.build_id);
	for (i = 0; rc == E_NOT_FOUND && i < k->nfiles; i++)
		if (is_plain(d->facts.release) && installation(k->files[i],
		    d->facts.release, root, sizeof(root)))
			rc = take_build_id(ctx, d, root, d->facts.build_id);
	if (rc == E_NOT_FOUND) {
		rc = tree_of(ctx, k, d->facts.release, &tree);
		if (rc == 0)
			rc = E_NOT_FOUND;
	}
	for (i = 0; rc == E_NOT_FOUND && (file = debug_tree_file(tree, d->name,
	    i)) != NULL; i++)
		rc = take(ctx, d, file, false);
	return (rc == E_NOT_FOUND && fetch ? take_fetched(ctx, d) : rc);
}

/* The index that was kept, if it is one of these files. */
static bool
open_kept(struct ctx *ctx, struct debug *d, const char *id)
{
	const void *p;
	size_t n;

	if (debug_cache_get(ctx, &d->opt, id, &d->kept) == 0) {
		n = (size_t)file_size(d->kept);
		p = file_map(d->kept, 0, n);
		if (p == NULL && (d->index = malloc(n)) != NULL &&
		    file_read(ctx, d->kept, 0, d->index, n) == 0)
			p = d->index;
		if (p != NULL && dwarf_open(ctx, &d->file->in, p, n,
		    &d->dwarf) == 0)
			return (true);
		/* Of another version, or damaged: made anew. */
		free(d->index);
		d->index = NULL;
		file_close(d->kept);
		d->kept = NULL;
	}
	ctx_clear(ctx);
	return (false);
}

/* What is open is but a skeleton: get the rest. */
static int
add_split(struct ctx *ctx, struct debug *d)
{
	const size_t n = d->parts.n, nfiles = d->parts.nfiles;
	int rc;

	rc = debug_parts_split(ctx, d->file, d->dwarf, d->opt.faults,
	    &d->parts);
	if (rc != 0) {			/* as if nothing had been asked */
		d->parts.n = n;
		while (d->parts.nfiles > nfiles)
			debugfile_close(d->parts.files[--d->parts.nfiles]);
	}
	dwarf_close(d->dwarf);
	d->dwarf = NULL;
	free(d->index);
	d->index = NULL;
	if (rc == 0 && d->parts.n == n)
		rc = ctx_fail(ctx, E_NOT_FOUND, "%s tells types and functions "
		    "in split files, none of which is there and of the same "
		    "build: neither %s.dwp nor %s", d->file->in.name, d->file->in.name,
		    d->parts.first);
	return (rc != 0 ? rc : dwarf_join(ctx, &d->file->in, d->parts.v,
	    d->parts.n));
}

/* The index: the one that was kept, else a new one. */
static int
open_index(struct ctx *ctx, struct debug *d)
{
	/* Where a module lies is in its index: it holds for this memory only. */
	const char *id = d->file->type == ELF_ET_REL ? "" : d->file->build_id;
	const struct dwarf_input *in = &d->file->in;
	bool added = false;
	size_t n;
	int rc;

	for (;;) {
		if (open_kept(ctx, d, id))
			return (0);
		rc = dwarf_index(ctx, in, 0, &d->index, &n);
		if (rc == 0)
			rc = dwarf_open(ctx, in, d->index, n, &d->dwarf);
		if (rc == 0 && !added && dwarf_index_is_split(in, d->index,
		    n)) {
			added = true;
			rc = add_split(ctx, d);
			if (rc == 0)
				continue;
		}
		if (rc == 0)
			debug_cache_put(&d->opt, id, d->index, n);
		return (rc);
	}
}

/*
 * Looked for once, whatever comes of it, unless it was cancelled; or unless the
 * servers have not been asked.
 */
static int
find_once(struct ctx *ctx, struct debug *d, bool fetch)
{
	int rc;

	if (d->looked)
		return (d->file != NULL ? 0 : E_NOT_FOUND);
	d->why[0] = '\0';
	debug_facts_fini(&d->facts);
	ctx->quiet++;
	d->hooks.facts(d->hooks.arg, ctx, d->name, &d->facts);
	ctx->quiet--;
	ctx_clear(ctx);
	rc = d->kernel != NULL ? find_module(ctx, d, fetch) :
	    find_kernel(ctx, d, fetch);
	d->looked = rc != E_CANCELLED && rc != E_NOMEM &&
	    (rc == 0 || fetch || d->opt.fetch == NULL);
	return (rc);
}

static int
settle(struct ctx *ctx, struct debug *d)
{
	int rc;

	rc = find_once(ctx, d, true);
	if (rc == 0 && (rc = open_index(ctx, d)) != 0 && rc != E_CANCELLED) {
		snprintf(d->why, sizeof(d->why), "%s", ctx->err.text);
		debug_parts_free(&d->parts);
		debugfile_close(d->file);
		d->file = NULL;
	}
	if (rc == 0)
		d->why[0] = '\0';	/* of others that were looked at */
	if (rc == 0 && d->parts.missing > 0)
		snprintf(d->why, sizeof(d->why), "%zu of its split files are "
		    "not there, such as %.300s", d->parts.missing, d->parts.first);
	return (rc);
}

static int
not_found(struct ctx *ctx, const struct debug *d)
{
	if (d->why[0] != '\0')
		return (ctx_fail(ctx, E_NOT_FOUND, "%s", d->why));
	if (d->kernel != NULL)
		return (ctx_fail(ctx, E_NOT_FOUND, "no debug information for "
		    "the module %s%s%s: name its .ko file beside the dump, or "
		    "install it below /usr/lib/debug", d->name,
		    d->facts.build_id[0] != '\0' ? " of build-id " : "",
		    d->facts.build_id));
	return (ctx_fail(ctx, E_NOT_FOUND, "no debug information for this "
	    "kernel%s%s: name its vmlinux or kernel.debug beside the dump, or "
	    "install it below /usr/lib/debug", d->facts.build_id[0] != '\0' ?
	    " of build-id " : "", d->facts.build_id));
}

int
debug_find(struct ctx *ctx, struct debug *d, bool fetch)
{
	int rc;

	pthread_mutex_lock(&d->lock);
	rc = find_once(ctx, d, fetch);
	pthread_mutex_unlock(&d->lock);
	return (rc == E_NOT_FOUND ? not_found(ctx, d) : rc);
}

int
debug_open(struct ctx *ctx, struct debug *d, struct dwarf **ret)
{
	int rc = 0;

	if (!atomic_load(&d->settled)) {
		pthread_mutex_lock(&d->lock);
		if (!atomic_load(&d->settled)) {
			rc = settle(ctx, d);
			atomic_store(&d->settled, rc != E_CANCELLED &&
			    rc != E_NOMEM);
		}
		pthread_mutex_unlock(&d->lock);
	}
	if (rc == E_CANCELLED || rc == E_NOMEM)
		return (rc);
	if (d->dwarf == NULL)
		return (not_found(ctx, d));
	*ret = d->dwarf;
	return (0);
}

/* As debug_open, without words: what dwarf_unit_create wants. */
static struct dwarf *
open_quietly(void *arg)
{
	struct debug *d = arg;
	struct dwarf *ret = NULL;
	struct ctx ctx;

	ctx_init(&ctx);
	if (debug_open(&ctx, arg, &ret) != 0)
		ret = NULL;
	/* Only where there is something that cannot be read. */
	if (d->unit != NULL && d->why[0] != '\0')
		d->unit->cut = d->why;
	ctx_fini(&ctx);
	return (ret);
}

int
debug_add_types(struct ctx *ctx, struct debug *d, struct types *ts)
{
	const bool lazy = types_nunits(ts) > 0;
	struct type_unit *u;
	int rc;

	if (d == NULL || d->unit != NULL)
		return (0);
	/* Alone it is the kernel's unit: only where there is something. */
	rc = lazy ? 0 : debug_find(ctx, d, true);
	if (rc == 0)
		rc = dwarf_unit_create(ctx, d->kernel != NULL ? d->name :
		    "vmlinux", open_quietly, d, &u);
	if (rc != 0)
		return (rc);
	u->lazy = lazy;
	u->by_module = d->kernel != NULL;
	rc = types_add(ctx, ts, u);
	if (rc != 0)
		u->ops->close(u);
	else
		d->unit = u;
	return (rc);
}

struct typeref
debug_typeref(const struct debug *d, uint32_t id)
{
	return (d->unit == NULL ? (struct typeref){ 0, 0 } :
	    (struct typeref){ d->unit->index, id });
}

struct dwarf *
debug_opened(struct debug *d)
{
	if (d == NULL)
		return (NULL);
	if (atomic_load(&d->settled))
		return (d->dwarf);
	return (d->kernel != NULL && debug_opened(d->kernel) != NULL ?
	    open_quietly(d) : NULL);
}

uint64_t
debug_shift(const struct debug *d)
{
	return (d != NULL ? d->facts.shift : 0);
}

void
debug_place(const struct dwarf_source *src, char *out, size_t n)
{
	size_t len;

	dwarf_path(src, out, n);
	len = strlen(out);
	if (len > 0 && src->line > 0)
		snprintf(out + len, n - len, ":%u", src->line);
}
