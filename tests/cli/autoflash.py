#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""autoflash and station, the real programs on virtual boards.

  autoflash.py [NAME...]     the tests whose name contains one of NAME; all without

Boards are stlink-sim over a Unix socket, judged by its own report; what needs serial numbers and
ports runs on tests/t1/with_board, a mock kernel. Prints a line for each failure and "autoflash: N
passed, N failed, N skipped"; with CI set what is skipped fails.
"""
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.abspath(os.environ.get("STLINK_DOWNLOAD", os.path.join(ROOT, "stlink-download")))
SIM = os.path.abspath(os.environ.get("STLINK_SIM", os.path.join(ROOT, "stlink-sim")))
WITH_BOARD = os.path.abspath(os.environ.get("WITH_BOARD", os.path.join(
    ROOT, os.environ.get("BUILD", "build"), "tests/t1/with_board")))
TIMEOUT = 60

sys.path.insert(0, HERE)
import data  # noqa: E402

F103, F100 = 0x410, 0x420
UID = "52FF70066782874937251567"        # of the virtual bluepill
# An image in which every 16 bytes are found nowhere else.
IMAGE = data.firmware(4096, 77)

tests = []


def test(function):
    tests.append(function)
    return function


class Skip(Exception):
    pass


class Wrong(Exception):
    pass


def must(condition, text):
    if not condition:
        raise Wrong(text)


class Bench:
    """A folder with an image and a configuration, and perhaps a board."""

    def __init__(self, tmp):
        self.tmp = tmp
        self.image = os.path.join(tmp, "fw.bin")
        self.conf = os.path.join(tmp, "conf.d")
        self.state = os.path.join(tmp, "state")
        self.proc = None
        os.mkdir(self.conf)
        with open(self.image, "wb") as f:
            f.write(IMAGE)
        os.chmod(self.image, 0o644)

    def rule(self, chip=F103, serial="any", port="any", image=None, more="", name="10-a.conf"):
        path = os.path.join(self.conf, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"[board test]\nserial = {serial}\nport = {port}\nchip = 0x{chip:x}\n"
                    f"image = {image or self.image}\n{more}")
        os.chmod(path, 0o644)

    def plug(self, board, *options):
        self.path = os.path.join(self.tmp, "s")
        self.trace = os.path.join(self.tmp, "t.pcapng")
        self.dev = "usbip:unix:" + self.path
        self.proc = subprocess.Popen(
            [SIM, "--board", board, *options, "--listen", "unix:" + self.path, "--control",
             "unix:" + self.path + ".c", "--report", self.path + ".json", "--trace", self.trace,
             "--quiet"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + TIMEOUT
        while not (os.path.exists(self.path) and os.path.exists(self.path + ".c")):
            must(self.proc.poll() is None and time.monotonic() < end, "stlink-sim did not start")
            time.sleep(0.01)

    def control(self, line):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(TIMEOUT)
            s.connect(self.path + ".c")
            s.sendall(line.encode() + b"\n")
            must(s.recv(200).startswith(b"ok"), f"stlink-sim does not take {line}")

    def unplug(self):
        """The board's own report."""
        self.proc.send_signal(signal.SIGTERM)
        self.proc.wait(TIMEOUT)
        self.proc = None
        with open(self.path + ".json", encoding="utf-8") as f:
            report = json.load(f)["boards"][0]
        must(report["illegal"]["chip"] == 0 and report["illegal"]["probe"] == 0,
             f"illegal acts: {report['illegal']}")
        return report

    def close(self):
        if self.proc:
            self.proc.kill()
            self.proc.wait()
        shutil.rmtree(self.tmp, ignore_errors=True)

    def run(self, *words, prefix=(), status=None, **env):
        env = dict(os.environ, LC_ALL="C.UTF-8", RUNTIME_DIRECTORY=self.state, **env)
        env.pop("STLINK_DEVICE", None)
        p = subprocess.run([*prefix, TOOL, *words], env=env, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT,
                           encoding="utf-8", errors="surrogateescape", cwd=self.tmp)
        if status is not None:
            must(p.returncode == status, f"exit status {p.returncode}, not {status}: "
                 f"{p.stdout}{p.stderr}")
        for text in (p.stdout, p.stderr):
            must("runtime error" not in text and "Sanitizer" not in text, text)
            bad = re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udcff]", text)
            must(not bad, f"a control character is printed: {text!r}")
        return p

    def flash(self, *words, **more):
        return self.run("-d", self.dev, "autoflash", "--config=" + self.conf, *words, **more)

    def sent_nothing(self, report):
        must(report["flash"]["units_programmed"] == 0 and report["flash"]["sectors_erased"] == 0
             and report["flash"]["mass_erases"] == 0, f"flash was touched: {report['flash']}")
        with open(self.trace, "rb") as f:
            wire = f.read()
        must(len(wire) > 200 or report["usb"]["urbs"] == 0, "there is no trace")
        for at in range(64, len(IMAGE) - 16, 16):
            must(IMAGE[at:at + 16] not in wire, f"bytes {at}.. of the image went over the wire")


