/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fence.c - inputs at the end of memory, with a page behind them that nothing may touch; one place for
 * bytes, one for text. Where there is AddressSanitizer, what lies before them must not be touched either.
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROOM = 1 << 20, MOAT = 64 };

void __asan_poison_memory_region(const volatile void *p, size_t n) __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *p, size_t n) __attribute__((weak));

static uint8_t *wall(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *p = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED && mprotect(p + ROOM, page, PROT_NONE) == 0);
	return p + ROOM;
}

/* The last size bytes of a place; end: where it ends. */
static uint8_t *place(uint8_t **end, size_t size)
{
	*end = *end ? *end : wall();
	must(size <= ROOM - 2 * MOAT);
	if (__asan_unpoison_memory_region) {
		__asan_unpoison_memory_region(*end - ROOM, ROOM);
		__asan_poison_memory_region(*end - (size + MOAT + 7) / 8 * 8, MOAT);
	}
	return *end - size;
}

const uint8_t *fence(const uint8_t *data, size_t size)
{
	static uint8_t *end;
	uint8_t *at = place(&end, size);

	memcpy(at, data, size);
	return at;
}

char *fence_text(const uint8_t *data, size_t size)
{
	static uint8_t *end;
	uint8_t *at = place(&end, size + 1);

	memcpy(at, data, size);
	at[size] = '\0';
	return (char *)at;
}
