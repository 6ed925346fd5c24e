@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ ring_f4x16.s - the loader that stays, for half-words on F2 and F4: PG and PSIZE (16 bits) are set by a WRITES before.
@ RM0090, programming: BSY after each unit. The code is engine.inc.

	.equ	UNIT, 2
	.include "engine.inc"