def on_kernel(*spec):
    if not os.access(WITH_BOARD, os.X_OK):
        raise Skip(f"{WITH_BOARD} is not built (make with-board)")
    return [WITH_BOARD, "--report", *spec, "--"]


def programmed(p):
    """What the boards of with_board counted."""
    return [int(n) for n in re.findall(r"programmed (\d+)", p.stderr)]


# ---- off, and what it gets ---------------------------------------------------------

@test
def without_configuration__nothing_is_done(b):
    b.plug("bluepill")
    p = b.run("-d", b.dev, "autoflash", "--config=" + b.tmp + "/nothing", status=0)
    must(p.stdout.count("\n") == 1 and "off" in p.stdout and not p.stderr, p.stdout + p.stderr)
    p = b.flash(status=0)
    must("off" in p.stdout, p.stdout)
    with open(b.conf + "/readme.txt", "w", encoding="utf-8") as f:
        f.write("no configuration\n")
    b.flash(status=0)
    report = b.unplug()
    must(report["usb"]["urbs"] == 0, "the probe was touched")


@test
def board_of_the_configuration__is_programmed_and_reported_in_one_line(b):
    b.plug("bluepill")
    b.rule()
    p = b.flash(status=0)
    must(p.stdout.count("\n") == 1 and not p.stderr, p.stdout + p.stderr)
    for text in ("PASS", b.image, hashlib.sha256(IMAGE).hexdigest(), UID):
        must(text in p.stdout, f"{text} is not in {p.stdout}")
    b.run("-d", b.dev, "verify=" + b.image, status=0)
    report = b.unplug()
    must(report["flash"]["units_programmed"] == 2048, report["flash"])
    must(report["core"]["resets"] >= 1 and not report["core"]["halted"], report["core"])


@test
def journal__gets_the_priority_in_front(b):
    b.plug("bluepill")
    b.rule()
    out = open(os.path.join(b.tmp, "out"), "wb")
    st = os.fstat(out.fileno())
    env = dict(os.environ, JOURNAL_STREAM=f"{st.st_dev}:{st.st_ino}")
    subprocess.run([TOOL, "-d", b.dev, "autoflash", "--config=" + b.conf], env=env, stdout=out,
                   timeout=TIMEOUT, check=True)
    b.rule(chip=F100)
    subprocess.run([TOOL, "-d", b.dev, "autoflash", "--config=" + b.conf], env=env, stdout=out,
                   stderr=subprocess.DEVNULL, timeout=TIMEOUT, check=False)
    out.close()
    lines = open(os.path.join(b.tmp, "out"), encoding="utf-8").read().splitlines()
    must(len(lines) == 2 and lines[0].startswith("<6>autoflash: PASS ")
         and lines[1].startswith("<3>autoflash: FAIL "), lines)


@test
def json__has_one_event_for_the_board(b):
    b.plug("bluepill")
    b.rule()
    events = [json.loads(line) for line in b.flash("--json", status=0).stdout.splitlines()]
    names = [e["event"] for e in events]
    must(names[0] == "start" and names[-1] == "done" and names.count("start") == 1, names)
    event = [e for e in events if e["event"] == "autoflash"]
    must(len(event) == 1 and event[0]["result"] == "pass" and event[0]["uid"] == UID
         and event[0]["sha256"] == hashlib.sha256(IMAGE).hexdigest()
         and event[0]["device_id"] == F103, event)


