/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * resident.h - how much memory this process has.
 */
#ifndef TESTS_FAULTS_RESIDENT_H
#define TESTS_FAULTS_RESIDENT_H

/* resident_kib - resident memory in KiB, from /proc/self/smaps (proc(5)); -1: not to be had. Without the
 * heap, whose blocks are counted one by one (memory_live) and in which Unicorn keeps what it knows of
 * the code that it translates; and without what can be both written and executed, where it puts that. */
long resident_kib(void);

#endif
