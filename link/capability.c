/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * capability.c - what a firmware can do: one table of features and their first versions.
 *
 * The only place in the program that compares versions. Each row says the first "J" number
 * per generation and who says so.
 */
#include <string.h>

#include "link/session.h"

enum { NEVER = 1000, ALWAYS = 0, GENERATIONS = 3 };

struct feature {
	const char *name;
	size_t offset;                  /* of a bool in struct link_caps */
	unsigned since[GENERATIONS];    /* V1, V2 and V2-1, V3 */
	const char *source;
};

#define CAP(field) .name = #field, .offset = offsetof(struct link_caps, field)

static const struct feature features[] = {
	/* F7 and trace are unknown on a V1. */
	{ CAP(voltage), .since = { NEVER, 13, ALWAYS }, .source = "OpenOCD, stlink-org" },
	{ CAP(trace), .since = { NEVER, 13, ALWAYS }, .source = "OpenOCD" },
	/* 3B came with API v2 and is not offered on a V3, which has 3E. */
	{ CAP(rw_status), .since = { 11, ALWAYS, NEVER }, .source = "OpenOCD; V3: psdb" },
	{ CAP(rw_status2), .since = { NEVER, 15, ALWAYS }, .source = "OpenOCD, psdb" },
	{ CAP(fpu_regs), .since = { NEVER, 15, ALWAYS }, .source = "OpenOCD" },
	/* pyOCD's and probe-rs' comments say J20. */
	{ CAP(swd_freq), .since = { NEVER, 22, NEVER }, .source = "OpenOCD, stlink-org, psdb" },
	{ CAP(com_freq), .since = { NEVER, NEVER, ALWAYS },
	  .source = "OpenOCD, stlink-org, pyOCD, probe-rs" },
	{ CAP(dap_reg), .since = { NEVER, 24, ALWAYS }, .source = "OpenOCD, pyOCD, probe-rs" },
	{ CAP(mem16), .since = { NEVER, 26, ALWAYS }, .source = "OpenOCD, pyOCD, probe-rs" },
	{ CAP(init_ap), .since = { NEVER, 28, ALWAYS }, .source = "OpenOCD, pyOCD, probe-rs" },
	/* F2 3C wedges a V1 until it is plugged in again. */
	{ CAP(nrst), .since = { NEVER, ALWAYS, ALWAYS },
	  .source = "OpenOCD c3976ac65, stlink-org 480" },
	/* F2 0C does nothing on a V1; lengths that are no multiple of 4 give wrong data. */
	{ CAP(read8), .since = { NEVER, ALWAYS, ALWAYS },
	  .source = "Becker 2011, stlink-access-test" },
};

static unsigned since_of(const struct feature *f, unsigned generation)
{
	return f->since[generation - 1];
}

/* OpenOCD: J11 and later speak API v2. stlink-org says after J11: link_enter_swd finds out. */
enum { V1_API2_SINCE = 11 };

/* Firmware from J32/V3J2 on takes the CSW in memory commands and steps TAR over the 1 KiB
 * that ADIv5 lets it increment (ADIv5.2, C2.2.2; versions UNSURE: OpenOCD fd0b4dd15 says only
 * "newer"). Before, commands are split there. */
enum { TAR_BLOCK = 1024, V2_TAR_SINCE = 32, V3_TAR_SINCE = 2 };

/* OpenOCD and pyOCD keep 6144 for both directions; larger reads stall (stlink-org). */
enum { MEM_MAX = 6144 };

/* OpenOCD 324a45e02: 512 from V3J6 on. probe-rs saw reads above 255 fail on J5 and J7. */
enum { MEM8_MAX = 64, MEM8_MAX_V3 = 512, V3_MEM8_SINCE = 6 };

void capability_fill(const struct link_version *v, struct link_caps *caps)
{
	unsigned generation = v->stlink > GENERATIONS ? GENERATIONS : v->stlink;
	/* A V3PWR counts its own way, as major version 4; it came after all features here. */
	unsigned number = v->stlink > GENERATIONS ? NEVER - 1 : v->jtag;

	memset(caps, 0, sizeof(*caps));
	for (size_t i = 0; i < ARRAY_LEN(features); i++) {
		bool has = number >= since_of(&features[i], generation);

		memcpy((char *)caps + features[i].offset, &has, sizeof(has));
	}
	caps->api = generation == 1 && number < V1_API2_SINCE ? 1 : generation == 3 ? 3 : 2;
	caps->api_unsure = generation == 1 && number == V1_API2_SINCE;
	caps->max_read = MEM_MAX;
	caps->max_write = MEM_MAX;
	caps->max_8bit = generation == 3 && number >= V3_MEM8_SINCE ? MEM8_MAX_V3 : MEM8_MAX;
	caps->swd = generation == 1 || v->jtag != 0;
	caps->tar_block = TAR_BLOCK;
	if ((generation == 2 && number >= V2_TAR_SINCE) ||
	    (generation == 3 && number >= V3_TAR_SINCE))
		caps->tar_block = 0;
}
