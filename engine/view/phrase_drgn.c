/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of Python as drgn's users type them (drgn's API reference and the
 * modules below drgn.helpers), and paths below /proc (proc(5)).
 */
#include "engine/view/phrase_grammar.h"

#include <ctype.h>
#include <string.h>

#define ARGS_MAX	4

static const struct {
	const char	*name;
	int		 args;		/* prog apart */
	const char	*ours;		/* with an argument for each %s */
} calls[] = {
	{ "Object", 2, "print *(%s *)(%s)" },
	{ "cast", 2, "print (%s)(%s)" },
	{ "reinterpret", 2, "print (%s)(%s)" },
	{ "container_of", 3, "print container_of(%s, %s, %s)" },
	{ "sizeof", 1, "print sizeof(%s)" },
	{ "offsetof", 2, "print offsetof(%s, %s)" },
	{ "type", 1, "type %s" },
	{ "symbol", 1, "whatis %s" },
	{ "function", 1, "dis %s" },
	{ "read", 2, "hex %s %s" },
	{ "stack_trace", 1, "bt %s" },
	{ "crashed_thread", 0, "bt" },
	{ "threads", 0, "ps -t" },
	{ "find_task", 1, "print *task(%s)" },
	{ "for_each_task", 0, "ps" },
	{ "for_each_pid", 0, "ps" },
	{ "per_cpu", 2, "print per_cpu(%s, %s)" },
	{ "per_cpu_ptr", 2, "print per_cpu(%s, %s)" },
	{ "cpu_curr", 1, "print *current(%s)" },
	{ "for_each_online_cpu", 0, "runq" },
	{ "identify_address", 1, "whatis %s" },
	{ "slab_object_info", 1, "whatis %s" },
	{ "for_each_slab_cache", 0, "slabs" },
	{ "for_each_module", 0, "mod" },
	{ "for_each_mount", 0, "mounts" },
	{ "print_mounts", 0, "mounts" },
	{ "for_each_disk", 0, "disks" },
	{ "print_disks", 0, "disks" },
	{ "for_each_netdev", 0, "net" },
	{ "get_dmesg", 0, "log" },
	{ "print_dmesg", 0, "log" },
	{ "get_printk_records", 0, "log" },
	{ "loadavg", 0, "load" },
	{ "uptime", 0, "load" },
};

