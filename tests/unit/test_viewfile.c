/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables as text: what files say, what is wrong with them, and their rows. */
#include "tests/unit/unit.h"

#include "base/vec.h"
#include "engine/os/os.h"
#include "engine/view/tables.h"
#include "engine/view/viewfile.h"
#include "tests/mk/mk_table.h"

#include <stdlib.h>
#include <string.h>

/* --- the parser ----------------------------------------------------------------- */

static void
note(void *arg, const char *text)
{
	buf_printf(arg, "%s\n", text);
}

static void
complains(const char *text, const char *want)
{
	struct viewfile *f = NULL;
	struct buf said = { 0 };
	struct ctx ctx;

	ctx_init(&ctx);
	assert_int_equal(viewfile_parse(&ctx, "x", "x.view", "", text,
	    strlen(text), note, &said, &f), E_SYNTAX);
	assert_null(f);
	assert_string_equal(buf_text(&said), want);
	buf_fini(&said);
	ctx_fini(&ctx);
}

static void
errors_have_a_place(void **state)
{
	(void)state;
	complains("", "x.view:0:1: nothing is read and shown\n");
	complains("frob", "x.view:1:1: \"frob\" is no statement\n");
	complains("# a comment\n\n  let x = 1\ncolumn a dec 1\n",
	    "x.view:3:7: a variable is wanted here, like $x\n");
	complains("let $x 1\n", "x.view:1:8: \"=\" is wanted here\n");
	complains("let $x = \n", "x.view:1:10: an expression is wanted here\n");
	complains("let $x = 1 +\n",
	    "x.view:1:13: a value is wanted here\n");
	complains("let $x = (1\n", "x.view:1:12: \")\" is missing\n");
	complains("column a dec foo(1,,2)\n",
	    "x.view:1:20: a value is wanted here\n");
	complains("column a-b dec 1\n",
	    "x.view:1:8: a column's name is wanted here\n");
	complains("column a number 1\n", "x.view:1:10: a format is wanted here, "
	    "like dec, hex, text or auto\n");
	complains("column a flags(f) 1\n",
	    "x.view:1:16: no table \"f\" stands above\n");
	complains("column a dec 1\ncolumn a dec 2\n",
	    "x.view:2:8: a second column \"a\"\n");
	complains("each $x in heap 1\n", "x.view:1:12: a walker is wanted here, "
	    "not \"heap\": list, array, chain, ...\n");
	complains("each $x in list $y\n", "x.view:1:19: \"as\" is wanted here\n");
	complains("each $x in list $y as struct a\n", "x.view:1:23: a type and "
	    "its member are wanted here, like struct module.list\n");
	complains("each $x in xarray $y as struct a.b\n", "x.view:1:25: a type "
	    "is wanted here, like struct module\n");
	complains("each $x in range 1\n",
	    "x.view:1:19: \"count\" is wanted here\n");
	complains("either with colour x\nend\n", "x.view:1:13: \"symbol NAME\" or a "
	    "type with or without a member is wanted here\n");
	complains("end\n",
	    "x.view:1:1: \"end\" without \"either\" or \"both\"\n");
	complains("and\n", "x.view:1:1: \"and\" without \"both\"\n");
	complains("both\nor\nend\ncolumn a dec 1\n",
	    "x.view:2:1: \"or\" without \"either\"\n");
	complains("either\ncolumn a dec 1\n", "x.view:2:1: \"end\" is missing\n");
	complains("| 1\n", "x.view:1:1: nothing stands above that this could "
	    "be instead of\n");
	complains("args PID\nargs PID\ncolumn a dec 1\n",
	    "x.view:2:1: \"args\" stands there twice\n");
	complains("args HERD\ncolumn a dec 1\n", "x.view:1:6: PID, NUMBER, "
	    "EXPR, REGEX or NAME is wanted here, in [] when it may be left "
	    "out\n");
	complains("args [REGEX] on b\ncolumn a dec 1\n",
	    "x.view:2:1: the argument's column \"b\" does not exist\n");
	complains("column a dec 1\nsystem Linux\n", "x.view:2:1: \"system\" "
	    "comes before all that is read\n");
	complains("help\n", "x.view:1:5: a line of help is wanted here\n");
	/* Columns of the screen, not bytes. */
	complains("let $x = \"\xc3\xa4\" +\n",
	    "x.view:1:15: a value is wanted here\n");
}

