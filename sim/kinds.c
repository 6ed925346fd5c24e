/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * kinds.c - the chips of the virtual boards, as const tables.
 *
 * Ids: DBGMCU_IDCODE, CPUID and DPIDR as seen in public boot logs and in the
 * configuration files of OpenOCD and stlink; memory maps from RM0041 (F100),
 * RM0008 (F103), RM0090 (F407), RM0368 (F401), RM0038 (L152) and the CMSIS device headers.
 * Unique ids are invented.
 */
#include "sim/chip_priv.h"

#include <string.h>

#define RCC_ARG UINT32_MAX
#define MHZ 1000000u

/* ---- STM32F100RB, STM32F103C8 and RB, a clone ------------------------------------------------ */

#define F1_ALWAYS 0, 0
#define F1_APB1(bit) 0x1C, 1u << (bit)
#define F1_APB2(bit) 0x18, 1u << (bit)
#define F1_AHB(bit) 0x14, 1u << (bit)

static const struct periph_desc f1_periphs[] = {
	{ "RCC", 0x40021000, 0x400, &rcc_regs, F1_ALWAYS, RCC_ARG, 5 },
	{ "FLASH", 0x40022000, 0x400, &flash_regs, F1_ALWAYS, 0, 4 },
	{ "GPIOA", 0x40010800, 0x400, &gpio_f1, F1_APB2(2), 'A', 0 },
	{ "GPIOB", 0x40010C00, 0x400, &gpio_f1, F1_APB2(3), 'B', 0 },
	{ "GPIOC", 0x40011000, 0x400, &gpio_f1, F1_APB2(4), 'C', 0 },
	{ "GPIOD", 0x40011400, 0x400, &gpio_f1, F1_APB2(5), 'D', 0 },
	{ "GPIOE", 0x40011800, 0x400, &gpio_f1, F1_APB2(6), 'E', 0 },
	{ "AFIO", 0x40010000, 0x400, &afio_f1, F1_APB2(0), 0, 0 },
	{ "EXTI", 0x40010400, 0x400, &regs_plain, F1_ALWAYS, 0, 0 },
	{ "TIM2", 0x40000000, 0x400, &timer_basic, F1_APB1(0), 0, 28 },
	{ "TIM3", 0x40000400, 0x400, &timer_basic, F1_APB1(1), 0, 29 },
	{ "TIM4", 0x40000800, 0x400, &timer_basic, F1_APB1(2), 0, 30 },
	{ "TIM6", 0x40001000, 0x400, &timer_basic, F1_APB1(4), 0, 54 },
	{ "TIM7", 0x40001400, 0x400, &timer_basic, F1_APB1(5), 0, 55 },
	{ "IWDG", 0x40003000, 0x400, &iwdg, F1_ALWAYS, 0, 0 },
	{ "WWDG", 0x40002C00, 0x400, &wwdg, F1_APB1(11), 0, 0 },
	{ "PWR", 0x40007000, 0x400, &pwr_regs, F1_APB1(28), 0, 0 },
	{ "USART1", 0x40013800, 0x400, &usart_f1, F1_APB2(14), 1, 37 },
	{ "USART2", 0x40004400, 0x400, &usart_f1, F1_APB1(17), 2, 38 },
	{ "DMA1", 0x40020000, 0x100, &regs_plain, F1_AHB(0), 0, 0 },
	{ "CRC", 0x40023000, 0x400, &crc_unit, F1_AHB(6), 0, 0 },
	{ 0 }
};

/* The F103 has no basic timers 6 and 7 (medium density). */
static const struct periph_desc f103_periphs[] = {
	{ "RCC", 0x40021000, 0x400, &rcc_regs, F1_ALWAYS, RCC_ARG, 5 },
	{ "FLASH", 0x40022000, 0x400, &flash_regs, F1_ALWAYS, 0, 4 },
	{ "GPIOA", 0x40010800, 0x400, &gpio_f1, F1_APB2(2), 'A', 0 },
	{ "GPIOB", 0x40010C00, 0x400, &gpio_f1, F1_APB2(3), 'B', 0 },
	{ "GPIOC", 0x40011000, 0x400, &gpio_f1, F1_APB2(4), 'C', 0 },
	{ "GPIOD", 0x40011400, 0x400, &gpio_f1, F1_APB2(5), 'D', 0 },
	{ "GPIOE", 0x40011800, 0x400, &gpio_f1, F1_APB2(6), 'E', 0 },
	{ "AFIO", 0x40010000, 0x400, &afio_f1, F1_APB2(0), 0, 0 },
	{ "EXTI", 0x40010400, 0x400, &regs_plain, F1_ALWAYS, 0, 0 },
	{ "TIM2", 0x40000000, 0x400, &timer_basic, F1_APB1(0), 0, 28 },
	{ "TIM3", 0x40000400, 0x400, &timer_basic, F1_APB1(1), 0, 29 },
	{ "TIM4", 0x40000800, 0x400, &timer_basic, F1_APB1(2), 0, 30 },
	{ "IWDG", 0x40003000, 0x400, &iwdg, F1_ALWAYS, 0, 0 },
	{ "WWDG", 0x40002C00, 0x400, &wwdg, F1_APB1(11), 0, 0 },
	{ "PWR", 0x40007000, 0x400, &pwr_regs, F1_APB1(28), 0, 0 },
	{ "USART1", 0x40013800, 0x400, &usart_f1, F1_APB2(14), 1, 37 },
	{ "USART2", 0x40004400, 0x400, &usart_f1, F1_APB1(17), 2, 38 },
	{ "DMA1", 0x40020000, 0x100, &regs_plain, F1_AHB(0), 0, 0 },
	{ "CRC", 0x40023000, 0x400, &crc_unit, F1_AHB(6), 0, 0 },
	{ 0 }
};

