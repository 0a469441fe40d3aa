"""Comparisons of what is about the whole system: info, symbols, modules, swap,
load, log, translations."""

import collections
import re
import struct

import elfdump
from runner import as_bytes, number, short

IMAGE = 0xffffffff81000000     # where an x86-64 kernel runs without KASLR


def info(score, m, dump, truth):
    row = score.row(dump, "info", "info")
    if row is None:
        return
    uname = truth.text("uname").split()
    score.same(row.get("os"), "Linux", "info", "os")
    score.same(row.get("release"), uname[2], "info", "release")
    score.same(row.get("hostname"), "kpeek-guest", "info", "hostname")
    score.same(row.get("machine"), uname[-2] if uname[-1] == "GNU/Linux"
               else uname[-1], "info", "machine")
    score.same(row.get("pagesize"), 4096, "info", "pagesize")
    score.same(row.get("cpus"), 2, "info", "cpus")
    score.same(row.get("cmdline"), truth.text("proc/cmdline").rstrip("\n"),
               "info", "cmdline")
    score.same(row.get("complete"), True, "info", "complete")
    mem = truth.meminfo()
    score.same(number(row.get("mem_total")), mem["MemTotal"], "info",
               "mem_total")
    # What /proc was asked for, the archive and its page cache lie between.
    score.near(number(row.get("mem_free")), mem["MemFree"], 96 << 20, "info",
               "mem_free")
    score.near(row.get("uptime"), float(truth.text("proc/uptime").split()[0]),
               30, "info", "uptime")
    notes = truth.read("sys/kernel/notes")
    at = notes.find(b"GNU\0")
    while at >= 8:
        _, length, kind = struct.unpack_from("<III", notes, at - 12)
        if kind == 3:
            score.same(row.get("build_id"), notes[at + 4:at + 4 + length]
                       .hex(), "info", "build_id")
            break
        at = notes.find(b"GNU\0", at + 4)
    reader, _ = oracle(dump, truth)
    score.same(row.get("levels"), reader.levels, "info", "levels")
    reader.close()
    if m.arch == "amd64":
        text = next(a for a, _, n, _ in truth.kallsyms() if n == "_text")
        score.same(number(row.get("kaslr")), text - IMAGE, "info", "kaslr")
    symbols, types = row.get("symbols") or {}, row.get("types") or {}
    score.check((symbols.get("count") or 0) > 10000, "info",
                "symbols: %s" % short(symbols))
    score.check((types.get("count") or 0) > 1000, "info",
                "types: %s" % short(types))
    if "crash" in m.options:
        score.check("sysrq triggered crash" in (row.get("panic") or ""),
                    "info", "panic: is %s" % short(row.get("panic")))
        score.same(row.get("panic_pid"), 1, "info", "panic_pid")
        score.same(row.get("panic_comm"), "init", "info", "panic_comm")
        if "kexec" in m.options:
            score.near(row.get("crash_time"), int(truth.text("date")), 60,
                       "info", "crash_time")
        score.check(row.get("panic_cpu") in (0, 1), "info",
                    "panic_cpu: is %s" % short(row.get("panic_cpu")))
    else:
        score.check(not row.get("panic"), "info", "panic: is %s without one"
                    % short(row.get("panic")))


