/* SPDX-License-Identifier: BSD-2-Clause */
/* The model's heart: keys in, commands out, the screen drawn from panes. */
#include "ui/model.h"

#include "base/utf8.h"
#include "ui/change.h"
#include "ui/command.h"
#include "ui/palette.h"
#include "ui/moving.h"
#include "ui/record.h"
#include "ui/save.h"
#include "ui/term.h"
#include "ui/user_tables.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS		8000000
#define MESSAGES_MAX	65536		/* bytes of messages kept */
#define KEYMAP_BYTES_MAX	(1u << 20)

extern const struct pane_ops pane_overview, pane_table, pane_ps, pane_log,
    pane_symbols, pane_hex, pane_struct, pane_process, pane_changes, pane_help,
    pane_notes, pane_meters;

const struct pane_ops *const panes[] = {
	&pane_overview, &pane_table, &pane_ps, &pane_log, &pane_symbols,
	&pane_hex, &pane_struct, &pane_process, &pane_changes, &pane_help, &pane_notes, &pane_meters,
	NULL,
};

uint64_t
ui_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

void
ui_say(struct ui *ui, enum style style, const char *fmt, ...)
{
	va_list ap;
	size_t cut;

	va_start(ap, fmt);
	vsnprintf(ui->message, sizeof(ui->message), fmt, ap);
	va_end(ap);
	ui->message_style = style;
	buf_printf(&ui->messages, "%s\n", ui->message);
	/* The oldest go, whole lines of them, a good part at a time. */
	if (ui->messages.len > MESSAGES_MAX) {
		cut = ui->messages.len - MESSAGES_MAX / 2;
		cut += strcspn(buf_text(&ui->messages) + cut, "\n") + 1;
		ui->messages.len -= cut;
		memmove(ui->messages.p, ui->messages.p + cut,
		    ui->messages.len + 1);
	}
}

void
ui_say_error(struct ui *ui)
{
	ui_say(ui, STYLE_ERROR, "%s", ui->ctx->err.text[0] != '\0' ?
	    ui->ctx->err.text : status_text(ui->ctx->err.code));
	ctx_clear(ui->ctx);
}

bool
ui_address(struct ui *ui, uint64_t *addr)
{
	struct pane *p = ui_pane(ui);
	struct os_proc proc;
	struct arena arena;
	struct link l;

	if (p->ops->address != NULL)
		return (p->ops->address(p, addr));
	if (p->ops->link == NULL || !p->ops->link(p, &l))
		return (false);
	*addr = l.addr;
	if (l.kind != LINK_PROCESS)
		return (l.addr != 0);
	/* A process is where its task structure is. */
	arena_init(&arena);
	*addr = os_proc(ui->ctx, ui->kernel, l.pid, &arena, &proc) == 0 ?
	    proc.task : 0;
	arena_fini(&arena);
	ctx_clear(ui->ctx);
	return (*addr != 0);
}

/* --- keymaps --- */

static bool
known_mode(void *arg, const char *name)
{
	size_t i;

	(void)arg;
	for (i = 0; panes[i] != NULL; i++) {
		if (strcmp(panes[i]->name, name) == 0)
			return (true);
	}
	return (false);
}

static bool
known_command(void *arg, const char *name)
{
	return (command_known(arg, name));
}

static void
keymap_error(void *arg, const char *text)
{
	ui_say(arg, STYLE_ERROR, "%s", text);
}

static int
load_keymap_file(struct ui *ui, const char *path, bool must)
{
	struct keymap_checks checks = { known_mode, known_command, keymap_error,
	    ui };
	struct buf text = { 0 };
	int rc;

	rc = load_file(ui->ctx, path, KEYMAP_BYTES_MAX, &text);
	if (rc == 0)
		keymap_parse(&ui->keymap, path, buf_text(&text), text.len,
		    &checks);
	else if (rc == E_NOT_FOUND)
		rc = must ? ctx_fail(ui->ctx, E_USAGE,
		    "keymap %s: there is no such file", path) : 0;
	buf_fini(&text);
	return (rc);
}

static int
load_user_keymap(struct ui *ui)
{
	char path[4096];

	if (!save_path(path, sizeof(path), "XDG_CONFIG_HOME", ".config",
	    "keys"))
		return (0);
	return (load_keymap_file(ui, path, false));
}

