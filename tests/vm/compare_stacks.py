"""Stacks, frame for frame, as the guest's kernel printed them: of all tasks
(sysrq-t), and of the one that panicked. A frame with a question mark is one
that the kernel only found on the stack, and does not count."""

import re

from runner import arrays, kpeek, number

TASK = re.compile(r"\] task:(.*?) +state:(\S) +stack:.*? pid:(\d+) ")
# "name+0x1/0x2"; in x86-64's exception frames behind the code segment.
FRAME = re.compile(r"\] (?: (?!\? )|RIP: 0010:)([^\s+]+)\+0x([0-9a-f]+)/0x")
# Behind it, where that is so, the module that the code is of.
IN_MODULE = re.compile(FRAME.pattern + r"[0-9a-f]+ \[([^\s\]]+)")
# These sleep again and again, in more than one place, or end.
MOVING = re.compile(r"(ext4lazyinit|kworker|ksoftirqd|migration|rcu_|init$|sh$)")


def printed(path):
    """{pid: (comm, state, [(symbol, offset)])}, in the order of the text."""
    tasks, frames = {}, None
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        # Only line ends count: a task's name may hold anything else.
        for line in f.read().split("\n"):
            m = TASK.search(line)
            if m:
                frames = []
                tasks[int(m.group(3))] = (m.group(1), m.group(2), frames)
            elif "</TASK>" in line or "Sched Debug" in line or \
                    " state:" in line:
                # The end, or a task whose name has a line end.
                frames = None
            m = FRAME.search(line)
            if m and frames is not None:
                frames.append((m.group(1), int(m.group(2), 16)))
    return tasks


def printed_modules(path):
    """{pid: [(symbol, offset, module)]} of frames in modules' code."""
    tasks, pid = {}, None
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        for line in f.read().split("\n"):
            m = TASK.search(line)
            if m:
                pid = int(m.group(3))
            m = IN_MODULE.search(line)
            if m and pid is not None:
                tasks.setdefault(pid, []).append(
                    (m.group(1), int(m.group(2), 16), m.group(3)))
    return tasks


def frames_of(rows):
    return [(r.get("symbol"), number(r.get("offset"))) for r in rows]


def sleeping(score, m, dump, truth):
    """Every task that slept when the guest printed it, and sleeps yet."""
    del truth
    tasks = printed(m.path("truth", "stacks"))
    want = {pid: t for pid, t in tasks.items()
            if t[1] in "SDITtZ" and t[2] and not MOVING.match(t[0])}
    score.check(len(want) > 50, "stacks", "only %d of %d tasks were printed"
                % (len(want), len(tasks)))
    found = score.each(dump, ["bt %d" % pid for pid in want], "stacks")
    for (pid, (comm, _, frames)), rows in zip(want.items(), found or []):
        score.same(frames_of(rows), frames, "stacks", "%d (%s)" % (pid, comm))
        # What an exception interrupted on arm64 may have had no record yet.
        score.check(m.arch == "arm64" or all(r.get("reliable") for r in rows),
                    "stacks", "%d (%s): guesses" % (pid, comm))


def in_modules(score, m, dump):
    """Frames in the code of modules, whose tables lie elsewhere than the
    kernel's: guest/inside.c names the modules that tasks sleep in."""
    path = m.path("truth", "stacks")
    tasks, inside = printed(path), printed_modules(path)
    with open(m.path("truth", "inside"), encoding="ascii") as f:
        want = [tuple(line.split()) for line in f]
    score.check(len(want) > 2, "stacks", "only %s" % want)
    for comm, module in want:
        pids = [p for p, t in tasks.items() if t[0] == comm and
                any(f[2] == module for f in inside.get(p, []))]
        score.check(pids and not MOVING.match(comm), "stacks",
                    "no frame of %s is in %s" % (comm, module))
    for pid, frames in inside.items():
        if tasks[pid][1] not in "SDI" or MOVING.match(tasks[pid][0]):
            continue
        rows = score.rows(dump, "bt %d" % pid, "stacks") or []
        got = [(r.get("symbol"), number(r.get("offset")), r.get("module"))
               for r in rows if r.get("module")]
        score.same(got, frames, "stacks", "%d in modules" % pid)


