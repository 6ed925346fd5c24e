/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * play.c - the counting loop: one clean run, which forks at each point for each fault that can
 * strike there. The forks go on to the end, are judged, and run the same command again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/choose.h"
#include "tests/faults/known.h"
#include "tests/faults/resident.h"

enum { OUTPUT_MAX = 65536, STRIKES_MAX = 2, LINE_MAX_ = 200 };

static const struct wish *wish;
static struct tally *tally;
static struct before before;
static int report_fd = STDERR_FILENO, capture_fd = -1;
static struct strike strikes[STRIKES_MAX];
static unsigned n_strikes;
static bool forked;
static uint64_t operations_at_start;

void play_report_to(int fd)
{
	report_fd = fd;
}

/* Flash operations begun. The chip, which lags behind the clock, is brought up to it first. */
static uint64_t operations(void)
{
	chip_sync(board_chip(stage.board));
	return chip_flash_operations(board_chip(stage.board));
}

/* What cannot be reported or captured cannot be judged. */
static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		abort();
}

/* ---- what the program prints ----------------------------------------------------------------- */

static void capture_start(void)
{
	capture_fd = memfd_create("output", 0);
	if (capture_fd < 0 || dup2(capture_fd, 1) < 0 || dup2(capture_fd, 2) < 0)
		abort();
}

