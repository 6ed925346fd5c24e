/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * fake_link.h - a link to a chip that is a list of words: for chips that no virtual board is.
 *
 * Defines the functions of link/link.h that target/ and flash/ use, so the real ones are not
 * linked; include it in one file of a test. Reads elsewhere than in the list are bus faults,
 * as on silicon; a word may be gated by a clock bit of another word.
 */
#ifndef TESTS_SUPPORT_FAKE_LINK_H
#define TESTS_SUPPORT_FAKE_LINK_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "link/link.h"

enum { FAKE_WORDS = 64, FAKE_LOG = 64 };

struct fake_word {
	uint32_t addr, value;
	uint32_t writable;              /* bits that a write changes */
	uint32_t gate_addr, gate_bits;  /* reads 0 unless these bits are set there */
};

struct link {
	struct fake_word word[FAKE_WORDS];
	size_t n;
	uint32_t dpidr;
	unsigned writes;                /* of any kind, core debug registers excepted */
	struct { uint32_t addr, value; } log[FAKE_LOG];         /* the first writes of words */
	size_t n_log;
	unsigned faults;
	bool left;
	struct link_caps caps;
	bool nrst_wired;                /* a pulse on NRST resets the chip */
	unsigned nrst_pulses;
	uint32_t regs[LINK_ALL_REGS];
};

static inline void fake_put(struct link *l, uint32_t addr, uint32_t value, uint32_t writable)
{
	assert_true(l->n < FAKE_WORDS);
	l->word[l->n++] = (struct fake_word){ .addr = addr, .value = value, .writable = writable };
}

static inline struct fake_word *fake_find(struct link *l, uint32_t addr)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->word[i].addr == addr)
			return &l->word[i];
	return NULL;
}

/* A core that is running: CPUID, DHCSR (never halts), DEMCR. */
static inline void fake_core(struct link *l, uint16_t part, uint32_t dpidr)
{
	memset(l, 0, sizeof(*l));
	l->dpidr = dpidr;
	fake_put(l, 0xE000ED00, 0x410F0001 | (uint32_t)part << 4, 0);
	fake_put(l, 0xE000EDF0, 0x01000000, 0);
	fake_put(l, 0xE000EDFC, 0, UINT32_MAX);
}

static bool gate_open(struct link *l, const struct fake_word *w)
{
	const struct fake_word *g = w->gate_addr ? fake_find(l, w->gate_addr) : NULL;

	return !w->gate_addr || (g && (g->value & w->gate_bits) == w->gate_bits);
}

enum sl_err link_read32(struct link *l, struct ctx *c, uint32_t addr, uint32_t *value)
{
	struct fake_word *w = fake_find(l, addr);

	if (!w) {
		l->faults++;
		return ctx_fail_addr(c, SL_TARGET, "fake", addr, "bus fault at 0x%08x", addr);
	}
	*value = gate_open(l, w) ? w->value : 0;
	if (addr == 0xE000EDF0)
		w->value &= ~(UINT32_C(1) << 25);       /* S_RESET_ST: cleared by the read */
	return SL_OK;
}

enum sl_err link_write32(struct link *l, struct ctx *c, uint32_t addr, uint32_t value)
{
	struct fake_word *w = fake_find(l, addr);

	if (!w) {
		l->faults++;
		return ctx_fail_addr(c, SL_TARGET, "fake", addr, "bus fault at 0x%08x", addr);
	}
	if (addr < 0xE0000000 || addr >= 0xE0040000)
		l->writes++;
	if (l->n_log < FAKE_LOG) {
		l->log[l->n_log].addr = addr;
		l->log[l->n_log++].value = value;
	}
	if (gate_open(l, w))
		w->value = (w->value & ~w->writable) | (value & w->writable);
	return SL_OK;
}

enum sl_err link_read_dpidr(struct link *l, struct ctx *c, uint32_t *dpidr)
{
	(void)c;
	*dpidr = l->dpidr;
	return SL_OK;
}

