/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What somebody else wrote as JSON (RFC 8259), looked into without a tree: a
 * value is the span of its text.  Nothing is trusted; nesting ends at
 * JSON_READ_DEPTH.
 */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include "base/vec.h"

#include <stdint.h>

#define JSON_READ_DEPTH	64

struct json_span {
	const char *p;
	size_t	    n;
};

/* The first value in these bytes; false when it is none, or cut off. */
bool	json_value(struct json_span text, struct json_span *ret);
/* The member of an object; false when it has none, or is no object. */
bool	json_member(struct json_span object, const char *key,
	    struct json_span *ret);
/* The text of a string, appended; false when it is none. */
bool	json_string(struct json_span, struct buf *);
/* A whole number, 0 to 2^64 - 1. */
bool	json_number(struct json_span, uint64_t *);

#endif