@test
def wrong_chip__gets_not_one_byte_of_the_image(b):
    b.plug("bluepill")
    b.rule(chip=F100, more="before = erase=all\n")
    p = b.flash(status=10)
    must("FAIL" in p.stdout and "wrong chip" in p.stdout and "0x410" in p.stdout, p.stdout)
    b.sent_nothing(b.unplug())


@test
def wrong_chip__is_ignored_when_the_rule_says_so(b):
    b.plug("bluepill")
    b.rule(chip=F100, more="mismatch = ignore\n")
    p = b.flash(status=0)
    must("ignored" in p.stdout, p.stdout)
    b.sent_nothing(b.unplug())


@test
def second_rule__is_taken_when_the_first_is_for_another_chip(b):
    b.plug("bluepill")
    other = os.path.join(b.tmp, "other.bin")
    with open(other, "wb") as f:
        f.write(data.firmware(1024, 3))
    b.rule(chip=F100, image=other)
    b.rule(name="20-b.conf")
    p = b.flash(status=0)
    must("PASS" in p.stdout and b.image in p.stdout, p.stdout)


@test
def unique_id__not_on_the_list__gets_not_one_byte(b):
    b.plug("bluepill")
    listed = os.path.join(b.tmp, "uids")
    with open(listed, "w", encoding="ascii") as f:
        f.write("# ours\n000102030405060708090a0b\n")
    b.rule(more=f"uid-list = {listed}\nuid = ffffffffffffffffffffffff\n")
    p = b.flash(status=10)
    must("unique id " + UID in p.stdout, p.stdout)
    b.sent_nothing(b.unplug())


@test
def unique_id__on_the_list__is_programmed(b):
    b.plug("bluepill")
    listed = os.path.join(b.tmp, "uids")
    with open(listed, "w", encoding="ascii") as f:
        f.write("000102030405060708090a0b\n" + UID.lower() + "\n")
    b.rule(more=f"uid-list = {listed}\n")
    b.flash(status=0)
    must(b.unplug()["flash"]["units_programmed"] == 2048, "nothing was programmed")


@test
def empty_list_of_unique_ids__lets_nobody_in(b):
    b.plug("bluepill")
    open(os.path.join(b.tmp, "uids"), "w", encoding="ascii").close()
    b.rule(more=f"uid-list = {b.tmp}/uids\n")
    b.flash(status=10)
    b.sent_nothing(b.unplug())


@test
def dry_run__looks_at_the_chip_and_changes_nothing(b):
    b.plug("bluepill")
    b.rule(more="before = erase=all\n")
    p = b.flash("--dry-run", status=0)
    must("dry run" in p.stdout and UID in p.stdout, p.stdout)
    b.sent_nothing(b.unplug())


@test
def words_before_and_after__run_in_their_order(b):
    b.plug("bluepill")
    b.rule(more="before = erase=all\nafter = reset halt\nconnect = under-reset\nspeed = 480\n")
    p = b.flash("-v", status=0)
    at = [p.stdout.find(t) for t in ("erase", "program: 4,096", "reset, running", "halted", "PASS")]
    must(-1 not in at and at == sorted(at), p.stdout)
    must(b.unplug()["core"]["halted"], "the core is not halted")


@test
def words_that_are_not_for_unattended_work__are_refused(b):
    b.plug("bluepill")
    for word in ("program=/etc/passwd", "read=/tmp/x@0x08000000:16", "verify=/etc/passwd", "blink",
                 "autoflash", "station", "help", "step", "nonsense", "unlock", "wrp=none",
                 "option:WDG_SW=0", "options:w:/etc/passwd", "lock=2", "lock=2:STM32F103x8/xB"):
        b.rule(more=f"before = {word}\n")
        p = b.flash(status=2)
        must("10-a.conf:1" in p.stderr, p.stderr)
    must(b.unplug()["usb"]["urbs"] == 0, "the probe was opened before the words were checked")


@test
def lock_1_after_the_image__is_done_and_read_back(b):
    b.plug("bluepill")
    b.rule(more="after = lock=1\n")
    p = b.flash(status=0)
    must("0xa5 -> 0x0" in p.stdout, p.stdout)
    must(b.unplug()["flash"]["option_programs"] == 8, "the option bytes were not written once")


# ---- the configuration ---------------------------------------------------------------

