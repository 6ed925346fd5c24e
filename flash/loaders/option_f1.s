@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ option_f1.s - option bytes of F0, F1 and F3 (FPEC): erase all, then write them half-word by
@ half-word, RDP first, with nothing between the erase and it that could be cut off but power.
@ PM0075, option byte programming and erase. The controller is open, CR.OPTWRE set.
@ r0 FPEC registers, r1 half-words in SRAM, r2 option bytes, r3 how many.
@ Leaves r4 all flags of FLASH_SR that came up; CR.OPTPG stays set. ARMv6-M, no stack, SP and LR not used.

	.syntax	unified
	.cpu	cortex-m0
	.thumb

	.equ	SR, 0x0C
	.equ	CR, 0x10
	.equ	OPTPG, 0x210            @ OPTPG, OPTWRE
	.equ	OPTER, 0x220            @ OPTER, OPTWRE
	.equ	STRT, 0x40

	ldr	r6, iwdg_kr
	ldr	r7, iwdg_feed
	movs	r4, #0
	ldr	r5, opter
	str	r5, [r0, #CR]
	adds	r5, #STRT
	str	r5, [r0, #CR]
erasing:
	str	r7, [r6]
	ldr	r5, [r0, #SR]
	lsls	r5, r5, #31             @ BSY
	bne	erasing
	ldr	r5, [r0, #SR]
	orrs	r4, r5
	str	r5, [r0, #SR]           @ flags are cleared by writing them
	ldr	r5, optpg
	str	r5, [r0, #CR]
next:
	ldrh	r5, [r1]
	strh	r5, [r2]
writing:
	str	r7, [r6]
	ldr	r5, [r0, #SR]
	lsls	r5, r5, #31
	bne	writing
	ldr	r5, [r0, #SR]
	orrs	r4, r5
	str	r5, [r0, #SR]
	adds	r1, #2
	adds	r2, #2
	subs	r3, #1
	bne	next
stop:
	bkpt	#0

	.balign	4
iwdg_kr:
	.word	0x40003000              @ RM0008, RM0091, RM0316: IWDG_KR
iwdg_feed:
	.word	0xAAAA
opter:
	.word	OPTER
optpg:
	.word	OPTPG
