/* SPDX-License-Identifier: BSD-2-Clause */
/* Line tables (DWARF 5, 6.2): which line of which file an address is of. */
#include "engine/type/dwarf_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX	(4u << 20)	/* of one unit */
#define FILES_MAX	65536u
#define FORMATS_MAX	32

enum {
	DW_LNS_copy = 1, DW_LNS_advance_pc, DW_LNS_advance_line,
	DW_LNS_set_file, DW_LNS_set_column, DW_LNS_negate_stmt,
	DW_LNS_set_basic_block, DW_LNS_const_add_pc, DW_LNS_fixed_advance_pc,
};
enum { DW_LNE_end_sequence = 1, DW_LNE_set_address = 2 };
enum { DW_LNCT_path = 1, DW_LNCT_directory_index = 2 };

struct row {
	uint64_t addr;
	uint32_t file, line;		/* file END: the sequence ends here */
	uint32_t order;
};

#define END	UINT32_MAX

struct name {
	const char *name;
	uint32_t    dir;
};

struct dwarf_lines {
	struct row  *rows;
	struct name *dirs, *files;
	size_t	     nrows, rows_cap, ndirs, dirs_cap, nfiles, files_cap;
	const char  *base;		/* where it was compiled */
	bool	     from_one;		/* files are numbered from 1 */
};

struct program {
	struct dwarf_forms forms;
	struct dwarf_cu	   cu;		/* its forms may be of another size */
	struct bytes	   b;
	uint64_t	   end;
	uint8_t		   min_insn, max_ops, line_range, opcode_base;
	int8_t		   line_base;
	const uint8_t	  *lengths;	/* operands of the standard opcodes */
};

void
dwarf_lines_free(struct dwarf_lines *l)
{
	if (l == NULL)
		return;
	free(l->rows);
	free(l->dirs);
	free(l->files);
	free(l);
}

static bool
add_name(struct name **v, size_t *n, size_t *cap, const char *name,
    uint64_t dir)
{
	if (*n >= FILES_MAX || !vec_room(*v, *cap, *n + 1))
		return (false);
	(*v)[(*n)++] = (struct name){ name != NULL ? name : "",
	    dir < UINT32_MAX ? (uint32_t)dir : 0 };
	return (true);
}

/* Version 5: a list whose entries are described first. */
static bool
read_list(struct program *p, struct name **v, size_t *n, size_t *cap)
{
	struct { uint64_t type, form; } format[FORMATS_MAX];
	struct dwarf_value value;
	const char *name;
	uint64_t i, count, dir;
	unsigned k, nformats;

	nformats = bytes_u8(&p->b);
	if (nformats > FORMATS_MAX)
		return (false);
	for (k = 0; k < nformats; k++) {
		format[k].type = dwarf_uleb(&p->b);
		format[k].form = dwarf_uleb(&p->b);
	}
	count = dwarf_uleb(&p->b);
	if (count > FILES_MAX || (nformats == 0 && count > 0))
		return (false);
	for (i = 0; i < count && !p->b.bad; i++) {
		name = NULL;
		dir = 0;
		for (k = 0; k < nformats; k++) {
			if (!dwarf_form(&p->forms, &p->b, format[k].form, 0,
			    &value))
				return (false);
			if (format[k].type == DW_LNCT_path &&
			    value.class == DWARF_STRING)
				name = (const char *)value.p;
			else if (format[k].type == DW_LNCT_directory_index)
				dir = value.v;
		}
		if (!add_name(v, n, cap, name, dir))
			return (false);
	}
	return (!p->b.bad);
}

/* Before version 5: names, each list ended by an empty one. */
static bool
read_old_lists(struct program *p, struct dwarf_lines *l)
{
	const char *name;
	uint64_t dir;

	if (!add_name(&l->dirs, &l->ndirs, &l->dirs_cap, "", 0))
		return (false);
	while ((name = dwarf_cstr(&p->b)) != NULL && name[0] != '\0')
		if (!add_name(&l->dirs, &l->ndirs, &l->dirs_cap, name, 0))
			return (false);
	while ((name = dwarf_cstr(&p->b)) != NULL && name[0] != '\0') {
		dir = dwarf_uleb(&p->b);
		dwarf_uleb(&p->b);		/* when it was changed */
		dwarf_uleb(&p->b);		/* its length */
		if (!add_name(&l->files, &l->nfiles, &l->files_cap, name, dir))
			return (false);
	}
	l->from_one = true;
	return (!p->b.bad);
}

