/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session of tests/replay on a pseudo terminal: each of its keys is sent as
 * the bytes that the terminal would send, the terminal changes its size after
 * every line, and after each step the screen has to be that of the same
 * session without a terminal.
 */
#ifndef TESTS_PTY_SESSIONS_H
#define TESTS_PTY_SESSIONS_H

#include <stdbool.h>

/* Told of each terminal that was tried. */
typedef void session_verdict(bool good, const char *what, const char *why);

void	session_try(const char *path, const char *builddir, session_verdict *);

#endif
