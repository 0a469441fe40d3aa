/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a pane shows, for others: as a file, as the input of a program, on the
 * terminal's clipboard.
 */
#include "ui/model.h"

#include "base/out.h"
#include "engine/view/sink.h"
#include "engine/view/view.h"
#include "ui/save.h"
#include "ui/term.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define YANK_MAX	70000		/* bytes that terminals take */

int
ui_may_act(struct ui *ui, const char *what)
{
	if (!ui->replaying)
		return (0);
	return (ctx_fail(ui->ctx, E_RESTRICTED, "%s: not while a recorded "
	    "session runs", what));
}

static int as_rows(struct ui *, struct pane *, const struct sink_ops *,
		    struct buf *);

/* Half a table is none: what takes it along waits until it was read. */
static bool
put_off(struct ui *ui, const char *command, const char *args)
{
	const struct pane *p = ui_pane(ui);
	struct buf b = { 0 };

	if (p->busy == NULL || p->again || p->ops->rows == NULL)
		return (false);
	buf_printf(&b, "%s %s", command, args);
	buf_text(&b);
	if (b.bad) {
		buf_fini(&b);
		return (false);
	}
	free(ui->later);
	ui->later = b.p;
	ui->later_of = p;
	ui_say(ui, STYLE_NORMAL, "%s: as soon as all rows are read", command);
	return (true);
}

void
ui_do_later(struct ui *ui)
{
	struct frame *f, *focus = ui->focus;
	char *line = ui->later;

	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f))
		if (f->win.ndocs > 0 &&
		    f->win.docs[f->win.at] == ui->later_of)
			break;
	/* Who leaves it does not want it taken along. */
	if (f == NULL)
		ui_forget_later(ui, ui->later_of);
	if (f == NULL || ui->later_of->busy != NULL)
		return;
	ui->later = NULL;
	ui->later_of = NULL;
	ui->focus = f;
	if (ui_command(ui, line) != 0)
		ui_say_error(ui);
	ui->focus = focus;
	free(line);
}

void
ui_forget_later(struct ui *ui, const struct pane *p)
{
	if (ui->later == NULL || ui->later_of != p)
		return;
	ui_say(ui, STYLE_WARN, "not done: %s", ui->later);
	free(ui->later);
	ui->later = NULL;
	ui->later_of = NULL;
}

/* The lines as they can be read, all of them. */
static int
as_text(struct ui *ui, struct pane *p, struct buf *b)
{
	size_t i;

	/* A table has its header and stands in columns. */
	if (p->ops->rows != NULL)
		return (as_rows(ui, p, sink_by_name("text"), b));
	if (p->ops->row_text == NULL) {
		for (i = (size_t)ui->focus->y; i < (size_t)(ui->focus->y +
		    ui->focus->h - 1); i++) {
			grid_row_text(&ui->grid, (int)i, b);
			buf_puts(b, "\n");
		}
		return (0);
	}
	for (i = 0; i < p->list.n; i++) {
		p->ops->row_text(p, i, b);
		buf_puts(b, "\n");
		if (i % 4096 == 0 && ctx_check(ui->ctx) != 0)
			return (E_CANCELLED);
	}
	return (0);
}

/* Rows from the pane, or from the view that opens the same document. */
static int
emit_rows(struct ui *ui, struct pane *p, struct row_sink *sink)
{
	struct view_args args = { .env = &ui->kernel->env };
	struct buf where = { 0 };
	const struct view *v;
	struct arena arena;
	int rc;

	if (p->ops->rows != NULL)
		return (p->ops->rows(p, sink));
	arena_init(&arena);
	p->ops->where(p, &where);
	rc = view_split(ui->ctx, &arena, buf_text(&where), &args);
	v = rc == 0 && args.argc > 0 ? view_by_name(args.argv[0]) : NULL;
	if (rc == 0 && v == NULL)
		rc = ctx_fail(ui->ctx, E_UNSUPPORTED, "this document has lines, "
		    "no rows: save it as text");
	if (rc == 0)
		rc = view_run(ui->ctx, ui->kernel, v, &args, sink);
	buf_fini(&where);
	arena_fini(&arena);
	return (rc);
}

static int
as_rows(struct ui *ui, struct pane *p, const struct sink_ops *ops,
    struct buf *b)
{
	struct row_sink *sink;
	struct out *out;
	int rc, end;

