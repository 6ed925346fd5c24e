/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * help.h - help texts, made from the tables of words, options and errors.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdio.h>

#include "cli/commands.h"

struct cause_info;

/* help_all - what --help shows: at most 80 columns and two screens. */
void help_all(FILE *f);

/* help_word - what help WORD shows. topic: a name ("program", "program=", "flash:w:"), or a
 * whole word. Returns SL_USAGE when nothing is called that. */
enum sl_err help_word(struct ctx *c, FILE *f, const char *topic) MUST_CHECK;

/* help_chips - what help chips shows: the chips and what was tested with each. */
void help_chips(FILE *f);

/* help_causes - what help causes shows: all numbers.
 * help_page_causes - the same at length, in Markdown, for docs/causes.md.
 * help_find_cause - the cause that a topic names, as "E207" or "target-asleep"; NULL: none.
 * help_cause - what help E207 shows. */
void help_causes(FILE *f);
void help_page_causes(FILE *f);
const struct cause_info *help_find_cause(const char *topic);
void help_cause(FILE *f, const struct cause_info *row);

/* help_promises - what help promises shows: what users may rely on, and what holds it up. */
void help_promises(FILE *f);

enum { HELP_CHIPS_LEFT = 33 };

/* help_wrap - text, wrapped at 79 columns, its lines beginning at column left; the cursor is in
 * column at. */
void help_wrap(FILE *f, const char *text, size_t at, size_t left);

/* help_man_words, help_man_options, help_man_exits, help_man_causes, help_man_promises - sections of
 * the man page, in mdoc. */
void help_man_words(FILE *f);
void help_man_options(FILE *f);
void help_man_exits(FILE *f);
void help_man_causes(FILE *f);
void help_man_promises(FILE *f);

#endif
