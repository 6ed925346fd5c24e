@ SPDX-License-Identifier: GPL-2.0-or-later
@
@ ring_lx.s - the loader that stays, for words and half pages on L0 and L1: PROG (and FPRG) are
@ set by a WRITES before. RM0038, word write and half page write. The code is engine.inc.

	.equ	BURSTS, 1
	.include "engine.inc"
