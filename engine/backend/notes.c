/* SPDX-License-Identifier: BSD-2-Clause */
/* Both word sizes of notes: name and descriptor padded to 4 bytes each. */
#include "engine/backend/notes.h"

#include "base/bytes.h"
#include "base/vec.h"
#include "engine/memory/elf_file.h"

#include <stdlib.h>
#include <string.h>

#define NT_PRSTATUS	1
#define NT_AUXV		6
#define NT_XEN_CRASH_INFO 0x1000001	/* Xen 4.17, public/elfnote.h */
#define NOTES_MAX	(64u << 20)	/* bytes of notes looked at */
#define CPUS_MAX	65536

struct note {
	char		 name[32];
	uint32_t	 type;
	const uint8_t	*desc;
	size_t		 n;
	uint64_t	 offset;	/* of desc in the file */
};

/* len bytes at off as far as they are there; *n of them, for free(). */
static int
read_notes(struct ctx *ctx, struct file *f, uint64_t off, uint64_t len,
    uint64_t max, uint8_t **ret, size_t *n)
{
	uint8_t *raw;
	int rc;

	if (off >= file_size(f))
		len = 0;
	else if (len > file_size(f) - off)
		len = file_size(f) - off;
	if (len > max)
		len = max;
	raw = malloc((size_t)len + 1);
	if (raw == NULL)
		return (ctx_fail(ctx, E_NOMEM, "no memory for notes"));
	rc = file_read(ctx, f, off, raw, (size_t)len);
	if (len > 0 && rc != 0) {
		free(raw);
		return (rc);
	}
	*ret = raw;
	*n = (size_t)len;
	return (0);
}

static bool
next_note(struct bytes *b, struct note *ret)
{
	struct elf_note note;
	size_t n;

	if (!elf_note_next(b, &note))
		return (false);
	ret->type = note.type;
	ret->desc = note.desc;
	ret->n = note.n;
	n = note.name_len < sizeof(ret->name) ? note.name_len :
	    sizeof(ret->name) - 1;
	memcpy(ret->name, note.name, n);
	ret->name[n] = '\0';
	return (true);
}

static int
add_cpu(struct ctx *ctx, struct notes *t, struct cpu_state **ret)
{
	struct dump *d = t->dump;

	if (d->ncpus >= CPUS_MAX)
		return (ctx_fail(ctx, E_LIMIT, "too many CPU notes"));
	if (!vec_room(d->cpus, t->cpus_cap, d->ncpus + 1))
		return (ctx_fail(ctx, E_NOMEM, "no memory for CPU notes"));
	*ret = &d->cpus[d->ncpus];
	memset(*ret, 0, sizeof(**ret));
	(*ret)->cpu = (int)d->ncpus++;
	return (0);
}

static int
take_prstatus(struct ctx *ctx, struct notes *t, const struct note *note)
{
	const struct arch *a = t->dump->arch;
	struct cpu_state *cpu;
	int rc;

	if (note->n < (size_t)a->prstatus_regs + a->regs_size ||
	    a->regs_size > sizeof(cpu->regs))
		return (0);		/* damaged: the rest may be good */
	rc = add_cpu(ctx, t, &cpu);
	if (rc != 0)
		return (rc);
	memcpy(cpu->regs, note->desc + a->prstatus_regs, a->regs_size);
	cpu->regs_size = a->regs_size;
	cpu->has_regs = true;
	cpu->pid = (int)load_u32(note->desc + a->prstatus_pid, t->be);
	return (0);
}

/* What kpeek itself told when it converted a dump. */
static int
take_facts(struct ctx *ctx, struct notes *t, const struct note *note)
{
	struct dump *d = t->dump;

	if (note->type == FACTS_MSGBUF) {
		d->msgbuf_offset = note->offset;
		d->msgbuf_size = note->n;
	}
	return (note->type == FACTS_TEXT ?
	    facts_take(ctx, d, &t->facts, note->desc, note->n) : 0);
}

