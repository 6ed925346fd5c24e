#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutants.py FOLDER [-n N] [-s SEED] [--again] [--quick] [ROOM...] - small wrongs put into flash/, image/ and
# link/, one at a time: do the tests notice?
#
# In a copy of the tree below FOLDER, which is built once. Of each room N mutants are judged, drawn by
# SEED from all that there are; all, without -n. Only the changed file is compiled again, and the
# judges are asked one by one, the cheap ones first, until one says no: the room's tests that link the
# changed file, these with sanitizers, other rooms' tests, the campaign of faults, the command line's. One
# that compiles to the same code, or not at all, is not a mutant. A judge that says no is asked a second
# time, so that what a busy machine does is not taken for a test; limits are of processor time, and
# mutants that reach them are counted apart. What was judged is in FOLDER/judged.tsv, and not judged again
# but for survivors with --again. --quick: only the room's own tests, without and with sanitizers, as far as
# they take seconds; what they do not notice stays open, until a call without --quick. Prints a table and
# the survivors; exit status 1 below the goal.
import argparse
import collections
import ctypes
import fcntl
import functools
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from wrongs import mutants_of

ROOMS = ["flash", "image", "link"]
GOAL = 85.0
QUICK_S = 8     # processor time of a test program that is asked with --quick
CAMPAIGN, CONVERT, TOOL = "BUILD/tests/faults/campaign", "BUILD/tests/fuzz/convert", "stlink-download"
SANITIZE = "-O1 -g0 -fsanitize=address,undefined -fno-sanitize-recover=undefined"
# One replaces malloc itself; the others take minutes then.
NOT_SANITIZED = ["test_image_nomem", "test_flash_lost", "test_flash_options_lost"]
STATIONS = ["f1/sg", "f4/bulk", "l1/bulk-only"]
# Files about one controller: the stations that have it.
CONCERNED = [(r"stm32f1|fpec", ["f1/sg", "f1/bulk"]), (r"stm32f4|option_f4", ["f4/bulk", "f4/sg"]),
             (r"stm32l1|option_lx", ["l1/bulk-only", "l1/sg"])]
# Command lines that touch a room.
CASES = {"flash": ["files", "options", "boards", "faults"], "image": ["files", "texts", "options"],
         "link": ["list", "boards", "options", "faults"]}

Judge = collections.namedtuple("Judge", "name build program command")


