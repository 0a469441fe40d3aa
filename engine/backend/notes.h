/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF notes of a dump: registers of its CPUs, VMCOREINFO. */
#ifndef ENGINE_BACKEND_NOTES_H
#define ENGINE_BACKEND_NOTES_H

#include "engine/backend/backend.h"
#include "engine/backend/facts.h"

/* What has been read; all zeros but the first two at the start. */
struct notes {
	struct dump	*dump;		/* told; has an arena, and arch if known */
	bool		 be;
	bool		 info_only;	/* take VMCOREINFO, nothing of CPUs */
	bool		 user_core;	/* one that only a process has was there */
	bool		 xen_host;	/* the hypervisor's own were there */
	bool		 qemu;		/* QEMU's own were there */
	size_t		 cpus_cap, nqemu; /* CPUs with a "QEMU" note */
	uint64_t	 read;		/* bytes, of all calls */
	struct facts	 facts;
};

/*
 * Take the notes in len bytes from off on, as far as the file and a limit
 * reach.  Damaged ones are passed over.
 */
int	notes_take(struct ctx *, struct notes *, struct file *, uint64_t off,
	    uint64_t len);
/*
 * The processor of this pointer size whose PRSTATUS is as long as those in the
 * notes, or NULL.
 */
const struct arch *notes_arch(struct ctx *, struct file *, uint64_t off,
	    uint64_t len, unsigned ptr_size, bool be);

#endif
