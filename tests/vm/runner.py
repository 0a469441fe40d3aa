"""Runs kpeek and counts what was right and wrong about its answers."""

import json
import os
import subprocess
import sys

KPEEK = os.environ.get("KPEEK", "./kpeek")
TIMEOUT = 120


class Answer:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


def kpeek(dump, commands, form="json", options=(), env=None):
    """Run commands on a dump, or the list of a dump's parts. The answer's
    `out` is bytes; its status is negative for a signal, None when it did not
    end in time."""
    parts = [dump] if isinstance(dump, str) else list(dump)
    words = [KPEEK, "-q", "-f", form, *options]
    for c in commands:
        words += ["-c", c]
    try:
        done = subprocess.run(words + parts, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=TIMEOUT, check=False,
                              env={**os.environ, **(env or {})})
    except subprocess.TimeoutExpired:
        return Answer(None, b"", b"did not end in time")
    except OSError as e:
        return Answer(127, b"", str(e).encode())
    return Answer(done.returncode, done.stdout, done.stderr)


def arrays(out):
    """The arrays that kpeek printed, one for each command."""
    text = out.decode("utf-8", "surrogateescape")
    decoder = json.JSONDecoder()
    found, at = [], 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return found
        value, at = decoder.raw_decode(text, at)
        found.append(value)


def as_bytes(text):
    """The bytes that a JSON text stands for; None stays."""
    return None if text is None else text.encode("utf-8", "surrogateescape")


def number(value):
    """An address ("0x...") or a number; None stays."""
    if isinstance(value, str):
        try:
            return int(value, 0)
        except ValueError:
            return None
    return value


class Score:
    """Counts assertions. Of one kind only the first failures are printed in
    full: a wrong table would bury everything else."""
    SHOWN = 4

    def __init__(self):
        self.passed = self.failed = 0
        self.machine = ""
        self.kinds = {}

    def check(self, good, kind, text=""):
        if good:
            self.passed += 1
            return True
        self.failed += 1
        key = (self.machine, kind)
        self.kinds[key] = self.kinds.get(key, 0) + 1
        if self.kinds[key] <= self.SHOWN:
            line = "%s: %s: %s" % (self.machine, kind, text)
            print(line.encode("ascii", "backslashreplace").decode())
        return False

    def same(self, got, want, kind, what):
        return self.check(got == want, kind, "%s: is %s, should be %s"
                          % (what, short(got), short(want)))

    def near(self, got, want, slack, kind, what):
        good = isinstance(got, (int, float)) and abs(got - want) <= slack
        return self.check(good, kind, "%s: is %s, should be %s (give or take "
                          "%s)" % (what, short(got), want, slack))

    def answer(self, dump, command):
        """What kpeek said, whatever it was."""
        return kpeek(dump, [command])

    def row(self, dump, command, kind):
        """The row of a command that prints just one, or None."""
        rows = self.rows(dump, command, kind)
        if rows is None or not self.check(len(rows) == 1, kind, "%s: %d rows "
                                          "instead of one"
                                          % (command, len(rows))):
            return None
        return rows[0]

    def rows(self, dump, command, kind, form="json"):
        """Rows of one command, or None after a failed assertion."""
        a = kpeek(dump, [command], form)
        try:
            if form == "jsonl":
                # Only line ends count: text may hold other separators.
                rows = [json.loads(line) for line in a.out.decode(
                    "utf-8", "surrogateescape").split("\n") if line]
            else:
                rows = arrays(a.out)[0]
        except (ValueError, IndexError):
            rows = None
        # 3 says that something was unavailable: the rows still count.
        if not self.check(a.status in (0, 3) and rows is not None, kind,
                          "%s: exit status %s, %d bytes of output: %s"
                          % (command, a.status, len(a.out),
                             short(a.err.decode("utf-8", "replace")))):
            return None
        return rows

    def each(self, dump, commands, kind):
        """Rows of several commands in one run, or None."""
        a = kpeek(dump, commands)
        try:
            found = arrays(a.out)
        except ValueError:
            found = []
        if not self.check(a.status in (0, 3) and len(found) == len(commands),
                          kind, "%d commands such as %s: exit status %s, %d "
                          "arrays: %s" % (
                              len(commands), commands[0], a.status,
                              len(found),
                              short(a.err.decode("utf-8", "replace")))):
            return None
        return found

    def finish(self):
        for (name, kind), n in self.kinds.items():
            if n > self.SHOWN:
                print("%s: %s: %d more failed" % (name, kind, n - self.SHOWN))
        print("%d passed, %d failed" % (self.passed, self.failed))
        sys.exit(1 if self.failed or not self.passed else 0)


def short(value):
    text = value.strip() if isinstance(value, str) else repr(value)
    return text if len(text) < 300 else text[:200] + "..." + text[-80:]
