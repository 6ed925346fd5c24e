#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""One board for each cause of trouble: doctor, or a job, must name that cause and no other.

  doctor.py [NAME...]     the rows whose name contains one of NAME; all without

"sg" and "libusb" run on tests/t1/with_board, a mock kernel with real device nodes; "usbip" is
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
OTHER = struct.pack("<16I", 0x20000800, *[0x08000045] * 15) + b"\x00\xbf\xfe\xe7"
# The header of an ELF file for a RISC-V machine.
RISCV = (b"\x7fELF\x01\x01\x01" + bytes(9) +
         struct.pack("<HHIIIIIHHHHHH", 2, 243, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0) + bytes(32))

ROWS = []


def row(name, where, expect, status, words="doctor", text="", **more):
    """where: "sg:BOARD,KEY=VALUE..." and so on, parted by blanks; expect: codes, parted by blanks."""
    for place in where.split():
        carrier, _, board = place.partition(":")
        ROWS.append(dict(more, name=f"{name}, {board} over {carrier}", carrier=carrier,
                         board=board.split(",")[0], sets=board.split(",")[1:],
                         expect=set(expect.split()), status=status, words=words.split(), text=text))


V1, V2, V3 = "sg:vldiscovery", "libusb:bluepill", "usbip:nucleo-v3"


def on(sets, *places):
    return " ".join(p + ("," + sets if sets else "") for p in places)


LIBUSB2 = "libusb:bluepill"
USBIP2 = "usbip:bluepill"
ALL = (V1, LIBUSB2, USBIP2, V3)
RESETTABLE = (LIBUSB2, USBIP2, V3)

row("healthy", on("", *ALL, "usbip:f4discovery", "usbip:l-discovery", "usbip:nucleo-f401re"), "", 0,
    text="nothing stands in the way")
row("no probe", on("", V1, LIBUSB2), "E201", 5, "-d port:7-7 doctor", text="present: ST-LINK")
row("no permission", V1, "E202", 6, fault="/dev/sg0=13,/dev/bus/usb/001/005=13")
row("no permission", LIBUSB2, "E202", 6, fault="/dev/bus/usb/001/005=13")
row("held", V1, "E203", 7, fault="/dev/sg0=16,/dev/bus/usb/001/005=16")
row("held", LIBUSB2, "E203", 7, fault="/dev/bus/usb/001/005=16")
row("held, the job", LIBUSB2, "E203", 7, "info", fault="/dev/bus/usb/001/005=16")
row("stays in DFU", on("dfu=on,dfu-exit=never", V1, USBIP2), "E204", 9, "info",
    text="stays in its boot loader")
row("not ST's firmware", on("ids=zeros", V1, LIBUSB2, USBIP2), "E206", 9, text="not ST's")
row("asleep, no NRST command", on("target=asleep", V1), "E207", 10, text="--connect=catch")
row("asleep", on("target=asleep", *RESETTABLE), "E207", 0, text="remark       E207")
row("asleep in SLEEP mode", on("target=sleep", *RESETTABLE), "E207", 0)
row("asleep, a plain connect", on("target=asleep", *RESETTABLE), "E207", 10,
    "--connect=normal info", text="--connect=under-reset")
row("unpowered", on("power=off", *RESETTABLE), "E208", 10, text="power the board")
row("unpowered, the job", on("power=off", *RESETTABLE), "E208", 10, "program=fw.bin")
row("no voltage sense", on("sense=open", *RESETTABLE), "E209", 0, text="E209")
row("no voltage reference", on("vref=0", *RESETTABLE), "E209", 0)
row("wires", on("target=absent", *ALL), "E210", 10, text="SWDIO, SWCLK and GND")
row("wires, the job", on("target=absent", *ALL), "E210", 10, "info",
    text="on the circuit board, not on the housing")
row("long wires", on("swd-max=20", LIBUSB2, USBIP2), "E211", 0)
row("long wires, a fixed clock", on("swd-max=1000", LIBUSB2, USBIP2), "E211", 10, "--speed=4000 info",
    text="leave out --speed")
row("NRST open, asleep", on("nrst=open,target=asleep", LIBUSB2, USBIP2), "E212", 10, "info",
    text="RST pin")
row("NRST open, under reset", on("nrst=open", *RESETTABLE), "E212", 0, "--connect=under-reset doctor")
row("SWD remapped", on("target=swd-off", *RESETTABLE), "E213", 0, text="PA13 and PA14")
row("lockup", on("", V1, LIBUSB2, USBIP2), "E214", 0, blank=True, text="flash is blank")
row("reset loop", on("target=resets", *ALL), "E215", 0, text="watchdog")
row("protected", on("protect=on", *ALL, "usbip:f4discovery", "usbip:l-discovery"), "E216", 10,
    text="unlock")
