/* SPDX-License-Identifier: BSD-2-Clause */
/* types, layout, users: what types there are, how they lie, who holds them. */
#include "engine/view/tools.h"

#include <stdio.h>
#include <string.h>

#define CACHE_LINE	64		/* bytes, of the processors of today */
#define NAME_LEN	256
#define DEPTH_MAX	32		/* of anonymous structures */
#define MEMBERS_MAX	1000000u	/* looked at in one type: they may nest anew */

static const char *
kind_word(const struct type *t)
{
	switch (t->kind) {
	case TYPE_STRUCT:
		return ("struct");
	case TYPE_UNION:
		return ("union");
	case TYPE_ENUM:
		return ("enum");
	case TYPE_TYPEDEF:
		return ("typedef");
	default:
		return (NULL);
	}
}

/* "struct x", "pid_t"; with the module in front when it is a module's own. */
static void
full_name(const struct kernel *k, const struct type_unit *unit,
    const struct type *t, char out[NAME_LEN])
{
	const char *word = t->kind != TYPE_TYPEDEF ? kind_word(t) : NULL;
	const bool module = unit != types_unit(k->types, 0);

	snprintf(out, NAME_LEN, "%s%s%s%s%s", module ? unit->name : "",
	    module ? "!" : "", word != NULL ? word : "",
	    word != NULL ? " " : "", t->name);
}

/* Every named type of every unit; fn returns 0 to go on. */
static int
each_type(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *arg, struct ctx *, const struct type_unit *,
    struct typeref, const struct type *), void *arg)
{
	const size_t nunits = types_nunits(k->types);
	struct type_unit *unit;
	struct typeref ref;
	struct type t;
	size_t i, n;
	int rc;

	for (i = 0, rc = 0; i < nunits && rc == 0; i++) {
		unit = types_unit(k->types, i);
		/* A debug file says the same once more. */
		if (unit->lazy && nunits > 1)
			continue;
		for (n = 0; rc == 0 && types_nth(unit, n, &ref); n++) {
			if (n % 1024 == 0)
				rc = ctx_check(ctx);
			if (rc != 0 || type_get(ctx, k->types, ref, &t) != 0 ||
			    kind_word(&t) == NULL)
				continue;
			rc = fn(arg, ctx, unit, ref, &t);
		}
	}
	if (rc == 0)
		ctx_clear(ctx);
	return (rc);
}

/* --- types --- */

static const struct column types_columns[] = {
	{ .key = "kind", .width = 7 },
	{ .key = "name", .width = 40 },
	{ .key = "size", .width = 8, .right = true },
	{ .key = "members", .width = 7, .right = true },
	{ .key = "module", .width = 12 },
};

struct types_run {
	struct kernel		*k;
	struct row_sink		*sink;
	struct sym_filter	*filter;
};

static int
emit_type(void *arg, struct ctx *ctx, const struct type_unit *unit,
    struct typeref ref, const struct type *t)
{
	struct types_run *r = arg;
	struct cell cells[COUNT(types_columns)];
	char name[NAME_LEN], command[NAME_LEN + 16];
	size_t start, end;
	uint64_t size;

	if (t->name[0] == '\0' || (r->filter != NULL &&
	    !sym_filter_match(r->filter, t->name, strlen(t->name), &start,
	    &end)))
		return (0);
	full_name(r->k, unit, t, name);
	snprintf(command, sizeof(command), "%s %s", t->kind == TYPE_STRUCT ||
	    t->kind == TYPE_UNION ? "layout" : "type", name);
	cells[0] = cell_text(kind_word(t));
	cells[1] = cell_link(cell_text(t->name), link_command(command));
	cells[2] = type_size(ctx, r->k->types, ref, &size) == 0 ?
	    cell_u64(size) : cell_null();
	cells[3] = t->kind == TYPE_TYPEDEF ? cell_null() :
	    cell_u64(t->nmembers);
	cells[4] = unit == types_unit(r->k->types, 0) ? cell_null() :
	    cell_text(unit->name);
	return (row_emit_cells(r->sink, ctx, (uint64_t)ref.unit << 32 | ref.id,
	    cells, COUNT(cells)));
}

