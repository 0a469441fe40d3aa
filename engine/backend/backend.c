/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/backend.h"

#include "engine/backend/avml.h"
#include "engine/backend/elf.h"
#include "engine/backend/devmem.h"
#include "engine/backend/expand.h"
#include "engine/backend/fbsd_elf.h"
#include "engine/backend/flat.h"
#include "engine/backend/foreign.h"
#include "engine/backend/gdb.h"
#include "engine/backend/kdump.h"
#include "engine/backend/kerneldump.h"
#include "engine/backend/lime.h"
#include "engine/backend/minidump.h"
#include "engine/backend/qmp.h"
#include "engine/backend/raw.h"
#include "engine/backend/vmcoreinfo.h"
#include "engine/backend/vmware.h"
#include "engine/memory/cache.h"

#include <stdio.h>
#include <string.h>

#define PACKED_MAX	4		/* layers of packing */

const struct backend *const backends[] = {
	&backend_minidump,
	&backend_fbsd_elf,
	&backend_elf,
	&backend_kdump,
	&backend_lime,
	&backend_avml,
	&backend_vmware,
	&backend_foreign,
	&backend_raw,
	NULL,
};

static const struct source sources[] = {
	{ "gdb:", true, 4096, gdb_open },
	{ "qmp:", false, 32768, qmp_open },
	{ "/dev/mem", false, 4096, devmem_open },
};

const struct source *
source_of(const char *word, const char **address)
{
	size_t i, n;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		n = strlen(sources[i].prefix);
		if (strncmp(word, sources[i].prefix, n) == 0) {
			*address = word + n;
			return (&sources[i]);
		}
	}
	return (NULL);
}

static int
not_a_dump(struct ctx *ctx, struct file *f)
{
	return (ctx_fail(ctx, E_UNSUPPORTED, "%s is not a memory dump of a "
	    "known format, and as raw memory it shows no Linux kernel: if it "
	    "is raw, give --base ADDR (0 for a PC) and --arch NAME",
	    file_name(f)));
}

/* Is there a format that it shows by itself? */
static bool
is_dump(struct ctx *ctx, struct file *f)
{
	size_t i;
	int rc = E_NOT_MINE;

	ctx->quiet++;
	for (i = 0; backends[i] != &backend_raw && rc == E_NOT_MINE; i++)
		rc = backends[i]->probe(ctx, f);
	ctx->quiet--;
	return (rc == 0);
}

/* A dump of a format that is one file has others beside it. */
static int
too_many(struct ctx *ctx, struct file **files, size_t n, size_t dump)
{
	const char *name = file_name(files[dump]);
	size_t i, other = dump == 0 ? 1 : 0;
	int rc;

	for (i = 0; i < n; i++)
		if (i != dump && strcmp(file_name(files[i]), name) == 0)
			return (ctx_fail(ctx, E_USAGE, "%s is named twice",
			    name));
	for (i = 0; i < n; i++)
		if (i != dump && !is_dump(ctx, files[i]))
			return (ctx_fail(ctx, E_USAGE, "%s is nothing that "
			    "goes with the dump %s: no kernel's image, debug "
			    "information, module or System.map",
			    file_name(files[i]), name));
	for (i = 0; i < n; i++)
		if ((rc = elf_check(ctx, files[i])) != 0)
			return (rc);
	return (ctx_fail(ctx, E_USAGE, "%s and %s are two whole dumps; name "
	    "one", name, file_name(files[other])));
}

static int
open_plain(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct dump **ret)
{
	struct file *first;
	size_t i, j;
	int rc;

	/* What belongs to nothing is said so, not taken for one more dump. */
	for (j = 0; n > 1 && j < n; j++)
		if ((rc = backend_foreign.probe(ctx, files[j])) != E_NOT_MINE)
			return (rc);
	for (i = 0; backends[i] != NULL; i++) {
		/* What one of the files is decides; they come in any order. */
		for (j = 0, rc = E_NOT_MINE; j < n && rc == E_NOT_MINE; j++)
			rc = backends[i]->probe(ctx, files[j]);
		if (rc == 0 && n > 1 && !backends[i]->parts)
			return (too_many(ctx, files, n, j - 1));
		if (rc == 0) {
			first = files[j - 1];
			files[j - 1] = files[0];
			files[0] = first;
			rc = backends[i]->open(ctx, files, n, opt, ret);
		}
		if (rc != E_NOT_MINE)
			return (rc);
	}
	return (not_a_dump(ctx, files[0]));
}

/* See through flattened files; *cut: one of them was cut short. */
static int
take_flat(struct ctx *ctx, struct file **files, size_t n, bool *cut)
{
	bool this_cut;
	size_t i;
	int rc;

	for (i = 0, rc = 0; i < n && rc == 0; i++) {
		this_cut = false;
		rc = flat_take(ctx, files[i], &this_cut);
		*cut = *cut || this_cut;
	}
	return (rc);
}

