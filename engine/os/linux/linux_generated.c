/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Symbols of code that the kernel generates, which /proc/kallsyms lists behind
 * the modules': eBPF programs (kernel/bpf/core.c), the trampolines of ftrace
 * (kernel/trace/ftrace.c) and the pages in which kprobes single-step
 * (kernel/kprobes.c).  Each is a list of structures that say where it lies.
 *
 * They are read before the modules' symbols: the table is not searchable while
 * symbols are added.
 */
#include "engine/os/linux/linux_read.h"

#include "engine/value/walk.h"

#include <stdio.h>
#include <string.h>

#define ENTRIES_MAX	(1u << 20)

static const struct list {
	const char *root;		/* a symbol; the list head in it */
	const char *root_type, *head;	/* where, NULL: it is the head itself */
	const char *type, *link;	/* the structures on the list */
	const char *start, *end, *size;	/* members; end or size, or neither */
	const char *name_member;	/* NULL: name */
	const char *name, *module;
} lists[] = {
	{ "bpf_kallsyms", NULL, NULL, "bpf_ksym", "lnode", "start", "end", NULL,
	    "name", NULL, "bpf" },
	{ "ftrace_ops_trampoline_list", NULL, NULL, "ftrace_ops", "list",
	    "trampoline", NULL, "trampoline_size", NULL, "ftrace_trampoline",
	    "__builtin__ftrace" },
	{ "kprobe_insn_slots", "kprobe_insn_cache", "pages",
	    "kprobe_insn_page", "list", "insns", NULL, NULL, NULL,
	    "kprobe_insn_page", "__builtin__kprobes" },
	{ "kprobe_optinsn_slots", "kprobe_insn_cache", "pages",
	    "kprobe_insn_page", "list", "insns", NULL, NULL, NULL,
	    "kprobe_optinsn_page", "__builtin__kprobes" },
};

#define LISTS	(sizeof(lists) / sizeof(lists[0]))

struct layout {
	struct type_field link, start, end, size, name;
};

/* E_NO_TYPE, E_NO_MEMBER: this kernel has no such code. */
static int
find_layout(struct ctx *ctx, struct kernel *k, const struct list *l,
    struct layout *f)
{
	int rc;

	rc = type_field_of(ctx, k->types, l->type, l->link, &f->link);
	if (rc == 0)
		rc = type_field_of(ctx, k->types, l->type, l->start, &f->start);
	if (rc == 0 && l->end != NULL)
		rc = type_field_of(ctx, k->types, l->type, l->end, &f->end);
	if (rc == 0 && l->size != NULL)
		rc = type_field_of(ctx, k->types, l->type, l->size, &f->size);
	if (rc == 0 && l->name_member != NULL)
		rc = type_field_of(ctx, k->types, l->type, l->name_member,
		    &f->name);
	return (rc);
}

/* One structure; what cannot be read is left out. */
static int
add(struct ctx *ctx, struct kernel *k, const struct list *l,
    const struct layout *f, uint64_t at)
{
	char text[512];
	uint64_t start, end, size;
	int index;

	size = linux_page_size(k);
	if (space_ptr(ctx, &k->space, at + f->start.offset, &start) != 0)
		return (0);
	if (l->end != NULL) {
		if (space_ptr(ctx, &k->space, at + f->end.offset, &end) != 0)
			return (0);
		size = end - start;
	}
	if (l->size != NULL && space_uint(ctx, &k->space, at + f->size.offset,
	    f->size.size, &size) != 0)
		return (0);
	if (l->name_member == NULL)
		snprintf(text, sizeof(text), "%s", l->name);
	else if (space_text(ctx, &k->space, at + f->name.offset, text,
	    f->name.size < sizeof(text) ? f->name.size : sizeof(text)) != 0 ||
	    text[0] == '\0')
		return (0);
	index = sym_module(&k->symbols, l->module);
	if (index < 0)
		return (ctx_fail(ctx, E_NOMEM, "no memory for symbols"));
	return (sym_add(ctx, &k->symbols, start,
	    size <= UINT32_MAX ? (uint32_t)size : 0, 't', (unsigned)index, text,
	    strlen(text)));
}

static int
add_list(struct ctx *ctx, struct kernel *k, const struct list *l, uint64_t head)
{
	struct layout f;
	struct walk w;
	uint64_t node, key;
	size_t n;
	int rc;

	if (find_layout(ctx, k, l, &f) != 0)
		return (0);
	rc = walk_list(&w, ctx, &k->space, head);
	for (n = 0; rc == 0 && n < ENTRIES_MAX; n++) {
		rc = walk_next(&w, ctx, &key, &node);
		if (rc == 0)
			rc = add(ctx, k, l, &f, node - f.link.offset);
	}
	walk_fini(&w);
	/* A list that breaks costs the rest of it. */
	return (rc == E_NOMEM || rc == E_CANCELLED ? rc : 0);
}

int
linux_load_generated_symbols(struct ctx *ctx, struct kernel *k)
{
	struct type_field f;
	uint64_t heads[LISTS], root;
	size_t i;
	int rc;

	ctx->quiet++;
	for (i = 0; i < LISTS; i++) {
		heads[i] = 0;
		if (linux_root(ctx, k, lists[i].root, &root) != 0)
			continue;
		memset(&f, 0, sizeof(f));
		if (lists[i].head == NULL || type_field_of(ctx, k->types,
		    lists[i].root_type, lists[i].head, &f) == 0)
			heads[i] = root + f.offset;
	}
	for (i = 0, rc = 0; i < LISTS && rc == 0; i++)
		if (heads[i] != 0)
			rc = add_list(ctx, k, &lists[i], heads[i]);
	ctx->quiet--;
	return (rc);
}
