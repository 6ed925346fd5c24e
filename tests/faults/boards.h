/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * boards.h - boards for the campaigns, apart from stage.h, whose struct probe is another.
 */
#ifndef TESTS_FAULTS_BOARDS_H
#define TESTS_FAULTS_BOARDS_H

#include <stdint.h>

struct board;
struct board_kind;

extern const struct board_kind f1_v1, f1_v2, f4_v1, f4_v2, l1_v1, l1_v2;

/* board_refuse - the probe halts an endpoint, as a device does that refuses a transfer (USB 2.0 8.4.5):
 * until the halt is cleared it says STALL, and it does not wait for the data that it refused. */
void board_refuse(struct board *b, uint8_t ep);

#endif
