/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * tables.c - stations, scenarios and faults: a new row enters every campaign.
 */
#include <string.h>

#include "tests/faults/boards.h"
#include "tests/faults/stage.h"

/* ---- stations -------------------------------------------------------------------------- */

static const struct station station_table[] = {
	{ "f1/bulk", &f1_v2, CARRIER_BULK, NULL },
	{ "f1/sg", &f1_v1, CARRIER_SG, NULL },
	{ "f1/bulk-only", &f1_v1, CARRIER_BULK_ONLY, NULL },
	{ "f4/bulk", &f4_v2, CARRIER_BULK, NULL },
	{ "f4/sg", &f4_v1, CARRIER_SG, NULL },
	{ "f4/bulk-only", &f4_v1, CARRIER_BULK_ONLY, NULL },
	{ "l1/bulk", &l1_v2, CARRIER_BULK, NULL },
	{ "l1/sg", &l1_v1, CARRIER_SG, NULL },
	{ "l1/bulk-only", &l1_v1, CARRIER_BULK_ONLY, NULL },
};

const struct station *stations(size_t *n)
{
	*n = ARRAY_LEN(station_table);
	return station_table;
}

const struct station *station_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(station_table); i++)
		if (strcmp(station_table[i].name, name) == 0)
			return &station_table[i];
	return NULL;
}

/* ---- scenarios ------------------------------------------------------------------------- */

static const struct scenario scenario_table[] = {
	{ .name = "list", .words = { "list" }, .claim = CLAIM_OUTPUT_AS_EVER },
	{ .name = "version", .words = { "version" }, .claim = CLAIM_OUTPUT_AS_EVER, .least = 2 },
	{ .name = "leave-dfu", .words = { "version" }, .claim = CLAIM_OUTPUT_AS_EVER, .dfu = true,
	  .least = 4 },
	{ .name = "identify", .words = { "info" }, .claim = CLAIM_OUTPUT_AS_EVER, .least = 15 },
	{ .name = "read-4k", .words = { "read={o}@0x08004000:4096" }, .bytes = 4096,
	  .claim = CLAIM_FILE_IS_FLASH, .least = 15 },
	{ .name = "erase-4k", .words = { "erase=0x08004000:4096" }, .bytes = 4096,
	  .claim = CLAIM_FLASH_IS_BLANK, .least = 20 },
	{ .name = "erase-all", .words = { "erase" }, .bytes = 4096, .claim = CLAIM_FLASH_IS_BLANK,
	  .whole = true, .least = 20 },
	{ .name = "flash-64", .words = { "program={i}@0x08004000" }, .bytes = 64, .sparse = true,
	  .claim = CLAIM_FLASH_IS_IMAGE, .least = 30 },
	{ .name = "flash-1k", .words = { "program={i}@0x08004000" }, .bytes = 1024,
	  .claim = CLAIM_FLASH_IS_IMAGE, .least = 30 },
	{ .name = "flash-4k", .words = { "program={i}@0x08004000" }, .bytes = 4096,
	  .claim = CLAIM_FLASH_IS_IMAGE, .least = 30 },
	{ .name = "flash-64k", .words = { "program={i}@0x08004000" }, .bytes = 65536,
	  .claim = CLAIM_FLASH_IS_IMAGE, .least = 100 },
	{ .name = "again-4k", .words = { "program={i}@0x08004000" }, .bytes = 4096, .preset = true,
	  .claim = CLAIM_FLASH_IS_IMAGE, .least = 20 },
	{ .name = "patch-1k", .words = { "program={i}@0x08004000" }, .bytes = 1024, .spoilt = true,
	  .claim = CLAIM_FLASH_IS_IMAGE, .least = 20 },
	{ .name = "verify-4k", .words = { "verify={i}@0x08004000" }, .bytes = 4096, .preset = true,
	  .claim = CLAIM_FLASH_IS_IMAGE, .least = 15 },
	{ .name = "reset", .words = { "reset", "run" }, .claim = CLAIM_OUTPUT_AS_EVER, .runs = true,
	  .resets = true, .least = 15 },
	{ .name = "chain-4k", .words = { "program={i}@0x08004000", "reset" }, .bytes = 4096,
	  .claim = CLAIM_FLASH_IS_IMAGE, .runs = true, .resets = true, .least = 30 },
	{ .name = "unlock", .words = { "--yes", "unlock" }, .claim = CLAIM_UNLOCKED,
	  .whole = true, .locked = true, .options = true, .least = 30 },
	{ .name = "option-write", .words = { "wrp=0" }, .claim = CLAIM_WRP_0, .options = true,
	  .least = 30 },
	{ .name = "option-set", .words = { "option:nRST_STOP=0" }, .guarded = true,
	  .claim = CLAIM_STOP_RESETS, .options = true, .least = 30 },
	{ .name = "lock", .words = { "lock=1" }, .claim = CLAIM_LOCKED, .options = true, .least = 30 },
	{ .name = "look", .words = { "status", "protection", "options", "read0x20000000" },
	  .claim = CLAIM_OUTPUT_AS_EVER, .least = 20 },
	{ .name = "step", .words = { "debug", "step", "wreg0=1", "regs", "reg0", "run" },
	  .claim = CLAIM_OUTPUT_AS_EVER, .halts = true, .least = 30 },
	{ .name = "doctor", .words = { "doctor" }, .claim = CLAIM_OUTPUT_AS_EVER, .least = 15 },
	{ .name = "save-options", .words = { "options={o}" }, .claim = CLAIM_FILE_AS_EVER, .least = 15 },
	{ .name = "read-hex", .words = { "read={o}.hex@0x08004000:4096" }, .claim = CLAIM_FILE_AS_EVER,
	  .least = 15 },
	{ .name = "json", .words = { "--json", "info", "read={o}@0x08004000:64" }, .bytes = 64,
	  .claim = CLAIM_FILE_IS_FLASH, .least = 15 },
	{ .name = "record", .words = { "--record={o}", "version" }, .least = 2 },
	{ .name = "bundle", .words = { "--bundle={o}", "-v", "info" }, .least = 15 },
	{ .name = "st-write", .words = { "st-flash", "write", "{i}", "0x08004000" }, .bytes = 4096,
	  .stock = true, .claim = CLAIM_FLASH_IS_IMAGE, .runs = true, .resets = true, .least = 30 },
	{ .name = "st-read", .words = { "st-flash", "read", "{o}", "0x08004000", "0x1000" },
	  .bytes = 4096, .stock = true, .claim = CLAIM_FILE_IS_FLASH, .least = 15 },
	{ .name = "st-erase", .words = { "st-flash", "erase" }, .claim = CLAIM_FLASH_IS_BLANK,
	  .whole = true, .stock = true, .least = 20 },
	{ .name = "st-reset", .words = { "st-flash", "reset" }, .stock = true, .runs = true, .resets = true,
	  .least = 15 },
	{ .name = "st-probe", .words = { "st-info", "--probe" }, .stock = true, .least = 15 },
};

