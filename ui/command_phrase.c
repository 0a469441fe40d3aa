/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines that are not kpeek's own: what was meant by them. */
#include "ui/command.h"

#include "engine/view/phrase.h"
#include "engine/view/tables.h"

#include <ctype.h>
#include <string.h>

#define SAY(theirs, args, ours)		{ theirs, args, ours, NULL, NULL }
#define HINT(theirs, args, hint)	{ theirs, args, NULL, hint, NULL }
#define ANY	PHRASE_ANY
#define BUFFERS	"back and forward go through what was opened, C-w w through " \
    "windows; notes lists marks and bookmarks"
#define LINES	"long lines are cut here: right and left move along them"

/* What vi's users type for what the browser has under another name. */
static const struct phrase vi_book[] = {
	SAY("new", ANY, "split %*"),
	SAY("sv", ANY, "split %*"),
	SAY("vnew", ANY, "vsplit %*"),
	SAY("tabnew", ANY, "vsplit %*"),
	SAY("tabe", ANY, "vsplit %*"),
	SAY("hide", 0, "close-window"),
	SAY("bn", 0, "forward"),
	SAY("bnext", 0, "forward"),
	SAY("bp", 0, "back"),
	SAY("bprevious", 0, "back"),
	SAY("bd", 0, "back"),
	SAY("bdelete", 0, "back"),
	SAY("cn", 0, "next"),
	SAY("cp", 0, "prev"),
	SAY("tag", 1, "%1"),
	SAY("ta", 1, "%1"),
	SAY("pop", 0, "back"),
	SAY("po", 0, "back"),
	SAY("quitall", 0, "quit"),
	SAY("wqall", 0, "quit"),
	SAY("reload", 0, "refresh"),
	SAY("term", 0, "!"),
	SAY("terminal", 0, "!"),
	SAY("colorscheme", 1, "set theme=%1"),
	SAY("colo", 1, "set theme=%1"),
	SAY("set background=light", 0, "set theme=light"),
	SAY("set background=dark", 0, "set theme=dark"),
	SAY("set bg=light", 0, "set theme=light"),
	SAY("set bg=dark", 0, "set theme=dark"),
	HINT("ls", 0, BUFFERS),
	HINT("buffers", 0, BUFFERS),
	HINT("b", ANY, BUFFERS),
	HINT("ju", 0, BUFFERS),
	HINT("jumps", 0, BUFFERS),
	HINT("tags", 0, BUFFERS),
	HINT("set wrap", 0, LINES),
	HINT("set nowrap", 0, LINES),
	HINT("set nu", 0, "the line of state tells the row; 12G goes to it"),
	HINT("set number", 0, "the line of state tells the row; 12G goes to it"),
	HINT("his", ANY, "on the : line Up and C-p bring back what was typed"),
	HINT("delm", ANY, "unbookmark NAME; a mark is set anew"),
	HINT("delmarks", ANY, "unbookmark NAME; a mark is set anew"),
	HINT("resize", ANY, "taller, shorter and equal, with a count"),
	HINT("redo", 0, "change it again; changes lists what is staged"),
	{ .theirs = NULL }
};

/* g/RE/ shows the lines that match, as the filter does; NULL: something else. */
static const char *
global(struct arena *arena, const char *text)
{
	size_t n;

	if (text[0] != 'g' || text[1] != '/')
		return (NULL);
	n = strcspn(text + 2, "/");
	return (n > 0 && (text[2 + n] == '\0' ||
	    strcmp(text + 2 + n, "/") == 0 || strcmp(text + 2 + n, "/p") == 0) ?
	    arena_printf(arena, "filter %.*s", (int)n, text + 2) : NULL);
}

bool
command_phrase_first(const char *text)
{
	return (phrase_goes_first(vi_book, text) ||
	    phrase_goes_first(NULL, text));
}

/* In our words, or NULL; with types a structure's name is known, too. */
static int
translate(struct ui *ui, struct arena *arena, const struct types *types,
    const char *text, const char **ours)
{
	int rc;

	rc = phrase_look_up(ui->ctx, arena, vi_book, text, ours);
	if (rc == 0 && *ours == NULL)
		*ours = global(arena, text);
	return (rc != 0 || *ours != NULL ? rc :
	    phrase_translate(ui->ctx, arena, types, text, ours));
}

/* Is this word no part of an expression: alone, or with another behind it? */
static bool
stands_alone(const char *text, size_t n)
{
	const char *next = text + n + strspn(text + n, " \t");

	return (n > 0 && (*next == '\0' || (next > text + n &&
	    (isalnum((unsigned char)*next) || strchr("_/\"'.~", *next) != NULL ||
	    (*next == '-' && isalpha((unsigned char)next[1]))))));
}

