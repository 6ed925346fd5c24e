/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ring_bench.h - a ring loader alone on a virtual chip: the test is the host, it fills the slots
 * through the debug port and looks at what the loader did. No code of the tool but the loader's bytes.
 *
 * Addresses and bits are spelt out here a second time on purpose (PM0075, RM0090, RM0038).
 */
#ifndef TESTS_SUPPORT_RING_BENCH_H
#define TESTS_SUPPORT_RING_BENCH_H

#include "tests/chip_bench.h"

#include "flash/loaders/loaders.h"

enum { RAM = 0x20000000, RAM_BYTES = 8192, FLASH_AT = 0x08000000, IWDG = 0x40003000,
       CRC_DR = 0x40023000, SP_IS = 0x20001F00, LR_IS = 0x12345679, MS = 1000000 };

struct ring_kit {
	const struct loader *l;
	const char *chip;
	unsigned unit;                  /* bytes of a unit or burst */
	unsigned burst;                 /* words in a burst, 0: units */
	uint32_t sr, busy, errors;
	uint32_t key, cr, cr_off, cr_on;        /* key register; control register without and with PG */
	uint32_t crc_at, crc_bit;       /* clock of the CRC unit */
	uint32_t unit_ns;
	uint8_t blank;
};

#define KIT_F1(kind) \
	{ .l = &loader_ring_f1, .chip = kind, .unit = 2, .sr = 0x4002200C, .busy = 1, \
	  .errors = 0x14, .key = 0x40022004, .cr = 0x40022010, .cr_off = 0, .cr_on = 1, \
	  .crc_at = 0x40021014, .crc_bit = 1u << 6, .unit_ns = 52500, .blank = 0xFF }
#define KIT_F4(loader, bytes, psize) \
	{ .l = loader, .chip = "STM32F407VG", .unit = bytes, .sr = 0x40023C0C, .busy = 1u << 16, \
	  .errors = 0xF2, .key = 0x40023C04, .cr = 0x40023C10, .cr_off = (psize) << 8, \
	  .cr_on = (psize) << 8 | 1, .crc_at = 0x40023830, .crc_bit = 1u << 12, .unit_ns = 16000, \
	  .blank = 0xFF }
#define KIT_L1(words, pecr) \
	{ .l = &loader_ring_lx, .chip = "STM32L152RB", .unit = 4 * (words), .burst = words, \
	  .sr = 0x40023C18, .busy = 1, .errors = 0x2F00, .key = 0x40023C0C, .cr = 0x40023C04, \
	  .cr_off = 0, .cr_on = pecr, .crc_at = 0x4002381C, .crc_bit = 1u << 12, \
	  .unit_ns = 3280000, .blank = 0 }

#define LONGEST_NS (UINT64_C(20000) * MS)

static const struct ring_kit ring_kits[] = {
	KIT_F1("STM32F100RB"),
	KIT_F1("STM32F103C8"),
	KIT_F4(&loader_ring_f4x8, 1, 0u),
	KIT_F4(&loader_ring_f4x16, 2, 1u),
	KIT_F4(&loader_ring_f4x32, 4, 2u),
	KIT_L1(1, 8),
	KIT_L1(32, 0x408),
};

enum { N_RING_KITS = sizeof(ring_kits) / sizeof(ring_kits[0]) };

struct ring {
	struct bench *b;
	const struct ring_kit *k;
	uint32_t code, box;             /* where it is */
	uint32_t first, stride;         /* header of slot 0, distance of the next */
	unsigned n_slots;
	uint32_t sr;
	uint32_t seq;                   /* of the last slot given */
	uint32_t done;                  /* its count at the beginning */
	uint8_t *flash;                 /* the chip's array */
	uint8_t before[RAM_BYTES];      /* SRAM when the loader starts */
};

/* How a test wants it. Zero: the common way. */
struct ring_how {
	uint32_t code;
	unsigned n_slots;
	uint32_t payload;               /* room in a slot */
	bool iwdg;                      /* started, with a period of about 2 ms */
	uint32_t sr;                    /* another status register */
	uint32_t done;                  /* count from here */
};

/* Bytes that are neither 00 nor FF. */
static inline void ring_noise(uint8_t *dst, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		dst[i] = (uint8_t)(1 + (x >> 24) % 254);
	}
}