def run(command, tree, cpu, wall):
    """Status of a command; None: it reached a limit. And what it took: processor time, time."""
    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu) + 1, int(cpu) + 2))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    tmp = tempfile.mkdtemp(prefix="m")
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    p = subprocess.Popen(command, cwd=tree, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=limits,
                         env=dict(os.environ, TMPDIR=tmp, BUILD="build", JOBS="4",
                                  STLINK_DOWNLOAD="mutant/" + TOOL))
    try:
        status = p.wait(wall)
    except subprocess.TimeoutExpired:
        status = None
    end_all(p)
    shutil.rmtree(tmp, ignore_errors=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        status = None
    return status, took, time.monotonic() - began


def end_all(p):
    """Ends what a command left behind, whatever session it went to: orphans come to this process."""
    for _ in range(100):
        if p.returncode is None:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()
        left = pathlib.Path("/proc/self/task/%d/children" % os.getpid()).read_text().split()
        for pid in left:
            os.kill(int(pid), signal.SIGKILL)
            os.waitpid(int(pid), 0)
        if not left:
            return


def adopt_orphans():
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Build:
    """One way to build the copy of the tree: where, how, and how its programs are made."""

    def __init__(self, top, folder, flags, goals):
        self.top, self.folder, self.goals = top, folder, [g.replace("BUILD", folder) for g in goals]
        make = ["BUILD=" + folder] + flags
        subprocess.run(["make", "-s", "-j2"] + make + self.goals, cwd=top, check=True, stdout=subprocess.DEVNULL)
        lines = subprocess.run(["make", "-n", "-B", "V=1"] + make + self.goals, cwd=top, check=True, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        self.made = {}
        for line in lines.replace("\\\n", " ").split("\n"):
            words = shlex.split(line) if " -o " in line else []
            if "-o" in words:
                self.made[words[words.index("-o") + 1]] = words

    def compiled(self, path):
        """Makes FOLDER/mutant.o of a source file; its bytes, or None."""
        words = self.made["%s/%s.o" % (self.folder, str(path)[:-2])]
        words = [w for w in words if w not in ("-MMD", "-MP") and not w.startswith("-W")] + ["-w"]
        words[words.index("-o") + 1] = self.folder + "/mutant.o"
        if subprocess.run(words, cwd=self.top, stderr=subprocess.DEVNULL).returncode:
            return None
        return (self.top / self.folder / "mutant.o").read_bytes()

    def linked(self, program, extra):
        """Links a program as "mutant" beside its own place; extra words come before the libraries."""
        words = list(self.made[program])
        out = words.index("-o") + 1
        to = "mutant/" + TOOL if program == TOOL else str(pathlib.Path(program).with_name("mutant"))
        (self.top / to).unlink(missing_ok=True)
        words[out:out + 2] = [to, words[out + 1]] + extra
        return subprocess.run(words, cwd=self.top, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    @functools.lru_cache(None)
    def members(self, program):
        """The source files of the rooms that a program has in it."""
        return {"%s/%s.c" % m for m in re.findall(r"lib(\w+)\.a\W+(\w+)\.o",
                                                 self.linked(program, ["-Wl,-t,-t"]).stdout)}


def copy(top):
    """A copy of the tree. Files that are the same keep their time, so that make leaves them."""
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], text=True, check=True,
                           stdout=subprocess.PIPE).stdout.split("\n")
    for name in names:
        was, new = pathlib.Path(name), top / name
        if name and was.is_file() and not (new.exists() and new.read_bytes() == was.read_bytes()):
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(was, new)
    (top / "mutant").mkdir(exist_ok=True)


def builds(top):
    """The usual one, and that with sanitizers."""
    os.environ.pop("MAKEFLAGS", None)
    tests = ["BUILD/tests/" + p.stem for p in sorted(top.glob("tests/test_*.c"))]
    plain = Build(top, "build", ["CFLAGS=-O2"], tests + [CAMPAIGN, CONVERT, TOOL, "stlink-sim", "with-board"])
    some = [t for t in tests if t.split("_")[1] in ROOMS and t.split("/")[-1] not in NOT_SANITIZED]
    return plain, Build(top, "build-sanitized", ["CFLAGS=" + SANITIZE, "SANITIZED=1"], some)


class Bench:
    """The judges of a room: its own tests, these with sanitizers, those of others, the rest; the cheap ones
    first. What each costs is measured when it is first asked, and kept for later calls."""

    def __init__(self, plain, sanitized, room):
        self.costs_file = plain.top.parent / "costs.json"
        self.costs = json.loads(self.costs_file.read_text()) if self.costs_file.exists() else {}
        self.content, self.judges = set(), []
        for build, mark, own in ((plain, "", True), (sanitized, "sanitized ", True), (plain, "", False)):
            tests = [g for g in build.goals if "/tests/test_" in g and ("/test_%s_" % room in g) == own]
            found = [Judge(mark + t.split("/")[-1], build, t, [build.folder + "/tests/mutant"]) for t in tests]
            self.judges += sorted(found, key=self.guess)
        self.judges.append(Judge("differential", plain, CONVERT.replace("BUILD", "build"),
                                 ["python3", "tests/fuzz/differential.py", "build/tests/fuzz/mutant", "50", "1"]))
        for s in sorted({s for _, some in CONCERNED for s in some} | set(STATIONS)):
            self.judges.append(Judge("campaign " + s, plain, CAMPAIGN.replace("BUILD", "build"),
                                     ["build/tests/faults/mutant", "--cases=2", "--seed=3", "--station=" + s]))
        for case in CASES[room]:
            self.judges.append(Judge(case + ".case", plain, TOOL,
                                     ["python3", "tests/cli/run.py", "tests/cli/%s.case" % case]))

    def guess(self, j):
        cpu, wall = self.costs.get(j.name, (1, 10))
        return cpu + wall / 10

    def without_mutant(self, j):
        """A judge must be content then; notes what it costs."""
        if j.build.linked(j.program, []).returncode:
            sys.exit("mutants: %s cannot be linked" % j.program)
        for _ in (1, 2):
            status, cpu, wall = run(j.command, j.build.top, 1000, 2000)
            if status == 0:
                self.content.add(j.name)
                self.costs[j.name] = cpu, wall
                self.costs_file.write_text(json.dumps(self.costs, indent=1))
                return
        sys.exit("mutants: %s is red without any mutant" % j.name)

    def says_no(self, j):
        """"killed" when a judge says no twice, "timeout" when it does not end, "" when it is content."""
        cpu, wall = self.costs[j.name]
        for _ in (1, 2):
            status, _, _ = run(j.command, j.build.top, 10 * cpu + 10, 20 * wall + 120)
            if status is None:
                return "timeout"
            if status == 0:
                return ""
        if j.name not in self.content:
            self.without_mutant(j)
        return "killed"


def concerned(j, path):
    """Does the judge have the file in its program, and is it asked about it?"""
    if j.name.startswith("campaign "):
        some = [some for pattern, some in CONCERNED if re.search(pattern, str(path))]
        if j.name.split()[1] not in (some[0] if some else STATIONS):
            return False
    return str(path) in j.build.members(j.program)


def ask_all(bench, m, quick):
    """What became of the mutant whose text is in the tree, and by whom."""
    code, linked = {}, None
    for j in bench.judges:
        if quick and ("test_%s_" % m.path.parts[0] not in j.name or bench.costs.get(j.name, (0, 0))[0] > QUICK_S):
            continue
        if not concerned(j, m.path):
            continue
        if j.name not in bench.costs:
            bench.without_mutant(j)
            linked = None
        if j.build not in code:
            code[j.build] = j.build.compiled(m.path)
        if linked != (j.build, j.program):
            linked = j.build, j.program
            if code[j.build] is None or j.build.linked(j.program, [j.build.folder + "/mutant.o"]).returncode:
                bench.without_mutant(j)
                return "stillborn", ""
        what = bench.says_no(j)
        if what:
            return what, j.name
    return ("open" if quick else "survivor"), ""


def judged(plain, bench, m, quick):
    source = plain.top / m.path
    whole = source.read_text()
    was = plain.compiled(m.path)
    lines = whole.split("\n")
    lines[m.n] = m.new
    source.write_text("\n".join(lines))
    try:
        code = plain.compiled(m.path)
        if code is None:
            return "stillborn", ""
        return ("equal", "") if code == was else ask_all(bench, m, quick)
    finally:
        source.write_text(whole)


def read_log(path):
    known = {}
    if path.exists():
        for line in path.read_text().split("\n"):
            what, who, name = (line.split("\t", 2) + ["", ""])[:3]
            if name:
                known[name] = (what, who)
    return known


def judge_room(ways, room, a, log, known):
    """The N mutants of a room, with what became of each; and how many there are."""
    mutants = mutants_of(ways[0].top, room, a.s)
    bench, rows, counted = None, [], 0
    for m in mutants:
        if a.n and counted >= a.n:
            break
        what, who = known.get(m.name, ("", ""))
        if not what or (what == "open" and not a.quick) or (what in ("open", "survivor") and a.again):
            bench = bench or Bench(*ways, room)
            was, (what, who) = what, judged(ways[0], bench, m, a.quick)
            what = "survivor" if (was, what) == ("survivor", "open") else what
            with log.open("a") as f:
                f.write("%s\t%s\t%s\n" % (what, who, m.name))
            print("%-9s %s:%d: %s -> %s  %s" % (what, m.path, m.n + 1, m.old.strip(), m.new.strip(), who), flush=True)
        rows.append((m, what))
        counted += what not in ("equal", "stillborn")
    return rows, len(mutants)


def report(rooms, seed):
    """The table and the survivors; whether the goal is met in each room."""
    print("| room | mutants | drawn | equal code | do not compile | judged | killed | timed out | open | survived | "
          "noticed |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    fine = True
    for room, (rows, known) in rooms.items():
        n = collections.Counter(what for _, what in rows)
        total = n["killed"] + n["timeout"] + n["survivor"] + n["open"]
        share = 100.0 * (n["killed"] + n["timeout"]) / total if total else 0.0
        fine = fine and share >= GOAL
        print("| %s/ | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.1f%% |" % (
            room, known, len(rows), n["equal"], n["stillborn"], total, n["killed"], n["timeout"], n["open"],
            n["survivor"], share))
    for rows, _ in rooms.values():
        for m, what in rows:
            if what in ("survivor", "open"):
                print(what.upper() + " %s:%d: %s -> %s" % (m.path, m.n + 1, m.old.strip(), m.new.strip()))
    print("mutants: seed %d, goal %.0f%%: %s" % (seed, GOAL, "met" if fine else "not met"))
    return fine


def main():
    a = argparse.ArgumentParser()
    a.add_argument("folder", type=pathlib.Path)
    a.add_argument("-n", type=int, default=0)
    a.add_argument("-s", type=int, default=1)
    a.add_argument("--again", action="store_true")
    a.add_argument("--quick", action="store_true")
    a.add_argument("rooms", nargs="*")
    a = a.parse_intermixed_args()
    adopt_orphans()
    a.folder.mkdir(parents=True, exist_ok=True)
    lock = open(a.folder / "lock", "w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    top = a.folder.resolve() / "tree"
    copy(top)
    ways = builds(top)
    log = a.folder / "judged.tsv"
    known = read_log(log)
    rooms = {}
    for room in a.rooms or ROOMS:
        rooms[room] = judge_room(ways, room, a, log, known)
    sys.exit(0 if report(rooms, a.s) else 1)


main()
