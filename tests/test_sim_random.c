/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_random.c - random hosts: whatever they send, the virtual boards keep their word.
 *
 * Fixed seeds, so that a failure repeats. Meant to be run under ASan and UBSan, too.
 */
#include "tests/support/simhost.h"

#include <sys/socket.h>
#include <unistd.h>

#include "sim/usbip.h"

#define ROUNDS 4000

struct dice {
	uint32_t s;
};

static uint32_t roll(struct dice *d)
{
	d->s ^= d->s << 13;
	d->s ^= d->s >> 17;
	d->s ^= d->s << 5;
	return d->s;
}

static void random_bytes(struct dice *d, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)roll(d);
}

/* A command that has a chance to mean something. */
static void random_command(struct dice *d, uint8_t cmd[16])
{
	random_bytes(d, cmd, 16);
	cmd[0] = roll(d) % 8 ? 0xF2 : (uint8_t)(0xF0 + roll(d) % 16);
	cmd[1] = (uint8_t)(roll(d) % 0x60);
	if (roll(d) % 8 == 0)
		memcpy(cmd, "\xF2\x30\xA3", 3);
	if (roll(d) % 2) {
		put_le32(cmd + 2, SRAM + roll(d) % 0x1000 * (roll(d) % 2 ? 4 : 1));
		put_le16(cmd + 6, (uint16_t)(roll(d) % 300));
	}
	/* chosen power cuts and eternal commands are for other tests */
	if (cmd[0] == 0xF2 && cmd[1] == 0x43)
		cmd[2] = cmd[3] = 0;
}

static void one_round(struct dice *d, struct board *b, bool v1)
{
	static const uint8_t outs[] = { 0x02, 0x03, 0x05 }, ins[] = { 0x82, 0x83, 0x84, 0x85 };
	static uint8_t buf[70000];
	uint8_t debug = v1 ? 0x02 : v2_out_ep(b);
	uint8_t cmd[16], w[31];
	size_t n = roll(d) % 200;
	int r;

	random_command(d, cmd);
	switch (roll(d) % 4) {
	case 0:
		random_bytes(d, buf, 256);
		r = usbdev_bulk_out(b, roll(d) % 8 ? debug : outs[roll(d) % 3], buf, n);
		assert_true(r < 0 || r == (int)n);
		break;
	case 1:
		n = roll(d) % 8 ? n : roll(d) % sizeof(buf);
		r = usbdev_bulk_in(b, roll(d) % 8 ? 0x81 : ins[roll(d) % 4], buf, n);
		assert_true(r < 0 || r <= (int)n);
		break;
	default:
		if (v1) {
			cbw_make(w, roll(d), roll(d) % 70, (uint8_t)(roll(d) & 0x80), cmd, 16);
			(void)usbdev_bulk_out(b, debug, w, 31);
		} else {
			(void)usbdev_bulk_out(b, debug, cmd, 16);
		}
		break;
	}
	if (roll(d) % 8 == 0) {
		random_bytes(d, cmd, 8);
		cmd[0] &= 0xE3;
		(void)usbdev_control(b, cmd, buf, roll(d) % 300);
	}
	if (roll(d) % 32 == 0)
		usbdev_reset(b);
	if (usb_of(b).wedged || roll(d) % 500 == 0) {
		assert_true(board_set(b, "plug", "out"));
		assert_true(board_set(b, "plug", "in"));
		usbdev_reset(b);
	}
}

static void host__sending_anything__never_breaks_a_board(void **state)
{
	(void)state;
	for (size_t k = 0; board_kinds()[k] != NULL; k++) {
		struct dice d = { 0x1234567u + (uint32_t)k };
		const char *name = board_kind_name(board_kinds()[k]);
		struct board *b = plug(name, NULL);
		bool v1 = board_kind_probe(board_kinds()[k]) == 1;
		uint8_t r[6];

		for (int i = 0; i < ROUNDS; i++)
			one_round(&d, b, v1);
		assert_true(usb_of(b).commands > 100);
		assert_true(board_set(b, "plug", "out"));
		assert_true(board_set(b, "plug", "in"));
		usbdev_reset(b);
		if (v1)
			assert_int_equal(v1_ask(b, "\xF1", 1, r, 6), 6);
		else
			assert_int_equal(v2_ask(b, "\xF1", 1, r, 6), 6);
		board_free(b);
	}
}

static void serve(struct usbip_server *s)
{
	struct pollfd p[USBIP_FDS_MAX];
	size_t n = usbip_pollfds(s, p, USBIP_FDS_MAX);

	(void)poll(p, n, 0);
	usbip_handle(s, p, n);
}

/* Packets with plausible heads and random fields, cut anywhere. */
static void client__sending_anything__never_breaks_the_server(void **state)
{
	struct dice d = { 0xC0FFEEu };
	struct board *b = plug("l-discovery", NULL);
	struct usbip_server *s = usbip_new(&b, 1, NULL);
	uint8_t q[400], r[4096];
	int pair[2];

	(void)state;
	assert_non_null(s);
	for (int i = 0; i < 300; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		assert_true(usbip_adopt(s, 0, pair[0]));
		for (int k = 0; k < 20; k++) {
			size_t n = roll(&d) % 3 ? 48 : roll(&d) % sizeof(q);

			random_bytes(&d, q, sizeof(q));
			put_be32(q, roll(&d) % 16 ? 1 + roll(&d) % 2 : roll(&d));
			put_be32(q + 4, roll(&d) % 32);
			put_be32(q + 12, roll(&d) % 16 ? roll(&d) % 2 : roll(&d));
			put_be32(q + 16, roll(&d) % 16 ? roll(&d) % 3 : roll(&d));
			put_be32(q + 20, roll(&d) % 32);
			put_be32(q + 24, roll(&d) % 16 ? roll(&d) % 64 : roll(&d));
			(void)send(pair[1], q, n, MSG_NOSIGNAL | MSG_DONTWAIT);
			serve(s);
			while (recv(pair[1], r, sizeof(r), MSG_DONTWAIT) > 0)
				;
		}
		(void)close(pair[1]);
		serve(s);
		serve(s);
		assert_false(usbip_attached(s, 0));
	}
	usbip_free(s);
	board_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host__sending_anything__never_breaks_a_board),
		cmocka_unit_test(client__sending_anything__never_breaks_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