row("protected, the job", on("protect=on", *ALL), "E216", 10, "program=fw.bin")
row("write-protected", on("wrp=0", *ALL, "usbip:f4discovery"), "E218", 11, "program=other.bin",
    text="write-protected")
row("copy of the chip", "libusb:bluepill-clone usbip:bluepill-clone", "E219", 0, text="CS32")
row("flash size 0", on("flash-size=0", *ALL), "E220", 0, text="0x0000")
row("flash size FFFF", on("flash-size=65535", *ALL), "E220", 0, text="0xffff")
row("unknown chip", on("idcode=0x10006999", *ALL), "E221", 10, text="10006999")
row("unknown chip, the job", on("idcode=0x10006999", *ALL), "E221", 10, "program=fw.bin")
row("not blank", on("", *ALL), "E222", 11, "flash:w:other.bin", text="program=")
# An AT32F403A: a copy with a flash controller of its own; where its size register is the F407 has none.
row("no driver", "usbip:f4discovery,idcode=0x70050240", "E219 E220 E223", 10, text="at32f4")
row("no driver, the job", "usbip:f4discovery,idcode=0x70050240", "E219 E220 E223", 10, "program=fw.bin")
row("image for another address", on("", *ALL), "E224", 3, "program=fw.bin@0x08800000")
row("image for another core", USBIP2, "E225", 3, "program=riscv.elf")
row("held in reset", on("reset=down", *ALL), "E226", 10, text="reset button")
row("silent probe", on("hang=on", V1, LIBUSB2, USBIP2), "E227", 8)
row("no NRST command", V1, "E228", 9, "--connect=under-reset info")
row("two probes", "libusb:bluepill", "E229", 5, second="vldiscovery")


class Skip(Exception):
    pass


def codes(text):
    """What is named; a command that leads to an explanation names nothing new."""
    return set(re.findall(r"\bE2\d\d\b", text))


def on_kernel(r, tmp):
    if not os.access(WITH_BOARD, os.X_OK):
        raise Skip(f"{WITH_BOARD} is not built (make with-board)")
    spec = ",".join([r["board"], "flash=" + os.path.join(tmp, "flash.bin")] + r["sets"])
    args = [WITH_BOARD, spec] + ([r["second"]] if "second" in r else [])
    args += ["--fault", r["fault"]] if "fault" in r else []
    return subprocess.run(args + ["--", TOOL] + r["words"], cwd=tmp, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIMEOUT, env=env()), None


def env():
    e = dict(os.environ, LC_ALL="C.UTF-8")
    e.pop("STLINK_DEVICE", None)
    return e


def on_usbip(r, tmp):
    sock, report = os.path.join(tmp, "s"), os.path.join(tmp, "report")
    args = [SIM, "--board", r["board"], "--flash", "flash.bin"]
    for s in r["sets"]:
        args += s.startswith("firmware=") and ["--firmware", s[9:]] or ["--set", s]
    sim = subprocess.Popen(args + ["--listen", "unix:" + sock, "--control", "unix:" + sock + "c",
                                   "--report", report, "--realtime"], cwd=tmp, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + TIMEOUT
        while not os.path.exists(sock + "c"):      # the last of what it opens
            if sim.poll() is not None or time.monotonic() > end:
                raise RuntimeError("stlink-sim did not start")
            time.sleep(0.01)
        done = subprocess.run([TOOL, "-d", "usbip:unix:" + sock] + r["words"], cwd=tmp,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT, env=env())
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
    wrong = []
    if done.returncode != r["status"]:
        wrong.append(f"exit status {done.returncode}, not {r['status']}")
    # "help E210 shows the pins" names what is named already.
    if codes(said) != r["expect"]:
        wrong.append(f"names {sorted(codes(said))}, not {sorted(r['expect'])}")
    if r["text"] and r["text"] not in said:
        wrong.append(f"does not say {r['text']!r}")
    if done.returncode and "  try: " not in done.stderr:
        wrong.append("offers no cure")
    if "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        wrong.append("a sanitizer spoke")
    if before != after:
        wrong.append("flash is not what it was")
    return wrong + (left_behind(board) if board and "reset=down" not in r["sets"] else [])


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def make_files(r, tmp):
    for name, content in (("fw.bin", FIRMWARE), ("other.bin", OTHER), ("riscv.elf", RISCV)):
        with open(os.path.join(tmp, name), "wb") as f:
            f.write(content)
    blank = b"\x00" if r["board"] == "l-discovery" else b"\xff"
    size = {"f4discovery": 1024, "nucleo-f401re": 512}.get(
        r["board"], 64 if r["board"] == "bluepill" else 128) * 1024
    with open(os.path.join(tmp, "flash.bin"), "wb") as f:
        f.write(blank * size if r.get("blank") else FIRMWARE + blank * (size - len(FIRMWARE)))


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
    wanted = [r for r in ROWS if not sys.argv[1:] or any(n in r["name"] for n in sys.argv[1:])]
    passed = failed = skipped = 0
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
