#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""st-flash and st-info, ours and stock 1.7.0, with the same command lines at the same boards.

Boards are on the mock kernel of tests/t1, which both programs see as device nodes. Standard output,
standard error, exit status, the flash afterwards and the files that were written must be equal, but
for the time stamp and the source file of a log line, and for what --explain-compat names: the table
DEVIATIONS below has a row for each of those that shows here. Where stock is not to be had the test
is skipped aloud; tests/vm/guest/60-personality.sh does the same under a real kernel.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
WITH_BOARD = BUILD / "tests/t1/with_board"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "stlink-download-vm/peers"
EACH = ["st-info --probe", "st-info --chipid", "st-info --descr", "st-info --flash", "st-info --sram",
        "st-info --pagesize", "st-info --serial", "st-flash write page.bin 0x08000000",
        "st-flash --reset write page.bin 0x08000000", "st-flash --format ihex write page.hex",
        "st-flash read back.bin 0x08000000 4096", "st-flash read back.bin 0x08000000 0", "st-flash erase",
        "st-flash reset", "st-flash write page.bin 0x20000000", "st-flash write page.bin 0x08000102",
        "st-flash --area=option read", "st-flash --area=option write 0", "st-flash --area=otp read x"]
GRAMMAR = [line.strip() for line in """
    st-flash
    st-info
    st-flash --version
    st-info --version
    st-flash --nosuch erase
    st-flash nosuch
    st-flash erase erase
    st-flash erase --reset
    st-flash --debug
    st-flash read
    st-flash read x
    st-flash read x zz 4
    st-flash read x 1 zz
    st-flash read x 1 2 3
    st-flash read x 0x08000000 5000000000
    st-flash read x 0x8000000k 1
    st-flash read x 1q 1
    st-flash read x -1 1
    st-flash read x 08 1
    st-flash read back.bin 01000000000 1k
    st-flash read back.bin 0b1000000000000000000000000000 1k
    st-flash write
    st-flash write x
    st-flash write x zz
    st-flash write x 1 2
    st-flash write page.bin 0x
    st-flash write page.bin 8000000
    st-flash write page.bin 0x40000000
    st-flash write page.bin 0x0800f800
    st-flash write nosuch 0x08000000
    st-flash write empty.bin 0x08000000
    st-flash write nosuch 0x20000000
    st-flash --format elf write x 0
    st-flash --format=ihex write page.hex
    st-flash --format ihex write
    st-flash --format ihex write page.bin
    st-flash --area nosuch read x 0 0
    st-flash --area
    st-flash --area=system read back.bin 0x1ffff7e0 32
    st-flash --area=option read a b c
    st-flash --area=option read a zz
    st-flash --area=option write
    st-flash --area=option write zz
    st-flash --area=option write 0x00ff5aa5
    st-flash --area=optcr read
    st-flash --area=optcr1 read
    st-flash --area=optcr read a
    st-flash --area=optcr1 read a
    st-flash --area=option_boot_add read
    st-flash --area=option_boot_add read a
    st-flash --area=optcr write
    st-flash --area=optcr1 write
    st-flash --area=option_boot_add write
    st-flash --area=otp read
    st-flash --freq zz erase
    st-flash --freq
    st-flash --freq=480k erase
    st-flash --freq 1800 erase
    st-flash --freq=4M erase
    st-flash --freq= erase
    st-flash --freq 100M erase
    st-flash --flash=zz erase
    st-flash --flash 128k erase
    st-flash --flash= erase
    st-flash --flash=128k read back.bin 0x08000000 64
    st-flash --serial
    st-flash --serial 303030303030303030303031 erase
    st-flash --serial=303030303030303030303031 erase
    st-flash --serial=066DFF495051717867014528 erase
    st-flash --opt write padded.bin 0x08000000
    st-flash --connect-under-reset read back.bin 0x08000000 16
    st-flash --hot-plug read back.bin 0x08000000 16
    st-flash --reset read back.bin 0x08000000 16
    st-flash --reset erase
    st-flash --reset reset
    st-flash reset extra
    st-flash read nodir/x 0x08000000 16
    st-flash read back.bin 0x20000000 0
    st-info --hla-serial
    st-info --nosuch
    st-info -h
    st-info --probe --nosuch
    st-info --flash --freq
    st-info --flash --freq 480
    st-info --probe --freq=4k
    st-info --probe --freq zz
    st-info --freq 4 --flash
    st-info --probe --hot-plug
    st-info --probe --connect-under-reset
""".splitlines() if line.strip()]
SILENT = ["st-flash erase", "st-info --probe", "st-info --flash", "st-info --descr", "st-flash write page.bin 0x08000000"]
NO_BOARD = ["st-flash erase", "st-info --probe", "st-info --serial", "st-flash --version"]
BOARDS = ["vldiscovery", "bluepill", "bluepill-clone", "l-discovery", "f4discovery", "nucleo-f401re", "nucleo-v3"]

