/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * promises.c - the table of promises. Nothing stands here that no test would miss.
 */
#include "cli/promises.h"

#include "base/compiler.h"

static const struct promise promises[] = {
	{
		"Interrupt it anywhere",
		"Cable, power, Ctrl-C, kill: the same command, run again, finishes the job.",
		"make faults, make hostfaults, tests/test_flash_lost.c, "
		"tests/test_flash_options_lost.c, tests/vm/guest/21-unplug.sh",
	},
	{
		"Done means proved",
		"After the last write every sector is compared, by the chip's CRC-32 or, with "
		"--proof=read, byte by byte. No success is reported otherwise.",
		"make faults, tests/test_flash_program.c, tests/test_flash_ring_crc.c",
	},
	{
		"It writes only where it was told",
		"What stands beside the image in its sectors is kept, and option bytes and protection "
		"are touched by no command but their own.",
		"make faults, tests/test_flash_program.c, tests/vm/guest/58-own-flash.sh",
	},
	{
		"It always ends",
		"No wait is without a limit.",
		"make faults, tests/test_link_command.c, tests/vm/guest/23-slow-disk.sh",
	},
	{
		"One probe, one user",
		"The second is told who holds it.",
		"make races, tests/vm/guest/20-busy.sh",
	},
	{
		"It trusts neither file nor probe",
		"Files are checked whole before a probe is opened, images by a child without rights if "
		"root has started it; answers of a probe are counted and bounded.",
		"make fuzz, tests/test_image_limits.c, tests/test_image_confined.c, "
		"tests/test_base_confine.c, tests/test_usb_usbip_liars.c",
	},
	{
		"It listens to nobody",
		"It opens no port. It goes to a network only when a usbip: device is named.",
		"tests/hardening.sh",
	},
	{
		"It says what was tried",
		"help chips tells for each chip and each operation whether that was seen to work, and "
		"on what.",
		"tests/test_target_table.c",
	},
	{
		"It needs no root",
		"With the udev rules that come with it, no root and no capability is needed. A refusal "
		"names the node and what is missing.",
		"tests/vm/guest/02-permissions.sh, tests/vm/guest/10-v1-sg.sh, "
		"tests/vm/guest/14-v1-refused.sh, tests/vm/systemd/guest/20-rules.sh",
	},
};

const struct promise *promise_table(size_t *n)
{
	*n = ARRAY_LEN(promises);
	return promises;
}
