/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * counters.c - linked into each program that make coverage builds: gcov's counters stand in a file
 * that is mapped into memory, from before main on.
 *
 * So what a process has reached counts however it ends: by _exit, by a signal, as a fork, or as a
 * child that may no longer open anything; and not one system call is made for it after main has
 * begun. gcov writes nothing when a program ends. With COUNTERS_DUMP in the environment a program
 * does not begin, but has gcov write down what the file has.
 *
 * Two processes that count in the same moment may lose a step, never a line: no count falls to 0.
 */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char counters_begin[], counters_end[];

void __gcov_dump(void);
void __wrap___gcov_exit(void);

/* What gcov calls at the end of each program. */
void __wrap___gcov_exit(void)
{
}

/* The linker's own name for a program, which is in its notes and stays when it is copied. */
static int find_build_id(struct dl_phdr_info *info, size_t size, void *arg)
{
	unsigned char *id = arg;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		const char *p = (const char *)(info->dlpi_addr + ph->p_vaddr), *end = p + ph->p_memsz;

		while (ph->p_type == PT_NOTE && p + sizeof(ElfW(Nhdr)) < end) {
			const ElfW(Nhdr) *note = (const void *)p;
			const char *name = p + sizeof(*note);
			const char *body = name + ((note->n_namesz + 3) & ~3u);

			if (note->n_type == NT_GNU_BUILD_ID && memcmp(name, "GNU", 4) == 0) {
				memcpy(id, body, 8);
				return 1;
			}
			p = body + ((note->n_descsz + 3) & ~3u);
		}
	}
	return 1; /* the first one is the program, the others its libraries */
}

static int open_counters(size_t size)
{
	unsigned char id[8] = { 0 };
	char path[512];
	int fd, n;

	(void)dl_iterate_phdr(find_build_id, id);
	n = snprintf(path, sizeof(path), "%s/", COUNTERS_FOLDER);
	for (size_t i = 0; i < sizeof(id); i++)
		n += snprintf(path + n, sizeof(path) - (size_t)n, "%02x", id[i]);
	/* Past the library, before which a mock kernel may stand. */
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		(void)syscall(SYS_fchmod, fd, 0666);
	if (fd >= 0 && syscall(SYS_ftruncate, fd, size)) {
		(void)syscall(SYS_close, fd);
		return -1;
	}
	return fd;
}

static __attribute__((constructor)) void counters_map(void)
{
	const size_t size = (size_t)(counters_end - counters_begin);
	const int before = errno;
	int fd = size ? open_counters(size) : -1;

	if (fd >= 0) {
		/* Where this fails, as a campaign may will it, this run does not count. */
		(void)mmap(counters_begin, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
		(void)syscall(SYS_close, fd);
	}
	if (getenv("COUNTERS_DUMP")) {
		__gcov_dump();
		_exit(0);
	}
	errno = before;
}
