/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bench_boards.c - boards and small chips. A chip is one that the virtual boards have, with less flash, as
 * its smaller sisters are (data sheets, tables of devices; id codes of the reference manuals).
 * chip_kind_find is wrapped, so that nobody else sees them.
 */
#include <string.h>

#include "sim/chip_priv.h"
#include "sim/board.h"
#include "tests/fuzz/bench_boards.h"

enum { BLOCKS_MAX = 8, INFO_MAX = 32 };

const struct chip_kind *__wrap_chip_kind_find(const char *name);
const struct chip_kind *__real_chip_kind_find(const char *name);

static const struct sector_run runs_f1[] = { { 1024, 64 }, { 0, 0 } };
static const struct sector_run runs_l1[] = { { 256, 256 }, { 0, 0 } };
static const struct sector_run runs_f4[] = { { 16 * 1024, 4 }, { 64 * 1024, 1 }, { 0, 0 } };
static const struct sector_run runs_f3[] = { { 2048, 64 }, { 0, 0 } };

static const struct small {
	const char *name, *like;
	uint32_t kb, idcode;            /* idcode 0: the same */
	uint32_t said_kb;               /* in its size register; 0: the truth */
	const struct sector_run *runs;
} small[] = {
	{ "STM32F100C8", "STM32F100RB", 64, 0, 0, runs_f1 },
	{ "STM32L152C8", "STM32L152RB", 64, 0, 0, runs_l1 },
	{ "STM32F401CB", "STM32F401RE", 128, 0x10016423, 0, runs_f4 },
	{ "STM32F303CB", "STM32F303VC", 128, 0, 0, runs_f3 },
	/* Look-alikes that say they are a chip of two banks, one without a driver, none at all. */
	{ "as if F103xG", "STM32F100RB", 64, 0x10036430, 1024, runs_f1 },
	{ "as if F42x", "STM32F401RE", 128, 0x20016419, 2048, runs_f4 },
	{ "as if L152xD", "STM32L152RB", 64, 0x10186436, 384, runs_l1 },
	{ "as if L4", "STM32F401RE", 128, 0x10076415, 1024, runs_f4 },
	{ "as if nothing", "STM32F100RB", 64, 0x10036FFF, 0, runs_f1 },
};

static struct made {
	struct chip_kind kind;
	struct block_desc blocks[BLOCKS_MAX];
	struct init_word info[INFO_MAX];
} made[ARRAY_LEN(small)];

static void make(struct made *m, const struct small *s)
{
	uint32_t kb = s->said_kb ? s->said_kb : s->kb;
	size_t i;

	m->kind = *__real_chip_kind_find(s->like);
	for (i = 0; m->kind.blocks[i].size && i < BLOCKS_MAX - 1; i++) {
		m->blocks[i] = m->kind.blocks[i];
		if (m->blocks[i].base == m->kind.flash_base)
			m->blocks[i].size = s->kb * 1024;
	}
	for (i = 0; m->kind.info[i].addr && i < INFO_MAX - 1; i++) {
		m->info[i] = m->kind.info[i];
		if (m->info[i].addr == (m->kind.size_reg & ~3u))
			m->info[i].value = m->kind.size_reg & 2 ? kb << 16 | 0xFFFF : 0xFFFF0000 | kb;
	}
	m->kind.name = s->name;
	m->kind.flash_bytes = s->kb * 1024;
	m->kind.runs = s->runs;
	m->kind.blocks = m->blocks;
	m->kind.info = m->info;
	m->kind.idcode = s->idcode ? s->idcode : m->kind.idcode;
}

const struct chip_kind *__wrap_chip_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(small); i++)
		if (strcmp(small[i].name, name) == 0) {
			if (!made[i].kind.name)
				make(&made[i], &small[i]);
			return &made[i].kind;
		}
	return __real_chip_kind_find(name);
}

#define KIND(id, chip_name, front_end, generation, fw, erased) \
	const struct board_kind bench_##id = { \
		.name = #id, .title = #id, .chip = chip_name, .firmware = fw, \
		.serial = "53FF6D064966505632152187", .blank = erased, .front = &front_end, \
		.disk = generation == 1 ? &disk_v1 : NULL, \
		.probe = generation, .serial_form = SERIAL_HEX, .hse_hz = 8000000, \
	}

KIND(f1_v1, "STM32F100C8", front_v1, 1, "V1J13S4", 0xFF);
KIND(f1_v1_old, "STM32F100C8", front_v1, 1, "V1J10S0", 0xFF);
KIND(f1_v2, "STM32F100C8", front_v2, 2, "V2J37S7", 0xFF);
KIND(f1_v2_old, "STM32F100C8", front_v2, 2, "V2J14S0", 0xFF);
KIND(f1_v21, "STM32F100C8", front_v21, 2, "V2J24M11", 0xFF);
KIND(f1_v3, "STM32F100C8", front_v3, 3, "V3J7M2", 0xFF);
KIND(f3_v2, "STM32F303CB", front_v2, 2, "V2J37S7", 0xFF);
KIND(f4_v1, "STM32F401CB", front_v1, 1, "V1J13S4", 0xFF);
KIND(f4_v2, "STM32F401CB", front_v2, 2, "V2J37S7", 0xFF);
KIND(f4_v3, "STM32F401CB", front_v3, 3, "V3J7M2", 0xFF);
KIND(l1_v1, "STM32L152C8", front_v1, 1, "V1J13S4", 0x00);
KIND(liar_f1, "as if F103xG", front_v2, 2, "V2J37S7", 0xFF);
KIND(liar_f4, "as if F42x", front_v2, 2, "V2J37S7", 0xFF);
KIND(liar_l1, "as if L152xD", front_v2, 2, "V2J37S7", 0x00);
KIND(liar_l4, "as if L4", front_v2, 2, "V2J37S7", 0xFF);
KIND(liar, "as if nothing", front_v2, 2, "V2J37S7", 0xFF);
KIND(l1_v2, "STM32L152C8", front_v2, 2, "V2J37S7", 0x00);
