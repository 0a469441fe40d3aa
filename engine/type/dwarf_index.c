/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The index of names: what dwarf_scan.c found, as one piece of bytes that can
 * be written to a file and used where it is mapped.  Names are not in it: an
 * entry has its name's hash, and the offset at which the name can be read.
 *
 * Behind the head lie the units' headers, the ranges of code with their units,
 * ascending, and for each kind of names the buckets: the first entry of each,
 * one more for the end, then the entries.
 */
#include "engine/type/dwarf_scan.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC		UINT64_C(0x3269777064656b70)
#define BUCKETS_MAX	(1u << 24)

struct dwarf_index_head {
	uint64_t magic;
	uint64_t info, abbrev, str;	/* sizes of the sections it is of */
	uint64_t parts;			/* alike for the same other parts */
	uint64_t nskeletons;		/* units whose other part is not here */
	uint64_t sum;			/* of all, this being 0 */
	uint32_t cu_size;		/* sizeof(struct dwarf_cu) */
	uint32_t ncus, nranges;
	uint32_t nbuckets[TYPE_NAMES_COUNT];	/* powers of two */
	uint32_t nentries[TYPE_NAMES_COUNT];
};

struct entry {
	uint32_t hash;			/* upper half */
	uint32_t offset;
};

uint32_t
dwarf_end(const struct dwarf_input *in)
{
	const struct dwarf_input *last = in->nmore > 0 ?
	    &in->more[in->nmore - 1] : in;

	return (last->base + (uint32_t)last->section[DWARF_INFO].n);
}

int
dwarf_join(struct ctx *ctx, struct dwarf_input *in, struct dwarf_input *more,
    size_t n)
{
	uint64_t end = in->section[DWARF_INFO].n;
	size_t i;

	in->shared = NULL;
	for (i = 0; i < n; i++) {
		if (end >= UINT32_MAX || more[i].section[DWARF_INFO].n >=
		    UINT32_MAX - end)
			return (ctx_fail(ctx, E_LIMIT, "%s: debug information "
			    "of 4 GiB or more", more[i].name));
		more[i].base = (uint32_t)end;
		more[i].shared = NULL;
		end += more[i].section[DWARF_INFO].n;
		if (more[i].part == DWARF_SHARED)
			in->shared = &more[i];
	}
	for (i = 0; i < n; i++)
		if (more[i].part != DWARF_SHARED)
			more[i].shared = in->shared;
	in->more = more;
	in->nmore = n;
	return (0);
}

static uint64_t
parts_sum(const struct dwarf_input *in)
{
	const struct dwarf_input *p;
	uint64_t h = in->nmore, id;
	size_t i;

	for (i = 0; i < in->nmore; i++) {
		p = &in->more[i];
		h = hash_u64(h ^ p->section[DWARF_INFO].n);
		h = hash_u64(h ^ p->section[DWARF_ABBREV].n << 32 ^
		    p->section[DWARF_STR].n);
		h = hash_u64(h ^ p->skeleton ^ (uint64_t)p->part << 32);
		if (p->part == DWARF_SPLIT && dwarf_split_id(p, &id))
			h = hash_u64(h ^ id);
	}
	return (h);
}

/* Four lanes, so that sums of megabytes take a millisecond. */
static uint64_t
sum(const uint8_t *p, size_t n)
{
	uint64_t lane[4] = { 1, 2, 3, 4 }, x[4];
	int i;

	for (; n >= sizeof(x); n -= sizeof(x), p += sizeof(x)) {
		memcpy(x, p, sizeof(x));
		for (i = 0; i < 4; i++)
			lane[i] = (lane[i] ^ x[i]) * UINT64_C(0x9e3779b97f4a7c15);
	}
	for (i = 1; i < 4; i++)
		lane[0] = hash_u64(lane[0] ^ lane[i]);
	return (lane[0] ^ hash_bytes(p, n));
}

static uint64_t
sum_of(const struct dwarf_index_head *h, const uint8_t *rest, size_t n)
{
	struct dwarf_index_head copy;

	memcpy(&copy, h, sizeof(copy));
	copy.sum = 0;
	return (hash_bytes(&copy, sizeof(copy)) ^ sum(rest, n));
}

static uint32_t
buckets_for(size_t n)
{
	uint32_t b;

	for (b = 16; b < n && b < BUCKETS_MAX; b *= 2)
		;
	return (b);
}

static int
found_order(const struct dwarf_found *a, const struct dwarf_found *b)
{
	if (a->hash != b->hash)
		return (a->hash < b->hash ? -1 : 1);
	return (a->offset < b->offset ? -1 : a->offset > b->offset);
}

/* The same thing seen by two threads: the first in the file stays. */
static bool
same(const struct dwarf_found *a, const struct dwarf_found *b)
{
	return (a->hash == b->hash && a->key == b->key);
}

static int
found_compare(const void *a, const void *b)
{
	return (found_order(a, b));
}

/*
 * One kind's entries into buckets: v is sorted by hash here, whose lowest bits
 * are the bucket's number.  Returns how many are left.
 */
