/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * args.c - st-flash's grammar: options, one command, its arguments.
 *
 * Accepts what 1.7.0 and 1.8.0 accept, and the forms of 1.6 that scripts still have (a device after
 * the command, frequencies as 1.2M).
 */
#include "compat/args.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"

/* ---- numbers ---- */

static int digit_of(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return 99;
}

/* The base that a number's beginning names; *text is moved behind it. */
static uint32_t base_of(const char **text)
{
	const char *t = *text;

	if (t[0] != '0' || t[1] == '\0')
		return 10;
	if (t[1] == 'x' || t[1] == 'X') {
		*text += 2;
		return 16;
	}
	if (t[1] == 'b' || t[1] == 'B') {
		*text += 2;
		return 2;
	}
	*text += 1;
	return 8;
}

static uint64_t suffix_of(const char **text)
{
	switch (**text) {
	case 'k':
	case 'K':
		*text += 1;
		return 1024;
	case 'm':
	case 'M':
		*text += 1;
		return 1024 * 1024;
	default:
		return 1;
	}
}

bool args_number(const char *text, uint32_t *out)
{
	bool negative = text[0] == '-';
	const char *at = text + negative;
	uint32_t base = base_of(&at);
	uint64_t value = 0;

	for (; digit_of(*at) < (int)base && value <= UINT32_MAX; at++)
		value = value * base + (uint32_t)digit_of(*at);
	while (value > UINT32_MAX && digit_of(*at) < (int)base)
		at++;
	value *= suffix_of(&at);
	if (*at != '\0')
		return false;
	if (negative || value > UINT32_MAX) {
		(void)fprintf(stderr, "*** Error: Integer greater than UINT32_MAX, cannot convert to "
				      "int32_t\n");
		return false;
	}
	*out = (uint32_t)value;
	return true;
}

bool args_freq(const char *text, unsigned *khz)
{
	unsigned whole = 0, thousandths = 0, place = 100;
	const char *at = text;

	for (; *at >= '0' && *at <= '9' && whole < 1000000; at++)
		whole = whole * 10 + (unsigned)(*at - '0');
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9'; at++, place /= 10)
			thousandths += (unsigned)(*at - '0') * place;
	if (*at == 'M') {
		whole = whole * 1000 + thousandths;
		at++;
	} else if (*at == 'k') {
		at++;
	}
	*khz = whole;
	return *at == '\0';
}

/* ---- options ---- */

bool args_value(const char *arg, const char *next, const char *option, const char **value, int *used)
{
	size_t len = strlen(option);

	if (strncmp(arg, option, len) != 0 || (arg[len] != '\0' && arg[len] != '='))
		return false;
	*value = arg[len] == '=' ? arg + len + 1 : next;
	*used = arg[len] == '=' ? 1 : 2;
	return true;
}

static bool invalid(const char *what)
{
	(void)fprintf(stderr, "*** Error: Invalid value for %s\n", what);
	return false;
}

static bool expected(const char *what)
{
	(void)fprintf(stderr, "*** Error: Expected args for this command: %s\n", what);
	return false;
}

static const char *const area_names[] = {
	[AREA_MAIN] = "main", [AREA_SYSTEM] = "system", [AREA_OTP] = "otp", [AREA_OPTION] = "option",
	[AREA_BOOT_ADD] = "option_boot_add", [AREA_OPTCR] = "optcr", [AREA_OPTCR1] = "optcr1",
};

static bool set_area(struct stock_args *a, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(area_names); i++)
		if (strcmp(area_names[i], value) == 0) {
			a->area = (enum stock_area)i;
			return true;
		}
	return false;
}

static bool set_format(struct stock_args *a, const char *value)
{
	a->ihex = strcmp(value, "ihex") == 0;
	return a->ihex || strcmp(value, "binary") == 0 || invalid("format");
}

static bool flag_option(const char *arg, struct stock_args *a)
{
	if (strcmp(arg, "--debug") == 0)
		a->debug = true;
	else if (strcmp(arg, "--reset") == 0)
		a->reset = true;
	else if (strcmp(arg, "--opt") == 0)
		a->opt = true;
	else if (strcmp(arg, "--version") == 0)
		a->version = true;
	else if (strcmp(arg, "--mass-erase") == 0)
		a->mass_erase = true;
	else if (strcmp(arg, "--connect-under-reset") == 0)
		a->connect = STOCK_UNDER_RESET;
	else if (strcmp(arg, "--hot-plug") == 0)
		a->connect = STOCK_HOT_PLUG;
	else
		return false;
	return true;
}

/* One option; *used: words that it took. */
static bool take_option(const char *arg, const char *next, struct stock_args *a, int *used)
{
	const char *value = NULL;

	*used = 1;
	if (flag_option(arg, a))
		return true;
	if (strncmp(arg, "--flash=", 8) == 0)
		return args_number(arg + 8, &a->flash_bytes) || invalid("--flash");
	if (args_value(arg, next, "--serial", &value, used)) {
		a->serial = value;
		return value != NULL;
	}
	if (args_value(arg, next, "--area", &value, used))
		return value && set_area(a, value);
	if (args_value(arg, next, "--freq", &value, used))
		return value && args_freq(value, &a->freq_khz);
	if (args_value(arg, next, "--format", &value, used))
		return value && set_format(a, value);
	return false;
}

