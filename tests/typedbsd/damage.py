#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""damage.py KPEEK CORE KERNEL: the dump with bytes changed neither kills nor
stops the program."""

import random
import subprocess
import sys
import tempfile

COMMANDS = ('ps', 'ps -t', 'argv 800', 'env 800', 'env 900', 'maps 800',
            'files 800', 'swap', 'load', 'mod')


def main():
    kpeek, core, kernel = sys.argv[1:4]
    with open(core, 'rb') as f:
        good = f.read()
    args = [kpeek, '-q', '-f', 'json']
    for c in COMMANDS:
        args += ['-c', c]
    # Where something is: pointers and numbers, not empty pages.
    places = [i for i in range(4096, len(good)) if good[i] != 0]
    rand = random.Random(1)
    with tempfile.NamedTemporaryFile() as f:
        for _ in range(40):
            bad = bytearray(good)
            for _ in range(rand.choice((1, 4, 64))):
                bad[rand.choice(places)] = rand.choice(
                    (0, 1, 0xff, 0x80, rand.randrange(256)))
            f.seek(0)
            f.write(bad)
            f.flush()
            rc = subprocess.run(args + [f.name, kernel], timeout=60,
                                stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL).returncode
            if rc not in (0, 1, 2, 3):
                sys.exit('status %d' % rc)


main()
