/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * judge.c - did the program end, tell the truth, blame the right side, touch only what was asked,
 * and leave order? Asked of the board and of the directory, never of the program.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"
#include "tests/host/bed_priv.h"

#define EXIT(n) (1u << (n))
#define EXIT_DEVICE (EXIT(5) | EXIT(6) | EXIT(7) | EXIT(8) | EXIT(9) | EXIT(10) | EXIT(11) | EXIT(12))

static bool no(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, WHY_MAX, fmt, ap);
	va_end(ap);
	return false;
}

/* ---- whom it concerns -------------------------------------------------------------------------- */

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

enum blame bed_blame(const struct struck_call *call)
{
	const char *about = call->about;

	if (has(about, "/memfd:"))
		return BLAME_OUTPUT;
	if (has(about, "/dev/sg") || has(about, "/dev/bus/usb/0") || has(about, "timerfd") ||
	    has(about, "eventfd"))
		return BLAME_DEVICE;
	if (has(about, bed.dir) || has(about, "o.bin") || has(about, "i.bin"))
		return BLAME_FILE;
	if (has(about, "/sys/") || has(about, "/dev") || has(about, "/run/") || has(about, "/proc/"))
		return BLAME_MACHINE;
	if (has(about, "socket:"))
		return bed.kind->usbip ? BLAME_DEVICE : BLAME_MACHINE;
	return BLAME_OTHER;
}

/* Bit n: exit status n is a fair description. */
static unsigned fair(enum blame b)
{
	switch (b) {
	case BLAME_DEVICE:
		return EXIT_DEVICE;
	case BLAME_MACHINE:
		return EXIT(5) | EXIT(6) | EXIT(8) | EXIT(9);
	case BLAME_FILE:
		return EXIT(3) | EXIT(4);
	case BLAME_OUTPUT:
		return EXIT(4);
	case BLAME_OTHER:
		/* Sockets to be made, timers, sleeps: the host's, and waits for the chip. */
		return EXIT(1) | EXIT(4) | EXIT_DEVICE;
	case BLAME_NOBODY:
		return 0;
	}
	return 0;
}

static bool blamed_right(const struct verdict_wish *w, char *why)
{
	const struct traced *e = w->end;
	enum blame b = e->struck ? bed_blame(&e->call) : BLAME_NOBODY;
	unsigned statuses = fair(b);

	if (e->status == 0)
		return true;
	if (w->how == STRIKE_SIGNAL && e->struck && e->status == 128 + w->value)
		return e->killed_by == 0 || !e->handled || e->killed_by == SIGKILL ? true :
		       no(why, "signal %d was not handled", w->value);
	if (e->killed_by)
		return no(why, "killed by signal %d", e->killed_by);
	if (w->how == STRIKE_ALLOCATION && e->struck)
		/* 5, 8: without memory to look at it, a probe seems not to be there, or to fail. */
		statuses = EXIT(1) | EXIT(5) | EXIT(8);
	if (w->how == STRIKE_ERRNO && e->struck && (e->call.kind->traits & CALL_MEMORY))
		statuses = EXIT(1) | EXIT(5) | EXIT(8);
	/* A file that is moved in pieces is whole all the same; but libusb does not go on reading a
	 * descriptor, which the kernel never gives in pieces. */
	if (w->how == STRIKE_PART && b != BLAME_MACHINE && b != BLAME_OTHER)
		statuses = b == BLAME_DEVICE && e->call.kind->number == SYS_read ? EXIT(8) : 0;
	if (e->status >= 32 || !(statuses >> e->status & 1))
		return no(why, "status %d is no fair description", e->status);
	if (!has(bed_error(), "stlink-download:") && !(b == BLAME_OUTPUT && e->call.first == 2))
		return no(why, "status %d without a word", e->status);
	return true;
}

/* ---- truth ------------------------------------------------------------------------------------- */

static bool file_is_flash(const uint8_t *flash, bool *there)
{
	char path[sizeof(bed.work) + 8];
	uint8_t bytes[IMAGE_LEN + 1];
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/o.bin", bed.work);
	f = fopen(path, "rb");
	*there = f != NULL;
	if (!f)
		return false;
	n = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	return n == IMAGE_LEN && memcmp(bytes, flash + IMAGE_OFF, n) == 0;
}

static bool all_blank(const uint8_t *p)
{
	for (size_t i = 0; i < IMAGE_LEN; i++)
		if (p[i] != 0xFF)
			return false;
	return true;
}

