/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A JSON writer: commas and nesting are its own business.  Integers beyond
 * 2^53 become strings, addresses "0x..." strings; text that is not UTF-8
 * comes out in surrogate escapes (byte 0x80 is \udc80), as Python's
 * surrogateescape reads it back.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/out.h"

#include <stdbool.h>
#include <stdint.h>

#define JSON_DEPTH_MAX	64

struct json {
	struct out	*out;
	unsigned	 depth;
	bool		 first[JSON_DEPTH_MAX];	/* nothing written at this depth */
	bool		 after_key;
};

void	json_init(struct json *, struct out *);
void	json_open(struct json *, char kind);	/* '[' or '{' */
void	json_close(struct json *, char kind);	/* ']' or '}' */
void	json_key(struct json *, const char *);
void	json_null(struct json *);
void	json_bool(struct json *, bool);
void	json_u64(struct json *, uint64_t);
void	json_s64(struct json *, int64_t);
/* decimals < 0: shortest form that reads back the same. */
void	json_double(struct json *, double, int decimals);
void	json_addr(struct json *, uint64_t);
void	json_text(struct json *, const char *, size_t);
/* Two digits a byte, in memory order. */
void	json_bytes(struct json *, const void *, size_t);

#endif
