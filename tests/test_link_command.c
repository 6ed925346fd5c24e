/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_link_command.c - replies: lengths, statuses, retries, sticky errors, the wire log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/link_script.h"

#define ENTERED { "f2 30 a3 00", "80 00", NULL, 0, 0 }, ID
#define V3_AT_1_MHZ \
	{ "f2 62 00", "80 00 00 00 e8 03 00 00 01 00 00 00 e8 03 00 00 00 00 00 00 00 00 00 00 " \
		      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", \
	  NULL, 0, 0 }, \
	{ "f2 61 00 00 e8 03 00 00", "80 00 00 00 e8 03 00 00", NULL, 0, 0 }
#define CLOSE { "f5", "01 00", NULL, 0, 0 }
#define READ_CPUID "f2 36 00 ed 00 e0"

static const struct link_options usual = { .speed_khz = 0 };
static struct link *l;

static enum sl_err read_cpuid(uint32_t *value)
{
	*value = 0xAAAAAAAA;
	return link_read32(l, &ctx, 0xE000ED00, value);
}

static void forms__registers_and_debug_registers__are_laid_out_as_documented(void **state)
{
	static char all[3 * 88 + 1];
	const struct script_step steps[] = {
		OPEN(V2J37),
		{ READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 0 },
		{ "f2 35 f0 ed 00 e0 03 00 5f a0", "80 00", NULL, 0, 0 },
		{ "f2 33 0f", "80 00 00 00 78 56 34 12", NULL, 0, 0 },
		{ "f2 33 21", "80 00 00 00 01 00 00 00", NULL, 0, 0 },
		{ "f2 34 0d 00 50 00 20", "80 00", NULL, 0, 0 },
		{ "f2 3a", all, NULL, 0, 0 },
	};
	uint32_t value = 0, regs[LINK_ALL_REGS];

	(void)state;
	strcpy(all, "80 00 00 00");
	for (unsigned i = 0; i < LINK_ALL_REGS; i++)
		(void)snprintf(all + strlen(all), sizeof(all) - strlen(all), " %02x 00 00 %02x", i,
			       i);
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_OK);
	assert_int_equal(value, 0x412FC231);
	assert_int_equal(link_write32(l, &ctx, 0xE000EDF0, 0xA05F0003), SL_OK);
	assert_int_equal(link_read_reg(l, &ctx, 15, &value), SL_OK);
	assert_int_equal(value, 0x12345678);
	assert_int_equal(link_read_reg(l, &ctx, 33, &value), SL_OK);
	assert_int_equal(link_write_reg(l, &ctx, 13, 0x20005000), SL_OK);
	assert_int_equal(link_read_all_regs(l, &ctx, regs), SL_OK);
	for (unsigned i = 0; i < LINK_ALL_REGS; i++)
		assert_int_equal(regs[i], i | i << 24);
	assert_int_equal(link_read_reg(l, &ctx, 256, &value), SL_USAGE);
	assert_int_equal(link_write_reg(l, &ctx, 256, 0), SL_USAGE);
	close_all(l);
}

static void memory_forms__old_firmware_asks_3b_and_new_3e(void **state)
{
	static const struct script_step old[] = {
		OPEN(V2J14),
		{ "f2 07 00 00 00 20 04 00", "01 02 03 04", NULL, 0, 0 }, { "f2 3b", "80 00", NULL,
									    0, 0 },
		{ "f2 0c 01 00 00 20 01 00", "02 ff", NULL, 0, 0 }, { "f2 3b", "80 00", NULL, 0,
								      0 },
	};
	static const struct script_step new[] = {
		OPEN(V2J37),
		{ "f2 08 00 00 00 20 04 00", NULL, "01 02 03 04", 0, 0 },
		{ "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 0d 02 00 00 20 02 00", NULL, "05 06", 0, 0 },
		{ "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 48 02 00 00 20 02 00", NULL, "34 12", 0, 0 },
		{ "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00", NULL, 0, 0 },
	};
	const uint16_t half = 0x1234;
	uint8_t data[4];

	(void)state;
	BEGIN_OPEN(l, old);
	assert_int_equal(link_read_mem(l, &ctx, 0x20000000, data, 4), SL_OK);
	assert_int_equal(link_read_mem(l, &ctx, 0x20000001, data, 1), SL_OK);
	assert_int_equal(data[0], 2);
	close_all(l);
	BEGIN_OPEN(l, new);
	assert_int_equal(link_write_mem(l, &ctx, 0x20000000, "\1\2\3\4", 4), SL_OK);
	assert_int_equal(link_write_mem(l, &ctx, 0x20000002, "\5\6", 2), SL_OK);
	assert_int_equal(link_write_halfwords(l, &ctx, 0x20000002, &half, 1), SL_OK);
	close_all(l);
}