static const struct sector_run f100_runs[] = { { 1024, 128 }, { 0, 0 } };
static const struct sector_run f103_runs[] = { { 1024, 64 }, { 0, 0 } };

static const struct block_desc f100_blocks[] = {
	{ 0x08000000, 0x20000, BLOCK_FLASH }, { 0x20000000, 0x2000, BLOCK_RAM },
	{ 0x1FFFF000, 0x1000, BLOCK_INFO }, { 0 }
};

static const struct block_desc f103_blocks[] = {
	{ 0x08000000, 0x10000, BLOCK_FLASH }, { 0x20000000, 0x5000, BLOCK_RAM },
	{ 0x1FFFF000, 0x1000, BLOCK_INFO }, { 0 }
};

static const struct block_desc f103rb_blocks[] = {
	{ 0x08000000, 0x20000, BLOCK_FLASH }, { 0x20000000, 0x5000, BLOCK_RAM },
	{ 0x1FFFF000, 0x1000, BLOCK_INFO }, { 0 }
};

/* Upper half of the size word: not described by the manual, FFFF in a public log. */
static const struct init_word f100_info[] = {
	{ 0x1FFFF7E0, 0xFFFF0080 }, { 0x1FFFF7E8, 0x066DFF49 }, { 0x1FFFF7EC, 0x51717867 },
	{ 0x1FFFF7F0, 0x87012345 }, { 0x1FFFF800, 0x00FF5AA5 }, { 0x1FFFF804, 0x00FF00FF },
	{ 0x1FFFF808, 0x00FF00FF }, { 0x1FFFF80C, 0x00FF00FF }, { 0, 0 }
};

static const struct init_word f103_info[] = {
	{ 0x1FFFF7E0, 0xFFFF0040 }, { 0x1FFFF7E8, 0x0670FF52 }, { 0x1FFFF7EC, 0x49878267 },
	{ 0x1FFFF7F0, 0x67152537 }, { 0x1FFFF800, 0x00FF5AA5 }, { 0x1FFFF804, 0x00FF00FF },
	{ 0x1FFFF808, 0x00FF00FF }, { 0x1FFFF80C, 0x00FF00FF }, { 0, 0 }
};

static const struct init_word f103rb_info[] = {
	{ 0x1FFFF7E0, 0xFFFF0080 }, { 0x1FFFF7E8, 0x0672FF48 }, { 0x1FFFF7EC, 0x52848282 },
	{ 0x1FFFF7F0, 0x67083043 }, { 0x1FFFF800, 0x00FF5AA5 }, { 0x1FFFF804, 0x00FF00FF },
	{ 0x1FFFF808, 0x00FF00FF }, { 0x1FFFF80C, 0x00FF00FF }, { 0, 0 }
};

/* The size word of the clone in the log of stlink-org issue 607. */
static const struct init_word cs32_info[] = {
	{ 0x1FFFF7E0, 0xFFFF0080 }, { 0x1FFFF7E8, 0x55FF6C06 }, { 0x1FFFF7EC, 0x48805354 },
	{ 0x1FFFF7F0, 0x67241938 }, { 0x1FFFF800, 0x00FF5AA5 }, { 0x1FFFF804, 0x00FF00FF },
	{ 0x1FFFF808, 0x00FF00FF }, { 0x1FFFF80C, 0x00FF00FF }, { 0, 0 }
};

/* DS5944, general operating conditions; no wait states (RM0041, PM0063: no LATENCY). */
static const struct clock_limits f100_limits = {
	.hclk_hz = 24 * MHZ, .apb1_hz = 24 * MHZ, .apb2_hz = 24 * MHZ,
};

