/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/qmp.h"

#include "engine/backend/ranges.h"
#include "engine/backend/wire.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES	((size_t)4 << 20)
#define PIECE_MAX	((size_t)1 << 20)	/* bytes of one pmemsave */
#define GOODBYE_NS	UINT64_C(1000000000)	/* for its answer to a farewell */
#define FDSET		9477		/* a number that nobody else takes */

struct qmp {
	struct dump	 dump;		/* first: is a layer */
	pthread_mutex_t	 lock;		/* guards what follows */
	struct wire	*wire;
	struct buf	 line;		/* the last answer */
	struct json_span value;		/* what it says, in line */
	uint64_t	 id;		/* of the last question */
	int		 fd;		/* of the file that QEMU writes to */
	char		 file[128];	/* its name, for QEMU */
	char		*path;		/* of a file in $TMPDIR, or NULL */
	struct ranges	 ranges;
	bool		 lost;
	char		 why[200];
};

static const char *qmp_format(const struct dump *);
static void	qmp_leave(struct dump *);
static void	qmp_state(struct dump *, struct dump_state *);
static int	qmp_read(struct mem_layer *, struct ctx *, uint64_t, void *,
		    size_t);
static int	qmp_extent(struct mem_layer *, struct ctx *, uint64_t,
		    struct extent *);
static int	qmp_range(struct mem_layer *, struct ctx *, uint64_t,
		    struct mem_range *);
static void	qmp_close(struct mem_layer *);

static const struct backend backend_qmp = {
	.name = "QMP",
	.format = qmp_format,
	.leave = qmp_leave,
	.state = qmp_state,
};

static const struct mem_layer_ops qmp_ops = {
	.name = "QMP",
	.read = qmp_read,
	.extent = qmp_extent,
	.range = qmp_range,
	.close = qmp_close,
};

static const char *
qmp_format(const struct dump *d)
{
	(void)d;
	return ("QEMU guest (QMP)");
}

/* --- lines --- */

enum qmp_line
qmp_line(const char *line, size_t n, uint64_t id, struct json_span *value)
{
	struct json_span all, member;
	uint64_t v;

	if (!json_value((struct json_span){ line, n }, &all) ||
	    all.p[0] != '{')
		return (QMP_NONSENSE);
	if (json_member(all, "event", value))
		return (QMP_EVENT);
	if (json_member(all, "id", &member) && json_number(member, &v) &&
	    v != id)
		return (QMP_OTHER);
	if (json_member(all, "return", value) ||
	    json_member(all, "QMP", value))
		return (QMP_ANSWER);
	if (json_member(all, "error", &member) &&
	    json_member(member, "desc", value))
		return (QMP_REFUSAL);
	return (QMP_NONSENSE);
}

bool
qmp_register(const char *text, const char *name, uint64_t *ret)
{
	const size_t n = strlen(name);
	const char *p;
	char *end;

	for (p = text; (p = strstr(p, name)) != NULL; p += n) {
		if ((p > text && strchr(" \n\r", p[-1]) == NULL) ||
		    p[n] != '=')
			continue;
		*ret = strtoull(p + n + 1, &end, 16);
		return (end > p + n + 1);
	}
	return (false);
}

static int
lose(struct ctx *ctx, struct qmp *q)
{
	if (ctx->err.code != E_CANCELLED && ctx->err.code != E_NOMEM &&
	    !q->lost) {
		q->lost = true;
		wire_hang_up(q->wire);
		snprintf(q->why, sizeof(q->why), "%.*s",
		    (int)sizeof(q->why) - 1, ctx->err.text[0] != '\0' ?
		    ctx->err.text : "the connection failed");
	}
	return (ctx->err.code);
}

/* The next line, without its end, in q->line. */
static int
next_line(struct ctx *ctx, struct qmp *q)
{
	const char *end;
	size_t n;
	int rc;

	while ((end = q->wire->len > 0 ? memchr(q->wire->in, '\n',
	    q->wire->len) : NULL) == NULL) {
		rc = wire_more(ctx, q->wire, LINE_MAX_BYTES);
		if (rc != 0)
			return (rc);
	}
	n = (size_t)(end - q->wire->in);
	buf_reset(&q->line);
	buf_add(&q->line, q->wire->in, n);
	wire_used(q->wire, n + 1);
	return (q->line.bad ? ctx_fail(ctx, E_NOMEM, "out of memory") : 0);
}

static bool
says(struct json_span s, const char *text)
{
	return (s.n == strlen(text) && memcmp(s.p, text, s.n) == 0);
}

