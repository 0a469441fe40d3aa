/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/command.h"

#include "engine/view/phrase.h"
#include "engine/view/tables.h"
#include "ui/change.h"
#include "ui/moving.h"
#include "ui/record.h"
#include "ui/save.h"
#include "ui/svg.h"
#include "ui/window.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
run_verb(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);

	const bool frozen = moving_enter(ui, p);
	bool mine;

	if (c->verb == VERB_TOP || c->verb == VERB_BOTTOM)
		ui_remember(ui);
	mine = p->ops->verb(p, c->verb, ui->count, args);
	if (frozen)
		moving_leave(ui);
	if (!mine)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED,
		    "%s means nothing in this pane", c->name));
	return (0);
}

static int
run_live(struct ui *ui, const struct command *c, const char *args)
{
	(void)args;
	return (c->name[0] == 'f' ? moving_freeze(ui) : moving_reconnect(ui));
}

static int
run_follow(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	struct link l;

	(void)c;
	(void)args;
	if (p->ops->enter != NULL && p->ops->enter(p))
		return (0);
	if (p->ops->link == NULL || !p->ops->link(p, &l))
		return (ctx_fail(ui->ctx, E_NOT_FOUND,
		    "there is nothing to follow here"));
	return (ui_follow(ui, &l));
}

static int
run_back(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	if (!ui_back(ui, ui->count > 0 ? ui->count : 1))
		ui_say(ui, STYLE_NORMAL, "this is where you began");
	return (0);
}

static int
run_forward(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	if (!ui_forward(ui, ui->count > 0 ? ui->count : 1))
		ui_say(ui, STYLE_NORMAL, "this is the newest document");
	return (0);
}

static int
run_close(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	if (ui_window(ui)->at > 0)
		ui_back(ui, 1);
	else if (ui->root->a != NULL)
		return (ui_close_window(ui));
	else
		change_leave(ui);
	return (0);
}

/* What :q does in vi, where there may be several windows. */
static int
run_leave(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	if (ui->root->a != NULL)
		return (ui_close_window(ui));
	change_leave(ui);
	return (0);
}

static int
run_quit(struct ui *ui, const struct command *c, const char *args)
{
	(void)args;
	if (c->name[4] == '!')
		ui->quit = true;
	else
		change_leave(ui);
	return (0);
}

static int
run_cancel(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);

	(void)c;
	(void)args;
	ui_search_stop(ui);
	sym_filter_destroy(ui->matcher);
	ui->matcher = NULL;
	ui_forget_later(ui, p);
	if (p->ops->cancel != NULL)
		p->ops->cancel(p);
	if (ui->prompt.kind != PROMPT_NONE)
		prompt_cancel(ui);
	return (0);
}

static int
run_prompt(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);
	enum prompt_kind kind;

	kind = strcmp(c->name, "command") == 0 ? PROMPT_COMMAND :
	    strcmp(c->name, "palette") == 0 ? PROMPT_PALETTE :
	    strcmp(c->name, "filter") == 0 ? PROMPT_FILTER :
	    strcmp(c->name, "search") == 0 ? PROMPT_SEARCH : PROMPT_SEARCH_BACK;
	if (kind == PROMPT_FILTER && p->ops->filter == NULL)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED,
		    "this pane has no rows to filter"));
	if ((kind == PROMPT_SEARCH || kind == PROMPT_SEARCH_BACK) &&
	    p->ops->row_text == NULL && p->ops->search == NULL)
		return (ctx_fail(ui->ctx, E_UNSUPPORTED,
		    "this pane has nothing to search"));
	if (args[0] != '\0' && kind == PROMPT_FILTER)
		return (p->ops->filter(p, args));
	if (args[0] != '\0' && kind != PROMPT_COMMAND &&
	    kind != PROMPT_PALETTE)
		return (ui_search(ui, args, kind == PROMPT_SEARCH ? 1 : -1));
	prompt_open(ui, kind, args);
	return (0);
}

