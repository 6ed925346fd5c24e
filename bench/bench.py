#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark: this tool, st-flash and OpenOCD against the model of model.py.

  bench.py full DIR     all boards, tools and jobs in real time in the test guest, this tool in
                        virtual time beside it; writes bench/report.json, bench/plot.svg,
                        docs/benchmark.md and the table in README.md
  bench.py virtual DIR  all boards, this tool, virtual time; writes below DIR, prints what each
                        job takes over its limit
  bench.py quick DIR    two boards, this tool, virtual time; writes below DIR only
  bench.py show         the files of "full" again, from bench/report.json

DIR is the build's bench directory, with the programs "virtual" and "timed". Environment:
BENCH_BOARDS and BENCH_TOOLS, BENCH_JOBS cut "full" down (it then writes below DIR, too).
Fails when flash or a read file is not what it must be, or when this tool makes a board see an
illegal act; never because something is slow.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

import cost
import model
import plot
import table

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ("ours", "stflash", "openocd")
QUICK_BOARDS = ("vldiscovery", "f4discovery")
README_JOBS = ("full", "touch", "read")
README_FROM, README_TO = "<!-- benchmark: written by make bench -->", "<!-- benchmark ends -->"
IMAGES = "extra/bench/images"           # below DIR; in the guest: /bench/images
problems = []


def chosen(variable, everything):
    names = os.environ.get(variable, "").split() or list(everything)
    unknown = [n for n in names if n not in everything]
    if unknown:
        sys.exit(f"bench: {variable}: no {unknown[0]} among {', '.join(everything)}")
    return names


def write_images(directory, boards):
    directory.mkdir(parents=True, exist_ok=True)
    made = {}
    for name in boards:
        made[name] = model.images(model.BOARDS[name])
        for what, data in made[name].items():
            (directory / f"{name}.{what}").write_bytes(data)
    return made


# ---- from a board's two reports to a row -------------------------------------------------

def difference(run):
    """What the job did to the board: counts after less counts before."""
    a, b = run["after"]["boards"][0], run["before"]["boards"][0]

    def less(part, *names):
        return sum(a[part][n] - b[part][n] for n in names)
    return {
        "board_us": a["time_us"] - b["time_us"],
        "urbs": less("usb", "urbs"),
        "payload_bytes": less("usb", "bytes_out", "bytes_in"),
        "commands": less("usb", "commands"),
        "units_programmed": less("flash", "units_programmed"),
        "sectors_erased": less("flash", "sectors_erased"),
        "mass_erases": less("flash", "mass_erases"),
        "illegal": less("illegal", "chip", "probe"),
        "illegal_acts": a["illegal"]["chip_acts"] + a["illegal"]["probe_acts"],
        "sha256": a["flash"]["sha256"],
    }


def check_model(run):
    """The board says which model it kept; it must be the one that the limits come from."""
    said = run["after"]["model"]
    for key, value in model.AS_REPORTED.items():
        if said.get(key) != value:
            problems.append(f"the board's model has {key} {said.get(key)}, not {value}")


def judge(row, made, ours):
    """Is flash what it must be, by the board's own hash of it?"""
    want = hashlib.sha256(made[row["board"]][model.wanted(row["job"])]).hexdigest()
    row["right"] = bool(row["right"] and row["status"] == 0 and row.pop("sha256") == want)
    if not ours:
        return
    where = f"{row['board']} {row['job']} ({row['tool']})"
    if not row["right"]:
        problems.append(f"{where}: flash, file or exit status is wrong")
    if row["illegal"]:
        problems.append(f"{where}: {row['illegal']} illegal acts: {row['illegal_acts'][:3]}")


