/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * disk.h - the disk that a probe pretends to be: SCSI commands on a computed volume.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "sim/volume.h"

struct board;
struct reply;

#define SENSE_LEN 18u

/* One logical unit: what it is, where its answers go, and its last failure. */
struct disk {
	const struct board *board;      /* its faults and its mode */
	const struct disk_model *model;
	struct reply *reply;
	uint8_t sense_key, asc, ascq;
};

enum disk_result {
	DISK_DONE,              /* the reply holds the data, maybe none */
	DISK_FAILS,             /* check condition; the sense is set */
	DISK_HANGS,             /* no answer until a reset */
	DISK_PHASE_ERROR,       /* the status block says 02 */
	DISK_TAKES              /* data OUT comes; disk_out_len says how much */
};

/* disk_command - run a SCSI command that is not a vendor command; reply and sense are
 * left in the disk. Faults by board_set apply. */
enum disk_result disk_command(struct disk *d, const uint8_t *cdb);

/* disk_out_len - bytes that a command which DISK_TAKES wants. */
uint32_t disk_out_len(const uint8_t *cdb);

/* disk_set_sense - what the next REQUEST SENSE tells. */
void disk_set_sense(struct disk *d, uint8_t key, uint8_t asc, uint8_t ascq);

#endif
