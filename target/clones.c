/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * clones.c - chips of other makers that show an id code of ST's, and what to treat them as.
 *
 * A row matches when the id code under its mask, the core and (where given) the debug port
 * id all match; the first that does wins. CH32F103 cannot be told from the other 0x410
 * look-alikes by these three and is driven as they are, without its fast 128-byte mode.
 * Nothing here was tested on silicon. Rows whose controller key has no driver are named and
 * refused: GD32E23x needs 32-bit writes, AT32F4 has page sizes of its own, GD32VF103 is RISC-V.
 */
#include "target/chip_table.h"

#include <string.h>

#include "base/compiler.h"

static const struct clone_row rows[] = {
	{
		.idcode = 0x13030410, .idcode_mask = 0xFFFFFFFF, .core = "M3", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x410, .family = "clone", .devices = "GD32F1x0",
			.core_names = "M3", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 64, .sectors = { { 1 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 8192,
			.sysmem_base = 0x1FFFEC00, .sysmem_bytes = 3072,
			.uid_addr = 0x1FFFF7AC, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f0", .flash_regs = 0x40022000,
			.unit_bytes = 2, .erased = 0xFF, .dpidr = 0x2BA01477,
			.source = "OpenOCD, Black Magic Probe",
			.note = "upper half of the flash-size word = SRAM KB; option layout like F0",
		},
	},
	{
		.idcode = 0x17040410, .idcode_mask = 0xFFFFFFFF, .core = "M4", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x410, .family = "clone", .devices = "GD32F3x0",
			.core_names = "M4", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 128, .sectors = { { 1 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 16384,
			.uid_addr = 0x1FFFF7AC, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f0", .flash_regs = 0x40022000,
			.unit_bytes = 2, .erased = 0xFF, .dpidr = 0x2BA01477,
			.source = "OpenOCD, Black Magic Probe",
		},
	},
	{
		.idcode = 0x19060410, .idcode_mask = 0xFFFFFFFF, .core = "RV32", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x410, .family = "clone", .devices = "GD32VF103 (RISC-V)",
			.core_names = "RV32", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 128, .sectors = { { 1 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 32768,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "gd32vf", .flash_regs = 0x40022000,
			.unit_bytes = 2, .erased = 0xFF, .dpidr = 0x00000000, .source = "OpenOCD",
			.note = "JTAG only; listed so the tool can refuse it cleanly",
		},
	},
	{
		.idcode = 0x19090410, .idcode_mask = 0xFFFFFFFF, .core = "M23", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x410, .family = "clone", .devices = "GD32E23x",
			.core_names = "M23", .idcode_addr = 0x40015800,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 64, .sectors = { { 1 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 8192,
			.uid_addr = 0x1FFFF7AC, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "gd32e23x", .flash_regs = 0x40022000,
			.unit_bytes = 4, .erased = 0xFF, .dpidr = 0x00000000,
			.source = "OpenOCD, Black Magic Probe",
		},
	},
	{
		.idcode = 0x70050000, .idcode_mask = 0xFFFF0000, .core = "M4", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x000, .family = "clone",
			.devices = "AT32F403A/F407 (full IDCODE, not DEV_ID)",
			.core_names = "M4", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 1024, .sectors = { { 2 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 98304,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "at32f4", .flash_regs = 0x40022000,
			.unit_bytes = 4, .erased = 0xFF, .dpidr = 0x2BA01477,
			.source = "Black Magic Probe",
			.note = "match whole IDCODE plus project id byte at 0x1FFFF7F3",
		},
	},
	{
		.idcode = 0x00000444, .idcode_mask = 0x00000FFF, .core = "M33", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x444, .family = "clone", .devices = "GD32E50x/E51x",
			.core_names = "M33", .idcode_addr = 0xE0044000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 512, .sectors = { { 8 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 98304,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f1", .flash_regs = 0x40022000,
			.unit_bytes = 4, .erased = 0xFF, .dpidr = 0x00000000,
			.source = "Black Magic Probe",
			.note = "same DEV_ID value as STM32F03x but at another address and core",
		},
	},
	{
		.idcode = 0x00000414, .idcode_mask = 0x00000FFF, .core = "M4", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x414, .family = "clone",
			.devices = "GD32F303xC/xE and other GD32F30x HD",
			.core_names = "M4", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 512, .sectors = { { 2 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 65536,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f1", .flash_regs = 0x40022000,
			.unit_bytes = 4, .erased = 0xFF, .dpidr = 0x2BA01477,
			.source = "Black Magic Probe",
			.note = "SRAM KB in upper half of size word; accepts 32-bit writes",
		},
	},
	{
		.idcode = 0x00000430, .idcode_mask = 0x00000FFF, .core = "M4", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x430, .family = "clone", .devices = "GD32F303xF..xK",
			.core_names = "M4", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 3072, .sectors = { { 2 * 1024, 256 } },
			.sectors2 = { { 4 * 1024, 0 } },
			.bank_rule = BANKS_FILL, .bank2_addr = 0x08080000,
			.sram_base = 0x20000000, .sram_bytes = 98304,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f1xl", .flash_regs = 0x40022000,
			.unit_bytes = 4, .erased = 0xFF, .dpidr = 0x2BA01477,
			.source = "Black Magic Probe",
		},
	},
	{
		.idcode = 0x00000418, .idcode_mask = 0x00000FFF, .core = "M3", .dpidr = 0x2BA01477,
		.chip = {
			.dev_id = 0x418, .family = "clone", .devices = "GD32F205/F207",
			.core_names = "M3", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 3072, .sectors = { { 2 * 1024, 256 } },
			.sectors2 = { { 4 * 1024, 0 } },
			.bank_rule = BANKS_FILL, .bank2_addr = 0x08080000,
			.sram_base = 0x20000000, .sram_bytes = 131072,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f1xl", .flash_regs = 0x40022000,
			.unit_bytes = 4, .erased = 0xFF, .dpidr = 0x2BA01477,
			.source = "Black Magic Probe",
		},
	},
	{
		.idcode = 0x00000410, .idcode_mask = 0x00000FFF, .core = "M3", .dpidr = 0x2BA01477,
		.chip = {
			.dev_id = 0x410, .family = "clone",
			.devices = "CKS32F103;CS32F103;APM32F103;GD32F103;CH32F103 (DP id 0x2BA01477 or "
				"AP IDR revision > 1)",
			.core_names = "M3", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 128, .sectors = { { 1 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 20480,
			.sysmem_base = 0x1FFFF000, .sysmem_bytes = 2048,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f1", .flash_regs = 0x40022000, .peripherals = "F1",
			.unit_bytes = 2, .erased = 0xFF, .dpidr = 0x2BA01477,
			.tested = { SIM, SIM, SIM, SIM },
			.source = "Black Magic Probe, stlink, OpenOCD",
			.note = "size word upper half 0xFFFF or SRAM KB; CH32 size may read 0; wait "
				"for BSY after every half-word (APM32); CH32 has 128 B fast pages",
		},
	},
	{
		.idcode = 0x0000029B, .idcode_mask = 0x00000FFF, .core = "M3", .dpidr = 0x00000000,
		.chip = {
			.dev_id = 0x29B, .family = "clone",
			.devices = "CS32F1xx (BMP name CS clone)",
			.core_names = "M3", .idcode_addr = 0xE0042000,
			.flash_base = 0x08000000, .size_reg = 0x1FFFF7E0, .size_rule = SIZE_KB,
			.max_flash_kb = 128, .sectors = { { 1 * 1024, 0 } },
			.sram_base = 0x20000000, .sram_bytes = 20480,
			.sysmem_base = 0x1FFFF000, .sysmem_bytes = 2048,
			.uid_addr = 0x1FFFF7E8, .uid_off = { 0, 4, 8 },
			.option_base = 0x1FFFF800, .option_bytes = 16,
			.controller = "f1", .flash_regs = 0x40022000,
			.unit_bytes = 2, .erased = 0xFF, .dpidr = 0x2BA01477,
			.source = "Black Magic Probe", .note = "one source",
		},
	},
};

const struct clone_row *clone_rows(size_t *n)
{
	*n = ARRAY_LEN(rows);
	return rows;
}

const struct chip_row *clone_find(uint32_t idcode, const char *core, uint32_t dpidr)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct clone_row *r = &rows[i];

		if ((idcode & r->idcode_mask) != r->idcode)
			continue;
		if (r->core && (!core || strcmp(core, r->core) != 0))
			continue;
		if (r->dpidr && r->dpidr != dpidr)
			continue;
		return &r->chip;
	}
	return NULL;
}
