"""What a guest said about itself, read from the files it left."""

import os
import re


def unescape(text):
    """Undo the octal (or, in the log, hexadecimal) escapes of /proc."""
    return re.sub(rb"\\([0-7]{3}|x[0-9a-f]{2})", lambda m: bytes(
        [int(m.group(1)[1:], 16) if m.group(1)[:1] == b"x"
         else int(m.group(1), 8)]), text)


def words(data):
    """Strings that each end in a NUL; the last one's may be missing."""
    if not data:
        return []
    if data.endswith(b"\0"):
        data = data[:-1]
    return data.split(b"\0")


class Task:
    """One folder of /proc/PID or /proc/PID/task/TID."""

    def __init__(self, path, tid, tgid):
        self.path, self.tid, self.tgid = path, tid, tgid
        stat = self.read("stat")
        # The name may hold blanks and parentheses: the last one ends it.
        rest = stat[stat.rindex(b")") + 2:].split()
        self.comm = self.read("comm")[:-1]
        # A kworker's name goes on with what it last worked for, a rescuer's
        # with what it works for.
        self.comm = re.sub(rb"^(kworker/u?\d+:\d+H?)[-+].*", rb"\1",
                           self.comm, flags=re.S)
        if int(rest[6]) & 0x20:
            self.comm = self.comm.split(b"+")[0]
        self.state = rest[0].decode()
        self.ppid = int(rest[1])
        self.kernel_thread = bool(int(rest[6]) & 0x200000)
        self.start = int(rest[19]) / 100.0
        self.vsz = int(rest[20])
        self.cpu = int(rest[36])
        self.status = {}
        for line in self.read("status").split(b"\n"):
            key, _, value = line.partition(b":")
            self.status[key.decode("ascii", "replace")] = value.strip()

    def read(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return b""

    @property
    def worker(self):
        return self.kernel_thread and self.comm.startswith(b"kworker/")

    @property
    def euid(self):
        return int(self.status["Uid"].split()[1])

    @property
    def rss_pages(self):
        return int((self.read("statm") or b"0 0").split()[1])

    @property
    def has_memory(self):
        return "VmSize" in self.status

    @property
    def wchan(self):
        text = self.read("wchan").decode()
        return "" if text == "0" else text

    @property
    def stack(self):
        """Frames as (symbol, offset), the innermost first."""
        text = self.read("stack") or self.read("task/%d/stack" % self.tid)
        found = re.findall(rb"\] (\S+?)\+0x([0-9a-f]+)/0x", text)
        return [(n.decode(), int(o, 16)) for n, o in found]

    @property
    def argv(self):
        return words(self.read("cmdline"))

    @property
    def environ(self):
        return words(self.read("environ"))

    @property
    def maps(self):
        """Rows (start, end, perms, offset, file); the gate page, which is no
        mapping of the process, left out."""
        rows = []
        for line in self.read("maps").split(b"\n"):
            f = line.split(None, 5)
            if not f or f[-1] == b"[vsyscall]":
                continue
            start, end = (int(x, 16) for x in f[0].split(b"-"))
            name = f[5] if len(f) > 5 else b""
            # Only line ends are escaped in this file.
            name = name.replace(b"\\012", b"\n")
            rows.append((start, end, f[1].decode(), int(f[2], 16), name))
        return rows

    @property
    def files(self):
        """Descriptor -> where its link leads."""
        folder = os.path.join(self.path, "fd")
        if not os.path.isdir(folder):
            return {}
        return {int(n): self.read("fd/" + n) for n in os.listdir(folder)}


class Truth:
    def __init__(self, root):
        self.root = root

    def read(self, path):
        with open(os.path.join(self.root, path), "rb") as f:
            return f.read()

    def text(self, path):
        return self.read(path).decode("utf-8", "surrogateescape")

    def processes(self):
        """Processes by number; without the program that gathered this."""
        found = {}
        folder = os.path.join(self.root, "proc")
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            # One that ended while it was looked at leaves files missing.
            if name.isdigit() and os.path.getsize(path + "/stat") \
                    and os.path.getsize(path + "/status"):
                task = Task(path, int(name), int(name))
                if task.comm != b"gather":
                    found[task.tid] = task
        return found

    def threads(self):
        """Threads by number, the leaders among them."""
        found = {}
        for pid, leader in self.processes().items():
            folder = os.path.join(leader.path, "task")
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                if os.path.exists(path + "/stat") \
                        and os.path.getsize(path + "/stat"):
                    found[int(name)] = Task(path, int(name), pid)
        return found

    def kallsyms(self):
        """Rows (address, letter, name, module) in the file's order."""
        rows = []
        for line in self.text("proc/kallsyms").splitlines():
            f = line.split()
            rows.append((int(f[0], 16), f[1], f[2],
                         f[3][1:-1] if len(f) > 3 else ""))
        return rows

    def modules(self):
        """Rows (name, size, refs, users, state, address)."""
        rows = []
        for line in self.text("proc/modules").splitlines():
            f = line.split()
            users = [u for u in f[3].split(",") if u and u != "-"]
            rows.append((f[0], int(f[1]), int(f[2]), users, f[4],
                         int(f[5], 16)))
        return rows

    def swaps(self):
        """Rows (path, total, used, priority), sizes in bytes."""
        rows = []
        for line in self.read("proc/swaps").split(b"\n")[1:]:
            f = line.split()
            if f:
                rows.append((unescape(f[0]), int(f[2]) * 1024,
                             int(f[3]) * 1024, int(f[4])))
        return rows

    def meminfo(self):
        rows = {}
        for line in self.text("proc/meminfo").splitlines():
            key, value = line.split(":")
            f = value.split()
            rows[key] = int(f[0]) * (1024 if len(f) > 1 else 1)
        return rows

    def log(self):
        """Rows (number, microseconds, level, text)."""
        rows = []
        for line in self.read("dev/kmsg").split(b"\n"):
            if not line or line[:1] == b" ":
                continue
            head, _, text = line.partition(b";")
            f = head.split(b",")
            rows.append((int(f[1]), int(f[2]), int(f[0]) & 7, unescape(text)))
        return rows

    def has(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def addresses(self):
        """Network device -> hardware address."""
        folder = os.path.join(self.root, "sys/class/net")
        if not os.path.isdir(folder):
            return {}
        return {name: self.text("sys/class/net/%s/address" % name).strip()
                or None for name in os.listdir(folder)}

    def namespaces(self):
        """Kind -> number, of the first process."""
        if not self.has("namespaces"):
            return {}
        found = re.findall(r"^(\w+):\[(\d+)\]$", self.text("namespaces"), re.M)
        return {name: int(number) for name, number in found}

    def clocksource(self):
        path = "sys/devices/system/clocksource/clocksource0/current_clocksource"
        return self.text(path).strip() if self.has(path) else None

    def cgroups(self):
        """Paths of the groups of the default hierarchy, in order."""
        if not self.has("cgroups"):
            return ["/"]
        lines = self.text("cgroups").splitlines()
        return sorted(line[len("/sys/fs/cgroup"):] or "/" for line in lines)

    def cgroup_tasks(self):
        """Group -> number of threads in it."""
        found = {}
        for task in self.processes().values():
            path = re.search(rb"^0::(.*)$", task.read("cgroup"), re.M)
            if path is None:
                continue
            name = path.group(1).decode("utf-8", "surrogateescape")
            folder = os.path.join(task.path, "task")
            found[name] = found.get(name, 0) + len(os.listdir(folder))
        return found
