/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/vmcoreinfo.h"

#include <stdlib.h>
#include <string.h>

#define START_KERNEL_MAP	UINT64_C(0xffffffff80000000)	/* x86-64 */

const char *
vmcoreinfo_get(const char *text, size_t len, const char *key, size_t *vlen)
{
	const char *p, *end, *eol;
	size_t klen;

	if (text == NULL)
		return (NULL);
	klen = strlen(key);
	for (p = text, end = text + len; p < end; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (eol == NULL)
			eol = end;
		if ((size_t)(eol - p) > klen && p[klen] == '=' &&
		    memcmp(p, key, klen) == 0) {
			*vlen = (size_t)(eol - p) - klen - 1;
			return (p + klen + 1);
		}
		if (eol == end)
			break;
	}
	return (NULL);
}

bool
vmcoreinfo_u64(const char *text, size_t len, const char *key, uint64_t *ret)
{
	char digits[24];
	const char *v;
	char *end;
	size_t n;
	bool hex;

	v = vmcoreinfo_get(text, len, key, &n);
	if (v == NULL || n == 0 || n >= sizeof(digits))
		return (false);
	memcpy(digits, v, n);
	digits[n] = '\0';
	hex = strncmp(key, "SYMBOL(", 7) == 0 || strncmp(key, "KERNEL", 6) == 0;
	/* phys_base may be negative: strtoull wraps it, as it should. */
	*ret = strtoull(digits, &end, hex ? 16 : 0);
	return (*end == '\0');
}

size_t
vmcoreinfo_probe(const char *p, size_t n)
{
	const char *end;
	size_t len, i, v;

	if (n < 16 || memcmp(p, "OSRELEASE=", 10) != 0)
		return (0);
	if (n > VMCOREINFO_MAX)
		n = VMCOREINFO_MAX;
	end = memchr(p, '\0', n);
	len = end != NULL ? (size_t)(end - p) : n;
	for (i = 0; i < len; i++)
		if (p[i] != '\n' && (p[i] < 0x20 || p[i] > 0x7e))
			break;
	len = i;			/* what follows the text may be anything */
	return (vmcoreinfo_get(p, len, "PAGESIZE", &v) != NULL ? len : 0);
}

int
vmcoreinfo_file(struct ctx *ctx, const char *path,
    char text[VMCOREINFO_MAX + 1], size_t *len)
{
	struct file *f;
	size_t n;
	int rc;

	rc = file_open(ctx, path, NULL, &f);
	if (rc != 0)
		return (rc);
	n = file_size(f) < VMCOREINFO_MAX ? (size_t)file_size(f) :
	    VMCOREINFO_MAX;
	rc = file_read(ctx, f, 0, text, n);
	file_close(f);
	if (rc != 0)
		return (rc);
	n = vmcoreinfo_probe(text, n);
	if (n == 0)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s does not begin with "
		    "VMCOREINFO: lines such as OSRELEASE=6.1.0 first, PAGESIZE"
		    "=4096, SYMBOL(init_uts_ns)=ffffffff82612a40", path));
	text[n] = '\0';
	*len = n;
	return (0);
}

/* Keys that one processor alone writes (its machine_kexec.c, vmcore_info.c). */
static const struct {
	const char *key;
	const struct arch *arch;
} told[] = {
	{ "SYMBOL(init_top_pgt)", &arch_x86_64 },
	{ "SYMBOL(init_level4_pgt)", &arch_x86_64 },
	{ "NUMBER(pgtable_l5_enabled)", &arch_x86_64 },
	{ "NUMBER(kimage_voffset)", &arch_arm64 },
	{ "NUMBER(va_kernel_pa_offset)", &arch_riscv64 },
};

const struct arch *
vmcoreinfo_arch(const char *text, size_t len)
{
	size_t i, n;

	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (vmcoreinfo_get(text, len, told[i].key, &n) != NULL)
			return (told[i].arch);
	return (NULL);
}

bool
vmcoreinfo_phys(const char *text, size_t len, uint64_t va, uint64_t *pa)
{
	uint64_t n;

	if (vmcoreinfo_u64(text, len, "NUMBER(phys_base)", &n))
		*pa = va - START_KERNEL_MAP + n;
	else if (vmcoreinfo_u64(text, len, "NUMBER(kimage_voffset)", &n) ||
	    vmcoreinfo_u64(text, len, "NUMBER(va_kernel_pa_offset)", &n))
		*pa = va - n;
	else
		return (false);
	return (true);
}

/* The text starts a page, or lies in its note at 0x18 of a page. */
int
vmcoreinfo_look(void *search, struct ctx *ctx, uint64_t pa, const uint8_t *p,
    size_t n)
{
	const struct vmcoreinfo_search *s = search;
	const char *text;
	size_t at, len, i;
	int rc;

	for (at = (size_t)(-pa & 4095); at + 4096 <= n; at += 4096) {
		for (i = 0; i <= 0x18; i += 0x18) {
			text = (const char *)p + at + i;
			if (memcmp(text, "OSRELEASE=", 10) != 0)
				continue;
			len = vmcoreinfo_probe(text, n - at - i);
			rc = len == 0 ? 0 : s->fn(s->arg, ctx, pa + at + i,
			    text, len);
			if (rc != 0)
				return (rc);
		}
	}
	return (0);
}

static int
take_first(void *arg, struct ctx *ctx, uint64_t pa, const char *text,
    size_t len)
{
	const struct arch *arch = vmcoreinfo_arch(text, len);
	struct dump *d = arg;

	(void)ctx;
	(void)pa;
	if (arch == NULL)
		return (0);
	d->arch = arch;
	d->vmcoreinfo = arena_strndup(&d->arena, text, len);
	d->vmcoreinfo_len = d->vmcoreinfo != NULL ? len : 0;
	return (E_DONE);
}

int
vmcoreinfo_find_arch(struct ctx *ctx, struct dump *d,
    const struct dump_options *opt)
{
	struct vmcoreinfo_search s = { take_first, d };
	struct memory m;
	int rc;

	d->arch = opt->arch;
	if (d->arch != NULL)
		return (0);
	mem_init(&m, &d->layer, d->files[0] != NULL ?
	    file_faults(d->files[0]) : NULL);
	ctx->quiet++;
	rc = mem_scan_data(ctx, &m, 0, UINT64_MAX, VMCOREINFO_MAX,
	    vmcoreinfo_look, &s);
	ctx->quiet--;
	return (rc == E_CANCELLED ? rc : 0);
}
