/*
 * load KERNEL INITRD COMMAND-LINE: hand the running kernel another one to
 * start when it panics.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <linux/kexec.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	int kernel, initrd;

	if (argc != 4)
		return 2;
	kernel = open(argv[1], O_RDONLY);
	initrd = open(argv[2], O_RDONLY);
	if (kernel == -1 || initrd == -1 ||
	    syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1,
	    argv[3], KEXEC_FILE_ON_CRASH) == -1) {
		perror("load: kexec_file_load");
		return 1;
	}
	return 0;
}
