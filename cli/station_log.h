/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * station_log.h - one line for each board into the files of --log=, NDJSON or CSV.
 *
 * Lines are added, never changed; each is on the disk before the next board may come.
 */
#ifndef CLI_STATION_LOG_H
#define CLI_STATION_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "cli/json.h"
#include "cli/options.h"

/* One board, as it is logged. Strings are NULL where nothing is known. */
struct station_record {
	uint64_t number;
	bool passed;
	const char *chip, *uid;
	uint16_t dev_id;
	uint64_t us;
	const char *code, *cause;       /* of a failure */
	uint64_t passes, failures;      /* so far, this one included */
};

struct station_log {
	size_t n;
	int fd[OPTIONS_LOGS_MAX];
	const char *path[OPTIONS_LOGS_MAX];
	bool csv[OPTIONS_LOGS_MAX];
};

/* station_log_open - open or make the files; a new CSV file gets its head.
 * Returns SL_OK; SL_FILE: no regular file, or cannot be written. To be closed in each case. */
enum sl_err station_log_open(struct station_log *log, struct ctx *c,
			     const struct options *o) MUST_CHECK;
void station_log_close(struct station_log *log);

/* station_log_add - the record into each file. Returns SL_OK or SL_FILE. */
enum sl_err station_log_add(struct station_log *log, struct ctx *c,
			    const struct station_record *r) MUST_CHECK;

/* station_log_members - the record as members of an event. */
void station_log_members(struct json *j, const struct station_record *r);

#endif
