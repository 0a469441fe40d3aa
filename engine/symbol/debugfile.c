/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections of debug information.  Compressed ones are those of the gabi
 * (SHF_COMPRESSED, Elf64_Chdr) and GNU's older .zdebug_* ("ZLIB" and the length,
 * big-endian).  .gnu_debuglink and .gnu_debugaltlink: gdb's manual, "Debugging
 * Information in Separate Files", and dwz(1).
 */
#include "engine/symbol/debugfile.h"

#include "base/bytes.h"
#include "engine/memory/codec.h"
#include "engine/memory/elf_file.h"
#include "engine/type/dwarf_int.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX	(1u << 20)	/* bytes of names of sections */
#define NOTES_MAX	(1u << 16)
#define NOTE_BUILD_ID	3
#define UNITS_MAX	65536		/* sections with units of one file */
#define EXPAND_RATIO	300		/* no compiler's output shrinks further */
#define EXPANDED_MAX	(UINT64_C(1) << 32)

static const char *const names[DWARF_SECTIONS] = {
	[DWARF_INFO] = "debug_info", [DWARF_ABBREV] = "debug_abbrev",
	[DWARF_STR] = "debug_str", [DWARF_LINE_STR] = "debug_line_str",
	[DWARF_STR_OFFSETS] = "debug_str_offsets",
	[DWARF_ADDR] = "debug_addr", [DWARF_LINE] = "debug_line",
	[DWARF_RANGES] = "debug_ranges", [DWARF_RNGLISTS] = "debug_rnglists",
	[DWARF_LOC] = "debug_loc", [DWARF_LOCLISTS] = "debug_loclists",
	[DWARF_FRAME] = "debug_frame", [DWARF_EH_FRAME] = "eh_frame",
};

typedef int section_fn(struct ctx *, struct debugfile *,
	    const struct elf_header *, uint64_t index,
	    const struct elf_section *, const char *name);

