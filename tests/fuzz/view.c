/* SPDX-License-Identifier: BSD-2-Clause */
/* A table's file, hostile: it is read, and run over a small kernel. */
#include "tests/fuzz/fuzz.h"

#include "engine/view/viewfile.h"
#include "tests/mk/mk_table.h"

#include <string.h>
#include <time.h>

static void
error(void *arg, const char *text)
{
	*(size_t *)arg += text[0] != '\0';
}

static void
run(const uint8_t *p, size_t n)
{
	struct view_args args = { .argc = 1 };
	struct timespec now;
	struct viewfile *f;
	struct mk_table t;
	struct table table;
	size_t errors = 0;

	mk_table_init(&t, false);
	if (viewfile_parse(&t.ctx, "x", "x.view", "fuzz", (const char *)p, n,
	    error, &errors, &f) == OK) {
		args.argv[0] = "x";
		if (f->arg != VF_NO_ARG)
			args.argv[args.argc++] = "1";
		/* Small files can ask for long walks, which have an end. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		t.ctx.deadline = (uint64_t)now.tv_sec * 1000000000 +
		    (uint64_t)now.tv_nsec + 20000000;
		table_init(&table);
		(void)view_run(&t.ctx, &t.k, &f->view, &args, &table.sink);
		t.ctx.deadline = 0;
		table_fini(&table);
		viewfile_destroy(f);
	}
	mk_table_fini(&t);
}

static void
seed(struct buf *b)
{
	buf_puts(b, "help nodes\nargs [REGEX] on name\nflags bits\n1 ONE\n2 TWO\n"
	    "end\nlet $t = *(struct table *)&table\n"
	    "let $sum = sum $m->count for $m in chain $t.first by next\n"
	    "either with struct node.gone\ncolumn a dec 1\nor\ncolumn a hex 2\n"
	    "end\nboth\neach $n at $k in hlists $t.buckets by head as struct "
	    "node.hash\nand\neach $n in rbtree $t.root as struct node.tree\nend\n"
	    "where $n->flags > 1\nunique $n->flags\nkey $n->count\n"
	    "column name text $n->name link process $n->flags\n"
	    "column hidden bits flags(bits) $n->flags\n| $n->gone\n"
	    "column kin dec $c->flags for $c in tree $t.top by child as struct "
	    "node.sibling where $c->flags\n"
	    "column fn symbol $n->fn\ncolumn at address $n\n");
}

const struct fuzz_target fuzz_view = { "view", run, seed };
