/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * report.h - what was done to a virtual board, for people and for scripts.
 */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "sim/usbdev.h"

/* report_text - a few lines about one board. */
void report_text(FILE *f, struct board *b);

/* report_json - one JSON object about all boards: {"model": {...}, "boards": [...]}.
 * No line break inside, one at the end. */
void report_json(FILE *f, struct board *const *boards, size_t n);

#endif