static int
load_keymaps(struct ui *ui)
{
	struct keymap_checks checks = { known_mode, known_command, keymap_error,
	    ui };
	const struct keymap_builtin *k;
	int rc;

	for (k = keymap_builtins; k->name != NULL; k++) {
		if (strcmp(k->name, ui->keymap_name) == 0)
			break;
	}
	if (k->name == NULL && strchr(ui->keymap_name, '/') == NULL &&
	    access(ui->keymap_name, R_OK) != 0)
		return (ctx_fail(ui->ctx, E_USAGE, "keymap %s: neither a name "
		    "that kpeek knows nor a file", ui->keymap_name));
	rc = 0;
	if (k->name != NULL)
		keymap_parse(&ui->keymap, k->name, k->text, strlen(k->text),
		    &checks);
	else
		rc = load_keymap_file(ui, ui->keymap_name, true);
	if (rc != 0)
		return (rc);
	/* A replay has to be the same wherever it runs. */
	return (ui->sync ? 0 : load_user_keymap(ui));
}

/* --- life --- */

void
ui_read_info(struct ui *ui)
{
	arena_reset(&ui->info_arena);
	ui->has_info = os_info(ui->ctx, ui->kernel, &ui->info_arena,
	    &ui->info) == 0;
}

int
ui_create(struct ctx *ctx, struct kernel *kernel, const struct ui_options *opt,
    struct ui **ret)
{
	const char *text;
	struct ui *ui;
	size_t n;
	int rc, i;

