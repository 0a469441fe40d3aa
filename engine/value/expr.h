/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside engine/value: an expression being read. */
#ifndef ENGINE_VALUE_EXPR_H
#define ENGINE_VALUE_EXPR_H

#include "engine/value/value_int.h"

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

static inline bool
expr_is_word(char c)
{
	return (isalnum((unsigned char)c) || c == '_');
}

/* The error at a place of the text, with its column; returns the code. */
int	expr_fail(struct expr *, const char *at, int code, const char *what);

/* expr_literal.c: the literal at e->p, which is passed. */
int	expr_number(struct expr *, struct value *);
int	expr_char(struct expr *, struct value *);
int	expr_text(struct expr *, struct value *);

#endif
