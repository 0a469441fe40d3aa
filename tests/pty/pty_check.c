/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kpeek on a real pseudo terminal, judged by libvterm: what a terminal would
 * show of what was sent, after every key and every change of size; and that
 * the terminal is given back as it was, however kpeek ends.
 *
 *	pty_check KPEEK DUMP
 *	pty_check KPEEK DUMP SESSION SCREEN TERM COLSxROWS LOCALE [OPTION ...]
 *
 * The second form replays a session on the terminal, whose last screen has to
 * be the one in the file SCREEN, the status and message lines aside.
 *
 * Between the terminal and kpeek stands a small job-control shell (job below),
 * so that Ctrl-Z can be tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <vterm.h>

#define WAIT_MS		10000		/* for what must come */
#define QUIET_MS	40		/* nothing for so long: it is done */
#define TEXT_MAX	(300 * 200 * 4)

struct terminal {
	int		 fd;		/* the master's side */
	pid_t		 shell;
	VTerm		*vt;
	VTermScreen	*screen;
	int		 cols, rows;
	bool		 alternate, cursor;	/* as the terminal has them now */
	size_t		 bytes;		/* received since it was set to 0 */
	bool		 high, color;	/* bytes above 0x7f; a colour */
	char		 tail[8];
};

static const char *kpeek, *dump;
static int passed, failed;
static char text[TEXT_MAX];

