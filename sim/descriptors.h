/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * descriptors.h - USB descriptors of the virtual probes.
 */
#ifndef SIM_DESCRIPTORS_H
#define SIM_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

struct board;

#define VID_ST 0x0483u
#define BCD_DEVICE 0x0100u
#define DESCRIPTOR_MAX 255u
#define CONFIG_V1_LEN 32u
#define CONFIG_V2_LEN 39u

extern const uint8_t config_v1[CONFIG_V1_LEN];
extern const uint8_t config_v2[CONFIG_V2_LEN];

/* descriptor_make - write the descriptor of this type and index to out.
 * Returns its length, 0 when there is none (the request is stalled). */
size_t descriptor_make(const struct board *b, uint8_t type, uint8_t index,
		       uint8_t out[DESCRIPTOR_MAX]);

#endif
