/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/replay.h"

#include "base/utf8.h"
#include "ui/record.h"
#include "ui/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPING_MS	60		/* between keys, for those who look on */
#define KEY_MS		250
#define CONTEXT		3		/* lines around a difference */
#define DIFF_MAX	(2 * GRID_MAX + 2)

static bool
begins(const char *s, size_t n, const char *with, struct replay_line *l)
{
	size_t k;

	k = strlen(with);
	if (n < k || memcmp(s, with, k) != 0 || (n > k && s[k] != ' '))
		return (false);
	l->text = n > k ? s + k + 1 : s + k;
	l->len = n > k ? n - k - 1 : 0;
	return (true);
}

static int
parse_size(struct ctx *ctx, struct replay_line *l)
{
	char text[32];
	int used;

	snprintf(text, sizeof(text), "%.*s", (int)(l->len < 31 ? l->len : 31),
	    l->text);
	if (sscanf(text, "%dx%d%n", &l->w, &l->h, &used) != 2 ||
	    text[used] != '\0' || l->w < 1 || l->w > GRID_MAX || l->h < 1 ||
	    l->h > GRID_MAX)
		return (ctx_fail(ctx, E_SYNTAX, "size wants COLUMNSxROWS, each "
		    "1 to %d", GRID_MAX));
	return (0);
}

static int
parse_mouse(struct ctx *ctx, struct replay_line *l)
{
	char text[48], what[16];
	int used, i;

	snprintf(text, sizeof(text), "%.*s", (int)(l->len < 47 ? l->len : 47),
	    l->text);
	if (sscanf(text, "%15s %d %d%n", what, &l->w, &l->h, &used) == 3 &&
	    text[used] == '\0' && l->w >= 0 && l->w < GRID_MAX && l->h >= 0 &&
	    l->h < GRID_MAX) {
		for (i = 0; mouse_names[i] != NULL; i++) {
			l->mouse = (enum mouse)i;
			if (strcmp(mouse_names[i], what) == 0)
				return (0);
		}
	}
	return (ctx_fail(ctx, E_SYNTAX, "mouse wants press, release, wheel-up "
	    "or wheel-down, a column and a row, from 0"));
}

static int
parse_wait(struct ctx *ctx, struct replay_line *l)
{
	char text[16];
	char *end;

	snprintf(text, sizeof(text), "%.*s", (int)(l->len < 15 ? l->len : 15),
	    l->text);
	l->ms = (unsigned)strtoul(text, &end, 10);
	if (end == text || *end != '\0' || text[0] == '-')
		return (ctx_fail(ctx, E_SYNTAX, "wait wants milliseconds"));
	return (0);
}

int
replay_parse(struct ctx *ctx, const char *s, size_t n, struct replay_line *l)
{
	size_t blanks;

	memset(l, 0, sizeof(*l));
	l->text = s;
	l->len = n;
	if (n > 0 && (s[0] == '|' || s[0] == '>')) {
		l->kind = REPLAY_SCREEN;
		return (0);
	}
	for (blanks = 0; blanks < n && (s[blanks] == ' ' || s[blanks] == '\t');)
		blanks++;
	if (blanks == n || s[blanks] == '#')
		l->kind = REPLAY_NOTHING;
	else if (begins(s, n, "kpeek-session", l))
		l->kind = REPLAY_HEADER;
	else if (begins(s, n, "on", l))
		l->kind = REPLAY_ON;
	else if (begins(s, n, "keymap", l))
		l->kind = REPLAY_KEYMAP;
	else if (begins(s, n, "key", l) || begins(s, n, "keys", l))
		l->kind = REPLAY_KEY;
	else if (begins(s, n, "type", l))
		l->kind = REPLAY_TYPE;
	else if (begins(s, n, "mouse", l)) {
		l->kind = REPLAY_MOUSE;
		return (parse_mouse(ctx, l));
	} else if (begins(s, n, "wait", l)) {
		l->kind = REPLAY_WAIT;
		return (parse_wait(ctx, l));
	} else if (begins(s, n, "snap", l))
		l->kind = REPLAY_SNAP;
	else if (begins(s, n, "size", l)) {
		l->kind = REPLAY_SIZE;
		return (parse_size(ctx, l));
	} else
		return (ctx_fail(ctx, E_SYNTAX, "\"%.*s\" is not a line of a "
		    "session", (int)(n < 60 ? n : 60), s));
	if (l->kind == REPLAY_HEADER && !(l->len == 1 && l->text[0] == '1'))
		return (ctx_fail(ctx, E_SYNTAX, "this session is of a form that "
		    "this kpeek does not know: \"%.*s\"", (int)(n < 60 ? n : 60),
		    s));
	return (0);
}

