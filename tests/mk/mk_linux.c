/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
mk_linux_init(struct mk_linux *m, bool be)
{
	memset(m, 0, sizeof(*m));
	mk_space_init(&m->s, be, 8);
	mk_btf_init(&m->btf, be, NULL);
	sym_init(&m->k.symbols);
	arena_init(&m->k.arena);
	pthread_mutex_init(&m->os.lock, NULL);
	m->os.kernel = &m->k;
	m->k.os_data = &m->os;
	m->k.arch = &arch_x86_64;
	m->k.os = &linux_ops;
}

void
mk_linux_fini(struct mk_linux *m)
{
	types_destroy(m->k.types);
	sym_fini(&m->k.symbols);
	arena_fini(&m->k.arena);
	linux_members_destroy(m->os.members);
	pthread_mutex_destroy(&m->os.lock);
	mk_btf_fini(&m->btf);
	mk_space_fini(&m->s);
}

static uint32_t
type_of(struct mk_linux *m, const char *name)
{
	unsigned n;
	uint32_t id;
	size_t i;

	for (i = 0; i < m->ntypes; i++)
		if (strcmp(m->types[i].name, name) == 0)
			return (m->types[i].id);
	n = (unsigned)strtoul(name + 1, NULL, 10);
	if (n == 0 || m->ntypes == MK_TYPES_MAX)
		abort();
	if (name[0] == 'c')
		id = mk_btf_array(&m->btf, type_of(m, "u1"), n);
	else
		id = mk_btf_int(&m->btf, name, n,
		    name[0] == 's' ? MK_SIGNED : 0);
	snprintf(m->types[m->ntypes].name, sizeof(m->types[0].name), "%s",
	    name);
	m->types[m->ntypes++].id = id;
	return (id);
}

void
mk_linux_struct(struct mk_linux *m, const char *name, unsigned size,
    const char *members)
{
	struct { char name[32], type[32]; unsigned at; } v[32];
	uint32_t ids[32], id;
	size_t i, n;
	int used;

	for (n = 0; *members != '\0'; n++, members += used) {
		if (n == 32 || sscanf(members, " %31[^ ] %31[^@]@%u%n",
		    v[n].name, v[n].type, &v[n].at, &used) != 3)
			abort();
		ids[n] = type_of(m, v[n].type);
		if (members[used] == ',')
			used++;
	}
	id = mk_btf_struct(&m->btf, MK_STRUCT, name, size, false);
	for (i = 0; i < n; i++)
		mk_btf_member(&m->btf, v[i].name, ids[i], v[i].at * 8, 0);
	if (m->ntypes == MK_TYPES_MAX)
		abort();
	snprintf(m->types[m->ntypes].name, sizeof(m->types[0].name), "%s",
	    name);
	m->types[m->ntypes++].id = id;
}

void
mk_linux_symbol(struct mk_linux *m, const char *name, uint64_t addr)
{
	struct ctx ctx;

	ctx_init(&ctx);
	if (sym_add(&ctx, &m->k.symbols, addr, 0, 'D', 0, name,
	    strlen(name)) != 0)
		abort();
	ctx_fini(&ctx);
}

void
mk_linux_ready(struct mk_linux *m)
{
	struct type_unit *unit;
	struct ctx ctx;
	const void *blob;
	size_t n;

	ctx_init(&ctx);
	m->k.mem = m->s.mem;
	m->k.space = m->s.space;
	m->k.space.mem = &m->s.mem;
	m->k.types = types_create(8, m->s.form.be);
	blob = mk_btf_blob(&m->btf, &n);
	if (m->k.types == NULL || sym_seal(&ctx, &m->k.symbols) != 0 ||
	    btf_open(&ctx, "vmlinux", blob, n, false, m->s.form.be, 8, NULL,
	    &unit) != 0 || types_add(&ctx, m->k.types, unit) != 0)
		abort();
	ctx_fini(&ctx);
}

void
mk_linux_text(struct mk_linux *m, uint64_t va, const char *text)
{
	size_t i, n = strlen(text) + 1;

	for (i = 0; i < n; i++)
		mk_put(&m->s, va + i, 1, (uint8_t)text[i]);
}

void
mk_linux_list(struct mk_linux *m, const uint64_t *nodes)
{
	size_t i, n;

	for (n = 0; nodes[n] != 0; n++)
		continue;
	for (i = 0; i < n; i++) {
		mk_put_ptr(&m->s, nodes[i], nodes[(i + 1) % n]);
		mk_put_ptr(&m->s, nodes[i] + 8, nodes[(i + n - 1) % n]);
	}
}
