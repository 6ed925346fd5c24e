/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * session.h - one open probe as the files of link/ share it; nobody else includes this.
 */
#ifndef LINK_SESSION_H
#define LINK_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "link/commands.h"
#include "link/link.h"
#include "link/status.h"

enum { VERSION_BYTES = 6, VERSION_EX_BYTES = 12, FREQ_MAX = 10 };

struct link {
	struct transport *t;
	link_reopen_fn *reopen;
	void *reopen_priv;
	struct link_version version;
	struct link_caps caps;
	uint8_t version_raw[VERSION_BYTES];     /* the F1 reply: what stale answers look like */
	char describe[160];
	unsigned speed_khz;             /* SWD clock as far as known */
	bool speed_fixed;               /* the user chose it: never lowered by itself */
	unsigned patience_ms;           /* how long a WAIT is waited for; 0: the usual time */
	bool mending;                   /* the line is being put in order just now */
	bool slower_said;               /* the user knows that it was lowered */
	bool fixed_said;                /* that the clock cannot be changed */
	uint32_t freq[FREQ_MAX];        /* what a V3 offers, as asked once; 0: no more */
	unsigned wire_number;           /* of the next command, for the wire log */
	unsigned late;                  /* how many commands in a row were not answered in time */
	bool gone;                      /* the probe left the bus: only close */
	bool nrst_low;                  /* we hold NRST */
	bool mode_known;                /* mode is what the probe is in: no need to ask */
	enum link_mode mode;
	bool ap_asked;                  /* access port 0 was opened, or that was tried */
	uint32_t dpidr;                 /* as read since entering SWD; 0: not read */
};

/* ---- version.c, capability.c ---- */

/* version_decode - F1's reply. version_decode_ex - FB's, which knows more. */
enum sl_err version_decode(struct ctx *c, const uint8_t *reply, struct link_version *v) MUST_CHECK;
void version_decode_ex(const uint8_t reply[VERSION_EX_BYTES], struct link_version *v);

/* capability_fill - what a firmware can do. */
void capability_fill(const struct link_version *v, struct link_caps *caps);

/* ---- command.c ---- */

/* link_run - send once and check lengths; the status byte is left in cmd->status.
 * Returns what the transport returns; SL_PROTO for a short answer. */
enum sl_err link_run(struct link *l, struct ctx *c, struct command *cmd) MUST_CHECK;

/* link_run_checked - link_run, repeated while the answer is WAIT; any failing status is a
 * fault with the status's cause. doing: a clause for the fault, "reading r0". */
enum sl_err link_run_checked(struct link *l, struct ctx *c, struct command *cmd,
			    const char *doing) MUST_CHECK;

/* reply_is_stale - true when a reply without a status repeats the version reply: what some
 * clones send to a command that they do not know (stlink issues 956 and 1012). */
bool reply_is_stale(const struct link *l, const uint8_t *reply, size_t len);

/* ---- retry.c ---- */

/* One operation being tried: first try, pauses, end. */
struct retry {
	struct deadline end;
	uint64_t pause_us;
	unsigned limit_ms;              /* 0: the usual time */
	bool started, last, waited, forgave;
};

enum retry_next { RETRY_AGAIN, RETRY_DONE, RETRY_GIVE_UP };

/* retry_next - what a status means for an operation that may be repeated; pauses before
 * RETRY_AGAIN. Time is bounded by the context's clock. */
enum retry_next retry_after(struct retry *r, struct ctx *c, uint8_t status);

/* status_fail - record the fault of a failing status; known address or NULL. doing: a clause
 * before the cause, or "". */
enum sl_err status_fail(struct ctx *c, uint8_t status, const uint32_t *addr, const char *doing);

/* sticky_clear - make the debug port usable after a fault, if anything is known to help.
 * Never fails: the fault that is being reported matters more. */
void sticky_clear(struct link *l, struct ctx *c);

/* ---- session.c ---- */

/* session_start - versions, DFU, other modes: a transport becomes a usable link. */
enum sl_err session_start(struct link *l, struct ctx *c) MUST_CHECK;

/* session_learn_version - the probe's version, asked once; nothing else is asked or done.
 * Returns as link_run and version_decode; l->version_raw has the answer. */
enum sl_err session_learn_version(struct link *l, struct ctx *c, unsigned timeout_ms) MUST_CHECK;

/* session_leave_mode - leave debug or SWIM mode, whichever the probe says it is in: EXIT outside
 * debug mode locks up a V3. */
enum sl_err session_leave_mode(struct link *l, struct ctx *c) MUST_CHECK;

/* link_open_among - link_open with another table of transports, for tests. */
enum sl_err link_open_among(struct ctx *c, const struct transport_class *const *classes,
			    const struct probe *p, struct link **out) MUST_CHECK;

/* session_enter - the ENTER command alone, with the id check that belongs to it. */
enum sl_err session_enter(struct link *l, struct ctx *c) MUST_CHECK;

/* session_open_ap - open access port 0 after a status that says it is closed. True: that was done,
 * and what failed may be tried once more. Records no fault. */
bool session_open_ap(struct link *l, struct ctx *c, uint8_t status);

/* ---- speed.c ---- */

/* speed_step_down - the next lower SWD clock, and everything ready for another try. False: there
 * is none, or the user fixed the clock. Records no fault. */
bool speed_step_down(struct link *l, struct ctx *c);

/* speed_say - tell the user, once, that the clock was lowered from the one it had before. */
void speed_say(struct link *l, struct ctx *c, unsigned before_khz);

/* ---- retry.c ---- */

/* wire_retry - after a status that speaks of a bad wire: lower the clock and put the line in order.
 * True: the operation may be tried again. repeatable: it does no harm twice; when not, only a
 * write that was certainly not done is tried again. Records no fault. */
bool wire_retry(struct link *l, struct ctx *c, uint8_t status, bool repeatable);

#endif
