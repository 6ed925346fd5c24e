/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * st_info.c - st-info: what is plugged in, in that tool's words.
 *
 * The first word alone selects the action; a probe whose chip does not answer is shown with zeros.
 */
#define _GNU_SOURCE /* secure_getenv */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat/tools.h"

static int usage(void)
{
	static const char *const with_options[] = { "flash", "pagesize", "sram", "chipid", "descr" };

	(void)puts("st-info --version");
	(void)puts("st-info --probe [--connect-under-reset] [--hot-plug] [--freq=<KHz>]");
	(void)puts("st-info --serial");
	for (size_t i = 0; i < ARRAY_LEN(with_options); i++)
		(void)printf("st-info --%s  [--connect-under-reset] [--hot-plug] [--freq=<KHz>]\n",
			     with_options[i]);
	return COMPAT_FAILED;
}

static bool take_rest(int argc, char *const argv[], struct stock_args *a)
{
	for (int i = 2; i < argc; i++) {
		const char *value = NULL, *next = i + 1 < argc ? argv[i + 1] : "(null)";
		int used = 1;

		if (strcmp(argv[i], "--connect-under-reset") == 0)
			a->connect = STOCK_UNDER_RESET;
		else if (strcmp(argv[i], "--hot-plug") == 0)
			a->connect = STOCK_HOT_PLUG;
		else if (!args_value(argv[i], next, "--freq", &value, &used) ||
			 !args_freq(value, &a->freq_khz)) {
			(void)printf("Incorrect argument: %s\n\n", value ? value : argv[i]);
			return false;
		}
		i += used - 1;
	}
	return true;
}

/* A chip that has no answer leaves zeros, as a probe that has none. */
static void attach_or_not(struct tool *t)
{
	bool at_chip;

	if (tool_attach(t, &at_chip)) {
		ctx_log(t->s.ctx, LOG_DEBUG, "%s", t->s.ctx->fault.text);
		ctx_clear(t->s.ctx);
	}
}

static uint32_t chip_id(const struct tool *t)
{
	return t->s.target ? target_get_info(t->s.target)->dev_id : 0;
}

/* Its second number is called S, whatever it counts: of a V2-1 it is the disk's. */
static void print_version(const struct link_version *v)
{
	bool odd = v->jtag == 0 && v->msd;
	unsigned j = odd ? v->msd : v->jtag, s = odd || v->stlink > 2 || v->swim ? v->swim : v->msd;

	(void)printf("V%u", v->stlink);
	if (j)
		(void)printf("J%u", j);
	if (s)
		(void)printf("S%u", s);
}

static void print_probe(const struct tool *t)
{
	(void)printf("  version:    ");
	if (t->s.link)
		print_version(link_get_version(t->s.link));
	(void)printf("\n  serial:     %s\n", t->s.probe.serial);
	(void)printf("  flash:      %u (pagesize: %u)\n", (unsigned)t->flash_bytes,
		     (unsigned)t->chip->page_bytes);
	(void)printf("  sram:       %u\n", (unsigned)t->sram_bytes);
	(void)printf("  chipid:     0x%.4x\n", (unsigned)chip_id(t));
	(void)printf("  descr:      %s\n", t->chip->description);
}

/* What closing says: lost output is a failure, a chip that does not answer is none. */
static int finish(struct tool *t, struct ctx *c)
{
	enum sl_err err = tool_close(t, SL_OK);

	if (err == SL_FILE)
		say_fault(c);
	ctx_clear(c);
	return err == SL_INTR ? COMPAT_INTERRUPTED : err == SL_FILE ? COMPAT_FAILED : COMPAT_OK;
}

/* The probes that are meant: all, or the one of the environment. */
static size_t find_all(struct ctx *c, struct probe_list *list)
{
	const char *device = secure_getenv("STLINK_DEVICE");
	enum sl_err err;

	list->n = 0;
	if (!device || !device[0]) {
		err = probe_list(c, list);
	} else {
		err = probe_find(c, device, &list->probe[0]);
		list->n = !err;
	}
	if (err)
		ctx_clear(c);
	return list->n;
}

static int probe_all(struct ctx *c, const struct stock_args *common)
{
	struct probe_list *list = calloc(1, sizeof(*list));
	int status = COMPAT_OK;

	if (!list)
		return COMPAT_FAILED;
	(void)printf("Found %zu stlink programmers\n", find_all(c, list));
	for (size_t i = 0; i < list->n && status == COMPAT_OK; i++) {
		struct stock_args a = *common;
		char port[48];
		struct tool t;

		(void)snprintf(port, sizeof(port), "port:%s", list->probe[i].port);
		a.device = list->probe[i].url[0] ? list->probe[i].url : port;
		if (list->n > 1)
			(void)printf("%zu.\n", i + 1);
		if (!tool_open(&t, c, &a)) {
			t.s.probe = list->probe[i];
			attach_or_not(&t);
		}
		print_probe(&t);
		status = finish(&t, c);
		if (ctx_interrupted(c))
			status = COMPAT_INTERRUPTED;
	}
	free(list);
	return status;
}

static int show_one(struct ctx *c, const char *what, const struct stock_args *a)
{
	struct tool t;
	bool at_chip = false;
	enum sl_err err = tool_open(&t, c, a);

	if (!err)
		err = tool_attach(&t, &at_chip);
	if (err && !at_chip)
		return tool_close(&t, err) == SL_INTR ? COMPAT_INTERRUPTED : COMPAT_FAILED;
	ctx_clear(c);
	if (strcmp(what, "--serial") == 0)
		(void)puts(t.s.probe.serial);
	else if (strcmp(what, "--flash") == 0)
		(void)printf("0x%x\n", (unsigned)t.flash_bytes);
	else if (strcmp(what, "--pagesize") == 0)
		(void)printf("0x%x\n", (unsigned)t.chip->page_bytes);
	else if (strcmp(what, "--sram") == 0)
		(void)printf("0x%x\n", (unsigned)t.sram_bytes);
	else if (strcmp(what, "--chipid") == 0)
		(void)printf("0x%.4x\n", (unsigned)chip_id(&t));
	else if (strcmp(what, "--descr") == 0)
		(void)puts(t.chip->description);
	return finish(&t, c);
}

int st_info_main(struct ctx *c, int argc, char *const argv[])
{
	struct stock_args a = { .quiet = true };

	if (argc < 2 || !take_rest(argc, argv, &a))
		return usage();
	if (strcmp(argv[1], "--version") == 0) {
		(void)puts("v" STOCK_VERSION);
		return COMPAT_OK;
	}
	if (strcmp(argv[1], "--explain-compat") == 0) {
		compat_explain();
		return COMPAT_OK;
	}
	return strcmp(argv[1], "--probe") == 0 ? probe_all(c, &a) : show_one(c, argv[1], &a);
}
