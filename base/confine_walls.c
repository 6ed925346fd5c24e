/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * confine_walls.c - the walls around a process that only computes: user, limits, system calls.
 *
 * The filter looks at the architecture and at the number of a call, and lets no mapping be
 * executable. Sources: seccomp(2); the kernel's Documentation/userspace-api/seccomp_filter.rst.
 */
#define _GNU_SOURCE /* setresuid, setgroups */
#include "base/confine_walls.h"

#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"

enum { NOBODY = 65534, CPU_S = 60 };

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define THIS_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#elif defined(__ARM_EABI__) && !defined(__ARMEB__)
#define THIS_ARCH AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define THIS_ARCH AUDIT_ARCH_RISCV64
#elif defined(__s390x__)
#define THIS_ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define THIS_ARCH AUDIT_ARCH_PPC64LE
#endif

/* The sanitizers do system calls of their own. */
#if defined(__SANITIZE_ADDRESS__)
#undef THIS_ARCH
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#undef THIS_ARCH
#endif
#endif

#ifdef THIS_ARCH
/* What malloc, its locks, write, signals and the end of a process use. */
static const unsigned allowed[] = {
	__NR_write, __NR_exit, __NR_exit_group, __NR_brk, __NR_munmap, __NR_mremap, __NR_madvise,
	__NR_rt_sigreturn, __NR_rt_sigprocmask,
#ifdef __NR_futex
	__NR_futex,
#endif
#ifdef __NR_sigreturn
	__NR_sigreturn,
#endif
#ifdef __NR_getrandom
	__NR_getrandom,
#endif
};

/* mmap and mprotect: what they make must not be executable. */
static const unsigned allowed_unless_exec[] = {
#ifdef __NR_mmap
	__NR_mmap,
#endif
#ifdef __NR_mmap2
	__NR_mmap2,
#endif
	__NR_mprotect,
};

enum {
	HEAD = 4, TAIL = 5,
	FILTER_MAX = HEAD + ARRAY_LEN(allowed) + ARRAY_LEN(allowed_unless_exec) + TAIL,
	PROT_ARG = 2,
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	LOW_WORD = 4,
#else
	LOW_WORD = 0,
#endif
};

static void put(struct sock_filter *f, size_t *n, struct sock_filter op)
{
	f[(*n)++] = op;
}

/* A jump to the operation with the index to, if the loaded word is k. */
static void put_jump(struct sock_filter *f, size_t *n, unsigned k, size_t to)
{
	const struct sock_filter op =
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, (unsigned char)(to - (*n + 1)), 0);

	put(f, n, op);
}

static size_t make_filter(struct sock_filter *f)
{
	const size_t look_exec = FILTER_MAX - 4, allow = FILTER_MAX - 2, end = FILTER_MAX - 1;
	const struct sock_filter load_arch = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						      offsetof(struct seccomp_data, arch));
	const struct sock_filter load_nr = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						    offsetof(struct seccomp_data, nr));
	const struct sock_filter load_prot = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, args) + PROT_ARG * 8 + LOW_WORD);
	const struct sock_filter is_exec = BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0);
	const struct sock_filter ret_allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_filter ret_kill = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL);
	const struct sock_filter go_end = BPF_STMT(BPF_JMP | BPF_JA, 0);
	size_t n = 0;

	put(f, &n, load_arch);
	put_jump(f, &n, THIS_ARCH, 3);
	put(f, &n, ret_kill);
	put(f, &n, load_nr);
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		put_jump(f, &n, allowed[i], allow);
	for (size_t i = 0; i < ARRAY_LEN(allowed_unless_exec); i++)
		put_jump(f, &n, allowed_unless_exec[i], look_exec);
	put(f, &n, go_end);
	f[n - 1].k = (unsigned)(end - n);
	put(f, &n, load_prot);
	put(f, &n, is_exec);
	put(f, &n, ret_allow);
	put(f, &n, ret_kill);
	return n;
}

static bool set_filter(void)
{
	struct sock_filter f[FILTER_MAX];
	struct sock_fprog p = { .len = (unsigned short)make_filter(f), .filter = f };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p, 0, 0) == 0;
}
#else
static bool set_filter(void)
{
	return false;
}
#endif

static bool become_nobody(void)
{
	return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

static void keep_only(int fd)
{
	const long max = sysconf(_SC_OPEN_MAX);

	for (int i = 0; i < fd; i++)
		(void)close(i);
#ifdef __NR_close_range
	if (syscall(__NR_close_range, (unsigned)fd + 1, ~0U, 0) == 0)
		return;
#endif
	for (long i = fd + 1; i < max; i++)
		(void)close((int)i);
}

bool confine_walls_raise(int fd)
{
	static const struct rlimit none = { 0, 0 }, cpu = { CPU_S, CPU_S };
	bool nobody;

	keep_only(fd);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_CPU, &cpu);
	(void)setrlimit(RLIMIT_NOFILE, &none);
	nobody = become_nobody();
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* a change of user forgets it */
	return set_filter() || nobody;
}
