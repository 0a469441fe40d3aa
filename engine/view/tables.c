/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/view/tables.h"

#include "base/vec.h"
#include "engine/view/viewfile.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLES_MAX	1024
#define COMPLAINTS_MAX	200

struct tables {
	pthread_mutex_t	 lock;		/* guards the reading of v[i].file */
	struct entry {
		const char	*name;
		const char	*text;	/* compiled in; NULL: a user's */
		struct viewfile	*file;	/* NULL until it is first wanted */
	}		*v;
	size_t		 n, cap;
	const char	**complaints;
	size_t		 ncomplaints, complaints_cap;
	struct arena	 arena;
};

struct tables *
tables_create(void)
{
	const struct table_text *text;
	struct tables *t;

	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return (NULL);
	pthread_mutex_init(&t->lock, NULL);
	arena_init(&t->arena);
	for (text = table_texts; text->name != NULL; text++) {
		if (!vec_room(t->v, t->cap, t->n + 1))
			break;
		t->v[t->n++] = (struct entry){ .name = text->name,
		    .text = text->text };
	}
	return (t);
}

void
tables_destroy(struct tables *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->n; i++)
		viewfile_destroy(t->v[i].file);
	free(t->v);
	free(t->complaints);
	arena_fini(&t->arena);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

void
tables_complain(struct tables *t, const char *text)
{
	const char *copy;

	if (t->ncomplaints == COMPLAINTS_MAX)
		return;
	copy = arena_strdup(&t->arena, text);
	if (copy != NULL && vec_room(t->complaints, t->complaints_cap,
	    t->ncomplaints + 1))
		t->complaints[t->ncomplaints++] = copy;
}

static void
complain(void *arg, const char *text)
{
	tables_complain(arg, text);
}

static int
by_name(const void *a, const void *b)
{
	return (strcmp(((const struct entry *)a)->name,
	    ((const struct entry *)b)->name));
}

/* The table's name in its path: letters, digits, "-" and "_". */
static char *
name_of(struct tables *t, const char *path)
{
	const char *base, *end, *p;

	base = strrchr(path, '/');
	base = base != NULL ? base + 1 : path;
	end = strrchr(base, '.');
	if (end == NULL || end == base || strcmp(end, ".view") != 0 ||
	    !isalpha((unsigned char)*base))
		return (NULL);
	for (p = base; p < end; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
			return (NULL);
	return (arena_strndup(&t->arena, base, (size_t)(end - base)));
}

int
tables_add(struct ctx *ctx, struct tables *t, const char *path,
    const char *text, size_t n)
{
	struct viewfile *f;
	char *name, *why;
	size_t i;
	int rc;

	name = name_of(t, path);
	if (name == NULL || view_by_name(name) != NULL) {
		why = arena_printf(&t->arena, "%s:1:1: %s", path, name == NULL ?
		    "the file's name is no table's name" : "this table is "
		    "built in and cannot be replaced");
		if (why != NULL)
			tables_complain(t, why);
		return (OK);
	}
	rc = viewfile_parse(ctx, name, path, path, text, n, complain, t, &f);
	if (rc == E_NOMEM)
		return (rc);
	if (rc != OK) {
		if (rc != E_SYNTAX)
			tables_complain(t, ctx->err.text);
		ctx_clear(ctx);
		return (OK);
	}
	for (i = 0; i < t->n; i++)
		if (strcmp(t->v[i].name, name) == 0)
			break;
	if (i == t->n) {
		if (t->n == TABLES_MAX || !vec_room(t->v, t->cap, t->n + 1)) {
			viewfile_destroy(f);
			return (ctx_fail(ctx, E_LIMIT, "%s: more than %d "
			    "tables", path, TABLES_MAX));
		}
		t->v[t->n++].file = NULL;
	}
	viewfile_destroy(t->v[i].file);
	t->v[i] = (struct entry){ .name = f->view.name, .file = f };
	qsort(t->v, t->n, sizeof(*t->v), by_name);
	return (OK);
}

size_t
tables_count(const struct tables *t)
{
	return (t->n);
}

const char *
tables_name(const struct tables *t, size_t i)
{
	return (t->v[i].name);
}

const char *
tables_origin(const struct tables *t, size_t i)
{
	return (t->v[i].text != NULL ? "built in" : t->v[i].file->origin);
}

const char *
tables_complaint(const struct tables *t, size_t i)
{
	return (i < t->ncomplaints ? t->complaints[i] : NULL);
}

const struct view *
tables_at(struct ctx *ctx, struct tables *t, size_t i)
{
	struct entry *e = &t->v[i];
	const struct view *view;
	char file[64];

	pthread_mutex_lock(&t->lock);
	if (e->file == NULL) {
		snprintf(file, sizeof(file), "%s.view", e->name);
		(void)viewfile_parse(ctx, e->name, file, "built in", e->text,
		    strlen(e->text), NULL, NULL, &e->file);
	}
	view = e->file != NULL ? &e->file->view : NULL;
	pthread_mutex_unlock(&t->lock);
	return (view);
}

static const struct view *
find(struct ctx *ctx, struct tables *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->v[i].name, name) == 0)
			return (tables_at(ctx, t, i));
	return (NULL);
}

const struct view *
tables_view(struct ctx *ctx, struct tables *t, const char *name)
{
	const struct view *view;

	view = view_by_name(name);
	return (view != NULL || t == NULL ? view : find(ctx, t, name));
}
