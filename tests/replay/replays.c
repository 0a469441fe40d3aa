/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sessions of tests/replay, each compared with the screens that it keeps;
 * and whether they try all there is: every command and table, every key of
 * every keymap, every pane on a screen that was compared.  The lists are the
 * program's own.
 *
 *	replays BUILDDIR FOLDER
 *
 * in an empty working folder, where dumps that are changed are copied to.
 */
#include "engine/view/tables.h"
#include "tests/replay/session.h"
#include "ui/command.h"
#include "ui/options.h"

#include <ctype.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAPS_MAX	8

static unsigned passed, failed;

static void
check(bool good, const char *name, const char *why)
{
	good ? passed++ : failed++;
	printf("%s%s%s%s\n", good ? "ok      " : "FAILED  ", name,
	    good ? "" : ": ", good ? "" : why);
}

struct set {
	char	**v;
	size_t	  n, cap;
};

static bool
has(const struct set *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (strcmp(s->v[i], name) == 0)
			return (true);
	}
	return (false);
}

static void
put(struct set *s, const char *name)
{
	if (!has(s, name) && vec_room(s->v, s->cap, s->n + 1))
		s->v[s->n++] = strdup(name);
}

static void
drop(struct set *s)
{
	while (s->n > 0)
		free(s->v[--s->n]);
	free(s->v);
	memset(s, 0, sizeof(*s));
}

struct seen {
	struct set	 commands, panes, keys;
};

static void
on_command(void *arg, const char *name)
{
	put(&((struct seen *)arg)->commands, name);
}

/* A built-in keymap's file is its name: "default hex C-w s". */
static void
key_name(const struct binding *b, char *out, size_t size)
{
	char keys[96];

	keymap_format(b, keys, sizeof(keys));
	snprintf(out, size, "%s %s %s", b->file, b->mode, keys);
}

static void
on_key(void *arg, const struct binding *b)
{
	char name[256];

	key_name(b, name, sizeof(name));
	put(&((struct seen *)arg)->keys, name);
}

static void
on_pane(void *arg, const char *name)
{
	put(&((struct seen *)arg)->panes, name);
}

/* One session; its exit status as kpeek would have. */
static int
replay(const char *path, const char *builddir, const struct ui_watch *watch)
{
	char *argv[SESSION_ARGS + 8];
	struct session s;
	struct options o;
	struct kernel *k;
	struct ctx ctx;
	int argc, i, rc;

	if (!session_read(path, &s))
		return (2);
	argc = 0;
	argv[argc++] = (char *)(uintptr_t)"kpeek";
	argv[argc++] = (char *)(uintptr_t)"-q";
	for (i = 0; s.args[i] != NULL; i++)
		argv[argc++] = s.args[i];
	argv[argc++] = (char *)(uintptr_t)"--replay";
	argv[argc++] = (char *)(uintptr_t)path;
	argv[argc] = (char *)(uintptr_t)session_dump(&s, builddir);
	if (argv[argc] == NULL) {
		session_fini(&s);
		return (2);
	}
	argv[++argc] = NULL;
	ctx_init(&ctx);
	optind = 0;			/* getopt begins anew */
	rc = options_parse(&ctx, &o, argc, argv);
	o.ui.watch = watch;
	if (rc == 0)
		rc = target_open(&ctx, &o, &k);
	if (rc == 0) {
		rc = ui_run(&ctx, &k, &o.ui);
		kernel_close(k);
	} else {
		printf("%s\n", ctx.err.text);
	}
	options_fini(&o);
	ctx_fini(&ctx);
	session_fini(&s);
	return (rc);
}

/* The last screen comes after the last key: nothing is tried in vain. */
static bool
ends_in_screen(const char *path)
{
	const char *line, *next;
	struct session s;
	bool screen;

	if (!session_read(path, &s))
		return (false);
	for (screen = false, line = s.text; line != NULL; line = next) {
		next = strchr(line, '\n');
		next = next != NULL && next[1] != '\0' ? next + 1 : NULL;
		if (strncmp(line, "snap ", 5) == 0)
			screen = true;
		else if (strncmp(line, "key ", 4) == 0 ||
		    strncmp(line, "type ", 5) == 0 ||
		    strncmp(line, "mouse ", 6) == 0)
			screen = false;
	}
	session_fini(&s);
	return (screen);
}

static void
check_set(const char *what, const struct set *want, const struct set *have)
{
	struct buf b = { 0 };
	size_t i;

	for (i = 0; i < want->n; i++) {
		if (!has(have, want->v[i]))
			buf_printf(&b, "%s%s", b.len > 0 ? ", " : "",
			    want->v[i]);
	}
	check(b.len == 0, what, buf_text(&b));
	buf_fini(&b);
}

