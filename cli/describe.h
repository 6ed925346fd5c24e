/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * describe.h - probes and chips in words, and as members of events.
 */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include "cli/session.h"

/* describe_protection_word - "none", "level1", "level2", "unknown". describe_protection - the same for
 * people. Both static. */
const char *describe_protection_word(enum target_protection p);
const char *describe_protection(enum target_protection p);

/* describe_state - "running", "halted" ... Static. */
const char *describe_state(enum target_state st);

enum { CHIP_NAME_MAX = 128 };   /* holds the longest row of the chip table */

/* describe_chip_name - "STM32F100x4/x6/x8/xB", or "unknown chip (device id 0x123)"; buf has
 * CHIP_NAME_MAX bytes. */
const char *describe_chip_name(const struct target_info *info, char *buf, size_t size);

/* describe_probe_members - what sysfs says of a probe, as members of an event. */
void describe_probe_members(struct json *j, const struct probe *p);

/* describe_probe_event, describe_chip_event - the events "probe" and "chip"; nothing in text
 * mode. link: NULL when the probe was only listed. */
void describe_probe_event(struct output *o, const struct probe *p, const struct link *link);
void describe_chip_event(struct output *o, const struct target_info *info);

/* describe_climb_events - the events "connect", one for each way that was tried, when there was more
 * than one or none worked. */
void describe_climb_events(struct output *o, const struct climb *climb);

/* describe_uid - 24 hexadecimal digits, or "" when it was not read. */
const char *describe_uid(const struct target_info *info, char buf[25]);

#endif
