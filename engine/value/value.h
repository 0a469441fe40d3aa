/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed values and C expressions over them.
 */
#ifndef ENGINE_VALUE_VALUE_H
#define ENGINE_VALUE_VALUE_H

#include "base/ctx.h"
#include "base/vec.h"
#include "engine/memory/space.h"
#include "engine/symbol/symbol.h"
#include "engine/type/type.h"

enum value_place {
	VALUE_IMM,			/* bits: a computed scalar */
	VALUE_MEM,			/* an object in memory (an lvalue) */
	VALUE_TEXT,			/* a literal: an argument, or only shown */
};

struct value {
	struct typeref	 type;
	enum value_place place;
	uint64_t	 bits;		/* IMM: two's complement, extended to 64 bits */
	double		 real;		/* IMM of a floating type */
	const struct space *space;	/* MEM: where; pointers keep it to be followed */
	uint64_t	 addr;		/* MEM */
	uint8_t		 bit_offset, bit_size;	/* MEM bit-field, else bit_size 0 */
	const char	*text;		/* TEXT: NUL-ended, lives during the call */
};

/*
 * What expressions may use.  symbols may be NULL (fewer things then resolve);
 * types may have no units, but must be there, for the built-in types.  roots
 * gives types to symbols whose type no reader knows.
 */
struct value_root {
	const char *symbol, *type;	/* "init_task", "struct task_struct" */
};

/* Names that an expression finds first: the elements of walks around it. */
struct value_scope {
	const char		*name;		/* given with "as", or "" */
	struct value		 it;
	uint64_t		 key;
	const struct value_scope *outer;
};

struct value_env {
	const struct space	*space;		/* the kernel's */
	const struct symbols	*symbols;
	struct types		*types;
	const struct value_root	*roots;		/* ended by a NULL symbol */
	/*
	 * Names that another part knows: per_cpu(), task(), current() are
	 * calls; registers ("$rip") are names.  argc -1 = a plain name.
	 * E_NOT_FOUND with no text when it is not one of its names.  May be
	 * NULL.
	 */
	int	(*call)(void *arg, struct ctx *, const struct value_env *,
		    const char *name, int argc, const struct value *argv,
		    struct value *ret);
	void			*call_arg;
	struct value_vars	*vars;		/* $, $name; may be NULL */
	const struct value_scope *scope;	/* of a walk; else NULL */
};

struct value_vars *value_vars_create(void);
void	value_vars_destroy(struct value_vars *);
int	value_vars_set(struct ctx *, struct value_vars *, const char *name,
	    const struct value *);
bool	value_vars_get(struct value_vars *, const char *name, struct value *);

/*
 * The frame of a stack that was chosen.  Its arguments and locals are found
 * before symbols, its registers as "$rip".  One without a type is known to be
 * there, but has no value.
 */
struct value_frame {
	uint64_t task;
	int	 tid;
	unsigned index;
	bool	 exact;			/* interrupted at its pc; else called there */
};
/* names: variables by these, registers with "$" in front; taken over. */
void	value_frame_choose(struct value_vars *, const struct value_frame *,
	    struct value_vars *names);
/* false: none was chosen. */
bool	value_frame_chosen(struct value_vars *, struct value_frame *);

/*
 * Evaluate a C expression.  Literals, names, . -> [] * & casts, unary and
 * binary operators with C's promotions, sizeof, offsetof(type, member),
 * container_of(ptr, type, member), assignment to $name.  A symbol without a
 * known type is an unsigned long lvalue at its address... its address is
 * &name.  v[a:b] is an array in place, v[a:] to its end (that of the text, for
 * a pointer to chars); `any name` quotes one.  Walkers: walk_expr.h.  A char array or pointer may be compared (==, !=) with a "text".
 * E_SYNTAX, E_NO_SYMBOL, E_NO_TYPE, E_NO_MEMBER: err.addr is the column (from
 * 0) and the text says it (from 1).  Depth and length are bounded.  The result
 * becomes "$".
 */
int	value_eval(struct ctx *, const struct value_env *, const char *text,
	    struct value *ret);
/*
 * The same where a value is only shown: it may then be a text (place VALUE_TEXT)
 * which is no object of the target; it lies in *literal.  "$" stays as it was.
 */
int	value_eval_shown(struct ctx *, const struct value_env *,
	    const char *text, struct buf *literal, struct value *ret);
/*
 * The same where an address is wanted (hex, vtop, whatis): an integer or
 * pointer gives its value, an object or function its address; a symbol by
 * itself is an object, whatever its type, and so is one plus or minus a number
 * ("jiffies+8") unless it is a pointer.  *v as evaluated (its type), may be
 * NULL.
 */
int	value_eval_addr(struct ctx *, const struct value_env *, const char *text,
	    uint64_t *addr, struct value *v);

