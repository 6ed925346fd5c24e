/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rule_text.h - what a file of udev rules, of whatever package, says of ST-LINKs.
 *
 * Reads the syntax of udev(7) as far as these questions need it; runs nothing. A rule that reaches
 * a probe without naming its vendor (through a variable, or a jump) is not seen.
 */
#ifndef HOST_RULE_TEXT_H
#define HOST_RULE_TEXT_H

#include <stdbool.h>

struct rule_digest {
	unsigned rules;         /* that name an ST-LINK and change something */
	bool to_all;            /* a mode that lets everybody write */
	bool final;             /* that mode is assigned with := */
	bool children;          /* that mode also goes to disks, terminals ... below the probe */
	bool uaccess;           /* the tag is set */
	char mode[16];          /* the last mode, as written */
	char group[40];         /* the last group, "" none */
	char runs[80];          /* the last program, "" none */
};

/* rule_digest - read text (NUL at its end). *d is filled. */
void rule_digest(const char *text, struct rule_digest *d);

#endif
