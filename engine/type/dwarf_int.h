/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the DWARF reader share.  Numbers are those of the DWARF 5
 * standard, chapter 7 ("Data Representation"), and of GNU's extensions
 * (binutils, include/dwarf2.def).
 */
#ifndef ENGINE_TYPE_DWARF_INT_H
#define ENGINE_TYPE_DWARF_INT_H

#include "base/bytes.h"
#include "engine/type/dwarf.h"

#include <pthread.h>

enum {
	DW_TAG_array_type = 0x01, DW_TAG_class_type = 0x02,
	DW_TAG_enumeration_type = 0x04, DW_TAG_formal_parameter = 0x05,
	DW_TAG_lexical_block = 0x0b, DW_TAG_member = 0x0d,
	DW_TAG_pointer_type = 0x0f, DW_TAG_reference_type = 0x10,
	DW_TAG_compile_unit = 0x11, DW_TAG_structure_type = 0x13,
	DW_TAG_subroutine_type = 0x15, DW_TAG_typedef = 0x16,
	DW_TAG_union_type = 0x17, DW_TAG_unspecified_parameters = 0x18,
	DW_TAG_inlined_subroutine = 0x1d, DW_TAG_ptr_to_member_type = 0x1f,
	DW_TAG_subrange_type = 0x21, DW_TAG_base_type = 0x24,
	DW_TAG_const_type = 0x26, DW_TAG_enumerator = 0x28,
	DW_TAG_subprogram = 0x2e, DW_TAG_variable = 0x34,
	DW_TAG_volatile_type = 0x35, DW_TAG_restrict_type = 0x37,
	DW_TAG_namespace = 0x39, DW_TAG_unspecified_type = 0x3b,
	DW_TAG_partial_unit = 0x3c, DW_TAG_type_unit = 0x41,
	DW_TAG_rvalue_reference_type = 0x42, DW_TAG_atomic_type = 0x47,
	DW_TAG_skeleton_unit = 0x4a,
};

enum {
	DW_AT_sibling = 0x01, DW_AT_location = 0x02, DW_AT_name = 0x03,
	DW_AT_byte_size = 0x0b, DW_AT_bit_offset = 0x0c, DW_AT_bit_size = 0x0d,
	DW_AT_stmt_list = 0x10, DW_AT_low_pc = 0x11, DW_AT_high_pc = 0x12,
	DW_AT_comp_dir = 0x1b, DW_AT_const_value = 0x1c,
	DW_AT_upper_bound = 0x2f, DW_AT_abstract_origin = 0x31,
	DW_AT_count = 0x37, DW_AT_data_member_location = 0x38,
	DW_AT_decl_line = 0x3b, DW_AT_declaration = 0x3c,
	DW_AT_encoding = 0x3e, DW_AT_external = 0x3f,
	DW_AT_frame_base = 0x40, DW_AT_specification = 0x47,
	DW_AT_type = 0x49, DW_AT_ranges = 0x55, DW_AT_call_file = 0x58,
	DW_AT_call_line = 0x59, DW_AT_signature = 0x69,
	DW_AT_data_bit_offset = 0x6b,
	DW_AT_str_offsets_base = 0x72, DW_AT_addr_base = 0x73,
	DW_AT_rnglists_base = 0x74, DW_AT_dwo_name = 0x76,
	DW_AT_loclists_base = 0x8c, DW_AT_GNU_dwo_name = 0x2130,
	DW_AT_GNU_dwo_id = 0x2131, DW_AT_GNU_ranges_base = 0x2132, DW_AT_GNU_addr_base = 0x2133,
};

