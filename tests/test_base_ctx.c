/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_ctx.c - faults, log, clock and deadlines, and the interrupt flag.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/interrupt.h"

struct test_clock {
	struct clock c;
	uint64_t now;
};

static uint64_t test_now(const struct clock *c)
{
	return ((const struct test_clock *)c->priv)->now;
}

static void test_sleep(const struct clock *c, uint64_t us)
{
	((struct test_clock *)c->priv)->now += us;
}

static void clock_make(struct test_clock *t, uint64_t now)
{
	t->c.now_us = test_now;
	t->c.sleep_us = test_sleep;
	t->c.priv = t;
	t->now = now;
}

static void ctx__new__has_no_fault_and_the_systems_places(void **state)
{
	struct ctx c;

	(void)state;
	memset(&c, 0xff, sizeof(c));
	ctx_init(&c);
	assert_int_equal(c.fault.code, SL_OK);
	assert_ptr_equal(c.clock, clock_system());
	assert_string_equal(c.sysfs, "/sys");
	assert_string_equal(c.dev, "/dev");
	assert_int_equal(ctx_interrupted(&c), SL_OK);
	assert_false(ctx_logs(&c, LOG_ERR));
}

static void fault__cause__stays_when_rooms_above_speak(void **state)
{
	struct ctx c;
	enum sl_err err;

	(void)state;
	ctx_init(&c);
	err = ctx_fail(&c, SL_TIMEOUT, "usb", "no answer to %02x", 0xf2);
	assert_int_equal(err, SL_TIMEOUT);
	assert_int_equal(ctx_doing(&c, err, "reading %d words", 4), SL_TIMEOUT);
	assert_int_equal(ctx_doing(&c, err, "programming"), SL_TIMEOUT);
	assert_int_equal(c.fault.code, SL_TIMEOUT);
	assert_string_equal(c.fault.where, "usb");
	assert_string_equal(c.fault.text, "no answer to f2");
	assert_string_equal(c.fault.doing, "reading 4 words"); /* the first saying stays */
	assert_string_equal(c.fault.hint, "");
	ctx_hint(&c, "do %s", "this");
	assert_string_equal(c.fault.hint, "do this");
	assert_string_equal(c.fault.text, "no answer to f2");
}

static void fault__doing_without_failure__says_nothing(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(ctx_doing(&c, SL_OK, "reading"), SL_OK);
	assert_string_equal(c.fault.doing, "");
}

static void fault__next_failure__starts_clean(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	(void)ctx_fail_addr(&c, SL_TARGET, "link", 0x20000000, "bus fault");
	assert_int_equal(c.fault.has_addr, 1);
	assert_int_equal(c.fault.addr, 0x20000000);
	ctx_hint(&c, "hint");
	(void)ctx_doing(&c, SL_TARGET, "doing");
	(void)ctx_fail_errno(&c, SL_FILE, "file", ENOSPC, "cannot write %s", "x");
	assert_int_equal(c.fault.has_addr, 0);
	assert_int_equal(c.fault.sys_errno, ENOSPC);
	assert_string_equal(c.fault.hint, "");
	assert_string_equal(c.fault.doing, "");
	assert_string_equal(c.fault.text, "cannot write x: No space left on device");
	ctx_clear(&c);
	assert_int_equal(c.fault.code, SL_OK);
	assert_string_equal(c.fault.text, "");
}

static void fault__long_texts__are_cut_and_ended(void **state)
{
	char longest[2000];
	struct ctx c;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ctx_init(&c);
	(void)ctx_fail(&c, SL_OTHER, "test", "%s", longest);
	assert_int_equal(strlen(c.fault.text), sizeof(c.fault.text) - 1);
	(void)ctx_doing(&c, SL_OTHER, "%s", longest);
	assert_int_equal(strlen(c.fault.doing), sizeof(c.fault.doing) - 1);
	ctx_hint(&c, "%s", longest);
	assert_int_equal(strlen(c.fault.hint), sizeof(c.fault.hint) - 1);
	(void)ctx_fail_errno(&c, SL_OTHER, "test", EIO, "%s", longest);
	assert_int_equal(strlen(c.fault.text), sizeof(c.fault.text) - 1);
}

struct lines {
	char last[600];
	int n;
	enum log_level level;
};

static void keep_line(void *priv, enum log_level level, const char *line)
{
	struct lines *l = priv;

	(void)snprintf(l->last, sizeof(l->last), "%s", line);
	l->level = level;
	l->n++;
}

static void log__level__decides_what_is_written(void **state)
{
	char longest[2000];
	struct lines l = { .n = 0 };
	struct ctx c;

	(void)state;
	ctx_init(&c);
	ctx_log(&c, LOG_ERR, "nobody listens");
	c.log.write = keep_line;
	c.log.priv = &l;
	ctx_log(&c, LOG_INFO, "not at this level");
	assert_int_equal(l.n, 0);
	ctx_log(&c, LOG_WARN, "%d apples", 3);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.level, LOG_WARN);
	assert_string_equal(l.last, "3 apples");
	c.log.max = LOG_WIRE;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ctx_log(&c, LOG_WIRE, "%s", longest);
	assert_int_equal(strlen(l.last), 511);
}

