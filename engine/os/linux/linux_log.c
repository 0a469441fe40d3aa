/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log: the ring buffer of 5.10 and later
 * (kernel/printk/printk_ringbuffer.[ch]).
 *
 * A ring of descriptors says for each record its state and where its text lies
 * in a ring of bytes; beside it lies a ring of struct printk_info with number,
 * time and level.  Ids and text positions only grow; their low bits index the
 * rings, the bits above count the wraps.  A text that would cross the end of
 * its ring lies at the start of it instead.
 */
#include "engine/os/linux/linux_read.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

#define COUNT_BITS_MAX	20		/* a buffer of 2^25 bytes has 2^20 */
#define SIZE_BITS_MAX	25		/* CONFIG_LOG_BUF_SHIFT's limit */
#define TEXT_MAX	65536		/* printk_info.text_len has 16 bits */

/* The two upper bits of state_var, enum desc_state. */
enum { RESERVED, COMMITTED, FINALIZED, REUSABLE };

struct log {
	struct kernel	*k;
	struct linux_obj desc, info;
	unsigned	 count_bits, size_bits;
	uint64_t	 id_mask, tail, head;
	uint64_t	 descs, infos, text;	/* addresses of the three parts */
	char		 buf[TEXT_MAX];
};

static int
ring_open(struct ctx *ctx, struct log *l, const struct linux_obj *prb)
{
	uint64_t count_bits, size_bits;
	unsigned bits;
	int rc;

	rc = linux_u64(ctx, prb, LM_LOG_COUNT_BITS, &count_bits);
	if (rc == 0)
		rc = linux_u64(ctx, prb, LM_LOG_SIZE_BITS, &size_bits);
	if (rc == 0)
		rc = linux_u64(ctx, prb, LM_LOG_DESCS, &l->descs);
	if (rc == 0)
		rc = linux_u64(ctx, prb, LM_LOG_INFOS, &l->infos);
	if (rc == 0)
		rc = linux_u64(ctx, prb, LM_LOG_DATA, &l->text);
	if (rc == 0)
		rc = linux_u64(ctx, prb, LM_LOG_TAIL, &l->tail);
	if (rc == 0)
		rc = linux_u64(ctx, prb, LM_LOG_HEAD, &l->head);
	if (rc != 0)
		return (rc);
	if (count_bits == 0 || count_bits > COUNT_BITS_MAX ||
	    size_bits < 3 || size_bits > SIZE_BITS_MAX)
		return (ctx_fail_at(ctx, E_CORRUPT, prb->addr, "a ring of "
		    "2^%llu records and 2^%llu bytes",
		    (unsigned long long)count_bits,
		    (unsigned long long)size_bits));
	l->count_bits = (unsigned)count_bits;
	l->size_bits = (unsigned)size_bits;
	bits = l->k->space.ptr_size * 8u;
	l->id_mask = (UINT64_C(1) << (bits - 2)) - 1;
	return (0);
}

/*
 * The text of a record.  Its block begins with the id of its descriptor; equal
 * odd positions mark a record without text.
 */
static int
text_of(struct ctx *ctx, struct log *l, uint64_t id, uint64_t len, size_t *got)
{
	uint64_t begin, next, at, size, mask, owner;
	uint8_t raw[8];
	unsigned word = l->k->space.ptr_size;
	int rc;

	*got = 0;
	rc = linux_u64(ctx, &l->desc, LM_LOG_DESC_BEGIN, &begin);
	if (rc == 0)
		rc = linux_u64(ctx, &l->desc, LM_LOG_DESC_NEXT, &next);
	if (rc != 0 || (begin & next & 1) != 0)
		return (rc);
	mask = (UINT64_C(1) << l->size_bits) - 1;
	at = begin & mask;
	if ((begin ^ (next - 1)) >> l->size_bits == 0)
		size = next - begin;
	else {
		at = 0;
		size = next & mask;
	}
	/* A block of exactly the rest of the ring has its end at index 0. */
	if (size <= word || size > mask + 1 || at > mask + 1 - size)
		return (ctx_fail_at(ctx, E_CORRUPT, l->desc.addr, "its text "
		    "lies from 0x%llx to 0x%llx", (unsigned long long)begin,
		    (unsigned long long)next));
	rc = space_read(ctx, &l->k->space, l->text + at, raw, word);
	if (rc != 0)
		return (rc);
	owner = load_uint(raw, word, l->k->space.be);
	if (owner != id)
		return (ctx_fail_at(ctx, E_CORRUPT, l->desc.addr,
		    "its text belongs to record 0x%llx",
		    (unsigned long long)owner));
	size -= word;
	if (len < size)
		size = len;
	if (size > sizeof(l->buf))
		size = sizeof(l->buf);
	rc = space_read(ctx, &l->k->space, l->text + at + word, l->buf,
	    (size_t)size);
	if (rc == 0)
		*got = (size_t)size;
	return (rc);
}

