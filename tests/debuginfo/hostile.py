#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hostile.py KPEEK DUMP KERNEL FOLDER [all]: .debug_info of KERNEL damaged in
every way below, and another section in each; with "all" every section in every
way. Beside a dump of another kernel what needs it is answered or refused, in
bounded time and memory, and what does not is as it was. The last line is
`N passed, N failed`."""

import os
import resource
import struct
import subprocess
import sys
import zlib

GIB = 1 << 30


def filled(byte):
    def damage(section, size):
        return bytes([byte]) * size, {}
    return damage


def repeated(text):
    def damage(section, size):
        return (text * (size // len(text) + 1))[:size], {}
    return damage


def lying(algorithm, stream, size):
    """A compressed section that says how long it is, which it is not."""
    def damage(section, room):
        head = struct.pack("<IIQQ", algorithm, 0, size, 1)
        return (head + stream)[:room].ljust(room, b"\0"), {"flags": 0x800}
    return damage


def header(**fields):
    def damage(section, size):
        return section, fields
    return damage


READ = (".debug_info", ".debug_abbrev", ".debug_str", ".debug_line",
        ".debug_line_str", ".debug_rnglists", ".debug_loclists",
        ".debug_frame", ".eh_frame")
ZSTD = b"\x28\xb5\x2f\xfd\xa4\0\0\0\xff" + bytes(16)
WAYS = {
    "all ones": filled(0xff),
    "numbers without an end": filled(0x80),
    "zeros": filled(0),
    "entries within entries": filled(1),
    "counts of 4 GiB": repeated(b"\xff\xff\xff\x7f\5\0\1\x08"),
    "lengths of 4 GiB": repeated(struct.pack("<I", 0xffffffef)),
    "lengths of 64 bits": repeated(b"\xff\xff\xff\xff" + b"\xff" * 8),
    "a size of 4 GiB": header(size=4 * GIB - 1),
    "a size of 64 bits": header(size=(1 << 64) - 1),
    "an offset outside": header(offset=1 << 40),
    "a lie of 4 GiB, zlib": lying(1, zlib.compress(bytes(99)), 4 * GIB - 1),
    "a lie of 64 bits, zstd": lying(2, ZSTD, (1 << 64) - 1),
    "a small lie, zlib": lying(1, zlib.compress(bytes(99)), 4000),
    "compressed in an unknown way": lying(77, b"", 4000),
}


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (2 * GIB, 2 * GIB))


def has_sanitizer(program):
    """It reserves more addresses than any limit."""
    with open(program, "rb") as f:
        return b"__asan_init" in f.read()


def run(*words):
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=20, check=False,
                              preexec_fn=None if run.free else limits)
        return done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        return -1, b"", b"did not end"


def main():
    kpeek, dump, kernel, folder = sys.argv[1:5]
    run.free = has_sanitizer(kpeek)
    with open(kernel, "rb") as f:
        whole = f.read()
    shoff, = struct.unpack_from("<Q", whole, 40)
    count, names_at = struct.unpack_from("<HH", whole, 60)
    rows = [struct.unpack_from("<IIQQQQ", whole, shoff + 64 * i)
            for i in range(count)]
    names = rows[names_at][4]
    other = os.path.join(folder, "vmlinux")
    want = run(kpeek, "-q", "-f", "csv", "-c", "ps", dump)
    passed = failed = 0
    found = []
    for i, row in enumerate(rows):
        name = whole[names + row[0]:whole.index(b"\0", names + row[0])]
        if name.decode() in READ:
            found.append((i, row, name))
    for n, (i, row, name) in enumerate(found):
        for k, (way, damage) in enumerate(WAYS.items()):
            if len(sys.argv) == 5 and name != b".debug_info" and \
                    k % len(found) != n:
                continue
            section = whole[row[4]:row[4] + row[5]]
            data, fields = damage(section, row[5])
            raw = bytearray(whole)
            raw[row[4]:row[4] + row[5]] = data
            at = shoff + 64 * i
            for field, place in (("flags", 8), ("offset", 24), ("size", 32)):
                if field in fields:
                    struct.pack_into("<Q", raw, at + place, fields[field])
            with open(other, "wb") as f:
                f.write(raw)
            got = run(kpeek, "-q", "--force", "-f", "csv", "-c", "ps", dump,
                      other, "-c", "type struct only_here",
                      "-c", "print (struct task *)0", "-c", "dis schedule 2",
                      "-c", "bt 1")
            # The list of processes is the first, and as without the file.
            if got[0] in (0, 1, 2, 3) and want[1] and \
                    got[1].startswith(want[1]):
                passed += 1
                continue
            failed += 1
            print("%s: %s: exit %d: %s" % (name.decode(), way, got[0],
                                           got[2][-300:]))
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0 or passed == 0


sys.exit(main())
