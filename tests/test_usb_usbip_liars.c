/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_usb_usbip_liars.c - the USB/IP client against servers that lie, stop in the middle,
 * answer out of turn or too late, or send noise.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "sim/listen.h"
#include "usb/usbip_client.h"

enum { PID_V2 = 0x3748 };

/* ---- servers that lie while importing ---------------------------------------------------- */

struct liar {
	struct ctx c;
	int fd;
	struct usbip_address address;
	const uint8_t *reply;
	size_t len, request;
	pthread_t thread;
};

static void *lie(void *priv)
{
	struct liar *l = priv;
	uint8_t request[40];
	int fd = accept(l->fd, NULL, NULL);

	if (recv(fd, request, l->request, MSG_WAITALL) == (ssize_t)l->request && l->len > 0)
		(void)send(fd, l->reply, l->len, MSG_NOSIGNAL);
	(void)close(fd);
	return NULL;
}

/* Import from a server that answers with these bytes and hangs up. */
static enum sl_err import_from_liar(struct ctx *c, const char *busid, const uint8_t *reply,
				    size_t len)
{
	struct liar l = { .reply = reply, .len = len, .request = busid[0] ? 40 : 8 };
	struct usbip_client client;
	struct listener listener;
	char where[64];
	enum sl_err err;

	ctx_init(c);
	(void)snprintf(where, sizeof(where), "unix:/tmp/test_usb_liar.%d", (int)getpid());
	assert_int_equal(listen_open(c, where, &listener), SL_OK);
	assert_int_equal(fcntl(listener.fd, F_SETFL, 0), 0);
	l.fd = listener.fd;
	l.address.is_unix = true;
	(void)snprintf(l.address.path, sizeof(l.address.path), "%s", where + strlen("unix:"));
	(void)snprintf(l.address.busid, sizeof(l.address.busid), "%s", busid);
	assert_int_equal(pthread_create(&l.thread, NULL, lie, &l), 0);
	err = usbip_import(c, &l.address, &client);
	assert_int_equal(pthread_join(l.thread, NULL), 0);
	listen_close(&listener);
	if (err == SL_OK)
		usbip_hang_up(&client);
	return err;
}

static size_t import_reply(uint8_t out[320], uint32_t status)
{
	memset(out, 0, 320);
	put_be16(out, 0x0111);
	put_be16(out + 2, 0x0003);
	put_be32(out + 4, status);
	memcpy(out + 8 + 256, "1-1", 3);
	put_be32(out + 8 + 288, 1);
	put_be32(out + 8 + 292, 2);
	put_be32(out + 8 + 296, 2);
	put_be16(out + 8 + 300, 0x0483);
	put_be16(out + 8 + 302, PID_V2);
	out[8 + 309] = 1;
	out[8 + 311] = 1;
	return status ? 8 : 320;
}

static void liar__each_import_status__has_its_cause(void **state)
{
	static const struct {
		uint32_t status;
		enum sl_err err;
	} cases[] = {
		{ 0, SL_OK }, { 1, SL_NOPROBE }, { 2, SL_BUSY }, { 3, SL_HOST }, { 4, SL_NOPROBE },
		{ 5, SL_HOST }, { 0xFFFFFFFF, SL_HOST },
	};
	uint8_t reply[320];
	struct ctx c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = import_reply(reply, cases[i].status);

		assert_int_equal(import_from_liar(&c, "1-1", reply, len), cases[i].err);
	}
}

