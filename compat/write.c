/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * write.c - st-flash write and erase: the work by flash/, told in st-flash's lines.
 *
 * Holes of a file and what stands around it in its pages are kept, which st-flash does not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/confine.h"
#include "base/file.h"
#include "base/md5.h"
#include "compat/tell.h"
#include "image/image.h"

enum memory { MEMORY_NONE, MEMORY_FLASH, MEMORY_SRAM };

/* What is to be written, and where from. */
struct load {
	struct buffer file;
	struct image *image;            /* of a HEX file */
	struct span plain;              /* of a binary */
	const struct span *spans;
	size_t n;
};

static void load_free(struct load *l)
{
	image_free(l->image);
	buf_free(&l->file);
}

static enum memory memory_of(const struct tool *t, uint32_t addr)
{
	const struct chip_row *chip = target_get_info(t->s.target)->chip;

	if (addr >= chip->flash_base && addr - chip->flash_base < t->flash_bytes)
		return MEMORY_FLASH;
	if (addr >= chip->sram_base && addr - chip->sram_base < t->sram_bytes)
		return MEMORY_SRAM;
	return MEMORY_NONE;
}

static uint32_t addr_of(const struct stock_args *a, const struct load *l)
{
	return a->ihex ? l->spans[0].addr : a->addr;
}

/* From the first byte to the last, holes counted: what st-flash calls the length. */
static uint32_t length_of(const struct load *l)
{
	const struct span *last = &l->spans[l->n - 1];

	return last->addr + (uint32_t)last->len - l->spans[0].addr;
}

static bool load_hex(struct tool *t, const struct stock_args *a, struct load *l)
{
	struct ctx *c = t->s.ctx;
	const struct image_where where = { .confined = confine_wanted() };
	enum sl_err err = file_read_all(c, a->path, &l->file);
	bool other = !err && (l->file.len == 0 || l->file.data[0] != ':');

	if (!err && !other)
		err = image_from_memory(c, l->file.data, l->file.len, &where, &l->image);
	if (!err && !other && strcmp(l->image->format, "ihex") == 0) {
		l->spans = image_spans(l->image, &l->n);
		return true;
	}
	(void)printf("Cannot parse %s as Intel-HEX file\n", a->path);
	if (other)
		say(SAY_ERROR, "common.c", "Wrong file format - no marker");
	else
		say_fault(c);
	return false;
}

/* The sum is printed byte by byte without leading zeros, as ever. */
static void tell_file(const char *path, const struct buffer *b)
{
	uint8_t digest[MD5_BYTES];
	uint32_t sum = 0;

	md5(b->data, b->len, digest);
	for (size_t i = 0; i < b->len; i++)
		sum += b->data[i];
	(void)printf("file %s md5 checksum: ", path);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)printf("%x", digest[i]);
	(void)printf(", stlink checksum: 0x%08x\n", (unsigned)sum);
}

static bool load_binary(struct tool *t, const struct stock_args *a, struct load *l, enum memory where)
{
	enum sl_err err = file_read_all(t->s.ctx, a->path, &l->file);

	if (err || l->file.len == 0) {
		(void)fprintf(stderr, err ? "open(%s) == -1\n" : "mmap() == MAP_FAILED for file %s\n",
			      a->path);
		if (where == MEMORY_FLASH)
			say(SAY_ERROR, "common.c", "map_file() == -1");
		else
			(void)fprintf(stderr, "map_file() == -1\n");
		return false;
	}
	l->plain = (struct span){ .addr = a->addr, .len = l->file.len, .data = l->file.data };
	l->spans = &l->plain;
	l->n = 1;
	tell_file(a->path, &l->file);
	return true;
}

/* --opt: the erased bytes at the end of a binary are left out. */
static void leave_out_end(struct tool *t, struct load *l)
{
	uint8_t erased = target_get_info(t->s.target)->chip->erased;
	size_t len = l->plain.len, left_out;

	while (len > 0 && l->plain.data[len - 1] == erased)
		len--;
	left_out = l->plain.len - len;
	if (l->spans != &l->plain || left_out == 0 || len == 0)
		return;
	say(SAY_INFO, "common.c", "Ignoring %zu bytes of 0x%02x at end of file", left_out, erased);
	l->plain.len = len;
}