/* ---- commands ---- */

struct words {
	char *const *at;
	int n;
};

static bool read_memory(const struct words *w, struct stock_args *a)
{
	if (w->n != 3)
		return expected("read <path> <addr> <size>");
	a->path = w->at[0];
	if (!args_number(w->at[1], &a->addr))
		return invalid("addr");
	return args_number(w->at[2], &a->size) || invalid("size");
}

static bool read_option(const struct words *w, struct stock_args *a)
{
	if (w->n > 2)
		return expected("option bytes read: [path] [size]");
	a->path = w->n > 0 ? w->at[0] : NULL;
	return w->n < 2 || args_number(w->at[1], &a->size) ||
	       invalid("option bytes read: invalid size");
}

static bool read_words(const struct words *w, struct stock_args *a)
{
	switch (a->area) {
	case AREA_OTP:
		return invalid("TO" "DO: otp not implemented yet");
	case AREA_OPTION:
		return read_option(w, a);
	case AREA_BOOT_ADD:
		return w->n == 0 || expected("option bytes boot_add read");
	case AREA_OPTCR:
		return w->n == 0 || expected("option control register read");
	case AREA_OPTCR1:
		return w->n == 0 || expected("option control register 1 read");
	case AREA_MAIN:
	case AREA_SYSTEM:
		break;
	}
	return read_memory(w, a);
}

static bool write_value(const struct words *w, struct stock_args *a, const char *what)
{
	if (w->n != 1)
		return expected(what);
	return args_number(w->at[0], &a->value) || invalid("val");
}

static bool write_memory(const struct words *w, struct stock_args *a)
{
	if (a->ihex) {
		a->path = w->n == 1 ? w->at[0] : NULL;
		return a->path || expected("write <path>");
	}
	if (w->n != 2)
		return expected("write <path> <addr>");
	a->path = w->at[0];
	return args_number(w->at[1], &a->addr) || invalid("addr");
}

static bool write_words(const struct words *w, struct stock_args *a)
{
	switch (a->area) {
	case AREA_OPTION:
		return write_value(w, a, "option byte write <value>");
	case AREA_BOOT_ADD:
		return write_value(w, a, "option bytes boot_add write <value>");
	case AREA_OPTCR:
		return write_value(w, a, "option control register write <value>");
	case AREA_OPTCR1:
		return write_value(w, a, "option control register 1 write <value>");
	case AREA_MAIN:
	case AREA_SYSTEM:
	case AREA_OTP:
		break;
	}
	return write_memory(w, a);
}

/* 1.8.0: a section may be named. */
static bool erase_words(const struct words *w, struct stock_args *a)
{
	if (w->n == 0)
		return true;
	if (w->n != 2)
		return false;
	a->section = true;
	if (!args_number(w->at[0], &a->addr))
		return invalid("addr");
	return args_number(w->at[1], &a->size) || invalid("size");
}

static bool reset_words(const struct words *w, struct stock_args *a)
{
	(void)w;
	(void)a;
	return true;
}

static const struct {
	const char *name;
	enum stock_command command;
	bool (*read)(const struct words *w, struct stock_args *a);
} commands[] = {
	{ "read", STOCK_READ, read_words },
	{ "write", STOCK_WRITE, write_words },
	{ "erase", STOCK_ERASE, erase_words },
	{ "reset", STOCK_RESET, reset_words },
};

/* Up to 1.2 the device stood behind the command. */
static void skip_device(struct words *w, struct stock_args *a)
{
	bool v1 = w->n > 0 && strcmp(w->at[0], "v1") == 0;

	if (!v1 && (w->n == 0 || (strncmp(w->at[0], "/dev/sg", 7) != 0 &&
				  strncmp(w->at[0], "/dev/stlink", 11) != 0)))
		return;
	a->device = v1 ? NULL : w->at[0];
	w->at++;
	w->n--;
}

static bool take_command(int argc, char *const argv[], struct stock_args *a)
{
	struct words w = { argv + 1, argc - 1 };

	for (size_t i = 0; argc > 0 && i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[0], commands[i].name) != 0)
			continue;
		a->command = commands[i].command;
		skip_device(&w, a);
		return commands[i].read(&w, a);
	}
	return false;
}

bool args_read(int argc, char *const argv[], struct stock_args *out)
{
	int i = 1;

	memset(out, 0, sizeof(*out));
	while (i < argc && strncmp(argv[i], "--", 2) == 0) {
		int used;

		if (!take_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL, out, &used))
			return false;
		if (out->version)
			return true;
		i += used;
	}
	return take_command(argc - i, argv + i, out);
}