static void liar__broken_import_reply__is_refused(void **state)
{
	uint8_t good[320], reply[320];
	struct ctx c;

	(void)state;
	(void)import_reply(good, 0);
	assert_int_equal(import_from_liar(&c, "1-1", good, 0), SL_GONE);
	assert_int_equal(import_from_liar(&c, "1-1", good, 7), SL_GONE);
	assert_int_equal(import_from_liar(&c, "1-1", good, 319), SL_GONE);
	memcpy(reply, good, 320);
	reply[0] = 0x02;
	assert_int_equal(import_from_liar(&c, "1-1", reply, 320), SL_PROTO);
	memcpy(reply, "HTTP/1.1 400 Bad Request", 24);
	assert_int_equal(import_from_liar(&c, "1-1", reply, 320), SL_PROTO);
	memcpy(reply, good, 320);
	reply[3] = 0x05;
	assert_int_equal(import_from_liar(&c, "1-1", reply, 320), SL_PROTO);
	memcpy(reply, good, 320);
	memset(reply + 8 + 256, 'x', 32);       /* a bus id without end */
	assert_int_equal(import_from_liar(&c, "1-1", reply, 320), SL_PROTO);
	memcpy(reply, good, 320);
	reply[8 + 256] = 0x1B;                  /* a bus id that would colour the terminal */
	assert_int_equal(import_from_liar(&c, "1-1", reply, 320), SL_PROTO);
	memcpy(reply, good, 320);
	put_be16(reply + 8 + 302, 0x1234);
	assert_int_equal(import_from_liar(&c, "1-1", reply, 320), SL_NOPROBE);
}

static void liar__broken_list__is_refused(void **state)
{
	uint8_t list[12 + 312 + 4 * 255], device[320];
	struct ctx c;

	(void)state;
	(void)import_reply(device, 0);
	memset(list, 0, sizeof(list));
	put_be16(list, 0x0111);
	put_be16(list + 2, 0x0005);
	assert_int_equal(import_from_liar(&c, "", list, 12), SL_NOPROBE);
	put_be32(list + 8, 0xFFFFFFFF);
	assert_int_equal(import_from_liar(&c, "", list, 12), SL_PROTO);
	put_be32(list + 8, 1);
	assert_int_equal(import_from_liar(&c, "", list, 12), SL_GONE);
	memcpy(list + 12, device + 8, 312);
	list[12 + 311] = 255;                   /* many interfaces, none of which comes */
	assert_int_equal(import_from_liar(&c, "", list, 12 + 312), SL_GONE);
	put_be32(list + 4, 1);
	assert_int_equal(import_from_liar(&c, "", list, 12), SL_HOST);
}

/* ---- servers that lie during transfers ---------------------------------------------------- */

struct talk {
	struct ctx c;
	struct usbip_client client;
	int peer;
};

static void talk_start(struct talk *t)
{
	int sv[2];

	memset(t, 0, sizeof(*t));
	ctx_init(&t->c);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sv), 0);
	t->client.fd = sv[0];
	t->client.devid = 0x00010002;
	t->peer = sv[1];
}

static void talk_end(struct talk *t)
{
	usbip_hang_up(&t->client);
	(void)close(t->peer);
}

static void say_ret(struct talk *t, uint32_t command, uint32_t seqnum, int32_t status,
		    uint32_t actual)
{
	uint8_t pdu[48] = { 0 };

	put_be32(pdu, command);
	put_be32(pdu + 4, seqnum);
	put_be32(pdu + 20, (uint32_t)status);
	put_be32(pdu + 24, actual);
	assert_int_equal(write(t->peer, pdu, sizeof(pdu)), sizeof(pdu));
}

static void say(struct talk *t, const void *data, size_t len)
{
	assert_int_equal(write(t->peer, data, len), (ssize_t)len);
}

static enum sl_err read6(struct talk *t, uint8_t in[6], size_t *got)
{
	struct pipe_xfer x = { .ep = 0x81, .data = in, .len = 6, .timeout_ms = 50 };
	enum sl_err err = usbip_submit(&t->client, &t->c, &x);

	*got = x.got;
	return err;
}

static void transfer__submit__is_laid_out_as_documented(void **state)
{
	static const uint8_t want[48] = { 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0,
					  1, 0, 0, 0, 0, 0, 0, 0, 6 };
	uint8_t in[6], sent[48];
	struct talk t;
	size_t got;

	(void)state;
	talk_start(&t);
	say_ret(&t, 3, 1, 0, 6);
	say(&t, "abcdef", 6);
	assert_int_equal(read6(&t, in, &got), SL_OK);
	assert_int_equal(got, 6);
	assert_memory_equal(in, "abcdef", 6);
	assert_int_equal(read(t.peer, sent, sizeof(sent)), 48);
	assert_memory_equal(sent, want, 48);
	talk_end(&t);
}

