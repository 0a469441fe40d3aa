/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slim captures: the pages that results have used, as a plain ELF core with
 * the dump's own notes and always a VMCOREINFO note, so that this and other
 * tools open it as any other vmcore.
 */
#include "base/bytes.h"
#include "base/vec.h"
#include "engine/kernel.h"
#include "engine/memory/recorder.h"
#include "engine/os/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EHDR	64
#define PHDR	56
#define SHDR	64
#define PN_XNUM	0xffff

struct run {
	uint64_t pa, len;
};

static void
put(struct buf *b, unsigned size, bool be, uint64_t v)
{
	uint8_t raw[8];

	store_uint(raw, size, be, v);
	buf_add(b, raw, size);
}

static void
pad(struct buf *b, size_t align)
{
	static const uint8_t zeros[4096];

	if (b->len % align != 0)
		buf_add(b, zeros, align - b->len % align);
}

static void
put_note(struct buf *b, bool be, const char *name, size_t namesz, uint32_t type,
    const void *desc, size_t n)
{
	put(b, 4, be, namesz);
	put(b, 4, be, n);
	put(b, 4, be, type);
	buf_add(b, name, namesz);
	pad(b, 4);
	buf_add(b, desc, n);
	pad(b, 4);
}

/* The dump's notes but for its VMCOREINFO, then the one that holds. */
static int
make_notes(struct ctx *ctx, struct kernel *k, struct buf *out)
{
	const bool be = k->arch->be;
	const char *name;
	const void *desc;
	struct bytes b;
	struct buf text;
	uint32_t namesz, descsz, type;
	int rc;

	b = bytes_of(k->dump->notes, k->dump->notes_len, be);
	while (bytes_left(&b) >= 12) {
		namesz = bytes_u32(&b);
		descsz = bytes_u32(&b);
		type = bytes_u32(&b);
		name = bytes_take(&b, namesz);
		bytes_align(&b, 4);
		desc = bytes_take(&b, descsz);
		bytes_align(&b, 4);
		if (name == NULL || desc == NULL)
			break;
		if (namesz >= 10 && memcmp(name, "VMCOREINFO", 10) == 0)
			continue;
		put_note(out, be, name, namesz, type, desc, descsz);
	}
	memset(&text, 0, sizeof(text));
	rc = 0;
	if (k->os != NULL && k->os->vmcoreinfo != NULL)
		rc = k->os->vmcoreinfo(ctx, k, &text);
	if (rc == 0 && text.len > 0)
		put_note(out, be, "VMCOREINFO", sizeof("VMCOREINFO"), 0, text.p,
		    text.len);
	buf_fini(&text);
	if (rc == 0 && out->bad)
		rc = ctx_fail(ctx, E_NOMEM, "no memory for notes");
	return (rc);
}

static void
put_phdr(struct buf *b, bool be, uint32_t type, uint32_t flags, uint64_t off,
    uint64_t pa, uint64_t len)
{
	put(b, 4, be, type);
	put(b, 4, be, flags);
	put(b, 8, be, off);
	put(b, 8, be, 0);		/* p_vaddr: physical addresses only */
	put(b, 8, be, pa);
	put(b, 8, be, len);
	put(b, 8, be, len);
	put(b, 8, be, 0);
}

static void
put_header(struct buf *b, const struct arch *a, size_t nph)
{
	static const uint8_t ident[16] = "\177ELF\2\1\1";
	const bool many = nph >= PN_XNUM;

	buf_add(b, ident, sizeof(ident));
	b->p[5] = a->be ? 2 : 1;
	put(b, 2, a->be, 4);		/* ET_CORE */
	put(b, 2, a->be, a->elf_machine);
	put(b, 4, a->be, 1);
	put(b, 8, a->be, 0);
	put(b, 8, a->be, many ? EHDR + SHDR : EHDR);
	put(b, 8, a->be, many ? EHDR : 0);
	put(b, 4, a->be, 0);
	put(b, 2, a->be, EHDR);
	put(b, 2, a->be, PHDR);
	put(b, 2, a->be, many ? PN_XNUM : nph);
	put(b, 2, a->be, many ? SHDR : 0);
	put(b, 2, a->be, many);
	put(b, 2, a->be, 0);
	if (many) {			/* section 0 holds the count in sh_info */
		put(b, 8, a->be, 0);
		put(b, 8, a->be, 0);
		put(b, 8, a->be, 0);
		put(b, 8, a->be, 0);
		put(b, 8, a->be, 0);
		put(b, 4, a->be, 0);
		put(b, 4, a->be, nph);
		put(b, 8, a->be, 0);
		put(b, 8, a->be, 0);
	}
}

