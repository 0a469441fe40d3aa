/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/state.h"

#include "base/hash.h"
#include "engine/identity.h"
#include "ui/model.h"
#include "ui/save.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_BYTES_MAX	(4u << 20)
#define WINDOWS_MAX	64		/* of a layout that is read */
#define TRAIL_MAX	32		/* documents before a window's own */

static const char first_line[] = "kpeek-state 1";

void
state_init(struct state *s)
{
	memset(s, 0, sizeof(*s));
}

void
state_fini(struct state *s)
{
	size_t i;

	for (i = 0; i < s->nnotes; i++)
		free(s->notes[i].text);
	for (i = 0; i < s->nbookmarks; i++) {
		free(s->bookmarks[i].name);
		free(s->bookmarks[i].command);
	}
	free(s->notes);
	free(s->bookmarks);
	free(s->windows);
	free(s->identity);
}

/* --- notes and bookmarks --- */

/* Where the note on an address stands, or is to stand. */
static size_t
place_of(const struct state *s, uint64_t addr)
{
	size_t lo = 0, hi = s->nnotes, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->notes[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

const char *
state_note(const struct state *s, uint64_t addr)
{
	size_t i;

	i = place_of(s, addr);
	return (i < s->nnotes && s->notes[i].addr == addr ? s->notes[i].text :
	    NULL);
}

static int
set_note(struct ctx *ctx, struct state *s, uint64_t addr, const char *text)
{
	char *copy;
	size_t i;

	i = place_of(s, addr);
	if (i < s->nnotes && s->notes[i].addr == addr) {
		copy = strdup(text);
		if (copy == NULL)
			return (ctx_fail(ctx, E_NOMEM, "no memory"));
		free(s->notes[i].text);
		s->notes[i].text = copy;
		if (text[0] != '\0')
			return (0);
		free(copy);
		memmove(&s->notes[i], &s->notes[i + 1],
		    (s->nnotes - i - 1) * sizeof(s->notes[0]));
		s->nnotes--;
		return (0);
	}
	if (text[0] == '\0')
		return (ctx_fail(ctx, E_NOT_FOUND, "there is no note on 0x%"
		    PRIx64, addr));
	if (s->nnotes == NOTES_MAX)
		return (ctx_fail(ctx, E_LIMIT, "there are %d notes already",
		    NOTES_MAX));
	copy = strdup(text);
	if (copy == NULL || !vec_room(s->notes, s->notes_cap, s->nnotes + 1)) {
		free(copy);
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	}
	memmove(&s->notes[i + 1], &s->notes[i],
	    (s->nnotes - i) * sizeof(s->notes[0]));
	s->notes[i] = (struct note){ addr, copy };
	s->nnotes++;
	return (0);
}

static int
set_bookmark(struct ctx *ctx, struct state *s, const char *name,
    const char *command)
{
	struct bookmark *b;
	char *copy, *copy_name;
	size_t i;

	for (i = 0; i < s->nbookmarks && strcmp(s->bookmarks[i].name, name) != 0;
	    i++)
		;
	if (command[0] == '\0') {
		if (i == s->nbookmarks)
			return (ctx_fail(ctx, E_NOT_FOUND,
			    "there is no bookmark %s", name));
		free(s->bookmarks[i].name);
		free(s->bookmarks[i].command);
		memmove(&s->bookmarks[i], &s->bookmarks[i + 1],
		    (s->nbookmarks - i - 1) * sizeof(s->bookmarks[0]));
		s->nbookmarks--;
		return (0);
	}
	if (i == BOOKMARKS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "there are %d bookmarks already",
		    BOOKMARKS_MAX));
	copy = strdup(command);
	copy_name = strdup(name);
	if (copy == NULL || copy_name == NULL ||
	    !vec_room(s->bookmarks, s->bookmarks_cap, i + 1)) {
		free(copy);
		free(copy_name);
		return (ctx_fail(ctx, E_NOMEM, "no memory"));
	}
	b = &s->bookmarks[i];
	if (i == s->nbookmarks) {
		s->nbookmarks++;
	} else {
		free(b->name);
		free(b->command);
	}
	*b = (struct bookmark){ copy_name, copy };
	return (0);
}

const char *
state_find_bookmark(const struct state *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->nbookmarks; i++) {
		if (strcmp(s->bookmarks[i].name, name) == 0)
			return (s->bookmarks[i].command);
	}
	return (NULL);
}

