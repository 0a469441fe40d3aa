#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""holes.py KPEEK DUMP OUT: a copy of a dump (ELF, x86-64) in which most of
process 1's memory is one hole of many small pieces: all entries of the upper
levels lead to the same tables, and the last of these maps nothing.  Who looks
for what is mapped there looks for hours.
"""
import json
import struct
import subprocess
import sys

kpeek, dump, out = sys.argv[1:]


def rows(command):
    text = subprocess.run([kpeek, '-q', '-f', 'json', '-c', command, dump],
                          stdout=subprocess.PIPE, check=False).stdout
    return json.loads(text)


with open(dump, 'rb') as f:
    data = bytearray(f.read())
phoff, = struct.unpack_from('<Q', data, 32)
count, = struct.unpack_from('<H', data, 56)
segments = [struct.unpack_from('<IIQQQQQQ', data, phoff + 56 * i)
            for i in range(count)]


def offset(phys):
    for kind, _, at, _, start, size, _, _ in segments:
        if kind == 1 and start <= phys < start + size:
            return at + phys - start
    raise SystemExit(f'{phys:#x}: not in {dump}')


stack = rows('maps 1')[-1]['start']
root = int(rows(f'vtop {stack} 1')[0]['entry_address'], 16) & ~0xfff
# Three pages that nothing needs: in the middle of the log.
log = int(rows('sym ^__log_buf$')[0]['address'], 16)
tables = [int(rows(f'vtop {log + 4096 * i:#x}')[-1]['phys'], 16) & ~0xfff
          for i in range(4, 7)]
for table, entry in zip(tables, (tables[1] | 0x67, tables[2] | 0x67, 0)):
    at = offset(table)
    data[at:at + 4096] = struct.pack('<Q', entry) * 512
for i in range(2, 200):
    struct.pack_into('<Q', data, offset(root) + 8 * i, tables[0] | 0x67)
with open(out, 'wb') as f:
    f.write(data)
