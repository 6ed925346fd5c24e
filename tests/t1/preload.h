/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * preload.h - a T1 program must run with umockdev's library in front of libc.
 */
#ifndef TESTS_T1_PRELOAD_H
#define TESTS_T1_PRELOAD_H

/* preload_or_die - make sure that the mock kernel's libraries are preloaded: start this program
 * again with them when they are not, and exit with status 1 and a reason when that does not help.
 * Never returns without them. argv: as main got it. */
void preload_or_die(char **argv);

#endif