/* The line at p: its length without the newline; *next is what follows. */
static size_t
line_at(const char *p, const char *end, const char **next)
{
	const char *nl;
	size_t n;

	nl = memchr(p, '\n', (size_t)(end - p));
	n = (size_t)((nl != NULL ? nl : end) - p);
	*next = nl != NULL ? nl + 1 : end;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	return (n);
}

void
replay_head(const char *text, size_t len, struct replay_head *h)
{
	const char *p, *next, *end;
	struct replay_line l;
	struct ctx ctx;
	size_t n;

	ctx_init(&ctx);
	memset(h, 0, sizeof(*h));
	end = text + len;
	for (p = text; p < end; p = next) {
		n = line_at(p, end, &next);
		if (replay_parse(&ctx, p, n, &l) != 0)
			continue;
		if (l.kind == REPLAY_KEYMAP && l.len > 0 &&
		    l.len < sizeof(h->keymap) && h->keymap[0] == '\0') {
			memcpy(h->keymap, l.text, l.len);
			h->keymap[l.len] = '\0';
		} else if (l.kind == REPLAY_SIZE && h->w == 0) {
			h->w = l.w;
			h->h = l.h;
		}
	}
	ctx_fini(&ctx);
}

/* --- diff --- */

struct diff {
	const char	*line[2][DIFF_MAX];
	size_t		 n[2];
};

static size_t
split(char *text, const char **lines)
{
	size_t n;
	char *p, *nl;

	for (n = 0, p = text; *p != '\0' && n < DIFF_MAX; p = nl + 1) {
		lines[n++] = p;
		nl = strchr(p, '\n');
		if (nl == NULL)
			break;
		*nl = '\0';
	}
	return (n);
}

/*
 * Screens of one size are compared row by row, which reads better than moved
 * lines; of two sizes the longer rest is all new.
 */
void
replay_diff(struct out *o, const char *name_a, const char *a,
    const char *name_b, const char *b)
{
	struct diff *d;
	char *copy[2];
	size_t i, n, from, to, k;
	bool same;

	d = calloc(1, sizeof(*d));
	copy[0] = strdup(a);
	copy[1] = strdup(b);
	if (d == NULL || copy[0] == NULL || copy[1] == NULL)
		goto out;
	d->n[0] = split(copy[0], d->line[0]);
	d->n[1] = split(copy[1], d->line[1]);
	n = d->n[0] > d->n[1] ? d->n[0] : d->n[1];
	out_printf(o, "--- %s\n+++ %s\n", name_a, name_b);
#define SAME(i) ((i) < d->n[0] && (i) < d->n[1] &&			\
	strcmp(d->line[0][i], d->line[1][i]) == 0)
	for (i = 0; i < n; i = to) {
		for (from = i; from < n && SAME(from); from++)
			;
		if (from == n)
			break;
		/* One hunk: up to where enough lines agree again. */
		for (to = from, same = false; to < n && !same;) {
			to++;
			for (k = 0; k < 2 * CONTEXT && to + k < n &&
			    SAME(to + k); k++)
				;
			same = to + k >= n || k == 2 * CONTEXT;
		}
		from = from > i + CONTEXT ? from - CONTEXT : i;
		to = to + CONTEXT < n ? to + CONTEXT : n;
		out_printf(o, "@@ -%zu,%zu +%zu,%zu @@\n", from + 1,
		    (to < d->n[0] ? to : d->n[0]) - (from < d->n[0] ? from :
		    d->n[0]), from + 1, (to < d->n[1] ? to : d->n[1]) -
		    (from < d->n[1] ? from : d->n[1]));
		for (; from < to; from++) {
			if (SAME(from)) {
				out_printf(o, " %s\n", d->line[0][from]);
				continue;
			}
			if (from < d->n[0])
				out_printf(o, "-%s\n", d->line[0][from]);
			if (from < d->n[1])
				out_printf(o, "+%s\n", d->line[1][from]);
		}
	}
