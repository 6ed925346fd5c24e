/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * log.h - talk goes to a sink in the context; nothing here touches stdio.
 *
 * cli/ installs the sink. LOG_WIRE lines show each probe command with its name
 * and its answer, in full, so that a session can be replayed from them.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_TRACE, LOG_WIRE };

struct log_sink {
	/* One complete line without newline; NULL write: silence. */
	void (*write)(void *priv, enum log_level level, const char *line);
	void *priv;
	enum log_level max;     /* lines above this level are not even formatted */
};

#endif
