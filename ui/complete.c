/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Completion on the prompt: names of commands for the first word, files where
 * a command takes one, members behind "." and "->", and symbols and types for
 * any other word of an expression.  The first
 * press completes what all candidates share, further ones go through them.
 */
#include "ui/command.h"

#include "engine/view/tables.h"
#include "ui/save.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WORDS_MAX	500
#define MEMBERS_DEPTH	8		/* of anonymous structures */
#define PATH_LEN	2048

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

/* The members of a structure, those of anonymous ones inside it too. */
static void
offer_members(struct ui *ui, struct typeref ref, const char *prefix, size_t n,
    unsigned depth)
{
	struct types *types = ui->kernel->types;
	struct type_member m;
	struct typeref stripped;
	struct type t;
	uint32_t i;

	if (depth > MEMBERS_DEPTH ||
	    type_strip(ui->ctx, types, ref, &stripped, &t) != 0 ||
	    (t.kind != TYPE_STRUCT && t.kind != TYPE_UNION))
		return;
	for (i = 0; i < t.nmembers && ui->prompt.nwords < WORDS_MAX; i++) {
		if (type_member_at(ui->ctx, types, stripped, i, &m) != 0)
			break;
		if (m.name[0] != '\0')
			offer(&ui->prompt, prefix, n, m.name);
		else
			offer_members(ui, m.type, prefix, n, depth + 1);
	}
}

/*
 * What stands before "." or "->" is an expression; where it begins is found by
 * trying, the longest first.
 */
static void
offer_members_of(struct ui *ui, const char *text, size_t first, size_t end,
    const char *prefix, size_t n)
{
	struct types *types = ui->kernel->types;
	struct typeref ref;
	struct type t;
	struct value v;
	char *copy;
	size_t i;
	int rc;

	copy = strndup(text, end);
	if (copy == NULL || types == NULL)
		goto out;
	for (i = first; i < end; i++) {
		if (i > first && !isspace((unsigned char)text[i - 1]) &&
		    strchr("([,+-*/&|!=<>", text[i - 1]) == NULL)
			continue;
		rc = value_eval(ui->ctx, &ui->kernel->env, copy + i, &v);
		if (rc != 0)
			continue;
		if (type_strip(ui->ctx, types, v.type, &ref, &t) == 0)
			offer_members(ui, t.kind == TYPE_PTR ? t.target : ref,
			    prefix, n, 0);
		break;
	}
	ctx_clear(ui->ctx);
out:
	free(copy);
}

static void
offer_files(struct prompt *p, const char *word, size_t n)
{
	struct dirent *e;
	struct stat st;
	char dir[PATH_LEN], path[PATH_LEN + 256 + 2], *full;
	size_t slash;
	DIR *d;

	for (slash = n; slash > 0 && word[slash - 1] != '/'; slash--)
		;
	if (slash >= sizeof(dir))
		return;
	memcpy(dir, word, slash);
	dir[slash] = '\0';
	full = save_typed(slash > 0 ? dir : ".");
	d = full != NULL ? opendir(full) : NULL;
	if (d == NULL) {
		free(full);
		return;
	}
	while ((e = readdir(d)) != NULL && p->nwords < WORDS_MAX) {
		if (e->d_name[0] == '.' && word[slash] != '.')
			continue;
		snprintf(path, sizeof(path) - 1, "%s%s", dir, e->d_name);
		if (fstatat(dirfd(d), e->d_name, &st, 0) == 0 &&
		    S_ISDIR(st.st_mode))
			strcat(path, "/");
		offer(p, word, n, path);
	}
	closedir(d);
	free(full);
}

struct offering {
	struct prompt	*p;
	const char	*prefix;
	size_t		 n;
};

static void
offer_word(void *arg, const char *word)
{
	const struct offering *o = arg;

	offer(o->p, o->prefix, o->n, word);
}

static void
offer_settings(struct prompt *p, const char *typed, size_t n)
{
	struct offering o = { p, typed, n };
	char *copy = strndup(typed, n);

	if (copy != NULL)
		ui_set_words(copy, offer_word, &o);
	free(copy);
}

