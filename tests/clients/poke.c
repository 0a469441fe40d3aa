/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Set an integer of a kernel: [-M core] [-N system] symbol value.  Written as
 * for a BSD.
 */
#include <sys/types.h>

#include <err.h>
#include <fcntl.h>
#include <kvm.h>
#include <nlist.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct nlist nl[] = { { .n_name = NULL }, { .n_name = NULL } };
	const char *memf, *nlistf;
	unsigned int value, was, now;
	kvm_t *kd;
	int ch;

	memf = nlistf = NULL;
	while ((ch = getopt(argc, argv, "M:N:")) != -1)
		switch (ch) {
		case 'M':
			memf = optarg;
			break;
		case 'N':
			nlistf = optarg;
			break;
		default:
			argc = 0;
		}
	if (argc - optind != 2)
		errx(1, "usage: poke [-M core] [-N system] symbol value");
	nl[0].n_name = argv[optind];
	value = (unsigned int)strtoul(argv[optind + 1], NULL, 0);
	kd = kvm_open(nlistf, memf, NULL, O_RDWR, "poke");
	if (kd == NULL)
		return (1);
	if (kvm_nlist(kd, nl) != 0)
		errx(1, "%s: not defined", nl[0].n_name);
	if (kvm_read(kd, nl[0].n_value, &was, sizeof(was)) != sizeof(was))
		errx(1, "%s: %s", nl[0].n_name, kvm_geterr(kd));
	if (kvm_write(kd, nl[0].n_value, &value, sizeof(value)) !=
	    sizeof(value))
		errx(1, "%s: %s", nl[0].n_name, kvm_geterr(kd));
	if (kvm_read(kd, nl[0].n_value, &now, sizeof(now)) != sizeof(now) ||
	    now != value)
		errx(1, "%s: it did not take", nl[0].n_name);
	printf("%s: %u -> %u\n", nl[0].n_name, was, now);
	return (kvm_close(kd));
}
