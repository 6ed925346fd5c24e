#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A recording answers as the probe did: the same command at stlink-sim --replay ends the same way and
says the same, for sessions that went well (--record) and for failures (--bundle).

Also: a bundle tells what failed, and holds nothing of flash and SRAM; keeping a record costs no
transfer; Wireshark shows its commands; other words than were recorded fail, at both ends; files that
are none are refused.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL, SIM = ROOT / "stlink-download", ROOT / "stlink-sim"
PIECE = hashlib.sha512(b"This stands in the image and must not leave.").digest()[:44]
SECRET = PIECE * 93

# Board, its options, words, exit status.
RECORDS = [
    ("vldiscovery", [], ["info"], 0),
    ("bluepill", [], ["program=fw.bin", "verify=fw.bin", "reset"], 0),
    ("l-discovery", [], ["program=fw.bin"], 0),
    ("nucleo-f401re", [], ["info", "regs"], 0),
    ("nucleo-v3", [], ["info", "erase=0x08000000:2k"], 0),
]
BUNDLES = [
    ("bluepill", ["--set", "target=absent"], ["info"], 10),
    ("vldiscovery", ["--set", "target=absent"], ["info"], 10),
    ("l-discovery", ["--set", "power=off"], ["info"], 10),
    ("nucleo-v3", ["--set", "target=absent"], ["info"], 10),
    ("bluepill", ["--set", "dfu=on", "--set", "target=absent"], ["info"], 10),
    ("bluepill", ["--set", "wrp=0"], ["program=fw.bin"], 11),
    ("bluepill", ["--load", "fw.bin"], ["flash:w:other.bin"], 11),
    ("l-discovery", ["--load", "fw.bin"], ["flash:w:other.bin"], 11),
    ("bluepill", ["--load", "fw.bin"], ["--force", "debug", "read=sram.bin@0x20000000:256", "read0x08000010",
                                         "verify=other.bin"],
     12),
    ("f4discovery", ["--load", "fw.bin"], ["verify=other.bin"], 12),
]


