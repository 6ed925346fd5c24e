/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * md5.h - MD5 (RFC 1321), for text that other programs print. Proves nothing.
 */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

enum { MD5_BYTES = 16 };

/* md5 - the digest of len bytes. */
void md5(const void *data, size_t len, uint8_t digest[MD5_BYTES]);

#endif
