@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ blink.s - toggle the LEDs of a board twice a second, from the SysTick interrupt.
@
@ One source for all boards: the file named by board.inc says where clock enable,
@ port and pins are. Core: ARMv7-M. The clock stays what it is after reset.
@ Registers: RM0041 (F100), RM0008 (F103), RM0038 (L1), RM0090 (F4); SysTick and
@ vectors: ARMv7-M Architecture Reference Manual B1.5, B3.3; DBGMCU_CR: the same
@ reference manuals, "Debug MCU configuration register".

	.syntax	unified
	.cpu	cortex-m3
	.thumb
	.include "board.inc"

	.equ	SYST_CSR, 0xE000E010
	.equ	TICKS, CORE_HZ / 4
	.equ	DBGMCU_CR, 0xE0042004
	.equ	DBG_SLEEP, 1

	.section .text
	.global	_start
vectors:
	.word	STACK_TOP
	.word	_start + 1
	.word	trap + 1		@ NMI
	.word	trap + 1		@ HardFault
	.rept	11			@ 4..14
	.word	trap + 1
	.endr
	.word	tick + 1		@ 15: SysTick

	.thumb_func
_start:
	ldr	r0, =CLOCK_ENABLE
	ldr	r1, [r0]
	ldr	r2, =CLOCK_BIT
	orrs	r1, r1, r2
	str	r1, [r0]
	ldr	r1, [r0]		@ a read back lets the clock settle (ES0182, RCC clock enable delay)

	ldr	r0, =MODE_REG
	ldr	r1, [r0]
	ldr	r2, =MODE_CLEAR
	bics	r1, r1, r2
	ldr	r2, =MODE_SET
	orrs	r1, r1, r2
	str	r1, [r0]
	ldr	r0, =ODR
	ldr	r1, =FIRST_LEDS
	str	r1, [r0]

	ldr	r0, =SYST_CSR
	ldr	r1, =TICKS - 1
	str	r1, [r0, #4]		@ SYST_RVR
	movs	r1, #0
	str	r1, [r0, #8]		@ SYST_CVR
	movs	r1, #7			@ core clock, interrupt, enable
	str	r1, [r0]

	ldr	r0, =DBGMCU_CR		@ else no debugger reaches a core that waits in WFI
	ldr	r1, [r0]
	movs	r2, #DBG_SLEEP
	orrs	r1, r1, r2
	str	r1, [r0]
sleep:
	wfi
	b	sleep

	.thumb_func
tick:
	ldr	r0, =ODR
	ldr	r1, [r0]
	ldr	r2, =ALL_LEDS
	eors	r1, r1, r2
	str	r1, [r0]
	bx	lr

	.thumb_func
trap:
	b	trap

	.ltorg
