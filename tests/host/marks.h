/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * marks.h - what the preloaded library tells the tracer: system calls that the kernel refuses.
 */
#ifndef TESTS_HOST_MARKS_H
#define TESTS_HOST_MARKS_H

/* ioctl(-1, MARK_..., argument): EBADF, and nothing else happens. */
enum mark {
	MARK_MAIN = 0x57A11001,         /* main begins; argument: a long that is 0 while marks are wanted */
	MARK_BEGIN,                     /* calls of the mock kernel's client follow */
	MARK_END,
	MARK_CLOSE,                     /* a close of a device node, its descriptor as argument */
	MARK_STRUCK,                    /* an allocation fails now */
	MARK_COUNT                      /* at the end: how many allocations there were */
};

/* Which allocation after the beginning of main fails: "7", or "7+" for it and all later ones. */
#define MARKS_FAIL_ALLOCATION "STLINK_TEST_FAIL_ALLOCATION"

#endif
