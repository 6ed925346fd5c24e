/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_cli_spoilt.c - words that work with files of this machine, and the files that the program leaves,
 * when the system fails under them at every call (by dlsym: spoil.h).
 */
#define _GNU_SOURCE
#include "tests/spoil.h"

#include "cli/bundle.h"
#include "cli/run.h"
#include "cli/station_log.h"
#include "tests/host_bench.h"
#include "tests/support/fake_clock.h"

static struct output out;
static char said[65536], told[65536], clean[65536];
static char conf[96], image_path[300], paths[3][96];

/* Time that nobody waits for. */
static struct fake_clock fast;

/* What a command line gives; the system fails only meanwhile. */
static enum sl_err words(struct ctx *c, struct options *o, const char *word)
{
	const char *all[] = { word };
	enum sl_err err;
	FILE *files[2] = { fmemopen(said, sizeof(said), "w"), fmemopen(told, sizeof(told), "w") };

	assert_non_null(files[0]);
	assert_non_null(files[1]);
	memset(said, 0, sizeof(said));
	fake_clock_init(&fast);
	c->clock = &fast.clock;
	o->words = all;
	o->n_words = 1;
	spoil_on();
	err = output_open(&out, c, o);
	out.out = files[0];
	out.err = files[1];
	if (!err)
		err = run_words(c, o, &out);
	spoil_off();
	(void)fclose(out.out);
	(void)fclose(out.err);
	if (out.json_on)
		json_close(&out.json);
	return err;
}

/* ---- setup --------------------------------------------------------------------------------- */

static void looks(const void *arg)
{
	struct options o = { .root = root, .json = arg != NULL };
	struct ctx c;
	enum sl_err err;

	ctx_init(&c);
	err = words(&c, &o, "setup");
	assert_told(&c, err);
	if (!spoil.struck)
		assert_int_equal(err, SL_OK);
}

static void setup__whatever_fails__ends_and_says_why(void **state)
{
	(void)state;
	assert_true(spoil_each(EIO, looks, NULL) > 50);
	(void)spoil_each(0, looks, NULL);
	(void)spoil_each(0, looks, root);
}

static void repairs(const void *arg)
{
	static const char installed[] = "/etc/udev/rules.d/59-stlink-download.rules";
	struct options o = { .root = root, .fix = true, .yes = true, .json = arg != NULL };
	char whole[512];
	struct ctx c;
	enum sl_err err;

	path_of(installed, whole);
	(void)unlink(whole);
	ctx_init(&c);
	err = words(&c, &o, "setup");
	assert_told(&c, err);
	if (!err && !spoil.struck)
		assert_non_null(text_of(installed));
	if (text_of(installed))
		assert_string_equal(text_of(installed), host_file_for(FILE_RULES)->text);
}

static void setup_fix__whatever_fails__ends_and_says_why(void **state)
{
	(void)state;
	take_away(rules_path);
	assert_true(spoil_each(EACCES, repairs, NULL) > 50);
	(void)spoil_each(0, repairs, NULL);
	(void)spoil_each(0, repairs, root);
}

static void setup_fix__several_problems_and_live_words__are_told_in_order(void **state)
{
	struct options o = { .root = root };
	struct ctx c;

	(void)state;
	take_away(rules_path);
	forbid("sg2");
	plug_v1();
	put("/run/udev/data/c21:2", "");
	put("/run/udev/data/c189:300", "");
	link_to("/proc/4711/fd/3", "/dev/bus/usb/001/005");
	link_to("/proc/4711/fd/4", "/dev/sg2");
	put("/proc/4711/comm", "openocd\n");
	ctx_init(&c);
	assert_int_not_equal(words(&c, &o, "setup"), SL_OK);
	if (!strstr(c.fault.text, "problems; the first: "))
		fail_msg("%s\n%s", c.fault.text, said);
	o.fix = o.yes = true;
	ctx_init(&c);
	(void)words(&c, &o, "setup");
	assert_non_null(strstr(said, "install  "));
	assert_non_null(strstr(said, "write    \"change\" to "));
	assert_string_equal(text_of("/sys/bus/usb/devices/3-1/uevent"), "change");
}

/* ---- autoflash --check ------------------------------------------------------------------------ */

static void checks(const void *arg)
{
	struct options o = { .config = conf, .check = true, .json = arg != NULL };
	enum sl_err err;

	ctx_clear(&ctx);
	err = words(&ctx, &o, "autoflash");
	assert_told(&ctx, err);
	if (!spoil.struck) {
		if (err)
			fail_msg("%s", ctx.fault.text);
		(void)snprintf(clean, sizeof(clean), "%s", said);
	}
	/* A configuration that could not be read completely is never called good. */
	if (!err && !arg)
		assert_non_null(strstr(said, "wrong chip: ignored"));
}