static void
bounds_of_a_file(void **state)
{
	struct viewfile *f = NULL;
	struct ctx ctx;
	struct buf b = { 0 };
	unsigned i;

	(void)state;
	ctx_init(&ctx);
	for (i = 0; i < 100; i++)
		buf_puts(&b, "either\n");
	assert_int_equal(viewfile_parse(&ctx, "x", "x", "", buf_text(&b), b.len,
	    NULL, NULL, &f), E_SYNTAX);
	buf_reset(&b);
	for (i = 0; i < 100; i++)
		buf_printf(&b, "column c%u dec 1\n", i);
	assert_int_equal(viewfile_parse(&ctx, "x", "x", "", buf_text(&b), b.len,
	    NULL, NULL, &f), E_SYNTAX);
	buf_reset(&b);
	for (i = 0; i < 5000; i++)
		buf_puts(&b, "let $x = 1\n");
	assert_int_equal(viewfile_parse(&ctx, "x", "x", "", buf_text(&b), b.len,
	    NULL, NULL, &f), E_SYNTAX);
	buf_reset(&b);
	for (i = 0; i < 3000; i++)
		buf_puts(&b, "x");
	assert_int_equal(viewfile_parse(&ctx, "x", "x", "", buf_text(&b), b.len,
	    NULL, NULL, &f), E_SYNTAX);
	while (b.len <= VF_FILE_MAX)
		buf_puts(&b, "# ........................................\n");
	assert_int_equal(viewfile_parse(&ctx, "x", "x", "", buf_text(&b), b.len,
	    NULL, NULL, &f), E_LIMIT);
	assert_int_equal(viewfile_parse(&ctx, "x", "x", "", "# \0", 3, NULL,
	    NULL, &f), E_SYNTAX);
	assert_null(f);
	buf_fini(&b);
	ctx_fini(&ctx);
}

/* --- rows ----------------------------------------------------------------------- */

/* Run a text; its rows, cells between "|", and behind them what went wrong. */
static int
rows(struct mk_table *t, const char *text, const char *arg, struct buf *b)
{
	struct view_args args = { .argc = arg != NULL ? 2 : 1 };
	struct viewfile *f;
	struct table table;
	struct buf said = { 0 };
	size_t c, i;
	int rc;

	buf_reset(b);
	ctx_clear(&t->ctx);
	rc = viewfile_parse(&t->ctx, "x", "x.view", "", text, strlen(text),
	    note, &said, &f);
	assert_string_equal(buf_text(&said), "");
	assert_int_equal(rc, OK);
	buf_fini(&said);
	args.argv[0] = "x";
	args.argv[1] = arg;
	table_init(&table);
	rc = view_run(&t->ctx, &t->k, &f->view, &args, &table.sink);
	for (i = 0; i < table.nrows; i++) {
		for (c = 0; c < table.rows[i]->depth; c++)
			buf_puts(b, ">");
		for (c = 0; c < table.ncolumns; c++) {
			if (c > 0)
				buf_puts(b, "|");
			cell_format(&table.rows[i]->cells[c], &table.columns[c],
			    b);
		}
		buf_puts(b, table.rows[i]->style == ROW_ERROR ? " !\n" : "\n");
	}
	if (rc != OK)
		buf_puts(b, t->ctx.err.text);
	table_fini(&table);
	viewfile_destroy(f);
	return (rc);
}

static void
shows(bool be, const char *text, const char *arg, int status, const char *want)
{
	struct mk_table t;
	struct buf b = { 0 };

	mk_table_init(&t, be);
	assert_int_equal(rows(&t, text, arg, &b), status);
	assert_string_equal(buf_text(&b), want);
	buf_fini(&b);
	mk_table_fini(&t);
}

#define TABLE	"let $t = *(struct table *)&table\n"

