/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * kinds.c - signals, errors, pieces, no memory.
 */
#include "tests/host/kinds.h"

#include <errno.h>
#include <signal.h>

const struct strike_kind *strike_kinds(size_t *n)
{
	static const struct strike_kind table[] = {
		{ "sigint", STRIKE_SIGNAL, SIGINT, 0 },
		{ "sigterm", STRIKE_SIGNAL, SIGTERM, 0 },
		{ "sighup", STRIKE_SIGNAL, SIGHUP, 0 },
		{ "sigpipe", STRIKE_SIGNAL, SIGPIPE, 0 },
		{ "sigkill", STRIKE_SIGNAL, SIGKILL, 0 },
		{ "eio", STRIKE_ERRNO, EIO, CALL_FAILS },
		{ "eintr", STRIKE_ERRNO, EINTR, CALL_FAILS },
		{ "enospc", STRIKE_ERRNO, ENOSPC, CALL_FAILS },
		{ "emfile", STRIKE_ERRNO, EMFILE, CALL_FAILS },
		{ "enomem", STRIKE_ERRNO, ENOMEM, CALL_MEMORY },
		{ "one-byte", STRIKE_PART, 1 << 30, CALL_COUNT },
		{ "half", STRIKE_PART, 2, CALL_COUNT },
		{ "no-memory", STRIKE_ALLOCATION, 0, 0 },
		{ "no-memory+", STRIKE_ALLOCATION, 1, 0 },
	};

	*n = ARRAY_LEN(table);
	return table;
}
