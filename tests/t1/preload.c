/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * preload.c - starts a T1 program again with the libraries that it needs in front.
 *
 * libumockdev-preload.so.0 redirects /sys and /dev; node_fault.so, built beside the tests,
 * lets an open of a node fail as a test wants it.
 */
#define _GNU_SOURCE
#include "tests/t1/preload.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char once[] = "STLINK_T1_PRELOADED";

static void die(const char *why)
{
	(void)fprintf(stderr, "FAILED: %s\n", why);
	exit(1);
}

/* The directory of the T1 objects: this program lies in it, or beside it in tests/. */
static void fault_library(char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		die("cannot read /proc/self/exe");
	self[n] = '\0';
	slash = strrchr(self, '/');
	*slash = '\0';
	if (snprintf(path, PATH_MAX, "%s/node_fault.so", self) < PATH_MAX &&
	    access(path, R_OK) == 0)
		return;
	if (snprintf(path, PATH_MAX, "%s/t1/node_fault.so", self) < PATH_MAX &&
	    access(path, R_OK) == 0)
		return;
	die("node_fault.so is not built; make it with the T1 tests");
}

/* With the sanitizer's library in front no longer, its check of the order must be off. What
 * GLib keeps until exit is no leak of ours; the rooms' leaks are T0's to find. */
static void extend_asan_options(void)
{
	const char *now = getenv("ASAN_OPTIONS");
	char options[1024];

	(void)snprintf(options, sizeof(options), "%s%sverify_asan_link_order=0:detect_leaks=0",
		       now ? now : "", now ? ":" : "");
	(void)setenv("ASAN_OPTIONS", options, 1);
}

void preload_or_die(char **argv)
{
	char library[PATH_MAX], list[2 * PATH_MAX];
	const char *before = getenv("LD_PRELOAD");

	/* The mock kernel itself proves that umockdev is there, by looking for its first node. */
	if (dlsym(RTLD_DEFAULT, "node_fault_marker"))
		return;
	if (getenv(once))
		die("libumockdev-preload.so.0 and node_fault.so could not be preloaded");
	fault_library(library);
	(void)snprintf(list, sizeof(list), "%s:libumockdev-preload.so.0%s%s", library,
		       before ? ":" : "", before ? before : "");
	(void)setenv("LD_PRELOAD", list, 1);
	(void)setenv(once, "1", 1);
	extend_asan_options();
	(void)execv("/proc/self/exe", argv);
	die("cannot start again with umockdev preloaded");
}