@test
def check__tells_what_each_board_gets(b):
    b.rule(port="1-2.3", serial="066dff49", more="address = 0x08001000\nafter = none\n"
           "uid = 000102030405060708090a0b\n")
    p = b.run("autoflash", "--check", "--config=" + b.conf, status=0)
    for text in ("10-a.conf:1: board test", "serial 066dff49, port 1-2.3", "chip: 0x410",
                 "unique id one of 1", "plain binary, 4,096 bytes",
                 hashlib.sha256(IMAGE).hexdigest(), "program=" + b.image + "@0x08001000"):
        must(text in p.stdout, f"{text} is not in {p.stdout}")
    must("reset" not in p.stdout, p.stdout)
    events = [json.loads(line) for line in b.run(
        "--json", "autoflash", "--check", "--config=" + b.conf, status=0).stdout.splitlines()]
    rule = [e for e in events if e["event"] == "autoflash-rule"]
    must(len(rule) == 1 and rule[0]["chips"] == [F103] and rule[0]["port"] == "1-2.3", events)


MISTAKES = [
    # line of the mistake, what is said, text after a good board
    (6, "unknown key", "imagee = /x\n"),
    (6, "said twice", "port = 1-1\n"),
    (6, "neither", "hello\n"),
    (6, "has no value", "uid =\n"),
    (6, "24 hexadecimal", "uid = 0011\n"),
    (6, "24 hexadecimal", "uid = 00010203040506070809zzzz\n"),
    (6, "device id", "chip = stm32\n"),
    (6, "device id", "chip = 0x1000\n"),
    (6, "kHz", "speed = fast\n"),
    (6, "normal or under-reset", "connect = hotplug\n"),
    (6, "fail or ignore", "mismatch = maybe\n"),
    (6, "a number", "address = 08000000\n"),
    (6, "absolute", "uid-list = list\n"),
    (6, "] is missing", "[board x\n"),
    (6, "sections are", "[probe]\n"),
    (6, "a board's name", "[board a b]\n"),
    (6, "character 0x0d", "speed = 100\r\n"),
    (6, "character 0x1b", "# \x1b[31m\n"),
    (6, "character 0x00", "\0\n"),
    (6, "at most 1024", "#" + "x" * 1025 + "\n"),
    (6, "lacks serial", "[board]\nport = any\nchip = 0x410\nimage = /x\n"),
    (6, "lacks port", "[board]\nserial = any\nchip = 0x410\nimage = /x\n"),
    (6, "lacks chip", "[board]\nserial = any\nport = any\nimage = /x\n"),
    (6, "lacks image", "[board]\nserial = any\nport = any\nchip = 0x410"),
    (6, "never used", "[board]\nserial = A1\nport = 1-1\nchip = 0x410\nimage = /x\n"),
    (6, "at most 16 words", "after = " + "reset " * 17 + "\n"),
]


@test
def mistakes_in_the_configuration__are_told_with_file_and_line(b):
    for line, said, text in MISTAKES:
        b.rule(more=text)
        p = b.run("autoflash", "--check", "--config=" + b.conf, status=2)
        must(f"10-a.conf:{line}: " in p.stderr and said in p.stderr, f"{text!r}: {p.stderr}")


@test
def files_that_others_could_change__are_refused(b):
    def refused(why, image=None, **rule):
        b.rule(image=image, **rule)
        for words in (("--check",), ()):
            device = [] if words else ["-d", b.dev]
            p = b.run(*device, "autoflash", "--config=" + b.conf, *words, status=4)
            must(why in p.stderr, f"{why}: {p.stderr}")

    b.plug("bluepill")
    os.chmod(b.image, 0o664)
    refused("may be written by others")
    os.chmod(b.image, 0o646)
    refused("may be written by others")
    os.chmod(b.image, 0o644)
    link = os.path.join(b.tmp, "link.bin")
    os.symlink(b.image, link)
    refused("is a symbolic link", link)
    os.symlink(b.tmp, os.path.join(b.tmp, "folder"))
    refused("is a symbolic link", b.tmp + "/folder/fw.bin")
    os.mkfifo(os.path.join(b.tmp, "fifo"))
    refused("is not a regular file", b.tmp + "/fifo")
    refused("is not a regular file", "/dev/null")
    refused("is not a regular file", b.tmp)
    refused("cannot open", b.tmp + "/nothing.bin")
    refused("is not a plain path", b.tmp + "/../" + os.path.basename(b.tmp) + "/fw.bin")
    os.mkdir(os.path.join(b.tmp, "open"))
    os.chmod(os.path.join(b.tmp, "open"), 0o777)
    shutil.copy(b.image, b.tmp + "/open/fw.bin")
    refused("may be written by others", b.tmp + "/open/fw.bin")
    b.rule()
    os.chmod(b.conf + "/10-a.conf", 0o666)
    b.flash(status=4)
    os.chmod(b.conf + "/10-a.conf", 0o644)
    if os.geteuid() == 0:
        for owner in (1000, 65534):
            os.chown(b.image, owner, -1)
            b.flash(status=4)
        os.chown(b.image, 0, -1)
    b.flash("--dry-run", status=0)
    b.sent_nothing(b.unplug())