static bool
read_header(struct program *p, struct dwarf_lines *l)
{
	uint64_t length, header;
	unsigned version;
	size_t start;

	p->cu.offset_size = 4;
	length = bytes_u32(&p->b);
	if (length == 0xffffffff) {
		p->cu.offset_size = 8;
		length = bytes_u64(&p->b);
	}
	if (p->b.bad || length > bytes_left(&p->b))
		return (false);
	p->end = p->b.pos + length;
	p->b.len = (size_t)p->end;
	version = bytes_u16(&p->b);
	if (version < 2 || version > 5)
		return (false);
	if (version == 5) {
		p->cu.addr_size = bytes_u8(&p->b);
		if (bytes_u8(&p->b) != 0 || (p->cu.addr_size != 4 &&
		    p->cu.addr_size != 8))
			return (false);
	}
	header = bytes_uint(&p->b, p->cu.offset_size);
	start = p->b.pos;
	if (header > bytes_left(&p->b))
		return (false);
	p->min_insn = bytes_u8(&p->b);
	p->max_ops = version >= 4 ? bytes_u8(&p->b) : 1;
	bytes_u8(&p->b);			/* default_is_stmt */
	p->line_base = (int8_t)bytes_u8(&p->b);
	p->line_range = bytes_u8(&p->b);
	p->opcode_base = bytes_u8(&p->b);
	if (p->opcode_base == 0)
		return (false);
	p->lengths = bytes_take(&p->b, p->opcode_base - 1u);
	if (p->b.bad)
		return (false);
	if (version == 5 ? !read_list(p, &l->dirs, &l->ndirs, &l->dirs_cap) ||
	    !read_list(p, &l->files, &l->nfiles, &l->files_cap) :
	    !read_old_lists(p, l))
		return (false);
	p->b.pos = start + (size_t)header;
	return (true);
}

static bool
add_row(struct dwarf_lines *l, uint64_t addr, uint64_t file, int64_t line)
{
	if (l->nrows >= ROWS_MAX || (l->nrows >= l->rows_cap &&
	    !vec_room(l->rows, l->rows_cap, l->nrows + 1)))
		return (false);
	l->rows[l->nrows] = (struct row){ addr, file < END ? (uint32_t)file :
	    END, line > 0 && line < UINT32_MAX ? (uint32_t)line : 0,
	    (uint32_t)l->nrows };
	l->nrows++;
	return (true);
}

/* False: what could be read of it is in l all the same. */
static bool
extended(struct program *p, struct dwarf_lines *l, uint64_t *addr,
    uint64_t *file, int64_t *line)
{
	uint64_t length;
	size_t next;

	length = dwarf_uleb(&p->b);
	if (p->b.bad || length == 0 || length > bytes_left(&p->b))
		return (false);
	next = p->b.pos + (size_t)length;
	switch (bytes_u8(&p->b)) {
	case DW_LNE_end_sequence:
		if (!add_row(l, *addr, END, 0))
			return (false);
		*addr = 0;
		*file = *line = 1;
		break;
	case DW_LNE_set_address:
		if (length - 1 == 4 || length - 1 == 8)
			*addr = bytes_uint(&p->b, (unsigned)length - 1);
		break;
	}
	p->b.pos = next;
	return (true);
}

static void
run(struct program *p, struct dwarf_lines *l)
{
	uint64_t addr = 0, file = 1;
	int64_t line = 1;
	unsigned op, i, adjusted;

	while (bytes_left(&p->b) > 0) {
		op = bytes_u8(&p->b);
		if (op >= p->opcode_base) {
			if (p->line_range == 0)
				return;
			adjusted = op - p->opcode_base;
			addr += (uint64_t)(adjusted / p->line_range) *
			    p->min_insn;
			line += p->line_base + (int)(adjusted % p->line_range);
			if (!add_row(l, addr, file, line))
				return;
			continue;
		}
		switch (op) {
		case 0:
			if (!extended(p, l, &addr, &file, &line))
				return;
			break;
		case DW_LNS_copy:
			if (!add_row(l, addr, file, line))
				return;
			break;
		case DW_LNS_advance_pc:
			addr += dwarf_uleb(&p->b) * p->min_insn;
			break;
		case DW_LNS_advance_line:
			line = (int64_t)((uint64_t)line +
			    (uint64_t)dwarf_sleb(&p->b));
			break;
		case DW_LNS_set_file:
			file = dwarf_uleb(&p->b);
			break;
		case DW_LNS_const_add_pc:
			if (p->line_range == 0)
				return;
			addr += (uint64_t)((255u - p->opcode_base) /
			    p->line_range) * p->min_insn;
			break;
		case DW_LNS_fixed_advance_pc:
			addr += bytes_u16(&p->b);
			break;
		default:
			for (i = 0; i < p->lengths[op - 1]; i++)
				dwarf_uleb(&p->b);
			break;
		}
	}
}

/* By address; an end comes before what begins there. */
static int
compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->addr != y->addr)
		return (x->addr < y->addr ? -1 : 1);
	if ((x->file == END) != (y->file == END))
		return (x->file == END ? -1 : 1);
	return (x->order < y->order ? -1 : x->order > y->order);
}

