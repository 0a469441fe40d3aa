/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One neutral type graph.  Readers (BTF, DWARF) register a unit:
 * the kernel itself or one module.  A type is (unit, id); id 0 is void in
 * every unit.  A module's unit (split BTF) continues the ids of its base.
 */
#ifndef ENGINE_TYPE_TYPE_H
#define ENGINE_TYPE_TYPE_H

#include "base/arena.h"
#include "base/ctx.h"

struct typeref {
	uint32_t unit;
	uint32_t id;
};

enum type_kind {
	TYPE_VOID,
	TYPE_INT,			/* bool and char too, see encoding */
	TYPE_FLOAT,
	TYPE_PTR,
	TYPE_ARRAY,
	TYPE_STRUCT,
	TYPE_UNION,
	TYPE_ENUM,			/* of any size, see size and is_signed */
	TYPE_FWD,			/* declared only */
	TYPE_TYPEDEF,
	TYPE_CONST,
	TYPE_VOLATILE,
	TYPE_RESTRICT,
	TYPE_ATTR,			/* a type tag: transparent */
	TYPE_PROTO,			/* function type */
	TYPE_FUNC,			/* a named function: target is its PROTO */
	TYPE_VAR,			/* a variable: target is its type */
	TYPE_OTHER,			/* known to the reader, of no use here */
};

struct type {
	enum type_kind	 kind;
	const char	*name;		/* borrowed; "" when anonymous */
	uint64_t	 size;		/* bytes: INT FLOAT STRUCT UNION ENUM PTR ARRAY */
	struct typeref	 target;	/* PTR, ARRAY, qualifiers, TYPEDEF, PROTO: return */
	uint64_t	 count;		/* ARRAY: elements */
	uint32_t	 nmembers;	/* STRUCT UNION members, ENUM values, PROTO args */
	bool		 is_signed;	/* INT, ENUM */
	bool		 is_bool, is_char;
	bool		 is_union;	/* FWD: of a union */
};

struct type_member {
	const char	*name;		/* "" when anonymous */
	struct typeref	 type;
	uint64_t	 bit_offset;	/* from the start of the structure */
	uint32_t	 bit_size;	/* 0 = not a bit-field */
};

struct type_enum {
	const char	*name;
	int64_t		 value;		/* unsigned enums: reinterpret */
};

struct types;
struct type_unit;

/* The names that a unit can be asked for. */
enum type_names {
	TYPE_NAMES,			/* of types */
	TYPE_OBJECTS,			/* of functions and variables */
	TYPE_ENUMERATORS,
	TYPE_NAMES_COUNT
};

/* The operations of one unit: a reader's side.  Ids are checked by type.c. */
struct type_unit_ops {
	const char *source;		/* "BTF" */
	int	(*get)(struct type_unit *, uint32_t id, struct type *);
	int	(*member)(struct type_unit *, uint32_t id, uint32_t i,
		    struct type_member *);
	/* Arguments of a PROTO are members; a last one of type void is "...". */
	int	(*enumerator)(struct type_unit *, uint32_t id, uint32_t i,
		    struct type_enum *);
	/*
	 * The next own id of that name, *cursor 0 to start; E_DONE.  For an
	 * enumerator it is the enum's id.
	 */
	int	(*find)(struct type_unit *, const char *name,
		    enum type_names, uint32_t *cursor, uint32_t *id);
	/*
	 * How many types that have a name, and each of them, for a reader whose
	 * ids are not all types; NULL: the ids are.
	 */
	size_t	(*count)(struct type_unit *);
	uint32_t (*nth)(struct type_unit *, size_t i);
	void	(*close)(struct type_unit *);
};

struct type_unit {			/* the first member of a reader's unit */
	const struct type_unit_ops *ops;
	const char	*name;		/* "vmlinux" or the module's name */
	uint32_t	 index;		/* set by types_add */
	uint32_t	 first_id, end_id; /* own ids; ids below belong to the base */
	struct type_unit *base;		/* or NULL */
	/* Why there are no more, or NULL: all; of a lazy one once it is asked. */
	const char	*cut;
	/*
	 * Costs time when first asked: only for what a user names and no other
	 * unit knows.
	 */
	bool		 lazy;
	/* A module's that is asked for nothing but "module!name". */
	bool		 by_module;
};

/* The unit of the types that type_pointer_to and its kin make. */
#define TYPE_UNIT_MADE	UINT32_MAX

struct types *types_create(unsigned ptr_size, bool be);
/* Closes the units too. */
void	types_destroy(struct types *);
/* Takes the unit over when it succeeds.  Before types is shared by threads. */
int	types_add(struct ctx *, struct types *, struct type_unit *);
size_t	types_nunits(const struct types *);
struct type_unit *types_unit(const struct types *, size_t i);
/* Type i of a unit: false at the end. */
bool	types_nth(const struct type_unit *, size_t i, struct typeref *);
/*
 * Types in all units but those that are asked only behind the others; a debug
 * file that is the only one is opened for this.
 */
size_t	types_count(const struct types *);
unsigned types_ptr_size(const struct types *);
bool	types_be(const struct types *);

