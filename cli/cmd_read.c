/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * cmd_read.c - read=, flash:r:, sys:r:: memory into files.
 *
 * The name is checked before a device is opened; the file appears complete or not at all.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/format.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/word.h"

enum { CHUNK = 4096 };

static bool to_stdout(const struct word *w)
{
	return strcmp(w->file, "-") == 0;
}

/* Can a file be made in the directory of path? */
static enum sl_err check_directory(struct ctx *c, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";

	if (slash) {
		size_t len = slash == path ? 1 : (size_t)(slash - path);

		if (len >= sizeof(dir))
			return ctx_fail(c, SL_FILE, "cli", "the name %.60s... is too long", path);
		memcpy(dir, path, len);
		dir[len] = '\0';
	}
	if (strlen(slash ? slash + 1 : path) > NAME_MAX)
		return ctx_fail(c, SL_FILE, "cli", "the name %.60s... is too long",
				slash ? slash + 1 : path);
	if (slash && slash[1] == '\0')
		return ctx_fail(c, SL_FILE, "cli", "%s names a directory", path);
	if (access(dir, W_OK | X_OK))
		return ctx_fail_errno(c, SL_FILE, "cli", errno, "cannot write into %.120s", dir);
	return SL_OK;
}

static enum sl_err check_output(struct session *s, struct word *w)
{
	enum sl_err err;

	if (to_stdout(w) && s->options->json) {
		(void)ctx_fail(s->ctx, SL_USAGE, "cli", "standard output cannot take both the "
			       "memory and --json");
		ctx_hint(s->ctx, "name a file instead of -");
		return SL_USAGE;
	}
	if (to_stdout(w) && !s->options->force && isatty(STDOUT_FILENO) == 1) {
		(void)ctx_fail(s->ctx, SL_USAGE, "cli", "standard output is a terminal, which plain "
			       "binary would upset");
		ctx_hint(s->ctx, "send it to a file or a pipe, name a file instead of -, or add --force");
		return SL_USAGE;
	}
	if (to_stdout(w))
		return SL_OK;
	err = check_directory(s->ctx, w->file);
	return err ? err : file_check_new(s->ctx, w->file, s->options->force);
}

static enum sl_err range_parse(struct ctx *c, struct word *w, const char *rest)
{
	enum sl_err err = word_parse_file_range(c, w, rest);

	if (!err && w->len > IMAGE_MAX_BYTES)
		return word_usage(c, w, "%s is more than a file may have here (64M)",
				  format_bytes(w->len).s);
	return err;
}

struct region {
	const char *name;
	uint32_t base, bytes;
};

static enum sl_err regions(struct session *s, struct region r[3])
{
	const struct target_info *info = target_get_info(s->target);
	const struct chip_row *chip;
	enum sl_err err = session_chip(s, &chip);

	if (err)
		return err;
	r[0] = (struct region){ "flash", chip->flash_base, info->flash_kb * 1024 };
	r[1] = (struct region){ "SRAM", chip->sram_base, info->sram_bytes };
	r[2] = (struct region){ "system memory", chip->sysmem_base, chip->sysmem_bytes };
	return SL_OK;
}

/* Without a length: to the end of the memory that holds the address. */
static enum sl_err find_end(struct session *s, struct word *w)
{
	struct region r[3];
	enum sl_err err = SL_OK;

	if (w->has_len)
		return SL_OK;
	err = regions(s, r);
	if (!err)
		err = target_confirm(s->target, s->ctx);
	for (size_t i = 0; i < 3 && !err; i++) {
		if (w->addr >= r[i].base && w->addr - r[i].base < r[i].bytes) {
			w->len = r[i].bytes - (w->addr - r[i].base);
			w->has_len = true;
			return SL_OK;
		}
	}
	if (err)
		return err;
	(void)ctx_fail_addr(s->ctx, SL_USAGE, "cli", w->addr, "0x%08x is neither flash nor SRAM nor "
			    "system memory of this chip", (unsigned)w->addr);
	ctx_hint(s->ctx, "say how much to read: %.40s@0x%08x:LEN", w->file, (unsigned)w->addr);
	return SL_USAGE;
}

static enum sl_err fetch(struct session *s, const struct word *w, uint8_t *dst)
{
	struct progress p;
	struct flash_progress listener = progress_begin(&p, s->out, w->text);
	enum sl_err err = SL_OK;

	for (uint32_t done = 0; done < w->len && !err;) {
		uint32_t n = w->len - done < CHUNK ? w->len - done : CHUNK;

		err = target_read_mem(s->target, s->ctx, w->addr + done, dst + done, n);
		done += n;
		if (!err && done < w->len)
			err = ctx_interrupted(s->ctx);
		if (!err)
			listener.fn(listener.priv, FLASH_READ, done, w->len);
	}
	progress_end(&p);
	return session_explain_fault(s, err);
}

