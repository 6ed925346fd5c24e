# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark's model: the boards' flash, the images, and the physical limit of each job.

Knows nothing of any tool. The limit of a job is the flash's own time: erase of what must be
erased (the cheaper of sectors and mass erase) plus programming of the units that are not blank
there; for reading it is the bus. Costs are typical values, the virtual board's own: DS5319 (flash
memory characteristics) for the STM32F103.
UNSURE: those of STM32F100 (as the F103), STM32F407 and STM32L152 are remembered, not looked up. For
the F407 only maxima could be: table 40 of DS8626 has 100 us a program access, and 2 s (x32) for a
128K sector, six times and twice what is used here.
"""
import dataclasses
import random

SEED = 20101

URB_US = 100            # one bulk transfer: host and bus turnaround, full speed
PAYLOAD_US = 1.0        # a payload byte, full speed, 64-byte packets
FIRMWARE_US = 20        # probe firmware, a command
SWD_CLOCKS = 50         # one access of the debug port
BLOCK_CLOCKS = 100      # to start a block of them
HIGH_URB_US = 40        # the same three on a high-speed probe (V3)
HIGH_PAYLOAD_US = 0.033
HIGH_FIRMWARE_US = 10
KIB_CLOCKS = 50         # again at each 1 KiB boundary
CYCLES = 1.5            # of the core, an instruction

# The same, as the virtual board's report names it.
AS_REPORTED = {"urb_us": URB_US, "byte_us": PAYLOAD_US, "firmware_command_us": FIRMWARE_US,
               "swd_access_clocks": SWD_CLOCKS, "swd_block_start_clocks": BLOCK_CLOCKS,
               "swd_1k_clocks": KIB_CLOCKS, "cycles_per_instruction": CYCLES,
               "high_speed": {"urb_us": HIGH_URB_US, "byte_us": HIGH_PAYLOAD_US,
                              "firmware_command_us": HIGH_FIRMWARE_US}}

JOBS = {
    "full": "a random image, no byte blank, of the whole flash onto a chip full of other data",
    "sparse": "the same with 60% of its half-words 0xFF",
    "again": "the image that the chip holds already",
    "touch": "the image with one byte changed",
    "grow": "the image with 3% of the sectors (at least one) replaced",
    "read": "the whole flash to a file",
    "info": "connect, identify, disconnect",
}
WRITES = ("full", "sparse", "again", "touch", "grow")


@dataclasses.dataclass(frozen=True)
class Board:
    name: str
    title: str
    sectors: tuple          # bytes of each
    erase_us: dict          # sector bytes -> typical time
    mass_us: int            # 0: the chip has none that keeps its options
    unit: int               # bytes programmed at once, at best
    unit_us: float
    blank: int
    swd_hz: float
    openocd: str

    @property
    def size(self):
        return sum(self.sectors)


BOARDS = {b.name: b for b in (
    Board("vldiscovery", "ST-LINK/V1, STM32F100RB", (1024,) * 128, {1024: 30000}, 30000, 2, 52.5,
          0xFF, 1.8e6, "stm32f1x"),
    Board("bluepill", "ST-LINK/V2, STM32F103C8", (1024,) * 64, {1024: 30000}, 30000, 2, 52.5,
          0xFF, 4e6, "stm32f1x"),
    # An erased STM32L1 reads 0x00: 0xFF is data. Pages of 256 bytes, half pages of 128.
    Board("l-discovery", "ST-LINK/V2, STM32L152RB", (256,) * 512, {256: 3940}, 0, 128, 3280,
          0x00, 4e6, "stm32l1"),
    # x32, which 2.7 to 3.6 V allows.
    Board("f4discovery", "ST-LINK/V2, STM32F407VG",
          (16384,) * 4 + (65536,) + (131072,) * 7,
          {16384: 250000, 65536: 550000, 131072: 1000000}, 8000000, 4, 16,
          0xFF, 4e6, "stm32f4x"),
)}


def model():
    """What a reader must know beside every figure."""
    return {
        "seed": SEED,
        "usb": {"bulk_transfer_us": URB_US, "payload_byte_us": PAYLOAD_US, "speed": "full"},
        "usb_high": {"bulk_transfer_us": HIGH_URB_US, "payload_byte_us": HIGH_PAYLOAD_US,
                     "command_us": HIGH_FIRMWARE_US},
        "probe_command_us": FIRMWARE_US,
        "swd": {"access_clocks": SWD_CLOCKS, "block_start_clocks": BLOCK_CLOCKS,
                "each_1k_clocks": KIB_CLOCKS},
        "core_cycles_per_instruction": CYCLES,
        "boards": {b.name: {
            "what": b.title, "flash_bytes": b.size, "sectors": len(b.sectors),
            "sector_erase_us": {str(k): v for k, v in b.erase_us.items()},
            "mass_erase_us": b.mass_us or None, "unit_bytes": b.unit,
            "unit_program_us": b.unit_us, "swd_hz": b.swd_hz} for b in BOARDS.values()},
        "jobs": JOBS,
    }


# ---- images -------------------------------------------------------------------------------

# No byte is 0x00 or 0xFF, the two values that erased flash may have.
NOT_BLANK = bytes(0x5A if i == 0x00 else 0xA5 if i == 0xFF else i for i in range(256))
# Stack at 0x20001000, reset to 0x08000041, where the core goes round in circles.
HEAD = bytes.fromhex("0010002041000008")
LOOP_AT, LOOP = 0x40, bytes.fromhex("fee7fee7")


def _random(board, what):
    return random.Random(f"{SEED} {board.name} {what}")


def _noise(rng, n):
    return bytearray(rng.randbytes(n).translate(NOT_BLANK))


def _bootable(image):
    image[0:len(HEAD)] = HEAD
    image[LOOP_AT:LOOP_AT + len(LOOP)] = LOOP
    return image


def _offsets(board):
    off, out = 0, []
    for n in board.sectors:
        out.append((off, n))
        off += n
    return out


def images(board):
    """Name -> bytes of the whole flash; each begins with a vector table and a loop."""
    full = _bootable(_noise(_random(board, "full"), board.size))
    old = _bootable(_noise(_random(board, "old"), board.size))
    rng = _random(board, "sparse")
    sparse = _noise(rng, board.size)
    for i in range(0, board.size, 2):
        if rng.random() < 0.6:
            sparse[i:i + 2] = b"\xff\xff"
    rng = _random(board, "touch")
    touch = bytearray(full)
    at = rng.randrange(0x100, board.size)
    touch[at] = next(v for v in (full[at] ^ 0x55, full[at] ^ 0xAA, full[at] ^ 0x0F)
                     if v & ~full[at] and v not in (0x00, 0xFF))
    rng = _random(board, "grow")
    grow = bytearray(full)
    sectors = _offsets(board)
    for i in rng.sample(range(len(sectors)), max(1, round(0.03 * len(sectors)))):
        off, n = sectors[i]
        grow[off:off + n] = _noise(rng, n)
    return {"old": bytes(old), "full": bytes(full), "sparse": bytes(_bootable(sparse)),
            "touch": bytes(touch), "grow": bytes(_bootable(grow))}


def before(job):
    """The image that the chip holds when a job begins."""
    return "old" if job in ("full", "sparse") else "full"


def wanted(job):
    """The image that the chip must hold when it ends."""
    return {"again": "full", "read": "full", "info": "full"}.get(job, job)


# ---- limits -------------------------------------------------------------------------------

def _written(board, data):
    """Units that are not blank."""
    return sum(data[i:i + board.unit].count(board.blank) != board.unit
               for i in range(0, len(data), board.unit))


def flash_limit(board, old, new):
    """Microseconds; and how: sectors erased, mass erases, units programmed."""
    erased, units, us = 0, 0, 0.0
    for off, n in _offsets(board):
        was, want = old[off:off + n], new[off:off + n]
        changed = [i for i in range(0, n, board.unit)
                   if was[i:i + board.unit] != want[i:i + board.unit]]
        if any(was[i:i + board.unit].count(board.blank) != board.unit for i in changed):
            erased += 1
            us += board.erase_us[n]
            units += _written(board, want)
        else:
            units += len(changed)
    us += units * board.unit_us
    by_mass = board.mass_us + _written(board, new) * board.unit_us
    if erased and board.mass_us and by_mass < us:
        return by_mass, {"sectors": 0, "mass": 1, "units": _written(board, new)}
    return us, {"sectors": erased, "mass": 0, "units": units}


def read_limit(board):
    """Payload on the bus, then the words on SWD: the probe stores and forwards."""
    return board.size * PAYLOAD_US + board.size / 4 * SWD_CLOCKS / board.swd_hz * 1e6


def limits(board, made):
    """Job -> {"us": ..., "how": ...}; 0 where the flash has nothing to do."""
    out = {}
    for job in WRITES:
        us, how = flash_limit(board, made[before(job)], made[wanted(job)])
        out[job] = {"us": us, **how}
    out["read"] = {"us": read_limit(board)}
    out["info"] = {"us": 0}
    return out


if __name__ == "__main__":
    for b in BOARDS.values():
        for job, limit in limits(b, images(b)).items():
            print(f"{b.name:12} {job:7} {limit['us'] / 1e6:9.3f} s  {limit}")