static int
run_next(struct ui *ui, const struct command *c, const char *args)
{
	(void)args;
	return (ui_search_next(ui, strcmp(c->name, "next") == 0 ? 1 : -1));
}

static int
run_accept(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	return (ui->prompt.kind != PROMPT_NONE ? prompt_accept(ui) : 0);
}

static int
run_edit(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	if (!prompt_edit(ui, args))
		return (ctx_fail(ui->ctx, E_USAGE, "edit: there is no \"%s\"",
		    args));
	return (0);
}

static int
run_mark(struct ui *ui, const struct command *c, const char *args)
{
	(void)args;
	ui->await = c->name[0] == 'm' ? 'm' : '\'';
	ui_say(ui, STYLE_NORMAL, ui->await == 'm' ?
	    "mark: which letter?" : "jump: to which mark?");
	return (0);
}

static int
run_note(struct ui *ui, const struct command *c, const char *args)
{
	uint64_t addr;
	const char *text;

	(void)c;
	if (!ui_address(ui, &addr))
		return (ctx_fail(ui->ctx, E_NOT_FOUND, "note: nothing here has "
		    "an address"));
	text = state_note(&ui->state, addr);
	if (args[0] != '\0')
		return (state_set_note(ui, addr, strcmp(args, "-") == 0 ? "" :
		    args));
	/* What is there already is the line to edit. */
	text = text != NULL ? text : "";
	if (ui->prompt.kind == PROMPT_NONE) {
		struct buf line = { 0 };

		buf_printf(&line, "note %s", text);
		prompt_open(ui, PROMPT_COMMAND, buf_text(&line));
		buf_fini(&line);
	}
	return (0);
}

static int
run_notes(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	return (pane_notes_open(ui));
}

/* Make a bookmark, go to it, take it away. */
static int
run_bookmark(struct ui *ui, const struct command *c, const char *args)
{
	struct buf where = { 0 };
	const char *command;
	int rc;

	if (args[0] == '\0' || strpbrk(args, " \t") != NULL)
		return (ctx_fail(ui->ctx, E_USAGE, "%s: wants a name, one word",
		    c->name));
	if (strcmp(c->name, "go") == 0) {
		command = state_find_bookmark(&ui->state, args);
		if (command == NULL)
			return (ctx_fail(ui->ctx, E_NOT_FOUND, "there is no "
			    "bookmark %s; notes lists them", args));
		return (ui_command(ui, command));
	}
	if (strcmp(c->name, "unbookmark") == 0)
		return (state_bookmark(ui, args, ""));
	ui_pane(ui)->ops->where(ui_pane(ui), &where);
	rc = state_bookmark(ui, args, buf_text(&where));
	if (rc == 0)
		ui_say(ui, STYLE_NORMAL, "bookmark %s: %s", args,
		    buf_text(&where));
	buf_fini(&where);
	return (rc);
}

static int
run_restore(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	return (state_restore(ui));
}

static int
run_overview(struct ui *ui, const struct command *c, const char *args)
{
	struct window *w = ui_window(ui);

	(void)c;
	(void)args;
	/* It is the first document of every window already. */
	if (w->ndocs > 0 && strcmp(w->docs[0]->ops->name, "overview") == 0) {
		ui_back(ui, HISTORY_MAX);
		return (0);
	}
	return (pane_overview_open(ui));
}

static int
run_messages(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	return (pane_messages_open(ui));
}

static int
run_print(struct ui *ui, const struct command *c, const char *args)
{
	struct buf line = { 0 };
	int rc;

	(void)c;
	if (args[0] == '\0')
		return (ctx_fail(ui->ctx, E_USAGE, "print: which expression?"));
	/* With options it is the table. */
	if (args[0] != '-' || !isalpha((unsigned char)args[1]) ||
	    !isblank((unsigned char)args[2]))
		return (ui_expression(ui, args));
	buf_printf(&line, "print %s", args);
	rc = pane_table_open(ui, buf_text(&line));
	buf_fini(&line);
	return (rc);
}

