/* SPDX-License-Identifier: BSD-2-Clause */
/* Views, read: a line is a statement, its first word says which. */
#include "engine/view/viewfile_parse.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LEN	2048
#define STEPS_MAX	4096
#define WORDS_MAX	1024		/* of a flags or names table */

/* --- steps -------------------------------------------------------------------- */

static struct vf_section *
new_section(struct parser *ps, const char *system)
{
	struct vf_section **at, *s;

	s = vp_make(ps, sizeof(*s));
	if (s == NULL)
		return (NULL);
	s->system = system;
	for (at = &ps->f->sections; *at != NULL; at = &(*at)->next)
		;
	*at = s;
	ps->section = s;
	ps->tail = &s->first;
	ps->nblocks = 0;
	return (s);
}

static struct vf_step *
new_step(struct parser *ps, enum vf_step_kind kind)
{
	struct vf_step *s;

	if (ps->section == NULL && new_section(ps, NULL) == NULL)
		return (NULL);
	if (++ps->nsteps > STEPS_MAX) {
		vp_complain(ps, ps->line, "more than %d steps", STEPS_MAX);
		return (NULL);
	}
	s = vp_make(ps, sizeof(*s));
	if (s == NULL)
		return (NULL);
	s->kind = kind;
	s->line = ps->lineno;
	s->id = ps->f->nids++;
	*ps->tail = s;
	ps->tail = &s->next;
	return (s);
}

static const char *const for_words[] = { "for", "link", NULL };
static const char *const after_words[] = { "link", NULL };

/* for $x in WALKER [for $y in WALKER]... [where EXPR] */
static bool
for_clause(struct parser *ps, struct vf_step *s)
{
	struct vf_for *f, **tail;
	unsigned n;

	tail = &s->loop;
	for (n = 0; n == 0 || vp_take(ps, "for"); n++) {
		if (n == VF_NEST_MAX) {
			vp_complain(ps, ps->p, "more than %d loops in each other",
			    VF_NEST_MAX);
			return (false);
		}
		f = vp_make(ps, sizeof(*f));
		if (f == NULL)
			return (false);
		f->name = vp_variable(ps);
		if (f->name == NULL || !vp_need(ps, "in"))
			return (false);
		f->walk = vp_walker(ps);
		if (f->walk == NULL)
			return (false);
		*tail = f;
		tail = &f->next;
	}
	if (vp_take(ps, "where"))
		s->only = vp_expression(ps, after_words, false);
	return (true);
}

static void
parse_let(struct parser *ps)
{
	static const char *const aggregates[] = { "", "sum", "count", "min",
	    "max", "first", "last" };
	struct vf_step *s;
	const char *was, *w;
	size_t i, n;

	s = new_step(ps, VF_LET);
	if (s == NULL || (s->name = vp_variable(ps)) == NULL || !vp_need(ps, "="))
		return;
	vp_blanks(ps);
	was = ps->p;
	n = vp_word(ps, &w);
	for (i = 1; i < sizeof(aggregates) / sizeof(aggregates[0]); i++)
		if (vp_is(w, n, aggregates[i]))
			break;
	/* "count" may be the name of a variable of the kernel. */
	if (i < sizeof(aggregates) / sizeof(aggregates[0]) &&
	    vp_expr_end(ps, for_words, false) != ps->end) {
		s->aggregate = (enum vf_aggregate)i;
		if (s->aggregate != VF_COUNT &&
		    (s->expr = vp_expression(ps, for_words, false)) == NULL)
			return;
		if (vp_need(ps, "for"))
			(void)for_clause(ps, s);
		ps->expr_tail = s->expr != NULL ? &s->expr->other : NULL;
		return;
	}
	ps->p = was;
	s->expr = vp_expression(ps, NULL, false);
	if (s->expr != NULL)
		ps->expr_tail = &s->expr->other;
}

static void
parse_each(struct parser *ps)
{
	struct vf_step *s;

	s = new_step(ps, VF_EACH);
	if (s == NULL || (s->name = vp_variable(ps)) == NULL)
		return;
	if (vp_take(ps, "at") && (s->at = vp_variable(ps)) == NULL)
		return;
	if (!vp_need(ps, "in"))
		return;
	s->walk = vp_walker(ps);
	if (s->walk == NULL)
		return;
	ps->walk_tail = &s->walk->other;
	if (s->walk->kind == VF_TREE)
		ps->section->tree = true;
}

