/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ctx.h - the context that every room gets as its first parameter.
 *
 * It carries clock, log sink, the interrupt flag, where sysfs and /dev are (for
 * tests), and the fault of the operation that failed.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "base/log.h"

struct recorder;

struct ctx {
	const struct clock *clock;
	struct log_sink log;
	const volatile sig_atomic_t *signal_flag; /* signal number, 0 none; NULL: never */
	const char *sysfs;                        /* "/sys" */
	const char *dev;                          /* "/dev" */
	struct recorder *recorder;                /* base/recorder.h; NULL: nothing is kept */
	uint32_t seed;                            /* of what is to differ each time; 0: the clock */
	struct fault fault;
};

/* ctx_init - a context with the system clock, silent, without interrupts. */
void ctx_init(struct ctx *c);

/* ctx_fail - record a failure and return its code.
 * where: room name with static storage. fmt: what was found.
 * A fault that is already recorded is replaced: use it only where the failure
 * is first known. Returns code. */
enum sl_err ctx_fail(struct ctx *c, enum sl_err code, const char *where, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* ctx_fail_errno - as ctx_fail, and keeps err (an errno value) and its text. ENOMEM is SL_NOMEM
 * whatever the code. */
enum sl_err ctx_fail_errno(struct ctx *c, enum sl_err code, const char *where, int err,
			   const char *fmt, ...) PRINTF_LIKE(5, 6);

/* ctx_fail_addr - as ctx_fail, and keeps the target address. */
enum sl_err ctx_fail_addr(struct ctx *c, enum sl_err code, const char *where, uint32_t addr,
			  const char *fmt, ...) PRINTF_LIKE(5, 6);

/* ctx_hint - what the user can do about the recorded fault; replaces the table's cure. */
void ctx_hint(struct ctx *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ctx_cause - what is wrong, where the recorded fault already tells. Returns err unchanged. */
enum sl_err ctx_cause(struct ctx *c, enum sl_err err, enum sl_cause cause);

/* ctx_doing - what was being attempted, said by a room above the one that failed.
 * The first saying stays. Returns err unchanged, so that it can end a function. */
enum sl_err ctx_doing(struct ctx *c, enum sl_err err, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* ctx_clear - forget the fault, for a failure that was handled. */
void ctx_clear(struct ctx *c);

/* ctx_interrupted - SL_OK, or SL_INTR with the fault filled once a signal came. */
enum sl_err ctx_interrupted(struct ctx *c) MUST_CHECK;

/* ctx_signalled - true once a signal came; records nothing. For waits that it shall shorten. */
bool ctx_signalled(const struct ctx *c);

/* ctx_now_us, ctx_sleep_us, ctx_deadline, ctx_expired - the context's clock. */
uint64_t ctx_now_us(const struct ctx *c);
void ctx_sleep_us(const struct ctx *c, uint64_t us);
struct deadline ctx_deadline(const struct ctx *c, uint64_t timeout_ms);
bool ctx_expired(const struct ctx *c, struct deadline d);

/* ctx_log - one line to the sink; longer lines are cut at 511 characters. */
void ctx_log(const struct ctx *c, enum log_level level, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* ctx_logs - true when a line of this level would be shown. */
bool ctx_logs(const struct ctx *c, enum log_level level);

#endif
