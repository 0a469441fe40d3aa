/*
 * locks FILE: tasks that wait for each other's locks in the kernel, for ever.
 * FILE is made, on a file system whose direct reads share the inode's lock.
 * Prints a line "WAITER KIND OWNER" for each that waits; all are comms.
 *
 * The first of them writes to the file from a page that nobody provides
 * (userfaultfd): it sleeps with the inode's rwsem and the open file's mutex.
 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/futex.h>
#include <linux/userfaultfd.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE	4096

static char buffer[PAGE] __attribute__((aligned(PAGE)));

static void
rest(void)
{
	for (;;)
		pause();
}

static void *
pages(int flags)
{
	void *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("locks: mmap");
		exit(1);
	}
	return p;
}

/* A child of that name; those that come later find it asleep. */
static int
child(const char *name)
{
	if (fork() != 0) {
		usleep(300000);
		return 0;
	}
	prctl(PR_SET_NAME, name);
	return 1;
}

static void
never_there(void *page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = {
		.range = { (uintptr_t)page, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd == -1 || ioctl(fd, UFFDIO_API, &api) == -1 ||
	    ioctl(fd, UFFDIO_REGISTER, &area) == -1)
		perror("locks: userfaultfd");
}

static int
open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_RDWR | O_CREAT, 0644);

	if (fd == -1) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void
done(const char *what, long rc)
{
	fprintf(stderr, "locks: %s came back with %ld\n", what, rc);
	rest();
}

int
main(int argc, char **argv)
{
	int fd, other, *word;
	void *page;

	if (argc != 2)
		return 2;
	/* A page's worth to read. */
	fd = open_file(argv[1], 0);
	if (write(fd, buffer, PAGE) != PAGE || lseek(fd, 0, SEEK_SET) != 0)
		perror(argv[1]);
	other = open_file(argv[1], 0);
	if (child("lock-holder")) {
		page = pages(MAP_PRIVATE);
		never_there(page);
		done("write", write(fd, page, PAGE));
	}
	if (child("wait-mutex"))
		done("read", read(fd, buffer, PAGE));
	if (child("wait-rwsem"))
		done("write", write(other, buffer, PAGE));
	if (child("wait-chain"))
		done("read", read(other, buffer, PAGE));
	if (child("wait-shared"))
		done("read", read(open_file(argv[1], O_DIRECT), buffer, PAGE));
	word = pages(MAP_SHARED);
	if (child("pi-holder")) {
		if (syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL) != 0)
			perror("locks: futex");
		rest();
	}
	if (child("wait-pi"))
		done("futex", syscall(SYS_futex, word, FUTEX_LOCK_PI, 0, NULL));
	printf("wait-mutex mutex lock-holder\n"
	    "wait-rwsem rwsem lock-holder\n"
	    "wait-chain mutex wait-rwsem\n"
	    "wait-shared rwsem lock-holder\n"
	    "wait-pi rt_mutex pi-holder\n");
	fflush(stdout);
	rest();
}
