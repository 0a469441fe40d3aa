/* SPDX-License-Identifier: BSD-2-Clause */
#include <pthread.h>
#include <stddef.h>

static void *
work(void *arg)
{
	return (arg);
}

int
main(void)
{
	pthread_t t;
	void *res = NULL;
	int x;

	if (pthread_create(&t, NULL, work, &x) != 0)
		return (1);
	pthread_join(t, &res);
	return (res != &x);
}