/* A lone word that is nothing at all: say so, and what comes near. */
static int
unknown(struct ui *ui, const char *text, int error)
{
	struct guess g;
	const struct command *c;
	const char *name;
	char word[32];
	size_t i;
	const size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-!");

	if (error != E_NO_SYMBOL || n >= sizeof(word) || !stands_alone(text, n))
		return (error);
	memcpy(word, text, n);
	word[n] = '\0';
	guess_init(&g, word);
	for (c = commands; c->name != NULL; c++)
		if (c->run != NULL)
			guess_offer(&g, c->name);
	for (i = 0; i < tables_count(ui->tables); i++)
		guess_offer(&g, tables_name(ui->tables, i));
	for (i = 0; views[i] != NULL; i++)
		guess_offer(&g, views[i]->name);
	/* The name is not freed before the line is shown. */
	name = g.best;
	return (ctx_fail(ui->ctx, E_NO_SYMBOL, "\"%s\" is no command, table or "
	    "symbol%s%s%s", word, name != NULL ? ": did you mean " : "",
	    name != NULL ? name : "", name != NULL ? "?" :
	    " (Tab completes, ? lists)"));
}

int
command_phrase(struct ui *ui, const char *text, int error)
{
	struct arena arena;
	const char *ours;
	struct err err;
	int rc;

	err = ui->ctx->err;
	ctx_clear(ui->ctx);
	arena_init(&arena);
	rc = translate(ui, &arena, error != 0 ? ui->kernel->types : NULL, text,
	    &ours);
	if (rc == 0 && ours == NULL) {
		ui->ctx->err = err;
		rc = error != 0 ? unknown(ui, text, error) : E_NOT_MINE;
	} else if (rc == 0) {
		ui->message[0] = '\0';
		rc = ui_command(ui, ours);
		/* A lone value stands there already, with its expression. */
		if (rc == 0 && ui->message[0] == '\0')
			ui_say(ui, STYLE_NORMAL, "read as :%s", ours);
	}
	arena_fini(&arena);
	return (rc);
}

void
ui_misused(struct ui *ui, const char *line)
{
	/* What the view said of it is on the screen already. */
	if (command_phrase(ui, line, E_USAGE) != 0)
		ctx_clear(ui->ctx);
}

/*
 * " | PROGRAM" or " > FILE" behind a command, as in crash or a shell: where, or
 * NULL.  In a C expression and in a pattern these signs mean something else.
 */
static char *
redirection(char *text)
{
	/* find /REGEX/ */
	const bool finds = strncmp(text, "find", 4) == 0;
	char *p, quote = '\0';

	for (p = text; *p != '\0'; p++) {
		if (quote != '\0')
			quote = *p == quote ? '\0' : quote;
		else if (*p == '"' || *p == '\'' || (*p == '/' && finds &&
		    p > text && isblank((unsigned char)p[-1])))
			quote = *p;
		else if ((*p == '|' || *p == '>') && p > text &&
		    isblank((unsigned char)p[-1]) && p[1] != '\0' &&
		    strchr("|>=", p[1]) == NULL)
			return (p);
	}
	return (NULL);
}

/* Has this line rows of its own, of a table or in another debugger's words? */
static bool
has_rows(struct ui *ui, const char *text, const char *name)
{
	const struct view *v;
	struct arena arena;
	const char *ours = NULL;

	if (command_by_name(name, strlen(name)) != NULL)
		return (false);
	v = tables_view(ui->ctx, ui->tables, name);
	if (v == NULL) {
		arena_init(&arena);
		if (phrase_translate(ui->ctx, &arena, NULL, text, &ours) != 0)
			ours = NULL;
		arena_fini(&arena);
	}
	ctx_clear(ui->ctx);
	text += strlen(name);
	text += strspn(text, " \t");
	return (ours != NULL || (v != NULL && (!v->rest_is_one ||
	    strcmp(name, "sym") == 0 || (strcmp(name, "find") == 0 &&
	    (text[0] == '"' || text[0] == '/')))));
}

int
command_redirect(struct ui *ui, char *text, const char *name, bool *done)
{
	struct buf out = { 0 };
	char *at, sign;
	int rc;

	*done = false;
	at = redirection(text);
	if (at == NULL)
		return (0);
	sign = *at;
	*at = '\0';
	if (!has_rows(ui, text, name)) {
		*at = sign;
		return (0);
	}
	*done = true;
	buf_printf(&out, "%s%s", sign == '|' ? "| " : "save ",
	    at + 1 + strspn(at + 1, " \t"));
	rc = ui_command(ui, text);
	if (rc == 0)
		rc = ui_command(ui, buf_text(&out));
	buf_fini(&out);
	return (rc);
}
