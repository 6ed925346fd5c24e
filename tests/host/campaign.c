/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * campaign.c - one thing goes wrong at the k-th system call, signal or allocation of a whole run of
 * the real program, for every k, until a run has no k-th any more.
 *
 *     campaign TOOL [--bed=PREFIX] [--scenario=PREFIX] [--kind=PREFIX] [--cases=N] [--seed=N] [--jobs=N]
 *     campaign TOOL --replay=SCENARIO@BED:KIND=INDEX
 *     campaign TOOL --prove
 *
 * --cases: so many of each kind in each scenario. The points come in an order that spreads them evenly
 * over the run, from a start that the seed chooses; so SIGTERM, which ends the campaign after the cases
 * under way, leaves a sample, and --from=N --points=M goes on with the rest of one that said "N of M".
 * --jobs: so many workers at once share the cases of each bed, each with a board of its own.
 * Prints a line for each kind in each scenario, and one for each finding, whose first word after
 * FINDING is what --replay takes. After each case the same command runs again, without a fault, and
 * must end well. --prove: spoils what the judge looks at, one thing after the other.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "tests/host/cases.h"
#include "tests/host/prove.h"
#include "tests/t1/preload.h"

_Static_assert(sizeof(struct tally) <= PIPE_BUF, "a pipe takes it in one piece");

enum { JOBS_MAX = 16 };

struct wish {
	const char *tool, *bed, *scenario, *kind;
	uint64_t cases, seed, jobs, from, points;
};

struct worker {
	const struct wish *w;
	uint64_t index;
	uint64_t *agreed;       /* shared: of each row, how many points */
	int to;                 /* a pipe: a tally for each row */
};

static volatile sig_atomic_t told_to_end;

static void on_end(int signo)
{
	(void)signo;
	told_to_end = 1;
}

static bool starts(const char *text, const char *prefix)
{
	return !prefix || strncmp(text, prefix, strlen(prefix)) == 0;
}