static void transfer__each_status__has_its_cause(void **state)
{
	static const struct {
		int32_t status;
		enum sl_err err;
	} cases[] = {
		{ -32, SL_STALL }, { -75, SL_PROTO }, { -19, SL_GONE }, { -108, SL_GONE },
		{ -104, SL_GONE }, { -2, SL_GONE }, { -110, SL_TIMEOUT }, { -71, SL_HOST },
		{ -84, SL_HOST }, { -62, SL_HOST }, { -121, SL_OK }, { -5, SL_HOST },
		{ 77, SL_HOST },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk t;
		uint8_t in[6];
		size_t got;

		talk_start(&t);
		say_ret(&t, 3, 1, cases[i].status, 0);
		assert_int_equal(read6(&t, in, &got), cases[i].err);
		assert_int_equal(got, 0);
		talk_end(&t);
	}
}

static void transfer__more_bytes_than_asked__ends_the_connection(void **state)
{
	static const uint32_t claims[] = { 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
		uint8_t in[8] = { [6] = 0xEE, [7] = 0xEE };
		struct talk t;
		size_t got;

		talk_start(&t);
		say_ret(&t, 3, 1, 0, claims[i]);
		say(&t, "abcdefgh", 8);
		assert_int_equal(read6(&t, in, &got), SL_HOST);
		assert_int_equal(in[6], 0xEE);
		assert_int_equal(read6(&t, in, &got), SL_HOST);
		talk_end(&t);
	}
}

static void transfer__reply_out_of_turn__ends_the_connection(void **state)
{
	static const uint32_t cases[][2] = { { 3, 2 }, { 4, 1 }, { 1, 1 }, { 0, 0 }, { 3, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct talk t;
		uint8_t in[6];
		size_t got;

		talk_start(&t);
		say_ret(&t, cases[i][0], cases[i][1], 0, 0);
		assert_int_equal(read6(&t, in, &got), SL_HOST);
		assert_int_equal(read6(&t, in, &got), SL_HOST);
		talk_end(&t);
	}
}

static void transfer__hang_up_in_the_middle__is_gone(void **state)
{
	static const size_t parts[] = { 0, 1, 47 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		uint8_t in[6], zeros[48] = { 0 };
		struct talk t;
		size_t got;

		talk_start(&t);
		say(&t, zeros, parts[i]);
		assert_int_equal(shutdown(t.peer, SHUT_WR), 0);
		assert_int_equal(read6(&t, in, &got), SL_GONE);
		assert_int_equal(read6(&t, in, &got), SL_GONE);
		talk_end(&t);
	}
}

struct late {
	struct talk *t;
	bool race, mute, wrong_number, wrong_command;
};

/* A server that sees the submit, and answers only when it sees the unlink. */
static void *answer_unlink(void *priv)
{
	struct late *l = priv;
	uint8_t pdu[48];
	size_t have = 0;

	for (int pdus = 0; pdus < 2;) {
		struct pollfd p = { .fd = l->t->peer, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, 2000) <= 0)
			return NULL;
		n = read(l->t->peer, pdu + have, sizeof(pdu) - have);
		if (n <= 0)
			return NULL;
		have += (size_t)n;
		if (have == sizeof(pdu)) {
			have = 0;
			pdus++;
		}
	}
	if (l->mute)
		return NULL;
	if (l->race) {
		say_ret(l->t, 3, 1, 0, 6);
		say(l->t, "abcdef", 6);
	}
	say_ret(l->t, l->wrong_command ? 3 : 4, get_be32(pdu + 4) + l->wrong_number,
		l->race ? 0 : -104, 0);
	return NULL;
}

static void run_late(struct late *l, enum sl_err want, enum sl_err next)
{
	pthread_t thread;
	struct talk t;
	uint8_t in[6];
	size_t got;

	talk_start(&t);
	l->t = &t;
	assert_int_equal(pthread_create(&thread, NULL, answer_unlink, l), 0);
	assert_int_equal(read6(&t, in, &got), want);
	assert_int_equal(pthread_join(thread, NULL), 0);
	if (want == SL_OK)
		assert_memory_equal(in, "abcdef", 6);
	if (next == SL_OK)
		say_ret(&t, 3, 3, 0, 0);        /* 1 was the transfer, 2 the unlink */
	assert_int_equal(read6(&t, in, &got), next);
	talk_end(&t);
}

