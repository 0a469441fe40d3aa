/* SPDX-License-Identifier: BSD-2-Clause */
#include "ui/options.h"

#include "base/vec.h"
#include "ui/user_tables.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define COLUMNS_MAX	1000		/* of a headless screen */
#define LONG_ONLY	256		/* codes of options without a letter */

enum option_code {
	OPT_COMMAND = 'c', OPT_FILE = 'i', OPT_FORMAT = 'f', OPT_WRITE = 'w',
	OPT_QUIET = 'q', OPT_KEYMAP = 'k',
	OPT_RECORD = LONG_ONLY, OPT_REPLAY, OPT_UPDATE, OPT_HEADLESS, OPT_CAST,
	OPT_CAPTURE, OPT_CONVERT, OPT_NO_COLOR, OPT_ASCII, OPT_VMCOREINFO,
	OPT_PHYS_BASE, OPT_KASLR, OPT_CR3, OPT_BASE, OPT_ARCH, OPT_KERNEL,
	OPT_CACHE, OPT_EXPAND,
	OPT_CORE_FD, OPT_SOURCE, OPT_FORCE, OPT_NO_STOP, OPT_PATCH, OPT_UNDO,
	OPT_YES, OPT_VERSION, OPT_HELP,
};

static const struct option_row {
	int		 code;
	const char	*name;		/* long; NULL: only a letter */
	const char	*arg;		/* NULL: takes none */
	const char	*help;
} rows[] = {
	{ OPT_COMMAND, NULL, "COMMAND", "run a command and print its rows" },
	{ OPT_FILE, NULL, "FILE", "run the commands of a file, one a line" },
	{ OPT_FORMAT, NULL, "FORMAT", "text (default), json, jsonl or csv" },
	{ OPT_QUIET, NULL, NULL, "no banners on stderr" },
	{ OPT_WRITE, NULL, NULL, "allow writing" },
	{ OPT_YES, "yes", NULL, "write at once, not only staged" },
	{ OPT_PATCH, "patch", "FILE", "lay a file's changes over memory; -w: into it" },
	{ OPT_UNDO, "undo", "JOURNAL", "list what was written; -w --yes: undo it" },
	{ OPT_KEYMAP, NULL, "KEYMAP", "a keymap's name or file" },
	{ OPT_RECORD, "record", "FILE", "write the session to a file" },
	{ OPT_REPLAY, "replay", "FILE", "run a recorded session" },
	{ OPT_UPDATE, "update", NULL, "rewrite the screens of a replay" },
	{ OPT_HEADLESS, "headless", "COLSxROWS", "no terminal, but its screens" },
	{ OPT_CAST, "cast", "FILE", "write a film of the session (asciicast)" },
	{ OPT_CAPTURE, "capture", "FILE", "write the pages used as an ELF core" },
	{ OPT_CONVERT, "convert", "OUT.elf", "write the dump as an ELF core" },
	{ OPT_NO_COLOR, "no-color", NULL, "do without colors" },
	{ OPT_ASCII, "ascii", NULL, "draw with ASCII only" },
	{ OPT_VMCOREINFO, "vmcoreinfo", "FILE", "VMCOREINFO that the dump lacks" },
	{ OPT_PHYS_BASE, "phys-base", "N", "where the kernel lies physically" },
	{ OPT_KASLR, "kaslr", "N", "how far the kernel was moved" },
	{ OPT_CR3, "cr3", "ADDR", "the root of the page tables" },
	{ OPT_BASE, "base", "ADDR", "where raw memory begins physically" },
	{ OPT_ARCH, "arch", "NAME", "the processor, of raw memory" },
	{ OPT_KERNEL, "kernel", "N", "of two in the memory: 1 crashed, 2 captures" },
	{ OPT_CACHE, "cache", "SIZE", "memory for expanded pages (64M)" },
	{ OPT_SOURCE, "source", "DIR", "where the kernel's source tree lies" },
	{ OPT_FORCE, "force", NULL, "take debug files of another build too" },
	{ OPT_EXPAND, "expand", "SIZE", "what a packed dump may take in TMPDIR" },
	{ OPT_CORE_FD, "core-fd", "N", "descriptor N is an open /proc/kcore" },
	{ OPT_NO_STOP, "no-stop", NULL, "no target that stands still for reads" },
	{ OPT_VERSION, "version", NULL, "print the version" },
	{ OPT_HELP, "help", NULL, "print this" },
};

static void
help_view(struct out *out, const struct view *v)
{
	char left[64];

	snprintf(left, sizeof(left), "%s %s", v->name, v->args);
	if (strlen(left) <= 22)
		out_printf(out, "  %-22s %s\n", left, v->help);
	else
		out_printf(out, "  %s %s\n  %-22s %s\n", v->name, v->args, "",
		    v->help);
}

