/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * args.h - the command line of st-flash, taken apart as that tool does.
 */
#ifndef COMPAT_ARGS_H
#define COMPAT_ARGS_H

#include <stdbool.h>
#include <stdint.h>

enum stock_command { STOCK_NONE, STOCK_READ, STOCK_WRITE, STOCK_ERASE, STOCK_RESET };

enum stock_area {
	AREA_MAIN, AREA_SYSTEM, AREA_OTP, AREA_OPTION, AREA_BOOT_ADD, AREA_OPTCR, AREA_OPTCR1
};

enum stock_connect { STOCK_NORMAL, STOCK_UNDER_RESET, STOCK_HOT_PLUG };

struct stock_args {
	enum stock_command command;
	enum stock_area area;
	enum stock_connect connect;
	bool debug, reset, opt, mass_erase, ihex, version;
	bool quiet;                     /* st-info logs nothing */
	bool section;                   /* erase: addr and size are given */
	const char *serial, *path, *device;
	unsigned freq_khz;              /* 0: not given */
	uint32_t flash_bytes;           /* 0: not forced */
	uint32_t addr, size, value;
};

/* args_number - 0x, 0b, leading 0 for octal, else decimal; then k or K, m or M.
 * Returns false for anything else; too large is said on standard error, as stock does. */
bool args_number(const char *text, uint32_t *out);

/* args_freq - kHz, with k or M behind it; also "1.2M". False for anything else. */
bool args_freq(const char *text, unsigned *khz);

/* args_value - is arg this option? *value: what follows '=' or, taken, the next word; NULL when it
 * has none. *used: how many words that took. */
bool args_value(const char *arg, const char *next, const char *option, const char **value, int *used);

/* args_read - the whole command line behind argv[0]. Returns false when stock would print its usage;
 * what it prints before that was printed. */
bool args_read(int argc, char *const argv[], struct stock_args *out);

#endif
