#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules of the house for udev rules.

  rules.py FILE...    prints one line per offence; exit status 1 if any.

Nothing is run (RUN, PROGRAM, IMPORT{program}), nothing is open to others, nothing is final (:=),
no group beside uaccess, every rule that changes something names vendor and product, the product ids
are sorted, the file's number is one at which its words still count.
"""
import pathlib
import re
import sys

TOKEN = re.compile(r'\s*([A-Z]+)(?:\{([^}]*)\})?\s*(==|!=|\+=|-=|:=|=)\s*"([^"]*)"\s*(?:,|$)')

problems = []


def rules(text):
    """(line number, list of (key, attribute, operator, value)) of each rule."""
    joined, start = "", 0
    for n, line in enumerate(text.split("\n"), 1):
        start = start or n
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        line, joined, first, start = joined + line, "", start, 0
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        tokens, at = [], 0
        line = line.strip()
        while at < len(line):
            m = TOKEN.match(line, at)
            if not m:
                problems.append((first, f"cannot be read: {line[at:]!r}"))
                break
            tokens.append(m.groups())
            at = m.end()
        yield first, tokens


def check(path):
    name = pathlib.Path(path).name
    number = re.match(r"(\d\d)-[a-z-]+\.rules$", name)
    # 60-persistent-storage.rules reads the disk, 73-seat-late.rules gives the permissions.
    if not number or not 50 < int(number.group(1)) < 60:
        problems.append((0, "the number must be above 50 and below 60"))
    labels, gotos = set(), set()
    for line, tokens in rules(pathlib.Path(path).read_text(encoding="ascii")):
        keys = {t[0] for t in tokens}
        matches = {(k, a): v for k, a, op, v in tokens if op == "=="}
        sets = [(k, a, op, v) for k, a, op, v in tokens
                if op in ("=", "+=", "-=", ":=") and k not in ("GOTO", "LABEL")]
        labels |= {v for k, _, _, v in tokens if k == "LABEL"}
        gotos |= {v for k, _, _, v in tokens if k == "GOTO"}
        if keys & {"RUN", "PROGRAM", "IMPORT"}:
            problems.append((line, "runs something"))
        if any(op == ":=" for _, _, op, _ in tokens):
            problems.append((line, "is final: nobody could override it"))
        if "GROUP" in keys and "TAG" in keys:
            problems.append((line, "a group that is not there would take the tag with it"))
        for key, _, _, value in sets:
            if key == "MODE" and value != "0660":
                problems.append((line, f"mode {value}, not 0660"))
        kind = "ATTRS" if "SUBSYSTEMS" in keys else "ATTR"
        vendor, product = matches.get((kind, "idVendor")), matches.get((kind, "idProduct"))
        # Or a rule above found it, and said so in a variable that no other file uses.
        found = any(k == "ENV" and a.startswith(".STLINK_") for k, a in matches)
        if sets and not found and (vendor != "0483" or not product or "*" in product):
            problems.append((line, "does not say which vendor and products it is for"))
        if sets and ("SUBSYSTEM", None) not in matches:
            problems.append((line, "does not say which subsystem it is for"))
        ids = (product or "").split("|")
        if ids != sorted(set(ids)) or (product and not all(re.match(r"37[45][0-9a-f]$", i) for i in ids)):
            problems.append((line, f"ids are not sorted, or not of probes: {product}"))
    if gotos - labels:
        problems.append((0, f"no label {gotos - labels}"))


def main():
    bad = 0
    for path in sys.argv[1:]:
        problems.clear()
        check(path)
        for line, text in problems:
            print(f"{path}:{line}: {text}")
        bad += len(problems)
    return 1 if bad or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
