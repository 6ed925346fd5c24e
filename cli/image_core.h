/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * image_core.h - can this core run what the file was compiled for?
 */
#ifndef CLI_IMAGE_CORE_H
#define CLI_IMAGE_CORE_H

#include "base/ctx.h"
#include "image/image.h"

struct core_kind;

/* image_check_core - SL_IMAGE with CAUSE_OTHER_CORE when the file says that it needs instructions that
 * the core does not have. What nobody says (plain binaries, unknown cores: NULL) is taken to fit. */
enum sl_err image_check_core(struct ctx *c, const struct image_needs *needs,
			     const struct core_kind *core) MUST_CHECK;

#endif