static void reply__shorter_than_asked__is_refused_and_no_value_given(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "80 00 00 00 31 c2", NULL, 0, 0 }, CLOSE,
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_PROTO);
	assert_int_equal(value, 0xAAAAAAAA);
	close_all(l);
}

static void reply__short_but_with_a_failing_status__says_why(void **state)
{
	static const struct script_step steps[] = { OPEN(V2J37), { READ_CPUID, "42 00", NULL, 0,
								   0 } };
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_OLDPROBE);
	assert_int_equal(ctx.fault.probe_status, 0x42);
	close_all(l);
}

static void reply__echo_of_the_version__is_stale_and_never_a_value(void **state)
{
	/* What stlink 1.7 showed as a chip id of 0x3748. */
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "29 47 83 04 48 37 00 00", NULL, 0, 0 }, CLOSE,
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_PROTO);
	assert_int_equal(value, 0xAAAAAAAA);
	assert_non_null(strstr(ctx.fault.hint, "left over"));
	close_all(l);
}

static void reply__unknown_status__is_a_protocol_fault(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "04 00 fa 05 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "fa 05 00 00 00 00 00 00", NULL, 0, 0 },
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	/* The value last written, 0x05fa0004, left over: stlink 956. */
	assert_int_equal(read_cpuid(&value), SL_NOTARGET);
	assert_int_equal(read_cpuid(&value), SL_PROTO);
	assert_int_equal(value, 0xAAAAAAAA);
	assert_non_null(strstr(ctx.fault.hint, "left over"));
	close_all(l);
}

static void wait__then_ok__is_ok(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "10 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "14 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 0 },
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_OK);
	assert_int_equal(value, 0x412FC231);
	assert_int_equal(clock_.now_us, 3000);
	close_all(l);
}

static void wait__then_fault_then_ok__is_ok(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V3), { "fb 80", V3J7, NULL, 0, 0 },
		{ READ_CPUID, "10 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "11 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 0 },
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_OK);
	assert_int_equal(value, 0x412FC231);
	close_all(l);
}

static void wait__then_two_faults__is_a_fault(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V3), { "fb 80", V3J7, NULL, 0, 0 }, V3_AT_1_MHZ, ENTERED,
		{ READ_CPUID, "10 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "11 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "11 00 00 00 00 00 00 00", NULL, 0, 0 }, ABORT, EXIT,
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(read_cpuid(&value), SL_TARGET);
	assert_int_equal(ctx.fault.addr, 0xE000ED00);
	close_all(l);
}

static void wait__for_ever__is_bounded(void **state)
{
	static struct script_step steps[100] = { OPEN(V2J37) };
	uint32_t value;

	(void)state;
	for (size_t i = 2; i < ARRAY_LEN(steps); i++)
		steps[i] = (struct script_step){ READ_CPUID, "10 00 00 00 00 00 00 00", NULL, 0,
						 0 };
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_TARGET);
	assert_in_range(clock_.now_us, 1000000, 1064000);
	abandon(l);
}

static void wait__slow_host__tries_once_more_after_the_time_is_over(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "10 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "10 00 00 00 00 00 00 00", NULL, 0, 5000 },
		{ READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 0 },
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_OK);
	assert_int_equal(value, 0x412FC231);
	close_all(l);
}

static char said[512];

static void keep_last(void *priv, enum log_level level, const char *line)
{
	(void)priv;
	if (level == LOG_DEBUG)
		(void)snprintf(said, sizeof(said), "%s", line);
}

static void fault__new_firmware__is_cleared_by_dp_abort_and_stays_reported(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { "f2 43 00 00", "80 00", NULL, 0, 0 }, ENTERED,
		{ READ_CPUID, "11 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 46 ff ff 00 00 1e 00 00 00", "16 00", NULL, 0, 0 }, EXIT,
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	ctx.log = (struct log_sink){ .write = keep_last, .max = LOG_DEBUG };
	assert_int_equal(read_cpuid(&value), SL_TARGET);
	assert_int_equal(ctx.fault.probe_status, 0x11);
	assert_int_equal(ctx.fault.addr, 0xE000ED00);
	assert_non_null(strstr(said, "could not be cleared: writing DP ABORT: the chip stopped"));
	close_all(l);
	assert_int_equal(ctx.fault.probe_status, 0x11);
}

