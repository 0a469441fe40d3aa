/* SPDX-License-Identifier: BSD-2-Clause */
/* struct kerneldumpheader of FreeBSD's sys/sys/kerneldump.h; big-endian. */
#include "engine/backend/kerneldump.h"

#include "base/bytes.h"

#include <string.h>

#define HEADER		512
#define MAGIC		20
#define LENGTH_AT	40
#define TIME_AT		48
#define KEY_AT		56
#define HOSTNAME_AT	64
#define VERSION_AT	128
#define PANIC_AT	320
#define COMPRESSION_AT	495
#define COMPRESSION_ZSTD 2		/* the last one; 1 is gzip */

static bool
parity_holds(const uint8_t *head)
{
	uint32_t sum;
	size_t i;

	for (i = 0, sum = 0; i < HEADER; i += 4)
		sum ^= load_u32(head + i, true);
	return (sum == 0);
}

static void
text(char *to, const uint8_t *from, size_t n)
{
	memcpy(to, from, n);
	to[n] = '\0';
}

int
kerneldump_take(struct ctx *ctx, struct file *f, struct kerneldump *k)
{
	uint8_t head[HEADER];
	uint64_t length;
	int rc;

	memset(k, 0, sizeof(*k));
	if (file_size(f) < HEADER)
		return (0);
	rc = file_read(ctx, f, 0, head, HEADER);
	if (rc != 0)
		return (rc);
	if (memcmp(head, "FreeBSD Text Dump", 18) == 0)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a FreeBSD text "
		    "dump, which holds no memory: unpack it with tar",
		    file_name(f)));
	if (memcmp(head, "Cleared Kernel Dump", MAGIC) == 0)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a FreeBSD dump "
		    "partition that has been cleared", file_name(f)));
	if (memcmp(head, "FreeBSD Kernel Dump", MAGIC) != 0)
		return (0);
	if (!parity_holds(head))
		return (ctx_fail(ctx, E_CORRUPT, "%s: the kernel dump header "
		    "is damaged (its parity is off)", file_name(f)));
	if (load_u32(head + KEY_AT, true) != 0)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is an encrypted "
		    "FreeBSD dump: decrypt it with decryptcore(8)",
		    file_name(f)));
	if (head[COMPRESSION_AT] > COMPRESSION_ZSTD)
		return (ctx_fail(ctx, E_UNSUPPORTED, "%s is a FreeBSD dump "
		    "compressed by an unknown method (%u)", file_name(f),
		    head[COMPRESSION_AT]));
	length = load_u64(head + LENGTH_AT, true);
	file_window(f, HEADER, length != 0 ? length : UINT64_MAX);
	k->found = true;
	k->time = load_u64(head + TIME_AT, true);
	text(k->hostname, head + HOSTNAME_AT, sizeof(k->hostname) - 1);
	text(k->version, head + VERSION_AT, sizeof(k->version) - 1);
	text(k->panic, head + PANIC_AT, sizeof(k->panic) - 1);
	return (0);
}

void
kerneldump_tell(const struct kerneldump *k, struct dump *d)
{
	if (!k->found)
		return;
	d->hostname = arena_strdup(&d->arena, k->hostname);
	d->kernel_version = arena_strdup(&d->arena, k->version);
	d->panic = arena_strdup(&d->arena, k->panic);
	d->dump_time = k->time;
}
