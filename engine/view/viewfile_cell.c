/* SPDX-License-Identifier: BSD-2-Clause */
/* Views: a column's value as a cell, in the column's format. */
#include "engine/view/viewfile_int.h"

#include "engine/os/os.h"
#include "engine/view/tools.h"

#include <arpa/inet.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NULL_MAX	4096
#define TEXT_MAX	4096
#define BYTES_MAX	4096
#define CLIMB_MAX	256		/* names of a path */
#define MASK_WORDS_MAX	(VF_CPUS_MAX / 32)

/* A failure as a cell; what is wrong with the file itself is told at the end. */
struct cell
vf_missing(struct vf_run *run, int status)
{
	struct err err = run->ctx->err;

	ctx_clear(run->ctx);
	if (status == E_NOT_MAPPED && err.addr < NULL_MAX)
		return (cell_null());
	if (status_reason(status) != NULL)
		return (cell_missing(status));
	if (status == E_NO_SYMBOL)
		return (cell_missing(E_NO_TYPE));
	if (run->failed.code == OK)
		run->failed = err;
	return (cell_null());
}

int
vf_referent(struct vf_run *run, const struct value *v, uint64_t *addr,
    struct typeref *type)
{
	struct value x;
	struct typeref ref;
	struct type t;
	int rc;

	rc = type_strip(run->ctx, run->env.types, v->type, &ref, &t);
	if (rc != OK)
		return (rc);
	if (v->place == VALUE_MEM && t.kind != TYPE_PTR) {
		*addr = v->addr;
		*type = v->type;
		return (OK);
	}
	rc = value_scalar(run->ctx, &run->env, v, &x);
	if (rc != OK)
		return (rc);
	*addr = x.bits;
	*type = t.kind == TYPE_PTR ? t.target : (struct typeref){ 0, 0 };
	return (OK);
}

static struct cell
text_cell(struct vf_run *run, const struct value *v)
{
	char text[TEXT_MAX];
	struct typeref ref;
	struct type t;
	uint64_t addr;
	size_t n;
	int rc;

	rc = type_strip(run->ctx, run->env.types, v->type, &ref, &t);
	if (rc != OK)
		return (vf_missing(run, rc));
	if (v->place == VALUE_MEM && t.kind == TYPE_ARRAY) {
		n = t.size < sizeof(text) - 1 ? (size_t)t.size :
		    sizeof(text) - 1;
		/* A flexible array ends where the text does. */
		rc = t.size != 0 ? space_read(run->ctx, v->space, v->addr,
		    text, n) : space_text(run->ctx, v->space, v->addr, text,
		    sizeof(text));
		text[t.size != 0 ? n : sizeof(text) - 1] = '\0';
	} else {
		rc = value_load(run->ctx, &run->env, v, &addr);
		if (rc == OK && addr == 0)
			return (cell_null());
		if (rc == OK)
			rc = space_text(run->ctx, run->env.space, addr, text,
			    sizeof(text));
	}
	return (rc != OK ? vf_missing(run, rc) :
	    cell_text(arena_strdup(&run->arena, text)));
}

static struct cell
symbol_cell(struct vf_run *run, uint64_t addr)
{
	char text[512];

	if (addr == 0)
		return (cell_null());
	if (run->env.symbols == NULL || !sym_format(run->env.symbols, addr,
	    text, sizeof(text)))
		return (cell_link(cell_addr(addr), link_memory(addr,
		    (struct typeref){ 0, 0 }, 0)));
	return (cell_link(cell_text(arena_strdup(&run->arena, text)),
	    link_symbol(addr)));
}

static struct cell
address_cell(struct vf_run *run, const struct value *v)
{
	struct typeref type;
	uint64_t addr;
	int rc;

	rc = vf_referent(run, v, &addr, &type);
	if (rc != OK)
		return (vf_missing(run, rc));
	if (addr == 0)
		return (cell_addr(0));
	return (cell_link(cell_addr(addr), link_memory(addr, type, 0)));
}