static int
types_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct types_run r = { k, sink, NULL };
	int rc;

	if (args->argc > 2)
		return (view_usage(ctx, args));
	if (args->argc == 2) {
		rc = sym_filter_create(ctx, args->argv[1], &r.filter);
		if (rc != 0)
			return (rc);
	}
	rc = sink->begin(sink, ctx, types_columns, COUNT(types_columns));
	if (rc == 0)
		rc = each_type(ctx, k, emit_type, &r);
	sym_filter_destroy(r.filter);
	return (rc);
}

/* --- layout --- */

static const struct column layout_columns[] = {
	{ .key = "line", .width = 4, .right = true },
	{ .key = "offset", .width = 6, .right = true },
	{ .key = "size", .width = 6, .right = true },
	{ .key = "bits", .width = 6, .right = true },
	{ .key = "member", .width = 30 },
	{ .key = "type", .width = 40 },
	{ .key = "note", .width = 12 },
};

struct layout {
	struct kernel	*k;
	struct row_sink	*sink;
	uint64_t	 key;		/* rows so far */
	uint64_t	 holes, hole_bits;	/* bytes and bits in between */
};

static int
emit_hole(struct ctx *ctx, struct layout *l, uint64_t from, uint64_t to,
    unsigned depth, const char *note)
{
	struct cell cells[COUNT(layout_columns)] = { cell_u64(from / 8 /
	    CACHE_LINE), cell_u64(from / 8), cell_null(), cell_null(),
	    cell_null(), cell_null(), cell_text(note) };
	struct row row = { .key = ++l->key, .cells = cells,
	    .ncells = COUNT(cells), .style = ROW_WARN, .depth = depth };

	if (from % 8 == 0 && to % 8 == 0) {
		cells[2] = cell_u64((to - from) / 8);
		l->holes += (to - from) / 8;
	} else {
		cells[3] = cell_u64(to - from);
		l->hole_bits += to - from;
	}
	return (row_emit(l->sink, ctx, &row));
}

static int
emit_member(struct ctx *ctx, struct layout *l, const struct type_member *m,
    uint64_t at, uint64_t size, const struct type *t, struct typeref ref,
    unsigned depth)
{
	struct cell cells[COUNT(layout_columns)];
	struct row row = { .key = ++l->key, .cells = cells,
	    .ncells = COUNT(cells), .depth = depth };
	char name[NAME_LEN], full[NAME_LEN], command[NAME_LEN + 16];

	if (type_name(ctx, l->k->types, m->type, "", name, sizeof(name)) != 0)
		snprintf(name, sizeof(name), "?");
	cells[0] = cell_u64(at / 8 / CACHE_LINE);
	cells[1] = cell_u64(at / 8);
	cells[2] = cell_u64(size);
	cells[3] = cell_null();
	if (m->bit_size != 0) {
		cells[2] = cell_null();
		cells[3] = cell_u64(m->bit_size);
	}
	cells[4] = m->name[0] != '\0' ? cell_text(m->name) : cell_null();
	cells[5] = cell_text(name);
	if ((t->kind == TYPE_STRUCT || t->kind == TYPE_UNION) &&
	    t->name[0] != '\0') {
		full_name(l->k, types_unit(l->k->types, ref.unit), t, full);
		snprintf(command, sizeof(command), "layout %s", full);
		cells[5] = cell_link(cells[5], link_command(command));
	}
	cells[6] = size >= 2 * CACHE_LINE && m->bit_size == 0 &&
	    at / 8 / CACHE_LINE != (at / 8 + size - 1) / CACHE_LINE ?
	    cell_text("over lines") : cell_null();
	return (row_emit(l->sink, ctx, &row));
}

/*
 * The members of a structure from bit "base" on, anonymous ones opened; in a
 * union all begin at the same place and nothing lies between.
 */
