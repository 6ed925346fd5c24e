/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * test_base_file.c - whole files in and out: what is not a file, limits, and that a
 * failed write leaves everything as it was.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static char dir[] = "/tmp/base-file-XXXXXX";

/* Each test begins in an empty directory of its own, and must leave it empty. */
static int enter(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static unsigned entries(void)
{
	DIR *d = opendir(".");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	assert_int_equal(closedir(d), 0);
	return n - 2; /* . and .. */
}

static void write_plain(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static void assert_file(const char *path, const char *text)
{
	struct buffer b;
	struct ctx c;

	ctx_init(&c);
	buf_init(&b, 1000);
	assert_int_equal(file_read_all(&c, path, &b), SL_OK);
	assert_int_equal(b.len, strlen(text));
	if (b.len)
		assert_memory_equal(b.data, text, b.len);
	buf_free(&b);
}

static enum sl_err read_fault(const char *path, size_t max, struct ctx *c)
{
	struct buffer b;
	enum sl_err err;

	ctx_init(c);
	buf_init(&b, max);
	err = file_read_all(c, path, &b);
	buf_free(&b);
	if (err)
		assert_int_equal(c->fault.code, err);
	return err;
}

static void read__limit__is_exact(void **state)
{
	struct ctx c;

	(void)state;
	write_plain("f", "12345");
	assert_int_equal(read_fault("f", 5, &c), SL_OK);
	assert_int_equal(read_fault("f", 4, &c), SL_IMAGE);
	assert_string_equal(c.fault.text, "f is larger than 4 bytes");
	assert_int_equal(read_fault("f", 0, &c), SL_IMAGE);
	write_plain("f", "");
	assert_int_equal(read_fault("f", 0, &c), SL_OK);
	assert_file("f", "");
	assert_int_equal(unlink("f"), 0);
}

static void read__what_is_no_file__is_refused(void **state)
{
	struct ctx c;

	(void)state;
	assert_int_equal(read_fault(".", 10, &c), SL_FILE);
	assert_string_equal(c.fault.text, ". is not a regular file");
	assert_int_equal(read_fault("/dev/zero", 10, &c), SL_FILE);
	assert_int_equal(read_fault("/dev/null", 10, &c), SL_FILE);
	assert_int_equal(read_fault("none", 10, &c), SL_FILE);
	assert_int_equal(c.fault.sys_errno, ENOENT);
	assert_string_equal(c.fault.text, "cannot open none: No such file or directory");
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(read_fault("loop", 10, &c), SL_FILE);
	assert_int_equal(c.fault.sys_errno, ELOOP);
	assert_int_equal(unlink("loop"), 0);
}

static void read__pipe_without_writer__does_not_hang(void **state)
{
	struct ctx c;

	(void)state;
	assert_int_equal(mkfifo("p", 0600), 0);
	(void)alarm(10);
	assert_int_equal(read_fault("p", 10, &c), SL_OK);
	(void)alarm(0);
	assert_int_equal(unlink("p"), 0);
}

/* Starts a child that writes n bytes in pieces; returns the end to read. */
static int start_writer(size_t n, pid_t *pid)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	*pid = fork();
	assert_true(*pid >= 0);
	if (*pid == 0) {
		(void)close(fds[0]);
		(void)signal(SIGPIPE, SIG_DFL);
		for (size_t i = 0; i < n; i++)
			if (write(fds[1], "x", 1) != 1)
				_exit(1);
		_exit(0);
	}
	(void)close(fds[1]);
	return fds[0];
}

static void read__pipe_with_slow_writer__is_read_to_its_end(void **state)
{
	struct buffer b;
	struct ctx c;
	char path[40];
	pid_t pid;
	int fd = start_writer(100000, &pid);

	(void)state;
	ctx_init(&c);
	buf_init(&b, 100000);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	assert_int_equal(file_read_all(&c, path, &b), SL_OK);
	assert_int_equal(b.len, 100000);
	buf_free(&b);
	(void)close(fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Runs read_fault("-") with fd as standard input. */
static enum sl_err read_stdin(int fd, size_t max, struct ctx *c)
{
	int saved = dup(STDIN_FILENO);
	enum sl_err err;

	assert_true(fd >= 0);
	assert_true(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	err = read_fault("-", max, c);
	if (saved >= 0) {
		assert_true(dup2(saved, STDIN_FILENO) == STDIN_FILENO);
		(void)close(saved);
	} else {
		(void)close(STDIN_FILENO);
	}
	(void)close(fd);
	return err;
}

static void read__standard_input__is_limited_and_may_fail(void **state)
{
	struct ctx c;
	pid_t pid;
	int fd = start_writer(5, &pid);

	(void)state;
	assert_int_equal(read_stdin(fd, 5, &c), SL_OK);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(read_stdin(open("/dev/zero", O_RDONLY), 100000, &c), SL_IMAGE);
	assert_int_equal(read_stdin(open(".", O_RDONLY | O_DIRECTORY), 10, &c), SL_FILE);
	assert_int_equal(c.fault.sys_errno, EISDIR);
	/* A read error at the limit ends the reading, too. */
	assert_int_equal(read_stdin(open(".", O_RDONLY | O_DIRECTORY), 0, &c), SL_FILE);
	assert_int_equal(read_stdin(open("/dev/null", O_WRONLY), 10, &c), SL_FILE);
	assert_int_equal(c.fault.sys_errno, EBADF);
}

static volatile sig_atomic_t seen;

static void note_signal(int signo)
{
	seen = signo;
}

static void read__signal_while_waiting__interrupts(void **state)
{
	struct sigaction act = { .sa_handler = note_signal };
	struct sigaction old;
	struct buffer b;
	struct ctx c;
	char path[40];
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0); /* nobody ever writes */
	assert_int_equal(sigaction(SIGALRM, &act, &old), 0);
	ctx_init(&c);
	seen = 0;
	c.signal_flag = &seen;
	buf_init(&b, 10);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	(void)alarm(1);
	assert_int_equal(file_read_all(&c, path, &b), SL_INTR);
	assert_int_equal(c.fault.signo, SIGALRM);
	buf_free(&b);
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void write__new_file__has_the_bytes_and_the_umasks_mode(void **state)
{
	struct stat st;
	struct ctx c;
	mode_t mask = umask(027);

	(void)state;
	ctx_init(&c);
	assert_int_equal(file_write_all(&c, "f", "hello", 5, false), SL_OK);
	(void)umask(mask);
	assert_file("f", "hello");
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(entries(), 1);
	assert_int_equal(unlink("f"), 0);
}

static void write__existing_file__is_replaced_only_when_asked(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	write_plain("f", "old");
	assert_int_equal(file_check_new(&c, "f", false), SL_FILE);
	assert_int_equal(file_write_all(&c, "f", "new", 3, false), SL_FILE);
	assert_string_equal(c.fault.text, "f exists already");
	assert_non_null(strstr(c.fault.hint, "--force"));
	assert_file("f", "old");
	assert_int_equal(file_check_new(&c, "f", true), SL_OK);
	assert_int_equal(file_write_all(&c, "f", "new", 3, true), SL_OK);
	assert_file("f", "new");
	assert_int_equal(entries(), 1);
	assert_int_equal(unlink("f"), 0);
}

static void write__who_has_the_old_file_open__keeps_the_old_bytes(void **state)
{
	char text[8] = "";
	struct ctx c;
	int fd;

	(void)state;
	ctx_init(&c);
	write_plain("f", "old");
	fd = open("f", O_RDONLY);
	assert_int_equal(file_write_all(&c, "f", "newer", 5, true), SL_OK);
	assert_int_equal(read(fd, text, sizeof(text)), 3);
	assert_string_equal(text, "old");
	(void)close(fd);
	assert_int_equal(unlink("f"), 0);
}

static void write__dangling_link__is_an_existing_name(void **state)
{
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(symlink("nowhere", "f"), 0);
	assert_int_equal(file_write_all(&c, "f", "x", 1, false), SL_FILE);
	assert_int_equal(entries(), 1);
	assert_int_equal(unlink("f"), 0);
}

static void write__directory_pipe_or_device__is_never_replaced(void **state)
{
	struct stat st;
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(mkfifo("p", 0600), 0);
	assert_int_equal(symlink("/dev/null", "n"), 0);
	assert_int_equal(file_write_all(&c, "d", "x", 1, true), SL_FILE);
	assert_int_equal(file_write_all(&c, "p", "x", 1, true), SL_FILE);
	assert_int_equal(file_write_all(&c, "n", "x", 1, true), SL_FILE);
	assert_string_equal(c.fault.text, "n is not a regular file");
	assert_int_equal(lstat("p", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(lstat("n", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(entries(), 3);
	assert_int_equal(rmdir("d"), 0);
	assert_int_equal(unlink("p"), 0);
	assert_int_equal(unlink("n"), 0);
}

static void write__no_such_directory__is_refused(void **state)
{
	char path[5000];
	struct ctx c;

	(void)state;
	ctx_init(&c);
	assert_int_equal(file_write_all(&c, "no/f", "x", 1, false), SL_FILE);
	assert_int_equal(c.fault.sys_errno, ENOENT);
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(file_write_all(&c, path, "x", 1, false), SL_FILE);
	assert_int_equal(entries(), 0);
}

/* RLIMIT_FSIZE stands for a full disk: write() fails after some bytes were taken. */
static void write__disk_full__leaves_the_old_file_and_nothing_else(void **state)
{
	static const uint8_t bytes[8192];
	struct rlimit old, low;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	struct ctx c;
	enum sl_err err;

	(void)state;
	ctx_init(&c);
	write_plain("f", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 4096;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	err = file_write_all(&c, "f", bytes, sizeof(bytes), true);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	(void)signal(SIGXFSZ, handler);
	assert_int_equal(err, SL_FILE);
	assert_int_equal(c.fault.sys_errno, EFBIG);
	assert_file("f", "old");
	assert_int_equal(entries(), 1);
	assert_int_equal(unlink("f"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(read__limit__is_exact),
		TEST(read__what_is_no_file__is_refused),
		TEST(read__pipe_without_writer__does_not_hang),
		TEST(read__pipe_with_slow_writer__is_read_to_its_end),
		TEST(read__standard_input__is_limited_and_may_fail),
		TEST(read__signal_while_waiting__interrupts),
		TEST(write__new_file__has_the_bytes_and_the_umasks_mode),
		TEST(write__existing_file__is_replaced_only_when_asked),
		TEST(write__who_has_the_old_file_open__keeps_the_old_bytes),
		TEST(write__dangling_link__is_an_existing_name),
		TEST(write__directory_pipe_or_device__is_never_replaced),
		TEST(write__no_such_directory__is_refused),
		TEST(write__disk_full__leaves_the_old_file_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
