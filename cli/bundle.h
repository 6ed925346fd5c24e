/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bundle.h - the flight recorder's files: --record, and --bundle after a failure.
 */
#ifndef CLI_BUNDLE_H
#define CLI_BUNDLE_H

#include "cli/options.h"
#include "cli/output.h"

/* bundle_begin - keep the session's transactions, in a file too when --record names one.
 * Returns SL_OK; SL_FILE. */
enum sl_err bundle_begin(struct ctx *c, const struct options *opt) MUST_CHECK;

/* bundle_end - close the recording; after a failure write what --bundle asks for.
 * err: how the session went; its fault is in c and stays there. Returns err; else SL_FILE when the
 *   recording is not complete. */
enum sl_err bundle_end(struct ctx *c, const struct options *opt, struct output *out,
		       enum sl_err err) MUST_CHECK;

#endif
