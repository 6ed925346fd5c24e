/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sg_board.c - what stands behind ioctl(SG_IO) and poll() of the program under test: a virtual V1,
 * as usb-storage and sg would show it, and anything that can go wrong there.
 *
 * The program is linked with --wrap=ioctl and --wrap=poll. What ends how was measured on Linux
 * 6.1: failures of the transport are host_status 7, a timeout is host_status 3, both after a
 * device reset; ioctl() itself succeeds.
 */
#include <errno.h>
#include <poll.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/bytes.h"
#include "tests/faults/stage.h"

enum { CBW_LEN = 31, CSW_LEN = 13, EP_OUT = 0x02, EP_IN = 0x81, SG_VERSION = 30536, FD_MAX = 256 };
enum { HOST_NO_CONNECT = 1, HOST_TIME_OUT = 3, HOST_ERROR = 7, CHECK_CONDITION = 2, SENSE = 8 };

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms);

static void clear_halt(struct board *b, uint8_t ep)
{
	const uint8_t setup[8] = { 0x02, 0x01, 0, 0, ep };

	(void)usbdev_control(b, setup, NULL, 0);
}

static unsigned host_of(int n)
{
	return n == USBDEV_NAK ? HOST_TIME_OUT : n == USBDEV_GONE ? HOST_NO_CONNECT : HOST_ERROR;
}

/* The status wrapper; a stalled one is asked for once more. */
static int read_csw(struct board *b, uint8_t csw[64])
{
	int n = usbdev_bulk_in(b, EP_IN, csw, 64);

	if (n != USBDEV_STALL)
		return n;
	clear_halt(b, EP_IN);
	return usbdev_bulk_in(b, EP_IN, csw, 64);
}

/* One command through its three phases; h->resid and h->status are set. */
static unsigned run(struct board *b, struct sg_io_hdr *h)
{
	static uint32_t tag = 0x1000;
	bool in = h->dxfer_direction == SG_DXFER_FROM_DEV;
	uint32_t len = h->dxfer_direction == SG_DXFER_NONE ? 0 : h->dxfer_len;
	uint8_t cbw[CBW_LEN] = { 'U', 'S', 'B', 'C' }, csw[64] = { 0 };
	int n;

	put_le32(cbw + 4, ++tag);
	put_le32(cbw + 8, len);
	cbw[12] = in ? 0x80 : 0x00;
	cbw[14] = h->cmd_len;
	memcpy(cbw + 15, h->cmdp, h->cmd_len);
	h->resid = (int)len;
	n = usbdev_bulk_out(b, EP_OUT, cbw, sizeof(cbw));
	if (n != CBW_LEN)
		return host_of(n);
	if (len > 0) {
		n = in ? usbdev_bulk_in(b, EP_IN, h->dxferp, len) :
			 usbdev_bulk_out(b, EP_OUT, h->dxferp, len);
		if (n == USBDEV_STALL)
			clear_halt(b, in ? EP_IN : EP_OUT);
		else if (n < 0)
			return host_of(n);
		h->resid -= n > 0 ? n : 0;
	}
	n = read_csw(b, csw);
	if (n != CSW_LEN || get_le32(csw + 4) != tag || csw[12] > 1)
		return n < 0 ? host_of(n) : HOST_ERROR;
	h->status = csw[12] ? CHECK_CONDITION : 0;
	return 0;
}

static void sense(struct sg_io_hdr *h)
{
	/* SPC-4 4.5.3: fixed format, ILLEGAL REQUEST, invalid field in CDB */
	static const uint8_t bytes[18] = { 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24 };

	h->status = CHECK_CONDITION;
	h->masked_status = CHECK_CONDITION >> 1;
	h->driver_status = SENSE;
	h->sb_len_wr = sizeof(bytes);
	memcpy(h->sbp, bytes, sizeof(bytes));
	h->resid = (int)h->dxfer_len;
}