static int
emit_members(struct ctx *ctx, struct layout *l, struct typeref ref,
    const struct type *t, uint64_t base, unsigned depth)
{
	struct type_member m;
	struct typeref inner;
	struct type mt;
	uint64_t next, at, size, bits;
	uint32_t i;
	int rc;

	if (depth > DEPTH_MAX || l->key > MEMBERS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "layout: structures inside each "
		    "other without end"));
	next = base;
	for (i = 0, rc = 0; i < t->nmembers && rc == 0; i++) {
		rc = type_member_at(ctx, l->k->types, ref, i, &m);
		if (rc != 0)
			break;
		at = base + m.bit_offset;
		size = 0;
		if (type_size(ctx, l->k->types, m.type, &size) != 0 ||
		    type_strip(ctx, l->k->types, m.type, &inner, &mt) != 0) {
			memset(&mt, 0, sizeof(mt));
			mt.name = "";
			inner = m.type;
		}
		ctx_clear(ctx);
		bits = m.bit_size != 0 ? m.bit_size : size * 8;
		if (t->kind == TYPE_STRUCT && at > next)
			rc = emit_hole(ctx, l, next, at, depth, "hole");
		if (rc == 0)
			rc = emit_member(ctx, l, &m, at, size, &mt, inner,
			    depth);
		if (rc == 0 && m.name[0] == '\0' && (mt.kind == TYPE_STRUCT ||
		    mt.kind == TYPE_UNION))
			rc = emit_members(ctx, l, inner, &mt, at, depth + 1);
		if (at + bits > next)
			next = at + bits;
	}
	if (rc == 0 && t->kind == TYPE_STRUCT && t->size <= UINT64_MAX / 8 &&
	    base + t->size * 8 > next)
		rc = emit_hole(ctx, l, next, base + t->size * 8, depth,
		    "padding");
	return (rc);
}

static int
layout_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct layout l = { .k = k, .sink = sink };
	struct cell cells[COUNT(layout_columns)];
	struct row row = { .key = UINT64_MAX, .cells = cells,
	    .ncells = COUNT(cells), .style = ROW_STRONG };
	struct typeref ref;
	struct type t;
	char note[96];
	size_t i;
	int rc;

	if (args->argc < 2)
		return (view_usage(ctx, args));
	rc = type_parse(ctx, k->types, args->rest, &ref);
	if (rc == 0)
		rc = type_strip(ctx, k->types, ref, &ref, &t);
	if (rc == 0 && t.kind != TYPE_STRUCT && t.kind != TYPE_UNION)
		rc = ctx_fail(ctx, E_NO_TYPE, "%s is no structure or union",
		    args->rest);
	if (rc == 0)
		rc = sink->begin(sink, ctx, layout_columns,
		    COUNT(layout_columns));
	if (rc == 0)
		rc = emit_members(ctx, &l, ref, &t, 0, 0);
	if (rc != 0)
		return (rc);
	snprintf(note, sizeof(note), "lines: %llu, unused: %llu bytes, %llu "
	    "bits", (unsigned long long)((t.size + CACHE_LINE - 1) /
	    CACHE_LINE), (unsigned long long)l.holes,
	    (unsigned long long)l.hole_bits);
	for (i = 0; i < COUNT(cells); i++)
		cells[i] = cell_null();
	cells[2] = cell_u64(t.size);
	cells[5] = cell_text("total");
	cells[6] = cell_text(note);
	return (row_emit(sink, ctx, &row));
}

/* --- users --- */

static const struct column users_columns[] = {
	{ .key = "type", .width = 36 },
	{ .key = "member", .width = 28 },
	{ .key = "offset", .width = 6, .right = true },
	{ .key = "how", .width = 8 },
};

struct users_run {
	struct kernel	*k;
	struct row_sink	*sink;
	const char	*name;		/* of the type that is looked for, */
	enum type_kind	 kind;		/* in whatever unit */
	size_t		 members;	/* looked at in this one */
};

/* How a member holds the type: "holds", "array", "points", or NULL. */
static const char *
how_it_holds(struct ctx *ctx, const struct users_run *r, struct typeref ref)
{
	const char *how = "holds";
	struct type t;
	int i;

	for (i = 0; i < DEPTH_MAX; i++) {
		if (type_get(ctx, r->k->types, ref, &t) != 0)
			return (NULL);
		if (t.name[0] != '\0' && t.kind == r->kind &&
		    strcmp(t.name, r->name) == 0)
			return (how);
		/* A pointer to what is only declared there means it too. */
		if (t.kind == TYPE_FWD && strcmp(t.name, r->name) == 0 &&
		    r->kind == (t.is_union ? TYPE_UNION : TYPE_STRUCT))
			return (how);
		switch (t.kind) {
		case TYPE_PTR:
			how = "points";
			break;
		case TYPE_ARRAY:
			if (how[0] == 'h')
				how = "array";
			break;
		case TYPE_TYPEDEF:
		case TYPE_CONST:
		case TYPE_VOLATILE:
		case TYPE_RESTRICT:
		case TYPE_ATTR:
			break;
		default:
			return (NULL);
		}
		ref = t.target;
	}
	return (NULL);
}

