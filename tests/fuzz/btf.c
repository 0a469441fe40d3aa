/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include "base/ctx.h"
#include "engine/type/type.h"
#include "tests/mk/mk_btf.h"

#include <string.h>

#define LOOKED_AT	2000		/* types, members of each */

static void
look(struct ctx *ctx, struct types *ts, struct type_unit *u)
{
	struct type_member m;
	struct type_enum e;
	struct typeref ref;
	struct type t;
	uint64_t size;
	char text[256];
	uint32_t id, i;

	for (id = u->first_id; id < u->end_id && id < LOOKED_AT; id++) {
		ref = (struct typeref){ .unit = u->index, .id = id };
		if (type_get(ctx, ts, ref, &t) != 0)
			continue;
		(void)type_name(ctx, ts, ref, "x", text, sizeof(text));
		(void)type_size(ctx, ts, ref, &size);
		for (i = 0; i < LOOKED_AT &&
		    type_member_at(ctx, ts, ref, i, &m) == 0; i++)
			;
		for (i = 0; i < LOOKED_AT &&
		    type_enum_at(ctx, ts, ref, i, &e) == 0; i++)
			;
	}
	(void)type_find(ctx, ts, "struct task", &ref);
	(void)type_find(ctx, ts, "unsigned long *[3]", &ref);
}

static void
run(const uint8_t *p, size_t n)
{
	struct type_unit *u;
	struct types *ts;
	struct ctx ctx;
	size_t total;
	int be;

	ctx_init(&ctx);
	for (be = 0; be < 2; be++) {
		(void)btf_probe(p, n, be, &total);
		ts = types_create(8, be);
		if (ts == NULL)
			break;
		if (btf_open(&ctx, "fuzz", p, n, false, be, 8, NULL, &u) == 0) {
			if (types_add(&ctx, ts, u) == 0)
				look(&ctx, ts, u);
			else
				u->ops->close(u);
		}
		types_destroy(ts);
	}
	ctx_fini(&ctx);
}

static void
seed(struct buf *b)
{
	struct mk_btf m;
	const void *blob;
	uint32_t u32, s;
	size_t n;

	mk_btf_init(&m, false, NULL);
	u32 = mk_btf_int(&m, "unsigned int", 4, 0);
	s = mk_btf_struct(&m, MK_STRUCT, "task", 16, false);
	mk_btf_member(&m, "pid", u32, 0, 0);
	mk_btf_member(&m, "next", s + 1, 64, 0);
	mk_btf_type(&m, MK_PTR, "", s, 0, false);
	mk_btf_array(&m, u32, 7);
	mk_btf_type(&m, MK_TYPEDEF, "task_t", s, 0, false);
	blob = mk_btf_blob(&m, &n);
	buf_add(b, blob, n);
	mk_btf_fini(&m);
}

const struct fuzz_target fuzz_btf = { "btf", run, seed };