static enum sl_err keep(struct session *s, const struct word *w, const uint8_t *data)
{
	struct span span = { .addr = w->addr, .len = w->len, .data = data };

	if (!to_stdout(w))
		return image_write(s->ctx, w->file, &span, 1, s->options->force);
	if (fwrite(data, 1, w->len, s->out->out) != w->len || fflush(s->out->out))
		return ctx_fail_errno(s->ctx, SL_FILE, "cli", errno, "cannot write standard output");
	return SL_OK;
}

static void report(struct session *s, const struct word *w, uint64_t us)
{
	struct json *j = output_event(s->out, "read");
	char safe[200];

	(void)format_escape(safe, sizeof(safe), w->file);
	if (to_stdout(w))
		output_talk(s->out, "read: %s from 0x%08x, %s", format_bytes(w->len).s,
			    (unsigned)w->addr, format_seconds(us).s);
	else
		output_done(s->out, "read: %s from 0x%08x into %s, %s", format_bytes(w->len).s,
			    (unsigned)w->addr, safe, format_seconds(us).s);
	if (!j)
		return;
	json_string(j, "word", w->text);
	json_string(j, "file", w->file);
	json_string(j, "format", image_format_of_name(w->file));
	json_number(j, "address", w->addr);
	json_number(j, "bytes", w->len);
	json_seconds(j, "seconds", us);
	output_event_end(s->out);
}

static enum sl_err read_run(struct session *s, struct word *w)
{
	uint64_t start = ctx_now_us(s->ctx);
	enum sl_err err = find_end(s, w);
	uint8_t *data;

	if (err)
		return err;
	data = malloc(w->len);
	if (!data)
		return ctx_fail(s->ctx, SL_NOMEM, "cli", "no memory for %s", format_bytes(w->len).s);
	err = fetch(s, w, data);
	if (!err)
		err = keep(s, w, data);
	free(data);
	if (!err)
		report(s, w, ctx_now_us(s->ctx) - start);
	return err;
}

static enum sl_err read_region(struct session *s, struct word *w, size_t which)
{
	struct region r[3];
	enum sl_err err = regions(s, r);

	if (err)
		return err;
	if (r[which].bytes == 0)
		return ctx_fail(s->ctx, SL_UNSUPPORTED, "cli", "the size of this chip's %s is not "
				"known here", r[which].name);
	w->addr = r[which].base;
	w->len = r[which].bytes;
	w->has_addr = w->has_len = true;
	return read_run(s, w);
}

static enum sl_err flash_read_run(struct session *s, struct word *w)
{
	return read_region(s, w, 0);
}

static enum sl_err sys_read_run(struct session *s, struct word *w)
{
	return read_region(s, w, 2);
}

const struct command verb_read = {
	.name = "read=",
	.syntax = "read=FILE@ADDR[:LEN]",
	.summary = "read memory into a new FILE",
	.help = "Reads LEN bytes from ADDR, or all from ADDR to the end of that memory, into\n"
		"FILE: Intel HEX for names in .hex or .ihex, S-record for .srec, .s19 and the\n"
		"like, else plain binary; - is standard output, unless that is a terminal. An\n"
		"existing file is kept unless --force is given. LEN may end in k (1024) or M.\n"
		"\n"
		"  stlink-download read=dump.bin@0x08000000:64k\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.file_use = FILE_OUT,
	.parse = range_parse,
	.prepare = check_output,
	.run = read_run,
};

const struct command verb_flash_read = {
	.name = "flash:r:",
	.syntax = "flash:r:FILE",
	.summary = "read the whole flash into a new FILE",
	.help = "Reads the whole main flash, as large as the chip says it is, into FILE. Formats\n"
		"as with read=.\n"
		"\n"
		"  stlink-download flash:r:backup.bin\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.file_use = FILE_OUT,
	.parse = word_parse_file,
	.prepare = check_output,
	.run = flash_read_run,
};

const struct command verb_sys_read = {
	.name = "sys:r:",
	.syntax = "sys:r:FILE",
	.summary = "read the boot ROM into a new FILE",
	.help = "Reads the chip's system memory (ST's boot loader) into FILE. Formats as with\n"
		"read=.\n"
		"\n"
		"  stlink-download sys:r:bootrom.bin\n",
	.form = FORM_ARGUMENT,
	.needs = RUNG_TARGET,
	.file_use = FILE_OUT,
	.parse = word_parse_file,
	.prepare = check_output,
	.run = sys_read_run,
};
