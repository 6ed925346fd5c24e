#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables in a document are what the guest measured.

  table.py [-w | -s] ROWS DOC

ROWS is what run.sh leaves in DIR/rows: "TABLE|cell|cell...". DOC has "<!-- TABLE: begin -->", the
table, "<!-- TABLE: end -->" for each. The lines must be the same, in any order; numbers may differ by
a tenth, or by 2 where they count and by half a second where they are seconds. -w writes what was
measured there, under the head that the table has. -s: only some was measured, and that must be there.
"""
import re
import sys

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def near(written, measured):
    """The same words, and numbers that are about the same."""
    if NUMBER.sub("#", written) != NUMBER.sub("#", measured):
        return False
    for w, m in zip(NUMBER.findall(written), NUMBER.findall(measured)):
        slack = 0.5 if "." in m else 2
        if abs(float(w) - float(m)) > max(slack, float(w) / 10):
            return False
    return True


def same_line(written, measured):
    # The first two cells name the line: digits in names are no measures.
    return (len(written) == len(measured) and written[:2] == measured[:2] and
            all(near(w, m) for w, m in zip(written[2:], measured[2:])))


def main():
    args = sys.argv[1:]
    how = args.pop(0) if args and args[0] in ("-w", "-s") else ""
    if len(args) != 2:
        sys.exit(__doc__)
    measured = {}
    with open(args[0]) as f:
        for line in f:
            name, *row = line.rstrip("\n").split("|")
            measured.setdefault(name, []).append(row)
    with open(args[1]) as f:
        doc = f.read()
    bad = 0
    for name in re.findall(r"<!-- ([\w-]+): begin -->", doc):
        head, table, tail = re.split(rf"(?s)(?<=<!-- {name}: begin -->\n)(.*?)(?=<!-- {name}: end -->)",
                                     doc, maxsplit=1)
        lines = table.splitlines(keepends=True)
        rows = measured.get(name, [])
        if how == "-w" and rows:
            body = "".join("| " + " | ".join(row) + " |\n" for row in rows)
            doc = head + "".join(lines[:2]) + body + tail
            print(f"table: {len(rows)} lines of {name} written to {args[1]}")
            continue
        written = [cells(line) for line in lines[2:]]
        for row in rows:
            if not any(same_line(w, row) for w in written):
                print(f"table: measured, but not so in {args[1]}, {name}:\n\t" + " | ".join(row))
                bad += 1
        for w in written:
            if how != "-s" and not any(same_line(w, row) for row in rows):
                print(f"table: not measured so, in {args[1]}, {name}:\n\t" + " | ".join(w))
                bad += 1
        if rows and not bad:
            print(f"table: {len(rows)} lines of {name} are those of {args[1]}")
    if how == "-w":
        with open(args[1], "w") as f:
            f.write(doc)
    if bad:
        sys.exit(f"\tif that is right: tests/vm/systemd/table.py -w {args[0]} {args[1]}")


main()