/* The words of a flags table whose bits are set, and what is left in hex. */
static struct cell
words_cell(struct vf_run *run, const struct vf_step *s, uint64_t bits)
{
	const struct vf_table *t = s->table;
	struct buf b = { 0 };
	struct cell cell;
	uint64_t left, value;
	size_t i;
	int rc;

	left = bits;
	rc = OK;
	for (i = 0; i < t->n; i++) {
		rc = vf_eval_bits(run, t->v[i].value, &value);
		if (vf_is_absent(rc)) {
			ctx_clear(run->ctx);
			rc = OK;
			continue;
		}
		if (rc != OK)
			break;
		if (t->flags ? value == 0 || (left & value) != value :
		    value != bits)
			continue;
		buf_printf(&b, "%s%s", b.len > 0 ? "," : "", t->v[i].word);
		left &= ~value;
		if (!t->flags) {
			left = 0;
			break;
		}
	}
	if (rc != OK)
		cell = vf_missing(run, rc);
	else {
		if (t->flags ? left != 0 : b.len == 0)
			buf_printf(&b, t->flags ? "%s0x%" PRIx64 :
			    "%s%" PRIu64, b.len > 0 ? "," : "",
			    t->flags ? left : bits);
		cell = cell_text(arena_strdup(&run->arena, buf_text(&b)));
	}
	buf_fini(&b);
	return (cell);
}

static struct cell
enum_cell(struct vf_run *run, struct typeref ref, uint64_t bits)
{
	struct type_enum e;
	struct type t;
	uint32_t i;
	int rc;

	rc = type_strip(run->ctx, run->env.types, ref, &ref, &t);
	for (i = 0; rc == OK && t.kind == TYPE_ENUM && i < t.nmembers; i++) {
		rc = type_enum_at(run->ctx, run->env.types, ref, i, &e);
		if (rc == OK && (uint64_t)e.value == bits)
			return (cell_text(e.name));
	}
	/* The number says something without the name, too. */
	ctx_clear(run->ctx);
	return (cell_s64((int64_t)bits));
}

/* The bytes of an object, or those that a pointer points to. */
static int
object_bytes(struct vf_run *run, const struct value *v, uint8_t *p, size_t n)
{
	struct typeref type;
	struct value x;
	uint64_t addr;
	size_t i;
	int rc;

	if (v->place == VALUE_IMM && value_scalar(run->ctx, &run->env, v,
	    &x) == OK && n <= 4) {
		for (i = 0; i < n; i++)
			p[i] = (uint8_t)(x.bits >> 8 *
			    (types_be(run->env.types) ? n - 1 - i : i));
		return (OK);
	}
	rc = vf_referent(run, v, &addr, &type);
	if (rc == OK)
		rc = space_read(run->ctx, run->env.space, addr, p, n);
	return (rc);
}

/* An address of the internet: of 16 bytes, else of 4. */
static struct cell
inet_cell(struct vf_run *run, const struct value *v)
{
	char text[INET6_ADDRSTRLEN];
	uint64_t size;
	uint8_t p[16];
	bool six;
	int rc;

	rc = type_size(run->ctx, run->env.types, v->type, &size);
	if (rc != OK)
		return (vf_missing(run, rc));
	six = size == sizeof(p);
	rc = object_bytes(run, v, p, six ? 16 : 4);
	if (rc != OK)
		return (vf_missing(run, rc));
	if (inet_ntop(six ? AF_INET6 : AF_INET, p, text, sizeof(text)) == NULL)
		return (cell_null());
	return (cell_text(arena_strdup(&run->arena, text)));
}

static struct cell
mac_cell(struct vf_run *run, const struct value *v)
{
	char text[24];
	uint8_t p[6];
	int rc;

	rc = object_bytes(run, v, p, sizeof(p));
	if (rc != OK)
		return (vf_missing(run, rc));
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", p[0],
	    p[1], p[2], p[3], p[4], p[5]);
	return (cell_text(arena_strdup(&run->arena, text)));
}

static struct cell
bytes_cell(struct vf_run *run, const struct value *v)
{
	uint64_t size;
	uint8_t *p;
	int rc;

	rc = type_size(run->ctx, run->env.types, v->type, &size);
	if (rc != OK)
		return (vf_missing(run, rc));
	if (v->place != VALUE_MEM || size > BYTES_MAX)
		return (cell_null());
	p = arena_alloc(&run->arena, (size_t)size + 1);
	if (p == NULL)
		return (cell_null());
	rc = space_read(run->ctx, run->env.space, v->addr, p, (size_t)size);
	return (rc != OK ? vf_missing(run, rc) : cell_bytes(p, (size_t)size));
}

