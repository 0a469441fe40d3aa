"""Comparisons of processes and threads."""

import re

from runner import as_bytes, number

# What the first process and the one that spins do changes after they were
# looked at; the guest's archive program ran in between.
RACING = (b"init", b"tar", b"sync")
PAGE = 4096


def resting(task):
    return task.tid > 1 and not task.kernel_thread and task.state in "STtZ" \
        and task.comm not in RACING


def ps(score, m, dump, truth):
    for command, want in (("ps", truth.processes()),
                          ("ps -t", truth.threads())):
        rows = score.rows(dump, command, command)
        if rows is None:
            continue
        threads = command == "ps -t"
        key = "tid" if threads else "pid"
        numbers = [r.get(key) for r in rows]
        pids = [r.get("pid") for r in rows]
        score.check(pids == sorted(pids, key=lambda p: (p is None, p or 0)),
                    command, "rows not in ascending order of pid")
        idle = [r for r in rows if r.get("pid") == 0]
        score.same(sorted(r.get("comm") for r in idle),
                   ["swapper/0", "swapper/1"] if threads else [], command,
                   "idle tasks")
        got = {r.get(key): r for r in rows if r.get("pid") != 0}
        score.same(len(got), len(numbers) - len(idle), command,
                   "rows with different " + key)
        for n, row in got.items():
            # Kernel workers come and go by themselves.
            comm = row.get("comm") or ""
            if n not in want and not comm.startswith("kworker/"):
                score.check(comm in ("tar", "sync"), command,
                            "%s %s (%s) was not there" % (key, n, comm))
        for n, task in want.items():
            if n not in got:
                score.check(task.worker, command, "%s %d (%s) is missing"
                            % (key, n, task.comm.decode("ascii", "replace")))
                continue
            one(score, m, command, got[n], task)


def one(score, m, kind, row, task):
    what = "%d (%s) " % (task.tid, task.comm.decode("ascii", "replace"))
    score.same(row.get("pid"), task.tgid, kind, what + "pid")
    score.same(row.get("tid"), task.tid, kind, what + "tid")
    score.same(row.get("ppid"), task.ppid, kind, what + "ppid")
    score.same(as_bytes(row.get("comm")), task.comm, kind, what + "comm")
    score.same(row.get("uid"), task.euid, kind, what + "uid")
    score.near(row.get("start"), task.start, 0.0101, kind, what + "start")
    score.check(number(row.get("task")) or 0, kind, what + "has no task")
    if task.kernel_thread:
        score.same(row.get("argv"), [], kind, what + "argv")
        score.same(number(row.get("vsz")), 0, kind, what + "vsz")
        score.check(row.get("state") in ("S", "I", "R", "D"), kind,
                    what + "state: is %s" % row.get("state"))
        return
    if task.has_memory:
        score.same([as_bytes(a) for a in row.get("argv") or []], task.argv,
                   kind, what + "argv")
    else:
        # The leader of a group of threads that ended, or a zombie.
        score.check(row.get("argv") in ([], None), kind, what + "argv: is %s"
                    % row.get("argv"))
    if resting(task):
        score.same(row.get("state"), task.state, kind, what + "state")
        score.same(row.get("cpu"), task.cpu, kind, what + "cpu")
        score.same(number(row.get("vsz")), task.vsz if task.has_memory else 0,
                   kind, what + "vsz")
        if task.wchan:
            # 5.10 says nothing at all on x86 without frame pointers.
            score.same((row.get("wchan") or "").split("+")[0], task.wchan,
                       kind, what + "wchan")
        if task.tid == task.tgid:
            # Kernels gather the counts of the processors now and then, up to
            # 32 pages late for each; which figure /proc shows differs.
            score.near(number(row.get("rss")), task.rss_pages * PAGE,
                       (64 if m.arch == "amd64" else 512) * PAGE, kind,
                       what + "rss")
    elif task.comm == b"actor" and task.state == "R":
        score.same(row.get("state"), "R", kind, what + "state")


def users(truth):
    return [t for t in truth.processes().values()
            if t.has_memory and t.comm not in (b"tar", b"sync")]


