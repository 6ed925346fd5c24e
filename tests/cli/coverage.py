#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is every option, word, exit status, cause and error text of the command line in some case?

  coverage.py LOG        LOG: what run.py and doctor.py wrote to $STLINK_CLI_LOG
  coverage.py LOG -l     lists what is missing, in the form of coverage.txt

The tables are the program's own: completions (made from them) for words and options, the option
table for values, base/error.c and base/cause.c, and the texts of ctx_fail in the rooms that read
command lines and files, which may also be looked for in another test. What no command line can reach
stands in coverage.txt, with the reason; a line there that is not needed any more is a mistake, too. Also fails below 300 command lines.
"""
import glob
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LINES_MIN = 300
# Rooms whose errors come from command lines and files. Those of probe and chip are those of the
# campaigns and of the rooms' own tests.
ROOMS = ["stlink-download.c", "cli/*.c", "image/*.c", "base/*.c"]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def listed(script, name):
    return re.search(name + r'="\n(.*?)\n"', script, re.S).group(1).split()


def texts_of(code):
    """The format strings of ctx_fail and its kin, as regular expressions, and the format itself."""
    for match in re.finditer(r'\bctx_fail\w*\(', code):
        depth, at, in_string = 1, match.end(), False
        while depth and at < len(code):
            ch = code[at]
            if ch == "\\" and in_string:
                at += 1
            elif ch == '"':
                in_string = not in_string
            elif not in_string:
                depth += {"(": 1, ")": -1}.get(ch, 0)
            at += 1
        call = code[match.end():at - 1]
        call = re.sub(r'%[0-9]*"\s*PRI\w+', '%u"', call)
        call = re.sub(r'%u"\s*"', "%u", call)
        groups = re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', call)
        groups = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', g)) for g in groups]
        # The first may be the name of the room.
        groups = [g for g in groups if not re.fullmatch(r"[a-z]*", g)]
        # Those are the campaigns', which let every allocation fail.
        if groups and not groups[0].startswith("no memory"):
            yield groups[0]


def as_regex(text):
    text = text.replace("\\n", "\n").replace('\\"', '"')
    pieces = re.split(r"%(?:%|[-0-9.*]*(?:l|ll|z|h|hh)?[a-zA-Z])", text)
    return ".*?".join(re.escape(p) for p in pieces)


def tables():
    """(kind, name, how to see that a case has it) of everything."""
    bash = read("completions/stlink-download.bash")
    options = read("cli/options.c")
    rows = options[options.index("static const struct option_row"):]
    rows = rows[:rows.index("\n};")]
    for word in listed(bash, "_words") + listed(bash, "_other_spellings"):
        yield "word", word, None
    for name in re.findall(r'\.name = "([\w-]+)"', rows):
        yield "option", "--" + name, None
    for letter in re.findall(r"\.letter = '(\w)'", rows):
        yield "option", "-" + letter, None
    for row in re.split(r"\n\t\{", rows):
        name = re.search(r'\.name = "([\w-]+)"', row)
        for value in (re.search(r'\.values = "([^"]*)"', row) or [0, ""])[1].split():
            yield "value", f"--{name.group(1)}={value}", None
    for line in re.findall(r"^\t\{ SL_\w+, .*?\}", read("base/error.c"), re.M | re.S):
        yield "status", re.search(r"(\d+) *\}$", line).group(1), None
    for number, name in enumerate(re.findall(r'\.name = "([\w-]+)"', read("base/cause.c")), 201):
        yield "cause", f"E{number} {name}", None
    for pattern in ROOMS:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
            for text in texts_of(read(os.path.relpath(path, ROOT))):
                yield "text", f"{os.path.relpath(path, ROOT)}: {text}", as_regex(text)


def other_lines():
    """The tests that run the program by themselves."""
    for path in glob.glob(os.path.join(HERE, "*.py")) + [os.path.join(ROOT, "tests/readme.sh")]:
        if os.path.basename(path) != "coverage.py":
            yield read(os.path.relpath(path, ROOT))


def other_tests():
    """The tests of the rooms and of the guests: a text may be looked for there."""
    for pattern in ("tests/test_*.c", "tests/vm/**/*.sh", "tests/vm/**/*.py", "tests/cli/*.py"):
        for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
            if os.path.basename(path) != "coverage.py":
                yield read(os.path.relpath(path, ROOT))


def longest_piece(regex):
    return max((p.replace("\\", "") for p in regex.split(".*?")), key=len)


def looked_for(regex, sources):
    piece = longest_piece(regex).strip()
    return len(piece) >= 10 and any(piece in text for text in sources)


def has_option(name, cases):
    return any(w == name or w.startswith(name + "=") or
               (len(name) == 2 and re.match(name[0] + r"\w*" + name[1], w) and not w.startswith("--"))
               for words, *_ in cases for w in words)


def has_word(name, cases):
    for words, *_ in cases:
        for w in words:
            if w == name or (w.startswith(name) and w != name and
                             (name[-1] in "=:" or name in ("reg", "wreg", "read0x", "write0x"))):
                return True
    return False


def seen(kind, name, regex, cases, others):
    if kind == "word":
        return has_word(name, cases) or any(f'"{name}' in text for text in others)
    if kind in ("option", "value"):
        return has_option(name, cases) or any(f'"{name}' in text for text in others) or \
            (kind == "value" and any(" ".join(words).find(name.replace("=", " ")) >= 0
                                     for words, *_ in cases))
    if kind == "status":
        return any(status == int(name) for _, status, *_ in cases)
    if kind == "cause":
        named = re.compile(rf"^(?:remark|verdict) +{name.split()[0]} ", re.M)
        return any(f"[{name.split()[0]}]" in err or f'"{name.split()[1]}"' in out or named.search(out)
                   for *_, out, err in cases) or any(name.split()[0] in text for text in others)
    return any(re.search(regex, err) or re.search(regex, out) for *_, out, err in cases)


def main():
    cases = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    others, sources = list(other_lines()), list(other_tests())
    excused = {}
    reason = ""
    for line in open(os.path.join(HERE, "coverage.txt"), encoding="utf-8").read().splitlines():
        if line.startswith("# "):
            reason = line[2:]
        elif line:
            excused[line] = reason
    counts, wrong, missing = {}, [], []
    for kind, name, regex in tables():
        there = seen(kind, name, regex, cases, others)
        key = f"{kind} {name}"
        counts.setdefault(kind, [0, 0, 0, 0])
        counts[kind][1] += 1
        counts[kind][0] += there
        if not there and kind == "text" and looked_for(regex, sources):
            counts[kind][3] += 1
            there = True
        if there and key in excused:
            wrong.append(f"coverage.txt: there is a case now: {key}")
        if not there and key not in excused:
            missing.append(key)
        counts[kind][2] += key in excused
        excused.pop(key, None) if not there else None
    for key in excused:
        wrong.append(f"coverage.txt: there is no such thing, or it is in a case: {key}")
    if "-l" in sys.argv:
        print("\n".join(missing))
        return
    wrong += [f"in no case of the command line: {key}" for key in missing]
    if len(cases) < LINES_MIN:
        wrong.append(f"only {len(cases)} command lines, {LINES_MIN} at least")
    for line in wrong:
        print(line)
    print(f"coverage: {len(cases)} command lines; " + ", ".join(
        f"{kind} {a} of {n}" + (f", {o} in other tests" if o else "") +
        (f", {x} excused" if x else "") for kind, (a, n, x, o) in counts.items()))
    sys.exit(1 if wrong else 0)


main()
