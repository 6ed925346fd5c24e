@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ debuggee.s - a firmware to be debugged: counts to 100 in memory, by a subroutine, and rests.
@
@ Core: ARMv7-M, no peripheral, so that it runs on every virtual chip that has SRAM at
@ 0x20000000. Built with line numbers; the labels are what the debugger is asked for.

	.syntax	unified
	.cpu	cortex-m3
	.thumb

	.section .text
vectors:
	.word	0x20000800		@ the stack ends 2 KiB into SRAM
	.word	reset + 1
	.word	trap + 1		@ NMI
	.word	trap + 1		@ HardFault
	.rept	12
	.word	trap + 1
	.endr

	.global	reset
	.thumb_func
	.type	reset, %function
reset:
	ldr	r0, =counter
	movs	r1, #0
	str	r1, [r0]
	bl	main
	.size	reset, . - reset

	.thumb_func
	.type	trap, %function
trap:
	b	trap
	.size	trap, . - trap

	.global	main
	.thumb_func
	.type	main, %function
main:
	ldr	r4, =counter
	movs	r5, #0
.Lagain:
	adds	r5, r5, #1
	mov	r0, r5
	bl	count
	cmp	r5, #100
	bne	.Lagain
	movs	r6, #0x55
.Lrest:
	b	.Lrest
	.size	main, . - main

	.balign	128			@ at 08000080, so that a test can name it
	.thumb_func
	.type	count, %function
count:
	str	r0, [r4]
	adds	r0, r0, #1
	bx	lr
	.size	count, . - count
	.ltorg
	.balign	4

	.section .bss
	.global	counter
	.type	counter, %object
	.size	counter, 4
counter:
	.space	4
