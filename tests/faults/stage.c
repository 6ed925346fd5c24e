/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * stage.c - the board under the program, and the program on it.
 *
 * The program is linked with --wrap for what would reach the host: the clock and the trees of
 * ctx_init, the signals of interrupt_install, the table of transports.
 */
#define _GNU_SOURCE
#include "tests/faults/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "sg/sg.h"
#include "tests/support/fake_sysfs.h"
#include "usb/usb.h"

enum { IMAGE_MAX = 65536, BLINK_US = 20000, REPAIRED_US = 500000, BUSY_US = 50000, SETTLE_US = 10000 };
enum { SPARSE_BYTES = 16384 };          /* the rest of the biggest sector at IMAGE_OFF */
enum { NOISE_MAX = 1 << 20, HOLE = 40 };

struct stage stage;

static uint8_t image[IMAGE_MAX];
static char image_path[96], output_path[96];
static const char *sysfs, *dev;
static bool supply_back;                /* a cut supply returns by itself */
static uint64_t cut_seen_us;

int tool_main(int argc, char *argv[]);
void __real_ctx_init(struct ctx *c);
void __wrap_ctx_init(struct ctx *c);
const volatile sig_atomic_t *__wrap_interrupt_install(void);
bool __wrap_confine_wanted(void);
extern const struct transport_class *const __wrap_transport_classes[];

/* ---- what the program finds in place of the host ---------------------------------------- */

void __wrap_ctx_init(struct ctx *c)
{
	__real_ctx_init(c);
	if (!stage.board)
		return;
	c->clock = &stage.clock;
	c->sysfs = sysfs;
	c->dev = dev;
}

/* The image is taken apart here: a fork for each case would be most of its time. */
bool __wrap_confine_wanted(void)
{
	return false;
}

const volatile sig_atomic_t *__wrap_interrupt_install(void)
{
	return &stage.signal;
}

static bool wire_can_serve(struct ctx *c, const struct probe *p, char *why, size_t room)
{
	(void)c;
	(void)snprintf(why, room, "the campaign's wire");
	return p->kind && stage.station->carrier != CARRIER_SG;
}

static enum sl_err wire_transport_open(struct ctx *c, const struct probe *p, struct transport **out)
{
	struct pipe *pipe = NULL;
	enum sl_err err = wire_open(c, &pipe);

	if (err)
		return err;
	err = usb_framing_for(c, p, pipe, out);
	if (err)
		pipe->ops->close(pipe, c);
	return err;
}

static const struct transport_class wire_class = {
	.name = "wire", .can_serve = wire_can_serve, .open = wire_transport_open,
};

const struct transport_class *const __wrap_transport_classes[] = {
	&transport_sg, &wire_class, NULL
};

/* ---- time ---------------------------------------------------------------------------------- */

/* A supply that was cut comes back, or the board shows that it is off. */
static void tend_supply(uint64_t now)
{
	if (!chip_supply_was_cut(board_chip(stage.board)) || cut_seen_us == UINT64_MAX)
		return;
	if (cut_seen_us == 0) {
		cut_seen_us = now;
		(void)board_set(stage.board, "power", "off");
	}
	if (supply_back && now - cut_seen_us >= BLINK_US) {
		cut_seen_us = UINT64_MAX;
		(void)board_set(stage.board, "power", "on");
	}
}

/* What kept the chip busy is over. */
static void tend_busy(uint64_t now)
{
	if (stage.lift_us == 0 || now < stage.lift_us)
		return;
	stage.lift_us = 0;
	chip_flash_sticks(board_chip(stage.board), false);
	(void)board_set(stage.board, "wait", "0");
	(void)board_set(stage.board, "reset", "up");
}

void stage_keep_busy(const struct fault_kind *f)
{
	stage.lift_us = stage.time.clock.now_us(&stage.time.clock) + BUSY_US;
	if (f->what == WIRE_FLASH_BUSY)
		chip_flash_sticks(board_chip(stage.board), true);
	else if (f->what == WIRE_DAP_BUSY)
		(void)board_set(stage.board, "wait", "1000000000");
	else
		(void)board_set(stage.board, "reset", "down");
}

/* The clock is set, or stands from now on; only once, or again at each reading. */
static uint64_t faulty(const struct fault_kind *f, uint64_t now)
{
	if (f && f->what == 0) {
		stage.stands_us = stage.stands_us ? stage.stands_us : now + stage.jumped_us;
		return stage.stands_us;
	}
	stage.stands_us = 0;
	if (f)
		stage.jumped_us = f->what < 0 ? UINT64_MAX - now - 1 :
				  stage.jumped_us + (uint64_t)f->what * 1000000;
	return now > UINT64_MAX - stage.jumped_us ? UINT64_MAX : now + stage.jumped_us;
}

static uint64_t now_us(const struct clock *c)
{
	bool acting = stage.acting;
	const struct fault_kind *f;
	uint64_t now;

	(void)c;
	stage.acting = false;
	now = stage.time.clock.now_us(&stage.time.clock);
	f = acting ? stage_at(AT_CLOCK, 0) : NULL;
	stage.acting = acting;
	return faulty(f, now);
}

