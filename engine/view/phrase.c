/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words are those of the manuals: crash(8)'s help pages, gdb's
 * "Debugging with GDB", the Solaris Modular Debugger Guide (mdb), ddb(4), and
 * the reference of WinDbg's commands.
 */
#include "engine/view/phrase.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX	9
#define ANY		PHRASE_ANY

const struct phrase phrases[] = {
	/* Stacks. */
	{ "bt -A", 0, "bt -a", NULL },
	{ "bt -c", 1, "bt cpu %1", NULL },
	{ "bt -f", ANY, "bt -l %*", NULL },
	{ "backtrace full", 0, "bt -l", NULL },
	{ "bt full", 0, "bt -l", NULL },
	{ "backtrace", ANY, "bt %*", NULL },
	{ "where", ANY, "bt %*", NULL },
	{ "foreach bt", 0, "bt -a", NULL },
	{ "foreach UN bt", 0, "blocked", NULL },
	{ "ps -m", 0, "blocked", NULL },
	{ "foreach", 2, "%2 %1", NULL },
	{ "thread apply all bt", 0, "bt -a", NULL },
	{ "thread apply all backtrace", 0, "bt -a", NULL },
	{ "stack", ANY, "bt %*", NULL },
	{ "stacks", 0, "bt -a", NULL },
	{ "trace", ANY, "bt %*", NULL },
	{ "$c", ANY, "bt", NULL },
	{ "$C", ANY, "bt", NULL },
	{ "k", 0, "bt", NULL },
	{ "kp", 0, "bt -l", NULL },
	/* The machine and what happened. */
	{ "sys", 0, "info", NULL },
	{ "mach", 0, "info", NULL },
	{ "status", 0, "info", NULL },
	{ "panicinfo", 0, "info", NULL },
	{ "!analyze -v", 0, "analyze", NULL },
	{ "!analyze", 0, "analyze", NULL },
	{ "vertarget", 0, "info", NULL },
	{ "uptime", 0, "load", NULL },
	{ "info files", 0, "ranges", NULL },
	{ "info mem", 0, "ranges", NULL },
	{ "help -m", 0, "info", NULL },
	/* The log. */
	{ "dmesg", ANY, "log %*", NULL },
	{ "msgbuf", 0, "log", NULL },
	{ "show msgbuf", 0, "log", NULL },
	/* Processes. */
	{ "info threads", 0, "ps -t", NULL },
	{ "info proc", 0, "ps", NULL },
	{ "info inferiors", 0, "ps", NULL },
	{ "!process 0 0", 0, "ps", NULL },
	{ "!process", ANY, "ps", NULL },
	{ "show all procs", 0, "ps", NULL },
	{ "show proc", ANY, "ps", NULL },
	{ "ptree", 0, "ps", NULL },
	{ "top", 0, "ps", NULL },
	{ "task", 0, "print *current(0)", NULL },
	{ "task -R", 2, "print (*task(%2)).%1", NULL },
	{ "task", 1, "print *task(%1)", NULL },
	{ "vm", 1, "maps %1", NULL },
	{ "pmap", 1, "maps %1", NULL },
	{ "net -s", 0, "tcp", NULL },
	{ "fuser", 1, "lsof %1", NULL },
	{ "fd", 1, "files %1", NULL },
	{ "pfiles", 1, "files %1", NULL },
	{ "ps -a", 1, "argv %1", NULL },
	{ "pargs", 1, "argv %1", NULL },
	{ "runq -t", ANY, "runq", NULL },
	{ "cpuinfo", ANY, "runq", NULL },
	{ "set", 1, NULL, "every command takes its process: bt %1, maps %1, "
	    "files %1, env %1" },
	/* Types. */
	{ "ptype", ANY, "type %*", NULL },
	{ "dt", 1, "type %1", NULL },
	{ "dt", 2, "print *(struct %1 *)(%2)", NULL },
	{ "struct -o", 1, "type %1", NULL },
	{ "union -o", 1, "type %1", NULL },
	{ "sizeof", 1, "print sizeof(%1)", NULL },
	{ "offsetof", 2, "print offsetof(%1, %2)", NULL },
	{ "info types", 0, "types", NULL },
	{ "info types", ANY, "types %*", NULL },
	{ "pahole", 1, "layout %1", NULL },
	/* Memory. */
	{ "rd -p", ANY, NULL, "physical memory has no window of its own here; "
	    "a kernel's direct map shows it: hex page_offset_base + ADDR" },
	{ "rd -s", 1, "tele %1", NULL },
	{ "rd -s", 2, "tele %1 %2", NULL },
	{ "rd", 1, "hex %1 16", NULL },
	{ "rd", 2, "hex %1 (%2)*8", NULL },
	{ "dps", 1, "tele %1", NULL },
	{ "dqs", 1, "tele %1", NULL },
	{ "telescope", 1, "tele %1", NULL },
	{ "stack-dump", 1, "tele %1", NULL },
	{ "dq", 1, "hex %1", NULL },
	{ "dd", 1, "hex %1", NULL },
	{ "db", 1, "hex %1", NULL },
	{ "hexdump", 1, "hex %1", NULL },
	{ "hexdump", 2, "hex %1 %2", NULL },
	{ "dump", 1, "hex %1", NULL },
	{ "search -k", 1, "find %1 kernel", NULL },
	{ "search -p", 1, "find %1 phys", NULL },
	{ "search -c", ANY, "find \"%*\"", NULL },
	{ "search", 1, "find %1", NULL },
	{ "wr", 2, "write %1 %2", NULL },
	{ "set var", ANY, NULL, "write EXPR VALUE changes memory, with kpeek -w" },
	{ "!pte", 1, "vtop %1", NULL },
	{ "pte", 1, "vtop %1", NULL },
	/* Values. */
	{ "p", ANY, "print %*", NULL },
	{ "px", ANY, "print -x %*", NULL },
	{ "pd", ANY, "print %*", NULL },
	{ "inspect", ANY, "print %*", NULL },
	{ "output", ANY, "print %*", NULL },
	{ "call", ANY, NULL, "the kernel that this memory is of does not run "
	    "functions for kpeek" },
	{ "eval", ANY, "print %*", NULL },
	{ "per_cpu", 2, "print per_cpu(%1, %2)", NULL },
	/* Code and symbols. */
	{ "disassemble", 1, "dis %1", NULL },
	{ "disas", 1, "dis %1", NULL },
	{ "u", 1, "dis %1", NULL },
	{ "uf", 1, "dis %1", NULL },
	{ "dis -l", 1, "dis %1", NULL },
	{ "dis -l", 2, "dis %1 %2", NULL },
	{ "dis -s", 1, "dis %1", NULL },
	{ "info symbol", 1, "whatis %1", NULL },
	{ "info address", 1, "sym ^%1$", NULL },
	{ "info line", 1, "whatis %1", NULL },
	{ "info functions", 1, "sym %1", NULL },
	{ "info variables", 1, "sym %1", NULL },
	{ "sym -l", 0, "sym .", NULL },
	{ "nm", 0, "sym .", NULL },
	{ "ln", 1, "whatis %1", NULL },
	{ "info registers", 0, "frame", NULL },
	{ "info reg", 0, "frame", NULL },
	{ "info locals", 0, "frame", NULL },
	{ "info args", 0, "frame", NULL },
	{ "info frame", 0, "frame", NULL },
	{ "f", ANY, "frame %*", NULL },
	{ "up", 0, "frame up", NULL },
	{ "down", 0, "frame down", NULL },
	{ ".frame", 1, "frame %1", NULL },
	{ "lsmod", 0, "mod", NULL },
	{ "lm", 0, "mod", NULL },
	{ "modinfo", 0, "mod", NULL },
	{ "kldstat", 0, "mod", NULL },
	{ "info sharedlibrary", 0, "mod", NULL },
	/* Memory management, devices, time. */
	{ "kmem -i", 0, "zones", NULL },
	{ "kmem -s", 0, "slabs", NULL },
	{ "kmem -S", 1, "objects %1", NULL },
	{ "kmem -s", 1, "slabs %1", NULL },
	{ "kmem -f", 0, "buddy", NULL },
	{ "kmem -v", 0, "vmalloc", NULL },
	{ "kmem -z", 0, "zones", NULL },
	{ "kmem -V", 0, "zones", NULL },
	{ "kmem -n", 0, "zones", NULL },
	{ "kmem", 1, "whatis %1", NULL },
	{ "kmem_cache", 0, "slabs", NULL },
	{ "memstat", 0, "zones", NULL },
	{ "slabtop", 0, "slabs", NULL },
	{ "free", 0, "zones", NULL },
	{ "mount", 0, "mounts", NULL },
	{ "df", 0, "mounts", NULL },
	{ "fsinfo", 0, "mounts", NULL },
	{ "dev -d", 0, "disks", NULL },
	{ "dev -p", 0, "pci", NULL },
	{ "dev -i", 0, "ioports", NULL },
	{ "dev", 0, "majors", NULL },
	{ "lsblk", 0, "disks", NULL },
	{ "lspci", 0, "pci", NULL },
	{ "irq", 0, "irqs", NULL },
	{ "irq -s", 0, "irqs", NULL },
	{ "irq -b", 0, "softirqs", NULL },
	{ "timer", 0, "timers", NULL },
	{ "timer -r", 0, "hrtimers", NULL },
	{ "netstat", 0, "tcp", NULL },
	{ "ss", 0, "tcp", NULL },
	{ "ifconfig", 0, "net", NULL },
	{ "swapinfo", 0, "swap", NULL },
	/* Lists. */
	{ "list", ANY, NULL, "print list(HEAD, TYPE, MEMBER), as in "
	    "print list(&init_task.tasks, task_struct, tasks) | pid, comm" },
	{ "tree", ANY, NULL, "print rbtree(ROOT, TYPE, MEMBER), "
	    "print xarray(XA, TYPE) or print maple(TREE, TYPE)" },
	{ "waitq", 1, "print list(&(%1).head, wait_queue_entry, entry)", NULL },
	{ "walk", ANY, NULL, "print list(HEAD, TYPE, MEMBER), and hlist, "
	    "rbtree, xarray, maple and percpu in its place" },
	/* What else they try. */
	{ "source", ANY, NULL, "kpeek -i FILE runs the commands of a file" },
	{ "extend", ANY, NULL, "a .view file adds a table: kpeek-views(5)" },
	{ "alias", ANY, NULL, "a keymap binds keys to commands, and a .view "
	    "file adds a table: kpeek-keys(5), kpeek-views(5)" },
	{ .theirs = NULL }
};

