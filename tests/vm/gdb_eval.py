# SPDX-License-Identifier: BSD-2-Clause
"""Run inside gdb: evaluate the expressions of the file KPEEK_EXPRESSIONS, one
a line, and print what each gives as JSON: [size, signed, value], or an error."""

import json
import os
import sys

import gdb

INTEGERS = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_BOOL,
            gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_PTR)


def evaluate(text):
    try:
        value = gdb.parse_and_eval(text)
        kind = value.type.strip_typedefs()
        if kind.code not in INTEGERS:
            return "not a number"
        signed = kind.code != gdb.TYPE_CODE_PTR and bool(
            getattr(kind, "is_signed", True))
        bits = int(value.cast(gdb.lookup_type("unsigned long")))
        return [kind.sizeof, signed, bits]
    except (gdb.error, RuntimeError, ValueError, OverflowError) as e:
        return str(e)


with open(os.environ["KPEEK_EXPRESSIONS"], encoding="ascii") as f:
    print("KPEEK " + json.dumps([evaluate(line.rstrip("\n")) for line in f]))
sys.stdout.flush()