static void __attribute__((format(printf, 2, 3)))
check(bool good, const char *fmt, ...)
{
	va_list ap;

	good ? passed++ : failed++;
	printf("%s ", good ? "ok     " : "FAILED ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!good)
		printf("%s\n", text);
	fflush(stdout);
}

/* --- the job-control shell, in the child --- */

static bool
same_tty(const struct termios *a)
{
	struct termios b;

	return (tcgetattr(0, &b) == 0 && a->c_iflag == b.c_iflag &&
	    a->c_oflag == b.c_oflag && a->c_cflag == b.c_cflag &&
	    a->c_lflag == b.c_lflag);
}

static int
job(char *const argv[])
{
	struct termios before;
	char line[64];
	pid_t pid;
	int st;

	signal(SIGTTOU, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	tcgetattr(0, &before);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		execv(argv[0], argv);
		_exit(127);
	}
	setpgid(pid, pid);
	for (;;) {
		if (waitpid(pid, &st, WUNTRACED) != pid)
			_exit(1);
		if (!WIFSTOPPED(st))
			break;
		tcsetpgrp(0, getpid());
		printf("[stopped %s]\n", same_tty(&before) ? "same" : "other");
		fflush(stdout);
		if (fgets(line, sizeof(line), stdin) == NULL)
			_exit(1);
		tcsetpgrp(0, pid);
		kill(-pid, SIGCONT);
	}
	tcsetpgrp(0, getpid());
	printf("[ended %d %s]\n", WIFEXITED(st) ? WEXITSTATUS(st) :
	    1000 + WTERMSIG(st), same_tty(&before) ? "same" : "other");
	fflush(stdout);
	tcdrain(1);
	_exit(0);
}

/* --- the terminal --- */

static int
on_property(VTermProp prop, VTermValue *v, void *arg)
{
	struct terminal *t = arg;

	if (prop == VTERM_PROP_ALTSCREEN)
		t->alternate = v->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		t->cursor = v->boolean;
	return (1);
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property };

static void
set_size(struct terminal *t, int cols, int rows)
{
	struct winsize ws = { .ws_row = (unsigned short)rows,
	    .ws_col = (unsigned short)cols };

	t->cols = cols;
	t->rows = rows;
	if (t->vt != NULL)
		vterm_set_size(t->vt, rows, cols);
	ioctl(t->fd, TIOCSWINSZ, &ws);
}

static void
start(struct terminal *t, const char *term, int cols, int rows,
    const char *const *env, const char *const *args)
{
	char *argv[16];
	size_t n;
	int slave;

	memset(t, 0, sizeof(*t));
	t->cursor = true;
	t->fd = posix_openpt(O_RDWR | O_NOCTTY);
	if (t->fd < 0 || grantpt(t->fd) != 0 || unlockpt(t->fd) != 0) {
		perror("posix_openpt");
		exit(1);
	}
	set_size(t, cols, rows);
	t->shell = fork();
	if (t->shell == 0) {
		setsid();
		slave = open(ptsname(t->fd), O_RDWR);
		if (slave < 0)
			_exit(1);
		ioctl(slave, TIOCSCTTY, 0);
		dup2(slave, 0);
		dup2(slave, 1);
		dup2(slave, 2);
		if (slave > 2)
			close(slave);
		close(t->fd);
		if (term != NULL)
			setenv("TERM", term, 1);
		else
			unsetenv("TERM");
		for (; env != NULL && *env != NULL; env += 2)
			setenv(env[0], env[1], 1);
		n = 0;
		argv[n++] = (char *)(uintptr_t)kpeek;
		for (; args != NULL && *args != NULL && n < 12; args++)
			argv[n++] = (char *)(uintptr_t)*args;
		argv[n++] = (char *)(uintptr_t)dump;
		argv[n] = NULL;
		job(argv);
	}
	t->vt = vterm_new(rows, cols);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
}

static void
stop(struct terminal *t)
{
	if (t->fd >= 0)
		close(t->fd);
	vterm_free(t->vt);
	kill(t->shell, SIGKILL);
	waitpid(t->shell, NULL, 0);
}

/* Take what comes until nothing came for a while; false: the end. */
static bool
pump(struct terminal *t, int quiet_ms)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	char buf[8192];
	ssize_t n, i;

	while (poll(&p, 1, quiet_ms) > 0) {
		n = read(t->fd, buf, sizeof(buf));
		if (n <= 0)
			return (false);
		t->bytes += (size_t)n;
		for (i = 0; i < n; i++) {
			t->high |= (buf[i] & 0x80) != 0;
			/* CSI 3 1 m, CSI 4 8;5;..: any colour but the own. */
			memmove(t->tail, t->tail + 1, 5);
			t->tail[5] = buf[i];
			if ((t->tail[3] == '3' || t->tail[3] == '4') &&
			    t->tail[4] >= '0' && t->tail[4] <= '8' &&
			    (t->tail[5] == 'm' || t->tail[5] == ';') &&
			    (t->tail[2] == '[' || t->tail[2] == ';'))
				t->color = true;
		}
		vterm_input_write(t->vt, buf, (size_t)n);
		n = (ssize_t)vterm_output_read(t->vt, buf, sizeof(buf));
		if (n > 0 && write(t->fd, buf, (size_t)n) < 0)
			return (false);
	}
	return (true);
}

static void
look(struct terminal *t)
{
	VTermRect r = { 0, 0, 0, 0 };
	size_t n, at;
	int y;

	for (at = 0, y = 0; y < t->rows; y++) {
		r.start_row = y;
		r.end_row = y + 1;
		r.end_col = t->cols;
		n = vterm_screen_get_text(t->screen, text + at,
		    TEXT_MAX - at - 2, r);
		at += n;
		text[at++] = '\n';
	}
	text[at] = '\0';
}

static long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Wait until the screen shows something. */
static bool
shows(struct terminal *t, const char *what)
{
	long until;
	bool open;

	until = now_ms() + WAIT_MS;
	do {
		open = pump(t, QUIET_MS);
		look(t);
		if (strstr(text, what) != NULL)
			return (true);
	} while (open && now_ms() < until);
	return (false);
}

static void
type(struct terminal *t, const char *keys)
{
	if (write(t->fd, keys, strlen(keys)) < 0)
		printf("write: %s\n", strerror(errno));
}

