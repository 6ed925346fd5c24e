/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bench_boards.h - the boards of bench.c: controller and probe.
 */
#ifndef TESTS_FUZZ_BENCH_BOARDS_H
#define TESTS_FUZZ_BENCH_BOARDS_H

#include "sim/usbdev.h"

extern const struct board_kind bench_f1_v1, bench_f1_v1_old, bench_f1_v2, bench_f1_v2_old;
extern const struct board_kind bench_f1_v21, bench_f1_v3, bench_f3_v2, bench_f4_v1, bench_f4_v2;
extern const struct board_kind bench_f4_v3, bench_l1_v1, bench_l1_v2;
extern const struct board_kind bench_liar_f1, bench_liar_f4, bench_liar_l1, bench_liar_l4;
extern const struct board_kind bench_liar;

#endif
