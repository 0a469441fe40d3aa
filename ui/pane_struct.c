/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A typed object as a tree: members open and fold, pointers open in place or
 * lead to a document of their own.  Only what is on the screen is read.
 */
#include "ui/change.h"
#include "ui/containers.h"
#include "ui/struct_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAT_NEW	2		/* readings that a change is shown for */
#define CHILDREN	256		/* elements that one step opens */
#define FLEXIBLE	16		/* of an array that has no length */
#define NODES_MAX	200000u
#define DEPTH_MAX	60

struct node {
	struct value	 v;
	char		*name;
	char		*text;		/* read when first drawn; NULL before */
	char		*note;		/* what the number means, or NULL */
	char		*before;	/* the text before it was read again */
	uint8_t		 heat;		/* how lately it changed */
	char		*type;
	uint64_t	 offset;	/* bytes in the parent's object */
	uint64_t	 size;		/* bytes */
	uint16_t	 depth;
	enum type_kind	 kind;		/* stripped */
	bool		 open, can_open;
	bool		 more;		/* "... more": the rest of an array */
	bool		 hole;		/* no member: bytes between two */
	bool		 missing;	/* text is a reason */
	size_t		 from;		/* more: the next element */
};

struct tree {
	struct pane	 p;
	struct value	 top;
	int		 pid;
	struct node	*nodes;
	size_t		 n, cap;
	int		 shift;
	char		*expression;	/* that led here, or NULL */
};

struct gathering {
	struct tree	*t;
	struct node	*v;
	size_t		 n, cap;
	uint16_t	 depth;
	size_t		 children;	/* v without the holes */
	bool		 holes;		/* a structure: what has no member shows */
	bool		 resumed;
	uint64_t	 end;		/* of the members so far */
};

static void
node_fini(struct node *n)
{
	free(n->name);
	free(n->text);
	free(n->note);
	free(n->before);
	free(n->type);
}

static bool
is_aggregate(enum type_kind k)
{
	return (k == TYPE_STRUCT || k == TYPE_UNION || k == TYPE_ARRAY);
}

