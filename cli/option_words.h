/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_words.h - what the words about option bytes and protection share: assignments and lists as
 * text, files, showing and writing.
 */
#ifndef CLI_OPTION_WORDS_H
#define CLI_OPTION_WORDS_H

#include "cli/session.h"
#include "flash/option_bytes.h"

enum { ASSIGN_MAX = 48, ASSIGN_NAME_MAX = 24, OPTION_FILE_MAX = 16384 };

/* NAME=VALUE, as typed or read from a file; not yet known to any chip. */
struct assignment {
	char name[ASSIGN_NAME_MAX];
	uint32_t value;
	unsigned line;                  /* of a file; 0: typed */
};

struct assignments {
	struct assignment item[ASSIGN_MAX];
	size_t n;
	bool has_chip;
	uint32_t chip;                  /* device id that the file is of */
};

/* assign_parse_list - NAME=VALUE[,NAME=VALUE]. Returns SL_USAGE for anything else, for a name twice. */
enum sl_err assign_parse_list(struct ctx *c, const char *text, struct assignments *out) MUST_CHECK;

/* assign_parse_file - lines NAME = VALUE, # comments, one line chip = DEVICE-ID. data: len bytes.
 * Returns SL_IMAGE with the line for what is not understood. */
enum sl_err assign_parse_file(struct ctx *c, const char *file, const void *data, size_t len,
			      struct assignments *out) MUST_CHECK;

/* assign_write_file - the same, with all fields of a chip. */
enum sl_err assign_write_file(struct session *s, const struct option_bytes *ob, const struct ob_state *st,
			      const char *path) MUST_CHECK;

/* assign_apply - put them into the image. Returns SL_USAGE for a name that this chip does not have, a
 * value that does not fit, a field that other words change (unless it is as it is already). */
enum sl_err assign_apply(struct session *s, const struct option_bytes *ob, const struct assignments *a,
			 struct ob_image *img) MUST_CHECK;

/* areas_parse - all, none, or a list of areas N, N-M, ADDR, ADDR:LEN: set the image's write protection
 * to exactly these. Returns SL_USAGE for what is not understood or not in flash.
 * areas_check_text - the same without a chip. */
enum sl_err areas_parse(struct session *s, const struct option_bytes *ob, const char *text,
			struct ob_image *img) MUST_CHECK;
enum sl_err areas_check_text(struct ctx *c, const char *text) MUST_CHECK;

/* options_get - open and read. out and *ob are valid after SL_OK; ob_close it. options_get_settled - for a
 * change: the chip is reset first where what is read may not be what is stored (ob_settle). */
enum sl_err options_get(struct session *s, struct option_bytes **ob, struct ob_state *st) MUST_CHECK;
enum sl_err options_get_settled(struct session *s, struct option_bytes **ob,
				struct ob_state *st) MUST_CHECK;

/* options_tell_state - what is wrong with the option bytes themselves, if anything. */
void options_tell_state(struct session *s, const struct ob_state *st);

/* options_change - show before and after, write, reload, read back, say so; nothing where nothing
 * changes. The core goes on if it ran. again: write even what looks the same. st: as it is, and then
 * as it is afterwards. */
struct option_change {
	const struct word *word;
	const struct ob_image *want;
	bool again;
};
enum sl_err options_change(struct session *s, struct option_bytes *ob, struct ob_state *st,
			   const struct option_change *ch) MUST_CHECK;

/* What a word wants of these option bytes: want has what is stored, and gets what shall be. */
typedef enum sl_err option_want_fn(struct session *s, const struct word *w,
				   const struct option_bytes *ob, struct ob_image *want);

/* What there is to say when it is done. */
typedef void option_done_fn(struct session *s, const struct option_bytes *ob, const struct ob_image *is);

/* option_word_check - read the option bytes, and ask whether what the word wants can be had of this
 * chip; changes nothing. option_word_run - have it. done: may be NULL.
 * Return what want returns; SL_UNSUPPORTED, and as options_get and options_change. */
enum sl_err option_word_check(struct session *s, const struct word *w, option_want_fn *want) MUST_CHECK;
enum sl_err option_word_run(struct session *s, const struct word *w, option_want_fn *want,
			    option_done_fn *done) MUST_CHECK;

#endif
