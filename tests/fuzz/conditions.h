/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * conditions.h - what may be wrong before a session of the hostile probe begins.
 */
#ifndef TESTS_FUZZ_CONDITIONS_H
#define TESTS_FUZZ_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

/* condition_is_none - does this byte of the input leave everything in order? */
bool condition_is_none(uint8_t which);

/* condition_is_again - is the program to run once more, when the fault is over and the probe is honest? */
bool condition_is_again(uint8_t which);

/* condition_bring_about - make it so, on the stage that is set. */
void condition_bring_about(uint8_t which);

#endif
