/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_sim_trace.c - the pcapng file of a served board, read back block by block.
 *
 * A USB/IP client in this process makes the transfers. The reader here knows pcapng and
 * usbmon headers by their specifications, not by trace.c.
 */
#define _GNU_SOURCE
#include "tests/support/simhost.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "sim/trace.h"
#include "sim/usbip.h"

enum { PACKETS_MAX = 256, LINKTYPE_USBMON = 220 };

struct packet {
	uint32_t interface;
	uint64_t ns, id;
	uint8_t event, xfer, ep, device;
	bool has_setup, has_data, has_comment;
	int32_t status;
	uint32_t len;
	const uint8_t *setup, *data;
	uint32_t n_data;
};

struct bench {
	struct ctx ctx;
	char dir[64], path[96];
	struct board *boards[2];
	struct usbip_server *server;
	struct trace *trace;
	int fd;
	uint32_t seq;
	struct buffer file;
	struct packet packets[PACKETS_MAX];
	size_t n, interfaces;
};

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

/* Board n is given to this process as vhci_hcd would take it. */
static void attach(struct bench *t, size_t n)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_true(usbip_adopt(t->server, n, pair[1]));
	t->fd = pair[0];
	pump(t);
}

static void start(struct bench *t)
{
	t->boards[0] = plug("vldiscovery", NULL);
	t->boards[1] = plug("l-discovery", NULL);
	t->server = usbip_new(t->boards, 2, NULL);
	assert_non_null(t->server);
	assert_int_equal(trace_open(&t->ctx, t->path, t->boards, 2, &t->trace), SL_OK);
	usbip_trace(t->server, t->trace);
	t->fd = -1;
}

