/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file opened for reading: its bytes by copy (pread) or as a mapping.
 *
 * A mapping faults when the file shrinks or its medium fails.  A program that
 * survives this owns a struct file_faults, hands it to file_open() and calls
 * file_fault() from its SIGBUS handler.  Without one, files are never mapped:
 * the library itself installs no handler.
 */
#ifndef ENGINE_MEMORY_FILE_H
#define ENGINE_MEMORY_FILE_H

#include "base/ctx.h"

struct file;

#define FILE_FAULTS_MAX	128

/*
 * A mapping that the handler knows.  Files of other threads come and go while
 * it looks, so it reads no file, and this only where the version was even and
 * stood still.
 */
struct file_watch {
	atomic_bool	  taken;
	atomic_uint	  version;
	_Atomic uintptr_t start, end;		/* 0, 0: none */
	atomic_bool	  faulted;
};

struct file_faults {
	struct file_watch watch[FILE_FAULTS_MAX];
	atomic_uint	  count;		/* faults so far */
};

/*
 * faults may be NULL, else it outlives the file.  E_NOT_FOUND, E_IO,
 * E_RESTRICTED (with errno); E_UNSUPPORTED for a directory, a device that
 * is no disk, or an empty file.
 */
int	file_open(struct ctx *, const char *path, struct file_faults *faults,
	    struct file **ret);
/*
 * Open the same file once more, for writing too, and lock it (flock(2)) against
 * others who write.  Where that cannot be, file_write() says why.
 */
void	file_allow_write(struct file *);
/*
 * These bytes are not what lies in the file that the user named: why, for
 * file_write() to say.  The text is copied.
 */
void	file_forbid_write(struct file *, const char *named, const char *why);
/*
 * All n bytes, over others that are there: E_RESTRICTED or E_UNSUPPORTED with
 * the reason, E_TRUNCATED past the end, E_IO with the offset in err.addr.  n 0
 * only asks.
 */
int	file_write(struct ctx *, struct file *, uint64_t off, const void *,
	    size_t n);
/* A file over bytes that the caller keeps alive (tests, expanded data). */
int	file_of_bytes(struct ctx *, const char *name, const void *, size_t,
	    struct file **ret);
/*
 * A file over a descriptor that is taken over on success, for what cannot be
 * mapped and does not know its size (/proc/kcore): all of it comes by pread.
 */
int	file_of_fd(struct ctx *, const char *name, int fd, struct file **ret);
void	file_close(struct file *);
/*
 * Does somebody write to it: has it changed since it was opened, or does it
 * within some hundredths of a second that this waits?
 */
bool	file_is_growing(struct file *);

/* Another name for messages; a failure leaves the old one. */
int	file_rename(struct ctx *, struct file *, const char *name);
/* Another descriptor of it, -1 when it has none. */
int	file_dup(const struct file *);
const char *file_name(const struct file *);	/* as it was given */
/* Its last part: for what is said again and again, on any machine the same. */
const char *file_base(const struct file *);
uint64_t file_size(const struct file *);
/*
 * Look at n bytes from off on alone: offsets and the size are of this part from
 * now on (a dump inside a container).  For a file that nobody reads yet.
 */
void	file_window(struct file *, uint64_t off, uint64_t n);

/* len bytes at off of what a rearranged file shows lie at "at". */
struct file_piece {
	uint64_t off, len, at;
};

/*
 * Show the file rearranged from now on, "size" bytes long, without copying: n
 * pieces, ascending, apart, and inside the file, which the file frees (one
 * allocation).  What lies between them is zeros; when the pieces are not the
 * whole, a page or more of it is E_TRUNCATED.  For a file that nobody reads yet.
 */
void	file_arrange(struct file *, struct file_piece *pieces, size_t n,
	    uint64_t size, bool whole);
bool	file_arranged(const struct file *);

/*
 * All n bytes, else E_TRUNCATED (past the end) or E_IO; err.addr is the file
 * offset.  Nothing is promised about buf on failure.
 */
int	file_read(struct ctx *, struct file *, uint64_t off, void *buf, size_t n);
/* Has a read met a bad place of the medium, or the end of a file that shrank? */
bool	file_failed(const struct file *, uint64_t *off);
/*
 * The bytes in place, valid until file_close; NULL when they cannot be had so
 * (past the end, not mapped, a fault has happened): use file_read then.
 */
const uint8_t *file_map(struct file *, uint64_t off, uint64_t n);
/*
 * The first byte from off on that is not in a hole of the file, or the size:
 * what lies before it reads as zeros, or not at all.
 */
uint64_t file_data(const struct file *, uint64_t off);
/* Hint: this range of the mapping is not wanted any more (scans). */
void	file_drop(struct file *, uint64_t off, uint64_t n);
/* The counter handed to file_open, or NULL. */
struct file_faults *file_faults(const struct file *);
/*
 * For a SIGBUS handler (async-signal-safe): true when addr lay in a mapping of
 * one of these files; a page of zeros is there now, and later reads of that
 * file go by pread and report the failure.
 */
bool	file_fault(struct file_faults *, const void *addr);

#endif