static void
parse_simple(struct parser *ps, enum vf_step_kind kind)
{
	struct vf_step *s;

	s = new_step(ps, kind);
	if (s == NULL || (s->expr = vp_expression(ps, NULL, false)) == NULL)
		return;
	ps->expr_tail = &s->expr->other;
}

/* --- columns ------------------------------------------------------------------ */

static const struct form_row {
	const char	*name;
	enum vf_form	 form;
	bool		 arg;		/* form(arg) */
	enum column_form column;
	int8_t		 decimals;
	bool		 right;
} forms[] = {
	{ "auto", VF_AUTO, false, FORM_PLAIN, -1, false },
	{ "dec", VF_DEC, false, FORM_PLAIN, -1, true },
	{ "hex", VF_HEX, false, FORM_HEX, 0, true },
	{ "oct", VF_OCT, false, FORM_PLAIN, 0, true },
	{ "size", VF_SIZE, false, FORM_BYTES, 0, true },
	{ "text", VF_TEXT, false, FORM_PLAIN, 0, false },
	{ "symbol", VF_SYMBOL, false, FORM_PLAIN, 0, false },
	{ "address", VF_ADDRESS, false, FORM_PLAIN, 0, false },
	{ "bool", VF_BOOL, false, FORM_PLAIN, 0, false },
	{ "seconds", VF_SECONDS, false, FORM_SECONDS, 0, true },
	{ "ms", VF_MS, false, FORM_SECONDS, 3, true },
	{ "us", VF_US, false, FORM_SECONDS, 6, true },
	{ "ns", VF_NS, false, FORM_SECONDS, 6, true },
	{ "date", VF_DATE, false, FORM_TIME, 0, false },
	{ "pid", VF_PID, false, FORM_PLAIN, 0, true },
	{ "flags", VF_FLAGS, true, FORM_PLAIN, 0, false },
	{ "names", VF_NAMES, true, FORM_PLAIN, 0, false },
	{ "enum", VF_ENUM, true, FORM_PLAIN, 0, false },
	{ "ip", VF_IP, false, FORM_PLAIN, 0, false },
	{ "mac", VF_MAC, false, FORM_PLAIN, 0, false },
	{ "cpus", VF_CPUMASK, false, FORM_PLAIN, 0, false },
	{ "path", VF_PATH, false, FORM_PLAIN, 0, false },
	{ "climb", VF_CLIMB, true, FORM_PLAIN, 0, false },
	{ "dev", VF_DEV, false, FORM_PLAIN, 0, false },
	{ "bytes", VF_BYTES, false, FORM_PLAIN, 0, false },
};

static const struct form_row *
form(struct parser *ps, struct vf_step *s)
{
	const struct vf_table *t;
	const char *end, *open, *w;
	size_t i, n;

	/* The argument of a format may hold blanks: enum(enum x). */
	vp_blanks(ps);
	w = ps->p;
	end = vp_expr_end(ps, NULL, false);
	for (n = 0; w + n < end && isalnum((unsigned char)w[n]); n++)
		;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (vp_is(w, n, forms[i].name))
			break;
	if (i == sizeof(forms) / sizeof(forms[0])) {
		vp_complain(ps, w, "a format is wanted here, like dec, hex, text "
		    "or auto");
		return (NULL);
	}
	s->form = forms[i].form;
	ps->p = w + n;
	if (forms[i].arg) {
		open = ps->p;
		end = open < ps->end && *open == '(' ?
		    memchr(open, ')', (size_t)(ps->end - open)) : NULL;
		if (end == NULL) {
			vp_complain(ps, open, "\"%s(...)\" is wanted here",
			    forms[i].name);
			return (NULL);
		}
		s->form_arg = vp_keep(ps, open + 1, (size_t)(end - open - 1));
		ps->p = end + 1;
		if (s->form == VF_FLAGS || s->form == VF_NAMES) {
			for (t = ps->f->tables; t != NULL; t = t->next)
				if (t->flags == (s->form == VF_FLAGS) &&
				    s->form_arg != NULL &&
				    strcmp(t->name, s->form_arg) == 0)
					break;
			if (t == NULL) {
				vp_complain(ps, open + 1, "no table \"%s\" stands "
				    "above", s->form_arg != NULL ?
				    s->form_arg : "");
				return (NULL);
			}
			s->table = t;
		}
	}
	if (ps->p < ps->end && !vp_blank(*ps->p)) {
		vp_complain(ps, ps->p, "a blank is wanted behind a format");
		return (NULL);
	}
	return (&forms[i]);
}

