/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * boards.c - the table of virtual boards: probe, chip, LEDs, button.
 *
 * A new board is one row. Wiring after the boards' user manuals: UM0919
 * (STM32VLDISCOVERY), UM1079 (STM32L-DISCOVERY), UM1472 (STM32F4DISCOVERY),
 * UM1724 (Nucleo-64: LD2 at PA5, B1 at PC13 low when pressed, USART2 to the probe). The
 * "blue pill" has no manual of ST's, its LED at PC13 lights when the pin is low. OSC_IN: a crystal on
 * both older boards and the blue pill, the probe's MCO on the L-Discovery and the Nucleos
 * (UNSURE: earlier Nucleo-64 boards leave it open).
 */
#include <string.h>

#include "sim/board.h"

static const struct board_kind vldiscovery = {
	.name = "vldiscovery",
	.title = "STM32VLDISCOVERY: ST-LINK/V1 with an STM32F100RB",
	.chip = "STM32F100RB",
	.firmware = "V1J13S4",
	.serial = "53FF6D064966505632152187",
	.blank = 0xFF,
	.disk = &disk_v1,
	.front = &front_v1,
	.probe = 1,
	.serial_form = SERIAL_BINARY,
	.leds = { { "blue", 'C', 8, 1 }, { "green", 'C', 9, 1 } },
	.n_leds = 2,
	.hse_hz = 8000000,
	.button_port = 'A', .button_pin = 0, .button_level = 1,
};

static const struct board_kind bluepill = {
	.name = "bluepill",
	.title = "\"Blue pill\" with an STM32F103C8 on a cloned ST-LINK/V2",
	.chip = "STM32F103C8",
	.firmware = "V2J29S7",
	.serial = "303030303030303030303031",
	.blank = 0xFF,
	.front = &front_v2,
	.probe = 2,
	.serial_form = SERIAL_CONSTANT,
	.leds = { { "green", 'C', 13, 0 } },
	.n_leds = 1,
	.hse_hz = 8000000,
};

static const struct board_kind bluepill_clone = {
	.name = "bluepill-clone",
	.title = "\"Blue pill\" with a CS32F103 (an STM32F103 look-alike) on a cloned ST-LINK/V2",
	.chip = "CS32F103CB",
	.firmware = "V2J37S7",
	.serial = "37FF6B065248353829510143",
	.blank = 0xFF,
	.front = &front_v2,
	.probe = 2,
	.serial_form = SERIAL_HEX,
	.leds = { { "green", 'C', 13, 0 } },
	.n_leds = 1,
	.hse_hz = 8000000,
};

static const struct board_kind l_discovery = {
	.name = "l-discovery",
	.title = "STM32L-DISCOVERY: ST-LINK/V2 with an STM32L152RB",
	.chip = "STM32L152RB",
	.firmware = "V2J37S7",
	.serial = "57FF72066687495117240867",
	.blank = 0x00,
	.front = &front_v2,
	.probe = 2,
	.serial_form = SERIAL_HEX,
	.leds = { { "blue", 'B', 6, 1 }, { "green", 'B', 7, 1 } },
	.n_leds = 2,
	.hse_hz = 8000000, .hse_is_signal = true,
	.button_port = 'A', .button_pin = 0, .button_level = 1,
};

static const struct board_kind f4discovery = {
	.name = "f4discovery",
	.title = "STM32F4DISCOVERY: ST-LINK/V2 with an STM32F407VG",
	.chip = "STM32F407VG",
	.firmware = "V2J37S7",
	.serial = "066DFF495051717867014528",
	.blank = 0xFF,
	.front = &front_v2,
	.probe = 2,
	.serial_form = SERIAL_HEX,
	.leds = { { "green", 'D', 12, 1 }, { "orange", 'D', 13, 1 },
		  { "red", 'D', 14, 1 }, { "blue", 'D', 15, 1 } },
	.n_leds = 4,
	.hse_hz = 8000000,
	.button_port = 'A', .button_pin = 0, .button_level = 1,
};

static const struct board_kind nucleo_f401re = {
	.name = "nucleo-f401re",
	.title = "NUCLEO-F401RE: ST-LINK/V2-1 with an STM32F401RE, a disk and a serial port",
	.chip = "STM32F401RE",
	.firmware = "V2J37M27",
	.serial = "0671FF313435504D43094618",
	.blank = 0xFF,
	.disk = &disk_nucleo_f401re,
	.front = &front_v21,
	.probe = 2,
	.serial_form = SERIAL_HEX,
	.leds = { { "green", 'A', 5, 1 } },
	.n_leds = 1,
	.hse_hz = 8000000, .hse_is_signal = true,
	.button_port = 'C', .button_pin = 13, .button_level = 0,
};

/* No such board is made: a V3E on the pins of a NUCLEO-F103RB. */
static const struct board_kind nucleo_v3 = {
	.name = "nucleo-v3",
	.title = "Nucleo with an STLINK-V3E, an STM32F103RB, a disk and a serial port",
	.chip = "STM32F103RB",
	.firmware = "V3J7M2",
	.serial = "004500293137510D33333639",
	.blank = 0xFF,
	.disk = &disk_nucleo_v3,
	.front = &front_v3,
	.probe = 3,
	.serial_form = SERIAL_HEX,
	.leds = { { "green", 'A', 5, 1 } },
	.n_leds = 1,
	.hse_hz = 8000000, .hse_is_signal = true,
	.button_port = 'C', .button_pin = 13, .button_level = 0,
};

/* For the tests of flash and option bytes alone, so not listed: what is on its pins is not modelled. */
static const struct board_kind f303 = {
	.name = "f303",
	.title = "STM32F303VC on an ST-LINK/V2: flash and option bytes",
	.chip = "STM32F303VC",
	.firmware = "V2J37S7",
	.serial = "066FFF303430484257255318",
	.blank = 0xFF,
	.front = &front_v2,
	.probe = 2,
	.serial_form = SERIAL_HEX,
	.hse_hz = 8000000,
};

static const struct board_kind *const kinds[] = {
	&vldiscovery, &bluepill, &bluepill_clone, &l_discovery, &f4discovery, &nucleo_f401re,
	&nucleo_v3, NULL
};

const struct board_kind *const *board_kinds(void)
{
	return kinds;
}

const struct board_kind *board_kind_find(const char *name)
{
	for (size_t i = 0; kinds[i] != NULL; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return strcmp(name, f303.name) == 0 ? &f303 : NULL;
}

const char *board_kind_name(const struct board_kind *k)
{
	return k->name;
}

const char *board_kind_title(const struct board_kind *k)
{
	return k->title;
}

const char *board_kind_chip(const struct board_kind *k)
{
	return k->chip;
}

const char *board_kind_firmware(const struct board_kind *k)
{
	return k->firmware;
}

unsigned board_kind_probe(const struct board_kind *k)
{
	return k->probe;
}

const struct board_led *board_kind_leds(const struct board_kind *k, size_t *n)
{
	*n = k->n_leds;
	return k->leds;
}

uint8_t board_kind_blank(const struct board_kind *k)
{
	return k->blank;
}

bool board_kind_dfu(const struct board_kind *k)
{
	return !k->front->composite;
}