static void transfer__late__is_unlinked_and_the_next_works(void **state)
{
	struct late l = { 0 };

	(void)state;
	run_late(&l, SL_TIMEOUT, SL_OK);
}

static void transfer__that_completes_while_it_is_unlinked__counts(void **state)
{
	struct late l = { .race = true };

	(void)state;
	run_late(&l, SL_OK, SL_OK);
}

static void transfer__unlink_without_answer__ends_the_connection(void **state)
{
	struct late l = { .mute = true };

	(void)state;
	run_late(&l, SL_TIMEOUT, SL_HOST);
}

static void transfer__unlink_answered_out_of_turn__ends_the_connection(void **state)
{
	struct late number = { .wrong_number = true }, command = { .wrong_command = true };

	(void)state;
	run_late(&number, SL_HOST, SL_HOST);
	run_late(&command, SL_HOST, SL_HOST);
}

/* Whatever comes, the call ends in time and writes nowhere else (the sanitizers look). */
static volatile sig_atomic_t interrupted;

static void interrupt(int signo)
{
	interrupted = signo;
}

static void transfer__signal_meanwhile__leaves_no_more_than_the_hurry(void **state)
{
	struct pipe_xfer x = { .ep = 0x81, .len = 6, .timeout_ms = 20000, .hurry_ms = 200 };
	struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
	struct sigaction act = { .sa_handler = interrupt };
	uint8_t in[6];
	struct talk t;
	uint64_t took;

	(void)state;
	talk_start(&t);
	interrupted = 0;
	t.c.signal_flag = &interrupted;
	x.data = in;
	assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	took = ctx_now_us(&t.c);
	/* The server answers neither the transfer nor its unlinking. */
	assert_int_equal(usbip_submit(&t.client, &t.c, &x), SL_TIMEOUT);
	took = ctx_now_us(&t.c) - took;
	assert_int_equal(interrupted, SIGALRM);
	assert_in_range(took, 250000, 5000000);
	assert_int_equal(signal(SIGALRM, SIG_DFL) != SIG_ERR, 1);
	talk_end(&t);
}

static void transfer__random_replies__never_do_harm(void **state)
{
	uint32_t seed = 0x2468ACE1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		uint8_t bytes[120], in[6];
		struct talk t;
		size_t got, len;

		talk_start(&t);
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525u + 1013904223u;
			bytes[i] = (seed >> 24) % 3 == 0 ? (uint8_t)(seed >> 16) : 0;
		}
		if (round % 2) {
			put_be32(bytes, 3);
			put_be32(bytes + 4, 1);
		}
		seed = seed * 1664525u + 1013904223u;
		len = (seed >> 16) % sizeof(bytes);
		if (len > 0)
			say(&t, bytes, len);
		assert_int_equal(shutdown(t.peer, SHUT_WR), 0);
		(void)read6(&t, in, &got);
		assert_true(got <= 6);
		talk_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(liar__each_import_status__has_its_cause),
		cmocka_unit_test(liar__broken_import_reply__is_refused),
		cmocka_unit_test(liar__broken_list__is_refused),
		cmocka_unit_test(transfer__submit__is_laid_out_as_documented),
		cmocka_unit_test(transfer__each_status__has_its_cause),
		cmocka_unit_test(transfer__more_bytes_than_asked__ends_the_connection),
		cmocka_unit_test(transfer__reply_out_of_turn__ends_the_connection),
		cmocka_unit_test(transfer__hang_up_in_the_middle__is_gone),
		cmocka_unit_test(transfer__late__is_unlinked_and_the_next_works),
		cmocka_unit_test(transfer__that_completes_while_it_is_unlinked__counts),
		cmocka_unit_test(transfer__unlink_without_answer__ends_the_connection),
		cmocka_unit_test(transfer__unlink_answered_out_of_turn__ends_the_connection),
		cmocka_unit_test(transfer__random_replies__never_do_harm),
		cmocka_unit_test(transfer__signal_meanwhile__leaves_no_more_than_the_hurry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
