/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file opened for reading: its bytes by copy (pread) or as a mapping.
 *
 * A mapping of a file that shrinks faults.  A program that wants to survive
 * hands a struct file_faults to file_watch() and calls file_fault() from its
 * SIGBUS handler; the library itself installs no handler, and without one
 * file_read() uses pread only.
 */
#ifndef ENGINE_MEMORY_FILE_H
#define ENGINE_MEMORY_FILE_H

#include "base/ctx.h"

#include <sys/types.h>

struct file;

/* E_NOT_FOUND, E_IO, E_RESTRICTED (with errno), E_USAGE for a directory. */
int	file_open(struct ctx *, const char *path, struct file **ret);
/* A file over bytes that the caller keeps alive (tests, expanded data). */
int	file_of_bytes(struct ctx *, const char *name, const void *, size_t,
	    struct file **ret);
void	file_close(struct file *);

const char *file_name(const struct file *);	/* as it was given */
uint64_t file_size(const struct file *);

/*
 * All n bytes, else E_TRUNCATED (past the end) or E_IO; err.addr is the file
 * offset.  Nothing is promised about buf on failure.
 */
int	file_read(struct ctx *, struct file *, uint64_t off, void *buf, size_t n);
/*
 * The bytes in place, valid until file_close; NULL when they cannot be had so
 * (past the end, mapping refused, file already faulted): use file_read then.
 */
const uint8_t *file_map(struct file *, uint64_t off, uint64_t n);
/* Hint: this range of the mapping is not wanted any more (scans). */
void	file_drop(struct file *, uint64_t off, uint64_t n);
/* Counts mapping faults; when it moved, bytes read since may be zeros. */
unsigned file_faults(const struct file *);
/*
 * Called from a SIGBUS handler with the address that faulted: true when it
 * lay in this file's mapping, which now has a zero page there.
 */
bool	file_fault(struct file *, const void *addr);

#endif
