/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fuzz_session.c - a hostile probe: whole sessions of the real program on a virtual board, whose
 * answers are changed, replaced, held back or left out as the input says. The clock may jump and the
 * supply fail.
 *
 * Input: station, command line, jump of the clock (when, how far), what is wrong from the beginning,
 * cut of the supply (when, how), then steps: after so many transfers, do this. What holds even for a
 * probe that lies is checked here; what holds for one that only fails, by tests/faults/oracle.c.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cursor.h"
#include "tests/faults/oracle.h"
#include "tests/fuzz/bench.h"
#include "tests/fuzz/conditions.h"
#include "tests/fuzz/fuzz.h"

void __sanitizer_set_report_fd(void *fd) __attribute__((weak));

enum { OUTPUT_MAX = 1 << 16, CUT_MAX = 400, STATUS_SIGNAL = 128 };

/* What can be done to a transfer: those of the campaigns, and answers from the input. */
static const struct fault_kind feed = {
	.name = "feed", .what = WIRE_FEED, .moves = MOVES_IN | MOVES_CONTROL,
	.excuses = EXCUSE_DATA | EXCUSE_LAW | EXCUSE_ORDER,
};

static struct cursor input;
static uint64_t next_at;                /* transfer of the next step */
static bool more, flooded;              /* flooded: every answer from here on is the input's */
static struct fault_kind jump, met;     /* met: the union of all that happened */
static const struct fault_kind *swap;   /* of the probe for another of its kind; NULL: none yet */
static uint64_t jump_at;
static bool struck_any;
static uint8_t condition;               /* what is wrong from the beginning on */
static int report_fd = STDERR_FILENO, output_fd = -1;

/* There is no counting heap here: AddressSanitizer owns it. */
size_t memory_live(void)
{
	return 0;
}

void memory_reset(void)
{
}

static uint8_t byte(void)
{
	return cur_u8(&input);
}

/* ---- what goes wrong --------------------------------------------------------------------------- */

static void plan_next(uint64_t index)
{
	more = cur_left(&input) > 0;
	next_at = index + 1 + byte();
}

static const struct fault_kind *happens(const struct fault_kind *k)
{
	struck_any = true;
	if (k->at == AT_TRANSFER && k->what == WIRE_SWAP)
		swap = k;
	met.excuses |= k->excuses;
	return k;
}

static const struct fault_kind *pick(unsigned moves)
{
	size_t n;
	const struct fault_kind *k = fault_kinds(&n);
	uint8_t what = byte();

	if (what >= 0x80) {
		flooded = what >= 0xF0;
		return moves & feed.moves ? happens(&feed) : NULL;
	}
	k += what % n;
	if (k->at != AT_TRANSFER || (k->moves && !(k->moves & moves)))
		return NULL;
	return happens(k);
}

static const struct fault_kind *ask(enum point at, uint64_t index, unsigned moves)
{
	const struct fault_kind *k = NULL;

	if (at == AT_CLOCK && jump.what != 0 && index == jump_at)
		return happens(&jump);
	if (at != AT_TRANSFER)
		return NULL;
	if (flooded)
		return moves & feed.moves ? happens(&feed) : NULL;
	while (more && index >= next_at && !k) {
		k = pick(moves);
		plan_next(index);
	}
	return k;
}

/* An answer of the input's: a patch of the true one, or all of it. */
void stage_feed(uint8_t *data, size_t *len, size_t room)
{
	uint8_t how = flooded ? 0xFF : byte();
	size_t at = how < 0x80 ? how % 64 : 0;
	size_t n = flooded ? room : (size_t)byte() + (how == 0xFE ? 256 : 0);

	if (how >= 0x80)
		*len = n < room ? n : room;
	for (size_t i = 0; i < n && at + i < room && (flooded || cur_left(&input) > 0); i++)
		data[at + i] = byte();
}

/* ---- one session ------------------------------------------------------------------------------ */

