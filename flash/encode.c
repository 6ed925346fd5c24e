/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * encode.c - which units travel, and how.
 */
#include "flash/encode.h"

#include <string.h>

#include "base/bytes.h"
#include "flash/plan.h"

enum {
	GROUP_UNITS = 32,
	RUN_LEAST = 64                  /* units: below, a slot of its own costs more than masks */
};

static size_t round_word(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static bool blank_step(const struct flash *f, const struct engine_data *d, size_t at)
{
	return bytes_blank(f, d->data + at, d->how->step_bytes);
}

/* Bytes from at on in which no step is blank, at most most. */
static size_t run_length(const struct flash *f, const struct engine_data *d, size_t at, size_t most)
{
	size_t step = d->how->step_bytes, n = 0;

	while (at + n < d->len && n + step <= most && !blank_step(f, d, at + n))
		n += step;
	return n;
}

/* One group: its mask and the units that are not blank. Returns payload bytes, 0: no room. */
static size_t put_group(const struct flash *f, const struct engine_data *d, size_t at,
			uint8_t *out, size_t room)
{
	size_t step = d->how->step_bytes, used = 4;
	uint32_t mask = 0;

	for (unsigned i = 0; i < GROUP_UNITS && at + i * step < d->len; i++) {
		const uint8_t *unit = d->data + at + i * step;

		if (bytes_blank(f, unit, step))
			continue;
		if (used + step > room)
			return 0;
		memcpy(out + used, unit, step);
		used += step;
		mask |= UINT32_C(1) << i;
	}
	while (used % 4 && used < room)
		out[used++] = f->chip->erased;
	if (used % 4)
		return 0;
	put_le32(out, mask);
	return used;
}

static unsigned count_bits(uint32_t v)
{
	unsigned n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

/* at: where the groups begin. */
static struct encoding encode_masked(const struct flash *f, const struct engine_data *d, size_t at,
				     uint8_t *payload, size_t room)
{
	size_t group = (size_t)d->how->step_bytes * GROUP_UNITS, start = at;
	struct encoding e = { .op = RING_MASKED };

	while (at < d->len && e.bytes + 4 <= room) {
		size_t n = put_group(f, d, at, payload + e.bytes, room - e.bytes);

		if (!n)
			break;
		e.units += count_bits(get_le32(payload + e.bytes));
		e.bytes += (uint32_t)n;
		e.count++;
		at += group;
	}
	e.taken = (at < d->len ? at : d->len) - start;
	return e;
}

size_t encode_bytes(const struct flash *f, const struct engine_data *d, size_t off)
{
	size_t step = d->how->step_bytes, units = 0, all = (d->len - off) / step;

	for (size_t at = off; at < d->len; at += step)
		units += !blank_step(f, d, at);
	return units * step + (units < all ? (all + GROUP_UNITS - 1) / GROUP_UNITS * 4 : 0);
}

struct encoding encode_slot(const struct flash *f, const struct engine_data *d, size_t off,
			    uint8_t *payload, size_t room)
{
	size_t step = d->how->step_bytes, at = off, run;
	struct encoding e = { 0 };

	while (at < d->len && blank_step(f, d, at))
		at += step;
	e.skipped = e.taken = at - off;
	if (at >= d->len)
		return e;
	run = run_length(f, d, at, room & ~(size_t)3);
	if (d->how->masked && run < RUN_LEAST * step && at + run < d->len) {
		e = encode_masked(f, d, at, payload, room);
		e.skipped = at - off;
		e.taken += e.skipped;
		return e;
	}
	e.op = RING_PROGRAM;
	e.count = e.units = (uint32_t)(run / step);
	e.bytes = (uint32_t)round_word(run);
	e.taken += run;
	memcpy(payload, d->data + at, run);
	memset(payload + run, f->chip->erased, e.bytes - run);
	return e;
}
