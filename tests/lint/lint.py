#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The limits of the house, checked on the source text.

  lint.py [ROOT]     prints one line per offence and a summary; exit status 1 if any.

Checked: direction of includes, file and function length, nesting, parameters,
complexity, banned functions, must-check on error-returning functions, header
guards, licence lines, words that do not belong into a published tree. The
compiler's own warnings are make's business.
"""
import pathlib
import re
import statistics
import sys

# Room -> rooms that it may include. A room may always include itself.
MAY_INCLUDE = {
    "base": set(),
    "image": {"base"},
    "link": {"base"},
    "usb": {"base", "link"},
    "sg": {"base", "link"},
    "target": {"base", "link"},
    "flash": {"base", "link", "target"},
    "host": {"base", "link"},
    "auto": {"base", "link"},
    "doctor": {"base", "flash", "host", "link", "target"},
    "cli": {"doctor", "auto", "base", "image", "link", "target", "flash", "host"},
    "compat": {"base", "cli", "flash", "image", "link", "target"},
    ".": {"base", "cli", "compat"},
    "sim": {"base"},
}
# The one file that may name the transports, which it does by extern declarations.
TRANSPORT_TABLE = "link/transports.c"

FILE_MAX = 600
FUNC_MAX, FUNC_LONG, FUNC_LONG_SHARE = 100, 60, 0.05
MEDIAN_MAX, P90_MAX = 18, 50
PARAMS_MAX, DEPTH_MAX, COMPLEXITY_MAX, COMPLEXITY_HARD = 5, 4, 15, 25
STATIC_SHARE = 0.55
COLUMNS = 110

BANNED = ["sprintf", "vsprintf", "strcpy", "strcat", "strtok", "sscanf", "atoi", "atol", "gets",
          "system", "popen", "getenv", "alloca", "gmtime", "localtime"]
BELOW_CLI = ["exit", "_exit", "abort", "printf", "fprintf", "puts", "putchar", "fputs", "perror"]
# Files that are programs of their own or print by trade.
MAY_PRINT = re.compile(r"^(cli/|compat/|stlink-download\.c|sim/(main|report|options|leds)\w*\.c|man/|tests/)")
# A child process ends itself, and must not run the parent's exit handlers.
ENDS_CHILD = {"base/confine.c": {"_exit"}}
STRANGE = re.compile(r"(\bsub-?agents?\b|\bdossiers?\b|/home/\w+/)", re.I)

# A table may be as long as its subject: files whose lines are mostly initialisers.
COPIES = "host/files.c"         # of other files, as they stand
TABLE = re.compile(r"(target/chips\w*\.c|flash/loaders/.*|host/files\.c)$")

problems = []


def offence(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def strip(text):
    """Comments and string contents become blanks; line numbers stay."""
    def blank(match):
        s = match.group(0)
        if s.startswith('"'):
            return '"' + re.sub(r"[^\n]", " ", s[1:-1]) + '"'
        if s.startswith("'"):
            return "' '"
        return re.sub(r"[^\n]", " ", s)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text,
                  flags=re.S)


def functions(code):
    """(name, first line, last line, parameters, static, body) of each definition."""
    lines = code.split("\n")
    for i, line in enumerate(lines):
        if line != "{":
            continue
        end = next((j for j in range(i, len(lines)) if lines[j] == "}"), len(lines) - 1)
        start = i
        while start > 0 and lines[start - 1].strip() and not lines[start - 1].endswith((";", "}")) \
                and not lines[start - 1].startswith("#"):
            start -= 1
        head = " ".join(lines[start:i])
        m = re.search(r"(\w+)\s*\((.*)\)\s*$", head.strip())
        if not m:
            continue
        params = m.group(2).strip()
        depth, count = 0, 0 if params in ("", "void") else 1
        for ch in params:
            depth += ch == "("
            depth -= ch == ")"
            count += ch == "," and depth == 0
        count -= params.endswith("...")  # a format's arguments are not counted
        yield m.group(1), start + 1, end + 1, count, head.strip().startswith("static"), \
            lines[i + 1:end]


def check_functions(path, text, code, stats):
    source = text.split("\n")
    for name, first, last, params, static, body in functions(code):
        # A callback has the parameters that its library wants; the comment above must say so.
        foreign = "'s signature" in "\n".join(source[max(0, first - 4):first])
        length = last - first + 1
        inner = "\n".join(body)
        depth = max([len(re.match(r"\t*", b).group(0)) for b in body
                     if re.match(r"\t*(if|for|while|switch|do)\b", b)] or [0])
        branches = 1 + len(re.findall(r"\b(?:if|for|while|case)\b|&&|\|\||\?", inner))
        stats.append((length, static))
        if length > FUNC_MAX:
            offence(path, first, f"{name} has {length} lines, {FUNC_MAX} at most")
        if params > PARAMS_MAX and not foreign:
            offence(path, first, f"{name} has {params} parameters, {PARAMS_MAX} at most")
        if depth > DEPTH_MAX - 1:
            offence(path, first, f"{name} nests {depth} levels deep, {DEPTH_MAX - 1} at most")
        if branches > COMPLEXITY_HARD:
            offence(path, first, f"{name} has complexity {branches}, {COMPLEXITY_HARD} at most")


def check_includes(path, room, text):
    for n, line in enumerate(text.split("\n"), 1):
        m = re.match(r'#\s*include\s+"([^"]+)"', line)
        if not m:
            continue
        other = m.group(1).split("/")[0] if "/" in m.group(1) else "."
        if other == ".":
            offence(path, n, f"include \"{m.group(1)}\" by its path from the root")
        elif other != room and other not in MAY_INCLUDE[room]:
            offence(path, n, f"{room}/ must not include {other}/")
        elif room == "." and other not in MAY_INCLUDE["."]:
            offence(path, n, f"main must not include {other}/")


def check_calls(path, code):
    banned = BANNED + ([] if MAY_PRINT.match(str(path)) else BELOW_CLI)
    banned = [word for word in banned if word not in ENDS_CHILD.get(str(path), ())]
    for n, line in enumerate(code.split("\n"), 1):
        for word in banned:
            if re.search(rf"(?<![\w.>]){word}\s*\(", line):
                offence(path, n, f"{word}() is not used here")


def check_handlers(path, code):
    """A signal handler sets the flag and does nothing else: no call at all, but one to write()."""
    for name in set(re.findall(r"(?:sa_handler\s*=|\bsignal\(\w+,)\s*(\w+)", code)) - {"SIG_IGN", "SIG_DFL"}:
        body = re.search(rf"^static void {name}\(int \w+\)\n{{\n(.*?)^}}", code, re.M | re.S)
        if not body:
            offence(path, 1, f"the signal handler {name} is not a static function of this file")
            continue
        calls = set(re.findall(r"\b(\w+)\s*\(", body.group(1))) - {"if", "while", "void", "write"}
        for call in sorted(calls):
            offence(path, 1, f"the signal handler {name} calls {call}()")


def check_sources(path, text):
    """In the driver rooms a group of register #defines says where it comes from."""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if not re.match(r"#define \w+\s+\(?(UINT32_C|0x|\d)", line) or "/*" in line:
            continue
        start = n
        while start > 0 and lines[start - 1].startswith("#define "):
            start -= 1
        above = lines[start - 1].rstrip() if start else ""
        if not above.endswith("*/") and "/*" not in "\n".join(lines[start:n]):
            offence(path, n + 1, "a register or limit without its source")


