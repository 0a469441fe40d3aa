/* SPDX-License-Identifier: BSD-2-Clause */
#include "engine/backend/backend.h"

#include "engine/backend/elf.h"
#include "engine/backend/fbsd_elf.h"
#include "engine/backend/kerneldump.h"
#include "engine/backend/minidump.h"

#include <stdio.h>
#include <string.h>

const struct backend *const backends[] = {
	&backend_minidump,
	&backend_fbsd_elf,
	&backend_elf,
	NULL,
};

/* Files that people try to open: the message names what they have. */
static const struct {
	const char *magic;
	size_t	    len, at;
	const char *what;
} known[] = {
	{ "KDUMP   ", 8, 0, "a kdump-compressed dump" },
	{ "DISKDUMP", 8, 0, "a diskdump" },
	{ "makedumpfile", 12, 0, "a flattened kdump (makedumpfile -F, QEMU)" },
	{ "EMiL", 4, 0, "a LiME image" },
	{ "LVMA", 4, 0, "an AVML image" },
	{ "\x28\xb5\x2f\xfd", 4, 0, "zstd-compressed: expand it first (zstd -d)" },
	{ "\x1f\x8b", 2, 0, "gzip-compressed: expand it first (gunzip)" },
	{ "\xfd" "7zXZ", 5, 0, "xz-compressed: expand it first (unxz)" },
	{ "BZh", 3, 0, "bzip2-compressed: expand it first (bunzip2)" },
	{ "PAGEDU64", 8, 0, "a Windows crash dump" },
	{ "PAGEDUMP", 8, 0, "a Windows crash dump" },
	{ "MDMP", 4, 0, "a Windows minidump" },
	{ "LinuxGuestRecord", 16, 0, "a Xen save image" },
	{ "QEVM", 4, 0, "a QEMU migration stream" },
	{ "HdrS", 4, 0x202, "a Linux boot image (bzImage), not a dump" },
	{ "!<arch>", 7, 0, "an archive of object files" },
};

static int
not_a_dump(struct ctx *ctx, struct file *f)
{
	uint8_t head[0x210];
	size_t i, n;

	n = file_size(f) < sizeof(head) ? (size_t)file_size(f) : sizeof(head);
	if (file_read(ctx, f, 0, head, n) != 0)
		return (ctx->err.code);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].at + known[i].len <= n && memcmp(head +
		    known[i].at, known[i].magic, known[i].len) == 0)
			return (ctx_fail(ctx, E_UNSUPPORTED, "%s is %s, which "
			    "this version does not read", file_name(f),
			    known[i].what));
	return (ctx_fail(ctx, E_UNSUPPORTED, "%s is not a memory dump of a "
	    "known format (ELF, FreeBSD minidump)", file_name(f)));
}

int
dump_open(struct ctx *ctx, struct file **files, size_t n, struct dump **ret)
{
	struct kerneldump kdh;
	size_t i;
	int rc;

	rc = kerneldump_take(ctx, files[0], &kdh);
	if (rc != 0)
		return (rc);
	for (i = 0; backends[i] != NULL; i++) {
		rc = backends[i]->probe(ctx, files[0]);
		if (rc == 0) {
			rc = backends[i]->open(ctx, files, n, ret);
			if (rc == 0)
				kerneldump_tell(&kdh, *ret);
			return (rc);
		}
		if (rc != E_NOT_MINE)
			return (rc);
	}
	return (not_a_dump(ctx, files[0]));
}

void
dump_close(struct dump *d)
{
	if (d != NULL)
		d->layer.ops->close(&d->layer);
}
