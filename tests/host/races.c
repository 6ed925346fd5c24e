/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * races.c - 2, 4 and 8 programs start on one probe at the same moment; in every other race one of
 * them is killed at a random time.
 *
 *     races TOOL [--bed=PREFIX] [--races=N] [--seed=N] [--race=I]
 *
 * What must hold: whoever does not get the probe says so within 2 s and names a process that has
 * it, when that still runs; whoever gets it does the whole job, the others nothing (the board counts
 * every act out of order); somebody gets it, unless the kill hit; and the next start needs no more
 * than 1 s, after a kill as well. A finding is replayed with --seed=N --race=I, as far as the
 * scheduler lets it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "tests/host/bed_priv.h"
#include "tests/t1/preload.h"

enum { STARTERS_MAX = 8, BUSY = 7, LOSER_MS = 2000, NEXT_MS = 1000, RACE_LIMIT_S = 30, KILL_MS = 120,
       MARGIN_MS = 60, ERROR_MAX = 2000, POLL_US = 500 };

struct starter {
	pid_t pid;
	int err, status;                /* err: its standard error */
	bool killed;
	double ended;                   /* ms after the start of the race */
};

struct race {
	struct starter s[STARTERS_MAX];
	unsigned n, victim, won, lost, killed, told;
	double began, kill_at;
	char why[WHY_MAX];
};

struct tally {
	uint64_t races, starts, won, lost, told, killed, findings;
	double slowest_loser, slowest_next;
};

static const struct scenario job = { .name = "race", .words = { "program=../i.bin@0x08004000",
				     "sleep=1" }, .claim = CLAIM_IMAGE };
static const struct scenario look = { .name = "next", .words = { "version" } };

static double now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

static const char *error_of(const struct starter *s)
{
	static char text[ERROR_MAX];
	ssize_t n = pread(s->err, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static bool fail(struct race *r, const char *what, const struct starter *s)
{
	(void)snprintf(r->why, sizeof(r->why), "%s: status %d after %.0f ms: %.180s", what, s->status,
		       s->ended, error_of(s));
	return false;
}

/* ---- running --------------------------------------------------------------------------------- */

static void kill_victim(struct race *r, double now)
{
	struct starter *s = &r->s[r->victim < r->n ? r->victim : 0];

	if (r->victim >= r->n || now < r->kill_at || s->status >= 0)
		return;
	s->killed = kill(s->pid, SIGKILL) == 0;
	r->victim = STARTERS_MAX;
}

static void kill_all(struct race *r)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->s[i].status < 0)
			(void)kill(r->s[i].pid, SIGKILL);
}

/* True when it was one of ours. */
static bool note_end(struct race *r, pid_t pid, int status, double now)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->s[i].pid == pid) {
			r->s[i].status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
							       WEXITSTATUS(status);
			r->s[i].ended = now;
			return true;
		}
	return false;
}

static void reap(struct race *r, unsigned left)
{
	while (left > 0) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		double now = now_ms() - r->began;

		kill_victim(r, now);
		if (now > RACE_LIMIT_S * 1e3)
			kill_all(r);
		if (pid > 0)
			left -= note_end(r, pid, status, now);
		else
			(void)usleep(POLL_US);
	}
}

static bool run(struct race *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		r->s[i].status = -1;
		r->s[i].err = memfd_create("err", MFD_CLOEXEC);
	}
	r->began = now_ms();
	for (unsigned i = 0; i < r->n; i++) {
		r->s[i].pid = bed_start(&job, r->s[i].err);
		if (r->s[i].pid < 0)
			return false;
	}
	reap(r, r->n);
	return true;
}

/* ---- judging ---------------------------------------------------------------------------------- */

/* Does it name a process that is neither itself nor another loser? */
static bool names_holder(const struct race *r, const struct starter *loser)
{
	const char *text = error_of(loser);
	char pid[32];

	for (unsigned i = 0; i < r->n; i++) {
		(void)snprintf(pid, sizeof(pid), "(pid %d)", (int)r->s[i].pid);
		if (&r->s[i] != loser && r->s[i].status != BUSY && strstr(text, pid))
			return true;
	}
	return false;
}

/* Did somebody who got it run on well after the loser gave up? After the kill nobody knows whether the
 * one that had it just then was gone before the loser looked. */
static bool holder_was_there(const struct race *r, const struct starter *loser)
{
	for (unsigned i = 0; i < r->n; i++)
		if (r->s[i].killed && loser->ended >= r->kill_at)
			return false;
	for (unsigned i = 0; i < r->n; i++)
		if (r->s[i].status == 0 && r->s[i].ended > loser->ended + MARGIN_MS)
			return true;
	return false;
}

static bool judge_one(struct race *r, const struct starter *s)
{
	bool named;

	if (s->killed && s->status == 128 + SIGKILL) {
		r->killed++;
		return true;
	}
	if (s->status == 0) {
		r->won++;
		return true;
	}
	if (s->status != BUSY)
		return fail(r, "neither done nor busy", s);
	r->lost++;
	if (s->ended > LOSER_MS)
		return fail(r, "slow to give up", s);
	named = names_holder(r, s);
	r->told += named;
	/* Over USB/IP the kernel that has the probe is another machine's. */
	if (!named && !bed.kind->usbip && holder_was_there(r, s))
		return fail(r, "not told who has it", s);
	return true;
}

