/* SPDX-License-Identifier: BSD-2-Clause */
/* What the comments at the top of a session of tests/replay ask for. */
#ifndef TESTS_REPLAY_SESSION_H
#define TESTS_REPLAY_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#define SESSION_ARGS	8

struct session {
	char	*text;			/* the whole file */
	size_t	 len;
	char	 dump[128];		/* "# dump NAME", or demo.elf */
	bool	 copy;			/* "# copy NAME": it is changed */
	char	*args[SESSION_ARGS + 1];	/* "# options ...", NULL-ended */
	char	 words[256];		/* that args point into */
};

/* False: the file cannot be read. */
bool	session_read(const char *path, struct session *);
void	session_fini(struct session *);
/*
 * A copy of the dump in the working folder where the session changes it; its
 * path, or NULL.
 */
const char *session_dump(const struct session *, const char *builddir);

#endif