static const struct chip_kind f100rb = {
	.name = "STM32F100RB", .cpuid = 0x411FC231, .dpidr = 0x1BA01477, .idcode = 0x10016420,
	.flash_base = 0x08000000, .flash_bytes = 0x20000, .erased = 0xFF,
	.runs = f100_runs, .blocks = f100_blocks, .info = f100_info,
	.uid = { 0x1FFFF7E8, 0x1FFFF7EC, 0x1FFFF7F0 },
	.size_reg = 0x1FFFF7E0, .sysmem_base = 0x1FFFF000, .sysmem_bytes = 0x7E0,
	.dbgmcu_cr_mask = 0x0FDFFFE7, .iwdg_freeze_off = 4, .iwdg_freeze_bit = 8,
	.lsi_hz = 40000, .n_irq = 61,
	.periphs = f1_periphs, .rcc = &rcc_f100, .limits = &f100_limits, .flash = &flash_f1,
	.flash_acr_mask = 0x08,
	.periph_end = 0x40023400,
};

/* RM0008, FLASH_ACR: none to 24 MHz of SYSCLK, one to 48, two to 72. DS5319: APB1 to 36 MHz. */
static const struct wait_row f103_waits[] = { { 0, 0, 24 * MHZ }, { 0, 0, 0 } };

static const struct clock_limits f103_limits = {
	.hclk_hz = 72 * MHZ, .apb1_hz = 36 * MHZ, .apb2_hz = 72 * MHZ, .by_sysclk = true,
	.latency_mask = 7, .waits = f103_waits,
};

static const struct chip_kind f103c8 = {
	.name = "STM32F103C8", .cpuid = 0x411FC231, .dpidr = 0x1BA01477, .idcode = 0x20036410,
	.flash_base = 0x08000000, .flash_bytes = 0x10000, .erased = 0xFF,
	.runs = f103_runs, .blocks = f103_blocks, .info = f103_info,
	.uid = { 0x1FFFF7E8, 0x1FFFF7EC, 0x1FFFF7F0 },
	.size_reg = 0x1FFFF7E0, .sysmem_base = 0x1FFFF000, .sysmem_bytes = 0x7E0,
	.dbgmcu_cr_mask = 0x001FFFE7, .iwdg_freeze_off = 4, .iwdg_freeze_bit = 8,
	.lsi_hz = 40000, .n_irq = 43,
	.periphs = f103_periphs, .rcc = &rcc_f103, .limits = &f103_limits,
	.flash = &flash_f1, .flash_acr_mask = 0x1F, .flash_acr_reset = 0x10,
	.periph_end = 0x40023400,
};

static const struct chip_kind f103rb = {
	.name = "STM32F103RB", .cpuid = 0x411FC231, .dpidr = 0x1BA01477, .idcode = 0x20036410,
	.flash_base = 0x08000000, .flash_bytes = 0x20000, .erased = 0xFF,
	.runs = f100_runs, .blocks = f103rb_blocks, .info = f103rb_info,
	.uid = { 0x1FFFF7E8, 0x1FFFF7EC, 0x1FFFF7F0 },
	.size_reg = 0x1FFFF7E0, .sysmem_base = 0x1FFFF000, .sysmem_bytes = 0x7E0,
	.dbgmcu_cr_mask = 0x001FFFE7, .iwdg_freeze_off = 4, .iwdg_freeze_bit = 8,
	.lsi_hz = 40000, .n_irq = 43,
	.periphs = f103_periphs, .rcc = &rcc_f103, .limits = &f103_limits,
	.flash = &flash_f1, .flash_acr_mask = 0x1F, .flash_acr_reset = 0x10,
	.periph_end = 0x40023400,
};

/* A look-alike by another maker: debug port, id code and size word as stlink-org issue 607
 * shows them, core r2p1 after other clones' logs.
 * UNSURE: that its flash controller and its times are those of the original. */
static const struct chip_kind cs32f103 = {
	.name = "CS32F103CB", .cpuid = 0x412FC231, .dpidr = 0x2BA01477, .idcode = 0x20036410,
	.flash_base = 0x08000000, .flash_bytes = 0x20000, .erased = 0xFF,
	.runs = f100_runs, .blocks = f103rb_blocks, .info = cs32_info,
	.uid = { 0x1FFFF7E8, 0x1FFFF7EC, 0x1FFFF7F0 },
	.size_reg = 0x1FFFF7E0, .sysmem_base = 0x1FFFF000, .sysmem_bytes = 0x7E0,
	.dbgmcu_cr_mask = 0x001FFFE7, .iwdg_freeze_off = 4, .iwdg_freeze_bit = 8,
	.lsi_hz = 40000, .n_irq = 43,
	.periphs = f103_periphs, .rcc = &rcc_f103, .limits = &f103_limits,
	.flash = &flash_f1, .flash_acr_mask = 0x1F, .flash_acr_reset = 0x10,
	.periph_end = 0x40023400,
};