static int
write_pages(struct ctx *ctx, struct kernel *k, FILE *f, const char *path,
    const uint64_t *pages, size_t n)
{
	uint8_t page[RECORDER_PAGE];
	struct mem_range r;
	uint64_t pa, end;
	size_t i;

	for (i = 0; i < n; i++) {
		/* A page may be there in part only: the rest reads as zeros. */
		memset(page, 0, sizeof(page));
		end = pages[i] + RECORDER_PAGE;
		for (pa = pages[i]; pa < end && mem_range(ctx, &k->mem, pa,
		    &r) == 0; pa = r.end) {
			if (r.end > end)
				r.end = end;
			if (r.status == 0)
				(void)mem_read(ctx, &k->mem, pa, page +
				    (pa - pages[i]), (size_t)(r.end - pa));
		}
		if (fwrite(page, sizeof(page), 1, f) != 1)
			return (ctx_fail_errno(ctx, E_IO, "%s", path));
	}
	return (0);
}

static struct run *
make_runs(const uint64_t *pages, size_t n, size_t *nruns)
{
	struct run *runs;
	size_t i;

	*nruns = 0;
	runs = malloc((n + 1) * sizeof(*runs));
	for (i = 0; runs != NULL && i < n; i++) {
		if (*nruns > 0 && runs[*nruns - 1].pa + runs[*nruns - 1].len ==
		    pages[i])
			runs[*nruns - 1].len += RECORDER_PAGE;
		else
			runs[(*nruns)++] = (struct run){ pages[i], RECORDER_PAGE };
	}
	return (runs);
}

/* Write beside the target, then rename: an old capture is never half lost. */
static int
write_file(struct ctx *ctx, struct kernel *k, const char *path,
    struct buf *head, const uint64_t *pages, size_t n)
{
	char *tmp;
	FILE *f;
	int fd, rc;

	tmp = arena_printf(&k->arena, "%s.XXXXXX", path);
	if (tmp == NULL)
		return (ctx_fail(ctx, E_NOMEM, "out of memory"));
	fd = mkstemp(tmp);
	if (fd == -1)
		return (ctx_fail_errno(ctx, E_IO, "%s", path));
	f = fdopen(fd, "wb");
	if (f == NULL) {
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
		close(fd);
		unlink(tmp);
		return (rc);
	}
	rc = fwrite(head->p, head->len, 1, f) == 1 ? 0 :
	    ctx_fail_errno(ctx, E_IO, "%s", path);
	if (rc == 0)
		rc = write_pages(ctx, k, f, path, pages, n);
	if (fclose(f) != 0 && rc == 0)
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
	if (rc == 0 && rename(tmp, path) != 0)
		rc = ctx_fail_errno(ctx, E_IO, "%s", path);
	if (rc != 0)
		unlink(tmp);
	return (rc);
}

int
kernel_capture(struct ctx *ctx, struct kernel *k, const char *path)
{
	struct buf notes, head;
	struct run *runs;
	uint64_t *pages, off;
	size_t i, n, nruns, nph;
	int rc;

	memset(&notes, 0, sizeof(notes));
	memset(&head, 0, sizeof(head));
	runs = NULL;
	pages = NULL;
	rc = make_notes(ctx, k, &notes);
	if (rc == 0)
		rc = recorder_pages(ctx, &k->mem, &pages, &n);
	if (rc == 0 && n == 0)
		rc = ctx_fail(ctx, E_NOT_FOUND, "no memory was read");
	if (rc != 0)
		goto out;
	runs = make_runs(pages, n, &nruns);
	if (runs == NULL) {
		rc = ctx_fail(ctx, E_NOMEM, "out of memory");
		goto out;
	}
	nph = nruns + 1;
	put_header(&head, k->arch, nph);
	off = head.len + nph * PHDR;
	put_phdr(&head, k->arch->be, 4, 0, off, 0, notes.len);
	off = (off + notes.len + RECORDER_PAGE - 1) & ~(RECORDER_PAGE - 1);
	for (i = 0; i < nruns; i++) {
		put_phdr(&head, k->arch->be, 1, 7, off, runs[i].pa, runs[i].len);
		off += runs[i].len;
	}
	buf_add(&head, notes.p, notes.len);
	pad(&head, RECORDER_PAGE);
	rc = head.bad ? ctx_fail(ctx, E_NOMEM, "out of memory") :
	    write_file(ctx, k, path, &head, pages, n);
out:
	buf_fini(&notes);
	buf_fini(&head);
	free(runs);
	free(pages);
	return (rc == 0 ? 0 : ctx_chain(ctx, "capture"));
}
