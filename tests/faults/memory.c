/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * memory.c - the heap of the program under test: counted, and failing when the campaign says so.
 *
 * What the virtual board and the campaign allocate is neither. Replaces malloc, so it cannot be
 * built with AddressSanitizer, which owns the heap.
 */
#include <errno.h>
#include <stdlib.h>

#include "tests/faults/stage.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

enum { LIVE_MAX = 4096 };

/* Blocks of the program. Never more than a few dozen at a time. */
static void *live[LIVE_MAX];
static size_t n_live;

static void forget(void *p)
{
	for (size_t i = n_live; p && i-- > 0;)
		if (live[i] == p) {
			live[i] = live[--n_live];
			return;
		}
}

static void *keep(void *p)
{
	if (p && stage.acting && n_live < LIVE_MAX)
		live[n_live++] = p;
	return p;
}

static bool refused(void)
{
	if (!stage.acting || !stage_at(AT_ALLOCATION, 0))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return refused() ? NULL : keep(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return refused() ? NULL : keep(__libc_calloc(n, size));
}

void *realloc(void *old, size_t size)
{
	void *p;

	if (refused())
		return NULL;
	p = __libc_realloc(old, size);
	if (p)
		forget(old);
	return keep(p);
}

void free(void *p)
{
	forget(p);
	__libc_free(p);
}

size_t memory_live(void)
{
	return n_live;
}

void memory_reset(void)
{
	n_live = 0;
}
