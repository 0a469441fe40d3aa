/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/struct_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREVIEW_PARTS	8
#define PREVIEW_DEPTH	2
#define PREVIEW_LEN	96		/* bytes; the screen cuts it anyway */

/* "struct x *" and "const struct x" are structures called x. */
static void
bare_name(const char *type, char *name, size_t size)
{
	const char *p;
	size_t n;

	p = strstr(type, "struct ");
	p = p != NULL ? p + 7 : (p = strstr(type, "union ")) != NULL ? p + 6 :
	    type;
	n = strcspn(p, " *[");
	snprintf(name, size, "%.*s", (int)(n < size ? n : size - 1), p);
}

void
struct_note(struct ui *ui, const char *parent, const char *member,
    const struct value *v, struct buf *b)
{
	struct os_field f = { .v = v, .member = member };
	char name[128], declared[160];
	struct typeref ref;
	struct type t;

	bare_name(parent, name, sizeof(name));
	f.type = name;
	ui->ctx->quiet++;
	if (type_strip(ui->ctx, ui->kernel->types, v->type, &ref, &t) == 0 &&
	    type_name(ui->ctx, ui->kernel->types, v->type, "", declared,
	    sizeof(declared)) == 0) {
		f.declared = declared;
		f.kind = t.kind;
		f.name = t.name;
		f.is_signed = t.is_signed;
		f.size = (unsigned)t.size;
		if (t.kind == TYPE_STRUCT || (t.size <= 8 && (t.kind ==
		    TYPE_INT || t.kind == TYPE_PTR) && value_load(ui->ctx,
		    &ui->kernel->env, v, &f.bits) == 0))
			os_natural(ui->ctx, ui->kernel, &f, b);
		/* Addresses and masks read better so; small numbers do not. */
		if (b->len == 0 && t.kind == TYPE_INT && !t.is_signed &&
		    f.bits >= 65536)
			buf_printf(b, "0x%llx", (unsigned long long)f.bits);
	}
	ui->ctx->quiet--;
	ctx_clear(ui->ctx);
}

static void	preview(struct ui *, const struct value *, unsigned depth,
		    struct buf *);

struct preview {
	unsigned	 depth;
	struct ui	*ui;
	struct buf	*b;
	bool		 is_union, is_array;
	size_t		 n;
	bool		 missing;
};

static int
on_part(void *arg, struct ctx *ctx, const struct value_node *vn)
{
	struct preview *p = arg;
	struct buf text = { 0 };
	const bool inner = !vn->is_leaf;

	if (p->n == PREVIEW_PARTS || p->b->len > PREVIEW_LEN) {
		buf_puts(p->b, p->is_union ? " | ..." : ", ...");
		return (E_DONE);
	}
	if (inner)
		preview(p->ui, &vn->v, p->depth + 1, &text);
	else if (value_text(ctx, &p->ui->kernel->env, &vn->v, &text) != 0)
		p->missing = true;
	if (p->missing) {
		buf_fini(&text);
		return (E_DONE);
	}
	if (p->n++ > 0)
		buf_puts(p->b, p->is_union ? " | " : ", ");
	if (!p->is_array && vn->name[0] != '\0')
		buf_printf(p->b, "%s ", vn->name);
	/* Of one inside another no more than that it is there. */
	if (inner && buf_text(&text)[0] == '{' && text.len > 24)
		buf_puts(p->b, "{...}");
	else if (inner && text.len == 0)
		buf_puts(p->b, "{}");
	else
		buf_puts(p->b, buf_text(&text));
	buf_fini(&text);
	return (0);
}

struct only {
	struct value	 v;
	size_t		 n;
};

static int
on_only(void *arg, struct ctx *ctx, const struct value_node *vn)
{
	struct only *o = arg;

	(void)ctx;
	if (!vn->is_leaf)
		return (vn->depth > 8 ? E_DONE : 0);
	o->v = vn->v;
	return (++o->n > 1 ? E_DONE : 0);
}

static void
cut(struct buf *b, size_t n)
{
	if (b->len > n) {
		b->len = n;
		b->p[n] = '\0';
	}
}

static void
preview(struct ui *ui, const struct value *v, unsigned depth, struct buf *b)
{
	const struct value_env *env = &ui->kernel->env;
	struct preview p = { .ui = ui, .b = b, .depth = depth };
	struct only only = { .n = 0 };
	struct typeref ref;
	struct type t;
	size_t before;
	int rc;

	if (depth > PREVIEW_DEPTH) {
		buf_puts(b, "{...}");
		return;
	}
	before = b->len;
	struct_note(ui, "", "", v, b);
	if (b->len > before)
		return;
	ui->ctx->quiet++;
	rc = type_strip(ui->ctx, ui->kernel->types, v->type, &ref, &t);
	/* A counter in a struct in a struct is that counter. */
	if (rc == 0 && t.kind == TYPE_STRUCT)
		(void)value_walk(ui->ctx, env, v, 2, on_only, &only);
	if (rc == 0 && only.n == 1) {
		if (value_text(ui->ctx, env, &only.v, b) != 0)
			cut(b, before);
	} else if (rc == 0 && t.kind == TYPE_ARRAY && t.count == 0) {
		buf_puts(b, "of no known length");
	} else if (rc == 0) {
		p.is_union = t.kind == TYPE_UNION;
		p.is_array = t.kind == TYPE_ARRAY;
		buf_puts(b, "{");
		(void)value_children(ui->ctx, env, v, 0, PREVIEW_PARTS + 1,
		    on_part, &p);
		buf_puts(b, "}");
		if (p.missing || p.n == 0)
			cut(b, before);
	}
	ui->ctx->quiet--;
	ctx_clear(ui->ctx);
}

void
struct_preview(struct ui *ui, const struct value *v, struct buf *b)
{
	preview(ui, v, 0, b);
}
