/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON that somebody else wrote, and QEMU's machine protocol. */
#include "tests/unit/unit.h"

#include "engine/backend/qmp.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE	((size_t)64 << 10)
#define BASE	UINT64_C(0x100000)

static struct json_span
span(const char *text)
{
	return ((struct json_span){ text, strlen(text) });
}

static void
members(void **state)
{
	static const char text[] = " {\"a\": [1, {\"b\": \"}\\\"\"}], \"b\":"
	    "{\"c\" : 12},\"s\":\"x\\u00e4\\ud83d\\ude00\\n\\ud800\"} rest";
	static const char *const bad[] = {
		"", "{", "{\"a\":1", "{\"a\":[}", "{\"a\"}", "{\"a\":}",
		"{\"a\":\"x}", "[1]", "{\"x\":1 \"a\":2}",
	};
	struct json_span all, v;
	struct buf b = { 0 };
	uint64_t n;
	size_t i;

	(void)state;
	assert_true(json_value(span(text), &all));
	assert_int_equal(all.n, sizeof(text) - 1 - 1 - 5);
	assert_true(json_member(all, "b", &v));
	assert_true(json_member(v, "c", &v));
	assert_true(json_number(v, &n));
	assert_int_equal(n, 12);
	assert_false(json_member(all, "c", &v));
	assert_true(json_member(all, "s", &v));
	assert_true(json_string(v, &b));
	assert_string_equal(buf_text(&b), "x\xc3\xa4\xf0\x9f\x98\x80\n"
	    "\xef\xbf\xbd");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(json_value(span(bad[i]), &all) &&
		    json_member(all, "a", &v) && v.n > 0);
	assert_false(json_number(span("18446744073709551616"), &n));
	assert_true(json_number(span("18446744073709551615"), &n));
	assert_true(n == UINT64_MAX);
	assert_false(json_number(span("-1"), &n));
	buf_reset(&b);
	assert_false(json_string(span("\"\\q\""), &b));
	assert_false(json_string(span("\"\\u12\""), &b));
	assert_false(json_string(span("1"), &b));
	buf_fini(&b);
}

static void
deep(void **state)
{
	char text[2 * JSON_READ_DEPTH + 4];
	struct json_span v;

	(void)state;
	memset(text, '[', JSON_READ_DEPTH);
	memset(text + JSON_READ_DEPTH, ']', JSON_READ_DEPTH);
	text[2 * JSON_READ_DEPTH] = '\0';
	assert_true(json_value(span(text), &v));
	memset(text, '[', JSON_READ_DEPTH + 1);
	memset(text + JSON_READ_DEPTH + 1, ']', JSON_READ_DEPTH + 1);
	text[2 * JSON_READ_DEPTH + 2] = '\0';
	assert_false(json_value(span(text), &v));
}

static void
lines(void **state)
{
	static const struct {
		const char *line;
		enum qmp_line kind;
	} rows[] = {
		{ "{\"return\": {}, \"id\": 5}", QMP_ANSWER },
		{ "{\"return\": {}, \"id\": 4}", QMP_OTHER },
		{ "{\"return\": {}}", QMP_ANSWER },
		{ "{\"error\": {\"class\": \"x\", \"desc\": \"no\"}}",
		    QMP_REFUSAL },
		{ "{\"timestamp\": {}, \"event\": \"STOP\"}", QMP_EVENT },
		{ "{\"QMP\": {}}\r", QMP_ANSWER },
		{ "{\"error\": 1}", QMP_NONSENSE },
		{ "{}", QMP_NONSENSE },
		{ "[]", QMP_NONSENSE },
		{ "SSH-2.0", QMP_NONSENSE },
	};
	struct json_span v;
	uint64_t r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(qmp_line(rows[i].line, strlen(rows[i].line),
		    5, &v), rows[i].kind);
	assert_true(qmp_register("XCR3=5 CR3=0000000012852000 CR4=0",
	    "CR3", &r));
	assert_int_equal(r, 0x12852000);
	assert_false(qmp_register("CR3", "CR3", &r));
	assert_false(qmp_register("CR3=", "CR3", &r));
}

/* --- something that answers as QEMU does --- */

struct qemu {
	uint8_t		 memory[SIZE];
	bool		 no_fds;
	atomic_bool	 reset, nonsense, refuse, die;
	atomic_uint	 saves;
	char		 path[64];
	int		 listener, given;
	pthread_t	 thread;
};

static bool
has(const char *line, const char *what)
{
	return (strstr(line, what) != NULL);
}

