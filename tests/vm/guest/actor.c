/*
 * actor MODE [ARG ...]: one process of a known, odd shape. Every mode ends in
 * a sleep without end, so that the dump finds it there.
 */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

static void
rest(void)
{
	for (;;)
		pause();
}

/* MAP_FAILED here would leave a machine without the thing it is to show. */
static void *
map(size_t len, int prot, int flags, int fd)
{
	void *p = mmap(NULL, len, prot, flags, fd, 0);

	if (p == MAP_FAILED) {
		perror("actor: mmap");
		exit(1);
	}
	return p;
}

/* comm has 15 bytes; any but NUL may stand in it. */
static void
mode_rename(int argc, char **argv)
{
	if (argc > 0)
		prctl(PR_SET_NAME, argv[0]);
	rest();
}

/*
 * Write over the arguments in place, as daemons do. Without a NUL at the end
 * of the argument area the kernel reads on into the environment.
 */
static void
mode_title(int argc, char **argv)
{
	char *start = argv[0], *end = argv[argc - 1] + strlen(argv[argc - 1]);

	memset(start, 0, end - start);
	memcpy(start, "title", 5);
	rest();
}

static void
mode_longtitle(int argc, char **argv)
{
	char *last = argv[argc - 1];

	/* The NUL between the last argument and the environment goes. */
	memset(argv[0], 'T', last + strlen(last) + 1 - argv[0] + 3);
	rest();
}

static void *
thread(void *name)
{
	prctl(PR_SET_NAME, name);
	rest();
	return NULL;
}

static void
start_threads(void)
{
	static char names[][16] = { "worker/0", "worker/1", "with blank",
	    "bytes\xff\xfe", "fifteen-letters" };
	pthread_attr_t attr;
	pthread_t t;
	size_t i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		pthread_create(&t, &attr, thread, names[i]);
}

static void
mode_threads(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	start_threads();
	rest();
}

/* The leader of a thread group ends first: a zombie with living threads. */
static void
mode_leaderless(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	start_threads();
	usleep(100000);
	pthread_exit(NULL);
}

static void
mode_stop(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	raise(SIGSTOP);
	rest();
}

static void
mode_zombie(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (fork() == 0)
		_exit(3);
	rest();
}

/* The parent of a vfork waits in state D. */
static void
mode_vfork(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (vfork() == 0)
		rest();
	rest();
}

/* A child in state t, and a parent that traces it. */
static void
mode_traced(int argc, char **argv)
{
	pid_t child;

	(void)argc;
	(void)argv;
	child = fork();
	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		rest();
	}
	waitpid(child, NULL, WUNTRACED);
	rest();
}

static void
mode_run(int argc, char **argv)
{
	volatile unsigned long n = 0;

	(void)argc;
	(void)argv;
	if (nice(19) == -1)
		n = 1;
	for (;;)
		n++;
}

