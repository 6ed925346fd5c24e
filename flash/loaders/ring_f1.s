@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ ring_f1.s - the loader that stays, for half-words on F0, F1 and F3 (FPEC): CR.PG is set by a WRITES before.
@ PM0075, main flash programming: BSY after each half-word. The code is engine.inc.

	.equ	UNIT, 2
	.include "engine.inc"
