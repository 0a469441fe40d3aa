/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The terminal, by ncursesw; the only file that includes it.  The grid is
 * compared with the one shown before and only cells that changed are handed to
 * curses, which compares once more with what the terminal shows.
 *
 * Signals only write to a pipe that key() polls, so that nothing happens in a
 * handler.  A fault is different: its handler puts the terminal back by calls
 * that are safe there (tcsetattr, write) and lets the fault run its course.
 */
#include "ui/term.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <term.h>

/* Curses itself has one terminal per process; this is its other half. */
static struct {
	SCREEN		*screen;
	struct gcell	*shown;		/* what curses was told */
	int		 w, h;
	bool		 open, colors, all;
	enum theme	 theme;
	attr_t		 attrs[STYLE_COUNT];
	short		 pairs[STYLE_COUNT];
	int		 wake_fd;
	int		 pipe[2];	/* signals */
	struct termios	 before;
	bool		 has_before;
	char		 restore[128];	/* leaves the alternate screen */
	size_t		 nrestore;
	MEVENT		 mouse;
} term;

static volatile sig_atomic_t ending;	/* the signal that asks us to leave */

static void
on_signal(int sig)
{
	char c;
	int e;

	e = errno;
	c = sig == SIGWINCH ? 'w' : 'x';
	if (sig != SIGWINCH)
		ending = sig;
	/* A full pipe already says that there is something. */
	if (write(term.pipe[1], &c, 1) < 0)
		errno = e;
	errno = e;
}

static void
on_fault(int sig)
{
	ssize_t n;

	n = write(STDOUT_FILENO, term.restore, term.nrestore);
	(void)n;
	if (term.has_before)
		tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
	signal(sig, SIG_DFL);
	raise(sig);
}

int
term_curses_signal(void)
{
	return (ending);
}

static void
catch_signal(int sig, void (*fn)(int))
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = fn;
	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static void
keep_text(const char *s)
{
	size_t n;

	/* tigetstr gives NULL or -1 for what a terminal lacks. */
	if (s == NULL || s == (const char *)-1)
		return;
	n = strlen(s);
	if (n <= sizeof(term.restore) - term.nrestore) {
		memcpy(term.restore + term.nrestore, s, n);
		term.nrestore += n;
	}
}

static const char *
capability(const char *name)
{
	/* The parameter of tigetstr is not const everywhere. */
	char copy[16];

	snprintf(copy, sizeof(copy), "%s", name);
	return (tigetstr(copy));
}

static void
make_styles(void)
{
	const struct look *l;
	int i, pair;

	for (i = 0, pair = 1; i < STYLE_COUNT; i++) {
		l = &style_looks[i].in[term.theme];
		term.attrs[i] = ((l->attrs & ATTR_BOLD) != 0 ? A_BOLD : 0) |
		    ((l->attrs & ATTR_DIM) != 0 ? A_DIM : 0) |
		    ((l->attrs & ATTR_REVERSE) != 0 ? A_REVERSE : 0) |
		    ((l->attrs & ATTR_UNDERLINE) != 0 ? A_UNDERLINE : 0);
		term.pairs[i] = 0;
		if (term.colors && (l->fg >= 0 || l->bg >= 0) &&
		    pair < COLOR_PAIRS) {
			init_pair((short)pair, l->fg, l->bg);
			term.pairs[i] = (short)pair++;
		}
	}
}

static int
colors(void)
{
	return (term.colors ? COLORS : 0);
}

static enum theme
use_theme(enum theme t)
{
	term.theme = theme_fit(t, colors());
	make_styles();
	term.all = true;
	return (term.theme);
}

static enum theme
current_theme(void)
{
	return (term.theme);
}