static uint32_t
fill(struct dwarf_found *v, uint32_t *starts, uint32_t nbuckets,
    struct entry *out)
{
	uint32_t b, i, j, n, from, to;

	for (b = 0, n = 0, from = 0; b < nbuckets; b++, from = to) {
		to = starts[b];
		starts[b] = n;
		if (to - from > 1)
			qsort(v + from, to - from, sizeof(*v), found_compare);
		for (i = from; i < to; i++) {
			for (j = i; j > from && v[j - 1].hash == v[i].hash; j--)
				if (same(&v[j - 1], &v[i]))
					break;
			if (j > from && same(&v[j - 1], &v[i]))
				continue;
			out[n].hash = (uint32_t)(v[i].hash >> 32);
			out[n++].offset = v[i].offset;
		}
	}
	starts[nbuckets] = n;
	return (n);
}

static int
range_compare(const void *a, const void *b)
{
	const struct dwarf_range *x = a, *y = b;

	if (x->low != y->low)
		return (x->low < y->low ? -1 : 1);
	return (x->cu < y->cu ? -1 : x->cu > y->cu);
}

/* Scatter what the workers found of one kind by bucket; starts[b] is its end. */
static void
scatter(const struct dwarf_scan *s, enum type_names what, uint32_t nbuckets,
    uint32_t *starts, struct dwarf_found *v)
{
	const struct dwarf_founds *f;
	uint32_t total, n, b;
	unsigned w;
	size_t i;

	memset(starts, 0, (nbuckets + 1) * sizeof(*starts));
	for (w = 0; w < s->nworkers; w++) {
		f = &s->workers[w].found[what];
		for (i = 0; i < f->n; i++)
			starts[f->v[i].hash & (nbuckets - 1)]++;
	}
	for (b = 0, total = 0; b < nbuckets; b++) {
		n = starts[b];
		starts[b] = total;
		total += n;
	}
	for (w = 0; w < s->nworkers; w++) {
		f = &s->workers[w].found[what];
		for (i = 0; i < f->n; i++)
			v[starts[f->v[i].hash & (nbuckets - 1)]++] = f->v[i];
	}
}

static size_t
align8(size_t n)
{
	return ((n + 7) & ~(size_t)7);
}

/* Bytes before the entries of the first kind. */
static size_t
fixed_part(const struct dwarf_index_head *h)
{
	return (align8(sizeof(*h)) + (size_t)h->ncus * sizeof(struct dwarf_cu) +
	    (size_t)h->nranges * sizeof(struct dwarf_range));
}

static size_t
whole(const struct dwarf_index_head *h)
{
	size_t n;
	int i;

	n = fixed_part(h);
	for (i = 0; i < TYPE_NAMES_COUNT; i++)
		n += align8(((size_t)h->nbuckets[i] + 1) * sizeof(uint32_t)) +
		    (size_t)h->nentries[i] * sizeof(struct entry);
	return (n);
}

int
dwarf_index(struct ctx *ctx, const struct dwarf_input *in, unsigned threads,
    void **ret, size_t *size)
{
	struct dwarf_index_head h;
	struct dwarf_found *v;
	struct dwarf_scan s;
	struct dwarf_range *ranges;
	uint32_t *starts;
	size_t n, at, most;
	uint8_t *blob;
	unsigned w;
	int i, rc;

	rc = dwarf_scan(ctx, in, threads, &s);
	if (rc != 0)
		return (rc);
	memset(&h, 0, sizeof(h));	/* what pads it too */
	h.magic = MAGIC;
	h.info = in->section[DWARF_INFO].n;
	h.abbrev = in->section[DWARF_ABBREV].n;
	h.str = in->section[DWARF_STR].n;
	h.parts = parts_sum(in);
	for (n = 0; n < s.ncus; n++)
		h.nskeletons += s.cus[n].type == DW_UT_skeleton &&
		    !s.cus[n].is_split;
	h.cu_size = sizeof(struct dwarf_cu);
	h.ncus = (uint32_t)s.ncus;
	most = 1;
	for (w = 0; w < s.nworkers; w++) {
		h.nranges += (uint32_t)s.workers[w].nranges;
		for (i = 0; i < TYPE_NAMES_COUNT; i++)
			h.nentries[i] += (uint32_t)s.workers[w].found[i].n;
	}
	for (i = 0; i < TYPE_NAMES_COUNT; i++) {
		h.nbuckets[i] = buckets_for(h.nentries[i]);
		if (h.nentries[i] > most)
			most = h.nentries[i];
	}
	/* As if nothing were there twice: what is left over is given back. */
	n = whole(&h);
	blob = calloc(1, n);
	v = malloc(most * sizeof(*v));
	if (blob == NULL || v == NULL) {
		rc = ctx_fail(ctx, E_NOMEM, "%s: out of memory for the index "
		    "of %zu bytes", in->name, n);
		goto out;
	}
	at = align8(sizeof(h));
	memcpy(blob + at, s.cus, s.ncus * sizeof(*s.cus));
	at += s.ncus * sizeof(*s.cus);
	ranges = (struct dwarf_range *)(void *)(blob + at);
	for (w = 0, n = 0; w < s.nworkers; w++) {
		if (s.workers[w].nranges > 0)
			memcpy(ranges + n, s.workers[w].ranges,
			    s.workers[w].nranges * sizeof(*ranges));
		n += s.workers[w].nranges;
	}
	if (n > 0)
		qsort(ranges, n, sizeof(*ranges), range_compare);
	at += n * sizeof(*ranges);
	for (i = 0; i < TYPE_NAMES_COUNT; i++) {
		starts = (uint32_t *)(void *)(blob + at);
		scatter(&s, i, h.nbuckets[i], starts, v);
		at += align8(((size_t)h.nbuckets[i] + 1) * sizeof(*starts));
		h.nentries[i] = fill(v, starts, h.nbuckets[i],
		    (struct entry *)(void *)(blob + at));
		at += (size_t)h.nentries[i] * sizeof(struct entry);
	}
	n = whole(&h);
	h.sum = sum_of(&h, blob + sizeof(h), n - sizeof(h));
	memcpy(blob, &h, sizeof(h));
	*ret = blob;
	*size = n;
	blob = NULL;
out:
	free(blob);
	free(v);
	dwarf_scan_free(&s);
	return (rc);
}

