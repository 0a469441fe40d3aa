/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slim captures: the pages that results have used, as a plain ELF core with
 * the dump's own notes and always a VMCOREINFO note, so that this and other
 * tools open it as any other vmcore.
 */
#include "engine/capture.h"

#include "base/bytes.h"
#include "base/newfile.h"
#include "engine/backend/elf_write.h"
#include "engine/memory/recorder.h"
#include "engine/os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD	8			/* of the file's class */

struct run {
	uint64_t pa, len;
};

int
capture_notes(struct ctx *ctx, struct kernel *k, struct buf *out)
{
	const bool be = k->arch->be;
	struct elf_note note;
	struct bytes b;
	struct buf text;
	int rc;

	b = bytes_of(k->dump->notes, k->dump->notes_len, be);
	while (elf_note_next(&b, &note))
		if (note.name_len < 10 ||
		    memcmp(note.name, "VMCOREINFO", 10) != 0)
			elf_put_note(out, be, note.name, note.name_len,
			    note.type, note.desc, note.n);
	memset(&text, 0, sizeof(text));
	rc = 0;
	if (k->os != NULL && k->os->vmcoreinfo != NULL)
		rc = k->os->vmcoreinfo(ctx, k, &text);
	if (rc == 0 && text.len > 0)
		elf_put_note(out, be, "VMCOREINFO", sizeof("VMCOREINFO"), 0, text.p,
		    text.len);
	buf_fini(&text);
	if (rc == 0 && out->bad)
		rc = ctx_fail(ctx, E_NOMEM, "no memory for notes");
	return (rc);
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
				(void)recorder_below(ctx, &k->mem, pa, page +
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

static int
write_file(struct ctx *ctx, struct kernel *k, const char *path,
    struct buf *head, const uint64_t *pages, size_t n)
{
	struct newfile out;
	int rc;

	rc = newfile_open(ctx, &out, path, 0600);
	if (rc != 0)
		return (rc);
	rc = fwrite(head->p, head->len, 1, out.f) == 1 ? 0 :
	    ctx_fail_errno(ctx, E_IO, "%s", path);
	if (rc == 0)
		rc = write_pages(ctx, k, out.f, path, pages, n);
	return (newfile_close(ctx, &out, rc, true));
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
	rc = capture_notes(ctx, k, &notes);
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
	elf_put_header(&head, k->arch, WORD, nph);
	off = head.len + nph * elf_phdr_size(WORD);
	elf_put_phdr(&head, WORD, k->arch->be, &(struct elf_phdr){
	    .type = ELF_PT_NOTE, .offset = off, .filesz = notes.len,
	    .memsz = notes.len });
	off = (off + notes.len + RECORDER_PAGE - 1) & ~(RECORDER_PAGE - 1);
	for (i = 0; i < nruns; i++) {
		/* p_vaddr is 0: physical addresses only. */
		elf_put_phdr(&head, WORD, k->arch->be, &(struct elf_phdr){
		    .type = ELF_PT_LOAD, .flags = 7, .offset = off,
		    .paddr = runs[i].pa, .filesz = runs[i].len,
		    .memsz = runs[i].len });
		off += runs[i].len;
	}
	buf_add(&head, notes.p, notes.len);
	elf_pad(&head, RECORDER_PAGE);
	rc = head.bad ? ctx_fail(ctx, E_NOMEM, "out of memory") :
	    write_file(ctx, k, path, &head, pages, n);
out:
	buf_fini(&notes);
	buf_fini(&head);
	free(runs);
	free(pages);
	return (rc == 0 ? 0 : ctx_chain(ctx, "capture"));
}