static const char *
save(struct qemu *q, const char *line)
{
	unsigned long long val, size;
	char name[200];
	const char *p;
	int fd;

	q->saves++;
	p = strstr(line, "{\"val\":");
	if (q->refuse || p == NULL || sscanf(p, "{\"val\":%llu,\"size\":%llu,"
	    "\"filename\":\"%199[^\"]\"}", &val, &size, name) != 3 ||
	    val < BASE || val + size > BASE + SIZE)
		return ("{\"error\": {\"class\": \"GenericError\", \"desc\": "
		    "\"Invalid\"}, \"id\": %s}\r\n");
	fd = open(name, O_WRONLY | O_TRUNC);
	if (fd == -1)
		return ("{\"error\": {\"class\": \"GenericError\", \"desc\": "
		    "\"Could not open\"}, \"id\": %s}\r\n");
	assert_true(write(fd, q->memory + (val - BASE), size) ==
	    (ssize_t)size);
	close(fd);
	return ("{\"return\": {}, \"id\": %s}\r\n");
}

static void
reply(struct qemu *q, int fd, const char *line)
{
	static const char event[] = "{\"timestamp\": {\"seconds\": 1}, "
	    "\"event\": \"RTC_CHANGE\", \"data\": {}}\r\n";
	const char *form, *p;
	char id[24] = "0", text[512], out[1024];

	p = strstr(line, "\"id\":");
	if (p != NULL)
		(void)sscanf(p + 5, "%20[0-9]", id);
	if (q->nonsense) {
		(void)send(fd, "what?\n", 6, MSG_NOSIGNAL);
		return;
	}
	/* Events come at any time. */
	(void)send(fd, event, sizeof(event) - 1, MSG_NOSIGNAL);
	if (q->reset)
		(void)send(fd, "{\"event\": \"RESET\"}\r\n", 20, MSG_NOSIGNAL);
	if (has(line, "query-target"))
		form = "{\"return\": {\"arch\": \"x86_64\"}, \"id\": %s}\r\n";
	else if (has(line, "info registers"))
		form = "{\"return\": \"CR2=0 CR3=0000000001234000 "
		    "CR4=000000a0\\r\\n\", \"id\": %s}\r\n";
	else if (has(line, "info mtree")) {
		snprintf(text, sizeof(text), "{\"return\": \"FlatView #0\\r\\n"
		    " AS \\\"memory\\\", root: system\\r\\n  %016llx-%016llx "
		    "(prio 0, ram): pc.ram\\r\\n\", \"id\": %%s}\r\n",
		    (unsigned long long)BASE,
		    (unsigned long long)(BASE + SIZE - 1));
		form = text;
	} else if (has(line, "add-fd") && q->no_fds)
		form = "{\"error\": {\"class\": \"GenericError\", \"desc\": "
		    "\"No file descriptor\"}, \"id\": %s}\r\n";
	else if (has(line, "add-fd")) {
		snprintf(text, sizeof(text), "{\"return\": {\"fd\": %d}, "
		    "\"id\": %%s}\r\n", q->given);
		form = text;
	} else if (has(line, "pmemsave"))
		form = save(q, line);
	else
		form = "{\"return\": {}, \"id\": %s}\r\n";
	p = strstr(form, "%s");
	snprintf(out, sizeof(out), "%.*s%s%s", (int)(p - form), form, id,
	    p + 2);
	(void)send(fd, out, strlen(out), MSG_NOSIGNAL);
}

static ssize_t
receive(struct qemu *q, int fd, char *buf, size_t n)
{
	union {
		struct cmsghdr	head;
		char		bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { buf, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.bytes,
	    .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c;
	ssize_t got;

	got = recvmsg(fd, &msg, 0);
	c = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c != NULL && c->cmsg_type == SCM_RIGHTS) {
		if (q->given != -1)
			close(q->given);
		memcpy(&q->given, CMSG_DATA(c), sizeof(int));
	}
	return (got);
}

static void *
serve(void *arg)
{
	static const char hello[] = "{\"QMP\": {\"version\": {}}}\r\n";
	struct qemu *q = arg;
	char line[4096], *end;
	size_t held;
	ssize_t n;
	int fd;

	while ((fd = accept(q->listener, NULL, NULL)) != -1) {
		(void)send(fd, hello, sizeof(hello) - 1, MSG_NOSIGNAL);
		held = 0;
		while ((n = receive(q, fd, line + held,
		    sizeof(line) - 1 - held)) > 0 && !q->die) {
			held += (size_t)n;
			line[held] = '\0';
			while ((end = strchr(line, '\n')) != NULL) {
				*end = '\0';
				reply(q, fd, line);
				held -= (size_t)(end + 1 - line);
				memmove(line, end + 1, held + 1);
			}
		}
		close(fd);
	}
	if (q->given != -1)
		close(q->given);
	return (NULL);
}

static struct qemu *
start(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct qemu *q = calloc(1, sizeof(*q));
	size_t i;

	assert_non_null(q);
	for (i = 0; i < SIZE; i++)
		q->memory[i] = (uint8_t)(i * 5 + (i >> 9));
	q->given = -1;
	snprintf(q->path, sizeof(q->path), "/tmp/kpeek-qemu.%ld",
	    (long)getpid());
	unlink(q->path);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", q->path);
	q->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(q->listener, (struct sockaddr *)&sun,
	    sizeof(sun)), 0);
	assert_int_equal(listen(q->listener, 1), 0);
	assert_int_equal(pthread_create(&q->thread, NULL, serve, q), 0);
	return (q);
}

