/* SPDX-License-Identifier: BSD-2-Clause */
/* What other debuggers' users type, in kpeek's words. */
#include "tests/unit/unit.h"

#include "engine/view/phrase.h"
#include "engine/view/view.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char	*theirs, *ours;		/* NULL: nobody says that */
} said[] = {
	/* crash */
	{ "foreach bt", "bt -a" },
	{ "bt -c 1", "bt cpu 1" },
	{ "dmesg", "log" },
	{ "dmesg  -T", "log -T" },
	{ "rd jiffies", "hex jiffies 16" },
	{ "rd  jiffies 4", "hex jiffies (4)*8" },
	{ "rd (jiffies + 8) 4", "hex (jiffies + 8) (4)*8" },
	{ "struct list_head", "type struct list_head" },
	{ "struct task_struct.comm",
	    "print offsetof(struct task_struct, comm)" },
	{ "struct task_struct ffff888001234000",
	    "print *(struct task_struct *)(ffff888001234000)" },
	{ "struct task_struct 0xffff888001234000",
	    "print *(struct task_struct *)(0xffff888001234000)" },
	{ "struct task_struct.comm init_task",
	    "print ((struct task_struct *)&(init_task))->comm" },
	{ "struct task_struct.pid,comm init_task",
	    "print array((struct task_struct *)&(init_task), 1) | pid,comm" },
	{ "union thread_union 0x10", "print *(union thread_union *)(0x10)" },
	{ "kmem -s", "slabs" },
	{ "kmem -s ext4", "slabs ext4" },
	{ "kmem -S dentry", "objects dentry" },
	{ "kmem 0xffff888001234000", "whatis 0xffff888001234000" },
	{ "vm 12", "maps 12" },
	{ "search -k 0xdead", "find 0xdead kernel" },
	{ "task -R comm 7", "print (*task(7)).comm" },
	/* gdb */
	{ "x/4gx init_task", "hex init_task 32" },
	{ "x/4xb init_task", "hex init_task 4" },
	{ "x/i schedule", "dis schedule 1" },
	{ "x/12i schedule", "dis schedule 12" },
	{ "x/99999999999999999999gx 0", "hex 0 8" },
	{ "p/x jiffies + 1", "print -x jiffies + 1" },
	{ "info locals", "frame" }, { "foreach UN bt", "blocked" },
	{ "info symbol 0x10", "whatis 0x10" },
	{ "ptype struct list_head", "type struct list_head" },
	{ "thread apply all bt", "bt -a" },
	/* mdb */
	{ "::ps", "ps" },
	{ "::msgbuf", "log" },
	{ "0x10::whatis", "whatis 0x10" },
	{ "init_task::print task_struct",
	    "print *(struct task_struct *)&(init_task)" },
	{ "0x10::print struct list_head",
	    "print *(struct list_head *)(0x10)" },
	/* WinDbg */
	{ "!analyze -v", "analyze" },
	{ "dt list_head", "type list_head" },
	/* Not in the book, or not so. */
	{ "", NULL },
	{ "nonsense", NULL },
	{ "foreachbt", NULL },
	{ "kmem -i now", NULL },
	{ "struct", NULL },
	{ "struct a b c", NULL },
	{ "p/x", NULL },
};

static void
reads_what_others_say(void **state)
{
	struct arena arena;
	struct ctx ctx;
	const char *ours;
	size_t i;

	(void)state;
	ctx_init(&ctx);
	arena_init(&arena);
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		assert_int_equal(phrase_translate(&ctx, &arena, said[i].theirs,
		    &ours), OK);
		if (said[i].ours == NULL)
			assert_null(ours);
		else {
			assert_non_null(ours);
			assert_string_equal(ours, said[i].ours);
		}
	}
	arena_fini(&arena);
}

/* There is no such thing here: what to do instead is said. */
static void
says_what_to_do_instead(void **state)
{
	struct arena arena;
	struct ctx ctx;
	const char *ours;

	(void)state;
	ctx_init(&ctx);
	arena_init(&arena);
	assert_int_equal(phrase_translate(&ctx, &arena, "set 12", &ours),
	    E_UNSUPPORTED);
	assert_non_null(strstr(ctx.err.text, "bt 12"));
	assert_null(ours);
	assert_int_equal(phrase_translate(&ctx, &arena,
	    "list task_struct.tasks -H init_task", &ours), E_UNSUPPORTED);
	assert_non_null(strstr(ctx.err.text, "print list("));
	arena_fini(&arena);
}

/* What is said in our words is a command, or a table that kpeek ships. */
static void
leads_to_commands_that_are_there(void **state)
{
	const struct phrase *p;
	char name[64], path[512];
	const char *srcdir;
	size_t n;

	(void)state;
	srcdir = getenv("SRCDIR");
	assert_non_null(srcdir);
	for (p = phrases; p->theirs != NULL; p++) {
		assert_true((p->ours == NULL) != (p->hint == NULL));
		if (p->ours == NULL || p->ours[0] == '%')
			continue;
		n = strcspn(p->ours, " ");
		assert_true(n < sizeof(name));
		memcpy(name, p->ours, n);
		name[n] = '\0';
		snprintf(path, sizeof(path), "%s/views/%s.view", srcdir, name);
		if (view_by_name(name) == NULL && strcmp(name, "write") != 0 &&
		    access(path, R_OK) != 0)
			fail_msg("%s: no command %s", p->theirs, name);
	}
}

UNIT_MAIN(UNIT(reads_what_others_say), UNIT(says_what_to_do_instead), UNIT(leads_to_commands_that_are_there))
