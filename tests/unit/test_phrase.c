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
	{ "bt -sx 7", "bt 7" },
	{ "bt -t 7", "tele (*task(7)).stack 2048" },
	{ "ps aux", "ps" },
	{ "log -m", "log" },
	{ "net -a", "neighbours" },
	{ "irq -u 3", "irqs" },
	{ "timer -r", "hrtimers" },
	{ "timer -C 0", "timers" },
	{ "rd -32 jiffies 4", "hex jiffies (4)*4" },
	{ "rd -s init_task 4", "tele init_task 4" },
	{ "rd -e 0x20 0x10", "hex 0x10 (unsigned long)(0x20)-(unsigned long)(0x10)" },
	{ "struct task_struct -o", "layout struct task_struct" },
	{ "struct -x task_struct.pid init_task",
	    "print -x ((struct task_struct *)&(init_task))->pid" },
	{ "struct page 0x10 3", "print array((struct page *)(0x10), 3)" },
	{ "struct rq runqueues:1",
	    "print *(struct rq *)&per_cpu(runqueues, 1)" },
	{ "struct -r list_head 0x10", "hex (0x10) sizeof(struct list_head)" },
	{ "dis -lx schedule 4", "dis schedule 4" },
	{ "dis -r schedule+20", "dis schedule" },
	{ "dis -z schedule", NULL },
	{ "list task_struct.tasks -s task_struct.pid,comm -h init_task",
	    "print list(&((struct task_struct *)&(init_task))->tasks, "
	    "task_struct, tasks) | pid,comm" },
	{ "list -H modules module.list",
	    "print list((struct list_head *)&(modules), module, list)" },
	{ "tree -t rb -o vmap_area.rb_node vmap_area_root",
	    "print rbtree((struct rb_root *)&(vmap_area_root), vmap_area, "
	    "rb_node)" },
	{ "tree -t xarray -s page.index 0x10",
	    "print xarray((struct xarray *)(0x10), page) | index" },
	{ "p runqueues:1", "print per_cpu(runqueues, 1)" },
	{ "p runqueues:a", "print percpu(runqueues)" },
	{ "search -k deadbeef", "find 0xdeadbeef kernel" },
	{ "search -pw 10", "find 0x10:4 phys" },
	{ "search -c a b", "find \"a b\"" },
	{ "waitq log_wait", "print list(&((struct wait_queue_head *)"
	    "&(log_wait))->head, wait_queue_entry, entry)" },
	{ "task -R pid,comm 7", "print array(task(7), 1) | pid,comm" },
	{ "gdb x/i schedule", "dis schedule 1" },
	/* a shell */
	{ "cat /proc/12/environ", "env 12" },
	{ "/proc/slabinfo", "slabs" },
	{ "cat /proc/12/oom_adj", "print *task(12)" },
	{ "cat /proc/nonsense", NULL },
	/* drgn */
	{ "prog[\"init_task\"].comm", "print init_task.comm" },
	{ "print(prog['jiffies'])", "print jiffies" },
	{ "prog[\"init_task\"].address_of_()", "print &init_task" },
	{ "find_task(prog, 7)", "print *task(7)" },
	{ "find_task(7)", "print *task(7)" },
	{ "per_cpu_ptr(prog[\"runqueues\"].address_of_(), 1)",
	    "print per_cpu(runqueues, 1)" },
	{ "Object(prog, \"struct page\", address=0x10)",
	    "print *(struct page *)(0x10)" },
	{ "list_for_each_entry(\"struct module\", "
	    "prog[\"modules\"].address_of_(), \"list\")",
	    "print list(&modules, struct module, list)" },
	{ "prog.crashed_thread().stack_trace()", "bt" },
	{ "prog.read(0x10, 16)", "hex 0x10 16" },
	{ "find_task(prog, 7", NULL },
	{ "find_task(1, 2, 3, 4, 5, 6)", NULL },
	{ "prog['", "print prog[" },
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
	{ "nonsense -k", NULL },
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
		assert_int_equal(phrase_translate(&ctx, &arena, NULL, said[i].theirs,
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
	assert_int_equal(phrase_translate(&ctx, &arena, NULL, "set 12", &ours),
	    E_UNSUPPORTED);
	assert_non_null(strstr(ctx.err.text, "bt PID"));
	assert_null(ours);
	assert_int_equal(phrase_translate(&ctx, &arena, NULL,
	    "list -H init_task", &ours), E_UNSUPPORTED);
	assert_non_null(strstr(ctx.err.text, "print list("));
	assert_int_equal(phrase_translate(&ctx, &arena, NULL, "kmem -i now",
	    &ours), E_UNSUPPORTED);
	assert_int_equal(phrase_translate(&ctx, &arena, NULL, "struct a b c d",
	    &ours), E_UNSUPPORTED);
	assert_null(ours);
	arena_fini(&arena);
}

/* Words that ours would take for a pattern, and no others. */
static void
knows_what_can_be_meant_in_no_other_way(void **state)
{
	(void)state;
	assert_true(phrase_goes_first(NULL, "set 12"));
	assert_false(phrase_goes_first(NULL, "set theme=dark"));
	assert_true(phrase_goes_first(NULL, "net -a"));
	assert_true(phrase_goes_first(NULL, "bt full"));
	assert_true(phrase_goes_first(NULL, "dis -l schedule"));
	assert_true(phrase_goes_first(NULL, "p runqueues:1"));
	assert_true(phrase_goes_first(NULL, "!process 0 0"));
	assert_true(phrase_goes_first(NULL, "search -k 10"));
	assert_false(phrase_goes_first(NULL, "net a"));
	assert_false(phrase_goes_first(NULL, "search a"));
	assert_false(phrase_goes_first(NULL, "bt -a"));
	assert_false(phrase_goes_first(NULL, "ps -f"));
	assert_false(phrase_goes_first(NULL, "mount"));
	assert_false(phrase_goes_first(NULL, "p a ? b : c"));
	assert_false(phrase_goes_first(NULL, "!ls"));
}

static const char *
guessed(const char *word)
{
	static const char *const names[] = { "ps", "slabs", "mounts", "log" };
	struct guess g;
	size_t i;

	guess_init(&g, word);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		guess_offer(&g, names[i]);
	return (g.best);
}

static void
guesses_what_was_meant(void **state)
{
	(void)state;
	assert_string_equal(guessed("pss"), "ps");
	assert_string_equal(guessed("salbs"), "slabs");
	assert_string_equal(guessed("mouts"), "mounts");
	assert_string_equal(guessed("lgo"), "log");
	assert_null(guessed("px"));
	assert_null(guessed("nonsense"));
	assert_null(guessed("abcdefghijklmnopqrstuvwxyzabcdefghijk"));
	assert_null(guessed(""));
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
	/* A table of ours says itself what it was given wrong. */
	for (p = phrase_hints; p->theirs != NULL; p++)
		assert_null(view_by_name(p->theirs));
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

UNIT_MAIN(UNIT(reads_what_others_say), UNIT(says_what_to_do_instead),
    UNIT(knows_what_can_be_meant_in_no_other_way), UNIT(guesses_what_was_meant),
    UNIT(leads_to_commands_that_are_there))