/* ---- flash ---- */

static const struct flash_sector *sector_of(const struct flash *f, uint32_t addr)
{
	size_t n = 0;
	const struct flash_sector *s = flash_sectors(f, &n);

	for (size_t i = 0; i < n; i++)
		if (addr >= s[i].addr && addr - s[i].addr < s[i].bytes)
			return &s[i];
	return NULL;
}

static bool fits(const struct tool *t, uint32_t addr, uint32_t len)
{
	uint32_t base = target_get_info(t->s.target)->chip->flash_base;
	const struct flash_sector *s = sector_of(t->s.flash, addr);

	if (len > t->flash_bytes || addr - base > t->flash_bytes - len) {
		say(SAY_ERROR, "common.c", "addr too high");
		return false;
	}
	if (addr & 1) {
		say(SAY_ERROR, "common.c", "unaligned addr 0x%x", (unsigned)addr);
		return false;
	}
	if (s && s->addr == addr)
		return true;
	say(SAY_ERROR, "common.c", "addr not a multiple of current pagesize (%u bytes), not supported, "
	    "check page start address and compare with flash module organisation in related ST reference "
	    "manual of your device.", s ? (unsigned)s->bytes : 0);
	return false;
}

static bool run_program(struct tool *t, const struct stock_args *a, const struct load *l,
			struct teller *teller)
{
	struct ctx *c = t->s.ctx;
	struct flash_stats stats = { 0 };
	struct flash_job job = {
		.spans = l->spans, .n_spans = l->n, .erase_first = true,
		.progress = { teller_progress, teller },
	};
	enum sl_err err = SL_OK;

	if (a->mass_erase)
		err = flash_erase_all(t->s.flash, c, &(struct flash_progress){ NULL, NULL }, &stats);
	if (!err)
		err = flash_program(t->s.flash, c, &job, &stats);
	if (err) {
		teller_stop(teller);
		say_fault(c);
		return false;
	}
	teller_end(teller);
	return true;
}

static bool write_flash(struct tool *t, const struct stock_args *a, struct load *l)
{
	struct ctx *c = t->s.ctx;
	uint32_t addr, len;
	struct teller teller;

	if (session_climb(&t->s, RUNG_FLASH)) {
		say_fault(c);
		return false;
	}
	if (a->opt)
		leave_out_end(t, l);
	addr = addr_of(a, l);
	len = length_of(l);
	say(SAY_INFO, "common.c", "Attempting to write %d (%#x) bytes to stm32 address: %u (%#x)", (int)len,
	    (unsigned)len, (unsigned)addr, (unsigned)addr);
	if (!fits(t, addr, len))
		return false;
	teller_begin(&teller, t, addr, len);
	if (!run_program(t, a, l, &teller))
		return false;
	/* The new program begins as after power-on. */
	if (!a->reset && target_reset(t->s.target, c, RESET_RUN)) {
		say_fault(c);
		return false;
	}
	return true;
}

/* ---- SRAM ---- */

/* Stack pointer and program counter of the table at the beginning, then let it run. */
static enum sl_err start_at(struct tool *t, uint32_t table)
{
	struct ctx *c = t->s.ctx;
	uint32_t word[2];
	enum sl_err err = target_read32(t->s.target, c, table, &word[0]);

	if (!err)
		err = target_read32(t->s.target, c, table + 4, &word[1]);
	if (!err)
		err = target_write_reg(t->s.target, c, 13, word[0]);
	if (!err)
		err = target_write_reg(t->s.target, c, 15, word[1]);
	return err ? err : target_run(t->s.target, c);
}

static enum sl_err load_sram(struct tool *t, const struct span *span)
{
	struct ctx *c = t->s.ctx;
	uint8_t *back = malloc(span->len);
	enum sl_err err;

	if (!back)
		return ctx_fail(c, SL_NOMEM, "compat", "no memory for %zu bytes", span->len);
	err = target_write_mem(t->s.target, c, span->addr, span->data, span->len);
	if (!err)
		err = target_read_mem(t->s.target, c, span->addr, back, span->len);
	if (!err && memcmp(back, span->data, span->len) != 0)
		err = ctx_fail_addr(c, SL_VERIFY, "compat", span->addr, "SRAM differs from the file");
	free(back);
	return err;
}

