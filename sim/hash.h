/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * hash.h - fingerprints of flash contents for the report.
 */
#ifndef SIM_HASH_H
#define SIM_HASH_H

#include <stddef.h>
#include <stdint.h>

/* hash_crc32 - CRC-32 as of zlib and Ethernet (reflected 04C11DB7). */
uint32_t hash_crc32(const uint8_t *data, size_t len);

#define SHA256_TEXT 65u

/* hash_sha256 - FIPS 180-4, as 64 lower-case hexadecimal digits. */
void hash_sha256(const uint8_t *data, size_t len, char out[SHA256_TEXT]);

#endif
