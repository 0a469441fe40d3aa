/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All symbols, filtered as one types.  The list is virtual: indices of the
 * matching symbols; a filter runs in slices, so that every key is answered at
 * once however many symbols there are.
 */
#include "ui/job.h"

#include "engine/view/view.h"
#include "ui/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE		8192		/* symbols between looks at the clock */
#define SLICE_NS	6000000

enum order { BY_ADDRESS, BY_NAME, BY_SIZE, ORDERS };

struct symbols_pane {
	struct pane	 p;
	char		*regex;		/* "" shows all */
	struct sym_filter *filter;	/* NULL: all */
	int		 module;	/* those of this one only, -1: all */
	uint32_t	*hits;
	size_t		 nhits;
	size_t		 at;		/* symbols tested so far */
	enum order	 order;
	bool		 reverse;
	bool		 sorted;
	uint32_t	 want;		/* keep the cursor on this symbol */
	bool		 has_want;
	bool		 typed;		/* the filter is: no more keys for it */
	size_t		 placed;	/* where the cursor was put for it */
	/* All symbols in the other orders, made when first asked for. */
	struct job	 job;
	uint32_t	*orders[ORDERS];
	enum order	 making;
};

static struct symbols *
table(struct pane *p)
{
	return (&p->ui->kernel->symbols);
}

static int
by_name(const void *a, const void *b, void *arg)
{
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;
	const struct symbols *s = arg;
	int c;

	c = strcmp(s->names + s->v[ia].name, s->names + s->v[ib].name);
	return (c != 0 ? c : (ia > ib) - (ia < ib));
}

/* The largest first: that is what one looks for. */
static int
by_size(const void *a, const void *b, void *arg)
{
	uint32_t ia = *(const uint32_t *)a, ib = *(const uint32_t *)b;
	const struct symbols *s = arg;
	int c;

	c = (s->v[ia].size < s->v[ib].size) - (s->v[ia].size > s->v[ib].size);
	return (c != 0 ? c : (ia > ib) - (ia < ib));
}