	ui = calloc(1, sizeof(*ui));
	if (ui == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	ui->ctx = ctx;
	ui->kernel = kernel;
	ui->opt = opt;
	ui->wake[0] = ui->wake[1] = -1;
	ui->sync = opt->cols > 0 || opt->replay != NULL;
	ui->keymap_name = opt->keymap != NULL ? opt->keymap : "default";
	ui->direction = 1;
	ui->ascii = opt->ascii;
	ui->wrapscan = true;
	ui->theme = opt->no_color ? THEME_MONO : THEME_DARK;
	grid_init(&ui->grid);
	keymap_init(&ui->keymap);
	prompt_init(&ui->prompt);
	state_init(&ui->state);
	arena_init(&ui->info_arena);
	ui->root = ui->focus = calloc(1, sizeof(*ui->root));
	if (ui->root == NULL || !grid_resize(&ui->grid, 80, 24)) {
		ui_destroy(ui);
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	}
	if (!ui->sync && pipe(ui->wake) != 0) {
		rc = ctx_fail_errno(ctx, E_IO, "pipe");
		ui_destroy(ui);
		return (rc);
	}
	for (i = 0; i < 2 && ui->wake[0] >= 0; i++) {
		fcntl(ui->wake[i], F_SETFL, O_NONBLOCK);
		fcntl(ui->wake[i], F_SETFD, FD_CLOEXEC);
	}
	ui->tables = tables_create();
	rc = ui->tables == NULL ? ctx_fail(ctx, E_NOMEM, "no memory") : 0;
	/* A replay is the same for everyone. */
	if (rc == 0 && !ui->sync)
		rc = user_tables_load(ctx, ui->tables);
	for (n = 0; rc == 0 && (text = tables_complaint(ui->tables, n)) != NULL;
	    n++)
		ui_say(ui, STYLE_ERROR, "%s", text);
	if (rc == 0)
		rc = load_keymaps(ui);
	if (rc != 0) {
		ui_destroy(ui);
		return (rc);
	}
	ui_read_info(ui);
	moving_init(ui);
	ctx_clear(ctx);
	*ret = ui;
	return (0);
}

void
ui_destroy(struct ui *ui)
{
	size_t i;

	moving_fini(ui);
	frame_destroy(ui->root);
	for (i = 0; i < ui->nspaces; i++)
		free(ui->spaces[i]);
	free(ui->spaces);
	for (i = 0; i < ui->nmarks; i++)
		free(ui->marks[i].command);
	sym_filter_destroy(ui->matcher);
	tables_destroy(ui->tables);
	free(ui->pattern);
	free(ui->last_command);
	free(ui->later);
	buf_fini(&ui->messages);
	prompt_fini(&ui->prompt);
	state_fini(&ui->state);
	keymap_fini(&ui->keymap);
	grid_fini(&ui->grid);
	arena_fini(&ui->info_arena);
	if (ui->wake[0] >= 0) {
		close(ui->wake[0]);
		close(ui->wake[1]);
	}
	free(ui);
}

void
ui_resize(struct ui *ui, int w, int h)
{
	if (ui->record != NULL)
		record_resize(ui->record, w, h);
	grid_resize(&ui->grid, w, h);
	ui_layout(ui);
}

/* --- keys --- */

/* The mark of that name, a new one when there is none; NULL: no room. */
static struct mark *
mark_named(struct ui *ui, uint32_t name)
{
	struct mark *m;
	size_t i;

	for (i = 0; i < ui->nmarks && ui->marks[i].name != name; i++)
		;
	if (i == MARKS_MAX)
		return (NULL);
	m = &ui->marks[i];
	if (i == ui->nmarks) {
		ui->nmarks++;
		*m = (struct mark){ .name = name };
	}
	return (m);
}

static bool
set_mark(struct ui *ui, uint32_t name)
{
	struct pane *p = ui_pane(ui);
	struct buf b = { 0 };
	struct mark *m;

	m = p != NULL ? mark_named(ui, name) : NULL;
	if (m == NULL)
		return (false);
	p->ops->where(p, &b);
	free(m->command);
	m->command = strdup(buf_text(&b));
	m->row = p->list.cur;
	buf_fini(&b);
	return (true);
}

void
ui_remember(struct ui *ui)
{
	set_mark(ui, '\'');
}

static void
place_mark(struct ui *ui, uint32_t key)
{
	char name[KEY_NAME_MAX];

	key_format(key, name);
	if (!key_is_text(key) || key == ' ')
		ui_say(ui, STYLE_ERROR, "%s cannot name a mark", name);
	else if (!set_mark(ui, key))
		ui_say(ui, STYLE_ERROR, "there are %d marks already", MARKS_MAX);
	else
		ui_say(ui, STYLE_NORMAL, "mark %s is here", name);
}

static void
jump_to_mark(struct ui *ui, uint32_t key)
{
	struct pane *p = ui_pane(ui);
	struct buf b = { 0 };
	char name[KEY_NAME_MAX], *command;
	size_t i, row;

	/* '' and `` are one place, as in vi. */
	if (key == '`')
		key = '\'';
	for (i = 0; i < ui->nmarks && ui->marks[i].name != key; i++)
		;
	key_format(key, name);
	if (i == ui->nmarks || ui->marks[i].command == NULL) {
		ui_say(ui, STYLE_ERROR, key == '\'' ? "there was no jump yet" :
		    "there is no mark %s", name);
		return;
	}
	command = strdup(ui->marks[i].command);
	if (command == NULL)
		return;
	row = ui->marks[i].row;
	ui_remember(ui);
	p->ops->where(p, &b);
	if (strcmp(buf_text(&b), command) != 0 && ui_command(ui, command) != 0)
		ui_say_error(ui);
	buf_fini(&b);
	free(command);
	p = ui_pane(ui);
	list_want(&p->list, row);
}

static void
run(struct ui *ui, const char *line)
{
	/* What is to stay as it is must not be read once more before. */
	if (strcmp(line, "freeze") != 0 && ui->lost == NULL)
		kernel_refresh(ui->kernel);
	if (ui_command(ui, line) != 0)
		ui_say_error(ui);
	ui->count = 0;
}

static void
unbound(struct ui *ui)
{
	const struct binding *help;
	struct binding typed = { .nkeys = ui->npending };
	char keys[96], how[96];

	memcpy(typed.keys, ui->pending, sizeof(typed.keys));
	keymap_format(&typed, keys, sizeof(keys));
	help = keymap_key_of(&ui->keymap, ui_pane(ui)->ops->name, "help");
	if (help != NULL) {
		keymap_format(help, how, sizeof(how));
		ui_say(ui, STYLE_NORMAL, "%s is not bound here; %s shows the "
		    "keys", keys, how);
	} else {
		ui_say(ui, STYLE_NORMAL, "%s is not bound here", keys);
	}
}

static void
take_key(struct ui *ui, uint32_t key)
{
	const struct binding *b;
	const char *mode;
	char utf8[4];

	if (ui->await != 0) {
		if (ui->await == 'w' || ui->await == 'q')
			change_answer(ui, key);
		else if (key == UKEY_ESC)
			;
		else if (ui->await == 'm')
			place_mark(ui, key);
		else
			jump_to_mark(ui, key);
		ui->await = 0;
		return;
	}
	mode = ui->prompt.kind != PROMPT_NONE ? "prompt" :
	    ui_pane(ui)->ops->name;
	ui->pending[ui->npending++] = key;
	switch (keymap_lookup(&ui->keymap, mode, ui->pending, ui->npending,
	    &b)) {
	case KEYMAP_PREFIX:
		if (ui->npending < KEYMAP_SEQ_MAX)
			return;
		break;
	case KEYMAP_FOUND:
		/* A 0 in a count is a digit, whatever it is bound to. */
		if (ui->npending == 1 && key == '0' && ui->count > 0)
			break;
		ui->npending = 0;
		if (ui->opt->watch != NULL)
			ui->opt->watch->key(ui->opt->watch->arg, b);
		run(ui, b->command);
		return;
	case KEYMAP_NONE:
		break;
	}
	if (ui->prompt.kind != PROMPT_NONE) {
		if (ui->npending == 1 && key_is_text(key))
			prompt_insert(ui, utf8, utf8_encode(key, utf8));
	} else if (ui->npending == 1 && key >= '0' && key <= '9') {
		if (ui->count < 10000000)
			ui->count = ui->count * 10 + (int)(key - '0');
	} else if (ui->npending > 1 && key == UKEY_ESC) {
		ui->count = 0;
	} else {
		unbound(ui);
		ui->count = 0;
	}
	ui->npending = 0;
}

void
ui_key(struct ui *ui, uint32_t key)
{
	if (ui->record != NULL)
		record_key(ui->record, key);
	ui->message[0] = '\0';
	moving_begin(ui);
	take_key(ui, key);
	moving_end(ui);
}

/* --- unfinished work --- */

/* Nothing came of a document: back to the one before, or to what was meant. */
static void
give_up(struct ui *ui, struct frame *f)
{
	struct pane *p = f->win.docs[f->win.at];
	struct buf line = { 0 };

	if (p->misused && f == ui->focus)
		p->ops->where(p, &line);
	ui_search_stop(ui);
	window_give_up(&f->win);
	if (line.len > 0)
		ui_misused(ui, buf_text(&line));
	buf_fini(&line);
}

bool
ui_step(struct ui *ui)
{
	struct frame *f;
	struct pane *p;
	bool more;

	moving_begin(ui);
	more = ui_search_step(ui, ui->sync ? UINT64_MAX : ui_now() + STEP_NS);
	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		p = f->win.ndocs > 0 ? f->win.docs[f->win.at] : NULL;
		if (p != NULL && p->ops->step != NULL)
			more |= p->ops->step(p);
		if (p != NULL && p->useless) {
			give_up(ui, f);
			p = f->win.docs[f->win.at];
		}
		if (p != NULL && p->busy == NULL)
			p->again = false;
	}
	if (ui->later != NULL)
		ui_do_later(ui);
	moving_end(ui);
	return (more);
}

