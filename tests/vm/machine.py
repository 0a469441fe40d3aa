"""The table of machines, and where their files lie."""

import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("KPEEK_VM_CACHE") or os.path.join(base, "kpeek/vm")


class Machine:
    def __init__(self, words):
        (self.name, self.suite, self.arch, self.package, self.cpu, options,
         append) = words
        self.options = [] if options == "-" else options.split(",")
        self.append = [] if append == "-" else append.split(",")
        self.dir = os.path.join(cache(), "run", self.name)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)


def table():
    """All machines, in the order of the file."""
    with open(os.path.join(HERE, "machines"), encoding="utf-8") as f:
        text = f.read().replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines()]
    return [Machine(words) for words in lines
            if words and not words[0].startswith("#")]


def named(names):
    """The machines of these names, all when there are none."""
    known = {m.name: m for m in table()}
    for name in names:
        if name not in known:
            raise SystemExit("no machine is called %s; there are: %s"
                             % (name, " ".join(known)))
    return [known[name] for name in names] if names else list(known.values())


def debug_image(m):
    """The vmlinux of a machine's kernel, from its debug package."""
    def fetch(package):
        return subprocess.run(
            [os.path.join(HERE, "fetch"), m.suite, m.arch, package],
            stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    package = os.path.basename(fetch(m.package)).split("_")[0]
    debug = fetch(package.replace("+", r"\+").replace(".", r"\.") + "-dbg")
    return os.path.join(debug, "usr/lib/debug/boot",
                        "vmlinux-" + package[len("linux-image-"):])