static void
walks_containers(void **state)
{
	static const struct { const char *walker, *want; } cases[] = {
		{ "list $t.head as struct node.list", "1 2 3 4 5 6" },
		{ "list &$t.head as struct node.list", "1 2 3 4 5 6" },
		{ "hlists $t.buckets by head as struct node.hash",
		  "4 5 1 6 2 3" },
		{ "hlists &$t.buckets[1] count 1 by head as struct node.hash",
		  "5 1" },
		{ "hlist $t.buckets[2].head as struct node.hash", "6 2" },
		{ "rbtree $t.root as struct node.tree", "1 2 3 4 5 6" },
		{ "chain $t.first by next", "1 2 3 4 5 6" },
		{ "chain $t.first->next->next by next", "3 4 5 6" },
		{ "array $t.all", "2 5" },
		{ "array $t.all count 1", "2" },
		{ "tree $t.top by child as struct node.sibling", "1 2 4 3" },
		{ "items *$t.first, nothing, $t.all[2]", "1 5" },
		{ "list *(struct list_head *)0 as struct node.list", "" },
		{ "chain (struct node *)0 by next", "" },
	};
	struct mk_table t;
	struct buf b = { 0 };
	char text[512], got[128];
	const char *p;
	size_t i, n;
	int be;

	(void)state;
	for (be = 0; be < 2; be++) {
		mk_table_init(&t, be != 0);
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			snprintf(text, sizeof(text), TABLE "each $n in %s\n"
			    "column n dec $n->count / 10\n", cases[i].walker);
			assert_int_equal(rows(&t, text, NULL, &b), OK);
			/* ">>4" and line ends to one line. */
			n = 0;
			for (p = buf_text(&b); *p != '\0' &&
			    n + 1 < sizeof(got); p++)
				if (*p != '>')
					got[n++] = *p == '\n' ? ' ' : *p;
			got[n > 0 ? n - 1 : 0] = '\0';
			assert_string_equal(got, cases[i].want);
		}
		mk_table_fini(&t);
	}
	buf_fini(&b);
}

static void
formats_cells(void **state)
{
	static const char text[] = "flags bits\n1 ONE\n2 TWO\nend\n"
	    "names kinds\n0 none\nBLUE blue\nend\n" TABLE
	    "each $n in list $t.head as struct node.list\n"
	    "where $n->flags <= 3 && $n->flags != 2 || $n->flags == 6\n"
	    "column name text $n->name\n"
	    "column text text $n->text\n"
	    "column flags flags(bits) $n->flags\n"
	    "column kind enum(enum color) $n->kind\n"
	    "column own names(kinds) $n->kind\n"
	    "column auto auto $n->kind\n"
	    "column fn symbol $n->fn\n"
	    "column count hex $n->count\n"
	    "column oct oct $n->count\n"
	    "column ms ms $n->count\n"
	    "column yes bool $n->kind\n"
	    "column ip ip $n->flags\n"
	    "column mac mac $n->name\n"
	    "column dev dev $n->flags << 20 | $n->count\n"
	    "column at address $n\n"
	    "column next address $n->next\n";

	(void)state;
	shows(false, text, NULL, OK,
	    "node 1||ONE|BLUE|blue|BLUE||0xa|012|0.010|yes|1.0.0.0"
	    "|6e:6f:64:65:20:31|1:10|0x11000|0x12000\n"
	    "node 3|elsewhere|ONE,TWO|BLUE|blue|BLUE|do_it+0x3|0x1e|036|0.030"
	    "|yes|3.0.0.0|6e:6f:64:65:20:33|3:30|0x13000|0x14000\n"
	    "node 6|elsewhere|TWO,0x4|RED|none|RED|do_it+0x6|0x3c|074|0.060|no"
	    "|6.0.0.0|6e:6f:64:65:20:36|6:60|0x16000|0x0\n");
	shows(true, "each $n in items *(struct node *)0x12000\n"
	    "column ip ip $n->flags\ncolumn port dec ntohs(0x1f90)\n"
	    "column count dec $n->count\n", NULL, OK, "0.0.0.2|8080|20\n");
	shows(false, "column port dec ntohs(0x901f)\n", NULL, OK, "8080\n");
}

static void
gathers(void **state)
{
	(void)state;
	shows(false, TABLE
	    "let $sum = sum $n->count for $n in chain $t.first by next\n"
	    "let $odd = count for $n in chain $t.first by next where $n->flags & 1\n"
	    "let $min = min $n->count for $n in array $t.all\n"
	    "let $max = max $n->count for $n in array $t.all\n"
	    "let $first = first $n for $n in array $t.all where $n->count > 20\n"
	    "let $last = last $n for $n in chain $t.first by next\n"
	    "let $pairs = count for $a in array $t.all for $b in array $t.all\n"
	    "column sum dec $sum\ncolumn odd dec $odd\ncolumn min dec $min\n"
	    "column max dec $max\ncolumn first text $first->name\n"
	    "column last text $last->name\ncolumn pairs dec $pairs\n"
	    "column list dec $n->flags for $n in rbtree $t.root as struct node.tree where $n->flags > 3\n",
	    NULL, OK, "210|3|20|50|node 5|node 6|4|4 5 6\n");
	/* Loops in each other; rows that came before are left out. */
	shows(false, TABLE "each $a at $i in array $t.all\n"
	    "each $b in array $t.all\nunique $a->count + $b->count\n"
	    "column i dec $i\ncolumn s dec $a->count + $b->count\n", NULL, OK,
	    "0|40\n0|70\n2|100\n");
}

