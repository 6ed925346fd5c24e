/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sg_probe.c - what open() and ioctl(SG_IO) answer for an ST-LINK/V1 node.
 *
 *	sg_probe NODE ro|rw [KIND]	prints e.g. "open ok, SG_IO EPERM"
 *
 * Sends GET_VERSION (F1 80, 6 bytes in), the probe's vendor command, or with KIND
 * "inquiry" INQUIRY (12), a command that every filter lets pass. A measuring tool of
 * the test bed; it shares nothing with the program under test.
 * Source: Linux include/uapi scsi/sg.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int send_command(int fd, const uint8_t *cdb, uint8_t cdb_len, unsigned len)
{
	uint8_t data[64] = { 0 };
	uint8_t sense[32] = { 0 };
	uint8_t copy[16] = { 0 };
	struct sg_io_hdr h = { 0 };

	memcpy(copy, cdb, cdb_len);
	h.interface_id = 'S';
	h.dxfer_direction = SG_DXFER_FROM_DEV;
	h.cmd_len = cdb_len;
	h.cmdp = copy;
	h.dxfer_len = len;
	h.dxferp = data;
	h.mx_sb_len = sizeof(sense);
	h.sbp = sense;
	h.timeout = 5000;
	if (ioctl(fd, SG_IO, &h) < 0) {
		printf("SG_IO %s", strerrorname_np(errno));
		return 1;
	}
	if (h.status || h.host_status || h.driver_status) {
		printf("SG_IO status %02x host %02x driver %02x", h.status, h.host_status,
		       h.driver_status);
		return 1;
	}
	printf("SG_IO ok (%u bytes)", len - (unsigned)h.resid);
	return 0;
}

int main(int argc, char **argv)
{
	static const uint8_t version[10] = { 0xF1, 0x80 };
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36, 0 };
	int flags, fd, rc;

	if (argc < 3)
		return 2;
	flags = strcmp(argv[2], "rw") == 0 ? O_RDWR : O_RDONLY;
	fd = open(argv[1], flags | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		printf("open %s\n", strerrorname_np(errno));
		return 1;
	}
	printf("open ok, ");
	if (argc > 3)
		rc = send_command(fd, inquiry, sizeof(inquiry), 36);
	else
		rc = send_command(fd, version, sizeof(version), 6);
	printf("\n");
	close(fd);
	return rc;
}
