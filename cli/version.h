/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * version.h - the one place where this program's version is written down.
 */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#define STLINK_DOWNLOAD_VERSION "2.0.0"

#endif
