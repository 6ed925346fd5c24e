/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * sim_control.c - say one line to a virtual board's control socket, print its answer.
 *
 *	sim_control SOCKET WORD...
 *
 * Exit status 1 when the board answers "error" or not at all within ten seconds.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512
#define ANSWER_MAX_BYTES 65536

int main(int argc, char **argv)
{
	static char answer[ANSWER_MAX_BYTES];
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 10 };
	char line[LINE_MAX_BYTES] = "";
	size_t n = 0, have = 0;
	ssize_t got;
	int fd;

	if (argc < 3 || strlen(argv[1]) >= sizeof(where.sun_path)) {
		fputs("usage: sim_control SOCKET WORD...\n", stderr);
		return 2;
	}
	memcpy(where.sun_path, argv[1], strlen(argv[1]));
	for (int i = 2; i < argc && n < sizeof(line); i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s", argv[i],
				      i + 1 < argc ? " " : "\n");
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || n >= sizeof(line) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
	    connect(fd, (struct sockaddr *)&where, sizeof(where)) != 0 ||
	    send(fd, line, n, MSG_NOSIGNAL) != (ssize_t)n) {
		perror("sim_control");
		return 1;
	}
	while (have + 1 < sizeof(answer) && memchr(answer, '\n', have) == NULL) {
		got = recv(fd, answer + have, sizeof(answer) - 1 - have, 0);
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	(void)close(fd);
	fputs(answer, stdout);
	return have == 0 || strncmp(answer, "error", 5) == 0;
}