# Pattern of a line of either side that the other side does not have; deviations.c says why.
DEVIATIONS = [
    r"T WARN F: NRST is not connected\n", r"libusb: .*\n",
    r"T INFO F: Unable to match requested speed 1800 kHz, using \d+ kHz\n",
]


def find_stock():
    """A directory with the stock programs, and the environment that they need."""
    for where in (CACHE / "usr/bin", pathlib.Path("/usr/bin")):
        if (where / "st-flash").exists() and (where / "st-info").exists():
            library = where.parent / "lib" / (os.uname().machine + "-linux-gnu")
            return where, {} if where == pathlib.Path("/usr/bin") else {"LD_LIBRARY_PATH": str(library)}
    return None, {}


def files(where):
    """Whole pages, so that what stock does to the rest of one does not show."""
    data = bytes((i * 37 + (i >> 8) * 11) & 0xFF for i in range(16384))
    (where / "page.bin").write_bytes(data)
    (where / "padded.bin").write_bytes(data[:1024] + b"\xff" * 1000)
    (where / "empty.bin").write_bytes(b"")
    lines = [":020000040800F2"]
    for at in range(0, len(data), 16):
        row = bytes([16, at >> 8, at & 0xFF, 0]) + data[at:at + 16]
        lines.append(":" + (row + bytes([-sum(row) & 0xFF])).hex().upper())
    (where / "page.hex").write_text("\n".join(lines + [":00000001FF", ""]))
    (where / "hole.hex").write_text("\n".join([lines[0], lines[1], lines[4], lines[200], ":00000001FF", ""]))
    (where / "odd.bin").write_bytes(data[:1101])


def normal(text):
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d (DEBUG|INFO|WARN|ERROR) stlink-download: .*\n", "", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d (\w+) \w+\.c: ", r"T \1 F: ", text)
    for pattern in DEVIATIONS:
        text = re.sub(pattern, "", text)
    return re.sub(r"Mass erasing\.*", "Mass erasing", text)


def run(programs, env, boards, line, flash):
    """(exit status, standard output, standard error, flash, file that was written)"""
    with tempfile.TemporaryDirectory() as tmp:
        where = pathlib.Path(tmp)
        files(where)
        specs = []
        for board in boards:
            name = board.split(",")[0]
            if flash.get(name):
                (where / (name + ".flash")).write_bytes(flash[name])
                board += f",flash={where / (name + '.flash')}"
            specs.append(board)
        words = line.split()
        command = [str(programs / words[0])] + words[1:]
        if specs:
            command = [str(WITH_BOARD)] + specs + ["--"] + command
        done = subprocess.run(command, cwd=where, env=dict(os.environ, **env), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=120)
        after = {b: (where / (b + ".flash")).read_bytes() for b in flash if (where / (b + ".flash")).exists()}
        back = where / "back.bin"
        return {"status": done.returncode, "stdout": normal(done.stdout.decode(errors="replace")),
                "stderr": normal(done.stderr.decode(errors="replace")), "flash": after,
                "back.bin": back.read_bytes() if back.exists() else None}


SIZES = {"vldiscovery": 128, "bluepill": 64, "bluepill-clone": 128, "l-discovery": 128, "f4discovery": 1024,
         "nucleo-f401re": 512, "nucleo-v3": 128}