/* link EXPR, link process EXPR, link to COMMAND EXPR */
static void
link_clause(struct parser *ps, struct vf_step *s)
{
	const char *w;
	size_t n;

	s->link.kind = LINK_MEMORY;
	if (vp_take(ps, "process")) {
		s->link.kind = LINK_PROCESS;
	} else if (vp_take(ps, "code")) {
		s->link.kind = LINK_CODE;
	} else if (vp_take(ps, "to")) {
		s->link.kind = LINK_COMMAND;
		n = vp_word(ps, &w);
		if (n == 0) {
			vp_complain(ps, w, "a command is wanted here");
			return;
		}
		s->link.command = vp_keep(ps, w, n);
	}
	s->link.expr = vp_expression(ps, NULL, false);
}

/* The column of that key, which branches share; a new one is added. */
static bool
column_of(struct parser *ps, struct vf_step *s, const char *at,
    const struct form_row *row)
{
	struct vf_section *sec = ps->section;
	struct column *c;
	size_t i;

	for (i = 0; i < sec->ncolumns; i++)
		if (strcmp(sec->columns[i].key, s->name) == 0)
			break;
	if (i == VF_COLUMNS_MAX) {
		vp_complain(ps, at, "more than %d columns", VF_COLUMNS_MAX);
		return (false);
	}
	s->index = i;
	if (i < sec->ncolumns) {
		if (ps->nblocks == 0) {
			vp_complain(ps, at, "a second column \"%s\"", s->name);
			return (false);
		}
		return (true);
	}
	c = &sec->columns[sec->ncolumns++];
	c->key = s->name;
	c->form = row->column;
	c->decimals = row->decimals;
	c->right = row->right && s->loop == NULL;
	c->hidden = s->hidden;
	return (true);
}

static void
parse_column(struct parser *ps)
{
	const struct form_row *row;
	const char *at, *w;
	struct vf_step *s;
	size_t n;

	s = new_step(ps, VF_COLUMN);
	if (s == NULL)
		return;
	s->hidden = vp_take(ps, "hidden");
	n = vp_word(ps, &w);
	at = w;
	if (!vp_is_name(w, n)) {
		vp_complain(ps, w, "a column's name is wanted here");
		return;
	}
	s->name = vp_keep(ps, w, n);
	row = form(ps, s);
	if (row == NULL || s->name == NULL)
		return;
	s->expr = vp_expression(ps, for_words, false);
	if (s->expr == NULL)
		return;
	if (vp_take(ps, "for") && !for_clause(ps, s))
		return;
	if (vp_take(ps, "link"))
		link_clause(ps, s);
	if (column_of(ps, s, at, row))
		ps->expr_tail = &s->expr->other;
}

/* --- blocks ------------------------------------------------------------------- */

static struct vf_cond *
conditions(struct parser *ps)
{
	struct vf_cond *c, *first, **tail;
	const char *end, *start;

	first = NULL;
	tail = &first;
	for (;;) {
		c = vp_make(ps, sizeof(*c));
		if (c == NULL)
			return (NULL);
		c->absent = vp_take(ps, "no");
		vp_blanks(ps);
		start = ps->p;
		end = vp_expr_end(ps, NULL, true);
		ps->p = end;
		while (end > start && vp_blank(end[-1]))
			end--;
		c->text = vp_keep(ps, start, (size_t)(end - start));
		if (c->text == NULL)
			return (NULL);
		if (strncmp(c->text, "struct ", 7) != 0 &&
		    strncmp(c->text, "union ", 6) != 0 &&
		    strncmp(c->text, "enum ", 5) != 0 &&
		    strncmp(c->text, "symbol ", 7) != 0) {
			vp_complain(ps, start, "\"symbol NAME\" or a type with or "
			    "without a member is wanted here");
			return (NULL);
		}
		*tail = c;
		tail = &c->next;
		if (ps->p == ps->end || *ps->p != ',')
			return (first);
		ps->p++;
	}
}

static void
new_branch(struct parser *ps, struct block *b)
{
	struct vf_branch *br;

	br = vp_make(ps, sizeof(*br));
	if (br == NULL)
		return;
	if (b->branch == NULL)
		b->step->branches = br;
	else
		b->branch->next = br;
	b->branch = br;
	if (vp_take(ps, "with"))
		br->conds = conditions(ps);
	ps->tail = &br->first;
}