/* Its words and blanks, up to where the phrase's arguments begin; or NULL. */
static const char *
says(const char *line, const char *theirs)
{
	size_t n;

	for (;;) {
		n = strcspn(theirs, " ");
		if (strncmp(line, theirs, n) != 0 ||
		    (line[n] != '\0' && !isblank((unsigned char)line[n])))
			return (NULL);
		line += n;
		line += strspn(line, " \t");
		theirs += n;
		if (*theirs == '\0')
			return (line);
		theirs++;
	}
}

struct word {
	const char	*p;
	size_t		 n;
};

/* Words apart at blanks outside brackets; the last takes what is too much. */
static int
split(const char *p, struct word *out)
{
	int depth, n;

	for (n = 0; *p != '\0'; n++) {
		out[n].p = p;
		for (depth = 0; *p != '\0' && (n == WORDS_MAX - 1 ||
		    depth > 0 || !isblank((unsigned char)*p)); p++)
			depth += (*p == '(' || *p == '[') -
			    (*p == ')' || *p == ']');
		out[n].n = (size_t)(p - out[n].p);
		p += strspn(p, " \t");
	}
	return (n);
}

/* A template with its arguments in place; NULL: no memory. */
static const char *
fill(struct arena *arena, const char *ours, const struct word *w, int n,
    const char *all)
{
	char *out;
	const char *p;
	size_t len;
	int at;

	out = arena_strdup(arena, "");
	for (; *ours != '\0' && out != NULL; ours = p) {
		p = ours + strcspn(ours, "%");
		out = arena_printf(arena, "%s%.*s", out, (int)(p - ours), ours);
		if (*p == '\0' || out == NULL)
			continue;
		at = p[1] - '1';
		p += 2;
		if (at >= 0 && at < n)
			out = arena_printf(arena, "%s%.*s", out, (int)w[at].n,
			    w[at].p);
		else
			out = arena_printf(arena, "%s%s", out, all);
	}
	for (len = out != NULL ? strlen(out) : 0; len > 0 &&
	    out[len - 1] == ' ';)
		out[--len] = '\0';
	return (out);
}

