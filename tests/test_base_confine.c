/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_confine.c - a confined child computes, tells, and can do nothing else.
 *
 * What the walls are is read from outside, in /proc; that they hold, by running against them.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, dprintf */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"

enum { MAX_BYTES = 4 * 1024 * 1024, SOON_MS = 300, LONG_MS = 30000 };

static enum sl_err run(struct ctx *c, void (*work)(void *arg, struct buffer *out), unsigned ms,
		       struct buffer *out)
{
	enum sl_err err;

	ctx_init(c);
	buf_init(out, MAX_BYTES);
	err = confine_run(c, work, NULL, ms, out);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
	return err;
}

static void refuse(void (*work)(void *arg, struct buffer *out), const char *text)
{
	struct buffer out;
	struct ctx c;

	assert_int_equal(run(&c, work, SOON_MS, &out), SL_OTHER);
	if (!strstr(c.fault.text, text))
		fail_msg("not \"%s\" but: %s", text, c.fault.text);
	buf_free(&out);
}

static void compute(void *arg, struct buffer *out)
{
	(void)arg;
	for (uint32_t i = 0; i < MAX_BYTES / sizeof(i); i++)
		if (buf_append(out, &i, sizeof(i)))
			abort();
}

static void work__that_computes__gives_its_bytes(void **state)
{
	struct buffer out;
	struct ctx c;

	(void)state;
	assert_int_equal(run(&c, compute, LONG_MS, &out), SL_OK);
	assert_int_equal(out.len, MAX_BYTES);
	for (uint32_t i = 0; i < MAX_BYTES / sizeof(i); i++)
		assert_memory_equal(out.data + i * sizeof(i), &i, sizeof(i));
	buf_free(&out);
}

static void do_open(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
	(void)open("/etc/passwd", O_RDONLY);
}

static void do_fork(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
	(void)fork();
}

static void do_socket(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
	(void)socket(AF_UNIX, SOCK_STREAM, 0);
}

static void do_kill(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
	(void)kill(1, 0);
}

static void do_map_code(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
	(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void do_make_code(void *arg, struct buffer *out)
{
	(void)arg;
	(void)mprotect(out, 1, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static void work__that_asks_the_kernel_for_more__is_ended(void **state)
{
	static void (*const asking[])(void *, struct buffer *) = {
		do_open, do_fork, do_socket, do_kill, do_map_code, do_make_code,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		refuse(asking[i], "ended by signal 31");
}

static void do_crash(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
	(void)signal(SIGSEGV, SIG_DFL);
	__builtin_trap();
}

static unsigned count_on(void)
{
	static volatile unsigned n;

	return n++;
}

static void do_loop(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
	for (;;)
		(void)count_on();
}

static void do_nothing(void *arg, struct buffer *out)
{
	(void)arg;
	(void)out;
}

static void work__that_crashes__is_told(void **state)
{
	(void)state;
	refuse(do_crash, "ended by signal");
}

static void work__that_never_ends__is_ended_in_time(void **state)
{
	(void)state;
	refuse(do_loop, "not ended within 300 ms");
}

static void work__that_leaves_nothing__is_no_failure(void **state)
{
	struct buffer out;
	struct ctx c;

	(void)state;
	assert_int_equal(run(&c, do_nothing, LONG_MS, &out), SL_OK);
	assert_int_equal(out.len, 0);
}

static void run__signal_came__ends_the_child(void **state)
{
	static const volatile sig_atomic_t came = SIGINT;
	struct buffer out;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	c.signal_flag = &came;
	buf_init(&out, 10);
	assert_int_equal(confine_run(&c, do_loop, NULL, LONG_MS, &out), SL_INTR);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	buf_free(&out);
}

static int count_descriptors(int pid)
{
	char path[64];
	int n = -2; /* . and .. */
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n;
}

/* The lines of /proc/PID/status that tell of walls, for the first child of this process's parent
 * that is not this process; into fd. */
static void watch(int fd, int parent)
{
	char path[64], line[256];
	int me = getpid(), pid = 0;
	FILE *f;

	(void)poll(NULL, 0, 150);
	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	f = fopen(path, "r");
	while (f && fscanf(f, "%d", &pid) == 1 && pid == me)
		;
	if (f)
		(void)fclose(f);
	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Uid:", 4) || !strncmp(line, "Gid:", 4) ||
		    !strncmp(line, "Groups:", 7) || !strncmp(line, "CapEff:", 7) ||
		    !strncmp(line, "NoNewPrivs:", 11) || !strncmp(line, "Seccomp:", 8))
			(void)dprintf(fd, "%s", line);
	if (getuid() == 0)
		(void)dprintf(fd, "fds:%d\n", count_descriptors(pid));
	_exit(0);
}

static void child__seen_from_outside__has_no_rights(void **state)
{
	char text[2048] = "";
	struct buffer out;
	struct ctx c;
	int ends[2], status;
	pid_t watcher;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	watcher = fork();
	if (watcher == 0)
		watch(ends[1], getppid());
	ctx_init(&c);
	buf_init(&out, 10);
	assert_int_equal(confine_run(&c, do_loop, NULL, SOON_MS * 2, &out), SL_OTHER);
	buf_free(&out);
	assert_int_equal(waitpid(watcher, &status, 0), watcher);
	(void)close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	(void)close(ends[0]);
	assert_non_null(strstr(text, "Seccomp:\t2\n"));
	assert_non_null(strstr(text, "NoNewPrivs:\t1\n"));
	if (!confine_wanted())
		return;
	assert_non_null(strstr(text, "Uid:\t65534\t65534\t65534\t65534\n"));
	assert_non_null(strstr(text, "Gid:\t65534\t65534\t65534\t65534\n"));
	assert_non_null(strstr(text, "Groups:\t \n"));
	assert_non_null(strstr(text, "CapEff:\t0000000000000000\n"));
	assert_non_null(strstr(text, "fds:1\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work__that_computes__gives_its_bytes),
		cmocka_unit_test(work__that_asks_the_kernel_for_more__is_ended),
		cmocka_unit_test(work__that_crashes__is_told),
		cmocka_unit_test(work__that_never_ends__is_ended_in_time),
		cmocka_unit_test(work__that_leaves_nothing__is_no_failure),
		cmocka_unit_test(run__signal_came__ends_the_child),
		cmocka_unit_test(child__seen_from_outside__has_no_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