def check_header(path, text, code):
    guard = re.sub(r"\W", "_", str(path)).upper()
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        offence(path, 1, f"needs the guard {guard}")
    for m in re.finditer(r"^(?:static inline )?enum sl_err \**\w+\([^;{]*\)([^;{]*)[;{]", code, re.M):
        if "typedef" in m.group(0):
            continue
        name = re.search(r"(\w+)\(", m.group(0)).group(1)
        if "MUST_CHECK" not in m.group(1) and not re.match(r"ctx_|\w*_fail", name):
            offence(path, code[:m.start()].count("\n") + 1, f"{name} lacks MUST_CHECK")


def check_text(path, text):
    for n, line in enumerate(text.split("\n"), 1):
        if STRANGE.search(line) and not str(path).startswith("tests/lint/"):
            offence(path, n, "speaks of something outside the project")
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and not str(path).startswith("tests/lint/"):
            offence(path, n, "TODO or FIXME")
        if path.suffix in (".c", ".h") and len(line.expandtabs(8)) > COLUMNS \
                and str(path) != COPIES:
            offence(path, n, f"longer than {COLUMNS} columns")


def check_file(root, path, stats):
    text = (root / path).read_text(encoding="utf-8")
    check_text(path, text)
    if path.suffix not in (".c", ".h"):
        return
    code = strip(text)
    if not text.startswith("/* SPDX-License-Identifier: GPL-2.0-or-later\n"):
        offence(path, 1, "no licence line")
    lines = text.count("\n")
    if lines > FILE_MAX and not TABLE.match(str(path)):
        offence(path, 1, f"{lines} lines, {FILE_MAX} at most")
    room = path.parts[0] if len(path.parts) > 1 else "."
    if room in MAY_INCLUDE:
        check_includes(path, room, text)
        check_calls(path, code)
        check_handlers(path, code)
        check_functions(path, text, code, stats)
        if room in ("flash", "target"):
            check_sources(path, text)
        if path.suffix == ".h":
            check_header(path, text, code)
    elif path.parts[0] == "tests":
        check_functions(path, text, code, [])


def check_shape(stats):
    lengths = sorted(s[0] for s in stats)
    if not lengths:
        return
    p90 = lengths[int(len(lengths) * 0.9)]
    long_share = sum(x > FUNC_LONG for x in lengths) / len(lengths)
    static = sum(s[1] for s in stats) / len(stats)
    median = statistics.median(lengths)
    print(f"functions {len(lengths)}, median {median:g} lines, p90 {p90}, longest {lengths[-1]}, "
          f"over {FUNC_LONG} lines {long_share:.1%}, file-local {static:.0%}")
    if median > MEDIAN_MAX or p90 > P90_MAX or long_share > FUNC_LONG_SHARE:
        offence("functions", 0, "the shape of the whole is off: median, p90 or share of long ones")
    if static < STATIC_SHARE:
        offence("functions", 0, f"only {static:.0%} are file-local")


def tracked(root):
    skip = re.compile(r"^(build[^/]*|\.git)(/|$)")
    for p in sorted(root.rglob("*")):
        rel = p.relative_to(root)
        if p.is_file() and not skip.match(str(rel)) and p.suffix in \
                (".c", ".h", ".s", ".md", ".sh", ".py", ".1", ".json", ".case", ".inc", ""):
            if p.stat().st_size < 2_000_000 and b"\0" not in p.read_bytes()[:4096]:
                yield rel


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    stats, count = [], 0
    for path in tracked(root):
        try:
            check_file(root, path, stats)
            count += 1
        except UnicodeDecodeError:
            offence(path, 1, "is not UTF-8")
    check_shape(stats)
    for p in problems:
        print(p)
    print(f"lint: {count} files, {len(problems)} offences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