static inline void ring_unlock(struct ring *r)
{
	struct bench *b = r->b;

	if (r->k->l == &loader_ring_lx) {
		w32(b, r->k->key, 0x89ABCDEFu);
		w32(b, r->k->key, 0x02030405u);
		w32(b, r->k->key + 4, 0x8C9DAEBFu);
		w32(b, r->k->key + 4, 0x13141516u);
	} else {
		w32(b, r->k->key, 0x45670123u);
		w32(b, r->k->key, 0xCDEF89ABu);
	}
	w32(b, r->k->cr, r->k->cr_on);
	assert_int_equal(r32(b, r->k->cr) & r->k->cr_on, r->k->cr_on);
}

static inline void ring_put(struct ring *r, uint32_t addr, const void *data, size_t len)
{
	uint32_t word;

	assert_int_equal(addr % 4 + len % 4, 0);
	for (size_t i = 0; i < len; i += 4) {
		memcpy(&word, (const uint8_t *)data + i, 4);
		w32(r->b, addr + (uint32_t)i, word);
	}
}

static inline void ring_get(struct ring *r, uint32_t addr, void *data, size_t len)
{
	for (size_t i = 0; i < len; i += 4) {
		uint32_t word = r32(r->b, addr + (uint32_t)i);

		memcpy((uint8_t *)data + i, &word, 4);
	}
}

static inline uint32_t ring_box(struct ring *r, enum ring_mailbox word)
{
	return r32(r->b, r->box + word);
}

/* Where the header of the slot for the n-th piece of work, from 0, is. */
static inline uint32_t ring_header_of(const struct ring *r, uint32_t n)
{
	return r->first + n % r->n_slots * r->stride;
}

static inline void ring_load(struct ring *r)
{
	const struct ring_kit *k = r->k;
	uint32_t params[][2] = {
		{ BOX_DONE, r->done }, { BOX_SLOTS, r->first }, { BOX_STRIDE, r->stride },
		{ BOX_LAST, r->first + (r->n_slots - 1) * r->stride }, { BOX_SR, r->sr },
		{ BOX_BUSY, k->busy }, { BOX_ERRORS, k->errors }, { BOX_BURST, k->burst },
		{ BOX_CRC, CRC_DR }, { BOX_IWDG, IWDG },
	};
	uint8_t blob[RING_MAX_BYTES];

	assert_true(k->l->bytes <= sizeof(blob));
	memcpy(blob, k->l->code, k->l->bytes);
	for (size_t i = 0; i < ARRAY_LEN(params); i++)
		memcpy(blob + k->l->mailbox + params[i][0], &params[i][1], 4);
	ring_put(r, r->code, blob, k->l->bytes);
	/* Whatever was there might pass for work. */
	for (uint32_t i = 0; i < r->n_slots; i++)
		w32(r->b, ring_header_of(r, i) + SLOT_SEQ, r->done);
}

static inline void ring_start(struct ring *r)
{
	struct bench *b = r->b;

	for (unsigned i = 0; i < 13; i++)
		set_reg(b, i, 0xA5A50000u + i);
	set_reg(b, 13, SP_IS);
	set_reg(b, 14, LR_IS);
	set_reg(b, 15, r->code);
	set_reg(b, 16, 0x01000000u);
	w32(b, DHCSR, 0xA05F000Bu);
	w32(b, DHCSR, 0xA05F0009u);
}

/* The loader waits for its first slot; SRAM was full of garbage. */
static inline void ring_open(struct ring *r, const struct ring_kit *k, struct ring_how how)
{
	uint8_t noise[RAM_BYTES];
	size_t len;

	memset(r, 0, sizeof(*r));
	r->b = bench_new(k->chip);
	r->k = k;
	r->code = how.code ? how.code : RAM;
	r->seq = r->done = how.done;
	r->sr = how.sr ? how.sr : k->sr;
	r->box = r->code + k->l->mailbox;
	r->n_slots = how.n_slots ? how.n_slots : 2;
	r->stride = (how.payload ? how.payload : 1024) + SLOT_HEADER_BYTES;
	r->first = r->code + k->l->bytes + r->stride - SLOT_HEADER_BYTES;
	r->flash = chip_flash(r->b->chip, &len);
	assert_true(ring_header_of(r, r->n_slots - 1) + SLOT_HEADER_BYTES <= SP_IS - 256);
	halt(r->b);
	ring_noise(noise, sizeof(noise), 12345);
	ring_put(r, RAM, noise, sizeof(noise));
	w32(r->b, k->crc_at, r32(r->b, k->crc_at) | k->crc_bit);
	ring_unlock(r);
	ring_load(r);
	ring_get(r, RAM, r->before, RAM_BYTES);
	if (how.iwdg) {
		w32(r->b, IWDG, 0x5555);
		w32(r->b, IWDG + 4, 0);
		w32(r->b, IWDG + 8, 20);        /* 4 * 21 ticks of the LSI: about 2 ms */
		w32(r->b, IWDG, 0xCCCC);
	}
	ring_start(r);
}

