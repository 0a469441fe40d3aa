/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_open.h"

#include "base/bytes.h"
#include "tests/mk/mk_elf.h"

#include <stdio.h>
#include <string.h>

int
mk_open(struct mk_open *o, const struct buf *image)
{
	int rc;

	memset(o, 0, sizeof(*o));
	ctx_init(&o->ctx);
	rc = file_of_bytes(&o->ctx, "image", image->p, image->len, &o->file);
	if (rc != 0)
		return (rc);
	rc = dump_open(&o->ctx, &o->file, 1, NULL, &o->dump);
	if (rc != 0) {
		o->dump = NULL;
		return (rc);
	}
	mem_init(&o->mem, &o->dump->layer, NULL);
	space_init(&o->space, &o->mem, o->dump->form, o->dump->root,
	    o->dump->arch->be, o->dump->arch->ptr_size);
	return (0);
}

void
mk_close(struct mk_open *o)
{
	if (o->dump != NULL)
		mem_fini(&o->mem);
	else
		file_close(o->file);
	ctx_fini(&o->ctx);
}

bool
mk_maps(struct mk_open *o, uint64_t va, uint64_t pa)
{
	uint8_t raw[8];
	int rc;

	ctx_clear(&o->ctx);
	rc = space_read(&o->ctx, &o->space, va, raw, sizeof(raw));
	if (rc != 0) {
		fprintf(stderr, "0x%llx: %s\n", (unsigned long long)va,
		    o->ctx.err.text);
		return (false);
	}
	if (load_u64(raw, o->dump->arch->be) == mk_word(pa))
		return (true);
	fprintf(stderr, "0x%llx: that of 0x%llx, not of 0x%llx\n",
	    (unsigned long long)va,
	    (unsigned long long)mk_word(load_u64(raw, o->dump->arch->be)),
	    (unsigned long long)pa);
	return (false);
}

int
mk_read(struct mk_open *o, uint64_t va)
{
	uint8_t raw[8];

	ctx_clear(&o->ctx);
	return (space_read(&o->ctx, &o->space, va, raw, sizeof(raw)));
}

int
mk_read_phys(struct mk_open *o, uint64_t pa)
{
	uint8_t raw[8];

	ctx_clear(&o->ctx);
	return (mem_read(&o->ctx, &o->mem, pa, raw, sizeof(raw)));
}
