"""What kpeek said in the guest about the kernel that ran there, see
guest/live.sh: the comparisons of dumps, and what only a running kernel has."""

import re

import compare_system
import compare_tasks
import compare_views
import runner
from runner import as_bytes, number, short

# What ran while kpeek looked, and had not when the guest looked itself.
OURS = ("live", "kpeek", "su", "true", "sleep")
# Tables that move by themselves: their cells must be there, whatever they hold.
MOVING = ("irqs", "softirqs", "slabs", "zones", "buddy", "timers", "hrtimers",
          "runq", "workers", "workqueues", "works", "disks", "vmalloc")


class Recorded:
    """Stands for a Score whose answers were given in the guest."""

    def __init__(self, score, truth, name):
        self.score, self.name = score, name
        self.pids = truth.processes()
        base = "live/" + name
        self.status = int(truth.text(base + ".status"))
        self.err = truth.text(base + ".err")
        commands = truth.text(base + ".commands").splitlines()
        try:
            arrays = runner.arrays(truth.read(base + ".json"))
        except ValueError:
            arrays = []
        self.all = list(zip(commands, arrays))
        self.answers = dict(self.all)
        self.check(len(arrays) == len(commands), "answers",
                   "%d commands, %d answers, status %d: %s" % (
                       len(commands), len(arrays), self.status,
                       short(self.err)))

    def check(self, good, kind, text=""):
        return self.score.check(good, "%s %s" % (self.name, kind), text)

    def same(self, got, want, kind, what):
        return self.score.same(got, want, "%s %s" % (self.name, kind), what)

    def near(self, got, want, slack, kind, what):
        return self.score.near(got, want, slack, "%s %s" % (self.name, kind),
                               what)

    def rows(self, _dump, command, kind, _form="json"):
        exact = re.fullmatch(r"sym \^(\w+)\$", command)
        if exact and command not in self.answers:
            return [r for r in self.answers.get("sym .", [])
                    if r.get("name") == exact.group(1)]
        rows = self.answers.get(command)
        if not self.check(rows is not None, kind, command + ": no answer"):
            return None
        if command.startswith("ps"):
            rows = [r for r in rows if r.get("pid") in self.pids
                    or r.get("comm") not in OURS]
        elif any("pid" in r for r in rows):
            rows = [r for r in rows if r.get("pid") in self.pids]
        # Where the guest keeps what it says is not there any more later.
        return [r for r in rows if r.get("path") != "/truth"]

    def row(self, dump, command, kind):
        rows = self.rows(dump, command, kind)
        if not self.check(rows is not None and len(rows) == 1, kind,
                          "%s: %s" % (command, short(rows))):
            return None
        return rows[0]

    def each(self, dump, commands, kind):
        if any(c not in self.answers for c in commands):
            return None
        return [self.rows(dump, c, kind) for c in commands]


def load(told, truth):
    row = told.row(None, "load", "load")
    if row is None:
        return
    want = truth.text("proc/loadavg").split()
    told.near(row.get("load1"), float(want[0]), 1.5, "load", "load1")
    told.near(row.get("load15"), float(want[2]), 0.3, "load", "load15")
    told.near(row.get("threads"), int(want[3].split("/")[1]), 8, "load",
              "threads")


def as_root(told, m, dump, truth):
    # Processes that had ended by the time that their stack was asked for, and
    # lists and trees that were changed while they were walked.
    lines = [line for line in told.err.splitlines()
             if not line.startswith("kpeek: bt ")
             and line.split(":")[1].strip() not in MOVING]
    told.same(lines, [], "messages", "standard error")
    compare_system.info(told, m, dump, truth)
    compare_system.symbols(told, m, dump, truth)
    compare_system.modules(told, m, dump, truth)
    compare_system.swap(told, m, dump, truth)
    compare_system.log(told, m, dump, truth)
    compare_tasks.ps(told, m, dump, truth)
    compare_tasks.argv_env(told, m, dump, truth)
    compare_tasks.maps(told, m, dump, truth)
    compare_tasks.files(told, m, dump, truth)
    compare_tasks.backtraces(told, m, dump, truth)
    told.same(told.answers["print init_task.comm"][0].get("value"),
              "swapper/0", "print", "init_task.comm")
    hexed = "".join(r.get("bytes") or "" for r in
                    told.answers["hex linux_banner 64"])
    told.check(hexed.startswith(b"Linux version ".hex()), "hex",
               "linux_banner: is %s" % hexed)
    rows = told.answers["vtop init_task"]
    told.check(rows and rows[-1].get("level") == "page", "vtop",
               "init_task: %s" % short(rows))