static const char *output(void)
{
	static char text[OUTPUT_MAX];
	ssize_t n = pread(output_fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void finding(const char *why)
{
	(void)dprintf(report_fd, "FINDING %s at %s: %s\n%s\n", stage.scenario->name,
		      stage.station->name, why, output());
	abort();
}

/* No byte that a terminal would obey, but for the progress line's own. */
static void check_output(const char *text, int status)
{
	for (const char *p = text; *p; p++)
		if (((unsigned char)*p < ' ' && !strchr("\n\t\r", *p)) || *p == 0x7F)
			finding("a control character");
	if (status < 0 || (status > 12 && status <= STATUS_SIGNAL) || status > STATUS_SIGNAL + 15 ||
	    status == 1)
		finding("a status that is not documented");
	if (status != 0 && !strstr(text, "error") && !strstr(text, "stlink-download:"))
		finding("fails without a word");
}

/* Whoever only reads changes nothing, whatever the probe says. */
static void check_untouched(const struct before *b)
{
	size_t len;
	const uint8_t *flash = chip_flash(board_chip(stage.board), &len);
	struct chip_report r;

	chip_get_report(board_chip(stage.board), &r);
	if (!stage.scenario->options && (r.option_erases != b->chip.option_erases ||
					 r.option_programs != b->chip.option_programs))
		finding("option bytes were touched");
	if ((stage.scenario->claim == CLAIM_NOTHING && !stage.scenario->options) ||
	    stage.scenario->claim == CLAIM_FILE_IS_FLASH || stage.scenario->preset)
		if (memcmp(flash, b->flash, len) != 0 && !stage.scenario->preset)
			finding("flash was touched");
}

static void judge(const struct before *b, int status)
{
	char why[WHY_MAX];
	struct ended e = { .status = status, .output = output(), .second = swap };

	check_output(e.output, status);
	check_untouched(b);
	/* Late answers give a session its longest time. */
	met.what = WIRE_LATE;
	if (struck_any) {
		e.fault = &met;
		e.for_ever = e.compound = true;
	}
	if (met.excuses & (EXCUSE_DATA | EXCUSE_LAW))
		return;
	/* What halts or resets on purpose may be cut off before it lets go. */
	if (stage.scenario->runs && struck_any)
		met.excuses |= EXCUSE_ORDER;
	if (!strcmp(stage.scenario->name, UNDER_RESET) && stage.station->carrier != CARRIER_BULK)
		return;
	if (!oracle_judge(b, &e, why))
		finding(why);
}

static void begin(const uint8_t *data, size_t size)
{
	static struct scenario changed;
	static const int jumps[] = { 0, 0, 0, 1, 3600, -1 };
	size_t n_stations, n_lines;
	const struct scenario *lines = bench_lines(&n_lines), *sc;
	const struct station *st = bench_stations(&n_stations);
	int jump_to;
	bool odd;

	input = cur_make(data, size);
	met = (struct fault_kind){ .name = "input" };
	st += byte() % n_stations;
	sc = &lines[byte() % n_lines];
	if (st->pid && sc->dfu)
		sc = lines;             /* these have no such boot loader */
	jump_at = byte() * 4u;
	jump_to = jumps[byte() % ARRAY_LEN(jumps)];
	condition = byte();
	changed = *sc;
	odd = !condition_is_none(condition) || strncmp(st->name, LIAR, sizeof(LIAR) - 1) == 0;
	changed.refused |= odd;
	stage_set(st, &changed);
	condition_bring_about(condition);
	jump = (struct fault_kind){ .name = "jump", .at = AT_CLOCK,
				    .what = jump_to, .excuses = EXCUSE_ORDER | EXCUSE_DATA | EXCUSE_LAW };
	struck_any = changed.refused;
	met.excuses |= odd ? EXCUSE_ORDER | EXCUSE_LAW : 0;
	flooded = false;
	swap = NULL;
}

/* The supply fails during a flash operation, or not. */
static void plan_cut(void)
{
	unsigned nth = byte(), how = byte();

	if (how < 0xC0)
		return;
	stage_cut(1 + nth * CUT_MAX / 256, (enum chip_cut)(how % 3), how & 4);
	struck_any = true;
	met.excuses |= EXCUSE_ORDER | EXCUSE_LAW;
}

static void empty_output(void)
{
	if (ftruncate(output_fd, 0) || lseek(output_fd, 0, SEEK_SET))
		abort();
}

/* The same command after whatever happened; an honest probe now. */
static void play_again(void)
{
	int status;

	stage_repair(false);
	(void)unlink(stage_output_path());
	empty_output();
	status = stage_play();
	check_output(output(), status);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char buffer[65536];

	(void)argc;
	(void)argv;
	report_fd = dup(STDERR_FILENO);
	output_fd = memfd_create("output", MFD_CLOEXEC);
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	if (__sanitizer_set_report_fd)
		__sanitizer_set_report_fd((void *)(intptr_t)report_fd);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct before before;
	int out, err, status;

	begin(data, size);
	plan_cut();
	plan_next(0);
	next_at--;
	out = dup(STDOUT_FILENO);
	err = dup(STDERR_FILENO);
	empty_output();
	if (dup2(output_fd, STDOUT_FILENO) < 0 || dup2(output_fd, STDERR_FILENO) < 0)
		abort();
	oracle_look(&before);
	stage.ask = ask;
	status = stage_play();
	stage.ask = NULL;
	judge(&before, status);
	if (condition_is_again(condition))
		play_again();
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(err, STDERR_FILENO);
	(void)close(out);
	(void)close(err);
	stage_strike();
	return 0;
}
