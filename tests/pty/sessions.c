/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pty/sessions.h"

#include "base/vec.h"
#include "tests/pty/keys.h"
#include "tests/pty/terminal.h"
#include "tests/replay/session.h"
#include "ui/options.h"
#include "ui/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_MS		6000		/* for the answer to one key */
#define ESC_MS		60		/* after a lone Esc, longer than ESCDELAY */

static const int sizes[][2] = { { 80, 24 }, { 40, 10 }, { 200, 60 } };

/* The kinds of terminals; each is tried with each locale and all the sizes. */
static const char *const terms[] = { "xterm-256color", "screen", "linux",
    "vt100" };
#define NTERMS		(sizeof(terms) / sizeof(terms[0]))
static const char *const locales[] = { "C.UTF-8", "C" };
#define NLOCALES	2
#define NSIZES		3

/*
 * A line of a session is followed at each step by the next of the sizes; with
 * another first one, every step is seen at every size.
 */
struct variant {
	size_t	 term, locale, first;
	bool	 mouse;			/* this terminal has one */
};

/* What is done to the terminal, and the line of the session that does it. */
struct step {
	enum {
		STEP_START, STEP_KEY, STEP_TEXT,
		STEP_LINE,		/* text and Enter */
		STEP_MOUSE, STEP_SIZE
	}		 kind;
	const char	*text;
	size_t		 len;
	uint32_t	 key;
	enum mouse	 mouse;
	int		 x, y;		/* of the mouse; of the size */
};

struct run {
	struct session	 session;
	struct options	 options;
	struct kernel	*kernel;	/* NULL: each opens its own copy */
	const char	*builddir;
	char		*keymap;	/* that it asks for, or NULL */
	const char	*dump;		/* of builddir, the one that is open */
	struct step	*steps;
	size_t		 nsteps, cap;
	const char	*folder;	/* an empty one, for what is running */
	int		 fd;		/* where screens go, without a terminal */
};

static bool
add(struct run *r, struct step s)
{
	if (!vec_room(r->steps, r->cap, r->nsteps + 1))
		return (false);
	r->steps[r->nsteps++] = s;
	return (true);
}

/* Words that name no key are typed as they stand. */
static void
add_keys(struct run *r, const char *p, size_t n)
{
	struct step s;
	size_t i, k;

	for (i = 0; i < n; i += k) {
		while (i < n && p[i] == ' ')
			i++;
		for (k = 0; i + k < n && p[i + k] != ' '; k++)
			;
		if (k == 0)
			break;
		s = (struct step){ .kind = STEP_KEY, .text = p + i, .len = k };
		if (!key_parse(p + i, k, &s.key))
			s.kind = STEP_TEXT;
		add(r, s);
	}
}

/* The steps, and the session that keeps a screen after each of them. */
static bool
make_steps(struct run *r, struct ctx *ctx, const struct variant *v,
    struct buf *text)
{
	const char *p, *nl, *end = r->session.text + r->session.len;
	struct replay_line l;
	size_t i, n, lines;
	bool moved, enter;

	r->nsteps = 0;
	buf_reset(text);
	add(r, (struct step){ .kind = STEP_START });
	buf_printf(text, "kpeek-session 1\nsnap x\n");
	for (p = r->session.text, lines = 1; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		if (replay_parse(ctx, p, (size_t)(nl - p), &l) != 0)
			return (false);
		n = r->nsteps;
		moved = true;
		switch (l.kind) {
		case REPLAY_SIZE:
			add(r, (struct step){ .kind = STEP_SIZE, .x = l.w,
			    .y = l.h });
			moved = false;
			break;
		case REPLAY_KEY:
			add_keys(r, l.text, l.len);
			break;
		case REPLAY_TYPE:
			enter = strncmp(nl, "\nkey Enter\n", 11) == 0;
			add(r, (struct step){ .kind = enter ? STEP_LINE :
			    STEP_TEXT, .text = l.text, .len = l.len });
			if (enter)
				nl = strchr(nl + 1, '\n');
			break;
		case REPLAY_MOUSE:
			/* What it would have clicked stays unclicked. */
			if (v->mouse)
				add(r, (struct step){ .kind = STEP_MOUSE,
				    .mouse = l.mouse, .x = l.w, .y = l.h });
			break;
		default:
			moved = false;
			break;
		}
		if (moved) {
			i = (v->first + lines++) % NSIZES;
			add(r, (struct step){ .kind = STEP_SIZE,
			    .x = sizes[i][0], .y = sizes[i][1] });
		}
		for (; n < r->nsteps; n++) {
			const struct step *s = &r->steps[n];

			if (s->kind == STEP_SIZE)
				buf_printf(text, "size %dx%d\n", s->x, s->y);
			else if (s->kind == STEP_MOUSE)
				buf_printf(text, "mouse %s %d %d\n",
				    mouse_names[s->mouse], s->x, s->y);
			else
				buf_printf(text, "%s %.*s\n",
				    s->kind == STEP_KEY ? "key" : "type",
				    (int)s->len, s->text);
			if (s->kind == STEP_LINE)
				buf_puts(text, "key Enter\n");
			buf_puts(text, "snap x\n");
		}
	}
	return (!text->bad);
}