/*
 * The bits of a scalar (INT, ENUM, PTR, bool, bit-field), extended to 64 by
 * its sign; of a floating value: rounded towards zero.  E_USAGE when it is none.
 */
int	value_load(struct ctx *, const struct value_env *, const struct value *,
	    uint64_t *bits);
/* The same as a computed value of that type; arrays and functions decay. */
int	value_scalar(struct ctx *, const struct value_env *,
	    const struct value *, struct value *ret);
/* A member by path, an element, what a pointer points to. */
int	value_member(struct ctx *, const struct value_env *,
	    const struct value *, const char *path, struct value *ret);
int	value_element(struct ctx *, const struct value_env *,
	    const struct value *, int64_t index, struct value *ret);
int	value_deref(struct ctx *, const struct value_env *,
	    const struct value *, struct value *ret);

/*
 * The natural short text of a scalar, char array or pointer: "42", "true",
 * "TASK_RUNNING", "\"swapper/0\"", "0xffff... <init_task+0x8>", and of a pointer
 * to what has a name "0xffff... \"kthreadd\"".  Structures and other arrays
 * give "{...}".
 */
int	value_text(struct ctx *, const struct value_env *, const struct value *,
	    struct buf *);
/*
 * What a structure, or the one behind a pointer, is called by its own members
 * (comm, name ...): printable text, not terminated; its length, 0 when it has
 * no name or that cannot be read.  Never fails.
 */
#define VALUE_NAME_MAX	64
size_t	value_name(struct ctx *, const struct value_env *,
	    const struct value *, char text[VALUE_NAME_MAX]);
/* The index of the first NUL at or behind v[from]; E_USAGE: not chars. */
int	value_text_end(struct ctx *, const struct value_env *,
	    const struct value *, uint64_t from, uint64_t *end);
/* The bytes of a char array up to NUL, as they are.  E_USAGE: not one. */
int	value_chars(struct ctx *, const struct value_env *,
	    const struct value *, struct buf *);

/*
 * What would be written: n bytes at addr, of each the bits of its mask.
 */
#define VALUE_STORE_MAX	4096
struct value_store {
	struct value	 v;		/* the object; place MEM */
	bool		 typed;		/* v has a type to show it by */
	uint64_t	 addr;
	size_t		 n;
	uint8_t		 bytes[VALUE_STORE_MAX], mask[VALUE_STORE_MAX];
};
/*
 * A value as people type it, checked against the type of the object: numbers
 * against their range, enumerators by name or number, true and false, a pointer
 * as an expression (a symbol that is no pointer itself gives its address), a
 * "text" for an array of char, hex:BYTES for any object.  E_USAGE and what
 * would fit; the errors of value_eval.
 */
int	value_store(struct ctx *, const struct value_env *,
	    const struct value *, const char *text, struct value_store *ret);
/*
 * The same where the type is not known: NUMBER:1 (2, 4, 8), hex:BYTES or
 * "text", as it is, without a NUL.
 */
int	value_store_raw(struct ctx *, const struct value_env *,
	    const struct space *, uint64_t addr, const char *text,
	    struct value_store *ret);
/*
 * The place is an expression: an object, else the address of one without a
 * type; so is a symbol whose type nobody knows unless its size is a number's.
 */
int	value_store_eval(struct ctx *, const struct value_env *,
	    const char *place, const char *text, struct value_store *ret);

/*
 * The leaves of a value, depth first, with their paths: what "print" and
 * "type" list.  fn gets each node; for structures (and arrays of them) it is
 * called first with is_leaf false, and may return VALUE_SKIP not to go in.
 * Char arrays are one leaf; the members of anonymous structures count as their
 * parent's.  fn: 0 to go on, else the walk ends with it.  E_LIMIT beyond a
 * million nodes.
 */
#define VALUE_SKIP	1
struct value_node {
	const char	*path;		/* "tasks.next", "cpus_mask.bits[0]"; "" at the top */
	const char	*name;		/* the last component */
	unsigned	 depth;
	struct value	 v;		/* place MEM; for value_layout space is NULL */
	uint64_t	 offset;	/* bytes from the top */
	uint64_t	 size;		/* bytes */
	bool		 is_leaf;
	const struct type *type;	/* stripped */
};
/* max_elems bounds the elements shown of each array (0 = 1024). */
int	value_walk(struct ctx *, const struct value_env *, const struct value *,
	    size_t max_elems,
	    int (*fn)(void *arg, struct ctx *, const struct value_node *),
	    void *arg);
/* The children of a value (members, elements), one level: for trees. */
int	value_children(struct ctx *, const struct value_env *,
	    const struct value *, size_t from, size_t max,
	    int (*fn)(void *arg, struct ctx *, const struct value_node *),
	    void *arg);

#endif
