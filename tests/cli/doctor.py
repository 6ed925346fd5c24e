#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One board for each cause of trouble: doctor, or a job, must name that cause and no other.

  doctor.py [NAME...]     the rows whose name contains one of NAME; all without

tests/causes.table has them all. "sg" and "libusb" run on tests/t1/with_board, a mock kernel with real device nodes; "usbip" is
stlink-sim, judged by its own report afterwards: no illegal act, every debug bit as it was, NRST
free, flash untouched unless the job was to write. Prints a line for each failure and "doctor: N
passed, N failed, N skipped"; with CI set what is skipped fails.
"""
import concurrent.futures
import hashlib
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.abspath(os.environ.get("STLINK_DOWNLOAD", os.path.join(ROOT, "stlink-download")))
SIM = os.path.abspath(os.environ.get("STLINK_SIM", os.path.join(ROOT, "stlink-sim")))
WITH_BOARD = os.path.abspath(os.environ.get("WITH_BOARD", os.path.join(
    ROOT, os.environ.get("BUILD", "build"), "tests/t1/with_board")))
TIMEOUT = 90

# Vectors, and a program that runs for ever: a chip with nothing to complain of.
FIRMWARE = struct.pack("<16I", 0x20001000, *[0x08000041] * 15) + b"\xfe\xe7\xfe\xe7"
OTHER = struct.pack("<16I", 0x20000800, *[0x08000041] * 15) + b"\xfe\xe7\x00\xbf"
# Linked for 0x08004000.
ASTRAY = struct.pack("<16I", 0x20001000, *[0x08004041] * 15) + b"\xfe\xe7\xfe\xe7"
# FIRMWARE as an ELF file of gcc's for a Cortex-M4 with its floating-point unit.
ATTRIBUTES = (b"A\x1d\0\0\0aeabi\0\x01\x13\0\0\0" b"\x057E-M\0\x06\x0d\x07M\x09\x02\x0a\x06")
M4 = (b"\x7fELF\x01\x01\x01" + bytes(9) +
      struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0x08000041, 52, 84 + 68 + 30, 0x05000400, 52, 32, 1, 40, 2, 0) +
      struct.pack("<IIIIIIII", 1, 84, 0x08000000, 0x08000000, 68, 68, 5, 4) + FIRMWARE + ATTRIBUTES +
      bytes(40) + struct.pack("<IIIIIIIIII", 0, 0x70000003, 0, 0, 84 + 68, len(ATTRIBUTES), 0, 0, 1, 0))
# The header of an ELF file for a RISC-V machine.
RISCV = (b"\x7fELF\x01\x01\x01" + bytes(9) +
         struct.pack("<HHIIIIIHHHHHH", 2, 243, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0) + bytes(32))

TABLE = os.path.join(os.path.dirname(HERE), "causes.table")
CARRIERS = ("sg", "libusb", "usbip")


def read_table():
    """Its rows, one for each board; and what it says cannot be shown, as {(code, carrier)}."""
    rows, cannot = [], set()
    with open(TABLE, encoding="utf-8") as f:
        for line in f:
            cells = [c.strip() for c in line.split("|")]
            if line.startswith("!"):
                cannot.add((cells[0][1:].strip(), cells[1]))
            elif line.strip() and not line.startswith("#"):
                name, places, state, codes, status, words, says = cells
                for place in places.split():
                    carrier, board = place.split(":")
                    rows.append({"name": f"{name}, {board} over {carrier}", "carrier": carrier,
                                 "board": board, "state": state.split(), "expect": set(codes.split()),
                                 "status": int(status), "words": words.split(), "says": says})
    return rows, cannot


def uncovered(rows, cannot):
    """Causes that no row shows on a carrier, and nobody says why."""
    listed = subprocess.run([TOOL, "help", "causes"], capture_output=True, text=True, check=True).stdout
    shown = {(c, r["carrier"]) for r in rows for c in r["expect"]}
    wanted = {(c, k) for c in re.findall(r"^E\d+", listed, re.M) for k in CARRIERS}
    return ([f"nothing shows {c} over {k}" for c, k in sorted(wanted - shown - cannot)] +
            [f"{c} over {k} is shown, and called impossible" for c, k in sorted(shown & cannot)])


def keep(words, done):
    """For coverage.py, as run.py does: what was asked and said, one JSON line a case."""
    log = os.environ.get("STLINK_CLI_LOG")
    if log:
        with open(log, "a", encoding="utf-8") as f:
            f.write(json.dumps([words, done.returncode, done.stdout, done.stderr]) + "\n")


class Skip(Exception):
    pass


def codes(text):
    """What is named; a command that leads to an explanation names nothing new."""
    return set(re.findall(r"\bE2\d\d\b", text))


def of_state(r, key):
    """The value of KEY=VALUE in the row's state; "" when there is none."""
    return next((s.split("=", 1)[1] for s in r["state"] if s.startswith(key + "=")), "")