def panicked(score, m, dump):
    """What panic() printed: it has gone on since, what it called then is gone.
    Where no rule tells its frame (objtool leaves __crash_kexec out) kpeek
    marks what it found as a guess, which must be right all the same."""
    with open(m.path("serial"), "rb") as f:
        said = f.read().decode("utf-8", "replace")
    said = said[said.index("Kernel panic"):]
    said = said[said.lower().index("call trace:"):].split("</TASK>")[0]
    want = [(n, int(o, 16)) for n, o in FRAME.findall(said)]
    names = [n for n, _ in want]
    if not score.check("panic" in names, "stacks", "panic: %s" % names):
        return
    want = want[names.index("panic") + 1:]
    score.check(len(want) > 5, "stacks", "panic: only %s" % want)
    rows = score.rows(dump, "bt", "stacks")
    got = frames_of(rows or [])
    names = [n for n, _ in got]
    if score.check("panic" in names, "stacks", "panic: bt has %s" % names):
        score.same(got[names.index("panic") + 1:], want, "stacks", "panic")
    # The function of a frame, and in it the call that has not returned.
    found = score.each(dump, ["frame 3", "dis"], "stacks")
    at = [int(x["address"], 16) + len(x["bytes"]) // 2
          for x in (found or [[], []])[1] if x.get("note") == "frame 3"]
    score.same(at, [int(x["pc"], 16) for x in rows[3:4]], "stacks", "dis")


def stacks(score, m, dump, truth):
    if "stacks" in m.options:
        sleeping(score, m, dump, truth)
        in_modules(score, m, dump)
    if "crash" in m.options:
        panicked(score, m, dump)


def locks(score, m, dump, truth):
    """Who waits for whom: guest/locks.c says it."""
    if "stacks" not in m.options:
        return
    with open(m.path("truth", "locks"), encoding="ascii") as f:
        want = {tuple(line.split()) for line in f}
    score.check(len(want) == 5, "locks", "%d lines" % len(want))
    rows = score.rows(dump, "blocked", "locks") or []
    got = {(r.get("comm"), r.get("kind"), r.get("owner_comm")): r
           for r in rows if r.get("kind")}
    # These, and nobody else.
    score.same(set(got), want, "locks", "who waits")
    tasks = {t.comm.decode("utf-8", "surrogateescape"): t
             for t in truth.processes().values()}
    for (comm, kind, owner), r in got.items():
        score.same(r.get("owner_tid"), tasks[owner].tid, "locks",
                   comm + " owner")
        score.same(r.get("owner_state"), tasks[owner].state, "locks",
                   comm + " owner's state")
        score.same(r.get("mode"), "shared" if comm == "wait-shared" else
                   "exclusive", "locks", comm + " mode")
        score.check(number(r.get("lock")) or 0, "locks", comm + " " + kind)
        score.check(r.get("waited") >= 0, "locks", comm + " waited")
    last, middle, first = (tasks[n] for n in ("wait-chain", "wait-rwsem",
                                              "lock-holder"))
    ends = [(r.get("chain"), r.get("deadlock")) for r in rows
            if r.get("comm") == "wait-chain"]
    score.same(ends, [([middle.tid, first.tid], None)], "locks", "chain")
    # Were the last the owner of what the middle waits for, none could go on.
    lock = got["wait-rwsem", "rwsem", "lock-holder"].get("lock")
    answer = kpeek(dump, ["write ((struct rw_semaphore *)%s)->owner.counter "
                          "(long)task(%d)" % (lock, last.tid),
                          "blocked wait-chain"], options=["-w"])
    ends = [(r.get("chain"), r.get("deadlock")) for r in arrays(answer.out)[1]]
    score.same(ends, [([middle.tid, last.tid], True)], "locks", "deadlock")
    asleep = {t.tid for t in truth.threads().values() if t.state == "D"}
    score.check(asleep <= {r.get("tid") for r in rows}, "locks",
                "%s are in D" % sorted(asleep))