/* Two MiB that went to swap, and one page of them that came back. */
static void
mode_swap(int argc, char **argv)
{
	size_t len = 2048 * 1024, i;
	volatile char *p;

	(void)argc;
	(void)argv;
	p = map(len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	for (i = 0; i < len; i += 8)
		memcpy((char *)p + i, "swapped!", 8);
	if (madvise((char *)p, len, MADV_PAGEOUT) != 0)
		perror("actor: MADV_PAGEOUT");
	(void)p[len / 2];
	rest();
}

static void
file_map(const char *path, int prot, int flags, int unlinked)
{
	int fd = open(path, O_RDWR | O_CREAT, 0644);

	if (fd == -1 || ftruncate(fd, 8192) == -1) {
		perror(path);
		exit(1);
	}
	memset(map(8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd), 'm', 1);
	map(4096, prot, flags, fd);
	if (unlinked)
		unlink(path);
	close(fd);
}

/* Mappings of every kind; argv[0] is a folder to write in. */
static void
mode_maps(int argc, char **argv)
{
	static const char *odd[] = { "with blank", "new\nline", "by\xff\xfe",
	    "back\\slash", "(deleted)", "deep/er/still" };
	char path[4096];
	size_t i;
	int fd;

	if (argc < 1 || chdir(argv[0]) == -1)
		_exit(1);
	mkdir("deep", 0755);
	mkdir("deep/er", 0755);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", argv[0], odd[i]);
		file_map(path, PROT_READ, MAP_SHARED, 0);
	}
	snprintf(path, sizeof(path), "%s/gone", argv[0]);
	file_map(path, PROT_READ | PROT_EXEC, MAP_PRIVATE, 1);
	memset(map(65536, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1), 's', 4096);
	map(65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	fd = memfd_create("memory file", 0);
	if (fd != -1 && ftruncate(fd, 4096) == 0)
		map(4096, PROT_READ, MAP_SHARED, fd);
	rest();
}

/* Two huge pages, where the kernel offers them. */
static void
mode_huge(int argc, char **argv)
{
	size_t huge = 2048 * 1024;
	char *p;

	(void)argc;
	(void)argv;
	p = map(3 * huge, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1);
	madvise(p, 3 * huge, MADV_HUGEPAGE);
	memset(p, 'H', 3 * huge);
	/* One page that cannot be written any more splits a mapping. */
	mprotect(p + 3 * huge - 4096, 4096, PROT_READ);
	rest();
}

static void
mode_uid(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (setresgid(100, 200, 300) == -1 || setresuid(1001, 2002, 3003) == -1)
		perror("actor: setresuid");
	/* A change of user makes /proc/PID root's; the maps stay readable. */
	rest();
}

/* An environment with entries that no shell would make. */
static void
mode_oddenv(int argc, char **argv)
{
	char *env[] = { "NOEQUALS", "", "=start", "A=1=2", "TWICE=1",
	    "TWICE=2", "BYTES=\x80\xff\n\t", NULL };
	char *args[] = { "/bin/actor", "rest", NULL };

	(void)argc;
	(void)argv;
	execve("/proc/self/exe", args, env);
	_exit(1);
}

/* No argument at all, which newer kernels turn into one empty argument. */
static void
mode_noargs(int argc, char **argv)
{
	char *none[] = { NULL };

	(void)argc;
	(void)argv;
	execve("/proc/self/exe", none, none);
	_exit(1);
}

/* An empty name, which no shell can give. */
static void
mode_noname(int argc, char **argv)
{
	char *args[] = { "", "rest", "no name", NULL };
	char *env[] = { "HOME=/", NULL };

	(void)argc;
	(void)argv;
	execve("/proc/self/exe", args, env);
	_exit(1);
}

static void
place(int fd, int at)
{
	if (fd == -1 || dup2(fd, at) == -1)
		fprintf(stderr, "actor: no descriptor %d\n", at);
	if (fd != -1 && fd != at)
		close(fd);
}

/* A descriptor of every kind, at known numbers, with holes between them. */
static void
mode_fds(int argc, char **argv)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct epoll_event event = { .events = EPOLLIN };
	sigset_t mask;
	int pair[2], fd;

	(void)argc;
	(void)argv;
	place(open("/run", O_RDONLY | O_DIRECTORY), 10);
	place(open("/proc/version", O_RDONLY), 11);
	place(open("/dev/null", O_RDWR | O_APPEND | O_NONBLOCK), 12);
	place(open("/bin", O_PATH), 13);
	if (pipe2(pair, O_NONBLOCK) == 0) {
		fd = write(pair[1], "in the pipe", 11);
		place(pair[0], 20);
		place(pair[1], 21);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
		place(pair[0], 30);
		place(pair[1], 31);
	}
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	strcpy(un.sun_path, "/run/a socket");
	if (bind(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		perror(un.sun_path);
	place(fd, 32);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	in.sin_port = htons(8080);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) == -1 ||
	    listen(fd, 5) == -1)
		perror("actor: port 8080");
	place(fd, 40);
	place(socket(AF_INET, SOCK_DGRAM, 0), 41);
	place(socket(AF_NETLINK, SOCK_RAW, 0), 42);
	place(socket(AF_PACKET, SOCK_RAW, htons(0x88b5)), 43);
	place(socket(AF_INET6, SOCK_STREAM, 0), 44);
	place(eventfd(7, 0), 50);
	sigemptyset(&mask);
	place(signalfd(-1, &mask, 0), 51);
	place(timerfd_create(CLOCK_MONOTONIC, 0), 52);
	place(inotify_init(), 53);
	place(memfd_create("memory file", 0), 54);
	place(epoll_create(1), 100);
	epoll_ctl(100, EPOLL_CTL_ADD, 50, &event);
	rest();
}

static int
inet(int family, int type, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	int fd = socket(family, type, 0), rc;

	in.sin_port = six.sin6_port = htons(port);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	six.sin6_addr = in6addr_loopback;
	rc = family == AF_INET ?
	    bind(fd, (struct sockaddr *)&in, sizeof(in)) :
	    bind(fd, (struct sockaddr *)&six, sizeof(six));
	if (rc == -1)
		perror("actor: bind");
	return fd;
}

/* Both ends of connections, and a name that lies in no file system. */
static void
mode_sockets(int argc, char **argv)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int one, fd;

	(void)argc;
	(void)argv;
	one = inet(AF_INET, SOCK_STREAM, 7001);
	if (listen(one, 3) == -1)
		perror("actor: listen");
	fd = inet(AF_INET, SOCK_STREAM, 7002);
	in.sin_port = htons(7001);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == -1 ||
	    accept(one, NULL, NULL) == -1)
		perror("actor: port 7001");
	inet(AF_INET, SOCK_DGRAM, 7003);
	inet(AF_INET6, SOCK_DGRAM, 7004);
	fd = inet(AF_INET, SOCK_DGRAM, 7005);
	in.sin_port = htons(7003);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == -1)
		perror("actor: port 7003");
	fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	memcpy(un.sun_path, "\0no file", 8);
	if (bind(fd, (struct sockaddr *)&un, sizeof(sa_family_t) + 8) == -1 ||
	    listen(fd, 1) == -1)
		perror("actor: no file");
	rest();
}

static void
mode_rest(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	rest();
}

static const struct {
	const char *name;
	void (*run)(int, char **);
} modes[] = {
	{ "rest", mode_rest }, { "rename", mode_rename },
	{ "title", mode_title }, { "longtitle", mode_longtitle },
	{ "threads", mode_threads }, { "leaderless", mode_leaderless },
	{ "stop", mode_stop }, { "zombie", mode_zombie },
	{ "vfork", mode_vfork }, { "traced", mode_traced },
	{ "run", mode_run }, { "swap", mode_swap }, { "maps", mode_maps },
	{ "huge", mode_huge }, { "uid", mode_uid },
	{ "oddenv", mode_oddenv }, { "noargs", mode_noargs },
	{ "noname", mode_noname }, { "fds", mode_fds },
	{ "sockets", mode_sockets },
};

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		rest();
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(argv[1], modes[i].name) != 0)
			continue;
		/* The title modes write over the whole line. */
		if (strstr(argv[1], "title") != NULL)
			modes[i].run(argc, argv);
		modes[i].run(argc - 2, argv + 2);
	}
	fprintf(stderr, "actor: no mode %s\n", argv[1]);
	return 2;
}