/* Bytes that belong to no member, up to "to". */
static int
add_hole(struct gathering *g, struct ctx *ctx, uint64_t to)
{
	struct node n = { .hole = true, .offset = g->end, .depth = g->depth,
	    .kind = TYPE_OTHER };

	if (!g->holes || to <= g->end)
		return (0);
	if (!vec_room(g->v, g->cap, g->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	n.size = to - g->end;
	n.name = strdup("");
	n.type = strdup("");
	g->v[g->n++] = n;
	return (0);
}

static int
on_child(void *arg, struct ctx *ctx, const struct value_node *vn)
{
	struct gathering *g = arg;
	struct node n = { 0 };
	uint64_t end;
	int rc;

	/* Where the rest of many begins, what is before it has been shown. */
	if (g->children++ == 0 && g->resumed)
		g->end = vn->offset;
	rc = add_hole(g, ctx, vn->offset);
	if (rc != 0)
		return (rc);
	end = vn->offset + (vn->v.bit_size != 0 ?
	    (vn->v.bit_offset + vn->v.bit_size + 7u) / 8 : vn->size);
	if (end > g->end)
		g->end = end;
	n.size = vn->size;
	/* Nobody knows where an array without length ends. */
	if (vn->size == 0 && vn->type != NULL && vn->type->kind == TYPE_ARRAY)
		g->holes = false;
	if (!vec_room(g->v, g->cap, g->n + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	n.v = vn->v;
	n.name = strdup(vn->name != NULL ? vn->name : "");
	n.offset = vn->offset;
	n.depth = g->depth;
	n.kind = vn->type != NULL ? vn->type->kind : TYPE_OTHER;
	n.can_open = (is_aggregate(n.kind) && !vn->is_leaf) ||
	    n.kind == TYPE_PTR;
	g->v[g->n++] = n;
	return (0);
}

/* The type that a value has behind typedefs and qualifiers. */
static bool
stripped(struct tree *t, struct typeref ref, struct type *type)
{
	struct ui *ui = t->p.ui;
	struct typeref to;

	if (ui->kernel->types == NULL || type_strip(ui->ctx, ui->kernel->types,
	    ref, &to, type) != 0) {
		ctx_clear(ui->ctx);
		return (false);
	}
	return (true);
}

/*
 * An array that ends a structure and says nothing of its length: as many
 * elements as one step opens, and more when they are asked for.
 */
static int
flexible_children(struct tree *t, const struct value *v, size_t from,
    struct gathering *g)
{
	struct ui *ui = t->p.ui;
	struct value_node vn = { .depth = g->depth };
	struct typeref ref;
	struct type type;
	char name[32];
	size_t i;
	int rc;

	for (i = from; i < from + FLEXIBLE; i++) {
		rc = value_element(ui->ctx, &ui->kernel->env, v, (int64_t)i,
		    &vn.v);
		if (rc == 0)
			rc = type_size(ui->ctx, ui->kernel->types, vn.v.type,
			    &vn.size);
		if (rc == 0)
			rc = type_strip(ui->ctx, ui->kernel->types, vn.v.type,
			    &ref, &type);
		if (rc != 0)
			return (rc);
		snprintf(name, sizeof(name), "[%zu]", i);
		vn.path = vn.name = name;
		vn.offset = i * vn.size;
		vn.type = &type;
		vn.is_leaf = !is_aggregate(type.kind);
		rc = on_child(g, ui->ctx, &vn);
		if (rc != 0)
			return (rc);
	}
	return (0);
}

/* Put the children of a value behind node "at" (SIZE_MAX: at the top). */
static int
insert_children(struct tree *t, const struct value *v, size_t at, size_t from,
    uint16_t depth)
{
	struct ui *ui = t->p.ui;
	struct gathering g = { .t = t, .depth = depth };
	struct node more = { 0 };
	struct type type;
	size_t i, pos;
	bool known, flexible;
	int rc;

	known = stripped(t, v->type, &type);
	g.holes = known && type.kind == TYPE_STRUCT;
	g.resumed = from > 0;
	flexible = known && type.kind == TYPE_ARRAY && type.count == 0;
	rc = flexible ? flexible_children(t, v, from, &g) :
	    value_children(ui->ctx, &ui->kernel->env, v, from, CHILDREN,
	    on_child, &g);
	if (rc == 0 && g.children < CHILDREN)
		rc = add_hole(&g, ui->ctx, known ? type.size : 0);
	if (rc == 0 && known && (flexible || (g.children == CHILDREN &&
	    (type.kind == TYPE_ARRAY ? type.count : type.nmembers) >
	    from + CHILDREN)) && vec_room(g.v, g.cap, g.n + 1)) {
		more.more = true;
		more.v = *v;
		more.from = from + (flexible ? FLEXIBLE : CHILDREN);
		more.depth = depth;
		more.name = strdup("...");
		more.type = strdup("");
		more.can_open = true;
		g.v[g.n++] = more;
	}
	if (rc == 0 && t->n + g.n > NODES_MAX)
		rc = ctx_fail(ui->ctx, E_LIMIT, "too much is open: fold some");
	if (rc == 0 && !vec_room(t->nodes, t->cap, t->n + g.n))
		rc = ctx_fail(ui->ctx, E_NOMEM, "no memory");
	if (rc != 0) {
		for (i = 0; i < g.n; i++)
			node_fini(&g.v[i]);
		free(g.v);
		return (rc);
	}
	pos = at == SIZE_MAX ? 0 : at + 1;
	if (g.n > 0) {
		memmove(&t->nodes[pos + g.n], &t->nodes[pos],
		    (t->n - pos) * sizeof(t->nodes[0]));
		memcpy(&t->nodes[pos], g.v, g.n * sizeof(g.v[0]));
		t->n += g.n;
	}
	free(g.v);
	return (0);
}

static void
remove_nodes(struct tree *t, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		node_fini(&t->nodes[i]);
	memmove(&t->nodes[from], &t->nodes[to],
	    (t->n - to) * sizeof(t->nodes[0]));
	t->n -= to - from;
}

static size_t
subtree_end(const struct tree *t, size_t i)
{
	size_t end;

	for (end = i + 1; end < t->n && t->nodes[end].depth > t->nodes[i].depth;
	    end++)
		;
	return (end);
}

static void
fold(struct tree *t, size_t i)
{
	remove_nodes(t, i + 1, subtree_end(t, i));
	t->nodes[i].open = false;
}

static int
unfold(struct tree *t, size_t i)
{
	struct ui *ui = t->p.ui;
	struct node *n = &t->nodes[i];
	struct value v, more;
	struct type type;
	size_t before, from;
	uint16_t depth;
	int rc;

	if (!n->can_open || n->open)
		return (0);
	if (n->more) {
		more = n->v;
		from = n->from;
		depth = n->depth;
		rc = insert_children(t, &more, i, from, depth);
		if (rc == 0)
			remove_nodes(t, i, i + 1);
		return (rc);
	}
	if (n->depth >= DEPTH_MAX)
		return (ctx_fail(ui->ctx, E_LIMIT, "too deep: Enter opens it "
		    "in a document of its own"));
	v = n->v;
	if (n->kind == TYPE_PTR) {
		rc = value_deref(ui->ctx, &ui->kernel->env, &n->v, &v);
		if (rc != 0)
			return (ctx_chain(ui->ctx, "%s", n->name));
		if (!stripped(t, v.type, &type) || !is_aggregate(type.kind))
			return (ctx_fail(ui->ctx, E_NO_TYPE,
			    "%s points to nothing with members: Enter shows it",
			    n->name));
	}
	before = t->n;
	rc = insert_children(t, &v, i, 0, (uint16_t)(n->depth + 1));
	if (rc != 0)
		return (ctx_chain(ui->ctx, "%s", t->nodes[i].name));
	t->nodes[i].open = t->n > before;
	return (0);
}

/* The type of the structure that a node is a member of. */
static const char *
parent_type(struct tree *t, const struct node *n, char *type, size_t size)
{
	struct ui *ui = t->p.ui;
	const struct node *up;

	for (up = n; up > t->nodes && up->depth >= n->depth;)
		up--;
	if (type_name(ui->ctx, ui->kernel->types, up->depth < n->depth ?
	    up->v.type : t->top.type, "", type, size) != 0)
		type[0] = '\0';
	return (type);
}

/* The text of a node, read once. */
static void
load_text(struct tree *t, struct node *n)
{
	struct ui *ui = t->p.ui;
	struct buf b = { 0 }, note = { 0 };
	char type[200];
	int rc;

	if (n->text != NULL)
		return;
	ctx_clear(ui->ctx);
	if (n->more) {
		buf_puts(&b, "more");
	} else if (n->hole) {
		buf_printf(&b, "%llu byte%s of no member",
		    (unsigned long long)n->size, n->size == 1 ? "" : "s");
	} else if (is_aggregate(n->kind) && n->can_open) {
		struct_preview(ui, &n->v, &b);
	} else {
		rc = value_text(ui->ctx, &ui->kernel->env, &n->v, &b);
		if (rc != 0) {
			n->missing = true;
			buf_reset(&b);
			buf_printf(&b, "(%s)", status_text(rc));
		} else {
			struct_note(ui, parent_type(t, n, type, sizeof(type)),
			    n->name, &n->v, &note);
		}
	}
	n->text = strdup(buf_text(&b));
	free(n->note);
	n->note = note.len > 0 ? strdup(buf_text(&note)) : NULL;
	buf_fini(&b);
	buf_fini(&note);
	if (n->before != NULL && n->text != NULL) {
		n->heat = strcmp(n->before, n->text) != 0 ? HEAT_NEW :
		    n->heat > 0 ? n->heat - 1 : 0;
		free(n->before);
		n->before = NULL;
	}
	if (n->type == NULL) {
		if (ui->kernel->types == NULL || type_name(ui->ctx,
		    ui->kernel->types, n->v.type, "", type, sizeof(type)) != 0)
			type[0] = '\0';
		if (n->v.bit_size != 0 && strlen(type) + 8 < sizeof(type))
			snprintf(type + strlen(type),
			    sizeof(type) - strlen(type), " : %u",
			    n->v.bit_size);
		n->type = strdup(type);
	}
	ctx_clear(ui->ctx);
}

static enum style
value_style(const struct node *n)
{
	if (n->heat > 0)
		return (n->heat == HEAT_NEW ? STYLE_CHANGED : STYLE_FADING);
	if (n->missing)
		return (STYLE_MISSING);
	if (n->hole || (is_aggregate(n->kind) && n->can_open))
		return (STYLE_DIM);
	if (n->kind == TYPE_PTR)
		return (n->text != NULL && (strcmp(n->text, "0x0") == 0 ||
		    strcmp(n->text, "NULL") == 0) ? STYLE_ZERO : STYLE_LINK);
	if (n->text != NULL && n->text[0] == '"')
		return (STYLE_TEXT);
	if (n->text != NULL && strcmp(n->text, "0") == 0)
		return (STYLE_ZERO);
	return (STYLE_NORMAL);
}

/* Is the value of a leaf staged? */
static bool
is_staged(struct tree *t, const struct node *n)
{
	struct ui *ui = t->p.ui;
	uint64_t size;

	if (change_staged(ui) == 0 || n->more || n->hole || n->v.place != VALUE_MEM ||
	    n->v.space == NULL || (is_aggregate(n->kind) && n->can_open) ||
	    type_size(ui->ctx, ui->kernel->types, n->v.type, &size) != 0)
		return (false);
	return (change_covers(ui, n->v.space, n->v.addr, (size_t)size));
}

static void
draw(struct pane *p, const struct region *r, bool focus)
{
	struct tree *t = (struct tree *)p;
	struct node *n;
	struct link l;
	size_t i;
	int y, x, w, xname, xval, xtype, indent;

	list_fit(&p->list, t->n, r->h);
	xname = r->w >= 100 ? 15 : 8;
	xtype = r->w >= 100 ? r->w - r->w / 3 : r->w >= 60 ? r->w - 24 : r->w;
	xval = r->w >= 100 ? 50 : r->w >= 60 ? 34 : 24;
	for (y = 0; y < r->h; y++) {
		i = p->list.top + (size_t)y;
		if (i >= t->n)
			break;
		n = &t->nodes[i];
		load_text(t, n);
		indent = n->depth * 2;
		if (indent > r->w / 3)
			indent = r->w / 3;
		if (!n->more)
			region_printf(r, y, 0, STYLE_DIM, "%6llx",
			    (unsigned long long)n->offset);
		if (!n->more && xname > 8)
			region_printf(r, y, 7, STYLE_DIM, "%6llu",
			    (unsigned long long)n->size);
		x = xname + indent;
		if (n->can_open && !(n->kind == TYPE_PTR &&
		    value_style(n) == STYLE_ZERO))
			region_puts(r, y, x, n->kind == TYPE_PTR ? STYLE_DIM :
			    STYLE_STRONG, n->open ? "\u25be" : "\u25b8");
		x = region_puts(r, y, x + 2, n->can_open && !n->more &&
		    n->kind != TYPE_PTR ? STYLE_STRONG : STYLE_NORMAL,
		    n->name) + 1;
		if (x < xval)
			x = xval;
		l.kind = LINK_NONE;
		if (n->kind == TYPE_PTR && value_style(n) == STYLE_LINK)
			l = link_memory(0, n->v.type, t->pid);
		/* The value may take the room of its type, not the other way. */
		w = (int)grid_columns(r->g, n->text, strlen(n->text));
		if (w > r->w - x)
			w = r->w - x;
		if (w > 0)
			x = region_field(r, y, x, w, false, is_staged(t, n) ?
			    STYLE_STAGED : value_style(n), grid_link(r->g, &l),
			    n->text, strlen(n->text)) + 2;
		if (n->note != NULL && r->w - x >= 4) {
			w = (int)grid_columns(r->g, n->note, strlen(n->note));
			x = region_field(r, y, x - 1, w < r->w - x + 1 ? w :
			    r->w - x + 1, false, STYLE_SYMBOL, 0, n->note,
			    strlen(n->note)) + 2;
		}
		if (x < xtype)
			x = xtype;
		if (r->w - x >= 8)
			region_field(r, y, x, r->w - x, false, STYLE_TYPE, 0,
			    n->type, strlen(n->type));
		if (i == p->list.cur) {
			region_restyle(r, y, 0, r->w, focus ? STYLE_CURSOR :
			    STYLE_CURSOR_OTHER);
			if (focus)
				r->g->mark_row = r->y + y;
		}
	}
}

static struct node *
here(struct tree *t)
{
	return (t->p.list.cur < t->n ? &t->nodes[t->p.list.cur] : NULL);
}

static void
try_unfold(struct tree *t, size_t i)
{
	if (unfold(t, i) != 0)
		ui_say_error(t->p.ui);
}

/* Fold this, or go to what holds it. */
static void
leave(struct tree *t)
{
	size_t i;

	i = t->p.list.cur;
	if (i >= t->n)
		return;
	if (t->nodes[i].open) {
		fold(t, i);
		return;
	}
	while (i-- > 0) {
		if (t->nodes[i].depth < t->nodes[t->p.list.cur].depth) {
			t->p.list.n = t->n;
			list_go(&t->p.list, i);
			return;
		}
	}
}

static bool
verb(struct pane *p, enum verb v, int count, const char *arg)
{
	struct tree *t = (struct tree *)p;
	struct node *n = here(t);
	size_t i, depth;

	(void)arg;
	switch (v) {
	case VERB_OPEN:
	case VERB_RIGHT:
		if (n != NULL && n->can_open && !n->open)
			try_unfold(t, p->list.cur);
		else if (n != NULL && n->open)
			list_verb(&p->list, VERB_DOWN, 1);
		break;
	case VERB_CLOSE:
	case VERB_LEFT:
		leave(t);
		break;
	case VERB_TOGGLE:
		if (n != NULL && n->open)
			fold(t, p->list.cur);
		else if (n != NULL)
			try_unfold(t, p->list.cur);
		break;
	case VERB_NEXT_PART:
		/* The next member on this level. */
		for (i = p->list.cur + 1; n != NULL && i < t->n &&
		    t->nodes[i].depth > n->depth; i++)
			;
		if (i < t->n)
			list_go(&p->list, i);
		break;
	case VERB_PREV_PART:
		depth = n != NULL ? n->depth : 0;
		for (i = p->list.cur; i-- > 0 && t->nodes[i].depth > depth;)
			;
		if (i < t->n)
			list_go(&p->list, i);
		break;
	case VERB_HOME:
	case VERB_END:
		break;
	case VERB_NEXT_LINK:
		for (i = p->list.cur + 1; i < t->n; i++) {
			if (t->nodes[i].kind == TYPE_PTR)
				break;
		}
		list_go(&p->list, i);
		break;
	case VERB_PREV_LINK:
		for (i = p->list.cur; i-- > 0;) {
			if (t->nodes[i].kind == TYPE_PTR) {
				list_go(&p->list, i);
				break;
			}
		}
		break;
	case VERB_CLICK:
		list_go(&p->list, p->list.top + (size_t)(count >> 16));
		break;
	default:
		return (list_verb(&p->list, v, count));
	}
	list_fit(&p->list, t->n, p->list.h);
	return (true);
}

static bool
follow(struct pane *p, struct link *l)
{
	struct tree *t = (struct tree *)p;
	struct ui *ui = p->ui;
	struct node *n = here(t);
	struct type type, target;
	uint64_t bits;

	if (n == NULL || n->kind != TYPE_PTR || !stripped(t, n->v.type, &type) ||
	    value_load(ui->ctx, &ui->kernel->env, &n->v, &bits) != 0 ||
	    bits == 0) {
		ctx_clear(ui->ctx);
		return (false);
	}
	*l = link_memory(bits, type.target, ui_space_pid(ui, n->v.space));
	if (stripped(t, type.target, &target) && target.kind == TYPE_PROTO) {
		*l = link_symbol(bits);
		l->kind = LINK_CODE;
	}
	return (true);
}

/* Enter opens and folds what has members; pointers are links. */
static bool
enter(struct pane *p)
{
	struct tree *t = (struct tree *)p;
	struct node *n = here(t);

	if (n == NULL || !n->can_open || (n->kind == TYPE_PTR && !n->more))
		return (false);
	return (verb(p, VERB_TOGGLE, 0, ""));
}

static void
row_text(struct pane *p, size_t i, struct buf *b)
{
	struct tree *t = (struct tree *)p;

	if (i >= t->n)
		return;
	load_text(t, &t->nodes[i]);
	buf_printf(b, "%s %s %s%s%s", t->nodes[i].name, t->nodes[i].text,
	    t->nodes[i].note != NULL ? t->nodes[i].note : "",
	    t->nodes[i].note != NULL ? " " : "", t->nodes[i].type);
}

/* What the cursor is on, else the whole that it is a part of. */
static bool
elements(struct pane *p, struct buf *b, bool *whole)
{
	struct tree *t = (struct tree *)p;
	struct node *n = here(t);
	char type[160];

	if (n != NULL && !n->more && n->type != NULL &&
	    container_walk(p->ui, &n->v, n->type, b, whole))
		return (true);
	if (type_name(p->ui->ctx, p->ui->kernel->types, t->top.type, "", type,
	    sizeof(type)) != 0) {
		ctx_clear(p->ui->ctx);
		return (false);
	}
	return (container_walk(p->ui, &t->top, type, b, whole));
}

static bool
address(struct pane *p, uint64_t *addr)
{
	struct node *n = here((struct tree *)p);

	if (n == NULL || n->more || n->v.place != VALUE_MEM)
		return (false);
	*addr = n->v.addr;
	return (true);
}

/* The path of node i from the top. */
static void
path_of(struct tree *t, size_t i, struct buf *path)
{
	struct buf all = { 0 };
	size_t depth;

	/* Gathered from the leaf up. */
	buf_puts(path, t->nodes[i].name);
	for (depth = t->nodes[i].depth; i-- > 0 && depth > 0;) {
		if (t->nodes[i].depth >= depth)
			continue;
		depth = t->nodes[i].depth;
		buf_reset(&all);
		buf_printf(&all, "%s%s%s", t->nodes[i].name,
		    buf_text(path)[0] == '[' ? "" :
		    t->nodes[i].kind == TYPE_PTR ? "->" : ".", buf_text(path));
		buf_reset(path);
		buf_puts(path, buf_text(&all));
	}
	buf_fini(&all);
}

/* Who tells a type: memory (BTF), or a debug file (DWARF). */
static const char *
told_by(const struct kernel *k, struct typeref type)
{
	const struct type_unit *unit = types_unit(k->types, type.unit);

	return (unit == NULL || unit->ops->source == NULL ? "" :
	    strcmp(unit->ops->source, "DWARF") == 0 ? ", DWARF" :
	    strcmp(unit->ops->source, "BTF") == 0 ? ", BTF" : "");
}

static void
detail(struct pane *p, struct buf *b)
{
	struct tree *t = (struct tree *)p;
	struct node *n = here(t);
	struct buf path = { 0 };

	if (n == NULL || n->more)
		return;
	path_of(t, p->list.cur, &path);
	if (n->v.place == VALUE_MEM)
		buf_printf(b, "0x%llx  ", (unsigned long long)n->v.addr);
	buf_puts(b, buf_text(&path));
	if (n->hole) {
		buf_printf(b, "+0x%llx  %s", (unsigned long long)n->offset,
		    n->text != NULL ? n->text : "");
		buf_fini(&path);
		return;
	}
	if (n->text != NULL && n->text[0] != '\0')
		buf_printf(b, " = %s", n->text);
	if (n->note != NULL)
		buf_printf(b, " %s", n->note);
	if (n->type != NULL && n->type[0] != '\0')
		buf_printf(b, "  (%s, %llu byte%s%s)", n->type,
		    (unsigned long long)n->size, n->size == 1 ? "" : "s",
		    told_by(p->ui->kernel, n->v.type));
	buf_fini(&path);
}

/* Its value as it would be typed: 116 't' and 0x... <sym> say more. */
static bool
changes(struct pane *p, struct buf *name, struct buf *now)
{
	struct tree *t = (struct tree *)p;
	struct node *n = here(t);

	if (n == NULL || n->more || n->v.place != VALUE_MEM ||
	    (is_aggregate(n->kind) && n->can_open))
		return (false);
	load_text(t, n);
	path_of(t, p->list.cur, name);
	if (n->text != NULL && !n->missing)
		buf_add(now, n->text, n->text[0] == '"' ? strlen(n->text) :
		    strcspn(n->text, " "));
	return (true);
}

/* A name with members, that more can be put behind. */
static bool
is_plain(const char *s)
{
	for (; isalnum((unsigned char)*s) || *s == '_' || *s == '.'; s++)
		;
	return (*s == '\0');
}

static int
change(struct pane *p, const char *text)
{
	struct tree *t = (struct tree *)p;
	struct node *n = here(t);
	struct value_store *s;
	struct buf path = { 0 }, all = { 0 };
	int rc;

	if (n == NULL || n->more || n->hole)
		return (ctx_fail(p->ui->ctx, E_NOT_FOUND, "there is no value "
		    "here"));
	s = malloc(sizeof(*s));
	if (s == NULL)
		return (ctx_fail(p->ui->ctx, E_NOMEM, "no memory"));
	/* As the expression that it is, where that is plain. */
	path_of(t, p->list.cur, &path);
	if (t->expression != NULL && is_plain(t->expression)) {
		buf_printf(&all, "%s%s%s", t->expression,
		    buf_text(&path)[0] == '[' ? "" : ".", buf_text(&path));
		buf_reset(&path);
		buf_puts(&path, buf_text(&all));
		buf_fini(&all);
	}
	rc = value_store(p->ui->ctx, &p->ui->kernel->env, &n->v, text, s);
	if (rc == 0)
		rc = change_stage(p->ui, s, ui_space_pid(p->ui, n->v.space),
		    buf_text(&path));
	buf_fini(&path);
	free(s);
	return (rc);
}

static void
position(struct pane *p, struct buf *b)
{
	struct tree *t = (struct tree *)p;

	buf_printf(b, "0x%llx  ", (unsigned long long)t->top.addr);
	list_position(&p->list, b);
}

static void
where(struct pane *p, struct buf *b)
{
	struct tree *t = (struct tree *)p;
	struct ui *ui = p->ui;
	char type[200];

	if (t->expression != NULL)
		buf_printf(b, "print %s", t->expression);
	else if (ui->kernel->types != NULL && type_name(ui->ctx,
	    ui->kernel->types, t->top.type, "", type, sizeof(type)) == 0)
		buf_printf(b, "print *(%s *)0x%llx", type,
		    (unsigned long long)t->top.addr);
	else
		buf_printf(b, "hex 0x%llx", (unsigned long long)t->top.addr);
	ctx_clear(ui->ctx);
}

static int
refresh(struct pane *p)
{
	struct tree *t = (struct tree *)p;
	size_t i;

	/* What is open stays open; its values are read again. */
	for (i = 0; i < t->n; i++) {
		free(t->nodes[i].text);
		t->nodes[i].text = NULL;
		t->nodes[i].missing = false;
	}
	return (0);
}

static int
reread(struct pane *p)
{
	struct tree *t = (struct tree *)p;
	size_t i;

	for (i = 0; i < t->n; i++) {
		/* What is off the screen was not read since. */
		if (t->nodes[i].text == NULL)
			continue;
		free(t->nodes[i].before);
		t->nodes[i].before = t->nodes[i].text;
		t->nodes[i].text = NULL;
		t->nodes[i].missing = false;
	}
	return (0);
}

static void
close_pane(struct pane *p)
{
	struct tree *t = (struct tree *)p;

	remove_nodes(t, 0, t->n);
	free(t->nodes);
	free(t->expression);
}

static const struct hint hints[] = {
	{ "follow", "follow, open" }, { "toggle", "fold" }, { "back", "back" },
	{ "search", "search" }, { "bytes", "bytes" }, { "help", "keys" },
	{ NULL, NULL },
};

const struct pane_ops pane_struct = {
	.name = "struct",
	.close = close_pane,
	.draw = draw,
	.verb = verb,
	.link = follow,
	.address = address,
	.elements = elements,
	.enter = enter,
	.row_text = row_text,
	.refresh = refresh,
	.reread = reread,
	.position = position,
	.detail = detail,
	.where = where,
	.changes = changes,
	.change = change,
	.hints = hints,
};

int
pane_struct_open(struct ui *ui, const struct value *v, const char *title)
{
	struct tree *t;
	char type[120];
	int rc;

	t = pane_new(ui, &pane_struct, sizeof(*t));
	if (t == NULL)
		return (E_NOMEM);
	t->top = *v;
	t->pid = ui_space_pid(ui, v->space);
	if (ui->kernel->types == NULL || type_name(ui->ctx, ui->kernel->types,
	    v->type, "", type, sizeof(type)) != 0)
		type[0] = '\0';
	if (title != NULL && title[0] != '\0') {
		snprintf(t->p.title, sizeof(t->p.title), "%s", title);
		t->expression = strdup(title);
	} else
		snprintf(t->p.title, sizeof(t->p.title), "%s 0x%llx", type,
		    (unsigned long long)v->addr);
	rc = insert_children(t, v, SIZE_MAX, 0, 0);
	if (rc != 0) {
		pane_destroy(&t->p);
		return (rc);
	}
	list_fit(&t->p.list, t->n, t->p.list.h);
	ui_show(ui, &t->p);
	return (0);
}
