/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside engine/value: an expression being read. */
#ifndef ENGINE_VALUE_EXPR_H
#define ENGINE_VALUE_EXPR_H

#include "engine/value/value_int.h"
#include "engine/value/walk.h"

#include <ctype.h>

#define EXPR_TEXTS_MAX	2048		/* bytes of all literals together */

struct expr {
	struct ctx		*ctx;
	const struct value_env	*env;
	const char		*text, *p;
	unsigned		 depth, skip, unread;
	bool			 bare;		/* the last thing is a symbol */
	char			 texts[EXPR_TEXTS_MAX];
	size_t			 texts_len;
};

#define EXPR_LENGTH_MAX	4096
#define EXPR_NAME_MAX	512

static inline bool
expr_is_first(char c)
{
	return (isalpha((unsigned char)c) || c == '_');
}

static inline bool
expr_is_word(char c)
{
	return (isalnum((unsigned char)c) || c == '_');
}

/* The error at a place of the text, with its column; returns the code. */
int	expr_fail(struct expr *, const char *at, int code, const char *what);

/* Give the error of a lower part its column; memory's keep their address. */
int	expr_place(struct expr *, const char *at, int code);
/* One level deeper: the caller counts depth down. */
int	expr_enter(struct expr *);
/* Pass blanks; take a punctuator, if it is the next thing; or insist on it. */
void	expr_blanks(struct expr *);
bool	expr_take(struct expr *, const char *token);
int	expr_need(struct expr *, const char *token);
/* An int 0: what all that is only read stands for. */
struct value expr_zero(struct expr *);
/*
 * An operand that must not be read stands for itself as a computed zero of its
 * type (arrays and functions have no need: they decay without a read).
 */
int	expr_unread(struct expr *, struct value *);
/* An expression; one that is all of the text; one of the highest rank. */
int	expr_any(struct expr *, struct value *);
int	expr_whole(struct expr *, struct value *);
int	expr_unary(struct expr *, struct value *);

/*
 * A type, or typeof of one or of an operand: the text moves behind it.
 * E_NOT_FOUND, silently, when none begins here.
 */
int	expr_type_prefix(struct expr *, bool bare_tags, struct typeref *);

/* expr_name.c: a name and what it needs ("sizeof x", "f(1)"). */
int	expr_name(struct expr *, struct value *);
/* "$", "$name", "$name = value" */
int	expr_variable(struct expr *, struct value *);
/* A type, in a place where nothing else can stand; a member's path. */
int	expr_type(struct expr *, struct typeref *);
int	expr_path(struct expr *, char path[EXPR_NAME_MAX]);

/* walk_args.c: walkers as parts of expressions. */
struct walk_iter {
	struct walk	 walk;
	struct value	 head;		/* as it was evaluated */
	int		 kind;
	uint64_t	 at, n;		/* address or index; how many at most */
	bool		 has_type;
	struct typeref	 type;		/* of the elements */
	struct type_field member;	/* that links them */
	const struct value_env *env;
};
/* The walker of that name, or -1; does its key mean something, and what? */
int	expr_walk_kind(const char *word);
enum { WALK_KEY_COUNT, WALK_KEY_DECIMAL, WALK_KEY_HEX };
int	expr_walk_key(int kind);
/*
 * The arguments behind "name(", with the ")": the iterator stands before the
 * first element.  When e->skip is set they are only read.
 */
int	expr_walk_start(struct expr *, int kind, struct walk_iter *);
int	expr_walk_next(struct walk_iter *, struct ctx *, uint64_t *key,
	    struct value *);
void	expr_walk_fini(struct walk_iter *);
/* "(args)[n]": the n-th, or that of the key; "count(walker(args))". */
int	expr_walk_element(struct expr *, const char *start, int kind,
	    struct value *);
int	expr_walk_count(struct expr *, struct value *);

/* expr_literal.c: the literal at e->p, which is passed. */
bool	expr_bare_address(const struct expr *, const char *word,
	    struct value *);
bool	expr_bare_address(const struct expr *, const char *word,
	    struct value *);
int	expr_number(struct expr *, struct value *);
int	expr_char(struct expr *, struct value *);
int	expr_text(struct expr *, struct value *);

#endif
