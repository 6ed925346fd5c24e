/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_usbip.c - the USB/IP server, byte by byte, and vhci attach on a made-up sysfs.
 *
 * Client and server share one thread: every exchange sends, lets the server run until it
 * has nothing to do, and reads what came. No waiting, no races.
 */
#define _GNU_SOURCE
#include "tests/support/simhost.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/file.h"
#include "sim/control.h"
#include "sim/hash.h"
#include "sim/usbip.h"
#include "sim/vhci.h"

struct bench {
	struct ctx ctx;
	char dir[64];
	char where[96];
	struct listener listener;
	struct board *boards[2];
	struct usbip_server *server;
};

static int setup(void **state)
{
	struct bench *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	ctx_init(&t->ctx);
	(void)snprintf(t->dir, sizeof(t->dir), "/tmp/simtest-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	(void)snprintf(t->where, sizeof(t->where), "unix:%s/board", t->dir);
	assert_int_equal(listen_open(&t->ctx, t->where, &t->listener), SL_OK);
	t->boards[0] = plug("vldiscovery", NULL);
	t->boards[1] = plug("l-discovery", NULL);
	t->server = usbip_new(t->boards, 2, &t->listener);
	assert_non_null(t->server);
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct bench *t = *state;

	usbip_free(t->server);
	listen_close(&t->listener);
	board_free(t->boards[0]);
	board_free(t->boards[1]);
	assert_int_equal(rmdir(t->dir), 0);     /* the socket is gone, too */
	free(t);
	return 0;
}

static void pump(struct bench *t)
{
	struct pollfd p[USBIP_FDS_MAX];
	size_t n;

	do {
		n = usbip_pollfds(t->server, p, USBIP_FDS_MAX);
		(void)poll(p, n, 0);
		usbip_handle(t->server, p, n);
		n = usbip_pollfds(t->server, p, USBIP_FDS_MAX);
	} while (poll(p, n, 0) > 0);
}

static int dial(struct bench *t)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path, t->where + 5, strlen(t->where + 5));
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	pump(t);
	return fd;
}

static void tell(struct bench *t, int fd, const void *data, size_t n)
{
	assert_int_equal(send(fd, data, n, MSG_NOSIGNAL), (ssize_t)n);
	pump(t);
}

