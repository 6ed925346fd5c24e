/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_usb_usbip.c - the USB/IP client against the virtual boards' server, over Unix sockets and
 * TCP; and the addresses that users write.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "link/link.h"
#include "sim/usbip.h"
#include "usb/usb.h"
#include "usb/usbip_address.h"

enum { PID_V1 = 0x3744, PID_V2 = 0x3748, BOARDS = 4 };

/* ---- the virtual boards' server, in a thread ------------------------------------------ */

struct served {
	struct ctx c;
	struct board *boards[BOARDS];
	size_t n;
	struct listener listener;
	struct usbip_server *server;
	pthread_t thread;
	pthread_mutex_t lock;
	atomic_bool stop;
	char where[64];         /* as given to the client, behind "usbip:" */
};

static void *serve(void *priv)
{
	struct served *s = priv;

	while (!atomic_load(&s->stop)) {
		struct pollfd p[USBIP_FDS_MAX];
		size_t n;

		pthread_mutex_lock(&s->lock);
		n = usbip_pollfds(s->server, p, USBIP_FDS_MAX);
		pthread_mutex_unlock(&s->lock);
		(void)poll(p, n, 5);
		pthread_mutex_lock(&s->lock);
		usbip_handle(s->server, p, n);
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

static void served_start(struct served *s, const char *listen, const char *const *kinds,
			 const struct board_options *o)
{
	static const struct board_options usual = { .pace = PACE_HURRY };
	char where[64];

	memset(s, 0, sizeof(*s));
	ctx_init(&s->c);
	for (; kinds[s->n]; s->n++) {
		s->boards[s->n] = board_new(board_kind_find(kinds[s->n]), o ? o : &usual);
		assert_non_null(s->boards[s->n]);
	}
	(void)snprintf(where, sizeof(where), listen, (int)getpid());
	assert_int_equal(listen_open(&s->c, where, &s->listener), SL_OK);
	(void)snprintf(s->where, sizeof(s->where), "%.60s", s->listener.name);
	s->server = usbip_new(s->boards, s->n, &s->listener);
	assert_non_null(s->server);
	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void served_stop(struct served *s)
{
	atomic_store(&s->stop, true);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	usbip_free(s->server);
	listen_close(&s->listener);
	for (size_t i = 0; i < s->n; i++)
		board_free(s->boards[i]);
	(void)pthread_mutex_destroy(&s->lock);
}

static void served_set(struct served *s, size_t n, const char *key, const char *value)
{
	bool done;

	pthread_mutex_lock(&s->lock);
	done = board_set(s->boards[n], key, value);
	pthread_mutex_unlock(&s->lock);
	assert_true(done);
}

static const char unix_socket[] = "unix:/tmp/test_usb_usbip.%d";
static const char *const one_v2[] = { "l-discovery", NULL };
static const char *const one_v1[] = { "vldiscovery", NULL };
static const char *const two[] = { "vldiscovery", "bluepill", NULL };

static enum sl_err open_at(struct served *s, const char *busid, struct transport **t)
{
	struct probe p = { 0 };

	(void)snprintf(p.url, sizeof(p.url), "usbip:%s%s", s->where, busid);
	assert_true(transport_usbip.can_serve(&s->c, &p, (char[160]){ 0 }, 160));
	return transport_usbip.open(&s->c, &p, t);
}

static enum sl_err ask(struct served *s, struct transport *t, uint8_t in[6], size_t *got)
{
	struct xfer x = { .command = { 0xF1, 0x80 }, .command_len = 2, .dir = XFER_IN, .in = in,
			  .len = 6, .timeout_ms = 200 };
	enum sl_err err = t->ops->xfer(t, &s->c, &x);

	*got = x.got;
	return err;
}

static void assert_version(struct served *s, struct transport *t, uint16_t pid)
{
	uint8_t in[6];
	size_t got;

	assert_int_equal(ask(s, t, in, &got), SL_OK);
	assert_int_equal(got, 6);
	assert_int_equal(get_le16(in + 4), pid);
}

static void usbip__v2_over_unix_socket__answers(void **state)
{
	struct transport *t = NULL;
	struct served s;

	(void)state;
	served_start(&s, unix_socket, one_v2, NULL);
	assert_int_equal(open_at(&s, ",1-1", &t), SL_OK);
	assert_version(&s, t, PID_V2);
	t->ops->close(t, &s.c);
	served_stop(&s);
}

static void usbip__v1_without_kind__speaks_bulk_only(void **state)
{
	struct transport *t = NULL;
	struct served s;

	(void)state;
	served_start(&s, unix_socket, one_v1, NULL);
	assert_int_equal(open_at(&s, ",1-1", &t), SL_OK);
	assert_version(&s, t, PID_V1);
	t->ops->close(t, &s.c);
	served_stop(&s);
}

static void usbip__tcp__answers_and_closing_gives_the_device_back(void **state)
{
	struct transport *t = NULL;
	struct served s;

	(void)state;
	served_start(&s, "127.0.0.1:0", one_v2, NULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(open_at(&s, "/1-1", &t), SL_OK);
		assert_version(&s, t, PID_V2);
		t->ops->close(t, &s.c);
		usleep(20000);          /* the server notices between two polls */
	}
	served_stop(&s);
}

static void usbip__without_busid__takes_the_only_probe(void **state)
{
	struct transport *t = NULL;
	struct served s;

	(void)state;
	served_start(&s, "127.0.0.1:0", one_v2, NULL);
	assert_int_equal(open_at(&s, "", &t), SL_OK);
	assert_version(&s, t, PID_V2);
	t->ops->close(t, &s.c);
	served_stop(&s);
}

static void usbip__without_busid_and_two_probes__asks_for_one(void **state)
{
	struct transport *t = NULL;
	struct served s;

	(void)state;
	served_start(&s, unix_socket, two, NULL);
	assert_int_equal(open_at(&s, "", &t), SL_MANYPROBES);
	assert_non_null(strstr(s.c.fault.hint, "1-1"));
	assert_int_equal(open_at(&s, ",1-2", &t), SL_OK);
	assert_version(&s, t, PID_V2);
	t->ops->close(t, &s.c);
	served_stop(&s);
}

static void usbip__unknown_busid__is_no_probe(void **state)
{
	struct transport *t = NULL;
	struct served s;

	(void)state;
	served_start(&s, unix_socket, one_v2, NULL);
	assert_int_equal(open_at(&s, ",7-7", &t), SL_NOPROBE);
	assert_non_null(strstr(s.c.fault.text, "7-7"));
	served_stop(&s);
}

static void usbip__imported_device__is_busy_for_others(void **state)
{
	struct transport *first = NULL, *second = NULL;
	struct served s;

	(void)state;
	served_start(&s, unix_socket, one_v2, NULL);
	assert_int_equal(open_at(&s, ",1-1", &first), SL_OK);
	/* The protocol has NA and DEV_BUSY for it; which one comes is the server's choice. */
	assert_int_equal(open_at(&s, ",1-1", &second), SL_BUSY);
	assert_version(&s, first, PID_V2);
	first->ops->close(first, &s.c);
	served_stop(&s);
}

static void usbip__late_answer__is_unlinked_and_the_next_command_works(void **state)
{
	static const char *const *const kinds[] = { one_v2, one_v1 };
	static const uint16_t pids[] = { PID_V2, PID_V1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct transport *t = NULL;
		struct served s;
		uint64_t start;
		uint8_t in[6];
		size_t got;

		served_start(&s, unix_socket, kinds[i], NULL);
		assert_int_equal(open_at(&s, ",1-1", &t), SL_OK);
		served_set(&s, 0, "hang", "on");
		start = ctx_now_us(&s.c);
		assert_int_equal(ask(&s, t, in, &got), SL_TIMEOUT);
		assert_true(ctx_now_us(&s.c) - start < 800000);
		served_set(&s, 0, "hang", "off");
		assert_version(&s, t, pids[i]);
		t->ops->close(t, &s.c);
		served_stop(&s);
	}
}

static void usbip__unplugged_device__is_gone_and_stays_gone(void **state)
{
	struct transport *t = NULL;
	struct served s;
	uint8_t in[6];
	size_t got;

	(void)state;
	served_start(&s, unix_socket, one_v2, NULL);
	assert_int_equal(open_at(&s, ",1-1", &t), SL_OK);
	served_set(&s, 0, "plug", "out");
	assert_int_equal(ask(&s, t, in, &got), SL_GONE);
	assert_int_equal(ask(&s, t, in, &got), SL_GONE);
	t->ops->close(t, &s.c);
	served_stop(&s);
}

static void link_through(const char *const *kinds, const struct board_options *o)
{
	static const struct link_options options = { 0 };
	uint8_t out[4096], in[4096];
	struct probe p = { 0 };
	struct link *l = NULL;
	struct served s;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 3 + (i >> 8));
	served_start(&s, "127.0.0.1:0", kinds, o);
	(void)snprintf(p.url, sizeof(p.url), "usbip:%s/1-1", s.where);
	assert_int_equal(link_open(&s.c, &p, &l), SL_OK);
	assert_int_equal(link_enter_swd(l, &s.c, &options), SL_OK);
	assert_int_equal(link_write_mem(l, &s.c, 0x20000000, out, sizeof(out)), SL_OK);
	assert_int_equal(link_read_mem(l, &s.c, 0x20000000, in, sizeof(in)), SL_OK);
	assert_memory_equal(in, out, sizeof(out));
	link_close(l, &s.c);
	served_stop(&s);
}

static void usbip__memory__survives_large_transfers(void **state)
{
	(void)state;
	link_through(one_v2, NULL);
	link_through(one_v1, NULL);
}

static void usbip__probe_that_leaves_dfu__is_imported_again(void **state)
{
	static const struct board_options dfu = { .start_in_dfu = true, .pace = PACE_HURRY };

	(void)state;
	link_through(one_v2, &dfu);
	link_through(one_v1, &dfu);
}

static void usbip__no_server__says_what_to_start(void **state)
{
	struct probe p = { .url = "usbip:unix:/nonexistent/socket" };
	struct transport *t = NULL;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(transport_usbip.open(&c, &p, &t), SL_HOST);
	assert_non_null(strstr(c.fault.hint, "stlink-sim"));
	(void)snprintf(p.url, sizeof(p.url), "usbip:127.0.0.1:1/1-1");
	assert_int_equal(transport_usbip.open(&c, &p, &t), SL_HOST);
	assert_non_null(strstr(c.fault.hint, "stlink-sim"));
}

/* ---- addresses -------------------------------------------------------------------------- */

static void address__each_form__is_taken_apart(void **state)
{
	static const struct {
		const char *url, *host, *port, *path, *busid;
	} good[] = {
		{ "usbip:host", "host", "3240", "", "" },
		{ "usbip:host/1-1", "host", "3240", "", "1-1" },
		{ "usbip:10.0.0.1:99/1-2.3", "10.0.0.1", "99", "", "1-2.3" },
		{ "usbip:[::1]", "::1", "3240", "", "" },
		{ "usbip:[fe80::1]:4000/2-1", "fe80::1", "4000", "", "2-1" },
		{ "usbip:unix:/run/a b", "", "", "/run/a b", "" },
		{ "usbip:unix:rel,1-1", "", "", "rel", "1-1" },
		{ "usbip:unix:/a,b,1-1", "", "", "/a,b", "1-1" },
		{ "usbip:h/usbip-vudc.0", "h", "3240", "", "usbip-vudc.0" },
	};
	struct ctx c;

	(void)state;
	ctx_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct usbip_address a;

		assert_int_equal(usbip_parse_address(&c, good[i].url, &a), SL_OK);
		assert_string_equal(a.host, good[i].host);
		assert_string_equal(a.port, good[i].port);
		assert_string_equal(a.path, good[i].path);
		assert_string_equal(a.busid, good[i].busid);
		assert_int_equal(a.is_unix, good[i].path[0] != '\0');
	}
}

static void address__anything_else__is_refused(void **state)
{
	static const char *const bad[] = {
		"", "usbip", "usbip:", "usb:1.2", "usbip:/1-1", "usbip:h:/1-1", "usbip:h:0/1-1",
		"usbip:h:65536/1-1", "usbip:h:1k/1-1", "usbip:h:0x10", "usbip:h:-1", "usbip:h/",
		"usbip:h/1 1", "usbip:h/1-1/2", "usbip:[::1", "usbip:[::1]x", "usbip:[]:1",
		"usbip:unix:", "usbip:unix:,1-1", "usbip:unix:/a,", "usbip:unix:/a,b/c",
		"usbip:h/0123456789012345678901234567890123456789",
	};
	char long_path[200] = "usbip:unix:/";
	struct usbip_address a;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (usbip_parse_address(&c, bad[i], &a) != SL_USAGE)
			fail_msg("'%s' was taken", bad[i]);
		assert_true(c.fault.hint[0] != '\0');
	}
	memset(long_path + 12, 'x', 150);
	assert_int_equal(usbip_parse_address(&c, long_path, &a), SL_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usbip__v2_over_unix_socket__answers),
		cmocka_unit_test(usbip__v1_without_kind__speaks_bulk_only),
		cmocka_unit_test(usbip__tcp__answers_and_closing_gives_the_device_back),
		cmocka_unit_test(usbip__without_busid__takes_the_only_probe),
		cmocka_unit_test(usbip__without_busid_and_two_probes__asks_for_one),
		cmocka_unit_test(usbip__unknown_busid__is_no_probe),
		cmocka_unit_test(usbip__imported_device__is_busy_for_others),
		cmocka_unit_test(usbip__late_answer__is_unlinked_and_the_next_command_works),
		cmocka_unit_test(usbip__unplugged_device__is_gone_and_stays_gone),
		cmocka_unit_test(usbip__memory__survives_large_transfers),
		cmocka_unit_test(usbip__probe_that_leaves_dfu__is_imported_again),
		cmocka_unit_test(usbip__no_server__says_what_to_start),
		cmocka_unit_test(address__each_form__is_taken_apart),
		cmocka_unit_test(address__anything_else__is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
