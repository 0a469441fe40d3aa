/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pty/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS		20000		/* for what must come */
#define QUIET_MS	40		/* nothing for so long: it is done */

char tty_text[TEXT_MAX];

/* --- the job-control shell, in the child --- */

static bool
same_tty(const struct termios *a)
{
	struct termios b;

	return (tcgetattr(0, &b) == 0 && a->c_iflag == b.c_iflag &&
	    a->c_oflag == b.c_oflag && a->c_cflag == b.c_cflag &&
	    a->c_lflag == b.c_lflag);
}

static void __attribute__((noreturn))
job(int (*run)(void *), void *arg)
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
		exit(run(arg));
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

/*
 * libvterm 0.1 moves what no longer fits out at the top, and the cursor with it:
 * above the first row, where the next erasure ends the program.
 */
static void
keep_cursor(VTerm *vt)
{
	char text[32];
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(vt), &at);
	if (at.row < 0)
		vterm_input_write(vt, text, (size_t)snprintf(text,
		    sizeof(text), "\033[1;%dH", at.col + 1));
}

void
tty_resize(struct terminal *t, int cols, int rows)
{
	struct winsize ws = { .ws_row = (unsigned short)rows,
	    .ws_col = (unsigned short)cols };

	t->cols = cols;
	t->rows = rows;
	if (t->vt != NULL) {
		vterm_set_size(t->vt, rows, cols);
		keep_cursor(t->vt);
	}
	ioctl(t->fd, TIOCSWINSZ, &ws);
}

void
tty_start(struct terminal *t, const char *term, int cols, int rows,
    const char *const *env, int (*run)(void *), void *arg)
{
	int slave;

	memset(t, 0, sizeof(*t));
	t->cursor = true;
	t->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->fd < 0 || grantpt(t->fd) != 0 || unlockpt(t->fd) != 0) {
		perror("posix_openpt");
		exit(1);
	}
	tty_resize(t, cols, rows);
	fflush(stdout);
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
		job(run, arg);
	}
	t->vt = vterm_new(rows, cols);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
}

/*
 * LeakSanitizer asks before it looks.  On a console the terminal library loads
 * libgpm, which keeps some bytes when there is no gpm, and unloads it: nobody can
 * name them then.
 */
int	__lsan_is_turned_off(void);	/* NOLINT: its name */

int
__lsan_is_turned_off(void)		/* NOLINT */
{
	const char *term = getenv("TERM");

	return (term != NULL && strcmp(term, "linux") == 0);
}

void
tty_stop(struct terminal *t)
{
	if (t->fd >= 0)
		close(t->fd);
	vterm_free(t->vt);
	kill(t->shell, SIGKILL);
	waitpid(t->shell, NULL, 0);
}

/*
 * The bytes to libvterm, without two of its errors (0.3): a character in UTF-8
 * that comes in two pieces is taken for two, and after a repetition ("CSI n b")
 * up to the last column but one the next character stands on the next line.
 * So whole characters go there, and what is repeated is written out.
 */
static void
feed(struct terminal *t, const char *p, size_t n)
{
	char buf[sizeof(t->held) + 16384];
	size_t i, k, from, need;
	unsigned count;

	memcpy(buf, t->held, t->nheld);
	memcpy(buf + t->nheld, p, n);
	n += t->nheld;
	for (i = from = 0; i < n; i += k) {
		const unsigned char c = (unsigned char)buf[i];

		k = 1;
		need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
		if (c == '\033') {
			count = 0;
			if (i + k < n && buf[i + k] == '[')
				for (k++; i + k < n && buf[i + k] >= '0' &&
				    buf[i + k] <= '9' && k < 6; k++)
					count = count * 10 +
					    (unsigned)(buf[i + k] - '0');
			if (i + k == n) {
				need = k + 1;
			} else if (k > 2 && buf[i + k] == 'b') {
				vterm_input_write(t->vt, buf + from, i - from);
				while (count-- > 0)
					vterm_input_write(t->vt, i > 0 ?
					    &buf[i - 1] : &t->last, 1);
				from = i + ++k;
			}
		}
		if (i + need > n)
			break;
		if (need > k)
			k = need;
	}
	if (i > n)
		i = n;
	vterm_input_write(t->vt, buf + from, i - from);
	t->last = i > 0 ? buf[i - 1] : t->last;
	t->nheld = n - i;
	memcpy(t->held, buf + i, t->nheld);
}

bool
tty_take(struct terminal *t, int ms)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	char buf[16384];
	ssize_t n, i;
	size_t k;

	for (; poll(&p, 1, ms) > 0; ms = 0) {
		n = read(t->fd, buf, sizeof(buf));
		if (n <= 0)
			return (false);
		t->bytes += (size_t)n;
		k = (size_t)n < sizeof(t->raw) - 1 ? (size_t)n :
		    sizeof(t->raw) - 1;
		memmove(t->raw, t->raw + k, sizeof(t->raw) - 1 - k);
		memcpy(t->raw + sizeof(t->raw) - 1 - k, buf + n - k, k);
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
		feed(t, buf, (size_t)n);
		n = (ssize_t)vterm_output_read(t->vt, buf, sizeof(buf));
		if (n > 0 && write(t->fd, buf, (size_t)n) < 0)
			return (false);
	}
	return (true);
}

bool
tty_pump(struct terminal *t)
{
	size_t before;

	do {
		before = t->bytes;
		if (!tty_take(t, QUIET_MS))
			return (false);
	} while (t->bytes != before);
	return (true);
}

void
tty_look(struct terminal *t)
{
	VTermRect r = { 0, 0, 0, 0 };
	size_t n, at;
	int y;

	for (at = 0, y = 0; y < t->rows; y++) {
		r.start_row = y;
		r.end_row = y + 1;
		r.end_col = t->cols;
		n = vterm_screen_get_text(t->screen, tty_text + at,
		    TEXT_MAX - at - 2, r);
		at += n;
		tty_text[at++] = '\n';
	}
	tty_text[at] = '\0';
}

long
tty_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

bool
tty_shows(struct terminal *t, const char *what)
{
	return (tty_shows_one(t, what, what));
}

bool
tty_shows_one(struct terminal *t, const char *what, const char *or)
{
	long until;
	bool open;

	until = tty_ms() + WAIT_MS;
	do {
		open = tty_take(t, 100);
		tty_look(t);
		if (strstr(tty_text, what) != NULL ||
		    strstr(tty_text, or) != NULL)
			return (true);
	} while (open && tty_ms() < until);
	return (false);
}

void
tty_type(struct terminal *t, const char *keys)
{
	if (write(t->fd, keys, strlen(keys)) < 0)
		printf("write: %s\n", strerror(errno));
}
