/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rules.h - which board gets which image: the configuration of autoflash.
 *
 * Parses and matches; opens no probe, reads no image, and does not know what command words
 * mean. The grammar is specified in stlink-autoflash(5).
 */
#ifndef AUTO_RULES_H
#define AUTO_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/ctx.h"
#include "base/cursor.h"
#include "link/probe.h"

enum {
	AUTO_FILE_MAX = 1024 * 1024,    /* bytes of one file */
	AUTO_LIST_MAX = 4 * 1024 * 1024,/* bytes of a file of unique ids */
	AUTO_LINE_MAX = 1024,
	AUTO_RULES_MAX = 256,
	AUTO_CHIPS_MAX = 16,
	AUTO_UIDS_MAX = 100000,
	AUTO_WORDS_MAX = 16,
	AUTO_UID_BYTES = 12,
};

/* What to do when probe and port are right and the chip, or its unique id, is not. */
enum auto_mismatch { MISMATCH_FAIL, MISMATCH_IGNORE };

struct auto_uid {
	uint8_t bytes[AUTO_UID_BYTES];
};

struct auto_words {
	char *word[AUTO_WORDS_MAX];     /* owned */
	size_t n;
};

/* One section. Strings are owned; NULL where nothing was said. */
struct auto_rule {
	char *file;
	unsigned line;                  /* of its head */
	uid_t owner;                    /* of the file; its image and list may be this user's too */
	char *name;                     /* "" without one */
	char *serial, *port;            /* NULL: any */
	uint16_t chip[AUTO_CHIPS_MAX];  /* device ids */
	size_t n_chips;
	bool needs_uid;                 /* only the unique ids below */
	struct auto_uid *uid;           /* owned */
	size_t n_uids;
	char *uid_list;
	char *image;
	bool has_address;
	uint32_t address;
	struct auto_words before, after;
	bool has_after;                 /* else the default, reset */
	char *connect;                  /* as --connect= */
	uint32_t speed_khz;             /* 0: the probe's default */
	enum auto_mismatch mismatch;
};

struct auto_rules {
	struct auto_rule *rule;         /* owned, in the order in which they are asked */
	size_t n;
	size_t n_files;
};

/* auto_parse - append the rules of one file's content to out.
 * file: its name for messages. owner: who owns it.
 * Returns SL_OK; SL_USAGE with "FILE:LINE: what"; SL_NOMEM. out is valid, and to be freed, in
 *   each case. Lists of unique ids are named, not read. */
enum sl_err auto_parse(struct ctx *c, const char *file, uid_t owner, struct cursor *bytes,
		       struct auto_rules *out) MUST_CHECK;

/* auto_parse_uids - append the unique ids of a list, one a line, to the rule.
 * Returns as auto_parse. */
enum sl_err auto_parse_uids(struct ctx *c, const char *file, struct cursor *bytes,
			    struct auto_rule *rule) MUST_CHECK;

/* auto_load - all *.conf of a folder, by name, with their lists of unique ids; files that
 * anybody but root and this process's user could change are refused.
 * A folder that is not there gives no rule.
 * Returns SL_OK; SL_FILE; SL_USAGE; SL_NOMEM. out is to be freed in each case. */
enum sl_err auto_load(struct ctx *c, const char *folder, struct auto_rules *out) MUST_CHECK;

void auto_rules_free(struct auto_rules *rules);

/* auto_fits_probe - is this probe, at this port, one that the rule is for? */
bool auto_fits_probe(const struct auto_rule *r, const struct probe *p);

enum auto_fit { AUTO_FITS, AUTO_WRONG_CHIP, AUTO_WRONG_UID };

/* auto_fits_chip - may this chip have the rule's image?
 * uid: 12 bytes, or NULL when it could not be read. */
enum auto_fit auto_fits_chip(const struct auto_rule *r, uint16_t dev_id, const uint8_t *uid);

/* auto_hides - can b never be used, because a, asked before it, takes every such board? */
bool auto_hides(const struct auto_rule *a, const struct auto_rule *b);

#endif
