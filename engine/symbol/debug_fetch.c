/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug information from the servers that the user names in DEBUGINFOD_URLS:
 * debuginfod_find_debuginfo(3), which keeps what it fetched in its own cache.
 */
#include "engine/symbol/debug.h"

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if HAVE_DEBUGINFOD

#include <elfutils/debuginfod.h>

/* Not 0 ends the transfer. */
static int
progress(debuginfod_client *client, long done, long total)
{
	struct ctx *ctx = debuginfod_get_user_data(client);

	ctx_progress(ctx, "fetching debug information",
	    done > 0 ? (uint64_t)done : 0, total > 0 ? (uint64_t)total : 0);
	return (ctx_check(ctx) != 0);
}

int
debug_fetch(struct ctx *ctx, const struct debug_options *opt,
    const char *build_id, char **path)
{
	debuginfod_client *client;
	int fd;

	client = debuginfod_begin();
	if (client == NULL)
		return (ctx_fail(ctx, E_NOMEM, "debuginfod: out of memory"));
	debuginfod_set_user_data(client, ctx);
	debuginfod_set_progressfn(client, progress);
	fd = debuginfod_find_debuginfo(client,
	    (const unsigned char *)build_id, 0, path);
	debuginfod_end(client);
	if (fd >= 0) {
		close(fd);
		return (0);
	}
	if (ctx_check(ctx) != 0)
		return (E_CANCELLED);
	return (ctx_fail(ctx, E_NOT_FOUND, "the servers in DEBUGINFOD_URLS "
	    "(%s) have no debug information of build-id %s: %s", opt->fetch,
	    build_id, strerror(-fd)));
}

#else

int
debug_fetch(struct ctx *ctx, const struct debug_options *opt,
    const char *build_id, char **path)
{
	(void)opt;
	(void)path;
	return (ctx_fail(ctx, E_UNSUPPORTED, "DEBUGINFOD_URLS is set, but this "
	    "program was built without libdebuginfod: install the debug "
	    "information of build-id %s, or build it with that", build_id));
}

#endif
