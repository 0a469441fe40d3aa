/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the parser of views: its state, and what a line is made of. */
#ifndef ENGINE_VIEW_VIEWFILE_PARSE_H
#define ENGINE_VIEW_VIEWFILE_PARSE_H

#include "engine/view/viewfile.h"

struct block {
	struct vf_step	*step;		/* EITHER or BOTH */
	struct vf_branch *branch;	/* the last */
	struct vf_step	**outer;	/* where the block's step hangs */
};

struct parser {
	struct ctx	*ctx;
	struct viewfile	*f;
	void	       (*error)(void *, const char *);
	void		*arg;
	const char	*line, *p, *end;
	unsigned	 lineno, nsteps, nerrors;
	bool		 nomem;
	struct vf_section *section;
	struct vf_table	*table;		/* while its words are read */
	struct vf_step	**tail;		/* where the next step hangs */
	struct block	 blocks[VF_NEST_MAX];
	size_t		 nblocks;
	/* What a line with "|" is an alternative to. */
	struct vf_expr	**expr_tail;
	struct vf_walk	**walk_tail;
	struct types	*no_types;	/* to check the syntax with */
};

/* The error at a place of the line. */
void	vp_complain(struct parser *, const char *at, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Zeroed memory, a copy of text: NULL when there is none left. */
void   *vp_make(struct parser *, size_t);
const char *vp_keep(struct parser *, const char *, size_t);

bool	vp_blank(char);
void	vp_blanks(struct parser *);
/* The next word up to a blank; its length, 0 at the end of the line. */
size_t	vp_word(struct parser *, const char **);
bool	vp_is(const char *, size_t, const char *);
/* The word, if it is the next one; the same, or a complaint. */
bool	vp_take(struct parser *, const char *);
bool	vp_need(struct parser *, const char *);
bool	vp_is_name(const char *, size_t);
/* $name, without its "$"; NULL after a complaint. */
const char *vp_variable(struct parser *);
/* Where the expression at ps->p ends. */
const char *vp_expr_end(const struct parser *, const char *const *keywords,
	    bool comma);
/* The next expression or walker; NULL after a complaint. */
struct vf_expr *vp_expression(struct parser *, const char *const *keywords,
	    bool comma);
struct vf_walk *vp_walker(struct parser *);

#endif