/* What has arrived; 0 also stands for a closed connection, see closed(). */
static size_t hear(int fd, uint8_t *buf, size_t max)
{
	ssize_t n = recv(fd, buf, max, MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

static bool closed(int fd)
{
	uint8_t b;

	return recv(fd, &b, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

static int import(struct bench *t, const char *id, uint32_t *devid)
{
	uint8_t q[40] = { 0x01, 0x11, 0x80, 0x03 }, r[512];
	int fd = dial(t);

	memcpy(q + 8, id, strlen(id));
	tell(t, fd, q, sizeof(q));
	assert_int_equal(hear(fd, r, sizeof(r)), 320);
	assert_memory_equal(r, "\x01\x11\x00\x03\0\0\0\0", 8);
	assert_string_equal((const char *)r + 8 + 256, id);
	if (devid != NULL)
		*devid = get_be32(r + 8 + 288) << 16 | get_be32(r + 8 + 292);
	return fd;
}

struct urb {
	int fd;
	uint32_t seq;
	uint8_t ep;
	const uint8_t *data;
	size_t len;
	const uint8_t *setup;
};

static void submit_urb(struct bench *t, const struct urb *u)
{
	uint8_t q[48 + 4096] = { 0 };
	bool in = (u->ep & 0x80) != 0;

	put_be32(q, 1);
	put_be32(q + 4, u->seq);
	put_be32(q + 12, in ? 1 : 0);
	put_be32(q + 16, u->ep & 0xF);
	put_be32(q + 24, (uint32_t)u->len);
	if (u->setup != NULL)
		memcpy(q + 40, u->setup, 8);
	if (!in && u->len > 0)
		memcpy(q + 48, u->data, u->len);
	tell(t, u->fd, q, 48 + (in ? 0 : u->len));
}

#define submit(t, ...) submit_urb(t, &(const struct urb){ __VA_ARGS__ })

/* One RET_SUBMIT; returns its status, the data of an IN in out. */
static int result(int fd, uint32_t seq, uint32_t *actual, uint8_t *out, bool in)
{
	uint8_t r[48];

	assert_int_equal(hear(fd, r, 48), 48);
	assert_int_equal(get_be32(r), 3);
	assert_int_equal(get_be32(r + 4), seq);
	*actual = get_be32(r + 24);
	if (in && *actual > 0)
		assert_int_equal(hear(fd, out, *actual), *actual);
	return (int)get_be32(r + 20);
}

static void unlink_urb(struct bench *t, int fd, uint32_t seq, uint32_t victim, int expect)
{
	uint8_t q[48] = { 0 }, r[96];

	put_be32(q, 2);
	put_be32(q + 4, seq);
	put_be32(q + 20, victim);
	tell(t, fd, q, 48);
	assert_int_equal(hear(fd, r, 96), 48);
	assert_int_equal(get_be32(r), 4);
	assert_int_equal(get_be32(r + 4), seq);
	assert_int_equal((int)get_be32(r + 20), expect);
}

static const uint8_t get_version[16] = { 0xF1, 0x80 };

static void devlist__shows_every_plugged_board(void **state)
{
	static const uint8_t q[8] = { 0x01, 0x11, 0x80, 0x05 };
	struct bench *t = *state;
	uint8_t r[2048];
	int fd = dial(t);

	tell(t, fd, q, 8);
	assert_int_equal(hear(fd, r, sizeof(r)), 12 + 2 * (312 + 4));
	assert_int_equal(get_be32(r + 8), 2);
	assert_string_equal((const char *)r + 12 + 256, "1-1");
	assert_int_equal(get_be32(r + 12 + 296), 2);    /* full speed */
	assert_memory_equal(r + 12 + 300, "\x04\x83\x37\x44\x01\x00\0\0\0\1\1\1", 12);
	assert_memory_equal(r + 12 + 312, "\x08\x06\x50", 3);
	assert_string_equal((const char *)r + 12 + 316 + 256, "1-2");
	assert_true(closed(fd));
	(void)close(fd);
	pump(t);
	assert_true(board_set(t->boards[0], "plug", "out"));
	fd = dial(t);
	tell(t, fd, q, 8);
	assert_int_equal(hear(fd, r, sizeof(r)), 12 + 316);
	(void)close(fd);
}

static void import__unknown_or_taken__is_refused(void **state)
{
	struct bench *t = *state;
	uint8_t q[40] = { 0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0, '1', '-', '9' }, r[64];
	int fd = dial(t), first;

	tell(t, fd, q, sizeof(q));
	assert_int_equal(hear(fd, r, sizeof(r)), 8);
	assert_int_equal(get_be32(r + 4), 4);           /* no such device */
	assert_true(closed(fd));
	(void)close(fd);
	first = import(t, "1-2", NULL);
	fd = dial(t);
	q[10] = '2';
	tell(t, fd, q, sizeof(q));
	assert_int_equal(hear(fd, r, sizeof(r)), 8);
	assert_int_equal(get_be32(r + 4), 2);           /* busy */
	(void)close(fd);
	(void)close(first);
	pump(t);
	assert_false(usbip_attached(t->server, 1));
	(void)close(import(t, "1-2", NULL));
}

static void request__of_another_version__is_refused(void **state)
{
	static const uint8_t q[8] = { 0x01, 0x06, 0x80, 0x05 };
	struct bench *t = *state;
	uint8_t r[64];
	int fd = dial(t);

	tell(t, fd, q, 8);
	assert_int_equal(hear(fd, r, sizeof(r)), 8);
	assert_int_not_equal(get_be32(r + 4), 0);
	assert_true(closed(fd));
	(void)close(fd);
}

static void request__in_single_bytes__is_understood(void **state)
{
	uint8_t q[40] = { 0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0, '1', '-', '1' }, r[512];
	struct bench *t = *state;
	int fd = dial(t);

	for (size_t i = 0; i < sizeof(q); i++) {
		assert_int_equal(hear(fd, r, sizeof(r)), 0);
		tell(t, fd, q + i, 1);
	}
	assert_int_equal(hear(fd, r, sizeof(r)), 320);
	(void)close(fd);
}

static void submit__command_and_answer__go_through(void **state)
{
	struct bench *t = *state;
	int fd = import(t, "1-2", NULL);
	uint8_t r[64];
	uint32_t n;

	submit(t, fd, 1, 0x02, get_version, 16, NULL);
	assert_int_equal(result(fd, 1, &n, r, false), 0);
	assert_int_equal(n, 16);
	submit(t, fd, 2, 0x81, NULL, 64, NULL);
	assert_int_equal(result(fd, 2, &n, r, true), 0);
	assert_int_equal(n, 6);
	assert_memory_equal(r, "\x29\x47\x83\x04\x48\x37", 6);
	(void)close(fd);
}

static void submit__in_before_its_command__waits_for_it(void **state)
{
	struct bench *t = *state;
	int fd = import(t, "1-2", NULL);
	uint8_t r[64];
	uint32_t n;

	submit(t, fd, 1, 0x81, NULL, 6, NULL);
	submit(t, fd, 2, 0x81, NULL, 6, NULL);
	assert_int_equal(hear(fd, r, sizeof(r)), 0);
	submit(t, fd, 3, 0x02, get_version, 16, NULL);
	assert_int_equal(result(fd, 3, &n, r, false), 0);
	assert_int_equal(result(fd, 1, &n, r, true), 0);
	assert_int_equal(n, 6);
	assert_int_equal(hear(fd, r, sizeof(r)), 0);
	submit(t, fd, 4, 0x02, get_version, 16, NULL);
	assert_int_equal(result(fd, 4, &n, r, false), 0);
	assert_int_equal(result(fd, 2, &n, r, true), 0);
	(void)close(fd);
}

static void unlink__pending_or_done__tells_which(void **state)
{
	struct bench *t = *state;
	int fd = import(t, "1-2", NULL);
	uint8_t r[64];
	uint32_t n;

	submit(t, fd, 1, 0x81, NULL, 6, NULL);
	unlink_urb(t, fd, 2, 1, -ECONNRESET);
	unlink_urb(t, fd, 3, 1, 0);
	submit(t, fd, 4, 0x02, get_version, 16, NULL);
	assert_int_equal(result(fd, 4, &n, r, false), 0);
	assert_int_equal(hear(fd, r, sizeof(r)), 0);    /* the unlinked IN took nothing */
	submit(t, fd, 5, 0x81, NULL, 6, NULL);
	assert_int_equal(result(fd, 5, &n, r, true), 0);
	assert_int_equal(n, 6);
	(void)close(fd);
}

static void submit__stall_and_babble__have_their_errors(void **state)
{
	static const uint8_t clear[8] = { 2, 1, 0, 0, 0x81, 0, 0, 0 };
	static const uint8_t early[16] = { 0xF2, 0x36 };
	struct bench *t = *state;
	int fd = import(t, "1-2", NULL);
	uint8_t r[64];
	uint32_t n;

	submit(t, fd, 1, 0x02, get_version, 16, NULL);
	assert_int_equal(result(fd, 1, &n, r, false), 0);
	submit(t, fd, 2, 0x81, NULL, 4, NULL);
	assert_int_equal(result(fd, 2, &n, r, true), -EOVERFLOW);
	assert_true(board_set(t->boards[1], "dfu", "on"));
	submit(t, fd, 3, 0x02, early, 16, NULL);
	assert_int_equal(result(fd, 3, &n, r, false), 0);
	submit(t, fd, 4, 0x81, NULL, 8, NULL);
	assert_int_equal(result(fd, 4, &n, r, true), -EPIPE);
	submit(t, fd, 5, 0x00, NULL, 0, clear);
	assert_int_equal(result(fd, 5, &n, r, false), 0);
	submit(t, fd, 6, 0x02, get_version, 16, NULL);
	assert_int_equal(result(fd, 6, &n, r, false), 0);
	(void)close(fd);
}

static void submit__control_in__brings_descriptors(void **state)
{
	static const uint8_t device[8] = { 0x80, 6, 0, 1, 0, 0, 18, 0 };
	static const uint8_t nothing[8] = { 0x80, 6, 0, 9, 0, 0, 18, 0 };
	struct bench *t = *state;
	int fd = import(t, "1-1", NULL);
	uint8_t r[64];
	uint32_t n;

	submit(t, fd, 1, 0x80, NULL, 18, device);
	assert_int_equal(result(fd, 1, &n, r, true), 0);
	assert_int_equal(n, 18);
	assert_int_equal(get_le16(r + 10), 0x3744);
	submit(t, fd, 2, 0x80, NULL, 18, nothing);
	assert_int_equal(result(fd, 2, &n, r, true), -EPIPE);
	(void)close(fd);
}

static void submit__nonsense__closes_the_connection(void **state)
{
	static const struct { size_t at; uint32_t value; } wrong[] = {
		{ 0, 9 }, { 12, 2 }, { 16, 16 }, { 24, 0x7FFFFFFF },
	};
	struct bench *t = *state;

	for (size_t i = 0; i < 4; i++) {
		int fd = import(t, "1-2", NULL);
		uint8_t q[48] = { 0 };

		put_be32(q, 1);
		put_be32(q + 12, 1);
		put_be32(q + 16, 1);
		put_be32(q + wrong[i].at, wrong[i].value);
		tell(t, fd, q, 48);
		assert_true(closed(fd));
		(void)close(fd);
		pump(t);
	}
}

static void dfu_exit__closes_and_the_device_has_a_new_number(void **state)
{
	static const uint8_t leave[16] = { 0xF3, 0x07 };
	struct bench *t = *state;
	uint32_t before, after, n;
	uint8_t r[64];
	int fd;

	assert_true(board_set(t->boards[1], "dfu", "on"));
	fd = import(t, "1-2", &before);
	submit(t, fd, 1, 0x81, NULL, 6, NULL);
	submit(t, fd, 2, 0x02, leave, 16, NULL);
	assert_int_equal(result(fd, 2, &n, r, false), 0);
	assert_true(closed(fd));
	assert_false(usbip_attached(t->server, 1));
	(void)close(fd);
	fd = import(t, "1-2", &after);
	assert_int_not_equal(before, after);
	submit(t, fd, 1, 0x02, (const uint8_t[16]){ 0xF5 }, 16, NULL);
	assert_int_equal(result(fd, 1, &n, r, false), 0);
	submit(t, fd, 2, 0x81, NULL, 2, NULL);
	assert_int_equal(result(fd, 2, &n, r, true), 0);
	assert_int_equal(r[0], 1);
	(void)close(fd);
}

static void cable__pulled__closes_the_connection(void **state)
{
	struct bench *t = *state;
	int fd = import(t, "1-1", NULL);

	assert_true(board_set(t->boards[0], "plug", "out"));
	pump(t);
	assert_true(closed(fd));
	(void)close(fd);
}

static void adopted__socket__needs_no_import(void **state)
{
	struct bench *t = *state;
	int pair[2];
	uint8_t r[64];
	uint32_t n;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_true(usbip_adopt(t->server, 1, pair[0]));
	submit(t, pair[1], 1, 0x02, get_version, 16, NULL);
	assert_int_equal(result(pair[1], 1, &n, r, false), 0);
	(void)close(pair[1]);
}

static void listener__tcp_port_0__names_the_chosen_one(void **state)
{
	struct bench *t = *state;
	struct listener l;
	struct sockaddr_in a = { .sin_family = AF_INET };
	const char *colon;
	int fd, port = 0;

	assert_int_equal(listen_open(&t->ctx, "127.0.0.1:0", &l), SL_OK);
	colon = strrchr(l.name, ':');
	assert_non_null(colon);
	for (const char *c = colon + 1; *c != '\0'; c++)
		port = port * 10 + (*c - '0');
	assert_true(port > 0);
	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	(void)close(fd);
	listen_close(&l);
	assert_int_equal(listen_open(&t->ctx, "127.0.0.1", &l), SL_USAGE);
	assert_int_equal(listen_open(&t->ctx, "127.0.0.1:x", &l), SL_USAGE);
	assert_int_equal(listen_open(&t->ctx, "unix:", &l), SL_USAGE);
	assert_int_equal(listen_open(&t->ctx, t->where, &l), SL_HOST);  /* somebody serves it */
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void vhci__attach__takes_the_first_free_full_speed_port(void **state)
{
	static const char head[] = "hub port sta spd dev      sockfd local_busid\n";
	struct bench *t = *state;
	char sys[96], path[256], text[512] = "";
	unsigned port = 99, devid = 0, speed = 0, wrote = 99;
	int fd = -1, given = -1;
	FILE *f;

	(void)snprintf(sys, sizeof(sys), "%s/sys", t->dir);
	t->ctx.sysfs = sys;
	(void)mkdir(sys, 0700);
	assert_int_equal(vhci_attach(&t->ctx, 0x10002, false, &fd, &port), SL_HOST);
	for (const char *const *d = (const char *const[]){ "/devices", "/devices/platform",
	     "/devices/platform/vhci_hcd.0", NULL }; *d != NULL; d++) {
		(void)snprintf(path, sizeof(path), "%s%s", sys, *d);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	(void)snprintf(path, sizeof(path), "%s/devices/platform/vhci_hcd.0/attach", sys);
	write_text(path, "");
	(void)snprintf(path, sizeof(path), "%s/devices/platform/vhci_hcd.0/status", sys);
	(void)snprintf(text, sizeof(text), "%s%s%s%s", head,
		       "hs  0000 006 002 00010002 000003 1-1\n",
		       "hs  0001 004 000 00000000 000000 0-0\n",
		       "ss  0008 004 000 00000000 000000 0-0\n");
	write_text(path, text);
	assert_int_equal(vhci_attach(&t->ctx, 0x10002, false, &fd, &port), SL_OK);
	assert_int_equal(port, 1);
	assert_false(vhci_port_free(&t->ctx, 0));
	assert_true(vhci_port_free(&t->ctx, 1));
	(void)snprintf(path, sizeof(path), "%s/devices/platform/vhci_hcd.0/attach", sys);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u %d %u %u", &wrote, &given, &devid, &speed), 4);
	(void)fclose(f);
	assert_int_equal(wrote, 1);
	assert_int_equal(devid, 0x10002);
	assert_int_equal(speed, 2);
	(void)close(fd);
	for (const char *const *n = (const char *const[]){ "/devices/platform/vhci_hcd.0/attach",
	     "/devices/platform/vhci_hcd.0/status", "/devices/platform/vhci_hcd.0",
	     "/devices/platform", "/devices", "", NULL }; *n != NULL; n++) {
		(void)snprintf(path, sizeof(path), "%s%s", sys, *n);
		assert_int_equal(remove(path), 0);
	}
}

static void control__lines__change_and_ask(void **state)
{
	struct bench *t = *state;
	struct listener l;
	struct control c;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	static char r[16384];
	static const char say[] = "set voltage=1800mV\nboard 1\nset voltage=2.0V\nset x=y\nboard 2\n"
				  "run 1\ntime\nfly\nreport\nquit\n";
	size_t got = 0;
	char where[128];
	int fd;

	(void)snprintf(where, sizeof(where), "unix:%s/control", t->dir);
	assert_int_equal(listen_open(&t->ctx, where, &l), SL_OK);
	control_init(&c, t->boards, 2, &l);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	memcpy(a.sun_path, where + 5, strlen(where + 5));
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(send(fd, say, sizeof(say) - 1, 0), (ssize_t)sizeof(say) - 1);
	for (int i = 0; i < 4; i++) {
		struct pollfd p[CONTROL_FDS_MAX];
		size_t n = control_pollfds(&c, p, CONTROL_FDS_MAX);

		(void)poll(p, n, 0);
		control_handle(&c, p, n);
	}
	assert_true(c.quit);
	got = hear(fd, (uint8_t *)r, sizeof(r) - 1);
	r[got] = '\0';
	assert_int_equal(strncmp(r, "ok\nok\nok\nerror unknown key x\nerror no such board\n"
				 "ok\nok 1000000\nerror unknown command\nok {\"model\":", 91), 0);
	assert_string_equal(r + got - 3, "ok\n");
	assert_int_equal(chip_get_supply_mv(board_chip(t->boards[0])), 1800);
	assert_int_equal(chip_get_supply_mv(board_chip(t->boards[1])), 2000);
	(void)close(fd);
	control_close(&c);
	listen_close(&l);
}

/* The examples of FIPS 180-4 and of the CRC catalogue. */
static void hash__known_messages__have_known_sums(void **state)
{
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	char h[SHA256_TEXT];

	(void)state;
	assert_int_equal(hash_crc32((const uint8_t *)"123456789", 9), 0xCBF43926);
	hash_sha256((const uint8_t *)"abc", 3, h);
	assert_string_equal(h, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hash_sha256((const uint8_t *)two, sizeof(two) - 1, h);
	assert_string_equal(h, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	hash_sha256((const uint8_t *)"", 0, h);
	assert_string_equal(h, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#define WITH_BENCH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(devlist__shows_every_plugged_board),
		WITH_BENCH(import__unknown_or_taken__is_refused),
		WITH_BENCH(request__of_another_version__is_refused),
		WITH_BENCH(request__in_single_bytes__is_understood),
		WITH_BENCH(submit__command_and_answer__go_through),
		WITH_BENCH(submit__in_before_its_command__waits_for_it),
		WITH_BENCH(unlink__pending_or_done__tells_which),
		WITH_BENCH(submit__stall_and_babble__have_their_errors),
		WITH_BENCH(submit__control_in__brings_descriptors),
		WITH_BENCH(submit__nonsense__closes_the_connection),
		WITH_BENCH(dfu_exit__closes_and_the_device_has_a_new_number),
		WITH_BENCH(cable__pulled__closes_the_connection),
		WITH_BENCH(adopted__socket__needs_no_import),
		WITH_BENCH(listener__tcp_port_0__names_the_chosen_one),
		WITH_BENCH(vhci__attach__takes_the_first_free_full_speed_port),
		WITH_BENCH(control__lines__change_and_ask),
		cmocka_unit_test(hash__known_messages__have_known_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
