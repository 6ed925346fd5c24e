/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_memory.c - splitting of memory transfers, against a modelled memory that
 * refuses every command that firmware would answer wrongly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "link/session.h"
#include "tests/support/fake_pipe.h"

enum { BASE = 0x20000000, SIZE = 0x8000, MAX_COMMANDS = 64 };

struct seen {
	uint8_t op;
	uint32_t addr;
	size_t len;
};

/* A probe whose memory commands work on an array. */
struct model {
	struct transport base;
	struct fake_clock clock;
	uint8_t memory[SIZE];
	const char *version;            /* F1 reply, 6 bytes */
	const char *version_ex;
	struct seen seen[MAX_COMMANDS];
	size_t n_seen;
	size_t n_status;
	bool status_due;
	unsigned timeout_ms;            /* of the last memory command */
	uint8_t status;                 /* given to the next status query, then OK */
	uint32_t status_addr;
	unsigned waits;                 /* status queries that answer AP WAIT first */
	bool v1;
	size_t tar_block;
};

static struct model m;
static struct ctx ctx;
static struct link *l;

static uint8_t *at(uint32_t addr, size_t len)
{
	if (addr < BASE || addr - BASE > SIZE || len > SIZE - (addr - BASE))
		fail_msg("access outside the model: %08x, %zu", addr, len);
	return m.memory + (addr - BASE);
}

static void check_rules(uint8_t op, uint32_t addr, size_t len)
{
	size_t unit = op == READMEM_32BIT || op == WRITEMEM_32BIT ? 4 :
		      op == READMEM_16BIT || op == WRITEMEM_16BIT ? 2 : 1;

	assert_true(len > 0);
	assert_int_equal(addr % unit, 0);
	assert_int_equal(len % unit, 0);
	assert_true(len <= (unit == 1 ? 64 : 6144));
	if (m.v1)
		assert_int_not_equal(op, READMEM_8BIT);
	if (m.tar_block)
		assert_int_equal(addr / m.tar_block, (addr + len - 1) / m.tar_block);
}

static void do_memory(struct xfer *x)
{
	uint8_t op = x->command[1];
	uint32_t addr = get_le32(x->command + 2);
	size_t len = get_le16(x->command + 6);

	assert_int_equal(x->command_len, 8);
	m.timeout_ms = x->timeout_ms;
	assert_false(m.status_due);
	check_rules(op, addr, len);
	assert_true(m.n_seen < MAX_COMMANDS);
	m.seen[m.n_seen++] = (struct seen){ op, addr, len };
	if (x->dir == XFER_IN) {
		/* One byte is answered with two. */
		size_t sent = op == READMEM_8BIT && len == 1 ? 2 : len;

		assert_int_equal(x->len, sent);
		memcpy(x->in, at(addr, len), len);
		if (sent > len)
			x->in[1] = 0xEE;
		x->got = sent;
	} else {
		assert_int_equal(x->len, len);
		memcpy(at(addr, len), x->out, len);
		x->got = len;
	}
	m.status_due = l->caps.api != 1;
}

static void do_status(struct xfer *x)
{
	bool wide = x->command[1] == GETLASTRWSTATUS2;

	assert_true(m.status_due);
	assert_int_equal(x->len, wide ? 12 : 2);
	m.status_due = false;
	m.n_status++;
	x->in[0] = m.waits ? 0x10 : m.status;
	if (wide)
		put_le32(x->in + 4, m.status_addr);
	if (m.waits)
		m.waits--;
	else
		m.status = STATUS_OK;
	x->got = x->len;
}

static enum sl_err model_xfer(struct transport *t, struct ctx *c, struct xfer *x)
{
	static const uint8_t idle[2] = { 1, 0 };
	uint8_t op = x->command[1];

	(void)t;
	(void)c;
	m.clock.now_us += 300;
	if (x->command[0] == GROUP_VERSION)
		memcpy(x->in, m.version, 6);
	else if (x->command[0] == GROUP_VERSION_EX)
		memcpy(x->in, m.version_ex, 12);
	else if (x->command[0] == GROUP_MODE)
		memcpy(x->in, idle, 2);
	else if (op == GETLASTRWSTATUS || op == GETLASTRWSTATUS2)
		do_status(x);
	else if (op == WRITE_DAP_REG || op == ENTER || op == SWD_SET_FREQ)
		x->in[0] = STATUS_OK;
	else if (op == READCOREID)
		put_le32(x->in, 0x1BA01477);
	else if (op != EXIT)
		do_memory(x);
	x->got = x->len;
	return SL_OK;
}

