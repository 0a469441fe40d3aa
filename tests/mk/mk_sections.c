/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_sections.h"

#include "base/bytes.h"
#include "engine/memory/elf_file.h"
#include "tests/mk/mk_dwarf.h"

#include <string.h>

#define R_X86_64_64	1
#define HEAD		64		/* bytes of a header of the file, of a section */

void
mk_sections_init(struct mk_sections *e)
{
	const uint8_t head[HEAD] = "\177ELF\2\1\1";

	memset(e, 0, sizeof(*e));
	buf_add(&e->b, head, sizeof(head));
	mk_section(e, "", 0, 0, "", 0);
}

unsigned
mk_section(struct mk_sections *e, const char *name, unsigned type,
    uint64_t flags, const void *p, size_t n)
{
	uint8_t raw[HEAD] = { 0 };

	store_uint(raw, 4, false, e->names.len);
	store_uint(raw + 4, 4, false, type);
	store_uint(raw + 8, 8, false, flags);
	store_uint(raw + 24, 8, false, e->b.len);
	store_uint(raw + 32, 8, false, n);
	buf_add(&e->names, name, strlen(name) + 1);
	buf_add(&e->heads, raw, sizeof(raw));
	buf_add(&e->b, p, n);
	return (e->n++);
}

void
mk_section_link(struct mk_sections *e, unsigned link, unsigned info)
{
	store_uint(e->heads.p + e->heads.len - HEAD + 40, 4, false, link);
	store_uint(e->heads.p + e->heads.len - HEAD + 44, 4, false, info);
}

void
mk_sections_end(struct mk_sections *e, unsigned type, unsigned machine)
{
	mk_section(e, ".shstrtab", 3, 0, "", 0);
	/* Its bytes and place, now that all names are known. */
	store_uint(e->heads.p + e->heads.len - HEAD + 24, 8, false, e->b.len);
	store_uint(e->heads.p + e->heads.len - HEAD + 32, 8, false,
	    e->names.len);
	buf_add(&e->b, e->names.p, e->names.len);
	store_uint(e->b.p + 16, 2, false, type);
	store_uint(e->b.p + 18, 2, false, machine);
	store_uint(e->b.p + 40, 8, false, e->b.len);
	store_uint(e->b.p + 58, 2, false, HEAD);
	store_uint(e->b.p + 60, 2, false, e->n);
	store_uint(e->b.p + 62, 2, false, e->n - 1);
	buf_add(&e->b, e->heads.p, e->heads.len);
}

void
mk_sections_fini(struct mk_sections *e)
{
	buf_fini(&e->b);
	buf_fini(&e->names);
	buf_fini(&e->heads);
}

static void
reloc(struct buf *b, uint64_t off, uint32_t sym, uint32_t type, uint64_t addend)
{
	uint8_t raw[24];

	store_uint(raw, 8, false, off);
	store_uint(raw + 8, 8, false, (uint64_t)sym << 32 | type);
	store_uint(raw + 16, 8, false, addend);
	buf_add(b, raw, sizeof(raw));
}

void
mk_module(struct mk_sections *e, const char *text, const char *build_id,
    enum mk_harm harm)
{
	struct mk_dwarf m = { .version = 5, .addr_size = 8 };
	uint8_t note[24] = { 4 }, syms[72] = { 0 };
	struct buf relocs = { 0 };
	struct dwarf_input in;
	unsigned code, info, names;
	uint64_t v, off;

	mk_dwarf(&m, text);
	for (off = 0; off + 8 <= m.info.len; off++) {
		v = load_u64((const uint8_t *)m.info.p + off, false);
		if (v >> 8 != 0x5a5a5a)
			continue;
		memset(m.info.p + off, 0, 8);
		reloc(&relocs, harm == MK_OUTSIDE ? m.info.len - 7 : off,
		    harm == MK_NO_SYMBOL ? 3 : 1, harm == MK_UNKNOWN ? 77 :
		    R_X86_64_64, v & 0xff);
	}
	mk_dwarf_input(&m, &in);
	mk_sections_init(e);
	note[4] = 8;
	note[8] = 3;
	memcpy(note + 12, "GNU", 4);
	memcpy(note + 16, build_id, 8);
	mk_section(e, ".note.gnu.build-id", ELF_SHT_NOTE, ELF_SHF_ALLOC, note,
	    sizeof(note));
	code = mk_section(e, ".text", 1, ELF_SHF_ALLOC, "\303", 1);
	info = mk_section(e, ".debug_info", 1, 0, in.section[DWARF_INFO].p,
	    in.section[DWARF_INFO].n);
	mk_section(e, ".debug_abbrev", 1, 0, in.section[DWARF_ABBREV].p,
	    in.section[DWARF_ABBREV].n);
	mk_section(e, ".debug_str", 1, 0, in.section[DWARF_STR].p,
	    in.section[DWARF_STR].n);
	mk_section(e, ".rela.debug_info", ELF_SHT_RELA, 0, relocs.p,
	    relocs.len);
	mk_section_link(e, 0, info);
	/* The section's symbol, and a function at 0x10. */
	syms[24 + 4] = 3;
	syms[24 + 6] = (uint8_t)code;
	syms[48] = 1;
	syms[48 + 4] = 0x12;
	syms[48 + 6] = (uint8_t)code;
	syms[48 + 8] = 0x10;
	names = mk_section(e, ".strtab", 3, 0, "\0start", 7);
	mk_section(e, ".symtab", harm == MK_NO_TABLE ? 1 : ELF_SHT_SYMTAB, 0,
	    syms, sizeof(syms));
	mk_section_link(e, names, 1);
	mk_sections_end(e, ELF_ET_REL, 62);
	buf_fini(&relocs);
	mk_dwarf_fini(&m);
}
