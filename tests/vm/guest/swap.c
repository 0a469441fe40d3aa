/* swap PRIORITY PATH: swapon with a priority, which busybox may not offer. */
#include <sys/swap.h>

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (swapon(argv[2], SWAP_FLAG_PREFER |
	    (atoi(argv[1]) & SWAP_FLAG_PRIO_MASK)) == -1) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}