static const char *captured(void)
{
	static char text[OUTPUT_MAX];
	ssize_t n = pread(capture_fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void capture_clear(void)
{
	(void)fflush(NULL);
	if (ftruncate(capture_fd, 0))
		abort();
	(void)lseek(capture_fd, 0, SEEK_SET);
}

/* A fork writes to a copy of its own. */
static void capture_split(void)
{
	const char *so_far = captured();
	int old = capture_fd;

	capture_start();
	say(capture_fd, so_far);
	(void)close(old);
}

/* ---- names --------------------------------------------------------------------------------- */

/* The line that replays this case. */
static void name_case(char *line, size_t size)
{
	size_t used = (size_t)snprintf(line, size, "%s@%s:", stage.scenario->name,
				       stage.station->name);

	for (unsigned i = 0; i < n_strikes && used < size; i++)
		used += (size_t)snprintf(line + used, size - used, "%s%s=%" PRIu64 "+%s", i ? "," : "",
					 strikes[i].kind->name, strikes[i].index,
					 strikes[i].for_ever ? "ever" : "once");
}

static void finding(const char *why)
{
	char line[LINE_MAX_], text[LINE_MAX_ + WHY_MAX + 160];

	name_case(line, sizeof(line));
	(void)snprintf(text, sizeof(text), "FINDING %s --replay=%s  %s\n", program_invocation_name, line,
		     why);
	say(report_fd, text);
	tally->findings++;
	if (n_strikes > 0) {
		size_t all;

		tally->bad_by_kind[strikes[0].kind - fault_kinds(&all)]++;
	}
}

/* ---- one case -------------------------------------------------------------------------------- */

/* The fault that strikes now, of those of this case. */
static const struct fault_kind *struck(enum point at, uint64_t index, unsigned moves)
{
	for (unsigned i = 0; i < n_strikes; i++) {
		const struct strike *s = &strikes[i];

		if (s->kind->at != at || (s->kind->moves && !(s->kind->moves & moves)))
			continue;
		if (index == s->index || (s->for_ever && index > s->index))
			return s->kind;
	}
	return NULL;
}

static bool fork_case(const struct fault_kind *kind, uint64_t index, bool for_ever);

/* What must not be touched is what was there at first. */
static void look_again(struct before *now)
{
	size_t len;

	oracle_look(now);
	(void)chip_flash(board_chip(stage.board), &len);
	memcpy(now->flash, before.flash, len);
	memcpy(now->options, before.options, sizeof(before.options));
}

/* The next try is cut off as well. */
static void play_cut(const struct strike *s)
{
	static struct before now;
	struct ended e = { .fault = s->kind, .for_ever = true, .compound = true,
			   .earlier = strikes[0].kind };
	char why[WHY_MAX], text[WHY_MAX + 32];

	capture_clear();
	look_again(&now);
	stage_cut(s->index + 1, (enum chip_cut)s->kind->what, false);
	e.status = stage_play();
	e.output = captured();
	tally->cut = chip_supply_was_cut(board_chip(stage.board));
	if (!oracle_judge(&now, &e, why)) {
		(void)snprintf(text, sizeof(text), "cut again: %.200s", why);
		finding(text);
	}
	stage_repair(false);
}

/* Forks a case for each cut of each operation of the next try, which the fork then plays. */
static void cut_again(void)
{
	size_t n;
	const struct fault_kind *k = fault_kinds(&n);

	if (n_strikes == 2 && strikes[1].kind->at == AT_FLASH) {        /* a replay */
		play_cut(&strikes[1]);
		return;
	}
	if (!wish->recut || n_strikes != 1)
		return;
	for (size_t i = 0; i < n; i++) {
		tally->cut = k[i].at == AT_FLASH;
		for (uint64_t op = 0; tally->cut; op++)
			if (fork_case(&k[i], op, true)) {
				play_cut(&strikes[1]);
				return;
			}
	}
}

/* The same command without a fault, by which all must be well. */
static void judge_again(void)
{
	struct ended e = { .earlier = strikes[0].kind, .again = n_strikes == 1, .clean = &tally->ever };
	static struct before now;
	char why[WHY_MAX], text[WHY_MAX + 32];
	uint64_t state = forked ? known_state(strikes, n_strikes) : 0;
	uint64_t known = known_before(tally, state);
	const char *said;

	tally->known += known != 0;
	if (known && !wish->each)
		return;
	capture_clear();
	look_again(&now);
	stage_next_try();
	e.status = stage_play();
	e.output = captured();
	said = strstr(e.output, "stlink-download: ");
	if (e.status != 0) {
		(void)snprintf(text, sizeof(text), "again: status %d %.200s", e.status,
			       said ? said : e.output);
		text[strcspn(text, "\n")] = '\0';
		finding(text);
	} else if (!oracle_judge(&now, &e, why)) {
		(void)snprintf(text, sizeof(text), "again: %.230s", why);
		finding(text);
	} else if (known && known != known_outcome()) {
		finding("again: from a known state, and yet another way");
	} else {
		known_add(tally, state, known_outcome());
	}
}

static void judge(int status)
{
	struct ended e = {
		.status = status, .output = captured(), .fault = strikes[0].kind,
		.for_ever = strikes[0].for_ever, .compound = n_strikes > 1,
		.second = n_strikes > 1 ? strikes[1].kind : NULL, .clean = &tally->ever,
	};
	char why[WHY_MAX];
	uint64_t us = stage.time.clock.now_us(&stage.time.clock) - before.us;
	size_t all;

	if (n_strikes && us > tally->longest_by_kind[strikes[0].kind - fault_kinds(&all)])
		tally->longest_by_kind[strikes[0].kind - fault_kinds(&all)] = us;
	tally->by_status[status & 0xFF]++;
	if (!oracle_judge(&before, &e, why)) {
		finding(why);
		return;
	}
	stage.ask = NULL;
	/* Whatever a probe that lies without end made of the chip's registers: the program says "reset
	 * the board and run again". */
	stage_repair(e.for_ever && e.fault && (e.fault->excuses & EXCUSE_LAW));
	cut_again();
	judge_again();
}

static void wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		finding(WTERMSIG(status) == SIGALRM ? "did not end" : "killed by a signal");
}

/* Does the fault change what sysfs shows, which all forks share? */
static bool pulls(const struct fault_kind *k)
{
	return k->at == AT_TRANSFER && (k->what == WIRE_GONE || k->what == WIRE_REPLUG ||
					k->what == WIRE_SWAP || k->what == WIRE_SWAP_KIND);
}

/* Forks the case. True in the fork, where the fault strikes now. */
static bool fork_case(const struct fault_kind *kind, uint64_t index, bool for_ever)
{
	bool written = access(stage_output_path(), F_OK) == 0;
	size_t all;
	pid_t pid;

	strikes[n_strikes++] = (struct strike){ kind, index, for_ever };
	tally->cases++;
	tally->compound += n_strikes > 1;
	tally->by_kind[strikes[0].kind - fault_kinds(&all)][strikes[0].for_ever]++;
	(void)fflush(NULL);
	pid = fork();
	if (pid < 0)
		abort();
	if (pid > 0) {
		wait_for(pid);
		(void)alarm(forked ? wish->limit_s : 0);
		n_strikes--;
		if (pulls(kind))
			stage_tree();
		/* Whoever does not write it must not find what this case has written. */
		if (!written)
			(void)unlink(stage_output_path());
		return false;
	}
	(void)alarm(wish->limit_s);
	forked = true;
	capture_split();
	return true;
}

/* ---- choosing ---------------------------------------------------------------------------------- */

/* Does it begin with one of the prefixes, which commas part? */
static bool listed(const char *name, const char *prefixes)
{
	for (const char *p = prefixes; *p; p += strcspn(p, ","), p += *p == ',')
		if (strncmp(name, p, strcspn(p, ",")) == 0)
			return true;
	return false;
}

static bool wished(const struct fault_kind *k)
{
	if (wish->campaign && strcmp(wish->campaign, k->campaign) != 0)
		return false;
	return !wish->fault || listed(k->name, wish->fault);
}

/* Is this one of the cases of the sample? */
static bool chosen(const struct fault_kind *k, uint64_t index, bool for_ever)
{
	const struct strike next = { k, index, for_ever };

	return choose(wish, tally->total, &next, strikes, n_strikes);
}

static const struct fault_kind *go_on(enum point at, uint64_t index, unsigned moves);

/* Forks the cases of one operation and one kind of cut; true in a fork. */
static bool fork_cut(const struct fault_kind *k, uint64_t op)
{
	for (int ever = wish->recut || wish->ever; ever < 2; ever++)
		if (chosen(k, op, ever) && fork_case(k, op, ever)) {
			uint64_t now = operations() - operations_at_start;

			stage_cut(op + 1 - now, (enum chip_cut)k->what, !ever);
			return true;
		}
	return false;
}

/* Power is cut at each flash operation that begins before the next transfer. */
static bool fork_cuts(uint64_t transfer)
{
	uint64_t from = tally->operations[transfer], to = tally->operations[transfer + 1];
	size_t n;
	const struct fault_kind *k = fault_kinds(&n);

	for (size_t i = 0; i < n; i++)
		for (uint64_t op = from > wish->from ? from : wish->from;
		     k[i].at == AT_FLASH && wished(&k[i]) && op < to && op <= wish->to; op++)
			if (fork_cut(&k[i], op))
				return true;
	return false;
}

/* Forks all cases of a point; the fault, in a fork. */
static const struct fault_kind *fork_all(enum point at, uint64_t index, unsigned moves)
{
	size_t n;
	const struct fault_kind *k = fault_kinds(&n);

	for (size_t i = 0; i < n; i++) {
		if (k[i].at != at || (k[i].moves && !(k[i].moves & moves)) || !wished(&k[i]))
			continue;
		if (wish->compound && at != AT_TRANSFER)
			continue;
		for (int ever = wish->ever; ever < (wish->compound ? 1 : 2); ever++)
			if (chosen(&k[i], index, ever) && fork_case(&k[i], index, ever)) {
				stage.ask = wish->compound && n_strikes < STRIKES_MAX ? go_on : struck;
				return &k[i];
			}
	}
	return NULL;
}

/* What the clean run asks at each point; and, for pairs, what a fork asks. */
static const struct fault_kind *go_on(enum point at, uint64_t index, unsigned moves)
{
	const struct fault_kind *f = struck(at, index, moves);

	if (f)
		return f;
	if (n_strikes == 0 && !wish->compound && at == AT_TRANSFER && index + 1 < POINTS_MAX &&
	    fork_cuts(index)) {
		stage.ask = struck;
		return NULL;
	}
	return fork_all(at, index, moves);
}

/* ---- the clean run ----------------------------------------------------------------------------- */

static const struct fault_kind *count_only(enum point at, uint64_t index, unsigned moves)
{
	size_t n;
	const struct fault_kind *k = fault_kinds(&n);

	for (size_t i = 0; i < n; i++)
		tally->points[i] += k[i].at == at && (!k[i].moves || (k[i].moves & moves));
	if (at == AT_TRANSFER && index < POINTS_MAX)
		tally->operations[index] = (uint32_t)(operations() - operations_at_start);
	return NULL;
}

static void begin(stage_ask_fn *ask)
{
	capture_clear();
	(void)unlink(stage_output_path());
	oracle_look(&before);
	operations_at_start = operations();
	stage.ask = ask;
}

static void count(void)
{
	struct ended e = { 0 };
	char why[WHY_MAX] = "";
	uint64_t last;

	begin(count_only);
	e.status = stage_play();
	e.output = captured();
	memcpy(tally->count, stage.count, sizeof(tally->count));
	last = stage.count[AT_TRANSFER] < POINTS_MAX ? stage.count[AT_TRANSFER] : POINTS_MAX - 1;
	tally->count[AT_FLASH] = operations() - operations_at_start;
	tally->operations[last] = (uint32_t)tally->count[AT_FLASH];
	oracle_keep(&tally->ever, e.status, e.output);
	tally->clean = oracle_judge(&before, &e, why) &&
		       stage.count[AT_TRANSFER] * (stage.station->carrier == CARRIER_SG ? 2 : 1) >=
			       stage.scenario->least;
	if (!tally->clean)
		finding(why[0] ? why : "too few transfers: the scenario stopped early");
	if (wish->verbose)
		say(report_fd, e.output);
}

static void count_cases(void)
{
	size_t n;
	const struct fault_kind *k = fault_kinds(&n);

	tally->total = 0;
	for (size_t i = 0; i < n; i++)
		if (wished(&k[i]) && (!wish->compound || k[i].at == AT_TRANSFER))
			tally->total += (wish->compound || wish->ever ? 1 : 2) *
					(k[i].at == AT_FLASH ? tally->count[AT_FLASH] : tally->points[i]);
	if (wish->compound)
		tally->total *= (tally->total + 1) / 2;
}

static bool in_fork(void (*play)(void))
{
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)alarm(wish->limit_s);
		play();
		_exit(0);
	}
	wait_for(pid);
	return tally->findings == 0;
}