#undef SAME
out:
	free(d);
	free(copy[0]);
	free(copy[1]);
}

/* --- running --- */

static void
settle(struct ui *ui)
{
	while (ui_step(ui))
		;
}

/* Let what was asked for happen, and show it. */
static void
answer(struct ui *ui, unsigned ms)
{
	settle(ui);
	/* A pane learns its size when it is drawn. */
	ui_draw(ui);
	if (!ui_present(ui, ms))
		ui->quit = true;
}

static void
press(struct ui *ui, uint32_t key)
{
	ui_key(ui, key);
	answer(ui, key_is_text(key) ? TYPING_MS : KEY_MS);
}

static int
press_keys(struct ui *ui, const struct replay_line *l)
{
	size_t i, n;
	uint32_t key, cp;

	for (i = 0; i < l->len && !ui->quit; i += n) {
		while (i < l->len && l->text[i] == ' ')
			i++;
		for (n = 0; i + n < l->len && l->text[i + n] != ' '; n++)
			;
		if (n == 0)
			break;
		if (key_parse(l->text + i, n, &key)) {
			press(ui, key);
			continue;
		}
		/* Several characters that are no key's name are typed. */
		for (; n > 0 && !ui->quit; i += key, n -= key) {
			key = (uint32_t)utf8_decode(l->text + i, n, &cp);
			if (cp >= UTF8_BAD)
				return (ctx_fail(ui->ctx, E_SYNTAX,
				    "the keys are not UTF-8"));
			press(ui, key_from_char(cp));
		}
	}
	return (0);
}

static int
press_text(struct ui *ui, const struct replay_line *l)
{
	size_t i;
	uint32_t cp;

	for (i = 0; i < l->len && !ui->quit;) {
		i += utf8_decode(l->text + i, l->len - i, &cp);
		if (cp >= UTF8_BAD)
			return (ctx_fail(ui->ctx, E_SYNTAX,
			    "the text is not UTF-8"));
		press(ui, key_from_char(cp));
	}
	return (0);
}

struct replay {
	struct ui	*ui;
	const char	*file;
	struct out	*out;
	struct buf	*updated;
	bool		 show;
	unsigned	 line, *differs;
};

static void
check_identity(struct replay *r, const struct replay_line *l)
{
	struct buf id = { 0 };

	record_identity(r->ui, &id);
	if (id.len != l->len || memcmp(id.p, l->text, l->len) != 0)
		out_printf(r->out, "# recorded on %.*s\n# replayed on %s\n",
		    (int)l->len, l->text, buf_text(&id));
	buf_fini(&id);
}

/* The rows of a screen that follow a snap line, without the newlines' CR. */
static const char *
kept_screen(struct replay *r, const char *p, const char *end, struct buf *b)
{
	const char *next;
	size_t n;

	for (; p < end && (*p == '|' || *p == '>'); p = next) {
		n = line_at(p, end, &next);
		buf_add(b, p, n);
		buf_puts(b, "\n");
		r->line++;
	}
	return (p);
}

static void
tell_panes(struct ui *ui)
{
	struct frame *f;

	for (f = frame_next_leaf(ui->root, NULL); f != NULL &&
	    ui->opt->watch != NULL; f = frame_next_leaf(ui->root, f)) {
		if (f->win.ndocs > 0 && (!ui->alone || f == ui->focus))
			ui->opt->watch->pane(ui->opt->watch->arg,
			    f->win.docs[f->win.at]->ops->name);
	}
}

