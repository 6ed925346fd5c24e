/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_monitor.c - monitor on a pseudo terminal that plays the probe's serial port, the probe
 * in a made-up sysfs. A child plays the firmware.
 */
#define _XOPEN_SOURCE 700 /* posix_openpt */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/run.h"
#include "tests/support/fake_sysfs.h"

static struct ctx ctx;
static struct output out;
static char said[65536], told[65536];
static int board, kept_stdin;
static pid_t firmware;

/* A pseudo terminal; the name of its other end in name. -1 where this machine has none. */
static int try_pty(char name[64])
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *other;

	if (fd < 0)
		return -1;
	other = grantpt(fd) == 0 && unlockpt(fd) == 0 ? ptsname(fd) : NULL;
	if (!other || access(other, R_OK | W_OK) != 0) {
		(void)close(fd);
		return -1;
	}
	(void)snprintf(name, 64, "%s", other);
	return fd;
}

static int new_pty(char name[64])
{
	int fd = try_pty(name);

	assert_true(fd >= 0);
	return fd;
}

static void port_is(const char *target)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/ttyACM3", fake_dev());
	(void)unlink(path);
	fake_link("ttyACM3", target);
}

static int setup(void **state)
{
	char name[64];
	int null = open("/dev/null", O_RDONLY);

	(void)state;
	assert_int_equal(fake_sysfs_setup(&ctx), 0);
	fake_plug(&fake_v21);
	fake_file("bus/usb/devices/1-10.3/1-10.3:1.2/tty/ttyACM3/dev", "166:3");
	board = new_pty(name);
	fake_link("ttyACM3", name);
	kept_stdin = dup(STDIN_FILENO);
	assert_true(dup2(null, STDIN_FILENO) == STDIN_FILENO);
	(void)close(null);
	memset(said, 0, sizeof(said));
	memset(told, 0, sizeof(told));
	firmware = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (firmware > 0) {
		(void)kill(firmware, SIGKILL);
		(void)waitpid(firmware, NULL, 0);
	}
	(void)close(board);
	(void)dup2(kept_stdin, STDIN_FILENO);
	(void)close(kept_stdin);
	return fake_sysfs_teardown();
}

/* A child that says the same text again and again, as what was said before the port was opened is
 * lost. */
static void firmware_sends(const char *bytes, size_t n, unsigned times)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

	firmware = fork();
	assert_true(firmware >= 0);
	if (firmware > 0)
		return;
	while (times-- > 0 && write(board, bytes, n) > 0)
		(void)nanosleep(&pause, NULL);
	_exit(0);
}

static void firmware_says(const char *text)
{
	firmware_sends(text, strlen(text), UINT_MAX);
}

/* A child that answers each letter with the next one. */
static void firmware_counts(void)
{
	char ch;

	firmware = fork();
	assert_true(firmware >= 0);
	if (firmware > 0)
		return;
	while (read(board, &ch, 1) == 1) {
		ch++;
		if (write(board, &ch, 1) != 1)
			break;
	}
	_exit(0);
}

/* What a command line of one word gives; options further down. */
static enum sl_err monitor(const char *word, const char *expect, const char *timeout, bool json)
{
	const char *words[] = { word };
	struct options o = { .words = words, .n_words = 1, .expect = expect, .timeout = timeout,
			     .json = json };
	enum sl_err err;

	assert_int_equal(output_open(&out, &ctx, &o), SL_OK);
	out.out = fmemopen(said, sizeof(said), "w");
	out.err = fmemopen(told, sizeof(told), "w");
	assert_non_null(out.out);
	assert_non_null(out.err);
	err = run_words(&ctx, &o, &out);
	(void)fclose(out.out);
	(void)fclose(out.err);
	if (json)
		json_close(&out.json);
	return err;
}

static void monitor__text_that_comes__is_shown_and_ends_it(void **state)
{
	(void)state;
	firmware_says("noise\r\nBOOT OK\r\n");
	assert_int_equal(monitor("monitor", "^BOOT (OK|FAIL)$", "20", false), SL_OK);
	assert_non_null(strstr(said, "BOOT OK"));
	assert_non_null(strstr(told, "115200 baud"));
}

