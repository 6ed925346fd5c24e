/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * autoflash.h - what the files of autoflash share: the boards that a rule is for, the job that
 * one of them gets, and how it is told.
 *
 * The rules themselves are auto/rules.h. Flashing is done by the ordinary command words.
 */
#ifndef CLI_AUTOFLASH_H
#define CLI_AUTOFLASH_H

#include "auto/rules.h"
#include "base/sha256.h"
#include "cli/describe.h"
#include "cli/session.h"
#include "cli/word.h"

#define AUTOFLASH_CONFIG "/etc/stlink-download/autoflash.d"
#define AUTOFLASH_STATE "/run/stlink-download"

/* How it went with one board. */
enum autoflash_end {
	AUTOFLASH_PASS, AUTOFLASH_FAIL, AUTOFLASH_IGNORED, AUTOFLASH_DRY,
};

/* What a rule makes of its image and words: ready to run before any device is open. */
struct candidate {
	const struct auto_rule *rule;
	struct buffer bytes;            /* of the image file */
	char sha256[SHA256_HEX];
	struct given_file given;
	char *word;                     /* "program=...", owned */
	struct chain chain;
};

enum { CANDIDATES_MAX = 16 };

/* One board. */
struct autoflash {
	struct ctx *ctx;
	struct output *out;
	const struct options *asked;    /* the command line */
	struct options options;         /* of the session: device, speed and connect of the rule */
	char device[300];
	struct probe probe;
	struct candidate candidate[CANDIDATES_MAX];
	size_t n_candidates;
	const struct candidate *chosen; /* NULL: none fits the chip, or it was not asked */
	char chip[CHIP_NAME_MAX];       /* "" before it is known */
	uint16_t dev_id;
	char uid[25];
	enum autoflash_end end;
	uint64_t start_us;
};

/* autoflash_prepare - read the rule's image, and parse and check its words.
 * Returns SL_OK; SL_FILE, SL_IMAGE for the image; SL_USAGE for a word that is not known or that
 *   is not for unattended work; SL_NOMEM. cand is to be freed in each case. */
enum sl_err autoflash_prepare(struct session *s, const struct auto_rule *rule,
			      struct candidate *cand) MUST_CHECK;
void autoflash_free(struct candidate *cand);

/* autoflash_job - prepare all candidates, open the probe, look at the chip, and run the words of
 * the first candidate that it fits.
 * opened: called once the probe is held, before the chip is looked at.
 * Returns SL_OK (a->end says more) or the first failure. Effects: nothing is open afterwards. */
enum sl_err autoflash_job(struct autoflash *a, enum sl_err (*opened)(void *priv),
			  void *priv) MUST_CHECK;

/* autoflash_check - --check: what the configuration says, and which probe would get what. */
enum sl_err autoflash_check(struct session *s, const struct auto_rules *rules,
			    const struct probe *only) MUST_CHECK;

/* autoflash_say - one line; for the journal with its priority in front. level: that of
 * syslog(3), 3 error to 6 informational. */
void autoflash_say(struct output *o, unsigned level, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* autoflash_name - "1-2.3 (serial 066D...)", made harmless. Returns buf. */
const char *autoflash_name(const struct probe *p, char *buf, size_t size);

/* autoflash_report - the line, the event and, when folder is not NULL, the status file
 * FOLDER/PORT.json about a board that was worked on. err: how it ended, with its fault in ctx. */
void autoflash_report(struct autoflash *a, enum sl_err err, const char *folder);

#endif
