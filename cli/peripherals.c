/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * peripherals.c - STM32F1 peripherals and their registers.
 *
 * Source: RM0008 rev 21 and RM0041 rev 6: memory map (section 3.3, 2.3), clock enable bits
 * (7.3.6-7.3.8, 6.3.6-6.3.8), register maps at the end of each peripheral's chapter.
 * SysTick: ARMv7-M Architecture Reference Manual B3.3.
 * Every base, offset and clock bit was compared with ST's CMSIS headers stm32f100xb.h to
 * stm32f107xc.h, the sets of registers with ST's SVD files STM32F100, F103 and F107.
 */
#include "cli/peripherals.h"

#include <strings.h>

#include "base/compiler.h"

enum {
	AHBENR = 0x40021014, APB2ENR = 0x40021018, APB1ENR = 0x4002101C,
};

static const struct peripheral_kind systick = { {
	/* CTRL is left out: reading it clears COUNTFLAG. */
	{ 0x04, "LOAD" }, { 0x08, "VAL" }, { 0x0C, "CALIB" },
} };

static const struct peripheral_kind gpio = { {
	{ 0x00, "CRL" }, { 0x04, "CRH" }, { 0x08, "IDR" }, { 0x0C, "ODR" }, { 0x18, "LCKR" },
} };

/* Of all timers CCRx are left out: reading one clears its capture flag. DMAR is an access port. */
#define TIMER_BASE { 0x24, "CNT" }, { 0x28, "PSC" }, { 0x2C, "ARR" }

/* TIM1, TIM8: break and repetition. */
static const struct peripheral_kind timer_advanced = { {
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x08, "SMCR" }, { 0x0C, "DIER" }, { 0x10, "SR" },
	{ 0x18, "CCMR1" }, { 0x1C, "CCMR2" }, { 0x20, "CCER" }, TIMER_BASE, { 0x30, "RCR" },
	{ 0x44, "BDTR" }, { 0x48, "DCR" },
} };

/* TIM2 to TIM5. */
static const struct peripheral_kind timer_general = { {
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x08, "SMCR" }, { 0x0C, "DIER" }, { 0x10, "SR" },
	{ 0x18, "CCMR1" }, { 0x1C, "CCMR2" }, { 0x20, "CCER" }, TIMER_BASE, { 0x48, "DCR" },
} };

/* TIM6, TIM7: no channels. */
static const struct peripheral_kind timer_basic = { {
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x0C, "DIER" }, { 0x10, "SR" }, TIMER_BASE,
} };

/* TIM9, TIM12: two channels. */
static const struct peripheral_kind timer_two = { {
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x08, "SMCR" }, { 0x0C, "DIER" }, { 0x10, "SR" },
	{ 0x18, "CCMR1" }, { 0x20, "CCER" }, TIMER_BASE,
} };

/* TIM10, TIM11, TIM13, TIM14: one channel. */
static const struct peripheral_kind timer_one = { {
	{ 0x00, "CR1" }, { 0x0C, "DIER" }, { 0x10, "SR" }, { 0x18, "CCMR1" }, { 0x20, "CCER" },
	TIMER_BASE,
} };

/* TIM15: two channels and break; TIM16, TIM17 the same with one channel and no slave mode. */
static const struct peripheral_kind timer_15 = { {
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x08, "SMCR" }, { 0x0C, "DIER" }, { 0x10, "SR" },
	{ 0x18, "CCMR1" }, { 0x20, "CCER" }, TIMER_BASE, { 0x30, "RCR" }, { 0x44, "BDTR" },
	{ 0x48, "DCR" },
} };

static const struct peripheral_kind timer_16 = { {
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x0C, "DIER" }, { 0x10, "SR" }, { 0x18, "CCMR1" },
	{ 0x20, "CCER" }, TIMER_BASE, { 0x30, "RCR" }, { 0x44, "BDTR" }, { 0x48, "DCR" },
} };

static const struct peripheral_kind usart = { {
	/* SR and DR are left out: read one after the other they clear flags and take a byte. */
	{ 0x08, "BRR" }, { 0x0C, "CR1" }, { 0x10, "CR2" }, { 0x14, "CR3" }, { 0x18, "GTPR" },
} };

/* UART4, UART5: no smart card mode. */
static const struct peripheral_kind uart = { {
	{ 0x08, "BRR" }, { 0x0C, "CR1" }, { 0x10, "CR2" }, { 0x14, "CR3" },
} };

static const struct peripheral_kind spi = { {
	/* SR and DR are left out, as for the USART; the I2S registers, because few chips have them. */
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x10, "CRCPR" }, { 0x14, "RXCRCR" }, { 0x18, "TXCRCR" },
} };

static const struct peripheral_kind i2c = { {
	/* DR, SR1 and SR2 are left out: reading SR1 and SR2 clears ADDR. */
	{ 0x00, "CR1" }, { 0x04, "CR2" }, { 0x08, "OAR1" }, { 0x0C, "OAR2" }, { 0x1C, "CCR" },
	{ 0x20, "TRISE" },
} };

static const struct peripheral_kind dac = { {
	{ 0x00, "CR" }, { 0x08, "DHR12R1" }, { 0x14, "DHR12R2" }, { 0x2C, "DOR1" }, { 0x30, "DOR2" },
} };