static const struct {
	const char *capability;
	uint32_t key;
} extended[] = {
	{ "kLFT3", UKEY_META | UKEY_LEFT }, { "kRIT3", UKEY_META | UKEY_RIGHT },
	{ "kUP3", UKEY_META | UKEY_UP }, { "kDN3", UKEY_META | UKEY_DOWN },
	{ "kLFT5", UKEY_CTRL | UKEY_LEFT }, { "kRIT5", UKEY_CTRL | UKEY_RIGHT },
	{ "kUP5", UKEY_CTRL | UKEY_UP }, { "kDN5", UKEY_CTRL | UKEY_DOWN },
};
#define EXTENDED_BASE	(KEY_MAX + 100)

/*
 * What the emulators in use send, whatever TERM says: after ECMA-48 and xterm's
 * ctlseqs.  A sequence that terminfo knows keeps its meaning.
 */
static const struct {
	const char *sequence;
	int code;
} usual[] = {
	{ "\033[A", KEY_UP }, { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT },
	{ "\033[D", KEY_LEFT }, { "\033OA", KEY_UP }, { "\033OB", KEY_DOWN },
	{ "\033OC", KEY_RIGHT }, { "\033OD", KEY_LEFT },
	{ "\033[H", KEY_HOME }, { "\033OH", KEY_HOME }, { "\033[1~", KEY_HOME },
	{ "\033[7~", KEY_HOME }, { "\033[F", KEY_END }, { "\033OF", KEY_END },
	{ "\033[4~", KEY_END }, { "\033[8~", KEY_END }, { "\033[2~", KEY_IC },
	{ "\033[3~", KEY_DC }, { "\033[5~", KEY_PPAGE },
	{ "\033[6~", KEY_NPAGE }, { "\033[Z", KEY_BTAB },
	{ "\033OP", KEY_F(1) }, { "\033OQ", KEY_F(2) }, { "\033OR", KEY_F(3) },
	{ "\033OS", KEY_F(4) }, { "\033[11~", KEY_F(1) },
	{ "\033[12~", KEY_F(2) }, { "\033[13~", KEY_F(3) },
	{ "\033[14~", KEY_F(4) }, { "\033[15~", KEY_F(5) },
	{ "\033[17~", KEY_F(6) }, { "\033[18~", KEY_F(7) },
	{ "\033[19~", KEY_F(8) }, { "\033[20~", KEY_F(9) },
	{ "\033[21~", KEY_F(10) }, { "\033[23~", KEY_F(11) },
	{ "\033[24~", KEY_F(12) },
	/* In the order of extended[]. */
	{ "\033[1;3D", EXTENDED_BASE }, { "\033[1;3C", EXTENDED_BASE + 1 },
	{ "\033[1;3A", EXTENDED_BASE + 2 }, { "\033[1;3B", EXTENDED_BASE + 3 },
	{ "\033[1;5D", EXTENDED_BASE + 4 }, { "\033[1;5C", EXTENDED_BASE + 5 },
	{ "\033[1;5A", EXTENDED_BASE + 6 }, { "\033[1;5B", EXTENDED_BASE + 7 },
};

static void
define_keys(void)
{
	const char *s;
	size_t i;

	for (i = 0; i < sizeof(extended) / sizeof(extended[0]); i++) {
		s = capability(extended[i].capability);
		if (s != NULL && s != (const char *)-1)
			define_key(s, EXTENDED_BASE + (int)i);
	}
	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (key_defined(usual[i].sequence) == 0)
			define_key(usual[i].sequence, usual[i].code);
	}
}