static void monitor__text_that_does_not_come__is_the_status_for_it(void **state)
{
	(void)state;
	firmware_says("BOOT FAILURE\r\n");
	assert_int_equal(monitor("monitor=9600", "BOOT FAIL$", "1", false), SL_UNSEEN);
	assert_int_equal(err_exit_status(&ctx.fault), 13);
	assert_non_null(strstr(said, "BOOT FAILURE"));
	assert_non_null(strstr(told, "9600 baud"));
}

static void monitor__nothing_to_look_for__ends_well_with_the_time(void **state)
{
	(void)state;
	firmware_says("tick\n");
	assert_int_equal(monitor("monitor", NULL, "1", false), SL_OK);
	assert_non_null(strstr(said, "tick"));
}

static void monitor__prompt_without_newline__is_seen(void **state)
{
	(void)state;
	firmware_says("login: ");
	assert_int_equal(monitor("monitor", "login: ", "20", false), SL_OK);
}

/* Lines longer than any buffer, zeros, and bytes that are no text. */
static void monitor__endless_line__is_looked_through(void **state)
{
	static char text[9000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + 4090, "NEEDLE", 6);
	text[17] = '\xFF';
	firmware_says(text);
	assert_int_equal(monitor("monitor", "NEEDLE", "20", false), SL_OK);
}

static void monitor__line_of_many_times_the_room__keeps_its_newer_half(void **state)
{
	static char text[9000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text + 8000, "NEEDLE", 6);
	firmware_says(text);
	assert_int_equal(monitor("monitor", "NEEDLE", "20", false), SL_OK);
}

static void monitor__zeros_between_letters__do_not_hide_the_text(void **state)
{
	static const char bytes[] = "BO\0OT\0 OK\n";

	(void)state;
	firmware_sends(bytes, sizeof(bytes) - 1, UINT_MAX);
	assert_int_equal(monitor("monitor", "^BOOT OK$", "20", false), SL_OK);
}

static void monitor__probe_pulled__is_said_at_once(void **state)
{
	(void)state;
	firmware_sends("tick\n", 5, 20);
	(void)close(board);
	board = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(monitor("monitor", "never", "20", false), SL_GONE);
	assert_non_null(strstr(ctx.fault.text, "the serial port is gone"));
	assert_non_null(strstr(said, "tick"));
}

static void monitor__port_that_cannot_be_opened__is_named(void **state)
{
	(void)state;
	port_is("/dev/null");
	assert_int_equal(monitor("monitor", NULL, "1", false), SL_HOST);
	assert_non_null(strstr(ctx.fault.text, "is no serial port"));
	port_is("/nowhere");
	assert_int_equal(monitor("monitor", NULL, "1", false), SL_GONE);
	assert_non_null(strstr(ctx.fault.text, "ttyACM3"));
	port_is("/");
	assert_int_equal(monitor("monitor", NULL, "1", false), SL_HOST);
}

static void monitor__json_at_the_end__tells_the_unfinished_line(void **state)
{
	(void)state;
	firmware_sends("login: ", 7, 1);
	assert_int_equal(monitor("monitor", NULL, "1", true), SL_OK);
	(void)waitpid(firmware, NULL, 0);
	firmware_says("login: ");
	assert_int_equal(monitor("monitor", "login:", "20", true), SL_OK);
	assert_non_null(strstr(said, "\"text\":\"login:"));
}

static void monitor__json__tells_lines(void **state)
{
	(void)state;
	firmware_says("one \x01\r\ntwo\n");
	assert_int_equal(monitor("monitor", "^two$", "20", true), SL_OK);
	assert_non_null(strstr(said, "\"event\":\"serial\""));
	assert_non_null(strstr(said, "\"text\":\"two\""));
	assert_non_null(strstr(said, "\\u0001"));
}

