"""Copies of a dump that lie or lack something, and what must hold of them."""

import os
import re
import subprocess

import elfdump
import runner
from runner import number

# Compares all pages of two dumps; "make tests" builds it.
SAME = os.path.join(os.environ.get("BUILDDIR", "build"), "tests/dump/same")
# Writes a dump's memory in another format.
CONVERT = os.path.join(os.environ.get("BUILDDIR", "build"),
                       "tests/dump/convert")


def blank(data, copies):
    """No VMCOREINFO anywhere: neither note nor text in memory."""
    for at, length in copies:
        data[at:at + length] = bytes(length)
        # The note form of it in memory has a header before the text.
        head = data[at - 24:at]
        if b"VMCOREINFO" in head:
            data[at - 24:at] = bytes(24)


def falsify(data, copies):
    """Every copy names an offset and addresses that are wrong."""
    for at, length in copies:
        text = data[at:at + length]
        text = re.sub(rb"(?m)^(KERNELOFFSET=)([0-9a-f])", lambda m:
                      m.group(1) + b"%x" % (int(m.group(2), 16) ^ 6), text)
        text = re.sub(rb"(?m)^(SYMBOL\(\w+\)=[0-9a-f]+)([0-9a-f]{7})$",
                      lambda m: m.group(1) + b"%07x" % (int(m.group(2), 16)
                                                        ^ 0x0345680), text)
        assert len(text) == length
        data[at:at + length] = text


def copy(source, to):
    # Memory that holds zeros takes no room in the copy, which QEMU's has.
    subprocess.run(["cp", "--sparse=always", source, to], check=True)
    os.chmod(to, 0o600)


def names(score, path, kind):
    """What must not change: release, one address, the processes."""
    info = score.rows(path, "info", kind)
    symbol = score.rows(path, "sym ^init_task$", kind)
    tasks = score.rows(path, "ps -t", kind)
    return ((info or [{}])[0].get("release"),
            [number(r.get("address")) for r in symbol or []],
            [(r.get("tid"), r.get("comm"), r.get("argv"))
             for r in tasks or []])


def known(truth):
    return (truth.text("uname").split()[2],
            [a for a, _, n, _ in truth.kallsyms() if n == "init_task"])


def variants(score, m, dump, truth):
    if m.arch != "amd64":
        return
    want = known(truth)
    threads = names(score, dump, "whole dump")[2]
    path = m.path("damaged.elf")
    for kind, change in (("no VMCOREINFO", blank),
                         ("wrong VMCOREINFO", falsify)):
        copy(dump, path)
        reader = elfdump.Dump(path, writable=True)
        copies = list(reader.vmcoreinfo_copies())
        score.check(copies, kind, "no copy of VMCOREINFO in the dump")
        change(reader.data, copies)
        reader.close()
        release, address, tasks = names(score, path, kind)
        score.same(release, want[0], kind, "release")
        score.same(address, want[1], kind, "init_task")
        score.same(tasks, threads, kind, "ps -t")
    # A dump that ends early: told so, and not taken for whole.
    copy(dump, path)
    os.truncate(path, os.path.getsize(dump) * 6 // 10)
    for command in ("info", "ps -t", "log"):
        a = runner.kpeek(path, [command])
        score.check(a.status in (1, 3), "truncated", "%s: exit status %s"
                    % (command, a.status))
    os.unlink(path)


def two_kernels(score, m, truth):
    """A dump from outside while the second kernel captured the first."""
    path = m.path("two.elf")
    if not os.path.exists(path):
        return
    for name, options, captures in (("first", (), False),
                                    ("second", ("--kernel", "2"), True)):
        a = runner.kpeek(path, ["info"], options=options)
        row = (runner.arrays(a.out) or [[{}]])[0][0]
        score.same(row.get("release"), known(truth)[0], name, "release")
        score.same("reset_devices" in (row.get("cmdline") or ""), captures,
                   name, "cmdline")
        score.same(bool(row.get("panic")), not captures, name, "panic")


def forms(score, m, dump, truth):
    """The same moment in other formats. Filtered dumps lack the pages that
    hold arguments."""
    whole = {"kdump": [m.path("dump.kdump")],
             "-d 0": [m.path("made", "full.zlib")]}
    filtered = {name: [m.path("made", "filtered." + name)]
                for name in ("zlib", "lzo", "plain", "elf", "flat")}
    filtered["split"] = [m.path("made", "split.1"), m.path("made", "split.2")]
    want = known(truth)
    threads = None
    # The memory that is not a PC's ROM, below its hole; raw from its start.
    start, end = ("0", "0xe0000000") if m.arch == "amd64" else \
        ("0x40000000", "0xffffffff")
    made = []
    # Memory above the hole would be left out, and the kernel lies there too.
    low = "hole" not in m.options
    # Raw memory has zeros where a dump by kexec has nothing.
    raw = low and "kexec" not in m.options
    for kind in ("lime", "avml") * low + ("raw",) * raw:
        path = m.path("made." + kind)
        subprocess.run([CONVERT, kind, dump, path, start, end], check=True)
        whole[kind] = [path]
        made.append(path)
    for kind in ("gz", "xz") * raw:
        path = m.path("made.raw." + kind)
        with open(path, "wb") as out:
            subprocess.run(["gzip" if kind == "gz" else "xz", "-1c",
                            m.path("made.raw")], stdout=out, check=True)
        whole[kind] = [path]
        made.append(path)
    two_kernels(score, m, truth)
    for kind, paths in {**whole, **filtered}.items():
        if not os.path.exists(paths[0]):
            continue
        threads = threads or names(score, dump, "whole dump")[2]
        release, address, tasks = names(score, paths, kind)
        score.same(release, want[0], kind, "release")
        score.same(address, want[1], kind, "init_task")
        if kind in whole:
            score.same(tasks, threads, kind, "ps -t")
        else:
            score.same([t[:2] for t in tasks], [t[:2] for t in threads], kind,
                       "ps -t")
        pages = subprocess.run([SAME, dump, "--"] + paths, check=False,
                               stdout=subprocess.PIPE, text=True)
        score.check(pages.returncode == 0, kind, "pages: " + pages.stdout)
    for path in made:
        os.unlink(path)