def closed(told, banner):
    """Without memory: one banner that says why, and what /proc has."""
    warnings = [line for line in told.err.splitlines() if "warning" in line]
    told.check(len(warnings) == 1 and banner in warnings[0], "banner",
               "is %s, should hold %s" % (warnings, banner))
    row = told.row(None, "info", "info")
    told.same((row or {}).get("complete"), False, "info", "complete")
    for row in told.rows(None, "ps", "ps") or []:
        told.same((row.get("task"), row.get("task_missing")),
                  (None, "restricted"), "ps", "a task's address")


def processes(told, truth, rows):
    """What everybody may know of the processes that rest."""
    got = {r.get("pid"): r for r in rows}
    for pid, task in truth.processes().items():
        if not compare_tasks.resting(task):
            continue
        row = got.get(pid, {})
        told.same(as_bytes(row.get("comm")), task.comm, "ps", "comm of %d"
                  % pid)
        told.same((row.get("ppid"), row.get("uid"), row.get("state")),
                  (task.ppid, task.euid, task.state), "ps", "ppid, uid and "
                  "state of %d" % pid)
        if task.has_memory:
            told.same([as_bytes(a) for a in row.get("argv") or []],
                      task.argv, "ps", "argv of %d" % pid)


def as_user(told, m, truth):
    told.same(told.status, 1, "status", "exit status")
    closed(told, "Permission denied")
    processes(told, truth, told.answers["ps"])
    compare_system.swap(told, m, None, truth)
    loads(told, truth, "after", "user")
    told.same(len(told.answers["mod"]), len(truth.modules()), "mod", "modules")
    told.same(told.answers["sym ^schedule$"], [], "sym", "schedule")
    told.same(len(told.answers["type struct list_head"]), 2, "type",
              "list_head")
    told.same([r.get("bytes_missing") for r in
               told.answers["hex 0xffffffff81000000 16"]], ["restricted"],
              "hex", "memory")
    told.same([r.get("value_missing") for r in told.answers["env 1"]],
              ["restricted"], "env", "of process 1")


def churn(told, truth):
    """Each time that the lists were walked while they changed."""
    for command, rows in told.all:
        if not command.startswith("ps"):
            continue
        processes(told, truth, [r for r in rows
                                if r.get("tid") == r.get("pid")])
        bad = [r for r in rows if not r.get("comm") or r.get("state") not in
               list("RSDTtZXI")]
        told.same(bad, [], command, "rows that make no sense")


