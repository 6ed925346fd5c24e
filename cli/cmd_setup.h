/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_setup.h - the work of setup, for doctor --system, which is the same.
 */
#ifndef CLI_CMD_SETUP_H
#define CLI_CMD_SETUP_H

#include "cli/commands.h"

enum sl_err setup_prepare(struct session *s, struct word *w) MUST_CHECK;
enum sl_err setup_run(struct session *s, struct word *w) MUST_CHECK;

#endif
