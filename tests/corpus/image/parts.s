@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ Two parts with a hole between them and bytes that can be told apart; no firmware.
	.syntax unified
	.section .isr, "ax", %progbits
	.word 0x20002000, 0x08000009
	.thumb
	b .
	nop
	.set n, 0
	.rept 45
	.byte n
	.set n, n + 1
	.endr
	.byte 0xa5, 0x5a, 0x3c

	.section .far, "a", %progbits
	.set n, 255
	.rept 40
	.byte n
	.set n, n - 3
	.endr