enum {
	DW_FORM_addr = 0x01, DW_FORM_block2 = 0x03, DW_FORM_block4 = 0x04,
	DW_FORM_data2 = 0x05, DW_FORM_data4 = 0x06, DW_FORM_data8 = 0x07,
	DW_FORM_string = 0x08, DW_FORM_block = 0x09, DW_FORM_block1 = 0x0a,
	DW_FORM_data1 = 0x0b, DW_FORM_flag = 0x0c, DW_FORM_sdata = 0x0d,
	DW_FORM_strp = 0x0e, DW_FORM_udata = 0x0f, DW_FORM_ref_addr = 0x10,
	DW_FORM_ref1 = 0x11, DW_FORM_ref2 = 0x12, DW_FORM_ref4 = 0x13,
	DW_FORM_ref8 = 0x14, DW_FORM_ref_udata = 0x15, DW_FORM_indirect = 0x16,
	DW_FORM_sec_offset = 0x17, DW_FORM_exprloc = 0x18,
	DW_FORM_flag_present = 0x19, DW_FORM_strx = 0x1a, DW_FORM_addrx = 0x1b,
	DW_FORM_ref_sup4 = 0x1c, DW_FORM_strp_sup = 0x1d, DW_FORM_data16 = 0x1e,
	DW_FORM_line_strp = 0x1f, DW_FORM_ref_sig8 = 0x20,
	DW_FORM_implicit_const = 0x21, DW_FORM_loclistx = 0x22,
	DW_FORM_rnglistx = 0x23, DW_FORM_ref_sup8 = 0x24, DW_FORM_strx1 = 0x25,
	DW_FORM_strx2 = 0x26, DW_FORM_strx3 = 0x27, DW_FORM_strx4 = 0x28,
	DW_FORM_addrx1 = 0x29, DW_FORM_addrx2 = 0x2a, DW_FORM_addrx3 = 0x2b,
	DW_FORM_addrx4 = 0x2c, DW_FORM_GNU_addr_index = 0x1f01,
	DW_FORM_GNU_str_index = 0x1f02, DW_FORM_GNU_ref_alt = 0x1f20,
	DW_FORM_GNU_strp_alt = 0x1f21,
};

enum {
	DW_UT_compile = 1, DW_UT_type = 2, DW_UT_partial = 3,
	DW_UT_skeleton = 4, DW_UT_split_compile = 5, DW_UT_split_type = 6,
};

#define DWARF_NESTING_MAX	128	/* entries within each other */
#define DWARF_REFS_MAX		16	/* abstract_origin and its kin, in a row */
#define DWARF_CODES_MAX		65536	/* abbreviations of one unit */

/* LEB128 (7.6); more than 64 bits are dropped, the end sets bad. */
uint64_t	dwarf_uleb(struct bytes *);
int64_t		dwarf_sleb(struct bytes *);
/* A NUL-ended string in place; NULL and bad without its end. */
const char     *dwarf_cstr(struct bytes *);

/* A unit's header (7.5.1), as the index keeps it. */
struct dwarf_cu {
	uint32_t offset, end;		/* of the unit in .debug_info */
	uint32_t first;			/* its first entry */
	uint32_t abbrev;		/* its table in .debug_abbrev */
	uint8_t	 version, addr_size;
	uint8_t	 offset_size;		/* 4 or 8 */
	uint8_t	 type;			/* DW_UT_* */
	bool	 is_split;		/* a skeleton whose other part is here */
	uint32_t part;			/* 0: of the main file; dwarf_part_of() */
	/* From its first entry, with what it is to its lists relative to. */
	uint32_t str_base, addr_base, rng_base, loc_base;
	uint32_t line;			/* its table in .debug_line + 1; 0: none */
	uint64_t low;
	uint64_t dwo_id;		/* of a skeleton and its other part; a signature */
	uint32_t type_at;		/* of a type unit: its type; else 0 */
};

/* The file that a unit is of. */
static inline const struct dwarf_input *
dwarf_part_of(const struct dwarf_input *main, const struct dwarf_cu *cu)
{
	return (cu->part == 0 || cu->part > main->nmore ? main :
	    &main->more[cu->part - 1]);
}

/* Behind all of .debug_info of all parts. */
uint32_t dwarf_end(const struct dwarf_input *main);

/*
 * Read the header at b's position, which moves to the first entry.  False:
 * damaged, or of a version that is not known; *end is set when it is known
 * where the next unit begins, else 0.
 */
bool	dwarf_cu_header(const struct dwarf_input *, struct bytes *b,
	    struct dwarf_cu *, uint64_t *end);
