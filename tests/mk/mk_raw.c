/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_raw.h"

#include "base/bytes.h"
#include "tests/mk/mk_elf.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RELEASE		"6.1.0-test"
#define LINKED		UINT64_C(0xffffffff80000000)

uint64_t
mk_raw_at(const struct mk_raw *r, uint64_t pa)
{
	if (r->low != 0 && pa >= UINT64_C(1) << 32)
		return (pa - (UINT64_C(1) << 32) + r->low);
	return (pa - r->base);
}

bool
mk_raw_write(const struct mk_raw *r, int fd, uint64_t pa, const void *p,
    uint32_t n)
{
	return (pwrite(fd, p, n, (off_t)mk_raw_at(r, pa)) == (ssize_t)n);
}

/* VMCOREINFO with what tells where an address of the image lies. */
static bool
put_info(const struct mk_raw *r, int fd)
{
	char text[512];
	int n;

	n = snprintf(text, sizeof(text), "OSRELEASE=" RELEASE "\n"
	    "PAGESIZE=4096\nSYMBOL(init_uts_ns)=%llx\n%s",
	    (unsigned long long)(LINKED + MK_RAW_UTS - (r->old ? 4 : 8)),
	    r->old ? "" : "OFFSET(uts_namespace.name)=8\n");
	if (strcmp(r->machine, "x86_64") == 0)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    "NUMBER(phys_base)=%lld\nNUMBER(pgtable_l5_enabled)=0\n",
		    (long long)r->image);
	else
		n += snprintf(text + n, sizeof(text) - (size_t)n,
		    "NUMBER(%s)=0x%llx\n", strcmp(r->machine, "aarch64") == 0 ?
		    "kimage_voffset" : "va_kernel_pa_offset",
		    (unsigned long long)(LINKED - r->image));
	return (mk_raw_write(r, fd, r->image + MK_RAW_INFO +
	    (r->note ? 0x18 : 0), text, (uint32_t)n));
}

static bool
put_uts(const struct mk_raw *r, int fd)
{
	char uts[6 * 65] = "Linux";

	strcpy(uts + 65, "host");
	strcpy(uts + 2 * 65, RELEASE);
	strcpy(uts + 4 * 65, r->machine);
	return (mk_raw_write(r, fd, r->image + MK_RAW_UTS, uts, sizeof(uts)));
}

/* The zero page: Documentation/arch/x86/zero-page.rst. */
static bool
put_map(const struct mk_raw *r, int fd)
{
	const struct mk_firmware *m;
	uint8_t page[4096] = { 0 }, *p;

	store_uint(page + 0x1fe, 2, false, 0xaa55);
	memcpy(page + 0x202, "HdrS", 4);
	for (m = r->map, p = page + 0x2d0; m->type != 0; m++, p += 20) {
		page[0x1e8]++;
		store_uint(p, 8, false, m->start);
		store_uint(p + 8, 8, false, m->size);
		store_uint(p + 16, 4, false, m->type);
	}
	return (mk_raw_write(r, fd, r->image + MK_RAW_ZERO, page,
	    sizeof(page)));
}

static bool
put_mark(const struct mk_raw *r, int fd, uint64_t pa)
{
	uint8_t page[4096];
	size_t i;

	for (i = 0; i < sizeof(page); i += 8)
		store_uint(page + i, 8, false, mk_word(pa + i));
	return (mk_raw_write(r, fd, pa, page, sizeof(page)));
}

bool
mk_raw(const struct mk_raw *r, int fd)
{
	const uint64_t *mark;

	if (ftruncate(fd, (off_t)r->size) == -1 || !put_info(r, fd) ||
	    !put_uts(r, fd) || (r->map != NULL && !put_map(r, fd)))
		return (false);
	for (mark = r->marks; mark != NULL && *mark != 0; mark++)
		if (!put_mark(r, fd, *mark))
			return (false);
	return (true);
}
