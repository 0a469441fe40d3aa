/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/palette.h"

#include "engine/view/view.h"
#include "ui/command.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX	512
#define ROWS_SHOWN	12

struct item {
	const char	*name, *args, *help;
	int		 score;
	size_t		 order;		/* among items that fit as well */
};

int
palette_score(const char *typed, const char *name)
{
	const char *p, *last;
	bool start;
	int score;

	score = 0;
	last = NULL;
	for (p = name; *typed != '\0'; typed++) {
		if (*typed == ' ')
			continue;
		while (*p != '\0' && *p != *typed &&
		    !(islower((unsigned char)*typed) &&
		    tolower((unsigned char)*p) == *typed))
			p++;
		if (*p == '\0')
			return (-1);
		start = p == name || !isalnum((unsigned char)p[-1]);
		score += 1 + (start ? 8 : 0) + (last != NULL && p == last + 1 ?
		    5 : 0);
		last = p++;
	}
	/* Of two that fit the shorter one was meant. */
	score = score * 64 - (int)(strlen(name) < 63 ? strlen(name) : 63);
	return (score > 0 ? score : 0);
}

static int
by_score(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->score != y->score)
		return (x->score < y->score ? 1 : -1);
	return ((x->order > y->order) - (x->order < y->order));
}

static void
offer(struct item *v, size_t *n, const char *typed, const char *name,
    const char *args, const char *help)
{
	int score;

	if (*n == ITEMS_MAX)
		return;
	score = palette_score(typed, name);
	/* What it does counts too, where the letters stand together. */
	if (score < 0 && strlen(typed) > 2 && strcasestr(help, typed) != NULL)
		score = 0;
	if (score < 0)
		return;
	v[*n] = (struct item){ name, args, help, score, *n };
	(*n)++;
}

static size_t
items(struct ui *ui, struct item *v)
{
	const char *typed = buf_text(&ui->prompt.text);
	const struct command *c;
	size_t n, i;

	n = 0;
	for (c = commands; c->name != NULL; c++) {
		if (c->run == NULL || strcmp(c->name, "edit") == 0 ||
		    strcmp(c->name, "accept") == 0 ||
		    strcmp(c->name, "palette") == 0)
			continue;
		offer(v, &n, typed, c->name, c->args, c->help);
	}
	for (i = 0; views[i] != NULL; i++) {
		if (command_by_name(views[i]->name, strlen(views[i]->name)) ==
		    NULL)
			offer(v, &n, typed, views[i]->name, views[i]->args,
			    views[i]->help);
	}
	qsort(v, n, sizeof(v[0]), by_score);
	return (n);
}

void
palette_move(struct ui *ui, int by)
{
	struct item v[ITEMS_MAX];
	size_t n;

	n = items(ui, v);
	if (n == 0)
		return;
	ui->prompt.chosen = (ui->prompt.chosen + n + (size_t)(by + (int)n)) % n;
}

void
palette_draw(struct ui *ui)
{
	struct item v[ITEMS_MAX];
	const struct binding *b;
	struct region r;
	size_t n, top, i;
	char key[64];
	enum style style;
	int rows, y, x;

	n = items(ui, v);
	rows = ui->grid.h - 3 < ROWS_SHOWN ? ui->grid.h - 3 : ROWS_SHOWN;
	if (rows > (int)n)
		rows = n > 0 ? (int)n : 1;
	if (ui->grid.h < 4)
		return;
	if (ui->prompt.chosen >= n)
		ui->prompt.chosen = n > 0 ? n - 1 : 0;
	top = ui->prompt.chosen >= (size_t)rows ?
	    ui->prompt.chosen - (size_t)rows + 1 : 0;
	r = grid_region(&ui->grid, 0, ui->grid.h - 1 - rows, ui->grid.w, rows);
	for (y = 0; y < rows; y++) {
		i = top + (size_t)y;
		region_fill(&r, y, 0, r.w, STYLE_STATUS, ' ');
		if (i >= n) {
			if (n == 0 && y == 0)
				region_puts(&r, y, 1, STYLE_STATUS, "no command "
				    "fits; Enter runs what was typed");
			continue;
		}
		style = i == ui->prompt.chosen ? STYLE_CURSOR_CELL : STYLE_STATUS;
		region_fill(&r, y, 0, r.w, style, ' ');
		x = region_puts(&r, y, 1, style, v[i].name);
		if (v[i].args[0] != '\0')
			x = region_puts(&r, y, x + 1, style, v[i].args);
		b = keymap_key_of(&ui->keymap, ui_pane(ui)->ops->name,
		    v[i].name);
		key[0] = '\0';
		if (b != NULL)
			keymap_format(b, key, sizeof(key));
		region_field(&r, y, x < 30 ? 32 : x + 2, r.w - 10 -
		    (x < 30 ? 32 : x + 2), false, style, 0, v[i].help,
		    strlen(v[i].help));
		region_field(&r, y, r.w - 9, 8, true, style, 0, key,
		    strlen(key));
		if (i == ui->prompt.chosen)
			ui->grid.mark_row = r.y + y;
	}
}

void
palette_line(struct ui *ui, struct buf *line, bool *args)
{
	struct item v[ITEMS_MAX];
	size_t n;

	n = items(ui, v);
	*args = false;
	if (n == 0) {
		buf_puts(line, buf_text(&ui->prompt.text));
		return;
	}
	if (ui->prompt.chosen >= n)
		ui->prompt.chosen = n - 1;
	buf_puts(line, v[ui->prompt.chosen].name);
	/* "[REGEX]" may be left out. */
	*args = v[ui->prompt.chosen].args[0] != '\0' &&
	    v[ui->prompt.chosen].args[0] != '[';
}
