/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * holder.h - who has the probe that is busy.
 */
#ifndef CLI_HOLDER_H
#define CLI_HOLDER_H

#include <stdbool.h>

#include "base/ctx.h"
#include "link/link.h"

/* holder_tell - look who has p open, and add it to the failure as its hint. Several may have it open,
 * since whoever only tries it opens its node as well: then it is looked again, for a tenth of a
 * second at most, and whoever let go of it meanwhile is not named.
 * Returns false when nobody has it open any more, as far as this user may know. Opens no node. */
bool holder_tell(struct ctx *c, const struct probe *p);

#endif
