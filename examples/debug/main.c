/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * main.c - a program to debug: a counter, a function, a loop, an interrupt.
 *
 * Has what a debugger's first session needs: a static variable to watch, a function
 * to step into and to finish, an interrupt that comes in between. No peripheral but
 * SysTick, so that it runs on every Cortex-M3 and M4 with flash at 08000000 and
 * 8 KiB of SRAM.
 */
#include <stdint.h>

#define SYST_CSR (*(volatile uint32_t *)0xE000E010u)    /* ARMv7-M B3.3 */
#define SYST_RVR (*(volatile uint32_t *)0xE000E014u)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018u)

static volatile uint32_t counter;
static volatile uint32_t ticks;
static volatile uint32_t history[8];

void SysTick_Handler(void)
{
	ticks++;
}

static __attribute__((noinline)) uint32_t add_three(uint32_t v)
{
	uint32_t sum = v + 1;

	sum += 2;
	history[sum & 7u] = sum;
	return sum;
}

int main(void)
{
	SYST_RVR = 7999;
	SYST_CVR = 0;
	SYST_CSR = 7;
	for (;;) {
		uint32_t next = add_three(counter);

		counter = next;
	}
}
