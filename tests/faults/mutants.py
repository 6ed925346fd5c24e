#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Can each clause of the oracle fail? Breaks a copy of the program in one place at a time.

  mutants.py BUILD [NAME...]

For each row: the text is replaced in a copy of the tree, the campaign is built there and run, and must
report a finding that says what the row expects; the replay command of that finding must report it
again. Exit status 1 when a mutant goes unnoticed.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

# Name, file, old text, new text, arguments of the campaign, what a finding must say.
MUTANTS = [
    ("ends-late", "flash/controller.c", "ctx_deadline(c, max_ms);\n\tuint64_t start_us",
     "ctx_deadline(c, max_ms * 1000);\n\tuint64_t start_us",
     "--station=f1/sg --scenario=erase-4k --fault=flash-busy --cases=60", r"took \d+ s"),
    ("ends-never", "link/session.c", "return fail_in_dfu(l, c, err);", "looks++;",
     "--station=f1/bulk --scenario=leave-dfu --fault=io-error --cases=8 --limit=3", r"did not end"),
    ("truth", "flash/plan.c", "sp->data + (from - sp->addr), len);", "sp->data + (from - sp->addr), len - 1);",
     "--station=f1/bulk --scenario=flash-1k --fault=stall --cases=4", r"false success"),
    ("truth-in-force", "cli/option_words.c", "if (st->loaded || ob_level", "if (!st->unsure || ob_level",
     "--station=l1/sg --scenario=lock --fault=stall", r"again: false success"),
    ("truth-loaded", "flash/option_bytes.c", "return err ? err : check_in_force(c, out);",
     "return err || !out->bad ? err : check_in_force(c, out);",
     "--station=l1/bulk --scenario=lock --fault=lie", r"false success"),
    ("truth-registers", "flash/option_bytes.c", "(ob->kind->launch_value || ops->undo)", "ob->kind->launch_value",
     "--station=f4/sg --scenario=lock --campaign=pairs --fault=lie", r"again: false success"),
    ("truth-told", "target/memory.c", "c->fault.probe_status == STATUS_OF_AP_WAIT ||", "c->fault.probe_status == 1 ||",
     "--station=f1/bulk --scenario=identify --fault=dap-busy", r"false success"),
    ("truth-file", "cli/cmd_read.c", "err = keep(s, w, data);", "err = s->n_rest ? keep(s, w, data) : SL_OK;",
     "--station=f1/bulk --scenario=read-4k --fault=stall --cases=4", r"false success"),
    ("kept", "flash/prove.c", "if (err == SL_VERIFY)\n\t\t\ttell_kept", "if (err == SL_BUG)\n\t\t\ttell_kept",
     "--station=f4/sg --scenario=chain-4k --fault=lie", r"was to be kept"),
    ("blame", "base/error.c", '"gone", "the probe left the bus", "check the cable and plug the board in again", 8 },',
     '"gone", "the probe left the bus", "check the cable and plug the board in again", 10 },',
     "--station=f1/bulk --scenario=identify --fault=gone --cases=6", r"no fair description"),
    ("touch-flash", "flash/commands.c", "job.n_spans = blank_spans(f, range, blank, spans);",
     "range.len += 4096;\n\t\tjob.n_spans = blank_spans(f, range, blank, spans);",
     "--station=f1/bulk --scenario=erase-4k --fault=stall --cases=4", r"was not to be touched"),
    ("touch-forbidden", "flash/stm32l1.c", "LX_PECR, PECR_LOCKS);", "LX_PECR, PECR_PELOCK);",
     "--station=l1/sg --scenario=erase-4k --fault=empty", r"illegal: .*while locked"),
    ("order-lock", "flash/session.c", "return was ? f->ops->lock(f, c) : SL_OK;", "(void)c;\n\treturn was ? SL_OK : SL_OK;",
     "--station=f1/bulk --scenario=flash-1k --fault=sigint --cases=40", r"left unlocked"),
    ("order-core", "flash/session.c", "target_restore_core(f->t, &f->s.core);", "f->s.open = true;",
     "--station=f1/bulk --scenario=flash-1k --fault=sigint --cases=40", r"core|SRAM"),
    ("recovers", "flash/stm32f1.c", "if (!err && (cr & CR_LOCK))\n\t\terr = ctrl_keys", "if (!err)\n\t\terr = ctrl_keys",
     "--station=f1/bulk --scenario=flash-1k --fault=timeout --cases=200", r"again: "),
    ("leaks-memory", "link/session.c", "transport_close(l->t, c);\n\t\tfree(l);", "transport_close(l->t, c);",
     "--station=f1/bulk --scenario=version --fault=gone", r"blocks leaked"),
    ("leaks-descriptor", "sg/sg.c", "if (close(s->fd) != 0)", "if (s->fd < 0)",
     "--station=f1/sg --scenario=version --fault=gone", r"descriptors"),
    ("stranger", "link/open.c", "if (now.kind != r->was.kind)", "if (!now.kind)",
     "--station=f1/bulk-only --scenario=leave-dfu --campaign=unplug", r"another probe got"),
    ("dies", "link/session.c", "return fail_in_dfu(l, c, err);", "__builtin_trap();",
     "--station=f1/bulk --scenario=leave-dfu --fault=stall", r"killed by a signal"),
]