/* A guest that begins anew is another one. */
static int
hear_event(struct ctx *ctx, struct qmp *q)
{
	if (says(q->value, "\"RESET\""))
		return (ctx_fail(ctx, E_IO, "%s: the guest was reset",
		    q->wire->name));
	if (says(q->value, "\"SHUTDOWN\""))
		return (ctx_fail(ctx, E_IO, "%s: the guest was shut down",
		    q->wire->name));
	return (0);
}

/* Wait for the answer to question q->id: q->value is what it returns. */
static int
hear(struct ctx *ctx, struct qmp *q)
{
	struct buf text = { 0 };
	enum qmp_line kind;
	int rc;

	do {
		rc = next_line(ctx, q);
		if (rc != 0)
			return (rc);
		kind = qmp_line(q->line.p, q->line.len, q->id, &q->value);
		if (kind == QMP_EVENT)
			rc = hear_event(ctx, q);
		if (kind == QMP_NONSENSE)
			rc = ctx_fail(ctx, E_CORRUPT, "%s: this is not QEMU's "
			    "machine protocol", q->wire->name);
	} while (rc == 0 && (kind == QMP_EVENT || kind == QMP_OTHER));
	if (rc != 0 || kind == QMP_ANSWER)
		return (rc);
	(void)json_string(q->value, &text);
	rc = ctx_fail(ctx, E_UNSUPPORTED, "%s: %s", q->wire->name,
	    buf_text(&text));
	buf_fini(&text);
	return (rc);
}

/*
 * Ask for something: arguments is JSON or NULL; a descriptor may go along.  That
 * QEMU refuses is E_UNSUPPORTED and no reason to give it up.
 */
static int
ask(struct ctx *ctx, struct qmp *q, const char *command, const char *arguments,
    int fd)
{
	union {
		struct cmsghdr	head;
		char		bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	const unsigned quiet = ctx->quiet;
	struct buf text = { 0 };
	struct msghdr msg = { 0 };
	struct iovec iov;
	ssize_t n = 0;
	int rc;

	if (q->lost)
		return (ctx_fail(ctx, E_IO, "the target is lost: %s", q->why));
	ctx->quiet = 0;
	buf_printf(&text, "{\"execute\":\"%s\",\"id\":%llu%s%s}\n", command,
	    (unsigned long long)++q->id,
	    arguments != NULL ? ",\"arguments\":" : "",
	    arguments != NULL ? arguments : "");
	rc = text.bad ? ctx_fail(ctx, E_NOMEM, "out of memory") : 0;
	if (rc == 0 && fd != -1) {
		/* The first byte carries it. */
		iov = (struct iovec){ text.p, 1 };
		msg.msg_iov = &iov;
		msg.msg_iovlen = 1;
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
		n = sendmsg(q->wire->fd, &msg, MSG_NOSIGNAL);
		if (n != 1)
			rc = ctx_fail_errno(ctx, E_IO, "%s", q->wire->name);
	}
	if (rc == 0)
		rc = wire_send(ctx, q->wire, text.p + n, text.len - (size_t)n);
	buf_fini(&text);
	if (rc == 0)
		rc = hear(ctx, q);
	if (rc != 0 && rc != E_UNSUPPORTED)
		rc = lose(ctx, q);
	ctx->quiet = quiet;
	return (rc);
}

/* What the monitor for people says to a line. */
static int
monitor(struct ctx *ctx, struct qmp *q, const char *line, struct buf *ret)
{
	char arguments[128];
	int rc;

	snprintf(arguments, sizeof(arguments), "{\"command-line\":\"%s\"}",
	    line);
	rc = ask(ctx, q, "human-monitor-command", arguments, -1);
	buf_reset(ret);
	if (rc == 0 && !json_string(q->value, ret))
		rc = ctx_fail(ctx, E_CORRUPT, "%s: \"%s\" is not answered by "
		    "text", q->wire->name, line);
	return (rc);
}

/* --- opening --- */

static int
find_processor(struct ctx *ctx, struct qmp *q)
{
	struct json_span name;
	struct buf text = { 0 };
	int rc;

	rc = ask(ctx, q, "query-target", NULL, -1);
	if (rc != 0)
		return (rc);
	if (json_member(q->value, "arch", &name) && json_string(name, &text))
		q->dump.arch = arch_by_name(buf_text(&text));
	if (q->dump.arch == NULL)
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s: a guest of the "
		    "processor \"%s\" is not supported", q->wire->name,
		    buf_text(&text));
	buf_fini(&text);
	return (rc);
}

