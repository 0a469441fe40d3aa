/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/tools.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct cell
view_cell_status(int status)
{
	return (status_reason(status) != NULL ? cell_missing(status) :
	    cell_null());
}

struct cell
view_cell_u64(struct os_u64 v)
{
	return (v.status == OK ? cell_u64(v.v) : view_cell_status(v.status));
}

struct cell
view_cell_addr(struct os_u64 v)
{
	return (v.status == OK ? cell_addr(v.v) : view_cell_status(v.status));
}

struct cell
view_cell_struct(uint64_t addr, struct typeref type)
{
	if (addr == OS_UNKNOWN)
		return (cell_missing(E_RESTRICTED));
	return (cell_link(cell_addr(addr), link_memory(addr, type, 0)));
}

struct cell
view_cell_double(struct os_double v)
{
	return (v.status == OK ? cell_double(v.v) :
	    view_cell_status(v.status));
}

struct cell
view_cell_text(struct os_text v)
{
	return (v.status == OK ? cell_text(v.s) : view_cell_status(v.status));
}

struct cell
view_cell_source(struct ctx *ctx, struct kernel *k, uint64_t addr, char *place,
    size_t n)
{
	struct debug *debug = debug_at(k->debug, addr);
	struct dwarf_source src;
	struct dwarf *d;

	ctx->quiet++;
	place[0] = '\0';
	if (debug != NULL && debug_open(ctx, debug, &d) == OK &&
	    dwarf_line(ctx, d, addr - debug_shift(debug), &src) == OK)
		debug_place(&src, place, n);
	ctx->quiet--;
	ctx_clear(ctx);
	return (place[0] == '\0' ? cell_null() : cell_text(place));
}

int
view_usage(struct ctx *ctx, const struct view_args *args)
{
	const struct view *view;

	view = view_by_name(args->argv[0]);
	return (ctx_fail(ctx, E_USAGE, "usage: %s%s%s", args->argv[0],
	    view != NULL && view->args[0] != '\0' ? " " : "",
	    view != NULL ? view->args : ""));
}

int
view_pid(struct ctx *ctx, const struct view_args *args, int i, int *pid)
{
	const char *text;
	char *end;
	long v;

	text = args->argv[i];
	errno = 0;
	v = strtol(text, &end, 10);
	if (end == text || *end != '\0' || v < 0)
		return (ctx_fail(ctx, E_USAGE, "%s: not a process number; "
		    "ps lists them", text));
	if (errno != 0 || v > INT_MAX)
		return (ctx_fail(ctx, E_NOT_FOUND, "no such process"));
	*pid = (int)v;
	return (OK);
}

int
view_proc(struct ctx *ctx, struct kernel *k, const struct view_args *args,
    int i, struct arena *arena, struct os_proc *proc)
{
	int error, pid;

	error = view_pid(ctx, args, i, &pid);
	if (error == OK)
		error = os_proc(ctx, k, pid, arena, proc);
	return (error);
}

const struct value_env *
view_env(const struct kernel *k, const struct view_args *args)
{
	return (args->env != NULL ? args->env : &k->env);
}

int
view_addr(struct ctx *ctx, const struct kernel *k, const struct view_args *args,
    const char *text, uint64_t *addr, const struct space **space)
{
	struct value v = { .space = NULL };
	int error;

	error = value_eval_addr(ctx, view_env(k, args), text, addr, &v);
	if (error == OK)
		*space = v.space != NULL ? v.space : &k->space;
	return (error);
}

/* The end of the quoted text that starts at p; NULL when it has none. */
static const char *
quote_end(const char *p)
{
	char quote;

	for (quote = *p++; *p != '\0' && *p != quote; p++)
		if (*p == '\\' && quote == '"' && p[1] != '\0')
			p++;
	return (*p == quote ? p + 1 : NULL);
}

bool
view_token(const char *line, const char **from, const char **end, bool *open)
{
	const char *p, *q;
	unsigned depth;

	*open = false;
	for (p = line; *p == ' ' || *p == '\t'; p++)
		;
	*from = p;
	for (depth = 0; *p != '\0'; p++) {
		if (depth == 0 && (*p == ' ' || *p == '\t'))
			break;
		if (*p == '"' || *p == '\'') {
			q = quote_end(p);
			if (q == NULL) {
				*open = true;
				p += strlen(p);
				break;
			}
			p = q - 1;
		} else if (*p == '(' || *p == '[') {
			depth++;
		} else if ((*p == ')' || *p == ']') && depth > 0) {
			depth--;
		}
	}
	*end = p;
	return (p > *from);
}

const struct symbol *
view_frame_symbol(const struct kernel *k, const struct os_frame *f)
{
	const struct symbol *sym;

	if (f->user)
		return (NULL);
	sym = sym_at(&k->symbols, f->exact ? f->pc : f->pc - 1);
	/* CPUs' variables are numbered from 0, where a null pointer leads. */
	return (sym != NULL && strchr("tTwW", sym->type) == NULL &&
	    f->pc >> (k->space.ptr_size * 8 - 1) == 0 ? NULL : sym);
}