/* How many bytes of a line say the same in each run: a node may get another number. */
static size_t lasting(const char *line)
{
	size_t len = strcspn(line, "\n");
	const char *node = strstr(line, "/dev/");

	return node && (size_t)(node - line) < len ? (size_t)(node - line) : len;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

static bool has_line(const char *text, const char *line)
{
	size_t len = lasting(line);

	for (; *text; text = next_line(text))
		if (lasting(text) == len && memcmp(text, line, len) == 0)
			return true;
	return false;
}

/* Each line of a is in b, but for those that begin with one of the words. */
static bool within(const char *a, const char *b, const char *const words[3])
{
	for (; *a; a = next_line(a)) {
		bool excepted = false;

		for (int i = 0; i < 3 && words[i]; i++)
			excepted = excepted || strncmp(a, words[i], strlen(words[i])) == 0;
		if (!excepted && !has_line(b, a))
			return false;
	}
	return true;
}

/* Where the kernel does not tell about a probe, that is not told, and it may be reached in another way.
 * A list goes on after a probe that could not be asked, and says why. Nothing else may be different. */
static bool output_holds(const struct verdict_wish *w)
{
	static const char *const none[3] = { NULL }, *const missing[3] = { "probe:", "serial:", "  " },
				 *const other[3] = { "probe:" },
				 *const asked[3] = { "ST-LINK", "  " },
				 *const silent[3] = { "ST-LINK", "  firmware unknown: " };
	const struct traced *e = w->end;
	/* A directory cannot be listed without memory. */
	bool untold = e->struck && (w->how == STRIKE_ALLOCATION ||
				    (w->how == STRIKE_ERRNO && bed_blame(&e->call) == BLAME_MACHINE));

	if (!w->clean || (e->struck && bed_blame(&e->call) == BLAME_OUTPUT))
		return true;
	if (e->struck && has(bed_output(), silent[1]) && !has(w->clean, silent[1]))
		return within(w->clean, bed_output(), asked) && within(bed_output(), w->clean, silent);
	return within(w->clean, bed_output(), untold ? missing : none) &&
	       within(bed_output(), w->clean, untold ? other : none);
}

static bool spoke_truth(const struct scenario *sc, const struct verdict_wish *w, char *why)
{
	const struct traced *e = w->end;
	bool said = e->status == 0 || has(bed_output(), "proved"), there, holds = true;
	size_t len;
	const uint8_t *flash = chip_flash(board_chip(bed.board), &len);
	bool whole = file_is_flash(flash, &there);

	if (there && !whole)
		return no(why, "status %d, a part of the output file is there", e->status);
	switch (sc->claim) {
	case CLAIM_OUTPUT:
		holds = output_holds(w);
		break;
	case CLAIM_IMAGE:
		holds = memcmp(flash + IMAGE_OFF, bed.image, IMAGE_LEN) == 0;
		break;
	case CLAIM_BLANK:
		holds = all_blank(flash + IMAGE_OFF);
		break;
	case CLAIM_FILE:
		holds = whole;
		break;
	}
	return !said || holds ? true : no(why, "false success: status %d", e->status);
}

/* ---- touch, order ------------------------------------------------------------------------------- */

/* A run that was cut off between two keys cannot be seen: the next key is the wrong one. */
static bool excused(const struct verdict_wish *w, const char *act)
{
	return w->earlier && act && strstr(act, "wrong key") != NULL;
}

static bool touched_little(const struct scenario *sc, const struct verdict_wish *w, char *why)
{
	struct chip *chip = board_chip(bed.board);
	bool writes = (sc->claim == CLAIM_IMAGE && !sc->preset) || sc->claim == CLAIM_BLANK;
	struct chip_report r;
	size_t len;
	const uint8_t *flash = chip_flash(chip, &len);

	for (size_t i = 0; i < len; i++)
		if (flash[i] != bed.before_flash[i] &&
		    (!writes || i < IMAGE_OFF || i >= IMAGE_OFF + IMAGE_LEN))
			return no(why, "flash[%zx] was not to be touched", i);
	chip_get_report(chip, &r);
	if (r.option_erases != bed.before.option_erases ||
	    r.option_programs != bed.before.option_programs)
		return no(why, "option bytes were touched");
	if (r.illegal != bed.before.illegal &&
	    !excused(w, chip_illegal(chip, (size_t)bed.before.illegal)))
		return no(why, "illegal: %.200s", chip_illegal(chip, (size_t)bed.before.illegal));
	return true;
}

static bool left_order(const struct verdict_wish *w, char *why)
{
	const struct traced *e = w->end;
	bool device = e->struck && w->how == STRIKE_ERRNO && e->status != 0 &&
		      (bed_blame(&e->call) == BLAME_DEVICE || bed_blame(&e->call) == BLAME_OTHER);
	/* Without memory for good, no byte goes through libusb any more. */
	bool mute = e->struck && w->how == STRIKE_ALLOCATION && w->value != 0 && e->status != 0 &&
		    bed.kind->allocates;
	struct chip_report r;

	/* Whoever lost the wire cannot put everything back; and SIGKILL lets nobody. */
	if (device || mute || e->killed_by == SIGKILL)
		return true;
	chip_get_report(board_chip(bed.board), &r);
	if (!r.flash_locked)
		return no(why, "status %d, flash is left unlocked", e->status);
	/* Found halted, by a run that was cut off, it is left so. */
	if (r.core_halted && !bed.before.core_halted)
		return no(why, "status %d, the core is left halted", e->status);
	if (r.debug_enabled && !bed.before.debug_enabled)
		return no(why, "status %d, debugging is left enabled", e->status);
	if (r.dbgmcu_cr != bed.before.dbgmcu_cr || r.demcr != bed.before.demcr)
		return no(why, "status %d, DBGMCU_CR %x DEMCR %x", e->status, (unsigned)r.dbgmcu_cr,
			  (unsigned)r.demcr);
	return true;
}

static void count_strange(const char *name, void *arg)
{
	char *first = arg;

	if (strcmp(name, "o.bin") != 0 && first[0] == '\0')
		(void)snprintf(first, 80, "%.70s", name);
}

static bool left_no_file(const struct verdict_wish *w, char *why)
{
	char name[80] = "";

	bed_each_file(count_strange, name);
	if (name[0] != '\0' && w->end->killed_by != SIGKILL && !w->killed_before)
		return no(why, "status %d, %.80s is left behind", w->end->status, name);
	return true;
}

bool bed_judge(const struct scenario *sc, const struct verdict_wish *w, char *why)
{
	bool fine;

	if (w->end->late)
		return no(why, "did not end in %d s", BED_LIMIT_S);
	bed_lock();
	fine = spoke_truth(sc, w, why) && touched_little(sc, w, why) && blamed_right(w, why) &&
	       left_order(w, why) && left_no_file(w, why);
	bed_unlock();
	return fine;
}