static void sleep_us(const struct clock *c, uint64_t us)
{
	bool acting = stage.acting;

	(void)c;
	stage.acting = false;
	stage.time.clock.sleep_us(&stage.time.clock, us);
	stage.acting = acting;
}

const struct fault_kind *stage_at(enum point at, unsigned moves)
{
	uint64_t index = stage.count[at]++;
	bool acting = stage.acting;
	const struct fault_kind *f;

	stage.acting = false;
	tend_supply(stage.time.clock.now_us(&stage.time.clock));
	tend_busy(stage.time.clock.now_us(&stage.time.clock));
	f = stage.ask ? stage.ask(at, index, moves) : NULL;
	stage.acting = acting;
	if (!f || at != AT_TRANSFER || f->what != WIRE_SIGNAL)
		return f;
	if (stage.signal == 0)
		stage.signal = f->number;
	return NULL;
}

/* ---- setting --------------------------------------------------------------------------------- */

void stage_noise(uint8_t *dst, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		dst[i] = (uint8_t)(1 + (x >> 24) % 254);
	}
}

/* The same, made once for each seed: it is most of the time that a board needs. */
static void noise_again(uint8_t *dst, size_t len, uint32_t seed)
{
	static uint8_t kept[2][NOISE_MAX];
	static bool made[2];
	size_t which = seed == 7;

	if (!made[which])
		stage_noise(kept[which], NOISE_MAX, seed);
	made[which] = true;
	memcpy(dst, kept[which], len);
}

static void write_image(void)
{
	FILE *f = fopen(image_path, "wb");

	noise_again(image, sizeof(image), 7);
	for (size_t i = HOLE; stage.scenario->holes && i < sizeof(image); i += 4 * HOLE)
		memset(image + i, board_kind_blank(stage.station->kind), HOLE);
	if (!f || fwrite(image, 1, stage.scenario->bytes, f) != stage.scenario->bytes || fclose(f))
		abort();
}

void stage_refill(void)
{
	/* Initial stack, reset vector, a loop at 08000008. */
	static const uint8_t firmware[] = { 0, 0x10, 0, 0x20, 9, 0, 0, 8, 0xFE, 0xE7, 0, 0xBF };
	size_t len;
	uint8_t *flash = chip_flash(board_chip(stage.board), &len);

	noise_again(flash, len, 99);
	memcpy(flash, firmware, sizeof(firmware));
	if (stage.scenario->sparse)
		memset(flash + IMAGE_OFF + stage.scenario->bytes, board_kind_blank(stage.station->kind),
		       SPARSE_BYTES);
	if (stage.scenario->preset || stage.scenario->spoilt)
		memcpy(flash + IMAGE_OFF, image, stage.scenario->bytes);
	if (stage.scenario->spoilt)
		flash[IMAGE_OFF + stage.scenario->bytes / 2] ^= 1;
	chip_flash_changed(board_chip(stage.board));
	if (stage.scenario->locked)
		chip_set_protected(board_chip(stage.board), true);
	if (stage.scenario->guarded)
		chip_write_protect(board_chip(stage.board), chip_sector_count(board_chip(stage.board)) - 1,
				   true);
	(void)board_set(stage.board, "power", "off");
	(void)board_set(stage.board, "power", "on");
	stage.time.clock.sleep_us(&stage.time.clock, SETTLE_US);
}

/* What sysfs shows: the probe at an address; or another, of the same kind or not. */
static void plug(unsigned address, const struct fault_kind *f)
{
	static const char *const other_serial = "38FF6B064D52323517290243";
	struct fake_device d = fake_v2;

	d.address = address;
	if (f && (f->what == WIRE_SWAP || f->what == WIRE_SWAP_KIND))
		d.serial = other_serial;
	if (f && f->what == WIRE_SWAP_KIND) {
		d.pid = stage.station->carrier == CARRIER_BULK ? "3744" : "374b";
		fake_plug(&d);
		return;
	}
	if (stage.station->pid)
		d.pid = stage.station->pid;
	if (stage.station->carrier != CARRIER_BULK)
		d.pid = "3744";
	if (stage.station->carrier == CARRIER_SG) {
		d.driver = "usb-storage";
		d.sg = "sg2";
		fake_link("sg2", "/dev/null");
	}
	fake_plug(&d);
}

enum { ADDRESS = 5 };

static void clear_tree(void)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s/bus/usb/devices/%s", sysfs, fake_v2.port);
	if (access(path, F_OK) == 0)
		fake_unplug(fake_v2.port);
	(void)snprintf(path, sizeof(path), "%s/sg2", dev);
	(void)unlink(path);
}

void stage_tree(void)
{
	clear_tree();
	plug(ADDRESS, NULL);
}

struct board *stage_plugged(void)
{
	return stage.other ? stage.other : stage.board;
}

