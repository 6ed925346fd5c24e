/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * attributes.c - the section .ARM.attributes, as far as it says which instructions a program uses.
 *
 * Tolerant: a file without attributes, or with broken ones, is a program all the same. Source:
 * ADDENDA32, "Build attributes": encoding, Tag_CPU_arch, Tag_CPU_arch_profile, Tag_FP_arch.
 */
#include "image/attributes.h"

#include <string.h>

enum { FORMAT_A = 'A', TAG_FILE = 1 };

/* Tags below 32 have numbers, but these; from 32 on odd tags have text, and even ones numbers. */
enum {
	TAG_CPU_RAW_NAME = 4, TAG_CPU_NAME = 5, TAG_CPU_ARCH = 6, TAG_PROFILE = 7, TAG_FP_ARCH = 10,
	TAG_COMPATIBILITY = 32
};

/* ULEB128, 35 bits at most. */
static uint32_t take_number(struct cursor *in)
{
	uint32_t value = 0;

	for (unsigned shift = 0; shift < 35; shift += 7) {
		uint8_t byte = cur_u8(in);

		value |= shift < 32 ? (uint32_t)(byte & 0x7F) << shift : 0;
		if (!(byte & 0x80) || in->over)
			return value;
	}
	in->over = true;
	return 0;
}

static void skip_text(struct cursor *in)
{
	while (!in->over && cur_u8(in) != 0)
		;
}

static void read_file_attributes(struct cursor *in, struct image_needs *out)
{
	while (cur_left(in) > 0 && !in->over) {
		uint32_t tag = take_number(in), value = 0;
		bool text = tag == TAG_CPU_RAW_NAME || tag == TAG_CPU_NAME || (tag > 32 && tag % 2);

		if (!text)
			value = take_number(in);
		if (text || tag == TAG_COMPATIBILITY)
			skip_text(in);
		if (in->over || value > UINT8_MAX)
			continue;
		if (tag == TAG_CPU_ARCH)
			out->arch = (uint8_t)value;
		else if (tag == TAG_PROFILE)
			out->profile = (uint8_t)value;
		else if (tag == TAG_FP_ARCH)
			out->fp = (uint8_t)value;
	}
}

/* The next len bytes, in which len itself, already read, counts for taken. */
static struct cursor take_part(struct cursor *in, uint32_t len, uint32_t taken)
{
	const uint8_t *data = len >= taken ? cur_view(in, len - taken) : NULL;

	if (!data)
		in->over = true;
	return cur_make(data, data ? len - taken : 0);
}

static void read_vendor(struct cursor *in, struct image_needs *out)
{
	static const char vendor[] = "aeabi";
	const uint8_t *name = cur_view(in, sizeof(vendor));

	if (!name || memcmp(name, vendor, sizeof(vendor)) != 0)
		return;
	while (cur_left(in) > 0 && !in->over) {
		uint8_t tag = cur_u8(in);
		struct cursor part = take_part(in, cur_le32(in), 5);

		if (tag == TAG_FILE && !in->over)
			read_file_attributes(&part, out);
	}
}

struct image_needs attributes_read(struct cursor in)
{
	struct image_needs needs = { 0 };

	if (cur_u8(&in) != FORMAT_A)
		return needs;
	while (cur_left(&in) > 0 && !in.over) {
		struct cursor part = take_part(&in, cur_le32(&in), 4);

		if (!in.over)
			read_vendor(&part, &needs);
	}
	return needs;
}
