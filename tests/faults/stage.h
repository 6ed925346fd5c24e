/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * stage.h - the whole program on a virtual board inside this process, and the points at which
 * something can go wrong.
 *
 * The program is the real one, from main on; below the table of transports stands the board, or,
 * for sg, below the ioctl. Time is the board's. At each point the stage asks its play which fault
 * happens now, if any; a campaign forks there, so that all cases share what came before.
 */
#ifndef TESTS_FAULTS_STAGE_H
#define TESTS_FAULTS_STAGE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/support/board_pipe.h"

enum carrier { CARRIER_BULK, CARRIER_BULK_ONLY, CARRIER_SG };

/* A controller behind a carrier. */
struct station {
	const char *name;               /* "f1/sg" */
	const struct board_kind *kind;
	enum carrier carrier;
	const char *pid;                /* that sysfs shows; NULL: the carrier's usual */
};

const struct station *stations(size_t *n);
const struct station *station_find(const char *name);

enum { SCENARIO_WORDS = 6, IMAGE_OFF = 0x4000 };

enum claim {
	CLAIM_NOTHING, CLAIM_FLASH_IS_IMAGE, CLAIM_FLASH_IS_BLANK, CLAIM_FILE_IS_FLASH,
	CLAIM_FILE_AS_EVER,             /* as the run without a fault made it */
	CLAIM_OUTPUT_AS_EVER,           /* what that run printed, and warnings */
	CLAIM_WRP_0, CLAIM_STOP_RESETS, /* an option: stored, and in force */
	CLAIM_LOCKED, CLAIM_UNLOCKED
};

/* One command line, what it claims when it ends with 0, and what it may touch. */
struct scenario {
	const char *name;
	const char *words[SCENARIO_WORDS];      /* {i}: the image's path, {o}: a path for output */
	uint32_t bytes;                         /* of the image at IMAGE_OFF; 0: none */
	enum claim claim;
	bool whole;                             /* may touch the whole flash */
	bool sectors;                           /* and all of the sectors that hold the image */
	bool preset;                            /* flash holds the image before */
	bool spoilt;                            /* all but one byte of it */
	bool guarded;                           /* the last sector is write-protected before */
	bool sparse;                            /* its sectors are blank but for other data there */
	bool locked;                            /* read-protected before */
	bool dfu;                               /* the probe powers up in its boot loader */
	bool options;                           /* may write option bytes */
	bool runs;                              /* the core runs, whatever it did before */
	bool resets;                            /* the chip is reset, which is a claim */
	bool halts;                             /* may leave the core halted, as was asked */
	bool stock;                             /* a stock tool's command line, and its exit statuses */
	bool holes;                             /* the image has blank pieces */
	bool refused;                           /* fails by itself */
	unsigned least;                         /* transfers over bulk, at least; half over sg */
};

const struct scenario *scenarios(size_t *n);
const struct scenario *scenario_find(const char *name);

enum point { AT_TRANSFER, AT_ALLOCATION, AT_CLOCK, AT_FLASH, N_POINTS };

/* What goes wrong in a transfer. */
enum wire {
	WIRE_TIMEOUT, WIRE_STALL, WIRE_GONE, WIRE_IO, WIRE_EMPTY, WIRE_ONE, WIRE_SHORT, WIRE_LONG,
	WIRE_STATUS, WIRE_UNDEFINED, WIRE_FLIP, WIRE_PREVIOUS, WIRE_LATE, WIRE_LIE, WIRE_PERM,
	WIRE_REPLUG, WIRE_SWAP, WIRE_SWAP_KIND, WIRE_SIGNAL, WIRE_FLASH_BUSY, WIRE_DAP_BUSY,
	WIRE_IN_RESET, WIRE_FEED,
	WIRE_STATUS_IS = 0x100          /* + the status */
};

/* The documented statuses of the debug commands (OpenOCD, stlink_usb.c). */
#define DOCUMENTED_STATUSES(X) \
	X(05) X(06) X(07) X(08) X(09) X(0A) X(0B) X(0C) X(0D) X(0E) X(10) X(11) X(12) X(13) \
	X(14) X(15) X(16) X(17) X(18) X(19) X(1A) X(1D) X(20) X(29) X(40) X(41) X(42) X(81)

/* What a transfer is, for what can go wrong in it. */
enum direction { MOVES_IN = 1, MOVES_OUT = 2, MOVES_CONTROL = 4, MOVES_COMMAND = 8, MOVES_SG = 16 };

struct fault_kind {
	const char *name;
	const char *campaign;
	enum point at;
	int what;                       /* enum wire, enum chip_cut, or seconds: 0 the clock stands,
					 * -1 it goes to its end */
	unsigned moves;                 /* AT_TRANSFER: enum direction, any of them */
	uint32_t exits;                 /* bit n: exit status n is a fair description */
	unsigned excuses;               /* enum excuse */
	int number;                     /* of a signal */
};

