/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * volume.c - FAT12 and FAT16 volumes without a partition table, and the disks of the boards.
 *
 * After published kernel logs: a V1 says "STM32" and 64000 blocks, of which those from F980 on
 * are refused; a V2-1 says "MBED", "microcontroller", "1.0", ANSI 2, and 1072 blocks in front
 * of 512 KiB of flash. Texts of the files are invented. FAT: ECMA-107.
 */
#include "sim/volume.h"

#include <string.h>

#include "base/bytes.h"
#include "base/compiler.h"

#define FAT_START 1u
#define FAT_COPIES 2u
#define ENTRY 32u
#define DATE ((2010 - 1980) << 9 | 9 << 5 | 1)
#define ATTR_READ_ONLY 0x01u
#define ATTR_LABEL 0x08u

static const struct volume_file files_v1[] = {
	{ "README  TXT", "This disk is only a disguise of the debug probe.\r\n" },
	{ "STM32   HTM", "<html><body>STM32 Value Line Discovery</body></html>\r\n" },
	{ "VERSION TXT", "virtual ST-LINK/V1\r\n" },
};

const struct disk_model disk_v1 = {
	.vendor = "STM32   ", .product = "                ", .revision = "    ",
	.limit_lba = 0xF980,
	.volume = {
		.label = "STM32      ", .fat16 = true, .blocks = 64000, .serial = 0x20100901,
		.fat_blocks = 63, .root_entries = 512, .cluster_blocks = 4,
		.files = files_v1, .n_files = ARRAY_LEN(files_v1),
	},
};

/* The two names are those of the real disk; what stands in them is not. */
static const struct volume_file files_nucleo[] = {
	{ "DETAILS TXT", "Version: virtual\r\n"
	  "This is the disk of a virtual ST-LINK. A file copied here goes nowhere.\r\n" },
	{ "MBED    HTM", "<html><body>A virtual board of stlink-sim</body></html>\r\n" },
};

const struct disk_model disk_nucleo_f401re = {
	.vendor = "MBED    ", .product = "microcontroller ", .revision = "1.0 ", .ansi = 2,
	.limit_lba = 1072, .writable = true,
	.volume = {
		.label = "NODE_F401RE", .label_entry = true, .blocks = 1072, .serial = 0x20190215,
		.fat_blocks = 4, .root_entries = 32, .cluster_blocks = 1,
		.files = files_nucleo, .n_files = ARRAY_LEN(files_nucleo),
	},
};

/* UNSURE: no log shows a V3 in front of 128 KiB; 36 KiB more than the flash, as a V3 has in
 * front of larger ones. */
const struct disk_model disk_nucleo_v3 = {
	.vendor = "MBED    ", .product = "microcontroller ", .revision = "1.0 ", .ansi = 2,
	.limit_lba = 328, .writable = true,
	.volume = {
		.label = "NODE_V3    ", .label_entry = true, .blocks = 328, .serial = 0x20190215,
		.fat_blocks = 1, .root_entries = 32, .cluster_blocks = 1,
		.files = files_nucleo, .n_files = ARRAY_LEN(files_nucleo),
	},
};

static uint32_t root_start(const struct volume *v)
{
	return FAT_START + FAT_COPIES * v->fat_blocks;
}

static uint32_t data_start(const struct volume *v)
{
	return root_start(v) + v->root_entries * ENTRY / DISK_BLOCK;
}

static void boot_block(const struct volume *v, uint8_t *out)
{
	static const uint8_t head[] = { 0xEB, 0x3C, 0x90, 'M', 'S', 'D', 'O', 'S', '5', '.', '0' };

	memcpy(out, head, sizeof(head));
	put_le16(out + 11, DISK_BLOCK);
	out[13] = v->cluster_blocks;
	put_le16(out + 14, FAT_START);
	out[16] = FAT_COPIES;
	put_le16(out + 17, v->root_entries);
	put_le16(out + 19, (uint16_t)v->blocks);
	out[21] = 0xF8;
	put_le16(out + 22, v->fat_blocks);
	put_le16(out + 24, 63);
	put_le16(out + 26, 255);
	out[36] = 0x80;
	out[38] = 0x29;
	put_le32(out + 39, v->serial);
	memcpy(out + 43, v->label, 11);
	memcpy(out + 54, v->fat16 ? "FAT16   " : "FAT12   ", 8);
	put_le16(out + 510, 0xAA55);
}

static void fat_put(const struct volume *v, uint8_t *out, size_t i, uint16_t value)
{
	uint8_t *at = out + i * 3u / 2u;

	if (v->fat16)
		put_le16(out + 2 * i, value);
	else if (i % 2 == 0)
		put_le16(at, (uint16_t)((get_le16(at) & 0xF000u) | (value & 0xFFFu)));
	else
		put_le16(at, (uint16_t)((get_le16(at) & 0xFu) | (unsigned)value << 4));
}

static void fat_block(const struct volume *v, uint8_t *out)
{
	fat_put(v, out, 0, 0xFFF8);
	for (size_t i = 1; i < 2 + v->n_files; i++)
		fat_put(v, out, i, 0xFFFF);
}

static void root_block(const struct volume *v, uint8_t *out)
{
	uint8_t *e = out;

	if (v->label_entry) {
		memcpy(e, v->label, 11);
		e[11] = ATTR_LABEL;
		put_le16(e + 24, DATE);
		e += ENTRY;
	}
	for (size_t i = 0; i < v->n_files; i++, e += ENTRY) {
		memcpy(e, v->files[i].name, 11);
		e[11] = ATTR_READ_ONLY;
		put_le16(e + 24, DATE);
		put_le16(e + 26, (uint16_t)(2 + i));
		put_le32(e + 28, (uint32_t)strlen(v->files[i].text));
	}
}

void volume_block(const struct volume *v, uint32_t lba, uint8_t out[DISK_BLOCK])
{
	uint32_t data = data_start(v);

	memset(out, 0, DISK_BLOCK);
	if (lba == 0)
		boot_block(v, out);
	else if (lba == FAT_START || lba == FAT_START + v->fat_blocks)
		fat_block(v, out);
	else if (lba == root_start(v))
		root_block(v, out);
	else if (lba >= data && (lba - data) % v->cluster_blocks == 0 &&
		 (lba - data) / v->cluster_blocks < v->n_files) {
		const char *t = v->files[(lba - data) / v->cluster_blocks].text;

		memcpy(out, t, strlen(t));
	}
}