static bool write_sram(struct tool *t, const struct stock_args *a, const struct load *l)
{
	struct ctx *c = t->s.ctx;
	const struct span *last = &l->spans[l->n - 1];
	enum sl_err err = target_halt_quietly(t->s.target, c);

	if (memory_of(t, last->addr + (uint32_t)last->len - 1) != MEMORY_SRAM) {
		(void)fprintf(stderr, "addr too high\n");
		return false;
	}
	for (size_t i = 0; i < l->n && !err; i++)
		err = load_sram(t, &l->spans[i]);
	if (!err)
		err = start_at(t, addr_of(a, l));
	if (err)
		say_fault(c);
	return !err;
}

/* ---- the commands ---- */

static bool write_file(struct tool *t, const struct stock_args *a)
{
	struct load l = { 0 };
	enum memory where;
	bool good = true;

	buf_init(&l.file, IMAGE_MAX_BYTES);
	if (a->ihex && !load_hex(t, a, &l)) {
		load_free(&l);
		return false;
	}
	where = memory_of(t, addr_of(a, &l));
	if (where == MEMORY_NONE) {
		(void)puts("Unknown memory region");
		load_free(&l);
		return false;
	}
	if (!a->ihex)
		good = load_binary(t, a, &l, where);
	if (good)
		good = where == MEMORY_FLASH ? write_flash(t, a, &l) : write_sram(t, a, &l);
	if (!good)
		(void)puts(where == MEMORY_FLASH ? "stlink_fwrite_flash() == -1"
						 : "stlink_fwrite_sram() == -1");
	load_free(&l);
	return good;
}

/* Option bytes are this program's own words' business. */
static bool write_option(const char *what, const char *result)
{
	say(SAY_ERROR, "common.c", "%s is currently not supported for connected chip", what);
	if (result)
		(void)puts(result);
	return false;
}

bool do_write(struct tool *t, const struct stock_args *a)
{
	switch (a->area) {
	case AREA_OPTION:
		if (a->value == 0) {
			(void)puts("attempting to set option byte to 0, abort.");
			return false;
		}
		say(SAY_WARN, "common.c", "About to write option byte %#10x to %#10x.", (unsigned)a->value,
		    (unsigned)t->chip->option_base);
		return write_option("Option bytes writing", "stlink_write_option_bytes32() == -1");
	case AREA_BOOT_ADD:
		say(SAY_ERROR, "common.c", "Option bytes boot address writing is currently not implemented "
					   "for connected chip");
		say(SAY_ERROR, "common.c", "Flash option write failed!");
		return false;
	case AREA_OPTCR:
	case AREA_OPTCR1:
		say(SAY_ERROR, "common.c", "Option control register %swriting is currently not implemented "
					   "for connected chip", a->area == AREA_OPTCR1 ? "1 " : "");
		say(SAY_ERROR, "common.c", "Flash option write failed!");
		return false;
	case AREA_MAIN:
	case AREA_SYSTEM:
	case AREA_OTP:
		break;
	}
	return write_file(t, a);
}

bool do_erase(struct tool *t, const struct stock_args *a)
{
	struct ctx *c = t->s.ctx;
	struct flash_stats stats = { 0 };
	struct teller teller;
	const struct flash_progress listener = { teller_erasing, &teller };
	enum sl_err err = session_climb(&t->s, RUNG_FLASH);

	teller_begin_erase(&teller, t, a->section);
	if (!err && a->section)
		err = flash_erase_range(t->s.flash, c, (struct flash_range){ a->addr, a->size }, &listener,
					&stats);
	else if (!err)
		err = flash_erase_all(t->s.flash, c, &listener, &stats);
	teller_end_erase(&teller, err == SL_OK);
	if (!err)
		return true;
	(void)puts(a->section ? "stlink_erase_flash_section() == -1" : "stlink_erase_flash_mass() == -1");
	say_fault(c);
	return false;
}
