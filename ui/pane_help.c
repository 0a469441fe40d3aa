/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Help: what the keys do, taken from the keymap in force, and every command.
 * The messages pane is the same kind of document.
 */
#include "ui/doc.h"

#include "engine/view/tables.h"
#include "ui/command.h"

#include <stdio.h>
#include <string.h>

struct help {
	struct doc_pane	 dp;
	const char	*mode;		/* of the pane that help was asked in */
	bool		 messages;
};

/* The keys that a mode binds to command lines which begin with a name. */
static void
keys_in(const struct keymap *k, const char *mode, const char *name,
    struct buf *b)
{
	const struct binding *bind;
	size_t i, n;
	char keys[96];

	n = strlen(name);
	for (i = 0; i < k->n && b->len < 60; i++) {
		bind = &k->v[i];
		if (bind->command == NULL ||
		    strncmp(bind->command, name, n) != 0 ||
		    (bind->command[n] != '\0' && bind->command[n] != ' ') ||
		    !keymap_in_force(k, mode, bind))
			continue;
		keymap_format(bind, keys, sizeof(keys));
		buf_printf(b, "%s%s", b->len > 0 ? "  " : "", keys);
		if (bind->command[n] == ' ')
			buf_printf(b, " (%s)", bind->command + n + 1);
	}
}

/* In this pane; else where another pane has a key for it. */
static void
keys_of(struct help *h, const char *name, struct buf *b)
{
	const struct keymap *k = &h->dp.p.ui->keymap;
	size_t i;

	if (strcmp(name, "accept") == 0 || strcmp(name, "edit") == 0) {
		keys_in(k, "prompt", name, b);
		return;
	}
	keys_in(k, h->mode, name, b);
	for (i = 0; panes[i] != NULL && b->len == 0; i++) {
		keys_in(k, panes[i]->name, name, b);
		if (b->len > 0)
			buf_printf(b, " in %s", panes[i]->name);
	}
}

/* A column that what stood before it leaves no room for is on the next line. */
static void
to_column(struct doc *d, int column)
{
	if (d->column >= column)
		doc_line(d);
	doc_pad(d, column);
}

/* Keys, the command with its arguments, what it does: nothing is cut. */
static void
build_line(struct doc *d, const char *keys, const char *command,
    const char *text, int width)
{
	const int second = width >= 110 ? 26 : 22;
	const int third = width < 70 ? 3 : second + (width >= 110 ? 30 : 20);

	doc_line(d);
	if (width >= 70) {
		doc_wrap(d, STYLE_STRONG, second, 2, keys, strlen(keys));
		to_column(d, second);
	} else if (keys[0] != '\0') {
		doc_puts(d, STYLE_STRONG, keys);
		doc_puts(d, STYLE_NORMAL, "  ");
	}
	doc_wrap(d, STYLE_DIM, width, third, command, strlen(command));
	to_column(d, third);
	doc_wrap(d, STYLE_NORMAL, width, third, text, strlen(text));
}

static void
build_row(struct help *h, const char *name, const char *args, const char *text,
    int width)
{
	struct buf keys = { 0 }, command = { 0 };

	keys_of(h, name, &keys);
	buf_printf(&command, ":%s%s%s", name, args[0] != '\0' ? " " : "", args);
	build_line(&h->dp.d, buf_text(&keys), buf_text(&command), text, width);
	buf_fini(&keys);
	buf_fini(&command);
}

/*
 * What a key of this pane does: what its command says of itself.  A table's
 * help says what its options do: "...; -t with threads, -f as a tree".
 */
static void
describe(const struct help *h, const char *command, struct buf *b)
{
	const size_t n = strcspn(command, " ");
	const struct command *c = command_by_name(command, n);
	const struct view *v;
	const char *option, *text;
	char name[32];

	if (c != NULL && c->verb != VERB_OPTION) {
		buf_puts(b, c->help);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(n < 31 ? n : 31), command);
	v = tables_view(h->dp.p.ui->ctx, h->dp.p.ui->tables,
	    c != NULL ? h->mode : name);
	if (v == NULL || c == NULL) {
		buf_puts(b, v != NULL ? v->help : "");
		return;
	}
	option = command + n + strspn(command + n, " ");
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(option, " "), option);
	text = strstr(v->help, name);
	if (text == NULL)
		return;
	text += strlen(name) + strspn(text + strlen(name), " ");
	buf_add(b, text, strcspn(text, ","));
	if (option[strcspn(option, " ")] == '\0')
		buf_puts(b, ", or not");
}