static void fault__old_firmware__is_cleared_by_entering_again(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J17), { "f2 30 a3 00", "80 00", NULL, 0, 0 },
		{ "f2 31", "80 00 00 00 77 14 a0 2b 00 00 00 00", NULL, 0, 0 },
		{ READ_CPUID, "11 00 00 00 00 00 00 00", NULL, 0, 0 },
		{ "f2 21", NULL, NULL, 0, 0 }, { "f2 30 a3 00", "80 00", NULL, 0, 0 },
		{ "f2 21", NULL, NULL, 0, 0 },
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_enter_swd(l, &ctx, &usual), SL_OK);
	assert_int_equal(read_cpuid(&value), SL_TARGET);
	close_all(l);
}

static void fault__old_firmware_holding_reset__does_not_let_go_of_it(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J17), { "f2 3c 00", "80 00", NULL, 0, 0 },
		{ READ_CPUID, "11 00 00 00 00 00 00 00", NULL, 0, 0 },
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(link_nrst(l, &ctx, LINK_NRST_LOW), SL_OK);
	assert_int_equal(read_cpuid(&value), SL_TARGET);
	close_all(l);
}

static void timeout__command_of_the_transport__is_passed_up(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "", NULL, SL_TIMEOUT, 0 }, CLOSE,
	};
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	assert_int_equal(read_cpuid(&value), SL_TIMEOUT);
	assert_string_equal(ctx.fault.doing, "reading 0xe000ed00");
	close_all(l);
}

/* ---- the status table ---- */

static void timeout__several_in_a_row__get_less_time_until_one_is_answered(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "", NULL, SL_TIMEOUT, 0 },
		{ READ_CPUID, "", NULL, SL_TIMEOUT, 0 }, { READ_CPUID, "", NULL, SL_TIMEOUT, 0 },
		{ READ_CPUID, "", NULL, SL_TIMEOUT, 0 }, { READ_CPUID, "", NULL, SL_TIMEOUT, 0 },
		{ READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 0 },
		{ READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 0 }, CLOSE,
	};
	static const unsigned limits_ms[] = { 3000, 1000, 500, 250, 250, 250, 3000 };
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	for (size_t i = 0; i < ARRAY_LEN(limits_ms); i++) {
		assert_int_equal(read_cpuid(&value), i < 5 ? SL_TIMEOUT : SL_OK);
		assert_int_equal(script.last_timeout_ms, limits_ms[i]);
		assert_int_equal(script.last_hurry_ms, 1000);
	}
	close_all(l);
}

static void timeout__after_a_signal__is_a_second(void **state)
{
	static const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 0 },
	};
	static volatile sig_atomic_t flag = 2;
	uint32_t value;

	(void)state;
	BEGIN_OPEN(l, steps);
	ctx.signal_flag = &flag;
	assert_int_equal(read_cpuid(&value), SL_OK);
	assert_int_equal(script.last_timeout_ms, 1000);
	close_all(l);
}

static void status__every_code_of_the_firmware__has_name_cause_and_verdict(void **state)
{
	static const uint8_t codes[] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E,
		0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1D, 0x20, 0x29,
		0x40, 0x41, 0x42, 0x80, 0x81,
	};
	size_t n;
	const struct status_row *rows = status_table(&n);

	(void)state;
	assert_int_equal(n, ARRAY_LEN(codes));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(rows[i].code, codes[i]);
		assert_ptr_equal(status_find(codes[i]), &rows[i]);
		assert_true(strlen(rows[i].name) > 1 && strlen(rows[i].cause) > 3);
		assert_true((rows[i].action == STATUS_DONE) == (rows[i].err == SL_OK));
	}
	assert_null(status_find(0x00));
	assert_null(status_find(0x29 + 1));
	assert_null(status_find(0xFF));
}

static void status__every_failing_code__reaches_the_fault(void **state)
{
	size_t n;
	const struct status_row *rows = status_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const uint32_t addr = 0x1000;

		if (rows[i].action == STATUS_DONE)
			continue;
		ctx_init(&ctx);
		assert_int_equal(status_fail(&ctx, rows[i].code, &addr, "reading"), rows[i].err);
		assert_non_null(strstr(ctx.fault.text, rows[i].name));
		assert_int_equal(ctx.fault.probe_status, rows[i].code);
		assert_int_equal(ctx.fault.addr, 0x1000);
	}
	assert_int_equal(status_fail(&ctx, 0xFE, NULL, "reading"), SL_PROTO);
}

/* ---- the wire log ---- */

static char wire[8192];