/* Only the roots: all else has moved by the time that memory is read. */
static int
find_roots(struct ctx *ctx, struct qmp *q)
{
	struct buf text = { 0 };
	struct cpu_state *st;
	int rc;

	rc = monitor(ctx, q, "info registers", &text);
	if (rc == E_UNSUPPORTED)
		rc = 0;
	st = rc == 0 ? calloc(1, sizeof(*st)) : NULL;
	if (st != NULL && qmp_register(buf_text(&text), "CR3", &st->root) &&
	    qmp_register(buf_text(&text), "CR4", &st->paging)) {
		st->has_paging = true;
		q->dump.cpus = st;
		q->dump.ncpus = 1;
	} else
		free(st);
	buf_fini(&text);
	return (rc);
}

static int
find_memory(struct ctx *ctx, struct qmp *q)
{
	struct buf text = { 0 };
	int rc;

	rc = monitor(ctx, q, "info mtree -f", &text);
	if (rc == 0)
		rc = ranges_of_mtree(ctx, &q->ranges, buf_text(&text));
	if (rc == 0 && q->ranges.n == 0)
		rc = ctx_fail(ctx, E_UNSUPPORTED, "%s: QEMU does not say where "
		    "its guest has memory", q->wire->name);
	buf_fini(&text);
	return (rc);
}

static int
save(struct ctx *ctx, struct qmp *q, uint64_t pa, size_t n)
{
	char arguments[256];

	snprintf(arguments, sizeof(arguments),
	    "{\"val\":%llu,\"size\":%zu,\"filename\":\"%s\"}",
	    (unsigned long long)pa, n, q->file);
	return (ask(ctx, q, "pmemsave", arguments, -1));
}

/* QEMU gets a descriptor, and opens by /proc what that stands for. */
static int
hand_over(struct ctx *ctx, struct qmp *q)
{
	struct json_span number;
	char arguments[64];
	uint64_t v;
	int rc;

	q->fd = memfd_create("kpeek", MFD_CLOEXEC);
	if (q->fd == -1)
		return (ctx_fail_errno(ctx, E_UNSUPPORTED, "memfd_create"));
	snprintf(arguments, sizeof(arguments), "{\"fdset-id\":%d}", FDSET);
	rc = ask(ctx, q, "add-fd", arguments, q->fd);
	if (rc == 0 && (!json_member(q->value, "fd", &number) ||
	    !json_number(number, &v)))
		rc = ctx_fail(ctx, E_UNSUPPORTED, "no descriptor");
	if (rc != 0)
		return (rc);
	snprintf(q->file, sizeof(q->file), "/proc/self/fd/%llu",
	    (unsigned long long)v);
	return (save(ctx, q, q->ranges.v[0].start, 8));
}

static int
make_file(struct ctx *ctx, struct qmp *q)
{
	const char *folder = getenv("TMPDIR");
	size_t i;
	int rc;

	if (q->fd != -1)
		close(q->fd);
	if (folder == NULL || folder[0] != '/')
		folder = "/tmp";
	snprintf(q->file, sizeof(q->file), "%s/kpeek-qmp.XXXXXX", folder);
	/* It goes into JSON as it is. */
	for (i = 0; q->file[i] != '\0'; i++)
		if (q->file[i] == '"' || q->file[i] == '\\' ||
		    (unsigned char)q->file[i] < 0x20)
			return (ctx_fail(ctx, E_USAGE, "TMPDIR: a name that "
			    "cannot be handed on"));
	q->fd = mkostemp(q->file, O_CLOEXEC);
	if (q->fd == -1)
		return (ctx_fail_errno(ctx, E_IO, "%s", q->file));
	q->path = strdup(q->file);
	rc = save(ctx, q, q->ranges.v[0].start, 8);
	return (rc == 0 ? 0 : ctx_chain(ctx, "QEMU must be able to write to "
	    "the folder %s (TMPDIR names another)", folder));
}

static int
greet(struct ctx *ctx, struct qmp *q)
{
	int rc;

	rc = hear(ctx, q);
	if (rc == 0)
		rc = ask(ctx, q, "qmp_capabilities", NULL, -1);
	if (rc == 0)
		rc = find_processor(ctx, q);
	if (rc == 0)
		rc = find_roots(ctx, q);
	if (rc == 0)
		rc = find_memory(ctx, q);
	if (rc == 0 && (rc = hand_over(ctx, q)) == E_UNSUPPORTED)
		rc = make_file(ctx, q);
	return (rc);
}

int
qmp_open(struct ctx *ctx, const char *address, struct dump **ret)
{
	struct qmp *q;
	int rc;

	if (address[0] != '/' && address[0] != '.')
		return (ctx_fail(ctx, E_USAGE, "qmp:%s: the path of a socket "
		    "is wanted, which begins with / or .", address));
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	q->dump.layer.ops = &qmp_ops;
	q->dump.backend = &backend_qmp;
	q->dump.complete = true;
	q->fd = -1;
	arena_init(&q->dump.arena);
	pthread_mutex_init(&q->lock, NULL);
	rc = wire_open(ctx, address, &q->wire);
	if (rc == 0)
		rc = greet(ctx, q);
	if (rc != 0) {
		qmp_close(&q->dump.layer);
		return (rc);
	}
	*ret = &q->dump;
	return (0);
}

