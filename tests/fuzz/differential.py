#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# differential.py CONVERT N [SEED] - images with random pieces, written by srec_cat, objcopy and the
# linker in each format and shape, read and written again by image/, read back by srec_cat: the same
# bytes at the same addresses. Nothing of image/ decides what is right.
import random
import subprocess
import sys
import tempfile
import os

BASE = 0x08000000
SREC = ["-Intel", "-Motorola"]


def pieces(rnd):
    """Pieces apart from each other, as {address: bytes}."""
    out, at = {}, BASE + rnd.choice([0, 0x10, 0xFFF0, 0x1FFFF0])
    for _ in range(rnd.randint(1, 5)):
        n = rnd.choice([1, 2, 3, 15, 16, 17, 255, 256, 1000, rnd.randint(1, 3000)])
        out[at] = rnd.randbytes(n)
        at += n + rnd.choice([1, 4, 100, 0x10000])
    return out


def run(*args):
    p = subprocess.run(args, capture_output=True)
    if p.returncode:
        sys.exit("%s: %s" % (" ".join(args), p.stderr.decode()))


def by_srec_cat(rnd, parts, where):
    """The pieces as one file, made by srec_cat or objcopy."""
    kind = rnd.choice(SREC)
    made = os.path.join(where, "made")
    args = ["srec_cat"]
    for i, (addr, data) in enumerate(parts.items()):
        raw = os.path.join(where, "raw%d" % i)
        open(raw, "wb").write(data)
        args += [raw, "-Binary", "-offset", str(addr)]
    run(*args, "-o", made, kind, "-obs=%d" % rnd.choice([8, 16, 32, 64]))
    if rnd.random() < 0.5:
        name = {"-Intel": "ihex", "-Motorola": "srec"}
        other = rnd.choice(SREC)
        run("objcopy", "-I", name[kind], "-O", name[other], made, made + "2")
        return made + "2"
    return made


def by_linker(rnd, parts, where):
    """The pieces as an ELF executable."""
    script = os.path.join(where, "script")
    made = os.path.join(where, "made.elf")
    raws, sections = [], []
    for i, (addr, data) in enumerate(parts.items()):
        raw = os.path.join(where, "raw%d" % i)
        open(raw, "wb").write(data)
        run("arm-none-eabi-objcopy", "-I", "binary", "-O", "elf32-littlearm", "-B", "arm", raw,
            raw + ".o")
        raws.append(raw + ".o")
        # Loaded elsewhere than it runs, as initialised data is: the load address counts.
        run_at = rnd.choice([addr, 0x20000000 + i * 0x10000])
        sections.append(".p%d %#x : AT(%#x) { %s(.data) } :s%d" % 
                        (i, run_at, addr, raw + ".o", i))
    # A segment each: what lies between two pieces of one segment is in the file, as zeros.
    open(script, "w").write("PHDRS { %s } SECTIONS { %s }" % (
        " ".join("s%d PT_LOAD;" % i for i in range(len(raws))), " ".join(sections)))
    run("arm-none-eabi-ld", "-T", script, "-z", "max-page-size=%d" % rnd.choice([4, 0x10000]),
        *raws, "-o", made)
    if rnd.random() < 0.5:
        run("arm-none-eabi-objcopy", "-O", rnd.choice(["ihex", "srec"]), made, made + "2")
        return made + "2"
    return made


def read_back(path, kind, where):
    """What srec_cat finds in a file, as {address: byte}."""
    flat = os.path.join(where, "flat")
    run("srec_cat", path, kind, "-o", flat, "-Motorola", "-address-length=4")
    found = {}
    for line in open(flat):
        if line.startswith("S3"):
            n = int(line[2:4], 16) - 5
            at = int(line[4:12], 16)
            for i in range(n):
                found[at + i] = int(line[12 + 2 * i:14 + 2 * i], 16)
    return found


def main():
    convert, n = sys.argv[1], int(sys.argv[2])
    rnd = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with tempfile.TemporaryDirectory() as where:
        for case in range(n):
            parts = pieces(rnd)
            made = rnd.choice([by_srec_cat, by_srec_cat, by_linker])(rnd, parts, where)
            ours = os.path.join(where, "ours")
            fmt, kind = rnd.choice([("ihex", "-Intel"), ("srec", "-Motorola")])
            run(convert, fmt, made, ours)
            want = {a + i: b for a, data in parts.items() for i, b in enumerate(data)}
            if read_back(ours, kind, where) != want:
                sys.exit("differential: case %d of this seed differs" % case)
    print("differential: %d images, 0 differences" % n)


main()