def virtual_row(directory, board, job, made):
    images = directory / IMAGES
    word = "program" if job in model.WRITES else job
    command = [str(directory / "virtual"), board, word, str(images / f"{board}.{model.before(job)}")]
    if word == "program":
        command.append(str(images / f"{board}.{model.wanted(job)}"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        problems.append(f"{board} {job}: {done.stderr.strip()}")
    try:
        run = json.loads(done.stdout)
    except ValueError:
        sys.exit(f"bench: {' '.join(command)}: {done.stdout[:200]} {done.stderr[:400]}")
    row = {"board": board, "tool": "virtual", "job": job, "right": True, "status": run["status"]}
    row.update(difference(run))
    check_model(run)
    row["seconds"] = row["board_us"] / 1e6
    judge(row, made, True)
    return row


# ---- the guest ---------------------------------------------------------------------------

def guest_files(directory, boards, tools, jobs):
    """What goes into the guest beside its own files, and the tests that run.sh may start."""
    extra, tests = directory / "extra", directory / "vm-tests"
    for d in (extra / "tests", tests):
        d.mkdir(parents=True, exist_ok=True)
    (extra / "tests" / "bench.sh").write_bytes((ROOT / "bench/guest/bench.sh").read_bytes())
    for name in boards:
        text = (f"JOBS='{' '.join(jobs)}'\n. /tests/bench.sh\n"
                f"bench_board {name} {model.BOARDS[name].openocd} {' '.join(tools)}\n")
        (tests / f"bench-{name}.sh").write_text(text)
        (extra / "tests" / f"bench-{name}.sh").write_text(text)
    return extra, tests


def guest_run(directory, boards, tools, jobs):
    """The text that the guest printed."""
    extra, tests = guest_files(directory, boards, tools, jobs)
    env = dict(os.environ, VM_EXTRA=str(extra), VM_TESTS=str(tests), V="1",
               VM_TIMEOUT=os.environ.get("VM_TIMEOUT", "3600"))
    vm = directory / "vm"
    subprocess.run([ROOT / "tests/vm/build.sh", vm, ROOT / "stlink-download", ROOT / "stlink-sim",
                    directory / "timed"], env=env, check=True)
    done = subprocess.run([ROOT / "tests/vm/run.sh", vm] + [f"bench-{b}" for b in boards],
                          env=env, text=True, stdout=subprocess.PIPE, check=False)
    (directory / "guest.txt").write_text(done.stdout)
    return done.stdout


def guest_rows(text, made):
    rows = []
    for line in text.splitlines():
        if line.startswith("bench {"):
            try:
                said = json.loads(line[len("bench "):])
            except ValueError:
                problems.append(f"the guest said: {line[:160]}")
                continue
            run = said.pop("run")
            row = {**said, "status": run["status"], "seconds": run["wall_us"] / 1e6,
                   "cpu_seconds": (run["user_us"] + run["system_us"]) / 1e6,
                   "peak_kib": run["peak_kib"], **difference(run)}
            check_model(run)
            judge(row, made, row["tool"] == "ours")
            rows.append(row)
        elif line.startswith("# said: ") and rows and not rows[-1]["right"]:
            rows[-1].setdefault("said", []).append(line[len("# said: "):])
        elif line.startswith("FAIL - "):
            problems.append(line)
    return rows


# ---- whole runs --------------------------------------------------------------------------

def first_line(*command, **how):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, **how)
    except FileNotFoundError:           # sources from an archive need no git
        return "unknown"
    return (done.stdout or done.stderr).strip().split("\n")[0]


def versions():
    return {"ours": first_line("./stlink-download", "--version"),
            "commit": first_line("git", "rev-parse", "--short", "HEAD")}


def peer_versions():
    """Asked of the very programs that tests/vm/build.sh put into the guest."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    peers = cache / "stlink-download-vm/peers/usr"
    env = dict(os.environ, LD_LIBRARY_PATH=str(peers / f"lib/{os.uname().machine}-linux-gnu"))
    openocd = first_line(peers / "bin/openocd", "--version", env=env)
    return {"stflash": "st-flash " + first_line(peers / "bin/st-flash", "--version", env=env).lstrip("v"),
            "openocd": " ".join(openocd.replace("Open On-Chip Debugger", "OpenOCD").split()[:2])}


def make_report(directory, boards, made, with_guest):
    jobs = chosen("BENCH_JOBS", model.JOBS)
    report = {"model": model.model(), "versions": versions(), "boards": list(boards),
              "jobs": jobs, "limits": {b: model.limits(model.BOARDS[b], made[b]) for b in boards}}
    print(f"bench: images from seed {model.SEED}")
    rows = [virtual_row(directory, b, j, made) for b in boards for j in jobs]
    if with_guest:
        text = guest_run(directory, boards, chosen("BENCH_TOOLS", TOOLS), jobs)
        rows += guest_rows(text, made)
        report["versions"].update(peer_versions())
        report["cost"] = cost.measure(ROOT, directory)
    report["rows"] = rows
    return report


def write_files(report, where, doc):
    (where / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    (where / "plot.svg").write_text(plot.svg(report))
    doc.write_text(table.document(report))


def publish(report):
    """The committed files, the README's table among them."""
    write_files(report, ROOT / "bench", ROOT / "docs/benchmark.md")
    readme = ROOT / "README.md"
    before, rest = readme.read_text().split(README_FROM)
    after = rest.split(README_TO)[1]
    readme.write_text(f"{before}{README_FROM}\n{table.short(report, README_JOBS)}\n"
                      f"{README_TO}{after}")


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else ""
    if mode == "show":
        publish(json.loads((ROOT / "bench/report.json").read_text()))
        return 0
    if mode not in ("full", "quick", "virtual") or len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    directory = pathlib.Path(sys.argv[2]).resolve()
    boards = QUICK_BOARDS if mode == "quick" else chosen("BENCH_BOARDS", model.BOARDS)
    made = write_images(directory / IMAGES, boards)
    report = make_report(directory, boards, made, mode == "full")
    whole = mode == "full" and not any(v.startswith("BENCH_") for v in os.environ)
    if whole and not problems:
        publish(report)
    else:
        write_files(report, directory, directory / "benchmark.md")
    print(table.short(report) if mode != "virtual" else table.margins(report))
    for p in dict.fromkeys(problems):
        print(f"bench: {p}", file=sys.stderr)
    print(f"bench: {len(report['rows'])} jobs, {len(problems)} wrong")
    return 1 if problems or not report["rows"] else 0


if __name__ == "__main__":
    sys.exit(main())
