/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * likeness.c - the signs by which a copy of an ST-LINK can be told, one row each.
 *
 * Source: descriptors and serial numbers of ST's probes and of copies as they stand in public
 * logs (stlink-org issues 7, 716, 956, 1012, 1045; pyusb 395; probe-rs 1339).
 */
#include "link/likeness.h"

#include <string.h>

enum { UID_DIGITS = 24, OWN_SERIAL_J = 22 };

static bool answers_zeros(const struct probe *p, const struct probe_peek *said)
{
	(void)p;
	return said && said->zeros;
}

static bool other_pid(const struct probe *p, const struct probe_peek *said)
{
	(void)p;
	return said && said->other_pid;
}

static bool other_maker(const struct probe *p, const struct probe_peek *said)
{
	(void)said;
	return p->manufacturer[0] && strcmp(p->manufacturer, "STMicroelectronics") != 0;
}

static bool other_product(const struct probe *p, const struct probe_peek *said)
{
	(void)said;
	return p->product[0] && strncmp(p->product, "STM32", 5) != 0 &&
	       strncmp(p->product, "STLINK", 6) != 0 && strncmp(p->product, "ST-Link", 7) != 0;
}

/* A V1 and a V2 have interface 0 alone, boards with a serial port two more for it. */
static bool other_interfaces(const struct probe *p, const struct probe_peek *said)
{
	(void)said;
	if (!p->kind || p->kind->bootloader || p->interfaces == 0)
		return false;
	return p->kind->vcps ? p->interfaces < 3 : p->interfaces > 1 &&
						   p->kind->generation != PROBE_V3;
}

/* Firmware from about V2J21 on gives the chip's unique id. */
static bool constant_serial(const struct probe *p, const struct probe_peek *said)
{
	if (!said || said->bootloader || said->version.stlink != 2 ||
	    said->version.jtag < OWN_SERIAL_J)
		return false;
	return strcmp(p->serial, "000000000001") == 0 ||
	       strcmp(p->serial, "303030303030303030303031") == 0;
}

static bool strange_serial(const struct probe *p, const struct probe_peek *said)
{
	size_t len = strlen(p->serial);

	(void)said;
	if (len == 0 || p->serial_unsure || strcmp(p->serial, "000000000001") == 0)
		return false;
	if (len != UID_DIGITS || strspn(p->serial, "0123456789ABCDEFabcdef") != len)
		return true;
	return strspn(p->serial, "0") == len || strspn(p->serial, "Ff") == len;
}

static bool no_voltage_sense(const struct probe *p, const struct probe_peek *said)
{
	(void)p;
	return said && said->supply_asked && !said->supply_known;
}

static const struct {
	bool (*shows)(const struct probe *p, const struct probe_peek *said);
	const char *sentence;
} signs[] = {
	{ answers_zeros, "it answers zeros: its firmware is not ST's" },
	{ other_pid, "its firmware and its USB descriptor name different products" },
	{ other_maker, "its maker's name is not STMicroelectronics" },
	{ other_product, "its product's name is none of ST's" },
	{ other_interfaces, "its USB interfaces are not those of this kind" },
	{ constant_serial, "its serial number is 000000000001, which firmware of this version "
			   "does not give" },
	{ strange_serial, "its serial number is not the unique id of a chip" },
	{ no_voltage_sense, "it does not measure the target's voltage" },
};

/* ST's own probes say all of this. What could not be read was not looked at. */
static bool all_was_seen(const struct probe *p, const struct probe_peek *said)
{
	return said && !said->bootloader && p->serial[0] && p->manufacturer[0] && p->product[0] &&
	       p->interfaces;
}

void likeness_judge(const struct probe *p, const struct probe_peek *said,
		    struct likeness_signs *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < ARRAY_LEN(signs) && out->n < LIKENESS_SIGNS_MAX; i++)
		if (signs[i].shows(p, said))
			out->sign[out->n++] = signs[i].sentence;
	if (out->n)
		out->verdict = LIKENESS_COPY;
	else if (all_was_seen(p, said))
		out->verdict = LIKENESS_ORIGINAL;
}
