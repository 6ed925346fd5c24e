/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confine_walls.h - give up, in this process and for good, everything but computing.
 */
#ifndef BASE_CONFINE_WALLS_H
#define BASE_CONFINE_WALLS_H

#include <stdbool.h>

/* confine_walls_raise - become nobody, keep only the descriptor fd, and let a filter
 * end this process at every system call but write, exit and those of memory.
 * Returns false when neither the user could be changed nor the filter set.
 * Effects: for ever. Source: setresuid(2), seccomp(2), prctl(2) PR_SET_NO_NEW_PRIVS. */
bool confine_walls_raise(int fd);

#endif
