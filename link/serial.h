/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * serial.h - the three shapes of an ST-LINK's serial number, inside link/ only.
 */
#ifndef LINK_SERIAL_H
#define LINK_SERIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "link/probe.h"

/* serial_decode - fill p->serial and p->serial_unsure from the kernel's copy.
 * text, len: the sysfs attribute without its final newline: UTF-8 of the descriptor's
 *   UTF-16 units; p->kind must be set.
 * Source: shapes of the descriptor known from OpenOCD, stlink-org and stm8flash; the
 *   conversion stops at a unit of 0 (Linux, utf16s_to_utf8s). */
void serial_decode(struct probe *p, const char *text, size_t len);

enum serial_match { SERIAL_DIFFERS, SERIAL_BEGINS, SERIAL_EQUALS };

/* serial_match - how well what the user wrote names the probe's serial: as text or hex
 * without regard to case, or as the raw bytes. A '?' stands for any byte; hex 3F also for
 * a byte above 7F, which other tools print so. */
enum serial_match serial_match(const struct probe *p, const char *wanted);

#endif
