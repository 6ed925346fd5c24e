#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of README.md that people copy into their projects, each tried as it stands there.

  recipes.py [NAME...]     make cmake platformio vscode ci; all without arguments

A project with a firmware made from examples/blink gets the lines, a virtual STM32VLDISCOVERY the
firmware; then the board says what it has in flash. make, CMake and the run: steps of the CI job
are run by the real programs. Of PlatformIO and VS Code, which are not here, what they would
run is taken from the file that they would read: the command by sh, the process without a shell.
"""
import atexit
import configparser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
LIMIT = 60
BOARD = "vldiscovery"


def recipe(name):
    """The indented lines after <!-- recipe: NAME -->."""
    lines = (ROOT / "README.md").read_text().split("\n")
    start = lines.index(f"<!-- recipe: {name} -->") + 1
    end = start
    while end < len(lines) and (lines[end].startswith("    ") or not lines[end]):
        end += 1
    text = "\n".join(line[4:] for line in lines[start:end]).strip("\n") + "\n"
    if not text.strip():
        raise SystemExit(f"recipes: README.md has no lines for {name}")
    return text


def run(argv, where, shell=False, **env):
    r = subprocess.run(argv, cwd=where, env=dict(os.environ, **env), shell=shell, timeout=LIMIT,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if r.returncode:
        raise SystemExit(f"recipes: FAILED: {argv} ends with {r.returncode}:\n{r.stdout[-3000:]}")
    return r.stdout


class Board:
    """A virtual board on a socket; what it has in flash when it is put away."""

    def __init__(self, where):
        self.socket, self.flash = where / "socket", where / "flash.img"
        self.sim = subprocess.Popen([ROOT / "stlink-sim", "--board", BOARD, "--flash", self.flash, "--quiet",
                                     "--listen", f"unix:{self.socket}", "--duration", str(LIMIT)],
                                    stdout=subprocess.DEVNULL)
        atexit.register(self.sim.terminate)
        end = time.monotonic() + 10
        while not self.socket.exists():
            if time.monotonic() > end:
                raise SystemExit("recipes: the virtual board does not start")
            time.sleep(0.02)
        self.env = {"STLINK_DEVICE": f"usbip:unix:{self.socket}"}

    def put_away(self):
        self.sim.terminate()
        if self.sim.wait(10):
            raise SystemExit("recipes: the virtual board ends with a failure")
        return self.flash.read_bytes()


MAKEFILE = """\
build/firmware.elf: blink.s board.inc
\tmkdir -p build
\tarm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -nostdlib -Wl,-Ttext=0x08000000,-e,_start -o $@ blink.s
"""
CMAKE = """\
cmake_minimum_required(VERSION 3.16)
project(blink ASM)
add_executable(firmware blink.s)
target_include_directories(firmware PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_options(firmware PRIVATE -mcpu=cortex-m3 -mthumb)
target_link_options(firmware PRIVATE -mcpu=cortex-m3 -mthumb -nostdlib -Wl,-Ttext=0x08000000,-e,_start)
"""


def project(where):
    shutil.copy(ROOT / "examples/blink/blink.s", where / "blink.s")
    shutil.copy(ROOT / f"examples/blink/{BOARD}.inc", where / "board.inc")
    (where / "Makefile").write_text(MAKEFILE)


def firmware(where):
    """The bytes that the firmware must have left in flash."""
    elf = where / "build/firmware.elf"
    run(["arm-none-eabi-objcopy", "-O", "binary", elf, where / "wanted.bin"], where)
    return (where / "wanted.bin").read_bytes()


def try_make(where, board):
    with (where / "Makefile").open("a") as f:
        f.write(recipe("make"))
    run(["make", "flash"], where, **board.env)


def try_cmake(where, board):
    (where / "CMakeLists.txt").write_text(CMAKE + recipe("cmake"))
    run(["cmake", "-S", ".", "-B", "build", "-DCMAKE_SYSTEM_NAME=Generic",
         "-DCMAKE_ASM_COMPILER=arm-none-eabi-gcc", "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY"], where)
    run(["cmake", "--build", "build", "--target", "flash"], where, **board.env)
    made = where / "build/firmware"
    made.rename(where / "build/firmware.elf")


def try_platformio(where, board):
    run(["make", "build/firmware.elf"], where)
    ini = configparser.ConfigParser(interpolation=None)
    ini.read_string("[env:board]\n" + recipe("platformio"))
    if ini["env:board"]["upload_protocol"] != "custom":
        raise SystemExit("recipes: PlatformIO takes upload_command for upload_protocol = custom only")
    # Its builder for STM32 makes this file and has it in $SOURCE.
    firmware(where)
    source = where / ".pio/build/board/firmware.bin"
    source.parent.mkdir(parents=True)
    shutil.copy(where / "wanted.bin", source)
    command = ini["env:board"]["upload_command"].replace("$SOURCE", str(source.relative_to(where)))
    run(command, where, shell=True, **board.env)


def try_vscode(where, board):
    run(["make", "build/firmware.elf"], where)
    tasks = json.loads(recipe("vscode"))
    if tasks["version"] != "2.0.0":
        raise SystemExit("recipes: VS Code wants tasks of version 2.0.0")
    (task,) = (t for t in tasks["tasks"] if t["label"] == "flash")
    if task["type"] != "process" or set(task) - {"label", "type", "command", "args", "problemMatcher", "group"}:
        raise SystemExit(f"recipes: not what is tried here: {task}")
    run([a.replace("${workspaceFolder}", str(where)) for a in [task["command"], *task["args"]]], where, **board.env)


def steps(text):
    """The run: steps of a workflow, in order: "- run: LINE" and "- run: |" with its block."""
    lines = text.split("\n")
    for i, line in enumerate(lines):
        m = re.match(r"( *)- run: (.*)$", line)
        if not m:
            continue
        if m.group(2) != "|":
            yield m.group(2)
            continue
        block = []
        for below in lines[i + 1:]:
            if below.strip() and len(below) - len(below.lstrip()) <= len(m.group(1)):
                break
            block.append(below)
        yield "\n".join(block)


def try_ci(where, _):
    """The job's own board; its installing of packages is left out: they are on the path already."""
    text = recipe("ci")
    for line in text.split("\n"):
        if "\t" in line or not re.match(r" *(- )?[a-z-]+:( .*)?$| {10}\S", line) and line:
            raise SystemExit(f"recipes: not a line of a workflow: {line!r}")
    run_steps = list(steps(text))
    if len(run_steps) != 3 or "apt-get install -y make gcc-arm-none-eabi ./ci/stlink-*.deb" not in run_steps[0]:
        raise SystemExit(f"recipes: not the steps that are tried here: {run_steps}")
    for step in run_steps[1:]:
        (where / "step.sh").write_text(step + "\n")
        run(["sh", "-e", "step.sh"], where)


TRIES = {"make": try_make, "cmake": try_cmake, "platformio": try_platformio, "vscode": try_vscode, "ci": try_ci}


def main():
    names = sys.argv[1:] or list(TRIES)
    missing = [t for t in ("make", "cmake", "arm-none-eabi-gcc") if not shutil.which(t)]
    if missing:
        print(f"recipes: SKIPPED: {', '.join(missing)} is missing; see bootstrap.sh for the packages")
        sys.exit("CI" in os.environ)
    in_readme = re.findall(r"<!-- recipe: (\w+) -->", (ROOT / "README.md").read_text())
    if sorted(in_readme) != sorted(TRIES):
        raise SystemExit(f"recipes: README.md has {in_readme}, tried are {list(TRIES)}")
    os.environ["PATH"] = f"{ROOT}:{os.environ['PATH']}"
    # What an outer make was told is not for the one that is tried.
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "STLINK_DEVICE"):
        os.environ.pop(name, None)
    for name in names:
        with tempfile.TemporaryDirectory() as directory:
            where = pathlib.Path(directory).resolve()
            project(where)
            board = Board(where)
            TRIES[name](where, board)
            flash = board.put_away()
            wanted = firmware(where)
            if name != "ci" and (len(wanted) < 64 or flash != wanted.ljust(len(flash), b"\xff")):
                raise SystemExit(f"recipes: FAILED: {name}: the board's flash is not the firmware")
        print(f"  recipes: {name}: tried as README.md has it")
    print(f"recipes: {len(names)} passed, 0 failed")


if __name__ == "__main__":
    main()