static void keep(void *priv, enum log_level level, const char *line)
{
	(void)priv;
	assert_true(strlen(line) < 511);
	if (level == LOG_WIRE)
		(void)snprintf(wire + strlen(wire), sizeof(wire) - strlen(wire), "%s\n", line);
}

static void wire_log__has_every_byte_and_names_parameters_and_status(void **state)
{
	static char out[3 * 128 + 1], hex[3 * 128 + 1];
	const struct script_step steps[] = {
		OPEN(V2J37), { READ_CPUID, "80 00 00 00 31 c2 2f 41", NULL, 0, 2 },
		{ "f2 08 00 00 00 20 80 00", NULL, out, 0, 0 },
		{ "f2 3e", "80 00 00 00 00 00 00 00 00 00 00 00", NULL, 0, 0 },
	};
	uint8_t data[128];
	unsigned data_lines;
	uint32_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] = (uint8_t)(i + 0x40);
		(void)snprintf(out + 3 * i, 4, "%02x ", data[i]);
	}
	BEGIN_OPEN(l, steps);
	wire[0] = '\0';
	ctx.log.write = keep;
	ctx.log.max = LOG_WIRE;
	assert_int_equal(read_cpuid(&value), SL_OK);
	assert_int_equal(link_write_mem(l, &ctx, 0x20000000, data, sizeof(data)), SL_OK);
	ctx.log.write = NULL;
	assert_non_null(strstr(wire,
			       "#2 > f2 36 00 ed 00 e0 (in 8)  READDEBUGREG addr=0xe000ed00\n"));
	assert_non_null(strstr(wire, "#2 << 80 00 00 00 31 c2 2f 41\n"));
	assert_non_null(strstr(wire, "#2 = ok, 8 bytes, 2000 us, status 80 OK\n"));
	assert_non_null(strstr(wire, "#3 > f2 08 00 00 00 20 80 00 (out 128)  WRITEMEM_32BIT "
				     "addr=0x20000000 len=0x0080\n"));
	for (size_t part = 0; part < 2; part++) {
		memcpy(hex, out + 3 * 64 * part, 3 * 64 - 1);
		hex[3 * 64 - 1] = '\0';
		assert_non_null(strstr(wire, hex));
	}
	data_lines = 0;
	for (const char *at = wire; (at = strstr(at, "#3 >>")); at++)
		data_lines++;
	assert_int_equal(data_lines, 2);
	assert_non_null(strstr(wire, "#4 > f2 3e (in 12)  GETLASTRWSTATUS2\n"));
	close_all(l);
}

static void command_name__unknown_command__is_a_question_mark(void **state)
{
	const uint8_t bytes[] = { 0xF2, 0x61, 0x00, 0x00, 0x40, 0x1F, 0x00, 0x00, 0, 0, 0, 0, 0, 0,
				  0, 0 };
	const uint8_t unknown[16] = { 0xF2, 0x99 };
	char text[96];

	(void)state;
	command_name(bytes, text, sizeof(text));
	assert_string_equal(text, "SET_COM_FREQ com=0x00 khz=0x00001f40");
	command_name(unknown, text, sizeof(text));
	assert_string_equal(text, "?");
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forms__registers_and_debug_registers__are_laid_out_as_documented),
		TEST(memory_forms__old_firmware_asks_3b_and_new_3e),
		TEST(reply__shorter_than_asked__is_refused_and_no_value_given),
		TEST(reply__short_but_with_a_failing_status__says_why),
		TEST(reply__echo_of_the_version__is_stale_and_never_a_value),
		TEST(reply__unknown_status__is_a_protocol_fault),
		TEST(wait__then_ok__is_ok),
		TEST(wait__then_fault_then_ok__is_ok),
		TEST(wait__then_two_faults__is_a_fault),
		TEST(wait__for_ever__is_bounded),
		TEST(wait__slow_host__tries_once_more_after_the_time_is_over),
		TEST(fault__new_firmware__is_cleared_by_dp_abort_and_stays_reported),
		TEST(fault__old_firmware__is_cleared_by_entering_again),
		TEST(fault__old_firmware_holding_reset__does_not_let_go_of_it),
		TEST(timeout__command_of_the_transport__is_passed_up),
		TEST(timeout__several_in_a_row__get_less_time_until_one_is_answered),
		TEST(timeout__after_a_signal__is_a_second),
		TEST(status__every_code_of_the_firmware__has_name_cause_and_verdict),
		TEST(status__every_failing_code__reaches_the_fault),
		TEST(wire_log__has_every_byte_and_names_parameters_and_status),
		TEST(command_name__unknown_command__is_a_question_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