static int
open_files(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct kerneldump *kdh,
    struct dump **ret)
{
	bool cut = false;
	int rc;

	rc = kdh->found ? 0 : kerneldump_take(ctx, files[0], kdh);
	if (rc == 0)
		rc = take_flat(ctx, files, n, &cut);
	if (rc == 0)
		rc = open_plain(ctx, files, n, opt, ret);
	if (rc == 0 && cut)
		flat_tell_cut(*ret);
	return (rc);
}

/* What was packed of a dump's files. */
struct packed {
	const char *how;		/* "gzip", or NULL */
	bool	    cut;		/* a stream ends early */
	bool	    grows;		/* and more of it is just being written */
	char	    name[256];		/* of the file */
};

/*
 * Packed files are replaced by what is in them; that may be packed once more,
 * by savecore and then by hand.
 */
static int
unpack(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct packed *p)
{
	struct file *plain;
	size_t i, depth;
	bool cut;
	int rc;

	memset(p, 0, sizeof(*p));
	for (i = depth = 0; i < n;) {
		rc = depth == PACKED_MAX ? E_NOT_MINE : expand_file(ctx,
		    files[i], opt->expand, &plain, &cut, &p->how);
		if (rc == E_NOT_MINE) {
			i++;
			depth = 0;
			continue;
		}
		if (rc != 0)
			return (rc);
		if (cut && !p->grows) {
			p->cut = true;
			p->grows = file_is_growing(files[i]);
			snprintf(p->name, sizeof(p->name), "%s",
			    file_name(files[i]));
		}
		file_forbid_write(plain, file_name(files[i]), "is compressed "
		    "as a whole: what is read is an expanded copy; expand it "
		    "first");
		file_close(files[i]);
		files[i] = plain;
		depth++;
	}
	return (0);
}

static void
tell_packed(struct dump *d, const struct packed *p)
{
	d->packed = p->how;
	if (!p->cut)
		return;
	d->complete = false;
	if (d->incomplete == NULL || p->grows)
		d->incomplete = p->grows ? "the compressed file is still being "
		    "written" : "the compressed file ends early or is damaged";
}

/* What is missing may yet come: a dump, or a copy of one, being written. */
static void
tell_growing(struct dump *d)
{
	size_t i;

	for (i = 0; i < d->nfiles && !d->complete; i++)
		if (file_is_growing(d->files[i])) {
			d->incomplete = arena_printf(&d->arena, "%s is still "
			    "being written%s%s", file_name(d->files[i]),
			    d->incomplete != NULL ? ": " : "",
			    d->incomplete != NULL ? d->incomplete : "");
			return;
		}
}

/* The same of files that cannot be opened at all for it. */
static int
fail_growing(struct ctx *ctx, struct file **files, size_t n, int rc)
{
	size_t i;

	for (i = 0; i < n && (rc == E_CORRUPT || rc == E_TRUNCATED ||
	    rc == E_UNSUPPORTED); i++)
		if (file_is_growing(files[i]))
			return (ctx_chain(ctx, "%s is still being written",
			    file_name(files[i])));
	return (rc);
}

int
dump_open(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *told, struct dump **ret)
{
	struct dump_options opt = { 0 };
	struct kerneldump kdh;
	struct packed packed;
	int rc;

	if (told != NULL)
		opt = *told;
	if (opt.cache == 0)
		opt.cache = CACHE_BUDGET;
	if (opt.arch == NULL && opt.vmcoreinfo != NULL)
		opt.arch = vmcoreinfo_arch(opt.vmcoreinfo, opt.vmcoreinfo_len);
	rc = kerneldump_take(ctx, files[0], &kdh);
	if (rc != 0)
		return (rc);
	rc = unpack(ctx, files, n, &opt, &packed);
	if (rc == 0)
		rc = open_files(ctx, files, n, &opt, &kdh, ret);
	if (rc != 0)
		return (packed.grows ? ctx_chain(ctx, "%s is still being "
		    "written", packed.name) : fail_growing(ctx, files, n, rc));
	tell_packed(*ret, &packed);
	kerneldump_tell(&kdh, *ret);
	tell_growing(*ret);
	return (0);
}

int
dump_tell(struct ctx *ctx, struct dump *d, const struct dump_options *opt)
{
	char *copy;

	if (opt->vmcoreinfo == NULL || d->told)
		return (0);
	copy = arena_strndup(&d->arena, opt->vmcoreinfo, opt->vmcoreinfo_len);
	if (copy == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	d->told = true;
	d->note = d->vmcoreinfo;
	d->note_len = d->vmcoreinfo_len;
	d->vmcoreinfo = copy;
	d->vmcoreinfo_len = opt->vmcoreinfo_len;
	return (0);
}

void
dump_close(struct dump *d)
{
	if (d != NULL)
		d->layer.ops->close(&d->layer);
}
