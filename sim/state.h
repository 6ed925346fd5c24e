/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * state.h - is a board in a state in which it has been before?
 */
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct chip;

/* board_state - a 64-bit digest of probe and chip: all memories, registers, latches and faults that are
 * set, but not the time of day, the counters of the report, or what is left in buffers that nobody will
 * read. Two boards of one kind with the same digest answer the same from here on. What runs by itself
 * counts with the time that it has left (a watchdog, a timer), or makes each state another one (SysTick, the
 * cycle counter). 0: no memory for it. */
uint64_t board_state(struct board *b);

/* ---- for the files of the digest itself ---- */

struct state_digest {
	uint64_t a, b;
};

/* state_take - add len bytes. state_take_chip - add a chip, brought up to the clock; false: no memory. */
void state_take(struct state_digest *d, const void *data, size_t len);
bool state_take_chip(struct state_digest *d, struct chip *c);

#endif