static int
run_process(struct ui *ui, const struct command *c, const char *args)
{
	struct arena arena;
	struct os_proc proc;
	char *end;
	long pid;
	int rc;

	(void)c;
	pid = strtol(args, &end, 10);
	if (args[0] == '\0' || *end != '\0' || pid < 0 || pid > INT32_MAX)
		return (ctx_fail(ui->ctx, E_USAGE,
		    "process: wants the number of a process"));
	arena_init(&arena);
	rc = os_proc(ui->ctx, ui->kernel, (int)pid, &arena, &proc);
	arena_fini(&arena);
	return (rc != 0 ? rc : pane_process_open(ui, (int)pid));
}

static int
run_meters(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	return (pane_meters_open(ui));
}

static int
run_symbols(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	return (pane_symbols_open(ui, args));
}

static int
run_refresh(struct ui *ui, const struct command *c, const char *args)
{
	struct pane *p = ui_pane(ui);

	(void)c;
	(void)args;
	return (p->ops->refresh != NULL ? p->ops->refresh(p) : 0);
}

static int
run_terminal(struct ui *ui, const struct command *c, const char *args)
{
	(void)args;
	if (c->name[0] == 's')
		ui->wants_suspend = true;
	else
		ui->wants_repaint = true;
	return (0);
}

static int
run_mouse(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	(void)args;
	ui->mouse = !ui->mouse;
	ui_say(ui, STYLE_NORMAL, ui->mouse ? "clicks follow links now; :mouse "
	    "again to select text" : "clicks are the terminal's");
	return (0);
}

static int
run_snap(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	if (ui->record == NULL && !ui->sync)
		return (ctx_fail(ui->ctx, E_USAGE,
		    "snap: no session is recorded (kpeek --record FILE)"));
	/* In a replay the key that kept the screen does nothing more. */
	if (ui->record != NULL) {
		ui_draw(ui);
		record_snap(ui->record, args[0] != '\0' ? args : "screen",
		    &ui->grid);
	}
	if (!ui->sync)
		ui_say(ui, STYLE_NORMAL, "screen kept in the session");
	return (0);
}

