/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ENGINE_BACKEND_VMWARE_H
#define ENGINE_BACKEND_VMWARE_H

#include "engine/backend/backend.h"

/*
 * VMware's saved machines: .vmss (suspended) and .vmsn (snapshot), with the
 * memory in them or beside them in a .vmem, which then is the second file.  The
 * layout is not published; volatility's vmware.py describes it:
 *
 *	magic, unused, number of groups	4 bytes each
 *	groups				name[64], where its tags are, unused
 *	tags				flags, length of the name, name, indices,
 *					value; the last is all zeros
 *
 * A .vmem alone is raw memory.
 */
extern const struct backend backend_vmware;

#endif