/* Every row of the screen is filled: title above, status line below. */
static bool
whole(struct terminal *t)
{
	char *line, *copy, *next;
	int y, last;

	look(t);
	copy = strdup(text);
	if (copy == NULL)
		return (false);
	for (y = 0, last = 0, line = copy; (next = strchr(line, '\n')) != NULL;
	    line = next + 1, y++) {
		*next = '\0';
		if (line[0] != '\0')
			last = y;
	}
	free(copy);
	return (last >= t->rows - 2);
}

static bool
becomes_whole(struct terminal *t)
{
	long until;

	until = now_ms() + WAIT_MS;
	do {
		if (!pump(t, QUIET_MS))
			return (false);
	} while (!whole(t) && now_ms() < until);
	return (whole(t));
}

/* --- what is tried --- */

static const char *const utf8[] = { "LC_ALL", "C.UTF-8", NULL };

static void
try_size(const char *term, int cols, int rows)
{
	struct terminal t;

	start(&t, term, cols, rows, utf8, NULL);
	check(shows(&t, "Overview"), "%s %dx%d: opens", term, cols, rows);
	check(whole(&t), "%s %dx%d: fills the screen", term, cols, rows);
	type(&t, "p");
	check(shows(&t, "PID"), "%s %dx%d: processes", term, cols, rows);
	type(&t, "\r");
	check(shows(&t, "init"), "%s %dx%d: Enter", term, cols, rows);
	type(&t, "\x7f");
	check(shows(&t, "COMM"), "%s %dx%d: Backspace", term, cols, rows);
	type(&t, ":init_task\r");
	check(shows(&t, "thread_info"), "%s %dx%d: an expression", term, cols,
	    rows);
	type(&t, "/comm\r");
	check(shows(&t, "swapper"), "%s %dx%d: a search", term, cols, rows);
	type(&t, ":hex linux_banner\r");
	check(shows(&t, "65762078756e694c"), "%s %dx%d: memory", term, cols,
	    rows);
	type(&t, "Q");
	check(shows(&t, "[ended 0 same]"), "%s %dx%d: ends well", term, cols,
	    rows);
	check(!t.alternate && t.cursor, "%s %dx%d: terminal as before", term,
	    cols, rows);
	stop(&t);
}

static void
try_resizes(void)
{
	static const int sizes[][2] = { { 40, 10 }, { 200, 60 }, { 20, 5 },
	    { 80, 24 }, { 1, 1 }, { 2, 60 }, { 200, 2 }, { 132, 43 },
	    { 80, 24 } };
	static const char *const steps[] = { "p", "\r", "S", "/tcp\r", "\r",
	    ":init_task\r", "?", "\027v", "\027s" };
	struct terminal t;
	size_t i, k;
	bool good;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	good = shows(&t, "Overview");
	for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		type(&t, steps[k]);
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			set_size(&t, sizes[i][0], sizes[i][1]);
			if (sizes[i][0] >= 20 && sizes[i][1] >= 5)
				good &= becomes_whole(&t);
			else
				good &= pump(&t, QUIET_MS);
			if (!good) {
				printf("  step %zu, %dx%d\n", k, sizes[i][0],
				    sizes[i][1]);
				break;
			}
		}
	}
	check(good, "resized at every step");
	/* A storm, without waiting for an answer. */
	for (i = 0; i < 300; i++)
		set_size(&t, 30 + (int)(i % 100), 6 + (int)(i % 40));
	set_size(&t, 80, 24);
	type(&t, ":redraw\r");
	good = becomes_whole(&t);
	check(good, "a storm of resizes");
	type(&t, "Q");
	check(shows(&t, "[ended 0 same]"), "ends well after them");
	stop(&t);
}

static void
try_end(const char *name, int sig)
{
	struct terminal t;
	char want[64];
	pid_t job_pid;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(shows(&t, "Overview"), "%s: opens", name);
	job_pid = tcgetpgrp(t.fd);
	kill(job_pid, sig);
	snprintf(want, sizeof(want), "[ended %d same]", 128 + sig);
	check(shows(&t, want) && !t.alternate && t.cursor,
	    "%s: the terminal is restored", name);
	stop(&t);
}