void play_scenario(const struct wish *w, struct tally *t)
{
	int status;

	wish = w;
	tally = t;
	(void)fflush(NULL);
	capture_start();
	(void)in_fork(count);
	if (!t->clean) {
		(void)close(capture_fd);
		return;
	}
	count_cases();
	if (wish->count_only) {
		(void)close(capture_fd);
		t->cases = t->total;
		return;
	}
	begin(go_on);
	status = stage_play();
	if (!forked) {
		(void)close(capture_fd);
		return;
	}
	judge(status);
	_exit(0);
}

/* ---- endurance --------------------------------------------------------------------------------- */

bool play_soak(uint64_t n, long *kib)
{
	static struct tally here;
	static const struct wish nothing;
	struct ended e = { .output = "" };
	char why[WHY_MAX];
	long first = 0;

	wish = &nothing;
	tally = &here;
	capture_start();
	for (uint64_t i = 0; i < n && here.findings == 0; i++) {
		stage_refill();
		begin(NULL);
		e.status = stage_play();
		e.output = captured();
		if (!oracle_judge(&before, &e, why))
			finding(why);
		if (i == n / 10)
			first = resident_kib();
	}
	*kib = resident_kib() - first;
	return here.findings == 0;
}

/* ---- replay ------------------------------------------------------------------------------------ */

