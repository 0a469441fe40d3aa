# SPDX-License-Identifier: BSD-2-Clause
"""What is known of two real FreeBSD dumps, asked of kpeek: the variable hz, the
threads and where they stood.  The dumps are cut down to the pages that a
debugger touched, so much of them reads as zeros or is not there."""

import json
import os
import subprocess
import sys

passed = failed = 0


def check(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAILED", what)


def same(got, want, what):
    check(got == want, "%s: is %r, should be %r" % (what, got, want))


class Dump:
    def __init__(self, program, folder, arch):
        self.program = program
        self.arch = arch
        self.core = os.path.join(folder, "vmcore-%s-minidump" % arch)
        self.kernel = os.path.join(folder, "kernel-" + arch)

    def run(self, *args):
        p = subprocess.run([self.program, "-q", *args],
                           stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=60)
        check(p.returncode in (0, 1, 2, 3), "%s: exit %d" %
              (" ".join(args), p.returncode))
        return p

    def rows(self, command, files=None):
        p = self.run("-f", "json", "-c", command,
                     *(files or [self.core, self.kernel]))
        try:
            return json.loads(p.stdout)
        except ValueError:
            check(False, "%s %s: no JSON: %r %r" %
                  (self.arch, command, p.stdout[:200], p.stderr[:200]))
            return []


def threads(d, count, pids):
    rows = d.rows("ps -t")
    same(len(rows), count, d.arch + ": threads")
    same([r["pid"] for r in rows], sorted(r["pid"] for r in rows),
         d.arch + ": order")
    same(len({r["tid"] for r in rows}), count, d.arch + ": thread numbers")
    same(sorted({r["pid"] for r in rows}), pids, d.arch + ": processes")
    for r in rows:
        check(r["ppid"] is None and r["ppid_missing"] == "no-type",
              "%s: parent of %s" % (d.arch, r["pid"]))
        check(r["argv"] is None and r["argv_missing"] == "no-type",
              "%s: arguments of %s" % (d.arch, r["pid"]))
    rows = d.rows("ps")
    same([r["pid"] for r in rows], pids, d.arch + ": ps")
    return {r["comm"]: r for r in d.rows("ps -t")}


def stacks(d):
    """The innermost frames by thread."""
    frames = {}
    for r in d.rows("bt -a"):
        if r["frame"] == 0:
            same(r["pid"] in frames, False, d.arch + ": stacks of a thread")
            frames[r["pid"]] = r
        check(r["pc"] is not None or "pc_missing" in r,
              d.arch + ": a frame without a reason")
    return frames


def crashed(d, pid, pc, sp):
    rows = d.rows("bt")
    check(len(rows) > 0, d.arch + ": bt")
    if rows:
        same((rows[0]["pc"], rows[0]["sp"]), (pc, sp), d.arch + ": crashed")
    info = d.rows("info")[0]
    same(info["os"], "FreeBSD", d.arch + ": info")
    same(info["machine"], d.arch, d.arch + ": machine")
    same((info["panic_pid"], info["panic_comm"]), (pid, "sysctl"),
         d.arch + ": who crashed")
    same(info["complete"], False, d.arch + ": cut short")
    of_pid = d.rows("bt %d" % pid)
    same([r["pc"] for r in of_pid], [r["pc"] for r in rows if r["pc"]],
         d.arch + ": bt PID")
    on_cpu = d.rows("bt cpu %d" % info["panic_cpu"])
    same([r["pc"] for r in on_cpu], [r["pc"] for r in rows],
         d.arch + ": bt cpu")


def hz(d, want):
    # 4 bytes, least significant first.
    row = d.rows("hex hz 4")[0]
    same(int.from_bytes(bytes.fromhex(row["bytes"]), "little"), want,
         d.arch + ": hz")
    same(d.rows("print hz")[0]["value"], want, d.arch + ": print hz")


def amd64(program, folder):
    d = Dump(program, folder, "amd64")
    hz(d, 100)
    by_name = threads(d, 16, [11, 28, 800])
    frames = stacks(d)
    crashed(d, 800, "0xffffffff80c09ade", "0xfffffe00798c4748")
    same((by_name["sysctl"]["pid"], by_name["sysctl"]["state"]), (800, "R"),
         "amd64: sysctl")
    dom0 = by_name["pagedaemon/dom0"]
    same((dom0["pid"], dom0["cpu"]), (28, 4), "amd64: dom0")
    same(frames[dom0["tid"]]["pc"], "0xffffffff81057988", "amd64: dom0's pc")
    laundry = by_name["pagedaemon/laundry: dom0"]
    same((laundry["pid"], laundry["cpu"]), (28, None), "amd64: laundry")
    same((frames[laundry["tid"]]["pc"], frames[laundry["tid"]]["sp"]),
         ("0xffffffff80c3c8c8", "0xfffffe00527dd7c8"), "amd64: laundry's pc")
    # The crashed thread's frame pointer is in dumppcb's fifth word.
    row = d.rows("hex (char *)&dumppcb+32 8")[0]
    same(int.from_bytes(bytes.fromhex(row["bytes"]), "little"),
         0xfffffe00798c4760, "amd64: rbp")
    # Its caller is found through it.
    stack = [r["pc"] for r in d.rows("bt 800")]
    check(len(stack) >= 9 and all(
        p is None or 0xffffffff80200000 <= int(p, 16) < 0xffffffff81200000
        for p in stack), "amd64: the crashed thread's callers: %r" % stack)


def arm64(program, folder):
    d = Dump(program, folder, "arm64")
    hz(d, 1000)
    by_name = threads(d, 10, [11, 21, 939])
    frames = stacks(d)
    crashed(d, 939, "0xffff0000004b6e78", "0xffff0000d58f23b0")
    syncer = by_name["syncer"]
    same((syncer["pid"], syncer["cpu"]), (21, 6), "arm64: syncer")
    same(frames[syncer["tid"]]["pc"], "0xffff000000811370",
         "arm64: syncer's pc")
    idle = by_name["idle/idle: cpu2"]
    same((idle["pid"], idle["cpu"]), (11, None), "arm64: idle")
    same(frames[idle["tid"]]["pc"], "0xffff0000004ee99c", "arm64: idle's pc")


def browser(program, folder):
    """The same in panes: the first page, and the processes."""
    for arch, who, names in (
            ("amd64", "sysctl (800) on CPU 10", ("pagedaemon", "idle")),
            ("arm64", "sysctl (939) on CPU 2", ("syncer", "idle"))):
        d = Dump(program, folder, arch)
        p = subprocess.run([program, "-q", "--headless", "100x24", d.core,
                            d.kernel], capture_output=True, timeout=60,
                           input=b"snap first\nkey p\nsnap ps\n")
        check(p.returncode == 0, "%s: headless: exit %d" %
              (arch, p.returncode))
        first, _, ps = p.stdout.decode().partition("snap ps")
        check("FreeBSD" in first and who in first, arch + ": first page")
        check(all(n in ps for n in names + ("sysctl",)), arch + ": ps pane")


def without(program, folder):
    """The kernel first, without one, with the other one's."""
    d = Dump(program, folder, "amd64")
    other = Dump(program, folder, "arm64")
    same([r["tid"] for r in d.rows("ps -t", [d.kernel, d.core])],
         [r["tid"] for r in d.rows("ps -t")], "the kernel's file first")
    p = d.run("-c", "ps", d.core)
    check(p.returncode == 1 and b"kernel's file" in p.stderr,
          "processes without a kernel's file: %r" % p.stderr)
    same(d.rows("info", [d.core])[0]["os"], "FreeBSD",
         "info without a kernel's file")
    same(d.rows("log", [d.core]), [], "an empty message buffer")
    p = d.run("-c", "info", d.core, other.kernel)
    check(p.returncode == 2 and b"is a kernel for" in p.stderr,
          "the other processor's kernel: %r" % p.stderr)


def main():
    amd64(*sys.argv[1:])
    arm64(*sys.argv[1:])
    browser(*sys.argv[1:])
    without(*sys.argv[1:])
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


sys.exit(main())
