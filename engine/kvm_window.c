/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library maps no file, since a mapping that faults would take its caller
 * down: every byte comes by a system call.  Walks read a few table entries for
 * each page translated, so the tables of a dump are kept here once they were
 * read, a page each.  The data itself is not: programs read it once.
 */
#include "engine/kvm_int.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT	12
#define PAGE		((size_t)1 << PAGE_SHIFT)
#define MADE		(UINT64_C(1) << 52)	/* above all memory */
#define SLOTS		256		/* 1 MiB: tables for 512 MiB in 4 KiB pages */

struct kvm_window {
	struct phys_reader below;
	uint64_t made;			/* from here on tables are computed */
	struct {
		uint64_t  tag;		/* page number + 1; 0: empty */
		uint8_t	 *bytes;
	}		 slot[SLOTS];
};

static int
window_read(void *arg, struct ctx *ctx, uint64_t pa, void *buf, size_t n)
{
	struct kvm_window *w = arg;
	uint64_t number = pa >> PAGE_SHIFT;
	size_t off = (size_t)(pa & (PAGE - 1)), i;
	int rc;

	i = (size_t)((number ^ number >> 8) % SLOTS);
	if (n > PAGE - off || pa >= w->made)
		return (w->below.read(w->below.arg, ctx, pa, buf, n));
	if (w->slot[i].tag != number + 1) {
		if (w->slot[i].bytes == NULL)
			w->slot[i].bytes = malloc(PAGE);
		w->slot[i].tag = 0;
		rc = w->slot[i].bytes == NULL ? E_NOMEM :
		    w->below.read(w->below.arg, ctx, number << PAGE_SHIFT,
		    w->slot[i].bytes, PAGE);
		/* Part of the page may still be there: let it say so itself. */
		if (rc != 0)
			return (w->below.read(w->below.arg, ctx, pa, buf, n));
		w->slot[i].tag = number + 1;
	}
	memcpy(buf, w->slot[i].bytes + off, n);
	return (0);
}

bool
kvm_window_open(kvm_t *kd)
{
	struct memory *m = &kd->kernel->mem;

	kd->window = calloc(1, sizeof(*kd->window));
	if (kd->window == NULL)
		return (false);
	kd->window->below = m->reader;
	/* See backend/elf_virtual.h: an entry costs less than a page of them. */
	kd->window->made = kd->kernel->dump->levels != 0 ? MADE : UINT64_MAX;
	m->reader.read = window_read;
	m->reader.arg = kd->window;
	return (true);
}

void
kvm_window_close(kvm_t *kd)
{
	size_t i;

	if (kd->window == NULL)
		return;
	for (i = 0; i < SLOTS; i++)
		free(kd->window->slot[i].bytes);
	free(kd->window);
}