static bool parse_strike(char *text)
{
	char *equals = strchr(text, '='), *plus = strchr(text, '+');
	struct strike *s = &strikes[n_strikes];

	if (!equals || !plus || n_strikes == STRIKES_MAX)
		return false;
	*equals = *plus = '\0';
	s->kind = fault_find(text);
	s->index = strtoull(equals + 1, NULL, 10);
	s->for_ever = strcmp(plus + 1, "ever") == 0;
	n_strikes++;
	return s->kind != NULL;
}

/* What the run without a fault makes of it. */
static void learn(void)
{
	int status;

	capture_start();
	begin(NULL);
	status = stage_play();
	oracle_keep(&tally->ever, status, captured());
}

/* The case from its beginning, in a fork. */
static void replay(void)
{
	capture_start();
	begin(struck);
	if (n_strikes > 0 && strikes[0].kind->at == AT_FLASH)
		stage_cut(strikes[0].index + 1, (enum chip_cut)strikes[0].kind->what,
			  !strikes[0].for_ever);
	judge(stage_play());
	say(report_fd, captured());
}

/* Its names and numbers; a line without a fault is the clean run. */
static bool parse_case(char *text)
{
	char *at = strchr(text, '@'), *colon = strchr(text, ':'), *one;
	const struct station *st;
	const struct scenario *sc;

	if (!at || !colon)
		return false;
	*at = *colon = '\0';
	colon++;
	while (colon && *colon && (one = strsep(&colon, ",")))
		if (!parse_strike(one))
			return false;
	st = station_find(at + 1);
	sc = scenario_find(text);
	if (!st || !sc)
		return false;
	stage_set(st, sc);
	return true;
}

bool play_again(const struct wish *w, const char *line)
{
	struct tally *here = mmap(NULL, sizeof(*here), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				  -1, 0);
	char text[LINE_MAX_];
	bool fine;

	(void)snprintf(text, sizeof(text), "%s", line);
	wish = w;
	tally = here;
	if (here == MAP_FAILED || !parse_case(text))
		return false;
	if (in_fork(learn))
		in_fork(replay);
	stage_strike();
	fine = here->findings == 0;
	(void)munmap(here, sizeof(*here));
	return fine;
}
