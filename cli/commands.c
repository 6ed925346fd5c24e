/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * commands.c - the one table of command words, and looking a word up in it.
 *
 * A new word is one file cli/cmd_*.c with its row, and the row's name here.
 */
#include "cli/commands.h"

#include <string.h>

#include "base/compiler.h"
#include "cli/suggest.h"

extern const struct command verb_list, verb_list_names, verb_version, verb_info, verb_status,
	verb_program, verb_verify, verb_flash_write, verb_flash_verify, verb_read,
	verb_flash_read, verb_sys_read, verb_erase, verb_erase_all,
	verb_erase_range, verb_debug, verb_halt, verb_run, verb_step,
	verb_reset, verb_regs, verb_reg, verb_wreg, verb_read_word,
	verb_write_word, verb_sleep, verb_sleep_for, verb_blink, verb_help,
	verb_peripheral, verb_setup, verb_doctor, verb_autoflash, verb_station, verb_protection,
		   verb_unlock, verb_lock1, verb_lock2, verb_wrp,
	verb_options, verb_option, verb_options_save, verb_options_write, verb_monitor, verb_monitor_at;

static const struct command *const table[] = {
	&verb_list, &verb_list_names, &verb_info, &verb_version, &verb_status, &verb_setup, &verb_doctor,
	&verb_program, &verb_verify, &verb_read,
	&verb_erase, &verb_erase_all, &verb_erase_range,
	&verb_flash_write, &verb_flash_verify, &verb_flash_read, &verb_sys_read,
	&verb_reset, &verb_run, &verb_debug, &verb_halt, &verb_step,
	&verb_regs, &verb_reg, &verb_wreg, &verb_read_word, &verb_write_word,
	&verb_peripheral, &verb_sleep, &verb_sleep_for, &verb_blink,
	&verb_protection, &verb_unlock, &verb_wrp, &verb_lock1, &verb_lock2,
	&verb_options, &verb_option, &verb_options_save, &verb_options_write,
	&verb_monitor, &verb_monitor_at,
	&verb_autoflash, &verb_station, &verb_help,
};

const struct command *const *verb_table(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

static bool row_fits(const struct command *row, const char *text)
{
	size_t len = strlen(row->name);

	if (row->form == FORM_OWN)
		return row->fits(text);
	if (strncmp(text, row->name, len) != 0)
		return false;
	switch (row->form) {
	case FORM_ALONE:
		return text[len] == '\0';
	case FORM_ARGUMENT:
		return true;
	case FORM_NUMBER:
		return text[len] >= '0' && text[len] <= '9';
	case FORM_OWN:
		break;
	}
	return false;
}

const struct command *verb_find(const char *text)
{
	const struct command *best = NULL;

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (row_fits(table[i], text) &&
		    (!best || strlen(table[i]->name) > strlen(best->name)))
			best = table[i];
	return best;
}

/* How much of a mistyped word stands for its name: up to the first '=', else the second ':'. */
static size_t name_part(const char *text)
{
	const char *equals = strchr(text, '=');
	const char *colon = strchr(text, ':');

	if (equals)
		return (size_t)(equals - text) + 1;
	colon = colon ? strchr(colon + 1, ':') : NULL;
	return colon ? (size_t)(colon - text) + 1 : strlen(text);
}

const struct command *verb_nearest(const char *text)
{
	const char *names[ARRAY_LEN(table)];
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		names[i] = table[i]->name;
	near = suggest_nearest(text, name_part(text), names, ARRAY_LEN(table));
	for (size_t i = 0; near && i < ARRAY_LEN(table); i++)
		if (table[i]->name == near)
			return table[i];
	return NULL;
}