def copy(top, scratch):
    names = subprocess.run(["git", "ls-files"], cwd=top, text=True, check=True, capture_output=True).stdout
    for name in names.split():
        if not (top / name).is_file():
            continue
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        if not (scratch / name).exists() or (scratch / name).read_bytes() != (top / name).read_bytes():
            shutil.copyfile(top / name, scratch / name)
            shutil.copymode(top / name, scratch / name)


def build(scratch):
    subprocess.run(["make", "-s", "-j2", "BUILD=build", "CFLAGS=-O1", "build/tests/faults/campaign"], cwd=scratch,
                   check=True, stdout=subprocess.DEVNULL)


def campaign(scratch, args):
    """The findings, as (command, text)."""
    out = subprocess.run(["build/tests/faults/campaign"] + args + ["--limit=20"] * ("limit" not in " ".join(args)), cwd=scratch, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, errors="replace", timeout=600)
    return out.returncode, re.findall(r"^FINDING \S+ (\S+)  (.*)$", out.stdout, re.M)


def survives(scratch, row):
    """Why the mutant goes unnoticed; None: it does not."""
    _, name, old, new, args, says = row
    path = scratch / name
    was = path.read_text()
    if was.count(old) != 1:
        return f"its text stands {was.count(old)} times in {name}"
    path.write_text(was.replace(old, new))
    try:
        build(scratch)
        code, found = campaign(scratch, args.split())
        hits = [(command, text) for command, text in found if re.search(says, text)]
        if code == 0 or not hits:
            return f"{len(found)} findings, none that says {says}: {found[:1]}"
        code, again = campaign(scratch, [hits[0][0]] + [a for a in args.split() if a.startswith("--limit")])
        if code == 0 or (hits[0][0], hits[0][1]) not in again:
            return f"{hits[0][0]} does not replay it: {again}"
        print(f"  {row[0]:17} {hits[0][0]}  {hits[0][1]}", flush=True)
        return None
    finally:
        path.write_text(was)


def main():
    top = pathlib.Path(__file__).resolve().parents[2]
    scratch = pathlib.Path(sys.argv[1]).resolve() / "mutants"
    wanted = sys.argv[2:]
    bad = 0
    copy(top, scratch)
    rows = [r for r in MUTANTS if not wanted or r[0] in wanted]
    for row in rows:
        why = survives(scratch, row)
        if why:
            print(f"  {row[0]:17} UNNOTICED: {why}", flush=True)
            bad += 1
    print(f"mutants: {len(rows)} mutants of the program, {bad} unnoticed")
    return bad > 0


if __name__ == "__main__":
    os.environ.pop("MAKEFLAGS", None)
    sys.exit(main())