static void
try_fault(void)
{
	struct terminal t;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(shows(&t, "Overview"), "a fault: opens");
	kill(tcgetpgrp(t.fd), SIGABRT);
	check(shows(&t, "[ended 1006 same]") && !t.alternate && t.cursor,
	    "a fault: the terminal is restored");
	stop(&t);
}

static void
try_suspend(void)
{
	struct terminal t;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(shows(&t, "Overview"), "Ctrl-Z: opens");
	type(&t, "\032");
	check(shows(&t, "[stopped same]") && !t.alternate,
	    "Ctrl-Z: the terminal is given back");
	type(&t, "fg\n");
	check(shows(&t, "Overview") && t.alternate, "Ctrl-Z: fg comes back");
	type(&t, "p");
	check(shows(&t, "PID"), "Ctrl-Z: and goes on");
	type(&t, "\003");
	check(shows(&t, "PID"), "Ctrl-C ends nothing");
	type(&t, "Q");
	check(shows(&t, "[ended 0 same]"), "Ctrl-Z: ends well");
	stop(&t);
}

/* The terminal is closed under it: it must go, not spin. */
static void
try_close(void)
{
	struct terminal t;
	pid_t pid;
	int i;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(shows(&t, "Overview"), "a closed terminal: opens");
	pid = tcgetpgrp(t.fd);
	close(t.fd);
	t.fd = -1;
	for (i = 0; i < 500 && kill(pid, 0) == 0; i++)
		usleep(10000);
	check(i < 500, "a closed terminal: kpeek ends");
	stop(&t);
}

static void
try_refusals(void)
{
	static const char *const terms[] = { "dumb", "no-such-terminal", NULL };
	struct terminal t;
	int i;

	for (i = 0; i < 3; i++) {
		start(&t, terms[i], 80, 24, utf8, NULL);
		check(shows(&t, "-c COMMAND") && shows(&t, "[ended 1 same]") &&
		    !t.alternate, "TERM=%s: a clear refusal",
		    terms[i] != NULL ? terms[i] : "(not set)");
		stop(&t);
	}
}

static void
try_looks(void)
{
	static const char *const no_color[] = { "LC_ALL", "C.UTF-8", "NO_COLOR",
	    "1", NULL };
	static const char *const c_locale[] = { "LC_ALL", "C", NULL };
	static const char *const option[] = { "--no-color", NULL };
	static const char *const ascii[] = { "--ascii", NULL };
	struct terminal t;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(shows(&t, "Overview") && t.color && t.high, "colours and UTF-8");
	stop(&t);
	start(&t, "xterm-256color", 80, 24, no_color, NULL);
	check(shows(&t, "Overview") && !t.color, "NO_COLOR");
	stop(&t);
	start(&t, "xterm-256color", 80, 24, utf8, option);
	check(shows(&t, "Overview") && !t.color, "--no-color");
	stop(&t);
	start(&t, "xterm-256color", 80, 24, utf8, ascii);
	check(shows(&t, "Overview") && !t.high, "--ascii");
	stop(&t);
	start(&t, "xterm-256color", 80, 24, c_locale, NULL);
	check(shows(&t, "Overview") && !t.high, "the C locale");
	stop(&t);
}

static void
try_thrift(void)
{
	struct terminal t;
	size_t most;
	int i;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	shows(&t, "Overview");
	type(&t, ":hex linux_banner\r");
	check(shows(&t, "65762078756e694c"), "a slow line: memory opens");
	type(&t, "L");
	pump(&t, QUIET_MS);
	for (i = 0, most = 0; i < 20; i++) {
		t.bytes = 0;
		type(&t, "j");
		pump(&t, QUIET_MS);
		most = t.bytes > most ? t.bytes : most;
	}
	check(most > 0 && most < 400, "a slow line: one line costs %zu bytes",
	    most);
	stop(&t);
}