static int
run_screenshot(struct ui *ui, const struct command *c, const char *args)
{
	struct buf b = { 0 };
	struct out *out;
	char *path;
	int rc;

	(void)c;
	rc = ui_may_act(ui, "screenshot");
	if (rc != 0)
		return (rc);
	if (args[0] == '\0')
		return (ctx_fail(ui->ctx, E_USAGE,
		    "screenshot: to which file? screenshot FILE.svg"));
	out = malloc(sizeof(*out));
	if (out == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	ui_draw(ui);
	out_init(out, out_write_buf, &b);
	svg_draw(&ui->grid, ui->theme, out);
	if (out_flush(out) != 0)
		rc = ctx_fail(ui->ctx, E_NOMEM, "no memory");
	free(out);
	path = save_typed(args);
	if (rc == 0 && path == NULL)
		rc = ctx_fail(ui->ctx, E_NOMEM, "no memory");
	if (rc == 0)
		rc = save_file(ui->ctx, path, true, b.p, b.len);
	free(path);
	if (rc == 0)
		ui_say(ui, STYLE_NORMAL, "written to %s", args);
	buf_fini(&b);
	return (rc);
}

int
command_map(struct ui *ui, const struct command *c, const char *args)
{
	const struct binding *b;
	const char *mode = ui_pane(ui)->ops->name, *p;
	uint32_t keys[KEYMAP_SEQ_MAX];
	unsigned n;
	size_t len;

	(void)c;
	for (n = 0, p = args; *p != '\0' && n < KEYMAP_SEQ_MAX; p += len) {
		while (*p == ' ')
			p++;
		len = strcspn(p, " ");
		if (len > 0 && !key_parse(p, len, &keys[n++]))
			return (ctx_fail(ui->ctx, E_USAGE,
			    "map: \"%.*s\" is not a key", (int)len, p));
	}
	if (n == 0)
		return (pane_help_open(ui));
	switch (keymap_lookup(&ui->keymap, mode, keys, n, &b)) {
	case KEYMAP_FOUND:
		ui_say(ui, STYLE_NORMAL, "%s: %s  (%s:%u, mode %s)", args,
		    b->command, b->file, b->line, b->mode);
		return (0);
	case KEYMAP_PREFIX:
		ui_say(ui, STYLE_NORMAL, "%s begins longer sequences", args);
		return (0);
	case KEYMAP_NONE:
		break;
	}
	ui_say(ui, STYLE_NORMAL, "%s is not bound here", args);
	return (0);
}

static int
run_set(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	return (ui_set(ui, args));
}

static int
run_save(struct ui *ui, const struct command *c, const char *args)
{
	return (ui_save(ui, args, c->name[4] == '!'));
}

static int
run_program(struct ui *ui, const struct command *c, const char *args)
{
	return (c->name[0] == '|' ? ui_pipe(ui, args) : ui_shell(ui, args));
}

static int
run_yank(struct ui *ui, const struct command *c, const char *args)
{
	(void)c;
	return (ui_yank(ui, args));
}

/* The same text again, wherever it stands. */
static int
run_search_word(struct ui *ui, const struct command *c, const char *args)
{
	struct buf word = { 0 }, pattern = { 0 };
	const char *p, *quoted;
	int rc;

	(void)args;
	ui_word(ui, &word);
	if (word.len == 0)
		return (ctx_fail(ui->ctx, E_NOT_FOUND, "there is no word here to "
		    "search"));
	for (p = buf_text(&word); *p != '\0'; p++) {
		quoted = strchr("\\^$.[]|()?*+{}#", *p);
		buf_printf(&pattern, "%s%c", quoted != NULL ? "\\" : "", *p);
	}
	rc = ui_search(ui, buf_text(&pattern), c->name[0] == '*' ? 1 : -1);
	buf_fini(&word);
	buf_fini(&pattern);
	return (rc);
}

static int
run_again(struct ui *ui, const struct command *c, const char *args)
{
	char *line;
	int rc;

	(void)c;
	(void)args;
	if (ui->last_command == NULL)
		return (ctx_fail(ui->ctx, E_NOT_FOUND, "no command was typed "
		    "yet"));
	line = strdup(ui->last_command);
	if (line == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	rc = ui_command(ui, line);
	free(line);
	return (rc);
}

/* In the order of the help; a row with an empty help begins a group. */
const struct command commands[] = {
	{ .name = "Moving", .help = "" },
	{ "down", "", "", "one row down", 0, VERB_DOWN, run_verb },
	{ "up", "", "", "one row up", 0, VERB_UP, run_verb },
	{ "left", "", "", "left: column, word, fold", 0, VERB_LEFT, run_verb },
	{ "right", "", "", "right: column, word, unfold", 0, VERB_RIGHT, run_verb },
	{ "page-down", "", "", "one page down", 0, VERB_PAGE_DOWN, run_verb },
	{ "page-up", "", "", "one page up", 0, VERB_PAGE_UP, run_verb },
	{ "half-down", "", "", "half a page down", 0, VERB_HALF_DOWN, run_verb },
	{ "half-up", "", "", "half a page up", 0, VERB_HALF_UP, run_verb },
	{ "scroll-down", "", "", "scroll, the cursor stays", 0, VERB_SCROLL_DOWN,
	    run_verb },
	{ "scroll-up", "", "", "scroll back", 0, VERB_SCROLL_UP, run_verb },
	{ "top", "", "", "the first row, or row COUNT", 0, VERB_TOP, run_verb },
	{ "bottom", "", "", "the last row; in memory the next mapping", 0,
	    VERB_BOTTOM, run_verb },
	{ "home", "", "", "the start of the row", 0, VERB_HOME, run_verb },
	{ "end", "", "", "the end of the row", 0, VERB_END, run_verb },
	{ "screen-top", "", "", "the first row on the screen", 0,
	    VERB_SCREEN_TOP, run_verb },
	{ "screen-middle", "", "", "the middle of the screen", 0,
	    VERB_SCREEN_MIDDLE, run_verb },
	{ "screen-bottom", "", "", "the last row on the screen", 0,
	    VERB_SCREEN_BOTTOM, run_verb },
	{ "center", "", "", "put this row in the middle", 0, VERB_CENTER,
	    run_verb },
	{ "row-on-top", "", "", "put this row at the top", 0, VERB_ROW_ON_TOP,
	    run_verb },
	{ "row-at-bottom", "", "", "put this row at the bottom", 0,
	    VERB_ROW_AT_BOTTOM, run_verb },
	{ "next-link", "", "", "to the next link", 0, VERB_NEXT_LINK, run_verb },
	{ "prev-link", "", "", "to the link before", 0, VERB_PREV_LINK, run_verb },
	{ "next-part", "", "", "to the next part or mapping", 0, VERB_NEXT_PART,
	    run_verb },
	{ "prev-part", "", "", "to the part before", 0, VERB_PREV_PART, run_verb },
	{ "goto", "g", "EXPR", "go to a row, to N%, or to an address", 0, 0,
	    command_goto },
	{ "percent", "", "", "to COUNT percent of the rows", 0, 0,
	    command_percent },

	{ .name = "Links and history", .help = "" },
	{ "follow", "", "", "open what is under the cursor", 0, 0, run_follow },
	{ "bytes", "", "", "show the bytes of what is under the cursor", 0, 0,
	    command_bytes },
	{ "elements", "", "", "list what the list or tree here holds", 0, 0,
	    command_elements },
	{ "telescope", "", "[EXPR [pid N]]", "the words from here on, and where "
	    "each leads", 0, 0, command_telescope },
	{ "as", "", "[TYPE]", "what is here as a structure of a type", 0, 0,
	    command_as },
	{ "identify", "", "", "what the address under the cursor is", 0, 0,
	    command_identify },
	{ "back", "", "", "to the document before", 0, 0, run_back },
	{ "forward", "", "", "forward again", 0, 0, run_forward },
	{ "mark", "", "", "name this place with a letter", 0, 0, run_mark },
	{ "jump", "", "", "to a place that has a letter; ' is where one was "
	    "before", 0, 0, run_mark },
	{ "note", "", "[TEXT|-]", "say something of this address, - takes it "
	    "back", 0, 0, run_note },
	{ "bookmark", "", "NAME", "keep this place under a name", 0, 0,
	    run_bookmark },
	{ "unbookmark", "", "NAME", "forget a bookmark", 0, 0, run_bookmark },
	{ "go", "", "NAME", "to a bookmark", 0, 0, run_bookmark },
	{ "notes", "bookmarks marks", "", "all notes, bookmarks and marks", 0, 0,
	    run_notes },

	{ .name = "Searching", .help = "" },
	{ "search", "", "[REGEX]", "search, or filter the symbols", 0, 0,
	    run_prompt },
	{ "search-back", "", "[REGEX]", "search backward", 0, 0, run_prompt },
	{ "next", "", "", "the next match", 0, 0, run_next },
	{ "prev", "", "", "the match before", 0, 0, run_next },
	{ "*", "", "", "search what the cursor is on", 0, 0, run_search_word },
	{ "#", "", "", "search it backward", 0, 0, run_search_word },
	{ "filter", "", "[REGEX]", "show only the rows that match", 0, 0,
	    run_prompt },
	{ "cancel", "noh nohlsearch", "", "stop, clear the search or the filter", 0, 0,
	    run_cancel },

	{ .name = "In a pane", .help = "" },
	{ "toggle", "", "", "fold or unfold", 0, VERB_TOGGLE, run_verb },
	{ "unfold", "", "[all]", "open in place, pointers too", 0, VERB_OPEN,
	    run_verb },
	{ "fold", "", "[all]", "fold", 0, VERB_CLOSE, run_verb },
	{ "option", "", "-X [VALUE]", "turn a table's option on or off", 0,
	    VERB_OPTION, run_verb },
	{ "sort", "", "[COLUMN]", "sort by this column, again: reversed", 0,
	    VERB_SORT, run_verb },
	{ "reverse", "", "", "reverse the order", 0, VERB_REVERSE, run_verb },
	{ "unit", "", "[1|2|4|8|chain]", "bytes of a word in memory, or where "
	    "it leads", 0, VERB_UNIT,
	    run_verb },
	{ "refresh", "", "", "read again", 0, 0, run_refresh },
	{ "freeze", "", "", "keep what is shown, of a kernel that runs; again: "
	    "let go", 0, 0, run_live },
	{ "reconnect", "", "", "open a target that is lost anew", 0, 0,
	    run_live },

	{ .name = "Documents", .help = "" },
	{ "overview", "", "", "what this is and what happened", 0, 0,
	    run_overview },
	{ "task", "", "[PID]", "the structure of this process's task", NEEDS_OS, 0,
	    command_task },
	{ "stacks", "", "", "the stacks of the tasks here",
	    NEEDS_OS, 0, command_stacks },
	{ "meters", "", "", "load, CPUs, memory and swap as bars", NEEDS_OS, 0,
	    run_meters },
	{ "symbols", "", "[[MODULE!]REGEX]", "all symbols, filtered as you type",
	    NEEDS_SYMBOLS, 0, run_symbols },
	{ "hex", "x", "EXPR [pid N]", "memory at an address", 0, 0, command_hex },
	{ "print", "p", "EXPR", "a typed value, a structure as a tree", 0, 0,
	    run_print },
	{ "process", "", "PID", "one process: arguments, environment, map",
	    NEEDS_OS, 0, run_process },
	{ "help", "h", "[KEYS|COMMAND]", "the keys, and every command", 0, 0,
	    command_help },
	{ "messages", "mes", "", "the messages so far", 0, 0, run_messages },
	{ "open", "e e! ed", "[FILE]", "read again; or how to browse another "
	    "kernel", 0, 0, command_open },

	{ .name = "Changing memory (kpeek -w)", .help = "" },
	{ "change", "", "[VALUE]", "change what is under the cursor", 0, 0,
	    change_run_change },
	{ "write", "", "EXPR VALUE", "stage a value for an expression", 0, 0,
	    change_run_write },
	{ "changes", "", "", "what is staged and what was written", 0, 0,
	    change_run_changes },
	{ "commit", "w", "", "write what is staged, after a question", 0, 0,
	    change_run_commit },
	{ "undo", "", "", "undo this change, or the latest", 0, 0,
	    change_run_undo },
	{ "patch", "", "FILE", "keep what is staged in a patch file", 0, 0,
	    change_run_patch },

	{ .name = "Windows", .help = "" },
	{ "split", "sp", "[COMMAND]", "a second window below", 0, 0, window_run },
	{ "vsplit", "vs vsp", "[COMMAND]", "a second window to the right", 0, 0,
	    window_run },
	{ "next-window", "", "", "to the next window", 0, 0, window_run },
	{ "prev-window", "", "", "to the window before", 0, 0, window_run },
	{ "left-window", "", "", "to the window on the left", 0, 0,
	    window_run_side },
	{ "right-window", "", "", "to the window on the right", 0, 0,
	    window_run_side },
	{ "upper-window", "", "", "to the window above", 0, 0,
	    window_run_side },
	{ "lower-window", "", "", "to the window below", 0, 0,
	    window_run_side },
	{ "restore", "", "", "the windows as they were when this dump was left",
	    0, 0, run_restore },
	{ "taller", "", "", "COUNT rows more for this window", 0, 0,
	    window_run_size },
	{ "shorter", "", "", "COUNT rows less", 0, 0, window_run_size },
	{ "wider", "", "", "COUNT columns more for this window", 0, 0,
	    window_run_size },
	{ "narrower", "", "", "COUNT columns less", 0, 0, window_run_size },
	{ "equal", "", "", "all windows alike", 0, 0, window_run_size },
	{ "swap-window", "", "", "change places with the next window", 0, 0,
	    window_run_size },
	{ "linked", "", "", "follow links in the next window, or here", 0, 0,
	    window_run_size },
	{ "zoom", "", "", "this window alone for a while", 0, 0, window_run },
	{ "close-window", "clo", "", "close this window", 0, 0, window_run },
	{ "only", "on", "", "close the other windows", 0, 0, window_run },

	{ .name = "Taking along", .help = "" },
	{ "yank", "y", "[word|row|address|where|pane|json|csv]",
	    "copy to the terminal's clipboard", 0, 0, run_yank },
	{ "save", "w", "FILE|!COMMAND [text|json|jsonl|csv]", "write this document to a "
	    "new file", 0, 0, run_save },
	{ "save!", "w!", "FILE [text|json|jsonl|csv]", "write it over a file", 0,
	    0, run_save },
	{ "|", "", "[json] COMMAND", "give this document to a program", 0, 0,
	    run_program },
	{ "!", "sh shell", "[COMMAND]", "run a program", 0, 0, run_program },
	{ "screenshot", "", "FILE.svg", "a picture of the screen", 0, 0,
	    run_screenshot },

	{ .name = "Program", .help = "" },
	{ "command", "", "[TEXT]", "type a command or an expression", 0, 0,
	    run_prompt },
	{ "palette", "", "", "find a command by a few of its letters", 0, 0,
	    run_prompt },
	{ "map", "", "[KEYS]", "what a key does and where that is said", 0, 0,
	    command_map },
	{ "snap", "", "[NAME]", "keep this screen in the recorded session", 0, 0,
	    run_snap },
	{ "again", "", "", "run the last typed command again", 0, 0, run_again },
	{ "set", "se", "[NAME[=VALUE]]", "show or change a setting", 0, 0,
	    run_set },
	{ "mouse", "", "", "use the mouse: click a link, scroll", 0, 0,
	    run_mouse },
	{ "version", "ver ve", "", "which kpeek this is", 0, 0, command_version },
	{ "redraw", "", "", "draw the screen anew", 0, 0, run_terminal },
	{ "suspend", "", "", "stop kpeek; fg comes back", 0, 0, run_terminal },
	{ "close", "", "", "leave this document; the first one: quit", 0, 0,
	    run_close },
	{ "leave", "q wq", "", "close this window; the last one: quit", 0, 0,
	    run_leave },
	{ "quit", "qa wqa xa exit", "", "quit", 0, 0, run_quit },
	{ "quit!", "q! qa!", "", "quit, and forget what is staged", 0, 0,
	    run_quit },

	{ .name = "On the prompt", .help = "" },
	{ "accept", "", "", "do what was typed", 0, 0, run_accept },
	{ "edit", "", "WHAT", "edit what was typed", 0, 0, run_edit },
	{ .name = NULL },
};

/* One of the words of "q qa". */
static bool
is_alias(const char *aliases, const char *name, size_t n)
{
	for (; *aliases != '\0'; aliases += strcspn(aliases, " "),
	    aliases += strspn(aliases, " ")) {
		if (strcspn(aliases, " ") == n &&
		    memcmp(aliases, name, n) == 0)
			return (true);
	}
	return (false);
}

/* "w" is commit, "w FILE" is save. */
static const struct command *
find(const char *name, size_t n, bool args)
{
	const struct command *c;

	for (c = commands; c->name != NULL; c++) {
		if (c->run == NULL || n == 0 || (args && c->args[0] == '\0'))
			continue;
		if ((strlen(c->name) == n && memcmp(c->name, name, n) == 0) ||
		    is_alias(c->alias, name, n))
			return (c);
	}
	return (NULL);
}

const struct command *
command_by_name(const char *name, size_t n)
{
	return (find(name, n, false));
}

bool
command_known(struct ui *ui, const char *name)
{
	return (command_by_name(name, strlen(name)) != NULL ||
	    tables_view(ui->ctx, ui->tables, name) != NULL);
}

/* Say what is missing, as view_run does for views. */
static int
check_needs(struct ui *ui, const struct command *c)
{
	if ((c->needs & NEEDS_SYMBOLS) != 0 && ui->kernel->symbols.n == 0)
		return (ctx_fail(ui->ctx, E_NO_SYMBOL, "%s: no symbols were "
		    "found in this memory", c->name));
	if ((c->needs & NEEDS_TYPES) != 0 &&
	    types_nunits(ui->kernel->types) == 0)
		return (ctx_fail(ui->ctx, E_NO_TYPE, "%s: no types were found "
		    "in this memory", c->name));
	if ((c->needs & NEEDS_OS) != 0 && ui->kernel->os == NULL) {
		(void)os_none(ui->ctx, ui->kernel);
		return (ctx_chain(ui->ctx, "%s", c->name));
	}
	return (0);
}

static void
watch(struct ui *ui, const char *name)
{
	if (ui->opt->watch != NULL)
		ui->opt->watch->command(ui->opt->watch->arg, name);
}

/* "12", "50%" */
static bool
is_row(const char *text)
{
	const size_t n = strspn(text, "0123456789");

	return (text[n] == '\0' || (n > 0 && strcmp(text + n, "%") == 0));
}

/* A table, a row's number, or an expression; or what is none of ours. */
static int
run_other(struct ui *ui, const char *text, const char *name)
{
	const struct view *v;
	int rc;

	v = tables_view(ui->ctx, ui->tables, name);
	if (v != NULL) {
		watch(ui, v->name);
		rc = pane_table_open(ui, text);
		return (rc == E_USAGE ? command_phrase(ui, text, rc) : rc);
	}
	if (is_row(text))
		return (command_goto(ui, NULL, text));
	/* "mount" is a command to others, though a variable has that name. */
	if (strcmp(text, name) == 0) {
		rc = command_phrase(ui, text, 0);
		if (rc != E_NOT_MINE)
			return (rc);
	}
	rc = ui_expression(ui, text[0] == '=' ? text + 1 : text);
	/* gdb's last value; while there is none vi's last line. */
	if (rc != 0 && strcmp(text, "$") == 0) {
		ctx_clear(ui->ctx);
		return (ui_command(ui, "bottom"));
	}
	return (rc != 0 ? command_phrase(ui, text, rc) : 0);
}

int
ui_command(struct ui *ui, const char *line)
{
	const struct command *c;
	struct arena arena;
	char *text, *args, *name;
	bool done;
	size_t n;
	int rc;

	while (isspace((unsigned char)*line) || *line == ':')
		line++;
	if (*line == '\0')
		return (0);
	text = strdup(line);
	if (text == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	for (n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]);)
		text[--n] = '\0';
	n = text[0] == '!' || text[0] == '|' ? 1 : strcspn(text, " \t");
	for (args = text + n; isspace((unsigned char)*args); args++)
		;
	if (command_phrase_first(text)) {
		rc = command_phrase(ui, text, 0);
		if (rc != E_NOT_MINE) {
			free(text);
			return (rc);
		}
	}
	c = args[0] != '\0' ? find(text, n, true) : NULL;
	if (c == NULL)
		c = find(text, n, false);
	if (c != NULL) {
		watch(ui, c->name);
		rc = check_needs(ui, c);
		/* "sym REGEX" and the like may name a view's own arguments. */
		if (rc == 0 && args[0] != '\0' && c->args[0] == '\0')
			rc = ctx_fail(ui->ctx, E_USAGE,
			    "%s: takes no arguments", c->name);
		if (rc == 0)
			rc = c->run(ui, c, args);
		free(text);
		return (rc);
	}
	arena_init(&arena);
	name = arena_strndup(&arena, text, n);
	if (name == NULL) {
		rc = ctx_fail(ui->ctx, E_NOMEM, "no memory");
	} else {
		rc = command_redirect(ui, text, name, &done);
		if (!done)
			rc = run_other(ui, text, name);
	}
	arena_fini(&arena);
	free(text);
	return (rc);
}