class Sim:
    def __init__(self, where, *words):
        self.socket = where / "s"
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen([SIM, *words, "--listen", f"unix:{self.socket}"], cwd=where,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith("listening on"):
                return
        raise SystemExit(f"replay: stlink-sim does not serve: {words}: {said}{self.end()}")

    def end(self):
        self.process.terminate()
        said = self.process.communicate()[0]
        self.status = self.process.returncode
        self.socket.unlink(missing_ok=True)
        return said


def tool(where, sim, *words):
    done = subprocess.run([TOOL, "-d", f"usbip:unix:{sim.socket}", "--seed=4711", *words], cwd=where, capture_output=True,
                          timeout=120, stdin=subprocess.DEVNULL)
    said = done.stdout + done.stderr
    # Times differ, and so does the board's name where it is not recorded.
    said = re.sub(rb"\d+([.,]\d+)* (s|min|KiB/s)\b", b"TIME", said)
    return done.returncode, re.sub(rb"bundle written:.*\n|.*TIME left.*\n|.*\d+ ?%.*\n", b"", said)


def check(where, job, option):
    board, options, words, status = job
    file = where / "r.pcapng"
    file.unlink(missing_ok=True)
    sim = Sim(where, "--board", board, *options)
    first = tool(where, sim, f"--{option}={file}", *words)
    sim.end()
    if first[0] != status:
        return [f"exit status {first[0]}, not {status}: {first[1].decode(errors='replace')}"]
    wrong = []
    data = file.read_bytes()
    if option == "bundle":
        wrong += [f"the bundle lacks {text!r}" for text in (b"failure: ", b"found: ", b"try: ", b"system: Linux", b"diagnosis: ",
                                                              b"measured: probe: ")
                  if text not in data]
        wrong += [f"the bundle has memory content: {form}" for i in range(0, 44, 4)
                  for form in (SECRET[i:i + 4], b"%08x" % int.from_bytes(SECRET[i:i + 4], "little")) if form in data]
    elif any(w.startswith("program") for w in words) and SECRET[:12] not in data:
        wrong.append("the recording lacks what was written")
    sim = Sim(where, "--replay", file)
    again = tool(where, sim, *words)
    said = sim.end()
    if option == "bundle" and "--load" in options:      # what was left out decides there
        return wrong + ([] if again[0] else ["replayed: exit status 0"])
    if again != first:
        wrong.append(f"recorded {first[0]}: {first[1].decode(errors='replace')}\n      replayed {again[0]}: "
                     f"{again[1].decode(errors='replace')}\n      {said}")
    return wrong


def transfers(where, *options):
    """How many transfers a job needs."""
    (where / "x.pcapng").unlink(missing_ok=True)
    sim = Sim(where, "--board", "bluepill", "--virtual", "--report", "r.json")
    done = tool(where, sim, *options, "info", "verify=blank.bin")
    sim.end()
    return done[0], json.loads((where / "r.json").read_text())["boards"][0]["usb"]["bulk_urbs"]


def costs_nothing(where):
    (where / "blank.bin").write_bytes(b"\xff" * 4096)
    counts = [transfers(where, *o) for o in ([], ["--record=x.pcapng"], ["--bundle=x.pcapng"])]
    return [] if counts[0][0] == 0 and len(set(counts)) == 1 else [f"without, --record, --bundle: {counts}"]


def diverges(where):
    """A recording of info is asked for what it has not."""
    file = where / "d.pcapng"
    sim = Sim(where, "--board", "bluepill")
    tool(where, sim, f"--record={file}", "info")
    sim.end()
    wrong = []
    for words, name in ((["erase"], "erase"), (["read0x20000040"], "read"), (["reg0"], "reg0")):
        sim = Sim(where, "--replay", file)
        done = tool(where, sim, *words)
        said = sim.end()
        if done[0] == 0 or sim.status != 12 or "was not asked when this was recorded" not in said:
            wrong.append(f"{name}: {done[0]}, {sim.status}: {said}")
    sim = Sim(where, "--replay", file)
    done = tool(where, sim, "info")
    sim.end()
    return wrong + ([] if (done[0], sim.status) == (0, 0) else [f"info itself: {done}, {sim.status}"])


def decoded(where):
    """tshark's view of a recording: bulk transfers, commands with their bytes."""
    if not shutil.which("tshark"):
        return ["no tshark"] if os.environ.get("CI") else []
    fields = ["usb.transfer_type", "usb.endpoint_address", "usb.urb_type", "usb.capdata", "frame.protocols"]
    out = subprocess.run(["tshark", "-r", where / "d.pcapng", "-T", "fields", "-E", "separator=,", "-E", "occurrence=f",
                          *(w for f in fields for w in ("-e", f))], check=True, capture_output=True, text=True).stdout
    rows = [dict(zip(fields, line.split(","))) for line in out.splitlines()]
    wrong = [f"no bulk transfer: {r}" for r in rows if r["usb.transfer_type"] != "0x03"][:1]
    sent = [r["usb.capdata"].replace(":", "") for r in rows if r["usb.endpoint_address"] == "0x02"
            and r["usb.urb_type"] == "'S'"]
    for command in ("f1", "f2"):
        if not any(s.startswith(command) and len(s) == 32 for s in sent):
            wrong.append(f"no command {command}: {sent[:4]}")
    return wrong


def refused(where, name, data):
    (where / name).write_bytes(data)
    done = subprocess.run([SIM, "--replay", name, "--listen", "unix:x"], cwd=where, capture_output=True,
                          text=True, timeout=60)
    return [] if done.returncode == 3 and name in done.stderr else [f"{name}: {done.returncode} {done.stderr}"]


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        where = pathlib.Path(tmp)
        (where / "fw.bin").write_bytes(SECRET)
        (where / "other.bin").write_bytes(SECRET[:700] + b"!" + SECRET[701:])
        results = [(f"--record {j[0]} {' '.join(j[2])}", check(where, j, "record")) for j in RECORDS]
        results += [(f"--bundle {' '.join([j[0]] + j[1] + j[2])}", check(where, j, "bundle")) for j in BUNDLES]
        results += [("a record costs no transfer", costs_nothing(where)), ("another command", diverges(where)),
                    ("tshark", decoded(where))]
        good = (where / "r.pcapng").read_bytes()
        results += [(n, refused(where, n, d)) for n, d in (
            ("empty.pcapng", b""), ("text.pcapng", b"hello, world, this is text"),
            ("head.pcapng", good[:28]), ("lying.pcapng", good[:4] + b"\xff\xff\xff\xff" + good[8:]))]
        unasked = subprocess.run([TOOL, f"--bundle={where}/none", "help", "info"], capture_output=True)
        results.append(("no bundle without a failure",
                        [] if unasked.returncode == 0 and not (where / "none").exists() else ["there is one"]))
    for name, wrong in results:
        passed += not wrong
        failed += bool(wrong)
        if wrong:
            print(f"FAILED {name}\n    " + "\n    ".join(wrong))
    print(f"replay: {passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