/* gdb's x/NFU ADDR. */
static const char *
examine(struct arena *arena, const char *p)
{
	unsigned long n, unit;
	char format;
	char *end;

	n = strtoul(p, &end, 10);
	if (end == p || n == 0 || n > 1 << 20)
		n = 1;
	for (unit = 4, format = 'x'; isalpha((unsigned char)*end); end++)
		switch (*end) {
		case 'b':
			unit = 1;
			break;
		case 'h':
			unit = 2;
			break;
		case 'w':
			unit = 4;
			break;
		case 'g':
			unit = 8;
			break;
		default:
			format = *end;
			break;
		}
	end += strspn(end, " \t");
	switch (format) {
	case 'i':
		return (arena_printf(arena, "dis %s %lu", end, n));
	case 'a':
		return (arena_printf(arena, "tele %s %lu", end, n));
	case 's':
		return (arena_printf(arena, "hex %s 256", end));
	default:
		return (arena_printf(arena, "hex %s %lu", end, n * unit));
	}
}

/*
 * To crash and mdb a symbol's name is its address: &, if it is a name alone and
 * not the digits of an address.
 */
static const char *
by_address(const char *p, size_t n)
{
	size_t i;

	if (n == 16 && strspn(p, "0123456789abcdefABCDEF") >= n)
		return ("");
	if (n == 0 || isdigit((unsigned char)*p))
		return ("");
	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && p[i] != '_')
			return ("");
	return ("&");
}

