#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.py - runs the command lines of tests/cli/*.case against the real programs.
#
# A case file is made of groups; each group has a virtual board of its own, served by
# stlink-sim over a Unix socket, and a directory of its own. Lines:
#
#   @ vldiscovery --no-supply   a new group: board and further options of stlink-sim;
#                               "@ none" has no board, "@ usb NAME" a made-up sysfs from
#                               {data}/NAME (umockdev-run)
#                               "@ kernel BOARD..." boards of tests/t1/with_board, on a mock
#                               kernel with real device nodes
#   $ info -v                   a command line of stlink-download (shell quoting); {dev} is
#                               the board's device, {data} the directory of made files. The
#                               board is the default device unless the line has "-d none".
#   & KEY=VALUE                 change a condition of the board before the next line
#   < FILE                      standard input
#   i TEXT                      standard input is a terminal, on which TEXT is typed
#   o REDIRECTION               of the shell: ">&-" closes standard output, "2>&-" error
#   = 0                         expected exit status; every command line needs one
#   > text      >! text         standard output has it (in this order), does not have it
#   ! text      !! text         the same for standard error
#   >-          !-              is empty
#   ~ REGEX                     standard output matches
#   j           j EVENT k=v     every line of standard output is JSON; EVENT has k equal v
#   f FILE N    f FILE = OTHER    f- FILE      size; same bytes; is not there
#   b WORDS                     meanwhile the program runs with these words; it has printed a
#                               line before the command line begins
#   t                           standard error is a terminal; texts show \\r and escapes as ^M ^[
#   s SIGNAL SECONDS [TEXT]     send the signal so many seconds after the program catches it
#                               and, with TEXT, after it has printed that
#   # comment
#
# Prints one line for each failure and "cli: N passed, N failed, N skipped" at the end.
# A group that cannot run here is skipped aloud; with CI set that fails.

import concurrent.futures
import glob
import json
import os
import pty
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.abspath(os.environ.get("STLINK_DOWNLOAD", os.path.join(ROOT, "stlink-download")))
SIM = os.path.abspath(os.environ.get("STLINK_SIM", os.path.join(ROOT, "stlink-sim")))
WITH_BOARD = os.path.abspath(os.environ.get("WITH_BOARD", os.path.join(
    ROOT, os.environ.get("BUILD", "build"), "tests/t1/with_board")))
LOG = os.environ.get("STLINK_CLI_LOG")
# Limits for what hangs, not for what is slow.
CASE_TIMEOUT = 300
START_TIMEOUT = 60

sys.path.insert(0, HERE)
import data  # noqa: E402


class Skip(Exception):
    pass


class Case:
    def __init__(self, place, line):
        self.place, self.line = place, line
        self.checks, self.sets = [], []
        self.status = self.stdin = self.signal = self.background = self.redirect = None
        self.terminal = False
        self.typed = None


class Group:
    def __init__(self, name, spec):
        self.name, self.spec, self.cases = name, spec, []


def parse(path):
    groups, sets = [], []
    for number, raw in enumerate(open(path, encoding="utf-8"), 1):
        line = raw.rstrip("\n")
        place = f"{os.path.basename(path)}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        kind, _, rest = line.partition(" ")
        if kind == "@":
            groups.append(Group(place, shlex.split(rest)))
        elif kind == "&":
            sets.append(rest)
        elif kind == "$":
            groups[-1].cases.append(Case(place, rest))
            groups[-1].cases[-1].sets, sets = sets, []
        elif kind == "=":
            groups[-1].cases[-1].status = int(rest)
        elif kind == "<":
            groups[-1].cases[-1].stdin = rest
        elif kind == "i":
            groups[-1].cases[-1].typed = rest
        elif kind == "o":
            groups[-1].cases[-1].redirect = rest
        elif kind == "t":
            groups[-1].cases[-1].terminal = True
        elif kind == "b":
            groups[-1].cases[-1].background = shlex.split(rest)
        elif kind == "s":
            groups[-1].cases[-1].signal = rest.split(" ", 2)
        elif kind in (">", ">!", ">-", "!", "!!", "!-", "~", "j", "f", "f-"):
            groups[-1].cases[-1].checks.append((kind, rest))
        else:
            sys.exit(f"{place}: what is {line!r}?")
    for group in groups:
        for case in group.cases:
            if case.status is None:
                sys.exit(f"{case.place}: no expected status")
    return groups


