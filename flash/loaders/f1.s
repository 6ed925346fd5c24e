@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ f1.s - program half-words on F0, F1 and F3 (FPEC), from SRAM, without stack or literals.
@
@ In:  r0 source, r1 destination, r2 half-words, r3 address of FLASH_SR, r4 error flags.
@      FLASH_CR.PG is set.
@ Out: r0 last status, r1 first half-word not programmed, r2 half-words left (0: all done).
@ A half-word of FFFF is what an erased place holds already: it is passed over.
@ BSY is waited for after each half-word (PM0075, main flash programming). ARMv6-M instructions only.

	.syntax unified
	.cpu cortex-m0
	.thumb
	.text
	movs	r6, #0
	mvns	r7, r6
	uxth	r7, r7			@ FFFF
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
	lsrs	r5, r6, #1		@ BSY, bit 0, to carry
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
