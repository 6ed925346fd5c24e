/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * startup.c - vectors and reset handler of the example: copies .data, clears .bss, calls main.
 */
#include <stdint.h>

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;
int main(void);
void SysTick_Handler(void);
void Reset_Handler(void);
void Default_Handler(void);

void Default_Handler(void)
{
	for (;;)
		;
}

void Reset_Handler(void)
{
	uint32_t *from = &data_load, *to;

	for (to = &data_start; to < &data_end; to++)
		*to = *from++;
	for (to = &bss_start; to < &bss_end; to++)
		*to = 0;
	(void)main();
	Default_Handler();
}

__attribute__((section(".vectors"), used))
static const uintptr_t vectors[16] = {
	(uintptr_t)&stack_top, (uintptr_t)Reset_Handler, (uintptr_t)Default_Handler,
	(uintptr_t)Default_Handler, (uintptr_t)Default_Handler, (uintptr_t)Default_Handler,
	(uintptr_t)Default_Handler, 0, 0, 0, 0, (uintptr_t)Default_Handler,
	(uintptr_t)Default_Handler, 0, (uintptr_t)Default_Handler, (uintptr_t)SysTick_Handler,
};
