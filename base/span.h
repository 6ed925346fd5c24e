/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * span.h - a run of bytes that belongs at a target address.
 *
 * What image/ produces and flash/ consumes, so that neither knows the other.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stddef.h>
#include <stdint.h>

struct span {
	uint32_t addr;          /* target address of data[0] */
	size_t len;             /* bytes, addr + len <= 2^32 */
	const uint8_t *data;
};

#endif