/* "[word|row|json]": words that the command itself names. */
static bool
offer_choices(struct prompt *p, const char *name, size_t n, const char *prefix,
    size_t len)
{
	const struct command *c = command_by_name(name, n);
	const char *from, *s;
	char word[32];
	size_t k;

	from = c != NULL ? strchr(c->args, '[') : NULL;
	if (from == NULL || !(islower((unsigned char)from[1]) ||
	    isdigit((unsigned char)from[1])))
		return (false);
	for (s = from + 1; *s != '\0'; s += k + (s[k] == '|')) {
		k = strcspn(s, "|]");
		snprintf(word, sizeof(word), "%.*s", (int)k, s);
		if (k > 0)
			offer(p, prefix, len, word);
		if (s[k] == ']')
			break;
	}
	return (true);
}

static bool
is_view(const char *name, size_t n)
{
	size_t i;

	for (i = 0; views[i] != NULL; i++) {
		if (strlen(views[i]->name) == n &&
		    memcmp(views[i]->name, name, n) == 0)
			return (true);
	}
	return (false);
}

static bool
is_command(const char *text, size_t n, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (strlen(*names) == n && memcmp(*names, text, n) == 0)
			return (true);
	}
	return (false);
}

/* Commands whose words are not expressions: true when it was one of them. */
static bool
gather_words(struct ui *ui, const char *text, size_t first)
{
	static const char *const files[] = { "save", "save!", "w", "w!",
	    "screenshot", "patch", NULL };
	static const char *const bookmarks[] = { "go", "unbookmark", NULL };
	static const char *const settings[] = { "set", "se", NULL };
	static const char *const names[] = { "help", "h", NULL };
	struct prompt *p = &ui->prompt;
	const char *word;
	size_t n, i, len;

	n = strcspn(text + first, " ");
	if (p->pos <= first + n)
		return (false);
	for (i = p->pos; text[i - 1] != ' '; i--)
		;
	word = text + i;
	len = p->pos - i;
	if (is_command(text + first, n, files)) {
		offer_files(p, word, len);
	} else if (is_command(text + first, n, bookmarks)) {
		for (n = 0; n < ui->state.nbookmarks; n++)
			offer(p, word, len, ui->state.bookmarks[n].name);
	} else if (is_command(text + first, n, settings)) {
		offer_settings(p, word, len);
	} else if (is_command(text + first, n, names)) {
		offer_commands(p, ui->tables, word, len);
	} else if (text[p->pos] != '\0' ||
	    !offer_choices(p, text + first, n, word, len)) {
		return (false);
	}
	p->from = i;
	return (true);
}

static void
gather(struct ui *ui)
{
	struct prompt *p = &ui->prompt;
	const char *text = buf_text(&p->text), *prefix;
	size_t n, first, args;

	for (first = 0; text[first] == ' '; first++)
		;
	if (gather_words(ui, text, first))
		goto sort;
	for (p->from = p->pos; p->from > 0; p->from--) {
		if (!isalnum((unsigned char)text[p->from - 1]) &&
		    text[p->from - 1] != '_' && text[p->from - 1] != '-')
			break;
	}
	prefix = text + p->from;
	n = p->pos - p->from;
	if (p->from == first)
		offer_commands(p, ui->tables, prefix, n);
	args = first + strcspn(text + first, " ");
	if (command_by_name(text + first, args - first) == NULL &&
	    !is_view(text + first, args - first))
		args = first;
	if (p->from > first && text[p->from - 1] == '.') {
		offer_members_of(ui, text, args, p->from - 1, prefix, n);
	} else if (p->from > first + 1 && text[p->from - 1] == '>' &&
	    text[p->from - 2] == '-') {
		offer_members_of(ui, text, args, p->from - 2, prefix, n);
	} else if ((p->from != first || p->nwords == 0) && n > 0) {
		offer_types(ui, prefix, n);
		offer_symbols(ui, prefix, n);
	}
sort:
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
