/* SPDX-License-Identifier: BSD-2-Clause */
/* Symbols and types from where the kernel offers them as files. */
#include "engine/os/live/live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK		((size_t)1 << 20)
#define KALLSYMS_MAX	((size_t)1 << 30)	/* bytes of text */
#define BTF_MAX		((size_t)256 << 20)
#define MODULES_MAX	65536

static int
hidden(struct ctx *ctx)
{
	struct buf b = { 0 };
	uint64_t level;
	int rc;

	ctx->quiet++;
	if (live_read(ctx, AT_FDCWD, &b, 64,
	    "/proc/sys/kernel/kptr_restrict") != 0 ||
	    !live_number(buf_text(&b), 10, &level))
		level = 0;
	ctx->quiet--;
	buf_fini(&b);
	rc = ctx_fail(ctx, E_RESTRICTED, "it shows no addresses (sysctl "
	    "kernel.kptr_restrict is %llu%s)", (unsigned long long)level,
	    level > 1 ? ": nobody is shown them" : ": root is shown them");
	return (rc);
}

static int
read_lines(struct ctx *ctx, struct symbols *s, int fd, char *chunk)
{
	size_t held, used, known, total;
	ssize_t n;
	int rc;

	for (held = known = total = 0;; held -= used) {
		n = read(fd, chunk + held, CHUNK - held);
		if (n == -1 && errno == EINTR)
			n = used = 0;
		else if (n == 0)
			break;
		if (n == -1)
			return (ctx_fail_errno(ctx, live_status(errno),
			    "reading"));
		held += (size_t)n;
		total += (size_t)n;
		rc = sym_add_lines(ctx, s, chunk, held, &used, &known);
		if (rc == 0 && total > KALLSYMS_MAX)
			rc = ctx_fail(ctx, E_LIMIT, "it does not end");
		if (rc == 0 && used == 0 && held == CHUNK)
			rc = ctx_fail(ctx, E_CORRUPT, "a line without an end");
		/* Variables of CPU 0 may lie at 0, but not the first 64 KiB. */
		if (rc == 0 && known == 0 && total >= 65536)
			return (hidden(ctx));
		if (rc != 0)
			return (rc);
		memmove(chunk, chunk + used, held - used);
	}
	return (known > 0 ? 0 : hidden(ctx));
}

int
live_load_symbols(struct ctx *ctx, struct kernel *k, const char *path)
{
	char *chunk;
	int fd, rc;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return (ctx_fail_errno(ctx, live_status(errno), "%s", path));
	chunk = malloc(CHUNK);
	rc = chunk == NULL ? ctx_fail(ctx, E_NOMEM, "out of memory") :
	    read_lines(ctx, &k->symbols, fd, chunk);
	if (rc == 0)
		rc = sym_seal(ctx, &k->symbols);
	if (rc == 0) {
		k->symbols.source = "kallsyms";
	} else {
		ctx_chain(ctx, "%s", path);
		sym_fini(&k->symbols);
		sym_init(&k->symbols);
	}
	free(chunk);
	close(fd);
	return (rc);
}

static int
add_unit(struct ctx *ctx, struct kernel *k, int folder, const char *name,
    struct type_unit *base)
{
	struct type_unit *u;
	struct buf b = { 0 };
	int rc;

	rc = live_read(ctx, folder, &b, BTF_MAX, "%s", name);
	if (rc == 0)
		rc = btf_open(ctx, name, b.p, b.len, true,
		    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		    types_ptr_size(k->types), base, &u);
	if (rc != 0) {
		buf_fini(&b);
		return (rc);
	}
	rc = types_add(ctx, k->types, u);
	if (rc != 0)
		u->ops->close(u);
	else if (u->cut != NULL)
		os_warn(k, "some types of %s are missing: %s", name, u->cut);
	return (rc);
}

int
live_load_types(struct ctx *ctx, struct kernel *k, const char *path)
{
	struct type_unit *base;
	struct dirent *e;
	DIR *folder;
	size_t n;
	int rc;

	folder = opendir(path);
	if (folder == NULL)
		return (ctx_fail_errno(ctx, live_status(errno), "%s", path));
	rc = add_unit(ctx, k, dirfd(folder), "vmlinux", NULL);
	base = rc == 0 ? types_unit(k->types, 0) : NULL;
	for (n = 0; rc == 0 && n < MODULES_MAX &&
	    (e = readdir(folder)) != NULL; n++) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, "vmlinux") == 0)
			continue;
		/* A module may go at any moment. */
		rc = add_unit(ctx, k, dirfd(folder), e->d_name, base);
		if (rc != E_NOMEM && rc != E_CANCELLED)
			rc = 0;
	}
	closedir(folder);
	return (rc != 0 ? ctx_chain(ctx, "%s", path) : 0);
}