const struct scenario *scenarios(size_t *n)
{
	*n = ARRAY_LEN(scenario_table);
	return scenario_table;
}

const struct scenario *scenario_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(scenario_table); i++)
		if (strcmp(scenario_table[i].name, name) == 0)
			return &scenario_table[i];
	return NULL;
}

/* ---- faults ---------------------------------------------------------------------------- */

#define EXIT(n) (1u << (n))
#define EXIT_OTHER EXIT(1)
#define EXIT_WIRE (EXIT(8) | EXIT(9))           /* host, probe */
#define EXIT_CHIP (EXIT(10) | EXIT(11) | EXIT(12))
/* A lie about the chip's size makes the user's range or file wrong: 2, 3. */
#define EXIT_LIED (EXIT_WIRE | EXIT_CHIP | EXIT(2) | EXIT(3))
#define EXIT_SIGNAL 0u                          /* 128 + n is added for a signal */
#define ANY (MOVES_IN | MOVES_OUT | MOVES_CONTROL | MOVES_SG)
#define DATA (MOVES_IN | MOVES_OUT | MOVES_SG)
#define REPLY (MOVES_IN)
#define AWAY EXCUSE_ORDER
#define LIES (EXCUSE_ORDER | EXCUSE_DATA | EXCUSE_LAW)

#define T "transport"
#define U "unplug"
#define S "signals"
#define C "time"
#define P "power"

/* One documented status; "status" gives them in turn. */
#define STATUS(hex) { "status-" #hex, "statuses", AT_TRANSFER, WIRE_STATUS_IS + 0x##hex, REPLY, \
		      EXIT_LIED, LIES, 0 },

