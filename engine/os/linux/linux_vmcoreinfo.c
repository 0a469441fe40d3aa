/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VMCOREINFO: lines "KEY=VALUE" that the kernel writes about itself
 * (kernel/vmcore_info.c, Documentation/admin-guide/kdump/vmcoreinfo.rst).  It
 * helps, and is never trusted: what it says is checked against the memory.
 */
#include "engine/os/linux/linux.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX	VMCOREINFO_MAX

/*
 * Does the text speak of this kernel?  Its symbols must be where ours are: a
 * dump may hold the text of a kexec'd kernel, or one that somebody edited.
 */
static bool
agrees(const struct kernel *k, const char *text, size_t len)
{
	static const char *const names[] = {
		"_stext", "init_uts_ns", "node_online_map", "prb",
		"log_buf", "printk_rb_static", NULL,
	};
	const struct symbol *s;
	char key[64];
	uint64_t v;
	size_t i, vlen;

	for (i = 0; names[i] != NULL; i++) {
		s = sym_find(&k->symbols, names[i]);
		strcpy(key, "SYMBOL(");
		strcat(key, names[i]);
		strcat(key, ")");
		if (s != NULL && vmcoreinfo_u64(text, len, key, &v) &&
		    v != s->addr)
			return (false);
	}
	return (vmcoreinfo_get(text, len, "OSRELEASE", &vlen) != NULL);
}

bool
linux_take_vmcoreinfo(struct kernel *k, const char *text, size_t len,
    const char *source)
{
	struct linux_os *l = linux_of(k);
	char *copy;

	if (k->symbols.n > 0 && !agrees(k, text, len))
		return (false);
	copy = arena_strndup(&k->arena, text, len);
	if (copy == NULL)
		return (false);
	l->vmcoreinfo = copy;
	l->vmcoreinfo_len = len;
	l->vmcoreinfo_source = source;
	return (true);
}

/* The kernel keeps a pointer to a page with the text, and one to the note. */
static bool
by_symbol(struct ctx *ctx, struct kernel *k)
{
	static const struct {
		const char *name;
		uint64_t    skip;
	} at[] = { { "vmcoreinfo_data", 0 }, { "vmcoreinfo_note", 0x18 } };
	const struct symbol *s;
	char text[TEXT_MAX];
	uint64_t p;
	size_t i, done, len;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		s = sym_find(&k->symbols, at[i].name);
		if (s == NULL || space_ptr(ctx, &k->space, s->addr, &p) != 0)
			continue;
		/* It is a page long; the next page may not be there. */
		(void)space_read_some(ctx, &k->space, p + at[i].skip, text,
		    4096 - at[i].skip, &done);
		len = vmcoreinfo_probe(text, done);
		if (len > 0 &&
		    linux_take_vmcoreinfo(k, text, len, "memory"))
			return (true);
	}
	return (false);
}

struct search {
	struct kernel *k;
	int	      (*fn)(void *, struct ctx *, const char *, size_t);
	void	      *arg;
};

/* Again, as a read whose result is used. */
static int
again(void *arg, struct ctx *ctx, uint64_t pa, const char *seen, size_t len)
{
	const struct search *s = arg;
	char text[TEXT_MAX];
	int rc;

	(void)seen;
	ctx->unrecorded--;
	rc = mem_read(ctx, &s->k->mem, pa, text, len);
	rc = rc == 0 ? s->fn(s->arg, ctx, text, len) : 0;
	ctx->unrecorded++;
	return (rc);
}

int
linux_scan_vmcoreinfo(struct ctx *ctx, struct kernel *k,
    int (*fn)(void *, struct ctx *, const char *, size_t), void *arg)
{
	struct search s = { k, fn, arg };
	struct vmcoreinfo_search look = { again, &s };

	return (linux_search(ctx, k, "VMCOREINFO", VMCOREINFO_MAX,
	    vmcoreinfo_look, &look));
}

/* Is it ours? */
static int
take_ours(void *arg, struct ctx *ctx, const char *text, size_t len)
{
	(void)ctx;
	return (linux_take_vmcoreinfo(arg, text, len, "memory") ?
	    E_DONE : 0);
}

void
linux_find_vmcoreinfo(struct ctx *ctx, struct kernel *k,
    const struct kernel_options *opt)
{
	struct linux_os *l = linux_of(k);
	struct dump *d = k->dump;
	size_t len;

	if (d->told) {
		if (linux_take_vmcoreinfo(k, d->vmcoreinfo, d->vmcoreinfo_len,
		    "file"))
			return;
		linux_warn_vmcoreinfo(k, opt);
		d->vmcoreinfo = d->note;
		d->vmcoreinfo_len = d->note_len;
	}
	if (d->vmcoreinfo != NULL) {
		len = vmcoreinfo_probe(d->vmcoreinfo, d->vmcoreinfo_len);
		if (len > 0 &&
		    linux_take_vmcoreinfo(k, d->vmcoreinfo, len, "note"))
			return;
		os_warn(k, "the dump's VMCOREINFO note does not agree with "
		    "its memory and is ignored");
	}
	/* The text that led to the root, if the symbols agree. */
	if (l->vmcoreinfo != NULL) {
		if (agrees(k, l->vmcoreinfo, l->vmcoreinfo_len))
			return;
		l->vmcoreinfo = NULL;
		l->vmcoreinfo_len = 0;
	}
	ctx->quiet++;
	/*
	 * With symbols the scan could only find what they do not point to:
	 * a stale copy.
	 */
	if (!by_symbol(ctx, k) &&
	    sym_find(&k->symbols, "vmcoreinfo_data") == NULL)
		(void)linux_scan_vmcoreinfo(ctx, k, take_ours, k);
	ctx->quiet--;
}

/*
 * Where nothing was found, the lines that lead back to the page tables and the
 * symbols of this very memory.
 */
int
linux_vmcoreinfo(struct ctx *ctx, struct kernel *k, struct buf *b)
{
	static const char *const names[] = {
		"_stext", "init_uts_ns", "vmcoreinfo_data", NULL,
	};
	struct linux_os *l = linux_of(k);
	const struct symbol *s;
	char release[65];
	size_t i;

	if (l->vmcoreinfo != NULL) {
		buf_add(b, l->vmcoreinfo, l->vmcoreinfo_len);
		return (0);
	}
	s = sym_find(&k->symbols, "linux_banner");
	release[0] = '\0';
	if (s != NULL && space_text(ctx, &k->space, s->addr +
	    strlen("Linux version "), release, sizeof(release)) == 0)
		release[strcspn(release, " ")] = '\0';
	buf_printf(b, "OSRELEASE=%s\nPAGESIZE=%u\n", release,
	    1u << k->arch->page_shift);
	for (i = 0; names[i] != NULL; i++)
		if ((s = sym_find(&k->symbols, names[i])) != NULL)
			buf_printf(b, "SYMBOL(%s)=%llx\n", names[i],
			    (unsigned long long)s->addr);
	if ((s = sym_find(&k->symbols, l->arch->root_symbol)) != NULL)
		buf_printf(b, "SYMBOL(swapper_pg_dir)=%llx\n",
		    (unsigned long long)s->addr);
	buf_printf(b, "NUMBER(phys_base)=%lld\n", (long long)l->phys_base);
	buf_printf(b, "NUMBER(pgtable_l5_enabled)=%d\n",
	    k->space.form != NULL && k->space.form->levels > 4);
	buf_printf(b, "KERNELOFFSET=%llx\n", (unsigned long long)l->kaslr);
	return (b->bad ? ctx_fail(ctx, E_NOMEM, "no memory") : 0);
}