static void
takes_alternatives(void **state)
{
	(void)state;
	shows(false, TABLE "each $n in list $t.gone as struct node.list\n"
	    "| list $t.head as struct node.gone\n"
	    "| rbtree $t.root as struct node.tree\n"
	    "where $n->flags == 2\n"
	    "column a dec $n->gone\n| nothing\n| $n->count\n", NULL, OK, "20\n");
	shows(false, "either with struct node.gone\ncolumn a dec 1\n"
	    "or with no struct node.count\ncolumn a dec 2\n"
	    "or with struct node.count, symbol table\ncolumn a dec 3\n"
	    "or\ncolumn a dec 4\nend\ncolumn b dec 5\n", NULL, OK, "3|5\n");
	shows(false, "both\nlet $x = 1\nand with symbol nothing\nlet $x = 2\n"
	    "and\neither with struct gone\nlet $x = 3\nor\nlet $x = 4\nend\n"
	    "end\ncolumn x dec $x\n", NULL, OK, "1\n4\n");
	shows(false, "either with struct gone\ncolumn a dec 1\nend\n", NULL,
	    E_NO_TYPE, "x.view:1: this kernel has none of what the table could "
	    "be read from");
}

static void
takes_arguments(void **state)
{
	static const char by_name[] = "args [REGEX] on name\n" TABLE
	    "each $n in chain $t.first by next\ncolumn count dec $n->count\n"
	    "column name text $n->name\n";

	(void)state;
	shows(false, by_name, "[25]$", OK, "20|node 2\n50|node 5\n");
	shows(false, by_name, "(", E_SYNTAX, "bad pattern \"(\", at character 2: "
	    "missing closing parenthesis");
	shows(false, "args NAME on name\n" TABLE "each $n in chain $t.first by "
	    "next\ncolumn name text $n->name\n", "node 3", OK, "node 3\n");
	shows(false, "args [NUMBER=7]\ncolumn n dec $number\n", NULL, OK,
	    "7\n");
	shows(false, "args [NUMBER=7]\ncolumn n dec $number\n", "0x10", OK,
	    "16\n");
	shows(false, "args EXPR\ncolumn n dec $expr.flags\n",
	    "*(struct node *)0x13000", OK, "3\n");
	shows(false, "args EXPR\ncolumn n dec $expr\n", NULL, E_USAGE,
	    "usage: x EXPR");
	shows(false, "column n dec 1\n", "2", E_USAGE, "usage: x");
}

