/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Completion on the prompt: names of commands for the first word, of symbols
 * and types for what stands before the cursor in an expression.  The first
 * press completes what all candidates share, further ones go through them.
 */
#include "ui/command.h"

#include "engine/view/tables.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	500

void
prompt_forget_words(struct prompt *p)
{
	size_t i;

	for (i = 0; i < p->nwords; i++)
		free(p->words[i]);
	p->nwords = 0;
	p->shown = 0;
}

static void
offer(struct prompt *p, const char *prefix, size_t n, const char *word)
{
	size_t i;
	char *copy;

	if (strncmp(word, prefix, n) != 0 || p->nwords >= WORDS_MAX)
		return;
	for (i = 0; i < p->nwords; i++) {
		if (strcmp(p->words[i], word) == 0)
			return;
	}
	copy = strdup(word);
	if (copy == NULL || !vec_room(p->words, p->words_cap, p->nwords + 1)) {
		free(copy);
		return;
	}
	p->words[p->nwords++] = copy;
}

static void
offer_commands(struct prompt *p, const struct tables *tables,
    const char *prefix, size_t n)
{
	const struct command *c;
	size_t i;

	for (c = commands; c->name != NULL; c++) {
		if (strncmp(c->name, "edit-", 5) != 0)
			offer(p, prefix, n, c->name);
	}
	for (i = 0; views[i] != NULL; i++)
		offer(p, prefix, n, views[i]->name);
	for (i = 0; i < tables_count(tables); i++)
		offer(p, prefix, n, tables_name(tables, i));
}

static void
offer_symbols(struct ui *ui, const char *prefix, size_t n)
{
	const struct symbols *s = &ui->kernel->symbols;
	size_t i;

	for (i = 0; i < s->n && ui->prompt.nwords < WORDS_MAX; i++) {
		if (strncmp(s->names + s->v[i].name, prefix, n) == 0)
			offer(&ui->prompt, prefix, n, s->names + s->v[i].name);
	}
}

static void
offer_types(struct ui *ui, const char *prefix, size_t n)
{
	struct types *types = ui->kernel->types;
	struct type_unit *unit;
	struct typeref ref;
	struct type t;
	size_t i;

	if (types == NULL || types_nunits(types) == 0)
		return;
	/* The kernel's own unit: a module's types come with its prefix. */
	unit = types_unit(types, 0);
	for (i = 0; ui->prompt.nwords < WORDS_MAX && types_nth(unit, i, &ref);
	    i++) {
		if (type_get(ui->ctx, types, ref, &t) != 0)
			continue;
		if (t.kind == TYPE_STRUCT || t.kind == TYPE_UNION ||
		    t.kind == TYPE_ENUM || t.kind == TYPE_TYPEDEF)
			offer(&ui->prompt, prefix, n, t.name);
	}
	ctx_clear(ui->ctx);
}

static int
by_name(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

static void
gather(struct ui *ui)
{
	struct prompt *p = &ui->prompt;
	const char *text = buf_text(&p->text), *prefix;
	size_t n, first;

	for (p->from = p->pos; p->from > 0; p->from--) {
		if (!isalnum((unsigned char)text[p->from - 1]) &&
		    text[p->from - 1] != '_' && text[p->from - 1] != '-')
			break;
	}
	for (first = 0; text[first] == ' '; first++)
		;
	prefix = text + p->from;
	n = p->pos - p->from;
	if (p->from == first)
		offer_commands(p, ui->tables, prefix, n);
	if (p->from != first || (p->nwords == 0 && n > 0)) {
		if (n == 0)
			return;
		offer_types(ui, prefix, n);
		offer_symbols(ui, prefix, n);
	}
	if (p->nwords > 1)
		qsort(p->words, p->nwords, sizeof(p->words[0]), by_name);
}

static void
replace(struct prompt *p, const char *with, size_t n)
{
	struct buf tail = { 0 };

	buf_puts(&tail, buf_text(&p->text) + p->pos);
	p->text.len = p->from;
	buf_add(&p->text, with, n);
	p->pos = p->text.len;
	buf_add(&p->text, buf_text(&tail), tail.len);
	buf_text(&p->text);
	buf_fini(&tail);
}

void
prompt_complete(struct ui *ui, int direction)
{
	struct prompt *p = &ui->prompt;
	size_t common, i, k;

	if (p->kind != PROMPT_COMMAND)
		return;
	if (p->nwords == 0) {
		gather(ui);
		if (p->nwords == 0)
			return;
		common = strlen(p->words[0]);
		for (i = 1; i < p->nwords; i++) {
			for (k = 0; k < common &&
			    p->words[i][k] == p->words[0][k]; k++)
				;
			common = k;
		}
		if (p->nwords == 1) {
			replace(p, p->words[0], strlen(p->words[0]));
			prompt_forget_words(p);
			return;
		}
		if (common > p->pos - p->from) {
			replace(p, p->words[0], common);
			return;
		}
	}
	if (direction > 0)
		p->shown = p->shown % p->nwords + 1;
	else
		p->shown = p->shown > 1 ? p->shown - 1 : p->nwords;
	replace(p, p->words[p->shown - 1], strlen(p->words[p->shown - 1]));
}