/* The keys that only this pane has come first. */
static void
build_own(struct help *h, int width)
{
	const struct keymap *k = &h->dp.p.ui->keymap;
	const struct binding *b;
	struct buf command = { 0 }, text = { 0 };
	char keys[96];
	bool any = false;
	size_t i;

	for (i = 0; i < k->n; i++) {
		b = &k->v[i];
		if (b->command == NULL || strcmp(b->mode, h->mode) != 0 ||
		    !keymap_in_force(k, h->mode, b))
			continue;
		if (!any)
			doc_part(&h->dp.d, "In this pane");
		any = true;
		buf_reset(&command);
		buf_printf(&command, ":%s", b->command);
		keymap_format(b, keys, sizeof(keys));
		buf_reset(&text);
		describe(h, b->command, &text);
		build_line(&h->dp.d, keys, buf_text(&command), buf_text(&text),
		    width);
	}
	buf_fini(&command);
	buf_fini(&text);
}

static void
build_messages(struct help *h, int width)
{
	const char *p, *end;
	struct doc *d = &h->dp.d;

	p = buf_text(&h->dp.p.ui->messages);
	if (*p == '\0') {
		doc_line(d);
		doc_puts(d, STYLE_DIM, "no messages so far");
	}
	for (; *p != '\0'; p = end + 1) {
		end = strchr(p, '\n');
		if (end == NULL)
			break;
		doc_line(d);
		doc_wrap(d, STYLE_NORMAL, width, 3, p, (size_t)(end - p));
	}
}

static void
build(struct doc_pane *dp, int width)
{
	static const char intro[] = "Everything on the screen is a link: Enter "
	    "follows, Backspace returns.";
	struct help *h = (struct help *)dp;
	const struct command *c;
	const struct view *v;
	size_t i;

	if (h->messages) {
		build_messages(h, width);
		return;
	}
	doc_line(&dp->d);
	doc_printf(&dp->d, STYLE_NORMAL, NULL, "Keys (%s) in the pane \"%s\"",
	    dp->p.ui->keymap_name, h->mode);
	doc_line(&dp->d);
	doc_wrap(&dp->d, STYLE_DIM, width, 1, intro, sizeof(intro) - 1);
	build_own(h, width);
	for (c = commands; c->name != NULL; c++) {
		if (c->help[0] == '\0')
			doc_part(&dp->d, "%s", c->name);
		else
			build_row(h, c->name, c->args, c->help, width);
	}
	doc_part(&dp->d, "Tables");
	for (i = 0; views[i] != NULL; i++) {
		if (command_by_name(views[i]->name,
		    strlen(views[i]->name)) == NULL)
			build_row(h, views[i]->name, views[i]->args != NULL ?
			    views[i]->args : "", views[i]->help, width);
	}
	for (i = 0; i < tables_count(dp->p.ui->tables); i++) {
		v = tables_at(dp->p.ui->ctx, dp->p.ui->tables, i);
		if (v != NULL)
			build_row(h, v->name, v->args, v->help, width);
	}
}

static void
close_pane(struct pane *p)
{
	doc_pane_fini(&((struct help *)p)->dp);
}

static void
where(struct pane *p, struct buf *b)
{
	buf_puts(b, ((struct help *)p)->messages ? "messages" : "help");
}

static const struct hint hints[] = {
	{ "close", "close" }, { "search", "search" },
	{ "next-part", "next part" }, { NULL, NULL },
};

const struct pane_ops pane_help = {
	.name = "help",
	.close = close_pane,
	.draw = doc_draw,
	.verb = doc_verb,
	.link = doc_follow,
	.row_text = doc_row_text,
	.position = doc_position,
	.where = where,
	.hints = hints,
};

static int
open_pane(struct ui *ui, bool messages)
{
	struct help *h;

	/* Help asked for in the help changes nothing. */
	if (!messages && strcmp(ui_pane(ui)->ops->name, "help") == 0 &&
	    !((struct help *)ui_pane(ui))->messages)
		return (0);
	h = pane_new(ui, &pane_help, sizeof(*h));
	if (h == NULL)
		return (E_NOMEM);
	doc_pane_init(&h->dp, build);
	h->mode = ui_pane(ui)->ops->name;
	h->messages = messages;
	snprintf(h->dp.p.title, sizeof(h->dp.p.title), "%s",
	    messages ? "Messages" : "Help");
	ui_show(ui, &h->dp.p);
	return (0);
}

int
pane_help_open(struct ui *ui)
{
	return (open_pane(ui, false));
}

int
pane_messages_open(struct ui *ui)
{
	return (open_pane(ui, true));
}
