/*
 * screen cost FOLDER N SECONDS KEYS PROGRAM [ARG ...]
 *	What a program on a terminal costs while it shows what changes: its CPU
 *	time, reads and memory over so many seconds, one "NAME VALUE" a line.
 *	Begins once N of them are ready, which make a file each in FOLDER: so
 *	all have the same machine.
 * screen watch TEXT KEYS START STOP PROGRAM [ARG ...]
 *	Does TEXT come to the screen once the shell has run START, and go from
 *	it after STOP?  Prints "shown MS" and "gone MS", -1 where it does not;
 *	"before 1" where it was there all the time.  STOP "": it is to stay.
 *	THEN_KEYS in the environment are sent after that; does THEN_TEXT come
 *	then?  "then MS".
 *
 * The program runs on a terminal of 80x24, which is sent KEYS once the first
 * screen stands; \n among them is Enter.  To be watched its terminal is "plain"
 * (plain.ti), which can clear itself and go to a place, no more.
 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COLS		80
#define ROWS		24
#define QUIET_MS	1500		/* nothing for so long: it stands */
#define SETTLE_MS	10000		/* one that moves all the time stands by then */
#define WARM_MS		3000		/* what is done once is done by then */
#define WAIT_MS		60000

static char cells[ROWS][COLS + 1];
static int row, col;

static long
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
clear(void)
{
	for (row = 0; row < ROWS; row++)
		memset(cells[row], ' ', COLS);
	row = col = 0;
}

/* What "plain" can: text, \r, \n, \b, ESC [ H, ESC [ R ; C H, ESC [ 2 J. */
static void
show(const char *p, ssize_t n)
{
	static char args[32];
	static size_t len;
	static int state;
	char c;

	for (; n > 0; n--) {
		c = *p++;
		if (state == 1) {
			state = c == '[' ? 2 : 0;
			len = 0;
		} else if (state == 2) {
			if ((c >= '0' && c <= '9') || c == ';' || c == '?') {
				if (len + 1 < sizeof(args))
					args[len++] = c;
				continue;
			}
			args[len] = '\0';
			state = 0;
			if (c == 'J')
				clear();
			if (c != 'H')
				continue;
			row = col = 1;
			sscanf(args, "%d;%d", &row, &col);
			row = row >= 1 && row <= ROWS ? row - 1 : 0;
			col = col >= 1 && col <= COLS ? col - 1 : 0;
		} else if (c == '\033') {
			state = 1;
		} else if (c == '\r') {
			col = 0;
		} else if (c == '\n') {
			row = row + 1 < ROWS ? row + 1 : row;
		} else if (c == '\b') {
			col = col > 0 ? col - 1 : 0;
		} else if ((unsigned char)c >= ' ') {
			if (col == COLS) {
				col = 0;
				row = row + 1 < ROWS ? row + 1 : row;
			}
			cells[row][col++] = c;
		}
	}
}

static int
on_screen(const char *text)
{
	int i;

	for (i = 0; i < ROWS; i++)
		if (strstr(cells[i], text) != NULL)
			return 1;
	return 0;
}

static int fd;
static pid_t pid;
static long sent;			/* bytes that the program has sent */

static void
start(const char *term, char **argv)
{
	struct winsize size = { .ws_row = ROWS, .ws_col = COLS };

	clear();
	pid = forkpty(&fd, NULL, NULL, &size);
	if (pid == -1) {
		perror("screen: forkpty");
		exit(1);
	}
	if (pid == 0) {
		setenv("TERM", term, 1);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
}

/* Take what the program sends, for at most ms; 0: nothing more comes. */
static int
take(int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static char buf[65536];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return 1;
	n = read(fd, buf, sizeof(buf));
	if (n <= 0)
		return 0;
	sent += n;
	show(buf, n);
	return 1;
}

/* Until nothing has come for a while, but something did; or for long enough. */
static void
settle(void)
{
	long end = now() + WAIT_MS;
	long last = now(), before = sent = 0;

	while (now() < end && take(50)) {
		if (sent != before)
			last = now();
		if (before == 0 && sent > 0)
			end = now() + SETTLE_MS;
		before = sent;
		if (sent > 0 && now() - last > QUIET_MS)
			return;
	}
}

static void
type(const char *keys)
{
	char c;

	settle();
	for (; *keys != '\0'; keys++) {
		c = *keys;
		if (c == '\\' && keys[1] == 'n') {
			c = '\r';
			keys++;
		}
		if (write(fd, &c, 1) != 1)
			perror("screen: write");
	}
}

/* The number behind a word of one of the program's files under /proc. */
static long
number(const char *file, const char *word)
{
	char path[64], line[1024], *p;
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if ((p = strstr(line, word)) == line)
			n = atol(p + strlen(word));
	if (f != NULL)
		fclose(f);
	return n;
}

/* utime and stime, the 14th and 15th field of stat, in ms. */
struct times {
	long user, system;
};

static struct times
cpu(void)
{
	const long tick = sysconf(_SC_CLK_TCK);
	char path[64], line[1024] = "", *p;
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f != NULL && fgets(line, sizeof(line), f) != NULL &&
	    (p = strrchr(line, ')')) != NULL)
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		    "%lu %lu", &user, &system);
	if (f != NULL)
		fclose(f);
	return (struct times){ (long)user * 1000 / tick,
	    (long)system * 1000 / tick };
}

