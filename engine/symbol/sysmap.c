/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/symbol/sysmap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_MAP	(UINT64_C(256) << 20)
#define LINE_MAX_MAP	1024u

/* Is there a whole line of 8 or 16 hex digits, a letter and a name? */
static bool
is_line(const char *p, size_t n)
{
	const char *end = memchr(p, '\n', n);
	size_t i;

	for (i = 0; i < n && isxdigit((unsigned char)p[i]); i++)
		;
	return (end != NULL && (i == 8 || i == 16) && end > p + i + 3 &&
	    p[i] == ' ' && isalpha((unsigned char)p[i + 1]) &&
	    p[i + 2] == ' ' && isgraph((unsigned char)p[i + 3]));
}

int
sysmap_probe(struct ctx *ctx, struct file *f)
{
	char head[LINE_MAX_MAP];
	size_t n;
	int rc;

	n = file_size(f) < sizeof(head) ? (size_t)file_size(f) : sizeof(head);
	rc = file_read(ctx, f, 0, head, n);
	if (rc != 0)
		return (rc);
	return (is_line(head, n) ? 0 : E_NOT_MINE);
}

int
sysmap_read(struct ctx *ctx, struct file *f, struct symbols *s)
{
	size_t n, used, known;
	char *text;
	int rc;

	if (file_size(f) > SIZE_MAX_MAP)
		return (ctx_fail(ctx, E_LIMIT, "%s is too large for a "
		    "System.map", file_name(f)));
	n = (size_t)file_size(f);
	text = malloc(n + 1);
	if (text == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for %s",
		    file_name(f)));
	rc = file_read(ctx, f, 0, text, n);
	text[n] = '\n';			/* the last line may lack its end */
	if (n > 0 && text[n - 1] != '\n')
		n++;
	known = 0;
	if (rc == 0)
		rc = sym_add_lines(ctx, s, text, n, &used, &known);
	free(text);
	if (rc == 0 && known == 0)
		rc = ctx_fail(ctx, E_CORRUPT, "it holds no addresses");
	if (rc == 0)
		rc = sym_seal(ctx, s);
	return (rc == 0 ? 0 : ctx_chain(ctx, "%s", file_name(f)));
}
