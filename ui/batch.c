/* SPDX-License-Identifier: BSD-2-Clause */
/* -c and -i: commands in, rows out. */
#include "ui/options.h"

#include "engine/edit.h"
#include "engine/view/phrase.h"
#include "ui/user_tables.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "kpeek: what: why"; what is the command as it was typed. */
static void
complain(struct ctx *ctx, const char *line)
{
	/* The text is clean already, the line may hold anything. */
	ctx_chain(ctx, "%s", line);
	fprintf(stderr, "kpeek: %s\n", ctx->err.text);
}

static int
run_words(struct ctx *ctx, struct arena *arena, struct kernel *k,
    const struct options *o, struct tables *tables, const char *line,
    struct row_sink *sink)
{
	const struct view *view;
	struct view_args args;
	struct guess g;
	size_t i;
	int error;

	error = view_split(ctx, arena, line, &args);
	if (error != OK)
		return (error);
	args.tables = tables;
	view = tables_view(ctx, tables, args.argv[0]);
	if (view != NULL)
		return (view_run(ctx, k, view, &args, sink));
	if (strcmp(args.argv[0], "write") == 0)
		return (edits_write(ctx, k, args.rest, o->yes, sink));
	guess_init(&g, args.argv[0]);
	for (i = 0; i < tables_count(tables); i++)
		guess_offer(&g, tables_name(tables, i));
	for (i = 0; views[i] != NULL; i++)
		guess_offer(&g, views[i]->name);
	return (ctx_fail(ctx, E_USAGE, "no such command%s%s; --help lists "
	    "them", g.best != NULL ? ", did you mean " : "",
	    g.best != NULL ? g.best : ""));
}

static int
run_line(struct ctx *ctx, struct kernel *k, const struct options *o,
    struct tables *tables, const char *line, struct row_sink *sink)
{
	const char *ours = NULL;
	struct arena arena;
	struct err err;
	int error, wrong;

	if (o->undo != NULL)
		return (edits_undo_journal(ctx, k, o->undo, o->yes, sink));
	arena_init(&arena);
	error = wrong = OK;
	if (phrase_goes_first(NULL, line))
		error = phrase_translate(ctx, &arena, k->types, line, &ours);
	if (error == OK && ours == NULL)
		error = wrong = run_words(ctx, &arena, k, o, tables, line,
		    sink);
	if (wrong == E_USAGE) {
		err = ctx->err;
		error = phrase_translate(ctx, &arena, k->types, line, &ours);
		if (error == OK && ours == NULL) {
			ctx->err = err;
			error = wrong;
		}
	}
	if (error == OK && ours != NULL) {
		/* Scripts had better use our words. */
		if (!o->ui.quiet)
			fprintf(stderr, "kpeek: read as: %s\n", ours);
		error = run_words(ctx, &arena, k, o, tables, ours, sink);
	}
	arena_fini(&arena);
	return (error);
}

/* One command with a sink of its own. */
static enum exit_status
run_command(struct ctx *ctx, struct kernel *k, const struct options *o,
    struct tables *tables, const char *line, struct out *out)
{
	enum exit_status status;
	struct row_sink *sink;
	struct err err;
	int error;

	ctx_clear(ctx);
	kernel_refresh(k);
	error = o->format->create(ctx, out, &sink);
	if (error != OK) {
		complain(ctx, line);
		return (EXIT_FAILED);
	}
	error = run_line(ctx, k, o, tables, line, sink);
	err = ctx->err;
	o->format->end(sink, ctx, error == OK);
	status = exit_of(error);
	if (error == OK && (sink->missing || !k->dump->complete))
		status = EXIT_PARTIAL;
	/* A walk that had to stop, but not at once. */
	if (status_reason(error) != NULL && sink->nrows > 0)
		status = EXIT_PARTIAL;
	o->format->destroy(sink);
	kernel_rest(k);
	if (error != OK && out->error == 0) {
		ctx->err = err;
		complain(ctx, line);
	}
	return (status);
}

/* What is wrong with the user's tables does not keep the others from use. */
static struct tables *
load_tables(struct ctx *ctx, const struct options *o)
{
	struct tables *tables;
	const char *text;
	size_t i;

	tables = tables_create();
	if (tables == NULL || user_tables_load(ctx, tables) != OK) {
		fprintf(stderr, "kpeek: tables: no memory\n");
		ctx_clear(ctx);
	}
	for (i = 0; tables != NULL && !o->ui.quiet &&
	    (text = tables_complaint(tables, i)) != NULL; i++)
		fprintf(stderr, "kpeek: %s\n", text);
	return (tables);
}

/*
 * Modules may have come and gone since the last command, and symbols and types
 * with them.  Staged edits hold on to the kernel as it was opened.
 */
static void
keep_up(struct ctx *ctx, struct kernel **k, const struct options *o)
{
	struct options again = *o;
	struct kernel_news news;
	struct kernel *fresh;

	kernel_refresh(*k);
	kernel_news(ctx, *k, true, &news);
	if (news.what != KERNEL_CHANGED || (*k)->edits != NULL)
		return;
	if (target_reopen(&again, ctx, *k, &fresh) == OK) {
		kernel_close(*k);
		*k = fresh;
	}
	ctx_clear(ctx);
}

enum exit_status
batch_run(struct ctx *ctx, struct kernel **at, const struct options *o)
{
	enum exit_status status;
	struct tables *tables;
	struct kernel *k = *at;
	struct out out;
	size_t i;

	out_init(&out, out_write_fd, (void *)(intptr_t)STDOUT_FILENO);
	tables = load_tables(ctx, o);
	status = EXIT_OK;
	for (i = 0; i < o->ncommands && out.error == 0; i++) {
		if (i > 0)
			keep_up(ctx, &k, o);
		status = exit_worse(status,
		    run_command(ctx, k, o, tables, o->commands[i], &out));
	}
	*at = k;
	if (o->undo != NULL)
		status = run_command(ctx, k, o, tables, "--undo",
		    &out);
	else if (k->edits != NULL && edits_staged(k->edits) > 0 &&
	    !o->ui.quiet)
		fprintf(stderr, "kpeek: staged only, nothing was written; "
		    "--yes writes\n");
	tables_destroy(tables);
	/* Who reads through a pipe may have seen enough. */
	if (out.error == EPIPE)
		return (EXIT_OK);
	if (out.error != 0) {
		fprintf(stderr, "kpeek: standard output: %s\n",
		    strerror(out.error));
		status = exit_worse(status, EXIT_FAILED);
	}
	return (status);
}
