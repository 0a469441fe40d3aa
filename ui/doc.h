/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Documents made of lines of styled text with links: the overview, a process,
 * the help.  A pane that is one begins with struct doc_pane and takes its
 * operations from here: doc_draw, doc_verb, doc_follow, doc_row_text and more.
 */
#ifndef UI_DOC_H
#define UI_DOC_H

#include "ui/job.h"
#include "ui/model.h"

struct doc_span {
	uint32_t	 text, len;	/* in doc.text */
	uint16_t	 style;
	uint32_t	 link;		/* index in doc.links + 1, 0 = none */
};

struct doc_line {
	size_t		 first, n;	/* spans */
	bool		 part;		/* begins a part: ] and [ stop here */
};

struct doc {
	struct buf	 text;
	struct doc_span	*spans;
	size_t		 nspans, spans_cap;
	struct doc_line	*lines;
	size_t		 nlines, lines_cap;
	struct link	*links;
	size_t		 nlinks, links_cap;
	struct arena	 arena;		/* of the texts of links */
	int		 column;	/* of the line that grows */
};

void	doc_init(struct doc *);
void	doc_fini(struct doc *);
void	doc_reset(struct doc *);
/* Begin a line; what follows goes there. */
void	doc_line(struct doc *);
/* A blank line and a heading, where a part begins. */
void	doc_part(struct doc *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* l may be NULL; a LINK_COMMAND's text is copied. */
void	doc_text(struct doc *, enum style, const struct link *l, const char *,
	    size_t n);
void	doc_puts(struct doc *, enum style, const char *);
void	doc_printf(struct doc *, enum style, const struct link *, const char *fmt,
	    ...) __attribute__((format(printf, 4, 5)));
/* Text over as many lines as it needs; lines after the first are indented. */
void	doc_wrap(struct doc *, enum style, int width, int indent, const char *,
	    size_t n);
/* Blanks up to a column, at least one. */
void	doc_pad(struct doc *, int column);
/* A meter of w columns; fraction 0 to 1. */
void	doc_meter(struct doc *, int w, double fraction);
/* 1536 is "1.5K" */
void	doc_bytes(struct doc *, enum style, uint64_t);
/* A row of "  label   ", with the value to follow. */
void	doc_label(struct doc *, const char *);

struct doc_pane {
	struct pane	 p;
	struct doc	 d;
	struct job	 job;
	int		 built;		/* the width that the lines were made for */
	size_t		 link;		/* which link of the line, from 0 */
	int		 shift;		/* columns scrolled to the right */
	bool		 to_link;	/* the next draw goes to the first link */
	void		(*build)(struct doc_pane *, int width);
};

void	doc_pane_init(struct doc_pane *, void (*build)(struct doc_pane *, int));
void	doc_pane_fini(struct doc_pane *);
/* The lines no longer fit what they show. */
void	doc_stale(struct doc_pane *);
void	doc_draw(struct pane *, const struct region *, bool focus);
bool	doc_verb(struct pane *, enum verb, int count, const char *arg);
/* Stop what its job reads. */
void	doc_cancel(struct pane *);
bool	doc_follow(struct pane *, struct link *);
void	doc_row_text(struct pane *, size_t row, struct buf *);
void	doc_position(struct pane *, struct buf *);
/* Of what is shown as it is, and not read by a job. */
int	doc_refresh(struct pane *);
/* Where the pane's name is the command that opens it. */
void	doc_where(struct pane *, struct buf *);

#endif