static void
broken_nodes_are_rows(void **state)
{
	static const char text[] = TABLE "each $b at $i in array $t.buckets\n"
	    "each $n in hlist $b.head as struct node.hash\n"
	    "column n dec $n->count\ncolumn name text $n->name\n";
	struct mk_table t;
	struct buf b = { 0 };

	(void)state;
	mk_table_init(&t, false);
	/* 5 -> 1 -> 5; 3's page is gone; 6 leads into nothing. */
	mk_put_ptr(&t.m, MK_NODE(1) + MK_NODE_HASH, MK_NODE(5) + MK_NODE_HASH);
	mk_put_ptr(&t.m, MK_NODE(6) + MK_NODE_HASH, 0x14);
	mk_space_unmap(&t.m, MK_NODE(3));
	assert_int_equal(rows(&t, text, NULL, &b), E_CORRUPT);
	assert_string_equal(buf_text(&b), "40|node 4\n50|node 5\n10|node 1\n"
	    "<corrupt>|<corrupt> !\n60|node 6\n<corrupt>|<corrupt> !\n"
	    "<not-mapped>|<not-mapped>\n<not-mapped>|<not-mapped> !\n"
	    "x.view:3:12: hlist at 0x1028: loops at 0x15010");
	mk_table_fini(&t);
	/* One of a hash table's lists does not spoil the others. */
	mk_table_init(&t, false);
	mk_put_ptr(&t.m, MK_NODE(4) + MK_NODE_HASH, MK_NODE(4) + MK_NODE_HASH);
	assert_int_equal(rows(&t, TABLE "each $n in hlists $t.buckets by head "
	    "as struct node.hash\ncolumn n dec $n->count\n", NULL, &b),
	    E_CORRUPT);
	assert_string_equal(buf_text(&b), "40\n50\n10\n60\n20\n30\n<corrupt> !\n"
	    "x.view:2:12: hlist at 0x1018: loops at 0x14010");
	mk_table_fini(&t);
	/* Chains and trees that loop. */
	mk_table_init(&t, false);
	mk_put_ptr(&t.m, MK_NODE(3) + MK_NODE_NEXT, MK_NODE(2));
	mk_put_ptr(&t.m, MK_NODE(4) + MK_NODE_CHILD, MK_NODE(1));
	assert_int_equal(rows(&t, TABLE "each $n in chain $t.first by next\n"
	    "column n dec $n->count\n", NULL, &b), E_CORRUPT);
	assert_string_equal(buf_text(&b), "10\n20\n30\n<corrupt> !\n"
	    "x.view:2:12: a chain loops at 0x12000");
	assert_int_equal(rows(&t, TABLE "each $n in tree $t.top by child as "
	    "struct node.sibling\ncolumn n dec $n->count\n", NULL, &b),
	    E_CORRUPT);
	assert_string_equal(buf_text(&b), "10\n>20\n>>40\n<corrupt> !\n"
	    "x.view:2:12: a tree loops or is too deep at 0x11000");
	mk_table_fini(&t);
	buf_fini(&b);
}

static void
says_what_is_missing(void **state)
{
	struct mk_table t;
	struct buf b = { 0 };

	(void)state;
	shows(false, "each $n in list *(struct gone *)&table as struct node.list\n"
	    "column a dec 1\n", NULL, E_NO_TYPE,
	    "x.view:1:19: no type \"struct gone\"");
	shows(false, "each $n in list nothing as struct node.list\n"
	    "column a dec 1\n", NULL, E_NO_SYMBOL,
	    "x.view:1:17: no symbol \"nothing\"");
	shows(false, TABLE "each $n in list $t.head as struct node.gone\n"
	    "column a dec 1\n", NULL, E_NO_MEMBER,
	    "x.view:2:12: struct node has no member \"gone\"");
	/* A cell that this kernel has not is a cell. */
	shows(false, TABLE "let $x = $t.gone\nlet $y = $x + 1\n"
	    "column a dec $t.gone\ncolumn b dec $y\ncolumn c dec 1\n"
	    "column d dec nothing\n", NULL, OK,
	    "<no-member>|<no-member>|1|<no-type>\n");
	/* What is wrong in any kernel is told, once, behind the rows. */
	shows(false, TABLE "each $n in array $t.all\n"
	    "column a dec $t\ncolumn b dec $n->flags\n", NULL, E_USAGE,
	    "|2\n|5\nstruct table has no single value");
	mk_table_init(&t, false);
	mk_space_unmap(&t.m, MK_NODE(2));
	assert_int_equal(rows(&t, TABLE "each $n in array $t.all\n"
	    "where $n->flags == 5 || $n->flags == 2\n"
	    "column a dec $n->flags\ncolumn b text $n->name\n"
	    "column c address $n\n", NULL, &b), OK);
	assert_string_equal(buf_text(&b),
	    "<not-mapped>|<not-mapped>|0x12000\n5|node 5|0x15000\n");
	t.k.types = types_create(8, false);
	assert_int_equal(rows(&t, "column a dec 1\n", NULL, &b), E_NO_TYPE);
	types_destroy(t.k.types);
	t.k.types = t.k.env.types;
	assert_int_equal(rows(&t, "system Linux\ncolumn a dec 1\n", NULL, &b),
	    E_UNSUPPORTED);
	mk_table_fini(&t);
	buf_fini(&b);
}

/* --- the tables that ship, and a user's ------------------------------------------ */

