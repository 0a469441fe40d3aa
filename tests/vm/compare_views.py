"""Comparisons of the tables that are data (views/*.view) with what the guest's
own /proc said: the same rows and, where nothing moves, the same values."""

import collections
import ipaddress
import os
import re
import tempfile

import machine
import runner
from runner import number
from truth import unescape


class Views:
    def __init__(self, score, m, dump, truth):
        self.score, self.m, self.dump, self.truth = score, m, dump, truth
        # A kernel without names of variables says so of most tables.
        names = {n for _, _, n, _ in truth.kallsyms()}
        self.named = "init_task" in names

    def rows(self, command, roots=True):
        """None where this kernel cannot have the table, which must be said."""
        if roots and not self.named:
            return None
        return self.score.rows(self.dump, command, command.split()[0])

    def lines(self, name, skip=0, late=False):
        """The words of a file's lines; one that came late is not in the truth
        of older dumps."""
        if late and not self.truth.has("proc/" + name):
            return []
        data = self.truth.read("proc/" + name)
        return [line.split() for line in data.split(b"\n")[skip:] if line]

    def same(self, view, got, want, what="rows"):
        self.score.same(got, want, view, what)

    def cells(self, view, rows, missing=()):
        """No cell is missing without need, and no table is empty."""
        self.score.check(rows, view, "no rows")
        for row in rows:
            bad = [k for k in row if k.endswith("_missing")
                   and k[:-8] not in missing]
            if not self.score.check(not bad, view, "missing: %s in %s"
                                    % (bad, row)):
                break


def text(data):
    return data.decode("utf-8", "surrogateescape")


def mounts(v):
    rows = v.rows("mounts", roots=False)
    if rows is None:
        return
    v.cells("mounts", rows)
    flags = {"nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"}
    want = [(text(unescape(w[0])), text(unescape(w[1])), text(w[2]),
             sorted(flags & set(text(w[3]).split(","))),
             text(w[3]).split(",")[0] == "ro") for w in v.lines("mounts")]
    # /truth is gone by the time of the dump.
    want = [w for w in want if w[1] != "/truth"]
    got = [(r["device"], r["path"], r["type"],
            sorted(set((r["options"] or "").split(",")) & flags),
            r["readonly"]) for r in rows]
    v.same("mounts", sorted(got), sorted(want))
    info = [w for w in v.lines("self/mountinfo")
            if unescape(w[4]) != b"/truth"]
    v.same("mounts", sorted((r["id"], r["parent"], r["dev"]) for r in rows),
           sorted((int(w[0]), int(w[1]), text(w[2])) for w in info), "ids")


