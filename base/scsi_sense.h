/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * scsi_sense.h - what a SCSI device says about a command that it refused.
 *
 * Shared by the two carriers of a V1 probe, SG_IO and bulk-only. It only decodes;
 * fetching the sense bytes is the carrier's work. Source: SPC-4 4.5 (sense data).
 */
#ifndef BASE_SCSI_SENSE_H
#define BASE_SCSI_SENSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"

enum { SCSI_SENSE_LEN = 18 };   /* fixed format without additional bytes */

struct scsi_sense {
	uint8_t key, asc, ascq;
	const char *key_name;           /* "ILLEGAL REQUEST"; never NULL */
	const char *what;               /* "invalid command operation code"; "" when not known */
};

/* scsi_sense_decode - read len bytes of sense data, fixed (70, 71) or descriptor (72, 73) format.
 * Returns false, and leaves *out alone, when the bytes are neither. */
bool scsi_sense_decode(const uint8_t *bytes, size_t len, struct scsi_sense *out);

/* scsi_sense_fail - record a command that was refused with these sense bytes.
 * opcode: first command byte. Returns SL_STALL for a command that the device does not know,
 * SL_PROBE for a failure of its own, SL_PROTO when the bytes are no sense data. */
enum sl_err scsi_sense_fail(struct ctx *c, const char *where, uint8_t opcode, const uint8_t *bytes,
			    size_t len) MUST_CHECK;

#endif