static int
open_term(struct ctx *ctx, const struct term_options *o)
{
	const char *name = getenv("TERM");
	int i;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return (ctx_fail(ctx, E_UNSUPPORTED, "the browser needs a "
		    "terminal: use -c COMMAND, or --headless COLSxROWS"));
	if (name == NULL || name[0] == '\0')
		return (ctx_fail(ctx, E_UNSUPPORTED, "TERM is not set: the "
		    "browser does not know this terminal; -c COMMAND prints "
		    "without one"));
	setlocale(LC_CTYPE, "");
	term.has_before = tcgetattr(STDIN_FILENO, &term.before) == 0;
	term.screen = newterm(NULL, stdout, stdin);
	if (term.screen == NULL)
		return (ctx_fail(ctx, E_UNSUPPORTED, "the terminal \"%s\" is not "
		    "known here (terminfo); -c COMMAND prints without one",
		    name));
	if (cursor_address == NULL) {
		endwin();
		delscreen(term.screen);
		return (ctx_fail(ctx, E_UNSUPPORTED, "the terminal \"%s\" cannot "
		    "move its cursor: the browser does not work on it; "
		    "-c COMMAND prints without one", name));
	}
	if (pipe(term.pipe) != 0) {
		endwin();
		delscreen(term.screen);
		return (ctx_fail_errno(ctx, E_IO, "pipe"));
	}
	for (i = 0; i < 2; i++) {
		fcntl(term.pipe[i], F_SETFL, O_NONBLOCK);
		fcntl(term.pipe[i], F_SETFD, FD_CLOEXEC);
	}
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	idlok(stdscr, TRUE);
	set_escdelay(25);
	term.colors = !o->no_color && has_colors() && start_color() == OK &&
	    use_default_colors() == OK;
	use_theme(o->has_theme ? o->theme :
	    theme_for(colors(), getenv("COLORFGBG")));
	define_keys();
	term.nrestore = 0;
	keep_text(capability("sgr0"));
	keep_text(capability("cnorm"));
	keep_text(capability("rmkx"));
	keep_text(capability("rmcup"));
	term.wake_fd = o->wake_fd;
	term.open = term.all = true;
	ending = 0;
	catch_signal(SIGWINCH, on_signal);
	catch_signal(SIGINT, on_signal);
	catch_signal(SIGTERM, on_signal);
	catch_signal(SIGHUP, on_signal);
	catch_signal(SIGQUIT, on_signal);
	catch_signal(SIGPIPE, SIG_IGN);
	catch_signal(SIGSEGV, on_fault);
	catch_signal(SIGABRT, on_fault);
	catch_signal(SIGFPE, on_fault);
	catch_signal(SIGILL, on_fault);
	return (0);
}

static void
close_term(void)
{
	if (!term.open)
		return;
	term.open = false;
	endwin();
	delscreen(term.screen);
	term.screen = NULL;
	free(term.shown);
	term.shown = NULL;
	term.w = term.h = 0;
	catch_signal(SIGWINCH, SIG_DFL);
	catch_signal(SIGINT, SIG_DFL);
	catch_signal(SIGTERM, SIG_DFL);
	catch_signal(SIGHUP, SIG_DFL);
	catch_signal(SIGQUIT, SIG_DFL);
	catch_signal(SIGSEGV, SIG_DFL);
	catch_signal(SIGABRT, SIG_DFL);
	catch_signal(SIGFPE, SIG_DFL);
	catch_signal(SIGILL, SIG_DFL);
	close(term.pipe[0]);
	close(term.pipe[1]);
}

static void
size(int *w, int *h)
{
	getmaxyx(stdscr, *h, *w);
}

static void
send_cell(int x, int y, const struct gcell *c)
{
	wchar_t text[3];
	cchar_t cc;
	int n;

	n = 0;
	text[n++] = (wchar_t)c->cp;
	if (c->mark != 0)
		text[n++] = (wchar_t)c->mark;
	text[n] = L'\0';
	if (setcchar(&cc, text, term.attrs[c->style], term.pairs[c->style],
	    NULL) == ERR)
		return;
	if (mvadd_wch(y, x, &cc) == ERR) {
		/* The last cell of the screen says ERR and is drawn all the same. */
		return;
	}
}

