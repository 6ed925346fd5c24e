#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# night.py FOLDER [--jobs=N] [--minutes=N] [--most=N] [--upto=N] [--only=TEXT] [--earlier] [-w REPORT] -
# all campaigns of faults at their full size: each campaign, each scenario, each station is a job of its
# own with a log of its own in FOLDER/night. What has a log there is not run again, so a night can be
# continued. After a change of the program or of the judge: --earlier, by which all that was run is run
# again, and until then stands in the tables with a star. The smallest jobs come first. --most: of a job
# with more cases, a sample of about that size. --upto: no job with more cases. --only: jobs whose name,
# "transport f1/sg flash-4k", has this in it. -w: write the tables between their marks in REPORT; without
# --minutes nothing else is done.
#
# Prints each finding, with the command that replays it. Exit status 1 when there is one.
import argparse
import collections
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time

CAMPAIGNS = ["transport", "unplug", "power", "memory", "statuses", "signals", "time"]
CONTROLLERS = ["f1", "l1", "f4"]
CARRIERS = ["sg", "bulk", "bulk-only"]
LINE = re.compile(r"^(\S+) +(\S+) +\d+ transfers .*: +(\d+) cases, (\d+) findings, longest ([0-9.]+) s")
SAMPLE = "a sample"                     # first line of the log of one
EARLIER = ".earlier"
MARKS = "<!-- night: %s -->", "<!-- night ends -->"

Job = collections.namedtuple("Job", "campaign station scenario total")
Outcome = collections.namedtuple("Outcome", "cases findings longest sample earlier")


def all_jobs(program):
    jobs = []
    for campaign in CAMPAIGNS:
        out = subprocess.run([program, "--count", "--campaign=" + campaign], check=True, text=True,
                             capture_output=True).stdout
        for m in filter(None, map(LINE.match, out.splitlines())):
            if int(m[3]):
                jobs.append(Job(campaign, m[2], m[1], int(m[3])))
    if not jobs:
        sys.exit("night: nothing was counted")
    return jobs


def log_of(folder, job):
    return folder / ("%s.%s.%s.log" % (job.campaign, job.station.replace("/", "-"), job.scenario))


def outcome(folder, job):
    """What the job's log says, which may be those of its parts (--from, --to) one after the other; None
    without a log that is whole."""
    log = log_of(folder, job)
    earlier = not log.exists()
    if earlier:
        log = log.with_suffix(EARLIER)
    if not log.exists():
        return None
    lines = log.read_text().splitlines()
    parts = [m for m in map(LINE.match, lines) if m]
    if not parts:
        return None
    return Outcome(sum(int(m[3]) for m in parts), sum(int(m[4]) for m in parts),
                   max(float(m[5]) for m in parts), lines[0] == SAMPLE, earlier)


def run(program, folder, job, most):
    command = ["nice", "-n", "10", program, "--campaign=" + job.campaign, "--station=" + job.station,
               "--scenario=" + job.scenario]
    log, part = log_of(folder, job), log_of(folder, job).with_suffix(".part")
    with part.open("w") as f:
        if most and job.total > most:
            command.append("--cases=%d" % most)
            print(SAMPLE, file=f, flush=True)
        subprocess.run(command, stdout=f, stderr=subprocess.STDOUT, check=False)
    part.rename(log)
    for line in log.read_text().splitlines():
        if line.startswith("FINDING"):
            print(line, flush=True)
    if not outcome(folder, job):
        print("FINDING %s ended without a result" % " ".join(command), flush=True)


def is_done(o):
    return o and not o.earlier


def set_aside(folder):
    for log in folder.glob("*.log"):
        log.rename(log.with_suffix(EARLIER))


def run_all(program, folder, jobs, args):
    until = time.monotonic() + args.minutes * 60
    todo = [j for j in sorted(jobs, key=lambda j: min(j.total, args.most or j.total))
            if not is_done(outcome(folder, j)) and args.only in " ".join(j[:3]) and j.total <= args.upto]

    def worker(job):
        if time.monotonic() < until:
            run(program, folder, job, args.most)

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(worker, todo))


def cell(job, o):
    if not job:
        return ""
    if not o:
        return "-"
    text = "{:,}".format(o.cases)
    if o.sample:
        text += "/{:,}".format(job.total)
    text += "\\*" * o.earlier
    return text + (" **%d**" % o.findings if o.findings else "")


def total(job, o):
    """The number of allocations differs a little from one run to the next."""
    return max(job.total, o.cases) if o else job.total


def table(campaign, jobs, outcomes):
    mine = {(j.scenario, j.station): j for j in jobs if j.campaign == campaign}
    stations = ["%s/%s" % (c, r) for c in CONTROLLERS for r in CARRIERS]
    text = "| |" + "".join(" %s |" % s for s in stations) + "\n|---|" + "--:|" * len(stations) + "\n"
    for scenario in dict.fromkeys(s for s, _ in mine):
        cells = [cell(mine.get((scenario, s)), outcomes.get(mine.get((scenario, s)))) for s in stations]
        text += "| %s |" % scenario + "".join(" %s |" % c for c in cells) + "\n"
    done = [outcomes[j] for j in mine.values() if outcomes.get(j)]
    whole = [j for j in mine.values() if outcomes.get(j) and not outcomes[j].sample]
    every = sum(total(j, outcomes.get(j)) for j in mine.values())
    return text + "\n{:,} of {:,} cases, {:,} of {:,} cells whole; {:,} findings; longest run {:.1f} s of " \
        "the board's time.\n".format(sum(o.cases for o in done), every,
                                     len(whole), len(mine), sum(o.findings for o in done),
                                     max([o.longest for o in done], default=0))


def write(report, jobs, outcomes):
    text = report.read_text()
    for campaign in CAMPAIGNS:
        head, mark, rest = text.partition(MARKS[0] % campaign)
        if not mark:
            sys.exit("night: %s has no place for the campaign %s" % (report, campaign))
        text = head + mark + "\n" + table(campaign, jobs, outcomes) + MARKS[1] + rest.split(MARKS[1], 1)[1]
    report.write_text(text)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--minutes", type=float, default=0)
    p.add_argument("--most", type=int, default=0)
    p.add_argument("--upto", type=int, default=sys.maxsize)
    p.add_argument("--only", default="")
    p.add_argument("--earlier", action="store_true")
    p.add_argument("-w", type=pathlib.Path, dest="report")
    args = p.parse_args()
    program = str(args.build / "tests/faults/campaign")
    folder = args.build / "night"
    folder.mkdir(exist_ok=True)
    if args.earlier:
        set_aside(folder)
    jobs = all_jobs(program)
    run_all(program, folder, jobs, args)
    outcomes = {j: outcome(folder, j) for j in jobs}
    if args.report:
        write(args.report, jobs, outcomes)
    for campaign in CAMPAIGNS:
        print(campaign + ": " + table(campaign, jobs, outcomes).splitlines()[-1])
    sys.exit(any(o and o.findings for o in outcomes.values()))


main()
