@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ f4x16.s - program half-words on F2 and F4, from SRAM, without stack or literals.
@
@ In:  r0 source, r1 destination, r2 units, r3 address of FLASH_SR, r4 error flags.
@      FLASH_CR.PG is set and PSIZE says 16 bits.
@ Out: r0 last status, r1 first unit not programmed, r2 units left (0: all done).
@ A unit of ones is what an erased place holds already: it is passed over.
@ BSY is waited for after each unit (RM0090, programming). ARMv6-M instructions only.

	.syntax unified
	.cpu cortex-m0
	.thumb
	.text
	movs	r6, #0
	mvns	r7, r6
	uxth	r7, r7
next:
	cmp	r2, #0
	beq	out
	ldrh	r5, [r0]
	cmp	r5, r7
	beq	skip
	strh	r5, [r1]
	dsb
busy:
	ldr	r6, [r3]
	lsrs	r5, r6, #17		@ BSY, bit 16, to carry
	bcs	busy
	tst	r6, r4
	bne	out
skip:
	adds	r0, #2
	adds	r1, #2
	subs	r2, #1
	b	next
out:
	mov	r0, r6
stop:
	bkpt	#0
