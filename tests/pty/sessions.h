/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session of tests/replay on pseudo terminals, one of each kind: each of its
 * keys is sent as the bytes that the terminal would send, the terminal changes
 * its size after every line, and after each step the screen has to be that of
 * the same session without a terminal.  "which" picks a locale and
 * an order of sizes, going round and round; below 0 it is all of them.
 */
#ifndef TESTS_PTY_SESSIONS_H
#define TESTS_PTY_SESSIONS_H

#include <stdbool.h>

/* Told of each terminal that was tried. */
typedef void session_verdict(bool good, const char *what, const char *why);

void	session_try(const char *path, const char *builddir, int which,
	    session_verdict *);

#endif
