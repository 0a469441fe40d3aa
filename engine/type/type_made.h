/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside engine/type: the types handle, and the unit of types that no reader
 * has.
 */
#ifndef ENGINE_TYPE_TYPE_MADE_H
#define ENGINE_TYPE_TYPE_MADE_H

#include "engine/type/type.h"

/* Typedefs and qualifiers passed before it is called a loop. */
#define TYPE_CHAIN_MAX	64

struct types {
	unsigned	   ptr_size;
	bool		   be;
	struct type_unit **units;
	size_t		   n, cap;
	struct type_unit  *made;
};

struct type_unit *made_create(unsigned ptr_size);
/* A derived type, found or added; safe among threads.  E_NOMEM or E_LIMIT. */
int	made_derive(struct type_unit *, enum type_kind, struct typeref target,
	    uint64_t count, struct typeref *ret);
/*
 * One more argument behind a list of them (id 0: there is none yet); the list's
 * id is the count of a derived TYPE_PROTO.  A type of 0 is "...".
 */
int	made_argument(struct type_unit *, struct typeref list,
	    struct typeref arg, struct typeref *ret);
uint32_t made_builtin(char letter);

/* As type_get, but without a text for the error and array sizes 0. */
int	type_get_raw(const struct types *, struct typeref, struct type *);
/* Best of that name: E_NO_TYPE without a text; tag NULL or "struct", .... */
int	type_lookup(const struct types *, const char *name, size_t len,
	    const char *tag, bool tags_first, bool lazy, struct typeref *);
/*
 * Why a name that was looked up may be missing: a unit could not tell all that
 * it should have.  ": " and the reason, or "".
 */
struct type_why {
	char text[400];
};
struct type_why type_why(const struct types *, const char *name, size_t len);

#endif
