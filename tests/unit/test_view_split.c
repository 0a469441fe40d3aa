/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/unit.h"

#include "engine/view/view.h"

#include <stdlib.h>
#include <string.h>

/* The words joined by | in between. */
static void
splits(const char *line, const char *want)
{
	struct view_args args;
	struct arena arena;
	struct ctx ctx;
	char joined[512];
	int i;

	ctx_init(&ctx);
	arena_init(&arena);
	assert_int_equal(view_split(&ctx, &arena, line, &args), OK);
	joined[0] = '\0';
	for (i = 0; i < args.argc; i++) {
		if (i > 0)
			strcat(joined, "|");
		strcat(joined, args.argv[i]);
	}
	assert_string_equal(joined, want);
	arena_fini(&arena);
	ctx_fini(&ctx);
}

static void
at_blanks(void **state)
{
	(void)state;
	splits("ps", "ps");
	splits("  ps \t init  -t \n", "ps|init|-t");
	splits("hex init_task 64", "hex|init_task|64");
	splits("nosuchcommand a b", "nosuchcommand|a|b");
}

static void
not_in_quotes_and_brackets(void **state)
{
	(void)state;
	splits("ps 'two words'", "ps|two words");
	splits("ps \"two words\" -t", "ps|two words|-t");
	splits("ps \"a\\\"b\\\\c\\d\"", "ps|a\"b\\c\\d");
	splits("ps 'a\\'", "ps|a\\");
	splits("ps ''", "ps|");
	splits("hex per_cpu(x, 1) 64", "hex|per_cpu(x, 1)|64");
	splits("hex a[b + (c + 1)] 8", "hex|a[b + (c + 1)]|8");
	splits("hex f(\") (\") 8", "hex|f(\") (\")|8");
	splits("hex a) b", "hex|a)|b");
	splits("ps (a b", "ps|(a b");
	splits("ps \"a\"+\"b c\"", "ps|\"a\"+\"b c\"");
}

static void
takes_the_rest(void **state)
{
	(void)state;
	splits("print init_task.pid + 1 ", "print|init_task.pid + 1");
	splits("print  -n  *(struct x *)y", "print|-n  *(struct x *)y");
	splits("type struct task_struct", "type|struct task_struct");
	splits("sym (a|b) c", "sym|(a|b) c");
	splits("sym \"tcp.*\"", "sym|tcp.*");
	splits("sym [\"']x", "sym|[\"']x");
	splits("print", "print");
	splits("find \"a b\" phys", "find|\"a b\" phys");
}

static void
keeps_what_was_typed(void **state)
{
	struct view_args args;
	struct arena arena;
	struct ctx ctx;

	(void)state;
	ctx_init(&ctx);
	arena_init(&arena);
	assert_int_equal(view_split(&ctx, &arena, " find  \"a b\"  phys ", &args),
	    OK);
	assert_string_equal(args.rest, "\"a b\"  phys");
	arena_fini(&arena);
	ctx_fini(&ctx);
}

static void
refuses(void **state)
{
	struct view_args args;
	struct arena arena;
	struct ctx ctx;
	char many[2 * VIEW_ARGS_MAX + 8], *huge;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	arena_init(&arena);
	assert_int_equal(view_split(&ctx, &arena, "", &args), E_USAGE);
	assert_int_equal(view_split(&ctx, &arena, " \t", &args), E_USAGE);
	assert_int_equal(view_split(&ctx, &arena, "ps 'open", &args), E_SYNTAX);
	assert_int_equal(view_split(&ctx, &arena, "ps \"a\\\"", &args),
	    E_SYNTAX);
	for (i = 0; i + 1 < sizeof(many); i++)
		many[i] = i % 2 == 0 ? 'a' : ' ';
	many[i] = '\0';
	assert_int_equal(view_split(&ctx, &arena, many, &args), E_LIMIT);
	huge = malloc(100001);
	memset(huge, 'a', 100000);
	huge[100000] = '\0';
	assert_int_equal(view_split(&ctx, &arena, huge, &args), E_LIMIT);
	free(huge);
	arena_fini(&arena);
	ctx_fini(&ctx);
}

static void
every_view_is_whole(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; views[i] != NULL; i++) {
		assert_ptr_equal(view_by_name(views[i]->name), views[i]);
		assert_non_null(views[i]->run);
		assert_non_null(views[i]->args);
		assert_true(views[i]->help[0] != '\0');
	}
	assert_true(i >= 16);
	assert_null(view_by_name("nosuchcommand"));
	assert_null(view_by_name(""));
}

UNIT_MAIN(UNIT(at_blanks), UNIT(not_in_quotes_and_brackets),
    UNIT(takes_the_rest), UNIT(keeps_what_was_typed), UNIT(refuses),
    UNIT(every_view_is_whole))
