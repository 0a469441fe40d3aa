# SPDX-License-Identifier: BSD-2-Clause
"""Convert the dumps that are here, and compare what is read afterwards."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

passed = failed = skipped = 0


def check(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAILED", what)


def run(*args):
    return subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120)


class Core:
    """An ELF-64 core by its program headers alone."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        phoff, = struct.unpack_from("<Q", self.data, 32)
        size, n = struct.unpack_from("<HH", self.data, 54)
        self.loads = []
        for i in range(n):
            kind, flags, off, va, pa, filesz, _ = struct.unpack_from(
                "<IIQQQQQ", self.data, phoff + i * size)
            if kind == 1:
                self.loads.append((va, pa, filesz, off, flags))

    def read(self, va, n):
        for start, _, size, off, flags in self.loads:
            if flags != 0 and start <= va and va + n <= start + size:
                return self.data[off + va - start:off + va - start + n]
        return None


def ask(kpeek, command, files):
    """The rows, without the name of the format."""
    p = run(kpeek, "-q", "-f", "json", "-c", command, *files)
    rows = json.loads(p.stdout) if p.stdout else []
    for r in rows:
        r.pop("format", None)
    return p.returncode, rows


def by_gdb(core, address, want, arch):
    """A word as gdb reads it, where there is a gdb for this processor."""
    global skipped
    for gdb in ("gdb-multiarch", "gdb"):
        if shutil.which(gdb) and (gdb == "gdb-multiarch" or
                                  arch == os.uname().machine):
            break
    else:
        skipped += 1
        print("SKIPPED: no gdb for", arch)
        return
    p = run(gdb, "-nx", "-batch", "-ex", "core-file " + core, "-ex",
            "x/dw %#x" % address)
    last = p.stdout.decode().strip().split("\n")[-1]
    check(last.endswith(":\t%d" % want), "%s: gdb says %r, should be %d" %
          (core, last, want))


def convert(kpeek, folder, dump, kernel, word, arch, commands, incomplete):
    """word: an expression for 4 bytes that are compared everywhere."""
    name = os.path.basename(dump)
    out = os.path.join(folder, name + ".elf")
    files = [dump] + kernel
    p = run(kpeek, "-q", "--convert", out, *files)
    check(p.returncode == (3 if incomplete else 0) and p.stderr == b"",
          "%s: exit %d, %r" % (name, p.returncode, p.stderr))
    if not os.path.exists(out):
        return
    check(os.listdir(folder) == [name + ".elf"], name + ": left behind files")
    for c in commands:
        check(ask(kpeek, c, files) == ask(kpeek, c, [out] + kernel),
              "%s: %s differs" % (name, c))
    row = ask(kpeek, "hex %s 4" % word, files)[1][0]
    address = int(row["address"], 16)
    core = Core(out)
    check(core.read(address, 4) == bytes.fromhex(row["bytes"]),
          "%s: %s by virtual address" % (name, word))
    by_gdb(out, address, int.from_bytes(bytes.fromhex(row["bytes"]),
                                        "little", signed=True), arch)
    check(os.path.getsize(out) < os.path.getsize(dump) * 1.1 + (1 << 20),
          name + ": much larger than the dump")
    # It is refused where it would be written over what is read.
    before = os.path.getsize(dump)
    p = run(kpeek, "-q", "--convert", dump, *files)
    check(p.returncode == 2 and b"being read" in p.stderr and
          os.path.getsize(dump) == before, name + ": over itself")
    os.unlink(out)


def main():
    global skipped
    kpeek, build, freebsd = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        convert(kpeek, folder, os.path.join(build, "demo.elf"), [],
                "linux_banner", "x86_64", ["info", "ps", "bt -a", "log",
                "mod", "load", "swap", "sym ^jiffies$"], False)
        for arch, machine in ("amd64", "x86_64"), ("arm64", "aarch64"):
            dump = os.path.join(freebsd, "vmcore-%s-minidump" % arch)
            if not os.path.exists(dump):
                skipped += 1
                print("SKIPPED: REAL FREEBSD DUMPS ARE NOT HERE (%s): make "
                      "fetch-data DIR=FOLDER" % dump)
                continue
            convert(kpeek, folder, dump,
                    [os.path.join(freebsd, "kernel-" + arch)], "hz", machine,
                    ["info", "ps -t", "bt -a", "log", "mod", "load",
                     "hex dumppcb 64", "print hz"], True)
        p = run(kpeek, "--convert", os.path.join(folder, "x"), "live")
        check(p.returncode == 2, "the running kernel: exit %d" % p.returncode)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed != 0


sys.exit(main())