/* In the child: open what is to be browsed, in an empty folder, and browse. */
static int
browse(struct run *r)
{
	struct kernel *k = r->kernel;
	struct ctx ctx;
	int rc;

	ctx_init(&ctx);
	setenv("HOME", r->folder, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CACHE_HOME");
	if (chdir(r->folder) != 0)
		return (1);
	if (k == NULL) {
		r->dump = session_dump(&r->session, r->builddir);
		r->options.files = &r->dump;
		r->options.nfiles = 1;
		if (r->dump == NULL || target_open(&ctx, &r->options, &k) != 0)
			return (1);
	}
	rc = ui_run(&ctx, &k, &r->options.ui);
	kernel_close(k);
	options_fini(&r->options);
	ctx_fini(&ctx);
	return (rc);
}

static int
on_terminal(void *arg)
{
	struct run *r = arg;

	/* With a recording nothing is kept from one run to the next. */
	r->options.ui.record = "/dev/null";
	return (browse(r));
}

static char *
slurp(int fd)
{
	struct buf b = { 0 };
	char chunk[65536];
	ssize_t n;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(&b, chunk, (size_t)n);
	buf_text(&b);
	return (b.p);
}

/* The screens without a terminal, one after the other; NULL: it failed. */
static char *
expected(struct run *r, const struct buf *text, const struct variant *v)
{
	FILE *in = tmpfile(), *out = tmpfile();
	char *screens = NULL;
	int status;
	pid_t pid;

	if (in == NULL || out == NULL)
		return (NULL);
	fwrite(text->p, 1, text->len, in);
	fflush(in);
	rewind(in);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fileno(in), STDIN_FILENO);
		dup2(fileno(out), STDOUT_FILENO);
		r->options.ui.record = "/dev/null";
		r->options.ui.cols = sizes[v->first][0];
		r->options.ui.rows = sizes[v->first][1];
		r->options.ui.ascii |= v->locale == 1;
		exit(browse(r));
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		screens = slurp(fileno(out));
	fclose(in);
	fclose(out);
	return (screens);
}

/* The next screen of "snap x" blocks, its rows without marks; false: none. */
static bool
next_screen(const char **p, struct buf *b)
{
	size_t n;

	buf_reset(b);
	if (strncmp(*p, "snap x\n", 7) != 0)
		return (false);
	*p += 7;
	for (; **p == '|' || **p == '>'; *p += n + 1) {
		n = strcspn(*p, "\n");
		buf_add(b, *p + 1, n - 1);
		buf_puts(b, "\n");
	}
	buf_text(b);
	return (true);
}

/* The rows without blanks at their ends. */
static void
trim(char *s)
{
	char *out, *p, *nl, *end;

	for (out = p = s; *p != '\0'; p = nl + 1) {
		nl = strchr(p, '\n');
		if (nl == NULL)
			break;
		for (end = nl; end > p && end[-1] == ' '; end--)
			;
		memmove(out, p, (size_t)(end - p));
		out += end - p;
		*out++ = '\n';
	}
	*out = '\0';
}

/*
 * The screens are the same, but for what is said of the terminal or of files
 * that only a run on a terminal has.
 */
static bool
same(const char *is, const char *want)
{
	static const char *const said[] = { "this terminal has too few ",
	    "screen kept in the session",
	    "noascii ", "ascii ", "" };
	const char *last[2];
	size_t n, i;

	if (strcmp(is, want) == 0)
		return (true);
	for (n = 0; is[n] != '\0' && is[n] == want[n]; n++)
		;
	while (n > 0 && is[n - 1] != '\n')
		n--;
	last[0] = is + n;
	last[1] = want + n;
	if (strchr(last[0], '\n') == NULL || strchr(last[0], '\n')[1] != '\0' ||
	    strchr(last[1], '\n') == NULL || strchr(last[1], '\n')[1] != '\0')
		return (false);
	/* "1 change written and read back; journal: ..." */
	n = strcspn(last[1], "\n");
	if (n > 0 && strncmp(last[0], last[1], n) == 0 &&
	    strncmp(last[0] + n, "; journa", 8) == 0)
		return (true);
	if (strncmp(last[1], "there is no terminal to", 23) == 0)
		return (true);
	for (i = 0; said[i][0] != '\0'; i++) {
		if (strncmp(last[0], said[i], strlen(said[i])) == 0)
			return (true);
	}
	return (false);
}

