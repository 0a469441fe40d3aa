/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_dwarf.h"

#include "engine/type/dwarf_int.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABELS_MAX	256
#define DEPTH_MAX	16

struct word {
	const char *name;
	unsigned    code;
};

static const struct word tags[] = {
	{ "unit", DW_TAG_compile_unit }, { "base", DW_TAG_base_type },
	{ "struct", DW_TAG_structure_type }, { "union", DW_TAG_union_type },
	{ "member", DW_TAG_member }, { "enum", DW_TAG_enumeration_type },
	{ "value", DW_TAG_enumerator }, { "typedef", DW_TAG_typedef },
	{ "pointer", DW_TAG_pointer_type }, { "const", DW_TAG_const_type },
	{ "volatile", DW_TAG_volatile_type }, { "array", DW_TAG_array_type },
	{ "range", DW_TAG_subrange_type },
	{ "proto", DW_TAG_subroutine_type },
	{ "function", DW_TAG_subprogram },
	{ "argument", DW_TAG_formal_parameter },
	{ "more", DW_TAG_unspecified_parameters },
	{ "variable", DW_TAG_variable },
	{ "inlined", DW_TAG_inlined_subroutine },
	{ "block", DW_TAG_lexical_block }, { "space", DW_TAG_namespace },
	{ NULL, 0 },
};

static const struct word attrs[] = {
	{ "name", DW_AT_name }, { "size", DW_AT_byte_size },
	{ "encoding", DW_AT_encoding }, { "type", DW_AT_type },
	{ "at", DW_AT_data_member_location }, { "bits", DW_AT_bit_size },
	{ "bit_offset", DW_AT_bit_offset },
	{ "data_bit_offset", DW_AT_data_bit_offset },
	{ "const", DW_AT_const_value }, { "upper", DW_AT_upper_bound },
	{ "count", DW_AT_count }, { "declared", DW_AT_declaration },
	{ "external", DW_AT_external }, { "spec", DW_AT_specification },
	{ "origin", DW_AT_abstract_origin }, { "low", DW_AT_low_pc },
	{ "high", DW_AT_high_pc }, { "location", DW_AT_location },
	{ "frame_base", DW_AT_frame_base }, { "line", DW_AT_decl_line },
	{ "call_line", DW_AT_call_line }, { "sibling", DW_AT_sibling },
	{ "dir", DW_AT_comp_dir }, { NULL, 0 },
};

struct label {
	char	 name[32];
	uint32_t at;			/* of the entry */
	bool	 known;
};

struct use {
	uint32_t at, cu;		/* where it is written; its unit */
	size_t	 label;
};

struct maker {
	struct mk_dwarf *m;
	struct label	 labels[LABELS_MAX];
	struct use	 uses[LABELS_MAX];
	size_t		 nlabels, nuses;
	uint32_t	 cu;		/* the open unit's offset */
	unsigned	 code;
	uint32_t	 sibling[DEPTH_MAX];	/* to be filled in when it ends */
	int		 depth;		/* of open entries with children */
};

static void
wrong(const char *line)
{
	fprintf(stderr, "mk_dwarf: %s\n", line);
	abort();
}

static void
number(struct maker *k, struct buf *b, uint64_t v, unsigned size)
{
	uint8_t raw[8];

	store_uint(raw, size, k->m->be, v);
	buf_add(b, raw, size);
}

static void
uleb(struct buf *b, uint64_t v)
{
	uint8_t c;

	do {
		c = (v & 0x7f) | (v > 0x7f ? 0x80 : 0);
		buf_add(b, &c, 1);
		v >>= 7;
	} while (v != 0);
}

static void
patch(struct maker *k, uint32_t at, uint64_t v)
{
	store_uint(k->m->info.p + at, 4, k->m->be, v);
}

static unsigned
code_of(const struct word *w, const char *name, size_t n, const char *line)
{
	for (; w->name != NULL; w++)
		if (strlen(w->name) == n && memcmp(w->name, name, n) == 0)
			return (w->code);
	wrong(line);
	return (0);
}