static void
shipped_tables_are_good(void **state)
{
	const struct vf_section *s;
	struct viewfile *f;
	const struct view *v;
	struct buf said = { 0 };
	struct tables *t;
	struct ctx ctx;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	t = tables_create();
	assert_non_null(t);
	assert_true(tables_count(t) > 25);
	for (i = 0; i < tables_count(t); i++) {
		assert_int_equal(viewfile_parse(&ctx, "x", tables_name(t, i),
		    "", table_texts[i].text, strlen(table_texts[i].text), note,
		    &said, &f), OK);
		assert_string_equal(buf_text(&said), "");
		for (s = f->sections; s != NULL; s = s->next)
			assert_non_null(s->system);
		viewfile_destroy(f);
		v = tables_at(&ctx, t, i);
		assert_non_null(v);
		assert_true(v->help[0] != '\0');
		assert_null(view_by_name(v->name));
		assert_ptr_equal(tables_view(&ctx, t, v->name), v);
		assert_string_equal(tables_origin(t, i), "built in");
		if (i > 0)
			assert_true(strcmp(tables_name(t, i - 1),
			    tables_name(t, i)) < 0);
	}
	assert_null(tables_view(&ctx, t, "no such table"));
	tables_destroy(t);
	buf_fini(&said);
	ctx_fini(&ctx);
}

static void
add(struct ctx *ctx, struct tables *t, const char *path, const char *text)
{
	assert_int_equal(tables_add(ctx, t, path, text, strlen(text)), OK);
}

static void
users_tables_come_first(void **state)
{
	const struct view *v;
	struct tables *t;
	struct ctx ctx;
	size_t n;

	(void)state;
	ctx_init(&ctx);
	t = tables_create();
	n = tables_count(t);
	add(&ctx, t, "/home/me/mounts.view", "help mine\ncolumn a dec 1\n");
	add(&ctx, t, "/home/me/a-new_one.view", "help new\ncolumn a dec 1\n");
	assert_int_equal(tables_count(t), n + 1);
	v = tables_view(&ctx, t, "mounts");
	assert_string_equal(v->help, "mine");
	v = tables_view(&ctx, t, "a-new_one");
	assert_string_equal(v->help, "new");
	assert_string_equal(tables_name(t, 0), "a-new_one");
	assert_string_equal(tables_origin(t, 0), "/home/me/a-new_one.view");
	assert_null(tables_complaint(t, 0));
	/* What is wrong disables its file alone. */
	add(&ctx, t, "/home/me/slabs.view", "help bad\ncolumn\n");
	add(&ctx, t, "/home/me/ps.view", "help bad\ncolumn a dec 1\n");
	add(&ctx, t, "/home/me/.view", "help bad\ncolumn a dec 1\n");
	assert_string_equal(tables_complaint(t, 0), "/home/me/slabs.view:2:7: "
	    "a column's name is wanted here");
	assert_string_equal(tables_complaint(t, 1), "/home/me/ps.view:1:1: "
	    "this table is built in and cannot be replaced");
	assert_string_equal(tables_complaint(t, 2), "/home/me/.view:1:1: the "
	    "file's name is no table's name");
	assert_null(tables_complaint(t, 3));
	v = tables_view(&ctx, t, "slabs");
	assert_non_null(v);
	assert_string_not_equal(v->help, "bad");
	assert_int_equal(tables_count(t), n + 1);
	tables_destroy(t);
	ctx_fini(&ctx);
}

/*
 * FreeBSD's mounts, with the names of sys/sys/mount.h: no kernel with types is
 * at hand, so that its structures are made.
 */
