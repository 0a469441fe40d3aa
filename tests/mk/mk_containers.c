/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/mk/mk_containers.h"

void
mk_containers(struct mk_btf *b, unsigned ps)
{
	unsigned bits = ps * 8, slots = ps == 8 ? 16 : 32;
	unsigned aslots = ps == 8 ? 10 : 21, dense = ps == 8 ? 31 : 63;
	uint32_t ul, byte, p, meta, slot, pad, inner, un, xslots;

	ul = mk_btf_int(b, "unsigned long", ps, 0);
	byte = mk_btf_int(b, "unsigned char", 1, 0);
	p = mk_btf_type(b, MK_PTR, "", 0, 0, false);
	mk_btf_struct(b, MK_STRUCT, "rb_root", ps, false);
	mk_btf_member(b, "rb_node", p, 0, 0);
	mk_btf_struct(b, MK_STRUCT, "rb_node", ps * 3, false);
	mk_btf_member(b, "__rb_parent_color", ul, 0, 0);
	mk_btf_member(b, "rb_right", p, bits, 0);
	mk_btf_member(b, "rb_left", p, bits * 2, 0);
	mk_btf_struct(b, MK_STRUCT, "xarray", 8 + ps, false);
	mk_btf_member(b, "xa_head", p, 64, 0);
	xslots = mk_btf_array(b, p, 4);
	mk_btf_struct(b, MK_STRUCT, "xa_node", 8 + ps * 4, false);
	mk_btf_member(b, "shift", byte, 0, 0);
	mk_btf_member(b, "slots", xslots, 64, 0);
	mk_btf_struct(b, MK_STRUCT, "maple_tree", ps * 2, false);
	mk_btf_member(b, "ma_root", p, bits, 0);
	meta = mk_btf_struct(b, MK_STRUCT, "maple_metadata", 2, false);
	mk_btf_member(b, "end", byte, 0, 0);
	mk_btf_member(b, "gap", byte, 8, 0);
	slot = mk_btf_array(b, p, slots);
	pad = mk_btf_array(b, p, slots - 1);
	inner = mk_btf_struct(b, MK_STRUCT, "", slots * ps, false);
	mk_btf_member(b, "pad", pad, 0, 0);
	mk_btf_member(b, "meta", meta, (slots - 1) * bits, 0);
	un = mk_btf_struct(b, MK_UNION, "", slots * ps, false);
	mk_btf_member(b, "slot", slot, 0, 0);
	mk_btf_member(b, "", inner, 0, 0);
	pad = mk_btf_array(b, ul, slots - 1);
	mk_btf_struct(b, MK_STRUCT, "maple_range_64", 256, false);
	mk_btf_member(b, "parent", p, 0, 0);
	mk_btf_member(b, "pivot", pad, bits, 0);
	mk_btf_member(b, "", un, slots * bits, 0);
	pad = mk_btf_array(b, ul, aslots - 1);
	slot = mk_btf_array(b, p, aslots);
	mk_btf_struct(b, MK_STRUCT, "maple_arange_64", 256, false);
	mk_btf_member(b, "pivot", pad, bits, 0);
	mk_btf_member(b, "slot", slot, aslots * bits, 0);
	mk_btf_member(b, "meta", meta, aslots * 3 * bits, 0);
	slot = mk_btf_array(b, p, dense);
	mk_btf_struct(b, MK_STRUCT, "maple_node", 256, false);
	mk_btf_member(b, "slot", slot, bits, 0);
	mk_btf_struct(b, MK_ENUM, "maple_type", 4, false);
	mk_btf_value(b, "maple_dense", 0);
	mk_btf_value(b, "maple_leaf_64", 1);
	mk_btf_value(b, "maple_range_64", 2);
	mk_btf_value(b, "maple_arange_64", 3);
}