/* ---- STM32L152RB ---------------------------------------------------------------------------- */

#define L1_AHB(bit) 0x1C, 1u << (bit)
#define L1_APB1(bit) 0x24, 1u << (bit)
#define L1_APB2(bit) 0x20, 1u << (bit)

static const struct periph_desc l1_periphs[] = {
	{ "RCC", 0x40023800, 0x400, &rcc_regs, F1_ALWAYS, RCC_ARG, 5 },
	{ "FLASH", 0x40023C00, 0x400, &flash_regs, F1_ALWAYS, 0, 4 },
	{ "GPIOA", 0x40020000, 0x400, &gpio_f4, L1_AHB(0), 'A', 0 },
	{ "GPIOB", 0x40020400, 0x400, &gpio_f4, L1_AHB(1), 'B', 0 },
	{ "GPIOC", 0x40020800, 0x400, &gpio_f4, L1_AHB(2), 'C', 0 },
	{ "GPIOD", 0x40020C00, 0x400, &gpio_f4, L1_AHB(3), 'D', 0 },
	{ "GPIOE", 0x40021000, 0x400, &gpio_f4, L1_AHB(4), 'E', 0 },
	{ "GPIOH", 0x40021400, 0x400, &gpio_f4, L1_AHB(5), 'H', 0 },
	{ "SYSCFG", 0x40010000, 0x400, &regs_plain, L1_APB2(0), 0, 0 },
	{ "EXTI", 0x40010400, 0x400, &regs_plain, F1_ALWAYS, 0, 0 },
	{ "TIM2", 0x40000000, 0x400, &timer_basic, L1_APB1(0), 0, 28 },
	{ "TIM3", 0x40000400, 0x400, &timer_basic, L1_APB1(1), 0, 29 },
	{ "TIM4", 0x40000800, 0x400, &timer_basic, L1_APB1(2), 0, 30 },
	{ "TIM6", 0x40001000, 0x400, &timer_basic, L1_APB1(4), 0, 43 },
	{ "TIM7", 0x40001400, 0x400, &timer_basic, L1_APB1(5), 0, 44 },
	{ "IWDG", 0x40003000, 0x400, &iwdg, F1_ALWAYS, 0, 0 },
	{ "WWDG", 0x40002C00, 0x400, &wwdg, L1_APB1(11), 0, 0 },
	{ "PWR", 0x40007000, 0x400, &pwr_regs, L1_APB1(28), 0, 0 },
	{ "USART1", 0x40013800, 0x400, &usart_f1, L1_APB2(14), 1, 37 },
	{ "USART2", 0x40004400, 0x400, &usart_f1, L1_APB1(17), 2, 38 },
	{ "CRC", 0x40023000, 0x400, &crc_unit, L1_AHB(12), 0, 0 },
	{ "DMA1", 0x40026000, 0x400, &regs_plain, L1_AHB(24), 0, 0 },
	{ 0 }
};

static const struct sector_run l152_runs[] = { { 256, 512 }, { 0, 0 } };

static const struct block_desc l152_blocks[] = {
	{ 0x08000000, 0x20000, BLOCK_FLASH }, { 0x20000000, 0x4000, BLOCK_RAM },
	{ 0x08080000, 0x1000, BLOCK_EEPROM }, { 0x1FF00000, 0x1000, BLOCK_INFO },
	{ 0x1FF80000, 0x1000, BLOCK_INFO }, { 0 }
};

/* Option words: low half the value, high half its complement (RM0038 3.8). */
static const struct init_word l152_info[] = {
	{ 0x1FF80000, 0xFF5500AA }, { 0x1FF80004, 0xFF0700F8 }, { 0x1FF80008, 0xFFFF0000 },
	{ 0x1FF8000C, 0xFFFF0000 }, { 0x1FF8004C, 0x00000080 }, { 0x1FF80050, 0x08473430 },
	{ 0x1FF80054, 0x30353431 }, { 0x1FF80064, 0x00360024 }, { 0, 0 }
};

/* RM0038, "Number of wait states according to CPU clock frequency", for category 1: range 1 (1.8 V)
 * 16 MHz without, 2 (1.5 V) 8, 3 (1.2 V) 2.1; twice that with one. */
static const struct wait_row l1_waits[] = {
	{ 1, 0, 16 * MHZ }, { 2, 0, 8 * MHZ }, { 3, 0, 2100000 }, { 0, 0, 0 }
};

static const struct clock_limits l1_limits = {
	.hclk_hz = 32 * MHZ, .apb1_hz = 32 * MHZ, .apb2_hz = 32 * MHZ,
	.latency_mask = 1, .waits = l1_waits,
};

