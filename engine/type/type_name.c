/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C declarations from types.  A declarator grows from the inside (the name)
 * outwards: pointers go in front, arrays and arguments behind, and a pointer
 * that meets one of those needs parentheses.
 */
#include "engine/type/type_made.h"

#include <stdio.h>
#include <string.h>

/* Text longer than this, and deeper prototypes, are cut with "...". */
#define TEXT_MAX	2048
#define PROTO_MAX	4

struct namer {
	const struct types *ts;
	int	 left;			/* types that may still be looked at */
};

/* The compilers' names of the integers, and C's usual ones. */
static const char *const int_names[][2] = {
	{ "long unsigned int", "unsigned long" },
	{ "long int", "long" },
	{ "long long int", "long long" },
	{ "long long unsigned int", "unsigned long long" },
	{ "short int", "short" },
	{ "short unsigned int", "unsigned short" },
	{ "__int128 unsigned", "unsigned __int128" },
};

/* text = before + text + after; what does not fit is cut. */
static void
wrap(char text[TEXT_MAX], const char *before, const char *after)
{
	size_t b = strlen(before), n = strlen(text), a = strlen(after);

	if (b > TEXT_MAX - 1)
		b = TEXT_MAX - 1;
	if (n > TEXT_MAX - 1 - b)
		n = TEXT_MAX - 1 - b;
	memmove(text + b, text, n);
	memcpy(text, before, b);
	if (a > TEXT_MAX - 1 - b - n)
		a = TEXT_MAX - 1 - b - n;
	memcpy(text + b + n, after, a);
	text[b + n + a] = '\0';
}

static void
base_name(const struct type *t, char *buf, size_t n)
{
	static const char *const tags[] = {
		[TYPE_STRUCT] = "struct", [TYPE_UNION] = "union",
		[TYPE_ENUM] = "enum",
	};
	const char *name = t->name, *tag = NULL;
	size_t i;

	switch (t->kind) {
	case TYPE_VOID:
		name = "void";
		break;
	case TYPE_INT:
		for (i = 0; i < sizeof(int_names) / sizeof(int_names[0]); i++) {
			if (strcmp(name, int_names[i][0]) == 0)
				name = int_names[i][1];
		}
		break;
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ENUM:
		tag = tags[t->kind];
		break;
	case TYPE_FWD:
		tag = tags[t->is_union ? TYPE_UNION : TYPE_STRUCT];
		break;
	default:
		break;
	}
	if (tag != NULL)
		snprintf(buf, n, "%s %s", tag, name[0] != '\0' ? name : "{...}");
	else
		snprintf(buf, n, "%s", name);
}

static int	declare(struct namer *, struct typeref, char [TEXT_MAX], int);

static int
arguments(struct namer *nm, struct typeref ref, const struct type *t,
    char text[TEXT_MAX], int depth)
{
	struct ctx quiet;
	struct type_member m;
	char arg[TEXT_MAX];
	uint32_t i;
	int r = OK;

	ctx_init(&quiet);
	quiet.quiet = 1;
	wrap(text, "", "(");
	for (i = 0; r == OK && i < t->nmembers; i++) {
		if (strlen(text) > TEXT_MAX - 16 || depth >= PROTO_MAX) {
			wrap(text, "", "...");
			break;
		}
		r = type_member_at(&quiet, nm->ts, ref, i, &m);
		if (r != OK)
			break;
		arg[0] = '\0';
		if (m.type.id == 0)	/* a last one of type void: varargs */
			snprintf(arg, sizeof(arg), "...");
		else
			r = declare(nm, m.type, arg, depth + 1);
		wrap(text, "", i > 0 ? ", " : "");
		wrap(text, "", arg);
	}
	wrap(text, "", t->nmembers == 0 ? "void)" : ")");
	ctx_fini(&quiet);
	return (r);
}

/* text: the declarator so far, becomes the declaration. */
static int
declare(struct namer *nm, struct typeref ref, char text[TEXT_MAX], int depth)
{
	struct type t;
	char word[300], quals[32] = "";	/* "const volatile " of what comes */
	const char *qual;
	bool pointer = false;		/* the declarator begins with a "*" */
	int r;

	for (;; ref = t.target) {
		if (nm->left-- == 0)
			return (E_CORRUPT);
		r = type_get_raw(nm->ts, ref, &t);
		if (r != OK)
			return (r);
		switch (t.kind) {
		case TYPE_CONST:
		case TYPE_VOLATILE:
		case TYPE_RESTRICT:
			qual = t.kind == TYPE_CONST ? "const " :
			    t.kind == TYPE_VOLATILE ? "volatile " : "restrict ";
			/* Compilers tell it of an array and of its elements. */
			if (strstr(quals, qual) != NULL)
				break;
			snprintf(word, sizeof(word), "%s%s", quals, qual);
			if (strlen(word) < sizeof(quals))
				memcpy(quals, word, strlen(word) + 1);
			break;
		case TYPE_ATTR:
		case TYPE_FUNC:
		case TYPE_VAR:
			break;
		case TYPE_PTR:
			/* A pointer's own qualifiers stand behind its "*". */
			snprintf(word, sizeof(word), "*%s%s",
			    quals[0] != '\0' ? " " : "", quals);
			if (quals[0] != '\0' && text[0] == '\0')
				word[strlen(word) - 1] = '\0';
			wrap(text, word, "");
			quals[0] = '\0';
			pointer = true;
			break;
		case TYPE_ARRAY:
			/* Its qualifiers are those of its elements. */
			if (pointer)
				wrap(text, "(", ")");
			pointer = false;
			if (t.count == 0)
				snprintf(word, sizeof(word), "[]");
			else
				snprintf(word, sizeof(word), "[%llu]",
				    (unsigned long long)t.count);
			wrap(text, "", word);
			break;
		case TYPE_PROTO:
			if (pointer)
				wrap(text, "(", ")");
			pointer = false;
			quals[0] = '\0';
			r = arguments(nm, ref, &t, text, depth);
			if (r != OK)
				return (r);
			break;
		default:
			base_name(&t, word, sizeof(word) - 1);
			if (text[0] != '\0')
				strcat(word, " ");
			wrap(text, word, "");
			wrap(text, quals, "");
			return (OK);
		}
	}
}

int
type_name(struct ctx *ctx, const struct types *ts, struct typeref ref,
    const char *name, char *buf, size_t n)
{
	struct namer nm = { .ts = ts, .left = 1000 };
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "%s", name);
	if (declare(&nm, ref, text, 0) != OK)
		return (ctx_fail(ctx, E_CORRUPT, "type %u:%u: the type "
		    "information contradicts itself", ref.unit, ref.id));
	snprintf(buf, n, "%s", text);
	return (OK);
}
