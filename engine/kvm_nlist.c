/* SPDX-License-Identifier: BSD-2-Clause */
/* kvm_nlist(3): addresses by name. */
#include "engine/kvm_int.h"

#include "base/bytes.h"
#include "engine/os/os.h"

#include <nlist.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define VNET_MAGIC	0x5e4a6f28u	/* vnet_magic_n, sys/net/vnet.c; */
#define VNET_MAGIC_OLD	0x3e0d8f29u	/* of older kernels */

/* A symbol's letter as the type of an nlist. */
static unsigned char
type_of(char letter)
{
	unsigned char t;

	switch (tolower((unsigned char)letter)) {
	case 't':
		t = N_TEXT;
		break;
	case 'b':
	case 'c':
		t = N_BSS;
		break;
	case 'a':
		t = N_ABS;
		break;
	case 'w':
		return (N_TEXT | N_EXT);
	default:
		t = N_DATA;
		break;
	}
	return (isupper((unsigned char)letter) ? t | N_EXT : t);
}

/* In the tables that the engine has. */
static const struct symbol *
look_up(kvm_t *kd, const char *name, uint64_t *addr)
{
	struct kernel *k = kd->kernel;
	const struct symbol *s;

	s = sym_find(&k->symbols, name);
	if (s != NULL) {
		*addr = s->addr;
		return (s);
	}
	if (k->image == NULL)
		return (NULL);
	/* As linked; Linux has been moved from there. */
	s = sym_find(&k->image->symbols, name);
	if (s != NULL)
		*addr = s->addr + (k->os != NULL && strcmp(k->os->name,
		    "Linux") == 0 ? (uint64_t)kvm_kerndisp(kd) : 0);
	return (s);
}

bool
kvm_symbol(kvm_t *kd, const char *name, uint64_t *addr, char *type)
{
	const struct symbol *s;
	kvaddr_t found;

	if (kd->resolver != NULL) {
		found = 0;
		if (kd->resolver(name, &found) != 0)
			return (false);
		*addr = found;
		if (type != NULL)
			*type = 'D';
		return (true);
	}
	s = look_up(kd, name, addr);
	/* C names had a '_' in front of them once, and callers still do. */
	if (s == NULL && name[0] == '_')
		s = look_up(kd, name + 1, addr);
	/* Without privilege the running kernel shows names at address 0. */
	if (s == NULL || (kd->live && *addr == 0))
		return (false);
	if (type != NULL)
		*type = kd->live ? 't' : s->type;
	return (true);
}

bool
kvm_symbol_uint(kvm_t *kd, const char *name, unsigned size, uint64_t *ret)
{
	struct kernel *k = kd->kernel;
	uint64_t addr;
	uint8_t raw[8];

	if (size > sizeof(raw) || !kvm_symbol(kd, name, &addr, NULL) ||
	    kvm_read2(kd, addr, raw, size) != (ssize_t)size)
		return (false);
	*ret = load_uint(raw, size, k->space.be);
	return (true);
}

/*
 * Linux: a per-CPU variable, once a CPU has been chosen, is that CPU's.
 */
static bool
per_cpu_linux(kvm_t *kd, uint64_t *addr)
{
	struct os_cpu cpu;
	uint64_t start, end;

	if (!kvm_symbol(kd, "__per_cpu_start", &start, NULL) ||
	    !kvm_symbol(kd, "__per_cpu_end", &end, NULL) ||
	    *addr < start || *addr >= end ||
	    os_cpu(&kd->ctx, kd->kernel, (int)kd->cpu, &cpu) != 0)
		return (false);
	*addr += cpu.offset;
	return (true);
}

/*
 * FreeBSD: DPCPU variables have a symbol with a prefix, in a set that is copied
 * for each CPU; dpcpu_off[] says how far away the copies are (sys/pcpu.h).
 */
static bool
per_cpu_bsd(kvm_t *kd, const char *name, uint64_t *addr, char *type)
{
	const struct kernel *k = kd->kernel;
	uint64_t start, stop, offsets, off;
	uint8_t raw[8];
	char full[256];

	if ((size_t)snprintf(full, sizeof(full), "pcpu_entry_%s", name) >=
	    sizeof(full) || !kvm_symbol(kd, full, addr, type) ||
	    !kvm_symbol(kd, "__start_set_pcpu", &start, NULL) ||
	    !kvm_symbol(kd, "__stop_set_pcpu", &stop, NULL) ||
	    *addr < start || *addr >= stop ||
	    !kvm_symbol(kd, "dpcpu_off", &offsets, NULL) ||
	    kvm_read2(kd, offsets + (uint64_t)kd->cpu * k->space.ptr_size,
	    raw, k->space.ptr_size) != (ssize_t)k->space.ptr_size)
		return (false);
	off = load_uint(raw, k->space.ptr_size, k->space.be);
	if (off == 0)
		return (false);
	*addr += off;
	return (true);
}