static const struct fault_kind fault_table[] = {
	{ "timeout", T, AT_TRANSFER, WIRE_TIMEOUT, ANY, EXIT_WIRE | EXIT_CHIP, AWAY, 0 },
	{ "stall", T, AT_TRANSFER, WIRE_STALL, ANY, EXIT_WIRE, AWAY, 0 },
	{ "gone", T, AT_TRANSFER, WIRE_GONE, ANY, EXIT_WIRE, AWAY, 0 },
	{ "io-error", T, AT_TRANSFER, WIRE_IO, ANY, EXIT_WIRE | EXIT_CHIP, AWAY, 0 },
	{ "empty", T, AT_TRANSFER, WIRE_EMPTY, REPLY, EXIT_WIRE, AWAY, 0 },
	{ "one-byte", T, AT_TRANSFER, WIRE_ONE, REPLY, EXIT_WIRE, AWAY, 0 },
	{ "short", T, AT_TRANSFER, WIRE_SHORT, REPLY, EXIT_WIRE, AWAY, 0 },
	{ "over-long", T, AT_TRANSFER, WIRE_LONG, REPLY, EXIT_WIRE, AWAY, 0 },
	{ "status", T, AT_TRANSFER, WIRE_STATUS, REPLY, EXIT_LIED, LIES, 0 },
	{ "undefined-status", T, AT_TRANSFER, WIRE_UNDEFINED, REPLY, EXIT_LIED, LIES, 0 },
	{ "bit-flip", T, AT_TRANSFER, WIRE_FLIP, REPLY, EXIT_LIED, LIES, 0 },
	{ "previous-reply", T, AT_TRANSFER, WIRE_PREVIOUS, REPLY, EXIT_LIED, LIES, 0 },
	{ "late-reply", T, AT_TRANSFER, WIRE_LATE, REPLY, EXIT_WIRE | EXIT_CHIP, AWAY, 0 },
	{ "lie", T, AT_TRANSFER, WIRE_LIE, MOVES_COMMAND, EXIT_WIRE | EXIT_CHIP, LIES, 0 },
	{ "eperm", T, AT_TRANSFER, WIRE_PERM, MOVES_SG, EXIT(6) | EXIT_WIRE, AWAY, 0 },
	{ "replug", U, AT_TRANSFER, WIRE_REPLUG, ANY, EXIT_WIRE | EXIT(5), AWAY, 0 },
	{ "swap", U, AT_TRANSFER, WIRE_SWAP, ANY, EXIT_WIRE | EXIT(5), AWAY, 0 },
	{ "swap-kind", U, AT_TRANSFER, WIRE_SWAP_KIND, ANY, EXIT_WIRE | EXIT(5), AWAY, 0 },
	{ "sigint", S, AT_TRANSFER, WIRE_SIGNAL, ANY, EXIT_SIGNAL, 0, SIGINT },
	{ "sigterm", S, AT_TRANSFER, WIRE_SIGNAL, ANY, EXIT_SIGNAL, 0, SIGTERM },
	{ "sighup", S, AT_TRANSFER, WIRE_SIGNAL, ANY, EXIT_SIGNAL, 0, SIGHUP },
	/* 5: without memory to look at its node, a V1 seems to have none. */
	{ "no-memory", "memory", AT_ALLOCATION, 0, 0, EXIT_OTHER | EXIT(5), 0, 0 },
	{ "clock-hour", C, AT_CLOCK, 3600, 0, EXIT_WIRE | EXIT_CHIP, LIES, 0 },
	{ "clock-end", C, AT_CLOCK, -1, 0, EXIT_WIRE | EXIT_CHIP, LIES, 0 },
	{ "clock-stands", C, AT_CLOCK, 0, 0, EXIT_WIRE | EXIT_CHIP, LIES, 0 },
	{ "flash-busy", C, AT_TRANSFER, WIRE_FLASH_BUSY, ANY, EXIT_CHIP, AWAY, 0 },
	{ "dap-busy", C, AT_TRANSFER, WIRE_DAP_BUSY, ANY, EXIT_CHIP, AWAY, 0 },
	/* The program cannot see the reset before its next access. */
	{ "held-in-reset", C, AT_TRANSFER, WIRE_IN_RESET, ANY, EXIT_CHIP, EXCUSE_ORDER | EXCUSE_LAW, 0 },
	{ "power-before", P, AT_FLASH, CHIP_CUT_BEFORE, 0, EXIT_CHIP, AWAY, 0 },
	{ "power-torn", P, AT_FLASH, CHIP_CUT_TORN, 0, EXIT_CHIP, AWAY, 0 },
	{ "power-after", P, AT_FLASH, CHIP_CUT_AFTER, 0, EXIT_CHIP, AWAY, 0 },
	DOCUMENTED_STATUSES(STATUS)
};

const struct fault_kind *fault_kinds(size_t *n)
{
	*n = ARRAY_LEN(fault_table);
	return fault_table;
}

const struct fault_kind *fault_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fault_table); i++)
		if (strcmp(fault_table[i].name, name) == 0)
			return &fault_table[i];
	return NULL;
}