static void
end(struct qemu *q)
{
	shutdown(q->listener, SHUT_RDWR);
	pthread_join(q->thread, NULL);
	close(q->listener);
	unlink(q->path);
	free(q);
}

static void
reads_from(bool no_fds)
{
	struct qemu *q = start();
	struct dump_state st;
	struct memory m;
	struct dump *d;
	struct ctx ctx;
	uint8_t buf[20000];

	ctx_init(&ctx);
	q->no_fds = no_fds;
	assert_int_equal(qmp_open(&ctx, q->path, &d), 0);
	mem_init(&m, &d->layer, NULL);
	assert_string_equal(d->arch->name, "x86-64");
	assert_int_equal(d->ncpus, 1);
	assert_int_equal(d->cpus[0].root, 0x1234000);
	assert_false(d->cpus[0].has_regs);
	assert_int_equal(mem_read(&ctx, &m, BASE + 3, buf, sizeof(buf)), 0);
	assert_memory_equal(buf, q->memory + 3, sizeof(buf));
	assert_int_equal(mem_read(&ctx, &m, BASE + SIZE - 2, buf, 4),
	    E_NOT_IN_DUMP);
	assert_int_equal(ctx.err.addr, BASE + SIZE);
	/* A refusal is no loss. */
	q->refuse = true;
	assert_int_equal(mem_read(&ctx, &m, BASE, buf, 8), E_IO);
	q->refuse = false;
	assert_int_equal(mem_read(&ctx, &m, BASE, buf, 8), 0);
	assert_memory_equal(buf, q->memory, 8);
	/* Nothing of it can be written. */
	assert_int_equal(mem_write(&ctx, &m, BASE, buf, 8), E_UNSUPPORTED);
	d->backend->state(d, &st);
	assert_false(st.lost);
	/* After a reset it is another guest. */
	q->reset = true;
	assert_int_equal(mem_read(&ctx, &m, BASE, buf, 8), E_IO);
	d->backend->state(d, &st);
	assert_true(st.lost);
	assert_non_null(strstr(st.why, "reset"));
	mem_fini(&m);
	ctx_fini(&ctx);
	end(q);
}

static void
reads(void **state)
{
	(void)state;
	reads_from(false);
}

static void
reads_by_file(void **state)
{
	(void)state;
	reads_from(true);
}

static void
ends(void **state)
{
	struct qemu *q = start();
	struct dump_state st;
	struct memory m;
	struct dump *d;
	struct ctx ctx;
	uint8_t buf[8];
	unsigned i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < 2; i++) {
		q->die = q->nonsense = false;
		assert_int_equal(qmp_open(&ctx, q->path, &d), 0);
		mem_init(&m, &d->layer, NULL);
		if (i == 0)
			q->die = true;
		else
			q->nonsense = true;
		assert_int_equal(mem_read(&ctx, &m, BASE, buf, 8),
		    i == 0 ? E_IO : E_CORRUPT);
		d->backend->state(d, &st);
		assert_true(st.lost);
		assert_int_equal(mem_read(&ctx, &m, BASE, buf, 8), E_IO);
		mem_fini(&m);
	}
	assert_int_equal(qmp_open(&ctx, q->path, &d), E_CORRUPT);
	assert_int_equal(qmp_open(&ctx, "localhost:1", &d), E_USAGE);
	assert_int_equal(qmp_open(&ctx, "/nosuch/socket", &d), E_NOT_FOUND);
	ctx_fini(&ctx);
	end(q);
}

UNIT_MAIN(UNIT(members), UNIT(deep), UNIT(lines), UNIT(reads),
    UNIT(reads_by_file), UNIT(ends))
