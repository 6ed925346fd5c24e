# SPDX-License-Identifier: GPL-2.0-or-later
#
# data.py - the files that the command lines of *.case name as {data}/...
#
# Made anew by each run, from nothing but this page: what is in them is known exactly.

import os
import shutil
import struct
import tempfile

DIR = ""
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def pattern(n, seed=1):
    """Bytes that look like nothing in particular, and never like erased flash."""
    out, x = bytearray(), seed
    for _ in range(n):
        x = (x * 1103515245 + 12345) & 0x7FFFFFFF
        out.append((x >> 16) % 253 + 1)
    return bytes(out)


def firmware(n, seed=1):
    """A vector table and a loop to itself, so that running it does no harm."""
    head = struct.pack("<II", 0x20001000, 0x08000101)
    body = bytearray(head + pattern(n - 8, seed))
    if n >= 0x102:
        body[0x100:0x102] = b"\xfe\xe7"
    return bytes(body)


def hex_record(kind, addr, payload):
    raw = bytes([len(payload), addr >> 8 & 0xFF, addr & 0xFF, kind]) + payload
    return ":" + (raw + bytes([-sum(raw) & 0xFF])).hex().upper() + "\n"


def ihex(*parts):
    text = ""
    for addr, payload in parts:
        for i in range(0, len(payload), 16):
            at = addr + i
            if i == 0 or at & 0xFFFF < 16:
                text += hex_record(4, 0, struct.pack(">H", at >> 16))
            text += hex_record(0, at & 0xFFFF, payload[i:i + 16])
    return (text + hex_record(1, 0, b"")).encode()


def srec(addr, payload):
    lines = []
    for i in range(0, len(payload), 16):
        part = payload[i:i + 16]
        raw = bytes([len(part) + 5]) + struct.pack(">I", addr + i) + part
        lines.append("S3" + (raw + bytes([~sum(raw) & 0xFF])).hex().upper())
    raw = b"\x05" + struct.pack(">I", addr)
    lines.append("S7" + (raw + bytes([~sum(raw) & 0xFF])).hex().upper())
    return ("\n".join(lines) + "\n").encode()


def elf(addr, payload, machine=40):
    header = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack(
        "<HHIIIIIHHHHHH", 2, machine, 1, addr + 1, 52, 0, 0x05000200, 52, 32, 1, 0, 0, 0)
    program = struct.pack("<IIIIIIII", 1, 84, addr, addr, len(payload), len(payload), 5, 4)
    return header + program + payload


def usb(*probes):
    """A made-up /sys for umockdev-run: a root hub and probes (pid, port, serial)."""
    text = ("P: /devices/pci0000:00/0000:00:14.0/usb1\nN: bus/usb/001/001\n"
            "E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nA: idVendor=1d6b\n\nA: idProduct=0002\n\n"
            "A: busnum=1\n\nA: devnum=1\n\nA: bDeviceClass=09\n\n\n").replace("\n\nA", "\nA")
    for n, (pid, port, serial) in enumerate(probes, 2):
        text += ("P: /devices/pci0000:00/0000:00:14.0/usb1/%s\nN: bus/usb/001/%03d\n"
                 "E: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nA: idVendor=0483\nA: idProduct=%s\n"
                 "A: busnum=1\nA: devnum=%d\nA: bDeviceClass=00\nA: product=STM32 STLink\n"
                 "A: serial=%s\nA: bNumConfigurations=1\n\n" % (port, n, pid, n, serial))
    return text.rstrip("\n").encode() + b"\n\n"