static void
check_commands(const struct seen *seen)
{
	const struct command *c;
	struct tables *tables;
	struct set want = { 0 };
	size_t i;

	for (c = commands; c->name != NULL; c++) {
		if (c->run != NULL)
			put(&want, c->name);
	}
	for (i = 0; views[i] != NULL; i++)
		put(&want, views[i]->name);
	tables = tables_create();
	for (i = 0; tables != NULL && i < tables_count(tables); i++)
		put(&want, tables_name(tables, i));
	check(want.n > 100, "commands are listed", "too few of them");
	check_set("every command and table is tried", &want, &seen->commands);
	tables_destroy(tables);
	drop(&want);
	for (i = 0; panes[i] != NULL; i++)
		put(&want, panes[i]->name);
	check_set("every pane is on a screen", &want, &seen->panes);
	drop(&want);
}

/* kpeek-keys(5) lists the commands; those that are signs need no check. */
static void
check_manual(const char *folder)
{
	const struct command *c;
	struct session page;
	struct buf b = { 0 };
	char path[4096], item[64];

	snprintf(path, sizeof(path), "%s/../../man/kpeek-keys.5", folder);
	if (!session_read(path, &page)) {
		check(false, "the manual page lists every command", path);
		return;
	}
	for (c = commands; c->name != NULL; c++) {
		snprintf(item, sizeof(item), "\n.It Ic %s", c->name);
		if (c->run != NULL && isalpha((unsigned char)c->name[0]) &&
		    strstr(page.text, item) == NULL)
			buf_printf(&b, " %s", c->name);
	}
	check(b.len == 0, "the manual page lists every command", buf_text(&b));
	buf_fini(&b);
	session_fini(&page);
}

/*
 * What one keymap's keys do can be done by keys of each other one.  What is
 * typed behind "command" is reached by that.
 */
static void
check_maps(const struct keymap *maps, const struct seen *seen)
{
	struct set want = { 0 }, acts[MAPS_MAX] = { 0 }, all = { 0 };
	const struct binding *b;
	char name[256];
	size_t i, k;

	for (k = 0; keymap_builtins[k].name != NULL; k++) {
		for (i = 0; i < maps[k].n; i++) {
			b = &maps[k].v[i];
			key_name(b, name, sizeof(name));
			if (b->command != NULL)
				put(&want, name);
			snprintf(name, sizeof(name), "%.*s",
			    (int)strcspn(b->command, " "), b->command);
			if (strncmp(b->command, "edit ", 5) == 0 ||
			    strncmp(b->command, "yank ", 5) == 0)
				snprintf(name, sizeof(name), "%s", b->command);
			put(&acts[k], name);
			put(&all, name);
		}
		snprintf(name, sizeof(name), "every key of keymap %s is pressed",
		    keymap_builtins[k].name);
		check_set(name, &want, &seen->keys);
		drop(&want);
	}
	for (k = 0; keymap_builtins[k].name != NULL; k++) {
		snprintf(name, sizeof(name), "keymap %s has keys for all that "
		    "others have keys for", keymap_builtins[k].name);
		check_set(name, &all, &acts[k]);
		drop(&acts[k]);
	}
	drop(&all);
}

int
main(int argc, char **argv)
{
	struct keymap_checks none = { 0 };
	struct keymap maps[MAPS_MAX];
	struct seen seen = { 0 };
	struct ui_watch watch = { on_command, on_key, on_pane, &seen };
	char pattern[4096], why[64];
	const char *name;
	glob_t g;
	size_t i;
	int rc;

	if (argc != 3) {
		fprintf(stderr, "usage: replays BUILDDIR FOLDER\n");
		return (2);
	}
	snprintf(pattern, sizeof(pattern), "%s/*.replay", argv[2]);
	if (glob(pattern, 0, NULL, &g) != 0) {
		printf("no sessions in %s\n", argv[2]);
		return (2);
	}
	for (i = 0; i < g.gl_pathc; i++) {
		name = strrchr(g.gl_pathv[i], '/') + 1;
		rc = replay(g.gl_pathv[i], argv[1], &watch);
		fflush(stdout);
		snprintf(why, sizeof(why), "exit %d, not 0", rc);
		check(rc == 0, name, why);
		if (!ends_in_screen(g.gl_pathv[i]))
			check(false, name, "its last keys have no screen");
	}
	globfree(&g);
	check_commands(&seen);
	check_manual(argv[2]);
	for (i = 0; keymap_builtins[i].name != NULL && i < MAPS_MAX; i++) {
		keymap_init(&maps[i]);
		keymap_parse(&maps[i], keymap_builtins[i].name,
		    keymap_builtins[i].text, strlen(keymap_builtins[i].text),
		    &none);
	}
	check_maps(maps, &seen);
	while (i > 0)
		keymap_fini(&maps[--i]);
	drop(&seen.commands);
	drop(&seen.panes);
	drop(&seen.keys);
	printf("%u passed, %u failed\n", passed, failed);
	return (failed != 0);
}
