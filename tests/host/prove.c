/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * prove.c - each clause of the judge, seen to fail.
 */
#define _GNU_SOURCE
#include "tests/host/prove.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "tests/host/bed_priv.h"

typedef void spoil_fn(struct traced *end, struct verdict_wish *w);

static uint8_t *flash(void)
{
	size_t len;

	return chip_flash(board_chip(bed.board), &len);
}

static void file(const char *name, size_t len)
{
	char path[sizeof(bed.work) + 32];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", bed.work, name);
	f = fopen(path, "wb");
	if (!f)
		return;
	(void)fwrite(flash() + IMAGE_OFF, 1, len, f);
	(void)fclose(f);
}

static void poke(uint32_t addr, uint32_t value)
{
	(void)chip_write(board_chip(bed.board), addr, 4, value);
}

static void nothing(struct traced *end, struct verdict_wish *w)
{
	(void)end;
	(void)w;
}

static void wrong_byte(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	flash()[IMAGE_OFF + 17] ^= 1;
}

static void other_byte(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	flash()[IMAGE_OFF + IMAGE_LEN] ^= 1;
}

static void options_touched(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	bed.before.option_programs--;
}

static void illegal(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	/* FLASH_KEYR of an F1: a wrong key. */
	poke(0x40022004u, 0x12345678u);
}

/* DHCSR: key, C_DEBUGEN, C_HALT. */
static void halted(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	poke(0xE000EDF0u, 0xA05F0003u);
}

static void debugging(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	poke(0xE000EDF0u, 0xA05F0001u);
}

static void debug_bits(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	poke(0xE0042004u, 7);
}

static void unlocked(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	poke(0x40022004u, 0x45670123u);
	poke(0x40022004u, 0xCDEF89ABu);
}

static void part_of_a_file(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	file("o.bin", IMAGE_LEN / 2);
}

static void strange_file(struct traced *end, struct verdict_wish *w)
{
	nothing(end, w);
	file("o.bin.Ab12Cd", 3);
}

static void late(struct traced *end, struct verdict_wish *w)
{
	(void)w;
	end->late = true;
}

static void crashed(struct traced *end, struct verdict_wish *w)
{
	(void)w;
	end->killed_by = SIGSEGV;
	end->status = 128 + SIGSEGV;
}

static void not_handled(struct traced *end, struct verdict_wish *w)
{
	w->how = STRIKE_SIGNAL;
	w->value = SIGTERM;
	end->struck = end->handled = true;
	end->killed_by = SIGTERM;
	end->status = 128 + SIGTERM;
}

static void unfair(struct traced *end, struct verdict_wish *w)
{
	w->how = STRIKE_ERRNO;
	end->struck = true;
	(void)snprintf(end->call.about, sizeof(end->call.about), "%s/i.bin", bed.dir);
	end->status = 8;
}

static void silent(struct traced *end, struct verdict_wish *w)
{
	unfair(end, w);
	end->status = 4;
}

static void in_pieces(struct traced *end, struct verdict_wish *w)
{
	unfair(end, w);
	w->how = STRIKE_PART;
	end->status = 4;
}

static void other_words(struct traced *end, struct verdict_wish *w)
{
	(void)end;
	w->clean = "something else\n";
}

struct proof {
	const char *scenario;
	spoil_fn *spoil;
	const char *why;        /* a part of what the judge must say; NULL: it must be content */
};

static const struct proof proofs[] = {
	{ "flash-4k", nothing, NULL },
	{ "read-4k", nothing, NULL },
	{ "identify", nothing, NULL },
	{ "flash-4k", wrong_byte, "false success" },
	{ "read-4k", part_of_a_file, "a part of the output file" },
	{ "erase-4k", wrong_byte, "false success" },
	{ "identify", other_words, "false success" },
	{ "flash-4k", other_byte, "was not to be touched" },
	{ "verify-4k", wrong_byte, "false success" },
	{ "flash-4k", options_touched, "option bytes were touched" },
	{ "flash-4k", illegal, "illegal" },
	{ "flash-4k", late, "did not end" },
	{ "flash-4k", crashed, "killed by signal" },
	{ "flash-4k", not_handled, "was not handled" },
	{ "flash-4k", unfair, "no fair description" },
	{ "flash-4k", silent, "without a word" },
	{ "flash-4k", in_pieces, "no fair description" },
	{ "flash-4k", unlocked, "left unlocked" },
	{ "flash-4k", halted, "left halted" },
	{ "flash-4k", debugging, "debugging is left enabled" },
	{ "flash-4k", debug_bits, "DBGMCU_CR" },
	{ "flash-4k", strange_file, "is left behind" },
};

static const struct scenario *find(const char *name)
{
	size_t n;
	const struct scenario *sc = scenarios(&n);

	while (strcmp(sc->name, name) != 0)
		sc++;
	return sc;
}

static bool prove(const struct proof *p)
{
	static const struct strike_plan plan;
	const struct scenario *sc = find(p->scenario);
	struct traced end;
	struct verdict_wish w = { .end = &end };
	char why[WHY_MAX] = "content";
	bool content, fine;

	bed_fill(sc);
	if (!bed_run(sc, &plan, &end))
		return false;
	bed_lock();
	p->spoil(&end, &w);
	bed_unlock();
	content = bed_judge(sc, &w, why);
	fine = p->why ? !content && strstr(why, p->why) : content;
	(void)printf("%s %s: %s\n", fine ? "  " : "FAILED", p->scenario, why);
	return fine;
}

bool prove_judge(void)
{
	size_t failed = 0;

	for (size_t i = 0; i < ARRAY_LEN(proofs); i++)
		failed += !prove(&proofs[i]);
	(void)printf("hostfaults: the judge noticed %zu of %zu\n", ARRAY_LEN(proofs) - failed,
		     ARRAY_LEN(proofs));
	return failed == 0;
}