/* crash's struct TYPE[.MEMBER[,MEMBER ...]] [ADDR]; TAG has its blank. */
static const char *
structure(struct arena *arena, const char *tag, const char *args)
{
	const char *and, *members;
	struct word w[WORDS_MAX];
	size_t n, len;

	switch (split(args, w)) {
	case 1:
		n = strcspn(args, ".");
		return (args[n] == '\0' ?
		    arena_printf(arena, "type %s%s", tag, args) :
		    arena_printf(arena, "print offsetof(%s%.*s, %s)", tag,
		    (int)n, args, args + n + 1));
	case 2:
		break;
	default:
		return (NULL);
	}
	for (n = 0; n < w[0].n && args[n] != '.'; n++)
		;
	and = by_address(w[1].p, w[1].n);
	if (n == w[0].n)
		return (arena_printf(arena, "print *(%s%.*s *)%s(%.*s)", tag,
		    (int)n, args, and, (int)w[1].n, w[1].p));
	/* Several members: columns of a walk over an array of one. */
	members = args + n + 1;
	len = w[0].n - n - 1;
	if (memchr(members, ',', len) == NULL)
		return (arena_printf(arena, "print ((%s%.*s *)%s(%.*s))->%.*s",
		    tag, (int)n, args, and, (int)w[1].n, w[1].p, (int)len,
		    members));
	return (arena_printf(arena, "print array((%s%.*s *)%s(%.*s), 1) | %.*s",
	    tag, (int)n, args, and, (int)w[1].n, w[1].p, (int)len, members));
}

/* mdb's ADDR::COMMAND. */
static const char *
mdb(struct arena *arena, const char *line)
{
	const char *p, *type;
	int n;

	p = strstr(line, "::");
	if (p == NULL)
		return (NULL);
	n = (int)(p - line);
	p += 2 + strspn(p + 2, " \t");
	type = says(p, "print");
	if (type == NULL || *type == '\0')
		return (arena_printf(arena, "%s%s%.*s", p, n > 0 ? " " : "", n,
		    line));
	return (arena_printf(arena, "print *(%s%s *)%s(%.*s)",
	    strchr(type, ' ') != NULL ? "" : "struct ", type,
	    by_address(line, (size_t)n), n, line));
}

/* What a table of words cannot say.  NULL: none of these. */
static const char *
grammar(struct arena *arena, const char *line)
{
	const char *args;
	size_t n;

	if (strncmp(line, "x/", 2) == 0)
		return (examine(arena, line + 2));
	if (strncmp(line, "p/", 2) == 0 || strncmp(line, "print/", 6) == 0) {
		args = strpbrk(line, " \t");
		if (args == NULL)
			return (NULL);
		n = (size_t)(args - line);
		return (arena_printf(arena, "print%s%s",
		    memchr(line, 'x', n) != NULL ? " -x" : "", args));
	}
	args = says(line, "struct");
	if (args != NULL && *args != '\0')
		return (structure(arena, "struct ", args));
	args = says(line, "union");
	if (args != NULL && *args != '\0')
		return (structure(arena, "union ", args));
	args = says(line, "*");
	if (args != NULL && *args != '\0')
		return (structure(arena, "struct ", args));
	return (mdb(arena, line));
}

int
phrase_translate(struct ctx *ctx, struct arena *arena, const char *line,
    const char **out)
{
	const struct phrase *p;
	struct word w[WORDS_MAX];
	const char *args;
	int n;

	*out = NULL;
	line += strspn(line, " \t");
	for (p = phrases; p->theirs != NULL; p++) {
		args = says(line + (line[0] == ':' ? strspn(line, ":") : 0),
		    p->theirs);
		if (args == NULL)
			continue;
		n = split(args, w);
		if (p->args != ANY && p->args != n)
			continue;
		if (p->hint != NULL) {
			args = fill(arena, p->hint, w, n, args);
			return (ctx_fail(ctx, E_UNSUPPORTED, "%s",
			    args != NULL ? args : p->hint));
		}
		*out = fill(arena, p->ours, w, n, args);
		return (*out != NULL ? OK : ctx_fail(ctx, E_NOMEM,
		    "no memory for a command"));
	}
	*out = grammar(arena, line);
	return (OK);
}
