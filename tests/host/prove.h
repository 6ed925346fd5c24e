/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * prove.h - a judge that cannot say no is none.
 */
#ifndef TESTS_HOST_PROVE_H
#define TESTS_HOST_PROVE_H

#include <stdbool.h>

/* prove_judge - after clean runs, spoil one thing at a time. Prints a line for each; true when the
 * judge noticed each for the right reason. */
bool prove_judge(void);

#endif