enum sl_err link_enter_swd(struct link *l, struct ctx *c, const struct link_options *o)
{
	(void)c;
	(void)o;
	l->left = false;
	return SL_OK;
}

enum sl_err link_leave(struct link *l, struct ctx *c)
{
	(void)c;
	l->left = true;
	return SL_OK;
}

enum sl_err link_voltage_mv(struct link *l, struct ctx *c, unsigned *mv, bool *known)
{
	(void)l;
	(void)c;
	*mv = 0;
	*known = false;
	return SL_OK;
}

unsigned link_get_speed_khz(const struct link *l)
{
	(void)l;
	return 0;
}

const struct link_caps *link_get_caps(const struct link *l)
{
	return &l->caps;
}

/* What these tests must not need. */
static enum sl_err not_here(struct ctx *c, const char *what)
{
	return ctx_fail(c, SL_BUG, "fake", "%s on a list of words", what);
}

/* Whole words; a word that is not in the list is a bus fault. */
enum sl_err link_read_mem(struct link *l, struct ctx *c, uint32_t addr, void *dst, size_t len)
{
	uint8_t *to = dst;
	enum sl_err err = SL_OK;

	assert_int_equal(addr % 4 + len % 4, 0);
	for (size_t i = 0; i < len && !err; i += 4) {
		uint32_t v = 0;

		err = link_read32(l, c, addr + (uint32_t)i, &v);
		for (unsigned k = 0; k < 4; k++)
			to[i + k] = (uint8_t)(v >> 8 * k);
	}
	return err;
}

void link_set_patience(struct link *l, unsigned ms)
{
	(void)l, (void)ms;
}

void link_allow_block(struct link *l, unsigned bytes)
{
	(void)l, (void)bytes;
}

enum sl_err link_write_mem(struct link *l, struct ctx *c, uint32_t addr, const void *src, size_t len)
{
	const uint8_t *from = src;
	enum sl_err err = SL_OK;

	assert_int_equal(addr % 4 + len % 4, 0);
	for (size_t i = 0; i < len && !err; i += 4)
		err = link_write32(l, c, addr + (uint32_t)i,
				   from[i] | (uint32_t)from[i + 1] << 8 | (uint32_t)from[i + 2] << 16 |
				   (uint32_t)from[i + 3] << 24);
	return err;
}

enum sl_err link_read_reg(struct link *l, struct ctx *c, unsigned reg, uint32_t *value)
{
	(void)c;
	assert_true(reg < LINK_ALL_REGS);
	*value = l->regs[reg];
	return SL_OK;
}

enum sl_err link_write_reg(struct link *l, struct ctx *c, unsigned reg, uint32_t value)
{
	(void)c;
	assert_true(reg < LINK_ALL_REGS);
	l->regs[reg] = value;
	return SL_OK;
}

enum sl_err link_read_all_regs(struct link *l, struct ctx *c, uint32_t regs[LINK_ALL_REGS])
{
	(void)c;
	memcpy(regs, l->regs, sizeof(l->regs));
	return SL_OK;
}

enum sl_err link_nrst(struct link *l, struct ctx *c, enum link_nrst what)
{
	if (!l->caps.nrst)
		return not_here(c, "link_nrst without the capability");
	if (what == LINK_NRST_PULSE) {
		l->nrst_pulses++;
		if (l->nrst_wired)
			fake_find(l, 0xE000EDF0)->value |= UINT32_C(1) << 25;
	}
	return SL_OK;
}

enum sl_err link_open_on(struct ctx *c, struct transport *t, link_reopen_fn *reopen, void *priv,
			 struct link **out)
{
	(void)t, (void)reopen, (void)priv, (void)out;
	return not_here(c, "link_open_on");
}

void link_close(struct link *l, struct ctx *c)
{
	(void)l, (void)c;
}

#endif