/* Copies as drgn's expression becomes C; the result fits where it came from. */
static void
as_c(const char *from, size_t n, char *to)
{
	static const char *const gone[] = {
		".address_of_()", ".value_()", ".read_()", ".string_()",
	};
	const char *const end = from + n;
	size_t i, len;

	while (from < end) {
		for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
			len = strlen(gone[i]);
			if ((size_t)(end - from) >= len &&
			    memcmp(from, gone[i], len) == 0)
				break;
		}
		if (i < sizeof(gone) / sizeof(gone[0])) {
			from += len;
		} else if (end - from > 7 && memcmp(from, "prog[", 5) == 0 &&
		    strchr("\"'", from[5]) != NULL) {
			for (from += 6; from < end && *from != '"' &&
			    *from != '\'';)
				*to++ = *from++;
			from += end - from >= 2 ? 2 : end - from;
		} else if (*from == '"' || *from == '\'')
			from++;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

/* An argument without its blanks, quotes and name; "&" for .address_of_(). */
static const char *
argument(struct arena *arena, const char *p, size_t n)
{
	static const char *const named[] = { "address=", "value=", "size=" };
	static const char address_of[] = ".address_of_()";
	char *out;
	size_t i, len;

	for (; n > 0 && isspace((unsigned char)*p); p++, n--)
		;
	for (; n > 0 && isspace((unsigned char)p[n - 1]); n--)
		;
	for (i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		len = strlen(named[i]);
		if (n > len && memcmp(p, named[i], len) == 0) {
			p += len;
			n -= len;
			break;
		}
	}
	out = arena_alloc(arena, n + 2);
	if (out == NULL)
		return (NULL);
	len = sizeof(address_of) - 1;
	out[0] = '&';
	i = n >= len && memcmp(p + n - len, address_of, len) == 0;
	as_c(p, n, out + i);
	return (out);
}

/* The arguments up to the bracket that closes; -1: too many, or it does not. */
static int
arguments(struct arena *arena, const char **line, const char **args)
{
	const char *p = *line, *from = p;
	char quote = '\0';
	int depth, n;

	for (depth = 0, n = 0;; p++) {
		if (*p == '\0')
			return (-1);
		if (quote != '\0') {
			quote = *p == quote ? '\0' : quote;
			continue;
		}
		if (*p == '"' || *p == '\'')
			quote = *p;
		else if (depth == 0 && (*p == ',' || *p == ')')) {
			if (n == ARGS_MAX)
				return (-1);
			args[n] = argument(arena, from, (size_t)(p - from));
			if (args[n] == NULL)
				return (-1);
			/* The program is always this one. */
			n += args[n][0] != '\0' && strcmp(args[n], "prog") != 0;
			from = p + 1;
			if (*p == ')')
				break;
		} else
			depth += (*p == '(' || *p == '[') -
			    (*p == ')' || *p == ']');
	}
	*line = p + 1;
	return (n);
}

static const char *
spell(struct arena *arena, const char *ours, const char *const *args)
{
	const char *p, *out = "";

	for (; out != NULL && (p = strstr(ours, "%s")) != NULL; ours = p + 2) {
		out = arena_printf(arena, "%s%.*s%s", out, (int)(p - ours),
		    ours, *args);
		args++;
	}
	return (out != NULL ? arena_printf(arena, "%s%s", out, ours) : NULL);
}

/* TYPE, HEAD, MEMBER; or HEAD and TYPE the other way round. */
static const char *
walk(struct arena *arena, const char *name, size_t n, const char *const *args)
{
	static const struct {
		const char	*theirs, *ours;
	} walks[] = {
		{ "list_for_each_entry", "list" },
		{ "hlist_for_each_entry", "hlist" },
		{ "rbtree_inorder_for_each_entry", "rbtree" },
	};
	size_t i;

	for (i = 0; i < sizeof(walks) / sizeof(walks[0]); i++)
		if (strlen(walks[i].theirs) == n &&
		    memcmp(name, walks[i].theirs, n) == 0)
			return (arena_printf(arena, "print %s(%s, %s, %s)",
			    walks[i].ours, args[1], args[0], args[2]));
	return (NULL);
}

const char *
phrase_drgn(struct arena *arena, const char *line)
{
	const char *args[ARGS_MAX + 1], *at, *name, *out;
	char *text;
	size_t i, n;
	int nargs;

	at = phrase_says(line, "p");
	at = at != NULL ? at : phrase_says(line, "print");
	line = at != NULL ? at : line;
	at = line;
	if (strncmp(at, "print(", 6) == 0 && strpbrk(at, "\"'") != NULL &&
	    at[strlen(at) - 1] == ')') {
		line = arena_strndup(arena, at + 6, strlen(at) - 7);
		if (line == NULL)
			return (NULL);
	}
	name = strncmp(line, "prog.", 5) == 0 ? line + 5 : line;
	n = strspn(name, "abcdefghijklmnopqrstuvwxyzO_");
	at = name + n + 1;
	nargs = n > 0 && name[n] == '(' ? arguments(arena, &at, args) : -1;
	/* A variable of each CPU is named here, its address is taken there. */
	if (nargs == 2 && args[0][0] == '&' && strncmp(name, "per_cpu_ptr", n) == 0)
		args[0]++;
	/* prog.crashed_thread().stack_trace() */
	if (nargs >= 0 && (*at == '\0' || strcmp(at, ".stack_trace()") == 0)) {
		for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			if (calls[i].args == nargs &&
			    strlen(calls[i].name) == n &&
			    memcmp(name, calls[i].name, n) == 0)
				return (spell(arena, calls[i].ours, args));
		out = nargs == 3 ? walk(arena, name, n, args) : NULL;
		if (out != NULL)
			return (out);
	}
	if (strstr(line, "prog[\"") == NULL && strstr(line, "prog['") == NULL)
		return (NULL);
	text = arena_alloc(arena, strlen(line) + 1);
	if (text == NULL)
		return (NULL);
	as_c(line, strlen(line), text);
	return (arena_printf(arena, "print %s%s",
	    strstr(line, ".address_of_()") != NULL ? "&" : "", text));
}

/* --- /proc -------------------------------------------------------------------- */

const char *
phrase_proc(struct arena *arena, const char *line)
{
	static const struct {
		const char	*file, *ours;
	} files[] = {
		{ "buddyinfo", "buddy" }, { "cgroups", "cgroups" },
		{ "cmdline", "info" }, { "consoles", "consoles" },
		{ "cpuinfo", "runq" }, { "crypto", "crypto" },
		{ "devices", "majors" }, { "diskstats", "disks" },
		{ "filesystems", "filesystems" }, { "interrupts", "irqs" },
		{ "iomem", "iomem" }, { "ioports", "ioports" },
		{ "kallsyms", "sym ." }, { "keys", "keyring" },
		{ "kmsg", "log" }, { "loadavg", "load" }, { "locks", "locks" },
		{ "meminfo", "zones" }, { "misc", "misc" }, { "modules", "mod" },
		{ "mounts", "mounts" }, { "net/arp", "neighbours" },
		{ "net/dev", "net" }, { "net/packet", "packet" },
		{ "net/tcp", "tcp" }, { "net/udp", "udp" },
		{ "net/unix", "unix" }, { "partitions", "disks" },
		{ "sched_debug", "runq" }, { "slabinfo", "slabs" },
		{ "softirqs", "softirqs" }, { "stat", "load" },
		{ "swaps", "swap" }, { "timer_list", "hrtimers" },
		{ "uptime", "load" }, { "version", "info" },
		{ "vmallocinfo", "vmalloc" }, { "zoneinfo", "zones" },
	}, tasks[] = {
		{ "cmdline", "argv" }, { "environ", "env" }, { "fd", "files" },
		{ "fdinfo", "files" }, { "maps", "maps" },
		{ "mounts", "mounts" }, { "pagemap", "maps" },
		{ "smaps", "maps" }, { "stack", "bt" },
	};
	static const char *const readers[] = {
		"cat", "less", "more", "head", "tail", "vi", "vim",
	};
	const char *p;
	size_t i, n;

	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		p = phrase_says(line, readers[i]);
		if (p != NULL)
			line = p;
	}
	if (strncmp(line, "/proc/", 6) != 0)
		return (NULL);
	p = line + 6;
	n = strspn(p, "0123456789");
	if (n > 0 && p[n] == '/') {
		for (i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
			if (strcmp(p + n + 1, tasks[i].file) == 0)
				return (arena_printf(arena, "%s %.*s",
				    tasks[i].ours, (int)n, p));
		return (arena_printf(arena, "print *task(%.*s)", (int)n, p));
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(p, files[i].file) == 0)
			return (files[i].ours);
	return (NULL);
}
