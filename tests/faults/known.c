/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * known.c - states of the board from which the next try was judged already.
 *
 * Most faults leave the board as some other fault does: nothing has happened yet, or all has. The
 * command run again from there, without a fault, does the same thing again. One case runs at a time,
 * so the table in shared memory needs no lock.
 */
#include "tests/faults/known.h"

#include "sim/state.h"

uint64_t known_state(const struct strike *strikes, unsigned n)
{
	const struct fault_kind *k = strikes[0].kind;
	uint64_t h = stage.scenario->claim == CLAIM_FILE_IS_FLASH ? 0 : board_state(stage.board);

	if (h == 0 || n == 0)
		return 0;
	h += (uint64_t)k->excuses << 8 | (uint64_t)k->at << 4 | (n == 1);
	h *= UINT64_C(0x9E3779B97F4A7C15);
	h ^= h >> 32;
	return h ? h : 1;
}

/* The state's place, or the free one where it would be; STATES_MAX: the table is full. */
static uint64_t place(const struct tally *t, uint64_t state)
{
	for (uint64_t i = 0; i < STATES_MAX; i++) {
		uint64_t at = (state + i) % STATES_MAX;

		if (t->states[at] == state || t->states[at] == 0)
			return at;
	}
	return STATES_MAX;
}

uint64_t known_outcome(void)
{
	uint64_t h = board_state(stage.board);

	return h ? h : 1;
}

uint64_t known_before(const struct tally *t, uint64_t state)
{
	uint64_t at = place(t, state);

	return state != 0 && at < STATES_MAX && t->states[at] == state ? t->outcomes[at] : 0;
}

void known_add(struct tally *t, uint64_t state, uint64_t outcome)
{
	uint64_t at = place(t, state);

	if (state == 0 || at == STATES_MAX)
		return;
	t->states[at] = state;
	t->outcomes[at] = outcome;
}