static int
take_vmcoreinfo(struct ctx *ctx, struct dump *d, const struct note *note)
{
	const char **text = d->told ? &d->note : &d->vmcoreinfo;

	if (*text != NULL)
		return (0);
	*text = arena_strndup(&d->arena, (const char *)note->desc, note->n);
	*(d->told ? &d->note_len : &d->vmcoreinfo_len) = note->n;
	return (*text != NULL ? 0 : ctx_fail(ctx, E_NOMEM, "no memory for "
	    "VMCOREINFO"));
}

/*
 * PRSTATUS notes come in the order of the CPUs; the QEMU notes in the same
 * order after them, or after each: nqemu counts them.
 */
static int
take_note(struct ctx *ctx, struct notes *t, const struct note *note)
{
	struct dump *d = t->dump;
	struct cpu_state st, *cpu;
	int rc;

	if (strcmp(note->name, "VMCOREINFO") == 0)
		return (take_vmcoreinfo(ctx, d, note));
	if (strcmp(note->name, "CORE") == 0 && note->type == NT_AUXV)
		t->user_core = true;
	if (strcmp(note->name, "Xen") == 0 && note->type == NT_XEN_CRASH_INFO)
		t->xen_host = true;
	if (d->arch == NULL || t->info_only)
		return (0);
	if (strcmp(note->name, FACTS_NOTE) == 0)
		return (take_facts(ctx, t, note));
	/* Of threads, in a dump that kpeek made: for other debuggers. */
	if (t->facts.page_shift != 0)
		return (0);
	if (strcmp(note->name, "CORE") == 0 && note->type == NT_PRSTATUS)
		return (take_prstatus(ctx, t, note));
	if (d->arch->note == NULL)
		return (0);
	memset(&st, 0, sizeof(st));
	ctx->quiet++;
	rc = d->arch->note(ctx, note->name, note->type, note->desc, note->n,
	    &st);
	ctx->quiet--;
	if (rc != 0)
		return (0);
	t->qemu = t->qemu || strcmp(note->name, "QEMU") == 0;
	if (t->nqemu < d->ncpus)
		cpu = &d->cpus[t->nqemu];
	else if ((rc = add_cpu(ctx, t, &cpu)) != 0)
		return (rc);
	t->nqemu++;
	cpu->has_paging = st.has_paging;
	cpu->root = st.root;
	cpu->paging = st.paging;
	cpu->gs = st.gs;
	cpu->kernel_gs = st.kernel_gs;
	return (0);
}

int
notes_take(struct ctx *ctx, struct notes *t, struct file *f, uint64_t off,
    uint64_t len)
{
	struct dump *d = t->dump;
	struct note note;
	struct bytes b;
	uint8_t *raw;
	size_t n;
	int rc;

	rc = read_notes(ctx, f, off, len, NOTES_MAX - t->read, &raw, &n);
	if (rc != 0)
		return (rc);
	t->read += n;
	if (n > 0 && d->notes == NULL && !t->info_only) {
		d->notes = arena_dup(&d->arena, raw, n);
		d->notes_len = d->notes != NULL ? n : 0;
	}
	b = bytes_of(raw, n, t->be);
	while (rc == 0 && next_note(&b, &note)) {
		note.offset = off + (uint64_t)(note.desc - raw);
		rc = take_note(ctx, t, &note);
	}
	free(raw);
	return (rc);
}

const struct arch *
notes_arch(struct ctx *ctx, struct file *f, uint64_t off, uint64_t len,
    unsigned ptr_size, bool be)
{
	const struct arch *found;
	struct note note;
	struct bytes b;
	uint8_t *raw;
	size_t i, n;

	if (read_notes(ctx, f, off, len, NOTES_MAX, &raw, &n) != 0)
		return (NULL);
	found = NULL;
	b = bytes_of(raw, n, be);
	while (found == NULL && next_note(&b, &note)) {
		if (note.type != NT_PRSTATUS || strcmp(note.name, "CORE") != 0)
			continue;
		for (i = 0; found == NULL && arches[i] != NULL; i++)
			if (arches[i]->ptr_size == ptr_size &&
			    arches[i]->be == be &&
			    arches[i]->prstatus_size == note.n)
				found = arches[i];
	}
	free(raw);
	return (found);
}