/* RM0038, PWR_CR: range 2 after reset, 00 is forbidden; system clock to 32, 16, 4.2 MHz. */
static const struct vos_desc l1_vos = {
	.shift = 11, .mask = 3, .cr_reset = 0x1000, .csr_reset = 0x8,
	.most_hz = { 0, 32 * MHZ, 16 * MHZ, 4200000 },
};

static const struct chip_kind l152rb = {
	.name = "STM32L152RB", .cpuid = 0x412FC230, .dpidr = 0x2BA01477, .idcode = 0x10186416,
	.flash_base = 0x08000000, .flash_bytes = 0x20000, .erased = 0x00,
	.runs = l152_runs, .blocks = l152_blocks, .info = l152_info,
	.uid = { 0x1FF80050, 0x1FF80054, 0x1FF80064 },
	.size_reg = 0x1FF8004C, .sysmem_base = 0x1FF00000, .sysmem_bytes = 0x1000,
	.dbgmcu_cr_mask = 0x000000E7, .iwdg_freeze_off = 8, .iwdg_freeze_bit = 12,
	.lsi_hz = 37000, .n_irq = 45,
	.periphs = l1_periphs, .rcc = &rcc_l1, .limits = &l1_limits, .vos = &l1_vos,
	.flash = &flash_l1,
	.periph_end = 0x40026800,
};

/* ---- STM32F407VG ---------------------------------------------------------------------------- */

#define F4_AHB1(bit) 0x30, 1u << (bit)
#define F4_APB1(bit) 0x40, 1u << (bit)
#define F4_APB2(bit) 0x44, 1u << (bit)

static const struct periph_desc f4_periphs[] = {
	{ "RCC", 0x40023800, 0x400, &rcc_regs, F1_ALWAYS, RCC_ARG, 5 },
	{ "FLASH", 0x40023C00, 0x400, &flash_regs, F1_ALWAYS, 0, 4 },
	{ "GPIOA", 0x40020000, 0x400, &gpio_f4, F4_AHB1(0), 'A', 0 },
	{ "GPIOB", 0x40020400, 0x400, &gpio_f4, F4_AHB1(1), 'B', 0 },
	{ "GPIOC", 0x40020800, 0x400, &gpio_f4, F4_AHB1(2), 'C', 0 },
	{ "GPIOD", 0x40020C00, 0x400, &gpio_f4, F4_AHB1(3), 'D', 0 },
	{ "GPIOE", 0x40021000, 0x400, &gpio_f4, F4_AHB1(4), 'E', 0 },
	{ "GPIOF", 0x40021400, 0x400, &gpio_f4, F4_AHB1(5), 'F', 0 },
	{ "GPIOG", 0x40021800, 0x400, &gpio_f4, F4_AHB1(6), 'G', 0 },
	{ "GPIOH", 0x40021C00, 0x400, &gpio_f4, F4_AHB1(7), 'H', 0 },
	{ "GPIOI", 0x40022000, 0x400, &gpio_f4, F4_AHB1(8), 'I', 0 },
	{ "SYSCFG", 0x40013800, 0x400, &regs_plain, F4_APB2(14), 0, 0 },
	{ "EXTI", 0x40013C00, 0x400, &regs_plain, F1_ALWAYS, 0, 0 },
	{ "TIM2", 0x40000000, 0x400, &timer_basic, F4_APB1(0), 0, 28 },
	{ "TIM3", 0x40000400, 0x400, &timer_basic, F4_APB1(1), 0, 29 },
	{ "TIM4", 0x40000800, 0x400, &timer_basic, F4_APB1(2), 0, 30 },
	{ "TIM6", 0x40001000, 0x400, &timer_basic, F4_APB1(4), 0, 54 },
	{ "TIM7", 0x40001400, 0x400, &timer_basic, F4_APB1(5), 0, 55 },
	{ "IWDG", 0x40003000, 0x400, &iwdg, F1_ALWAYS, 0, 0 },
	{ "WWDG", 0x40002C00, 0x400, &wwdg, F4_APB1(11), 0, 0 },
	{ "PWR", 0x40007000, 0x400, &pwr_regs, F4_APB1(28), 0, 0 },
	{ "USART1", 0x40011000, 0x400, &usart_f1, F4_APB2(4), 1, 37 },
	{ "USART2", 0x40004400, 0x400, &usart_f1, F4_APB1(17), 2, 38 },
	{ "CRC", 0x40023000, 0x400, &crc_unit, F4_AHB1(12), 0, 0 },
	{ "DMA1", 0x40026000, 0x400, &regs_plain, F4_AHB1(21), 0, 0 },
	{ "DMA2", 0x40026400, 0x400, &regs_plain, F4_AHB1(22), 0, 0 },
	{ 0 }
};

