/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_device.c - any bytes as what a device, or somebody else's package, says of itself:
 * descriptors, sense data, what the kernel says of a SCSI command, serial numbers, udev rules, options of
 * kernel modules.
 *
 * The first byte chooses which.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/scsi_sense.h"
#include "host/rule_text.h"
#include "host/settings.h"
#include "link/likeness.h"
#include "link/serial.h"
#include "sg/status.h"
#include "tests/fuzz/fuzz.h"
#include "usb/descriptor.h"

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

static void settings(const uint8_t *data, size_t size, char *text)
{
	static const char *wanted[2] = { "usb_storage", "quirks" };
	static struct settings s;
	char letters[8], merged[SETTING_MAX] = "483:3744:u";

	(void)data;
	(void)size;
	s.n = 0;
	settings_of_text(text, "/etc/f", wanted, &s);
	must(s.n <= SETTINGS_MAX);
	for (size_t i = 0; i < s.n; i++) {
		must(memchr(s.item[i].value, '\0', sizeof(s.item[i].value)) != NULL);
		quirks_merge(merged, s.item[i].value);
	}
	quirks_merge(merged, text);
	must(memchr(merged, '\0', sizeof(merged)) != NULL);
	(void)quirks_for(text, 0x483, 0x3744, letters, sizeof(letters));
	must(memchr(letters, '\0', sizeof(letters)) != NULL);
}

static void command(const uint8_t *data, size_t size, char *text)
{
	struct cursor in = cur_make(data, size);
	struct sg_io_hdr h = { .status = cur_u8(&in), .masked_status = cur_u8(&in) };
	struct ctx c;
	enum sl_err err;

	(void)text;
	h.host_status = cur_le16(&in);
	h.driver_status = cur_le16(&in);
	h.info = cur_u8(&in);
	h.sb_len_wr = cur_u8(&in);
	h.resid = (int)cur_le32(&in);
	h.dxfer_len = cur_le16(&in);
	h.sbp = (uint8_t *)(uintptr_t)(data + in.off);
	h.mx_sb_len = (unsigned char)(cur_left(&in) > 64 ? 64 : cur_left(&in));
	/* The kernel writes no more than there is room for. */
	if (h.sb_len_wr > h.mx_sb_len)
		h.sb_len_wr = h.mx_sb_len;
	ctx_init(&c);
	err = sg_status_check(&c, &h, 0xF2);
	must(err == SL_OK || (c.fault.code == err && c.fault.text[0] != '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const all[])(const uint8_t *, size_t, char *) = {
		descriptors, sense, serial, rules, settings, command,
	};

	if (size > 0)
		all[data[0] % ARRAY_LEN(all)](fence(data + 1, size - 1), size - 1,
					      fence_text(data + 1, size - 1));
	return 0;
}
