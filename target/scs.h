/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * scs.h - the Cortex-M debug and system control registers that this room uses.
 *
 * Constants only. Follows the ARMv7-M Architecture Reference Manual (DDI 0403), chapters B3.2
 * (system control) and C1.6 (debug control block); the ARMv6-M and ARMv8-M manuals give the
 * same addresses.
 */
#ifndef TARGET_SCS_H
#define TARGET_SCS_H

#include <stdint.h>

#define SCS_CPUID       UINT32_C(0xE000ED00)    /* B3.2.3: implementer 31:24, part 15:4 */
#define SCS_AIRCR       UINT32_C(0xE000ED0C)    /* B3.2.6 */
#define AIRCR_VECTKEY   UINT32_C(0x05FA0000)
#define AIRCR_SYSRESETREQ (UINT32_C(1) << 2)

#define SCS_CFSR        UINT32_C(0xE000ED28)    /* B3.2.15, write 1 to clear; ARMv7-M and up */
#define SCS_HFSR        UINT32_C(0xE000ED2C)    /* B3.2.16, write 1 to clear */
#define SCS_DFSR        UINT32_C(0xE000ED30)    /* C1.6.1, write 1 to clear */
#define DFSR_BKPT       (UINT32_C(1) << 1)
#define DFSR_VCATCH     (UINT32_C(1) << 3)
#define DFSR_ALL        UINT32_C(0x1F)

#define SCS_MPU_CTRL    UINT32_C(0xE000ED94)    /* B3.5: reads 0 without an MPU */
#define MPU_CTRL_ENABLE (UINT32_C(1) << 0)

#define SCS_DHCSR       UINT32_C(0xE000EDF0)    /* C1.6.2 */
#define DHCSR_KEY       UINT32_C(0xA05F0000)
#define DHCSR_DEBUGEN   (UINT32_C(1) << 0)
#define DHCSR_HALT      (UINT32_C(1) << 1)
#define DHCSR_STEP      (UINT32_C(1) << 2)
#define DHCSR_MASKINTS  (UINT32_C(1) << 3)
#define DHCSR_S_HALT    (UINT32_C(1) << 17)
#define DHCSR_S_SLEEP   (UINT32_C(1) << 18)
#define DHCSR_S_LOCKUP  (UINT32_C(1) << 19)
#define DHCSR_S_RESET   (UINT32_C(1) << 25)     /* sticky, cleared by the read */

#define SCS_DEMCR       UINT32_C(0xE000EDFC)    /* C1.6.5 */
#define DEMCR_VC_CORERESET (UINT32_C(1) << 0)
#define DEMCR_VC_MMERR  (UINT32_C(1) << 4)
#define DEMCR_VC_NOCPERR (UINT32_C(1) << 5)
#define DEMCR_VC_CHKERR (UINT32_C(1) << 6)
#define DEMCR_VC_STATERR (UINT32_C(1) << 7)
#define DEMCR_VC_BUSERR (UINT32_C(1) << 8)
#define DEMCR_VC_INTERR (UINT32_C(1) << 9)
#define DEMCR_VC_HARDERR (UINT32_C(1) << 10)
#define DEMCR_TRCENA    (UINT32_C(1) << 24)

/* C1.6.3: register numbers of DCRSR. */
enum {
	REG_PC = 15, REG_XPSR = 16, REG_MSP = 17, REG_PSP = 18, REG_PACKED = 20,
	REG_FPSCR = 33, REG_S0 = 64
};

#define XPSR_T          (UINT32_C(1) << 24)     /* B1.4.2: must be 1, or the core faults */

#endif