static double seconds(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The n-th pair of scenario and kind; false: not wanted. */
static bool row(const struct wish *w, size_t n, const struct scenario **sc,
		const struct strike_kind **k)
{
	size_t n_sc, n_k;

	*sc = scenarios(&n_sc);
	*k = strike_kinds(&n_k);
	*sc += n / n_k % n_sc;
	*k += n % n_k;
	return starts((*sc)->name, w->scenario) && starts((*k)->name, w->kind);
}

static size_t count_rows(void)
{
	size_t n_sc, n_k;

	(void)scenarios(&n_sc);
	(void)strike_kinds(&n_k);
	return n_sc * n_k;
}

static int work(const struct worker *me, const struct bed_kind *b)
{
	const struct scenario *sc;
	const struct strike_kind *k;
	struct share mine = { .index = me->w->from + me->index, .jobs = me->w->jobs, .cases = me->w->cases,
			      .seed = me->w->seed, .end = &told_to_end };
	bool written = true;

	/* A key that is pressed reaches the campaign alone, which tells the workers. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!bed_set(b, me->w->tool)) {
		(void)printf("hostfaults: the board could not be set up\n");
		return 2;
	}
	for (size_t i = 0; written && !told_to_end && i < count_rows(); i++) {
		struct tally t = { .row = i };

		if (!row(me->w, i, &sc, &k))
			continue;
		mine.agreed = &me->agreed[i];
		if (me->w->points > 0)
			*mine.agreed = me->w->points;
		case_play_share(&mine, sc, k, &t);
		written = write(me->to, &t, sizeof(t)) == (ssize_t)sizeof(t);
	}
	bed_strike();
	return written ? 0 : 2;
}

static void add(struct tally *sum, const struct tally *t)
{
	sum->cases += t->cases;
	sum->findings += t->findings;
	sum->points = t->points > sum->points ? t->points : sum->points;
	sum->longest = t->longest > sum->longest ? t->longest : sum->longest;
	for (size_t i = 0; i < ARRAY_LEN(t->by_status); i++)
		sum->by_status[i] += t->by_status[i];
}

static void show_row(const struct wish *w, const struct bed_kind *b, const struct tally *t, double took)
{
	const struct scenario *sc;
	const struct strike_kind *k;

	(void)row(w, t->row, &sc, &k);
	(void)printf("%-10s %-7s %-13s %5" PRIu64 " of %5" PRIu64 " points, %" PRIu64 " findings, "
		     "longest %.1f s, %.0f s\n", sc->name, b->name, k->name, t->cases,
		     t->every ? t->cases : t->points, t->findings, t->longest, took);
	(void)fflush(stdout);
}

/* What the workers write, until the last of them has ended. */
static void collect(const struct wish *w, const struct bed_kind *b, int from, const pid_t *workers,
		    struct tally *sum)
{
	struct tally *rows = calloc(count_rows(), sizeof(*rows)), t;
	uint64_t *told = calloc(count_rows(), sizeof(*told));
	double began = seconds();

	while (rows && told) {
		ssize_t n = read(from, &t, sizeof(t));

		if (n < 0 && errno == EINTR) {
			for (size_t i = 0; i < w->jobs; i++)
				(void)kill(workers[i], SIGTERM);
			continue;
		}
		if (n != (ssize_t)sizeof(t))
			break;
		rows[t.row].row = t.row;
		rows[t.row].every = t.every && (told[t.row] == 0 || rows[t.row].every);
		add(&rows[t.row], &t);
		add(sum, &t);
		if (++told[t.row] < w->jobs)
			continue;
		show_row(w, b, &rows[t.row], seconds() - began);
		began = seconds();
	}
	free(rows);
	free(told);
}

static bool all_ended_well(const pid_t *workers, size_t n)
{
	bool fine = true;

	for (size_t i = 0; i < n; i++) {
		int status = 0;

		if (workers[i] > 0 && waitpid(workers[i], &status, 0) == workers[i] && status == 0)
			continue;
		(void)printf("hostfaults: worker %zu ended with wait status %#x\n", i, (unsigned)status);
		fine = false;
	}
	return fine;
}

static int play_bed(const struct wish *w, const struct bed_kind *b)
{
	struct tally sum = { 0 };
	struct worker one = { .w = w };
	double began = seconds();
	pid_t workers[JOBS_MAX];
	int ends[2];
	bool fine;

	one.agreed = mmap(NULL, count_rows() * sizeof(uint64_t), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (one.agreed == MAP_FAILED || pipe(ends) != 0)
		return 2;
	one.to = ends[1];
	(void)fflush(NULL);
	for (one.index = 0; one.index < w->jobs; one.index++) {
		workers[one.index] = fork();
		if (workers[one.index] == 0) {
			int status = work(&one, b);

			(void)fflush(NULL);
			_exit(status);
		}
	}
	(void)close(ends[1]);
	collect(w, b, ends[0], workers, &sum);
	(void)close(ends[0]);
	(void)munmap(one.agreed, count_rows() * sizeof(uint64_t));
	fine = all_ended_well(workers, (size_t)w->jobs);
	(void)printf("hostfaults %s: %" PRIu64 " cases, %" PRIu64 " findings, %.0f s; exit statuses",
		     b->name, sum.cases, sum.findings, seconds() - began);
	for (size_t i = 0; i < ARRAY_LEN(sum.by_status); i++)
		if (sum.by_status[i])
			(void)printf(" %zu: %" PRIu64, i, sum.by_status[i]);
	(void)printf("\n");
	return !fine || sum.findings > 0 || sum.cases == 0;
}

/* Each bed has its own workers: there is one mock kernel in a process. */
static int play_all(const struct wish *w)
{
	size_t n, played = 0;
	const struct bed_kind *b = bed_kinds(&n);
	int worst = 0;

	for (size_t i = 0; i < n; i++) {
		int status;

		if (told_to_end || !starts(b[i].name, w->bed))
			continue;
		status = play_bed(w, &b[i]);
		worst = status > worst ? status : worst;
		played++;
	}
	return played ? worst : 2;
}

static int prove_bed(const struct wish *w, const struct bed_kind *b)
{
	bool fine;

	if (!bed_set(b, w->tool))
		return 2;
	fine = prove_judge();
	bed_strike();
	return !fine;
}

/* SCENARIO@BED:KIND=INDEX */
static int replay(struct wish *w, char *line)
{
	char *at = strchr(line, '@'), *colon = strchr(line, ':'), *equals = strchr(line, '=');
	const struct scenario *sc;
	const struct strike_kind *k;
	struct tally t = { 0 };
	size_t n, m, n_beds;
	const struct bed_kind *b = bed_kinds(&n_beds);
	uint64_t points;

	if (!at || !colon || !equals)
		return 2;
	*at = *colon = *equals = '\0';
	sc = scenarios(&n);
	k = strike_kinds(&m);
	while (n > 0 && strcmp(sc->name, line) != 0)
		n--, sc++;
	while (m > 0 && strcmp(k->name, colon + 1) != 0)
		m--, k++;
	while (n_beds > 0 && strcmp(b->name, at + 1) != 0)
		n_beds--, b++;
	if (n == 0 || m == 0 || n_beds == 0 || !bed_set(b, w->tool) || !case_count(sc, k, &points))
		return 2;
	if (!case_play(sc, k, strtoull(equals + 1, NULL, 10), &t))
		(void)printf("there is no such point in this run\n");
	for (size_t i = 0; i < ARRAY_LEN(t.by_status); i++)
		if (t.by_status[i])
			(void)printf("status %zu, %.1f s\n", i, t.longest);
	bed_strike();
	return t.findings > 0;
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "bed", required_argument, NULL, 'b' }, { "scenario", required_argument, NULL, 'c' },
		{ "kind", required_argument, NULL, 'k' }, { "cases", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 'r' }, { "replay", required_argument, NULL, 'a' },
		{ "prove", no_argument, NULL, 'p' }, { "jobs", required_argument, NULL, 'j' },
		{ "from", required_argument, NULL, 'f' }, { "points", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	struct wish w = { .seed = 1, .jobs = 1 };
	static const struct sigaction act = { .sa_handler = on_end };
	char *line = NULL;
	bool prove = false;
	int o;

	preload_or_die(argv);
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 'b': w.bed = optarg; break;
		case 'c': w.scenario = optarg; break;
		case 'k': w.kind = optarg; break;
		case 'n': w.cases = strtoull(optarg, NULL, 10); break;
		case 'r': w.seed = strtoull(optarg, NULL, 10); break;
		case 'a': line = optarg; break;
		case 'p': prove = true; break;
		case 'f': w.from = strtoull(optarg, NULL, 10); break;
		case 'm': w.points = strtoull(optarg, NULL, 10); break;
		case 'j': w.jobs = strtoull(optarg, NULL, 10); break;
		default: return 2;
		}
	if (optind + 1 != argc || w.jobs < 1 || w.jobs > JOBS_MAX)
		return 2;
	w.tool = argv[optind];
	if (prove) {
		size_t n;

		return prove_bed(&w, bed_kinds(&n));
	}
	if (line)
		return replay(&w, line);
	(void)sigaction(SIGTERM, &act, NULL);
	(void)sigaction(SIGINT, &act, NULL);
	return play_all(&w);
}