/* What is kept nowhere harms nobody: a replay has notes as long as it runs. */
static int
may_keep(struct ui *ui, const char *what)
{
	return (ui->state.path[0] == '\0' ? 0 : ui_may_act(ui, what));
}

int
state_set_note(struct ui *ui, uint64_t addr, const char *text)
{
	int rc;

	rc = may_keep(ui, "note");
	if (rc == 0)
		rc = set_note(ui->ctx, &ui->state, addr, text);
	return (rc != 0 ? rc : state_save(ui));
}

int
state_bookmark(struct ui *ui, const char *name, const char *command)
{
	int rc;

	rc = may_keep(ui, "bookmark");
	if (rc == 0)
		rc = set_bookmark(ui->ctx, &ui->state, name, command);
	return (rc != 0 ? rc : state_save(ui));
}

/* --- reading --- */

/* The number at *p, of at most 16 digits, and what follows it. */
static bool
take_number(const char **p, int base, uint64_t *v)
{
	char *end;

	if (!isxdigit((unsigned char)**p))
		return (false);
	errno = 0;
	*v = strtoull(*p, &end, base);
	if (errno != 0 || end == *p || (*end != ' ' && *end != '\0'))
		return (false);
	*p = *end == ' ' ? end + 1 : end;
	return (true);
}

static bool
read_mark(struct ui *ui, const char *p)
{
	uint64_t letter, row;
	struct mark *m;
	char *copy;

	if (!take_number(&p, 10, &letter) || !take_number(&p, 10, &row) ||
	    *p == '\0' || letter == 0 || letter > UINT32_MAX ||
	    ui->nmarks == MARKS_MAX)
		return (false);
	copy = strdup(p);
	if (copy == NULL)
		return (false);
	m = &ui->marks[ui->nmarks++];
	*m = (struct mark){ .name = (uint32_t)letter, .command = copy,
	    .row = (size_t)row };
	return (true);
}

static bool
is_window_line(const char *line)
{
	return (strncmp(line, "split ", 6) == 0 ||
	    strncmp(line, "before ", 7) == 0 ||
	    strncmp(line, "window ", 7) == 0 ||
	    strncmp(line, "focus ", 6) == 0);
}

/* One line; false: cannot be understood. */
static bool
read_line(struct ui *ui, char *line, struct buf *windows)
{
	struct state *s = &ui->state;
	const char *p;
	uint64_t v;
	char *name;

	if (line[0] == '\0' || line[0] == '#')
		return (true);
	if (is_window_line(line)) {
		buf_printf(windows, "%s\n", line);
		return (true);
	}
	if (strncmp(line, "note ", 5) == 0) {
		p = line + 5;
		return (take_number(&p, 16, &v) && *p != '\0' &&
		    set_note(ui->ctx, s, v, p) == 0);
	}
	if (strncmp(line, "bookmark ", 9) == 0) {
		name = line + 9;
		line = strchr(name, ' ');
		if (line == NULL || line == name || line[1] == '\0')
			return (false);
		*line = '\0';
		return (set_bookmark(ui->ctx, s, name, line + 1) == 0);
	}
	if (strncmp(line, "mark ", 5) == 0)
		return (read_mark(ui, line + 5));
	if (strncmp(line, "typed ", 6) == 0) {
		p = line + 6;
		if (!take_number(&p, 10, &v) || v == PROMPT_NONE ||
		    v >= PROMPT_KINDS)
			return (false);
		prompt_remember(&ui->prompt, (enum prompt_kind)v, p);
		return (true);
	}
	return (strncmp(line, "on ", 3) == 0);
}

static void
read_state(struct ui *ui, char *text)
{
	struct buf windows = { 0 };
	char *line, *next;
	unsigned n, bad;

	if (strncmp(text, first_line, sizeof(first_line) - 1) != 0) {
		ui_say(ui, STYLE_WARN, "%s: not a file of kpeek's, and left "
		    "alone", ui->state.path);
		ui->state.path[0] = '\0';
		return;
	}
	for (line = text, n = 1, bad = 0; line != NULL; line = next, n++) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (n > 1 && !read_line(ui, line, &windows) && bad == 0)
			bad = n;
	}
	ctx_clear(ui->ctx);
	if (bad != 0)
		ui_say(ui, STYLE_WARN, "%s:%u: cannot be understood, and was "
		    "passed over", ui->state.path, bad);
	if (windows.len > 0)
		ui->state.windows = strdup(buf_text(&windows));
	buf_fini(&windows);
}

