/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * attributes.h - what an ELF file says of the core that it was compiled for.
 *
 * Source: Addenda to, and Errata in, the ABI for the Arm Architecture (ADDENDA32), build attributes.
 */
#ifndef IMAGE_ATTRIBUTES_H
#define IMAGE_ATTRIBUTES_H

#include "base/cursor.h"
#include "image/image.h"

/* attributes_read - the attributes of the whole file, of vendor "aeabi". in: the section
 * .ARM.attributes. What is not said, or cannot be read, is 0. */
struct image_needs attributes_read(struct cursor in);

#endif
