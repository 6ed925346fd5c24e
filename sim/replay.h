/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * replay.h - a probe that answers from a recording: what stlink-download --record or --bundle wrote.
 *
 * Commands are answered as they were answered then, in their order; the chip model is not asked. What
 * was left out of a bundle is zeros. A command that was not given then is refused, and counted.
 */
#ifndef SIM_REPLAY_H
#define SIM_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "sim/commands.h"

struct replay;

/* replay_load - read a recording; of several probes the one with the most transactions counts.
 * Returns SL_OK; SL_FILE; SL_IMAGE: not such a file, or nothing in it; SL_NOMEM. */
enum sl_err replay_load(struct ctx *ctx, const char *path, struct replay **out) MUST_CHECK;
void replay_free(struct replay *r);

/* replay_identity - the board whose probe is like the recorded one, and that probe's product id and
 * firmware, as its own answers say. firmware: 16 bytes. */
const struct board_kind *replay_identity(const struct replay *r, uint16_t *pid, char firmware[16]);

/* replay_answer - what the probe answered to this command: the next time that it came, else the last
 * time. reply is filled. A command that never came is refused with a stall; where transactions in the
 * middle were not kept it is taken, and memory reads as zeros. */
enum command_result replay_answer(struct replay *r, const uint8_t *cdb, struct reply *reply);

/* replay_missed - how many commands were refused. */
size_t replay_missed(const struct replay *r);

/* replay_news - the first refused command in words, once; NULL: nothing new. */
const char *replay_news(struct replay *r);

/* replay_about - how much it is, and the seed for the tool's --seed. */
void replay_about(const struct replay *r, char *text, size_t room);

#endif
