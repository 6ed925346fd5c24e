/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sha256.c - SHA-256 as FIPS 180-4 has it: sections 4.1.2 (functions), 4.2.2 and 5.3.3
 * (constants), 5.1.1 (padding), 6.2.2 (the computation).
 */
#include "base/sha256.h"

#include <string.h>

#include "base/bytes.h"

enum { BLOCK = 64, ROUNDS = 64, WORDS = 8, LENGTH_AT = BLOCK - 8 };

/* 4.2.2: first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t k[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* 5.3.3: the same of the square roots of the first 8 primes. */
static const uint32_t start[WORDS] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
	0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* 6.2.2 step 1. */
static void schedule(const uint8_t *block, uint32_t w[ROUNDS])
{
	for (size_t t = 0; t < 16; t++)
		w[t] = get_be32(block + 4 * t);
	for (size_t t = 16; t < ROUNDS; t++) {
		uint32_t s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
		uint32_t s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ w[t - 2] >> 10;

		w[t] = s1 + w[t - 7] + s0 + w[t - 16];
	}
}

/* 6.2.2 steps 2 to 4; v holds a to h. */
static void add_block(uint32_t hash[WORDS], const uint8_t *block)
{
	uint32_t w[ROUNDS], v[WORDS];

	schedule(block, w);
	memcpy(v, hash, sizeof(v));
	for (size_t t = 0; t < ROUNDS; t++) {
		uint32_t s1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25);
		uint32_t s0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
		uint32_t ch = (v[4] & v[5]) ^ (~v[4] & v[6]);
		uint32_t maj = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
		uint32_t t1 = v[7] + s1 + ch + k[t] + w[t];

		memmove(v + 1, v, (WORDS - 1) * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + s0 + maj;
	}
	for (size_t i = 0; i < WORDS; i++)
		hash[i] += v[i];
}

/* 5.1.1: a one bit, zeros, and the length in bits, in one block or two. */
static void add_tail(uint32_t hash[WORDS], const uint8_t *tail, size_t n, uint64_t len)
{
	uint8_t block[2 * BLOCK] = { 0 };
	size_t end = n < LENGTH_AT ? BLOCK : 2 * BLOCK;

	if (n > 0)
		memcpy(block, tail, n);
	block[n] = 0x80;
	put_be32(block + end - 8, (uint32_t)(len >> 29));
	put_be32(block + end - 4, (uint32_t)(len << 3));
	for (size_t at = 0; at < end; at += BLOCK)
		add_block(hash, block + at);
}

void sha256(const void *data, size_t len, uint8_t digest[SHA256_BYTES])
{
	const uint8_t *p = data;
	uint32_t hash[WORDS];
	size_t whole = len - len % BLOCK;

	memcpy(hash, start, sizeof(hash));
	for (size_t at = 0; at < whole; at += BLOCK)
		add_block(hash, p + at);
	add_tail(hash, p ? p + whole : p, len - whole, len);
	for (size_t i = 0; i < WORDS; i++)
		put_be32(digest + 4 * i, hash[i]);
}

const char *sha256_hex(const void *data, size_t len, char hex[SHA256_HEX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_BYTES];

	sha256(data, len, digest);
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[SHA256_HEX - 1] = '\0';
	return hex;
}
