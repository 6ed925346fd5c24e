/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * trace.c - pcapng blocks with Linux usbmon headers.
 *
 * Follows the pcapng specification (IETF draft-ietf-opsawg-pcapng: section header,
 * interface description, enhanced packet) and Linux Documentation/usb/usbmon.rst for the
 * 64-byte header of LINKTYPE_USB_LINUX_MMAPPED, written in little-endian on any host.
 */
#include "sim/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "sim/board.h"
#include "sim/descriptors.h"

#define ROOM "sim"
#define BOARDS_MAX 16u
#define ENDPOINTS 32u           /* 16 OUT, 16 IN */
#define BUS 1u
#define NS_PER_S 1000000000u
#define TEXT_MAX 160u

/* pcapng: block types, options, the magic that tells the byte order */
enum { BLOCK_SECTION = 0x0A0D0D0A, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPT_END = 0, OPT_COMMENT = 1, OPT_IF_NAME = 2, OPT_IF_DESCRIPTION = 3, OPT_SHB_USERAPPL = 4,
       OPT_IF_TSRESOL = 9 };
#define BYTE_ORDER_MAGIC 0x1A2B3C4Du
#define LINKTYPE_USB_LINUX_MMAPPED 220u
#define TSRESOL_NS 9u

/* usbmon.rst: the header and its transfer types */
#define USBMON_HEADER 64u
enum { XFER_ISO = 0, XFER_INTERRUPT = 1, XFER_CONTROL = 2, XFER_BULK = 3 };

/* USB 2.0 tables 9-5 and 9-13 */
enum { DESC_DEVICE = 1, DESC_CONFIGURATION = 2, DESC_ENDPOINT = 5, REQ_GET_DESCRIPTOR = 6 };

struct trace {
	FILE *f;
	struct board *const *boards;
	size_t n_boards;
	uint8_t xfer[BOARDS_MAX][ENDPOINTS];
	uint64_t own_id;        /* of the transfers that no host sent; counts down */
	int error;              /* errno of the first write that failed */
};

/* ---- blocks ------------------------------------------------------------------------- */

struct option_text {
	unsigned code;
	const char *text;
	size_t len;
};

static void put(struct trace *t, const void *data, size_t n)
{
	if (t->error == 0 && n > 0 && fwrite(data, 1, n, t->f) != n)
		t->error = errno != 0 ? errno : EIO;
}

static void put_word(struct trace *t, uint32_t v)
{
	uint8_t raw[4];

	put_le32(raw, v);
	put(t, raw, sizeof(raw));
}

static size_t padded(size_t n)
{
	return (n + 3) / 4 * 4;
}

static void put_padded(struct trace *t, const void *data, size_t n)
{
	static const uint8_t zero[3];

	put(t, data, n);
	put(t, zero, padded(n) - n);
}

static size_t options_len(const struct option_text *o, size_t n)
{
	size_t sum = n > 0 ? 4 : 0;     /* the end marker */

	for (size_t i = 0; i < n; i++)
		sum += 4 + padded(o[i].len);
	return sum;
}

static void put_options(struct trace *t, const struct option_text *o, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_word(t, o[i].code | (uint32_t)o[i].len << 16);
		put_padded(t, o[i].text, o[i].len);
	}
	if (n > 0)
		put_word(t, OPT_END);
}

static struct option_text text_option(unsigned code, const char *text)
{
	return (struct option_text){ .code = code, .text = text, .len = strlen(text) };
}

static void put_section(struct trace *t)
{
	struct option_text o = text_option(OPT_SHB_USERAPPL, "stlink-sim");
	uint32_t len = (uint32_t)(28 + options_len(&o, 1));

	put_word(t, BLOCK_SECTION);
	put_word(t, len);
	put_word(t, BYTE_ORDER_MAGIC);
	put_word(t, 1);                 /* version 1.0 */
	put_word(t, UINT32_MAX);        /* section length: not said */
	put_word(t, UINT32_MAX);
	put_options(t, &o, 1);
	put_word(t, len);
}