static inline void ring_close(struct ring *r)
{
	bench_free(r->b);
}

struct ring_work {
	uint32_t op, addr, count;
	const void *payload;
	size_t bytes;
};

/* Give one piece of work, as one ascending write; the slot must be free. */
static inline void ring_give(struct ring *r, const struct ring_work *w)
{
	uint32_t at = ring_header_of(r, r->seq - r->done);
	uint32_t header[4] = { w->op | (uint32_t)w->bytes << 8, w->addr, w->count, r->seq + 1 };

	assert_true(w->bytes <= r->stride - SLOT_HEADER_BYTES);
	assert_true(r->seq - ring_box(r, BOX_DONE) < r->n_slots);
	ring_put(r, at - (uint32_t)w->bytes, w->payload, w->bytes);
	ring_put(r, at, header, sizeof(header));
	r->seq++;
}

static inline bool ring_stopped(struct ring *r)
{
	return r32(r->b, DHCSR) & S_HALT;
}

/* Interrupts stay masked. */
static inline void ring_halt(struct ring *r)
{
	w32(r->b, DHCSR, 0xA05F000Bu);
	assert_true(ring_stopped(r));
}

/* Let time pass until at most left pieces of work are not done, or the loader has stopped. */
static inline void ring_wait(struct ring *r, uint32_t left, uint64_t limit_ns)
{
	uint64_t until = r->b->clk.now_ns + limit_ns;
	uint64_t step = r->k->unit_ns / 4;

	while (r->seq - ring_box(r, BOX_DONE) > left && !ring_stopped(r)) {
		assert_true(r->b->clk.now_ns < until);
		pass(r->b, step);
		if (step < MS)
			step += step / 4;
	}
}

/* As a host does it: into the next slot as soon as that is free. */
static inline void ring_send(struct ring *r, const struct ring_work *w)
{
	ring_wait(r, r->n_slots - 1, LONGEST_NS);
	if (!ring_stopped(r))
		ring_give(r, w);
}

static inline void ring_finish(struct ring *r)
{
	ring_wait(r, 0, LONGEST_NS);
}

static inline void ring_do(struct ring *r, const struct ring_work *w)
{
	ring_send(r, w);
	ring_finish(r);
}

/* PROGRAM n units or bursts, as many to a slot as fit. */
static inline void ring_program(struct ring *r, uint32_t addr, const uint8_t *data, uint32_t n)
{
	uint32_t room = (r->stride - SLOT_HEADER_BYTES) / r->k->unit;

	for (uint32_t i = 0; i < n || n == 0; i += room) {
		uint32_t units = n - i < room ? n - i : room;
		uint8_t payload[4096];

		memset(payload, 0x5C, sizeof(payload));
		memcpy(payload, data + (size_t)i * r->k->unit, (size_t)units * r->k->unit);
		ring_send(r, &(struct ring_work){ RING_PROGRAM, addr + i * r->k->unit, units, payload,
						  ((size_t)units * r->k->unit + 3) / 4 * 4 });
		if (n == 0)
			return;
	}
}

static inline void ring_wipe(struct ring *r, size_t len)
{
	memset(r->flash, r->k->blank, len);
	chip_flash_changed(r->b->chip);
}

static inline void ring_no_illegal(struct ring *r)
{
	if (report(r->b).illegal)
		fail_msg("%s: %s", r->k->l->name, chip_illegal(r->b->chip, 0));
}

/* The loader has given up in its BKPT, and says so. */
static inline void ring_gave_up(struct ring *r, enum ring_state state)
{
	assert_true(ring_stopped(r));
	assert_int_equal(ring_box(r, BOX_STATE), state);
	assert_int_equal(get_reg(r->b, 15), r->code + r->k->l->stop);
	assert_int_equal(get_reg(r->b, 13), SP_IS);
	assert_int_equal(get_reg(r->b, 14), LR_IS);
}

#endif