/* Calls fn for each section with its name. */
static int
each_section(struct ctx *ctx, struct debugfile *df, section_fn *fn)
{
	struct elf_header h;
	struct elf_section s, strings;
	char *text;
	uint64_t i;
	int rc;

	rc = elf_header_read(ctx, df->file, &h);
	if (rc != 0)
		return (rc);
	df->bits = h.bits;
	df->machine = h.machine;
	df->type = h.type;
	df->be = h.be;
	if (h.shoff == 0 || h.shnum == 0 || h.shstrndx >= h.shnum)
		return (0);
	rc = elf_section_read(ctx, df->file, &h, h.shstrndx, &strings);
	if (rc != 0)
		return (rc);
	if (strings.size > NAMES_MAX || strings.size == 0)
		return (ctx_fail(ctx, E_CORRUPT, "%s: names of sections of "
		    "%llu bytes", file_name(df->file),
		    (unsigned long long)strings.size));
	text = malloc((size_t)strings.size + 1);
	if (text == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = file_read(ctx, df->file, strings.offset, text,
	    (size_t)strings.size);
	text[strings.size] = '\0';
	for (i = 1; rc == 0 && i < h.shnum; i++) {
		rc = elf_section_read(ctx, df->file, &h, i, &s);
		if (rc == 0 && s.type != ELF_SHT_NOBITS &&
		    s.name < strings.size)
			rc = fn(ctx, df, &h, i, &s, text + s.name);
	}
	free(text);
	return (rc);
}

/* The bytes of a small section; NULL when there are none, or too many. */
static uint8_t *
small(struct ctx *ctx, struct debugfile *df, const struct elf_section *s,
    size_t max)
{
	uint8_t *p;

	if (s->size == 0 || s->size > max || (p = malloc((size_t)s->size)) ==
	    NULL)
		return (NULL);
	if (file_read(ctx, df->file, s->offset, p, (size_t)s->size) != 0) {
		free(p);
		return (NULL);
	}
	return (p);
}

static void
hex_id(char *out, const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && 2 * i + 2 < BUILD_ID_TEXT; i++) {
		out[2 * i] = "0123456789abcdef"[p[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
	}
	out[2 * i] = '\0';
}

void
build_id_of_notes(const void *p, size_t n, bool be, char out[BUILD_ID_TEXT])
{
	struct bytes b = bytes_of(p, n, be);
	struct elf_note note;

	while (elf_note_next(&b, &note)) {
		if (note.type == NOTE_BUILD_ID && note.name_len == 4 &&
		    memcmp(note.name, "GNU", 4) == 0) {
			hex_id(out, note.desc, note.n);
			return;
		}
	}
}

static void
take_text(char *out, size_t room, const uint8_t *p, size_t n)
{
	n = strnlen((const char *)p, n);
	if (n >= room)
		n = 0;
	memcpy(out, p, n);
	out[n] = '\0';
}

/* A name, and behind its NUL the build-id of that file. */
static void
take_alt(struct debugfile *df, const uint8_t *p, size_t n)
{
	const size_t len = strnlen((const char *)p, n);

	take_text(df->alt, sizeof(df->alt), p, n);
	if (len < n)
		hex_id(df->alt_id, p + len + 1, n - len - 1);
}

/* DWARF 5, 7.3.6: the same with a version and a length. */
static void
take_sup(struct debugfile *df, const uint8_t *p, size_t n)
{
	struct bytes b = bytes_of(p, n, df->be);
	const char *name;
	const uint8_t *id;
	uint64_t len;
	uint8_t is_shared;

	if (bytes_u16(&b) != 5)
		return;
	is_shared = bytes_u8(&b);
	name = dwarf_cstr(&b);
	len = dwarf_uleb(&b);
	id = len <= bytes_left(&b) ? bytes_take(&b, (size_t)len) : NULL;
	if (name == NULL || id == NULL)
		return;
	if (is_shared != 0) {		/* its own */
		if (df->build_id[0] == '\0')
			hex_id(df->build_id, id, (size_t)len);
		return;
	}
	take_text(df->alt, sizeof(df->alt), (const uint8_t *)name,
	    strlen(name) + 1);
	hex_id(df->alt_id, id, (size_t)len);
}

static bool
is_debug(const char *name, const char *want)
{
	if (*name++ != '.')
		return (false);
	return (strcmp(name, want) == 0 || (*name == 'z' &&
	    strncmp(want, "debug_", 6) == 0 && strcmp(name + 1, want) == 0));
}

static int
look(struct ctx *ctx, struct debugfile *df, const struct elf_header *h,
    uint64_t i, const struct elf_section *s, const char *name)
{
	uint8_t *p = NULL;

	(void)h;
	(void)i;
	if (s->type == ELF_SHT_NOTE && df->build_id[0] == '\0' &&
	    (p = small(ctx, df, s, NOTES_MAX)) != NULL)
		build_id_of_notes(p, (size_t)s->size, df->be, df->build_id);
	else if (strcmp(name, ".gnu_debuglink") == 0 &&
	    (p = small(ctx, df, s, sizeof(df->link))) != NULL)
		take_text(df->link, sizeof(df->link), p, (size_t)s->size);
	else if (strcmp(name, ".gnu_debugaltlink") == 0 &&
	    (p = small(ctx, df, s, sizeof(df->alt))) != NULL)
		take_alt(df, p, (size_t)s->size);
	else if (strcmp(name, ".debug_sup") == 0 &&
	    (p = small(ctx, df, s, sizeof(df->alt))) != NULL)
		take_sup(df, p, (size_t)s->size);
	else if (is_debug(name, "debug_info"))
		df->has_dwarf = true;
	else if (strcmp(name, ".debug_info.dwo") == 0)
		df->has_split = true;
	free(p);
	return (0);
}

int
debugfile_open(struct ctx *ctx, struct file *f, struct debugfile **ret)
{
	struct debugfile *df;
	int rc;

	df = calloc(1, sizeof(*df));
	if (df == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	df->file = f;
	rc = each_section(ctx, df, look);
	if (rc != 0) {
		free(df);
		return (rc);
	}
	*ret = df;
	return (0);
}

void
debugfile_close(struct debugfile *df)
{
	size_t n;
	int i;

	if (df == NULL)
		return;
	for (i = 0; i < DWARF_SECTIONS; i++)
		free(df->owned[i]);
	free(df->owned_cu_index);
	free(df->owned_tu_index);
	for (n = 0; n < df->nunits; n++)
		free(df->units[n].owned);
	free(df->units);
	file_close(df->file);
	free(df);
}

/* In place where the file is mapped, else copied. */
static int
bytes_at(struct ctx *ctx, struct debugfile *df, uint64_t off, uint64_t n,
    const uint8_t **ret, void **owned)
{
	uint8_t *copy;
	int rc;

	*owned = NULL;
	if (off > file_size(df->file) || n > file_size(df->file) - off)
		return (ctx_fail(ctx, E_TRUNCATED, "%s ends before its "
		    "sections do", file_name(df->file)));
	*ret = file_map(df->file, off, n);
	if (*ret != NULL)
		return (0);
	copy = malloc((size_t)n + 1);
	if (copy == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	rc = file_read(ctx, df->file, off, copy, (size_t)n);
	if (rc != 0) {
		free(copy);
		return (rc);
	}
	*ret = *owned = copy;
	return (0);
}

struct packed {
	enum codec codec;
	uint64_t   skip, size;		/* before the stream; expanded */
};

/* What a compressed section's head says. */
static int
head_of(struct ctx *ctx, const struct debugfile *df, const uint8_t *p,
    uint64_t n, bool old, struct packed *k)
{
	struct bytes b = bytes_of(p, (size_t)n, df->be);
	const unsigned word = df->bits / 8;
	uint32_t type;

	k->codec = CODEC_ZLIB;
	if (old) {
		b.be = true;
		if (n < 12 || memcmp(p, "ZLIB", 4) != 0)
			return (ctx_fail(ctx, E_CORRUPT, "%s: a section named "
			    ".zdebug is not of that kind", file_name(df->file)));
		bytes_skip(&b, 4);
		k->size = bytes_u64(&b);
	} else {
		type = bytes_u32(&b);
		if (word == 8)
			bytes_skip(&b, 4);
		k->size = bytes_uint(&b, word);
		bytes_skip(&b, word);		/* alignment */
		if (b.bad || type < 1 || type > 2)
			return (ctx_fail(ctx, E_UNSUPPORTED, "%s: sections are "
			    "compressed in a way (%u) that is not known",
			    file_name(df->file), type));
		if (type == 2)
			k->codec = CODEC_ZSTD;
	}
	k->skip = b.pos;
	if (k->size > EXPANDED_MAX || k->size / EXPAND_RATIO > n)
		return (ctx_fail(ctx, E_CORRUPT, "%s: a section of %llu bytes "
		    "says that it expands to %llu", file_name(df->file),
		    (unsigned long long)n, (unsigned long long)k->size));
	return (codec_check(ctx, k->codec));
}

static int
expand(struct ctx *ctx, struct debugfile *df, const uint8_t *p, uint64_t n,
    bool old, struct dwarf_bytes *out, void **owned)
{
	struct codec_state *state;
	struct codec_pool pool;
	struct packed k;
	uint8_t *room;
	int rc;

	rc = head_of(ctx, df, p, n, old, &k);
	if (rc != 0)
		return (rc);
	room = malloc((size_t)k.size + 1);
	if (room == NULL)
		return (ctx_fail(ctx, E_NOMEM, "%s: no memory for %llu bytes "
		    "of debug information", file_name(df->file),
		    (unsigned long long)k.size));
	codec_pool_init(&pool, 1);
	state = codec_take(ctx, &pool);
	rc = state == NULL ? E_NOMEM : codec_expand(ctx, state, k.codec,
	    p + k.skip, (size_t)(n - k.skip), room, (size_t)k.size);
	if (state != NULL)
		codec_give(&pool, state);
	codec_pool_fini(&pool);
	if (rc != 0) {
		free(room);
		return (ctx_chain(ctx, "%s: a compressed section",
		    file_name(df->file)));
	}
	out->p = *owned = room;
	out->n = (size_t)k.size;
	return (0);
}

int
debugfile_section(const char *name)
{
	int i;

	for (i = 0; i < DWARF_SECTIONS; i++)
		if (is_debug(name, names[i]))
			return (i);
	return (-1);
}

/* Sections besides those that readers of DWARF know. */
enum { TYPES = DWARF_SECTIONS, CU_INDEX, TU_INDEX };

static int
section_of(const char *name)
{
	return (is_debug(name, "debug_types") ? TYPES :
	    debugfile_section(name));
}

/* The number of a section of a .dwo or .dwp file. */
static int
split_section(const char *name)
{
	const size_t n = strlen(name);
	char plain[64];

	if (strcmp(name, ".debug_cu_index") == 0)
		return (CU_INDEX);
	if (strcmp(name, ".debug_tu_index") == 0)
		return (TU_INDEX);
	if (n < 5 || n >= sizeof(plain) || strcmp(name + n - 4, ".dwo") != 0)
		return (-1);
	memcpy(plain, name, n - 4);
	plain[n - 4] = '\0';
	return (section_of(plain));
}

/* Where a section is to go; NULL: it is not wanted, or was there before. */
static struct dwarf_bytes *
room_for(struct debugfile *df, int i, void ***owned)
{
	struct dwarf_bytes *out;
	struct debug_units *u;

	if (i == TYPES || (i == DWARF_INFO && df->take_split &&
	    df->in.section[i].n != 0)) {
		if (df->nunits >= UNITS_MAX || !vec_room(df->units,
		    df->units_cap, df->nunits + 1))
			return (NULL);
		u = &df->units[df->nunits++];
		*u = (struct debug_units){ .types = i == TYPES };
		*owned = &u->owned;
		return (&u->bytes);
	}
	out = i == CU_INDEX ? &df->cu_index : i == TU_INDEX ? &df->tu_index :
	    &df->in.section[i];
	*owned = i == CU_INDEX ? &df->owned_cu_index : i == TU_INDEX ?
	    &df->owned_tu_index : &df->owned[i];
	return (out->n != 0 ? NULL : out);
}

static int
load(struct ctx *ctx, struct debugfile *df, const struct elf_header *h,
    uint64_t index, const struct elf_section *s, const char *name)
{
	struct dwarf_bytes *out;
	const uint8_t *p;
	void *copy, **owned;
	bool old;
	int i, rc;

	(void)h;
	(void)index;
	i = df->take_split ? split_section(name) : section_of(name);
	if (i < 0 || s->size == 0 || (out = room_for(df, i, &owned)) == NULL)
		return (0);
	rc = bytes_at(ctx, df, s->offset, s->size, &p, &copy);
	if (rc != 0)
		return (ctx_chain(ctx, "%s", name));
	out->addr = s->addr;
	old = name[1] == 'z';
	if (old || (s->flags & ELF_SHF_COMPRESSED) != 0) {
		ctx_progress(ctx, "expanding debug information", 0, 0);
		rc = expand(ctx, df, p, s->size, old, out, owned);
		free(copy);
		if (file_map(df->file, s->offset, s->size) != NULL)
			file_drop(df->file, s->offset, s->size);
		return (rc != 0 ? rc : ctx_check(ctx));
	}
	out->p = p;
	out->n = (size_t)s->size;
	*owned = copy;
	return (0);
}

/* Every offset in such a section then leads to a string that ends. */
static void
end_strings(struct dwarf_bytes *s)
{
	while (s->n > 0 && s->p[s->n - 1] != '\0')
		s->n--;
}

static void
drop(void *arg, const uint8_t *p, size_t n)
{
	struct debugfile *df = arg;
	const uint8_t *map = file_map(df->file, 0, 1);

	/* Expanded bytes lie elsewhere, and stay. */
	if (map != NULL && p >= map &&
	    (uint64_t)(p - map) < file_size(df->file))
		file_drop(df->file, (uint64_t)(p - map), n);
}

int
debugfile_load(struct ctx *ctx, struct debugfile *df,
    const struct debug_placing *at)
{
	int rc;

	if (!df->has_dwarf)
		return (ctx_fail(ctx, E_NOT_FOUND, "%s has no debug "
		    "information (DWARF)%s", file_name(df->file),
		    df->has_split ? ": it is a part of another file's" : ""));
	df->in.name = file_name(df->file);
	df->in.be = df->be;
	df->in.addr_size = df->bits / 8;
	rc = each_section(ctx, df, load);
	if (rc == 0 && df->type == ELF_ET_REL && at != NULL)
		rc = debugfile_relocate(ctx, df, at);
	if (rc != 0)
		return (rc);
	end_strings(&df->in.section[DWARF_STR]);
	end_strings(&df->in.section[DWARF_LINE_STR]);
	df->in.drop = drop;
	df->in.arg = df;
	return (0);
}

int
debugfile_load_split(struct ctx *ctx, struct debugfile *df)
{
	int rc;

	if (!df->has_split)
		return (ctx_fail(ctx, E_NOT_FOUND, "%s has no split debug "
		    "information", file_name(df->file)));
	df->take_split = true;
	df->in.name = file_name(df->file);
	df->in.be = df->be;
	df->in.addr_size = df->bits / 8;
	df->in.part = DWARF_SPLIT;
	rc = each_section(ctx, df, load);
	end_strings(&df->in.section[DWARF_STR]);
	return (rc);
}
