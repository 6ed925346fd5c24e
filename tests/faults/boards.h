/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * boards.h - boards for the campaigns, apart from stage.h, whose struct probe is another.
 */
#ifndef TESTS_FAULTS_BOARDS_H
#define TESTS_FAULTS_BOARDS_H

struct board_kind;

extern const struct board_kind f1_v1, f1_v2, f4_v1, f4_v2, l1_v1, l1_v2;

#endif
