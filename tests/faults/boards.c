/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * boards.c - boards for the campaigns: each controller behind each generation of probe, also where
 * nobody makes such a board.
 */
#include "sim/board.h"
#include "tests/faults/boards.h"

#define KIND(id, chip_name, front_end, generation, fw, form, erased) \
	const struct board_kind id = { \
		.name = #id, .title = #id, .chip = chip_name, .firmware = fw, \
		.serial = "53FF6D064966505632152187", .blank = erased, .front = &front_end, \
		.disk = generation == 1 ? &disk_v1 : NULL, \
		.probe = generation, .serial_form = form, .hse_hz = 8000000, \
	}

KIND(f1_v1, "STM32F100RB", front_v1, 1, "V1J13S4", SERIAL_HEX, 0xFF);
KIND(f1_v2, "STM32F100RB", front_v2, 2, "V2J37S7", SERIAL_HEX, 0xFF);
KIND(f4_v1, "STM32F407VG", front_v1, 1, "V1J13S4", SERIAL_HEX, 0xFF);
KIND(f4_v2, "STM32F407VG", front_v2, 2, "V2J37S7", SERIAL_HEX, 0xFF);
KIND(l1_v1, "STM32L152RB", front_v1, 1, "V1J13S4", SERIAL_HEX, 0x00);
KIND(l1_v2, "STM32L152RB", front_v2, 2, "V2J37S7", SERIAL_HEX, 0x00);

void board_refuse(struct board *b, uint8_t ep)
{
	usb_halt(b, ep);
	if (!(ep & 0x80))
		b->out.command = NULL;
}