static int
make_order(void *arg, struct ctx *ctx)
{
	struct symbols_pane *sp = arg;
	struct symbols *s = table(&sp->p);
	uint32_t *order;
	size_t i;

	order = malloc((s->n + 1) * sizeof(*order));
	if (order == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory to sort"));
	for (i = 0; i < s->n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, s->n, sizeof(order[0]),
	    sp->making == BY_NAME ? by_name : by_size, s);
	sp->orders[sp->making] = order;
	return (0);
}

/* Put the hits in order: pick them out of all symbols in that order. */
static void
arrange(struct symbols_pane *sp)
{
	struct symbols *s = table(&sp->p);
	const uint32_t *order = sp->orders[sp->order];
	uint8_t *hit;
	uint32_t k;
	size_t i;

	sp->sorted = true;
	hit = calloc(s->n / 8 + 1, 1);
	if (hit == NULL)
		return;
	for (i = 0; i < sp->nhits; i++)
		hit[sp->hits[i] / 8] |= (uint8_t)(1 << sp->hits[i] % 8);
	sp->nhits = 0;
	for (i = 0; i < s->n; i++) {
		k = (uint32_t)(sp->reverse ? s->n - 1 - i : i);
		if (order != NULL)
			k = order[k];
		if ((hit[k / 8] >> k % 8 & 1) != 0)
			sp->hits[sp->nhits++] = k;
	}
	free(hit);
}

/*
 * While a filter is typed the cursor stays with the symbol on which it was when
 * that began, however many lists on the way were without it, or never shown.
 */
static void
keep_cursor(struct symbols_pane *sp)
{
	if (sp->sorted && sp->p.list.cur < sp->nhits &&
	    (!sp->has_want || sp->p.list.cur != sp->placed)) {
		sp->want = sp->hits[sp->p.list.cur];
		sp->has_want = true;
	}
	sp->sorted = false;
}

static void
restart(struct symbols_pane *sp)
{
	keep_cursor(sp);
	sp->nhits = sp->at = 0;
	sp->p.busy = "filtering";
}

/* The cursor follows its symbol into the new list. */
static void
place_cursor(struct symbols_pane *sp)
{
	size_t i;

	list_fit(&sp->p.list, sp->nhits, sp->p.list.h);
	if (!sp->has_want)
		return;
	for (i = 0; i < sp->nhits && sp->hits[i] != sp->want; i++)
		;
	list_go(&sp->p.list, i < sp->nhits ? i : 0);
	sp->placed = sp->p.list.cur;
	sp->has_want = !sp->typed;
}

static bool
step(struct pane *p)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;
	struct symbols *s = table(p);
	uint64_t until;
	size_t to, i, was;

	if (sp->sorted)
		return (false);
	until = ui_now() + SLICE_NS;
	while (sp->at < s->n) {
		to = sp->at + SLICE < s->n ? sp->at + SLICE : s->n;
		was = sp->nhits;
		if (sp->filter != NULL) {
			sp->nhits += sym_filter_run(sp->filter, s, sp->at, to,
			    sp->hits + sp->nhits);
		} else {
			for (i = sp->at; i < to; i++)
				sp->hits[sp->nhits++] = (uint32_t)i;
		}
		sp->nhits = was + sym_scope_hits(s, sp->module, sp->hits + was,
		    sp->nhits - was);
		sp->at = to;
		if (sp->at < s->n && !p->ui->sync && ui_now() >= until) {
			list_fit(&p->list, sp->nhits, p->list.h);
			return (true);
		}
	}
	if (sp->order != BY_ADDRESS && sp->orders[sp->order] == NULL) {
		p->busy = "sorting";
		if (!sp->job.started) {
			sp->making = sp->order;
			job_start(&sp->job, p->ui, make_order, sp);
		}
		if (job_running(&sp->job)) {
			list_fit(&p->list, sp->nhits, p->list.h);
			return (false);
		}
		job_ended(&sp->job);
		if (sp->orders[sp->order] == NULL && sp->job.status == 0)
			return (true);
	}
	arrange(sp);
	p->busy = NULL;
	place_cursor(sp);
	return (false);
}

static int
filter(struct pane *p, const char *regex)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;
	struct sym_filter *f;
	const char *rest;
	char *copy;
	int rc, module;

	/* As it is shown already, it was typed to its end. */
	sp->typed = strcmp(regex, sp->regex) == 0;
	if (sp->typed) {
		sp->has_want &= !sp->sorted;
		return (0);
	}
	f = NULL;
	rc = sym_scope(p->ui->ctx, table(p), regex, &module, &rest);
	if (rc == 0 && rest[0] != '\0')
		rc = sym_filter_create(p->ui->ctx, rest, &f);
	if (rc != 0)
		return (rc);
	copy = strdup(regex);
	if (copy == NULL) {
		sym_filter_destroy(f);
		return (ctx_fail(p->ui->ctx, E_NOMEM, "filter: no memory"));
	}
	sym_filter_destroy(sp->filter);
	free(sp->regex);
	sp->filter = f;
	sp->module = module;
	sp->regex = copy;
	restart(sp);
	step(p);
	return (0);
}

/* Section by the letter of nm(1). */
static const char *
section(char type)
{
	switch (type | 0x20) {
	case 't':
		return ("text");
	case 'd':
	case 'g':
		return ("data");
	case 'b':
		return ("bss");
	case 'r':
		return ("rodata");
	case 'a':
		return ("fixed");
	case 'w':
	case 'v':
		return ("weak");
	default:
		return ("");
	}
}

static void
draw_name(struct symbols_pane *sp, const struct region *r, int y, int x, int w,
    enum style style, const char *name)
{
	size_t start, end;
	int end_x;