static bool judge(struct race *r)
{
	struct chip_report c;
	size_t len;
	const uint8_t *flash;
	bool fine = true;

	for (unsigned i = 0; fine && i < r->n; i++)
		fine = judge_one(r, &r->s[i]);
	if (!fine)
		return false;
	if (r->won == 0 && r->killed == 0)
		return fail(r, "nobody got it", &r->s[0]);
	bed_lock();
	flash = chip_flash(board_chip(bed.board), &len);
	chip_get_report(board_chip(bed.board), &c);
	if (r->won > 0 && memcmp(flash + IMAGE_OFF, bed.image, IMAGE_LEN) != 0)
		fine = fail(r, "flash is not the image", &r->s[0]);
	/* A run that is killed between two keys leaves the wrong one to the next. */
	if (fine && c.illegal != bed.before.illegal && r->killed == 0)
		fine = fail(r, "acts out of order", &r->s[0]);
	bed_unlock();
	return fine;
}

/* The probe is free again. */
static bool next_start(struct race *r, struct tally *t)
{
	struct race one = { .n = 1, .victim = STARTERS_MAX };
	double took;

	one.s[0].status = -1;
	one.s[0].err = memfd_create("err", MFD_CLOEXEC);
	one.began = now_ms();
	one.s[0].pid = bed_start(&look, one.s[0].err);
	reap(&one, 1);
	took = one.s[0].ended;
	t->slowest_next = took > t->slowest_next ? took : t->slowest_next;
	if (one.s[0].status != 0 || took > NEXT_MS)
		(void)fail(r, "the next start", &one.s[0]);
	(void)close(one.s[0].err);
	return r->why[0] == '\0';
}

static void play(uint64_t seed, uint64_t index, struct tally *t)
{
	static const unsigned sizes[] = { 2, 4, 8 };
	uint64_t h = mix(seed * 1000003 + index);
	struct race r = { .n = sizes[index % ARRAY_LEN(sizes)], .victim = STARTERS_MAX };
	bool fine;

	if (index / ARRAY_LEN(sizes) % 2 == 1) {
		r.victim = (unsigned)(h % r.n);
		r.kill_at = (double)(h >> 8 & 0xFFFF) * KILL_MS / 65536;
	}
	bed_fill(&job);
	fine = run(&r) && judge(&r) && next_start(&r, t);
	if (!fine)
		(void)printf("FINDING %s --seed=%" PRIu64 " --race=%" PRIu64 "  %s\n", bed_name(), seed,
			     index, r.why);
	for (unsigned i = 0; i < r.n; i++) {
		if (r.s[i].status == BUSY && r.s[i].ended > t->slowest_loser)
			t->slowest_loser = r.s[i].ended;
		(void)close(r.s[i].err);
	}
	t->races++;
	t->starts += r.n;
	t->won += r.won;
	t->lost += r.lost;
	t->told += r.told;
	t->killed += r.killed;
	t->findings += !fine;
}

static int play_bed(const char *tool, const struct bed_kind *b, const uint64_t from_to_seed[3])
{
	struct tally t = { 0 };
	double began = now_ms();

	if (!bed_set(b, tool))
		return 2;
	for (uint64_t i = from_to_seed[0]; i < from_to_seed[1]; i++)
		play(from_to_seed[2], i, &t);
	bed_strike();
	(void)printf("races %s: %" PRIu64 " races, %" PRIu64 " starts: %" PRIu64 " got the probe, %" PRIu64
		     " did not, of whom %" PRIu64 " named who has it, %" PRIu64 " were killed; slowest "
		     "loser %.0f ms, slowest next start %.0f ms; %" PRIu64 " findings, %.0f s\n",
		     b->name, t.races, t.starts, t.won, t.lost, t.told, t.killed, t.slowest_loser,
		     t.slowest_next, t.findings, (now_ms() - began) / 1e3);
	return t.findings > 0 || t.lost == 0;
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "bed", required_argument, NULL, 'b' }, { "races", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' }, { "race", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t range[3] = { 0, 1000, 1 };
	const char *bed_wanted = NULL;
	size_t n;
	const struct bed_kind *b = bed_kinds(&n);
	int o, worst = 0;

	preload_or_die(argv);
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (o) {
		case 'b': bed_wanted = optarg; break;
		case 'n': range[1] = strtoull(optarg, NULL, 10); break;
		case 's': range[2] = strtoull(optarg, NULL, 10); break;
		case 'r': range[0] = strtoull(optarg, NULL, 10); range[1] = range[0] + 1; break;
		default: return 2;
		}
	if (optind + 1 != argc)
		return 2;
	for (size_t i = 0; i < n; i++) {
		pid_t pid;
		int status = 0;

		if (bed_wanted && strncmp(b[i].name, bed_wanted, strlen(bed_wanted)) != 0)
			continue;
		(void)fflush(NULL);
		pid = fork();
		if (pid == 0) {
			status = play_bed(argv[optind], &b[i], range);
			(void)fflush(NULL);
			_exit(status);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
			worst = 1;
	}
	return worst;
}
