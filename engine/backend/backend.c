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
#include "engine/backend/vmware.h"
#include "engine/memory/cache.h"

#include <string.h>

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

/* A packed file is replaced by what is in it. */
static int
open_packed(struct ctx *ctx, struct file **files, size_t n,
    const struct dump_options *opt, struct kerneldump *kdh,
    struct dump **ret)
{
	struct file *packed = files[0], *plain;
	const char *how;
	bool cut, grows;
	int rc;

	rc = expand_file(ctx, packed, opt->expand, &plain, &cut, &how);
	if (rc != 0)
		return (rc);
	file_forbid_write(plain, file_name(packed), "is compressed as a whole: "
	    "what is read is an expanded copy; expand it first");
	files[0] = plain;
	rc = open_files(ctx, files, n, opt, kdh, ret);
	if (rc != 0) {
		file_close(plain);
		files[0] = packed;
		return (rc);
	}
	grows = cut && file_is_growing(packed);
	file_close(packed);
	(*ret)->packed = how;
	if (cut) {
		(*ret)->complete = false;
		if ((*ret)->incomplete == NULL || grows)
			(*ret)->incomplete = grows ? "the compressed file is "
			    "still being written" : "the compressed file ends "
			    "early or is damaged";
	}
	return (0);
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
	int rc;

	if (told != NULL)
		opt = *told;
	if (opt.cache == 0)
		opt.cache = CACHE_BUDGET;
	rc = kerneldump_take(ctx, files[0], &kdh);
	if (rc != 0)
		return (rc);
	rc = open_packed(ctx, files, n, &opt, &kdh, ret);
	if (rc == E_NOT_MINE)
		rc = open_files(ctx, files, n, &opt, &kdh, ret);
	if (rc != 0)
		return (fail_growing(ctx, files, n, rc));
	kerneldump_tell(&kdh, *ret);
	tell_growing(*ret);
	return (0);
}

void
dump_close(struct dump *d)
{
	if (d != NULL)
		d->layer.ops->close(&d->layer);
}