static size_t
label(struct maker *k, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < k->nlabels; i++)
		if (strlen(k->labels[i].name) == n &&
		    memcmp(k->labels[i].name, name, n) == 0)
			return (i);
	if (i == LABELS_MAX || n >= sizeof(k->labels[i].name))
		wrong(name);
	memcpy(k->labels[i].name, name, n);
	k->nlabels++;
	return (i);
}

static void
end_unit(struct maker *k)
{
	if (k->m->info.len > 0) {
		patch(k, k->cu, k->m->info.len - k->cu - 4);
		buf_add(&k->m->abbrev, "", 1);
	}
}

static void
begin_unit(struct maker *k)
{
	struct mk_dwarf *m = k->m;

	end_unit(k);
	k->cu = (uint32_t)m->info.len;
	k->code = 0;
	number(k, &m->info, 0, 4);
	number(k, &m->info, m->version, 2);
	if (m->version >= 5) {
		number(k, &m->info, DW_UT_compile, 1);
		number(k, &m->info, m->addr_size, 1);
		number(k, &m->info, m->abbrev.len, 4);
	} else {
		number(k, &m->info, m->abbrev.len, 4);
		number(k, &m->info, m->addr_size, 1);
	}
}

/* The end of the entries that lie deeper than this. */
static void
close_to(struct maker *k, int depth)
{
	while (k->depth > depth) {
		buf_add(&k->m->info, "", 1);
		k->depth--;
		if (k->sibling[k->depth] != 0)
			patch(k, k->sibling[k->depth],
			    k->m->info.len - k->cu);
	}
}

static void
attribute(struct maker *k, unsigned at, const char *v, const char *end)
{
	struct mk_dwarf *m = k->m;
	uint8_t bytes[64];
	unsigned form, size;
	uint64_t x;
	char *rest;
	size_t n;

	size = 0;
	x = 0;
	if (*v == '"') {
		v++;
		end = memchr(v, '"', 256);
		form = end - v < 4 ? DW_FORM_string : DW_FORM_strp;
		if (form == DW_FORM_string) {
			buf_add(&m->info, v, (size_t)(end - v));
			buf_add(&m->info, "", 1);
		} else {
			number(k, &m->info, m->str.len, 4);
			buf_add(&m->str, v, (size_t)(end - v));
			buf_add(&m->str, "", 1);
		}
	} else if (*v == '@') {
		form = DW_FORM_ref4;
		k->uses[k->nuses++] = (struct use){ (uint32_t)m->info.len,
		    k->cu, label(k, v + 1, (size_t)(end - v - 1)) };
		size = 4;
	} else if (*v == '[') {
		for (n = 0, v++; *v != ']'; v = rest) {
			bytes[n++] = (uint8_t)strtoul(v, &rest, 16);
			while (*rest == ' ')
				rest++;
		}
		form = m->version >= 4 ? DW_FORM_exprloc : DW_FORM_block1;
		uleb(&m->info, n);
		buf_add(&m->info, bytes, n);
	} else if (*v == 'y') {
		form = m->version >= 4 ? DW_FORM_flag_present : DW_FORM_flag;
		if (form == DW_FORM_flag)
			number(k, &m->info, 1, 1);
	} else if (*v == '-') {
		form = DW_FORM_sdata;
		x = (uint64_t)strtoll(v, NULL, 0);
		bytes[0] = x & 0x7f;		/* -64 to -1 */
		buf_add(&m->info, bytes, 1);
	} else {
		x = strtoull(v, NULL, 0);
		size = at == DW_AT_low_pc ? m->addr_size : x < 256 ? 1 :
		    x < 65536 ? 2 : x <= UINT32_MAX ? 4 : 8;
		form = at == DW_AT_low_pc ? DW_FORM_addr : size == 1 ?
		    DW_FORM_data1 : size == 2 ? DW_FORM_data2 : size == 4 ?
		    DW_FORM_data4 : DW_FORM_data8;
	}
	if (size > 0)
		number(k, &m->info, x, size);
	uleb(&m->abbrev, at);
	uleb(&m->abbrev, form);
}

