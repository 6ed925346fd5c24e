/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * banner.c - the two words.
 */
#include "cli/banner.h"

enum { LINES = 5 };

static const char *const words[2][LINES] = {
	{
		"#######     ###     ######  ##     ",
		"##         ## ##      ##    ##     ",
		"#####     ##   ##     ##    ##     ",
		"##        #######     ##    ##     ",
		"##        ##   ##   ######  #######",
	}, {
		"######      ###      ######   ######",
		"##   ##    ## ##    ##       ##     ",
		"######    ##   ##    #####    ##### ",
		"##        #######        ##       ##",
		"##        ##   ##   ######   ###### ",
	},
};

void banner_show(struct output *o, bool passed)
{
	const char *on = !o->color ? "" : passed ? "\033[1;32m" : "\033[1;31m";

	for (size_t i = 0; i < LINES; i++)
		output_result(o, "%s  %s%s", on, words[passed][i], o->color ? "\033[0m" : "");
}
