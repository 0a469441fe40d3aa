"""Run inside gdb: print the layout of the types named in KPEEK_TYPES as JSON,
one object for each member at any depth: type, path, bit (from the start of the
outermost type), bits, size, kind, signed, names (of an enumeration)."""

import json
import os
import sys

import gdb

KINDS = {
    gdb.TYPE_CODE_INT: "int", gdb.TYPE_CODE_CHAR: "int",
    gdb.TYPE_CODE_BOOL: "int", gdb.TYPE_CODE_ENUM: "enum",
    gdb.TYPE_CODE_PTR: "pointer", gdb.TYPE_CODE_ARRAY: "array",
    gdb.TYPE_CODE_STRUCT: "struct", gdb.TYPE_CODE_UNION: "union",
}


def walk(outer, kind, prefix, start, out):
    for field in kind.fields():
        if not hasattr(field, "bitpos"):
            continue
        inner = field.type.strip_typedefs()
        code = KINDS.get(inner.code, "other")
        path = prefix + (field.name or "")
        bit = start + field.bitpos
        if field.name:
            row = {"type": outer, "path": path, "bit": bit,
                   "bits": field.bitsize, "size": inner.sizeof, "kind": code}
            if code == "int":
                row["signed"] = bool(inner.is_signed)
            elif code == "enum":
                row["names"] = {f.enumval: f.name for f in inner.fields()}
                row["signed"] = any(v < 0 for v in row["names"])
            elif code == "array":
                last = inner.target().strip_typedefs()
                row["of"] = KINDS.get(last.code, "other")
                row["element"] = last.sizeof
                row["signed"] = row["of"] == "int" and bool(last.is_signed)
                row["text"] = last.sizeof == 1 and last.code in (
                    gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR)
            out.append(row)
        if code in ("struct", "union"):
            # A member without a name lends its members to what holds it.
            walk(outer, inner, path + "." if field.name else prefix, bit, out)


def main():
    rows = []
    for name in os.environ["KPEEK_TYPES"].split(","):
        kind = gdb.lookup_type("struct " + name)
        rows.append({"type": name, "path": "", "bit": 0, "bits": 0,
                     "size": kind.sizeof, "kind": "struct"})
        walk(name, kind, "", 0, rows)
    json.dump(rows, sys.stdout)


main()