/*
 * FreeBSD: variables of a network stack have a prefix too, in a set that is
 * copied for each; the first stack's, which proc0 has, is meant.  struct vnet
 * (sys/net/vnet.h) is two links, vnet_magic_n, three counts, vnet_data_mem,
 * vnet_data_base: what to add to an address in the set.
 */
static bool
vnet_bsd(kvm_t *kd, const char *name, uint64_t *addr, char *type)
{
	const struct kernel *k = kd->kernel;
	const unsigned word = k->space.ptr_size;
	const size_t at = 2 * word + 16 + word;
	uint64_t start, stop, vnet0, vnet;
	uint8_t raw[48];
	char full[256];
	uint32_t magic;

	if ((size_t)snprintf(full, sizeof(full), "vnet_entry_%s", name) >=
	    sizeof(full) || !kvm_symbol(kd, full, addr, type) ||
	    !kvm_symbol(kd, "__start_set_vnet", &start, NULL) ||
	    !kvm_symbol(kd, "__stop_set_vnet", &stop, NULL) ||
	    *addr < start || *addr >= stop ||
	    !kvm_symbol(kd, "vnet0", &vnet0, NULL) ||
	    kvm_read2(kd, vnet0, raw, word) != (ssize_t)word)
		return (false);
	vnet = load_uint(raw, word, k->space.be);
	if (vnet == 0 || kvm_read2(kd, vnet, raw, at + word) !=
	    (ssize_t)(at + word))
		return (false);
	magic = load_u32(raw + 2 * word, k->space.be);
	if (magic != VNET_MAGIC && magic != VNET_MAGIC_OLD)
		return (false);
	*addr += load_uint(raw + at, word, k->space.be);
	if (word == 4)
		*addr &= UINT32_MAX;
	return (true);
}

static bool
is_linux(const kvm_t *kd)
{
	const struct kernel *k = kd->kernel;

	return (k->os != NULL && strcmp(k->os->name, "Linux") == 0);
}

static bool
resolve(kvm_t *kd, struct kvm_nlist *p)
{
	uint64_t addr;
	char type;

	if (kvm_symbol(kd, p->n_name, &addr, &type)) {
		if (is_linux(kd) && kd->has_cpu && kd->resolver == NULL)
			per_cpu_linux(kd, &addr);
	} else if (is_linux(kd) || !kd->memory ||
	    (!vnet_bsd(kd, p->n_name, &addr, &type) &&
	    !per_cpu_bsd(kd, p->n_name, &addr, &type))) {
		return (false);
	}
	p->n_value = addr;
	p->n_type = kd->resolver != NULL ? N_DATA | N_EXT :
	    kd->live ? N_TEXT : type_of(type);
	return (true);
}

int
kvm_nlist2(kvm_t *kd, struct kvm_nlist *list)
{
	struct kvm_nlist *p;
	int missing;

	missing = 0;
	for (p = list; p->n_name != NULL && p->n_name[0] != '\0'; p++) {
		p->n_type = 0;
		p->n_value = 0;
		if (!resolve(kd, p))
			missing++;
	}
	return (missing);
}

int
kvm_nlist(kvm_t *kd, struct nlist *list)
{
	struct kvm_nlist one[2] = { 0 };
	struct nlist *p;
	int missing;

	/* Its n_value is of this machine's width. */
	if (!kd->native) {
		errno = EINVAL;
		kvm_err_hard(kd, "kvm_nlist of non-native vmcore");
		return (-1);
	}
	missing = 0;
	for (p = list; p->n_name != NULL && p->n_name[0] != '\0'; p++) {
		one[0].n_name = p->n_name;
		missing += kvm_nlist2(kd, one);
		p->n_type = one[0].n_type;
		p->n_other = 0;
		p->n_desc = 0;
		p->n_value = (unsigned long)one[0].n_value;
	}
	return (missing);
}