static void
snap(struct replay *r, const struct replay_line *l, const struct buf *kept)
{
	struct buf now = { 0 };
	char name[2][256];

	ui_draw(r->ui);
	tell_panes(r->ui);
	record_screen(&r->ui->grid, &now);
	if (r->updated != NULL)
		buf_puts(r->updated, buf_text(&now));
	if (r->show) {
		out_printf(r->out, "snap %.*s\n%s", (int)l->len, l->text,
		    buf_text(&now));
	} else if (kept->len != now.len ||
	    memcmp(kept->p, now.p, now.len) != 0) {
		(*r->differs)++;
		snprintf(name[0], sizeof(name[0]), "%s: snap %.*s", r->file,
		    (int)l->len, l->text);
		snprintf(name[1], sizeof(name[1]), "this run: snap %.*s",
		    (int)l->len, l->text);
		if (r->updated == NULL)
			replay_diff(r->out, name[0], kept->len > 0 ? kept->p : "",
			    name[1], buf_text(&now));
	}
	buf_fini(&now);
}

int
replay_run(struct ui *ui, const char *file, const char *text, size_t len,
    bool show, struct out *out, struct buf *updated, unsigned *differs)
{
	struct replay r = { ui, file, out, updated, show, 0, differs };
	struct replay_line l;
	struct buf kept = { 0 };
	const char *p, *next, *end;
	size_t n;
	int rc;

	*differs = 0;
	/* Standard input is the user's own hand, a file is anybody's. */
	ui->replaying = ui->opt->replay != NULL;
	settle(ui);
	ui_draw(ui);
	ui_present(ui, KEY_MS);
	end = text + len;
	rc = 0;
	for (p = text; p < end && rc == 0; p = next) {
		n = line_at(p, end, &next);
		r.line++;
		rc = replay_parse(ui->ctx, p, n, &l);
		if (rc != 0)
			break;
		if (updated != NULL && l.kind != REPLAY_SCREEN) {
			if (l.kind == REPLAY_ON) {
				buf_puts(updated, "on ");
				record_identity(ui, updated);
			} else {
				buf_add(updated, p, n);
			}
			buf_puts(updated, "\n");
		}
		switch (l.kind) {
		case REPLAY_ON:
			if (updated == NULL)
				check_identity(&r, &l);
			break;
		case REPLAY_SIZE:
			/* The command line may ask for another size. */
			if (ui->opt->cols == 0 || show) {
				ui_resize(ui, l.w, l.h);
				ui_draw(ui);
				settle(ui);
				ui_present(ui, 0);
			}
			break;
		case REPLAY_KEY:
			if (!ui->quit)
				rc = press_keys(ui, &l);
			break;
		case REPLAY_TYPE:
			if (!ui->quit)
				rc = press_text(ui, &l);
			break;
		case REPLAY_MOUSE:
			if (!ui->quit) {
				ui_mouse(ui, l.mouse, l.w, l.h);
				answer(ui, KEY_MS);
			}
			break;
		case REPLAY_SNAP:
			buf_reset(&kept);
			next = kept_screen(&r, next, end, &kept);
			snap(&r, &l, &kept);
			break;
		case REPLAY_SCREEN:
			rc = ctx_fail(ui->ctx, E_SYNTAX,
			    "a screen without a snap line before it");
			break;
		case REPLAY_WAIT:
			if (!ui_present(ui, l.ms))
				ui->quit = true;
			break;
		case REPLAY_HEADER:
		case REPLAY_KEYMAP:
		case REPLAY_NOTHING:
			break;
		}
	}
	buf_fini(&kept);
	ui->replaying = false;
	if (rc != 0)
		return (ctx_chain(ui->ctx, "%s:%u", file, r.line));
	return (0);
}
