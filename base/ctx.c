/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ctx.c - faults, log lines and interrupts of a context.
 */
#include "base/ctx.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ctx_init(struct ctx *c)
{
	memset(c, 0, sizeof(*c));
	c->clock = clock_system();
	c->log.max = LOG_WARN;
	c->sysfs = "/sys";
	c->dev = "/dev";
}

static void start_fault(struct ctx *c, enum sl_err code, const char *where)
{
	memset(&c->fault, 0, sizeof(c->fault));
	c->fault.code = code;
	c->fault.where = where;
}

enum sl_err ctx_fail(struct ctx *c, enum sl_err code, const char *where, const char *fmt, ...)
{
	va_list ap;

	start_fault(c, code, where);
	va_start(ap, fmt);
	(void)vsnprintf(c->fault.text, sizeof(c->fault.text), fmt, ap);
	va_end(ap);
	return code;
}

enum sl_err ctx_fail_errno(struct ctx *c, enum sl_err code, const char *where, int err,
			   const char *fmt, ...)
{
	va_list ap;
	size_t used;

	/* Whatever was tried: it is the host that has no memory. */
	if (err == ENOMEM)
		code = SL_NOMEM;
	start_fault(c, code, where);
	c->fault.sys_errno = err;
	va_start(ap, fmt);
	(void)vsnprintf(c->fault.text, sizeof(c->fault.text), fmt, ap);
	va_end(ap);
	used = strlen(c->fault.text);
	(void)snprintf(c->fault.text + used, sizeof(c->fault.text) - used, ": %s", strerror(err));
	return code;
}

enum sl_err ctx_fail_addr(struct ctx *c, enum sl_err code, const char *where, uint32_t addr,
			  const char *fmt, ...)
{
	va_list ap;

	start_fault(c, code, where);
	c->fault.addr = addr;
	c->fault.has_addr = 1;
	va_start(ap, fmt);
	(void)vsnprintf(c->fault.text, sizeof(c->fault.text), fmt, ap);
	va_end(ap);
	return code;
}

void ctx_hint(struct ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->fault.hint, sizeof(c->fault.hint), fmt, ap);
	va_end(ap);
}

enum sl_err ctx_cause(struct ctx *c, enum sl_err err, enum sl_cause cause)
{
	if (err != SL_OK)
		c->fault.cause = cause;
	return err;
}

enum sl_err ctx_doing(struct ctx *c, enum sl_err err, const char *fmt, ...)
{
	va_list ap;

	if (err == SL_OK || c->fault.doing[0] != '\0')
		return err;
	va_start(ap, fmt);
	(void)vsnprintf(c->fault.doing, sizeof(c->fault.doing), fmt, ap);
	va_end(ap);
	return err;
}

void ctx_clear(struct ctx *c)
{
	memset(&c->fault, 0, sizeof(c->fault));
}

enum sl_err ctx_interrupted(struct ctx *c)
{
	int signo = c->signal_flag ? (int)*c->signal_flag : 0;

	if (signo == 0)
		return SL_OK;
	(void)ctx_fail(c, SL_INTR, "base", "stopped by signal %d", signo);
	c->fault.signo = signo;
	return SL_INTR;
}

bool ctx_signalled(const struct ctx *c)
{
	return c->signal_flag && *c->signal_flag != 0;
}

uint64_t ctx_now_us(const struct ctx *c)
{
	return c->clock->now_us(c->clock);
}

void ctx_sleep_us(const struct ctx *c, uint64_t us)
{
	c->clock->sleep_us(c->clock, us);
}

struct deadline ctx_deadline(const struct ctx *c, uint64_t timeout_ms)
{
	return deadline_in(c->clock, timeout_ms);
}

bool ctx_expired(const struct ctx *c, struct deadline d)
{
	return deadline_passed(c->clock, d);
}

bool ctx_logs(const struct ctx *c, enum log_level level)
{
	return c->log.write && level <= c->log.max;
}

void ctx_log(const struct ctx *c, enum log_level level, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (!ctx_logs(c, level))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	c->log.write(c->log.priv, level, line);
}