/* A cpumask, or a pointer to one: "0-3,5". */
static struct cell
cpus_cell(struct vf_run *run, const struct value *v)
{
	const unsigned word = run->env.space->ptr_size;
	struct typeref type;
	struct buf b = { 0 };
	struct cell cell;
	unsigned cpu, from, ids, online;
	uint64_t addr, bits;
	bool in, set;
	int rc;

	rc = vf_referent(run, v, &addr, &type);
	if (rc == OK && addr == 0)
		return (cell_null());
	if (rc == OK)
		rc = os_cpus(run->ctx, run->k, &ids, &online);
	bits = from = 0;
	for (cpu = 0, in = false; rc == OK && cpu <= ids &&
	    cpu < VF_CPUS_MAX; cpu++) {
		if (cpu % (word * 8) == 0 && cpu < ids)
			rc = space_uint(run->ctx, run->env.space, addr +
			    cpu / 8, word, &bits);
		set = cpu < ids && (bits >> cpu % (word * 8) & 1) != 0;
		if (set && !in)
			from = cpu;
		if (!set && in)
			buf_printf(&b, cpu - 1 > from ? "%s%u-%u" : "%s%u",
			    b.len > 0 ? "," : "", from, cpu - 1);
		in = set;
	}
	cell = rc != OK ? vf_missing(run, rc) :
	    cell_text(arena_strdup(&run->arena, buf_text(&b)));
	buf_fini(&b);
	return (cell);
}

/* The value of a member, as a number. */
static int
member(struct vf_run *run, const struct value *v, const char *path,
    uint64_t *ret)
{
	struct value x;
	int rc;

	rc = value_member(run->ctx, &run->env, v, path, &x);
	return (rc != OK ? rc : value_load(run->ctx, &run->env, &x, ret));
}

/* The path of what names a place in a file system. */
static struct cell
path_cell(struct vf_run *run, const struct value *v)
{
	struct typeref ref, type;
	uint64_t addr, dentry, mnt;
	const char *path;
	struct value x;
	struct type t;
	int rc;

	rc = vf_referent(run, v, &addr, &type);
	if (rc == OK && addr == 0)
		return (cell_null());
	if (rc == OK)
		rc = type_strip(run->ctx, run->env.types, type, &ref, &t);
	if (rc != OK)
		return (vf_missing(run, rc));
	x = (struct value){ .place = VALUE_MEM, .space = run->env.space,
	    .type = type, .addr = addr };
	if (strcmp(t.name, "path") == 0) {
		rc = member(run, &x, "mnt", &mnt);
		if (rc == OK)
			rc = member(run, &x, "dentry", &dentry);
	} else if (strcmp(t.name, "file") == 0) {
		rc = member(run, &x, "f_path.mnt", &mnt);
		if (rc == OK)
			rc = member(run, &x, "f_path.dentry", &dentry);
	} else {
		if (strcmp(t.name, "mount") == 0)
			rc = value_member(run->ctx, &run->env, &x, "mnt", &x);
		mnt = x.addr;
		if (rc == OK)
			rc = member(run, &x, "mnt_root", &dentry);
	}
	if (rc == OK && (mnt == 0 || dentry == 0))
		return (cell_null());
	if (rc == OK)
		rc = os_path(run->ctx, run->k, mnt, dentry, &run->arena, &path);
	return (rc != OK ? vf_missing(run, rc) : cell_text(path));
}

/*
 * climb(NAME, PARENT): names from the top down with "/" between them; the top
 * one, which is its own parent or has none, is only the first "/".
 */
static struct cell
climb_cell(struct vf_run *run, const char *arg, const struct value *v)
{
	struct cell names[CLIMB_MAX], cell;
	struct buf b = { 0 };
	struct value x = *v, up;
	uint64_t at, parent;
	struct typeref type;
	char *name, *next;
	size_t n;
	int rc;

	name = arena_strdup(&run->arena, arg);
	next = name != NULL ? strchr(name, ',') : NULL;
	if (next == NULL)
		return (cell_null());
	*next++ = '\0';
	next += strspn(next, " \t");
	rc = vf_referent(run, v, &at, &type);
	for (n = 0; rc == OK && at != 0; n++) {
		rc = value_member(run->ctx, &run->env, &x, next, &up);
		if (rc == OK)
			rc = value_scalar(run->ctx, &run->env, &up, &up);
		parent = rc == OK ? up.bits : 0;
		if (rc != OK || parent == 0 || parent == at)
			break;
		if (n == CLIMB_MAX) {
			rc = ctx_fail_at(run->ctx, E_CORRUPT, at,
			    "a path of more than %d names", CLIMB_MAX);
			break;
		}
		rc = value_member(run->ctx, &run->env, &x, name, &x);
		if (rc == OK) {
			names[n] = text_cell(run, &x);
			x = up;
			at = parent;
		}
	}
	if (rc != OK)
		return (vf_missing(run, rc));
	if (at == 0)
		return (cell_null());
	for (cell = cell_text("/"); n > 0; n--) {
		if (names[n - 1].kind == CELL_MISSING) {
			cell = names[n - 1];
			break;
		}
		buf_puts(&b, "/");
		if (names[n - 1].kind == CELL_TEXT)
			buf_add(&b, names[n - 1].text.p, names[n - 1].text.n);
	}
	if (cell.kind == CELL_TEXT && b.len > 0)
		cell = cell_text(arena_strdup(&run->arena, buf_text(&b)));
	buf_fini(&b);
	return (cell);
}