static void model_close(struct transport *t, struct ctx *c)
{
	(void)t;
	(void)c;
}

static const struct transport_ops model_ops = { .xfer = model_xfer, .close = model_close };

struct firmware {
	const char *version, *version_ex;
	bool v1;
	size_t tar_block;
};

static const struct firmware v1j9 = { "\x12\x40\x83\x04\x44\x37", NULL, true, 1024 };
static const struct firmware v1j13 = { "\x13\x40\x83\x04\x44\x37", NULL, true, 1024 };
static const struct firmware v2j14 = { "\x23\x84\x83\x04\x48\x37", NULL, false, 1024 };
static const struct firmware v2j28 = { "\x27\x07\x83\x04\x48\x37", NULL, false, 1024 };
static const struct firmware v2j37 = { "\x29\x47\x83\x04\x48\x37", NULL, false, 0 };
static const struct firmware v3j7 = { "\x30\0\x83\x04\x4e\x37",
				      "\x03\0\x07\x02\0\0\0\0\x83\x04\x4e\x37", false, 0 };
static const struct firmware *const all[] = { &v1j9, &v1j13, &v2j14, &v2j28, &v2j37, &v3j7 };

static void begin(const struct firmware *f)
{
	memset(&m, 0, sizeof(m));
	fake_clock_init(&m.clock);
	ctx_init(&ctx);
	ctx.clock = &m.clock.clock;
	m.base.ops = &model_ops;
	m.base.max_data = 65536;
	m.version = f->version;
	m.version_ex = f->version_ex;
	m.v1 = f->v1;
	m.tar_block = f->tar_block;
	m.status = STATUS_OK;
	for (size_t i = 0; i < SIZE; i++)
		m.memory[i] = (uint8_t)(i * 13 + (i >> 8) * 5 + 1);
	assert_int_equal(link_open_on(&ctx, &m.base, NULL, NULL, &l), SL_OK);
}

static void end(void)
{
	assert_false(m.status_due);
	link_close(l, &ctx);
}

static void check_read(uint32_t addr, size_t len)
{
	static uint8_t got[SIZE];

	m.n_seen = 0;
	memset(got, 0xCC, len + 8);
	assert_int_equal(link_read_mem(l, &ctx, addr, got, len), SL_OK);
	assert_memory_equal(got, at(addr, len), len);
	for (size_t i = len; i < len + 8; i++)
		assert_int_equal(got[i], 0xCC);
}

static void check_write(uint32_t addr, size_t len)
{
	static uint8_t want[SIZE], data[SIZE];

	m.n_seen = 0;
	memcpy(want, m.memory, SIZE);
	for (size_t i = 0; i < len; i++)
		data[i] = want[addr - BASE + i] = (uint8_t)~want[addr - BASE + i];
	assert_int_equal(link_write_mem(l, &ctx, addr, data, len), SL_OK);
	assert_memory_equal(m.memory, want, SIZE);
}

static void split__every_alignment_and_length_on_every_firmware__is_right(void **state)
{
	(void)state;
	for (size_t f = 0; f < ARRAY_LEN(all); f++) {
		begin(all[f]);
		for (uint32_t offset = 0; offset < 8; offset++)
			for (size_t len = 0; len <= 130; len++) {
				check_read(BASE + 0x100 + offset, len);
				check_write(BASE + 0x100 + offset, len);
			}
		end();
	}
}

static void split__around_one_kibibyte_borders__is_right(void **state)
{
	(void)state;
	for (size_t f = 0; f < ARRAY_LEN(all); f++) {
		begin(all[f]);
		for (uint32_t offset = 0x3F8; offset <= 0x408; offset++)
			for (size_t len = 0; len <= 24; len++) {
				check_read(BASE + offset, len);
				check_write(BASE + offset, len);
			}
		for (uint32_t offset = 0x3FE; offset <= 0x402; offset++)
			for (size_t len = 1016; len <= 1032; len++) {
				check_read(BASE + offset, len);
				check_write(BASE + offset, len);
			}
		end();
	}
}

static void split__around_6144__is_right(void **state)
{
	(void)state;
	for (size_t f = 0; f < ARRAY_LEN(all); f++) {
		begin(all[f]);
		for (uint32_t offset = 0; offset < 4; offset++)
			for (size_t len = 6136; len <= 6152; len++) {
				check_read(BASE + offset, len);
				check_write(BASE + offset, len);
			}
		check_read(BASE, 3 * 6144 + 5);
		check_write(BASE + 1, 3 * 6144 + 5);
		end();
	}
}

