/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_monitor.c - any bytes as what a board says on the serial port of its probe, watched for a text, as
 * text or as JSON.
 *
 * Port and waiting are wrapped. The first byte says how; then pieces with their lengths before them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "cli/monitor.h"
#include "cli/options.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_clock.h"

enum { PORT = 1000, SECONDS = 100 };

ssize_t __wrap_read(int fd, void *to, size_t n);
ssize_t __real_read(int fd, void *to, size_t n);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms);
int __real_poll(struct pollfd *p, nfds_t n, int ms);

static struct cursor input;
static struct fake_clock time_;

ssize_t __wrap_read(int fd, void *to, size_t n)
{
	size_t most;

	if (fd != PORT)
		return __real_read(fd, to, n);
	most = cur_u8(&input) * 3u;
	if (most == 0 && cur_left(&input) > 0) {
		errno = EAGAIN;
		return -1;
	}
	n = n < most ? n : most;
	n = n < cur_left(&input) ? n : cur_left(&input);
	cur_bytes(&input, to, n);
	return (ssize_t)n;
}

int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	if (n == 0 || p[0].fd != PORT)
		return __real_poll(p, n, ms);
	time_.now_us += 1000;
	p[0].revents = POLLIN;
	for (nfds_t i = 1; i < n; i++)
		p[i].revents = 0;
	return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const patterns[] = { "^PASS", "x+y$", "(a|b)*c", "[[:digit:]]{2,3}" };
	static regex_t compiled[ARRAY_LEN(patterns)];
	static int ready;
	struct options opt = { 0 };
	struct output out;
	struct ctx c;
	struct monitor m = { .ctx = &c, .out = &out, .port = PORT, .timeout_s = SECONDS };
	uint8_t how;
	enum sl_err err;

	for (; ready < (int)ARRAY_LEN(patterns); ready++)
		must(regcomp(&compiled[ready], patterns[ready], REG_EXTENDED | REG_NOSUB) == 0);
	ctx_init(&c);
	c.clock = &time_.clock;
	fake_clock_init(&time_);
	input = cur_make(fence(data, size), size);
	how = cur_u8(&input);
	opt.json = how & 1;
	m.expect = how & 2 ? &compiled[how / 4 % ARRAY_LEN(patterns)] : NULL;
	must(output_open(&out, &c, &opt) == SL_OK);
	err = monitor_watch(&m);
	/* The port goes at the end of the input. */
	must(err == SL_OK || err == SL_GONE || err == SL_UNSEEN);
	must(err != SL_OK || m.expect);
	(void)output_close(&out, &c);
	return 0;
}