@test
def image_that_does_not_fit__is_refused_before_anything_changes(b):
    with open(b.image, "wb") as f:
        f.write(IMAGE * 20)
    b.plug("bluepill")
    b.rule(more="before = erase=all\n")
    p = b.flash(status=3)
    must("FAIL" in p.stdout, p.stdout)
    b.sent_nothing(b.unplug())


@test
def command_line__takes_the_options_of_autoflash_with_autoflash_alone(b):
    for words in (("--check", "info"), ("--dry-run", "program=" + b.image), ("--sysfs=/sys/x", "info"),
                  ("--config=/x", "list"), ("--log=x", "autoflash"), ("autoflash",),
                  ("autoflash", "reset"), ("autoflash", "--check", "--dry-run"),
                  ("-d", "port:1-1", "autoflash", "--sysfs=/sys/bus/usb/devices/1-1"),
                  ("info", "station", "reset"), ("station",), ("--check",)):
        p = b.run(*words, status=2)
        must("stlink-download:" in p.stderr, p.stderr)
    must(not os.path.exists(b.tmp + "/x"), "a log was made")


# ---- probes by serial and port, one flash for one insertion --------------------------

SERIAL = "066DFF495051717867014528"


def kernel_flash(b, script, *spec, status=0, keep=False, **more):
    """A shell script with $TOOL on a mock kernel, which has just been booted: the state is empty, as
    the numbers of its sysfs begin anew. keep: not so."""
    if not keep:
        shutil.rmtree(b.state, ignore_errors=True)
    prefix = on_kernel(*spec) + ["sh", "-c", 'TOOL=$0; ' + script]
    return b.run(prefix=prefix, status=status, CONF="--config=" + b.conf, **more)


@test
def probe_by_serial_and_port__is_programmed(b):
    b.rule(serial=SERIAL.lower(), port="1-1")
    p = kernel_flash(b, "$TOOL -d port:1-1 autoflash $CONF", "bluepill,serial24=" + SERIAL)
    must("PASS 1-1 (serial " + SERIAL + ")" in p.stdout and programmed(p) == [2048], p.stdout + p.stderr)
    status = json.load(open(b.state + "/1-1.json", encoding="utf-8"))
    must(status["result"] == "pass" and status["serial"] == SERIAL and status["port"] == "1-1"
         and status["seconds"] > 0, status)


@test
def sysfs_folder__names_the_probe(b):
    b.rule()
    p = kernel_flash(b, "$TOOL autoflash --sysfs=/sys/bus/usb/devices/1-1 $CONF", "bluepill")
    must("PASS 1-1" in p.stdout and programmed(p) == [2048], p.stdout + p.stderr)
    for path, status in (("/sys/bus/usb/devices/1-9", 5), ("/tmp/1-1", 5), ("1-1", 5),
                         ("/sys/bus/usb/devices/1-1:1.0", 2), ("/sys/bus/usb/devices/usb1", 2), ("/", 2)):
        kernel_flash(b, f"$TOOL autoflash --sysfs={path} $CONF", "bluepill", status=status)


