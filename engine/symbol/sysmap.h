/* SPDX-License-Identifier: BSD-2-Clause */
/* System.map, the list that a Linux build leaves: "ADDRESS TYPE NAME" lines. */
#ifndef ENGINE_SYMBOL_SYSMAP_H
#define ENGINE_SYMBOL_SYSMAP_H

#include "engine/memory/file.h"
#include "engine/symbol/symbol.h"

/* 0: this is one; E_NOT_MINE (silent): another file. */
int	sysmap_probe(struct ctx *, struct file *);
/* All its symbols, as linked; the table is sealed. */
int	sysmap_read(struct ctx *, struct file *, struct symbols *);

#endif
