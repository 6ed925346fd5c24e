# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark's report as Markdown."""
import re

import model

NAMES = {"virtual": "ours, virtual time", "ours": "stlink-download", "stflash": "st-flash",
         "openocd": "OpenOCD"}

# Why a tool's figure is what it is, where its job is not quite the job. Read in its source or
# manual, and seen in the counts of the table.
NOTES = {
    ("stflash", "again"): "has no way to skip what is there already: erases and writes all",
    ("stflash", "touch"): "erases and writes all",
    ("stflash", "grow"): "erases and writes all",
    ("openocd", "again"): "`program` never compares first: erases and writes all",
    ("openocd", "touch"): "erases and writes all",
    ("openocd", "grow"): "erases and writes all",
}


def seconds(s):
    return f"{s:.3f}" if s < 10 else f"{s:.2f}"


def index(report):
    return {(r["board"], r["job"], r["tool"]): r for r in report["rows"]}


def time_cell(row):
    if row is None:
        return "–"
    return seconds(row["seconds"]) if row["right"] else "fails"


def ratio(row, us):
    if row is None or not row["right"] or not us:
        return "–"
    return f"{row['seconds'] * 1e6 / us:.2f}"


def line(cells):
    return "| " + " | ".join(cells) + " |"


def header(cells):
    return line(cells) + "\n" + "|" + "|".join(["---"] * 1 + ["--:"] * (len(cells) - 1)) + "|"


def times(report, board):
    rows = index(report)
    out = [header(["job", "limit", "ours, virtual", "**ours**", "st-flash", "OpenOCD",
                   "ours / limit", "st-flash / ours", "OpenOCD / ours"])]
    for job in report["jobs"]:
        limit = report["limits"][board][job]["us"]
        row = {t: rows.get((board, job, t)) for t in NAMES}
        ours = row["ours"] or row["virtual"]
        us = ours["seconds"] * 1e6 if ours and ours["right"] else 0
        cells = [job, seconds(limit / 1e6) if limit else "0"]
        cells += [time_cell(row[t]) for t in NAMES]
        cells[3] = f"**{cells[3]}**"
        out.append(line(cells + [ratio(ours, limit), ratio(row["stflash"], us),
                                 ratio(row["openocd"], us)]))
    return "\n".join(out)


def counts(report, board):
    rows = index(report)
    out = [header(["job, tool", "URBs", "payload bytes", "units programmed", "sectors erased",
                   "mass erases", "illegal acts", "peak KiB"])]
    for job in report["jobs"]:
        how = report["limits"][board][job]
        out.append(line([f"{job}, *limit*", "", "", *(str(how.get(k, "")) for k in
                                                      ("units", "sectors", "mass")), "0", ""]))
        for tool in NAMES:
            r = rows.get((board, job, tool))
            if r:
                out.append(line([f"{job}, {NAMES[tool]}", *(str(r[k]) for k in (
                    "urbs", "payload_bytes", "units_programmed", "sectors_erased", "mass_erases",
                    "illegal")), str(r.get("peak_kib", ""))]))
    return "\n".join(out)


def reasons(report, board):
    """What a peer cannot do, or does in another way, and why."""
    out = []
    for r in report["rows"]:
        if r["board"] != board or r["tool"] not in ("stflash", "openocd"):
            continue
        name = NAMES[r["tool"]]
        if not r["right"]:
            said = [s.strip() for s in r.get("said", []) if "rror" in s or "ail" in s]
            last = said[-1] if said else f"exit status {r['status']}"
            out.append(f"- {name}, {r['job']}: fails. `{last.replace('`', chr(39))}`")
        else:
            note = [NOTES[r["tool"], r["job"]]] if (r["tool"], r["job"]) in NOTES else []
            enough = report["limits"][board][r["job"]].get("units", 0)
            if r["units_programmed"] > enough and r["job"] in model.WRITES:
                note.append(f"programs {r['units_programmed']:,} units where "
                            f"{format(enough, ',') if enough else 'none'} would do")
            if note:
                out.append(f"- {name}, {r['job']}: {'; '.join(note)}.")
        if r["illegal"]:
            act = re.sub(r"^\d+ ns, ", "", r["illegal_acts"][0])
            out.append(f"- {name}, {r['job']}: {r['illegal']:,} illegal acts, the first: {act}.")
    if board == "vldiscovery" and any(r["tool"] == "openocd" for r in report["rows"]):
        out.append("- OpenOCD 0.12.0 cannot claim a V1 that usb-storage holds: it was measured "
                   "with the kernel's quirk `i` (ignore the disk), as its manual asks.")
    return "\n".join(out)


def cost(report):
    c = report.get("cost")
    if not c:
        return ""
    out = ["| what | figure |", "|---|--:|"]
    rows = [("instructions of `stlink-download --version`", "instructions_version"),
            ("instructions of `stlink-download info` (STM32F407 over USB/IP)", "instructions_info"),
            ("stripped size, bytes", "stripped_bytes"),
            ("peak memory of `--version`, KiB", "peak_kib_version"),
            ("peak memory of `info`, KiB", "peak_kib_info"),
            ("peak memory of `program=` with a 1 MiB image, KiB", "peak_kib_program_1mib")]
    out += [f"| {text} | {c[key]:,} |" for text, key in rows if key in c]
    if "without" in c:
        out.append(f"\n{c['without']}.")
    return "\n".join(out)