static int
look_inside(struct ctx *ctx, struct users_run *r, const char *name,
    struct typeref ref, const struct type *t, uint64_t base, unsigned depth)
{
	struct cell cells[COUNT(users_columns)];
	char command[NAME_LEN + 16];
	struct type_member m;
	struct typeref inner;
	const char *how;
	struct type mt;
	uint32_t i;
	int rc;

	for (i = 0, rc = 0; i < t->nmembers && rc == 0; i++) {
		if (++r->members > MEMBERS_MAX ||
		    type_member_at(ctx, r->k->types, ref, i, &m) != 0)
			break;
		if (m.name[0] == '\0' && depth < DEPTH_MAX &&
		    type_strip(ctx, r->k->types, m.type, &inner, &mt) == 0 &&
		    mt.name[0] == '\0' && (mt.kind == TYPE_STRUCT ||
		    mt.kind == TYPE_UNION)) {
			rc = look_inside(ctx, r, name, inner, &mt, base +
			    m.bit_offset, depth + 1);
			continue;
		}
		how = how_it_holds(ctx, r, m.type);
		if (how == NULL)
			continue;
		snprintf(command, sizeof(command), "layout %s", name);
		cells[0] = cell_link(cell_text(name), link_command(command));
		cells[1] = m.name[0] != '\0' ? cell_text(m.name) : cell_null();
		cells[2] = cell_u64((base + m.bit_offset) / 8);
		cells[3] = cell_text(how);
		rc = row_emit_cells(r->sink, ctx, (uint64_t)ref.id << 32 |
		    (base + m.bit_offset), cells, COUNT(cells));
	}
	return (rc);
}

static int
emit_user(void *arg, struct ctx *ctx, const struct type_unit *unit,
    struct typeref ref, const struct type *t)
{
	struct users_run *r = arg;
	char name[NAME_LEN];

	/* Anonymous ones are looked at where they stand. */
	if (t->name[0] == '\0' || (t->kind != TYPE_STRUCT &&
	    t->kind != TYPE_UNION))
		return (0);
	full_name(r->k, unit, t, name);
	r->members = 0;
	return (look_inside(ctx, r, name, ref, t, 0, 0));
}

static int
users_run(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    struct row_sink *sink)
{
	struct users_run r = { .k = k, .sink = sink };
	struct typeref ref;
	struct type t;
	int rc;

	if (args->argc < 2)
		return (view_usage(ctx, args));
	rc = type_parse(ctx, k->types, args->rest, &ref);
	if (rc == 0)
		rc = type_get(ctx, k->types, ref, &t);
	if (rc == 0 && t.name[0] == '\0')
		rc = ctx_fail(ctx, E_USAGE, "%s has no name to look for",
		    args->rest);
	if (rc != 0)
		return (rc);
	r.name = t.name;
	r.kind = t.kind;
	rc = sink->begin(sink, ctx, users_columns, COUNT(users_columns));
	return (rc != 0 ? rc : each_type(ctx, k, emit_user, &r));
}

const struct view view_types = {
	.name = "types",
	.args = "[REGEX]",
	.help = "the types of this kernel",
	.needs = NEEDS_TYPES,
	.run = types_run,
};

const struct view view_layout = {
	.name = "layout",
	.args = "NAME",
	.help = "a structure's layout with holes and cache lines",
	.needs = NEEDS_TYPES,
	.rest_is_one = true,
	.run = layout_run,
};

const struct view view_users = {
	.name = "users",
	.args = "NAME",
	.help = "the structures that hold a type or point to it",
	.needs = NEEDS_TYPES,
	.rest_is_one = true,
	.run = users_run,
};
