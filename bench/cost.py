# SPDX-License-Identifier: GPL-2.0-or-later
"""What the program itself costs: instructions, size, memory.

Instructions by valgrind's callgrind, for the whole process, the dynamic linker included; the
board answers over a Unix socket in virtual time. Missing helpers are named, not passed over.
"""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import model


def wait_for(path, process):
    for _ in range(200):
        if path.exists():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"stlink-sim does not serve {path}")


def with_board(root, flash, work, *pace):
    """work(device) while a virtual f4discovery is served, by default as fast as the host can."""
    with tempfile.TemporaryDirectory(prefix="bench-") as d:
        socket = pathlib.Path(d) / "board"
        sim = subprocess.Popen([root / "stlink-sim", "--board", "f4discovery", "--load", flash,
                                "--quiet", "--listen", f"unix:{socket}", *pace],
                               stdout=subprocess.DEVNULL)
        try:
            wait_for(socket, sim)
            return work(f"usbip:unix:{socket}")
        finally:
            sim.terminate()
            sim.wait()


def instructions(root, *words):
    """Instructions of one run, by callgrind."""
    with tempfile.NamedTemporaryFile(prefix="bench-") as out:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}",
                               root / "stlink-download", *words],
                              capture_output=True, text=True, check=False)
    m = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not m:
        raise RuntimeError(f"callgrind {' '.join(words)}: {done.stderr[-400:]}")
    return int(m.group(1))


def peak_kib(root, directory, *words):
    done = subprocess.run([directory / "timed", "-", "60", directory / "said",
                           root / "stlink-download", *words],
                          capture_output=True, text=True, check=True)
    run = json.loads(done.stdout)
    if run["status"] != 0:
        raise RuntimeError(f"{' '.join(words)}: {(directory / 'said').read_text()[-400:]}")
    return run["peak_kib"]


def stripped_bytes(root, directory):
    copy = directory / "stripped"
    shutil.copy(root / "stlink-download", copy)
    subprocess.run(["strip", copy], check=True)
    return copy.stat().st_size


def measure(root, directory):
    made = model.images(model.BOARDS["f4discovery"])
    image, other = directory / "cost.full", directory / "cost.old"
    image.write_bytes(made["full"])
    other.write_bytes(made["old"])
    out = {"stripped_bytes": stripped_bytes(root, directory)}
    if shutil.which("valgrind"):
        out["instructions_version"] = instructions(root, "--version")
        out["instructions_info"] = with_board(
            root, image, lambda dev: instructions(root, "-d", dev, "info"), "--virtual")
    else:
        out["without"] = "valgrind is not installed: no instruction counts"
    out["peak_kib_version"] = peak_kib(root, directory, "--version")
    out["peak_kib_info"] = with_board(
        root, image, lambda dev: peak_kib(root, directory, "-d", dev, "info"))
    out["peak_kib_program_1mib"] = with_board(
        root, other,
        lambda dev: peak_kib(root, directory, "-q", "-d", dev, f"program={image}"))
    return out