static void
parse_block(struct parser *ps, enum vf_step_kind kind)
{
	struct vf_step *s;
	struct block *b;

	s = new_step(ps, kind);
	if (s == NULL)
		return;
	if (ps->nblocks == VF_NEST_MAX) {
		vp_complain(ps, ps->line, "more than %d blocks in each other",
		    VF_NEST_MAX);
		return;
	}
	b = &ps->blocks[ps->nblocks++];
	b->step = s;
	b->branch = NULL;
	b->outer = ps->tail;
	new_branch(ps, b);
}

static void
parse_next_branch(struct parser *ps, const char *at, enum vf_step_kind kind)
{
	struct block *b;

	b = ps->nblocks > 0 ? &ps->blocks[ps->nblocks - 1] : NULL;
	if (b == NULL || b->step->kind != kind)
		vp_complain(ps, at, kind == VF_EITHER ?
		    "\"or\" without \"either\"" : "\"and\" without \"both\"");
	else
		new_branch(ps, b);
}

static void
parse_end(struct parser *ps, const char *at)
{
	if (ps->table != NULL)
		ps->table = NULL;
	else if (ps->nblocks == 0)
		vp_complain(ps, at, "\"end\" without \"either\" or \"both\"");
	else
		ps->tail = ps->blocks[--ps->nblocks].outer;
}

/*
 * Branches end where their block does: the step behind it is theirs too.  Done
 * from the outside in, since a branch may end in a block.
 */
static void
join(struct vf_step *first, struct vf_step *behind)
{
	struct vf_branch *b;
	struct vf_step *next, *s;

	for (s = first; s != behind && s != NULL; s = next) {
		next = s->next;
		if (next == NULL)
			s->next = behind;
		for (b = s->branches; b != NULL; b = b->next) {
			if (b->first == NULL)
				b->first = s->next;
			else
				join(b->first, s->next);
		}
		if (next == NULL)
			break;
	}
}

/* --- the rest ----------------------------------------------------------------- */

/* VALUE WORD, a line of a table. */
static void
parse_word(struct parser *ps)
{
	struct vf_table *t = ps->table;
	struct vf_word *grown;
	const char *end, *w;
	size_t n;

	/* The word is the last one. */
	end = ps->end;
	while (end > ps->p && vp_blank(end[-1]))
		end--;
	for (w = end; w > ps->p && !vp_blank(w[-1]); w--)
		;
	n = (size_t)(end - w);
	if (t->n == WORDS_MAX) {
		vp_complain(ps, w, "more than %d words", WORDS_MAX);
		return;
	}
	if (t->n == t->cap) {
		grown = vp_make(ps, (t->cap * 2 + 8) * sizeof(*grown));
		if (grown == NULL)
			return;
		if (t->n > 0)
			memcpy(grown, t->v, t->n * sizeof(*grown));
		t->v = grown;
		t->cap = t->cap * 2 + 8;
	}
	ps->end = w;
	t->v[t->n].value = vp_expression(ps, NULL, false);
	t->v[t->n].word = vp_keep(ps, w, n);
	if (t->v[t->n].value != NULL)
		t->n++;
}

static void
parse_table(struct parser *ps, bool flags)
{
	struct vf_table *t;
	const char *w;
	size_t n;

	n = vp_word(ps, &w);
	if (!vp_is_name(w, n)) {
		vp_complain(ps, w, "a name is wanted here");
		return;
	}
	t = vp_make(ps, sizeof(*t));
	if (t == NULL)
		return;
	t->flags = flags;
	t->name = vp_keep(ps, w, n);
	t->next = ps->f->tables;
	ps->f->tables = t;
	ps->table = t;
}

static const struct {
	const char *name;
	enum vf_arg arg;
} args[] = {
	{ "PID", VF_ARG_PID }, { "NUMBER", VF_ARG_NUMBER },
	{ "EXPR", VF_ARG_EXPR }, { "REGEX", VF_ARG_REGEX },
	{ "NAME", VF_ARG_NAME },
};

