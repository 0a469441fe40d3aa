/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug information from the servers that the user names in DEBUGINFOD_URLS:
 * debuginfod_find_debuginfo(3), which keeps what it fetched in its own cache.
 * The library is loaded when it is first wanted: with it come thirty others, for
 * HTTP and what belongs to that, which cost as much as to open a dump.
 */
#include "engine/symbol/debug.h"

#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if HAVE_DEBUGINFOD

#include <elfutils/debuginfod.h>

#include <dlfcn.h>

struct library {
	void *handle;
	__typeof__(debuginfod_begin)		*begin;
	__typeof__(debuginfod_set_user_data)	*set_user_data;
	__typeof__(debuginfod_get_user_data)	*get_user_data;
	__typeof__(debuginfod_set_progressfn)	*set_progressfn;
	__typeof__(debuginfod_find_debuginfo)	*find_debuginfo;
	__typeof__(debuginfod_end)		*end;
};

/* to: a pointer to a function. */
static bool
find(const struct library *l, const char *name, void *to)
{
	void *p = dlsym(l->handle, name);

	memcpy(to, &p, sizeof(p));
	return (p != NULL);
}

/* It is never unloaded: what it loads has threads and handlers of its own. */
static bool
load(struct library *l)
{
	l->handle = dlopen(DEBUGINFOD_SONAME, RTLD_NOW | RTLD_NODELETE);
	return (l->handle != NULL &&
	    find(l, "debuginfod_begin", &l->begin) &&
	    find(l, "debuginfod_set_user_data", &l->set_user_data) &&
	    find(l, "debuginfod_get_user_data", &l->get_user_data) &&
	    find(l, "debuginfod_set_progressfn", &l->set_progressfn) &&
	    find(l, "debuginfod_find_debuginfo", &l->find_debuginfo) &&
	    find(l, "debuginfod_end", &l->end));
}

static void
unload(const struct library *l)
{
	if (l->handle != NULL)
		dlclose(l->handle);
}

/* Not 0 ends the transfer. */
static int
progress(debuginfod_client *client, long done, long total)
{
	struct library l;
	struct ctx *ctx;

	ctx = load(&l) ? l.get_user_data(client) : NULL;
	unload(&l);
	if (ctx == NULL)
		return (1);
	ctx_progress(ctx, "fetching debug information",
	    done > 0 ? (uint64_t)done : 0, total > 0 ? (uint64_t)total : 0);
	return (ctx_check(ctx) != 0);
}

static int
ask(struct ctx *ctx, const struct library *l, const char *build_id,
    char **path, int *fd)
{
	debuginfod_client *client;

	client = l->begin();
	if (client == NULL)
		return (ctx_fail(ctx, E_NOMEM, "debuginfod: out of memory"));
	l->set_user_data(client, ctx);
	l->set_progressfn(client, progress);
	*fd = l->find_debuginfo(client, (const unsigned char *)build_id, 0,
	    path);
	l->end(client);
	return (0);
}

int
debug_fetch(struct ctx *ctx, const struct debug_options *opt,
    const char *build_id, char **path)
{
	struct library l;
	const char *why;
	int fd, rc;

	if (load(&l)) {
		rc = ask(ctx, &l, build_id, path, &fd);
	} else {
		why = dlerror();
		rc = ctx_fail(ctx, E_UNSUPPORTED, "DEBUGINFOD_URLS is set, but "
		    "its library cannot be loaded: %s", why != NULL ? why :
		    DEBUGINFOD_SONAME);
	}
	unload(&l);
	if (rc != 0)
		return (rc);
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