static const struct sector_run f407_runs[] = {
	{ 16 * 1024, 4 }, { 64 * 1024, 1 }, { 128 * 1024, 7 }, { 0, 0 }
};

static const struct block_desc f407_blocks[] = {
	{ 0x08000000, 0x100000, BLOCK_FLASH }, { 0x20000000, 0x20000, BLOCK_RAM },
	{ 0x10000000, 0x10000, BLOCK_CCM }, { 0x1FFF0000, 0x8000, BLOCK_INFO },
	{ 0x1FFFC000, 0x1000, BLOCK_INFO }, { 0 }
};

static const struct init_word f407_info[] = {
	{ 0x1FFF7A10, 0x0036002E }, { 0x1FFF7A14, 0x34365116 }, { 0x1FFF7A18, 0x38363730 },
	{ 0x1FFF7A20, 0x0400FFFF }, { 0x1FFFC000, 0xFFFFAAEF }, { 0x1FFFC004, 0xFFFFFFFF },
	{ 0x1FFFC008, 0xFFFF0FFF }, { 0x1FFFC00C, 0xFFFFFFFF }, { 0, 0 }
};

/* RM0090, "Number of wait states according to CPU clock frequency". DS8626: APB1 to 42 MHz, APB2 to 84. */
static const struct wait_row f407_waits[] = {
	{ 0, 2700, 30 * MHZ }, { 0, 2400, 24 * MHZ }, { 0, 2100, 22 * MHZ }, { 0, 0, 20 * MHZ },
	{ 0, 0, 0 }
};

static const struct clock_limits f407_limits = {
	.hclk_hz = 168 * MHZ, .apb1_hz = 42 * MHZ, .apb2_hz = 84 * MHZ,
	.latency_mask = 7, .waits = f407_waits,
};

/* RM0090, PWR_CR of the F405 and F407: scale 1 after reset, scale 2 to 144 MHz. */
static const struct vos_desc f407_vos = {
	.shift = 14, .mask = 1, .cr_reset = 0x4000, .csr_reset = 0x4000,
	.most_hz = { 144 * MHZ, 168 * MHZ },
};

static const struct chip_kind f407vg = {
	.name = "STM32F407VG", .m4 = true, .cpuid = 0x410FC241, .dpidr = 0x2BA01477,
	.idcode = 0x10076413,
	.flash_base = 0x08000000, .flash_bytes = 0x100000, .erased = 0xFF,
	.runs = f407_runs, .blocks = f407_blocks, .info = f407_info,
	.uid = { 0x1FFF7A10, 0x1FFF7A14, 0x1FFF7A18 },
	.size_reg = 0x1FFF7A22, .sysmem_base = 0x1FFF0000, .sysmem_bytes = 0x7800,
	.dbgmcu_cr_mask = 0x000000E7, .iwdg_freeze_off = 8, .iwdg_freeze_bit = 12,
	.lsi_hz = 32000, .n_irq = 82,
	.periphs = f4_periphs, .rcc = &rcc_f4, .limits = &f407_limits, .vos = &f407_vos,
	.flash = &flash_f4, .flash_acr_mask = 0x1F07,
	.mass_erase_ms = { 16000, 11000, 8000 },
	.periph_end = 0x40080000, .ahb2_base = 0x50000000, .ahb2_size = 0x61000,
};

/* ---- STM32F401RE ---------------------------------------------------------------------------- */

static const struct periph_desc f401_periphs[] = {
	{ "RCC", 0x40023800, 0x400, &rcc_regs, F1_ALWAYS, RCC_ARG, 5 },
	{ "FLASH", 0x40023C00, 0x400, &flash_regs, F1_ALWAYS, 0, 4 },
	{ "GPIOA", 0x40020000, 0x400, &gpio_f4, F4_AHB1(0), 'A', 0 },
	{ "GPIOB", 0x40020400, 0x400, &gpio_f4, F4_AHB1(1), 'B', 0 },
	{ "GPIOC", 0x40020800, 0x400, &gpio_f4, F4_AHB1(2), 'C', 0 },
	{ "GPIOD", 0x40020C00, 0x400, &gpio_f4, F4_AHB1(3), 'D', 0 },
	{ "GPIOE", 0x40021000, 0x400, &gpio_f4, F4_AHB1(4), 'E', 0 },
	{ "GPIOH", 0x40021C00, 0x400, &gpio_f4, F4_AHB1(7), 'H', 0 },
	{ "SYSCFG", 0x40013800, 0x400, &regs_plain, F4_APB2(14), 0, 0 },
	{ "EXTI", 0x40013C00, 0x400, &regs_plain, F1_ALWAYS, 0, 0 },
	{ "TIM2", 0x40000000, 0x400, &timer_basic, F4_APB1(0), 0, 28 },
	{ "TIM3", 0x40000400, 0x400, &timer_basic, F4_APB1(1), 0, 29 },
	{ "TIM4", 0x40000800, 0x400, &timer_basic, F4_APB1(2), 0, 30 },
	{ "TIM5", 0x40000C00, 0x400, &timer_basic, F4_APB1(3), 0, 50 },
	{ "IWDG", 0x40003000, 0x400, &iwdg, F1_ALWAYS, 0, 0 },
	{ "WWDG", 0x40002C00, 0x400, &wwdg, F4_APB1(11), 0, 0 },
	{ "PWR", 0x40007000, 0x400, &pwr_regs, F4_APB1(28), 0, 0 },
	{ "USART1", 0x40011000, 0x400, &usart_f1, F4_APB2(4), 1, 37 },
	{ "USART2", 0x40004400, 0x400, &usart_f1, F4_APB1(17), 2, 38 },
	{ "CRC", 0x40023000, 0x400, &crc_unit, F4_AHB1(12), 0, 0 },
	{ "DMA1", 0x40026000, 0x400, &regs_plain, F4_AHB1(21), 0, 0 },
	{ "DMA2", 0x40026400, 0x400, &regs_plain, F4_AHB1(22), 0, 0 },
	{ 0 }
};