static inline bool
dwarf_is_type_unit(const struct dwarf_cu *cu)
{
	return (cu->type == DW_UT_type || cu->type == DW_UT_split_type);
}


/* An attribute's value. */
enum dwarf_class {
	DWARF_NONE, DWARF_UINT, DWARF_SINT, DWARF_ADDRESS, DWARF_REF,
	DWARF_STRING, DWARF_BLOCK, DWARF_OFFSET, DWARF_LIST_INDEX,
	DWARF_ELSEWHERE,		/* in a file or unit that is not here */
};

struct dwarf_value {
	enum dwarf_class class;
	uint64_t	 v;		/* SINT: two's complement; REF: offset */
	const uint8_t	*p;		/* STRING (NUL-ended), BLOCK */
	size_t		 n;		/* BLOCK */
	unsigned	 form;
};

/* Sections of the unit's part by number, and the unit whose forms these are. */
struct dwarf_forms {
	const struct dwarf_input *in;
	const struct dwarf_cu *cu;
};

/* Read a value of that form at b; false when it runs over the end. */
bool	dwarf_form(const struct dwarf_forms *, struct bytes *b, uint64_t form,
	    int64_t implicit, struct dwarf_value *);
/* Move over one. */
bool	dwarf_skip(const struct dwarf_cu *, struct bytes *b, uint64_t form);
/* Bytes of a form that always has as many; -1: it depends, or is unknown. */
int	dwarf_form_size(const struct dwarf_cu *, uint64_t form);
/* The string at an offset of a section, or NULL. */
const char *dwarf_string_at(const struct dwarf_bytes *, uint64_t off);
/* Element i of .debug_addr. */
bool	dwarf_addr_at(const struct dwarf_forms *, uint64_t i, uint64_t *);

/* dwarf_list.c */
/* A list of ranges of code, with or without what is where in each. */
struct dwarf_list {
	const struct dwarf_forms *forms;
	const uint8_t	*codes;		/* NULL: pairs of addresses */
	size_t		 ncodes;
	bool		 has_places;
	bool		 fixed;		/* lengths of 4 and 2 bytes, not LEB128 */
	struct bytes	 b;
	uint64_t	 base;
	unsigned	 n;		/* entries read */
};
/* The list that an attribute names by offset or index; false: there is none. */
bool	dwarf_ranges_open(const struct dwarf_forms *, const struct dwarf_value *,
	    uint64_t base, struct dwarf_list *);
bool	dwarf_places_open(const struct dwarf_forms *, const struct dwarf_value *,
	    struct dwarf_list *);
/*
 * The next range, which may be empty; place (p and n; NULL for mere ranges): the
 * expression that holds there.  E_DONE (silent) at the end, E_CORRUPT (silent).
 */
int	dwarf_list_next(struct dwarf_list *, uint64_t *low, uint64_t *high,
	    struct dwarf_value *place);

/* The abbreviations of a unit: where the one of each code begins. */
struct dwarf_abbrevs {
	uint32_t n;			/* codes 0 to n - 1 */
	uint32_t at[];			/* 0: no such code; offset + 1, of its tag */
};
/* From malloc; NULL when damaged or out of memory. */
struct dwarf_abbrevs *dwarf_abbrevs_read(const struct dwarf_bytes *,
	    uint32_t off, bool be);

struct dwarf_range {
	uint64_t low, high;		/* end exclusive */
	uint32_t cu;
	uint32_t pad;
};

/* An entry. */
struct dwarf_die {
	const struct dwarf_cu *cu;
	uint32_t	 offset;	/* of itself */
	uint32_t	 attrs;		/* of its values */
	uint32_t	 abbrev;	/* of its first pair in .debug_abbrev */
	uint16_t	 tag;
	bool		 has_children;
};

struct dwarf_lines;
struct dwarf_signatures;
struct dwarf_code;

/* The buckets of one kind of names: dwarf_index.c. */
struct dwarf_names {
	const uint32_t	*starts;
	const void	*entries;
	uint32_t	 nbuckets, nentries;
};

/* What has been read of a unit so far. */
struct dwarf_parts {
	_Atomic(struct dwarf_abbrevs *) abbrevs;
	_Atomic(struct dwarf_lines *) lines;
	_Atomic(struct dwarf_code *) code;
};

