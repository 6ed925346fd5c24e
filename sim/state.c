/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * state.c - the digest of a board's state.
 *
 * The struct is copied and taken as a whole after what does not count has been set to zero: a field
 * that is added later counts until somebody says here that it does not. Forgetting one makes states
 * differ that are alike, never the other way round.
 */
#include "sim/state.h"

#include <stdlib.h>
#include <string.h>

#include "sim/board.h"

/* Two multiplicative hashes of 64-bit words, joined in the end. The constants are odd and random. */
void state_take(struct state_digest *d, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 0; len -= len < 8 ? len : 8, p += 8) {
		uint64_t w = 0;

		memcpy(&w, p, len < 8 ? len : 8);
		d->a = (d->a ^ w) * UINT64_C(0x9E3779B97F4A7C15);
		d->a ^= d->a >> 29;
		d->b = (d->b + w) * UINT64_C(0xD6E8FEB86659FD93);
		d->b ^= d->b >> 32;
	}
}

static void forget_reply(struct reply *r)
{
	if (!r->pending)
		r->len = r->off = 0;
	memset(r->data + r->len, 0, sizeof(r->data) - r->len);
}

static void take_probe(struct state_digest *d, const struct board *b, struct board *copy)
{
	memcpy(copy, b, sizeof(*copy));
	memset(&copy->clock, 0, sizeof(copy->clock));
	memset(&copy->report, 0, sizeof(copy->report));
	memset(copy->illegal, 0, sizeof(copy->illegal));
	copy->last_ns = 0;
	copy->generation = 0;
	copy->probe.swd.rem = 0;
	copy->probe.swd.spoilt = 0;
	forget_reply(&copy->probe.reply);
	forget_reply(&copy->msd_reply);
	if (!copy->out.command)
		memset(&copy->out, 0, sizeof(copy->out));
	if (copy->bot.phase == BOT_CBW && !copy->bot.need_reset)
		memset(&copy->bot, 0, sizeof(copy->bot));
	state_take(d, copy, sizeof(*copy));
}

uint64_t board_state(struct board *b)
{
	struct board *copy = malloc(sizeof(*copy));
	struct state_digest d = { 1, 2 };

	if (!copy || !state_take_chip(&d, b->chip)) {
		free(copy);
		return 0;
	}
	take_probe(&d, b, copy);
	free(copy);
	d.a ^= d.b << 32 | d.b >> 32;
	return d.a ? d.a : 1;
}