void
options_help(struct out *out)
{
	char left[64];
	struct tables *tables;
	const struct view *v;
	struct ctx ctx;
	size_t i;

	out_puts(out, "usage: kpeek [options] [FILE ...]\n\n"
	    "Browse the memory of a kernel that a dump holds, or of the running "
	    "one (no FILE,\nor the word live).  With -c or -i print instead."
	    "\n\noptions:\n");
	for (i = 0; i < COUNT(rows); i++) {
		if (rows[i].name != NULL)
			snprintf(left, sizeof(left), "--%s%s%s", rows[i].name,
			    rows[i].arg != NULL ? " " : "",
			    rows[i].arg != NULL ? rows[i].arg : "");
		else
			snprintf(left, sizeof(left), "-%c%s%s", rows[i].code,
			    rows[i].arg != NULL ? " " : "",
			    rows[i].arg != NULL ? rows[i].arg : "");
		out_printf(out, "  %-22s %s\n", left, rows[i].help);
	}
	out_puts(out, "\ncommands:\n");
	for (i = 0; views[i] != NULL; i++)
		help_view(out, views[i]);
	out_printf(out, "  %-22s %s\n", "write EXPR VALUE",
	    "a change, staged, or with --yes written; -w allows it");
	ctx_init(&ctx);
	tables = tables_create();
	if (tables != NULL && user_tables_load(&ctx, tables) == OK) {
		out_puts(out, "\ntables (kpeek-views(5) tells how to add "
		    "more):\n");
		for (i = 0; i < tables_count(tables); i++) {
			v = tables_at(&ctx, tables, i);
			if (v != NULL)
				help_view(out, v);
		}
	}
	tables_destroy(tables);
	ctx_fini(&ctx);
	out_puts(out, "\nexit status: 0 done, 1 failed, 2 wrong usage, "
	    "3 some memory was unavailable\n");
}

static int
parse_number(struct ctx *ctx, const char *option, const char *text,
    uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 0);
	if (end == text || *end != '\0' || errno != 0)
		return (ctx_fail(ctx, E_USAGE, "--%s: %s: not a number",
		    option, text));
	return (OK);
}

/* A number of bytes, with K, M, G or T behind it for their multiples. */
static int
parse_bytes(struct ctx *ctx, const char *option, const char *text,
    uint64_t *ret)
{
	static const char units[] = "KMGT";
	const char *unit;
	unsigned shift;
	uint64_t v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 0);
	shift = 0;
	unit = *end != '\0' ? strchr(units, *end & ~0x20) : NULL;
	if (unit != NULL) {
		shift = 10 * (unsigned)(unit - units + 1);
		end++;
	}
	if (end == text || *end != '\0' || errno != 0 || v == 0 ||
	    text[0] == '-' || v > (UINT64_C(1) << 50) >> shift)
		return (ctx_fail(ctx, E_USAGE, "--%s: %s: not a size such as "
		    "64M", option, text));
	*ret = v << shift;
	return (OK);
}

/* A processor by its name, or by what uname -m says. */
static int
parse_arch(struct ctx *ctx, const char *text, const struct arch **ret)
{
	char names[256];
	size_t i, n;

	*ret = arch_by_name(text);
	if (*ret != NULL)
		return (OK);
	names[0] = '\0';
	for (i = n = 0; arches[i] != NULL && n < sizeof(names); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s",
		    i > 0 ? ", " : "", arches[i]->name);
	return (ctx_fail(ctx, E_USAGE, "--arch: %s: not one of %s", text,
	    names));
}

static int
parse_fd(struct ctx *ctx, const char *text, int *ret)
{
	uint64_t v;
	int error;

	error = parse_number(ctx, "core-fd", text, &v);
	if (error == OK && v > INT_MAX)
		error = ctx_fail(ctx, E_USAGE, "--core-fd: %s: not a "
		    "descriptor", text);
	if (error == OK)
		*ret = (int)v;
	return (error);
}

static int
parse_size(struct ctx *ctx, struct options *o, const char *text)
{
	char after;

	if (sscanf(text, "%dx%d%c", &o->ui.cols, &o->ui.rows, &after) != 2 ||
	    o->ui.cols < 1 || o->ui.cols > COLUMNS_MAX || o->ui.rows < 1 ||
	    o->ui.rows > COLUMNS_MAX)
		return (ctx_fail(ctx, E_USAGE,
		    "--headless: %s: not a size as 80x24", text));
	return (OK);
}