def disks(v):
    rows = v.rows("disks")
    if rows is None:
        return
    v.cells("disks", rows)
    want = {text(w[3]): ("%s:%s" % (text(w[0]), text(w[1])), int(w[2]))
            for w in v.lines("partitions", 1)}
    got = {r["name"]: (r["dev"], number(r["size"]) // 1024) for r in rows}
    # Disks of no size are not in /proc/partitions.
    v.same("disks", {k: x for k, x in got.items() if x[1]}, want)
    v.same("disks", len(rows), len(got), "names are unique")
    stats = v.lines("diskstats", late=True)
    for w in stats:
        row = next((r for r in rows if r["name"] == text(w[2])), {})
        # The guest's archive goes to this one.
        if w[2] == b"vda":
            continue
        v.same("disks", (row.get("reads"), number(row.get("read", 0)) // 512,
                         row.get("writes")),
               (int(w[3]), int(w[5]), int(w[7])), text(w[2]) + " counters")


def net(v):
    rows = v.rows("net", roots=False)
    if rows is None:
        return
    v.cells("net", rows, () if v.named else ("operations",))
    want = [text(w[0]).rstrip(":") for w in v.lines("net/dev", 2)]
    v.same("net", sorted(r["name"] for r in rows), sorted(want))
    lo = next((r for r in rows if r["name"] == "lo"), {})
    v.same("net", (lo.get("index"), lo.get("mtu"), lo.get("type"),
                   lo.get("ip4"), lo.get("mac")),
           (1, 65536, "loopback", ["127.0.0.1"], "00:00:00:00:00:00"), "lo")
    for w in v.lines("net/if_inet6", late=True):
        row = next((r for r in rows if r["name"] == text(w[5])), {})
        address = str(ipaddress.ip_address(bytes.fromhex(text(w[0]))))
        v.score.check(address in (row.get("ip6") or []), "net",
                      "%s lacks %s" % (row, address))
    for name, mac in v.truth.addresses().items():
        row = next((r for r in rows if r["name"] == name), {})
        # A device without addresses has no line of them in /sys.
        v.same("net", row.get("mac"), mac or row.get("type") == "none" and
               "00:00:00:00:00:00" or None, name + " mac")


def endpoint(word):
    """The hexadecimal address and port of /proc/net/tcp, tcp6, udp."""
    address, port = text(word).split(":")
    raw = bytes.fromhex(address)
    # Words of four bytes, each in the processor's order.
    raw = b"".join(raw[i:i + 4][::-1] for i in range(0, len(raw), 4))
    return str(ipaddress.ip_address(raw)), int(port, 16)


STATES = ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
          "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
          "NEW_SYN_RECV"]


def sockets(v):
    rows = v.rows("tcp", roots=False)
    if rows is not None:
        v.cells("tcp", rows)
        want = [(STATES[int(w[3], 16)],) + endpoint(w[1]) + endpoint(w[2])
                + (int(w[7]), int(w[9]))
                for f in ("net/tcp", "net/tcp6") for w in v.lines(f, 1, late=f != "net/tcp")]
        got = [(r["state"], r["local"], r["lport"], r["remote"], r["rport"],
                r["uid"], r["inode"]) for r in rows]
        # Truth from before knows nothing of version 6.
        if not v.truth.has("proc/net/tcp6"):
            got = [g for g in got if ":" not in g[1]]
        v.same("tcp", sorted(got), sorted(want))
    if v.truth.has("proc/net/udp6"):
        rows = v.rows("udp")
        if rows is not None:
            want = [endpoint(w[1]) + endpoint(w[2]) + (int(w[7]), int(w[9]))
                    for f in ("net/udp", "net/udp6") for w in v.lines(f, 1)]
            got = [(r["local"], r["lport"], r["remote"], r["rport"], r["uid"],
                    r["inode"]) for r in rows]
            v.cells("udp", rows)
            v.same("udp", sorted(got), sorted(want))
    rows = v.rows("unix", roots=False)
    if rows is None:
        return
    v.cells("unix", rows)
    kinds = {1: "STREAM", 2: "DGRAM", 5: "SEQPACKET"}
    data = v.truth.read("proc/net/unix").split(b"\n")[1:]
    want = []
    for line in data:
        w = line.split(None, 7)
        if len(w) > 6:
            name = text(w[7]) if len(w) > 7 else None
            want.append((kinds[int(w[4], 16)], int(w[6]), name))
    got = [(r["type"], r["inode"], ("@" if r["abstract"] else "")
            + r["name"] if r["name"] is not None else None) for r in rows]
    v.same("unix", sorted(got, key=repr), sorted(want, key=repr))


def slabs(v):
    rows = v.rows("slabs")
    if rows is None:
        return
    v.cells("slabs", rows)
    want = {text(w[0]): w for w in v.lines("slabinfo", 2)}
    v.same("slabs", sorted(r["name"] for r in rows), sorted(want))
    near = 0
    for r in rows:
        w = want.get(r["name"])
        if w is None:
            continue
        v.same("slabs", (r["objsize"], r["perslab"], r["pages"]),
               (int(w[3]), int(w[4]), int(w[5])), r["name"] + " sizes")
        # The archive and its end moved objects; most caches are as they were.
        near += r["active"] == int(w[1]) and r["total"] == int(w[2])
        v.score.check(r["active"] <= r["total"]
                      == r["slabs"] * r["perslab"] or r["slabs"] == 0
                      or r["total"] % r["slabs"] != 0, "slabs",
                      "numbers do not fit: %s" % r)
    v.score.check(near >= len(rows) * 0.6, "slabs",
                  "only %d of %d as in /proc/slabinfo" % (near, len(rows)))


def objects(v):
    """By pages and free lists alone: as many as slabs counts on the caches'
    nodes, and the tasks that ps finds on lists, but the one that is static."""
    counted = v.rows("slabs")
    if counted is None:
        return
    total = {r["name"]: r["total"] for r in counted}
    for name in ("task_struct", "filp", "dentry", "kmalloc-64"):
        rows = v.score.rows(v.dump, "objects " + name, "objects")
        v.same("objects", len(rows), total[name], name)
        v.score.check(all(r["state"] in ("used", "free") for r in rows),
                      "objects", name + ": broken free lists")
        if name == "task_struct":
            tasks = {r["task"] for r in v.score.rows(v.dump, "ps -t", "ps")}
            used = {r["address"] for r in rows if r["state"] == "used"}
            v.same("objects", len(tasks - used), 1, "static tasks")
            # Dead ones wait for their last readers (EXIT_DEAD).
            for task in used - tasks:
                row = v.score.rows(v.dump, "print ((struct task_struct *)%s)"
                                   "->exit_state" % task, "print")
                v.same("objects", row[0]["value"], 16, "a task without ps")


def timers(v):
    rows = v.rows("timers")
    if rows is None:
        return
    v.cells("timers", rows)
    for r in rows:
        v.score.check(r["function"] is not None and r["cpu"] in (0, 1)
                      and -1000 < r["left"] < 1 << 30, "timers",
                      "no such timer: %s" % r)
    rows = v.rows("hrtimers")
    v.cells("hrtimers", rows or [])
    # Those that stand far ahead were there when the guest looked.
    want = collections.Counter()
    lines = text(v.truth.read("proc/timer_list")).split("\n")
    now = next((int(x.split()[2]) for x in lines if x.startswith("now at")), 0)
    for at, line in enumerate(lines):
        timer = re.match(r" #\d+: <[0-9a-f]+>, ([^,\s]+), S:01", line)
        due = re.search(r"expires at \d+-(\d+) nsecs", lines[at + 1]) \
            if timer else None
        if due and int(due.group(1)) > now + (60 << 30):
            want[(timer.group(1), int(due.group(1)))] += 1
    got = collections.Counter((re.sub(r"[+ ].*", "", r["function"] or ""),
                               round(r["expires"] * 1e9)) for r in rows or [])
    for (name, due), n in want.items():
        near = sum(c for (f, t), c in got.items()
                   if f == name and abs(t - due) < 2000)
        v.score.check(near >= n, "hrtimers", "%s at %d is not there"
                      % (name, due))


def interrupts(v):
    rows = v.rows("irqs")
    if rows is None:
        return
    v.cells("irqs", rows)
    got = {r["irq"]: r for r in rows}
    for w in v.lines("interrupts", 1):
        if not w[0][:-1].isdigit():
            continue
        row = got.get(int(w[0][:-1]))
        if not v.score.check(row is not None, "irqs", "no %s" % w):
            continue
        counts = [int(x) for x in w[1:3]]
        v.score.check(len(row["counts"]) == 2 and all(
            c <= g <= c + 4000 for g, c in zip(row["counts"], counts)),
                      "irqs", "%s: counts %s, were %s"
                      % (row["irq"], row["counts"], counts))
        v.same("irqs", row["total"], sum(row["counts"]), "sum")
        names = text(w[-1]) if row["handlers"] else ""
        v.score.check(not row["handlers"] or row["handlers"][-1] == names
                      or row["handlers"][-1].endswith(names), "irqs",
                      "%s: handlers %s, not %s" % (row["irq"],
                                                   row["handlers"], names))


def softirqs(v):
    rows = v.rows("softirqs")
    if rows is None:
        return
    v.cells("softirqs", rows)
    want = {text(w[0]).rstrip(":"): [int(x) for x in w[1:3]]
            for w in v.lines("softirqs", 1)}
    v.same("softirqs", [r["name"] for r in rows], list(want))
    for r in rows:
        v.score.check(all(c <= g <= c + 4000 for g, c in
                          zip(r["counts"], want.get(r["name"], []))),
                      "softirqs", "%s: %s, were %s" % (
                          r["name"], r["counts"], want.get(r["name"])))
        v.same("softirqs", r["total"], sum(r["counts"]), "sum")


def queues(v):
    rows = v.rows("runq")
    if rows is None:
        return
    v.cells("runq", rows)
    # One task runs on each CPU, and those that ps finds running are there.
    running = [r for r in rows if r["running"]]
    v.same("runq", sorted(r["cpu"] for r in running), [0, 1], "running")
    tasks = v.score.rows(v.dump, "ps -t", "runq")
    ready = {r["tid"]: r["task"] for r in tasks or []
             if r["state"] == "R" and r["tid"]}
    # One that leaves the processor is on no queue any more.
    rows = [r for r in rows if r["queue"] != "leaving"]
    queued = {r["pid"] for r in rows if r["pid"]}
    # One that is about to sleep is on a queue until it does, and knows it.
    for r in rows:
        if r["pid"] and r["pid"] not in ready:
            row = v.score.row(v.dump, "print ((struct task_struct *)%s)->on_rq"
                              % r["task"], "runq") or {}
            if row.get("value") == 1:
                queued.discard(r["pid"])
    # One that has just been woken may be on no queue yet, and knows it.
    for pid in set(ready) - queued:
        row = v.score.row(v.dump, "print ((struct task_struct *)%s)->on_rq"
                          % ready[pid], "runq") or {}
        if row.get("value") == 0:
            del ready[pid]
    v.same("runq", sorted(queued), sorted(ready), "tasks that can run")
    for r in rows:
        v.same("runq", r["waiting"], len([x for x in rows if x["cpu"] ==
                                          r["cpu"] and x["pid"]]), "number")
    rows = v.rows("workers") or []
    # Pools that work in softirqs have workers without a task; rescuers are in
    # a pool while they rescue, and in none else.
    v.cells("workers", rows)
    workers = {r["tid"]: r["comm"] for r in tasks or []
               if r["comm"].startswith("kworker/")}
    v.same("workers", {r["pid"]: r["comm"] for r in rows
                       if r["pid"] is not None
                       and r["comm"].startswith("kworker/")
                       and not r["comm"].startswith("kworker/R-")},
           {tid: comm for tid, comm in workers.items()
            if not comm.startswith("kworker/R-")})
    for r in rows:
        if r["comm"] and r["comm"].startswith("kworker/R-"):
            v.score.check(workers.get(r["pid"], "").startswith(r["comm"]),
                          "workers", "rescuer %s is %s" %
                          (r["pid"], workers.get(r["pid"])))
    rows = v.rows("workqueues") or []
    v.cells("workqueues", rows)
    names = {r["name"] for r in rows}
    v.score.check({"events", "events_unbound", "mm_percpu_wq"} <= names,
                  "workqueues", "there are only %s" % sorted(names))
    rescuers = {r["rescuer"] for r in rows if r["rescuer"] is not None}
    v.score.check(rescuers and rescuers <= {r["tid"] for r in tasks or []},
                  "workqueues", "rescuers: %s" % sorted(rescuers))
    v.score.check(v.rows("works") is not None, "works", "no table")


def zones(v):
    rows = v.rows("zones")
    if rows is None:
        return
    v.cells("zones", rows)
    want, zone = {}, None
    for line in v.truth.text("proc/zoneinfo").split("\n"):
        start = re.match(r"Node (\d+), zone\s+(\S+)", line)
        if start:
            zone = want.setdefault((int(start.group(1)), start.group(2)), {})
        pair = re.match(r"\s+(?:pages )?(free|min|low|high|spanned|present|"
                        r"managed)\s+(\d+)$", line)
        if pair and zone is not None and pair.group(1) not in zone:
            zone[pair.group(1)] = int(pair.group(2))
    want = {k: z for k, z in want.items() if z.get("present")}
    got = {(r["node"], r["zone"]): r for r in rows}
    v.same("zones", sorted(got), sorted(want))
    for key, z in want.items():
        row = got.get(key, {})
        for name in ("min", "low", "high", "spanned", "present", "managed"):
            v.same("zones", row.get(name), z[name], "%s %s" % (key, name))
        v.score.near(row.get("free"), z["free"], 32768, "zones", "%s free"
                     % (key,))
    rows = v.rows("buddy") or []
    v.cells("buddy", rows)
    for (node, name), z in got.items():
        blocks = sum(r["blocks"] << r["order"] for r in rows
                     if (r["node"], r["zone"]) == (node, name))
        # Each CPU may not yet have added some to the zone's sum.
        v.score.near(blocks, z["free"], 256, "buddy", "%s adds up" % name)


def lists(v):
    """Tables that stand still."""
    for view, name, want in (
            ("filesystems", "name", [text(w[-1]) for w in
                                     v.lines("filesystems")]),
            ("misc", "name", [text(w[1]) for w in v.lines("misc")]),
            ("consoles", "name", None)):
        rows = v.rows(view)
        if rows is None:
            continue
        v.cells(view, rows)
        got = [r[name] for r in rows]
        if view == "consoles":
            got = [r["name"] + str(r["index"]) for r in rows
                   if "enabled" in r["flags"]]
            want = [text(w[0]) for w in v.lines("consoles")]
        v.same(view, sorted(got), sorted(want))
    rows = v.rows("majors")
    if rows is not None:
        v.cells("majors", rows)
        want, kind = [], None
        for w in v.lines("devices"):
            if not w[0].isdigit():
                kind = "char" if w[0] == b"Character" else "block"
            else:
                want.append((kind, int(w[0]), text(w[1])))
        # More than one region of a number is one line there.
        got = {(r["kind"], r["major"], r["name"]) for r in rows}
        v.same("majors", sorted(x for x in got if x[1] < 512),
               sorted(set(want)))
    rows = v.rows("crypto")
    if rows is not None:
        v.cells("crypto", rows)
        want = re.findall(r"^driver +: (.*)$", v.truth.text("proc/crypto"),
                          re.M)
        v.same("crypto", sorted(r["driver"] for r in rows), sorted(want))
    rows = v.rows("iomem")
    if rows is not None:
        v.cells("iomem", rows)
        want = [(int(a, 16), int(b, 16), n.rstrip()) for a, b, n in
                re.findall(r"^ *([0-9a-f]+)-([0-9a-f]+) : (.*)$",
                           v.truth.text("proc/iomem"), re.M)]
        v.same("iomem", [(number(r["start"]), number(r["end"]),
                          (r["name"] or "").rstrip()) for r in rows], want)
    rows = v.rows("vmalloc")
    if rows is not None:
        v.cells("vmalloc", rows)
        # Stacks come and go; what is freed is taken away some time later.
        want = collections.Counter(
            (int(w[1]), text(w[2]).split("/")[0].replace("+0x0", ""))
            for w in v.lines("vmallocinfo") if b"unpurged" not in w
            and b"vm_map_ram" not in w and not re.match(
                rb"kernel_clone|copy_process|dup_task|_do_fork", w[2]))
        got = collections.Counter(
            (number(r["size"]), (r["caller"] or "").split(" ")[0])
            for r in rows)
        v.same("vmalloc", dict(want - got), {}, "areas not there")


def fewer(v):
    """Tables that are short in a guest, or empty."""
    rows = v.rows("packet")
    if rows is not None:
        v.cells("packet", rows)
        v.same("packet", sorted((r["type"], number(r["protocol"]), r["device"],
                                 r["uid"], r["inode"]) for r in rows),
               sorted((int(w[2]), int(w[3], 16), int(w[4]), int(w[7]),
                       int(w[8])) for w in v.lines("net/packet", skip=1)))
    rows = v.rows("keyring")
    if rows is not None:
        v.cells("keyring", rows)
        # What the reader may not see is not in the file; 65534: no such user.
        got = {number(r["serial"]): (number(r["perm"]), r["uid"],
                                     min(r["gid"], 65534), r["type"][:9])
               for r in rows}
        want = {int(w[0], 16): (int(w[4], 16), int(w[5]), int(w[6]),
                                text(w[7])[:9]) for w in v.lines("keys")}
        v.same("keyring", {k: got.get(k) for k in want}, want)
    rows = v.rows("locks")
    if rows is not None:
        v.same("locks", len(rows), len(v.lines("locks")), "number")
    rows = v.rows("neighbours")
    if rows is not None:
        v.cells("neighbours", rows)
        for r in rows:
            # A group's address tells the hardware's (RFC 1112, RFC 2464).
            a = ipaddress.ip_address(r["address"])
            if a.is_multicast and r["device"] != "lo":
                low = a.packed[-4:] if a.version == 6 else a.packed[-3:]
                first = [0x33, 0x33] if a.version == 6 else [1, 0, 0x5e]
                if a.version == 4:
                    low = bytes([low[0] & 0x7f]) + low[1:]
                v.same("neighbours", r["mac"], ":".join(
                    "%02x" % b for b in first + list(low)), "mac")


def processes(v):
    rows = v.rows("lsof", roots=False)
    if rows is not None:
        v.cells("lsof", rows, () if v.named else ("operations",))
        # The same as "files" says of each.
        pids = sorted({r["pid"] for r in rows})
        for pid, files in zip(pids, v.score.each(
                v.dump, ["files %d" % p for p in pids], "lsof") or []):
            v.same("lsof", sorted((r["fd"], r["path"]) for r in rows
                                  if r["pid"] == pid),
                   sorted((f["fd"], f["path"]) for f in files), str(pid))
    rows = v.rows("namespaces", roots=False)
    if rows is not None:
        v.cells("namespaces", rows)
        v.same("namespaces", sorted({r["type"] for r in rows}),
               ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"],
               "types")
        for name, inum in v.truth.namespaces().items():
            v.score.check((name, inum) in {(r["type"], r["number"])
                                           for r in rows}, "namespaces",
                          "no %s:[%d]" % (name, inum))
    rows = v.rows("cgroups")
    if rows is not None:
        v.cells("cgroups", rows)
        paths = sorted(r["path"] for r in rows if r["hierarchy"] == 0)
        v.same("cgroups", paths, v.truth.cgroups(), "paths")
        tasks = v.truth.cgroup_tasks()
        for r in rows:
            if r["path"] in tasks and r["path"] != "/":
                v.same("cgroups", r["tasks"], tasks[r["path"]], r["path"])


def hooks(v):
    rows = v.rows("kprobes")
    if rows is not None and "probe" in v.m.options:
        v.cells("kprobes", rows)
        v.score.check({"vfs_fsync", "do_nanosleep"} <=
                      {re.sub(r"\+.*", "", r["where"] or "") for r in rows},
                      "kprobes", "there are only %s" % rows)
    elif rows is not None:
        v.same("kprobes", rows, [])
    rows = v.rows("bpf")
    if rows is not None:
        v.cells("bpf", rows)
        v.same("bpf", [(r["type"], r["length"]) for r in rows
                       if r["name"] == "kpeek_filter"],
               [("BPF_PROG_TYPE_SOCKET_FILTER", 2)], "the guest's own")
    rows = v.rows("notifiers")
    if rows is not None:
        v.cells("notifiers", rows)
        v.score.check({"panic_notifier_list", "netdev_chain",
                       "reboot_notifier_list"} <= {r["chain"] for r in rows},
                      "notifiers", "there are only %s"
                      % sorted({r["chain"] for r in rows}))
    for name in ("ftrace", "pci", "clocksources", "ioports"):
        rows = v.rows(name)
        if rows:
            v.cells(name, rows)
    clocks = v.truth.clocksource()
    rows = v.rows("clocksources")
    if rows is not None and clocks:
        v.same("clocksources", [r["name"] for r in rows if r["current"]],
               [clocks], "current")


def example(v):
    """The worked example of kpeek-views(5), as a user's own table."""
    page = os.path.join(machine.HERE, "../../man/kpeek-views.5")
    with open(page, encoding="utf-8") as f:
        blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", f.read(),
                            re.M | re.S)
    # The file; the line that counts, which belongs above its columns; the
    # other loop with a column of its own.
    text, count, loop = [b for b in blocks if not b.startswith(" kpeek")][:3]
    one = text.replace("column name", count + "column name")
    with tempfile.TemporaryDirectory() as home:
        folder = os.path.join(home, "kpeek", "views")
        os.makedirs(folder)
        for name, body in (("fs", one), ("fsmounted", text.replace(
                "column mounted dec $n\n", "").replace(
                    "column name", loop + "column name"))):
            with open(os.path.join(folder, name + ".view"), "w",
                      encoding="utf-8") as f:
                f.write(body)
        a = runner.kpeek(v.dump, ["fs ^ext", "fsmounted ^ext"],
                         env={"XDG_CONFIG_HOME": home})
    found = runner.arrays(a.out) if a.status == 0 else [[], []]
    ext = [(r["name"], r["mounted"]) for r in found[0]]
    v.score.check(a.status == (0 if v.named else 1), "example",
                  "exit status %s: %s" % (a.status, a.err))
    if v.named:
        v.score.check(("ext4", 1) in ext, "example", "file systems: %s" % ext)
        v.same("example", [r["device"] for r in found[1]
                           if r["name"] == "ext4"], ["ram2"], "mounted")


def missing(v):
    """Where variables have no names, a table says which one it lacks."""
    if v.named:
        return
    for name in ("irqs", "slabs", "zones", "filesystems", "works"):
        a = v.score.answer(v.dump, name)
        v.score.check(a.status == 1 and b"no symbol" in a.err
                      and (name + ".view:").encode() in a.err, "missing",
                      "%s: exit status %s: %s" % (name, a.status, a.err))


def views(score, m, dump, truth):
    v = Views(score, m, dump, truth)
    for compare in (mounts, disks, net, sockets, slabs, objects, timers,
                    interrupts, softirqs, queues, zones, lists, fewer,
                    processes, hooks, example, missing):
        compare(v)
