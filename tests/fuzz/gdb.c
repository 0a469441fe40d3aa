/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a target of gdb's protocol may answer.  The whole backend is greeted by
 * the input as if it had come over the socket, and the parsers see it alone.
 */
#include "tests/fuzz/fuzz.h"

#include "engine/backend/gdb.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct speaker {
	const uint8_t *p;
	size_t	       n;
	int	       listener;
};

static int
no_document(void *arg, struct ctx *ctx, const char *name)
{
	(void)arg;
	(void)ctx;
	(void)name;
	return (0);
}

static void
parsers(struct ctx *ctx, const char *text, size_t n)
{
	struct gdb_target t = { 0 };
	struct ranges r = { 0 };
	struct buf out = { 0 };
	size_t at, used;
	char *copy;

	for (at = 0; at < n && gdb_packet_take(text + at, n - at, &used,
	    &out) != GDB_MORE; at += used)
		(void)gdb_target_parse(ctx, &t, out.p, out.len, no_document,
		    NULL);
	(void)gdb_target_parse(ctx, &t, text, n, no_document, NULL);
	copy = strndup(text, n);
	if (copy != NULL) {
		(void)ranges_of_mtree(ctx, &r, copy);
		(void)ranges_of_iomem(ctx, &r, &r, copy);
		free(copy);
	}
	ranges_fini(&r);
	gdb_target_fini(&t);
	buf_fini(&out);
}

/* Says all that it has, hears what comes, and hangs up. */
static void *
speak(void *arg)
{
	struct speaker *s = arg;
	char heard[4096];
	ssize_t n;
	size_t i;
	int fd;

	fd = accept(s->listener, NULL, NULL);
	if (fd == -1)
		return (NULL);
	for (i = 0; i < s->n; i += (size_t)n) {
		n = send(fd, s->p + i, s->n - i, MSG_NOSIGNAL);
		if (n <= 0)
			break;
	}
	shutdown(fd, SHUT_WR);
	while (read(fd, heard, sizeof(heard)) > 0)
		continue;
	close(fd);
	return (NULL);
}

static void
run(const uint8_t *p, size_t n)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct speaker s = { .p = p, .n = n };
	struct memory m;
	struct dump *d;
	struct ctx ctx;
	pthread_t thread;
	uint8_t bytes[5000];

	ctx_init(&ctx);
	parsers(&ctx, (const char *)p, n);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/tmp/kpeek-fuzz.%ld",
	    (long)getpid());
	unlink(sun.sun_path);
	s.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (s.listener == -1 || bind(s.listener, (struct sockaddr *)&sun,
	    sizeof(sun)) == -1 || listen(s.listener, 1) == -1 ||
	    pthread_create(&thread, NULL, speak, &s) != 0)
		abort();
	if (gdb_open(&ctx, sun.sun_path, &d) == 0) {
		mem_init(&m, &d->layer, NULL);
		mem_rest(&m);
		(void)mem_read(&ctx, &m, 0x100000, bytes, sizeof(bytes));
		mem_rest(&m);
		(void)mem_read(&ctx, &m, 0x1000, bytes, 8);
		mem_fini(&m);
	}
	shutdown(s.listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(s.listener);
	unlink(sun.sun_path);
	ctx_fini(&ctx);
}

static void
hex(struct buf *b, const char *text)
{
	struct buf packet = { 0 };

	buf_puts(&packet, "O");
	for (; *text != '\0'; text++)
		buf_printf(&packet, "%02x", (unsigned char)*text);
	gdb_packet_put(b, buf_text(&packet));
	buf_fini(&packet);
}

static const char target[] = "l<target><architecture>i386:x86-64</architecture>"
    "<xi:include href=\"core.xml\"/></target>";
static const char feature[] = "l<feature><reg name=\"rip\" bitsize=\"64\" regnum=\"0\"/>"
    "<reg name=\"cr3\" bitsize=\"64\" regnum=\"40\"/></feature>";

/* A whole greeting, then some memory. */
static void
seed(struct buf *b)
{
	static const char *const before[] = {
		"T05thread:01;", "PacketSize=400;qXfer:features:read+", "0",
	}, *const after[] = {
		"OK", target, feature,
		"m01", "l", "OK", "0011223344556677", "0000400000000000",
		"T02thread:01;", "T05thread:01;", "OK", "0011223344556677",
		"0000400000000000", "000102030405060708090a0b0c0d0e0f",
		"0* ", "E14", "W00",
	};
	size_t i;

	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		gdb_packet_put(b, before[i]);
	hex(b, "FlatView #0\r\n AS \"memory\", root: system\r\n"
	    "  0000000000100000-00000000001fffff (prio 0, ram): pc.ram\r\n");
	gdb_packet_put(b, "OK");
	hex(b, "VM status: paused\r\n");
	gdb_packet_put(b, "OK");
	for (i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		gdb_packet_put(b, after[i]);
}

const struct fuzz_target fuzz_gdb = { "gdb", run, seed };
