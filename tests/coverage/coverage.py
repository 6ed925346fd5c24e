#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# coverage.py TREE BUILD [-w REPORT] - what gcov counted in BUILD, of the tool's own code in TREE: lines
# and branches of each room, and the files with the most that nobody reached. -w: the table goes
# between the marks in REPORT.
import collections
import gzip
import json
import pathlib
import subprocess
import sys

ROOMS = "base image link usb sg target flash host doctor auto cli compat".split()
LINES_GOAL, BRANCHES_GOAL = 95.0, 90.0
MARKS = "<!-- coverage: written by make coverage -->", "<!-- coverage ends -->"


def counts(tree, build):
    """{source: ({line: times}, {(line, branch): times})}, summed over all programs."""
    lines = collections.defaultdict(collections.Counter)
    branches = collections.defaultdict(collections.Counter)
    for room in ROOMS:
        for data in sorted((build / room).rglob("*.gcda")):
            out = subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--stdout", data],
                                 capture_output=True, cwd=tree, check=True).stdout
            if out[:2] == b"\x1f\x8b":
                out = gzip.decompress(out)
            for doc in out.splitlines():
                for f in json.loads(doc)["files"]:
                    if not f["file"].startswith(room + "/") or not f["file"].endswith(".c"):
                        continue
                    for line in f["lines"]:
                        n = line["line_number"]
                        lines[f["file"]][n] += line["count"]
                        for i, b in enumerate(line["branches"]):
                            branches[f["file"]][n, i] += b["count"]
    return lines, branches


def share(counter):
    return sum(1 for v in counter.values() if v), len(counter)


def percent(part):
    return 100.0 * part[0] / part[1] if part[1] else 100.0


def table(lines, branches):
    rows, total = [], [0, 0, 0, 0]
    for room in ROOMS:
        l = [share(lines[f]) for f in lines if f.startswith(room + "/")]
        b = [share(branches[f]) for f in branches if f.startswith(room + "/")]
        four = [sum(x[0] for x in l), sum(x[1] for x in l), sum(x[0] for x in b), sum(x[1] for x in b)]
        total = [a + c for a, c in zip(total, four)]
        rows.append((room + "/", four))
    rows.append(("all", total))
    text = "| room | lines | reached | branches | taken |\n|---|--:|--:|--:|--:|\n"
    for name, (lr, ln, br, bn) in rows:
        text += "| %s | %d | %.1f%% | %d | %.1f%% |\n" % (name, ln, percent((lr, ln)), bn,
                                                        percent((br, bn)))
    return text, total


def main():
    tree, build = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    lines, branches = counts(tree, build)
    if not lines:
        sys.exit("coverage: nothing was counted")
    text, total = table(lines, branches)
    print(text)
    missed = sorted(((len(c) - share(c)[0], f) for f, c in lines.items()), reverse=True)
    for n, f in missed[:25]:
        gone = sorted(k for k, v in lines[f].items() if not v)
        untaken = len(branches[f]) - share(branches[f])[0]
        print("%-28s %3d lines not reached, %3d branches not taken: %s" % (
            f, n, untaken, " ".join(map(str, gone[:30]))))
    if "-w" in sys.argv:
        report = pathlib.Path(sys.argv[sys.argv.index("-w") + 1])
        old = report.read_text()
        head, rest = old.split(MARKS[0])
        report.write_text(head + MARKS[0] + "\n" + text + MARKS[1] + rest.split(MARKS[1])[1])
    good = percent(total[:2]) >= LINES_GOAL and percent(total[2:]) >= BRANCHES_GOAL
    print("coverage: lines %.1f%%, branches %.1f%% (goals %.0f%%, %.0f%%)%s" % (
        percent(total[:2]), percent(total[2:]), LINES_GOAL, BRANCHES_GOAL, "" if good else ": short"))


main()
