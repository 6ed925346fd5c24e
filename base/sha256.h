/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sha256.h - the SHA-256 digest of bytes in memory, for naming an image in logs.
 *
 * A small one of our own: the program's only library is libusb, and the kernel's (AF_ALG) is
 * a socket family that the sandbox of the service shuts and that many kernels lack.
 * Source: FIPS 180-4; its examples are the test.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX = 2 * SHA256_BYTES + 1 };

/* sha256 - the digest of len bytes. */
void sha256(const void *data, size_t len, uint8_t digest[SHA256_BYTES]);

/* sha256_hex - the same as 64 lower-case hexadecimal digits. Returns hex. */
const char *sha256_hex(const void *data, size_t len, char hex[SHA256_HEX]);

#endif