def tables(told, m, dump, truth):
    """The tables that are data: what stands still is compared."""
    views = compare_views.Views(told, m, dump, truth)
    for compare in (compare_views.mounts, compare_views.net,
                    compare_views.sockets, compare_views.lists,
                    compare_views.processes, compare_views.hooks):
        compare(views)
    for name in MOVING:
        rows = views.rows(name)
        told.check(rows is not None and (rows or name in ("works",)), name,
                   "no rows")
        bad = [r for r in rows or [] if any(k.endswith("_missing")
                                            for k in r)]
        # One row ends each list that was changed meanwhile.
        told.check(len(bad) <= max(2, len(rows or []) // 20), name,
                   "cells are missing in %d of %d rows: %s" % (
                       len(bad), len(rows or []), short(bad[:1])))


def inside(told, m, dump, truth):
    """What else was asked in the guest, while processes came and went."""
    told.check(told.status in (0, 1, 3), "status", "exit status %d"
               % told.status)
    churn(told, truth)
    tables(told, m, dump, truth)
    banner = [s for s in told.answers["sym ."]
              if s.get("name") == "linux_banner"]
    find = [r for c, rows in told.all if c.startswith("find ") for r in rows]
    told.check(banner and banner[0]["address"] in
               {r["address"] for r in find}, "find", "is %s, should hold %s"
               % (short(find), short(banner)))
    code = told.answers["dis schedule 4"]
    told.check(len(code) == 4 and all(
        r.get("symbol") == "schedule" and r.get("bytes") for r in code),
               "dis", "is %s" % short(code))
    told.same([r.get("address") for r in told.answers["tele init_task 4"]][:1],
              [r["address"] for r in told.answers["sym ."]
               if r.get("name") == "init_task"], "tele", "init_task")
    told.check(told.answers["bt cpu 0"], "bt", "cpu 0: no frames")


def loads(told, truth, *when):
    """Between what /proc said before and after."""
    row = told.row(None, "load", "load") or {}
    before, after = (truth.text("live/loadavg." + w).split() for w in when)
    for i, key in enumerate(("load1", "load5", "load15")):
        low, high = sorted((float(before[i]), float(after[i])))
        told.check(low - 0.1 <= row.get(key, -1) <= high + 0.1, "load",
                   "%s is %s, should be %s to %s" % (key, row.get(key), low,
                                                     high))
    told.near(row.get("threads"), int(before[3].split("/")[1]), 8, "load",
              "threads")


def screens(score, truth):
    """What a user's terminal showed, and when: at the next refresh, which
    comes every 5 s; the rest is for a host that has other work."""
    for name, most in (("process", 9000), ("module", 9000),
                       # Plugged by the host, and perhaps seen at the next look.
                       ("memory", 20000)):
        said = dict(line.split() for line in
                    truth.text("live/watch." + name).splitlines())
        kind = "screen: " + name
        score.same(said.get("before"), None, kind, "shown before")
        for what in ("shown", "gone"):
            ms = int(said.get(what, -1))
            score.check(0 <= ms < most, kind, "%s after %d ms: %s" % (
                what, ms, short(truth.text("live/watch.err"))))


def cost(score, m, truth):
    """What a refresh of the processes costs, beside top in the same guest.
    Of the time nothing is asserted: emulation makes its own prices."""
    def numbers(name):
        return {word: int(value) for word, value in
                (line.split() for line in truth.text(
                    "live/cost." + name).splitlines())}
    all_of = {n: numbers(n) for n in ("kpeek", "procps", "busybox")}
    tasks = int(truth.text("live/cost.tasks"))
    for name, n in all_of.items():
        n["cpu_ms"] = n["user_ms"] + n["system_ms"]
        # 20 s, a refresh a second.
        print("%s cost of %s: %.1f ms of CPU a refresh (%.1f user, %.1f "
              "system), %.2f reads a task, %d KiB resident, %d more in the "
              "end" % (m.name, name, n["cpu_ms"] / 20, n["user_ms"] / 20,
                       n["system_ms"] / 20, n["reads"] / 20 / tasks,
                       n["rss_kib"], n["growth_kib"]), flush=True)
    # The same tasks in the same seconds: only this may be compared.
    print("%s cost of kpeek: %.2f of procps's top, %.2f of busybox's" % (
        m.name, *(all_of["kpeek"]["cpu_ms"] / all_of[n]["cpu_ms"]
                  for n in ("procps", "busybox"))), flush=True)
    reads = all_of["kpeek"]["reads"] / 20 / tasks
    score.check(0 < reads <= 4, "cost", "%.2f reads a task" % reads)
    score.check(all_of["kpeek"]["growth_kib"] < 1024, "cost",
                "%d KiB more" % all_of["kpeek"]["growth_kib"])


def devmem(told):
    """Reserved page 0 is written; what is closed is no zeros."""
    cells = [[(r.get("bytes"), r.get("bytes_missing")) for r in rows]
             for command, rows in told.all if command.startswith("hex")]
    told.same(told.status, 3, "status", "exit status")
    told.check(cells[0] != [("77", None)], "write", "was there before")
    told.same(cells[1:], [[("77", None)], [(None, "restricted")],
                          [(None, "restricted")]], "hex",
              "page 0 after the write, System RAM below and above 1 MiB")


def dropped_write(told):
    """System RAM: below 1 MiB the kernel says yes and does nothing."""
    told.same(told.status, 1, "status", "exit status")
    lines = told.err.splitlines()
    told.check(len(lines) == 2 and "dropped" in lines[0]
               and "System RAM" in lines[1], "write", "standard error: "
               + short(told.err))


def masked(told, truth):
    """Without kcore: the rest by /proc, and what /dev/mem has."""
    told.same(told.status, 3, "status", "exit status")
    closed(told, "/proc/kcore is empty: masked")
    told.check("/dev/mem" in told.err, "banner", "is " + short(told.err))
    processes(told, truth, told.answers["ps"])
    told.same([[r.get("bytes_missing") for r in rows]
               for command, rows in told.all if command.startswith("hex")],
              [[None], ["restricted"], ["restricted"]], "hex",
              "page 0, System RAM, the kernel's text")
    told.same(len(told.answers["sym ^schedule$"]), 1, "sym", "schedule")


def closed_to_writing(told):
    """Refused with the reason and what can be done instead."""
    told.same(told.status, 1, "status", "exit status")
    told.check("/proc/kcore" in told.err and "--patch" in told.err, "write",
               "standard error: " + short(told.err))


def dropped(score, truth):
    status = dict(line.split(":\t", 1) for line in
                  truth.text("live/dropped").splitlines() if ":\t" in line)
    for key, want in (("Uid", "1001\t1001\t1001\t1001"),
                      ("Gid", "1001\t1001\t1001\t1001"),
                      ("NoNewPrivs", "1"), ("CapEff", "0" * 16),
                      ("CapPrm", "0" * 16), ("CapAmb", "0" * 16)):
        score.same(status.get(key), want, "privileges", key)
    score.same(status.get("Groups", "").split(), ["1001"], "privileges",
               "Groups")


def live(score, m, dump, truth):
    def told(name):
        return Recorded(score, truth, name)

    root = told("root")
    as_root(root, m, dump, truth)
    inside(root, m, dump, truth)
    busy = told("load")
    loads(busy, truth, "before", "after")
    closed_to_writing(busy)
    as_user(told("user"), m, truth)
    by_fd = told("fd")
    by_fd.same((by_fd.status, by_fd.err), (0, ""), "status", "status, errors")
    processes(by_fd, truth, by_fd.answers["ps"])
    by_fd.same(len(by_fd.answers["sym ^schedule$"]), 1, "sym", "schedule")
    hidden = told("hidden")
    hidden.same((hidden.status, hidden.err), (0, ""), "status",
                "status, errors")
    compare_system.symbols(hidden, m, dump, truth)
    devmem(told("devmem"))
    dropped_write(told("drops"))
    masked(told("masked"), truth)
    dropped(score, truth)
    screens(score, truth)
    cost(score, m, truth)
    locked = told("lockdown")
    locked.same(locked.status, 3, "status", "exit status")
    closed(locked, "lockdown (confidentiality)")
    processes(locked, truth, locked.answers["ps"])
    locked.same(number(locked.answers["info"][0].get("mem_total")),
                truth.meminfo()["MemTotal"], "info", "mem_total")


def outside(score, m, dump, truth):
    """By QEMU's gdb stub and by QMP: the same answers as inside."""
    for name in ("gdb", "qmp"):
        told = Recorded(score, truth, name)
        as_root(told, m, dump, truth)
        told.same(truth.text("live/%s.state" % name), "running\n", "state",
                  "the guest, once it was read")
        load(told, truth)
    score.same(truth.text("live/paused.state"), "paused\n", "gdb state",
               "a guest that was paused, once it was read")