def symbols(score, m, dump, truth):
    del m
    want = truth.kallsyms()
    address = {n: a for a, _, n, _ in want}
    if "init_task" in address:
        rows = score.rows(dump, "sym ^init_task$", "sym")
        score.same([number(r.get("address")) for r in rows or []],
                   [address["init_task"]], "sym", "init_task")
    rows = score.rows(dump, "sym .", "sym", "jsonl")
    if rows is None:
        return
    key = collections.Counter(
        (number(r.get("address")), r.get("type"), r.get("name"),
         r.get("module") or "") for r in rows)
    wanted = collections.Counter(want)
    missing, extra = wanted - key, key - wanted
    for what, left in (("missing", missing), ("not in /proc/kallsyms", extra)):
        for row, n in list(left.items())[:3]:
            score.check(False, "sym", "%s: %s%s" % (
                what, " ".join(hex(x) if isinstance(x, int) else str(x)
                               for x in row), " %d times" % n if n > 1
                else ""))
        count = sum(left.values())
        score.check(not count, "sym", "%d of %d symbols %s"
                    % (count, len(want), what))
    # From an address back to a name at it, and at a byte inside a function.
    by_address = collections.defaultdict(set)
    for a, _, n, _ in want:
        by_address[a].add(n)
    functions = sorted({a for a, t, _, _ in want if t in "tT"})
    picked = functions[100::len(functions) // 20]
    rows = score.each(dump, ["sym %#x" % (a + 1) for a in picked], "sym ADDR")
    for a, found in zip(picked, rows or []):
        names = {r.get("name") for r in found}
        # A function of one byte would end before the address asked for.
        score.check(names & by_address[a] or a + 1 in by_address, "sym ADDR",
                    "%#x: is %s, should be one of %s"
                    % (a + 1, sorted(map(str, names)), sorted(by_address[a])))


def modules(score, m, dump, truth):
    del m
    rows = score.rows(dump, "mod", "mod")
    if rows is None:
        return
    got = {r.get("name"): r for r in rows}
    want = truth.modules()
    score.same(len(rows), len(want), "mod", "number of modules")
    for name, size, refs, users, state, address in want:
        row = got.get(name, {})
        score.same(number(row.get("address")), address, "mod",
                   name + " address")
        score.same(number(row.get("size")), size, "mod", name + " size")
        score.same(row.get("refs"), refs, "mod", name + " refs")
        score.same(sorted(row.get("used_by") or []), sorted(users), "mod",
                   name + " used_by")
        score.same(str(row.get("state")).lower(), state.lower(), "mod",
                   name + " state")


def swap(score, m, dump, truth):
    del m
    rows = score.rows(dump, "swap", "swap")
    if rows is None:
        return
    want = truth.swaps()
    score.same([as_bytes(r.get("device")) for r in rows],
               [w[0] for w in want] + [b"total"], "swap", "devices")
    for row, (name, total, used, priority) in zip(rows, want):
        name = name.decode()
        score.same(number(row.get("total")), total, "swap", name + " total")
        score.same(number(row.get("used")), used, "swap", name + " used")
        score.same(row.get("priority"), priority, "swap", name + " priority")
    if rows:
        score.same(number(rows[-1].get("total")), sum(w[1] for w in want),
                   "swap", "sum of sizes")
        score.same(number(rows[-1].get("used")), sum(w[2] for w in want),
                   "swap", "sum of use")


def oracle(dump, truth):
    """The independent reader of this dump, and kallsyms by name."""
    address = {n: a for a, _, n, mod in truth.kallsyms() if not mod}
    reader = elfdump.Dump(dump)
    if reader.arm:
        # Not every kernel's kallsyms has data.
        address.setdefault("init_uts_ns", reader.use_vmcoreinfo())
    else:
        reader.use_root(address["linux_banner"], address["init_top_pgt"])
    return reader, address


def load(score, m, dump, truth):
    row = score.row(dump, "load", "load")
    if row is None:
        return
    printed = truth.text("proc/loadavg").split()
    threads = printed[3].split("/")[1]
    # Every five seconds the averages move on: one minute's at most by so much.
    # More where tasks have just begun to wait for locks.
    slack = 1.5 if "stacks" in m.options else 0.6
    for key, v in zip(("load1", "load5", "load15"), printed):
        score.near(row.get(key), float(v), slack, "load", key + " as printed")
    reader, address = oracle(dump, truth)
    score.check("avenrun" in address or reader.arm, "load", "no avenrun")
    if "avenrun" in address:
        # The guest's own words are seconds old: read what it would say now.
        values = struct.unpack("<3Q", reader.read(address["avenrun"], 24))
        count, = struct.unpack("<i", reader.read(address["nr_threads"], 4))
        score.same(row.get("threads"), count, "load", "threads")
        for key, v in zip(("load1", "load5", "load15"), values):
            v += 2048 // 200
            want = (v >> 11) + ((v & 2047) * 100 >> 11) / 100
            score.near(row.get(key), want, 0.0051, "load", key)
    reader.close()
    score.near(row.get("threads"), int(threads), 6, "load", "threads")
    # What ran seconds ago says nothing of this moment; the tasks themselves do,
    # also those of later kernels that sleep but were not yet taken off the queue.
    # One that is being woken counts on one side only.
    tasks = score.rows(dump, "ps -t", "load") or []
    found = score.each(dump, ["print ((struct task_struct *)%s)->on_rq"
                              % t.get("task") for t in tasks
                              if t.get("tid") != 0], "load") or []
    ready = sum(bool(rows and rows[0].get("value")) for rows in found)
    score.near(row.get("running"), ready, 2, "load", "running")


def log(score, m, dump, truth):
    del m
    rows = score.rows(dump, "log", "log", "jsonl")
    if rows is None:
        return
    got = {r.get("seq"): r for r in rows}
    numbers = [r.get("seq") for r in rows]
    score.check(numbers == sorted(set(numbers)), "log", "rows not in order")
    want = truth.log()
    for seq, usec, level, text in want:
        row = got.get(seq, {})
        what = "line %d" % seq
        # A line's last end belongs to the printing, not to the text.
        score.same((as_bytes(row.get("text")) or b"").rstrip(b"\n"),
                   text.rstrip(b"\n"), "log", what + " text")
        score.near(row.get("time"), usec / 1e6, 0.0000001, "log",
                   what + " time")
        score.same(row.get("level"), level, "log", what + " level")
    texts = b"\n".join(as_bytes(r.get("text") or "") for r in rows)
    for text in (b"kpeek-test: two\nlines", b"bytes \xff\xfe \xc3\xa4 end",
                 b"back\\slash"):
        score.check(text in texts or not any(text in t[3] for t in want),
                    "log", "no line holds %s" % short(text))


def paging(score, m, dump, truth):
    """Translations against the reader of our own."""
    del m
    reader, address = oracle(dump, truth)
    wanted = ["linux_banner", "init_task", "_text", "jiffies_64", "avenrun"]
    if reader.arm:
        wanted = [n for n in wanted if n in address] + ["init_uts_ns",
                                                        "do_exit"]
    virtual = [address[n] for n in wanted]
    virtual += [row[5] + 0x123 for row in truth.modules()[:3]]
    # These lie in the map of all memory.
    virtual += [number(t.get("task")) + 8
                for t in (score.rows(dump, "ps", "vtop") or [])[:3]]
    found = score.each(dump, ["vtop %#x" % a for a in virtual], "vtop")
    for a, rows in zip(virtual, found or []):
        steps = list(reader.steps(a))
        got = [[number(r.get("entry_address")), number(r.get("entry"))]
               for r in rows[:-1]]
        last = rows[-1] if rows else {}
        want = [[where, entry] for _, where, entry in steps[:-1]]
        # Every process has a first table of its own for the kernel.
        for first in got[:1] + want[:1]:
            first[0] = (first[0] or 0) & 0xfff
        score.same(got, want, "vtop", "entries of %#x" % a)
        score.same((last.get("level"), number(last.get("phys"))),
                   ("page", steps[-1][1]), "vtop", "page of %#x" % a)
        places = reader.offsets(steps[-1][1])
        score.check(number(last.get("file_offset")) in places, "vtop",
                    "place in the file of %#x: is %s, should be of %s"
                    % (a, last.get("file_offset"), places))
    text = address["init_uts_ns" if reader.arm else "linux_banner"]
    rows = score.rows(dump, "hex %#x 256" % text, "hex")
    if rows is not None:
        score.same("".join(re.sub(r"[^0-9a-f]", "", str(r.get("bytes")))
                           for r in rows), reader.read(text, 256).hex(),
                   "hex", "bytes of %#x" % text)
    reader.close()


def lookups(score, m, dump, truth):
    """From content to addresses, and from addresses to what they are."""
    del m
    address = {n: a for a, _, n, mod in truth.kallsyms() if not mod}
    release = truth.text("uname").split()[2]
    rows = score.rows(dump, 'find "Linux version %s"' % release, "find")
    if rows is not None and "linux_banner" in address:
        score.check(address["linux_banner"] in [number(r.get("address"))
                                                for r in rows], "find",
                    "linux_banner is not among %d rows" % len(rows))
    function = address["do_exit"]
    rows = score.rows(dump, "whatis %#x" % (function + 1), "whatis")
    if rows is not None:
        found = [r for r in rows if r.get("kind") == "symbol"]
        score.check(any("do_exit" in str(r.get("what")) and
                        number(r.get("offset")) == 1 for r in found),
                    "whatis", "do_exit: is %s" % short(rows))
    # Tasks lie close to each other: each address belongs to its own.
    for task in (score.rows(dump, "ps -u", "ps") or [])[:8]:
        rows = score.rows(dump, "whatis %s" % task["task"], "whatis")
        if rows is not None:
            score.check(any("(%d)" % task["tid"] in str(r.get("what")) and
                            number(r.get("offset")) == 0 for r in rows),
                        "whatis", "task %d: is %s" % (task["tid"],
                                                      short(rows)))
