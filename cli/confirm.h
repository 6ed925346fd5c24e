/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confirm.h - asking the person at the terminal before something that cannot be taken back.
 */
#ifndef CLI_CONFIRM_H
#define CLI_CONFIRM_H

#include "cli/session.h"

/* confirm_yes - is there --yes, or does somebody type y to the question?
 * Returns SL_OK; SL_USAGE where nobody can be asked, with the advice to add --yes; SL_OTHER for no. */
enum sl_err confirm_yes(struct session *s, const char *question) MUST_CHECK;

/* confirm_typed - have a line typed; --yes does not stand for it. buf: size bytes, at least 2; "" where
 * nobody can be asked. */
void confirm_typed(struct session *s, const char *question, char *buf, size_t size);

#endif
