@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ lx.s - program words or half pages on L0 and L1, from SRAM, without stack or literals.
@
@ In:  r0 source, r1 destination, r2 bursts, r3 address of FLASH_SR, r4 error flags,
@      r5 words in a burst: 1, or those of a half page (16 on L0, 32 on L1).
@      FLASH_PECR.PROG is set, and FPRG with half pages.
@ Out: r0 last status, r1 first burst not programmed, r2 bursts left (0: all done).
@ A burst of zeros is what an erased place holds already: it is passed over. Nothing may come
@ between the words of a half page (RM0038, half page write). Uses r12. ARMv6-M instructions only.

	.syntax unified
	.cpu cortex-m0
	.thumb
	.text
	movs	r6, #0
next:
	cmp	r2, #0
	beq	out
	lsls	r7, r5, #2
scan:
	subs	r7, #4
	ldr	r6, [r0, r7]
	cmp	r6, #0
	bne	write
	cmp	r7, #0
	bne	scan
	b	skip
write:
	lsls	r6, r5, #2
	mov	r12, r6
	movs	r7, #0
burst:
	ldr	r6, [r0, r7]
	str	r6, [r1, r7]
	adds	r7, #4
	cmp	r7, r12
	bne	burst
	dsb
busy:
	ldr	r6, [r3]
	lsrs	r7, r6, #1		@ BSY, bit 0, to carry
	bcs	busy
	tst	r6, r4
	bne	out
skip:
	lsls	r7, r5, #2
	adds	r0, r0, r7
	adds	r1, r1, r7
	subs	r2, #1
	b	next
out:
	mov	r0, r6
stop:
	bkpt	#0