enum answer { ANSWER_RIGHT, ANSWER_WRONG, ANSWER_ENDED };

/* Wait until the terminal shows a screen. */
static enum answer
wait_for(struct terminal *t, const char *want)
{
	const long until = tty_ms() + STEP_MS;
	bool open, resumed = false;

	for (;;) {
		open = tty_take(t, 100) && tty_take(t, 1);
		tty_look(t);
		trim(tty_text);
		if (t->bytes > 0 && same(tty_text, want))
			return (ANSWER_RIGHT);
		if (strstr(tty_text, "[ended 0 same]") != NULL)
			return (ANSWER_ENDED);
		if (!resumed && strstr(tty_text, "[stopped same]") != NULL) {
			resumed = true;
			tty_type(t, "fg\n");
		}
		if (!resumed && strstr(tty_text, "[Enter goes back") != NULL) {
			resumed = true;
			tty_type(t, "\r");
		}
		if (!open || tty_ms() > until)
			return (ANSWER_WRONG);
	}
}

static bool
do_step(struct terminal *t, const struct step *s)
{
	char bytes[32];
	size_t n;

	switch (s->kind) {
	case STEP_START:
		return (true);
	case STEP_SIZE:
		/* What comes tells that it was noticed. */
		if (s->x != t->cols || s->y != t->rows)
			t->bytes = 0;
		tty_resize(t, s->x, s->y);
		return (true);
	case STEP_TEXT:
	case STEP_LINE:
		return (write(t->fd, s->text, s->len) == (ssize_t)s->len &&
		    (s->kind == STEP_TEXT || write(t->fd, "\r", 1) == 1));
	case STEP_KEY:
		n = keys_encode(s->key, bytes);
		break;
	case STEP_MOUSE:
		/* A button is let go somewhere on the screen in any case. */
		if (s->mouse != MOUSE_RELEASE && (s->x >= t->cols ||
		    s->y >= t->rows))
			return (true);
		n = keys_encode_mouse((int)s->mouse, s->x < t->cols ? s->x :
		    t->cols - 1, s->y < t->rows ? s->y : t->rows - 1, bytes);
		/* A place that this protocol cannot name is none. */
		if (n == 0)
			return (true);
		break;
	default:
		return (false);
	}
	if (n == 0 || write(t->fd, bytes, n) != (ssize_t)n)
		return (false);
	/* These begin longer sequences: what follows must not seem a part. */
	if (bytes[0] == '\033' && (n == 1 || (n == 2 && (bytes[1] == '[' ||
	    bytes[1] == 'O'))))
		usleep(ESC_MS * 1000);
	return (true);
}

static void
try_variant(struct run *r, const char *name, const struct variant *v,
    const char *screens, session_verdict *verdict)
{
	const char *const env[] = { "LC_ALL", locales[v->locale], NULL };
	struct buf want = { 0 }, why = { 0 };
	enum answer answer;
	struct terminal t;
	char what[256];
	size_t i;

	snprintf(what, sizeof(what), "%s: %s, %s, from %dx%d", name,
	    terms[v->term], locales[v->locale], sizes[v->first][0],
	    sizes[v->first][1]);
	tty_start(&t, terms[v->term], sizes[v->first][0], sizes[v->first][1],
	    env, on_terminal, r);
	t.bytes = 1;
	answer = ANSWER_RIGHT;
	for (i = 0; i < r->nsteps && answer == ANSWER_RIGHT; i++) {
		if (!next_screen(&screens, &want)) {
			buf_puts(&why, "too few screens without a terminal");
			break;
		}
		if (!do_step(&t, &r->steps[i])) {
			buf_puts(&why, "cannot be sent");
			break;
		}
		answer = wait_for(&t, buf_text(&want));
	}
	if (answer == ANSWER_WRONG || why.len > 0) {
		i -= i == r->nsteps || answer == ANSWER_WRONG;
		buf_printf(&why, "\nstep %zu of %zu (%.*s), %dx%d\nexpected:\n%s"
		    "is:\n%s", i, r->nsteps, (int)r->steps[i].len,
		    r->steps[i].len > 0 ? r->steps[i].text : "", t.cols, t.rows,
		    buf_text(&want), tty_text);
	} else if (answer == ANSWER_RIGHT) {
		kill(tcgetpgrp(t.fd), SIGTERM);
		if (!tty_shows(&t, "[ended 143 same]"))
			buf_puts(&why, "the end leaves the terminal otherwise");
	}
	if (why.len == 0 && t.alternate)
		buf_puts(&why, "the other screen is left");
	/* To libvterm the end of that screen brings back what DECSC saved. */
	if (why.len == 0 && !t.cursor && memmem(t.raw, sizeof(t.raw),
	    "\033[?25h", 6) == NULL)
		buf_puts(&why, "the cursor is hidden");
	verdict(why.len == 0, what, buf_text(&why));
	tty_stop(&t);
	buf_fini(&want);
	buf_fini(&why);
}

