/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cause.c - the one table of causes, in the order of their numbers.
 *
 * What users of all ST-LINK tools report, sorted by what can be measured. Sources: the issue trackers
 * of stlink-org, OpenOCD, probe-rs and pyOCD; reference manuals for what the chip's part in it is.
 */
#include "base/cause.h"

#include <string.h>

#include "base/compiler.h"

#define PINS \
	"On many copies of the ST-LINK/V2 with ten pins in a metal case, the names\n" \
	"printed on the housing are wrong and those on the circuit board inside are\n" \
	"right. Usually it is\n" \
	"\n" \
	"   1 RST    2 SWCLK\n" \
	"   3 SWIM   4 SWDIO\n" \
	"   5 GND    6 GND\n" \
	"   7 3.3V   8 3.3V\n" \
	"   9 5V    10 5V\n"

static const struct cause_info table[] = {
	{
		.code = CAUSE_NO_PROBE, .err = SL_NOPROBE, .name = "no-probe",
		.title = "no ST-LINK was found, or not the one that was named",
		.meaning =
			"No USB device of ST's with a product id of an ST-LINK is plugged in, or none\n"
			"that -d or STLINK_DEVICE names. A cable without data lines, a hub without power\n"
			"and a virtual machine that was not given the device look like this, too.\n",
		.cure = "plug the board in with a cable that carries data; list shows what is there",
		.command = "stlink-download list",
	}, {
		.code = CAUSE_FORBIDDEN, .err = SL_PERM, .name = "probe-forbidden",
		.title = "you may not use the probe's device node",
		.meaning =
			"The probe is there, and the system lets only others read and write its node:\n"
			"the udev rules are missing, or came after the probe, or you log in over the\n"
			"network.\n",
		.cure = "setup says which of these it is, and what to type",
		.command = "stlink-download setup",
	}, {
		.code = CAUSE_HELD, .err = SL_BUSY, .name = "probe-held",
		.title = "another program holds the probe",
		.meaning =
			"The node is open, or the USB interface claimed, by another process: a debugger\n"
			"that an IDE left behind, a second session of this program, OpenOCD, st-util.\n"
			"Or a USB/IP server has given the probe to another client.\n",
		.cure = "end that program, or use another probe",
		.command = "stlink-download setup",
	}, {
		.code = CAUSE_IN_DFU, .err = SL_PROBE, .name = "probe-in-dfu",
		.title = "the probe stays in its own boot loader",
		.meaning =
			"Every ST-LINK starts in DFU mode, in which its firmware can be replaced, and\n"
			"leaves it when it is asked to. This one does not: its firmware was erased, or\n"
			"an update was cut off.\n",
		.cure = "plug it in again; if that does not help, write its firmware anew with ST's "
			"STSW-LINK007",
	}, {
		.code = CAUSE_OLD_FIRMWARE, .err = SL_OLDPROBE, .name = "probe-too-old",
		.title = "the probe's firmware is too old for this",
		.meaning =
			"What was asked needs a command that this version of the probe's firmware does\n"
			"not have: an ST-LINK/V2 changes its SWD clock (--speed) from V2J22 on, measures\n"
			"the supply from V2J13 on, and has 16-bit accesses from V2J26 on.\n",
		.cure = "update the probe's firmware with ST's STSW-LINK007, or leave this step out",
	}, {
		.code = CAUSE_NOT_ST, .err = SL_PROTO, .name = "probe-not-st",
		.title = "the probe does not run ST's firmware",
		.meaning =
			"Asked for its version, the device answers zeros or ids that are not ST's.\n"
			"Copies with firmware of another kind do that (\"V0J8S0\", \"0000:0000\" in other\n"
			"tools).\n",
		.cure = "plug it in again and wait some seconds; if it stays, give it ST's firmware, or use "
			"another probe",
	}, {
		.code = CAUSE_ASLEEP, .err = SL_TARGET, .name = "target-asleep",
		.title = "the core is asleep",
		.meaning =
			"The debug port answers, the chip's bus does not (AP WAIT): the firmware waits\n"
			"in WFI or STOP mode, where the bus has no clock unless DBGMCU_CR says so.\n"
			"Nothing is broken. --connect=auto catches it when it wakes up now and then, or\n"
			"resets it.\n",
		.cure = "let the probe hold the chip in reset while it connects",
		.command = "stlink-download --connect=under-reset info",
	}, {
		.code = CAUSE_UNPOWERED, .err = SL_NOTARGET, .name = "target-unpowered",
		.title = "the target has no power",
		.meaning =
			"Nothing answers, and at its VAPP pin the probe measures less than any STM32\n"
			"runs from (1.65 V). On a stand-alone probe VAPP must be wired to the target's\n"
			"supply; it does not feed the board.\n",
		.cure = "power the board, and wire the probe's VAPP pin to its supply",
	}, {
		.code = CAUSE_NO_SENSE, .err = SL_OK, .weight = CAUSE_REMARK, .name = "no-voltage-sense",
		.title = "the probe cannot measure the target's supply",
		.meaning =
			"It reports 0 V, and yet the chip answers: copies of the ST-LINK/V2 have no\n"
			"resistors there, or VAPP is not wired. Other programs refuse to go on.\n",
		.cure = "nothing needs to be done; measure the supply with a meter if flash makes trouble",
	}, {
		.code = CAUSE_WIRES, .err = SL_NOTARGET, .name = "wires",
		.title = "no chip answers: SWD wires swapped, open, or no common ground",
		.meaning =
			"The probe sees no id code of a debug port at any clock, not even with the chip\n"
			"held in reset, though the supply, where it can be measured, is there. SWDIO and\n"
			"SWCLK are swapped or open, GND is not common, or there is no STM32. A probe that\n"
			"can neither measure the supply nor pull NRST (ST-LINK/V1) sees the same of a\n"
			"board without power, and of firmware that uses the SWD pins for something else.\n"
			"A chip that was locked for ever (level 2) has no debug port, either.\n"
			"\n" PINS,
		.cure = "check SWDIO, SWCLK and GND by the names on the circuit board, not on the housing",
		.command = "stlink-download help E210",
	}, {
		.code = CAUSE_TOO_FAST, .err = SL_NOTARGET, .weight = CAUSE_REMARK, .name = "swd-too-fast",
		.title = "the SWD clock is too fast for the wires",
		.meaning =
			"The chip answers at a low clock and not, or with lost bits, at a higher one:\n"
			"the wires are long, ground is far away, or something hangs on them. The clock\n"
			"is lowered by itself, unless --speed fixes it.\n",
		.cure = "shorten the wires, lay ground beside them, or fix a lower clock",
		.command = "stlink-download --speed=100 info",
	}, {
		.code = CAUSE_NO_NRST, .err = SL_TARGET, .name = "nrst-not-wired",
		.title = "NRST is not wired to the probe",
		.meaning =
			"The probe pulls NRST low and the chip does not notice: DHCSR.S_RESET_ST stays\n"
			"0, or the firmware goes on sleeping. Without it, connecting under reset has no\n"
			"effect.\n",
		.cure = "wire the probe's RST pin to the chip's NRST, or hold the reset button yourself",
	}, {
		.code = CAUSE_REMAPPED, .err = SL_NOTARGET, .name = "swd-remapped",
		.title = "the firmware uses the SWD pins for something else",
		.meaning =
			"No debug port answers while the firmware runs, and one does as long as NRST is\n"
			"low: the firmware gives PA13 and PA14 another use (AFIO_MAPR.SWJ_CFG,\n"
			"GPIO_MODER), or switches debug off, soon after it starts.\n",
		.cure = "connect under reset and program a firmware that leaves PA13 and PA14 alone",
		.command = "stlink-download --connect=under-reset program=FILE reset",
	}, {
		.code = CAUSE_LOCKUP, .err = SL_OK, .weight = CAUSE_REMARK, .name = "core-lockup",
		.title = "the core is locked up",
		.meaning =
			"DHCSR.S_LOCKUP is set: a fault inside a fault handler, or no program at all,\n"
			"which is how every chip with blank flash looks. It can be programmed all the\n"
			"same.\n",
		.cure = "program the chip; if it was programmed, look at vectors and stack pointer",
		.command = "stlink-download program=FILE reset status",
	}, {
		.code = CAUSE_RESET_LOOP, .err = SL_TARGET, .weight = CAUSE_REMARK, .name = "reset-loop",
		.title = "the chip resets itself over and over",
		.meaning =
			"DHCSR.S_RESET_ST comes again and again though nobody resets the chip: a\n"
			"watchdog that the firmware does not feed (or that an option byte starts), or a\n"
			"supply that breaks down under load. While the core is halted here, its\n"
			"watchdogs stand still.\n",
		.cure = "program a firmware that feeds the watchdog; if it goes on, look at the supply",
		.command = "stlink-download --connect=under-reset program=FILE reset status",
	}, {
		.code = CAUSE_PROTECTED, .err = SL_PROTECTED, .name = "read-protected",
		.title = "the chip is read-protected (level 1)",
		.meaning =
			"The option bytes keep debuggers from reading flash; it can neither be read nor\n"
			"written, and other tools say \"flash: 0\" or report a wrong size. Going back to\n"
			"level 0 erases the whole flash.\n",
		.cure = "take the protection off, which erases the flash, then program it",
		.command = "stlink-download unlock",
	}, {
		.code = CAUSE_PROTECTED_2, .err = SL_PROTECTED, .name = "read-protected-for-ever",
		.title = "the chip is read-protected for ever (level 2)",
		.meaning =
			"The option bytes say level 2, which nobody can undo. It can be seen only until\n"
			"the chip's next reset: then its debug port is shut, and the chip looks like one\n"
			"whose wires are open (help wires). What is in flash stays there, unless its\n"
			"firmware can replace itself.\n",
		.cure = "nothing can be done with a debugger; use the firmware's own update, or another chip",
	}, {
		.code = CAUSE_WRITE_PROTECTED, .err = SL_FLASH, .name = "write-protected",
		.title = "part of the flash is write-protected",
		.meaning =
			"The option bytes guard sectors that would have to be changed. Nothing was\n"
			"changed before that was seen.\n",
		.cure = "take the write protection off, or leave these sectors alone",
		.command = "stlink-download wrp=none",
	}, {
		.code = CAUSE_CLONE, .err = SL_OK, .weight = CAUSE_REMARK, .name = "clone-chip",
		.title = "the chip is probably not ST's",
		.meaning =
			"It shows an id code of ST's and a debug port id that the genuine chip does not\n"
			"have: CS32, CKS32, GD32, APM32 and such on boards sold as \"STM32F103\". Flashing\n"
			"goes on as for the chip it imitates.\n",
		.cure = "nothing needs to be done; expect other flash sizes, clocks and errata than ST's",
	}, {
		.code = CAUSE_FLASH_SIZE, .err = SL_OK, .weight = CAUSE_REMARK, .name = "flash-size-register",
		.title = "the flash size register tells no size",
		.meaning =
			"It reads 0, FFFF or more than any such chip has, as in engineering samples,\n"
			"some copies and some protected chips. The largest chip of the kind is assumed.\n",
		.cure = "nothing needs to be done; reading past the real end fails, programming there is not "
			"proved",
	}, {
		.code = CAUSE_UNKNOWN_CHIP, .err = SL_UNSUPPORTED, .name = "unknown-chip",
		.title = "this chip is not in the table",
		.meaning =
			"A core answers, and its device id is none that is known here. Core and memory\n"
			"words work; flash is left alone. A chip is one row of target/chips.c:\n"
			"docs/adding.md says how, and the ids that were read are what it needs.\n",
		.cure = "add the chip (docs/adding.md), or report the ids that were read",
		.command = "stlink-download --json info",
	}, {
		.code = CAUSE_NOT_BLANK, .err = SL_FLASH, .name = "not-blank",
		.title = "flash is not blank where it must be",
		.meaning =
			"flash:w: writes without erasing, as it always did, and flash cells only go one\n"
			"way.\n",
		.cure = "use program=, which erases what it must, or erase first",
		.command = "stlink-download program=FILE",
	}, {
		.code = CAUSE_NO_DRIVER, .err = SL_UNSUPPORTED, .name = "no-driver",
		.title = "this chip's flash controller has no driver here",
		.meaning =
			"The chip is known, but its flash is not programmed as that of any chip with a\n"
			"driver, whatever its name or its id suggests. Nothing was changed.\n",
		.cure = "use another tool for this chip; docs/adding.md says how a driver is added",
		.command = "stlink-download help chips",
	}, {
		.code = CAUSE_OTHER_ADDRESS, .err = SL_IMAGE, .name = "image-other-address",
		.title = "the image is for another address than this chip's flash",
		.meaning =
			"Some of its bytes lie where this chip has no flash: it was linked for a larger\n"
			"chip, for RAM, or a plain binary was given the wrong address. Of a plain binary\n"
			"for the start of flash, the reset vector must lead into the file; else there is\n"
			"a warning, and the job goes on.\n",
		.cure = "link it for this chip, or say where a plain binary goes",
		.command = "stlink-download program=FILE.bin@0x08000000",
	}, {
		.code = CAUSE_OTHER_CORE, .err = SL_IMAGE, .name = "image-other-core",
		.title = "the image is for another core",
		.meaning =
			"An ELF file says for which machine it was made; this one runs on another, or\n"
			"needs instructions that this core does not have.\n",
		.cure = "build it for this core (-mcpu=...)",
	}, {
		.code = CAUSE_IN_RESET, .err = SL_TARGET, .name = "held-in-reset",
		.title = "something holds the chip in reset",
		.meaning =
			"DHCSR.S_RESET_ST does not go away: a pressed or stuck reset button, another\n"
			"debugger on the same board, a supervisor that finds the supply too low.\n",
		.cure = "let go of the reset button, take other debuggers off the board, check the supply",
	}, {
		.code = CAUSE_SILENT, .err = SL_TIMEOUT, .name = "probe-silent",
		.title = "the probe does not answer",
		.meaning =
			"The node can be opened and commands go out, and nothing comes back, not even\n"
			"after a USB reset: its firmware hangs.\n",
		.cure = "plug the board in again, at another port or cable if it stays",
	}, {
		.code = CAUSE_PROBE_CANNOT, .err = SL_OLDPROBE, .name = "probe-cannot",
		.title = "this kind of probe cannot do that",
		.meaning =
			"No firmware changes it: an ST-LINK/V1 cannot pull NRST, measure a voltage or\n"
			"change its SWD clock, and probes of boards with an STM8 have no SWD.\n",
		.cure = "leave this out, do it by hand (reset button), or use an ST-LINK/V2 or V3",
	}, {
		.code = CAUSE_MANY_PROBES, .err = SL_MANYPROBES, .name = "many-probes",
		.title = "more than one ST-LINK is there",
		.meaning =
			"Which one is meant must be said; no probe was touched.\n",
		.cure = "choose one with -d serial:..., -d port:... or -d usb:BUS.ADDR",
		.command = "stlink-download list",
	},
};

const struct cause_info *cause_info(enum sl_cause code)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

const struct cause_info *cause_table(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

/* Error codes that have one cause only. */
static const struct { enum sl_err err; enum sl_cause cause; } alone[] = {
	{ SL_NOPROBE, CAUSE_NO_PROBE }, { SL_MANYPROBES, CAUSE_MANY_PROBES },
	{ SL_PERM, CAUSE_FORBIDDEN }, { SL_BUSY, CAUSE_HELD }, { SL_OLDPROBE, CAUSE_OLD_FIRMWARE },
	{ SL_PROTECTED, CAUSE_PROTECTED }, { SL_TIMEOUT, CAUSE_SILENT },
};

enum sl_cause cause_of(const struct fault *f)
{
	if (f->cause != CAUSE_NONE)
		return f->cause;
	/* What cli/ and auto/ forbid themselves is none of the probe's. */
	if (f->where && (strcmp(f->where, "cli") == 0 || strcmp(f->where, "auto") == 0))
		return CAUSE_NONE;
	for (size_t i = 0; i < ARRAY_LEN(alone); i++)
		if (alone[i].err == f->code)
			return alone[i].cause;
	return CAUSE_NONE;
}
