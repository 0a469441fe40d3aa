/* SPDX-License-Identifier: BSD-2-Clause */
/* The compiler inside PCRE2 is a build option, and a policy may forbid it. */
#define PCRE2_CODE_UNIT_WIDTH	8
#include <pcre2.h>

int
main(void)
{
	pcre2_code *re;
	PCRE2_SIZE off;
	int err, rc;

	re = pcre2_compile((PCRE2_SPTR)"a+b", PCRE2_ZERO_TERMINATED, 0, &err,
	    &off, NULL);
	if (re == NULL)
		return (1);
	rc = pcre2_jit_compile(re, PCRE2_JIT_COMPLETE);
	pcre2_code_free(re);
	return (rc != 0);
}