def files():
    fw = firmware(4096)
    other = bytearray(fw)
    other[1234] ^= 0x10
    good = ihex((0x08000000, fw))
    return {
        "fw.bin": fw,
        "fw.hex": good,
        "fw.srec": srec(0x08000000, fw),
        "fw.elf": elf(0x08000000, fw),
        "fw-0.elf": elf(0x00000000, fw),
        "other.bin": bytes(other),
        "odd.bin": firmware(1237, 7),
        "one.bin": b"\x5a",
        "app.bin": pattern(2048, 3),
        "two.hex": ihex((0x08000000, fw[:300]), (0x08002000, pattern(77, 5))),
        "k64.bin": firmware(65536, 9),
        "k65.bin": firmware(65537, 9),
        "m1.bin": firmware(1 << 20, 11),
        "m2.bin": firmware((1 << 20) + 1, 11),
        "huge.bin": bytes((64 << 20) + 1),
        "empty.bin": b"",
        "hole.hex": ihex((0x10000000, fw[:64])),
        "sram.hex": ihex((0x20000000, fw[:64])),
        "below.hex": ihex((0x07FFFFF0, fw[:64])),
        "sum.hex": good.replace(b":10001000", b":10001001", 1),
        "short.hex": good[:len(good) // 2],
        "noend.hex": good[:good.rindex(b":")],
        "overlap.hex": ihex((0x08000000, fw[:64]), (0x08000010, fw[:64])),
        "x86.elf": elf(0x08000000, fw, machine=3),
        "cut.elf": elf(0x08000000, fw)[:500],
        "other-chip.opt": b"chip = 0x413\nWDG_SW = 1\n",
        "broken.opt": b"# a comment\nchip = 0x410\nWDG_SW 1\n",
        "locked.opt": b"chip = 0x410\nRDP = 0\n",
        "usb-none": usb(),
        "usb-one": usb(("3748", "1-1", "066DFF495051717867014528")),
        "usb-two": usb(("3748", "1-1", "066DFF495051717867014528"),
                       ("374b", "1-2", "066EFF333031424E43112233")),
        "usb-v1": usb(("3744", "1-1", "53FF6D064966505632152187")),
        "zero.bin": bytes(1024),
        "blank.bin": b"\xff" * 1024,
        "padded.bin": pattern(1024, 13) + b"\xff" * 1000,
    }


def machine(name, rules=True, holder=False):
    """A system below {data}/NAME: udev runs, a V2 is plugged in, and what else is asked for."""
    device = "sys/bus/usb/devices/1-2"
    texts = {
        "run/udev/control": "", "proc/cmdline": "quiet\n", "etc/group": "root:x:0:\n",
        device + "/idVendor": "0483\n", device + "/idProduct": "3748\n",
        device + "/busnum": "1\n", device + "/devnum": "5\n", device + "/dev": "189:4\n",
        "dev/bus/usb/001/005": "", "run/udev/data/c189:4": "E:ID_STLINK=1\n",
    }
    if rules is not True:
        texts = {k: v for k, v in texts.items() if "usb" not in k}
        os.makedirs(os.path.join(DIR, name, "sys/bus/usb/devices"))
    else:
        with open(os.path.join(ROOT, "udev/59-stlink-download.rules"), encoding="ascii") as f:
            texts["usr/lib/udev/rules.d/59-stlink-download.rules"] = f.read()
    if holder:
        texts["proc/4711/comm"] = "\033[31mopenocd\n"
    for path, text in texts.items():
        path = os.path.join(DIR, name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
    if holder:
        os.mkdir(os.path.join(DIR, name, "proc/4711/fd"))
        os.symlink("/dev/bus/usb/001/005", os.path.join(DIR, name, "proc/4711/fd/3"))


def make():
    global DIR
    DIR = tempfile.mkdtemp(prefix="cli-data.")
    for name, content in files().items():
        with open(os.path.join(DIR, name), "wb") as f:
            f.write(content)
    with open(os.path.join(DIR, "secret.bin"), "wb") as f:
        f.write(b"x")
    os.mkdir(os.path.join(DIR, "folder"))
    machine("machine")
    machine("held", holder=True)
    for name in "bare", "fresh":
        machine(name, rules=False)
    shutil.copy(os.path.join(ROOT, "udev/59-stlink-download.rules"), os.path.join(DIR, "rules"))
    shutil.copy(os.path.join(DIR, "fw.bin"), os.path.join(DIR, "me@home.bin"))


def remove():
    shutil.rmtree(DIR, ignore_errors=True)
