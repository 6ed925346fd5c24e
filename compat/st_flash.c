/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * st_flash.c - st-flash: the usage text, opening the board, and the order of things.
 */
#include <stdio.h>
#include <string.h>

#include "compat/tools.h"

static int usage(void)
{
	static const char *const lines[] = {
		"invalid command line",
		"command line:   ./st-flash [--debug] [--reset] [--connect-under-reset] [--hot-plug] "
		"[--opt] [--serial <serial>] [--format <format>] [--flash=<fsize>] [--freq=<KHz>] "
		"[--area=<area>] {read|write} [path] [addr] [size]",
		"command line:   ./st-flash [--debug] [--connect-under-reset] [--hot-plug] [--freq=<KHz>] "
		"[--serial <serial>] erase",
		"command line:   ./st-flash [--debug] [--freq=<KHz>] [--serial <serial>] reset",
		"   <addr>, <serial> and <size>: Use hex format.",
		"   <fsize>: Use decimal, octal or hex (prefix 0xXXX) format, optionally followed by k=KB, "
		"or m=MB (eg. --flash=128k)",
		"   <format>: Can be 'binary' (default) or 'ihex', although <addr> must be specified for "
		"binary format only.",
		"   <area>: Can be 'main' (default), 'system', 'otp', 'optcr', 'optcr1', 'option' or "
		"'option_boot_add'",
		"print tool version info:   ./st-flash [--version]",
		"example read option byte: ./st-flash --area=option read [path] [size]",
		"example write option byte: ./st-flash --area=option write 0xXXXXXXXX",
		"On selected targets:",
		"example read boot_add option byte:  ./st-flash --area=option_boot_add read",
		"example write boot_add option byte: ./st-flash --area=option_boot_add write 0xXXXXXXXX",
		"example read option control register byte:  ./st-flash --area=optcr read",
		"example write option control register1 byte:  ./st-flash --area=optcr write 0xXXXXXXXX",
		"example read option control register1 byte:  ./st-flash --area=optcr1 read",
		"example write option control register1 byte:  ./st-flash --area=optcr1 write 0xXXXXXXXX",
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		(void)puts(lines[i]);
	return COMPAT_FAILED;
}

/* Why the board could not be reached, in their words, then in ours. */
static void tell_unreachable(struct ctx *c, bool at_chip)
{
	if (at_chip) {
		(void)puts("Failed to connect to target");
		say(SAY_ERROR, "common.c",
		    "Can not connect to target. Please use 'connect under reset' and try again");
	} else if (c->fault.code == SL_NOPROBE || c->fault.code == SL_HOST) {
		say(SAY_WARN, "usb.c", "Couldn't find any ST-Link devices");
	}
	say_fault(c);
}

static void tell_chip(const struct tool *t, uint32_t found_bytes)
{
	uint32_t page = t->chip->page_bytes;

	say(SAY_INFO, "common.c", "%s: %u KiB SRAM, %u KiB flash in at least %u %s pages.",
	    t->chip->description, (unsigned)(t->sram_bytes / 1024), (unsigned)(found_bytes / 1024),
	    (unsigned)(page < 1024 ? page : page / 1024), page < 1024 ? "byte" : "KiB");
	if (t->options.flash_bytes)
		(void)printf("Forcing flash size: --flash=0x%08X\n", (unsigned)t->options.flash_bytes);
}

static bool attach(struct tool *t, const struct stock_args *a)
{
	struct ctx *c = t->s.ctx;
	bool at_chip;
	enum sl_err err = tool_attach(t, &at_chip);
	const struct target_info *info;

	if (err) {
		tell_unreachable(c, at_chip);
		return false;
	}
	info = target_get_info(t->s.target);
	if (!info->chip) {
		(void)fprintf(stderr, "Failed to parse flash type or unrecognized flash type\n");
		return false;
	}
	if (a->freq_khz && info->speed_khz && info->speed_khz != a->freq_khz)
		say(SAY_INFO, "usb.c", "Unable to match requested speed %u kHz, using %u kHz", a->freq_khz,
		    info->speed_khz);
	tell_chip(t, info->flash_kb_assumed ? info->flash_kb_register * 1024u : t->flash_bytes);
	return true;
}

static bool do_reset(struct tool *t)
{
	if (!target_reset(t->s.target, t->s.ctx, RESET_RUN))
		return true;
	(void)puts("Failed to reset device");
	say_fault(t->s.ctx);
	return false;
}

static bool do_command(struct tool *t, const struct stock_args *a)
{
	switch (a->command) {
	case STOCK_READ:
		return do_read(t, a);
	case STOCK_WRITE:
		return do_write(t, a);
	case STOCK_ERASE:
		return do_erase(t, a);
	case STOCK_RESET:
		return do_reset(t);
	case STOCK_NONE:
		break;
	}
	return false;
}

static int work(struct tool *t, const struct stock_args *a)
{
	struct ctx *c = t->s.ctx;
	bool good = attach(t, a) && do_command(t, a);
	enum sl_err err = c->fault.code, last;

	if (good && a->reset && a->command != STOCK_RESET)
		good = do_reset(t);
	last = tool_close(t, good ? SL_OK : err ? err : SL_OTHER);
	if (good && last)
		say_fault(c);
	if (ctx_signalled(c))
		return COMPAT_INTERRUPTED;
	return good && !last ? COMPAT_OK : COMPAT_FAILED;
}

int st_flash_main(struct ctx *c, int argc, char *const argv[])
{
	struct stock_args a;
	struct tool t;

	if (argc > 1 && strcmp(argv[1], "--explain-compat") == 0) {
		compat_explain();
		return COMPAT_OK;
	}
	if (!args_read(argc, argv, &a))
		return usage();
	if (a.version) {
		(void)puts("v" STOCK_VERSION);
		return COMPAT_OK;
	}
	(void)puts("st-flash " STOCK_VERSION);
	(void)fflush(stdout);
	if (tool_open(&t, c, &a)) {
		say_fault(c);
		return COMPAT_FAILED;
	}
	return work(&t, &a);
}
