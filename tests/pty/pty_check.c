/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kpeek on a real pseudo terminal, judged by libvterm: what a terminal would
 * show of what was sent, after every key and every change of size; and that
 * the terminal is given back as it was, however kpeek ends.
 *
 *	pty_check KPEEK BUILDDIR FOLDER JOBS [all]
 *
 * FOLDER has the sessions that run there too (sessions.c); so many JOBS run
 * side by side.  Each runs on every kind of terminal, in one locale and one
 * order of sizes that are others for the next; with "all" in each of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/pty/lost.h"
#include "tests/pty/sessions.h"
#include "tests/pty/terminal.h"

#define WAIT_MS		20000		/* for what must come */


static const char *kpeek, *dump, *build;
static bool every;

/* A test runs in a process of its own; its numbers are read at the end. */
struct counts {
	int passed, failed;
};
static struct counts *counts;

static void __attribute__((format(printf, 2, 3)))
check(bool good, const char *fmt, ...)
{
	va_list ap;

	good ? counts->passed++ : counts->failed++;
	printf("%s ", good ? "ok     " : "FAILED ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!good)
		printf("%s\n", tty_text);
	fflush(stdout);
}

static int
exec_kpeek(void *arg)
{
	execv(kpeek, arg);
	return (127);
}

static void
start(struct terminal *t, const char *term, int cols, int rows,
    const char *const *env, const char *const *args)
{
	char *argv[16];
	size_t n;

	n = 0;
	argv[n++] = (char *)(uintptr_t)kpeek;
	for (; args != NULL && *args != NULL && n < 12; args++)
		argv[n++] = (char *)(uintptr_t)*args;
	argv[n++] = (char *)(uintptr_t)dump;
	argv[n] = NULL;
	tty_start(t, term, cols, rows, env, exec_kpeek, argv);
}

/* Every row of the screen is filled: title above, status line below. */
static bool
whole(struct terminal *t)
{
	char *line, *copy, *next;
	int y, last;

	tty_look(t);
	copy = strdup(tty_text);
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

/* After something was asked for: until the whole screen is there anew. */
static bool
becomes_whole(struct terminal *t)
{
	long until;

	until = tty_ms() + WAIT_MS;
	while ((t->bytes == 0 || !whole(t)) && tty_ms() < until) {
		if (!tty_take(t, 100))
			return (false);
	}
	return (t->bytes > 0 && whole(t));
}

/* --- what is tried --- */

static const char *const utf8[] = { "LC_ALL", "C.UTF-8", NULL };

static const struct {
	const char *term;
	int cols, rows;
} screens[] = {
	{ "xterm-256color", 80, 24 }, { "screen", 200, 60 },
	{ "linux", 80, 24 }, { "vt100", 40, 10 }, { "tmux-256color", 80, 24 },
	{ "xterm", 80, 24 },
};
#define NSCREENS	(sizeof(screens) / sizeof(screens[0]))

static void
try_screen(size_t i)
{
	const char *term = screens[i].term;
	const int cols = screens[i].cols, rows = screens[i].rows;
	struct terminal t;

	start(&t, term, cols, rows, utf8, NULL);
	check(tty_shows(&t, "Overview"), "%s %dx%d: opens", term, cols, rows);
	check(becomes_whole(&t), "%s %dx%d: fills the screen", term, cols, rows);
	tty_type(&t, "p");
	check(tty_shows(&t, "kthreadd"), "%s %dx%d: processes", term, cols,
	    rows);
	tty_type(&t, "\r");
	check(tty_shows(&t, "State"), "%s %dx%d: Enter", term, cols, rows);
	tty_type(&t, "\x7f");
	check(tty_shows(&t, "COMM"), "%s %dx%d: Backspace", term, cols, rows);
	tty_type(&t, ":init_task\r");
	check(tty_shows(&t, "thread_info"), "%s %dx%d: an expression", term, cols,
	    rows);
	tty_type(&t, "/comm\r");
	check(tty_shows(&t, "swapper"), "%s %dx%d: a search", term, cols, rows);
	tty_type(&t, ":hex linux_banner\r");
	check(tty_shows(&t, "65762078756e694c"), "%s %dx%d: memory", term, cols,
	    rows);
	tty_type(&t, "Q");
	check(tty_shows(&t, "[ended 0 same]"), "%s %dx%d: ends well", term, cols,
	    rows);
	check(!t.alternate && t.cursor, "%s %dx%d: terminal as before", term,
	    cols, rows);
	tty_stop(&t);
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
	good = tty_shows(&t, "Overview");
	for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		tty_type(&t, steps[k]);
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			t.bytes = 0;
			tty_resize(&t, sizes[i][0], sizes[i][1]);
			if (sizes[i][0] >= 20 && sizes[i][1] >= 5)
				good &= becomes_whole(&t);
			else
				good &= tty_pump(&t);
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
		tty_resize(&t, 30 + (int)(i % 100), 6 + (int)(i % 40));
	tty_resize(&t, 80, 24);
	tty_type(&t, ":redraw\r");
	good = becomes_whole(&t);
	check(good, "a storm of resizes");
	tty_type(&t, "Q");
	check(tty_shows(&t, "[ended 0 same]"), "ends well after them");
	tty_stop(&t);
}

static void
try_end(const char *name, int sig)
{
	struct terminal t;
	char want[64];
	pid_t job_pid;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(tty_shows(&t, "Overview"), "%s: opens", name);
	job_pid = tcgetpgrp(t.fd);
	kill(job_pid, sig);
	snprintf(want, sizeof(want), "[ended %d same]", 128 + sig);
	check(tty_shows(&t, want) && !t.alternate && t.cursor,
	    "%s: the terminal is restored", name);
	tty_stop(&t);
}

static void
try_fault(void)
{
	struct terminal t;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(tty_shows(&t, "Overview"), "a fault: opens");
	kill(tcgetpgrp(t.fd), SIGABRT);
	check(tty_shows(&t, "[ended 1006 same]") && !t.alternate && t.cursor,
	    "a fault: the terminal is restored");
	tty_stop(&t);
}

static void
try_suspend(void)
{
	struct terminal t;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(tty_shows(&t, "Overview"), "Ctrl-Z: opens");
	tty_type(&t, "\032");
	check(tty_shows(&t, "[stopped same]") && !t.alternate,
	    "Ctrl-Z: the terminal is given back");
	tty_type(&t, "fg\n");
	check(tty_shows(&t, "Overview") && t.alternate, "Ctrl-Z: fg comes back");
	tty_type(&t, "p");
	check(tty_shows(&t, "PID"), "Ctrl-Z: and goes on");
	tty_type(&t, "\003");
	check(tty_shows(&t, "PID"), "Ctrl-C ends nothing");
	tty_type(&t, "Q");
	check(tty_shows(&t, "[ended 0 same]"), "Ctrl-Z: ends well");
	tty_stop(&t);
}

/* The terminal is closed under it: it must go, not spin. */
static void
try_close(void)
{
	struct terminal t;
	pid_t pid;
	int i;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(tty_shows(&t, "Overview"), "a closed terminal: opens");
	pid = tcgetpgrp(t.fd);
	close(t.fd);
	t.fd = -1;
	for (i = 0; i < 500 && kill(pid, 0) == 0; i++)
		usleep(10000);
	check(i < 500, "a closed terminal: kpeek ends");
	tty_stop(&t);
}

/* It says so in any locale, on a screen of any size. */
static void
try_refusals(void)
{
	static const char *const terms[] = { "dumb", "no-such-terminal", NULL };
	static const char *const env[][3] = { { "LC_ALL", "C.UTF-8", NULL },
	    { "LC_ALL", "C", NULL } };
	static const int sizes[][2] = { { 80, 24 }, { 40, 10 }, { 200, 60 } };
	struct terminal t;
	int i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < 6; k++) {
			start(&t, terms[i], sizes[k / 2][0], sizes[k / 2][1],
			    env[k % 2], NULL);
			check(tty_shows(&t, "-c COMMAND") &&
			    tty_shows(&t, "[ended 1 same]") && !t.alternate,
			    "TERM=%s, %s, %dx%d: a clear refusal",
			    terms[i] != NULL ? terms[i] : "(not set)",
			    env[k % 2][1], t.cols, t.rows);
			tty_stop(&t);
		}
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
	check(tty_shows(&t, "Processes") && tty_pump(&t) && t.color && t.high, "colours and UTF-8");
	tty_stop(&t);
	start(&t, "xterm-256color", 80, 24, no_color, NULL);
	check(tty_shows(&t, "Overview") && becomes_whole(&t) && !t.color, "NO_COLOR");
	tty_stop(&t);
	start(&t, "xterm-256color", 80, 24, utf8, option);
	check(tty_shows(&t, "Overview") && becomes_whole(&t) && !t.color, "--no-color");
	tty_stop(&t);
	start(&t, "xterm-256color", 80, 24, utf8, ascii);
	check(tty_shows(&t, "Overview") && becomes_whole(&t) && !t.high, "--ascii");
	tty_stop(&t);
	start(&t, "xterm-256color", 80, 24, c_locale, NULL);
	check(tty_shows(&t, "Overview") && becomes_whole(&t) && !t.high, "the C locale");
	tty_type(&t, ":set noascii\r");
	check(tty_shows(&t, "this locale has ASCII only") && !t.high,
	    "the C locale: it stays with ASCII");
	tty_stop(&t);
}

static void
try_thrift(void)
{
	struct terminal t;
	size_t most;
	int i;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	tty_shows(&t, "Overview");
	tty_type(&t, ":hex linux_banner\r");
	check(tty_shows(&t, "65762078756e694c"), "a slow line: memory opens");
	tty_type(&t, "L");
	/* The first two may bring what was still to come. */
	for (i = 0, most = 0; i < 22; i++) {
		t.bytes = 0;
		tty_type(&t, "j");
		while (t.bytes == 0 && tty_take(&t, 1000))
			;
		tty_pump(&t);
		if (i >= 2 && t.bytes > most)
			most = t.bytes;
	}
	check(most > 0 && most < 400, "a slow line: one line costs %zu bytes",
	    most);
	tty_stop(&t);
}

static void
try_ends(void)
{
	try_end("SIGTERM", SIGTERM);
	try_end("SIGINT", SIGINT);
	try_end("SIGHUP", SIGHUP);
	try_fault();
}

/* Among the last bytes that came; what came before them may be zeros. */
static bool
has_raw(const struct terminal *t, const char *what)
{
	return (memmem(t->raw, sizeof(t->raw), what, strlen(what)) != NULL);
}

/* Programs that are run have the terminal, and Enter comes back. */
static void
try_programs(void)
{
	struct terminal t;

	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(tty_shows(&t, "Overview"), "programs: opens");
	tty_type(&t, ":!echo one$((1 + 1))three\r");
	check(tty_shows(&t, "one2three\n\n[Enter goes back") && !t.alternate, "programs: :! has the terminal");
	tty_type(&t, "\r");
	check(tty_shows(&t, "Overview") && t.alternate, "programs: Enter");
	tty_type(&t, ":swap\r");
	check(tty_shows(&t, "/dev/ram0"), "programs: a table");
	tty_type(&t, "|json tr a-z A-Z\r");
	check(tty_shows(&t, "NULL}\n]\n\n[Enter goes back"),
	    "programs: | has rows");
	tty_type(&t, "\r");
	check(tty_shows(&t, "Enter open") && t.alternate, "programs: back");
	/* What takes rows along waits until all of them are there. */
	tty_type(&t, ":bt -a | wc -l\r");
	check(tty_shows(&t, "648\n\n[Enter goes back"),
	    "programs: rows behind a command, and their header");
	tty_type(&t, "\r");
	check(tty_shows(&t, "Enter open") && t.alternate, "programs: in it");
	tty_type(&t, ":find /[a-z]{7}/ | wc -l\r");
	check(tty_shows(&t, "56824\n\n[Enter goes back"),
	    "programs: all rows of a search");
	tty_type(&t, "\r");
	check(tty_shows(&t, "Enter open") && t.alternate, "programs: after it");
	tty_type(&t, ":back\r:back\r");
	check(tty_shows(&t, "/dev/ram0"), "programs: the table again");
	tty_type(&t, ":!echo ba''d; exit 3\r");
	check(tty_shows(&t, "bad\n\n[Enter goes back"),
	    "programs: one that fails");
	tty_type(&t, "\r");
	check(tty_shows(&t, "exit status 3"), "programs: it is said");
	t.bytes = 0;
	tty_type(&t, ":yank where\r");
	check(tty_shows(&t, "copied: swap") &&
	    has_raw(&t, "\033]52;c;c3dhcA==\a"),
	    "what is copied goes to the terminal's clipboard");
	tty_type(&t, "Q");
	check(tty_shows(&t, "[ended 0 same]"), "programs: ends well");
	tty_stop(&t);
}

static bool
file_has(const char *path, const char *what)
{
	static char all[65536];
	size_t n;
	FILE *f;

	f = fopen(path, "r");
	n = f != NULL ? fread(all, 1, sizeof(all) - 1, f) : 0;
	all[n] = '\0';
	if (f != NULL)
		fclose(f);
	return (strstr(all, what) != NULL);
}

/* What the shell finds, the first of it; for files of unknown names. */
static const char *
found(const char *pattern)
{
	static char path[256];
	glob_t g;

	path[0] = '\0';
	if (glob(pattern, 0, NULL, &g) == 0) {
		snprintf(path, sizeof(path), "%s", g.gl_pathv[0]);
		globfree(&g);
	}
	return (path);
}

static int
exec_without_room(void *arg)
{
	const struct rlimit none = { 64, 64 };

	setrlimit(RLIMIT_FSIZE, &none);
	return (exec_kpeek(arg));
}

/*
 * No room for another byte, as on a full disk: that is said, and what was
 * saved before is still there.  Notes outlive the loss of the terminal, too.
 */
static void
try_full_disk(void)
{
	char folder[] = "/tmp/kpeek-full.XXXXXX", line[128], file[64], state[64];
	char *argv[] = { (char *)(uintptr_t)kpeek, (char *)(uintptr_t)dump,
	    NULL };
	const char *env[] = { "LC_ALL", "C.UTF-8", "XDG_STATE_HOME", folder,
	    NULL };
	struct terminal t;
	pid_t pid;
	int i;

	if (mkdtemp(folder) == NULL) {
		check(false, "a full disk: no folder");
		return;
	}
	snprintf(state, sizeof(state), "%s/kpeek/state/*", folder);
	snprintf(file, sizeof(file), "%s/swap.csv", folder);
	start(&t, "xterm-256color", 80, 24, env, NULL);
	check(tty_shows(&t, "Overview"), "a full disk: opens");
	tty_type(&t, ":hex init_task\r");
	check(tty_shows(&t, "init_task"), "a full disk: an address");
	tty_type(&t, ":note kept for good\r");
	check(tty_shows(&t, "kept for good  0x"), "a full disk: a note");
	tty_type(&t, ":swap\r");
	check(tty_shows(&t, "PRIORITY"), "a full disk: a table");
	snprintf(line, sizeof(line), ":save %s\r", file);
	tty_type(&t, line);
	check(tty_shows(&t, "bytes written"), "a full disk: saved before");
	/* The terminal goes away under it. */
	pid = tcgetpgrp(t.fd);
	close(t.fd);
	t.fd = -1;
	for (i = 0; i < 500 && kill(pid, 0) == 0; i++)
		usleep(10000);
	tty_stop(&t);
	check(file_has(found(state), "kept for good"),
	    "a closed terminal: the note is kept");
	tty_start(&t, "xterm-256color", 80, 24, env, exec_without_room, argv);
	check(tty_shows(&t, "Overview"), "a full disk: opens once more");
	tty_type(&t, ":mod\r");
	check(tty_shows(&t, "USED_BY"), "a full disk: another table");
	snprintf(line, sizeof(line), ":save! %s\r", file);
	tty_type(&t, line);
	check(tty_shows(&t, "File too large"), "a full disk: it is said");
	check(file_has(file, "/dev/ram0"), "a full disk: the old file is there");
	tty_type(&t, ":bookmark more\r");
	check(tty_shows(&t, "not kept"), "a full disk: of notes, too");
	tty_type(&t, "Q");
	check(tty_shows(&t, "[ended 0 same]") && !t.alternate,
	    "a full disk: ends well");
	check(file_has(found(state), "kept for good"),
	    "a full disk: the old notes are there");
	tty_stop(&t);
	snprintf(line, sizeof(line), "rm -rf %s", folder);
	if (system(line) != 0)
		check(false, "a full disk: cannot clean up");
}

/*
 * Page tables of a dump may be made so that what is mapped in them is not found
 * in hours (tests/mk/holes.py): who searches there is answered all the same.
 */
static void
try_holes(void)
{
	static const char *const searches[] = { ":search-back \"nowhere\"\r",
	    ":search \"nowhere\"\r", "G" };
	struct terminal t;
	size_t i;

	dump = getenv("HOLES");
	check(dump != NULL, "holes: there is such a dump");
	if (dump == NULL)
		return;
	start(&t, "xterm-256color", 80, 24, utf8, NULL);
	check(tty_shows(&t, "Overview"), "holes: opens");
	tty_type(&t, ":hex 0x4f0000000000 pid 1\r");
	check(tty_shows(&t, "not mapped"), "holes: the memory of a process");
	for (i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		tty_type(&t, searches[i]);
		check(tty_shows(&t, "searching"), "holes: search %zu", i);
		tty_type(&t, ":set\r");
		check(tty_shows(&t, "wrapscan"), "holes: other keys meanwhile");
		tty_type(&t, "\003");
		check(tty_shows(&t, "given up"), "holes: given up");
	}
	tty_type(&t, "Q");
	check(tty_shows(&t, "[ended 0 same]"), "holes: ends well");
	tty_stop(&t);
}

static void
on_target(bool good, const char *what)
{
	check(good, "%s", what);
}

static void
try_lost(void)
{
	lost_try(kpeek, build, on_target);
}

static void (*const tests[])(void) = {
	try_resizes, try_suspend, try_refusals, try_looks, try_thrift, try_ends,
	try_close, try_programs, try_full_disk, try_holes,
	try_lost,
};
#define NTESTS	(sizeof(tests) / sizeof(tests[0]))

static void
on_session(bool good, const char *what, const char *why)
{
	tty_text[0] = '\0';
	check(good, "%s%s%s", what, why[0] != '\0' ? ": " : "", why);
}

static void
run_test(size_t i, const glob_t *sessions, const char *builddir)
{
	if (i < sessions->gl_pathc)
		session_try(sessions->gl_pathv[i], builddir, every ? -1 : (int)i,
		    on_session);
	else if ((i -= sessions->gl_pathc) < NTESTS)
		tests[i]();
	else
		try_screen(i - NTESTS);
}

/* One test in a process of its own, its words in a file. */
static pid_t
begin(size_t i, const glob_t *sessions, const char *builddir, FILE **out)
{
	pid_t pid;

	*out = tmpfile();
	fflush(stdout);
	pid = fork();
	if (pid != 0)
		return (pid);
	counts += i;
	if (*out != NULL)
		dup2(fileno(*out), STDOUT_FILENO);
	run_test(i, sessions, builddir);
	exit(0);
}

static void
print_all(FILE *f)
{
	char chunk[8192];
	size_t n;

	if (f == NULL)
		return;
	rewind(f);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		fwrite(chunk, 1, n, stdout);
	fclose(f);
}

int
main(int argc, char **argv)
{
	static char path[4096];		/* dump, for as long as tests run */
	struct counts sum = { 0, 0 };
	size_t i, n, next, running, jobs;
	glob_t sessions;
	pid_t pid, *pids;
	FILE **outs;
	int status;

	every = argc == 6 && strcmp(argv[5], "all") == 0;
	if (argc != 5 && !every) {
		fprintf(stderr, "usage: pty_check KPEEK BUILDDIR FOLDER JOBS "
		    "[all]\n");
		return (2);
	}
	kpeek = argv[1];
	build = argv[2];
	snprintf(path, sizeof(path), "%s/demo.elf", argv[2]);
	dump = path;
	jobs = strtoul(argv[4], NULL, 10);
	signal(SIGPIPE, SIG_IGN);
	snprintf(tty_text, sizeof(tty_text), "%s/*.replay", argv[3]);
	if (glob(tty_text, 0, NULL, &sessions) != 0) {
		fprintf(stderr, "%s: no sessions\n", argv[3]);
		return (2);
	}
	n = sessions.gl_pathc + NTESTS + NSCREENS;
	counts = mmap(NULL, n * sizeof(*counts), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pids = calloc(n, sizeof(*pids));
	outs = calloc(n, sizeof(*outs));
	if (counts == MAP_FAILED || pids == NULL || outs == NULL) {
		free(pids);
		free(outs);
		return (1);
	}
	for (next = running = 0; next < n || running > 0;) {
		if (next < n && running < (jobs > 0 ? jobs : 1)) {
			pids[next] = begin(next, &sessions, argv[2], &outs[next]);
			running += pids[next] > 0;
			next++;
			continue;
		}
		pid = wait(&status);
		for (i = 0; i < next && pids[i] != pid; i++)
			;
		if (i == next)
			continue;
		running--;
		print_all(outs[i]);
		if (status != 0 || counts[i].passed + counts[i].failed == 0) {
			printf("FAILED  test %zu was cut short\n", i);
			counts[i].failed++;
		}
	}
	for (i = 0; i < n; i++) {
		sum.passed += counts[i].passed;
		sum.failed += counts[i].failed;
	}
	printf("%d passed, %d failed\n", sum.passed, sum.failed);
	globfree(&sessions);
	free(pids);
	free(outs);
	return (sum.failed != 0);
}