@test
def probe_that_is_not_configured__is_not_even_opened(b):
    for rule in ({"serial": "066DFF495051717867014529"}, {"port": "1-2"}, {"serial": SERIAL, "port": "1-2"},
                 {"serial": SERIAL[:8], "port": "1-1"}, {"serial": "?" * 24, "port": "1-1"}):
        b.rule(**rule)
        p = kernel_flash(b, "$TOOL -d port:1-1 autoflash $CONF", "bluepill,serial24=" + SERIAL)
        must("nothing done" in p.stdout and p.stdout.count("\n") == 1, p.stdout)
        must("commands 0 " in p.stderr and programmed(p) == [0], p.stderr)


@test
def insertion__is_flashed_once(b):
    b.rule()
    p = kernel_flash(b, "for n in 1 2 3; do $TOOL -d port:1-1 autoflash $CONF || exit; done", "bluepill")
    must(p.stdout.count("PASS") == 1 and p.stdout.count("nothing done") == 2, p.stdout)
    must(programmed(p) == [2048], p.stderr)
    p = kernel_flash(b, "$TOOL -d port:1-1 autoflash $CONF; $TOOL -d port:1-1 --force autoflash $CONF", "bluepill")
    must(p.stdout.count("PASS") == 2, p.stdout)


@test
def probe_that_leaves_its_boot_loader__is_flashed_once(b):
    b.rule(more="before = erase=all\n")
    for board, chip in (("bluepill", F103), ("vldiscovery", F100)):
        b.rule(chip=chip, more="before = erase=all\n")
        p = kernel_flash(b, "A=$(cat /sys/bus/usb/devices/1-1/devnum); $TOOL -d port:1-1 autoflash $CONF; "
                         "B=$(cat /sys/bus/usb/devices/1-1/devnum); echo devices $A $B; "
                         "$TOOL -d port:1-1 autoflash $CONF", board + ",dfu=start")
        numbers = re.search(r"devices (\d+) (\d+)", p.stdout)
        must(numbers and numbers.group(1) != numbers.group(2), p.stdout)
        must(p.stdout.count("PASS") == 1 and p.stdout.count("nothing done") == 1, p.stdout)
        must(programmed(p) == [2048], p.stderr)


@test
def failures_at_one_port__make_a_pause(b):
    b.rule(chip=F100)
    seen = b.state + "/1-1.state"
    p = kernel_flash(b, "for n in 1 2 3 4 5 6 7; do $TOOL -d port:1-1 autoflash $CONF; "
                     f"sed -i /seen/d {seen}; done; exit 0", "bluepill")
    must(p.stdout.count("FAIL 1-1") == 5 and p.stdout.count("a pause of 60 s") == 2 and p.stdout.count("\n") == 7, p.stdout)


@test
def state_that_makes_no_sense__is_taken_for_none(b):
    b.rule()
    os.mkdir(b.state)
    for junk in (b"", b"\0" * 5000, b"seen\n", b"seen 1 2 3 4\nfailures", b"failures 99 99999999999999\n",
                 b"seen 99999999999999999999999999 1\n" * 90):
        with open(b.state + "/1-1.state", "wb") as f:
            f.write(junk)
        p = kernel_flash(b, "$TOOL -d port:1-1 autoflash $CONF", "bluepill", keep=True)
        must("PASS" in p.stdout, p.stdout)


@test
def state_behind_a_symbolic_link__is_not_followed(b):
    b.rule()
    os.mkdir(b.state)
    os.symlink(b.image, b.state + "/1-1.state")
    p = kernel_flash(b, "$TOOL -d port:1-1 autoflash $CONF", "bluepill", status=4, keep=True)
    must("1-1.state" in p.stderr and open(b.image, "rb").read() == IMAGE, p.stderr)


@test
def two_boards__are_worked_on_at_once_and_apart(b):
    b.rule()
    b.rule(chip=F100, serial="any", port="1-2", name="05-v1.conf")
    p = kernel_flash(b, "$TOOL -d port:1-1 autoflash $CONF & $TOOL -d port:1-2 autoflash $CONF; wait",
                     "bluepill", "vldiscovery")
    must("PASS 1-1" in p.stdout and "PASS 1-2" in p.stdout and programmed(p) == [2048, 2048],
         p.stdout + p.stderr)


@test
def same_port_twice_at_once__is_flashed_once(b):
    b.rule()
    p = kernel_flash(b, "$TOOL -d port:1-1 autoflash $CONF & $TOOL -d port:1-1 autoflash $CONF; wait", "bluepill")
    must(p.stdout.count("PASS") == 1 and p.stdout.count("nothing done") == 1, p.stdout + p.stderr)
    must(programmed(p) == [2048], p.stderr)


