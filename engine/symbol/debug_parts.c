/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug information in several files: the one that dwz(1) took out of several
 * programs (.gnu_debugaltlink), and split files: .dwo as the compiler left them,
 * or all of them in one .dwp (DWARF 5, 7.3.5; before that "DebugFissionDWP" in
 * GCC's wiki, which numbers the sections otherwise).
 */
#include "engine/symbol/debugfile.h"

#include "base/bytes.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX	65536		/* .dwo files of one kernel */
#define BYTES_MAX	(UINT64_C(2) << 30)	/* and what they hold */
#define COLUMNS_MAX	8

void
debug_parts_free(struct debug_parts *p)
{
	while (p->nfiles > 0)
		debugfile_close(p->files[--p->nfiles]);
	free(p->files);
	free(p->v);
	memset(p, 0, sizeof(*p));
}

/* Takes the file over, in any case. */
static int
keep(struct ctx *ctx, struct debug_parts *p, struct debugfile *df)
{
	if (vec_room(p->files, p->files_cap, p->nfiles + 1)) {
		p->files[p->nfiles++] = df;
		return (0);
	}
	debugfile_close(df);
	return (ctx_fail(ctx, E_NOMEM, "out of memory"));
}

static int
add(struct ctx *ctx, struct debug_parts *p, const struct dwarf_input *in)
{
	if (!vec_room(p->v, p->cap, p->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	p->v[p->n++] = *in;
	return (0);
}

/* The units of a file's other sections, as parts that are otherwise like one. */
static int
add_units(struct ctx *ctx, struct debug_parts *p, const struct debugfile *df,
    const struct dwarf_input *like)
{
	struct dwarf_input in = *like;
	size_t i;
	int rc;

	for (i = 0, rc = 0; rc == 0 && i < df->nunits; i++) {
		in.section[DWARF_INFO] = df->units[i].bytes;
		in.types = df->units[i].types;
		rc = add(ctx, p, &in);
	}
	return (rc);
}

int
debug_parts_types(struct ctx *ctx, const struct debugfile *df,
    struct debug_parts *p)
{
	struct dwarf_input in = df->in;

	in.part = DWARF_TYPE_UNITS;
	return (add_units(ctx, p, df, &in));
}

static int
open_file(struct ctx *ctx, const char *path, struct file_faults *faults,
    struct debugfile **ret)
{
	struct file *f;
	int rc;

	rc = file_open(ctx, path, faults, &f);
	if (rc != 0)
		return (rc);
	rc = debugfile_open(ctx, f, ret);
	if (rc != 0)
		file_close(f);
	return (rc == E_NOT_MINE ? ctx_fail(ctx, E_CORRUPT, "%s is no ELF "
	    "file", path) : rc);
}

/* The folder of a file, "." when it is named without. */
static void
folder_of(const struct debugfile *df, char *out, size_t n)
{
	const char *name = file_name(df->file), *slash = strrchr(name, '/');

	snprintf(out, n, "%.*s", slash != NULL ? (int)(slash - name) : 1,
	    slash != NULL ? name : ".");
}

static int
take_shared(struct ctx *ctx, const struct debugfile *of, const char *path,
    struct file_faults *faults, struct debug_parts *p)
{
	struct debugfile *df;
	int rc;

	rc = open_file(ctx, path, faults, &df);
	if (rc != 0)
		return (rc);
	if (of->alt_id[0] != '\0' && strcmp(df->build_id, of->alt_id) != 0)
		rc = ctx_fail(ctx, E_USAGE, "%s is not the file that %s was "
		    "made with: its build-id is %s, that one's %s", path,
		    file_name(of->file), df->build_id[0] != '\0' ?
		    df->build_id : "not there", of->alt_id);
	else if (df->be != of->be || df->bits != of->bits ||
	    df->alt[0] != '\0')
		rc = ctx_fail(ctx, E_CORRUPT, "%s: not of the kind of %s",
		    path, file_name(of->file));
	if (rc == 0)
		rc = debugfile_load(ctx, df, NULL);
	if (rc != 0) {
		debugfile_close(df);
		return (rc);
	}
	df->in.part = DWARF_SHARED;
	rc = keep(ctx, p, df);
	return (rc != 0 ? rc : add(ctx, p, &df->in));
}

int
debug_parts_shared(struct ctx *ctx, const struct debugfile *df,
    const char *root, struct file_faults *faults, struct debug_parts *p)
{
	char path[3072], dir[1024];
	const char *slash;
	int rc;

	if (df->alt[0] == '\0')
		return (0);
	folder_of(df, dir, sizeof(dir));
	if (df->alt[0] == '/')
		snprintf(path, sizeof(path), "%s%s", root, df->alt);
	else
		snprintf(path, sizeof(path), "%s/%s", dir, df->alt);
	rc = take_shared(ctx, df, path, faults, p);
	if (rc == E_NOT_FOUND && strlen(df->alt_id) > 2) {
		snprintf(path, sizeof(path), "%s/usr/lib/debug/.build-id/%.2s/"
		    "%s.debug", root, df->alt_id, df->alt_id + 2);
		rc = take_shared(ctx, df, path, faults, p);
	}
	/* Copied together to another place. */
	if (rc == E_NOT_FOUND) {
		slash = strrchr(df->alt, '/');
		snprintf(path, sizeof(path), "%s/%s", dir, slash != NULL ?
		    slash + 1 : df->alt);
		rc = take_shared(ctx, df, path, faults, p);
	}
	if (rc == E_NOT_FOUND)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s needs %s%s%s, which is "
		    "not there: dwz put what it shares with others in that",
		    file_name(df->file), df->alt, df->alt_id[0] != '\0' ?
		    " of build-id " : "", df->alt_id));
	return (rc);
}

/* --- split --- */

struct split {
	const struct debugfile *of;
	struct file_faults *faults;
	struct debug_parts *parts;
	struct debugfile *dwp;		/* or NULL */
	char		 dir[1024];	/* of the file itself */
	uint64_t	 bytes;
};

/* The sections that a split file leaves to the linked one. */
static void
complete(const struct split *s, struct dwarf_input *in, uint32_t skeleton)
{
	static const enum dwarf_section linked[] = { DWARF_ADDR, DWARF_LINE,
	    DWARF_LINE_STR, DWARF_RANGES };
	size_t i;

	for (i = 0; i < sizeof(linked) / sizeof(linked[0]); i++)
		in->section[linked[i]] = s->of->in.section[linked[i]];
	in->name = s->of->in.name;
	in->part = DWARF_SPLIT;
	in->skeleton = skeleton;
}

/* The number of a .dwo file's unit, in whichever section that is. */
static bool
dwo_id(const struct debugfile *df, uint64_t *id)
{
	struct dwarf_input in = df->in;
	size_t i;

	if (dwarf_split_id(&in, id))
		return (true);
	for (i = 0; i < df->nunits; i++) {
		in.section[DWARF_INFO] = df->units[i].bytes;
		if (!df->units[i].types && dwarf_split_id(&in, id))
			return (true);
	}
	return (false);
}

/*
 * A .dwo file: all of it copied and closed, since there may be more of them
 * than files can be open.
 */
static int
take_dwo(struct ctx *ctx, struct split *s, const char *path,
    const struct dwarf_skeleton *k)
{
	struct debugfile *df;
	struct dwarf_input in;
	uint64_t id;
	size_t n;
	int i, rc;

	rc = open_file(ctx, path, NULL, &df);
	if (rc != 0)
		return (rc);
	rc = debugfile_load_split(ctx, df);
	if (rc == 0 && (df->be != s->of->be || df->bits != s->of->bits ||
	    !dwo_id(df, &id) || id != k->id))
		rc = ctx_fail(ctx, E_NOT_FOUND, "%s is of another build", path);
	for (i = 0; i < DWARF_SECTIONS; i++)
		s->bytes += df->in.section[i].n;
	for (n = 0; n < df->nunits; n++)
		s->bytes += df->units[n].bytes.n;
	if (rc == 0 && s->bytes > BYTES_MAX)
		rc = ctx_fail(ctx, E_LIMIT, "%s: .dwo files of more than 2 "
		    "GiB; dwp makes one file of them, which is read in place",
		    file_name(s->of->file));
	if (rc != 0) {
		debugfile_close(df);
		return (rc);
	}
	in = df->in;
	complete(s, &in, k->offset);
	file_close(df->file);
	df->file = NULL;
	rc = keep(ctx, s->parts, df);
	if (rc == 0)
		rc = add(ctx, s->parts, &in);
	return (rc != 0 ? rc : add_units(ctx, s->parts, df, &in));
}

/* The sections that the columns of an index tell of, from version 2 and 5. */
static int
column_section(unsigned version, uint32_t id)
{
	switch (id) {
	case 1:
	case 2:				/* .debug_types, of version 2 */
		return (DWARF_INFO);
	case 3:
		return (DWARF_ABBREV);
	case 5:
		return (version == 5 ? DWARF_LOCLISTS : DWARF_LOC);
	case 6:
		return (DWARF_STR_OFFSETS);
	case 8:
		return (version == 5 ? DWARF_RNGLISTS : -1);
	default:
		return (-1);
	}
}

/* A row of the index, for each column: where its part of a section lies. */
static bool
cut_out(const struct debugfile *dwp, unsigned version, struct bytes b,
    uint32_t columns, uint32_t units, uint32_t row, struct dwarf_input *in)
{
	uint32_t ids[COLUMNS_MAX], offsets[COLUMNS_MAX], i, n;
	const size_t at = b.pos;
	struct dwarf_bytes *s;
	int which;

	for (i = 0; i < columns; i++)
		ids[i] = bytes_u32(&b);
	bytes_seek(&b, at + ((size_t)row + 1) * columns * 4);
	for (i = 0; i < columns; i++)
		offsets[i] = bytes_u32(&b);
	bytes_seek(&b, at + ((size_t)units + row + 1) * columns * 4);
	for (i = 0; i < columns; i++) {
		n = bytes_u32(&b);
		which = column_section(version, ids[i]);
		if (which < 0)
			continue;
		s = &in->section[which];
		*s = dwp->in.section[which];
		if (ids[i] == 2) {
			if (dwp->nunits == 0)
				return (false);
			*s = dwp->units[0].bytes;
			in->types = true;
		}
		if (offsets[i] > s->n || n > s->n - offsets[i])
			return (false);
		s->p += offsets[i];
		s->n = n;
	}
	return (!b.bad && in->section[DWARF_INFO].n > 0);
}

/* An index of a .dwp file (7.3.5.3). */
struct dwp_index {
	struct bytes b;
	unsigned version;
	uint32_t columns, units, slots;
};

#define DWP_HEAD	16		/* bytes before the hash table */

static bool
dwp_index(const struct dwarf_bytes *s, bool be, struct dwp_index *x)
{
	uint64_t tables;

	x->b = bytes_of(s->p, s->n, be);
	x->version = bytes_u32(&x->b);
	if (x->version != 2 && x->version != 5) {
		bytes_seek(&x->b, 0);
		x->version = bytes_u16(&x->b);
		bytes_skip(&x->b, 2);
	}
	x->columns = bytes_u32(&x->b);
	x->units = bytes_u32(&x->b);
	x->slots = bytes_u32(&x->b);
	tables = (uint64_t)x->slots * 12 +
	    ((uint64_t)x->units * 2 + 1) * x->columns * 4;
	if (x->b.bad || (x->version != 2 && x->version != 5) ||
	    x->slots == 0 || (x->slots & (x->slots - 1)) != 0 ||
	    x->columns == 0 || x->columns > COLUMNS_MAX ||
	    tables > bytes_left(&x->b))
		return (false);
	bytes_seek(&x->b, DWP_HEAD + (size_t)x->slots * 12);
	return (true);
}

/* Look a unit up: a hash table. */
static bool
in_dwp(const struct debugfile *dwp, uint64_t id, struct dwarf_input *in)
{
	struct dwp_index x;
	uint64_t at, step;
	uint32_t row, i;

	if (!dwp_index(&dwp->cu_index, dwp->be, &x))
		return (false);
	at = id & (x.slots - 1);
	step = (id >> 32 & (x.slots - 1)) | 1;
	for (i = 0; i < x.slots; i++, at = (at + step) & (x.slots - 1)) {
		row = load_u32(x.b.p + DWP_HEAD + (size_t)x.slots * 8 + at * 4,
		    x.b.be);
		if (row == 0)
			return (false);
		if (load_u64(x.b.p + DWP_HEAD + at * 8, x.b.be) != id)
			continue;
		return (row <= x.units && cut_out(dwp, x.version, x.b,
		    x.columns, x.units, row - 1, in));
	}
	return (false);
}

/* The type units of a .dwp file: all of them, whoever may name them. */
static int
dwp_types(struct ctx *ctx, struct split *s)
{
	struct dwarf_input in;
	struct dwp_index x;
	uint32_t row;
	int rc = 0;

	if (s->dwp->tu_index.n == 0 || !dwp_index(&s->dwp->tu_index,
	    s->dwp->be, &x))
		return (0);
	if (x.units > FILES_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: more than %d type units",
		    file_name(s->dwp->file), FILES_MAX));
	for (row = 0; rc == 0 && row < x.units; row++) {
		in = s->dwp->in;
		if (!cut_out(s->dwp, x.version, x.b, x.columns, x.units, row,
		    &in))
			continue;
		complete(s, &in, DWARF_NO_SKELETON);
		rc = add(ctx, s->parts, &in);
	}
	return (rc);
}