/*
 * engine/type/btf.c: data of n bytes is borrowed, or freed at close if owned.
 * Records up to one that cannot be read (a kind that is not known has no known
 * length) are a unit, which says so in "cut"; none at all is E_CORRUPT, and so is
 * a base that is cut, since nobody knows which ids follow on it.
 */
int	btf_open(struct ctx *, const char *name, const void *data, size_t n,
	    bool owned, bool be, unsigned ptr_size, struct type_unit *base,
	    struct type_unit **ret);
/*
 * Is this a plausible header of a BTF blob?  Sets *total to the length of the
 * whole blob (header, types and strings), from the header alone.
 */
bool	btf_probe(const void *header, size_t n, bool be, size_t *total);

/* E_CORRUPT for an id out of range.  *t is filled; VOID for id 0. */
int	type_get(struct ctx *, const struct types *, struct typeref,
	    struct type *t);
int	type_member_at(struct ctx *, const struct types *, struct typeref,
	    uint32_t i, struct type_member *);
int	type_enum_at(struct ctx *, const struct types *, struct typeref,
	    uint32_t i, struct type_enum *);
/* Through typedefs, qualifiers and tags (bounded: loops give E_CORRUPT). */
int	type_strip(struct ctx *, const struct types *, struct typeref,
	    struct typeref *ret, struct type *t);
/* The size in bytes of any type; E_NO_TYPE for void, functions, FWD. */
int	type_size(struct ctx *, const struct types *, struct typeref,
	    uint64_t *);

/*
 * By name: "task_struct", "struct task_struct", "union x", "enum y", "pid_t",
 * "module!name"; a definition is preferred to a forward declaration, the
 * kernel's unit to a module's.  E_NO_TYPE.
 */
int	type_find(struct ctx *, const struct types *, const char *name,
	    struct typeref *);
/* All of that name (several units, several kinds): count, at most max. */
size_t	type_find_all(struct ctx *, const struct types *, const char *name,
	    struct typeref *, size_t max);
/*
 * The type of a function or variable that a reader knows by name: FUNC gives
 * its PROTO.  E_NO_TYPE, with no text: most variables have none.
 */
int	type_find_object(const struct types *, const char *name,
	    struct typeref *);
/* The enum that has an enumerator, and its value.  E_NOT_FOUND, no text. */
int	type_find_enumerator(const struct types *, const char *name,
	    struct typeref *, int64_t *value);
/*
 * A type's C name with pointers and arrays: "struct list_head *",
 * "char [16]", "int (*)(struct x *)".  Parsed by the same rules: cast syntax.
 * E_NO_TYPE or E_SYNTAX (err.addr is the column).
 */
int	type_parse(struct ctx *, struct types *, const char *text,
	    struct typeref *);
/*
 * The same for text that goes on after the type: *used bytes belong to it.
 * Without bare_tags a structure's tag needs its keyword unless a "*" follows,
 * as a cast does.  E_NOT_FOUND, with no text, when it does not begin with a
 * type.
 */
int	type_parse_prefix(struct ctx *, struct types *, const char *text,
	    bool bare_tags, size_t *used, struct typeref *);
/* Writes the C declaration; with name != "" around it: "int (*fn)(void)". */
int	type_name(struct ctx *, const struct types *, struct typeref,
	    const char *name, char *, size_t);
/*
 * Types that no reader has, made on demand and kept: pointer to t, array of n
 * t, and the built-in types (type_builtin: 'b' s8, 'B' u8, 'h', 'H', 'i',
 * 'I', 'q', 'Q', 'c' char, '?' bool, 'l' 'L' long, 'd' double, '0' void *, '('
 * a function of unknown type).
 */
int	type_pointer_to(struct ctx *, struct types *, struct typeref,
	    struct typeref *);
int	type_array_of(struct ctx *, struct types *, struct typeref, uint64_t n,
	    struct typeref *);
struct typeref type_builtin(const struct types *, char letter);

/*
 * Where a bit-field lies: the byte offset of its storage unit (size bytes) and
 * its low bit in there.  A field that no aligned unit holds (packed) has a unit
 * that starts at its first byte; where even that is too narrow the unit is as
 * many bytes as low_bit + bit_size bits need.
 */
void	type_bit_unit(uint64_t bit_offset, uint32_t bit_size, uint64_t size,
	    bool be, uint64_t *offset, uint8_t *low_bit);

/* A member by path ("mm.start_code", "se.run_node", "cpus_mask.bits[1]"). */
struct type_field {
	struct typeref	 type;
	uint64_t	 offset;	/* bytes */
	uint32_t	 size;		/* bytes of the type (of the unit for bit-fields) */
	uint8_t		 bit_offset;	/* bit-field: from the byte offset's low bit */
	uint8_t		 bit_size;	/* 0 = not a bit-field */
};
/* Looks through anonymous structures and unions.  E_NO_TYPE, E_NO_MEMBER. */
int	type_field(struct ctx *, const struct types *, struct typeref,
	    const char *path, struct type_field *);
int	type_field_of(struct ctx *, const struct types *, const char *type,
	    const char *path, struct type_field *);

#endif
