/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tell.c - st-flash's lines about the work, one row for each kind of flash that flash/ drives.
 *
 * They follow the work as far as it is of their order: the pages are told as erased when the first
 * byte is written, and counted as the bytes go.
 */
#include <stdio.h>
#include <string.h>

#include "compat/tell.h"

enum { DOT_US = 1000000, DOTS_MAX = 60 };     /* at once: a clock that was set makes no more */

/* How a kind of flash is written there. */
struct manner {
	enum stock_flash flash;
	const char *start;
	const char *before_loader;      /* a line between the two, when there is anything to count */
	bool counts, by_halves;         /* pages or half pages are counted aloud */
	bool names_sectors;             /* "EraseFlash - Sector:" before each erased line */
	bool tells_width;               /* how wide it writes, by the supply */
};

static const struct manner manners[] = {
	{ .flash = STOCK_F0, .start = "VL/F0/F3/F1_XL", .counts = true },
	{ .flash = STOCK_F1_XL, .start = "VL/F0/F3/F1_XL", .counts = true },
	{ .flash = STOCK_F4, .start = "F2/F4/F7/L4", .names_sectors = true, .tells_width = true },
	{ .flash = STOCK_F7, .start = "F2/F4/F7/L4", .names_sectors = true, .tells_width = true },
	{ .flash = STOCK_L0, .start = "L0",
	  .before_loader = "Starting Half page flash write for STM32L core id",
	  .counts = true, .by_halves = true },
};

static const struct manner *manner_of(const struct tool *tool)
{
	for (size_t i = 0; i < ARRAY_LEN(manners); i++)
		if (manners[i].flash == tool->chip->flash)
			return &manners[i];
	return &manners[0];
}

void teller_begin(struct teller *t, const struct tool *tool, uint32_t addr, uint32_t len)
{
	const struct manner *m = manner_of(tool);
	uint32_t page = tool->chip->page_bytes;

	memset(t, 0, sizeof(*t));
	t->tool = tool;
	t->addr = addr;
	t->len = len;
	if (m->counts && page)
		t->units = m->by_halves ? len / (page / 2) : (len + page - 1) / page;
}

static void tell_erased(const struct teller *t, const struct manner *m)
{
	size_t n = 0;
	const struct flash_sector *s = flash_sectors(t->tool->s.flash, &n);
	unsigned pages = 0, bytes = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i].addr + s[i].bytes <= t->addr || s[i].addr - t->addr >= t->len)
			continue;
		if (m->names_sectors)
			(void)fprintf(stderr, "EraseFlash - Sector:0x%x Size:0x%x ", s[i].index,
				      (unsigned)s[i].bytes);
		say(SAY_INFO, "common.c", "Flash page at addr: 0x%08lx erased", (unsigned long)s[i].addr);
		pages++;
		bytes = s[i].bytes;
	}
	say(SAY_INFO, "common.c", "Finished erasing %u pages of %u (%#x) bytes", pages, bytes, bytes);
}

static void tell_width(const struct teller *t)
{
	const struct target_info *info = target_get_info(t->tool->s.target);

	if (!info->supply_known)
		say(SAY_WARN, "flash_loader.c",
		    "STLINK V1 cannot read voltage, defaulting to 32-bit writes");
	else if (info->supply_mv > 2700)
		say(SAY_INFO, "common.c", "enabling 32-bit flash writes");
	else
		say(SAY_INFO, "common.c", "Target voltage (%u mV) too low for 32-bit flash, using 8-bit "
					  "flash writes", info->supply_mv);
}

static void tell_loader(const struct teller *t, const struct manner *m)
{
	say(SAY_INFO, "common.c", "Starting Flash write for %s", m->start);
	if (m->before_loader && t->units == 0)
		return;
	if (m->before_loader)
		say(SAY_INFO, "common.c", "%s", m->before_loader);
	say(SAY_INFO, "flash_loader.c", "Successfully loaded flash loader in sram");
	say(SAY_INFO, "flash_loader.c", "Clear DFSR");
	say(SAY_INFO, "flash_loader.c", "Clear CFSR");
	say(SAY_INFO, "flash_loader.c", "Clear HFSR");
	if (m->tells_width)
		tell_width(t);
}

static void begin(struct teller *t)
{
	const struct manner *m = manner_of(t->tool);

	if (t->begun)
		return;
	t->begun = true;
	tell_erased(t, m);
	tell_loader(t, m);
}

static void count_to(struct teller *t, uint32_t units)
{
	const struct manner *m = manner_of(t->tool);

	while (m->counts && t->told < units && t->told < t->units) {
		t->told++;
		if (m->by_halves)
			(void)printf("\r%3u/%u halfpages written", (unsigned)t->told, (unsigned)t->units);
		else
			(void)printf("\r%3u/%3u pages written", (unsigned)t->told, (unsigned)t->units);
		(void)fflush(stdout);
	}
}

void teller_progress(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct teller *t = priv;

	if (phase != FLASH_PROGRAM || total == 0)
		return;
	begin(t);
	count_to(t, (uint32_t)(done * t->units / total));
}

void teller_end(struct teller *t)
{
	begin(t);
	count_to(t, t->units);
	if (manner_of(t->tool)->counts)
		(void)fputc('\n', stdout);
	say(SAY_INFO, "common.c", "Starting verification of write complete");
	say(SAY_INFO, "common.c", "Flash written and verified! jolly good!");
}

void teller_stop(struct teller *t)
{
	if (t->told)
		(void)fputc('\n', stdout);
}

/* ---- erasing ---- */

void teller_begin_erase(struct teller *t, const struct tool *tool, bool section)
{
	memset(t, 0, sizeof(*t));
	t->tool = tool;
	t->section = section;
	t->begun = tool->s.flash != NULL;
	t->dot_us = ctx_now_us(tool->s.ctx);
	if (t->begun && !section && tool->chip->flash != STOCK_L0)
		(void)printf("Mass erasing");
	(void)fflush(stdout);
}

void teller_erasing(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct teller *t = priv;
	uint64_t now, dots;

	(void)done;
	(void)total;
	if (phase != FLASH_ERASE || t->section || t->tool->chip->flash == STOCK_L0)
		return;
	now = ctx_now_us(t->tool->s.ctx);
	dots = now < t->dot_us ? 0 : (now - t->dot_us) / DOT_US;
	t->dot_us += dots * DOT_US;
	for (uint64_t i = 0; i < dots && i < DOTS_MAX; i++)
		(void)fputc('.', stdout);
	(void)fflush(stdout);
}

void teller_end_erase(struct teller *t, bool good)
{
	size_t n = 0;

	if (!t->begun)
		return;
	(void)flash_sectors(t->tool->s.flash, &n);
	for (size_t i = 0; good && !t->section && t->tool->chip->flash == STOCK_L0 && i < n; i++)
		(void)printf("-> Flash page at %5d/%5d erased\n", (int)i, (int)n);
	if (!t->section && (good || t->tool->chip->flash != STOCK_L0))
		(void)fputc('\n', stdout);
}
