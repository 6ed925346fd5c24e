/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * banner.h - PASS and FAIL in letters that are read from across the room.
 */
#ifndef CLI_BANNER_H
#define CLI_BANNER_H

#include <stdbool.h>

#include "cli/output.h"

/* banner_show - on standard output; green or red where it is a terminal with colours. */
void banner_show(struct output *o, bool passed);

#endif