static int
add_command(struct ctx *ctx, struct options *o, const char *line)
{
	o->batch = true;
	if (!vec_room(o->commands, o->commands_cap, o->ncommands + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for commands"));
	o->commands[o->ncommands++] = line;
	return (OK);
}

/* One command a line; blank lines and those that start with # are skipped. */
static int
add_file(struct ctx *ctx, struct options *o, const char *path)
{
	const char *start;
	char *line, *copy;
	size_t cap;
	FILE *f;
	int error;

	o->batch = true;
	f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	if (f == NULL)
		return (ctx_fail_errno(ctx, E_NOT_FOUND, "%s", path));
	line = NULL;
	cap = 0;
	error = OK;
	while (error == OK && getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		start = line + strspn(line, " \t");
		if (*start == '\0' || *start == '#')
			continue;
		copy = arena_strdup(&o->arena, start);
		error = copy != NULL ? add_command(ctx, o, copy) :
		    ctx_fail(ctx, E_NOMEM, "no memory for commands");
	}
	if (error == OK && ferror(f))
		error = ctx_fail_errno(ctx, E_IO, "%s", path);
	if (f != stdin)
		fclose(f);
	free(line);
	return (error);
}

static int
set_option(struct ctx *ctx, struct options *o, const struct option_row *row,
    const char *arg)
{
	switch (row->code) {
	case OPT_COMMAND:
		return (add_command(ctx, o, arg));
	case OPT_FILE:
		return (add_file(ctx, o, arg));
	case OPT_FORMAT:
		o->format = sink_by_name(arg);
		if (o->format == NULL)
			return (ctx_fail(ctx, E_USAGE, "-f %s: not one of "
			    "text, json, jsonl, csv", arg));
		break;
	case OPT_WRITE:
		o->write = o->kernel.write = true;
		break;
	case OPT_YES:
		o->yes = true;
		break;
	case OPT_PATCH:
		o->patch = arg;
		break;
	case OPT_UNDO:
		o->undo = arg;
		break;
	case OPT_QUIET:
		o->ui.quiet = true;
		break;
	case OPT_KEYMAP:
		o->ui.keymap = arg;
		break;
	case OPT_RECORD:
		o->ui.record = arg;
		break;
	case OPT_REPLAY:
		o->ui.replay = arg;
		break;
	case OPT_UPDATE:
		o->ui.update = true;
		break;
	case OPT_HEADLESS:
		return (parse_size(ctx, o, arg));
	case OPT_CAST:
		o->ui.cast = arg;
		break;
	case OPT_CAPTURE:
		o->capture = arg;
		o->kernel.record = true;
		break;
	case OPT_CONVERT:
		o->convert = arg;
		break;
	case OPT_NO_COLOR:
		o->ui.no_color = true;
		break;
	case OPT_ASCII:
		o->ui.ascii = true;
		break;
	case OPT_VMCOREINFO:
		o->kernel.vmcoreinfo = arg;
		break;
	case OPT_PHYS_BASE:
		o->kernel.has_phys_base = true;
		return (parse_number(ctx, row->name, arg,
		    &o->kernel.phys_base));
	case OPT_KASLR:
		o->kernel.has_kaslr = true;
		return (parse_number(ctx, row->name, arg, &o->kernel.kaslr));
	case OPT_CR3:
		o->kernel.has_cr3 = true;
		return (parse_number(ctx, row->name, arg, &o->kernel.cr3));
	case OPT_BASE:
		o->kernel.dump.has_base = true;
		return (parse_number(ctx, row->name, arg,
		    &o->kernel.dump.base));
	case OPT_ARCH:
		return (parse_arch(ctx, arg, &o->kernel.dump.arch));
	case OPT_KERNEL:
		if (strcmp(arg, "1") != 0 && strcmp(arg, "2") != 0)
			return (ctx_fail(ctx, E_USAGE, "--kernel: %s: neither "
			    "1 nor 2", arg));
		o->kernel.kernel = (unsigned)(arg[0] - '0');
		break;
	case OPT_CACHE:
		return (parse_bytes(ctx, row->name, arg, &o->kernel.dump.cache));
	case OPT_EXPAND:
		return (parse_bytes(ctx, row->name, arg,
		    &o->kernel.dump.expand));
	case OPT_CORE_FD:
		o->kernel.has_core_fd = true;
		return (parse_fd(ctx, arg, &o->kernel.core_fd));
	case OPT_NO_STOP:
		o->kernel.no_stop = true;
		break;
	case OPT_SOURCE:
		o->kernel.source = arg;
		break;
	case OPT_FORCE:
		o->kernel.debug.force = true;
		break;
	case OPT_VERSION:
		o->version = true;
		break;
	case OPT_HELP:
		o->help = true;
		break;
	default:
		return (ctx_fail(ctx, E_USAGE,
		    "--%s: not built into this version", row->name));
	}
	return (OK);
}

/* Where indices are kept, and whom the user lets us ask: from the environment. */
static void
debug_defaults(struct options *o)
{
	const char *dir = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	const char *urls = getenv("DEBUGINFOD_URLS");

	if (dir != NULL && dir[0] == '/')
		o->kernel.debug.cache = arena_printf(&o->arena, "%s/kpeek",
		    dir);
	else if (home != NULL && home[0] == '/')
		o->kernel.debug.cache = arena_printf(&o->arena,
		    "%s/.cache/kpeek", home);
	if (urls != NULL && urls[0] != '\0')
		o->kernel.debug.fetch = urls;
}

/* getopt's two tables, from ours. */
static void
getopt_tables(char *letters, struct option *longs)
{
	size_t i;

	*letters++ = ':';
	for (i = 0; i < COUNT(rows); i++) {
		if (rows[i].name != NULL) {
			*longs++ = (struct option){ .name = rows[i].name,
			    .has_arg = rows[i].arg != NULL ?
			    required_argument : no_argument,
			    .val = LONG_ONLY + (int)i };
			continue;
		}
		*letters++ = (char)rows[i].code;
		if (rows[i].arg != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){ 0 };
}

static const struct option_row *
row_of(int c)
{
	size_t i;

	if (c >= LONG_ONLY)
		return (&rows[c - LONG_ONLY]);
	for (i = 0; i < COUNT(rows); i++)
		if (rows[i].code == c)
			return (&rows[i]);
	return (NULL);
}

static int
bad_option(struct ctx *ctx, int c, const char *word)
{
	const char *why;

	why = c == ':' ? "needs an argument" : "no such option";
	if (optopt > 0 && optopt < LONG_ONLY)
		return (ctx_fail(ctx, E_USAGE, "-%c: %s; --help lists them",
		    optopt, why));
	return (ctx_fail(ctx, E_USAGE, "%s: %s; --help lists them", word, why));
}

int
options_parse(struct ctx *ctx, struct options *o, int argc, char **argv)
{
	struct option longs[COUNT(rows) + 1];
	char letters[2 * COUNT(rows) + 2];
	size_t i;
	int c, error;

	memset(o, 0, sizeof(*o));
	arena_init(&o->arena);
	o->format = &sink_text;
	debug_defaults(o);
	getopt_tables(letters, longs);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return (bad_option(ctx, c, argv[optind - 1]));
		error = set_option(ctx, o, row_of(c), optarg);
		if (error != OK)
			return (error);
	}
	o->files = (const char *const *)(argv + optind);
	o->nfiles = (size_t)(argc - optind);
	o->live = o->nfiles == 0 || (o->nfiles == 1 &&
	    strcmp(o->files[0], "live") == 0);
	for (i = 0; !o->live && i < o->nfiles; i++)
		if (strcmp(o->files[i], "live") == 0)
			return (ctx_fail(ctx, E_USAGE, "live: the running "
			    "kernel goes with no other file"));
	if (o->kernel.has_core_fd && !o->live)
		return (ctx_fail(ctx, E_USAGE, "--core-fd: only for the "
		    "running kernel, not together with %s", o->files[0]));
	if (o->convert != NULL && o->live)
		return (ctx_fail(ctx, E_USAGE, "--convert: name the dump to "
		    "convert"));
	if (o->undo != NULL && (o->batch || o->ui.replay != NULL ||
	    o->ui.record != NULL))
		return (ctx_fail(ctx, E_USAGE, "--undo: a run of its own, "
		    "without -c, -i, --record and --replay"));
	o->batch = o->batch || o->undo != NULL;
	if (o->yes && !o->write)
		return (ctx_fail(ctx, E_USAGE, "--yes: writing is not allowed "
		    "without the option -w"));
	/* What a patch file takes, the dump need not. */
	if (o->patch != NULL)
		o->kernel.write = false;
	if (o->ui.update && o->ui.replay == NULL)
		return (ctx_fail(ctx, E_USAGE,
		    "--update: only together with --replay"));
	if (o->batch && (o->ui.replay != NULL || o->ui.record != NULL ||
	    o->ui.cast != NULL))
		return (ctx_fail(ctx, E_USAGE, "--%s: not together with -c "
		    "or -i", o->ui.replay != NULL ? "replay" :
		    o->ui.record != NULL ? "record" : "cast"));
	return (OK);
}

void
options_fini(struct options *o)
{
	free(o->commands);
	arena_fini(&o->arena);
}

enum exit_status
exit_worse(enum exit_status a, enum exit_status b)
{
	static const int rank[] = { [EXIT_OK] = 0, [EXIT_PARTIAL] = 1,
	    [EXIT_FAILED] = 2, [EXIT_USAGE] = 3 };

	return (rank[a] > rank[b] ? a : b);
}

enum exit_status
exit_of(int status)
{
	switch (status) {
	case OK:
		return (EXIT_OK);
	case E_USAGE:
	case E_SYNTAX:
		return (EXIT_USAGE);
	default:
		return (EXIT_FAILED);
	}
}
