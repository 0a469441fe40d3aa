/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes, bookmarks and marks: all that the user left in this dump. */
#include "ui/doc.h"
#include "ui/state.h"

#include <inttypes.h>
#include <stdio.h>

static void
add_place(struct doc *d, const char *name, const char *command)
{
	struct link l = link_command(command);

	doc_line(d);
	doc_label(d, name);
	doc_puts(d, STYLE_NORMAL, " ");
	doc_printf(d, STYLE_LINK, &l, "%s", command);
}

static void
add_note(struct ui *ui, struct doc *d, const struct note *n)
{
	struct link l = link_memory(n->addr, (struct typeref){ 0, 0 }, 0);
	const struct symbol *s;

	doc_line(d);
	doc_puts(d, STYLE_NORMAL, " ");
	doc_printf(d, STYLE_LINK, &l, "0x%016" PRIx64, n->addr);
	s = sym_at(&ui->kernel->symbols, n->addr);
	if (s != NULL && s->addr == n->addr)
		doc_printf(d, STYLE_SYMBOL, NULL, " %s",
		    sym_name(&ui->kernel->symbols, s));
	doc_printf(d, STYLE_NORMAL, NULL, "  %s", n->text);
}

static void
build(struct doc_pane *dp, int width)
{
	struct ui *ui = dp->p.ui;
	const struct state *s = &ui->state;
	struct doc *d = &dp->d;
	char key[KEY_NAME_MAX];
	size_t i;

	(void)width;
	doc_line(d);
	if (s->nnotes + s->nbookmarks + ui->nmarks == 0) {
		doc_puts(d, STYLE_NORMAL, "Nothing was noted yet.  note TEXT "
		    "says something of the address under the cursor,");
		doc_line(d);
		doc_puts(d, STYLE_NORMAL, "bookmark NAME keeps this place.");
		return;
	}
	doc_puts(d, STYLE_DIM, s->path[0] != '\0' ? "Kept for this dump:" :
	    "Not kept after this run:");
	if (s->nnotes > 0)
		doc_part(d, "Notes");
	for (i = 0; i < s->nnotes; i++)
		add_note(ui, d, &s->notes[i]);
	if (s->nbookmarks > 0)
		doc_part(d, "Bookmarks");
	for (i = 0; i < s->nbookmarks; i++)
		add_place(d, s->bookmarks[i].name, s->bookmarks[i].command);
	if (ui->nmarks > 0)
		doc_part(d, "Marks");
	for (i = 0; i < ui->nmarks; i++) {
		if (ui->marks[i].command == NULL)
			continue;
		key_format(ui->marks[i].name, key);
		add_place(d, key, ui->marks[i].command);
	}
}

static void
close_pane(struct pane *p)
{
	doc_pane_fini((struct doc_pane *)p);
}

static const struct hint hints[] = {
	{ "follow", "open" }, { "back", "back" }, { "search", "search" },
	{ "help", "keys" }, { NULL, NULL },
};

const struct pane_ops pane_notes = {
	.name = "notes",
	.close = close_pane,
	.draw = doc_draw,
	.verb = doc_verb,
	.link = doc_follow,
	.row_text = doc_row_text,
	.refresh = doc_refresh,
	.position = doc_position,
	.where = doc_where,
	.hints = hints,
};

int
pane_notes_open(struct ui *ui)
{
	struct doc_pane *dp;

	dp = pane_new(ui, &pane_notes, sizeof(*dp));
	if (dp == NULL)
		return (E_NOMEM);
	doc_pane_init(dp, build);
	snprintf(dp->p.title, sizeof(dp->p.title), "Notes");
	ui_show(ui, &dp->p);
	return (0);
}
