/* SPDX-License-Identifier: BSD-2-Clause */
#define PCRE2_CODE_UNIT_WIDTH	8
#include <pcre2.h>

int
main(void)
{
	pcre2_code *re;
	pcre2_match_data *md;
	PCRE2_SIZE off;
	int err, rc;

	re = pcre2_compile((PCRE2_SPTR)"k.*l", PCRE2_ZERO_TERMINATED, 0, &err,
	    &off, NULL);
	if (re == NULL)
		return (1);
	md = pcre2_match_data_create_from_pattern(re, NULL);
	rc = pcre2_match(re, (PCRE2_SPTR)"kernel", 6, 0, 0, md, NULL);
	pcre2_match_data_free(md);
	pcre2_code_free(re);
	return (rc != 1);
}