	if (w <= 0)
		return;
	end_x = x + w;
	region_field(r, y, x, w, false, style, 0, name, strlen(name));
	if (sp->filter != NULL && sym_filter_match(sp->filter, name,
	    strlen(name), &start, &end) && (int)start < w) {
		x += (int)start;
		region_restyle(r, y, x, (int)(end - start) < end_x - x ?
		    (int)(end - start) : end_x - x, STYLE_MATCH);
	}
}

static void
draw(struct pane *p, const struct region *r, bool focus)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;
	struct symbols *s = table(p);
	const struct symbol *sym;
	struct region body;
	struct link l;
	const char *module;
	char text[32];
	int y, wname, xname, xmod;
	size_t i;

	xname = r->w >= 60 ? 37 : 21;
	wname = r->w - xname;
	xmod = r->w;
	if (r->w >= 76) {
		xmod = r->w - 14;
		wname = xmod - xname - 1;
	}
	region_puts(r, 0, 1, sp->order == BY_ADDRESS ? STYLE_HEADER_HERE :
	    STYLE_HEADER, "ADDRESS");
	if (xname == 37) {
		region_puts(r, 0, 23, sp->order == BY_SIZE ?
		    STYLE_HEADER_HERE : STYLE_HEADER, "SIZE");
		region_puts(r, 0, 28, STYLE_HEADER, "KIND");
	} else {
		region_puts(r, 0, 19, STYLE_HEADER, "T");
	}
	region_puts(r, 0, xname, sp->order == BY_NAME ? STYLE_HEADER_HERE :
	    STYLE_HEADER, "NAME");
	if (xmod < r->w)
		region_puts(r, 0, xmod, STYLE_HEADER, "MODULE");
	body = grid_region(r->g, r->x, r->y + 1, r->w, r->h - 1);
	list_fit(&p->list, sp->nhits, body.h);
	if (sp->nhits == 0 && sp->sorted)
		region_puts(&body, 0, 1, STYLE_DIM, s->n == 0 ?
		    "no symbols were found in this memory" :
		    "no symbol matches the filter");
	for (y = 0; y < body.h; y++) {
		i = p->list.top + (size_t)y;
		if (i >= sp->nhits)
			break;
		sym = &s->v[sp->hits[i]];
		l = link_symbol(sym->addr);
		snprintf(text, sizeof(text), "%016llx",
		    (unsigned long long)sym->addr);
		region_text(&body, y, 1, STYLE_NORMAL, grid_link(r->g, &l),
		    text, strlen(text));
		if (xname == 37) {
			if (sym->size > 0) {
				snprintf(text, sizeof(text), "%u", sym->size);
				region_field(&body, y, 18, 9, true, STYLE_DIM, 0,
				    text, strlen(text));
			}
			region_printf(&body, y, 28, STYLE_DIM, "%c %s",
			    sym->type, section(sym->type));
		} else {
			region_printf(&body, y, 19, STYLE_DIM, "%c", sym->type);
		}
		module = xmod < r->w ? sym_module_name(s, sym) : "";
		draw_name(sp, &body, y, xname, module[0] != '\0' ? wname :
		    r->w - xname, STYLE_NORMAL, sym_name(s, sym));
		region_puts(&body, y, xmod, STYLE_DIM, module);
		if (i == p->list.cur) {
			region_restyle(&body, y, 0, body.w, focus ?
			    STYLE_CURSOR : STYLE_CURSOR_OTHER);
			if (focus)
				r->g->mark_row = body.y + y;
		}
	}
}

static bool
verb(struct pane *p, enum verb v, int count, const char *arg)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;

	switch (v) {
	case VERB_SORT:
		if (strcmp(arg, "name") == 0)
			sp->order = BY_NAME;
		else if (strcmp(arg, "address") == 0)
			sp->order = BY_ADDRESS;
		else if (strcmp(arg, "size") == 0)
			sp->order = BY_SIZE;
		else
			sp->order = (sp->order + 1) % ORDERS;
		keep_cursor(sp);
		step(p);
		return (true);
	case VERB_REVERSE:
		sp->reverse = !sp->reverse;
		keep_cursor(sp);
		step(p);
		return (true);
	case VERB_LEFT:
	case VERB_RIGHT:
	case VERB_HOME:
	case VERB_END:
		return (true);
	case VERB_CLICK:
		if ((count >> 16) >= 1)
			list_go(&p->list, p->list.top +
			    (size_t)(count >> 16) - 1);
		return (true);
	default:
		return (list_verb(&p->list, v, count));
	}
}