/* The command does not reach the probe. 1: it does, and its answer is mangled. */
static int broken(const struct fault_kind *f, struct sg_io_hdr *h)
{
	switch (f->what) {
	case WIRE_TIMEOUT:
	case WIRE_LATE:
		stage.time.clock.sleep_us(&stage.time.clock, h->timeout * UINT64_C(1000));
		if (f->what == WIRE_LATE)
			(void)run(stage.board, h);
		h->resid = (int)h->dxfer_len;
		h->host_status = HOST_TIME_OUT;
		usbdev_reset(stage.board);
		return 0;
	case WIRE_STALL:
		sense(h);
		return 0;
	case WIRE_IO:
		h->resid = (int)h->dxfer_len;
		h->host_status = HOST_ERROR;
		usbdev_reset(stage.board);
		return 0;
	case WIRE_GONE:
	case WIRE_REPLUG:
	case WIRE_SWAP:
	case WIRE_SWAP_KIND:
		stage_pull(f);
		errno = ENODEV;
		return -1;
	case WIRE_PERM:
		errno = EPERM;
		return -1;
	case WIRE_FLASH_BUSY:
	case WIRE_DAP_BUSY:
	case WIRE_IN_RESET:
		stage_keep_busy(f);
		return 1;
	case WIRE_LIE:
		if (h->dxfer_direction == SG_DXFER_FROM_DEV) {
			memset(h->dxferp, 0, h->dxfer_len);
			*(uint8_t *)h->dxferp = 0x80;
		}
		return 0;
	default:
		return 1;
	}
}

static void mangle(const struct fault_kind *f, struct sg_io_hdr *h)
{
	size_t len = h->dxfer_len - (unsigned)h->resid;

	wire_mangle(f, h->dxferp, &len, h->dxfer_len);
	h->resid = (int)(h->dxfer_len - len);
}

/* In which epoch each descriptor was opened: it is of no use in another. */
static unsigned epoch_of[FD_MAX];

static bool is_dead(int fd)
{
	return fd < 0 || fd >= FD_MAX || epoch_of[fd] != stage_epoch() ||
	       !usbdev_present(stage_plugged());
}

/* The first thing that the program does with a node that it opened. The kernel has enumerated what
 * is on the cable by then. */
static int opened(int fd, int *version)
{
	if (fd < 0 || fd >= FD_MAX || !usbdev_enumerate(stage_plugged())) {
		errno = ENODEV;
		return -1;
	}
	epoch_of[fd] = stage_epoch();
	*version = SG_VERSION;
	return 0;
}

static int sg_io(int fd, struct sg_io_hdr *h)
{
	bool in = h->dxfer_direction == SG_DXFER_FROM_DEV;
	unsigned moves = MOVES_SG | (in ? MOVES_IN : MOVES_OUT) |
			 (wire_lie_applies(h->cmdp) ? MOVES_COMMAND : 0);
	const struct fault_kind *f = stage_at(AT_TRANSFER, moves);
	int rc;

	h->status = h->masked_status = h->sb_len_wr = 0;
	h->host_status = h->driver_status = 0;
	h->resid = 0;
	rc = f ? broken(f, h) : 1;
	if (rc <= 0)
		return rc;
	if (is_dead(fd)) {
		errno = ENODEV;
		return -1;
	}
	h->host_status = (unsigned short)run(stage_plugged(), h);
	if (h->host_status == HOST_ERROR || h->host_status == HOST_TIME_OUT)
		usbdev_reset(stage_plugged());
	if (h->status == CHECK_CONDITION)
		sense(h);
	if (in && h->host_status == 0 && f)
		mangle(f, h);
	else if (in && h->host_status == 0)
		wire_remember(h->dxferp, h->dxfer_len - (unsigned)h->resid);
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	bool acting = stage.acting;
	va_list ap;
	void *arg;
	int rc = 0;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request != SG_IO && request != SG_GET_VERSION_NUM)
		return __real_ioctl(fd, request, arg);
	stage.acting = false;
	rc = request == SG_IO ? sg_io(fd, arg) : opened(fd, arg);
	stage.acting = acting;
	return rc;
}

int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	(void)ms;
	p->revents = is_dead(p->fd) ? POLLHUP : 0;
	return n == 1 && p->revents ? 1 : 0;
}
