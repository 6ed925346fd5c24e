/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * option_fields.c - the fields of the option bytes, row by row, for each controller.
 *
 * Names as in the manuals; where parts of one controller differ, the row has their device ids
 * (fields that ST's device headers have for those parts alone). Knows no registers but by number.
 */
#include "flash/option_priv.h"

/* Device ids of parts that alone have a field. */
static const uint16_t f1_xl[] = { 0x430, 0 };
static const uint16_t f0_boot[] = { 0x442, 0x445, 0 };          /* F091/F098, F042/F048 */
static const uint16_t f3_sdadc[] = { 0x432, 0 };                /* F373/F378 */
static const uint16_t f4_two_banks[] = { 0x419, 0x434, 0 };     /* F42x/F43x, F469/F479 */
static const uint16_t f4_pcrop[] = { 0x419, 0x421, 0x423, 0x431, 0x433, 0x434, 0x441, 0x458, 0x463, 0 };
static const uint16_t f4_15_bits[] = { 0x463, 0 };              /* F413/F423 */
static const uint16_t f4_12_bits[] = { 0x411, 0x413, 0 };       /* F2, F40x: no PCROP */
static const uint16_t f4_12_pcrop[] = { 0x419, 0x434, 0x441, 0 }; /* F42x/F43x, F469/F479, F412 */
static const uint16_t f4_8_bits[] = { 0x421, 0x431, 0x433, 0 }; /* F446, F411, F401xD/E */
static const uint16_t f4_6_bits[] = { 0x423, 0 };               /* F401xB/C */
static const uint16_t f4_5_bits[] = { 0x458, 0 };               /* F410 */
static const uint16_t l1_pcrop[] = { 0x427, 0x429, 0 };         /* categories 2 and 3 */
static const uint16_t l1_two_banks[] = { 0x436, 0x437, 0 };     /* categories 4 and 5 */
static const uint16_t l0_two_banks[] = { 0x447, 0 };            /* category 5 */
static const uint16_t l0_boot_bits[] = { 0x457, 0 };            /* category 1 */

#define LOCKS "unlock and lock=1"

#define WATCHDOG(field, w, s, from) \
	{ .name = (field), .word = (w), .shift = (s), .bits = 1, .text = "independent watchdog", \
	  .source = (from), \
	  .meaning = { { 1, "the watchdog is started by software" }, \
		       { 0, "the watchdog runs from each reset on" } } }
#define RESET_IN(field, mode, w, s, from) \
	{ .name = (field), .word = (w), .shift = (s), .bits = 1, .text = mode " mode", .source = (from), \
	  .meaning = { { 1, "entering " mode " mode resets nothing" }, \
		       { 0, "entering " mode " mode resets the chip" } } }
#define DATA_BYTE(field, w, from) \
	{ .name = (field), .word = (w), .bits = 8, .text = "free for the firmware's use", .source = (from) }

/* ---- F1 ----------------------------------------------------------------------------- */

#define F1_MANUAL "PM0075 2.5; PM0063 for STM32F100"
#define F1_WRP(n) \
	{ .name = "WRP" #n, .word = 4 + (n), .bits = 8, .source = "PM0075 2.5", \
	  .text = "write protection, a bit for 4 KiB, 0 protects", \
	  .meaning = { { 0xFF, "no write protection" } } }

static const struct ob_field f1_fields[] = {
	{ .name = "RDP", .word = 0, .bits = 8, .text = "read protection on", .instead = LOCKS,
	  .meaning = { { 0xA5, "no read protection" } }, .source = "PM0075 2.4.1" },
	WATCHDOG("WDG_SW", 1, 0, "PM0075 2.5"),
	RESET_IN("nRST_STOP", "Stop", 1, 1, "PM0075 2.5"),
	RESET_IN("nRST_STDBY", "Standby", 1, 2, "PM0075 2.5"),
	{ .name = "BFB2", .word = 1, .shift = 3, .bits = 1, .text = "boot bank", .only = f1_xl,
	  .meaning = { { 1, "starts from bank 1" }, { 0, "starts from bank 2" } }, .source = "PM0068 2.5" },
	DATA_BYTE("DATA0", 2, "PM0075 2.5"),
	DATA_BYTE("DATA1", 3, "PM0075 2.5"),
	F1_WRP(0), F1_WRP(1), F1_WRP(2), F1_WRP(3),
	{ .name = NULL },
};

/* ---- F0, F3 --------------------------------------------------------------------------- */

#define RDP_3_LEVELS(w, s, from) \
	{ .name = "RDP", .word = (w), .shift = (s), .bits = 8, .text = "read protection level 1", \
	  .instead = LOCKS, .source = (from), \
	  .meaning = { { 0xAA, "no read protection" }, { 0xCC, "read protection level 2, for ever" } } }
#define F0_WRP(n, from) \
	{ .name = "WRP" #n, .word = 4 + (n), .bits = 8, .source = (from), \
	  .text = "write protection, a bit for 4 KiB, 0 protects", \
	  .meaning = { { 0xFF, "no write protection" } } }
#define BOOT1(s, from) \
	{ .name = "nBOOT1", .word = 1, .shift = (s), .bits = 1, .text = "boot source", .source = (from), \
	  .meaning = { { 1, "with BOOT0: starts from system memory" }, \
		       { 0, "with BOOT0: starts from SRAM" } } }
#define VDDA(from) \
	{ .name = "VDDA_MONITOR", .word = 1, .shift = 5, .bits = 1, \
	  .text = "supervision of VDDA", .source = (from), \
	  .meaning = { { 1, "VDDA is supervised" }, { 0, "VDDA is not supervised" } } }
#define PARITY(field, from) \
	{ .name = (field), .word = 1, .shift = 6, .bits = 1, .text = "SRAM parity", .source = (from), \
	  .meaning = { { 1, "SRAM parity is not checked" }, { 0, "SRAM parity is checked" } } }

static const struct ob_field f0_fields[] = {
	RDP_3_LEVELS(0, 0, "RM0091 4.1"),
	WATCHDOG("WDG_SW", 1, 0, "RM0091 4.1"),
	RESET_IN("nRST_STOP", "Stop", 1, 1, "RM0091 4.1"),
	RESET_IN("nRST_STDBY", "Standby", 1, 2, "RM0091 4.1"),
	{ .name = "nBOOT0", .word = 1, .shift = 3, .bits = 1,
	  .text = "stands for pin BOOT0 when BOOT_SEL is 0",
	  .only = f0_boot, .source = "RM0091 4.1" },
	BOOT1(4, "RM0091 4.1"),
	VDDA("RM0091 4.1"),
	PARITY("RAM_PARITY_CHECK", "RM0091 4.1"),
	{ .name = "BOOT_SEL", .word = 1, .shift = 7, .bits = 1, .text = "where BOOT0 comes from",
	  .only = f0_boot,
	  .meaning = { { 1, "BOOT0 is the pin" }, { 0, "BOOT0 is the option nBOOT0" } },
	  .source = "RM0091 4.1" },
	DATA_BYTE("DATA0", 2, "RM0091 4.1"),
	DATA_BYTE("DATA1", 3, "RM0091 4.1"),
	F0_WRP(0, "RM0091 4.1"), F0_WRP(1, "RM0091 4.1"), F0_WRP(2, "RM0091 4.1"), F0_WRP(3, "RM0091 4.1"),
	{ .name = NULL },
};

static const struct ob_field f3_fields[] = {
	RDP_3_LEVELS(0, 0, "RM0316 5.1"),
	WATCHDOG("WDG_SW", 1, 0, "RM0316 5.1"),
	RESET_IN("nRST_STOP", "Stop", 1, 1, "RM0316 5.1"),
	RESET_IN("nRST_STDBY", "Standby", 1, 2, "RM0316 5.1"),
	BOOT1(4, "RM0316 5.1"),
	VDDA("RM0316 5.1"),
	PARITY("SRAM_PE", "RM0316 5.1"),
	{ .name = "SDADC12_VDD_MONITOR", .word = 1, .shift = 7, .bits = 1, .text = "supervision of VDDSD12",
	  .only = f3_sdadc, .source = "RM0313 4",
	  .meaning = { { 1, "VDDSD12 is supervised" }, { 0, "VDDSD12 is not supervised" } } },
	DATA_BYTE("DATA0", 2, "RM0316 5.1"),
	DATA_BYTE("DATA1", 3, "RM0316 5.1"),
	F0_WRP(0, "RM0316 5.1"), F0_WRP(1, "RM0316 5.1"), F0_WRP(2, "RM0316 5.1"), F0_WRP(3, "RM0316 5.1"),
	{ .name = NULL },
};

/* ---- F2, F4 --------------------------------------------------------------------------- */

#define F4_NWRP(width, blank, who, none) \
	{ .name = "nWRP", .word = 0, .shift = 16, .bits = (width), .only = (who), .source = "RM0090 3.9.10", \
	  .text = "write protection, a bit for a sector, 0 protects", \
	  .meaning = { { (blank), (none) } } }
#define NO_WRP "no write protection"
#define NO_WRP_IF "no write protection; all of it is PCROP if SPRMOD is 1"

static const struct ob_field f4_fields[] = {
	{ .name = "BOR_LEV", .word = 0, .shift = 2, .bits = 2, .text = "brown-out reset",
	  .source = "RM0090 3.9.10",
	  .meaning = { { 3, "brown-out reset off" }, { 2, "brown-out level 1 (about 2.1 V)" },
		       { 1, "brown-out level 2 (about 2.4 V)" }, { 0, "brown-out level 3 (about 2.7 V)" } } },
	{ .name = "BFB2", .word = 0, .shift = 4, .bits = 1, .text = "boot bank", .only = f4_two_banks,
	  .meaning = { { 0, "starts from bank 1" }, { 1, "starts from bank 2" } },
	  .source = "RM0090 3.9.10" },
	WATCHDOG("WDG_SW", 0, 5, "RM0090 3.9.10"),
	RESET_IN("nRST_STOP", "Stop", 0, 6, "RM0090 3.9.10"),
	RESET_IN("nRST_STDBY", "Standby", 0, 7, "RM0090 3.9.10"),
	RDP_3_LEVELS(0, 8, "RM0090 3.7.3"),
	F4_NWRP(15, 0x7FFF, f4_15_bits, NO_WRP_IF), F4_NWRP(12, 0xFFF, f4_12_bits, NO_WRP),
	F4_NWRP(12, 0xFFF, f4_12_pcrop, NO_WRP_IF), F4_NWRP(8, 0xFF, f4_8_bits, NO_WRP_IF),
	F4_NWRP(6, 0x3F, f4_6_bits, NO_WRP_IF), F4_NWRP(5, 0x1F, f4_5_bits, NO_WRP_IF),
	{ .name = "DB1M", .word = 0, .shift = 30, .bits = 1, .text = "banks of parts with 1 MiB",
	  .only = f4_two_banks,
	  .meaning = { { 0, "1 MiB parts: one bank" }, { 1, "1 MiB parts: two banks" } },
	  .source = "RM0090 3.9.10" },
	{ .name = "SPRMOD", .word = 0, .shift = 31, .bits = 1, .text = "PCROP", .only = f4_pcrop,
	  .instead = "unlock (off, after lock=1; never on)", .source = "RM0090 3.7.5",
	  .meaning = { { 0, "nWRP is write protection" },
		       { 1, "nWRP is PCROP: 1 protects against reading, too" } } },
	{ .name = "nWRP1", .word = 1, .shift = 16, .bits = 12, .text = "as nWRP, for bank 2",
	  .only = f4_two_banks,
	  .meaning = { { 0xFFF, NO_WRP_IF } }, .source = "RM0090 3.9.11" },
	{ .name = NULL },
};

/* ---- L0, L1 --------------------------------------------------------------------------- */

#define LX_WRP(field, n, from) \
	{ .name = (field), .word = (n), .bits = 16, .source = (from), \
	  .text = "write protection, a bit for 4 KiB, 1 protects", \
	  .meaning = { { 0, "no write protection" } } }
#define LX_PCROP(field, who, from) \
	{ .name = (field), .word = 0, .shift = 8, .bits = 1, .text = "PCROP", .only = (who), \
	  .instead = "unlock (off, after lock=1; never on)", .source = (from), \
	  .meaning = { { 0, "WRP bits are write protection" }, \
		       { 1, "WRP bits are PCROP: 0 protects against reading, too" } } }

/* The thresholds are those of falling and rising supply. */
#define LX_BOR(from) \
	{ .name = "BOR_LEV", .word = 1, .shift = 0, .bits = 4, .source = (from), \
	  .text = "brown-out reset off (0 to 7)", \
	  .meaning = { { 8, "brown-out level 1 (1.69 to 1.8 V)" }, \
		       { 9, "brown-out level 2 (1.94 to 2.1 V)" }, \
		       { 10, "brown-out level 3 (2.3 to 2.49 V)" }, \
		       { 11, "brown-out level 4 (2.54 to 2.74 V)" }, \
		       { 12, "brown-out level 5 (2.77 to 3.0 V)" } } }

static const struct ob_field l1_fields[] = {
	RDP_3_LEVELS(0, 0, "RM0038 3.8"),
	LX_PCROP("SPRMOD", l1_pcrop, "RM0038 3.8"),
	LX_BOR("RM0038 3.8"),
	WATCHDOG("IWDG_SW", 1, 4, "RM0038 3.8"),
	RESET_IN("nRST_STOP", "Stop", 1, 5, "RM0038 3.8"),
	RESET_IN("nRST_STDBY", "Standby", 1, 6, "RM0038 3.8"),
	{ .name = "nBFB2", .word = 1, .shift = 7, .bits = 1, .text = "boot bank", .only = l1_two_banks,
	  .meaning = { { 1, "starts from bank 1" }, { 0, "starts from bank 2, if it has a program" } },
	  .source = "RM0038 3.8" },
	LX_WRP("WRP01", 2, "RM0038 3.8"), LX_WRP("WRP23", 3, "RM0038 3.8"),
	LX_WRP("WRP45", 4, "RM0038 3.8"), LX_WRP("WRP67", 5, "RM0038 3.8"),
	LX_WRP("WRP89", 6, "RM0038 3.8"), LX_WRP("WRP1011", 7, "RM0038 3.8"),
	LX_WRP("WRP1213", 8, "RM0038 3.8"), LX_WRP("WRP1415", 9, "RM0038 3.8"),
	{ .name = NULL },
};

static const struct ob_field l0_fields[] = {
	RDP_3_LEVELS(0, 0, "RM0367 3.8"),
	LX_PCROP("WPRMOD", NULL, "RM0367 3.8"),
	LX_BOR("RM0367 3.8"),
	WATCHDOG("WDG_SW", 1, 4, "RM0367 3.8"),
	RESET_IN("nRST_STOP", "Stop", 1, 5, "RM0367 3.8"),
	RESET_IN("nRST_STDBY", "Standby", 1, 6, "RM0367 3.8"),
	{ .name = "BFB2", .word = 1, .shift = 7, .bits = 1, .text = "boot bank", .only = l0_two_banks,
	  .meaning = { { 0, "starts from bank 1" }, { 1, "starts from bank 2" } }, .source = "RM0367 3.8" },
	{ .name = "nBOOT_SEL", .word = 1, .shift = 13, .bits = 1, .text = "where BOOT0 comes from",
	  .only = l0_boot_bits,
	  .meaning = { { 0, "BOOT0 is the pin" }, { 1, "BOOT0 is the option nBOOT0" } },
	  .source = "RM0377 3.8" },
	{ .name = "nBOOT0", .word = 1, .shift = 14, .bits = 1,
	  .text = "stands for pin BOOT0 when nBOOT_SEL is 1",
	  .only = l0_boot_bits, .source = "RM0377 3.8" },
	BOOT1(15, "RM0367 3.8"),
	LX_WRP("WRP01", 2, "RM0367 3.8"), LX_WRP("WRP23", 3, "RM0367 3.8"), LX_WRP("WRP45", 4, "RM0367 3.8"),
	{ .name = NULL },
};

/* ---- controllers ------------------------------------------------------------------------ */

/* Values of level 1: any that is neither level 0 nor 2; these are what ST's own libraries write.
 * F1: 4 KiB a bit, bit 31 the rest (PM0075, write protection). Launch: FLASH_CR.OBL_LAUNCH bit 13
 * beside OPTWRE (RM0091, RM0316); FLASH_PECR.OBL_LAUNCH bit 18 (RM0038, RM0367). */
static const struct ob_kind kinds[] = {
	{ .controllers = "f1 f1xl", .manual = F1_MANUAL, .ops = &ob_fpec, .fields = f1_fields,
	  .guard = { .word = 4, .bits = 8, .most = 32, .set = false },
	  .level0 = 0xA5, .level1 = 0x00, .obr_user = 2, .obr_data = 10,
	  .power_cycle = "its first 4 KiB stay write-protected" },
	{ .controllers = "f0", .manual = "RM0091 4", .ops = &ob_fpec, .fields = f0_fields,
	  .guard = { .word = 4, .bits = 8, .most = 32, .set = false },
	  .level0 = 0xAA, .level1 = 0xBB, .level2 = 0xCC, .obr_user = 8, .obr_data = 16,
	  .launch_off = 0x10, .launch_value = UINT32_C(1) << 13 | UINT32_C(1) << 9 },
	{ .controllers = "f3", .manual = "RM0316 5", .ops = &ob_fpec, .fields = f3_fields,
	  .guard = { .word = 4, .bits = 8, .most = 32, .set = false },
	  .level0 = 0xAA, .level1 = 0xBB, .level2 = 0xCC, .obr_user = 8, .obr_data = 16,
	  .launch_off = 0x10, .launch_value = UINT32_C(1) << 13 | UINT32_C(1) << 9 },
	{ .controllers = "f2 f4 f4db", .manual = "RM0090 3.7; RM0033 2.6 for F2", .ops = &ob_f4,
	  .fields = f4_fields,
	  .guard = { .by_sector = true, .word = 0, .shift = 16, .bits = 15, .set = false },
	  .level0 = 0xAA, .level1 = 0x55, .level2 = 0xCC },
	{ .controllers = "l1", .manual = "RM0038 3.8", .ops = &ob_lx, .fields = l1_fields,
	  .guard = { .word = 2, .bits = 16, .set = true },
	  .level0 = 0xAA, .level1 = 0xBB, .level2 = 0xCC,
	  .launch_off = 0x04, .launch_value = UINT32_C(1) << 18 },
	{ .controllers = "l0", .manual = "RM0367 3.8; RM0377", .ops = &ob_lx, .fields = l0_fields,
	  .guard = { .word = 2, .bits = 16, .set = true },
	  .level0 = 0xAA, .level1 = 0xBB, .level2 = 0xCC,
	  .launch_off = 0x04, .launch_value = UINT32_C(1) << 18 },
};

const struct ob_kind *ob_kinds(size_t *n)
{
	*n = ARRAY_LEN(kinds);
	return kinds;
}