bool
ui_busy(struct ui *ui)
{
	struct frame *f;

	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		if (f->win.ndocs > 0 && f->win.docs[f->win.at]->busy != NULL)
			return (true);
	}
	return (false);
}

bool
ui_busy_again(struct ui *ui)
{
	const struct pane *p;
	struct frame *f;
	bool again = false;

	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		p = f->win.ndocs > 0 ? f->win.docs[f->win.at] : NULL;
		if (p != NULL && p->busy != NULL && !p->again)
			return (false);
		again |= p != NULL && p->busy != NULL;
	}
	return (again);
}

/* --- drawing --- */

/* Where one is: the history up to here, as much of its end as fits. */
static int
draw_trail(struct ui *ui, const struct region *r, int x, int limit)
{
	struct window *w = ui_window(ui);
	size_t from, i;
	int room;

	if (w->ndocs == 0)
		return (x);
	room = limit - x;
	for (from = w->at; from > 0; from--) {
		room -= (int)strlen(w->docs[from]->title) + 3;
		if (room < (int)strlen(w->docs[from - 1]->title))
			break;
	}
	if (from > 0)
		x = region_puts(r, 0, x, STYLE_TITLE_DIM, "\u2026 ");
	for (i = from; i <= w->at && x < limit; i++) {
		x = region_field(r, 0, x, (int)grid_columns(r->g,
		    w->docs[i]->title, strlen(w->docs[i]->title)) < limit - x ?
		    (int)grid_columns(r->g, w->docs[i]->title,
		    strlen(w->docs[i]->title)) : limit - x, false,
		    i == w->at ? STYLE_TITLE : STYLE_TITLE_DIM, 0,
		    w->docs[i]->title, strlen(w->docs[i]->title));
		if (i < w->at)
			x = region_puts(r, 0, x, STYLE_TITLE_DIM, " \u203a ");
	}
	return (x);
}

