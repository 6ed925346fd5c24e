/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * descriptors.h - USB descriptors of the virtual probes.
 */
#ifndef SIM_DESCRIPTORS_H
#define SIM_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>

struct board;
struct front_end;

#define VID_ST 0x0483u
#define BCD_DEVICE 0x0100u
#define DESCRIPTOR_MAX 255u
#define CONFIG_V1_LEN 32u
#define CONFIG_V2_LEN 39u
#define CONFIG_COMPOSITE_LEN 128u

extern const uint8_t config_v1[CONFIG_V1_LEN];
extern const uint8_t config_v2[CONFIG_V2_LEN];
extern const uint8_t config_v21[CONFIG_COMPOSITE_LEN];
extern const uint8_t config_v3[CONFIG_COMPOSITE_LEN];

/* descriptor_make - write the descriptor of this type and index to out.
 * Returns its length, 0 when there is none (the request is stalled). */
size_t descriptor_make(const struct board *b, uint8_t type, uint8_t index,
		       uint8_t out[DESCRIPTOR_MAX]);

/* descriptor_classes - class, subclass, protocol of each interface of the configuration.
 * Returns how many there are, at most max. */
size_t descriptor_classes(const struct front_end *f, uint8_t out[][3], size_t max);

#endif