def conditions(r):
    """The part of the state that is a board's."""
    return [s for s in r["state"] if "=" in s and s.split("=")[0] not in ("firmware", "second", "busid")]


# EACCES, EBUSY: how opening the probe's nodes fails.
REFUSALS = {"forbidden": 13, "held": 16}


def on_kernel(r, tmp):
    if not os.access(WITH_BOARD, os.X_OK):
        raise Skip(f"{WITH_BOARD} is not built (make with-board)")
    firmware = of_state(r, "firmware")
    spec = [r["board"], "flash=" + os.path.join(tmp, "flash.bin")] + conditions(r)
    args = [WITH_BOARD, ",".join(spec + ["firmware=" + firmware] * bool(firmware))]
    args += [of_state(r, "second")] * bool(of_state(r, "second"))
    nodes = ["/dev/bus/usb/001/005"] + ["/dev/sg0"] * (r["carrier"] == "sg")
    for how, errno in REFUSALS.items():
        if how in r["state"]:
            args += ["--fault", ",".join(f"{n}={errno}" for n in nodes)]
    return subprocess.run(args + ["--", TOOL] + r["words"], cwd=tmp, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIMEOUT, env=env()), None


def env():
    e = dict(os.environ, LC_ALL="C.UTF-8")
    e.pop("STLINK_DEVICE", None)
    return e


def sim_args(r):
    second, firmware = of_state(r, "second"), of_state(r, "firmware")
    args = [SIM, "--board", r["board"], "--flash", "flash.bin"]
    args += ["--firmware", firmware] * bool(firmware)
    for s in conditions(r):
        args += ["--set", s]
    return args + ["--board", second] * bool(second) + ["--realtime"]


def until(what, holds):
    end = time.monotonic() + TIMEOUT
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(what)
        time.sleep(0.01)


class Holder:
    """Another client of the server, from when it has the probe."""

    def __init__(self, device, tmp, wanted):
        self.process = None
        if not wanted:
            return
        self.process = subprocess.Popen([TOOL, "-v", "-d", device, "info", "sleep=60"], cwd=tmp,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        stdin=subprocess.DEVNULL, text=True, env=env())
        if not self.process.stdout.readline():
            raise RuntimeError("nobody holds the probe")

    def end(self):
        if self.process:
            self.process.terminate()
            self.process.communicate()