static struct dwarf_lines *
read_lines(struct dwarf *d, const struct dwarf_cu *cu)
{
	/* A split unit's lines are in the linked file, with their strings. */
	const struct dwarf_input *part = dwarf_part_of(&d->in, cu);
	const struct dwarf_input *in = part->part == DWARF_SPLIT ? &d->in :
	    part;
	const struct dwarf_bytes *s = &in->section[DWARF_LINE];
	struct dwarf_lines *l;
	struct dwarf_value v;
	struct dwarf_die die;
	struct program p;

	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return (NULL);
	l->base = "";
	if (dwarf_die(d, cu->first, &die) == OK) {
		v = dwarf_attr(d, &die, DW_AT_comp_dir);
		if (v.class == DWARF_STRING)
			l->base = (const char *)v.p;
	}
	if (cu->line == 0 || cu->line - 1 >= s->n)
		return (l);
	p.cu = *cu;
	p.forms = (struct dwarf_forms){ in, &p.cu };
	p.b = bytes_of(s->p, s->n, in->be);
	bytes_seek(&p.b, cu->line - 1);
	if (read_header(&p, l))
		run(&p, l);
	/* Some linkers let dead sequences begin at 0: none of them is code. */
	if (l->nrows > 1)
		qsort(l->rows, l->nrows, sizeof(*l->rows), compare);
	return (l);
}

static struct dwarf_lines *
lines_of(struct dwarf *d, const struct dwarf_cu *cu)
{
	_Atomic(struct dwarf_lines *) *slot = &d->units[cu - d->cus].lines;
	struct dwarf_lines *l, *none = NULL;

	l = atomic_load(slot);
	if (l != NULL)
		return (l);
	l = read_lines(d, cu);
	if (l != NULL && !atomic_compare_exchange_strong(slot, &none, l)) {
		dwarf_lines_free(l);
		l = none;
	}
	return (l);
}

void
dwarf_file(struct dwarf *d, const struct dwarf_cu *cu, uint64_t file,
    uint32_t line, struct dwarf_source *ret)
{
	const struct dwarf_lines *l = lines_of(d, cu);
	const struct name *f;

	*ret = (struct dwarf_source){ "", "", "", line };
	if (l == NULL)
		return;
	ret->base = l->base;
	file -= l->from_one;
	if (file >= l->nfiles)
		return;
	f = &l->files[file];
	ret->file = f->name;
	if (f->dir < l->ndirs)
		ret->dir = l->dirs[f->dir].name;
	if (ret->base[0] == '\0' && !l->from_one && l->ndirs > 0)
		ret->base = l->dirs[0].name;
}

int
dwarf_line_in(struct dwarf *d, const struct dwarf_cu *cu, uint64_t pc,
    struct dwarf_source *ret)
{
	const struct dwarf_lines *l = lines_of(d, cu);
	size_t lo, hi, mid;

	if (l == NULL)
		return (E_NOT_FOUND);
	for (lo = 0, hi = l->nrows; lo < hi;) {
		mid = lo + (hi - lo) / 2;
		if (l->rows[mid].addr <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || l->rows[lo - 1].file == END)
		return (E_NOT_FOUND);
	dwarf_file(d, cu, l->rows[lo - 1].file, l->rows[lo - 1].line, ret);
	return (0);
}

int
dwarf_line(struct ctx *ctx, struct dwarf *d, uint64_t pc,
    struct dwarf_source *ret)
{
	const struct dwarf_cu *cu = dwarf_cu_at(d, pc);

	(void)ctx;
	return (cu == NULL ? E_NOT_FOUND : dwarf_line_in(d, cu, pc, ret));
}

/* Does the path end in a part that ".." takes back? */
static bool
has_part(const char *out, size_t len)
{
	return (len > 0 && out[len - 1] != '/' && !(len >= 2 &&
	    memcmp(out + len - 2, "..", 2) == 0 &&
	    (len == 2 || out[len - 3] == '/')));
}

/* Add the parts of a path: "." goes, ".." takes the part before it along. */
static size_t
add_path(char *out, size_t n, size_t len, const char *path)
{
	size_t part;

	if (path[0] == '/') {
		out[0] = '/';
		len = 1;
	}
	for (; *path != '\0'; path += part + (path[part] == '/')) {
		part = strcspn(path, "/");
		if (part == 0 || (part == 1 && path[0] == '.') ||
		    len + 1 + part >= n)
			continue;
		if (part == 2 && memcmp(path, "..", 2) == 0 &&
		    (has_part(out, len) || (len == 1 && out[0] == '/'))) {
			while (len > 0 && out[len - 1] != '/')
				len--;
			len -= len > 1;
			continue;
		}
		if (len > 0 && out[len - 1] != '/')
			out[len++] = '/';
		memcpy(out + len, path, part);
		len += part;
	}
	out[len] = '\0';
	return (len);
}

void
dwarf_path(const struct dwarf_source *s, char *out, size_t n)
{
	size_t base;

	(void)add_path(out, n, add_path(out, n, 0, s->dir), s->file);
	/* Below where it was compiled: as a kernel's own tree has it. */
	base = strlen(s->base);
	if (base > 1 && strncmp(out, s->base, base) == 0 && out[base] == '/')
		memmove(out, out + base + 1, strlen(out + base + 1) + 1);
}