/* The mailboxes need the whole frame to make sense and are left out. */
#define CAN_CONTROL \
	{ 0x00, "MCR" }, { 0x04, "MSR" }, { 0x08, "TSR" }, { 0x0C, "RF0R" }, { 0x10, "RF1R" }, \
	{ 0x14, "IER" }, { 0x18, "ESR" }, { 0x1C, "BTR" }

static const struct peripheral_kind can1 = { {
	CAN_CONTROL, { 0x200, "FMR" }, { 0x204, "FM1R" }, { 0x20C, "FS1R" }, { 0x214, "FFA1R" },
	{ 0x21C, "FA1R" },
} };

/* The filters of both are in CAN1 (RM0008 24.9.5). */
static const struct peripheral_kind can2 = { {
	CAN_CONTROL,
} };

#define DMA_CHANNEL(n) \
	{ 0x08 + 20 * ((n) - 1), "CCR" #n }, { 0x0C + 20 * ((n) - 1), "CNDTR" #n }, \
	{ 0x10 + 20 * ((n) - 1), "CPAR" #n }, { 0x14 + 20 * ((n) - 1), "CMAR" #n }

static const struct peripheral_kind dma1 = { {
	{ 0x00, "ISR" }, DMA_CHANNEL(1), DMA_CHANNEL(2), DMA_CHANNEL(3), DMA_CHANNEL(4),
	DMA_CHANNEL(5), DMA_CHANNEL(6), DMA_CHANNEL(7),
} };

static const struct peripheral_kind dma2 = { {
	{ 0x00, "ISR" }, DMA_CHANNEL(1), DMA_CHANNEL(2), DMA_CHANNEL(3), DMA_CHANNEL(4),
	DMA_CHANNEL(5),
} };

#define F1(name, base, kind, reg, bit) { name, base, &kind, reg, 1u << (bit), "F1" }

static const struct peripheral table[] = {
	{ "SYSTICK", 0xE000E010, &systick, 0, 0, NULL },
	F1("PORTA", 0x40010800, gpio, APB2ENR, 2), F1("PORTB", 0x40010C00, gpio, APB2ENR, 3),
	F1("PORTC", 0x40011000, gpio, APB2ENR, 4), F1("PORTD", 0x40011400, gpio, APB2ENR, 5),
	F1("PORTE", 0x40011800, gpio, APB2ENR, 6), F1("PORTF", 0x40011C00, gpio, APB2ENR, 7),
	F1("PORTG", 0x40012000, gpio, APB2ENR, 8),
	F1("TIM1", 0x40012C00, timer_advanced, APB2ENR, 11),
	F1("TIM2", 0x40000000, timer_general, APB1ENR, 0),
	F1("TIM3", 0x40000400, timer_general, APB1ENR, 1),
	F1("TIM4", 0x40000800, timer_general, APB1ENR, 2),
	F1("TIM5", 0x40000C00, timer_general, APB1ENR, 3),
	F1("TIM6", 0x40001000, timer_basic, APB1ENR, 4),
	F1("TIM7", 0x40001400, timer_basic, APB1ENR, 5),
	F1("TIM8", 0x40013400, timer_advanced, APB2ENR, 13),
	F1("TIM9", 0x40014C00, timer_two, APB2ENR, 19),
	F1("TIM10", 0x40015000, timer_one, APB2ENR, 20),
	F1("TIM11", 0x40015400, timer_one, APB2ENR, 21),
	F1("TIM12", 0x40001800, timer_two, APB1ENR, 6),
	F1("TIM13", 0x40001C00, timer_one, APB1ENR, 7),
	F1("TIM14", 0x40002000, timer_one, APB1ENR, 8),
	F1("TIM15", 0x40014000, timer_15, APB2ENR, 16),
	F1("TIM16", 0x40014400, timer_16, APB2ENR, 17),
	F1("TIM17", 0x40014800, timer_16, APB2ENR, 18),
	F1("USART1", 0x40013800, usart, APB2ENR, 14), F1("USART2", 0x40004400, usart, APB1ENR, 17),
	F1("USART3", 0x40004800, usart, APB1ENR, 18), F1("USART4", 0x40004C00, uart, APB1ENR, 19),
	F1("USART5", 0x40005000, uart, APB1ENR, 20), F1("SPI1", 0x40013000, spi, APB2ENR, 12),
	F1("SPI2", 0x40003800, spi, APB1ENR, 14), F1("SPI3", 0x40003C00, spi, APB1ENR, 15),
	F1("I2C1", 0x40005400, i2c, APB1ENR, 21), F1("I2C2", 0x40005800, i2c, APB1ENR, 22),
	F1("CAN1", 0x40006400, can1, APB1ENR, 25), F1("CAN2", 0x40006800, can2, APB1ENR, 26),
	F1("DAC", 0x40007400, dac, APB1ENR, 29), F1("DMA1", 0x40020000, dma1, AHBENR, 0),
	F1("DMA2", 0x40020400, dma2, AHBENR, 1),
};

const struct peripheral *peripherals(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}

const struct peripheral *peripheral_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strcasecmp(name, table[i].name) == 0)
			return &table[i];
	return NULL;
}
