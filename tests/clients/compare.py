# SPDX-License-Identifier: BSD-2-Clause
"""What the clients printed against kpeek's JSON, both in one folder."""
import json
import pathlib
import sys

here = pathlib.Path(sys.argv[1])
bad = 0


def rows(name):
    return json.loads((here / name).read_text())


def lines(name):
    # An argument may hold a newline: a record begins with two numbers.
    text = (here / name).read_bytes().decode("utf-8", "surrogateescape")
    out = []
    for line in text.split("\n"):
        f = line.split("\t", 15)
        if len(f) == 16 and f[0].isdigit() and f[1].isdigit():
            out.append(f)
        elif out:
            out[-1][15] += "\n" + line
    return out


def differ(what, mine, theirs):
    global bad
    if mine != theirs:
        bad += 1
        print(f"{what}: {mine!r}, kpeek {theirs!r}")


def processes(printed, kpeek):
    differ("processes", len(printed), len(kpeek))
    for f, k in zip(printed, kpeek):
        what = f"pid {k['pid']} {k['comm']}"
        differ(what + " pid", int(f[0]), k["pid"])
        differ(what + " tid", int(f[1]), k["tid"])
        differ(what + " ppid", int(f[2]), k["ppid"])
        differ(what + " uid", int(f[6]), k["uid"])
        if k["vsz"] is not None:
            differ(what + " vsz", int(f[10]), k["vsz"] // 1024)
        if k["rss"] is not None:
            differ(what + " rss", int(f[11]), k["rss"] // 1024)
        state = f[7][0]
        # One state there is two here, and the other way round.
        alike = {"t": "T", "X": "Z", "I": "S"}
        differ(what + " state", alike.get(state, state),
               alike.get(k["state"], k["state"]))
        if k["wchan"] and state in "SDI":
            differ(what + " wchan", f[12], k["wchan"][:8])
        yield f, k, what


def arguments(f, k, what):
    if k["argv"]:
        differ(what + " argv", f[15].rstrip("\n"), " " + " ".join(k["argv"]))
    elif k["argv"] == []:
        differ(what + " comm", f[15].rstrip("\n"), f" [{k['comm'][:19]}]")



for f, k, what in processes(lines("ps.out"), rows("ps.json")):
    arguments(f, k, what)
# The library lists no idle tasks.
threads = [k for k in rows("ps-t.json") if k["pid"] != 0]
for f, k, what in processes(lines("psh.out"), threads):
    pass

for line in (here / "vmstat.out").read_text().splitlines():
    f = line.split("\t")
    if f[0] == "load":
        load = rows("load.json")[0]
        differ("load", [float(x) for x in f[1:]],
               [load["load1"], load["load5"], load["load15"]])
swap = [line.split("\t")[1:] for line in
        (here / "vmstat.out").read_text().splitlines()
        if line.startswith("swap\t")]
kpeek = rows("swap.json")
differ("swap devices", [s[0] for s in swap],
       [k["device"][:31] for k in kpeek])
for s, k in zip(swap, kpeek):
    differ(k["device"] + " total", int(s[1]) * 4096, k["total"])
    differ(k["device"] + " used", int(s[2]) * 4096, k["used"])
print(f"{bad} differ")
sys.exit(bad != 0)
