#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What Wireshark makes of the trace of stlink-sim: the V1's transfers as USB mass storage with SCSI
commands, the V2's as bulk transfers with their bytes, at the board's own time.

The tool talks to both boards over one Unix socket; tshark reads the file. Without tshark the check is
skipped, which is a failure when CI is set. Known of Wireshark 4.0: it calls a reply of less than
four bytes malformed, because it looks there for the signature of a status.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL, SIM = ROOT / "stlink-download", ROOT / "stlink-sim"
V1, V2 = "0x3744", "0x3748"         # USB product ids
BULK = "0x03"
FIELDS = ["frame.number", "frame.protocols", "usb.device_address", "usb.idProduct",
          "usb.transfer_type", "usb.endpoint_address", "usb.data_len", "usb.urb_type",
          "usb.capdata", "_ws.col.Info", "_ws.malformed", "frame.time_relative"]


def wait_for(path, process):
    for _ in range(100):
        if path.exists():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit(f"trace: stlink-sim does not serve {path}")


def make(directory):
    """A trace of info on a V1 and a V2; the virtual microseconds that the boards say they took."""
    socket, trace, report = directory / "b", directory / "t.pcapng", directory / "r.json"
    sim = subprocess.Popen([SIM, "--board", "vldiscovery", "--board", "bluepill", "--virtual",
                            "--listen", f"unix:{socket}", "--trace", trace, "--report", report,
                            "--quiet"], stdout=subprocess.DEVNULL)
    try:
        wait_for(socket, sim)
        for bus in ("1-1", "1-2"):
            subprocess.run([TOOL, "-d", f"usbip:unix:{socket},{bus}", "info"], check=True,
                           stdout=subprocess.DEVNULL)
    finally:
        sim.terminate()
        sim.wait()
    return trace, [b["time_us"] for b in json.loads(report.read_text())["boards"]]


def decode(trace):
    words = [w for f in FIELDS for w in ("-e", f)]
    out = subprocess.run(["tshark", "-r", trace, "-T", "fields", "-E", "separator=\t", "-E",
                          "occurrence=f", *words], check=True, capture_output=True, text=True)
    return [dict(zip(FIELDS, line.split("\t"))) for line in out.stdout.splitlines()]


def by_board(packets):
    """Product id -> its packets; devices are told apart by interface and address."""
    product = {p["usb.device_address"]: p["usb.idProduct"] for p in packets if p["usb.idProduct"]}
    boards = {}
    for p in packets:
        boards.setdefault(product.get(p["usb.device_address"]), []).append(p)
    return boards


class Findings:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, what, right):
        self.passed += bool(right)
        self.failed += not right
        if not right:
            print(f"trace: FAILED: {what}")


def judge_v1(f, packets):
    bulk = [p for p in packets if p["usb.transfer_type"] == BULK]
    commands = [p for p in bulk if p["_ws.col.Info"].startswith("SCSI Command")]
    ends = [p for p in bulk if p["_ws.col.Info"].startswith("SCSI: Response")]
    with_data = [p for p in bulk if int(p["usb.data_len"] or 0) > 0]
    f.check("V1: at least five SCSI commands are decoded", len(commands) >= 5)
    f.check("V1: the ST-LINK's own opcodes F1, F2, F5 among them",
            {"0xf1", "0xf2", "0xf5"} <= {word for p in commands for word in
                                         p["_ws.col.Info"].split()})
    f.check("V1: each command has its status", len(commands) == len(ends))
    f.check("V1: each status is Good", all("(Good)" in p["_ws.col.Info"] for p in ends))
    f.check("V1: every transfer with data is mass storage",
            all("usbms" in p["frame.protocols"] for p in with_data))
    f.check("V1: nothing is malformed but replies of less than four bytes",
            all(int(p["usb.data_len"]) < 4 for p in packets if p["_ws.malformed"]))


def judge_v2(f, packets):
    bulk = [p for p in packets if p["usb.transfer_type"] == BULK]
    with_data = [p for p in bulk if int(p["usb.data_len"] or 0) > 0]
    sent = [p for p in with_data if p["usb.urb_type"] == "'S'"]
    f.check("V2: at least ten bulk transfers with data", len(with_data) >= 10)
    f.check("V2: none is taken for mass storage",
            not any("usbms" in p["frame.protocols"] for p in bulk))
    f.check("V2: their bytes are there", all(len(p["usb.capdata"]) == 2 * int(p["usb.data_len"])
                                             for p in with_data))
    f.check("V2: commands are 16 bytes to endpoint 2",
            sent and all(p["usb.data_len"] == "16" and p["usb.endpoint_address"] == "0x02"
                         for p in sent if p["usb.endpoint_address"] != "0x81"))
    f.check("V2: nothing is malformed", not any(p["_ws.malformed"] for p in packets))


def judge_all(f, packets, boards, took):
    f.check("both boards are there", set(boards) == {V1, V2})
    kinds = [p["usb.urb_type"] for p in packets]
    f.check("every submission has its completion", kinds.count("'S'") == kinds.count("'C'") > 0)
    span = max(float(p["frame.time_relative"]) for p in packets) * 1e6
    f.check(f"the trace ends within the boards' time ({span:.0f} of {took} us)",
            0 < span <= max(took) + 1)      # the report's are whole microseconds


def main():
    if not shutil.which("tshark"):
        print("trace: SKIPPED: tshark is not installed")
        return 1 if os.environ.get("CI") else 0
    f = Findings()
    with tempfile.TemporaryDirectory(prefix="trace-") as d:
        trace, took = make(pathlib.Path(d))
        packets = decode(trace)
    boards = by_board(packets)
    judge_all(f, packets, boards, took)
    judge_v1(f, boards.get(V1, []))
    judge_v2(f, boards.get(V2, []))
    print(f"trace: {len(packets)} packets; {f.passed} passed, {f.failed} failed")
    return 1 if f.failed else 0


if __name__ == "__main__":
    sys.exit(main())
