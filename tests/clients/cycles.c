/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cycles COUNT CORE [SYSTEM]: open and close so often.  Neither memory nor
 * descriptors may grow: no more are in use at the end than at the peak of the
 * first half.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <kvm.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static long
resident(void)
{
	long size, pages;
	FILE *f;

	f = fopen("/proc/self/statm", "r");
	if (f == NULL || fscanf(f, "%ld %ld", &size, &pages) != 2)
		err(1, "statm");
	fclose(f);
	return (pages * (sysconf(_SC_PAGESIZE) / 1024));
}

static int
descriptors(void)
{
	DIR *d;
	int n;

	d = opendir("/proc/self/fd");
	if (d == NULL)
		err(1, "fd");
	for (n = 0; readdir(d) != NULL; n++)
		continue;
	closedir(d);
	return (n);
}

int
main(int argc, char *argv[])
{
	char errbuf[_POSIX2_LINE_MAX];
	long i, n, before, after;
	int fds;
	kvm_t *kd;

	if (argc < 3)
		errx(2, "usage: cycles count core [system]");
	n = atol(argv[1]);
	before = 0;
	fds = descriptors();
	for (i = 0; i < n; i++) {
		kd = kvm_open2(argv[3], argv[2], O_RDONLY, errbuf, NULL);
		if (kd == NULL)
			errx(1, "%s", errbuf);
		if (kvm_close(kd) != 0)
			err(1, "kvm_close");
		if (i < n / 2 && (after = resident()) > before)
			before = after;
		/* Failures leave nothing behind either. */
		if (kvm_open2(argv[2], argv[2], O_WRONLY, errbuf, NULL) !=
		    NULL || kvm_open2(argv[0], "/etc/passwd", O_RDONLY, errbuf,
		    NULL) != NULL)
			errx(1, "opened what cannot be");
	}
	after = resident();
	printf("%ld KiB more, %d descriptors more\n", after - before,
	    descriptors() - fds);
	return (after - before > 1024 || descriptors() != fds);
}