	out = malloc(sizeof(*out));
	if (out == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	out_init(out, out_write_buf, b);
	rc = ops->create(ui->ctx, out, &sink);
	if (rc == 0) {
		rc = emit_rows(ui, p, sink);
		end = ops->end(sink, ui->ctx, rc == 0);
		ops->destroy(sink);
		if (rc == 0)
			rc = end;
	}
	if (out_flush(out) != 0 && rc == 0)
		rc = ctx_fail(ui->ctx, E_NOMEM, "no memory");
	free(out);
	return (rc);
}

/* A pane in a format; NULL is text as it stands on the screen. */
static int
content(struct ui *ui, const char *format, struct buf *b)
{
	const struct sink_ops *ops;
	int rc;

	if (format == NULL || strcmp(format, "text") == 0) {
		rc = as_text(ui, ui_pane(ui), b);
	} else {
		ops = sink_by_name(format);
		if (ops == NULL)
			return (ctx_fail(ui->ctx, E_USAGE, "%s: not one of text, "
			    "json, jsonl, csv", format));
		rc = as_rows(ui, ui_pane(ui), ops, b);
	}
	if (rc == 0 && b->bad)
		rc = ctx_fail(ui->ctx, E_NOMEM, "no memory for all of it");
	return (rc);
}

/* "FILE", "FILE FORMAT", "!COMMAND"; without one the name's end tells. */
int
ui_save(struct ui *ui, const char *args, bool replace)
{
	struct buf b = { 0 };
	const char *format, *dot;
	char *path, *typed, *word;
	int rc;

	/* As in vi: "w !COMMAND" gives it to a program. */
	if (args[0] == '!')
		return (ui_pipe(ui, args + 1 + strspn(args + 1, " \t")));
	rc = ui_may_act(ui, "save");
	if (rc != 0)
		return (rc);
	if (args[0] == '\0')
		return (ctx_fail(ui->ctx, E_USAGE, "save: to which file? save "
		    "FILE [text|json|jsonl|csv]; save! replaces a file"));
	if (put_off(ui, replace ? "save!" : "save", args))
		return (0);
	path = strdup(args);
	if (path == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	word = strrchr(path, ' ');
	format = NULL;
	if (word != NULL && (strcmp(word + 1, "text") == 0 ||
	    sink_by_name(word + 1) != NULL)) {
		format = word + 1;
		while (word > path && isspace((unsigned char)word[-1]))
			word--;
		*word = '\0';
	} else {
		dot = strrchr(path, '.');
		if (dot != NULL && sink_by_name(dot + 1) != NULL)
			format = dot + 1;
	}
	typed = save_typed(path);
	rc = typed == NULL ? ctx_fail(ui->ctx, E_NOMEM, "no memory") :
	    content(ui, format, &b);
	if (rc == 0)
		rc = save_file(ui->ctx, typed, replace, buf_text(&b), b.len);
	if (rc == 0)
		ui_say(ui, STYLE_NORMAL, "%s: %zu bytes written%s%s", path, b.len,
		    format != NULL ? " as " : "", format != NULL ? format : "");
	else
		ctx_chain(ui->ctx, "save");
	buf_fini(&b);
	free(typed);
	free(path);
	return (rc);
}

static void
child(const char *command, int input)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGHUP,
	    SIGWINCH, SIGTSTP };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
	if (input >= 0) {
		dup2(input, STDIN_FILENO);
		close(input);
	}
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Run a command on the terminal, with text for its input or without. */
static int
run_program(struct ui *ui, const char *command, const struct buf *input)
{
	int fds[2] = { -1, -1 }, status, rc;
	size_t at;
	ssize_t n;
	pid_t pid;

	if (ui->term == NULL)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED, "there is no terminal "
		    "to run programs on"));
	if (input != NULL && pipe(fds) != 0)
		return (ctx_fail_errno(ui->ctx, E_IO, "pipe"));
	ui->term->leave();
	status = 0;
	rc = 0;
	pid = fork();
	if (pid == 0) {
		if (fds[1] >= 0)
			close(fds[1]);
		child(command, fds[0]);
	}
	if (fds[0] >= 0)
		close(fds[0]);
	if (pid < 0)
		rc = ctx_fail_errno(ui->ctx, E_IO, "fork");
	/* A reader that has seen enough closes the pipe: that is its right. */
	for (at = 0; pid > 0 && input != NULL && at < input->len;
	    at += (size_t)n) {
		n = write(fds[1], input->p + at, input->len - at);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			break;
	}
	if (fds[1] >= 0)
		close(fds[1]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ui->term->enter(pid > 0);
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) != 0)
		ui_say(ui, STYLE_WARN, "%s: exit status %d", command,
		    WEXITSTATUS(status));
	else if (pid > 0 && WIFSIGNALED(status))
		ui_say(ui, STYLE_WARN, "%s: ended by signal %d", command,
		    WTERMSIG(status));
	return (rc);
}

