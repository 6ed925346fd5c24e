/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * marks.c - a library to preload before umockdev's: it tells a tracer which system calls are the
 * program's own.
 *
 * An ioctl on a mocked node is a conversation over a socket. Here it is a real system call first,
 * which the tracer may let fail and which the kernel refuses otherwise; the conversation comes
 * after it, between two marks. The same for opening and closing a node. Also lets allocations
 * fail, those of the C library and libusb included.
 */
#define _GNU_SOURCE
#include "tests/host/marks.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/t1/preload_open.h"

enum { NODES_MAX = 1024, SG_MAX = 8 };

int ioctl(int fd, unsigned long request, ...);
int close(int fd);
int isatty(int fd);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static bool is_node[NODES_MAX];
static __thread int inside;             /* the mock kernel's client */
static unsigned long fail_at;
static bool fail_ever;
static bool is_child;
static volatile long quiet;                      /* the tracer writes here: marks are of no use any more */

/* Shared with the program's children, which are confined and make no marks. */
struct count {
	unsigned long allocations;
	bool struck;
};

static struct count *count;

static long mark(enum mark which, long argument)
{
	int before = errno;
	long result = syscall(SYS_ioctl, -1, (unsigned long)which, argument);
	long err = result < 0 ? errno : 0;

	errno = before;
	return err;
}

static void enter(void)
{
	if (inside++ == 0 && !is_child && !quiet)
		(void)mark(MARK_BEGIN, 0);
}

static void leave(void)
{
	if (--inside == 0 && !is_child && !quiet)
		(void)mark(MARK_END, 0);
}

/* ---- the beginning --------------------------------------------------------------------------- */

static void note_child(void)
{
	is_child = true;
}

/* The library in front is the last to be initialised: main comes next. */
__attribute__((constructor)) static void begin(void)
{
	const char *plan = getenv(MARKS_FAIL_ALLOCATION);
	char *end = NULL;

	(void)pthread_atfork(NULL, NULL, note_child);
	if (plan) {
		count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		fail_at = count == MAP_FAILED ? 0 : strtoul(plan, &end, 10);
		fail_ever = end && *end == '+';
	}
	(void)mark(MARK_MAIN, (long)&quiet);
}

__attribute__((destructor)) static void finish(void)
{
	if (fail_at == 0 || is_child)
		return;
	if (count->struck)
		(void)mark(MARK_STRUCK, 0);
	(void)mark(MARK_COUNT, (long)count->allocations);
}

/* ---- nodes ------------------------------------------------------------------------------------ */

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int, unsigned long, ...);
	void *found = next("ioctl"), *arg;
	va_list ap;
	int result;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	memcpy(&real, &found, sizeof(real));
	if (fd < 0 || fd >= NODES_MAX || !is_node[fd])
		return real(fd, request, arg);
	result = (int)syscall(SYS_ioctl, fd, request, arg);
	if (result >= 0 || errno != ENOTTY)
		return result;
	enter();
	result = real(fd, request, arg);
	leave();
	return result;
}

/* umockdev would ask the mock kernel, which does not serve it; the file below has the bytes. */
ssize_t read(int fd, void *buf, size_t len)
{
	ssize_t (*real)(int, void *, size_t);
	void *found;

	if (fd >= 0 && fd < NODES_MAX && is_node[fd])
		return syscall(SYS_read, fd, buf, len);
	found = next("read");
	memcpy(&real, &found, sizeof(real));
	return real(fd, buf, len);
}

static int open_by(open_fn *real, const char *path, int flags, mode_t mode)
{
	int fd;

	if (strncmp(path, "/dev/sg", 7) != 0 && strncmp(path, "/dev/bus/", 9) != 0)
		return real(path, flags, mode);
	/* No such node has this machine. */
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	enter();
	fd = real(path, flags, mode);
	leave();
	if (fd >= 0 && fd < NODES_MAX)
		is_node[fd] = true;
	return fd;
}

int close(int fd)
{
	int (*real)(int);
	void *found = next("close");
	int result;
	long err;

	memcpy(&real, &found, sizeof(real));
	if (fd < 0 || fd >= NODES_MAX || !is_node[fd])
		return real(fd);
	is_node[fd] = false;
	err = quiet ? EBADF : mark(MARK_CLOSE, fd);
	enter();
	result = real(fd);
	leave();
	if (err != EBADF) {
		errno = (int)err;
		return -1;
	}
	return result;
}

/* umockdev has a terminal for /dev/sgN, to which a link leads. */
static ssize_t name_of_terminal(const char *dir, const char *terminal, char *text, size_t room)
{
	for (int i = 0; i < SG_MAX; i++) {
		char path[256], target[64] = "";
		int n;

		(void)snprintf(path, sizeof(path), "%s/dev/sg%d", dir, i);
		if (syscall(SYS_readlink, path, target, sizeof(target) - 1) <= 0 ||
		    strcmp(target, terminal) != 0)
			continue;
		n = snprintf(path, sizeof(path), "/dev/sg%d", i);
		if (n < 0 || (size_t)n > room)
			return -1;
		memcpy(text, path, (size_t)n);
		return n;
	}
	return -1;
}

/* Where a descriptor leads to, as on the machine that umockdev makes believe in. */
ssize_t readlink(const char *path, char *text, size_t room)
{
	ssize_t (*real)(const char *, char *, size_t);
	void *found = next("readlink");
	const char *dir = getenv("UMOCKDEV_DIR");
	size_t len = dir ? strlen(dir) : 0;
	ssize_t n, m = -1;
	char whole[256];

	memcpy(&real, &found, sizeof(real));
	n = real(path, text, room);
	if (n <= 0 || len == 0 || strncmp(path, "/proc/", 6) != 0)
		return n;
	if (strncmp(text, "/dev/pts/", 9) == 0 && (size_t)n < sizeof(whole)) {
		memcpy(whole, text, (size_t)n);
		whole[n] = '\0';
		m = name_of_terminal(dir, whole, text, room);
		return m > 0 ? m : n;
	}
	if ((size_t)n <= len || strncmp(text, dir, len) != 0)
		return n;
	memmove(text, text + len, (size_t)n - len);
	return n - (ssize_t)len;
}

/* ---- memory ----------------------------------------------------------------------------------- */

static bool refused(void)
{
	unsigned long now;

	if (fail_at == 0 || inside)
		return false;
	now = ++count->allocations;
	if (now < fail_at || (now > fail_at && !fail_ever))
		return false;
	count->struck = true;
	if (now == fail_at && !is_child)
		(void)mark(MARK_STRUCK, 0);
	errno = ENOMEM;
	return true;
}

/* umockdev's never ends when there is no memory. */
int isatty(int fd)
{
	int (*real)(int);
	void *found;
	int result;

	enter();
	found = next("isatty");
	memcpy(&real, &found, sizeof(real));
	result = real(fd);
	leave();
	return result;
}

void *malloc(size_t size)
{
	return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return refused() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return refused() ? NULL : __libc_realloc(p, size);
}