def on_usbip(r, tmp):
    sock, report = os.path.join(tmp, "s"), os.path.join(tmp, "report")
    device = "usbip:unix:" + sock + "," * bool(of_state(r, "busid")) + of_state(r, "busid")
    sim = subprocess.Popen(sim_args(r) + ["--listen", "unix:" + sock, "--control", "unix:" + sock + "c",
                                          "--report", report],
                           cwd=tmp, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        # The control socket is the last of what it opens.
        until("stlink-sim did not start", lambda: os.path.exists(sock + "c") or sim.poll() is not None)
        holder = Holder(device, tmp, "held" in r["state"])
        done = subprocess.run([TOOL, "-d", device] + r["words"], cwd=tmp, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT, env=env())
        holder.end()
    finally:
        sim.send_signal(signal.SIGTERM)
        sim.wait(TIMEOUT)
    with open(report, encoding="utf-8") as f:
        return done, json.load(f)["boards"][0]


def left_behind(b):
    """What a session must not leave, whatever happened in it."""
    wrong = [f"{who} saw illegal acts: {b['illegal'][who + '_acts']}" for who in ("chip", "probe")
             if b["illegal"][who]]
    wrong += [f"{reg} was left at {b['core'][reg]:#x}" for reg in ("dbgmcu_cr", "demcr")
              if b["core"][reg]]
    if b["core"]["halted"]:
        wrong.append("the core was left halted")
    if b["usb"]["mode"] == 2:
        wrong.append("the probe was left in debug mode")
    if not b["flash"]["locked"]:
        wrong.append("flash was left unlocked")
    return wrong


def judge(r, done, board, before, after):
    said = done.stdout + done.stderr
    keep(r["words"], done)
    wrong = []
    if done.returncode != r["status"]:
        wrong.append(f"exit status {done.returncode}, not {r['status']}")
    if codes(said) != r["expect"]:
        wrong.append(f"names {sorted(codes(said))}, not {sorted(r['expect'])}")
    told = set(re.findall(r"^(?:remark|verdict) +(E2\d\d) ", done.stdout, re.M))
    if "doctor" in r["words"] and told != r["expect"]:
        wrong.append(f"doctor tells {sorted(told)}, not {sorted(r['expect'])}")
    # Lines are wrapped, with blanks before them.
    if re.sub(r"\s+", " ", r["says"]) not in re.sub(r"\s+", " ", said):
        wrong.append(f"does not say {r['says']!r}")
    if done.returncode and "  try: " not in done.stderr:
        wrong.append("offers no cure")
    if "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        wrong.append("a sanitizer spoke")
    if before != after:
        wrong.append("flash is not what it was")
    return wrong + (left_behind(board) if board and "reset=down" not in r["state"] else [])


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def make_files(r, tmp):
    for name, content in (("fw.bin", FIRMWARE), ("other.bin", OTHER), ("riscv.elf", RISCV), ("m4.elf", M4),
                          ("astray.bin", ASTRAY)):
        with open(os.path.join(tmp, name), "wb") as f:
            f.write(content)
    blank = b"\x00" if r["board"] == "l-discovery" else b"\xff"
    size = {"f4discovery": 1024, "nucleo-f401re": 512}.get(
        r["board"], 64 if r["board"] == "bluepill" else 128) * 1024
    with open(os.path.join(tmp, "flash.bin"), "wb") as f:
        f.write(blank * size if "blank" in r["state"] else FIRMWARE + blank * (size - len(FIRMWARE)))


def run(r):
    """Returns a list of what is wrong, or raises Skip."""
    with tempfile.TemporaryDirectory(prefix="doctor.") as tmp:
        make_files(r, tmp)
        flash = os.path.join(tmp, "flash.bin")
        before = digest(flash)
        try:
            done, board = (on_usbip if r["carrier"] == "usbip" else on_kernel)(r, tmp)
        except subprocess.TimeoutExpired:
            return [f"still running after {TIMEOUT} s"], ""
        except (RuntimeError, OSError) as why:
            return [str(why)], ""
        shown = "".join(f"      | {line}\n" for line in (done.stdout + done.stderr).splitlines()[-14:])
        return judge(r, done, board, before, digest(flash)), shown


def attempt(r):
    try:
        return (*run(r), None)
    except Skip as why:
        return [], "", str(why)


def main():
    rows, cannot = read_table()
    wanted = [r for r in rows if not sys.argv[1:] or any(n in r["name"] for n in sys.argv[1:])]
    passed = skipped = 0
    holes = uncovered(rows, cannot)
    failed = len(holes)
    for hole in holes:
        print(f"FAILED {hole} (tests/causes.table)")
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "4"))) as pool:
        for r, (wrong, shown, skip) in zip(wanted, pool.map(attempt, wanted)):
            if skip:
                print(f"SKIPPED {r['name']}: {skip}")
                skipped += 1
            elif wrong:
                print(f"FAILED {r['name']}: {' '.join(r['words'])}\n    " + "\n    ".join(wrong))
                print(shown)
                failed += 1
            else:
                passed += 1
    print(f"doctor: {passed} passed, {failed} failed, {skipped} skipped")
    if failed or passed == 0 or (skipped and os.environ.get("CI")):
        sys.exit(1)


main()
