/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * run.h - the words of one command line, from text to exit status.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/options.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/word.h"

/* run_words - parse, prepare and check all words, then run them left to right in one session;
 * the first failure stops the chain.
 * Returns SL_OK or the first failure, whose fault is in c. Effects: the session is closed. */
enum sl_err run_words(struct ctx *c, const struct options *opt, struct output *out) MUST_CHECK;

/* run_prepare - check the words against each other and load their files; no device is opened. */
enum sl_err run_prepare(struct session *s, struct chain *chain) MUST_CHECK;

/* run_chain - run prepared words in an open or unopened session, which stays open.
 * Before the first that changes anything, all are checked against the chip. */
enum sl_err run_chain(struct session *s, struct chain *chain) MUST_CHECK;

#endif
