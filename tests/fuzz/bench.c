/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * bench.c - which boards stand there, and how they are reached.
 */
#include "tests/fuzz/bench.h"
#include "tests/fuzz/bench_boards.h"

static const struct station table[] = {
	{ "f1/bulk", &bench_f1_v2, CARRIER_BULK, NULL },
	{ "f1/sg", &bench_f1_v1, CARRIER_SG, NULL },
	{ "f1/bulk-only", &bench_f1_v1, CARRIER_BULK_ONLY, NULL },
	{ "f4/bulk", &bench_f4_v2, CARRIER_BULK, NULL },
	{ "f4/sg", &bench_f4_v1, CARRIER_SG, NULL },
	{ "l1/bulk", &bench_l1_v2, CARRIER_BULK, NULL },
	{ "l1/sg", &bench_l1_v1, CARRIER_SG, NULL },
	{ "f3/bulk", &bench_f3_v2, CARRIER_BULK, NULL },
	{ "f1/old bulk", &bench_f1_v2_old, CARRIER_BULK, NULL },
	{ "f1/old sg", &bench_f1_v1_old, CARRIER_SG, NULL },
	{ "f1/v2-1", &bench_f1_v21, CARRIER_BULK, "374b" },
	{ "f1/v3", &bench_f1_v3, CARRIER_BULK, "374f" },
	{ "f4/v3", &bench_f4_v3, CARRIER_BULK, "374f" },
	{ LIAR " F1 of two banks", &bench_liar_f1, CARRIER_BULK, NULL },
	{ LIAR " F4 of two banks", &bench_liar_f4, CARRIER_BULK, NULL },
	{ LIAR " L1 of two banks", &bench_liar_l1, CARRIER_BULK, NULL },
	{ LIAR " L4", &bench_liar_l4, CARRIER_BULK, NULL },
	{ LIAR " of no kind", &bench_liar, CARRIER_BULK, NULL },
};

const struct station *bench_stations(size_t *n)
{
	*n = ARRAY_LEN(table);
	return table;
}