static void put_interface(struct trace *t, size_t i)
{
	const struct board_kind *k = board_get_kind(t->boards[i]);
	char name[TEXT_MAX], title[TEXT_MAX];
	const char resolution = TSRESOL_NS;
	struct option_text o[3];
	uint32_t len;

	(void)snprintf(name, sizeof(name), "%s %u-%zu", board_kind_name(k), BUS, i + 1);
	(void)snprintf(title, sizeof(title), "%s, %s, serial %s", board_kind_title(k),
		       board_firmware(t->boards[i]), board_serial(t->boards[i]));
	o[0] = text_option(OPT_IF_NAME, name);
	o[1] = text_option(OPT_IF_DESCRIPTION, title);
	o[2] = (struct option_text){ .code = OPT_IF_TSRESOL, .text = &resolution, .len = 1 };
	len = (uint32_t)(20 + options_len(o, ARRAY_LEN(o)));
	put_word(t, BLOCK_INTERFACE);
	put_word(t, len);
	put_word(t, LINKTYPE_USB_LINUX_MMAPPED);
	put_word(t, 0);                 /* whole packets */
	put_options(t, o, ARRAY_LEN(o));
	put_word(t, len);
}

/* One packet of a board: header, then data. comment may be NULL. */
static void put_packet(struct trace *t, const struct trace_urb *u, const uint8_t *header,
		       const char *comment)
{
	uint64_t ns = board_clock(t->boards[u->board])->now_ns;
	size_t n = u->data != NULL ? u->len : 0;
	size_t captured = USBMON_HEADER + n;
	struct option_text o = { 0 };
	size_t n_options = comment != NULL ? 1 : 0;
	uint32_t len;

	if (comment != NULL)
		o = text_option(OPT_COMMENT, comment);
	len = (uint32_t)(32 + padded(captured) + options_len(&o, n_options));
	put_word(t, BLOCK_PACKET);
	put_word(t, len);
	put_word(t, (uint32_t)u->board);
	put_word(t, (uint32_t)(ns >> 32));
	put_word(t, (uint32_t)ns);
	put_word(t, (uint32_t)captured);
	put_word(t, (uint32_t)captured);
	put(t, header, USBMON_HEADER);
	put_padded(t, u->data, n);
	put_options(t, &o, n_options);
	put_word(t, len);
}

/* ---- URBs ------------------------------------------------------------------------------- */

static size_t ep_index(uint8_t ep)
{
	return (ep & 0xFu) + (ep & 0x80u ? 16u : 0u);
}

static uint8_t xfer_of(const struct trace *t, const struct trace_urb *u)
{
	return (u->ep & 0xFu) == 0 ? XFER_CONTROL : t->xfer[u->board][ep_index(u->ep)];
}

static void urb_record(struct trace *t, const struct trace_urb *u, char event, const char *comment)
{
	uint64_t ns = board_clock(t->boards[u->board])->now_ns;
	bool in = (u->ep & 0x80u) != 0;
	uint8_t h[USBMON_HEADER] = { 0 };

	put_le32(h, (uint32_t)u->id);
	put_le32(h + 4, (uint32_t)(u->id >> 32));
	h[8] = (uint8_t)event;
	h[9] = xfer_of(t, u);
	h[10] = u->ep;
	h[11] = (uint8_t)(2u + (u->device - 2u) % 126u);        /* device numbers end at 127 */
	put_le16(h + 12, BUS);
	h[14] = u->setup != NULL ? 0 : '-';
	if (u->data == NULL)
		h[15] = in ? '<' : '>';
	put_le32(h + 16, (uint32_t)(ns / NS_PER_S));
	put_le32(h + 24, (uint32_t)(ns % NS_PER_S / 1000u));
	put_le32(h + 28, (uint32_t)u->status);
	put_le32(h + 32, u->len);
	put_le32(h + 36, u->data != NULL ? u->len : 0);
	if (u->setup != NULL)
		memcpy(h + 40, u->setup, 8);
	put_packet(t, u, h, comment);
}