/* Until all who are to be measured together have come to this place. */
static void
gather(const char *folder, int n)
{
	const long end = now() + 2 * WAIT_MS;
	struct dirent *e;
	char path[256];
	DIR *d;
	int there, file;

	snprintf(path, sizeof(path), "%s/%d", folder, (int)getpid());
	file = creat(path, 0600);
	if (file != -1)
		close(file);
	do {
		take(100);
		d = opendir(folder);
		for (there = 0; d != NULL && (e = readdir(d)) != NULL;)
			there += e->d_name[0] != '.';
		if (d != NULL)
			closedir(d);
	} while (there < n && now() < end);
}

static int
cost(const char *folder, int n, int seconds, const char *keys, char **argv)
{
	long reads, bytes, rss, end;
	struct times before, after;

	start("linux", argv);
	type(keys);
	for (end = now() + WARM_MS; now() < end && take((int)(end - now()));)
		;
	gather(folder, n);
	before = cpu();
	reads = number("io", "syscr: ");
	bytes = number("io", "rchar: ");
	rss = number("status", "VmRSS:");
	sent = 0;
	for (end = now() + seconds * 1000; now() < end &&
	    take((int)(end - now()));)
		;
	after = cpu();
	printf("user_ms %ld\n", after.user - before.user);
	printf("system_ms %ld\n", after.system - before.system);
	printf("reads %ld\n", number("io", "syscr: ") - reads);
	printf("read_kib %ld\n", (number("io", "rchar: ") - bytes) / 1024);
	printf("rss_kib %ld\n", number("status", "VmRSS:"));
	printf("growth_kib %ld\n", number("status", "VmRSS:") - rss);
	printf("sent_bytes %ld\n", sent);
	return 0;
}

/* How long until the text is there, or is not any more; -1: too long. */
static long
wait_for(const char *text, int there)
{
	const long from = now();

	while (on_screen(text) != there) {
		if (now() > from + WAIT_MS || !take(10))
			return -1;
	}
	return now() - from;
}

static int
watch(const char *text, const char *keys, const char *begin, const char *end,
    char **argv)
{
	int i;

	start("plain", argv);
	type(keys);
	settle();
	if (on_screen(text))
		printf("before 1\n");
	if (system(begin) != 0)
		fprintf(stderr, "screen: %s failed\n", begin);
	printf("shown %ld\n", wait_for(text, 1));
	for (i = 0; i < ROWS; i++)
		fprintf(stderr, "%s\n", cells[i]);
	if (end[0] == '\0')
		return 0;
	if (system(end) != 0)
		fprintf(stderr, "screen: %s failed\n", end);
	if (getenv("THEN_KEYS") == NULL || getenv("THEN_TEXT") == NULL) {
		printf("gone %ld\n", wait_for(text, 0));
		return 0;
	}
	type(getenv("THEN_KEYS"));
	printf("then %ld\n", wait_for(getenv("THEN_TEXT"), 1));
	/* Whoever comes next finds what it leaves. */
	close(fd);
	waitpid(pid, &i, 0);
	return 0;
}

int
main(int argc, char **argv)
{
	int rc = 2;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 6 && strcmp(argv[1], "cost") == 0)
		rc = cost(argv[2], atoi(argv[3]), atoi(argv[4]), argv[5],
		    argv + 6);
	else if (argc > 6 && strcmp(argv[1], "watch") == 0)
		rc = watch(argv[2], argv[3], argv[4], argv[5], argv + 6);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return rc;
}
