/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BTF blobs for tests, record by record.  Each function that adds a type
 * returns its id.
 */
#ifndef TESTS_MK_MK_BTF_H
#define TESTS_MK_MK_BTF_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	MK_INT = 1, MK_PTR, MK_ARRAY, MK_STRUCT, MK_UNION, MK_ENUM, MK_FWD,
	MK_TYPEDEF, MK_VOLATILE, MK_CONST, MK_RESTRICT, MK_FUNC, MK_PROTO,
	MK_VAR, MK_DATASEC, MK_FLOAT, MK_DECL_TAG, MK_TYPE_TAG, MK_ENUM64
};

#define MK_SIGNED	1u
#define MK_CHAR		2u
#define MK_BOOL		4u

struct mk_btf {
	bool		be;
	struct buf	types, strings;
	uint32_t	first_string, next_id;
	size_t		open;		/* record that members are added to */
	struct buf	blob;
};

/* base: what a split blob continues, or NULL. */
void	mk_btf_init(struct mk_btf *, bool be, const struct mk_btf *base);
void	mk_btf_fini(struct mk_btf *);
/* The whole blob, kept until fini or the next call. */
const void *mk_btf_blob(struct mk_btf *, size_t *n);

uint32_t mk_btf_name(struct mk_btf *, const char *);
/* A record without its tail: kinds that have none, or a broken one. */
uint32_t mk_btf_type(struct mk_btf *, unsigned kind, const char *name,
	    uint32_t size_or_type, unsigned vlen, bool flag);
uint32_t mk_btf_int(struct mk_btf *, const char *name, unsigned size,
	    unsigned encoding);
/* An old-style integer for bit-fields. */
uint32_t mk_btf_bits(struct mk_btf *, unsigned size, unsigned encoding,
	    unsigned offset, unsigned bits);
uint32_t mk_btf_array(struct mk_btf *, uint32_t type, uint32_t n);
uint32_t mk_btf_struct(struct mk_btf *, unsigned kind, const char *name,
	    unsigned size, bool flag);
/* Members, enumerators, arguments of the record added last. */
void	mk_btf_member(struct mk_btf *, const char *name, uint32_t type,
	    unsigned bit_offset, unsigned bits);
void	mk_btf_value(struct mk_btf *, const char *name, int64_t);
void	mk_btf_argument(struct mk_btf *, const char *name, uint32_t type);
void	mk_btf_u32(struct mk_btf *, uint32_t);

#endif