/* QEMU keeps a descriptor that it was given until it is told. */
static void
say_goodbye(struct qmp *q)
{
	char arguments[64];
	struct ctx ctx;

	if (q->wire == NULL || q->lost || q->file[0] == '\0' ||
	    q->path != NULL)
		return;
	ctx_init(&ctx);
	q->wire->patience = GOODBYE_NS;
	snprintf(arguments, sizeof(arguments), "{\"fdset-id\":%d}", FDSET);
	(void)ask(&ctx, q, "remove-fd", arguments, -1);
	ctx_fini(&ctx);
}

static void
qmp_leave(struct dump *d)
{
	struct qmp *q = (struct qmp *)d;

	pthread_mutex_lock(&q->lock);
	say_goodbye(q);
	q->lost = true;
	snprintf(q->why, sizeof(q->why), "kpeek has let go of it");
	wire_hang_up(q->wire);
	pthread_mutex_unlock(&q->lock);
}

static void
qmp_close(struct mem_layer *l)
{
	struct qmp *q = (struct qmp *)l;

	say_goodbye(q);
	wire_close(q->wire);
	if (q->fd != -1)
		close(q->fd);
	if (q->path != NULL)
		unlink(q->path);
	free(q->path);
	buf_fini(&q->line);
	ranges_fini(&q->ranges);
	pthread_mutex_destroy(&q->lock);
	free(q->dump.cpus);
	arena_fini(&q->dump.arena);
	free(q);
}

/* --- reading --- */

static int
read_piece(struct qmp *q, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	size_t done;
	ssize_t got;
	int rc;

	rc = save(ctx, q, pa, n);
	if (rc != 0) {
		ctx->err.addr = pa;
		return (rc == E_UNSUPPORTED ? (ctx->err.code = E_IO) : rc);
	}
	for (done = 0; done < n; done += (size_t)got) {
		got = pread(q->fd, (char *)buf + done, n - done, (off_t)done);
		if (got == -1 && errno == EINTR)
			got = 0;
		else if (got <= 0)
			return (ctx_fail_at(ctx, E_IO, pa + done, "%s: QEMU "
			    "saved less than it was asked for",
			    q->wire->name));
	}
	return (0);
}

static int
qmp_read(struct mem_layer *l, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	struct qmp *q = (struct qmp *)l;
	uint64_t here;
	size_t part;
	int rc;

	rc = ctx_lock(ctx, &q->lock);
	if (rc != 0)
		return (rc);
	for (; rc == 0 && n > 0; n -= part) {
		here = ranges_here(&q->ranges, pa);
		if (here == 0) {
			rc = ctx_fail_at(ctx, E_NOT_IN_DUMP, pa,
			    "physical 0x%llx is no memory of the guest",
			    (unsigned long long)pa);
			break;
		}
		part = n < PIECE_MAX ? n : PIECE_MAX;
		if (part > here)
			part = (size_t)here;
		rc = read_piece(q, ctx, pa, buf, part);
		pa += part;
		buf = (char *)buf + part;
	}
	pthread_mutex_unlock(&q->lock);
	return (rc);
}

static int
qmp_extent(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct extent *e)
{
	(void)l;
	(void)e;
	return (ctx_fail_at(ctx, E_UNSUPPORTED, pa, "a guest's bytes are "
	    "copied"));
}

static int
qmp_range(struct mem_layer *l, struct ctx *ctx, uint64_t pa,
    struct mem_range *r)
{
	(void)ctx;
	return (ranges_find(&((struct qmp *)l)->ranges, pa, r));
}

static void
qmp_state(struct dump *d, struct dump_state *st)
{
	struct qmp *q = (struct qmp *)d;
	struct ctx ctx;

	memset(st, 0, sizeof(*st));
	st->silent = wire_silent(q->wire);
	if (pthread_mutex_trylock(&q->lock) != 0) {
		st->busy = true;
		return;
	}
	ctx_init(&ctx);
	if (!q->lost && (wire_take(&ctx, q->wire, LINE_MAX_BYTES) != 0 ||
	    wire_overdue(&ctx, q->wire) != 0))
		(void)lose(&ctx, q);
	ctx_fini(&ctx);
	st->lost = q->lost;
	snprintf(st->why, sizeof(st->why), "%s", q->why);
	pthread_mutex_unlock(&q->lock);
}