static void
show(const struct grid *g)
{
	struct gcell *cells;
	const struct gcell *c, *old;
	size_t n;
	int x, y, w, h;

	getmaxyx(stdscr, h, w);
	n = (size_t)g->w * (size_t)g->h;
	if (g->w != term.w || g->h != term.h || term.shown == NULL) {
		cells = calloc(n, sizeof(*cells));
		if (cells == NULL)
			return;
		free(term.shown);
		term.shown = cells;
		term.w = g->w;
		term.h = g->h;
		term.all = true;
	}
	if (term.all)
		erase();
	for (y = 0; y < g->h && y < h; y++) {
		for (x = 0; x < g->w && x < w; x++) {
			c = &g->cells[y * g->w + x];
			old = &term.shown[y * g->w + x];
			if (!term.all && c->cp == old->cp &&
			    c->mark == old->mark && c->style == old->style)
				continue;
			if (c->cp != 0)
				send_cell(x, y, c);
		}
	}
	memcpy(term.shown, g->cells, n * sizeof(*term.shown));
	term.all = false;
	if (g->cy >= 0 && g->cy < h && g->cx < w) {
		curs_set(1);
		move(g->cy, g->cx);
	} else {
		curs_set(0);
		/* Where a screen reader should read. */
		move(g->mark_row >= 0 && g->mark_row < h ? g->mark_row : h - 1,
		    0);
	}
	refresh();
}

static void
repaint(void)
{
	term.all = true;
	clearok(curscr, TRUE);
}

static void
suspend(void)
{
	struct sigaction sa, old;

	/* The whole job stops, as it would by Ctrl-Z without us. */
	def_prog_mode();
	endwin();
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_DFL;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGTSTP, &sa, &old);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &old, NULL);
	reset_prog_mode();
	repaint();
	refresh();
}

/* What the keyboard sends meanwhile is for the other program alone. */
static void
leave(void)
{
	def_prog_mode();
	endwin();
	catch_signal(SIGINT, SIG_IGN);
	catch_signal(SIGQUIT, SIG_IGN);
}

static void
enter(bool wait)
{
	static const char text[] = "\n[Enter goes back to kpeek] ";
	char c;

	if (wait && write(STDOUT_FILENO, text, sizeof(text) - 1) > 0) {
		while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n' && c != '\r')
			;
	}
	catch_signal(SIGINT, on_signal);
	catch_signal(SIGQUIT, on_signal);
	reset_prog_mode();
	repaint();
	refresh();
}

/* Terminals drop what is longer than about 100,000 bytes. */
#define COPY_MAX	74994

static void
copy(const char *text, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t v;
	size_t i, k, have;

	if (n > COPY_MAX)
		n = COPY_MAX;
	fputs("\033]52;c;", stdout);
	for (i = 0; i < n; i += 3) {
		have = n - i < 3 ? n - i : 3;
		for (v = 0, k = 0; k < 3; k++)
			v = v << 8 | (k < have ? (uint8_t)text[i + k] : 0);
		for (k = 0; k < 4; k++)
			putchar(k <= have ? digits[v >> (18 - 6 * k) & 63] :
			    '=');
	}
	putchar('\a');
	fflush(stdout);
}

static const struct {
	int	 code;
	uint32_t key;
} codes[] = {
	{ KEY_UP, UKEY_UP }, { KEY_DOWN, UKEY_DOWN }, { KEY_LEFT, UKEY_LEFT },
	{ KEY_RIGHT, UKEY_RIGHT }, { KEY_HOME, UKEY_HOME }, { KEY_END, UKEY_END },
	{ KEY_PPAGE, UKEY_PGUP }, { KEY_NPAGE, UKEY_PGDN },
	{ KEY_DC, UKEY_DELETE }, { KEY_IC, UKEY_INSERT },
	{ KEY_BACKSPACE, UKEY_BACKSPACE }, { KEY_ENTER, UKEY_ENTER },
	{ KEY_BTAB, UKEY_BACKTAB }, { KEY_MOUSE, UKEY_MOUSE },
	{ KEY_SF, UKEY_DOWN }, { KEY_SR, UKEY_UP },
	/* A key of its own in the terminfo of Linux's console. */
	{ KEY_SUSPEND, UKEY_CTRL | 'z' },
};

