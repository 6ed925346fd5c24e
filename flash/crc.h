/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * crc.h - the CRC unit of the chip: the same sum on the host, and the unit's state.
 *
 * Polynomial 04C11DB7, begins with all ones, whole words, most significant bit first, nothing
 * reflected or inverted (RM0008, CRC calculation unit; the same in RM0041, RM0090, RM0038, and
 * after a reset of the unit in RM0091, RM0316 and RM0367).
 */
#ifndef FLASH_CRC_H
#define FLASH_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Registers: CRC_DR, CRC_CR at +8. At this address in every family that this room drives. */
#define CRC_UNIT_DR   UINT32_C(0x40023000)
#define CRC_UNIT_CR   UINT32_C(0x40023008)
#define CRC_CR_RESET  UINT32_C(1)

/* crc_words - the sum over len bytes, little-endian words; len is a multiple of 4. */
uint32_t crc_words(const uint8_t *data, size_t len);

/* crc_fill - the sum over len bytes that are all value. */
uint32_t crc_fill(uint8_t value, size_t len);

/* crc_word_to - the one word that brings a unit that was just reset to sum. */
uint32_t crc_word_to(uint32_t sum);

#endif