static int setup(void **state)
{
	struct bench *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	ctx_init(&t->ctx);
	(void)snprintf(t->dir, sizeof(t->dir), "/tmp/simtrace-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	(void)snprintf(t->path, sizeof(t->path), "%s/t.pcapng", t->dir);
	buf_init(&t->file, 1u << 24);
	start(t);
	*state = t;
	return 0;
}

static void stop(struct bench *t)
{
	usbip_free(t->server);
	assert_int_equal(trace_close(&t->ctx, t->trace), SL_OK);
	if (t->fd >= 0)
		(void)close(t->fd);
	board_free(t->boards[0]);
	board_free(t->boards[1]);
	t->server = NULL;
	t->trace = NULL;
}

static int teardown(void **state)
{
	struct bench *t = *state;

	if (t->server != NULL)
		stop(t);
	(void)unlink(t->path);
	assert_int_equal(rmdir(t->dir), 0);
	buf_free(&t->file);
	free(t);
	return 0;
}

/* ---- a USB/IP host ------------------------------------------------------------------ */

static uint32_t submit(struct bench *t, uint8_t ep, const uint8_t *setup_bytes, const void *data,
		       uint32_t len)
{
	uint8_t h[48] = { 0 };

	put_be32(h, 1);
	put_be32(h + 4, ++t->seq);
	put_be32(h + 12, ep >> 7);
	put_be32(h + 16, ep & 15u);
	put_be32(h + 24, len);
	if (setup_bytes != NULL)
		memcpy(h + 40, setup_bytes, 8);
	assert_int_equal(send(t->fd, h, 48, 0), 48);
	if (!(ep & 0x80u) && len > 0)
		assert_int_equal(send(t->fd, data, len, 0), (ssize_t)len);
	pump(t);
	return t->seq;
}

/* Take one answer; returns the bytes that came with it. */
static uint32_t answer(struct bench *t, uint8_t *data, size_t max)
{
	uint8_t h[48];
	ssize_t n;

	assert_int_equal(recv(t->fd, h, 48, 0), 48);
	n = recv(t->fd, data, max, 0);
	return n > 0 ? (uint32_t)n : 0;
}

static void unlink_urb(struct bench *t, uint32_t victim)
{
	uint8_t h[48] = { 0 };

	put_be32(h, 2);
	put_be32(h + 4, ++t->seq);
	put_be32(h + 20, victim);
	assert_int_equal(send(t->fd, h, 48, 0), 48);
	pump(t);
}

/* INQUIRY of a V1, as usb-storage sends it: three URBs. */
static void inquiry(struct bench *t, uint8_t out[36])
{
	uint8_t cbw[31], rest[64];

	cbw_make(cbw, 9, 36, 0x80, "\x12\0\0\0\x24", 5);
	(void)submit(t, 0x02, NULL, cbw, 31);
	(void)answer(t, rest, sizeof(rest));
	(void)submit(t, 0x81, NULL, NULL, 36);
	assert_int_equal(answer(t, out, 36), 36);
	(void)submit(t, 0x81, NULL, NULL, 13);
	assert_int_equal(answer(t, rest, 13), 13);
}

/* ---- a pcapng reader ------------------------------------------------------------------ */

static void read_packet(struct bench *t, const uint8_t *b, uint32_t len)
{
	struct packet *p = &t->packets[t->n++];
	uint32_t captured = get_le32(b + 20);
	const uint8_t *h = b + 28;

	assert_true(t->n < PACKETS_MAX);
	p->interface = get_le32(b + 8);
	p->ns = (uint64_t)get_le32(b + 12) << 32 | get_le32(b + 16);
	assert_int_equal(get_le32(b + 24), captured);
	assert_true(captured >= 64);
	assert_true(32 + (captured + 3) / 4 * 4 <= len);
	p->has_comment = 32 + (captured + 3) / 4 * 4 < len;
	if (p->has_comment)
		assert_int_equal(get_le16(b + 28 + (captured + 3) / 4 * 4), 1);
	p->id = (uint64_t)get_le32(h + 4) << 32 | get_le32(h);
	p->event = h[8];
	p->xfer = h[9];
	p->ep = h[10];
	p->device = h[11];
	assert_int_equal(get_le16(h + 12), 1);
	p->has_setup = h[14] == 0;
	p->has_data = h[15] == 0;
	assert_true((uint64_t)get_le32(h + 16) * 1000000u + get_le32(h + 24) == p->ns / 1000u);
	p->status = (int32_t)get_le32(h + 28);
	p->len = get_le32(h + 32);
	p->n_data = get_le32(h + 36);
	assert_int_equal(64 + p->n_data, captured);
	p->setup = h + 40;
	p->data = h + 64;
}

static void read_interface(struct bench *t, const uint8_t *b, uint32_t len)
{
	bool nanoseconds = false;

	assert_int_equal(get_le16(b + 8), LINKTYPE_USBMON);
	for (uint32_t at = 16; at + 8 <= len && get_le16(b + at) != 0;
	     at += 4u + (get_le16(b + at + 2) + 3u) / 4u * 4u)
		if (get_le16(b + at) == 9)
			nanoseconds = b[at + 4] == 9;
	assert_true(nanoseconds);
	t->interfaces++;
}

/* Ends the trace and reads it. Every block must be whole and of a known type. */
static void read_trace(struct bench *t)
{
	size_t at = 0;

	if (t->server != NULL)
		stop(t);
	buf_free(&t->file);
	buf_init(&t->file, 1u << 24);
	assert_int_equal(file_read_all(&t->ctx, t->path, &t->file), SL_OK);
	t->n = t->interfaces = 0;
	while (at < t->file.len) {
		const uint8_t *b = t->file.data + at;
		uint32_t type, len;

		assert_true(t->file.len - at >= 12);
		type = get_le32(b);
		len = get_le32(b + 4);
		assert_true(len >= 12 && len % 4 == 0 && len <= t->file.len - at);
		assert_int_equal(get_le32(b + len - 4), len);
		assert_true((at == 0) == (type == 0x0A0D0D0A));
		if (at == 0)
			assert_int_equal(get_le32(b + 8), 0x1A2B3C4D);
		else if (type == 1)
			read_interface(t, b, len);
		else if (type == 6)
			read_packet(t, b, len);
		else
			fail_msg("block type %u", (unsigned)type);
		at += len;
	}
}

/* The packets of the bus itself, without what the simulator says of the device. */
static size_t first_of_bus(const struct bench *t)
{
	size_t i = 0;

	while (i < t->n && t->packets[i].has_comment)
		i++;
	return i;
}

/* ---- tests ------------------------------------------------------------------------------- */

static void trace__of_nothing__has_one_interface_a_board(void **state)
{
	struct bench *t = *state;

	read_trace(t);
	assert_int_equal(t->interfaces, 2);
	assert_int_equal(t->n, 0);
}

static void trace__taken_device__begins_with_its_descriptors(void **state)
{
	struct bench *t = *state;

	attach(t, 0);
	read_trace(t);
	assert_int_equal(t->n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(t->packets[i].has_comment);
		assert_int_equal(t->packets[i].xfer, 2);
		assert_int_equal(t->packets[i].event, i % 2 == 0 ? 'S' : 'C');
		assert_int_equal(t->packets[i].has_setup, i % 2 == 0);
	}
	assert_memory_equal(t->packets[0].setup, "\x80\x06\0\x01\0\0\x12\0", 8);
	assert_int_equal(t->packets[1].n_data, 18);
	assert_int_equal(get_le16(t->packets[1].data + 8), 0x0483);
	assert_int_equal(get_le16(t->packets[1].data + 10), 0x3744);
	assert_memory_equal(t->packets[2].setup, "\x80\x06\0\x02\0\0\x20\0", 8);
	assert_memory_equal(t->packets[3].data + 9, "\x09\x04\x00\x00\x02\x08\x06\x50", 8);
}

static void trace__scsi_command__is_three_bulk_urbs_in_model_time(void **state)
{
	struct bench *t = *state;
	uint8_t said[36];
	const struct packet *p;

	attach(t, 0);
	inquiry(t, said);
	read_trace(t);
	p = t->packets + first_of_bus(t);
	assert_int_equal(t->n - first_of_bus(t), 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(p[i].event, i % 2 == 0 ? 'S' : 'C');
		assert_int_equal(p[i].id, p[i & ~(size_t)1].id);
		assert_int_equal(p[i].status, i % 2 == 0 ? -EINPROGRESS : 0);
		assert_int_equal(p[i].xfer, 3);
		assert_int_equal(p[i].device, p[0].device);
		assert_int_equal(p[i].interface, 0);
		assert_false(p[i].has_setup);
	}
	assert_int_equal(p[0].ep, 0x02);
	assert_int_equal(p[0].n_data, 31);
	assert_memory_equal(p[0].data, "USBC", 4);
	assert_false(p[1].has_data);
	assert_int_equal(p[1].len, 31);
	assert_int_equal(p[2].ep, 0x81);
	assert_false(p[2].has_data);
	assert_int_equal(p[2].len, 36);
	assert_memory_equal(p[3].data, said, 36);
	assert_memory_equal(p[5].data, "USBS", 4);
	assert_true(p[0].ns == 0);
	assert_true(p[1].ns >= 131000);                 /* 100 us and 31 bytes of 1 us */
	assert_true(p[3].ns == p[2].ns + 136000);
	assert_true(p[5].ns == p[4].ns + 113000);
	assert_true(p[0].id != p[2].id && p[2].id != p[4].id);
}

static void trace__early_in__is_submitted_before_the_command_and_completed_after(void **state)
{
	struct bench *t = *state;
	uint8_t cmd[16] = { 0xF1 };
	const struct packet *p;

	attach(t, 1);
	(void)submit(t, 0x81, NULL, NULL, 6);
	(void)submit(t, 0x02, NULL, cmd, 16);
	read_trace(t);
	p = t->packets + first_of_bus(t);
	assert_int_equal(t->n - first_of_bus(t), 4);
	assert_int_equal(p[0].ep, 0x81);
	assert_int_equal(p[1].ep, 0x02);
	assert_int_equal(p[2].ep, 0x02);
	assert_int_equal(p[3].ep, 0x81);
	assert_int_equal(p[3].event, 'C');
	assert_int_equal(p[3].id, p[0].id);
	assert_int_equal(p[3].n_data, 6);
	assert_int_equal(p[3].interface, 1);
}

static void trace__control_urb__has_its_setup_and_its_data(void **state)
{
	static const uint8_t ask[8] = { 0x80, 6, 0, 1, 0, 0, 64, 0 };
	static const uint8_t nonsense[8] = { 0x80, 6, 0, 6, 0, 0, 10, 0 };
	struct bench *t = *state;
	const struct packet *p;

	attach(t, 1);
	(void)submit(t, 0x80, ask, NULL, 64);
	(void)submit(t, 0x80, nonsense, NULL, 10);
	read_trace(t);
	p = t->packets + first_of_bus(t);
	assert_int_equal(t->n - first_of_bus(t), 4);
	assert_true(p[0].has_setup);
	assert_memory_equal(p[0].setup, ask, 8);
	assert_int_equal(p[0].ep, 0x80);
	assert_int_equal(p[1].n_data, 18);
	assert_int_equal(p[3].status, -EPIPE);
	assert_int_equal(p[3].n_data, 0);
}

static void trace__urb_that_never_ends__is_completed_by_unlink_or_the_end(void **state)
{
	struct bench *t = *state;
	uint32_t first;
	const struct packet *p;

	attach(t, 1);
	first = submit(t, 0x81, NULL, NULL, 64);
	unlink_urb(t, first);
	(void)submit(t, 0x81, NULL, NULL, 64);
	read_trace(t);
	p = t->packets + first_of_bus(t);
	assert_int_equal(t->n - first_of_bus(t), 4);
	assert_int_equal(p[1].id, p[0].id);
	assert_int_equal(p[1].status, -ECONNRESET);
	assert_int_equal(p[3].id, p[2].id);
	assert_int_equal(p[3].status, -ESHUTDOWN);
}

static void trace__two_equal_runs__are_equal_files(void **state)
{
	struct bench *t = *state;
	struct buffer first;
	uint8_t said[36];

	attach(t, 0);
	inquiry(t, said);
	read_trace(t);
	first = t->file;
	buf_init(&t->file, 1u << 24);
	t->seq = 0;
	start(t);
	attach(t, 0);
	inquiry(t, said);
	read_trace(t);
	assert_int_equal(first.len, t->file.len);
	assert_memory_equal(first.data, t->file.data, first.len);
	buf_free(&first);
}

static void trace__full_disk__is_an_error_at_the_end(void **state)
{
	struct bench *t = *state;
	struct trace *full;

	assert_int_equal(trace_open(&t->ctx, "/dev/full", t->boards, 2, &full), SL_OK);
	trace_device(full, 0, 2);
	trace_flush(full);
	assert_int_equal(trace_close(&t->ctx, full), SL_FILE);
	assert_int_equal(trace_open(&t->ctx, "/nonexistent/t", t->boards, 2, &full), SL_FILE);
	assert_null(full);
}

#define WITH_BENCH(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(trace__of_nothing__has_one_interface_a_board),
		WITH_BENCH(trace__taken_device__begins_with_its_descriptors),
		WITH_BENCH(trace__scsi_command__is_three_bulk_urbs_in_model_time),
		WITH_BENCH(trace__early_in__is_submitted_before_the_command_and_completed_after),
		WITH_BENCH(trace__control_urb__has_its_setup_and_its_data),
		WITH_BENCH(trace__urb_that_never_ends__is_completed_by_unlink_or_the_end),
		WITH_BENCH(trace__two_equal_runs__are_equal_files),
		WITH_BENCH(trace__full_disk__is_an_error_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
