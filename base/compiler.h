/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * compiler.h - the only place where compiler extensions are spelled out.
 *
 * gcc and clang both know these attributes; another compiler sees nothing.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#if defined(__GNUC__)
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))
#else
#define MUST_CHECK
#define PRINTF_LIKE(fmt, args)
#define UNUSED
#endif

/* Number of elements of a true array. */
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