def short(report, jobs=None):
    """One table of all boards: seconds, for the README (some jobs) and the terminal."""
    rows = index(report)
    have = {r["tool"] for r in report["rows"]}
    tools = [t for t in ("ours", "stflash", "openocd") if t in have] or ["virtual"]
    out = [header(["board, job", "limit", *(NAMES[t] for t in tools)])]
    for board in report["boards"]:
        for job in jobs or report["jobs"]:
            limit = report["limits"][board][job]["us"]
            out.append(line([f"{board}, {job}", seconds(limit / 1e6) if limit else "0",
                             *(time_cell(rows.get((board, job, t))) for t in tools)]))
    return "\n".join(out)


def margins(report):
    """This tool in virtual time against the limit of each job."""
    rows = index(report)
    out = [header(["board, job", "limit", "virtual", "ratio", "over by", "URBs"])]
    for board in report["boards"]:
        for job in report["jobs"]:
            limit, row = report["limits"][board][job]["us"] / 1e6, rows[(board, job, "virtual")]
            ratio = f"{row['seconds'] / limit:.3f}" if limit else "-"
            out.append(line([f"{board}, {job}", f"{limit:.3f}", f"{row['seconds']:.3f}", ratio,
                             f"{row['seconds'] - limit:.3f}", str(row["urbs"])]))
    return "\n".join(out)


def high_speed(usb):
    """The row of the high-speed probes; a report from before there was one has none."""
    if not usb:
        return []
    return [f"- USB, high speed (V3): {usb['bulk_transfer_us']} us for each bulk transfer and "
            f"{usb['payload_byte_us']:g} us for each byte; probe firmware: {usb['command_us']} us a "
            "command. No board of this benchmark has one."]


def model_text(report):
    m = report["model"]
    out = [f"- Seed of all images: {m['seed']}.",
           f"- USB, {m['usb']['speed']} speed: {m['usb']['bulk_transfer_us']} us for each bulk "
           f"transfer and {m['usb']['payload_byte_us']:g} us for each byte; probe firmware: "
           f"{m['probe_command_us']} us a command.",
           *high_speed(m.get("usb_high")),
           f"- SWD: {m['swd']['access_clocks']} clocks for an access, "
           f"{m['swd']['block_start_clocks']} to start a block, {m['swd']['each_1k_clocks']} at each "
           "1 KiB boundary. The probe stores and forwards: USB and SWD time add up.",
           f"- Core: {m['core_cycles_per_instruction']} cycles an instruction at the clock that is "
           "set.", "",
           "| board | flash | sectors | unit | unit program | sector erase | mass erase | SWD |",
           "|---|--:|--:|--:|--:|--:|--:|--:|"]
    for name, b in m["boards"].items():
        if name not in report["boards"]:
            continue
        erase = ", ".join(f"{int(k) / 1024:g}K {v / 1000:g} ms"
                          for k, v in b["sector_erase_us"].items())
        mass = f"{b['mass_erase_us'] / 1000:g} ms" if b["mass_erase_us"] else "none"
        out.append(line([f"{name} ({b['what']})", f"{b['flash_bytes'] // 1024} KiB",
                         str(b["sectors"]), f"{b['unit_bytes']} bytes", f"{b['unit_program_us']:g} us",
                         erase, mass, f"{b['swd_hz'] / 1e6:g} MHz"]))
    out += ["", "| job | what |", "|---|---|"]
    out += [f"| {j} | {t} |" for j, t in m["jobs"].items()]
    return "\n".join(out)


INTRODUCTION = """# Benchmark

Made by `make bench`; do not edit. {versions}; commit {commit} of this tool. All of them do the same
jobs on the virtual boards of `stlink-sim`, in real time, in a QEMU guest with an instruction clock
(one CPU, `-icount shift=0,sleep=off`), which makes the times independent of the machine. Time is
that of the whole command, from its start to its exit, as a person with default settings would type it:

| tool | write | read | info |
|---|---|---|---|
| stlink-download | `program=FILE reset` | `flash:r:FILE` | `info` |
| st-flash | `--reset write FILE ADDRESS` | `read FILE ADDRESS BYTES` | `st-info --probe` |
| OpenOCD | `program FILE verify reset exit ADDRESS` | `init; dump_image` | `init; flash probe 0` |

Every board is plugged in afresh with the contents that the job begins with; whether flash is
right is judged by the board's own array, not by the tool. stlink-download and st-flash prove what they
wrote by reading it back, OpenOCD by a checksum that the chip computes. "Virtual" is this tool in one process
with the board, whose time passes by the model alone.

The **limit** is the flash's own time and nothing else: erase of what must be erased (the cheaper of
sectors and mass erase) plus programming of the units that are not blank there; for `read` it is
the bytes on the bus and the words on SWD. It leaves out every proof: a tool that verifies cannot
reach it, and where nothing is to be written it is 0.

![time of each job](../bench/plot.svg)
"""


def document(report):
    v = report["versions"]
    names = ", ".join(v[t] for t in ("ours", "stflash", "openocd") if t in v)
    out = [INTRODUCTION.format(versions=names, commit=v["commit"])]
    for board in report["boards"]:
        out += [f"## {board}: {report['model']['boards'][board]['what']}", "",
                "Seconds, and ratios:", "", times(report, board), "", reasons(report, board), "",
                "<details><summary>traffic, flash acts, memory</summary>", "",
                counts(report, board), "", "</details>", ""]
    if cost(report):
        out += ["## The program itself", "", cost(report), "",
                "Instructions are of the whole process, dynamic linker and libusb included "
                "(valgrind's callgrind).", ""]
    out += ["## The model", "", model_text(report), ""]
    return "\n".join(out)