static void expect_seen(const struct seen *want, size_t n)
{
	assert_int_equal(m.n_seen, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(m.seen[i].op, want[i].op);
		assert_int_equal(m.seen[i].addr, want[i].addr);
		assert_int_equal(m.seen[i].len, want[i].len);
	}
}

static void split__unaligned_range__is_head_body_tail(void **state)
{
	static const struct seen v2[] = {
		{ READMEM_8BIT, BASE + 1, 3 }, { READMEM_32BIT, BASE + 4, 6144 },
		{ READMEM_32BIT, BASE + 4 + 6144, 8 }, { READMEM_8BIT, BASE + 12 + 6144, 1 },
	};
	static const struct seen v1[] = {
		{ READMEM_32BIT, BASE, 4 }, { READMEM_32BIT, BASE + 4, 1020 },
		{ READMEM_32BIT, BASE + 1024, 80 }, { READMEM_32BIT, BASE + 1104, 4 },
	};
	static const struct seen tiny[] = { { WRITEMEM_8BIT, BASE + 3, 1 }, { WRITEMEM_8BIT,
									      BASE + 4, 1 } };
	uint8_t two[2] = { 1, 2 };

	(void)state;
	begin(&v2j37);
	check_read(BASE + 1, 3 + 6144 + 8 + 1);
	expect_seen(v2, ARRAY_LEN(v2));
	m.n_seen = 0;
	assert_int_equal(link_write_mem(l, &ctx, BASE + 3, two, 2), SL_OK);
	expect_seen(tiny, ARRAY_LEN(tiny));
	end();
	begin(&v1j13);
	check_read(BASE + 3, 1103);
	expect_seen(v1, ARRAY_LEN(v1));
	end();
}

static void split__carrier_with_a_small_buffer__is_respected(void **state)
{
	(void)state;
	begin(&v2j37);
	m.base.max_data = 130;
	m.n_seen = 0;
	check_read(BASE, 300);
	assert_int_equal(m.n_seen, 3);
	assert_int_equal(m.seen[0].len, 128);
	end();
}

static void timeout__grows_with_length_and_with_a_slow_clock(void **state)
{
	unsigned actual;

	(void)state;
	begin(&v2j37);
	assert_int_equal(link_set_speed(l, &ctx, 4000, &actual), SL_OK);
	check_read(BASE, 6144);
	assert_in_range(m.timeout_ms, 3000, 3200);
	assert_int_equal(link_set_speed(l, &ctx, 5, &actual), SL_OK);
	/* 1536 words of 50 clocks at 5 kHz: 15.4 s */
	check_read(BASE, 6144);
	assert_true(m.timeout_ms >= 3000 + 15360);
	check_read(BASE, 4);
	assert_true(m.timeout_ms < 3100);
	end();
}

static void range__past_the_address_space__is_refused_without_a_command(void **state)
{
	uint8_t data[16] = { 0 };

	(void)state;
	begin(&v2j37);
	m.n_seen = 0;
	assert_int_equal(link_read_mem(l, &ctx, 0xFFFFFFF8, data, 9), SL_USAGE);
	assert_int_equal(link_write_mem(l, &ctx, 0xFFFFFFFF, data, 2), SL_USAGE);
	assert_int_equal(link_read32(l, &ctx, BASE + 2, &(uint32_t){ 0 }), SL_USAGE);
	assert_int_equal(link_write32(l, &ctx, BASE + 1, 0), SL_USAGE);
	assert_int_equal(m.n_seen, 0);
	end();
}

static void halfwords__are_exactly_that_and_split_in_even_blocks(void **state)
{
	static const uint16_t data[600] = { 0x1122, 0x3344 };
	static const struct seen want[] = {
		{ WRITEMEM_16BIT, BASE + 0x3FE, 1024 }, { WRITEMEM_16BIT, BASE + 0x7FE, 176 },
	};
	static const struct seen old[] = {
		{ WRITEMEM_16BIT, BASE + 0x3FE, 2 }, { WRITEMEM_16BIT, BASE + 0x400, 1024 },
		{ WRITEMEM_16BIT, BASE + 0x800, 174 },
	};

	(void)state;
	begin(&v2j37);
	m.n_seen = 0;
	assert_int_equal(link_write_halfwords(l, &ctx, BASE + 0x3FE, data, 600), SL_OK);
	expect_seen(want, ARRAY_LEN(want));
	assert_int_equal(get_le16(at(BASE + 0x400, 2)), 0x3344);
	assert_int_equal(link_write_halfwords(l, &ctx, BASE + 1, data, 1), SL_USAGE);
	end();
	begin(&v2j28);
	m.n_seen = 0;
	assert_int_equal(link_write_halfwords(l, &ctx, BASE + 0x3FE, data, 600), SL_OK);
	expect_seen(old, ARRAY_LEN(old));
	end();
}

