/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * conditions.c - what may be wrong before a session begins: with the board, or with what the kernel shows
 * of its probe. Each is one row.
 */
#include "tests/fuzz/conditions.h"

#include "base/compiler.h"
#include "sim/usbdev.h"
#include "tests/faults/stage.h"
#include "tests/support/fake_sysfs.h"

enum { AGAIN_FROM = 0x40, NONE_BELOW = 0x60 };

static void two_probes(void)
{
	fake_plug(&fake_v21);
}

static void many_probes(void)
{
	struct fake_device d = fake_v21;

	for (unsigned i = 0; i < 6; i++) {
		char port[] = { '2', '-', (char)('1' + i), '\0' };

		d.port = port;
		d.address = 20 + i;
		fake_plug(&d);
	}
}

static void no_probe(void)
{
	fake_unplug(fake_v2.port);
	fake_plug(&fake_mouse);
}

static void raw_serial(void)
{
	fake_attr(fake_v2.port, "serial", "\xC3\x95\x48??\x06\x67\x88");
}

static void latin_serial(void)
{
	fake_attr(fake_v2.port, "serial", "S\xC3\xBF\x06\x48\x12\x18gP?\xC2\x87\x14\x38");
}

static void many_words(void)
{
	fake_attr(fake_v2.port, "manufacturer", "STMicroelectronics");
	fake_attr(fake_v2.port, "bNumInterfaces", " 5");
	fake_file("bus/usb/devices/1-2/1-2:1.2/tty/ttyACM0/dev", "166:0");
	fake_file("bus/usb/devices/1-2/1-2:1.1/host7/target7:0:0/7:0:0:0/block/sdc/dev", "8:32");
	fake_node("ttyACM0");
	fake_node("stlink");
}

/* A V1 of which the kernel has not made a node yet. */
static void node_late(void)
{
	struct fake_device d = fake_v2;

	if (stage.station->carrier == CARRIER_BULK)
		return;
	fake_unplug(fake_v2.port);
	d.pid = "3744";
	d.driver = "usb-storage";
	fake_plug(&d);
}

/* The kernel asks its fake disk, and gets no answer. */
static void disk_waits(void)
{
	fake_file("class/scsi_generic/sg2/device/device_busy", "1");
	fake_file("class/scsi_generic/sg2/device/iorequest_cnt", "0x12");
	fake_file("class/scsi_generic/sg2/device/iodone_cnt", "0x11");
}

static const struct condition {
	const char *key, *value;        /* board_set */
	void (*tree)(void);             /* else */
} conditions[] = {
	{ "voltage", "0", NULL }, { "voltage", "1.9", NULL }, { "power", "off", NULL },
	{ "target", "absent", NULL }, { "target", "sleep", NULL }, { "target", "stop", NULL },
	{ "target", "swd-off", NULL }, { "protect", "level2", NULL }, { "ap", "strict", NULL },
	{ "vref", "0", NULL }, { "hang", "on", NULL }, { "nrst", "open", NULL }, { "wait", "3", NULL },
	{ "wait", "100000", NULL }, { "reset", "down", NULL }, { "residue", "broken", NULL },
	{ "dfu-exit", "after-csw", NULL },
	{ NULL, NULL, two_probes }, { NULL, NULL, many_probes }, { NULL, NULL, no_probe },
	{ NULL, NULL, raw_serial }, { NULL, NULL, latin_serial }, { NULL, NULL, many_words },
	{ NULL, NULL, node_late }, { NULL, NULL, disk_waits }, { "dfu", "on", NULL },
};

bool condition_is_none(uint8_t which)
{
	return which < NONE_BELOW;
}

bool condition_is_again(uint8_t which)
{
	return which >= AGAIN_FROM && which < NONE_BELOW;
}

void condition_bring_about(uint8_t which)
{
	const struct condition *c = &conditions[(size_t)(which - NONE_BELOW) % ARRAY_LEN(conditions)];

	if (condition_is_none(which))
		return;
	if (c->tree)
		c->tree();
	else
		(void)board_set(stage.board, c->key, c->value);
}
