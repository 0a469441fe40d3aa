/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory: a stack of layers, each answering or passing down.  The
 * lowest is a backend (a dump's file format); above it may lie a recorder
 * (captures), frozen pages, staged writes, a patch.
 */
#ifndef ENGINE_MEMORY_MEMORY_H
#define ENGINE_MEMORY_MEMORY_H

#include "arch/pt.h"
#include "base/ctx.h"
#include "engine/memory/file.h"

/* Bytes that lie in place, borrowed until the layer's generation changes. */
struct extent {
	const uint8_t	*ptr;		/* the byte at pa */
	uint64_t	 pa;
	uint64_t	 len;		/* bytes from pa on, > 0 */
};

struct mem_range {
	uint64_t start, end;		/* physical; end exclusive */
	int	 status;		/* OK, or why there are no bytes */
	uint64_t file_offset;		/* where it lies plainly, else UINT64_MAX */
};

/* One of several reads that are made together. */
struct mem_request {
	uint64_t pa;
	void	*buf;
	size_t	 n;
	int	 status;		/* OK, or why not all bytes are there */
	uint64_t missing;		/* then the first physical address missing */
};

struct mem_layer;

struct mem_layer_ops {
	const char *name;
	/* All n bytes at pa or an error with err.addr the first missing pa. */
	int	(*read)(struct mem_layer *, struct ctx *, uint64_t pa, void *,
		    size_t n);
	/*
	 * Several at once, so that a slow source takes one round trip.  Fails
	 * when none can be made; else each has its own status.  NULL: one
	 * after the other.
	 */
	int	(*readv)(struct mem_layer *, struct ctx *,
		    struct mem_request *, size_t n);
	/*
	 * The extent that holds pa, and as much around it as lies in one
	 * piece: starts at or below pa.  E_UNSUPPORTED where bytes are not
	 * stored plainly (compressed, live): read then.
	 */
	int	(*extent)(struct mem_layer *, struct ctx *, uint64_t pa,
		    struct extent *);
	/* The range that holds pa; holes are ranges too; E_DONE past the end. */
	int	(*range)(struct mem_layer *, struct ctx *, uint64_t pa,
		    struct mem_range *);
	/*
	 * Put n bytes at pa into the medium.  E_UNSUPPORTED, E_RESTRICTED: it
	 * cannot be written, with the reason; E_NOT_IN_DUMP, E_IO, ...: not
	 * there.  err.addr is then the first pa that was not written.  With n
	 * 0 nothing but: can it be written at all?  A layer that keeps what it
	 * has read forgets it when the generation moves.  NULL: a layer that
	 * passes writes down, or a medium that is never written.
	 */
	int	(*write)(struct mem_layer *, struct ctx *, uint64_t pa,
		    const void *, size_t n);
	/*
	 * What the medium itself answers where read refuses to hand it out
	 * since it need not be what lies there: a write is held against it.
	 * May be NULL.
	 */
	int	(*answer)(struct mem_layer *, struct ctx *, uint64_t pa,
		    void *, size_t n);
	/*
	 * The first address from pa on, in the range that holds it, where more
	 * than zeros can be: what lies before it is a hole of the file.  May
	 * be NULL.
	 */
	uint64_t (*data)(struct mem_layer *, uint64_t pa);
	/* No read follows for now: what had to stop may go on.  May be NULL. */
	void	(*rest)(struct mem_layer *);
	/* A scan is done with these bytes: their pages may go.  May be NULL. */
	void	(*drop)(struct mem_layer *, uint64_t pa, uint64_t n);
	void	(*close)(struct mem_layer *);
};

/* The first member of every layer. */
struct mem_layer {
	const struct mem_layer_ops *ops;
	struct mem_layer	   *below;	/* NULL for a backend */
};

struct memory {
	struct mem_layer	*top;
	_Atomic uint64_t	 generation;	/* moves when the stack's answers do */
	const atomic_uint	*faults;	/* of the mapped files so far */
	atomic_uint		 no_faults;	/* for memory that has none */
	bool			 recorded;	/* a recorder is in the stack */
	struct phys_reader	 reader;	/* over the whole stack, for arch */
};

/* Takes the backend over; faults as handed to its files, or NULL. */
void	mem_init(struct memory *, struct mem_layer *backend,
	    struct file_faults *faults);
void	mem_fini(struct memory *);
/* Lay one more on top; the memory owns it. */
void	mem_push(struct memory *, struct mem_layer *);

/* What a generation is made of: changes of the stack, faults of mapped files. */
static inline uint64_t
mem_changes(const struct memory *m)
{
	return (atomic_load_explicit(&m->generation, memory_order_acquire));
}

static inline unsigned
mem_faults(const atomic_uint *faults)
{
	return (atomic_load_explicit(faults, memory_order_acquire));
}

/*
 * A number that differs whenever borrowed bytes and translations of an earlier
 * moment may no longer be used.
 */
static inline uint64_t
mem_generation(const struct memory *m)
{
	return (mem_changes(m) + mem_faults(m->faults));
}

/* All n bytes, or an error; err.addr is the first missing physical address. */
int	mem_read(struct ctx *, struct memory *, uint64_t pa, void *, size_t n);
/*
 * Write to the medium, by the first layer that is one; the generation moves.
 * n 0 asks whether it can be.  Nothing is read back here.
 */
int	mem_write(struct ctx *, struct memory *, uint64_t pa, const void *,
	    size_t n);
/* What a write is held against where reads are refused: see .answer. */
int	mem_answer(struct ctx *, struct memory *, uint64_t pa, void *,
	    size_t n);
/* Several reads, one request of a slow source; see mem_layer_ops.readv. */
int	mem_readv(struct ctx *, struct memory *, struct mem_request *, size_t n);
/* A batch of reads is over: see mem_layer_ops.rest. */
void	mem_rest(struct memory *);
int	mem_extent(struct ctx *, struct memory *, uint64_t pa, struct extent *);
int	mem_range(struct ctx *, struct memory *, uint64_t pa, struct mem_range *);
/* Bytes present, and the end of the highest range. */
uint64_t mem_present(struct ctx *, struct memory *);
uint64_t mem_end(struct ctx *, struct memory *);

/*
 * Show every present byte of [start, end) to fn in pieces of at most 16 MiB
 * that overlap by "overlap" bytes; holes are skipped, pages released behind.
 * Not seen by a recorder.  fn returns 0 to go on, anything else ends the scan
 * and is returned.
 */
int	mem_scan(struct ctx *, struct memory *, uint64_t start, uint64_t end,
	    size_t overlap,
	    int (*fn)(void *arg, struct ctx *, uint64_t pa, const uint8_t *, size_t n),
	    void *arg);
/* The same without much of what is known to be zeros. */
int	mem_scan_data(struct ctx *, struct memory *, uint64_t start,
	    uint64_t end, size_t overlap,
	    int (*fn)(void *arg, struct ctx *, uint64_t pa, const uint8_t *, size_t n),
	    void *arg);

#endif