static void autoflash_check__whatever_fails__approves_nothing_unread(void **state)
{
	char text[1024], name[128];
	int fd;

	(void)state;
	(void)snprintf(conf, sizeof(conf), "%.80s/conf", fake_dev());
	assert_int_equal(mkdir(conf, 0755), 0);
	(void)snprintf(image_path, sizeof(image_path), "%s/fw.bin", conf);
	(void)snprintf(text, sizeof(text), "[board one]\nserial = any\nport = 1-2\nchip = 0x410\n"
		       "chip = 0x420\nimage = %s\n[board]\nserial = 066DFF495051717867014528\n"
		       "port = any\nchip = 0x410\nimage = %s\nmismatch = ignore\n", image_path, image_path);
	(void)snprintf(name, sizeof(name), "%s/10-a.conf", conf);
	fd = open(name, O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	memset(text, 0x5A, sizeof(text));
	fd = open(image_path, O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	(void)close(fd);
	assert_true(spoil_each(EIO, checks, NULL) > 10);
	assert_non_null(strstr(clean, "port 1-2"));
	assert_non_null(strstr(clean, "10-a.conf:1: board one"));
	(void)spoil_each(0, checks, NULL);
	(void)spoil_each(0, checks, conf);
	(void)unlink(name);
	(void)unlink(image_path);
	assert_int_equal(rmdir(conf), 0);
}

/* ---- logs of a station -------------------------------------------------------------------------- */

static size_t lines_of(const char *path, char *last, size_t room)
{
	FILE *f = fopen(path, "r");
	char line[1024];
	size_t n = 0;

	last[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		(void)snprintf(last, room, "%s", line);
		n += strchr(line, '\n') != NULL;
	}
	if (f)
		(void)fclose(f);
	return n;
}

static void logs(const void *arg)
{
	static const struct station_record r = {
		.number = 7, .passed = false, .chip = "=1+\"2\"", .uid = NULL, .dev_id = 0x410,
		.us = 1234567, .code = "flash", .cause = "@a\tb",
	};
	struct options o = { .logs = { paths[0], paths[1], paths[2] }, .n_logs = 3 };
	struct station_log log;
	char last[1024];
	enum sl_err err;

	(void)arg;
	for (int i = 0; i < 3; i++)
		(void)unlink(paths[i]);
	ctx_clear(&ctx);
	spoil_on();
	err = station_log_open(&log, &ctx, &o);
	if (!err)
		err = station_log_add(&log, &ctx, &r);
	station_log_close(&log);
	spoil_off();
	assert_told(&ctx, err);
	if (err)
		return;
	assert_int_equal(lines_of(paths[0], last, sizeof(last)), 2);
	assert_non_null(strstr(last, ",7,fail,\"'=1+\"\"2\"\"\",0x410,\"\",1.234,\"flash\",\"'@a\\x09b\""));
	assert_int_equal(lines_of(paths[1], last, sizeof(last)), 2);
	assert_int_equal(lines_of(paths[2], last, sizeof(last)), 1);
	assert_non_null(strstr(last, "\"number\":7"));
}

static void station_log__whatever_fails__has_the_whole_line_or_the_job_fails(void **state)
{
	(void)state;
	(void)snprintf(paths[0], sizeof(paths[0]), "%.80s/a.csv", fake_dev());
	(void)snprintf(paths[1], sizeof(paths[1]), "%.80s/b.CSV", fake_dev());
	(void)snprintf(paths[2], sizeof(paths[2]), "%.80s/c", fake_dev());
	assert_true(spoil_each(ENOSPC, logs, NULL) > 8);
	(void)spoil_each(EINTR, logs, NULL);
	(void)spoil_each(0, logs, NULL);
}

static void station_log__what_is_no_file__is_refused(void **state)
{
	struct options o = { .logs = { "/dev/null" }, .n_logs = 1 };
	struct station_log log;

	(void)state;
	assert_int_equal(station_log_open(&log, &ctx, &o), SL_FILE);
	assert_non_null(strstr(ctx.fault.text, "is not a regular file"));
	station_log_close(&log);
	o.logs[0] = "/nowhere/x.csv";
	assert_int_equal(station_log_open(&log, &ctx, &o), SL_FILE);
	station_log_close(&log);
}

/* ---- what a bug report needs ---------------------------------------------------------------------- */

static void bundles(const void *arg)
{
	struct options o = { .bundle = paths[0], .record = paths[1], .speed_khz = 480, .quiet = true,
			     .device = "port:1-2" };
	char last[1024];
	enum sl_err err;

	(void)arg;
	(void)unlink(paths[0]);
	(void)unlink(paths[1]);
	ctx_clear(&ctx);
	assert_int_equal(output_open(&out, &ctx, &o), SL_OK);
	spoil_on();
	err = bundle_begin(&ctx, &o);
	if (!err)
		err = ctx_fail_errno(&ctx, SL_PROBE, "usb", EPIPE, "the pipe broke");
	err = bundle_end(&ctx, &o, &out, err);
	spoil_off();
	assert_told(&ctx, err);
	assert_int_not_equal(err, SL_OK);
	/* It stands there whole, or not at all. */
	if (access(paths[0], F_OK) == 0 || !spoil.struck)
		assert_true(lines_of(paths[0], last, sizeof(last)) > 10);
}

static void bundle__whatever_fails__is_whole_and_the_fault_stays_the_first(void **state)
{
	(void)state;
	(void)snprintf(paths[0], sizeof(paths[0]), "%.80s/bundle", fake_dev());
	(void)snprintf(paths[1], sizeof(paths[1]), "%.80s/record", fake_dev());
	plug_v1();
	put("/sys/module/usb_storage/parameters/quirks", "483:3744:l\n");
	assert_true(spoil_each(EIO, bundles, NULL) > 10);
	(void)spoil_each(0, bundles, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_GOOD_MACHINE(setup__whatever_fails__ends_and_says_why),
		ON_A_GOOD_MACHINE(setup_fix__whatever_fails__ends_and_says_why),
		ON_A_GOOD_MACHINE(setup_fix__several_problems_and_live_words__are_told_in_order),
		ON_A_GOOD_MACHINE(autoflash_check__whatever_fails__approves_nothing_unread),
		ON_A_GOOD_MACHINE(station_log__whatever_fails__has_the_whole_line_or_the_job_fails),
		ON_A_GOOD_MACHINE(station_log__what_is_no_file__is_refused),
		ON_A_GOOD_MACHINE(bundle__whatever_fails__is_whole_and_the_fault_stays_the_first),
	};

	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
