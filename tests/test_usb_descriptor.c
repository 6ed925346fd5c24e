/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_usb_descriptor.c - finding the debug endpoints in descriptors, real and hostile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "usb/descriptor.h"

#define CONFIG(total, n) 9, 2, total, 0, n, 1, 0, 0x80, 50
#define INTERFACE(n, alt, eps) 9, 4, n, alt, eps, 0xFF, 0xFF, 0xFF, 4
#define BULK(ep, size) 7, 5, ep, 2, (size) & 0xFF, (size) >> 8, 0
#define INTERRUPT(ep) 7, 5, ep, 3, 8, 0, 255

static const uint8_t v2[] = { CONFIG(39, 1), INTERFACE(0, 0, 3), BULK(0x81, 64), BULK(0x02, 64),
			      BULK(0x83, 64) };
/* A V3 as it was seen: the debug interface, then mass storage and a serial port. */
static const uint8_t v3[] = { CONFIG(128, 4), INTERFACE(0, 0, 3), BULK(0x81, 512), BULK(0x01, 512),
			      BULK(0x82, 512), INTERFACE(1, 0, 2), BULK(0x83, 512),
			      BULK(0x03, 512), 8, 11, 2, 2, 2, 2, 1, 7, INTERFACE(2, 0, 1),
			      INTERRUPT(0x84) };
static const uint8_t v1[] = { CONFIG(32, 1), INTERFACE(0, 0, 2), BULK(0x81, 64), BULK(0x02, 64) };
/* The debug interface need not come first, and another alternate setting does not count. */
static const uint8_t mixed[] = { CONFIG(69, 2), INTERFACE(1, 0, 1), BULK(0x85, 64),
				 INTERFACE(0, 1, 1), BULK(0x86, 64), INTERFACE(0, 0, 3),
				 INTERRUPT(0x87), BULK(0x01, 64), BULK(0x81, 64) };

static enum sl_err parse(const uint8_t *bytes, size_t len, struct pipe *p)
{
	/* A copy of exactly this length: the sanitizers see every byte too far. */
	uint8_t *copy = malloc(len ? len : 1);
	enum sl_err err;
	struct ctx c;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	ctx_init(&c);
	err = usb_parse_debug_interface(&c, copy, len, p);
	free(copy);
	return err;
}

static void assert_endpoints(const uint8_t *bytes, size_t len, const struct pipe *want)
{
	struct pipe p = { .ep_trace = 0x55 };

	assert_int_equal(parse(bytes, len, &p), SL_OK);
	assert_int_equal(p.ep_out, want->ep_out);
	assert_int_equal(p.ep_in, want->ep_in);
	assert_int_equal(p.ep_trace, want->ep_trace);
	assert_int_equal(p.max_packet, want->max_packet);
}

static void descriptor__each_generation__shows_its_endpoints(void **state)
{
	(void)state;
	assert_endpoints(v1, sizeof(v1), &(struct pipe){ .ep_out = 2, .ep_in = 0x81,
							 .max_packet = 64 });
	assert_endpoints(v2, sizeof(v2), &(struct pipe){ .ep_out = 2, .ep_in = 0x81,
							 .ep_trace = 0x83, .max_packet = 64 });
	assert_endpoints(v3, sizeof(v3), &(struct pipe){ .ep_out = 1, .ep_in = 0x81,
							 .ep_trace = 0x82, .max_packet = 512 });
	assert_endpoints(mixed, sizeof(mixed), &(struct pipe){ .ep_out = 1, .ep_in = 0x81,
							       .max_packet = 64 });
}

static void descriptor__cut_anywhere__is_read_as_far_as_it_goes(void **state)
{
	struct pipe p;

	(void)state;
	/* IN ends at 25, OUT at 32: with both it is enough, before that it is not. */
	for (size_t len = 0; len <= sizeof(v2); len++)
		assert_int_equal(parse(v2, len, &p), len < 32 ? SL_PROTO : SL_OK);
}

static void descriptor__zero_length_and_odd_packet_sizes__are_refused(void **state)
{
	static const uint8_t endless[] = { CONFIG(39, 1), 0, 4, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t huge[] = { CONFIG(32, 1), INTERFACE(0, 0, 2), BULK(0x81, 1024),
					BULK(0x02, 64) };
	static const uint8_t zero[] = { CONFIG(32, 1), INTERFACE(0, 0, 2), BULK(0x81, 0),
					BULK(0x02, 64) };
	struct pipe p;

	(void)state;
	assert_int_equal(parse(endless, sizeof(endless), &p), SL_PROTO);
	assert_int_equal(parse(huge, sizeof(huge), &p), SL_PROTO);
	assert_int_equal(parse(zero, sizeof(zero), &p), SL_PROTO);
}

static void descriptor__any_byte_changed__does_no_harm(void **state)
{
	uint8_t bytes[sizeof(v3)];
	struct pipe p;

	(void)state;
	for (size_t i = 0; i < sizeof(v3); i++) {
		for (unsigned v = 0; v < 256; v++) {
			memcpy(bytes, v3, sizeof(v3));
			bytes[i] = (uint8_t)v;
			if (parse(bytes, sizeof(bytes), &p) == SL_OK)
				assert_true(p.ep_in & 0x80 && !(p.ep_out & 0x80) &&
					    p.max_packet >= 8 && p.max_packet <= 512);
		}
	}
}

static void descriptor__device__shows_its_ids(void **state)
{
	static const uint8_t device[18] = { 18, 1, 0, 2, 0, 0, 0, 64, 0x83, 0x04, 0x48, 0x37 };
	uint8_t wrong[18];
	uint16_t vid, pid;

	(void)state;
	assert_true(usb_parse_device(device, 18, &vid, &pid));
	assert_int_equal(vid, 0x0483);
	assert_int_equal(pid, 0x3748);
	assert_false(usb_parse_device(device, 11, &vid, &pid));
	assert_false(usb_parse_device(device, 0, &vid, &pid));
	memcpy(wrong, device, 18);
	wrong[1] = 2;
	assert_false(usb_parse_device(wrong, 18, &vid, &pid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptor__each_generation__shows_its_endpoints),
		cmocka_unit_test(descriptor__cut_anywhere__is_read_as_far_as_it_goes),
		cmocka_unit_test(descriptor__zero_length_and_odd_packet_sizes__are_refused),
		cmocka_unit_test(descriptor__any_byte_changed__does_no_harm),
		cmocka_unit_test(descriptor__device__shows_its_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