static void halfwords__old_probe__is_told(void **state)
{
	static const struct firmware *const none[] = { &v1j9, &v1j13, &v2j14 };
	static const uint16_t data[1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		begin(none[i]);
		m.n_seen = 0;
		assert_int_equal(link_write_halfwords(l, &ctx, BASE, data, 1), SL_OLDPROBE);
		assert_int_equal(m.n_seen, 0);
		end();
	}
}

static void halfwords__wait__is_not_repeated(void **state)
{
	static const uint16_t data[4];

	(void)state;
	begin(&v2j37);
	m.waits = 1;
	m.n_seen = 0;
	assert_int_equal(link_write_halfwords(l, &ctx, BASE, data, 4), SL_TARGET);
	assert_int_equal(m.n_seen, 1);
	end();
}

static void status__once_after_each_command(void **state)
{
	(void)state;
	begin(&v2j37);
	check_read(BASE + 1, 20000);
	assert_int_equal(m.n_status, m.n_seen);
	end();
	begin(&v1j9);
	check_read(BASE, 100);
	assert_int_equal(m.n_status, 0);
	end();
}

static void fault__address_inside_the_block__is_taken_from_the_probe(void **state)
{
	uint8_t data[256];

	(void)state;
	begin(&v2j37);
	m.status = 0x11;
	m.status_addr = BASE + 0x84;
	assert_int_equal(link_read_mem(l, &ctx, BASE, data, sizeof(data)), SL_TARGET);
	assert_int_equal(ctx.fault.addr, BASE + 0x84);
	assert_true(ctx.fault.has_addr);
	assert_int_equal(ctx.fault.probe_status, 0x11);
	assert_non_null(strstr(ctx.fault.text, "0x20000084"));
	m.status = 0x11;
	m.status_addr = 0x12345678;
	assert_int_equal(link_read_mem(l, &ctx, BASE, data, sizeof(data)), SL_TARGET);
	assert_int_equal(ctx.fault.addr, BASE);
	assert_non_null(strstr(ctx.fault.text, "0x20000000-0x200000ff"));
	end();
}

static void write_verify__is_no_failure(void **state)
{
	uint8_t data[8] = { 0 };

	(void)state;
	begin(&v2j37);
	m.status = 0x0D;
	assert_int_equal(link_write_mem(l, &ctx, BASE, data, sizeof(data)), SL_OK);
	end();
}

static void wait__memory_command_is_repeated_until_it_goes_through(void **state)
{
	(void)state;
	begin(&v2j37);
	m.waits = 5;
	check_read(BASE, 64);
	assert_int_equal(m.n_seen, 6);
	/* 1 + 2 + 4 + 8 + 16 ms */
	assert_in_range(m.clock.now_us, 31000, 40000);
	end();
}

static void wait__for_ever__ends_in_little_more_than_a_second(void **state)
{
	uint8_t data[4];
	uint64_t start;

	(void)state;
	begin(&v2j37);
	m.waits = 1000000;
	start = m.clock.now_us;
	assert_int_equal(link_read_mem(l, &ctx, BASE, data, 4), SL_TARGET);
	assert_in_range(m.clock.now_us - start, 1000000, 1100000);
	assert_int_equal(ctx.fault.probe_status, 0x10);
	assert_true(m.n_seen < 30);
	end();
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(split__every_alignment_and_length_on_every_firmware__is_right),
		TEST(split__around_one_kibibyte_borders__is_right),
		TEST(split__around_6144__is_right),
		TEST(split__unaligned_range__is_head_body_tail),
		TEST(split__carrier_with_a_small_buffer__is_respected),
		TEST(timeout__grows_with_length_and_with_a_slow_clock),
		TEST(range__past_the_address_space__is_refused_without_a_command),
		TEST(halfwords__are_exactly_that_and_split_in_even_blocks),
		TEST(halfwords__old_probe__is_told),
		TEST(halfwords__wait__is_not_repeated),
		TEST(status__once_after_each_command),
		TEST(fault__address_inside_the_block__is_taken_from_the_probe),
		TEST(write_verify__is_no_failure),
		TEST(wait__memory_command_is_repeated_until_it_goes_through),
		TEST(wait__for_ever__ends_in_little_more_than_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
