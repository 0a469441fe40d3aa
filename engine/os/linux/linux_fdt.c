/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flattened device tree in a kernel's memory, where kexec tells a capturing
 * kernel of arm64 what x86 has on its command line (Devicetree Specification,
 * chapter 5; Documentation/arch/arm64/kdump.rst).
 */
#include "engine/os/linux/linux.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC		0xd00dfeedu
#define HEAD		40u
#define TREE_MAX	(2u << 20)	/* MAX_FDT_SIZE */
#define BEGIN_NODE	1
#define END_NODE	2
#define PROP		3
#define NOP		4

/* A property of that name in any node, its first bytes as one number. */
static bool
find_property(struct bytes *tree, const uint8_t *names, size_t nnames,
    const char *name, uint64_t *ret)
{
	const size_t len = strlen(name) + 1;
	const uint8_t *value;
	uint32_t size, at;

	while (bytes_left(tree) >= 4)
		switch (bytes_u32(tree)) {
		case BEGIN_NODE:
			while (bytes_u8(tree) != 0)
				;
			bytes_align(tree, 4);
			break;
		case PROP:
			size = bytes_u32(tree);
			at = bytes_u32(tree);
			value = bytes_take(tree, size);
			bytes_align(tree, 4);
			if (value != NULL && size >= 8 && at < nnames &&
			    nnames - at >= len &&
			    memcmp(names + at, name, len) == 0) {
				*ret = load_u64(value, true);
				return (true);
			}
			break;
		case END_NODE:
		case NOP:
			break;
		default:
			return (false);
		}
	return (false);
}

bool
linux_fdt_u64(struct ctx *ctx, const struct space *sp, uint64_t va,
    const char *name, uint64_t *ret)
{
	uint8_t head[HEAD], *raw;
	uint32_t size, tree, names, ntree, nnames;
	struct bytes b;
	bool ok;

	if (space_read(ctx, sp, va, head, sizeof(head)) != 0 ||
	    load_u32(head, true) != MAGIC)
		return (false);
	size = load_u32(head + 4, true);
	tree = load_u32(head + 8, true);
	names = load_u32(head + 12, true);
	nnames = load_u32(head + 32, true);
	ntree = load_u32(head + 36, true);
	if (size > TREE_MAX || tree > size || size - tree < ntree ||
	    names > size || size - names < nnames)
		return (false);
	raw = malloc((size_t)size + 1);
	if (raw == NULL)
		return (false);
	ok = space_read(ctx, sp, va, raw, size) == 0;
	if (ok) {
		b = bytes_of(raw + tree, ntree, true);
		ok = find_property(&b, raw + names, nnames, name, ret);
	}
	free(raw);
	return (ok);
}
