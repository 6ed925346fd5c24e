/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * progress.c - progress lines and events.
 */
#include "cli/progress.h"

#include <stdio.h>

#include "cli/format.h"

enum {
	REDRAW_US = 100 * 1000,         /* terminal: calm to the eye */
	GUESS_AFTER_US = 200 * 1000,    /* no rate before that: it would jump */
	PLAIN_AFTER_US = 500 * 1000,    /* what is over before needs no lines of its own */
	PLAIN_STEP = 10,                /* per cent between plain lines and events */
};

#define LEFT_MAX_US (UINT64_C(16) * 3600 * 1000000)

static const char *phase_name(enum flash_phase phase)
{
	static const char *const names[] = {
		[FLASH_ERASE] = "erase", [FLASH_PROGRAM] = "write",
		[FLASH_PROVE] = "prove", [FLASH_READ] = "read",
	};

	return (size_t)phase < ARRAY_LEN(names) ? names[phase] : "work";
}

static unsigned percent_of(uint64_t done, uint64_t total)
{
	if (total == 0 || done >= total)
		return 100;
	return (unsigned)((double)done * 100.0 / (double)total);
}

/* What is left when done of total took us; a clock that jumped gives no such number. */
static uint64_t left_us(uint64_t done, uint64_t total, uint64_t us)
{
	double left = (double)us * (double)(total - done) / (double)done;

	return left < (double)LEFT_MAX_US ? (uint64_t)left : LEFT_MAX_US;
}

void progress_format(char line[PROGRESS_LINE_MAX], enum flash_phase phase, uint64_t done,
		     uint64_t total, uint64_t us)
{
	struct text rate = format_rate(done, us), left = { "" };
	struct text of = format_count(total), so_far = format_count(done);
	bool guess = us >= GUESS_AFTER_US && done > 0;

	if (guess && done < total)
		left = format_left(left_us(done, total, us));
	(void)snprintf(line, PROGRESS_LINE_MAX, "%-5.5s %3u%%  %.13s of %.13s bytes%s%.12s%s%.11s%s",
		       phase_name(phase), percent_of(done, total), so_far.s, of.s,
		       guess ? "  " : "", guess ? rate.s : "", left.s[0] ? "  " : "", left.s,
		       left.s[0] ? " left" : "");
}

static void event(struct progress *p, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct json *j = output_event(p->out, "progress");

	json_string(j, "word", p->what);
	json_string(j, "phase", phase_name(phase));
	json_number(j, "done", done);
	json_number(j, "total", total);
	output_event_end(p->out);
}

/* Is it time for another line? */
static bool due(const struct progress *p, const struct progress_phase *ph, unsigned percent,
		uint64_t now)
{
	bool step = percent / PLAIN_STEP > ph->shown_percent / PLAIN_STEP;

	if (p->out->json_on)
		return step;
	if (!p->out->terminal)
		return step && now - ph->start_us >= PLAIN_AFTER_US;
	return percent == 100 || now - p->shown_us >= REDRAW_US;
}

void progress_update(void *priv, enum flash_phase phase, uint64_t done, uint64_t total)
{
	struct progress *p = priv;
	struct progress_phase *ph = &p->phase[phase];
	uint64_t now = p->out->clock->now_us(p->out->clock);
	unsigned percent = percent_of(done, total);
	char line[PROGRESS_LINE_MAX];

	if (!ph->started)
		*ph = (struct progress_phase){ .started = true, .start_us = now };
	if (!due(p, ph, percent, now))
		return;
	p->shown_us = now;
	ph->shown_percent = percent;
	if (p->out->json_on) {
		event(p, phase, done, total);
		return;
	}
	if (p->out->quiet)
		return;
	progress_format(line, phase, done, total, now - ph->start_us);
	output_progress_line(p->out, line);
}

struct flash_progress progress_begin(struct progress *p, struct output *o, const char *what)
{
	struct flash_progress listener = { .fn = progress_update, .priv = p };

	*p = (struct progress){ .out = o, .what = what };
	return listener;
}

void progress_end(struct progress *p)
{
	output_progress_end(p->out);
}