/* What nobody can promise under a fault. */
enum excuse {
	EXCUSE_ORDER = 1,               /* the wire or the chip was away: not all could be put back */
	EXCUSE_DATA = 2,                /* the probe lied about what it read, and nobody can tell */
	EXCUSE_LAW = 4                  /* the chip got other accesses than the program made */
};

const struct fault_kind *fault_kinds(size_t *n);
const struct fault_kind *fault_find(const char *name);

/* One fault at one place of a session. */
struct strike {
	const struct fault_kind *kind;
	uint64_t index;
	bool for_ever;                  /* and at every later point of that kind */
};

/* Whom the stage asks at each point: the fault that happens there, or NULL. moves: as in
 * struct fault_kind, 0 elsewhere. */
typedef const struct fault_kind *stage_ask_fn(enum point at, uint64_t index, unsigned moves);

struct stage {
	const struct station *station;
	const struct scenario *scenario;
	struct board *board;
	struct board *other;            /* in its place; NULL: none */
	unsigned plugged;               /* how often something was */
	struct board_time time;
	struct clock clock;             /* the board's, with jumps */
	uint64_t jumped_us, stands_us;  /* the clock's error; where it stands, 0: it does not */
	volatile sig_atomic_t signal;
	bool acting;                    /* the program runs, and not the board or the campaign */
	uint64_t count[N_POINTS];
	stage_ask_fn *ask;
	uint64_t late_until_us;         /* answers are held back until then */
	uint64_t lift_us;               /* what keeps the chip busy ends then; 0: nothing does */
	char dir[64];                   /* for files */
};

extern struct stage stage;

/* stage_set - plug the station's board in, with firmware that runs and flash full of other data. */
void stage_set(const struct station *st, const struct scenario *sc);
void stage_strike(void);                /* take everything down */

/* stage_refill - flash as stage_set left it; the power goes off and on. */
void stage_refill(void);

/* stage_play - run the scenario's command line once. Returns its exit status. The points are
 * counted from 0. */
int stage_play(void);

/* stage_cut - the supply fails at the nth flash operation from now; it comes back by itself after 20
 * ms, or not before stage_repair. */
void stage_cut(uint64_t nth, enum chip_cut when, bool comes_back);

/* stage_noise - bytes that are neither 00 nor FF, the same for the same seed. */
void stage_noise(uint8_t *dst, size_t len, uint32_t seed);

/* stage_at - a point is reached. */
const struct fault_kind *stage_at(enum point at, unsigned moves);

/* stage_repair - what a person does before the next try: plug in, power on; reset: off before. */
void stage_repair(bool reset);

/* stage_pull - the cable is pulled, and put back as the fault says: with another address, or
 * into another probe. stage_plugged - the board on the cable. stage_epoch - what was opened in
 * another one than this is dead. stage_tree - sysfs shows the station's probe again. */
void stage_pull(const struct fault_kind *f);
struct board *stage_plugged(void);
unsigned stage_epoch(void);
void stage_tree(void);
/* stage_strangers - transfers that another probe got. */
uint64_t stage_strangers(void);

/* stage_keep_busy - for the next 50 ms flash, debug port or core do not answer. */
void stage_keep_busy(const struct fault_kind *f);

/* stage_image - the bytes of the scenario's image; stage_output_path - where {o} is. */
const uint8_t *stage_image(void);
const char *stage_output_path(void);
/* stage_next_try - from now on {o} is another file, which is not there yet: the first is shared by all
 * cases that fork after it was written. */
void stage_next_try(void);

/* wire_open - the bulk pipe of the board on the cable, with faults in it. */
enum sl_err wire_open(struct ctx *c, struct pipe **out) MUST_CHECK;

/* wire_mangle - change an answer of *len bytes (room for room) as the fault says; of sg and bulk. */
void wire_mangle(const struct fault_kind *f, uint8_t *data, size_t *len, size_t room);
/* wire_remember - the last answer, which WIRE_PREVIOUS gives again. */
void wire_remember(const uint8_t *data, size_t len);
/* stage_feed - WIRE_FEED: another answer of *len bytes (room for room). Only the fuzzer has one. */
extern void stage_feed(uint8_t *data, size_t *len, size_t room) __attribute__((weak));
/* wire_lie_applies - does this probe command change something, so that a lie about it counts? */
bool wire_lie_applies(const uint8_t *cmd);

/* memory_live - blocks that the program has and has not given back. */
size_t memory_live(void);
void memory_reset(void);

#endif
