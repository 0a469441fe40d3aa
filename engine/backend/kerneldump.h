/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FreeBSD's kernel dump header, which a dump partition and a network dump carry
 * before and behind the data; savecore(8) takes it off.
 */
#ifndef ENGINE_BACKEND_KERNELDUMP_H
#define ENGINE_BACKEND_KERNELDUMP_H

#include "engine/backend/backend.h"

struct kerneldump {
	bool	 found;
	char	 hostname[65], version[193], panic[176];
	uint64_t time;
};

/*
 * Look for a header and narrow the file's window to the data behind it.  0 also
 * when there is none; E_UNSUPPORTED for data that is no memory or is encrypted.
 * What is compressed is left so, see expand.h.
 */
int	kerneldump_take(struct ctx *, struct file *, struct kerneldump *);
/* Tell the dump what the header said. */
void	kerneldump_tell(const struct kerneldump *, struct dump *);

#endif
