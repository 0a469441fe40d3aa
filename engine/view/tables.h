/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables that are data: those of views/, compiled in as text, and a user's
 * own.  A compiled-in text is read when its table is first asked for.
 */
#ifndef ENGINE_VIEW_TABLES_H
#define ENGINE_VIEW_TABLES_H

#include "engine/view/view.h"

/* Made from views/ by make; ends with NULL.  In the order of names. */
struct table_text {
	const char *name, *text;
};
extern const struct table_text table_texts[];

struct tables;

struct tables *tables_create(void);
void	tables_destroy(struct tables *);
/*
 * A user's file: "dir/NAME.view" and its text.  It stands before the one of
 * that name that is compiled in.  What is wrong with it is kept, and the file
 * is left out.  E_NOMEM, E_LIMIT beyond 1024 of them.
 */
int	tables_add(struct ctx *, struct tables *, const char *path,
	    const char *text, size_t n);

/* A built-in view, or a table.  tables may be NULL. */
const struct view *tables_view(struct ctx *, struct tables *, const char *name);

size_t	tables_count(const struct tables *);
const char *tables_name(const struct tables *, size_t i);
const struct view *tables_at(struct ctx *, struct tables *, size_t i);
/* "built in" or the path of a user's file. */
const char *tables_origin(const struct tables *, size_t i);
/* Complaints about a user's files, "FILE:LINE:COLUMN: why"; NULL at the end. */
const char *tables_complaint(const struct tables *, size_t i);
/* Add one (copied); silently full after 200. */
void	tables_complain(struct tables *, const char *);

#endif
