/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A dump's memory in another format, to be compared by "same":
 *
 *	convert FORMAT DUMP OUT [FROM [TO]]
 *
 * FORMAT is lime, avml or raw; FROM and TO are physical addresses, for raw the
 * first is that of the file's first byte.
 */
#include "engine/backend/backend.h"
#include "tests/mk/mk_lime.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK	((uint64_t)16 << 20)

static struct file_faults faults;

struct output {
	int	 fd;
	uint64_t at, from;
};

static int
put(struct output *o, const void *p, size_t n)
{
	ssize_t got;

	for (; n > 0; n -= (size_t)got, p = (const char *)p + got) {
		got = pwrite(o->fd, p, n, (off_t)o->at);
		if (got <= 0)
			return (-1);
		o->at += (uint64_t)got;
	}
	return (0);
}

static int
put_lime(struct output *o, uint64_t pa, const uint8_t *p, uint64_t n)
{
	struct buf b = { 0 };
	int rc;

	mk_lime_header(&b, false, pa, n);
	rc = put(o, b.p, b.len) | put(o, p, (size_t)n);
	buf_fini(&b);
	return (rc);
}

static int
put_avml(struct output *o, uint64_t pa, const uint8_t *p, uint64_t n)
{
	struct buf b = { 0 };
	int rc;

	mk_avml_block(&b, pa, p, n, 65536);
	rc = b.bad ? -1 : put(o, b.p, b.len);
	buf_fini(&b);
	return (rc);
}

/* Zeros are left out. */
static int
put_raw(struct output *o, uint64_t pa, const uint8_t *p, uint64_t n)
{
	static const uint8_t zeros[4096];
	uint64_t i, want;

	for (i = 0; i < n; i += want) {
		want = n - i < sizeof(zeros) ? n - i : sizeof(zeros);
		o->at = pa + i - o->from;
		if (memcmp(p + i, zeros, (size_t)want) != 0 &&
		    put(o, p + i, (size_t)want) != 0)
			return (-1);
	}
	return (ftruncate(o->fd, (off_t)(pa + n - o->from)));
}

static const struct {
	const char *name;
	int	  (*put)(struct output *, uint64_t, const uint8_t *, uint64_t);
} formats[] = {
	{ "lime", put_lime }, { "avml", put_avml }, { "raw", put_raw },
};

static int
convert(struct ctx *ctx, struct memory *m, struct output *o, uint64_t to,
    int (*fn)(struct output *, uint64_t, const uint8_t *, uint64_t))
{
	struct mem_range r;
	uint64_t pa, n;
	uint8_t *bytes;
	int rc;

	bytes = malloc(BLOCK);
	for (pa = o->from, rc = bytes == NULL; rc == 0 && pa < to &&
	    mem_range(ctx, m, pa, &r) == 0; pa = r.end) {
		if (r.end > to)
			r.end = to;
		for (; r.status == 0 && pa < r.end && rc == 0; pa += n) {
			n = r.end - pa < BLOCK ? r.end - pa : BLOCK;
			rc = mem_read(ctx, m, pa, bytes, (size_t)n);
			if (rc == 0)
				rc = fn(o, pa, bytes, n);
		}
	}
	free(bytes);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct output o = { 0 };
	struct memory m;
	struct dump *d;
	struct file *f;
	struct ctx ctx;
	size_t i;
	int rc;

	for (i = 0; argc > 1 && i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, argv[1]) == 0)
			break;
	if (argc < 4 || i == sizeof(formats) / sizeof(formats[0])) {
		fprintf(stderr, "usage: convert FORMAT DUMP OUT [FROM [TO]]\n");
		return (2);
	}
	ctx_init(&ctx);
	ctx.unrecorded++;
	if (file_open(&ctx, argv[2], &faults, &f) != 0 ||
	    dump_open(&ctx, &f, 1, NULL, &d) != 0) {
		fprintf(stderr, "convert: %s\n", ctx.err.text);
		return (2);
	}
	mem_init(&m, &d->layer, &faults);
	o.from = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
	o.fd = open(argv[3], O_RDWR | O_CREAT | O_TRUNC, 0666);
	rc = o.fd == -1 ? -1 : convert(&ctx, &m, &o, argc > 5 ?
	    strtoull(argv[5], NULL, 0) : UINT64_MAX, formats[i].put);
	if (rc != 0 || close(o.fd) != 0)
		perror(argv[3]);
	mem_fini(&m);
	ctx_fini(&ctx);
	return (rc != 0);
}
