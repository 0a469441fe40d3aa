/* SPDX-License-Identifier: BSD-2-Clause */
/* Links and expressions: from what stands on the screen to a document. */
#include "ui/model.h"

#include "engine/value/code.h"
#include "engine/value/walk_expr.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
ui_space(struct ui *ui, int pid, const struct space **ret)
{
	struct proc_space *ps;
	struct os_proc proc;
	struct arena arena;
	size_t i;
	int rc;

	if (pid == 0) {
		*ret = &ui->kernel->space;
		return (0);
	}
	for (i = 0; i < ui->nspaces; i++) {
		if (ui->spaces[i]->pid == pid) {
			*ret = &ui->spaces[i]->space;
			return (0);
		}
	}
	ps = vec_room(ui->spaces, ui->spaces_cap, ui->nspaces + 1) ?
	    calloc(1, sizeof(*ps)) : NULL;
	if (ps == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	arena_init(&arena);
	rc = os_proc(ui->ctx, ui->kernel, pid, &arena, &proc);
	if (rc == 0)
		rc = os_proc_space(ui->ctx, ui->kernel, &proc, &ps->space);
	arena_fini(&arena);
	if (rc != 0) {
		free(ps);
		return (rc);
	}
	ps->pid = pid;
	ui->spaces[ui->nspaces++] = ps;
	*ret = &ps->space;
	return (0);
}

int
ui_space_pid(struct ui *ui, const struct space *space)
{
	size_t i;

	for (i = 0; i < ui->nspaces; i++) {
		if (&ui->spaces[i]->space == space)
			return (ui->spaces[i]->pid);
	}
	return (0);
}

/* The type without its names and qualifiers; false where it is not known. */
static bool
bare_type(struct ui *ui, struct typeref ref, struct type *t)
{
	struct typeref stripped;

	if (ref.id == 0 || ui->kernel->types == NULL)
		return (false);
	if (type_strip(ui->ctx, ui->kernel->types, ref, &stripped, t) != 0) {
		ctx_clear(ui->ctx);
		return (false);
	}
	return (true);
}

/* A structure, union or array, which the tree shows; else bytes. */
static bool
has_parts(struct ui *ui, struct typeref ref)
{
	struct type t;

	return (bare_type(ui, ref, &t) && (t.kind == TYPE_STRUCT ||
	    t.kind == TYPE_UNION || t.kind == TYPE_ARRAY));
}

static bool
is_code(struct ui *ui, struct typeref ref)
{
	struct type t;

	return (bare_type(ui, ref, &t) && (t.kind == TYPE_FUNC ||
	    t.kind == TYPE_PROTO));
}

static int
follow_memory(struct ui *ui, const struct link *l)
{
	struct value v = { .place = VALUE_MEM, .type = l->type,
	    .addr = l->addr };
	int rc;

	if (!has_parts(ui, l->type))
		return (pane_hex_open(ui, l->addr, l->pid));
	rc = ui_space(ui, l->pid, &v.space);
	return (rc != 0 ? rc : pane_struct_open(ui, &v, NULL));
}

/* "dis schedule+0x20", if that is there and nowhere else; else by its address. */
static void
code_line(struct ui *ui, uint64_t addr, char *line, size_t size)
{
	const struct symbol *s = sym_at(&ui->kernel->symbols, addr);
	char offset[24] = "";
	uint64_t there;
	int n;

	if (s != NULL && s->addr != addr)
		snprintf(offset, sizeof(offset), "+0x%llx",
		    (unsigned long long)(addr - s->addr));
	n = s == NULL ? -1 : snprintf(line, size, "dis %s%s",
	    sym_name(&ui->kernel->symbols, s), offset);
	ui->ctx->quiet++;
	if (n < 0 || (size_t)n >= size || value_eval_addr(ui->ctx,
	    &ui->kernel->env, line + 4, &there, NULL) != 0 || there != addr)
		snprintf(line, size, "dis 0x%llx", (unsigned long long)addr);
	ui->ctx->quiet--;
	ctx_clear(ui->ctx);
}

/* Instructions, where they are there and can be disassembled; else bytes. */
static int
follow_code(struct ui *ui, uint64_t addr, int pid)
{
	char line[160];
	struct code *code;
	uint8_t byte;

	if (pid != 0 || code_open(ui->ctx, ui->kernel->arch, &code) != 0) {
		ctx_clear(ui->ctx);
		return (pane_hex_open(ui, addr, pid));
	}
	code_close(code);
	if (space_read(ui->ctx, &ui->kernel->space, addr, &byte, 1) != 0) {
		ctx_clear(ui->ctx);
		return (pane_hex_open(ui, addr, pid));
	}
	code_line(ui, addr, line, sizeof(line));
	return (pane_table_open(ui, line));
}

/* A symbol of data whose type is known opens as a structure. */
static int
follow_symbol(struct ui *ui, uint64_t addr)
{
	const struct symbol *s;
	struct value v;
	const char *name;

	s = sym_at(&ui->kernel->symbols, addr);
	if (s != NULL && tolower((unsigned char)s->type) == 't')
		return (follow_code(ui, addr, 0));
	if (s != NULL && s->addr == addr) {
		name = sym_name(&ui->kernel->symbols, s);
		if (value_eval(ui->ctx, &ui->kernel->env, name, &v) == 0 &&
		    v.place == VALUE_MEM && v.addr == addr &&
		    has_parts(ui, v.type))
			return (pane_struct_open(ui, &v, name));
		ctx_clear(ui->ctx);
	}
	return (pane_hex_open(ui, addr, 0));
}

static int
follow(struct ui *ui, const struct link *l)
{
	char *line;
	int rc;

	switch (l->kind) {
	case LINK_MEMORY:
		return (follow_memory(ui, l));
	case LINK_CODE:
		return (follow_code(ui, l->addr, l->pid));
	case LINK_PROCESS:
		return (pane_process_open(ui, l->pid));
	case LINK_SYMBOL:
		return (follow_symbol(ui, l->addr));
	case LINK_COMMAND:
		/* The link may go away with the pane that it leads away from. */
		line = strdup(l->command);
		if (line == NULL)
			return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
		rc = ui_command(ui, line);
		free(line);
		return (rc);
	case LINK_NONE:
		break;
	}
	return (ctx_fail(ui->ctx, E_NOT_FOUND, "there is nothing to follow here"));
}

int
ui_follow(struct ui *ui, const struct link *l)
{
	struct frame *from = ui->focus;
	struct link copy = *l;
	int rc;

	if (!ui->linked || ui->root->a == NULL)
		return (follow(ui, l));
	ui_next_window(ui, 1);
	rc = follow(ui, &copy);
	ui->focus = from;
	ui_layout(ui);
	return (rc);
}

static void
say_value(struct ui *ui, const char *text, const struct value *v)
{
	struct buf b = { 0 };
	char type[160];
	uint64_t bits;

	if (value_text(ui->ctx, &ui->kernel->env, v, &b) != 0) {
		ctx_chain(ui->ctx, "%s", text);
		ui_say_error(ui);
		buf_fini(&b);
		return;
	}
	if (v->type.id == 0 || ui->kernel->types == NULL ||
	    type_name(ui->ctx, ui->kernel->types, v->type, "", type,
	    sizeof(type)) != 0)
		type[0] = '\0';
	/* An integer both ways, when that tells more. */
	if (isdigit((unsigned char)buf_text(&b)[0]) && b.len > 1 &&
	    strncmp(b.p, "0x", 2) != 0 &&
	    value_load(ui->ctx, &ui->kernel->env, v, &bits) == 0 && bits > 9)
		buf_printf(&b, " = 0x%llx", (unsigned long long)bits);
	ctx_clear(ui->ctx);
	ui_say(ui, STYLE_NORMAL, "%s = %s%s%s%s", text, buf_text(&b),
	    type[0] != '\0' ? "  (" : "", type, type[0] != '\0' ? ")" : "");
	buf_fini(&b);
}

/* A function of assembly has no type. */
static bool
names_code(struct ui *ui, const char *text, uint64_t addr)
{
	const struct symbol *s = sym_at(&ui->kernel->symbols, addr);

	return (s != NULL && s->addr == addr &&
	    tolower((unsigned char)s->type) == 't' &&
	    strcmp(sym_name(&ui->kernel->symbols, s), text) == 0);
}

int
ui_expression(struct ui *ui, const char *text)
{
	const struct value_env *env = &ui->kernel->env;
	struct typeref ref;
	struct walk_expr *walk;
	struct buf line = { 0 };
	struct pt_result pt;
	struct value v, to;
	struct type t;
	uint64_t bits;
	int rc;

	/* A walk over a container is a table of its elements. */
	rc = walk_expr_open(ui->ctx, env, text, &walk);
	if (rc == 0) {
		walk_expr_close(walk);
		buf_printf(&line, "print %s", text);
		rc = pane_table_open(ui, buf_text(&line));
		buf_fini(&line);
		return (rc);
	}
	if (rc != E_NOT_FOUND)
		return (ctx_chain(ui->ctx, "%s", text));
	ctx_clear(ui->ctx);
	rc = value_eval_shown(ui->ctx, env, text, &line, &v);
	if (rc == 0 && v.place == VALUE_TEXT)
		ui_say(ui, STYLE_NORMAL, "%s = \"%s\"", text, v.text);
	buf_fini(&line);
	if (rc != 0)
		return (ctx_chain(ui->ctx, "%s", text));
	if (v.place == VALUE_TEXT)
		return (0);
	if (v.place == VALUE_MEM && has_parts(ui, v.type) &&
	    !(type_strip(ui->ctx, ui->kernel->types, v.type, &ref, &t) == 0 &&
	    t.kind == TYPE_ARRAY && type_strip(ui->ctx, ui->kernel->types,
	    t.target, &ref, &t) == 0 && t.is_char))
		return (pane_struct_open(ui, &v, text));
	say_value(ui, text, &v);
	if (v.place == VALUE_MEM && (is_code(ui, v.type) ||
	    names_code(ui, text, v.addr)))
		return (follow_code(ui, v.addr, ui_space_pid(ui, v.space)));
	/* A pointer leads to what it points to, a plain address to its bytes. */
	if (v.type.id != 0 && ui->kernel->types != NULL &&
	    type_strip(ui->ctx, ui->kernel->types, v.type, &ref, &t) == 0 &&
	    t.kind == TYPE_PTR) {
		if (value_load(ui->ctx, env, &v, &bits) == 0 && bits != 0) {
			if (is_code(ui, t.target))
				rc = follow_code(ui, bits,
				    ui_space_pid(ui, v.space));
			else if (has_parts(ui, t.target) &&
			    value_deref(ui->ctx, env, &v, &to) == 0)
				rc = pane_struct_open(ui, &to, text);
			else
				rc = pane_hex_open(ui, bits,
				    ui_space_pid(ui, v.space));
			if (rc != 0)
				ui_say_error(ui);
		}
	} else if (v.place == VALUE_IMM && v.bits >= 0x10000 &&
	    space_translate(ui->ctx, &ui->kernel->space, v.bits, &pt) == 0) {
		rc = pane_hex_open(ui, v.bits, 0);
		if (rc != 0)
			ui_say_error(ui);
	}
	ctx_clear(ui->ctx);
	return (0);
}
