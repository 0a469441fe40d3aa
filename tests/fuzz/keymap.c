/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/fuzz.h"

#include "ui/keymap.h"

static void
error(void *arg, const char *text)
{
	*(size_t *)arg += text[0] != '\0';
}

static void
run(const uint8_t *p, size_t n)
{
	struct keymap_checks checks = { .error = error };
	struct keymap map;
	char text[128];
	size_t errors = 0, i;

	checks.arg = &errors;
	keymap_init(&map);
	(void)keymap_parse(&map, "fuzz", (const char *)p, n, &checks);
	for (i = 0; i < map.n; i++)
		keymap_format(&map.v[i], text, sizeof(text));
	keymap_fini(&map);
}

static void
seed(struct buf *b)
{
	buf_puts(b, "# keys\nmap all q quit\nmap all C-w s split\n"
	    "map prompt Enter \"accept now\"\nunmap all Up\n");
}

const struct fuzz_target fuzz_keymap = { "keymap", run, seed };
