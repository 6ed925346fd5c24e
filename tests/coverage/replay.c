/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * replay.c - libFuzzer's place in make coverage: plays the inputs that were kept, once each.
 *
 *     fuzz_NAME FOLDER...
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __attribute__((weak)) LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Only libFuzzer asks for other inputs. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	(void)data;
	(void)max_size;
	return size;
}

static int play(int folder, const char *name)
{
	static uint8_t data[1 << 20];
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, data, sizeof(data));

	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return 0; /* a folder */
	(void)LLVMFuzzerTestOneInput(data, (size_t)n);
	return 1;
}

int main(int argc, char *argv[])
{
	unsigned played = 0;

	if (LLVMFuzzerInitialize)
		(void)LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		const struct dirent *e;

		while (d && (e = readdir(d)))
			played += (unsigned)play(dirfd(d), e->d_name);
		if (d)
			(void)closedir(d);
	}
	(void)fprintf(stderr, "%s: %u inputs\n", argv[0], played);
	return played == 0;
}