/* The rows of a screen without blanks at their ends; the last one is left out. */
static void
trim(char *s, int rows)
{
	char *out, *p, *nl;
	int y;

	for (out = p = s, y = 0; y < rows - 1 && *p != '\0'; y++) {
		nl = strchr(p, '\n');
		if (nl == NULL)
			nl = p + strlen(p);
		s = nl;
		while (s > p && s[-1] == ' ')
			s--;
		memmove(out, p, (size_t)(s - p));
		out += s - p;
		*out++ = '\n';
		p = *nl != '\0' ? nl + 1 : nl;
	}
	*out = '\0';
}

static int
try_session(int argc, char **argv)
{
	static char expected[TEXT_MAX];
	const char *args[12], *env[3] = { "LC_ALL", argv[7], NULL };
	struct terminal t;
	size_t n, got;
	int cols, rows, i;
	FILE *f;

	f = fopen(argv[4], "r");
	if (f == NULL || sscanf(argv[6], "%dx%d", &cols, &rows) != 2)
		return (2);
	got = fread(expected, 1, sizeof(expected) - 1, f);
	expected[got] = '\0';
	fclose(f);
	n = 0;
	args[n++] = "-q";
	for (i = 8; i < argc && n < 8; i++)
		args[n++] = argv[i];
	args[n++] = "--replay";
	args[n++] = argv[3];
	args[n] = NULL;
	start(&t, argv[5], cols, rows, env, args);
	/* What is typed before the terminal is kpeek's is lost. */
	shows(&t, "Overview");
	type(&t, "G");
	/* A session may end the program by its own keys. */
	if (got == 0) {
		check(shows(&t, "[ended 0 same]"), "%s %s %s %s", argv[3],
		    argv[5], argv[6], argv[7]);
	} else {
		shows(&t, cols < 60 ? "the session ends" :
		    "the session ends here: any key leaves");
		look(&t);
		trim(text, rows);
		trim(expected, rows);
		check(strcmp(text, expected) == 0, "%s %s %s %s", argv[3],
		    argv[5], argv[6], argv[7]);
		if (strcmp(text, expected) != 0)
			printf("expected:\n%s\nis:\n%s\n", expected, text);
		type(&t, "x");
		check(shows(&t, "[ended 0 same]") && !t.alternate, "%s: leaves",
		    argv[3]);
	}
	stop(&t);
	printf("%d passed, %d failed\n", passed, failed);
	return (failed != 0);
}

int
main(int argc, char **argv)
{
	static const char *const terms[] = { "screen", "linux", "vt100",
	    "tmux-256color", "xterm" };
	size_t i;

	if (argc != 3 && argc < 8) {
		fprintf(stderr, "usage: pty_check KPEEK DUMP\n"
		    "       pty_check KPEEK DUMP SESSION SCREEN TERM COLSxROWS "
		    "LOCALE [OPTION ...]\n");
		return (2);
	}
	kpeek = argv[1];
	dump = argv[2];
	signal(SIGPIPE, SIG_IGN);
	if (argc >= 8)
		return (try_session(argc, argv));
	try_size("xterm-256color", 80, 24);
	try_size("xterm-256color", 40, 10);
	try_size("xterm-256color", 200, 60);
	for (i = 0; i < sizeof(terms) / sizeof(terms[0]); i++)
		try_size(terms[i], 80, 24);
	try_resizes();
	try_end("SIGTERM", SIGTERM);
	try_end("SIGINT", SIGINT);
	try_end("SIGHUP", SIGHUP);
	try_fault();
	try_suspend();
	try_close();
	try_refusals();
	try_looks();
	try_thrift();
	printf("%d passed, %d failed\n", passed, failed);
	return (failed != 0);
}