static void
draw_title(struct ui *ui)
{
	struct region r = grid_region(&ui->grid, 0, 0, ui->grid.w, 1);
	struct dump *dump = ui->kernel->dump;
	struct buf id = { 0 };
	const char *badge;
	int x, w, n;

	region_fill(&r, 0, 0, r.w, STYLE_TITLE_DIM, ' ');
	x = r.w;
	badge = ui->lost != NULL ? ui->lost : ui->silent ? " NO ANSWER " :
	    ui->kernel->live && ui->target.paused ? " PAUSED " :
	    ui->pace.still ? " STILL " :
	    ui->kernel->live ? " LIVE " :
	    dump != NULL && !dump->complete ? " INCOMPLETE " : NULL;
	if (change_staged(ui) > 0 && r.w >= 40) {
		buf_printf(&id, " %zu STAGED ", change_staged(ui));
		x -= (int)id.len;
		region_puts(&r, 0, x, STYLE_STAGED, buf_text(&id));
		buf_reset(&id);
	}
	if (badge != NULL && r.w >= 40) {
		x -= (int)strlen(badge);
		region_puts(&r, 0, x, STYLE_BADGE, badge);
	}
	if (ui->has_info && ui->info.release.status == OK &&
	    ui->info.release.s != NULL) {
		buf_printf(&id, " %s ", ui->info.release.s);
		w = (int)grid_columns(&ui->grid, buf_text(&id), id.len);
		n = (int)strlen(ui_pane(ui)->title);
		if (x - w > n + 16) {
			x -= w;
			region_puts(&r, 0, x, STYLE_TITLE_DIM, buf_text(&id));
		}
	}
	buf_fini(&id);
	n = region_puts(&r, 0, 1, STYLE_TITLE, "kpeek");
	if (r.w >= 60)
		n += 2;
	else
		n = 1;
	if (n == 1)
		region_fill(&r, 0, 0, 7, STYLE_TITLE_DIM, ' ');
	draw_trail(ui, &r, n, x - 1);
}

/* The keys that matter here, as many as there is room for. */
static void
draw_hints(struct ui *ui, const struct region *r, int limit)
{
	struct pane *p = ui_pane(ui);
	const struct binding *b;
	const struct hint *h;
	struct link link;
	unsigned id;
	char key[64];
	int x, w;

	for (x = 1, h = p->ops->hints; h != NULL && h->command != NULL; h++) {
		b = keymap_key_of(&ui->keymap, p->ops->name, h->command);
		if (b == NULL)
			continue;
		keymap_format(b, key, sizeof(key));
		w = (int)strlen(key) + 1 + (int)strlen(h->label);
		if (x + w > limit)
			break;
		link = (struct link){ .kind = LINK_COMMAND, .command =
		    b->command };
		id = grid_link(r->g, &link);
		x = region_text(r, 0, x, STYLE_STATUS_KEY, id, key,
		    strlen(key));
		x = region_text(r, 0, x + 1, STYLE_STATUS, id, h->label,
		    strlen(h->label)) + 2;
	}
}

static void
draw_status(struct ui *ui, struct frame *f, struct pane *p)
{
	struct region r = grid_region(&ui->grid, f->x, f->y + f->h - 1, f->w, 1);
	struct buf right = { 0 };
	bool focus;
	int x;

	focus = f == ui->focus;
	region_fill(&r, 0, 0, r.w, STYLE_STATUS, ' ');
	if (p->frozen != NULL)
		buf_puts(&right, "FROZEN  ");
	else if (p->busy != NULL && !p->again)
		buf_printf(&right, "%s ...  ", p->busy);
	if (focus)
		moving_status(ui, &right);
	if (p->ops->position != NULL)
		p->ops->position(p, &right);
	x = r.w - 1 - (int)grid_columns(&ui->grid, buf_text(&right), right.len);
	if (x < 0)
		x = 0;
	region_text(&r, 0, x, STYLE_STATUS, 0, buf_text(&right), right.len);
	buf_fini(&right);
	if (ui->root->a != NULL && !ui->alone) {
		region_field(&r, 0, 1, x - 2, false, focus ? STYLE_STATUS_KEY :
		    STYLE_STATUS, 0, p->title, strlen(p->title));
		return;
	}
	draw_hints(ui, &r, x - 2);
}