static void monitor__input_from_a_pipe__goes_to_the_port(void **state)
{
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "HAL", 3), 3);
	(void)close(pipes[1]);
	assert_true(dup2(pipes[0], STDIN_FILENO) == STDIN_FILENO);
	(void)close(pipes[0]);
	firmware_counts();
	assert_int_equal(monitor("monitor", "IBM", "20", false), SL_OK);
}

static void monitor__ctrl_bracket_at_a_terminal__leaves_it(void **state)
{
	char name[64];
	int user = new_pty(name), terminal = open(name, O_RDWR | O_NOCTTY);

	(void)state;
	assert_true(terminal >= 0);
	assert_true(dup2(terminal, STDIN_FILENO) == STDIN_FILENO);
	(void)close(terminal);
	/* Typed ahead, Ctrl-C included: it belongs to the firmware. */
	firmware_says("tick\n");
	assert_int_equal(write(user, "ab\x1d", 3), 3);
	assert_int_equal(monitor("monitor", NULL, "30", false), SL_OK);
	assert_int_equal(write(user, "ab\x1d", 3), 3);
	assert_int_equal(monitor("monitor", "never", "30", false), SL_UNSEEN);
	(void)close(user);
}

static void monitor__port_that_vanishes__is_gone(void **state)
{
	(void)state;
	firmware_says("tick\n");
	(void)close(board);
	board = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* The last holder of the other end goes. */
	assert_int_equal(monitor("monitor", "tick", "20", false), SL_OK);
	(void)kill(firmware, SIGKILL);
	(void)waitpid(firmware, NULL, 0);
	firmware = 0;
	assert_int_not_equal(monitor("monitor", "never", "20", false), SL_OK);
	assert_int_not_equal(ctx.fault.code, SL_UNSEEN);
}

static void monitor__probe_without_port__says_so(void **state)
{
	(void)state;
	fake_unplug("1-10.3");
	fake_plug(&fake_v2);
	assert_int_equal(monitor("monitor", NULL, "1", false), SL_OLDPROBE);
	assert_non_null(strstr(ctx.fault.text, "has no serial port"));
}

static void monitor__wrong_words__are_usage_before_anything_is_opened(void **state)
{
	(void)state;
	fake_unplug("1-10.3");
	assert_int_equal(monitor("monitor", "(", "1", false), SL_USAGE);
	assert_int_equal(monitor("monitor", NULL, "soon", false), SL_USAGE);
	assert_int_equal(monitor("monitor", NULL, "0", false), SL_USAGE);
	assert_int_equal(monitor("monitor=0", NULL, NULL, false), SL_USAGE);
	assert_int_equal(monitor("monitor=fast", NULL, NULL, false), SL_USAGE);
	assert_int_equal(monitor("monitor", NULL, "1", false), SL_NOPROBE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(monitor__text_that_comes__is_shown_and_ends_it),
		TEST(monitor__text_that_does_not_come__is_the_status_for_it),
		TEST(monitor__nothing_to_look_for__ends_well_with_the_time),
		TEST(monitor__prompt_without_newline__is_seen),
		TEST(monitor__endless_line__is_looked_through),
		TEST(monitor__line_of_many_times_the_room__keeps_its_newer_half),
		TEST(monitor__zeros_between_letters__do_not_hide_the_text),
		TEST(monitor__probe_pulled__is_said_at_once),
		TEST(monitor__port_that_cannot_be_opened__is_named),
		TEST(monitor__json_at_the_end__tells_the_unfinished_line),
		TEST(monitor__json__tells_lines),
		TEST(monitor__input_from_a_pipe__goes_to_the_port),
		TEST(monitor__ctrl_bracket_at_a_terminal__leaves_it),
		TEST(monitor__port_that_vanishes__is_gone),
		TEST(monitor__probe_without_port__says_so),
		TEST(monitor__wrong_words__are_usage_before_anything_is_opened),
	};
	char name[64];
	int fd = try_pty(name);

	if (fd < 0) {
		(void)fprintf(stderr, "test_cli_monitor: no pseudo terminal can be opened here (%s), and "
			      "every test needs one: is devpts mounted at /dev/pts?\n", strerror(errno));
		return 1;
	}
	(void)close(fd);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
