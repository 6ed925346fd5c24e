/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_scsi_sense.c - both formats of sense data, short ones, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/scsi_sense.h"

static const uint8_t fixed[18] = { 0x70, 0, 0x05, [7] = 10, [12] = 0x20, [13] = 0x00 };
static const uint8_t descriptor[8] = { 0x72, 0x04, 0x44, 0x00 };

static void sense__both_formats__are_read(void **state)
{
	struct scsi_sense s;

	(void)state;
	assert_true(scsi_sense_decode(fixed, sizeof(fixed), &s));
	assert_int_equal(s.key, 5);
	assert_int_equal(s.asc, 0x20);
	assert_string_equal(s.key_name, "ILLEGAL REQUEST");
	assert_string_equal(s.what, "invalid command operation code");
	assert_true(scsi_sense_decode(descriptor, sizeof(descriptor), &s));
	assert_int_equal(s.key, 4);
	assert_int_equal(s.asc, 0x44);
}

static void sense__short_fixed__has_its_key_but_no_codes(void **state)
{
	struct scsi_sense s;

	(void)state;
	for (size_t len = 3; len <= 12; len++) {
		assert_true(scsi_sense_decode(fixed, len, &s));
		assert_int_equal(s.key, 5);
		assert_int_equal(s.asc, 0);
	}
}

static void sense__that_is_none__leaves_the_result_alone(void **state)
{
	static const uint8_t zeros[18] = { 0 };
	struct scsi_sense s = { .key = 0xAA };

	(void)state;
	assert_false(scsi_sense_decode(zeros, sizeof(zeros), &s));
	assert_false(scsi_sense_decode(fixed, 0, &s));
	assert_false(scsi_sense_decode(fixed, 2, &s));
	assert_false(scsi_sense_decode(descriptor, 1, &s));
	assert_int_equal(s.key, 0xAA);
}

static void sense__each_key__has_a_name_and_a_cause(void **state)
{
	uint8_t bytes[18] = { 0x70 };
	struct scsi_sense s;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	for (uint8_t key = 0; key < 16; key++) {
		enum sl_err err;

		bytes[2] = key;
		assert_true(scsi_sense_decode(bytes, sizeof(bytes), &s));
		assert_non_null(s.key_name);
		err = scsi_sense_fail(&c, "sg", 0xF2, bytes, sizeof(bytes));
		assert_int_equal(err, key == 5 || key == 7 ? SL_STALL : SL_PROBE);
		assert_int_equal(c.fault.code, err);
		assert_non_null(strstr(c.fault.text, s.key_name));
		assert_non_null(strstr(c.fault.text, "F2"));
	}
	assert_int_equal(scsi_sense_fail(&c, "sg", 0xF2, bytes, 0), SL_PROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sense__both_formats__are_read),
		cmocka_unit_test(sense__short_fixed__has_its_key_but_no_codes),
		cmocka_unit_test(sense__that_is_none__leaves_the_result_alone),
		cmocka_unit_test(sense__each_key__has_a_name_and_a_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
