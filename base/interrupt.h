/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * interrupt.h - signals set one flag; rooms that loop look at it at safe points.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <signal.h>

/* interrupt_install - let SIGINT, SIGTERM and SIGHUP set the flag and ignore SIGPIPE.
 * Returns the flag: 0, or the number of the first signal that came.
 * A second SIGINT ends the process by the default action, so that a user is never
 * locked in. Effects: process-wide signal dispositions. */
const volatile sig_atomic_t *interrupt_install(void);

#endif