int
ui_shell(struct ui *ui, const char *command)
{
	const char *shell = getenv("SHELL");
	int rc;

	rc = ui_may_act(ui, "!");
	if (rc != 0)
		return (rc);
	if (command[0] == '\0')
		command = shell != NULL && shell[0] == '/' ? "exec \"$SHELL\"" :
		    "exec sh";
	return (run_program(ui, command, NULL));
}

/* "COMMAND", or "json COMMAND" for rows. */
int
ui_pipe(struct ui *ui, const char *command)
{
	const char *whole = command;
	struct buf b = { 0 };
	char format[8];
	size_t n;
	int rc;

	rc = ui_may_act(ui, "|");
	if (rc != 0)
		return (rc);
	n = strcspn(command, " ");
	format[0] = '\0';
	if (n < sizeof(format) && command[n] == ' ') {
		memcpy(format, command, n);
		format[n] = '\0';
		if (strcmp(format, "text") == 0 || sink_by_name(format) != NULL)
			command += n + strspn(command + n, " ");
		else
			format[0] = '\0';
	}
	if (command[0] == '\0')
		return (ctx_fail(ui->ctx, E_USAGE, "|: into which program? "
		    "|COMMAND, or |json COMMAND for rows"));
	if (put_off(ui, "|", whole))
		return (0);
	rc = content(ui, format[0] != '\0' ? format : NULL, &b);
	if (rc == 0)
		rc = run_program(ui, command, &b);
	buf_fini(&b);
	return (rc);
}

void
ui_word(struct ui *ui, struct buf *b)
{
	struct pane *p = ui_pane(ui);
	struct link l;

	if (p->ops->word != NULL) {
		p->ops->word(p, b);
		return;
	}
	if (p->ops->link == NULL || !p->ops->link(p, &l))
		return;
	if (l.kind == LINK_PROCESS)
		buf_printf(b, "%d", l.pid);
	else if (l.kind == LINK_COMMAND)
		buf_puts(b, l.command);
	else
		buf_printf(b, "0x%llx", (unsigned long long)l.addr);
}

int
ui_yank(struct ui *ui, const char *what)
{
	struct pane *p = ui_pane(ui);
	struct buf b = { 0 };
	uint64_t addr;
	int rc;

	rc = 0;
	if (what[0] == '\0' || strcmp(what, "word") == 0) {
		ui_word(ui, &b);
	} else if (strcmp(what, "row") == 0) {
		if (p->ops->row_text != NULL)
			p->ops->row_text(p, p->list.cur, &b);
		else if (ui->grid.mark_row >= 0)
			grid_row_text(&ui->grid, ui->grid.mark_row, &b);
	} else if (strcmp(what, "address") == 0) {
		if (ui_address(ui, &addr))
			buf_printf(&b, "0x%llx", (unsigned long long)addr);
	} else if (strcmp(what, "where") == 0) {
		p->ops->where(p, &b);
	} else if (put_off(ui, "yank", what)) {
		return (0);
	} else {
		rc = content(ui, strcmp(what, "pane") == 0 ? "text" : what, &b);
	}
	if (rc == 0 && b.len == 0)
		rc = ctx_fail(ui->ctx, E_NOT_FOUND, "there is nothing to copy "
		    "here");
	if (rc == 0 && b.len > YANK_MAX)
		rc = ctx_fail(ui->ctx, E_LIMIT, "%zu bytes are too many for a "
		    "clipboard: save FILE writes them", b.len);
	if (rc == 0) {
		if (ui->term != NULL)
			ui->term->copy(b.p, b.len);
		if (memchr(b.p, '\n', b.len) == NULL)
			ui_say(ui, STYLE_NORMAL, "copied: %s", buf_text(&b));
		else
			ui_say(ui, STYLE_NORMAL, "copied: %zu bytes", b.len);
	}
	buf_fini(&b);
	return (rc);
}