@test
def hostile_serials__do_nothing(b):
    if not shutil.which("umockdev-run"):
        raise Skip("umockdev-run is not installed (package umockdev)")
    mark = os.path.join(b.tmp, "was-here")
    for serial in (f"$(touch {mark})", "`touch " + mark + "`", "\x1b[2J\x1b]0;x\x07", "a;touch " + mark,
                   "\u009b31m\u0085", "%s%n%n%n", "x" * 255, "../../../../tmp/x", "<0>fake", "'\"\\", "=1+1"):
        with open(b.tmp + "/usb", "wb") as f:
            f.write(data.usb(("3748", "1-1", "SERIAL")).replace(
                b"A: serial=SERIAL", b"H: serial=" + serial.encode().hex().encode()))
        prefix = ["umockdev-run", "-d", b.tmp + "/usb", "--"]
        b.rule(serial="any", port="1-1")
        p = b.run("autoflash", "--check", "--config=" + b.conf, prefix=prefix, status=0)
        must("probe 1-1" in p.stdout, p.stdout)
        p = b.run("--json", "autoflash", "--check", "--config=" + b.conf, prefix=prefix, status=0)
        for line in p.stdout.splitlines():
            json.loads(line)
        # It is no probe that answers, so the flash fails; what is said of it is harmless.
        b.run("-d", "port:1-1", "autoflash", "--config=" + b.conf, prefix=prefix)
        with open(b.state + "/1-1.json", encoding="utf-8") as f:
            must(json.load(f)["result"] == "fail", "the status file")
        raw = open(b.state + "/1-1.json", encoding="utf-8").read()
        must(not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", raw), f"{raw!r}")
        shutil.rmtree(b.state)
        must(not os.path.exists(mark), f"{serial!r} was run")


# ---- station -------------------------------------------------------------------------

class Station:
    def __init__(self, b, *words, options=()):
        self.b = b
        self.log = os.path.join(b.tmp, "out")
        self.out = open(self.log, "wb")
        self.proc = subprocess.Popen([TOOL, "-d", b.dev, *options, "station", *words], cwd=b.tmp,
                                     stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.out)

    def text(self):
        return open(self.log, encoding="utf-8", errors="replace").read()

    def wait(self, text, times=1):
        end = time.monotonic() + TIMEOUT
        while self.text().count(text) < times:
            must(self.proc.poll() is None and time.monotonic() < end,
                 f"{text!r} {times} times is not in: {self.text()}")
            time.sleep(0.02)

    def end(self, status):
        self.proc.send_signal(signal.SIGINT)
        self.proc.wait(TIMEOUT)
        self.out.close()
        must(self.proc.returncode == status, f"exit status {self.proc.returncode}: {self.text()}")
        return self.text()


def away(b, station, times):
    b.control("set power=off")
    station.wait("ready for a board", times)


@test
def station__flashes_each_board_once(b):
    b.plug("bluepill", "--set", "power=off")
    logs = ["--log=" + b.tmp + "/l.csv", "--log=" + b.tmp + "/l.ndjson"]
    st = Station(b, "program=" + b.image, "reset", options=logs)
    try:
        st.wait("ready for a board")
        b.control("set power=on")
        st.wait("board 1: PASS")
        away(b, st, 2)
        b.control("set power=on")
        st.wait("passed before: not flashed again")
        away(b, st, 3)
        b.control("set uid=000102030405060708090a0b")
        b.control("set power=on")
        st.wait("board 2: PASS")
        away(b, st, 4)
        b.control("set uid=000102030405060708090a0c")
        b.control("set protect=on")
        b.control("set power=on")
        st.wait("board 3: FAIL")
        away(b, st, 5)
        b.control("set protect=off")
        b.control("set power=on")
        st.wait("board 4: PASS")
        text = st.end(1)
    finally:
        st.proc.kill()
    must("station: 4 boards, 3 passed, 1 failed, 1 came again" in text, text)
    must("1 of 4 boards failed" in text, text)
    must("######      ###      ######   ######" in text and "#######     ###     ######  ##" in text, text)
    records = [json.loads(line) for line in open(b.tmp + "/l.ndjson", encoding="utf-8")]
    must([r["result"] for r in records] == ["pass", "pass", "fail", "pass"], records)
    must(records[0]["uid"] == UID and records[1]["uid"] == "000102030405060708090A0B"
         and records[2]["code"] == "protected" and records[3]["passes"] == 3, records)
    lines = open(b.tmp + "/l.csv", encoding="utf-8", newline="").read().split("\r\n")
    must(lines[0].startswith("time,number,result") and len(lines) == 6 and lines[5] == "", lines)
    must(re.match(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,1,pass,"STM32F1[^"]*",0x410,"' + UID, lines[1]), lines)
    report = b.unplug()
    must(report["flash"]["units_programmed"] == 3 * 2048, report["flash"])
    must(report["usb"]["mode"] != 2, "the probe was left in debug mode")


@test
def station__without_a_voltage_sees_boards_by_their_debug_port(b):
    b.plug("vldiscovery", "--set", "target=absent")
    st = Station(b, "program=" + b.image)
    try:
        st.wait("ready for a board")
        b.control("set target=present")
        st.wait("board 1: PASS")
        b.control("set target=absent")
        st.wait("ready for a board", 2)
        b.control("set uid=000102030405060708090a0b")
        b.control("set target=present")
        st.wait("board 2: PASS")
        text = st.end(0)
    finally:
        st.proc.kill()
    must("2 boards, 2 passed, 0 failed, 0 came again" in text, text)
    must(b.unplug()["flash"]["units_programmed"] == 2 * 2048, "not programmed twice")


@test
def station__waits_for_a_probe_that_was_pulled_out(b):
    b.plug("bluepill")
    st = Station(b, "program=" + b.image)
    try:
        st.wait("board 1: PASS")
        b.control("unplug")
        st.wait("the probe is gone")
        b.control("set uid=000102030405060708090a0b")
        b.control("plug")
        st.wait("the probe is back")
        st.wait("board 2: PASS")
        text = st.end(0)
    finally:
        st.proc.kill()
    must("2 boards, 2 passed" in text, text)


@test
def station__says_the_same_as_events(b):
    b.plug("bluepill")
    st = Station(b, "program=" + b.image, "reset", options=["--json"])
    try:
        st.wait('"station-board"')
        text = st.end(0)
    finally:
        st.proc.kill()
    events = [json.loads(line) for line in text.splitlines()]
    tally = [e for e in events if e["event"] == "station-tally"]
    must(len(tally) == 1 and tally[0]["boards"] == 1 and tally[0]["passes"] == 1, text)
    must(events[-1]["event"] == "done", text)


@test
def station__refuses_a_log_that_it_cannot_write(b):
    b.plug("bluepill")
    os.symlink(b.image, b.tmp + "/link.csv")
    for path in ("/nowhere/x.csv", b.tmp, b.tmp + "/link.csv", "/dev/full"):
        b.run("-d", b.dev, "--log=" + path, "station", "reset", status=4)
    must(open(b.image, "rb").read() == IMAGE, "the log went through a link")
    must(b.unplug()["usb"]["urbs"] == 0, "the probe was opened before the log")


@test
def station__misspelt_word_or_missing_file__ends_it_before_a_board(b):
    b.plug("bluepill")
    b.run("-d", b.dev, "station", "program=/nothing.bin", status=4)
    b.run("-d", b.dev, "station", "progam=x", status=2)
    must(b.unplug()["usb"]["urbs"] == 0, "the probe was opened")


def main():
    chosen = [t for t in tests if not sys.argv[1:] or any(n in t.__name__ for n in sys.argv[1:])]
    passed, failed, skipped = 0, 0, 0
    for t in chosen:
        bench = Bench(tempfile.mkdtemp(prefix="autoflash."))
        try:
            t(bench)
            passed += 1
        except Skip as why:
            skipped += 1
            print(f"SKIPPED {t.__name__}: {why}")
        except (Wrong, OSError, subprocess.SubprocessError, ValueError, KeyError) as why:
            failed += 1
            print(f"FAILED {t.__name__}: {why}")
        finally:
            bench.close()
    print(f"autoflash: {passed} passed, {failed} failed, {skipped} skipped")
    if failed or passed == 0 or (skipped and os.environ.get("CI")):
        sys.exit(1)


main()