struct dwarf {
	struct dwarf_input in;
	const struct dwarf_cu *cus;
	const struct dwarf_range *ranges;
	size_t		 ncus, nranges;
	struct dwarf_names names[TYPE_NAMES_COUNT];
	struct dwarf_parts *units;	/* as many as cus */
	_Atomic(void *)	 cfi;		/* what unwinding found; one allocation */
	_Atomic(struct dwarf_signatures *) signatures;
};

/* dwarf_index.c */
/* OK or E_CORRUPT. */
int	dwarf_index_check(const struct dwarf_input *, const void *, size_t n);
void	dwarf_index_attach(struct dwarf *, const void *);
/* The next offset under a name's hash: false at the end. */
bool	dwarf_index_next(const struct dwarf *, enum type_names, uint64_t hash,
	    uint32_t *cursor, uint32_t *offset);
/* Entry i of all of a kind: false at the end. */
bool	dwarf_index_entry(const struct dwarf *, enum type_names, uint32_t i,
	    uint32_t *offset);

/* dwarf_die.c */
/* The unit that holds an offset of .debug_info, or NULL. */
const struct dwarf_cu *dwarf_cu_of(const struct dwarf *, uint32_t off);
/* The units whose code holds an address: the next one, or NULL. */
const struct dwarf_cu *dwarf_cu_at(const struct dwarf *, uint64_t pc);
/* OK, E_CORRUPT, E_NOMEM; E_DONE for the null entry that ends siblings. */
int	dwarf_die(struct dwarf *, uint32_t off, struct dwarf_die *);
/* DWARF_NONE when it has not that attribute. */
struct dwarf_value dwarf_attr(struct dwarf *, const struct dwarf_die *,
	    unsigned at);
/* Past it and its children; 0 damaged. */
uint32_t dwarf_next(struct dwarf *, const struct dwarf_die *);
/*
 * The first child, then each next: OK, E_DONE, E_CORRUPT.  *at is 0 to start,
 * and the parent's.
 */
int	dwarf_child(struct dwarf *, const struct dwarf_die *parent,
	    uint32_t *at, struct dwarf_die *child);
/* The entry that a reference leads to. */
int	dwarf_ref(struct dwarf *, const struct dwarf_value *,
	    struct dwarf_die *);
/*
 * An attribute of the entry or of those that it completes (specification,
 * abstract origin).
 */
struct dwarf_value dwarf_attr_deep(struct dwarf *, const struct dwarf_die *,
	    unsigned at);
/* "" when it has none. */
const char *dwarf_die_name(struct dwarf *, const struct dwarf_die *);
/* Calls fn for each range of its code, until it returns false. */
bool	dwarf_die_each_range(struct dwarf *, const struct dwarf_die *,
	    bool (*fn)(void *, uint64_t low, uint64_t high), void *arg);
/* Does its code hold an address?  *low: its first. */
bool	dwarf_die_holds(struct dwarf *, const struct dwarf_die *, uint64_t pc,
	    uint64_t *low);
/* Calls fn for each range of an entry (2.17); false: damaged. */
bool	dwarf_die_ranges(const struct dwarf_forms *, const struct dwarf_value *low,
	    const struct dwarf_value *high, const struct dwarf_value *ranges,
	    uint64_t base, bool (*fn)(void *, uint64_t, uint64_t), void *arg);

/* dwarf_line.c */
/* File number "file" of the unit's line table. */
void	dwarf_file(struct dwarf *, const struct dwarf_cu *, uint64_t file,
	    uint32_t line, struct dwarf_source *);
int	dwarf_line_in(struct dwarf *, const struct dwarf_cu *, uint64_t pc,
	    struct dwarf_source *);

/* dwarf_code.c: the function that holds an address; E_NOT_FOUND. */
int	dwarf_function(struct dwarf *, const struct dwarf_cu *, uint64_t pc,
	    struct dwarf_die *);
void	dwarf_code_free(struct dwarf_code *);

void	dwarf_lines_free(struct dwarf_lines *);

#endif