static int
one(void *arg, struct ctx *ctx, const struct dwarf_skeleton *k)
{
	const char *slash = strrchr(k->name, '/');
	const char *base = slash != NULL ? slash + 1 : k->name;
	struct split *s = arg;
	struct dwarf_input in;
	char path[3][2560];
	int i, rc;

	if (s->parts->n >= FILES_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: more than %d split units",
		    file_name(s->of->file), FILES_MAX));
	if (s->parts->n % 64 == 0) {
		ctx_progress(ctx, "reading split debug information",
		    s->parts->n, 0);
		if ((rc = ctx_check(ctx)) != 0)
			return (rc);
	}
	if (s->dwp != NULL) {
		in = s->dwp->in;
		if (in_dwp(s->dwp, k->id, &in)) {
			complete(s, &in, k->offset);
			return (add(ctx, s->parts, &in));
		}
	}
	snprintf(path[0], sizeof(path[0]), "%s%s%s", k->name[0] == '/' ? "" :
	    k->dir, k->name[0] == '/' || k->dir[0] == '\0' ? "" : "/",
	    k->name);
	snprintf(path[1], sizeof(path[1]), "%s/%s", s->dir, k->name);
	snprintf(path[2], sizeof(path[2]), "%s/%s", s->dir, base);
	for (i = 0; i < 3; i++) {
		rc = take_dwo(ctx, s, path[i], k);
		if (rc == 0 || rc == E_NOMEM || rc == E_LIMIT ||
		    rc == E_CANCELLED)
			return (rc);
		ctx_clear(ctx);
	}
	if (s->parts->missing++ == 0)
		snprintf(s->parts->first, sizeof(s->parts->first), "%.*s",
		    (int)sizeof(s->parts->first) - 1, path[0]);
	return (0);
}

int
debug_parts_split(struct ctx *ctx, const struct debugfile *df,
    struct dwarf *skeletons, struct file_faults *faults,
    struct debug_parts *parts)
{
	struct split s = { .of = df, .faults = faults, .parts = parts };
	char path[2048];
	int rc;

	folder_of(df, s.dir, sizeof(s.dir));
	parts->missing = 0;
	snprintf(path, sizeof(path), "%s.dwp", file_name(df->file));
	rc = open_file(ctx, path, faults, &s.dwp);
	if (rc == 0) {
		rc = keep(ctx, parts, s.dwp);
		if (rc == 0)
			rc = debugfile_load_split(ctx, s.dwp);
		if (rc == 0 && (s.dwp->be != df->be ||
		    s.dwp->bits != df->bits || s.dwp->cu_index.n == 0))
			rc = ctx_fail(ctx, E_CORRUPT, "%s: no index of its "
			    "units", path);
		if (rc != 0)
			return (rc);
	} else if (rc != E_NOT_FOUND)
		return (rc);
	ctx_clear(ctx);
	rc = s.dwp != NULL ? dwp_types(ctx, &s) : 0;
	return (rc != 0 ? rc : dwarf_skeletons(ctx, skeletons, one, &s));
}