static const struct symbol *
here(struct pane *p)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;

	return (p->list.cur < sp->nhits ?
	    &table(p)->v[sp->hits[p->list.cur]] : NULL);
}

static bool
follow(struct pane *p, struct link *l)
{
	const struct symbol *s = here(p);

	if (s == NULL)
		return (false);
	*l = link_symbol(s->addr);
	return (true);
}

static void
row_text(struct pane *p, size_t row, struct buf *b)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;

	if (row < sp->nhits)
		buf_puts(b, sym_name(table(p), &table(p)->v[sp->hits[row]]));
}

static void
cancel(struct pane *p)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;

	if (!sp->sorted) {
		sp->order = BY_ADDRESS;
		arrange(sp);
		p->busy = NULL;
		place_cursor(sp);
	} else if (sp->regex[0] != '\0') {
		filter(p, "");
	}
}

static void
position(struct pane *p, struct buf *b)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;

	if (sp->regex[0] != '\0')
		buf_printf(b, "/%s/ ", sp->regex);
	list_position(&p->list, b);
	if (sp->regex[0] != '\0')
		buf_printf(b, " of %zu", table(p)->n);
}

static void
where(struct pane *p, struct buf *b)
{
	buf_printf(b, "symbols %s", ((struct symbols_pane *)p)->regex);
}

static void
close_pane(struct pane *p)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;

	job_fini(&sp->job);
	sym_filter_destroy(sp->filter);
	free(sp->regex);
	free(sp->hits);
	free(sp->orders[BY_NAME]);
	free(sp->orders[BY_SIZE]);
}

static int
rows(struct pane *p, struct row_sink *sink)
{
	struct symbols_pane *sp = (struct symbols_pane *)p;
	struct view_args args = { .argv = { "sym", sp->regex }, .argc = 2,
	    .rest = sp->regex, .env = &p->ui->kernel->env };

	return (view_run(p->ui->ctx, p->ui->kernel, view_by_name("sym"), &args,
	    sink));
}

static const struct hint hints[] = {
	{ "follow", "open" }, { "search", "filter" }, { "sort", "sort" },
	{ "back", "back" }, { "help", "keys" }, { NULL, NULL },
};

const struct pane_ops pane_symbols = {
	.name = "symbols",
	.close = close_pane,
	.draw = draw,
	.verb = verb,
	.link = follow,
	.row_text = row_text,
	.rows = rows,
	.filter = filter,
	.filter_on_search = true,
	.step = step,
	.cancel = cancel,
	.position = position,
	.where = where,
	.hints = hints,
};

int
pane_symbols_open(struct ui *ui, const char *regex)
{
	struct symbols_pane *sp;
	int rc;

	sp = pane_new(ui, &pane_symbols, sizeof(*sp));
	if (sp == NULL)
		return (E_NOMEM);
	job_init(&sp->job);
	sp->module = -1;
	sp->regex = strdup("");
	sp->hits = calloc(ui->kernel->symbols.n + 1, sizeof(sp->hits[0]));
	if (sp->regex == NULL || sp->hits == NULL) {
		pane_destroy(&sp->p);
		return (ctx_fail(ui->ctx, E_NOMEM, "symbols: no memory"));
	}
	rc = regex[0] != '\0' ? filter(&sp->p, regex) : 0;
	if (rc != 0) {
		pane_destroy(&sp->p);
		return (rc);
	}
	snprintf(sp->p.title, sizeof(sp->p.title), "Symbols");
	if (regex[0] == '\0') {
		restart(sp);
		step(&sp->p);
	}
	ui_show(ui, &sp->p);
	return (0);
}
