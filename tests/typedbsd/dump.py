#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""dump.py KERNEL OUT PHYS: what FreeBSD on amd64 would dump of that kernel.

All of memory, as a plain ELF file without notes: the kernel loaded with its
base at PHYS, and page tables for it and for two processes."""

import struct
import sys

KERNBASE = 0xffffffff80000000
PAGE = 4096


def main():
    with open(sys.argv[1], 'rb') as f:
        elf = f.read()
    base = int(sys.argv[3], 0)
    shoff, = struct.unpack_from('<Q', elf, 40)
    shnum, = struct.unpack_from('<H', elf, 60)
    symbols = {}
    sections = [struct.unpack_from('<IIQQQQIIQQ', elf, shoff + i * 64)
                for i in range(shnum)]
    for s in sections:
        if s[1] != 2:           # SHT_SYMTAB
            continue
        names = sections[s[6]][4]
        for at in range(s[4], s[4] + s[5], 24):
            name, _, _, _, value, _ = struct.unpack_from('<IBBHQQ', elf, at)
            end = elf.index(b'\0', names + name)
            symbols[elf[names + name:end].decode()] = value

    # The image, in one piece of pages from the first on.
    phoff, = struct.unpack_from('<Q', elf, 32)
    loads = []
    for i in range(struct.unpack_from('<H', elf, 56)[0]):
        p = struct.unpack_from('<IIQQQQQQ', elf, phoff + i * 56)
        if p[0] == 1:
            loads.append(p)
    first = min(p[3] for p in loads) & -PAGE
    last = (max(p[3] + p[6] for p in loads) + PAGE - 1) & -PAGE
    mem = bytearray(last - first)
    for p in loads:
        mem[p[3] - first:p[3] - first + p[5]] = elf[p[2]:p[2] + p[5]]

    start = base + first - KERNBASE

    def phys(va):
        return va - KERNBASE + base

    def put(name, index, value):
        struct.pack_into('<Q', mem, symbols[name] + 8 * index - first, value)

    if 'vnet_entry_ifnet' in symbols:
        put('the_first', 2, (symbols['own'] - symbols['vnet_entry_ifnet']) %
            (1 << 64))

    def peek(name, index):
        return struct.unpack_from('<Q', mem, symbols[name] + 8 * index -
                                  first)[0]

    def new():
        mem.extend(bytes(PAGE))
        return start + len(mem) - PAGE

    def enter(root, va, pa, flags=3):
        table = root
        for shift in 39, 30, 21:
            at = table - start + (va >> shift & 511) * 8
            table, = struct.unpack_from('<Q', mem, at)
            table &= 0xffffffffff000
            if table == 0:
                table = new()
                struct.pack_into('<Q', mem, at, table | 7)
        struct.pack_into('<Q', mem, table - start + (va >> 12 & 511) * 8,
                         pa | flags)

    kernel = new()
    for va in range(first, last, PAGE):
        enter(kernel, va, phys(va))
    put('KPML4phys', 0, kernel)
    for i, stack, va in ((0, 'user_stack', 0x7fffffffe000),
                         (1, 'user_stack32', 0xffffd000)):
        root = new()
        enter(root, va, phys(symbols[stack]), 7)
        where = peek('cr3s', i)
        struct.pack_into('<Q', mem, where - first, root)
    for i in range(2):
        put('dpcpu_off', i, symbols['copies'] + 4 * i -
            symbols['pcpu_entry_ticks'] & (1 << 64) - 1)

    head = struct.pack('<4sBBBBB7xHHIQQQIHHHHHH', b'\x7fELF', 2, 1, 1, 255, 0,
                       4, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    head += struct.pack('<IIQQQQQQ', 1, 4, PAGE, start, start, len(mem),
                        len(mem), PAGE)
    with open(sys.argv[2], 'wb') as f:
        f.write(head.ljust(PAGE, b'\0') + mem)


main()