void trace_submit(struct trace *t, const struct trace_urb *u)
{
	struct trace_urb s = *u;

	sim_clock_follow(board_clock(t->boards[u->board]));
	s.status = -EINPROGRESS;
	if (u->ep & 0x80u)
		s.data = NULL;          /* nothing has come yet */
	urb_record(t, &s, 'S', NULL);
}

void trace_complete(struct trace *t, const struct trace_urb *u)
{
	struct trace_urb c = *u;

	c.setup = NULL;
	if (!(u->ep & 0x80u))
		c.data = NULL;          /* it went with the submission */
	urb_record(t, &c, 'C', NULL);
}

/* ---- what the device is ------------------------------------------------------------------ */

static void learn_endpoints(struct trace *t, size_t board, const uint8_t *config, size_t n)
{
	static const uint8_t xfer[4] = { XFER_CONTROL, XFER_ISO, XFER_BULK, XFER_INTERRUPT };

	for (size_t at = 0; at + 4 <= n && config[at] >= 2; at += config[at])
		if (config[at + 1] == DESC_ENDPOINT)
			t->xfer[board][ep_index(config[at + 2])] = xfer[config[at + 3] & 3u];
}

static void show_descriptor(struct trace *t, struct trace_urb u, uint8_t type, const uint8_t *data)
{
	static const char why[] = "not from the bus: written by the simulator so that readers "
				  "know this device";
	uint8_t setup[8] = { 0x80, REQ_GET_DESCRIPTOR, 0, type, 0, 0, 0, 0 };

	put_le16(setup + 6, (uint16_t)u.len);
	u.id = t->own_id--;
	u.setup = setup;
	u.status = -EINPROGRESS;
	urb_record(t, &u, 'S', why);
	u.setup = NULL;
	u.status = 0;
	u.data = data;
	urb_record(t, &u, 'C', why);
}

void trace_device(struct trace *t, size_t board, uint16_t device)
{
	static const uint8_t types[] = { DESC_DEVICE, DESC_CONFIGURATION };
	struct trace_urb u = { .board = board, .device = device, .ep = 0x80 };
	uint8_t raw[DESCRIPTOR_MAX];

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		u.len = (uint32_t)descriptor_make(t->boards[board], types[i], 0, raw);
		if (types[i] == DESC_CONFIGURATION)
			learn_endpoints(t, board, raw, u.len);
		show_descriptor(t, u, types[i], raw);
	}
}

/* ---- the file -------------------------------------------------------------------------------- */

enum sl_err trace_open(struct ctx *ctx, const char *path, struct board *const *boards, size_t n,
		       struct trace **out)
{
	struct trace *t;

	*out = NULL;
	if (n > BOARDS_MAX)
		return ctx_fail(ctx, SL_USAGE, ROOM, "at most %u boards in a trace", BOARDS_MAX);
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return ctx_fail(ctx, SL_NOMEM, ROOM, "no memory for a trace");
	t->f = fopen(path, "wbe");
	if (t->f == NULL) {
		enum sl_err e = ctx_fail_errno(ctx, SL_FILE, ROOM, errno, "cannot write %s", path);

		free(t);
		return e;
	}
	t->boards = boards;
	t->n_boards = n;
	t->own_id = UINT64_MAX;
	memset(t->xfer, XFER_BULK, sizeof(t->xfer));
	put_section(t);
	for (size_t i = 0; i < n; i++)
		put_interface(t, i);
	trace_flush(t);
	*out = t;
	return SL_OK;
}

void trace_flush(struct trace *t)
{
	if (t->error == 0 && fflush(t->f) != 0)
		t->error = errno;
}

enum sl_err trace_close(struct ctx *ctx, struct trace *t)
{
	int error;

	if (t == NULL)
		return SL_OK;
	error = t->error;
	if (fclose(t->f) != 0 && error == 0)
		error = errno;
	free(t);
	if (error != 0)
		return ctx_fail_errno(ctx, SL_FILE, ROOM, error, "the trace is not complete");
	return SL_OK;
}