def argv_env(score, m, dump, truth):
    del m
    tasks = users(truth)
    for name, want in (("argv", lambda t: t.argv),
                       ("env", lambda t: t.environ)):
        found = score.each(dump, ["%s %d" % (name, t.tid) for t in tasks],
                           name)
        for task, rows in zip(tasks, found or []):
            what = "%d (%s)" % (task.tid, task.comm.decode("ascii",
                                                           "replace"))
            score.same([as_bytes(r.get("value")) for r in rows], want(task),
                       name, what)
            score.check([r.get("n") for r in rows] in (
                list(range(len(rows))), list(range(1, len(rows) + 1))), name,
                        what + " not numbered in order")


def maps(score, m, dump, truth):
    del m
    tasks = users(truth)
    found = score.each(dump, ["maps %d" % t.tid for t in tasks], "maps")
    for task, rows in zip(tasks, found or []):
        got = [(number(r.get("start")), number(r.get("end")), r.get("perms"),
                number(r.get("offset")), as_bytes(r.get("file") or ""))
               for r in rows if r.get("file") != "[vsyscall]"]
        what = "%d (%s)" % (task.tid, task.comm.decode("ascii", "replace"))
        score.same(len(got), len(task.maps), "maps", what + " count")
        for g, w in zip(got, task.maps):
            score.same(g, w, "maps", "%s at %#x" % (what, w[0]))


def files(score, m, dump, truth):
    del m
    # The shell of the first process opens its FIFO after it was looked at.
    tasks = [t for t in users(truth) if t.tid > 1]
    found = score.each(dump, ["files %d" % t.tid for t in tasks], "files")
    for task, rows in zip(tasks, found or []):
        got = {r.get("fd"): as_bytes(r.get("path")) for r in rows}
        want = task.files
        what = "%d (%s)" % (task.tid, task.comm.decode("ascii", "replace"))
        score.same(sorted(got), sorted(want), "files", what + " numbers")
        for fd, path in want.items():
            score.same(got.get(fd), path, "files", "%s %d" % (what, fd))


def frames_of(rows):
    return [(r.get("symbol"), number(r.get("offset"))) for r in rows]


def in_order(wanted, frames):
    """Whether all wanted frames are there, in their order: inline functions
    and the scheduler's own may stand between them."""
    rest = iter(frames)
    return all(f in rest for f in wanted)


def backtraces(score, m, dump, truth):
    # Kernel threads that wake up by themselves may stand elsewhere by now.
    tasks = [t for t in truth.processes().values() if t.stack and (
        resting(t) or t.kernel_thread and not t.comm.startswith(
            (b"kworker", b"rcu", b"ksoftirqd", b"migration", b"kcompactd")))]
    found = score.each(dump, ["bt %d" % t.tid for t in tasks], "bt")
    for task, rows in zip(tasks, found or []):
        got = frames_of(rows)
        score.check(in_order(task.stack, got), "bt",
                    "%d (%s): is %s, should hold %s" % (
                        task.tid, task.comm.decode("ascii", "replace"), got,
                        task.stack))
    if "crash" in m.options:
        panicked(score, m, dump)


def panicked(score, m, dump):
    """The task that panicked printed its own frames. Those that panic() itself
    adds are further on by now."""
    with open(m.path("serial"), "rb") as f:
        said = f.read().decode("utf-8", "replace")
    said = said[said.index("Kernel panic"):]
    said = said[said.lower().index("call trace:"):].split("</TASK>")[0]
    # A frame marked with a question mark is a guess.
    printed = re.findall(r"\] {2}(?!\? )(\S+)\+0x([0-9a-f]+)/0x", said)
    wanted = [(n, int(o, 16)) for n, o in printed]
    names = [n for n, _ in wanted]
    wanted = wanted[names.index("panic") + 1:] if "panic" in names else wanted
    score.check(len(wanted) > 5, "bt", "no call trace in what was printed")
    rows = score.rows(dump, "bt", "bt")
    if rows is not None:
        got = frames_of(rows)
        score.check(in_order(wanted, got), "bt", "panic: is %s, should hold "
                    "%s" % (got, wanted))
        score.same({r.get("pid") for r in rows}, {1}, "bt", "panic: pid")