void
state_load(struct ui *ui)
{
	struct state *s = &ui->state;
	struct buf text = { 0 };
	char identity[IDENTITY_MAX], name[64];
	int rc;

	if (kernel_identity(ui->ctx, ui->kernel, identity) != 0) {
		ctx_clear(ui->ctx);
		return;
	}
	snprintf(name, sizeof(name), "state/%016" PRIx64, hash_str(identity));
	s->identity = strdup(identity);
	if (s->identity == NULL || !save_path(s->path, sizeof(s->path),
	    "XDG_STATE_HOME", ".local/state", name)) {
		s->path[0] = '\0';
		return;
	}
	rc = load_file(ui->ctx, s->path, STATE_BYTES_MAX, &text);
	if (rc == 0 && memchr(buf_text(&text), '\0', text.len) == NULL) {
		read_state(ui, text.p);
	} else if (rc != E_NOT_FOUND) {
		if (rc != 0)
			ui_say_error(ui);
		s->path[0] = '\0';
	}
	buf_fini(&text);
}

/* --- writing --- */

static void
write_doc(const char *word, struct pane *p, struct buf *b)
{
	struct buf where = { 0 };

	p->ops->where(p, &where);
	buf_printf(b, "%s %zu %s\n", word, p->list.cur, buf_text(&where));
	buf_fini(&where);
}

/*
 * A window's document, and those that Backspace leads to; the first of all is
 * the overview.
 */
static void
write_windows(struct ui *ui, const struct frame *f, struct buf *b)
{
	const struct window *w = &f->win;
	size_t i;

	if (f->a != NULL) {
		buf_printf(b, "split %c %d\n", f->side_by_side ? 'v' : 'h',
		    f->share);
		write_windows(ui, f->a, b);
		write_windows(ui, f->b, b);
		return;
	}
	if (w->ndocs == 0)
		return;
	for (i = w->at > TRAIL_MAX ? w->at - TRAIL_MAX : 0; i < w->at; i++)
		if (i > 0)
			write_doc("before", w->docs[i], b);
	write_doc("window", w->docs[w->at], b);
}

/* Lines of the file end where a line of the user's does not: no newlines. */
static void
put_line(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		buf_add(b, *text == '\n' || *text == '\r' ? " " : text, 1);
	buf_puts(b, "\n");
}

static void
write_lines(struct ui *ui, struct buf *b)
{
	const struct state *s = &ui->state;
	struct frame *f;
	unsigned n, kind;
	size_t i;

	for (i = 0; i < s->nnotes; i++) {
		buf_printf(b, "note %" PRIx64 " ", s->notes[i].addr);
		put_line(b, s->notes[i].text);
	}
	for (i = 0; i < s->nbookmarks; i++) {
		buf_printf(b, "bookmark %s ", s->bookmarks[i].name);
		put_line(b, s->bookmarks[i].command);
	}
	for (i = 0; i < ui->nmarks; i++) {
		if (ui->marks[i].command == NULL)
			continue;
		buf_printf(b, "mark %u %zu ", (unsigned)ui->marks[i].name,
		    ui->marks[i].row);
		put_line(b, ui->marks[i].command);
	}
	for (kind = 0; kind < PROMPT_KINDS; kind++) {
		for (i = 0; i < ui->prompt.history[kind].n; i++) {
			buf_printf(b, "typed %u ", kind);
			put_line(b, ui->prompt.history[kind].lines[i]);
		}
	}
	if (ui_pane(ui) == NULL)
		return;
	write_windows(ui, ui->root, b);
	for (n = 0, f = frame_next_leaf(ui->root, NULL); f != ui->focus &&
	    f != NULL; f = frame_next_leaf(ui->root, f))
		n++;
	buf_printf(b, "focus %u\n", n);
}