static void deadline__instant__has_passed_exactly_then(void **state)
{
	struct test_clock t;
	struct deadline d;
	struct ctx c;

	(void)state;
	clock_make(&t, 500);
	ctx_init(&c);
	c.clock = &t.c;
	assert_int_equal(ctx_now_us(&c), 500);
	d = ctx_deadline(&c, 10);
	assert_int_equal(deadline_left_ms(c.clock, d), 10);
	ctx_sleep_us(&c, 1);
	assert_int_equal(deadline_left_ms(c.clock, d), 10); /* rounded up */
	ctx_sleep_us(&c, 9998);
	assert_false(ctx_expired(&c, d));
	assert_int_equal(deadline_left_ms(c.clock, d), 1);
	ctx_sleep_us(&c, 1);
	assert_true(ctx_expired(&c, d));
	assert_int_equal(deadline_left_ms(c.clock, d), 0);
	ctx_sleep_us(&c, 1000000);
	assert_int_equal(deadline_left_ms(c.clock, d), 0);
	assert_true(ctx_expired(&c, ctx_deadline(&c, 0)));
}

static void deadline__very_long__never_wraps(void **state)
{
	static const uint64_t spans[] = {
		UINT64_MAX, UINT64_MAX / 1000, UINT64_MAX / 1000 + 1, UINT64_MAX / 1000 - 1,
		UINT64_C(0x4189374BC6A7F0) /* times 1000 is just above 2^64 */
	};
	struct test_clock t;

	(void)state;
	clock_make(&t, 5000000);
	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		struct deadline d = deadline_in(&t.c, spans[i]);

		assert_false(deadline_passed(&t.c, d));
		assert_true(d.at_us > UINT64_MAX / 2);
		assert_int_equal(deadline_left_ms(&t.c, d), UINT_MAX);
	}
}

static void clock__system__goes_on_and_sleeps(void **state)
{
	const struct clock *c = clock_system();
	uint64_t before = c->now_us(c);
	uint64_t after;

	(void)state;
	c->sleep_us(c, 2000);
	after = c->now_us(c);
	assert_true(after >= before + 2000);
	assert_true(after < before + 10000000);
}

static void interrupt__flag__becomes_a_fault(void **state)
{
	volatile sig_atomic_t flag = 0;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	c.signal_flag = &flag;
	assert_int_equal(ctx_interrupted(&c), SL_OK);
	assert_int_equal(c.fault.code, SL_OK);
	flag = SIGTERM;
	assert_int_equal(ctx_interrupted(&c), SL_INTR);
	assert_int_equal(c.fault.code, SL_INTR);
	assert_int_equal(c.fault.signo, SIGTERM);
	assert_int_equal(err_exit_status(&c.fault), 128 + SIGTERM);
}

/* In a child, because signal dispositions and the flag are for the whole process. */
static int child_status(int (*run)(void))
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int first_signal_is_kept(void)
{
	const volatile sig_atomic_t *flag = interrupt_install();

	if (*flag != 0)
		return 1;
	(void)raise(SIGPIPE);
	if (*flag != 0)
		return 2;
	(void)raise(SIGTERM);
	(void)raise(SIGINT);
	(void)raise(SIGHUP);
	return *flag == SIGTERM ? 0 : 3;
}

static int second_interrupt_ends(void)
{
	(void)interrupt_install();
	(void)raise(SIGINT);
	(void)raise(SIGINT);
	return 0;
}

static void interrupt__first_signal__is_kept_and_pipe_ignored(void **state)
{
	int status = child_status(first_signal_is_kept);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void interrupt__second_time__ends_the_process(void **state)
{
	int status = child_status(second_interrupt_ends);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
}

static void errno__no_memory__is_told_as_such_whatever_was_tried(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(ctx_fail_errno(&c, SL_HOST, "test", ENOMEM, "listing"), SL_NOMEM);
	assert_int_equal(c.fault.code, SL_NOMEM);
	assert_int_equal(ctx_fail_errno(&c, SL_HOST, "test", EIO, "listing"), SL_HOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errno__no_memory__is_told_as_such_whatever_was_tried),
		cmocka_unit_test(ctx__new__has_no_fault_and_the_systems_places),
		cmocka_unit_test(fault__cause__stays_when_rooms_above_speak),
		cmocka_unit_test(fault__doing_without_failure__says_nothing),
		cmocka_unit_test(fault__next_failure__starts_clean),
		cmocka_unit_test(fault__long_texts__are_cut_and_ended),
		cmocka_unit_test(log__level__decides_what_is_written),
		cmocka_unit_test(deadline__instant__has_passed_exactly_then),
		cmocka_unit_test(deadline__very_long__never_wraps),
		cmocka_unit_test(clock__system__goes_on_and_sleeps),
		cmocka_unit_test(interrupt__flag__becomes_a_fault),
		cmocka_unit_test(interrupt__first_signal__is_kept_and_pipe_ignored),
		cmocka_unit_test(interrupt__second_time__ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
