/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * volume.h - the small FAT volumes that probes show as disks, computed block by block.
 */
#ifndef SIM_VOLUME_H
#define SIM_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_BLOCK 512u

/* A file of at most one cluster; it starts at cluster 2 plus its place in the list. */
struct volume_file {
	char name[12];                  /* 8.3, padded with spaces */
	const char *text;
};

struct volume {
	char label[12];                 /* padded with spaces */
	bool label_entry;               /* the root directory names the label, too */
	bool fat16;                     /* else FAT12 */
	uint32_t blocks, serial;
	uint16_t fat_blocks, root_entries;
	uint8_t cluster_blocks;
	const struct volume_file *files;
	size_t n_files;
};

/* What a disk says of itself. */
struct disk_model {
	char vendor[9], product[17], revision[5];       /* padded with spaces */
	uint8_t ansi;                   /* INQUIRY byte 2 */
	uint32_t limit_lba;             /* reads from here on are refused */
	bool writable;                  /* writes are taken and forgotten; else write-protected */
	struct volume volume;
};

extern const struct disk_model disk_v1, disk_nucleo_f401re, disk_nucleo_v3;

/* volume_block - content of block lba. */
void volume_block(const struct volume *v, uint32_t lba, uint8_t out[DISK_BLOCK]);

#endif