static void
freebsd_mounts(void **state)
{
	static const struct os_ops freebsd = { .name = "FreeBSD" };
	static const struct view_args args = { .argv = { "mounts" }, .argc = 1 };
	struct mk_table t;
	struct mk_btf b;
	struct type_unit *unit;
	struct tables *tables;
	struct table got;
	struct buf line = { 0 };
	uint32_t c, i, p, list, stat, two, u64;
	const void *blob;
	size_t k, n;

	(void)state;
	mk_table_init(&t, false);
	mk_btf_init(&b, false, NULL);
	i = mk_btf_int(&b, "int", 4, MK_SIGNED);
	u64 = mk_btf_int(&b, "unsigned long", 8, 0);
	c = mk_btf_array(&b, mk_btf_int(&b, "char", 1, MK_SIGNED), 16);
	two = mk_btf_array(&b, i, 2);
	p = mk_btf_type(&b, MK_PTR, "", 0, 0, false);
	list = mk_btf_struct(&b, MK_STRUCT, "", 16, false);
	mk_btf_member(&b, "tqe_next", list + 4, 0, 0);
	mk_btf_member(&b, "tqe_prev", p, 64, 0);
	(void)mk_btf_struct(&b, MK_STRUCT, "fsid", 8, false);
	mk_btf_member(&b, "val", two, 0, 0);
	stat = mk_btf_struct(&b, MK_STRUCT, "statfs", 80, false);
	mk_btf_member(&b, "f_bsize", u64, 0, 0);
	mk_btf_member(&b, "f_blocks", u64, 64, 0);
	mk_btf_member(&b, "f_bfree", u64, 128, 0);
	mk_btf_member(&b, "f_fsid", list + 1, 192, 0);
	mk_btf_member(&b, "f_fstypename", c, 256, 0);
	mk_btf_member(&b, "f_mntfromname", c, 384, 0);
	mk_btf_member(&b, "f_mntonname", c, 512, 0);
	i = mk_btf_struct(&b, MK_STRUCT, "mount", 112, false);
	mk_btf_member(&b, "mnt_list", list, 0, 0);
	mk_btf_member(&b, "mnt_flag", u64, 128, 0);
	mk_btf_member(&b, "mnt_nvnodelistsize", two - 2, 192, 0);
	mk_btf_member(&b, "mnt_stat", stat, 256, 0);
	assert_int_equal(mk_btf_type(&b, MK_PTR, "", i, 0, false), list + 4);
	(void)mk_btf_struct(&b, MK_STRUCT, "mntlist", 16, false);
	mk_btf_member(&b, "tqh_first", list + 4, 0, 0);
	blob = mk_btf_blob(&b, &n);
	types_destroy(t.k.types);
	t.k.types = types_create(8, false);
	assert_int_equal(btf_open(&t.ctx, "kernel", blob, n, false, false, 8,
	    NULL, &unit), OK);
	assert_int_equal(types_add(&t.ctx, t.k.types, unit), OK);
	t.k.env.types = t.k.types;
	t.k.os = &freebsd;
	assert_int_equal(sym_add(&t.ctx, &t.k.symbols, 0x20000, 16, 'D', 0,
	    "mountlist", 9), OK);
	assert_int_equal(sym_seal(&t.ctx, &t.k.symbols), OK);
	mk_put_ptr(&t.m, 0x20000, 0x21000);
	mk_put_ptr(&t.m, 0x21000, 0x22000);
	mk_put(&t.m, 0x21000 + 16, 8, 0x1001 | 0x4000);
	mk_put(&t.m, 0x21000 + 32, 8, 4096);
	mk_put(&t.m, 0x21000 + 40, 8, 1024);
	mk_put(&t.m, 0x21000 + 48, 8, 512);
	mk_put(&t.m, 0x21000 + 56, 4, 77);
	memcpy(t.m.bytes + 0x21000 + 64, "ufs", 4);
	memcpy(t.m.bytes + 0x21000 + 80, "/dev/ada0p2", 12);
	memcpy(t.m.bytes + 0x21000 + 96, "/", 2);
	mk_put_ptr(&t.m, 0x22000, 0);
	memcpy(t.m.bytes + 0x22000 + 64, "devfs", 6);
	tables = tables_create();
	table_init(&got);
	assert_int_equal(view_run(&t.ctx, &t.k, tables_view(&t.ctx, tables,
	    "mounts"), &args, &got.sink), OK);
	assert_int_equal(got.nrows, 2);
	for (k = 0; k < got.ncolumns; k++) {
		buf_puts(&line, k > 0 ? "|" : "");
		cell_format(&got.rows[0]->cells[k], &got.columns[k], &line);
	}
	assert_string_equal(buf_text(&line), "77|/dev/ada0p2|/|ufs|"
	    "rdonly,local,rootfs|yes|4M|2M|0|0x21000");
	buf_fini(&line);
	table_fini(&got);
	tables_destroy(tables);
	mk_btf_fini(&b);
	mk_table_fini(&t);
}

UNIT_MAIN(UNIT(errors_have_a_place), UNIT(bounds_of_a_file),
    UNIT(walks_containers), UNIT(formats_cells), UNIT(gathers),
    UNIT(takes_alternatives), UNIT(takes_arguments),
    UNIT(broken_nodes_are_rows), UNIT(says_what_is_missing),
    UNIT(shipped_tables_are_good), UNIT(freebsd_mounts), UNIT(users_tables_come_first))