/* As kpeek reads its options; the dump is opened once for all that follows. */
static bool
prepare(struct run *r, struct ctx *ctx)
{
	static char word[] = "kpeek", quiet[] = "-q";
	static char *argv[SESSION_ARGS + 4];
	static const char *path;
	struct replay_head head;
	int argc, i;

	argc = 0;
	argv[argc++] = word;
	argv[argc++] = quiet;
	for (i = 0; r->session.args[i] != NULL; i++)
		argv[argc++] = r->session.args[i];
	optind = 0;
	if (options_parse(ctx, &r->options, argc, argv) != 0)
		return (false);
	replay_head(r->session.text, r->session.len, &head);
	if (head.keymap[0] != '\0')
		r->options.ui.keymap = r->keymap = strdup(head.keymap);
	r->options.live = false;
	if (r->session.copy)
		return (true);
	path = session_dump(&r->session, r->builddir);
	r->options.files = &path;
	r->options.nfiles = 1;
	return (target_open(ctx, &r->options, &r->kernel) == 0);
}

/* One locale and one order of the sizes, on every kind of terminal. */
static void
try_terms(struct run *r, struct ctx *ctx, const char *name, struct variant v,
    session_verdict *verdict)
{
	char *screens[2] = { NULL, NULL }, clean[64];
	struct buf text = { 0 };
	bool has_mouse;

	has_mouse = strstr(r->session.text, "\nmouse ") != NULL;
	snprintf(clean, sizeof(clean), "rm -rf %s/* %s/.[!.]*", r->folder,
	    r->folder);
	for (v.term = 0; v.term < NTERMS; v.term++) {
		if (!keys_for(terms[v.term])) {
			verdict(false, terms[v.term], "not in terminfo");
			continue;
		}
		/* The console's mouse is gpm's: no bytes of a terminal. */
		v.mouse = has_mouse && keys_have_mouse() &&
		    strcmp(terms[v.term], "linux") != 0;
		if (!make_steps(r, ctx, &v, &text)) {
			verdict(false, name, ctx->err.text);
			break;
		}
		if (screens[v.mouse] == NULL) {
			screens[v.mouse] = expected(r, &text, &v);
			if (system(clean) != 0 || screens[v.mouse] == NULL) {
				verdict(false, name, "without a terminal");
				break;
			}
		}
		try_variant(r, name, &v, screens[v.mouse], verdict);
		if (system(clean) != 0)
			break;
	}
	free(screens[0]);
	free(screens[1]);
	buf_fini(&text);
}

void
session_try(const char *path, const char *builddir, int which,
    session_verdict *verdict)
{
	const char *name = strrchr(path, '/') + 1;
	struct run r = { .builddir = builddir };
	char folder[] = "/tmp/kpeek-pty.XXXXXX";
	struct variant v = { 0 };
	struct ctx ctx;
	int i;

	ctx_init(&ctx);
	if (!session_read(path, &r.session)) {
		verdict(false, name, "cannot be read");
		return;
	}
	/* Programs would run there. */
	if (strstr(r.session.text, "\n# without a terminal\n") != NULL) {
		verdict(true, name, "without a terminal only");
		session_fini(&r.session);
		return;
	}
	r.folder = mkdtemp(folder);
	if (r.folder == NULL || !prepare(&r, &ctx)) {
		verdict(false, name, ctx.err.text);
		return;
	}
	for (i = 0; i < NLOCALES * NSIZES; i++) {
		if (which >= 0 && i != which % (NLOCALES * NSIZES))
			continue;
		v.locale = (size_t)i % NLOCALES;
		v.first = (size_t)i / NLOCALES;
		try_terms(&r, &ctx, name, v, verdict);
	}
	rmdir(folder);
	free(r.steps);
	free(r.keymap);
	kernel_close(r.kernel);
	options_fini(&r.options);
	session_fini(&r.session);
	ctx_fini(&ctx);
}
