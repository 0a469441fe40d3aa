/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A parser under hostile bytes: what it is given must end, within bounds.
 * Each target is a file of this folder; replay.c runs them, with libFuzzer or
 * by itself.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "base/vec.h"

#include <stddef.h>
#include <stdint.h>

struct fuzz_target {
	const char *name;
	void	(*run)(const uint8_t *, size_t);
	/* A good input, to be damaged. */
	void	(*seed)(struct buf *);
};

extern const struct fuzz_target fuzz_fbsd_elf, fuzz_kerneldump, fuzz_expand,
    fuzz_converted;
extern const struct fuzz_target fuzz_lime, fuzz_avml, fuzz_vmware,
    fuzz_raw;
extern const struct fuzz_target fuzz_elf, fuzz_kallsyms, fuzz_btf,
    fuzz_vmcoreinfo, fuzz_keymap, fuzz_expr, fuzz_minidump,
    fuzz_minidump_arm, fuzz_minidump_power, fuzz_kdump, fuzz_kdump_32,
    fuzz_flat, fuzz_split, fuzz_replay, fuzz_gdb,
    fuzz_qmp, fuzz_journal, fuzz_patch, fuzz_dwarf, fuzz_dwarf_old, fuzz_view,
    fuzz_cfi, fuzz_orc, fuzz_walkers, fuzz_debugfile;

#endif
