/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/view.h"

#include "engine/view/tools.h"
#include "engine/view/viewfile.h"

#include <string.h>

#define LINE_MAX_LEN	65536

const struct view *const views[] = {
	&view_info,
	&view_analyze,
	&view_ps,
	&view_argv,
	&view_env_vars,
	&view_sym,
	&view_hex,
	&view_tele,
	&view_print,
	&view_type,
	&view_types,
	&view_layout,
	&view_users,
	&view_swap,
	&view_load,
	&view_log,
	&view_mod,
	&view_vtop,
	&view_ranges,
	&view_bt,
	&view_frame,
	&view_blocked,
	&view_dis,
	&view_maps,
	&view_files,
	&view_whatis,
	&view_objects,
	&view_find,
	&view_views,
	NULL
};

const struct view *
view_by_name(const char *name)
{
	size_t i;

	for (i = 0; views[i] != NULL; i++)
		if (strcmp(views[i]->name, name) == 0)
			return (views[i]);
	return (NULL);
}

/* 'a', '\n', '\x41': to print that is a character, no quoted word. */
static bool
is_char(const char *text)
{
	const size_t n = strlen(text);

	return (text[0] == '\'' && n >= 3 && text[n - 1] == '\'' &&
	    (n == 3 || (text[1] == '\\' && n <= 6)));
}

/*
 * A token that is quoted as a whole loses its quotes (and in "" the backslash
 * before another one and before a quote); quotes inside an expression stay.
 */
static char *
unquote(struct arena *arena, const char *from, const char *end)
{
	const char *p;
	char *text, *out;
	char quote;

	quote = *from;
	if ((quote != '"' && quote != '\'') || end - from < 2 ||
	    end[-1] != quote)
		return (arena_strndup(arena, from, (size_t)(end - from)));
	for (p = from + 1; p < end - 1 && *p != quote; p++)
		if (*p == '\\' && quote == '"')
			p++;
	if (p != end - 1)	/* "a" + "b" */
		return (arena_strndup(arena, from, (size_t)(end - from)));
	text = out = arena_alloc(arena, (size_t)(end - from));
	if (text == NULL)
		return (NULL);
	for (p = from + 1; p < end - 1; p++) {
		if (quote == '"' && *p == '\\' && (p[1] == '"' || p[1] == '\\'))
			p++;
		*out++ = *p;
	}
	*out = '\0';
	return (text);
}

static char *
trimmed(struct arena *arena, const char *p)
{
	size_t n;

	p += strspn(p, " \t");
	for (n = strlen(p); n > 0 && strchr(" \t\r\n", p[n - 1]) != NULL; n--)
		;
	return (arena_strndup(arena, p, n));
}

int
view_split(struct ctx *ctx, struct arena *arena, const char *line,
    struct view_args *args)
{
	const struct view *view;
	const char *end, *from, *rest;
	char *copy, *text;
	bool open;

	if (strlen(line) > LINE_MAX_LEN)
		return (ctx_fail(ctx, E_LIMIT, "a command longer than %d bytes",
		    LINE_MAX_LEN));
	memset(args, 0, sizeof(*args));
	copy = trimmed(arena, line);
	if (copy == NULL)
		goto nomem;
	rest = copy;
	view = NULL;
	while (view_token(rest, &from, &end, &open)) {
		if (open && (view == NULL || !view->rest_is_one))
			return (ctx_fail(ctx, E_SYNTAX,
			    "a quote is not closed: %s", from));
		if (args->argc == VIEW_ARGS_MAX)
			return (ctx_fail(ctx, E_LIMIT, "more than %d words",
			    VIEW_ARGS_MAX));
		text = unquote(arena, from, end);
		if (text == NULL)
			goto nomem;
		args->argv[args->argc++] = text;
		rest = end;
		if (args->argc > 1)
			continue;
		args->rest = end + strspn(end, " \t");
		view = view_by_name(text);
		if (view != NULL && view->rest_is_one) {
			if (args->rest[0] != '\0') {
				text = view == &view_print &&
				    is_char(args->rest) ? arena_strdup(arena,
				    args->rest) : unquote(arena, args->rest,
				    args->rest + strlen(args->rest));
				if (text == NULL)
					goto nomem;
				args->argv[args->argc++] = text;
			}
			break;
		}
	}
	if (args->argc == 0)
		return (ctx_fail(ctx, E_USAGE, "an empty command"));
	return (OK);
nomem:
	return (ctx_fail(ctx, E_NOMEM, "no memory for a command"));
}

int
view_run(struct ctx *ctx, struct kernel *k, const struct view *view,
    const struct view_args *args, struct row_sink *sink)
{
	ctx_clear(ctx);
	if (view->file != NULL)
		return (viewfile_run(ctx, k, view->file, args, sink));
	if ((view->needs & NEEDS_OS) != 0 && k->os == NULL)
		return (os_none(ctx, k));
	if ((view->needs & NEEDS_SYMBOLS) != 0 && k->symbols.n == 0)
		return (ctx_fail(ctx, E_NO_SYMBOL, "no symbols were found in "
		    "this memory; a kernel image or System.map beside the "
		    "dump provides them"));
	if ((view->needs & NEEDS_TYPES) != 0 && types_nunits(k->types) == 0) {
		/* What stands in the way says more than that there are none. */
		if (k->debug != NULL && debug_find(ctx, k->debug, false) != 0)
			return (ctx_chain(ctx, "no types were found in this "
			    "memory"));
		return (ctx_fail(ctx, E_NO_TYPE, "no types were found in this "
		    "memory; a kernel image with debug information beside "
		    "the dump provides them"));
	}
	return (view->run(ctx, k, args, sink));
}
