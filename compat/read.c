/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * read.c - st-flash read: memory or option bytes into a file or onto standard output.
 *
 * The memory is read completely before the file is made, so that a failure leaves the old file.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compat/tools.h"
#include "image/image.h"

enum { SLICE = 16 * 1024 };

/* A size of 0 is the whole memory, when the address lies in one; its end is asked twice. */
static uint32_t size_of(const struct tool *t, const struct stock_args *a)
{
	const struct chip_row *chip = target_get_info(t->s.target)->chip;

	if (a->size)
		return a->size;
	if (a->addr >= chip->flash_base && a->addr - chip->flash_base < t->flash_bytes)
		return t->flash_bytes;
	if (a->addr >= chip->sram_base && a->addr - chip->sram_base < t->sram_bytes)
		return t->sram_bytes;
	return 0;
}

static bool write_file(const char *path, const uint8_t *data, size_t len)
{
	int fd = open(path, O_RDWR | O_TRUNC | O_CREAT | O_CLOEXEC, 0700);
	size_t done = 0;

	if (fd < 0) {
		(void)fprintf(stderr, "open(%s) == -1\n", path);
		return false;
	}
	while (done < len) {
		ssize_t n = write(fd, data + done, len - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (close(fd) == 0 && done == len)
		return true;
	(void)fprintf(stderr, "write() != %zu\n", len);
	return false;
}

static enum sl_err fetch(struct tool *t, uint32_t addr, uint8_t *data, uint32_t size)
{
	enum sl_err err = SL_OK;

	for (uint32_t done = 0; done < size && !err; done += SLICE) {
		uint32_t n = size - done < SLICE ? size - done : SLICE;

		err = ctx_interrupted(t->s.ctx);
		if (!err)
			err = target_read_mem(t->s.target, t->s.ctx, addr + done, data + done, n);
	}
	return err;
}

static bool keep(struct tool *t, const struct stock_args *a, const struct span *span)
{
	struct buffer text;
	bool good;

	if (!a->ihex)
		return write_file(a->path, span->data, span->len);
	if (image_to_memory(t->s.ctx, "ihex", span, 1, &text)) {
		say_fault(t->s.ctx);
		good = false;
	} else {
		good = write_file(a->path, text.data, text.len);
	}
	buf_free(&text);
	return good;
}

static bool read_to_file(struct tool *t, const struct stock_args *a, uint32_t addr, uint32_t size)
{
	struct span span = { .addr = addr, .len = size };
	uint8_t *data;
	bool good = false;

	say(SAY_INFO, "common.c", "read from address %#010x size %u", (unsigned)addr, (unsigned)size);
	if (size > IMAGE_MAX_BYTES || !(data = malloc(size ? size : 1))) {
		say(SAY_ERROR, "stlink-download", "%u bytes are too many", (unsigned)size);
		return false;
	}
	span.data = data;
	if (fetch(t, addr, data, size))
		say_fault(t->s.ctx);
	else
		good = size ? keep(t, a, &span) : write_file(a->path, data, 0);
	free(data);
	return good;
}

/* Where a family keeps its option bytes as a register: FLASH_OPTCR (RM0033, RM0090). */
#define F2_OPTCR 0x40023C14u

static bool read_option(struct tool *t, const struct stock_args *a)
{
	uint32_t addr = t->chip->flash == STOCK_F4 && t->chip->option_base ? F2_OPTCR
									    : t->chip->option_base;
	uint32_t value = 0;

	if (a->path)
		return read_to_file(t, a, t->chip->option_base, t->chip->option_bytes);
	if (!addr) {
		say(SAY_ERROR, "common.c", "Option bytes read is currently not supported for connected "
					   "chip");
		return false;
	}
	if (target_read32(t->s.target, t->s.ctx, addr, &value)) {
		say_fault(t->s.ctx);
		return false;
	}
	(void)printf("%08x\n", (unsigned)value);
	return true;
}

static bool not_supported(const char *what)
{
	say(SAY_ERROR, "common.c", "%s is currently not supported for connected chip", what);
	return false;
}

bool do_read(struct tool *t, const struct stock_args *a)
{
	bool good = false;

	switch (a->area) {
	case AREA_OPTION:
		good = read_option(t, a);
		if (!good)
			(void)puts("could not read option bytes (-1)");
		return good;
	case AREA_BOOT_ADD:
		(void)puts("could not read option bytes boot address (-1)");
		return not_supported("Option bytes boot address read");
	case AREA_OPTCR:
	case AREA_OPTCR1:
		(void)puts("could not read option control register (-1)");
		return not_supported("Option bytes read");
	case AREA_MAIN:
	case AREA_SYSTEM:
	case AREA_OTP:
		break;
	}
	if (a->size == 0 && target_confirm(t->s.target, t->s.ctx))
		say_fault(t->s.ctx);
	else
		good = read_to_file(t, a, a->addr, size_of(t, a));
	if (!good)
		(void)puts("could not read main memory (-1)");
	return good;
}