/* args PID, [PID], [PID=1], [REGEX] on COLUMN */
static void
parse_args(struct parser *ps)
{
	static const char *const words[] = { "on", NULL };
	struct viewfile *f = ps->f;
	const char *end, *start;
	size_t i, n;

	if (f->arg != VF_NO_ARG) {
		vp_complain(ps, ps->line, "\"args\" stands there twice");
		return;
	}
	vp_blanks(ps);
	start = ps->p;
	end = vp_expr_end(ps, words, false);
	ps->p = end;
	while (end > start && vp_blank(end[-1]))
		end--;
	f->view.args = vp_keep(ps, start, (size_t)(end - start));
	f->arg_optional = end - start > 2 && start[0] == '[' && end[-1] == ']';
	if (f->arg_optional) {
		start++;
		end--;
	}
	for (n = 0; start + n < end && isupper((unsigned char)start[n]); n++)
		;
	for (i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		if (vp_is(start, n, args[i].name))
			f->arg = args[i].arg;
	if (f->arg == VF_NO_ARG) {
		vp_complain(ps, start, "PID, NUMBER, EXPR, REGEX or NAME is "
		    "wanted here, in [] when it may be left out");
		return;
	}
	if (start + n < end && f->arg_optional && start[n] == '=' &&
	    f->arg <= VF_ARG_EXPR) {
		const char *was = ps->p, *was_end = ps->end;

		ps->p = start + n + 1;
		ps->end = end;
		f->arg_default = vp_expression(ps, NULL, false);
		ps->p = was;
		ps->end = was_end;
	} else if (start + n != end) {
		vp_complain(ps, start + n, "this does not belong here");
	}
	if (f->arg < VF_ARG_REGEX)
		return;
	if (!vp_need(ps, "on"))
		return;
	n = vp_word(ps, &start);
	if (!vp_is_name(start, n))
		vp_complain(ps, start, "a column's name is wanted here");
	else
		f->arg_column = vp_keep(ps, start, n);
}

static void
parse_help(struct parser *ps, const char *at)
{
	vp_blanks(ps);
	if (ps->f->view.help[0] != '\0')
		vp_complain(ps, at, "\"help\" stands there twice");
	else if (ps->p == ps->end)
		vp_complain(ps, ps->p, "a line of help is wanted here");
	else
		ps->f->view.help = vp_keep(ps, ps->p, (size_t)(ps->end - ps->p));
	ps->p = ps->end;
}

static void
parse_system(struct parser *ps, const char *at)
{
	const char *w;
	size_t n;

	n = vp_word(ps, &w);
	if (ps->nblocks > 0)
		vp_complain(ps, at, "a block has no \"end\"");
	else if (ps->section != NULL && ps->section->system == NULL)
		vp_complain(ps, at, "\"system\" comes before all that is read");
	else if (!vp_is_name(w, n))
		vp_complain(ps, w, "a system's name is wanted here, like Linux");
	else
		(void)new_section(ps, vp_keep(ps, w, n));
}

/* | ALTERNATIVE */
static void
parse_other(struct parser *ps, const char *at)
{
	struct vf_expr *e;
	struct vf_walk *w;

	if (ps->expr_tail != NULL) {
		e = vp_expression(ps, NULL, false);
		if (e != NULL) {
			*ps->expr_tail = e;
			ps->expr_tail = &e->other;
		}
	} else if (ps->walk_tail != NULL) {
		w = vp_walker(ps);
		if (w != NULL) {
			*ps->walk_tail = w;
			ps->walk_tail = &w->other;
		}
	} else
		vp_complain(ps, at, "nothing stands above that this could be "
		    "instead of");
}

static void
parse_line(struct parser *ps)
{
	const char *at, *w;
	size_t n;

	n = vp_word(ps, &w);
	at = w;
	if (n == 0 || w[0] == '#')
		return;
	if (ps->table != NULL && !vp_is(w, n, "end")) {
		ps->p = w;
		parse_word(ps);
		return;
	}
	if (vp_is(w, n, "|")) {
		parse_other(ps, at);
	} else {
		ps->expr_tail = NULL;
		ps->walk_tail = NULL;
		if (vp_is(w, n, "help"))
			parse_help(ps, at);
		else if (vp_is(w, n, "args"))
			parse_args(ps);
		else if (vp_is(w, n, "flags") || vp_is(w, n, "names"))
			parse_table(ps, w[0] == 'f');
		else if (vp_is(w, n, "system"))
			parse_system(ps, at);
		else if (vp_is(w, n, "let"))
			parse_let(ps);
		else if (vp_is(w, n, "each"))
			parse_each(ps);
		else if (vp_is(w, n, "where"))
			parse_simple(ps, VF_WHERE);
		else if (vp_is(w, n, "key"))
			parse_simple(ps, VF_KEY);
		else if (vp_is(w, n, "unique"))
			parse_simple(ps, VF_UNIQUE);
		else if (vp_is(w, n, "column"))
			parse_column(ps);
		else if (vp_is(w, n, "either"))
			parse_block(ps, VF_EITHER);
		else if (vp_is(w, n, "both"))
			parse_block(ps, VF_BOTH);
		else if (vp_is(w, n, "or"))
			parse_next_branch(ps, at, VF_EITHER);
		else if (vp_is(w, n, "and"))
			parse_next_branch(ps, at, VF_BOTH);
		else if (vp_is(w, n, "end"))
			parse_end(ps, at);
		else {
			vp_complain(ps, w, "\"%.*s\" is no statement",
			    n > 32 ? 32 : (int)n, w);
			return;
		}
	}
	vp_blanks(ps);
	if (ps->p < ps->end && ps->nerrors == 0)
		vp_complain(ps, ps->p, "this does not belong here");
}

static void
check_whole(struct parser *ps)
{
	struct viewfile *f = ps->f;
	struct vf_section *s;
	size_t i;

	ps->line = ps->p = ps->end = "";
	if (ps->nblocks > 0 || ps->table != NULL)
		vp_complain(ps, ps->p, "\"end\" is missing");
	if (f->sections == NULL && ps->nerrors == 0)
		vp_complain(ps, ps->p, "nothing is read and shown");
	for (s = f->sections; s != NULL && ps->nerrors == 0; s = s->next) {
		if (s->ncolumns == 0)
			vp_complain(ps, ps->p, "there is no column%s%s",
			    s->system != NULL ? " for " : "",
			    s->system != NULL ? s->system : "");
		for (i = 0; f->arg_column != NULL && i < s->ncolumns; i++)
			if (strcmp(s->columns[i].key, f->arg_column) == 0)
				break;
		if (f->arg_column != NULL && i == s->ncolumns)
			vp_complain(ps, ps->p, "the argument's column \"%s\" does "
			    "not exist", f->arg_column);
		/* How deep a row lies is shown before its first word. */
		for (i = 0; i < s->ncolumns && (s->columns[i].right ||
		    s->columns[i].hidden); i++)
			;
		if (s->tree && i < s->ncolumns)
			s->columns[i].tree = true;
		join(s->first, NULL);
	}
}

int
viewfile_parse(struct ctx *ctx, const char *name, const char *file,
    const char *origin, const char *text, size_t n,
    void (*error)(void *, const char *), void *arg, struct viewfile **ret)
{
	struct parser ps = { .ctx = ctx, .error = error, .arg = arg };
	const char *end, *nl, *p;
	struct viewfile *f;

	if (n > VF_FILE_MAX)
		return (ctx_fail(ctx, E_LIMIT, "%s: longer than %u bytes", file,
		    VF_FILE_MAX));
	f = ps.f = calloc(1, sizeof(*f));
	if (f == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for %s", file));
	arena_init(&f->arena);
	ps.no_types = types_create(8, false);
	f->view.name = vp_keep(&ps, name, strlen(name));
	f->view.args = f->view.help = "";
	f->view.file = f;
	f->file = vp_keep(&ps, file, strlen(file));
	f->origin = vp_keep(&ps, origin, strlen(origin));
	for (p = text, end = text + n; p < end && !ps.nomem &&
	    ps.no_types != NULL && f->file != NULL; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		ps.lineno++;
		ps.line = ps.p = p;
		ps.end = nl > p && nl[-1] == '\r' ? nl - 1 : nl;
		if (memchr(p, '\0', (size_t)(nl - p)) != NULL)
			vp_complain(&ps, p, "a NUL byte");
		else if (nl - p > LINE_MAX_LEN)
			vp_complain(&ps, p, "longer than %d bytes", LINE_MAX_LEN);
		else
			parse_line(&ps);
	}
	check_whole(&ps);
	if (ps.no_types == NULL)
		ps.nomem = true;
	else
		types_destroy(ps.no_types);
	if (ps.nomem || ps.nerrors > 0) {
		viewfile_destroy(f);
		if (ps.nomem)
			return (ctx_fail(ctx, E_NOMEM, "no memory for %s",
			    file));
		return (ctx_fail(ctx, E_SYNTAX, "%s: %u errors", file,
		    ps.nerrors));
	}
	*ret = f;
	return (OK);
}

void
viewfile_destroy(struct viewfile *f)
{
	if (f == NULL)
		return;
	arena_fini(&f->arena);
	free(f);
}