static void
entry(struct maker *k, const char *line, int depth, bool children)
{
	struct mk_dwarf *m = k->m;
	const char *p, *end, *eq;
	unsigned tag;
	size_t l;

	for (p = line; *p == ' '; p++)
		;
	end = p + strcspn(p, " \n");
	tag = code_of(tags, p, (size_t)(end - p), line);
	close_to(k, depth);
	if (depth == 0)
		begin_unit(k);
	p = end + strspn(end, " ");
	if (*p == '@') {
		end = p + strcspn(p, " \n");
		l = label(k, p + 1, (size_t)(end - p - 1));
		k->labels[l].at = (uint32_t)m->info.len;
		k->labels[l].known = true;
		p = end + strspn(end, " ");
	}
	uleb(&m->info, ++k->code);
	uleb(&m->abbrev, k->code);
	uleb(&m->abbrev, tag);
	uleb(&m->abbrev, children);
	while (*p != '\n' && *p != '\0') {
		eq = strchr(p, '=');
		if (eq == NULL)
			wrong(line);
		end = eq[1] == '[' ? strchr(eq, ']') + 1 : eq[1] == '"' ?
		    strchr(eq + 2, '"') + 1 : eq + strcspn(eq, " \n");
		attribute(k, code_of(attrs, p, (size_t)(eq - p), line), eq + 1,
		    end);
		p = end + strspn(end, " ");
	}
	if (children) {
		k->sibling[depth] = 0;
		if (m->siblings && depth > 0) {
			uleb(&m->abbrev, DW_AT_sibling);
			uleb(&m->abbrev, DW_FORM_ref4);
			k->sibling[depth] = (uint32_t)m->info.len;
			number(k, &m->info, 0, 4);
		}
		k->depth = depth + 1;
	}
	buf_add(&m->abbrev, "\0", 2);
}

static int
depth_of(const char *line)
{
	return ((int)strspn(line, " ") / 2);
}

void
mk_dwarf(struct mk_dwarf *m, const char *text)
{
	struct maker k = { .m = m };
	const char *next;
	size_t i;

	for (; *text != '\0'; text = next) {
		next = text + strcspn(text, "\n");
		next += *next == '\n';
		entry(&k, text, depth_of(text), *next != '\0' &&
		    depth_of(next) > depth_of(text));
	}
	close_to(&k, 0);
	end_unit(&k);
	for (i = 0; i < k.nuses; i++) {
		if (!k.labels[k.uses[i].label].known)
			wrong(k.labels[k.uses[i].label].name);
		patch(&k, k.uses[i].at, k.labels[k.uses[i].label].at -
		    k.uses[i].cu);
	}
}

void
mk_dwarf_frame(struct mk_dwarf *m, uint64_t low, uint64_t size,
    const void *common, size_t ncommon, const void *own, size_t nown)
{
	struct maker k = { .m = m };
	const size_t cie = m->frame.len;

	number(&k, &m->frame, 4 + 1 + 1 + 3 + ncommon, 4);
	number(&k, &m->frame, UINT32_MAX, 4);
	buf_add(&m->frame, "\x03\0", 2);	/* version, no augmentation */
	buf_add(&m->frame, "\x01\x78\x10", 3);	/* 1, -8, rip */
	buf_add(&m->frame, common, ncommon);
	number(&k, &m->frame, 4 + 2u * m->addr_size + nown, 4);
	number(&k, &m->frame, cie, 4);
	number(&k, &m->frame, low, m->addr_size);
	number(&k, &m->frame, size, m->addr_size);
	buf_add(&m->frame, own, nown);
}

void
mk_dwarf_fini(struct mk_dwarf *m)
{
	buf_fini(&m->info);
	buf_fini(&m->abbrev);
	buf_fini(&m->str);
	buf_fini(&m->frame);
}

static struct dwarf_bytes
bytes(const struct buf *b)
{
	return ((struct dwarf_bytes){ (const uint8_t *)b->p, b->len, 0 });
}

void
mk_dwarf_input(const struct mk_dwarf *m, struct dwarf_input *in)
{
	*in = (struct dwarf_input){ .name = "made", .be = m->be,
	    .addr_size = m->addr_size };
	in->section[DWARF_INFO] = bytes(&m->info);
	in->section[DWARF_ABBREV] = bytes(&m->abbrev);
	in->section[DWARF_STR] = bytes(&m->str);
	in->section[DWARF_FRAME] = bytes(&m->frame);
}
