/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * campaign.c - every fault at every step of every scenario, or a sample of that.
 *
 *     campaign [--station=PREFIX] [--scenario=PREFIX] [--campaign=NAME] [--fault=PREFIX,...]
 *              [--cases=N] [--seed=N] [--limit=SECONDS] [--count] [--each] [--ever] [--from=N]
 *              [--to=N] [-v]
 *     campaign --replay=CASE [--limit=SECONDS]
 *     campaign --soak=N [--station=NAME] [--scenario=NAME]
 *
 * The command is run again after each case, but not from a state of the board from which that was done
 * before; with --each it is, and must do the same there. --ever: no fault that strikes once. --from,
 * --to: power is cut at no earlier flash operation, and at no later one. --count: only count. --cases: so
 * many of each scenario at each station, chosen by the seed; without it, all. Prints a line for each
 * scenario at each station, and for each finding the command that replays it. Exit status 1 when there is
 * a finding.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/campaign.h"

/* A whole name means that one alone. */
static bool starts(const char *text, const char *prefix, bool whole)
{
	return !prefix || (whole ? strcmp(text, prefix) : strncmp(text, prefix, strlen(prefix))) == 0;
}

static bool asked(const struct wish *w, const struct station *st, const struct scenario *sc)
{
	return starts(st->name, w->station, w->station && station_find(w->station)) &&
	       starts(sc->name, w->scenario, w->scenario && scenario_find(w->scenario));
}

static double seconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void add(struct tally *sum, const struct tally *t)
{
	sum->cases += t->cases;
	sum->compound += t->compound;
	sum->findings += t->findings;
	sum->known += t->known;
	for (int i = 0; i < KINDS_MAX; i++) {
		sum->by_kind[i][0] += t->by_kind[i][0];
		sum->by_kind[i][1] += t->by_kind[i][1];
		sum->bad_by_kind[i] += t->bad_by_kind[i];
		if (t->longest_by_kind[i] > sum->longest_by_kind[i])
			sum->longest_by_kind[i] = t->longest_by_kind[i];
	}
	for (int i = 0; i < STATUS_MAX; i++)
		sum->by_status[i] += t->by_status[i];
}

static double longest_s(const struct tally *t)
{
	uint64_t us = 0;

	for (int i = 0; i < KINDS_MAX; i++)
		us = t->longest_by_kind[i] > us ? t->longest_by_kind[i] : us;
	return (double)us / 1e6;
}

/* Standard output is the program's while it plays. */
static void play_one(const struct wish *w, const struct station *st, const struct scenario *sc,
		     struct tally *sum, FILE *out)
{
	struct tally *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			       0);
	double began = seconds();

	if (t == MAP_FAILED)
		abort();
	stage_set(st, sc);
	play_scenario(w, t);
	stage_strike();
	(void)fprintf(out, "%-10s %-13s %5" PRIu64 " transfers %4" PRIu64 " allocations %5" PRIu64
		      " clock readings %6" PRIu64 " flash operations: %7" PRIu64 " cases, %" PRIu64
		      " findings, longest %.1f s, took %.1f s\n", sc->name, st->name, t->count[AT_TRANSFER],
		      t->count[AT_ALLOCATION], t->count[AT_CLOCK], t->count[AT_FLASH], t->cases,
		      t->findings, longest_s(t), seconds() - began);
	(void)fflush(out);
	add(sum, t);
	(void)munmap(t, sizeof(*t));
}

static void sum_up(const struct tally *sum, double took, FILE *out)
{
	size_t n;
	const struct fault_kind *k = fault_kinds(&n);

	for (size_t i = 0; i < n; i++)
		if (sum->by_kind[i][0] + sum->by_kind[i][1] > 0)
			(void)fprintf(out, "  %-9s %-17s %7" PRIu64 " once %7" PRIu64 " for ever %5" PRIu64
				      " findings, longest %.1f s\n", k[i].campaign, k[i].name,
				      sum->by_kind[i][0], sum->by_kind[i][1], sum->bad_by_kind[i],
				      (double)sum->longest_by_kind[i] / 1e6);
	(void)fprintf(out, "  exit statuses:");
	for (int i = 0; i < STATUS_MAX; i++)
		if (sum->by_status[i])
			(void)fprintf(out, " %d: %" PRIu64, i, sum->by_status[i]);
	(void)fprintf(out, "\nfaults: %" PRIu64 " cases (%" PRIu64 " of two faults, the next try of %"
		      PRIu64 " from a known state), %" PRIu64 " findings, %.0f s, %.0f cases/s\n",
		      sum->cases, sum->compound, sum->known, sum->findings, took,
		      took > 0 ? (double)sum->cases / took : 0);
}