class Board:
    """A running stlink-sim, its socket, and a way to change its conditions."""

    def __init__(self, spec, tmp):
        self.path = os.path.join(tmp, "s")
        self.dev = "usbip:unix:" + self.path
        self.log = open(os.path.join(tmp, "sim.log"), "wb")
        self.proc = subprocess.Popen(
            [SIM, "--board", spec[0]] + spec[1:] + [
                "--listen", "unix:" + self.path, "--control", "unix:" + self.path + ".control",
                "--report", self.path + ".json"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_TIMEOUT
        while not (os.path.exists(self.path) and os.path.exists(self.path + ".control")):
            if self.proc.poll() is not None or time.monotonic() > end:
                raise RuntimeError("stlink-sim did not start: " + " ".join(spec))
            time.sleep(0.01)

    def set(self, condition):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(START_TIMEOUT)
            end = time.monotonic() + START_TIMEOUT
            # The file is there a moment before anybody listens.
            while control.connect_ex(self.path + ".control") != 0:
                if time.monotonic() > end:
                    raise RuntimeError("stlink-sim does not listen for conditions")
                time.sleep(0.01)
            control.sendall(f"set {condition}\n".encode())
            answer = control.recv(200)
        if not answer.startswith(b"ok"):
            raise RuntimeError(f"stlink-sim does not take {condition}: {answer!r}")

    def close(self):
        """Ends the board and returns its report."""
        self.proc.send_signal(signal.SIGTERM)
        try:
            self.proc.wait(START_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()
        self.log.close()
        try:
            with open(self.path + ".json", encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError) as why:
            return {"broken": str(why)}


def watch(master, screen):
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:
            return      # the other end was closed
        if not piece:
            return
        screen.append(piece)


def catches(pid, number):
    """Has the process, or a child that it runs the program in, a handler for the signal?"""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            mask = int(re.search(r"^SigCgt:\s*(\w+)", f.read(), re.M).group(1), 16)
    except (OSError, AttributeError):
        return False
    return mask >> (number - 1) & 1 == 1


def signal_when_ready(proc, spec, paths):
    """Sends the signal of an s line. paths: files that take standard output and error."""
    number = getattr(signal, spec[0])
    text = spec[2].encode() if len(spec) > 2 else b""
    end = time.monotonic() + START_TIMEOUT
    while proc.poll() is None and time.monotonic() < end:
        if catches(proc.pid, number) and any(text in open(p, "rb").read() for p in paths):
            time.sleep(float(spec[1]))
            break
        time.sleep(0.01)
    proc.send_signal(number)


def start_signalled(case, args, env, tmp, stdin):
    paths = [os.path.join(tmp, "signalled." + name) for name in ("out", "err")]
    with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
        proc = subprocess.Popen(args, cwd=tmp, env=env, stdin=stdin, stdout=out, stderr=err)
    signal_when_ready(proc, case.signal, paths)
    try:
        proc.wait(CASE_TIMEOUT)
    except subprocess.TimeoutExpired:
        proc.kill()
        proc.wait()
        return None, b"", b""
    return (proc.returncode, *(open(p, "rb").read() for p in paths))


def start(case, args, env, tmp):
    stdin = subprocess.DEVNULL
    if case.stdin:
        stdin = open(case.stdin.replace("{data}", data.DIR), "rb")
    if case.typed is not None:
        keyboard, stdin = pty.openpty()
        os.write(keyboard, case.typed.encode() + b"\n")
    if case.signal:
        return start_signalled(case, args, env, tmp, stdin)
    screen = []
    stderr, master = subprocess.PIPE, None
    if case.terminal:
        master, stderr = pty.openpty()
        watcher = threading.Thread(target=watch, args=(master, screen))
    proc = subprocess.Popen(args, cwd=tmp, env=env, stdin=stdin, stdout=subprocess.PIPE,
                            stderr=stderr)
    if case.terminal:
        os.close(stderr)
        watcher.start()
    try:
        out, err = proc.communicate(timeout=CASE_TIMEOUT)
    except subprocess.TimeoutExpired:
        proc.kill()
        proc.communicate()
        return None, b"", b""
    if case.typed is not None:
        os.close(stdin)
        os.close(keyboard)
    if case.terminal:
        watcher.join()
        os.close(master)
        err = b"".join(screen).replace(b"\r\n", b"\n").replace(b"\r", b"^M").replace(b"\033", b"^[")
    return proc.returncode, out, err


def in_order(texts, whole):
    at = 0
    for text in texts:
        at = whole.find(text, at)
        if at < 0:
            return text
        at += len(text)
    return None


def check_json(rest, out):
    events = []
    for line in out.splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            return f"not JSON: {line!r}"
    if not rest:
        if not events or events[-1]["event"] not in ("done", "error"):
            return "does not end with done or error"
        return None
    name, _, wanted = rest.partition(" ")
    key, _, value = wanted.partition("=")
    for event in events:
        if event["event"] != name:
            continue
        if not key:
            return None
        if key in event and event[key] == json.loads(value):
            return None
    return f"no event {name} with {wanted}: {out}"


def check_file(kind, rest, tmp):
    name, *more = rest.replace("{data}", data.DIR).split()
    path = os.path.join(tmp, name)
    if kind == "f-":
        return f"{name} exists" if os.path.exists(path) else None
    if not os.path.exists(path):
        return f"{name} was not written"
    if more and more[0] == "=":
        same = open(path, "rb").read() == open(os.path.join(tmp, more[1]), "rb").read()
        return None if same else f"{name} and {more[1]} differ"
    if more and os.path.getsize(path) != int(more[0]):
        return f"{name} has {os.path.getsize(path)} bytes, not {more[0]}"
    return None


def judge(case, status, out, err, tmp):
    if status is None:
        return [f"still running after {CASE_TIMEOUT} s"]
    wrong = []
    if status < 0:
        wrong.append(f"killed by signal {-status}")
    elif status != case.status:
        wrong.append(f"exit status {status}, not {case.status}")
    for kind, text in ((">", out), ("!", err)):
        missing = in_order([r for k, r in case.checks if k == kind], text)
        if missing is not None:
            wrong.append(f"{'stdout' if kind == '>' else 'stderr'} lacks {missing!r}")
        wrong += [f"{k[0]} has {r!r}" for k, r in case.checks if k == kind + "!" and r in text]
        if any(k == kind + "-" for k, _ in case.checks) and text:
            wrong.append(f"{'stdout' if kind == '>' else 'stderr'} is not empty")
    for kind, rest in case.checks:
        problem = None
        if kind == "~" and not re.search(rest, out, re.M):
            problem = f"stdout does not match {rest!r}"
        elif kind == "j":
            problem = check_json(rest, out)
        elif kind in ("f", "f-"):
            problem = check_file(kind, rest, tmp)
        if problem:
            wrong.append(problem)
    # Every failure is told in two lines, on standard error, and is not a sanitizer's; st-flash has its own.
    if case.status != 0 and status == case.status and "stlink-download:" not in err \
            and "2>" not in (case.redirect or "") and not case.line.startswith("st-"):
        wrong.append("no error line")
    if "runtime error" in err or "Sanitizer" in err:
        wrong.append("a sanitizer spoke")
    return wrong


def judge_board(group, report):
    """What the board saw in the whole group: no illegal act, no trace left."""
    if "boards" not in report:
        return [f"FAILED {group.name}: no report of the board: {report}"]
    b = report["boards"][0]
    wrong = [f"{who} saw illegal acts: {b['illegal'][who + '_acts']}" for who in ("chip", "probe")
             if b["illegal"][who]]
    if not b["flash"]["locked"]:
        wrong.append("flash was left unlocked")
    if b["usb"]["mode"] == 2:
        wrong.append("the probe was left in debug mode")
    wrong += [f"{reg} was left at 0x{b['core'][reg]:x}" for reg in ("dbgmcu_cr", "demcr")
              if b["core"][reg]]
    if b["usb"]["wedged"]:
        wrong.append("the probe is wedged")
    return [f"FAILED {group.name}: board {group.spec}\n    " + "\n    ".join(wrong)] if wrong else []


def keep(words, status, out, err):
    """For coverage.py: what was asked and said, one JSON line a case."""
    if LOG:
        with open(LOG, "a", encoding="utf-8") as f:
            f.write(json.dumps([words, status, out[-20000:], err[-20000:]]) + "\n")


def run_case(case, prefix, board, tmp):
    env = dict(os.environ, LC_ALL="C.UTF-8")
    env.pop("STLINK_DEVICE", None)
    line = case.line.replace("{data}", data.DIR).replace("{tmp}", tmp)
    if board:
        line = line.replace("{dev}", board.dev)
        env["STLINK_DEVICE"] = board.dev
        for condition in case.sets:
            board.set(condition)
    words = shlex.split(line)
    while len(words) > 0 and "=" in words[0] and words[0].split("=")[0].isupper():
        key, _, value = words.pop(0).partition("=")
        env[key] = value
    other = None
    if case.background:
        other = subprocess.Popen(prefix + [TOOL] + case.background, cwd=tmp, env=env,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        other.stdout.readline()
    args = prefix + [TOOL] + words
    if case.redirect:
        args = ["sh", "-c", 'exec "$0" "$@" ' + case.redirect] + args
    status, out, err = start(case, args, env, tmp)
    if other:
        other.send_signal(signal.SIGINT)
        other.wait(START_TIMEOUT)
    out, err = (b.decode("utf-8", "replace") for b in (out, err))
    keep(words, status, out, err)
    case.checks = [(k, r.replace("{data}", data.DIR)) for k, r in case.checks]
    wrong = judge(case, status, out, err, tmp)
    if not wrong:
        return []
    shown = "".join(f"      {t}| {l}\n" for t, s in (("out", out), ("err", err))
                    for l in s.splitlines()[-12:])
    return [f"FAILED {case.place}: {case.line}\n    " + "\n    ".join(wrong) + "\n" + shown]


def run_group(group):
    """Returns passed, list of failures, list of skips."""
    tmp = tempfile.mkdtemp(prefix="cli.")
    board, prefix, passed, failures = None, [], 0, []
    try:
        if group.spec[0] == "usb":
            if not shutil.which("umockdev-run"):
                raise Skip("umockdev-run is not installed (package umockdev)")
            prefix = ["umockdev-run", "-d", os.path.join(data.DIR, group.spec[1]), "--"]
        elif group.spec[0] == "kernel":
            if not os.access(WITH_BOARD, os.X_OK):
                raise Skip(f"{WITH_BOARD} is not built (make with-board)")
            prefix = [WITH_BOARD] + group.spec[1:] + ["--"]
        elif group.spec[0] != "none":
            board = Board(group.spec, tmp)
        for case in group.cases:
            wrong = run_case(case, prefix, board, tmp)
            failures += wrong
            passed += not wrong
        if board:
            wrong = judge_board(group, board.close())
            board = None
            failures += wrong
            passed += not wrong
        return passed, failures, []
    except Skip as why:
        return 0, [], [f"SKIPPED {group.name}: {why} ({len(group.cases)} command lines)"]
    except (RuntimeError, OSError) as why:
        return passed, failures + [f"FAILED {group.name}: {why}"], []
    finally:
        if board:
            board.close()
        shutil.rmtree(tmp, ignore_errors=True)


def main():
    for program in (TOOL, SIM):
        if not os.access(program, os.X_OK):
            sys.exit(f"cli: {program} is not built")
    data.make()
    files = sys.argv[1:] or sorted(glob.glob(os.path.join(HERE, "*.case")))
    groups = [g for path in files for g in parse(path)]
    passed, failed, skipped = 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "2"))) as pool:
        for group, result in zip(groups, pool.map(run_group, groups)):
            passed += result[0]
            failed += len(result[1])
            skipped += len(group.cases) if result[2] else 0
            for text in result[1] + result[2]:
                print(text)
    data.remove()
    print(f"cli: {passed} passed, {failed} failed, {skipped} skipped")
    if failed or passed == 0 or (skipped and os.environ.get("CI")):
        sys.exit(1)


main()
