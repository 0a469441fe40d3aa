/*
 * gather OUT: copy what /proc says about every process, thread and the log
 * into the folder OUT. One program, since a shell that starts a copy for each
 * file takes minutes on an emulated processor and disturbs what it looks at.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/types.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *out;

static void
join(char *path, const char *folder, const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX) {
		fprintf(stderr, "gather: %s/%s: too long\n", folder, name);
		exit(1);
	}
}

static void
make_folders(char *path)
{
	char *p;

	for (p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
}

static int
create(const char *path)
{
	char to[PATH_MAX];
	int fd;

	join(to, out, path + 1);
	make_folders(to);
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd == -1)
		perror(to);
	return fd;
}

static void
put(int fd, const char *buf, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, buf, len);
		if (n <= 0) {
			perror("gather: write");
			exit(1);
		}
		buf += n;
		len -= n;
	}
}

static char buf[1 << 16];

/* A file that cannot be read (wchan of a dead task, ...) is left out. */
static void
copy(const char *path)
{
	int in, to;
	ssize_t n;

	in = open(path, O_RDONLY);
	if (in == -1)
		return;
	to = create(path);
	if (to == -1)
		exit(1);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		put(to, buf, n);
	close(in);
	close(to);
}

static void
copy_in(const char *folder, const char *const *names)
{
	char path[PATH_MAX];

	for (; *names != NULL; names++) {
		join(path, folder, *names);
		copy(path);
	}
}

/* A link's target goes into a plain file: the targets hold any byte. */
static void
copy_link(const char *path)
{
	ssize_t n;
	int fd;

	n = readlink(path, buf, sizeof(buf));
	if (n < 0)
		return;
	fd = create(path);
	put(fd, buf, n);
	close(fd);
}

static void
each(const char *folder, void (*run)(const char *))
{
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d = opendir(folder);

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		join(path, folder, e->d_name);
		run(path);
	}
	closedir(d);
}

static void
task(const char *folder)
{
	static const char *const names[] = { "comm", "stat", "status", "statm",
	    "cmdline", "wchan", "stack", NULL };

	copy_in(folder, names);
}

static void
process(const char *folder)
{
	static const char *const names[] = { "comm", "stat", "status", "statm",
	    "cmdline", "environ", "maps", "wchan", "cgroup", "oom_score_adj",
	    "mountinfo", NULL };
	static const char *const links[] = { "exe", "cwd", "root" };
	char path[PATH_MAX];
	size_t i;

	copy_in(folder, names);
	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		join(path, folder, links[i]);
		copy_link(path);
	}
	join(path, folder, "fd");
	each(path, copy_link);
	join(path, folder, "fdinfo");
	each(path, copy);
	join(path, folder, "task");
	each(path, task);
}

/* Each read yields one record; EAGAIN says that all were read. */
static void
kmsg(void)
{
	int in = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	int to = create("/dev/kmsg");
	ssize_t n;

	for (;;) {
		n = read(in, buf, sizeof(buf));
		if (n > 0)
			put(to, buf, n);
		else if (n == -1 && errno == EPIPE)
			continue;
		else
			break;
	}
	close(in);
	close(to);
}

int
main(int argc, char **argv)
{
	/* What changes by itself comes last, next to the dump. */
	static const char *const last[] = { "modules", "diskstats", "swaps", "meminfo",
	    "vmstat", "buddyinfo", "zoneinfo", "slabinfo", "interrupts",
	    "softirqs", "stat", "loadavg", "uptime", NULL };

	if (argc != 2)
		return 2;
	out = argv[1];
	copy("/proc/uptime");
	each("/proc", process);
	kmsg();
	copy_in("/proc", last);
	return 0;
}
