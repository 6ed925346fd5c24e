/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_device.c - any bytes as what a device, or somebody else's package, says of itself:
 * descriptors, sense data, serial numbers, udev rules.
 *
 * The first byte chooses which.
 */
#include <stdlib.h>
#include <string.h>

#include "base/scsi_sense.h"
#include "host/rule_text.h"
#include "link/likeness.h"
#include "link/serial.h"
#include "usb/descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

static void descriptors(const uint8_t *data, size_t size, char *text)
{
	struct pipe p;
	struct ctx c;
	uint16_t vid, pid;
	enum sl_err err;

	(void)text;
	(void)usb_parse_device(data, size, &vid, &pid);
	ctx_init(&c);
	memset(&p, 0, sizeof(p));
	err = usb_parse_debug_interface(&c, data, size, &p);
	must(err == SL_OK || err == SL_PROTO);
	if (!err)
		must(!(p.ep_out & 0x80) && (p.ep_in & 0x80) && p.ep_out != 0 && p.max_packet > 0);
}

static void sense(const uint8_t *data, size_t size, char *text)
{
	struct scsi_sense s;
	struct ctx c;
	enum sl_err err;

	(void)text;
	if (scsi_sense_decode(data, size, &s))
		must(s.key <= 15 && s.key_name && s.what);
	ctx_init(&c);
	err = scsi_sense_fail(&c, "fuzz", 0xF2, data, size);
	must((err == SL_STALL || err == SL_PROBE || err == SL_PROTO) && c.fault.text[0] != '\0');
}

static void serial(const uint8_t *data, size_t size, char *text)
{
	struct likeness_signs signs;
	struct probe p;
	const uint8_t *end = memchr(data, '\n', size);
	size_t n = end ? (size_t)(end - data) : size;

	memset(&p, 0, sizeof(p));
	p.kind = probe_kind_of_pid(size % 2 ? 0x3748 : 0x3744);
	serial_decode(&p, text, n);
	for (const char *s = p.serial; *s; s++)
		must((unsigned char)*s >= ' ' && *s != 0x7F);
	(void)serial_match(&p, text + n + (end ? 1 : 0));
	likeness_judge(&p, NULL, &signs);
	must(signs.n <= LIKENESS_SIGNS_MAX);
}

static void rules(const uint8_t *data, size_t size, char *text)
{
	struct rule_digest d;

	(void)data;
	(void)size;
	rule_digest(text, &d);
	must(memchr(d.mode, '\0', sizeof(d.mode)) && memchr(d.group, '\0', sizeof(d.group)) &&
	     memchr(d.runs, '\0', sizeof(d.runs)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const all[])(const uint8_t *, size_t, char *) = {
		descriptors, sense, serial, rules,
	};
	char *text = malloc(size + 1);
	uint8_t *exact = malloc(size ? size : 1);

	must(text && exact);
	if (size > 0) {
		memcpy(text, data + 1, size - 1);
		text[size - 1] = '\0';
		memcpy(exact, data + 1, size - 1);
		all[data[0] % ARRAY_LEN(all)](exact, size - 1, text);
	}
	free(text);
	free(exact);
	return 0;
}
