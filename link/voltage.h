/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * voltage.h - the measured supply, inside link/ only.
 */
#ifndef LINK_VOLTAGE_H
#define LINK_VOLTAGE_H

#include "link/session.h"

/* voltage_measure - as link_voltage_mv, but 0 mV measured against a sound reference counts
 * as measured: with a chip that does not answer it means a board without power. */
enum sl_err voltage_measure(struct link *l, struct ctx *c, unsigned *mv, bool *measured) MUST_CHECK;

#endif
