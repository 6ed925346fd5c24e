/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * disk.h - the disk that a V1 pretends to be.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include <stddef.h>
#include <stdint.h>

struct board;

#define DISK_BLOCK 512u
#define SENSE_LEN 18u

enum disk_result {
	DISK_DONE,              /* the reply holds the data, maybe none */
	DISK_FAILS,             /* check condition; the sense is set */
	DISK_HANGS,             /* no answer until a reset */
	DISK_PHASE_ERROR        /* the status block says 02 */
};

/* disk_command - run a SCSI command that is not a vendor command; reply and sense are
 * left in the board. */
enum disk_result disk_command(struct board *b, const uint8_t *cdb);

/* disk_set_sense - what the next REQUEST SENSE tells. */
void disk_set_sense(struct board *b, uint8_t key, uint8_t asc, uint8_t ascq);

/* disk_block - content of one block of the volume. */
void disk_block(uint32_t lba, uint8_t out[DISK_BLOCK]);

#endif
