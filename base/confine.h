/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confine.h - work on bytes from outside in a child process that can do nothing else.
 *
 * For a program that was started with the rights of root and has to take a stranger's file apart:
 * the child is nobody, has no descriptor but one end of a pipe, and a seccomp filter ends it at any
 * system call that computing does not need. Where a kernel has no filter, being nobody must do.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/ctx.h"

/* confine_wanted - true when this process has the rights of root.
 * Source: geteuid(2); capabilities alone are not looked at. */
bool confine_wanted(void);

/* confine_run - run work in such a child, and collect what it leaves in its buffer.
 * work: gets arg and an empty buffer of out's max; its memory is a copy, what it changes is lost.
 * out: initialised and empty; the bytes are as little to be trusted as what they were made from.
 * timeout_ms: of the whole; the child's processor time is limited to a minute anyway.
 * Returns SL_OK; SL_NOMEM; SL_INTR; SL_OTHER when no process can be had, none of the two walls
 *   stands, or the child did not end well (the text says how).
 * Effects: the child is gone when this returns. */
enum sl_err confine_run(struct ctx *c, void (*work)(void *arg, struct buffer *out), void *arg,
			unsigned timeout_ms, struct buffer *out) MUST_CHECK;

#endif