static uint32_t
from_curses(int rc, wint_t ch)
{
	size_t i;

	if (rc != KEY_CODE_YES)
		return (key_from_char((uint32_t)ch));
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if ((int)ch == codes[i].code)
			return (codes[i].key);
	}
	for (i = 0; i < sizeof(extended) / sizeof(extended[0]); i++) {
		if ((int)ch == EXTENDED_BASE + (int)i)
			return (extended[i].key);
	}
	if ((int)ch >= KEY_F(1) && (int)ch <= KEY_F(12))
		return (UKEY_F1 + (uint32_t)((int)ch - KEY_F(1)));
	return (UKEY_NONE);
}

/* What waits already: UKEY_NONE when nothing does. */
static uint32_t
key_now(void)
{
	wint_t ch, next;
	uint32_t key;
	int rc;

	rc = get_wch(&ch);
	if (rc == ERR)
		return (UKEY_NONE);
	key = from_curses(rc, ch);
	if (key == UKEY_ESC) {
		/* Esc and a key in one go are Meta. */
		rc = get_wch(&next);
		if (rc != ERR) {
			key = from_curses(rc, next);
			if (key != UKEY_ESC && key != UKEY_NONE)
				return (key | UKEY_META);
			return (UKEY_ESC);
		}
	}
	if (key == UKEY_MOUSE && getmouse(&term.mouse) != OK)
		return (UKEY_NONE);
	return (key);
}

static uint32_t
take_signals(void)
{
	struct winsize ws;
	char buf[64];
	bool winch;
	ssize_t n, i;

	winch = false;
	while ((n = read(term.pipe[0], buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++)
			winch |= buf[i] == 'w';
	}
	if (ending != 0)
		return (UKEY_HANGUP);
	if (!winch)
		return (UKEY_NONE);
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 &&
	    ws.ws_col > 0)
		resizeterm(ws.ws_row, ws.ws_col);
	term.all = true;
	return (UKEY_RESIZE);
}

static uint32_t
read_key(int ms)
{
	struct pollfd fds[3] = {
		{ .fd = term.pipe[0], .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = term.wake_fd, .events = POLLIN },
	};
	uint32_t key;
	char buf[64];

	key = take_signals();
	if (key != UKEY_NONE)
		return (key);
	key = key_now();
	if (key != UKEY_NONE && key != (uint32_t)KEY_RESIZE)
		return (key);
	if (poll(fds, 3, ms) <= 0)
		return (take_signals());
	if (fds[0].revents != 0)
		return (take_signals());
	if (fds[1].revents != 0) {
		key = key_now();
		/* Readable without a byte in it: the terminal is gone. */
		if (key == UKEY_NONE && (fds[1].revents & (POLLHUP | POLLERR |
		    POLLNVAL)) != 0)
			return (UKEY_HANGUP);
		return (key);
	}
	if (fds[2].revents != 0) {
		while (read(term.wake_fd, buf, sizeof(buf)) ==
		    (ssize_t)sizeof(buf))
			;
		return (UKEY_WAKE);
	}
	return (UKEY_NONE);
}

static void
use_mouse(bool on)
{
	mousemask(on ? BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED |
	    BUTTON5_PRESSED : 0, NULL);
	mouseinterval(0);
}

static enum mouse
mouse(int *x, int *y)
{
	*x = term.mouse.x;
	*y = term.mouse.y;
	if ((term.mouse.bstate & BUTTON4_PRESSED) != 0)
		return (MOUSE_WHEEL_UP);
	if ((term.mouse.bstate & BUTTON5_PRESSED) != 0)
		return (MOUSE_WHEEL_DOWN);
	return ((term.mouse.bstate & BUTTON1_RELEASED) != 0 ? MOUSE_RELEASE :
	    MOUSE_PRESS);
}

const struct term_ops term_curses = {
	.open = open_term,
	.close = close_term,
	.size = size,
	.show = show,
	.repaint = repaint,
	.key = read_key,
	.suspend = suspend,
	.leave = leave,
	.enter = enter,
	.use_theme = use_theme,
	.theme = current_theme,
	.copy = copy,
	.use_mouse = use_mouse,
	.mouse = mouse,
};
