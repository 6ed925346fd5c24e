/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * timed.c - run one command at a virtual board and say what it cost.
 *
 *	timed CONTROL SECONDS LOG COMMAND [ARGUMENT...]
 *
 * CONTROL is the board's control socket ("-": none), SECONDS the most the command may take, LOG
 * gets what it prints. Prints one JSON object: wall and CPU time, peak memory, exit status, and the
 * board's report just before and just after. Knows nothing of any tool.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPORT_MAX = 65536 };

static volatile sig_atomic_t child;

static void on_alarm(int sig)
{
	(void)sig;
	if (child > 0)
		(void)kill((pid_t)child, SIGKILL);
}

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int control_open(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Print the board's report as member name; the answer is one line, "ok {...}". Returns 0 or 1. */
static int print_report(int fd, const char *name)
{
	static char text[REPORT_MAX];
	const char *object;
	size_t have = 0;
	ssize_t n;

	if (fd < 0)
		return 0;
	if (write(fd, "report\n", 7) != 7)
		return 1;
	do {
		n = read(fd, text + have, sizeof(text) - have);
		have += n > 0 ? (size_t)n : 0;
	} while (n > 0 && have < sizeof(text) && text[have - 1] != '\n');
	object = memchr(text, '{', have);
	if (object == NULL || text[have - 1] != '\n')
		return 1;
	printf(",\"%s\":%.*s", name, (int)(text + have - 1 - object), object);
	return 0;
}

static pid_t start(const char *log, char **command)
{
	pid_t pid = fork();
	int fd, null;

	if (pid != 0)
		return pid;
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	null = open("/dev/null", O_RDONLY);
	if (fd < 0 || null < 0 || dup2(null, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(126);
	(void)execvp(command[0], command);
	_exit(127);
}

static long long micro(struct timeval t)
{
	return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage use = { 0 };
	int64_t from;
	int fd, status = 0, bad;

	if (argc < 5)
		return 2;
	fd = strcmp(argv[1], "-") == 0 ? -1 : control_open(argv[1]);
	if (fd < 0 && strcmp(argv[1], "-") != 0) {
		fprintf(stderr, "timed: %s: %s\n", argv[1], strerror(errno));
		return 2;
	}
	(void)signal(SIGALRM, on_alarm);
	printf("{\"command\":\"%s\"", argv[4]);
	bad = print_report(fd, "before");
	(void)fflush(stdout);
	from = now_us();
	child = start(argv[3], argv + 4);
	if (child < 0)
		return 2;
	(void)alarm((unsigned)strtoul(argv[2], NULL, 10));
	while (wait4((pid_t)child, &status, 0, &use) < 0 && errno == EINTR)
		;
	printf(",\"wall_us\":%lld", (long long)(now_us() - from));
	(void)alarm(0);
	printf(",\"user_us\":%lld,\"system_us\":%lld,\"peak_kib\":%ld", micro(use.ru_utime),
	       micro(use.ru_stime), use.ru_maxrss);
	printf(",\"status\":%d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	bad |= print_report(fd, "after");
	printf("}\n");
	return bad;
}
