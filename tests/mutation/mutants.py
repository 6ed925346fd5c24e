#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutants.py FOLDER [-n N] [-s SEED] [ROOM...] - small wrongs put into flash/, image/ and link/, one at
# a time; the tests of the room, then those of the rooms above it, must notice.
#
# In a copy of the tree below FOLDER. N mutants are drawn by SEED from all that there are; all, without
# -n. Prints a line for each that nobody noticed. One that does not compile does not count.
import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys

ROOMS = ["flash", "image", "link"]
# Who notices: the room's own tests, then those that use it; MAKE lines, in order.
JUDGES = {
    "flash": ["check-room R=flash", "check-room R=cli"],
    "image": ["check-room R=image", "check-room R=cli"],
    "link": ["check-room R=link", "check-room R=usb", "check-room R=target", "check-room R=flash"],
}
LAST = "tests/faults/campaign"          # every scenario once more, with a few faults
GOAL = 85.0

# What is wrong, and how it is written.
WRONGS = [
    (r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" > ", " >= "), (r" <= ", " < "),
    (r" >= ", " > "), (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "),
    (r" \| ", " & "), (r" & ", " | "), (r" << ", " >> "), (r" >> ", " << "), (r" \+= ", " -= "),
    (r" -= ", " += "), (r"\(!", "("), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"return err;", "return SL_OK;"), (r" \|= ", " &= "), (r" \? (.*) : (.*);", r" ? \2 : \1;"),
    (r"\b([1-9][0-9]?)u?\b", lambda m: str(int(m.group(1)) + 1)),
]
STATEMENT = re.compile(r"^\t+(\(void\))?[a-z_>.-]+(\(.*\)| = .*| [-+|&]= .*);$")


def code_lines(text):
    """Numbers of the lines inside functions."""
    inside, comment = False, False
    for n, line in enumerate(text.split("\n")):
        if line.startswith("{"):
            inside = True
        elif line.startswith("}"):
            inside = False
        if "/*" in line:
            comment = "*/" not in line
            if not line.split("/*")[0].strip():
                continue
        elif comment:
            comment = "*/" not in line
            continue
        if inside and line.startswith("\t") and "ctx_log" not in line and "static const" not in line:
            yield n, line


def outside_strings(line, at):
    return line[:at].count('"') % 2 == 0 and "/*" not in line[:at]


def all_mutants(tree, rooms):
    for room in rooms:
        for path in sorted((tree / room).rglob("*.c")):
            if "loaders" in path.parts:
                continue
            text = path.read_text()
            for n, line in code_lines(text):
                for pattern, wrong in WRONGS:
                    for m in re.finditer(pattern, line):
                        if outside_strings(line, m.start()):
                            new = line[:m.start()] + re.sub(pattern, wrong, m.group(0)) + line[m.end():]
                            yield path.relative_to(tree), n, line, new
                if STATEMENT.match(line):
                    yield path.relative_to(tree), n, line, "\t;"


def make(tree, line, seconds):
    try:
        return subprocess.run(["make", "-s", "BUILD=build", "CFLAGS=-O1"] + line.split(), cwd=tree,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=seconds).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def noticed(tree, path):
    """Who noticed; None: does not compile; "": nobody."""
    if not make(tree, "build/" + str(path)[:-2] + ".o", 120):
        return None
    for judge in JUDGES[path.parts[0]]:
        if not make(tree, judge, 400):
            return judge
    if not make(tree, "build/" + LAST, 300):
        return LAST
    for ask in (["--cases=1", "--seed=3", "--station=f1/"], ["--cases=1", "--seed=3", "--station=f4/bulk"],
                ["--cases=1", "--seed=3", "--station=l1/sg"]):
        try:
            p = subprocess.run(["build/" + LAST] + ask, cwd=tree, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=300)
        except subprocess.TimeoutExpired:
            return LAST
        if p.returncode:
            return LAST
    return ""


def main():
    a = argparse.ArgumentParser()
    a.add_argument("folder", type=pathlib.Path)
    a.add_argument("-n", type=int, default=0)
    a.add_argument("-s", type=int, default=1)
    a.add_argument("rooms", nargs="*", default=ROOMS)
    a = a.parse_args()
    rooms = a.rooms or ROOMS
    tree = a.folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    subprocess.run("git ls-files -co --exclude-standard | cpio -pdm --quiet " + str(tree), shell=True,
                   check=True)
    mutants = list(all_mutants(tree, rooms))
    known = len(mutants)
    random.Random(a.s).shuffle(mutants)
    mutants = mutants[:a.n] if a.n else mutants
    for judge in sorted({j for r in rooms for j in JUDGES[r]}):
        if not make(tree, judge, 1200):
            sys.exit("mutants: %s is red without any mutant" % judge)
    killed, alive, stillborn = 0, 0, 0
    for path, n, old, new in mutants:
        whole = (tree / path).read_text()
        lines = whole.split("\n")
        lines[n] = new
        (tree / path).write_text("\n".join(lines))
        who = noticed(tree, path)
        (tree / path).write_text(whole)
        killed += bool(who)
        stillborn += who is None
        if who == "":
            alive += 1
            print("SURVIVOR %s:%d: %s -> %s" % (path, n + 1, old.strip(), new.strip()), flush=True)
        elif who:
            print("killed   %s:%d by %s" % (path, n + 1, who), flush=True)
    judged = killed + alive
    print("mutants: %d of %d (seed %d): %d killed, %d survived, %d do not compile: %.1f%% killed" % (
        len(mutants), known, a.s, killed, alive, stillborn, 100.0 * killed / judged if judged else 0))
    sys.exit(0 if judged and 100.0 * killed / judged >= GOAL else 1)


main()