/* A number as its type has it; what is no number stays unsigned. */
static struct cell
number_cell(struct vf_run *run, const struct value *v, uint64_t bits)
{
	struct typeref ref;
	struct type t;
	bool is_signed;

	is_signed = type_strip(run->ctx, run->env.types, v->type, &ref,
	    &t) == OK && t.is_signed;
	return (is_signed ? cell_s64((int64_t)bits) : cell_u64(bits));
}

/* What has no short form of its own is shown by its place. */
struct cell
vf_auto(struct vf_run *run, const struct value *v)
{
	struct cell cell;

	cell = view_cell_value(run->ctx, &run->env, v, &run->arena);
	return (cell.kind == CELL_NULL && v->place == VALUE_MEM ?
	    address_cell(run, v) : cell);
}

static double
seconds(struct cell number, double unit)
{
	return ((number.kind == CELL_S64 ? (double)number.s :
	    (double)number.u) / unit);
}

static struct cell
plain_cell(struct vf_run *run, const struct vf_step *s, const struct value *v,
    uint64_t bits)
{
	struct typeref type;
	char text[32];

	switch (s->form) {
	case VF_HEX:
		return (cell_u64(bits));
	case VF_OCT:
		snprintf(text, sizeof(text), "%#" PRIo64, bits);
		return (cell_text(arena_strdup(&run->arena, text)));
	case VF_SYMBOL:
		return (symbol_cell(run, bits));
	case VF_BOOL:
		return (cell_bool(bits != 0));
	case VF_MS:
		return (cell_double(seconds(number_cell(run, v, bits), 1e3)));
	case VF_US:
		return (cell_double(seconds(number_cell(run, v, bits), 1e6)));
	case VF_NS:
		return (cell_double(seconds(number_cell(run, v, bits), 1e9)));
	case VF_PID:
		return (cell_link(cell_s64((int64_t)bits),
		    link_process((int)bits)));
	case VF_FLAGS:
	case VF_NAMES:
		return (words_cell(run, s, bits));
	case VF_ENUM:
		if (type_find(run->ctx, run->env.types, s->form_arg,
		    &type) == OK)
			return (enum_cell(run, type, bits));
		ctx_clear(run->ctx);
		return (number_cell(run, v, bits));
	case VF_DEV:
		/* A dev_t inside the kernel, linux/kdev_t.h. */
		snprintf(text, sizeof(text), "%" PRIu64 ":%" PRIu64,
		    bits >> 20, bits & 0xfffff);
		return (cell_text(arena_strdup(&run->arena, text)));
	default:
		return (number_cell(run, v, bits));
	}
}

struct cell
vf_cell(struct vf_run *run, const struct vf_step *s, const struct value *v)
{
	uint64_t bits;
	int rc;

	/* What NULL points to is nothing. */
	if (v->place == VALUE_MEM && v->addr < NULL_MAX)
		return (s->form == VF_ADDRESS ? cell_addr(0) : cell_null());
	switch (s->form) {
	case VF_AUTO:
		return (vf_auto(run, v));
	case VF_TEXT:
		return (text_cell(run, v));
	case VF_ADDRESS:
		return (address_cell(run, v));
	case VF_IP:
		return (inet_cell(run, v));
	case VF_MAC:
		return (mac_cell(run, v));
	case VF_BYTES:
		return (bytes_cell(run, v));
	case VF_CPUMASK:
		return (cpus_cell(run, v));
	case VF_PATH:
		return (path_cell(run, v));
	case VF_CLIMB:
		return (climb_cell(run, s->form_arg, v));
	default:
		rc = value_load(run->ctx, &run->env, v, &bits);
		return (rc != OK ? vf_missing(run, rc) :
		    plain_cell(run, s, v, bits));
	}
}
