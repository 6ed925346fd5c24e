#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# corpus.py unpack FILE FOLDER - one file for each line of FILE, which is an input in base64
# corpus.py pack FOLDER FILE   - the other way round, in a fixed order
#
# A fuzzer's inputs are hundreds of tiny files; here they are lines of one.
import base64
import hashlib
import pathlib
import sys


def main():
    what, source, target = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if what == "unpack":
        target.mkdir(parents=True, exist_ok=True)
        for line in source.read_text().split():
            data = base64.b64decode(line)
            (target / hashlib.sha1(data).hexdigest()).write_bytes(data)
    else:
        lines = {base64.b64encode(p.read_bytes()).decode() for p in source.iterdir() if p.is_file()}
        target.write_text("".join(line + "\n" for line in sorted(lines, key=lambda s: (len(s), s))))


main()