static int play_all(const struct wish *w)
{
	size_t n_st, n_sc, played = 0;
	const struct station *st = stations(&n_st);
	const struct scenario *sc = scenarios(&n_sc);
	static struct tally sum;
	double began = seconds();
	int fd = dup(STDOUT_FILENO);
	FILE *out = fdopen(fd, "w");

	if (!out)
		return 2;
	play_report_to(fd);
	for (size_t i = 0; i < n_sc; i++)
		for (size_t j = 0; j < n_st; j++)
			if (asked(w, &st[j], &sc[i])) {
				play_one(w, &st[j], &sc[i], &sum, out);
				played++;
			}
	sum_up(&sum, seconds() - began, out);
	return sum.findings > 0 || played == 0;
}

/* Memory that the process may grow by: what the C library and Unicorn keep for later. */
enum { GROWTH_MAX_KIB = 1024 };

static int soak(const struct wish *w, uint64_t n)
{
	const struct station *st = station_find(w->station ? w->station : "f1/sg");
	const struct scenario *sc = scenario_find(w->scenario ? w->scenario : "verify-4k");
	double began = seconds();
	int fd = dup(STDOUT_FILENO);
	long kib = 0;
	bool fine;

	if (!st || !sc)
		return 2;
	play_report_to(fd);
	stage_set(st, sc);
	fine = play_soak(n, &kib);
	stage_strike();
	(void)dprintf(fd, "soak: %" PRIu64 " sessions of %s at %s in one process, grown by %ld KiB, "
		      "%.0f s\n", n, sc->name, st->name, kib, seconds() - began);
	return !fine || kib > GROWTH_MAX_KIB;
}

enum { HOST_SECONDS = 120 };

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "station", required_argument, NULL, 's' }, { "scenario", required_argument, NULL, 'c' },
		{ "campaign", required_argument, NULL, 'g' }, { "fault", required_argument, NULL, 'f' },
		{ "cases", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 'r' },
		{ "count", no_argument, NULL, 'c' + 128 }, { "limit", required_argument, NULL, 'l' },
		{ "replay", required_argument, NULL, 'a' }, { "soak", required_argument, NULL, 'k' },
		{ "each", no_argument, NULL, 'e' }, { "ever", no_argument, NULL, 'e' + 128 },
		{ "from", required_argument, NULL, 'f' + 128 }, { "to", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	static char buffer[65536];
	struct wish w = { .seed = 1, .limit_s = HOST_SECONDS, .to = UINT64_MAX };
	uint64_t sessions = 0;
	int o;

	/* Not taken from the heap of the program. */
	(void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	/* What the C library keeps of the time zone for good is no leak of the program. */
	(void)localtime_r(&(time_t){ 0 }, &(struct tm){ 0 });
	tzset();

	while ((o = getopt_long(argc, argv, "v", options, NULL)) != -1)
		switch (o) {
		case 's': w.station = optarg; break;
		case 'c': w.scenario = optarg; break;
		case 'g': w.campaign = optarg; break;
		case 'f': w.fault = optarg; break;
		case 'n': w.cases = strtoull(optarg, NULL, 10); break;
		case 'r': w.seed = strtoull(optarg, NULL, 10); break;
		case 'l': w.limit_s = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'a': w.replay = optarg; break;
		case 'k': sessions = strtoull(optarg, NULL, 10); break;
		case 'c' + 128: w.count_only = true; break;
		case 'e': w.each = true; break;
		case 'e' + 128: w.ever = true; break;
		case 'f' + 128: w.from = strtoull(optarg, NULL, 10); break;
		case 't': w.to = strtoull(optarg, NULL, 10); break;
		case 'v': w.verbose = true; break;
		default: return 2;
		}
	/* The trees and files of each case; they need not survive. */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	if (w.campaign && strcmp(w.campaign, "pairs") == 0) {
		w.compound = true;
		w.campaign = "transport";
	}
	if (w.campaign && strcmp(w.campaign, "power-pairs") == 0) {
		w.recut = true;
		w.campaign = "power";
	}
	if (w.replay) {
		play_report_to(dup(STDOUT_FILENO));
		return !play_again(&w, w.replay);
	}
	return sessions ? soak(&w, sessions) : play_all(&w);
}
