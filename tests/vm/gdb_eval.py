# SPDX-License-Identifier: BSD-2-Clause
"""Run inside gdb: evaluate the expressions of the file KPEEK_EXPRESSIONS, one
a line, and unwind the stacks of all threads. Prints as JSON what each gives:
[size, signed, value], or an error; and {tid: [pc]}."""

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


def unwind(thread):
    """The frames that a thread has on its stack."""
    thread.switch()
    pcs, frame = [], gdb.newest_frame()
    while frame is not None and len(pcs) < 64:
        # Those of inlined functions and of tail calls are no frames of a stack.
        if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
            pcs.append(frame.pc())
        try:
            frame = frame.older()
        except gdb.error:
            break
    return pcs


with open(os.environ["KPEEK_EXPRESSIONS"], encoding="ascii") as f:
    values = [evaluate(line.rstrip("\n")) for line in f]
stacks = {t.ptid[1]: unwind(t) for t in gdb.selected_inferior().threads()}
print("KPEEK " + json.dumps([values, stacks]))
sys.stdout.flush()