unsigned stage_epoch(void)
{
	return stage.plugged << 16 | (usbdev_generation(stage_plugged()) & 0xFFFF);
}

uint64_t stage_strangers(void)
{
	struct usb_report r = { .bulk_urbs = 0 };

	if (stage.other)
		usbdev_get_report(stage.other, &r);
	return r.bulk_urbs;
}

void stage_pull(const struct fault_kind *f)
{
	bool swap = f->what == WIRE_SWAP || f->what == WIRE_SWAP_KIND;

	(void)board_set(stage.board, "plug", "out");
	clear_tree();
	stage.plugged++;
	if (f->what == WIRE_GONE)
		return;
	plug(ADDRESS + stage.plugged, f);
	if (swap && !stage.other)
		stage.other = board_new(stage.station->kind, NULL);
	if (!swap)
		(void)board_set(stage.board, "plug", "in");
	if (!swap)
		(void)usbdev_enumerate(stage.board);
}

void stage_set(const struct station *st, const struct scenario *sc)
{
	static struct ctx c;
	struct board_options o = { .start_in_dfu = sc->dfu };

	memset(&stage, 0, sizeof(stage));
	stage.station = st;
	stage.scenario = sc;
	if (fake_sysfs_setup(&c))
		abort();
	sysfs = c.sysfs;
	dev = c.dev;
	(void)snprintf(stage.dir, sizeof(stage.dir), "%.60s", dev);
	(void)snprintf(image_path, sizeof(image_path), "%s/image.bin", stage.dir);
	(void)snprintf(output_path, sizeof(output_path), "%s/output.bin", stage.dir);
	write_image();
	stage.board = board_new(st->kind, &o);
	if (!stage.board)
		abort();
	board_time_init(&stage.time, stage.board);
	stage.clock = (struct clock){ .now_us = now_us, .sleep_us = sleep_us };
	plug(ADDRESS, NULL);
	stage_refill();
}

void stage_strike(void)
{
	board_free(stage.board);
	board_free(stage.other);
	stage.board = stage.other = NULL;
	(void)fake_sysfs_teardown();
}

void stage_cut(uint64_t nth, enum chip_cut when, bool comes_back)
{
	supply_back = comes_back;
	cut_seen_us = 0;
	chip_cut_supply(board_chip(stage.board), nth, when);
}

void stage_repair(bool reset)
{
	chip_cut_supply(board_chip(stage.board), 0, CHIP_CUT_TORN);
	if (stage.plugged)
		stage_tree();
	board_free(stage.other);
	stage.other = NULL;
	tend_busy(UINT64_MAX);
	/* "plug the board in again" is what the program says of a probe that is stuck in there. */
	if (stage.scenario->dfu)
		(void)board_set(stage.board, "plug", "out");
	(void)board_set(stage.board, "plug", "in");
	if (reset)
		(void)board_set(stage.board, "power", "off");
	(void)board_set(stage.board, "power", "on");
	(void)usbdev_enumerate(stage.board);
	stage.late_until_us = 0;
	stage.time.clock.sleep_us(&stage.time.clock, REPAIRED_US);
}

const uint8_t *stage_image(void)
{
	return image;
}

const char *stage_output_path(void)
{
	static char path[128];
	const char *word = NULL, *suffix = "";

	for (int i = 0; i < SCENARIO_WORDS && stage.scenario->words[i] && !word; i++)
		word = strstr(stage.scenario->words[i], "{o}");
	if (word)
		suffix = word + 3;
	(void)snprintf(path, sizeof(path), "%s%.*s", output_path, (int)strcspn(suffix, "@"), suffix);
	return path;
}

void stage_next_try(void)
{
	(void)snprintf(output_path, sizeof(output_path), "%s/again.bin", stage.dir);
	(void)unlink(stage_output_path());
}

/* ---- playing ----------------------------------------------------------------------------------- */

static char *word_of(const char *word, char *room, size_t size)
{
	const char *mark = strchr(word, '{');

	if (!mark)
		(void)snprintf(room, size, "%s", word);
	else
		(void)snprintf(room, size, "%.*s%s%s", (int)(mark - word), word,
			       mark[1] == 'i' ? image_path : output_path, mark + 3);
	return room;
}

int stage_play(void)
{
	static char name[] = "stlink-download", force[] = "--force";
	static char rooms[SCENARIO_WORDS][160];
	char *argv[SCENARIO_WORDS + 3] = { name, force };
	int argc = stage.scenario->stock ? 1 : 2, status;

	for (int i = 0; i < SCENARIO_WORDS && stage.scenario->words[i]; i++)
		argv[argc++] = word_of(stage.scenario->words[i], rooms[i], sizeof(rooms[i]));
	memset(stage.count, 0, sizeof(stage.count));
	stage.signal = 0;
	stage.jumped_us = stage.stands_us = 0;
	memory_reset();
	optind = 1;
	stage.acting = true;
	status = tool_main(argc, argv);
	stage.acting = false;
	(void)fflush(NULL);
	return status;
}
