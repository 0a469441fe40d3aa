"""What kpeek said in the guest about the kernel that ran there, see
guest/live.sh: the comparisons of dumps, and what only a running kernel has."""

import re

import compare_system
import compare_tasks
import runner
from runner import as_bytes, number, short

# What ran while kpeek looked, and had not when the guest looked itself.
OURS = ("live", "kpeek", "su", "true", "sleep")


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
        return rows

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
    # Processes that had ended by the time that their stack was asked for.
    lines = [line for line in told.err.splitlines()
             if not line.startswith("kpeek: bt ")]
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
    load(told, truth)
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
    load(told, truth)
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
    told.check(told.status in (0, 3), "status", "exit status %d: %s"
               % (told.status, short(told.err)))
    for command, rows in told.all:
        processes(told, truth, [r for r in rows
                                if r.get("tid") == r.get("pid")])
        bad = [r for r in rows if not r.get("comm") or r.get("state") not in
               list("RSDTtZXI")]
        told.same(bad, [], command, "rows that make no sense")


def devmem(told):
    """Reserved page 0 is written; what is closed is no zeros."""
    cells = [[(r.get("bytes"), r.get("bytes_missing")) for r in rows]
             for command, rows in told.all if command.startswith("hex")]
    told.same(told.status, 3, "status", "exit status")
    told.check(cells[0] != [("77", None)], "write", "was there before")
    told.same(cells[1:], [[("77", None)], [(None, "restricted")],
                          [(None, "restricted")]], "hex",
              "page 0 after the write, System RAM below and above 1 MiB")


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

    as_root(told("root"), m, dump, truth)
    as_user(told("user"), m, truth)
    by_fd = told("fd")
    by_fd.same((by_fd.status, by_fd.err), (0, ""), "status", "status, errors")
    processes(by_fd, truth, by_fd.answers["ps"])
    by_fd.same(len(by_fd.answers["sym ^schedule$"]), 1, "sym", "schedule")
    hidden = told("hidden")
    hidden.same((hidden.status, hidden.err), (0, ""), "status",
                "status, errors")
    compare_system.symbols(hidden, m, dump, truth)
    churn(told("churn"), truth)
    devmem(told("devmem"))
    dropped(score, truth)
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
