/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * format.c - numbers and foreign strings for human eyes.
 */
#include "cli/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct text format_count(uint64_t n)
{
	struct text t = { "" };
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	size_t at = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			t.s[at++] = ',';
		t.s[at++] = digits[i];
	}
	t.s[at] = '\0';
	return t;
}

struct text format_bytes(uint64_t n)
{
	struct text t, count = format_count(n);

	(void)snprintf(t.s, sizeof(t.s), "%.25s %s", count.s, n == 1 ? "byte" : "bytes");
	return t;
}

struct text format_seconds(uint64_t us)
{
	struct text t;

	if (us < 1000000u)
		(void)snprintf(t.s, sizeof(t.s), "0.%03" PRIu64 " s", us / 1000u);
	else if (us < 10000000u)
		(void)snprintf(t.s, sizeof(t.s), "%" PRIu64 ".%02" PRIu64 " s", us / 1000000u,
			       us / 10000u % 100u);
	else if (us < 60000000u)
		(void)snprintf(t.s, sizeof(t.s), "%" PRIu64 ".%" PRIu64 " s", us / 1000000u,
			       us / 100000u % 10u);
	else
		(void)snprintf(t.s, sizeof(t.s), "%" PRIu64 " min %" PRIu64 " s", us / 60000000u,
			       us / 1000000u % 60u);
	return t;
}

struct text format_left(uint64_t us)
{
	struct text t;
	uint64_t s = (us + 999999u) / 1000000u;

	if (s < 60)
		(void)snprintf(t.s, sizeof(t.s), "%" PRIu64 " s", s);
	else
		(void)snprintf(t.s, sizeof(t.s), "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	return t;
}

struct text format_rate(uint64_t bytes, uint64_t us)
{
	struct text t = { "" };
	double kib = (double)bytes / 1024.0 * 1e6;

	if (us == 0)
		return t;
	kib /= (double)us;
	if (kib < 1000.0)
		(void)snprintf(t.s, sizeof(t.s), "%.1f KiB/s", kib);
	else
		(void)snprintf(t.s, sizeof(t.s), "%.1f MiB/s", kib / 1024.0);
	return t;
}

struct text format_size_kb(uint32_t kb)
{
	struct text t;

	if (kb >= 1024 && kb % 1024 == 0)
		(void)snprintf(t.s, sizeof(t.s), "%" PRIu32 " MiB", kb / 1024);
	else
		(void)snprintf(t.s, sizeof(t.s), "%" PRIu32 " KiB", kb);
	return t;
}

const char *format_escape(char *dst, size_t size, const char *src)
{
	size_t at = 0;

	for (; *src; src++) {
		unsigned char b = (unsigned char)*src;
		char piece[8];
		int n;

		if (b == '\\')
			n = snprintf(piece, sizeof(piece), "\\\\");
		else if (b < 0x20 || b >= 0x7F)
			n = snprintf(piece, sizeof(piece), "\\x%02X", b);
		else
			n = snprintf(piece, sizeof(piece), "%c", b);
		if (at + (size_t)n + 4 > size) {
			(void)snprintf(dst + at, size - at, "...");
			return dst;
		}
		memcpy(dst + at, piece, (size_t)n);
		at += (size_t)n;
	}
	dst[at] = '\0';
	return dst;
}

const char *format_proof(uint64_t proved, uint64_t summed)
{
	if (summed == 0)
		return "read-back";
	return summed < proved ? "CRC-32 and read-back" : "CRC-32";
}