static void
draw_window(struct ui *ui, struct frame *f)
{
	struct pane *p = f->win.docs[f->win.at];
	struct region r;
	bool frozen;
	int y;

	r = grid_region(&ui->grid, f->x, f->y, f->w, f->h - 1);
	if (r.w < 1 || r.h < 1)
		return;
	frozen = moving_enter(ui, p);
	p->ops->draw(p, &r, f == ui->focus);
	if (frozen)
		moving_leave(ui);
	if (f == ui->focus && p->ops->filter_on_search == false)
		ui_search_highlight(ui, &r);
	draw_status(ui, f, p);
	/* The frame of a window with another to its right. */
	if (f->x + f->w < ui->grid.w && !ui->alone) {
		r = grid_region(&ui->grid, f->x + f->w, f->y, 1, f->h);
		for (y = 0; y < r.h; y++)
			region_fill(&r, y, 0, 1, STYLE_FRAME, 0x2502);
	}
}

/* The candidates of a completion, on the line above the prompt. */
static void
draw_words(struct ui *ui)
{
	struct prompt *p = &ui->prompt;
	struct region r;
	size_t i, from;
	int x;

	r = grid_region(&ui->grid, 0, ui->grid.h - 2, ui->grid.w, 1);
	region_fill(&r, 0, 0, r.w, STYLE_STATUS, ' ');
	/* Whole screens of candidates, the one chosen among them. */
	for (from = 0;;) {
		for (i = from, x = 1; i < p->nwords; i++) {
			x += (int)strlen(p->words[i]) + 2;
			if (x > r.w)
				break;
		}
		if (i >= p->nwords || p->shown <= i || i == from)
			break;
		from = i;
	}
	for (i = from, x = 1; i < p->nwords && x < r.w; i++)
		x = region_puts(&r, 0, x, i + 1 == p->shown ?
		    STYLE_CURSOR_CELL : STYLE_STATUS, p->words[i]) + 2;
}

static void
draw_bottom(struct ui *ui)
{
	struct region r;
	struct pane *p = ui_pane(ui);
	struct binding typed = { .nkeys = ui->npending };
	struct buf b = { 0 };
	char keys[96], right[128];
	const char *note;
	uint64_t addr;
	int x;

	r = grid_region(&ui->grid, 0, ui->grid.h - 1, ui->grid.w, 1);
	if (ui->prompt.kind != PROMPT_NONE) {
		prompt_draw(ui, &r);
		if (ui->prompt.kind == PROMPT_PALETTE)
			palette_draw(ui);
		if (ui->prompt.nwords > 0 && ui->grid.h > 2)
			draw_words(ui);
		return;
	}
	if (ui->message[0] != '\0') {
		region_field(&r, 0, 0, r.w, false, ui->message_style, 0,
		    ui->message, strlen(ui->message));
	} else if (p->ops->detail != NULL) {
		p->ops->detail(p, &b);
		x = 0;
		note = ui->state.nnotes > 0 && ui_address(ui, &addr) ?
		    state_note(&ui->state, addr) : NULL;
		if (note != NULL)
			x = region_printf(&r, 0, 0, STYLE_WARN, "%s  ", note);
		region_field(&r, 0, x, r.w - x, false, STYLE_NORMAL, 0,
		    buf_text(&b), b.len);
		buf_fini(&b);
	}
	if (ui->npending > 0 || ui->count > 0) {
		memcpy(typed.keys, ui->pending, sizeof(typed.keys));
		keymap_format(&typed, keys, sizeof(keys));
		snprintf(right, sizeof(right), " %.0d%s ", ui->count, keys);
		region_puts(&r, 0, r.w - (int)strlen(right), STYLE_STRONG, right);
	}
}

void
ui_draw(struct ui *ui)
{
	struct frame *f;

	moving_begin(ui);
	grid_clear(&ui->grid);
	ui->grid.ascii = ui->ascii;
	ui_layout(ui);
	if (ui->grid.h > 4)
		draw_title(ui);
	for (f = frame_next_leaf(ui->root, NULL); f != NULL;
	    f = frame_next_leaf(ui->root, f)) {
		if (f->win.ndocs > 0 && (!ui->alone || f == ui->focus))
			draw_window(ui, f);
	}
	draw_bottom(ui);
	moving_end(ui);
}