int
dwarf_index_check(const struct dwarf_input *in, const void *index, size_t n)
{
	struct dwarf_index_head h;
	int i;

	if (n < sizeof(h) || (uintptr_t)index % 8 != 0)
		return (E_CORRUPT);
	memcpy(&h, index, sizeof(h));
	if (h.magic != MAGIC || h.cu_size != sizeof(struct dwarf_cu) ||
	    h.info != in->section[DWARF_INFO].n ||
	    h.abbrev != in->section[DWARF_ABBREV].n ||
	    h.str != in->section[DWARF_STR].n || h.parts != parts_sum(in))
		return (E_CORRUPT);
	for (i = 0; i < TYPE_NAMES_COUNT; i++)
		if (h.nbuckets[i] == 0 || h.nbuckets[i] > BUCKETS_MAX ||
		    (h.nbuckets[i] & (h.nbuckets[i] - 1)) != 0)
			return (E_CORRUPT);
	if (whole(&h) != n ||
	    h.sum != sum_of(&h, (const uint8_t *)index + sizeof(h),
	    n - sizeof(h)))
		return (E_CORRUPT);
	return (0);
}

bool
dwarf_index_is_split(const struct dwarf_input *in, const void *index, size_t n)
{
	struct dwarf_index_head h;

	if (n < sizeof(h))
		return (false);
	memcpy(&h, index, sizeof(h));
	return (h.magic == MAGIC && h.info == in->section[DWARF_INFO].n &&
	    h.abbrev == in->section[DWARF_ABBREV].n &&
	    h.str == in->section[DWARF_STR].n && h.nskeletons > 0);
}

void
dwarf_index_attach(struct dwarf *d, const void *index)
{
	const struct dwarf_index_head *h = index;
	const uint8_t *p = index;
	int i;

	p += align8(sizeof(*h));
	d->cus = (const void *)p;
	d->ncus = h->ncus;
	p += (size_t)h->ncus * sizeof(*d->cus);
	d->ranges = (const void *)p;
	d->nranges = h->nranges;
	p += (size_t)h->nranges * sizeof(*d->ranges);
	for (i = 0; i < TYPE_NAMES_COUNT; i++) {
		d->names[i].starts = (const void *)p;
		d->names[i].nbuckets = h->nbuckets[i];
		p += align8(((size_t)h->nbuckets[i] + 1) * sizeof(uint32_t));
		d->names[i].entries = (const void *)p;
		d->names[i].nentries = h->nentries[i];
		p += (size_t)h->nentries[i] * sizeof(struct entry);
	}
}

size_t
dwarf_names(const struct dwarf *d, enum type_names what)
{
	return (d->names[what].nentries);
}

/* *cursor counts the entries of the bucket that have been looked at. */
bool
dwarf_index_next(const struct dwarf *d, enum type_names what, uint64_t hash,
    uint32_t *cursor, uint32_t *offset)
{
	const struct dwarf_names *t = &d->names[what];
	const struct entry *e = t->entries;
	uint32_t b, from, to;

	b = (uint32_t)hash & (t->nbuckets - 1);
	from = t->starts[b];
	to = t->starts[b + 1];
	/* The sum was right: this is for an index made to have it so. */
	if (to > t->nentries || from > to)
		return (false);
	while (*cursor < to - from) {
		if (e[from + (*cursor)++].hash == (uint32_t)(hash >> 32)) {
			*offset = e[from + *cursor - 1].offset;
			return (true);
		}
	}
	return (false);
}

bool
dwarf_index_entry(const struct dwarf *d, enum type_names what, uint32_t i,
    uint32_t *offset)
{
	const struct entry *e = d->names[what].entries;

	if (i >= d->names[what].nentries)
		return (false);
	*offset = e[i].offset;
	return (true);
}
