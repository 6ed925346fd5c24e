/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * word.h - the chain of command words: parsed and checked as a whole before anything runs.
 *
 * Also the small parsers that rows of the command table share. Opens no device.
 */
#ifndef CLI_WORD_H
#define CLI_WORD_H

#include "cli/commands.h"

struct chain {
	struct word *words;             /* owned */
	size_t n;
};

/* chain_parse - look every word up and parse it.
 * Returns SL_OK; SL_USAGE with the word that is not understood, and the nearest known one;
 *   SL_NOMEM. out is valid, and to be freed, in each case. */
enum sl_err chain_parse(struct ctx *c, const char *const texts[], size_t n,
			struct chain *out) MUST_CHECK;

/* chain_check_names - refuse, before any file is touched: standard input read twice, one output
 * file written twice (unless force). */
enum sl_err chain_check_names(struct ctx *c, const struct chain *chain, bool force) MUST_CHECK;

/* chain_check_images - refuse, once they are loaded, images of two program= words that overlap
 * (unless force): the second would undo what was proved of the first. */
enum sl_err chain_check_images(struct ctx *c, const struct chain *chain, bool force) MUST_CHECK;

/* chain_check_mass_erase - refuse a second program= word: each would erase what the other wrote. */
enum sl_err chain_check_mass_erase(struct ctx *c, const struct chain *chain) MUST_CHECK;
void chain_free(struct chain *chain);

/* word_parse_file - FILE, no address. */
enum sl_err word_parse_file(struct ctx *c, struct word *w, const char *rest) MUST_CHECK;

/* word_parse_file_at - FILE[@ADDR]: the part after the last '@' is an address when it looks
 * like a number, else it belongs to the name. */
enum sl_err word_parse_file_at(struct ctx *c, struct word *w, const char *rest) MUST_CHECK;

/* word_parse_file_range - FILE@ADDR[:LEN]. */
enum sl_err word_parse_file_range(struct ctx *c, struct word *w, const char *rest) MUST_CHECK;

/* word_parse_range - ADDR[:LEN] of exactly len characters. */
enum sl_err word_parse_range(struct ctx *c, struct word *w, const char *text,
			     size_t len) MUST_CHECK;

/* word_parse_addr_value - ADDR=V. */
enum sl_err word_parse_addr_value(struct ctx *c, struct word *w, const char *rest) MUST_CHECK;

/* word_parse_number - len characters as a number; what: "address", for the message. */
enum sl_err word_parse_number(struct ctx *c, const char *text, size_t len, const char *what,
			      uint32_t *out) MUST_CHECK;

/* word_usage - SL_USAGE for a word that lacks something or has too much. */
enum sl_err word_usage(struct ctx *c, const struct word *w, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_CHECK;

#endif