int
state_save(struct ui *ui)
{
	struct state *s = &ui->state;
	struct buf b = { 0 };
	int rc;

	if (s->path[0] == '\0')
		return (0);
	buf_printf(&b, "%s\non %s\n", first_line, s->identity);
	write_lines(ui, &b);
	rc = save_folders(ui->ctx, s->path);
	if (rc == 0)
		rc = b.bad ? ctx_fail(ui->ctx, E_NOMEM, "no memory") :
		    save_file(ui->ctx, s->path, true, b.p, b.len);
	buf_fini(&b);
	return (rc != 0 ? ctx_chain(ui->ctx, "notes and windows are not kept") :
	    0);
}

/* --- windows --- */

struct layout {
	struct ui	*ui;
	const char	*p;		/* the next line */
	unsigned	 nwindows, depth, focus;
	struct frame	*windows[WINDOWS_MAX];
};

static bool
next_line(struct layout *l, char *line, size_t size)
{
	size_t n;

	n = strcspn(l->p, "\n");
	if (*l->p == '\0' || n >= size)
		return (false);
	memcpy(line, l->p, n);
	line[n] = '\0';
	l->p += n + (l->p[n] == '\n');
	return (true);
}

/* "before ROW COMMAND", "window ROW COMMAND": false, when it is no such line. */
static bool
restore_doc(struct ui *ui, const char *word, const char *line)
{
	size_t n = strlen(word);
	const char *p = line + n;
	uint64_t row;

	if (strncmp(line, word, n) != 0 || !take_number(&p, 10, &row))
		return (false);
	if (strcmp(p, "overview") != 0 && ui_command(ui, p) != 0)
		ui_say_error(ui);
	list_want(&ui_pane(ui)->list, (size_t)row);
	return (true);
}

/*
 * One frame and what is below it.  The documents of a window are opened by their
 * commands; one that cannot be opened any more is left out.
 */
static bool
restore_frame(struct layout *l, struct frame *f)
{
	struct ui *ui = l->ui;
	char line[2048], how;
	unsigned trail;
	int share;

	if (!next_line(l, line, sizeof(line)))
		return (false);
	if (sscanf(line, "split %c %d", &how, &share) == 2) {
		if (++l->depth > WINDOWS_MAX)
			return (false);
		f->a = calloc(1, sizeof(*f));
		f->b = calloc(1, sizeof(*f));
		if (f->a == NULL || f->b == NULL)
			return (false);
		f->a->parent = f->b->parent = f;
		f->side_by_side = how == 'v';
		f->share = share > 0 && share < 1000 ? share : 0;
		return (restore_frame(l, f->a) && restore_frame(l, f->b));
	}
	if (l->nwindows == WINDOWS_MAX)
		return (false);
	l->windows[l->nwindows++] = f;
	ui->focus = f;
	if (pane_overview_open(ui) != 0)
		return (false);
	for (trail = 0; trail < TRAIL_MAX && restore_doc(ui, "before ", line);
	    trail++)
		if (!next_line(l, line, sizeof(line)))
			return (false);
	return (restore_doc(ui, "window ", line));
}

int
state_restore(struct ui *ui)
{
	struct layout l = { .ui = ui, .p = ui->state.windows };
	struct frame *old_root = ui->root, *old_focus = ui->focus, *root;
	char line[2048];
	unsigned n;
	bool whole;

	if (l.p == NULL)
		return (ctx_fail(ui->ctx, E_NOT_FOUND, "no windows of an earlier "
		    "run are known for this dump"));
	root = calloc(1, sizeof(*root));
	if (root == NULL)
		return (ctx_fail(ui->ctx, E_NOMEM, "no memory"));
	ui_search_stop(ui);
	ui->root = root;
	ui->zoomed = false;
	ui->dragged = NULL;
	/* A file may open documents, as a recording may, and no more. */
	ui->replaying = true;
	whole = restore_frame(&l, root);
	ui->replaying = false;
	if (!whole) {
		ui->root = old_root;
		ui->focus = old_focus;
		frame_destroy(root);
		return (ctx_fail(ui->ctx, E_CORRUPT, "the windows of the earlier "
		    "run cannot be understood: %s", ui->state.path));
	}
	frame_destroy(old_root);
	ui->focus = l.windows[0];
	if (next_line(&l, line, sizeof(line)) &&
	    sscanf(line, "focus %u", &n) == 1 && n < l.nwindows)
		ui->focus = l.windows[n];
	ui_layout(ui);
	return (0);
}