def compare(stock, env, ours, boards, line):
    """Nothing, or what differs."""
    flash = {b.split(",")[0]: (b"\x5a\xa5\x3c\xc3" * 256 * SIZES[b.split(",")[0]]) for b in boards}
    theirs, mine = run(stock, env, boards, line, flash), run(ours, {}, boards, line, flash)
    wrong = []
    for key in theirs:
        if theirs[key] == mine[key]:
            continue
        if key == "flash":
            at = [next((i for i in range(len(theirs[key][b])) if theirs[key][b][i] != mine[key][b][i]), None)
                  for b in theirs[key]]
            wrong.append(f"flash differs from {at}")
        elif key == "back.bin":
            wrong.append(f"back.bin: stock {theirs[key] and len(theirs[key])}, here {mine[key] and len(mine[key])}")
        else:
            texts = str(theirs[key]), str(mine[key])
            at = max(0, len(os.path.commonprefix(texts)) - 60)
            wrong.append(f"{key}, from character {at}\n      stock {texts[0][at:at + 400]!r}\n      here  "
                         f"{texts[1][at:at + 400]!r}")
    return wrong


def keeps(ours):
    """What a file does not name stays in flash: holes of a HEX file, the rest of its pages, of a V1, too."""
    wrong = []
    with tempfile.TemporaryDirectory() as tmp:
        files(pathlib.Path(tmp))
        data = (pathlib.Path(tmp) / "page.bin").read_bytes()
    jobs = (("--format ihex write hole.hex", (0, 48, 3184), 16), ("write odd.bin 0x08000000", (0,), 1101))
    for board in ("bluepill", "vldiscovery"):
        old = b"\x5a\xa5\x3c\xc3" * 256 * SIZES[board]
        for line, starts, n in jobs:
            want = bytearray(old)
            for at in starts:
                want[at:at + n] = data[at:at + n]
            got = run(ours, {}, [board], "st-flash " + line, {board: old})
            if got["status"] != 0 or got["flash"][board] != bytes(want):
                wrong.append(f"{board}: {line}: {got['status']}, {got['stderr'][-300:]}")
    return wrong


def installs():
    """make install leaves the names alone."""
    said = [subprocess.run(["make", "-n", f"BUILD={BUILD.name}", target], cwd=ROOT, capture_output=True, text=True).stdout
            for target in ("install", "install-compat")]
    names = [bool(re.search(r"/st-(flash|info)\b", s)) for s in said]
    return [] if "/bin" in said[0] and names == [False, True] else [f"make install, install-compat name them: {names}"]


def explains(ours):
    """--explain-compat: every row, in 80 columns, exit status 0."""
    done = subprocess.run([ours / "st-flash", "--explain-compat"], capture_output=True, text=True)
    rows = re.findall(r"^ *\d+\. stock: .*\n(?: {11}.*\n)*    here:  .*\n", done.stdout, re.M)
    wide = [line for line in done.stdout.split("\n") if len(line) > 80]
    return [] if done.returncode == 0 and len(rows) > 15 and not wide else [f"{done.returncode}, {len(rows)} rows, {wide}"]


def alone(ours):
    """Checks that need no stock program; how many passed and failed."""
    counts = [0, 0]
    for name, wrong in (("holes are kept", keeps(ours) if WITH_BOARD.exists() else []), ("make install", installs()),
                        ("--explain-compat", explains(ours))):
        counts[bool(wrong)] += 1
        if wrong:
            print(f"FAILED {name}\n    " + "\n    ".join(wrong))
    return counts


def main():
    stock, env = find_stock()
    ours = pathlib.Path(tempfile.mkdtemp())
    for name in ("st-flash", "st-info"):
        (ours / name).symlink_to(ROOT / "stlink-download")
    passed, failed = alone(ours)
    if not stock or not WITH_BOARD.exists():
        print("personality: skipped: no stock st-flash 1.7.0 (make check-vm fetches it), or no umockdev;",
              f"without it: {passed} passed, {failed} failed")
        shutil.rmtree(ours)
        return 1 if failed else 0
    quick = "-a" not in sys.argv    # all of it takes minutes
    jobs = [([], line) for line in GRAMMAR + NO_BOARD if "x 0x" not in line]
    jobs += [([b], line) for b in (["bluepill"] if quick else BOARDS) for line in EACH]
    jobs += [(["bluepill,target=absent"], line) for line in (SILENT[:2] if quick else SILENT)]
    jobs += [(["bluepill"], line) for line in GRAMMAR if not quick]
    for where, line in jobs:
        wrong = compare(stock, env, ours, where, line)
        passed += not wrong
        failed += bool(wrong)
        if wrong:
            print(f"FAILED {' '.join(where) or 'no board'}: {line}\n    " + "\n    ".join(wrong))
    shutil.rmtree(ours)
    print(f"personality: {passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