/* One record; 0 as well for one that holds nothing (any more). */
static int
record(struct ctx *ctx, struct log *l, uint64_t id,
    int (*fn)(void *, struct ctx *, const struct os_log *), void *arg,
    struct err *broken)
{
	struct os_log log = { .level = -1, .caller = "", .text = l->buf };
	char caller[16];
	uint64_t i, state, len, v;
	int rc;

	i = id & ((UINT64_C(1) << l->count_bits) - 1);
	rc = linux_obj_at(ctx, &l->desc, l->descs +
	    i * linux_size(l->k, LT_LOG_DESC));
	if (rc == 0)
		rc = linux_u64(ctx, &l->desc, LM_LOG_DESC_STATE, &state);
	if (rc == 0 && (state & l->id_mask) != id)
		return (0);		/* reserved before it was filled */
	if (rc == 0) {
		state >>= l->k->space.ptr_size * 8 - 2;
		if (state != COMMITTED && state != FINALIZED)
			return (0);
		rc = linux_obj_at(ctx, &l->info, l->infos +
		    i * linux_size(l->k, LT_LOG_INFO));
	}
	if (rc == 0)
		rc = linux_u64(ctx, &l->info, LM_LOG_INFO_SEQ, &log.seq);
	if (rc == 0)
		rc = linux_u64(ctx, &l->info, LM_LOG_INFO_NS, &log.ns);
	if (rc == 0)
		rc = linux_u64(ctx, &l->info, LM_LOG_INFO_LEN, &len);
	if (rc == 0) {
		if (linux_u64(ctx, &l->info, LM_LOG_INFO_LEVEL, &v) == 0)
			log.level = (int)(v & 7);
		if (linux_u64(ctx, &l->info, LM_LOG_INFO_FACILITY, &v) == 0)
			log.facility = (int)(v & 0xff);
		/* printk_caller_id(): the task's pid, or a CPU with a mark. */
		if (linux_u64(ctx, &l->info, LM_LOG_INFO_CALLER, &v) == 0) {
			snprintf(caller, sizeof(caller), "%c%u",
			    v & 0x80000000u ? 'C' : 'T',
			    (unsigned)(v & 0x7fffffffu));
			log.caller = caller;
		}
		rc = text_of(ctx, l, id, len, &log.len);
	}
	if (rc != 0) {
		ctx_chain(ctx, "record 0x%llx", (unsigned long long)id);
		if (broken->code == 0)
			*broken = ctx->err;
		return (0);
	}
	while (log.len > 0 && l->buf[log.len - 1] == '\n')
		log.len--;
	return (fn(arg, ctx, &log));
}

int
linux_log(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const struct os_log *), void *arg)
{
	struct linux_obj prb = { 0 };
	struct err broken = { 0 };
	struct log *l;
	struct arena arena;
	uint64_t addr, id, i, n;
	int rc;

	arena_init(&arena);
	l = arena_alloc(&arena, sizeof(*l));
	if (l == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	l->k = k;
	rc = linux_root(ctx, k, "prb", &addr);
	if (rc == 0)
		rc = space_ptr(ctx, &k->space, addr, &addr);
	if (rc == 0)
		rc = linux_obj_init(ctx, &prb, k, LT_LOG);
	if (rc == 0)
		rc = linux_obj_init(ctx, &l->desc, k, LT_LOG_DESC);
	if (rc == 0)
		rc = linux_obj_init(ctx, &l->info, k, LT_LOG_INFO);
	if (rc == 0)
		rc = linux_obj_at(ctx, &prb, addr);
	if (rc == 0)
		rc = ring_open(ctx, l, &prb);
	if (rc == 0) {
		n = ((l->head - l->tail) & l->id_mask) + 1;
		if (n > UINT64_C(1) << l->count_bits)
			rc = ctx_fail_at(ctx, E_CORRUPT, addr,
			    "the ring claims to hold %llu records",
			    (unsigned long long)n);
		for (i = 0; rc == 0 && i < n; i++) {
			id = (l->tail + i) & l->id_mask;
			if (i % 4096 == 0)
				rc = ctx_check(ctx);
			if (rc == 0)
				rc = record(ctx, l, id, fn, arg, &broken);
		}
	}
	linux_obj_fini(&l->desc);
	linux_obj_fini(&l->info);
	linux_obj_fini(&prb);
	arena_fini(&arena);
	if (rc == 0 && broken.code != 0) {
		ctx->err = broken;
		rc = broken.code;
	}
	return (rc < 0 ? ctx_chain(ctx, "the ring of the log") : rc);
}
