#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A sparse dump of a terabyte, from a small one.

    tera.py elf|kdump|nothing|raw IN OUT [BYTES]

IN is an ELF64 little-endian vmcore.  "elf" is IN with one more segment of zeros
from 4 GiB on (or from where its memory ends) to BYTES, 1 TiB unless told.
"kdump" is a kdump-compressed dump as makedumpfile -d 1 writes it: the pages of
IN that are not zero, and of the rest one in each block of 4096, all of them the
page of zeros; up to 4 GiB nothing is added.  "nothing" is the ELF without IN's
memory and notes: a file that looks like a dump and holds no kernel.  "raw" is
IN's memory below 3 GiB alone.  All of it that is zero is a hole.
"""
import struct
import sys
import zlib

PAGE = 4096
PT_LOAD, PT_NOTE = 1, 4


def phdrs(d):
    if d[:6] != b'\x7fELF\x02\x01':
        sys.exit('tera.py: not an ELF64 little-endian file')
    phoff, = struct.unpack_from('<Q', d, 32)
    num, = struct.unpack_from('<H', d, 56)
    for i in range(num):
        kind, flags, off, va, pa, filesz, memsz, align = struct.unpack_from(
            '<IIQQQQQQ', d, phoff + 56 * i)
        yield kind, off, va, pa, filesz, memsz


def start_of(segs):
    end = max(s[3] + s[5] for s in segs if s[0] == PT_LOAD)
    return max((end + (1 << 21) - 1) & -(1 << 21), 4 << 30)


def elf(d, out, size, alone):
    segs = list(phdrs(d))
    start = 4 << 30 if alone else start_of(segs)
    if alone:
        segs, d = [], d[:64]
    table = (len(d) + PAGE - 1) & -PAGE
    data = table + (((len(segs) + 1) * 56 + (1 << 21) - 1) & -(1 << 21))
    segs.append((PT_LOAD, data, 0, start, size - start, size - start))
    h = bytearray(d[:64])
    struct.pack_into('<Q', h, 32, table)
    struct.pack_into('<HH', h, 54, 56, len(segs))
    struct.pack_into('<HH', h, 60, 0, 0)
    with open(out, 'wb') as f:
        f.write(h)
        for at in range(64, len(d), PAGE):
            if any(d[at:at + PAGE]):
                f.seek(at)
                f.write(d[at:at + PAGE])
        f.seek(table)
        for kind, off, va, pa, filesz, memsz in segs:
            f.write(struct.pack('<IIQQQQQQ', kind, 7, off, va, pa, filesz,
                                memsz, 0))
        f.truncate(data + size - start)


def note(d, segs, name):
    for s in segs:
        at, end = s[1], s[1] + s[4]
        while s[0] == PT_NOTE and at + 12 <= end:
            namesz, descsz, _ = struct.unpack_from('<III', d, at)
            desc = at + 12 + (namesz + 3 & -4)
            if d[at + 12:at + 12 + namesz].rstrip(b'\0') == name:
                return d[desc:desc + descsz]
            at = desc + (descsz + 3 & -4)
    return b''


def kdump(d, out, size):
    segs = list(phdrs(d))
    pages = {}
    for kind, off, va, pa, filesz, memsz in segs:
        for at in range(0, filesz - PAGE + 1, PAGE) if kind == PT_LOAD else ():
            page = d[off + at:off + at + PAGE]
            if pa % PAGE == 0 and any(page):
                pages[(pa + at) // PAGE] = page
    for pfn in range(start_of(segs) // PAGE, size // PAGE, 4096):
        pages[pfn] = None
    npages = max(size // PAGE, max(pages) + 1)
    blocks = -(-npages // (8 * PAGE))
    notes = b''.join(d[s[1]:s[1] + s[4]] for s in segs if s[0] == PT_NOTE)
    info = note(d, segs, b'VMCOREINFO')
    # struct disk_dump_header and kdump_sub_header, see engine/backend/kdump*
    head = b'KDUMP   ' + struct.pack('<i', 6) + b''.join(
        x.ljust(65, b'\0') for x in (b'Linux', b'tera', b'6.1.0', b'#1', b'x86_64',
                                     b''))
    sub_blocks = 1 + -(-(len(notes) + len(info)) // PAGE)
    head = head.ljust(424, b'\0') + struct.pack(
        '<IiiIII', 1, PAGE, sub_blocks, 2 * blocks, 0, 0)
    at = 2 * PAGE
    sub = struct.pack('<QiiQQ', 0, 1, 0, 0, 0)
    sub += struct.pack('<QQ', at if info else 0, len(info))
    sub += struct.pack('<QQ', at + len(info), len(notes))
    sub += struct.pack('<QQQQQ', 0, 0, 0, 0, npages)
    bitmap = (1 + sub_blocks) * PAGE
    descs = bitmap + 2 * blocks * PAGE
    data = descs + 24 * len(pages)
    zero = zlib.compress(bytes(PAGE), 1)
    with open(out, 'wb') as f:
        f.write(head)
        f.seek(PAGE)
        f.write(sub)
        f.seek(at)
        f.write(info + notes)
        bits = {}
        for pfn in pages:
            bits.setdefault(pfn // (8 * PAGE), bytearray(PAGE))[
                pfn // 8 % PAGE] |= 1 << pfn % 8
        for block, raw in bits.items():
            f.seek(bitmap + (blocks + block) * PAGE)
            f.write(raw)
        table, body, end = [], [zero], data + len(zero)
        for pfn in sorted(pages):
            if pages[pfn] is None:
                table.append(struct.pack('<QIIQ', data, len(zero), 1, 0))
                continue
            c = zlib.compress(pages[pfn], 1)
            flags = 1
            if len(c) >= PAGE:
                c, flags = pages[pfn], 0
            table.append(struct.pack('<QIIQ', end, len(c), flags, 0))
            body.append(c)
            end += len(c)
        f.seek(descs)
        f.write(b''.join(table))
        f.write(b''.join(body))


def bare(d, out):
    end = 0
    with open(out, 'wb') as f:
        for kind, off, va, pa, filesz, memsz in phdrs(d):
            if kind != PT_LOAD or pa + filesz > 3 << 30:
                continue
            end = max(end, pa + memsz)
            for at in range(0, filesz, PAGE):
                page = d[off + at:off + min(at + PAGE, filesz)]
                if any(page):
                    f.seek(pa + at)
                    f.write(page)
        f.truncate(end)


def main():
    if len(sys.argv) not in (4, 5) or sys.argv[1] not in (
            'elf', 'kdump', 'nothing', 'raw'):
        sys.exit(__doc__)
    size = int(sys.argv[4]) if len(sys.argv) == 5 else 1 << 40
    with open(sys.argv[2], 'rb') as f:
        d = f.read()
    if sys.argv[1] == 'kdump':
        kdump(d, sys.argv[3], size)
    elif sys.argv[1] == 'raw':
        bare(d, sys.argv[3])
    else:
        elf(d, sys.argv[3], size, sys.argv[1] == 'nothing')


main()
