# SPDX-License-Identifier: GPL-2.0-or-later
"""All small wrongs that can be put into the C files of a room, in an order that a seed decides.

One wrong changes one place inside one function: an operator, a number, a truth value, an error that is
handed on, or a statement that is left out. The order does not depend on line numbers: an edit
elsewhere leaves the other mutants, their names and their places in the order as they were.
"""
import collections
import hashlib
import re

# What is looked for, and what is written instead.
WRONGS = [
    (r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" > ", " >= "), (r" <= ", " < "),
    (r" >= ", " > "), (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "),
    (r" \| ", " & "), (r" & ", " | "), (r" << ", " >> "), (r" >> ", " << "), (r" \+= ", " -= "),
    (r" -= ", " += "), (r"\(!", "("), (r"\btrue\b", "false"), (r"\bfalse\b", "true"),
    (r"return err;", "return SL_OK;"), (r" \|= ", " &= "), (r" \? (.*) : (.*);", r" ? \2 : \1;"),
    (r"\b([1-9][0-9]?)u?\b", lambda m: str(int(m.group(1)) + 1)),
]
STATEMENT = re.compile(r"^\t+(\(void\))?[a-z_>.-]+(\(.*\)| = .*| [-+|&]= .*);$")

# path from the tree; n: index of the line; name: the same after edits elsewhere.
Mutant = collections.namedtuple("Mutant", "path n old new name")


def code_lines(text):
    """Indices and texts of the lines inside functions."""
    inside, comment = False, False
    for n, line in enumerate(text.split("\n")):
        if line.startswith("{"):
            inside = True
        elif line.startswith("}"):
            inside = False
        if "/*" in line:
            comment = "*/" not in line
            if not line.split("/*")[0].strip():
                continue
        elif comment:
            comment = "*/" not in line
            continue
        if inside and line.startswith("\t") and "ctx_log" not in line and "static const" not in line:
            yield n, line


def is_code(line, at):
    return line[:at].count('"') % 2 == 0 and "/*" not in line[:at]


def changed_lines(line):
    for pattern, wrong in WRONGS:
        for m in re.finditer(pattern, line):
            if is_code(line, m.start()):
                yield line[:m.start()] + re.sub(pattern, wrong, m.group(0)) + line[m.end():]
    if STATEMENT.match(line):
        yield line[:len(line) - len(line.lstrip())] + ";"


def mutants_of(tree, room, seed):
    """All mutants of a room, in the order of the seed."""
    found = []
    for path in sorted((tree / room).glob("*.c")):
        times = collections.Counter()
        for n, line in code_lines(path.read_text()):
            for new in changed_lines(line):
                name = "%s\t%s\t%s" % (path.relative_to(tree), line.strip(), new.strip())
                times[name] += 1
                found.append(Mutant(path.relative_to(tree), n, line, new, "%s\t%d" % (name, times[name])))
    return sorted(found, key=lambda m: hashlib.sha256(("%s %s" % (seed, m.name)).encode()).digest())
