#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What TAB makes of a command line, in the real bash, zsh and fish.

  completion.py [SHELL...]     all three without arguments

bash and zsh run on a terminal of their own, get a line and TAB typed, and say what stands in their
line editor then; fish tells its candidates by its own "complete -C". A shell that is not installed
is skipped, which is a failure when CI is set. Device names come from the program's own "list=names" on
a mock kernel with two boards, where tests/t1/with_board is built.
"""
import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
LIMIT = 20.0        # seconds for one answer of a shell

# (what is typed after "stlink-download ", the only candidate). One that ends in = or : or is only
# a beginning is followed by no space.
ONE = [
    ("prog", "program="),
    ("info ver", None),                     # two: version, verify=
    ("info vers", "version"),
    ("flash:w", "flash:w:"),
    ("sys", "sys:r:"),
    ("hal", "halt"),
    ("erase=a", "erase=all"),
    ("regpri", "regprimask"),
    ("wregpri", "wregprimask="),
    ("read0", "read0x"),
    ("SYS", "SYSTICK"),
    ("--fo", "--force"),
    ("--connect=u", "--connect=under-reset"),
    ("--connect u", "under-reset"),
    ("program=fw", "program=fw.hex"),
    ("info flash:w:fw", "flash:w:fw.hex"),
    ("setup --root=di", "--root=dir/"),
    ("read=dir/du", "read=dir/dump.bin"),
    ("program=nothing", None),
    ("help blin", "blink"),
    ("zzz", None),
    ("-d serial:3", "serial:303030303030303030303031"),
    ("--device=port:", None),
    ("--device=serial:3", "--device=serial:303030303030303030303031"),
]
NOT_ALL = {     # what a shell cannot or need not do in the same way
    "fish": {"hal", "erase=a", "info flash:w:fw"},
    "zsh": {"hal", "erase=a"},
}
OPEN = ("=", ":", "/", "read0x")


def expected(shell, typed, candidate):
    """The line after TAB."""
    if candidate is None:
        return None
    head = typed[:typed.rfind(" ") + 1]
    return head + candidate + ("" if candidate.endswith(OPEN) else " ")


class Terminal:
    """An interactive shell on a pseudo terminal, whose line editor tells its line on ^X^D."""

    START = {
        "bash": (["bash", "--norc", "--noprofile", "-i"],
                 ". {script}; PS1='@''@'; bind 'set bell-style none'; "
                 "d() {{ printf %s \"$READLINE_LINE\" >{out}.new; mv {out}.new {out}; READLINE_LINE=; "
                 "READLINE_POINT=0; }}; bind -x '\"\\C-x\\C-d\": d'; echo rea''dy\n"),
        "zsh": (["zsh", "-f", "-i"],
                "PS1='@''@'; unsetopt zle_bracketed_paste 2>/dev/null; fpath=({dir} $fpath); autoload -U compinit; "
                "compinit -u -D; d() {{ print -rn -- $BUFFER >{out}.new; mv {out}.new {out}; BUFFER=; }}; "
                "zle -N d; bindkey '^X^D' d; setopt no_beep no_auto_menu; bindkey '^I' complete-word; "
                "echo rea''dy\n"),
    }

    def __init__(self, shell, where):
        self.out = where / f"{shell}.line"
        argv, setup = self.START[shell]
        env = dict(os.environ, TERM="dumb", HOME=str(where), PATH=f"{where}/bin:{os.environ['PATH']}")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(where)
            os.execvpe(argv[0], argv, env)
        self.said = b""
        self.send(setup.format(script=ROOT / "completions/stlink-download.bash", out=self.out, dir=where / "zsh"))
        # What is typed before the line editor is there would not be typed into it.
        self.wait(lambda: b"@@" in self.said.rpartition(b"ready")[2], "its prompt")

    def send(self, text):
        os.write(self.fd, text.encode())

    def wait(self, done, what):
        end = time.monotonic() + LIMIT
        while not done():
            if time.monotonic() > end:
                raise SystemExit(f"completion: no answer: {what}\n{self.said[-2000:].decode(errors='replace')}")
            if select.select([self.fd], [], [], 0.01)[0]:
                self.said += os.read(self.fd, 65536)

    def line_after_tab(self, typed):
        self.out.unlink(missing_ok=True)
        self.send("stlink-download " + typed + "\t\x18\x04")
        self.wait(self.out.exists, f"{typed!r} TAB")
        return self.out.read_text().removeprefix("stlink-download ")

    def close(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def fish_candidates(typed, where):
    env = dict(os.environ, HOME=str(where), PATH=f"{where}/bin:{os.environ['PATH']}")
    run = subprocess.run(["fish", "--no-config", "-c", 'source $argv[1]; complete -C "stlink-download $argv[2]"',
                          str(ROOT / "completions/stlink-download.fish"), typed],
                         cwd=where, env=env, capture_output=True, text=True, timeout=LIMIT, check=True)
    if run.stderr:
        raise SystemExit(f"completion: fish complains: {run.stderr}")
    return [line.split("\t")[0] for line in run.stdout.splitlines()]


def lay_out(where):
    """Files to be named, the program to be asked, the script where zsh looks for it."""
    (where / "bin").mkdir()
    (where / "zsh").mkdir()
    (where / "dir").mkdir()
    for name in ("fw.hex", "dir/dump.bin"):
        (where / name).touch()
    shutil.copy(ROOT / "completions/stlink-download.zsh", where / "zsh/_stlink-download")
    # What "list=names" says when a V1 and a V2 are plugged in.
    with_board = BUILD / "tests/t1/with_board"
    listed = ""
    if with_board.exists():
        listed = subprocess.run([with_board, "vldiscovery", "bluepill", "--", ROOT / "stlink-download", "list=names"],
                                capture_output=True, text=True, timeout=60, check=True).stdout
    (where / "listed").write_text(listed)
    tool = where / "bin/stlink-download"
    tool.write_text(f"#!/bin/sh\n[ \"$1\" = list=names ] && exec cat {where}/listed\nexec {ROOT}/stlink-download \"$@\"\n")
    tool.chmod(0o755)
    return listed


def check(shell, where, listed):
    failed = 0
    terminal = Terminal(shell, where) if shell != "fish" else None
    tried = 0
    for typed, candidate in ONE:
        if typed in NOT_ALL.get(shell, ()) or ("serial:" in typed and not listed):
            continue
        tried += 1
        if terminal:
            want, got = expected(shell, typed, candidate), terminal.line_after_tab(typed)
            right = got == want if want else got.startswith(typed)
        else:
            want, got = [candidate] if candidate else [], fish_candidates(typed, where)
            right = got == want if want else len(got) != 1
        if not right:
            print(f"FAILED: {shell}: {typed!r} TAB gives {got!r}, not {want!r}")
            failed += 1
    if terminal:
        terminal.close()
    print(f"completion: {shell}: {tried - failed} of {tried} lines completed as wanted")
    return failed


def main():
    shells = sys.argv[1:] or ["bash", "zsh", "fish"]
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        where = pathlib.Path(name).resolve()
        listed = lay_out(where)
        for shell in shells:
            if shutil.which(shell):
                failed += check(shell, where, listed)
            else:
                print(f"completion: SKIPPED: no {shell} here")
                failed += "CI" in os.environ
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
