/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every unit test includes: cmocka with the headers that it wants, and
 * the main function that counts for the runner:
 *
 *	static void finds_it(void **state) { ... }
 *	UNIT_MAIN(UNIT(finds_it), UNIT(survives_garbage))
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define UNIT(fn)	cmocka_unit_test(fn)

static int unit_skipped;

/* Leave a test that cannot run here, saying why; the total names it. */
#define unit_skip(why) do {						\
	print_message("SKIPPED: %s\n", (why));				\
	unit_skipped++;							\
	skip();								\
} while (0)

#define UNIT_MAIN(...)							\
int									\
main(void)								\
{									\
	const struct CMUnitTest unit_tests[] = { __VA_ARGS__ };		\
	int n = (int)(sizeof(unit_tests) / sizeof(unit_tests[0]));	\
	int bad = cmocka_run_group_tests(unit_tests, NULL, NULL);	\
									\
	fflush(stderr);							\
	if (unit_skipped > 0)						\
		printf("%d passed, %d failed, %d skipped\n",		\
		    n - bad - unit_skipped, bad, unit_skipped);		\
	else								\
		printf("%d passed, %d failed\n", n - bad, bad);		\
	return (bad != 0);						\
}

#endif