static const struct sector_run f401_runs[] = {
	{ 16 * 1024, 4 }, { 64 * 1024, 1 }, { 128 * 1024, 3 }, { 0, 0 }
};

static const struct block_desc f401_blocks[] = {
	{ 0x08000000, 0x80000, BLOCK_FLASH }, { 0x20000000, 0x18000, BLOCK_RAM },
	{ 0x1FFF0000, 0x8000, BLOCK_INFO }, { 0x1FFFC000, 0x1000, BLOCK_INFO }, { 0 }
};

static const struct init_word f401_info[] = {
	{ 0x1FFF7A10, 0x00390031 }, { 0x1FFF7A14, 0x30345114 }, { 0x1FFF7A18, 0x35373234 },
	{ 0x1FFF7A20, 0x0200FFFF }, { 0x1FFFC000, 0xFFFFAAEF }, { 0x1FFFC004, 0xFFFFFFFF },
	{ 0x1FFFC008, 0xFFFF0FFF }, { 0x1FFFC00C, 0xFFFFFFFF }, { 0, 0 }
};

/* RM0368, "Number of wait states according to CPU clock frequency". DS10086: APB1 to 42 MHz. */
static const struct wait_row f401_waits[] = {
	{ 0, 2700, 30 * MHZ }, { 0, 2400, 24 * MHZ }, { 0, 2100, 18 * MHZ }, { 0, 0, 16 * MHZ },
	{ 0, 0, 0 }
};

static const struct clock_limits f401_limits = {
	.hclk_hz = 84 * MHZ, .apb1_hz = 42 * MHZ, .apb2_hz = 84 * MHZ,
	.latency_mask = 15, .waits = f401_waits,
};

/* RM0368, PWR_CR: scale 2 (to 84 MHz) after reset, scale 3 to 60 MHz; a change needs the PLL off. */
static const struct vos_desc f401_vos = {
	.shift = 14, .mask = 3, .cr_reset = 0x8000, .csr_reset = 0x4000, .pll_off = true,
	.most_hz = { 60 * MHZ, 60 * MHZ, 84 * MHZ, 84 * MHZ },
};

/* Map, sizes and clock enables: RM0368; the 32-bit timers count 16 bits here.
 * UNSURE: mass_erase_ms, half of the F407's for half of its flash; DS10086 has the figure. */
static const struct chip_kind f401re = {
	.name = "STM32F401RE", .m4 = true, .cpuid = 0x410FC241, .dpidr = 0x2BA01477,
	.idcode = 0x10016433,
	.flash_base = 0x08000000, .flash_bytes = 0x80000, .erased = 0xFF,
	.runs = f401_runs, .blocks = f401_blocks, .info = f401_info,
	.uid = { 0x1FFF7A10, 0x1FFF7A14, 0x1FFF7A18 },
	.size_reg = 0x1FFF7A22, .sysmem_base = 0x1FFF0000, .sysmem_bytes = 0x7800,
	.dbgmcu_cr_mask = 0x000000E7, .iwdg_freeze_off = 8, .iwdg_freeze_bit = 12,
	.lsi_hz = 32000, .n_irq = 85,
	.periphs = f401_periphs, .rcc = &rcc_f401, .limits = &f401_limits, .vos = &f401_vos,
	.flash = &flash_f4, .flash_acr_mask = 0x1F0F, .pcrop = true,
	.mass_erase_ms = { 8000, 5500, 4000 },
	.periph_end = 0x40026800, .ahb2_base = 0x50000000, .ahb2_size = 0x40000,
};

