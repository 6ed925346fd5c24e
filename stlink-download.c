/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * stlink-download.c - main: options, then the command words, then the exit status.
 *
 * Everything else lives in the rooms; see docs/ and the headers.
 */
#define _GNU_SOURCE /* secure_getenv */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ctx.h"
#include "base/interrupt.h"
#include "cli/bundle.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run.h"
#include "cli/version.h"
#include "compat/compat.h"

/* --help and --version answer alone; no word at all is a mistake. */
static bool answered(struct ctx *c, const struct options *opt, enum sl_err *err)
{
	*err = SL_OK;
	if (opt->show_help) {
		help_all(stdout);
		return true;
	}
	if (opt->show_version) {
		(void)puts("stlink-download " STLINK_DOWNLOAD_VERSION);
		return true;
	}
	if (opt->n_words > 0)
		return false;
	*err = ctx_doing(c, ctx_fail(c, SL_USAGE, "cli", "no command word is given"),
			 "command line");
	ctx_hint(c, "stlink-download info, stlink-download program=FILE reset, or --help");
	return true;
}

int main(int argc, char *argv[])
{
	struct ctx c;
	struct options opt;
	struct output out;
	enum sl_err err, closed;
	int status = 0, skip;
	const struct personality *other = compat_find(argc, argv, &skip);

	ctx_init(&c);
	c.signal_flag = interrupt_install();
	if (other)
		return other->run(&c, argc - skip, argv + skip);
	err = options_read(&c, argc, argv, secure_getenv("STLINK_DEVICE"), &opt);
	if (output_open(&out, &c, &opt))
		err = SL_NOMEM;
	if (!err)
		err = bundle_begin(&c, &opt);
	if (!err && !answered(&c, &opt, &err))
		err = run_words(&c, &opt, &out);
	err = bundle_end(&c, &opt, &out, err);
	if (err) {
		output_fault(&out, &c.fault);
		status = err_exit_status(&c.fault);
	}
	closed = output_close(&out, &c);
	if (closed && !err) {
		output_fault(&out, &c.fault);
		status = err_exit_status(&c.fault);
	}
	options_free(&opt);
	return status;
}
