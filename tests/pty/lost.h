/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The browser on a target that is read while it runs, by gdb's protocol, and
 * that stalls, talks nonsense or dies: what the screen says then, and that
 * every key that is typed meanwhile has its effect.
 */
#ifndef TESTS_PTY_LOST_H
#define TESTS_PTY_LOST_H

#include <stdbool.h>

void	lost_try(const char *kpeek, const char *builddir,
	    void (*check)(bool good, const char *what));

#endif