/* ---- STM32F303VC: the FPEC with three levels of protection; for the tests of option bytes ---------- */

#define F3_AHB(bit) 0x14, 1u << (bit)

static const struct periph_desc f303_periphs[] = {
	{ "RCC", 0x40021000, 0x400, &rcc_regs, F1_ALWAYS, RCC_ARG, 5 },
	{ "FLASH", 0x40022000, 0x400, &flash_regs, F1_ALWAYS, 0, 4 },
	{ "GPIOA", 0x48000000, 0x400, &gpio_f4, F3_AHB(17), 'A', 0 },
	{ "GPIOB", 0x48000400, 0x400, &gpio_f4, F3_AHB(18), 'B', 0 },
	{ "GPIOE", 0x48001000, 0x400, &gpio_f4, F3_AHB(21), 'E', 0 },
	{ "EXTI", 0x40010400, 0x400, &regs_plain, F1_ALWAYS, 0, 0 },
	{ "TIM2", 0x40000000, 0x400, &timer_basic, F1_APB1(0), 0, 28 },
	{ "IWDG", 0x40003000, 0x400, &iwdg, F1_ALWAYS, 0, 0 },
	{ "PWR", 0x40007000, 0x400, &pwr_regs, F1_APB1(28), 0, 0 },
	{ "DMA1", 0x40020000, 0x100, &regs_plain, F1_AHB(0), 0, 0 },
	{ "CRC", 0x40023000, 0x400, &crc_unit, F1_AHB(6), 0, 0 },
	{ 0 }
};

static const struct sector_run f303_runs[] = { { 2048, 128 }, { 0, 0 } };

static const struct block_desc f303_blocks[] = {
	{ 0x08000000, 0x40000, BLOCK_FLASH }, { 0x20000000, 0xA000, BLOCK_RAM },
	{ 0x10000000, 0x2000, BLOCK_CCM }, { 0x1FFFD000, 0x3000, BLOCK_INFO }, { 0 }
};

static const struct init_word f303_info[] = {
	{ 0x1FFFF7AC, 0x00380030 }, { 0x1FFFF7B0, 0x3032470D }, { 0x1FFFF7B4, 0x20343939 },
	{ 0x1FFFF7CC, 0xFFFF0100 }, { 0x1FFFF800, 0x00FF55AA }, { 0x1FFFF804, 0x00FF00FF },
	{ 0x1FFFF808, 0x00FF00FF }, { 0x1FFFF80C, 0x00FF00FF }, { 0, 0 }
};

/* RM0316, FLASH_ACR: none to 24 MHz, one to 48, two to 72. DS9118: APB1 to 36 MHz. */
static const struct clock_limits f303_limits = {
	.hclk_hz = 72 * MHZ, .apb1_hz = 36 * MHZ, .apb2_hz = 72 * MHZ,
	.latency_mask = 7, .waits = f103_waits,
};

/* Its clock tree is taken for the F100's, which has the same registers. */
static const struct chip_kind f303vc = {
	.name = "STM32F303VC", .m4 = true, .cpuid = 0x410FC241, .dpidr = 0x2BA01477,
	.idcode = 0x10036422,
	.flash_base = 0x08000000, .flash_bytes = 0x40000, .erased = 0xFF,
	.runs = f303_runs, .blocks = f303_blocks, .info = f303_info,
	.uid = { 0x1FFFF7AC, 0x1FFFF7B0, 0x1FFFF7B4 },
	.size_reg = 0x1FFFF7CC, .sysmem_base = 0x1FFFD800, .sysmem_bytes = 0x1800,
	.dbgmcu_cr_mask = 0x000000E7, .iwdg_freeze_off = 8, .iwdg_freeze_bit = 12,
	.lsi_hz = 40000, .n_irq = 82,
	.periphs = f303_periphs, .rcc = &rcc_f100, .limits = &f303_limits,
	.flash = &flash_f1, .rdp_levels = true, .flash_acr_mask = 0x1F, .flash_acr_reset = 0x10,
	.periph_end = 0x40023400, .ahb2_base = 0x48000000, .ahb2_size = 0x2000,
};

/* ---- the list ---------------------------------------------------------------------------------- */

static const struct chip_kind *const all_kinds[] = {
	&f100rb, &f103c8, &f103rb, &cs32f103, &l152rb, &f407vg, &f401re, &f303vc, NULL
};

const struct chip_kind *const *chip_kinds(void)
{
	return all_kinds;
}

const struct chip_kind *chip_kind_find(const char *name)
{
	const struct chip_kind *const *k;

	for (k = all_kinds; *k; k++)
		if (strcmp((*k)->name, name) == 0)
			return *k;
	return NULL;
}

const char *chip_kind_name(const struct chip_kind *k)
{
	return k->name;
}
